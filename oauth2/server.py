# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The oauthlib endpoints, assembled from exactly the grants that we support."""

import collections
import functools

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


class _Later:
    """A handler that is made when it is asked for: a request asks for one at most."""

    def __init__(self, make, *args, **kwargs):
        self._make = functools.partial(make, *args, **kwargs)
        self._made = None

    def made(self):
        """Return the handler, which is the same each time."""
        if self._made is None:
            self._made = self._make()
        return self._made


class _Handlers(collections.UserDict):
    """Handlers by name, each of which may be a :class:`_Later`."""

    def __getitem__(self, name):
        found = self.data[name]
        return found.made() if isinstance(found, _Later) else found

    def get(self, name, default=None):
        return self[name] if name in self.data else default


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
        code = _Later(_code_grant, AuthorizationCodeGrant, validator)
        hybrid = _Later(_code_grant, HybridGrant, validator)
        # Not the one of OpenID Connect: Odoo's auth_oauth asks for openid by
        # response_type=token and sends no nonce
        implicit = _Later(ImplicitGrant, validator, pre_auth=[check_response_mode])
        id_token = _Later(
            OpenIDImplicitGrant, validator, pre_auth=[check_response_mode]
        )
        bearer = BearerToken(
            validator,
            token_generator=token_generator or validator.generate_access_token,
            expires_in=validator.get_access_token_lifetime,
            refresh_token_generator=lambda _request: secret.generate(),
        )
        AuthorizationEndpoint.__init__(
            self,
            default_response_type="code",
            response_types=_Handlers(
                {
                    "code": code,
                    "code id_token": hybrid,
                    "code id_token token": hybrid,
                    "code token": hybrid,
                    "id_token": id_token,
                    "id_token token": id_token,
                    "token": implicit,
                }
            ),
            default_token_type=bearer,
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types=_Handlers(
                {
                    "authorization_code": code,
                    "password": _Later(
                        ResourceOwnerPasswordCredentialsGrant, validator
                    ),
                    "client_credentials": _Later(ClientCredentialsGrant, validator),
                    "refresh_token": _Later(RefreshTokenGrant, validator),
                }
            ),
            default_token_type=bearer,
        )
        ResourceEndpoint.__init__(
            self, default_token="Bearer", token_types={"Bearer": bearer}
        )
        RevocationEndpoint.__init__(self, validator)
        IntrospectEndpoint.__init__(self, validator)
