# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request

from ..oauth2 import metadata
from ..oauth2.cors import ANY_ORIGIN
from ..tools import arrival
from .common import json_response, oauth_route, superuser_env

#: Headers by which a proxy tells the address that a caller used.
ARRIVAL_HEADERS = (arrival.FORWARDED_HOST, arrival.FORWARDED_PROTO)


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


def _of_routes(name):
    """Return the addresses of the metadata of resources at a path (RFC 9728 3.1).

    With two slashes too: without a database Odoo would answer with a page.
    """
    return [
        route
        for address in _well_known(name)
        for route in (f"{address}/<path:path>", f"{address}//<path:path>")
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
        return json_response(metadata.protected_resource_response(env))

    @oauth_route(
        "protected-resource/<path:path>",
        ["GET"],
        readonly=True,
        cors=ANY_ORIGIN,
        routes=_of_routes("oauth-protected-resource"),
    )
    def oauth_protected_route(self, message, path):
        """Protected-resource metadata of a route, and of Odoo's API (RFC 9728)."""
        # With the name of the database, and all slashes
        address = request.httprequest
        path = address.path.replace("/.well-known/oauth-protected-resource", "", 1)
        origin = arrival.read(address).origin
        answer = metadata.protected_route_response(
            superuser_env(), path, message.query.get("db"), origin
        )
        response = json_response(answer)
        response.headers["Vary"] = ", ".join(ARRIVAL_HEADERS)
        return response

    @oauth_route(
        "<path:path>",
        ["GET", "POST", "PUT", "PATCH", "DELETE"],
        readonly=True,
        routes=["/oauth2/db/<string:database>/<path:path>"],
        # ir.http serves a route of another addon there
        oauth_path_form=True,
    )
    def oauth_path_form(self, message, path):
        """What the path form of a protected route is where there is none."""
        return json_response(metadata.NOT_FOUND)

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
