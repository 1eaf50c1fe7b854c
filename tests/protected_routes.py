# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Routes of another addon with ``auth="oauth"``, which are there while a test runs."""

from unittest.mock import patch

from odoo import http
from odoo.http import request

from .common import OAuthCase


def choose_scopes(_request):
    """Return the scopes that a request needs, if it says which."""
    return request.httprequest.args["need"].split()


class Routes(http.Controller):
    @http.route(
        "/oauth_test/mcp",
        type="http",
        auth="oauth",
        methods=["GET", "POST"],
        oauth_scopes=["openid", "test.read"],
        cors="*",
    )
    def mcp(self):
        return request.make_json_response({"path": request.httprequest.path})

    @http.route(
        "/oauth_test/mcp",
        type="json2",
        auth="oauth",
        methods=["PUT"],
        oauth_scopes=["test.write", "offline_access", 'no"code', None],
    )
    def put(self, **values):
        return values

    @http.route(
        "/oauth_test/<int:number>/<path:rest>",
        type="http",
        auth="oauth",
        oauth_scopes="test.read test.write",
    )
    def converted(self, number, rest):
        return request.make_json_response([number, rest])

    @http.route(
        '/oauth_test/of/<model("res.partner"):partner>',
        type="http",
        auth="oauth",
        oauth_scopes={"test.write", "test.read"},
    )
    def record(self, partner):
        return request.make_json_response(partner.id)

    @http.route(
        "/oauth_test/chosen", type="http", auth="oauth", oauth_scopes=choose_scopes
    )
    def chosen(self):
        return request.make_json_response("chosen")

    @http.route(
        "/oauth_test/described",
        type="http",
        auth="oauth",
        oauth_scopes=choose_scopes,
        oauth_scopes_described=["test.read", "test.write"],
    )
    def described(self):
        return request.make_json_response("described")

    @http.route("/oauth_test/plain", type="jsonrpc", auth="oauth")
    def plain(self):
        return "plain"

    @http.route("/oauth_test/public", type="http", auth="public")
    def public(self):
        return request.make_json_response("public")

    @http.route("/oauth_test/7/public", type="http", auth="public")
    def public_among_others(self):
        return request.make_json_response("public")


# There in the tests that ask for them, and in no other
http.Controller.children_classes[__name__.split(".")[2]].remove(Routes)


class ProtectedRoutesCase(OAuthCase):
    """Has the routes of :class:`Routes`."""

    def setUp(self):
        super().setUp()
        found = http.Controller.children_classes
        with_routes = [*found["oauth_provider"], Routes]
        self.startPatcher(patch.dict(found, {"oauth_provider": with_routes}))
        self.addCleanup(self.env.registry.clear_cache, "routing")
        self.env.registry.clear_cache("routing")
        self.issuer = self.base_url()
        self.set_issuer(self.issuer)

    def set_issuer(self, issuer):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.issuer", issuer)
