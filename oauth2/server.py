# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The oauthlib endpoints, assembled from exactly the grants that we support."""

from oauthlib.oauth2 import (
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    ImplicitGrant,
    IntrospectEndpoint,
    ResourceEndpoint,
    ResourceOwnerPasswordCredentialsGrant,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.openid.connect.core.grant_types import (
    AuthorizationCodeGrant,
    HybridGrant,
    RefreshTokenGrant,
)
from oauthlib.openid.connect.core.grant_types import (
    ImplicitGrant as OpenIDImplicitGrant,
)

from ..tools import secret
from . import pkce
from .response_mode import check_response_mode


def _run(check):
    """Wrap a check for oauthlib, which wants a dict from each custom validator."""

    def custom_validator(request):
        check(request)
        return {}

    return custom_validator


def _code_grant(grant_class, validator):
    """Return a grant with 256-bit codes and S256 only.

    Without ``openid`` among the scopes those of OpenID Connect are those of OAuth 2.
    """
    pre_auth = [check_response_mode, _run(pkce.check_challenge)]
    grant = grant_class(validator, pre_auth=pre_auth)
    # What oauthlib wraps does the work, and asks itself for the code
    grant.proxy_target.create_authorization_code = _create_authorization_code
    return grant


def _create_authorization_code(request):
    """Return the answer's parameters: code, and state if one was sent."""
    grant = {"code": secret.generate()}
    if request.state:
        grant["state"] = request.state
    return grant


class _Handlers(dict):
    """Handlers by name, each made when it is asked for: a request asks for one at most.

    Functions are what makes them: they get the validator. An addon may put its own
    handlers here.

    :param makers: {name: function or class that returns the handler}
    :param default: name of the one for unknown names (str)
    """

    def __init__(self, makers, validator, default):
        super().__init__(makers)
        self._validator = validator
        self._default = default

    def __getitem__(self, name):
        return self._make(super().__getitem__(name))

    def get(self, name, _default=None):
        return self[name if name in self else self._default]

    def _make(self, handler):
        return handler(self._validator) if callable(handler) else handler


def _authorization_code(validator):
    return _code_grant(AuthorizationCodeGrant, validator)


def _hybrid(validator):
    return _code_grant(HybridGrant, validator)


def _implicit(validator):
    # Not the one of OpenID Connect: Odoo's auth_oauth asks for openid by
    # response_type=token and sends no nonce
    return ImplicitGrant(validator, pre_auth=[check_response_mode])


def _id_token(validator):
    return OpenIDImplicitGrant(validator, pre_auth=[check_response_mode])


RESPONSE_TYPES = {
    "code": _authorization_code,
    "code id_token": _hybrid,
    "code id_token token": _hybrid,
    "code token": _hybrid,
    "id_token": _id_token,
    "id_token token": _id_token,
    "token": _implicit,
}
GRANT_TYPES = {
    "authorization_code": _authorization_code,
    "password": ResourceOwnerPasswordCredentialsGrant,
    "client_credentials": ClientCredentialsGrant,
    "refresh_token": RefreshTokenGrant,
}


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
        bearer = BearerToken(
            validator,
            token_generator=token_generator or validator.generate_access_token,
            expires_in=validator.get_access_token_lifetime,
            refresh_token_generator=lambda _request: secret.generate(),
        )
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            response_types=_Handlers(RESPONSE_TYPES, validator, "code"),
            default_token_type=bearer,
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types=_Handlers(GRANT_TYPES, validator, "authorization_code"),
            default_token_type=bearer,
        )
        ResourceEndpoint.__init__(
            self, default_token="Bearer", token_types={"Bearer": bearer}
        )
        RevocationEndpoint.__init__(self, validator)
        IntrospectEndpoint.__init__(self, validator)

    # oauthlib asks for the default each time, whether it needs it or not; the tables of
    # handlers know it

    default_grant_type_handler = None
    default_response_type_handler = None
