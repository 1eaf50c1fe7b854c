# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Where the answer of the authorization endpoint goes, and its address."""

from urllib.parse import parse_qsl

from oauthlib.common import add_params_to_uri

from ..tools.uri_parts import add_parameters
from .errors import refusal

#: Where an answer may go. An error of another mode goes to the type's own one.
MODES = ("query", "fragment")
#: Response types that carry a token: their answer never goes to the query, where it
#: would end in logs and in the Referer header (RFC 6749 section 4.2.2).
TOKEN_RESPONSE_TYPES = frozenset({"token", "id_token"})


def normalize(response_type):
    """Return ``response_type`` (str or None) with its words in alphabetical order.

    Their order means nothing (OAuth 2.0 Multiple Response Type Encoding Practices 3).
    """
    return " ".join(sorted(response_type.split())) if response_type else response_type


def check_response_mode(request):
    """Raise InvalidRequestError for a response_mode that the type may not have.

    Multiple Response Type Encoding Practices sections 2.1 and 5.

    :param request: oauthlib request
    :return: empty dict, as oauthlib wants it from a custom validator
    """
    modes = MODES
    if has_token(request.response_type):
        modes = ("fragment",)
    if request.response_mode not in (None, *modes):
        raise refusal("response_mode", request=request)
    return {}


def has_token(response_type):
    """Tell whether the answer to ``response_type`` (str or None) carries a token."""
    return bool(TOKEN_RESPONSE_TYPES & set((response_type or "").split()))


def is_in_fragment(response_type, response_mode):
    """Tell whether an answer is in the fragment, else in the query.

    :param response_type: that of the request (str), or None
    :param response_mode: that of the request (str), or None
    """
    return has_token(response_type) or response_mode == "fragment"


def error_location(redirect_uri, error, state, issuer, in_fragment):
    """Return the address that takes ``error`` back to the client.

    RFC 6749 sections 4.1.2.1 and 4.2.2.1; ``iss`` is RFC 9207.

    :param redirect_uri: proven redirect URI
    :param error: OAuth2Error
    :param state: that of the request, or None
    :param issuer: issuer identifier of the provider
    :param in_fragment: whether it goes into the fragment, else into the query
    """
    parameters = [("error", error.error)]
    if error.description:
        parameters.append(("error_description", error.description))
    if state:
        parameters.append(("state", state))
    parameters.append(("iss", issuer))
    return add_parameters(redirect_uri, parameters, in_fragment)


def success_location(redirect_uri, location, issuer, in_fragment):
    """Return the address of an answer that oauthlib has made, ``iss`` included.

    oauthlib parses the redirect URI and writes it again, which may change it; here it
    is what it was (RFC 6749 section 3.1.2).

    :param redirect_uri: proven redirect URI
    :param location: address (str) that oauthlib has made
    :param issuer: issuer identifier of the provider
    :param in_fragment: whether the answer is in the fragment, else in the query
    """
    written_again = add_params_to_uri(redirect_uri, [], fragment=in_fragment)
    if not location.startswith(written_again):
        # Made by an addon's own server
        return add_parameters(location, [("iss", issuer)], in_fragment)
    added = location[len(written_again) :].lstrip("?#&")
    parameters = [*parse_qsl(added, keep_blank_values=True), ("iss", issuer)]
    return add_parameters(redirect_uri, parameters, in_fragment)
