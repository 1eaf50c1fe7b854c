# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from ..oauth2 import token
from ..oauth2.ahead import read_introspected
from ..oauth2.replica import can_introspect
from .common import json_response, oauth_route, superuser_env, using_cursor


class TokenController(http.Controller):
    @oauth_route("token", ["POST"], cors=True)
    def oauth_token(self, message):
        """Token endpoint (RFC 6749 section 3.2)."""

        def respond(env):
            with using_cursor(env.cr):
                return token.token_response(env, message)

        return json_response(token.run_and_commit(superuser_env(), message, respond))

    @oauth_route(
        "introspect",
        ["POST"],
        readonly=can_introspect,
        ahead=read_introspected,
        cors=True,
    )
    def oauth_introspect(self, message):
        """Introspection endpoint (RFC 7662)."""
        return json_response(token.introspection_response(superuser_env(), message))

    @oauth_route("revoke_token", ["POST"], cors=True)
    def oauth_revoke_token(self, message):
        """Revocation endpoint (RFC 7009)."""
        return json_response(token.revocation_response(superuser_env(), message))
