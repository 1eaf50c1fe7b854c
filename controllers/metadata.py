# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ..oauth2 import metadata
from ..oauth2.cors import ANY_ORIGIN
from .common import json_response, oauth_route, superuser_env


def _well_known(name):
    """Return the addresses of a metadata document.

    RFC 8414 section 3.1 puts the path of the issuer behind the suffix, OpenID Connect
    Discovery section 4 the suffix behind the issuer; both are asked for both.
    """
    return [
        f"/.well-known/{name}",
        f"/.well-known/{name}/oauth2/db/<string:database>",
        f"/oauth2/db/<string:database>/.well-known/{name}",
    ]


class MetadataController(http.Controller):
    @oauth_route(
        "metadata",
        ["GET"],
        readonly=True,
        cors=ANY_ORIGIN,
        routes=[
            *_well_known("oauth-authorization-server"),
            *_well_known("openid-configuration"),
        ],
    )
    def oauth_metadata(self, message):
        """Metadata (RFC 8414, OpenID Connect Discovery)."""
        return json_response(metadata.metadata_response(superuser_env()))

    @oauth_route(
        "protected-resource",
        ["GET"],
        readonly=True,
        cors=ANY_ORIGIN,
        routes=_well_known("oauth-protected-resource"),
    )
    def oauth_protected_resource(self, message):
        """Protected-resource metadata of the provider (RFC 9728)."""
        env = superuser_env()
        return json_response(metadata.protected_resource_response(env, message))

    @oauth_route(
        "protected-resource/json/2",
        ["GET"],
        readonly=True,
        cors=ANY_ORIGIN,
        routes=["/.well-known/oauth-protected-resource/json/2"],
    )
    def oauth_protected_api(self, message):
        """Protected-resource metadata of Odoo's API (RFC 9728)."""
        env = superuser_env()
        answer = metadata.protected_resource_response(env, message, is_api=True)
        return json_response(answer)

    @oauth_route("jwks", ["GET"], readonly=True, cors=ANY_ORIGIN)
    def oauth_jwks(self, message):
        """The public keys, for whoever verifies a token (RFC 7517)."""
        return json_response(metadata.jwks_response(superuser_env()))

    @oauth_route("public_key", ["GET"], readonly=True)
    def oauth_public_key(self, message):
        """The public key of one client's access tokens, as the 9.0 module had it."""
        clients = superuser_env()["oauth.provider.client"]
        client = clients.find_by_identifier(message.query.get("client_id"))
        headers = [("Content-Type", "text/plain; charset=utf-8")]
        return request.make_response(client.jwt_public_key or "", headers)
