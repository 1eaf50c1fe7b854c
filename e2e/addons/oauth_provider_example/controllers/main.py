# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request


class ExampleController(http.Controller):
    @http.route(
        "/example/contacts",
        type="http",
        auth="oauth",
        methods=["GET"],
        oauth_scopes=["example.read"],
        readonly=True,
    )
    def contacts(self):
        """The environment is that of the token's user, with the rights of that user."""
        # All contacts that the user of the token may see: scopes do not limit this
        count = request.env["res.partner"].search_count([])
        client = request.oauth_token.client_id
        return request.make_json_response({"contacts": count, "for": client.name})

    @http.route(
        "/example/signature",
        type="json2",
        auth="oauth",
        methods=["POST"],
        oauth_scopes=["example.read", "example.write"],
    )
    def signature(self, text):
        """Both scopes are needed."""
        request.env.user.signature = text
        return {"signature": request.env.user.signature}

    @http.route(
        "/example/echo",
        type="jsonrpc",
        auth="oauth",
        oauth_scopes=lambda request: request.httprequest.args.getlist("need"),
    )
    def echo(self, text):
        """The scopes may depend on the request."""
        return {"text": text, "user": request.env.user.login}

    @http.route("/example/key", type="http", auth="bearer", save_session=False)
    def key(self):
        """For API keys of Odoo, and for tokens with full access."""
        return request.make_json_response({"user": request.env.user.login})

    @http.route("/example/form", type="http", auth="oauth", methods=["POST"])
    def form(self, text=""):
        """Any token will do; there is no session, so no CSRF token either."""
        return request.make_json_response({"text": text})
