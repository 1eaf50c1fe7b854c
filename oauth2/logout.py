# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The logout endpoint (OpenID Connect RP-Initiated Logout 1.0). Checks, in this order:

1. the form of the request (section 2),
2. ``id_token_hint``: an ID token that this provider has signed, expired or not (section
   4), for the client that the request names. Beside a ``client_id`` any other one is
   not used: it proves nothing, so that the person is asked,
3. ``client_id``: a client that there is,
4. ``post_logout_redirect_uri``: registered for that client, compared exactly (section
   3),
5. whether the person has to be asked (:meth:`LogoutRequest.is_confirmed`, section 6).
"""

from oauthlib.oauth2 import OAuth2Error

from ..tools.uri_difference import find_difference
from ..tools.uri_parts import add_parameters
from . import errors
from .errors import refusal
from .interaction import choose_language
from .message import MAX_CARRIED_LENGTH

LOGOUT_PARAMETERS = (
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "logout_hint",
    "ui_locales",
)


class LogoutRequest:
    """A request to sign a person out, whose client and address are proven.

    :ivar client: client (record) that asks, or none
    :ivar parameters: dict of the request's own parameters, to send it once more
    :ivar location: where the browser goes afterwards (str), or None
    """

    def __init__(self, env, message):
        """Validate ``message`` (section 2).

        :raise InvalidRequestError: for anything that is not proven: nothing may be
            redirected, a page tells the person
        """
        names = LOGOUT_PARAMETERS
        self.env = env
        self.parameters = message.query.select(names) | message.form.select(names)
        self.client = env["oauth.provider.client"]
        self._hinted = None
        try:
            message.check(query_allowed=True, max_length=MAX_CARRIED_LENGTH)
            self._find_client()
            self.location = self._find_location()
        except OAuth2Error as error:
            errors.record(env, error, self.client)
            raise

    @property
    def language(self):
        """The code of the language that the client wants for the page, or None."""
        return choose_language(self.env, self.parameters.get("ui_locales"))

    def _find_client(self):
        identifier = self.parameters.get("client_id")
        hint = self.parameters.get("id_token_hint")
        if hint:
            self._hinted = self.env["oauth.provider.key"].verify(hint, identifier)
            if not self._hinted and not identifier:
                raise refusal("logout_hint")
        named = identifier or (self._hinted and self._hinted["aud"])
        self.client = self.client.find_by_identifier(named)
        if identifier and not self.client:
            error = refusal("logout_client")
            errors.note_archived(self.client, error, identifier)
            raise error

    def _find_location(self):
        uri = self.parameters.get("post_logout_redirect_uri")
        if not uri:
            return None
        if not self.client or not self.client.match_post_logout_redirect_uri(uri):
            registered = self.client.post_logout_redirect_uri_ids.mapped("name")
            detail = ", ".join(find_difference(uri, registered))
            raise refusal("logout_redirect_uri", detail=detail)
        state = self.parameters.get("state")
        return add_parameters(uri, [("state", state)]) if state else uri

    def is_confirmed(self, user):
        """Tell whether the client has proven that ``user`` (record) signed in there.

        By an ID token about that person. Anything else could be a link on any page, so
        that the person is asked (section 2, section 6).
        """
        return bool(
            self._hinted
            and self.client
            and self._hinted["sub"] == self.client.generate_user_id(user)
        )
