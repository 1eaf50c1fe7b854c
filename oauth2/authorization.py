# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The authorization endpoint (RFC 6749 section 3.1)."""

from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import (
    AccessDeniedError,
    FatalClientError,
    InvalidRequestError,
    OAuth2Error,
)
from oauthlib.openid.connect.core.exceptions import ConsentRequired, LoginRequired

from ..tools import redirect_uri as uri_rules
from . import message as messages
from .response_mode import error_location, is_in_fragment
from .validator import OdooValidator


class AuthorizationRequest:
    """An authorization request whose client and redirect URI are proven.

    :ivar client: oauth.provider.client record
    :ivar parameters: dict of the request's own parameters, to send it once more
    :ivar redirect_uri: where the answer goes
    :ivar scopes: oauth.provider.scope recordset that the client asks for
    :ivar error: OAuth2Error to send back to the client, or None
    """

    def __init__(self, env, message):
        """Validate ``message``.

        :raise oauthlib.oauth2.FatalClientError: when the client or the redirect URI is
            not proven: nothing may be redirected, a page tells the user
        """
        self.env = env
        self.uri = message.uri
        # A parameter counts from either place, as the consent form sends it in the
        # body; ``check`` has refused one that is in both.
        try:
            message.check(query_allowed=True)
        except OAuth2Error as error:
            raise FatalClientError(description=error.description) from error
        names = messages.AUTHORIZE_PARAMETERS
        self.parameters = message.query.select(names) | message.form.select(names)
        self.client = env["oauth.provider.client"].find_by_identifier(
            self.parameters.get("client_id")
        )
        self.redirect_uri = None
        self.scopes = env["oauth.provider.scope"]
        self.error = None
        self._validate()

    def _server(self, user=None, granted_scopes=None):
        validator = OdooValidator(
            self.env, client=self.client, user=user, granted_scopes=granted_scopes
        )
        return self.client.get_oauth2_server(validator), validator

    def _call(self, method, **kwargs):
        return method(
            messages.Message(self.uri).uri_with(self.parameters), "GET", **kwargs
        )

    def _validate(self):
        server, validator = self._server()
        try:
            _codes, info = self._call(server.validate_authorization_request)
            self.redirect_uri = info["redirect_uri"]
            self.scopes = validator.scopes
            if "none" in self.prompts and len(self.prompts) > 1:
                self.error = InvalidRequestError(description="Contradictory prompt.")
        except FatalClientError:
            raise
        except OAuth2Error as error:
            self.redirect_uri = error.redirect_uri
            self.error = error
        except ValueError as error:
            raise FatalClientError(description="Malformed request.") from error

    @property
    def state(self):
        """The client's state, byte for byte, or None."""
        return self.parameters.get("state")

    @property
    def prompts(self):
        """How the client wants the user to be asked (OpenID Connect Core 3.1.2.1)."""
        return set((self.parameters.get("prompt") or "").split())

    def interaction_error(self, user):
        """Return the OAuth2Error for a page that ``prompt=none`` forbids, or None.

        :param user: record who is signed in, or None
        """
        if "none" not in self.prompts:
            return None
        if not user:
            return LoginRequired()
        return ConsentRequired() if self.needs_consent(user) else None

    def error_location(self, error):
        """Return the address that takes ``error`` (OAuth2Error) back to the client."""
        return error_location(
            self.redirect_uri,
            self.parameters.get("response_type"),
            error,
            self.state,
            self.client.get_issuer(),
        )

    def denied_location(self):
        """Return the address that tells the client that the user said no."""
        return self.error_location(
            AccessDeniedError(description="The user denied the request.")
        )

    def needs_consent(self, user):
        """Tell whether ``user`` (record) must be asked.

        Not for what was allowed before, nor for a trusted client; but always where the
        client asks for it, and where any program on the device may claim the answer
        (RFC 8252 section 8.6).
        """
        if "consent" in self.prompts:
            return True
        if uri_rules.may_be_claimed_by_any_program(self.redirect_uri):
            return True
        if self.client.skip_authorization:
            return False
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        return not grant.covers(self.scopes)

    def declined_scopes(self, user):
        """Return the scopes that ``user`` (record) has left out before."""
        grant = self.env["oauth.provider.grant"].find_live(self.client, user)
        return grant.declined_scope_ids

    def grant_location(self, user, consented_codes=None):
        """Issue a code or a token and return the address that takes it back.

        :param user: record who is signed in
        :param consented_codes: codes of the scopes that the user ticked (iterable of
            str), or None when the user was not asked
        """
        grants = self.env["oauth.provider.grant"]
        granted = self.scopes
        if consented_codes is not None:
            ticked = set(consented_codes)
            granted = granted.filtered(lambda scope: scope.code in ticked)
            grants.ensure(self.client, user).consent(self.scopes, granted)
        elif not self.client.skip_authorization:
            granted &= grants.find_live(self.client, user).scope_ids
        server, _validator = self._server(user=user, granted_scopes=granted)
        headers, _body, _status = self._call(
            server.create_authorization_response, scopes=granted.mapped("code")
        )
        return add_params_to_uri(
            headers["Location"],
            [("iss", self.client.get_issuer())],
            fragment=is_in_fragment(self.parameters["response_type"]),
        )
