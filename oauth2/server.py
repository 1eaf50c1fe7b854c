# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The oauthlib endpoints, assembled from exactly the grants that we support."""

from oauthlib.oauth2 import (
    AuthorizationCodeGrant,
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    ImplicitGrant,
    IntrospectEndpoint,
    RefreshTokenGrant,
    ResourceEndpoint,
    ResourceOwnerPasswordCredentialsGrant,
    RevocationEndpoint,
    TokenEndpoint,
)

from ..tools import secret
from . import pkce
from .response_mode import check_response_mode


class CodeGrant(AuthorizationCodeGrant):
    """Authorization code grant with 256-bit codes and S256 only."""

    def __init__(self, validator):
        super().__init__(
            validator, pre_auth=[check_response_mode, _run(pkce.check_challenge)]
        )

    def create_authorization_code(self, request):
        """Return the answer's parameters: code, and state if one was sent."""
        grant = {"code": secret.generate()}
        if request.state:
            grant["state"] = request.state
        return grant


def _run(check):
    """Wrap a check for oauthlib, which wants a dict from each custom validator."""

    def custom_validator(request):
        check(request)
        return {}

    return custom_validator


class OdooServer(
    AuthorizationEndpoint,
    TokenEndpoint,
    ResourceEndpoint,
    RevocationEndpoint,
    IntrospectEndpoint,
):
    """One server for all clients; what a client may do is the validator's decision.

    oauthlib's own ``Server`` also registers the device grant, whose validation some
    versions leave out.
    """

    def __init__(self, validator, token_generator=None):
        code = CodeGrant(validator)
        implicit = ImplicitGrant(validator, pre_auth=[check_response_mode])
        bearer = BearerToken(
            validator,
            token_generator=token_generator or (lambda _request: secret.generate()),
            expires_in=validator.get_access_token_lifetime,
        )
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            response_types={"code": code, "token": implicit},
            default_token_type=bearer,
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types={
                "authorization_code": code,
                "password": ResourceOwnerPasswordCredentialsGrant(validator),
                "client_credentials": ClientCredentialsGrant(validator),
                "refresh_token": RefreshTokenGrant(validator),
            },
            default_token_type=bearer,
        )
        ResourceEndpoint.__init__(
            self, default_token="Bearer", token_types={"Bearer": bearer}
        )
        RevocationEndpoint.__init__(self, validator)
        IntrospectEndpoint.__init__(self, validator)
