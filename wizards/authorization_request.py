# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an application sends to begin, made as oauthlib's own client makes it."""

from oauthlib.common import generate_token
from oauthlib.oauth2 import WebApplicationClient

from ..tools.uri_parts import add_parameters

#: Characters of a code verifier (RFC 7636 section 4.1: 43 to 128).
VERIFIER_LENGTH = 64


def new_state():
    """Return a value (str) for ``state`` that nobody guesses."""
    return generate_token()


def new_verifier():
    """Return a code verifier (str, RFC 7636 section 4.1)."""
    return WebApplicationClient("").create_code_verifier(VERIFIER_LENGTH)


def build(endpoint, verifier=None, **parameters):
    """Return the address (str) of an authorization request (RFC 6749 section 4.1.1).

    :param endpoint: address of the authorization endpoint
    :param verifier: code verifier whose challenge goes along (RFC 7636), or None
    :param parameters: parameters; those without a value are left out
    """
    if verifier:
        challenge = WebApplicationClient("").create_code_challenge(verifier, "S256")
        parameters.update(code_challenge=challenge, code_challenge_method="S256")
    return add_parameters(endpoint, [item for item in parameters.items() if item[1]])
