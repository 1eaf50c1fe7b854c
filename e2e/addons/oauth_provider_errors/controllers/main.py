# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import http
from odoo.http import request


def call(model, id, method, vals):
    """Call one of the methods of the mixin."""
    return getattr(request.env[model].browse(id), method)(vals)


class ErrorsController(http.Controller):
    # Odoo makes a page of the website of an error, where it may
    @http.route(
        "/errors/http", type="http", auth="oauth", methods=["POST"], website=True
    )
    def answer_http(self, data):
        """Take JSON in a field of a form."""
        return request.make_json_response(call(**json.loads(data)))

    @http.route("/errors/jsonrpc", type="jsonrpc", auth="oauth")
    def answer_jsonrpc(self, model, id, method, vals):
        """Take parameters by name."""
        return call(model, id, method, vals)
