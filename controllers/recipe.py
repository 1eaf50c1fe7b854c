# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io

from odoo import http
from odoo.http import content_disposition, request


class RecipeController(http.Controller):
    @http.route(
        # No number: Werkzeug fails at one of thousands of digits
        "/oauth_provider/client/<string(maxlength=10):client_id>/auth_oauth.csv",
        type="http",
        auth="user",
        methods=["GET"],
        readonly=True,
        sitemap=False,
    )
    def auth_oauth_file(self, client_id):
        """The record that the second Odoo needs, as a file for its import.

        With the rights of the person: managers alone read clients.
        """
        if not (client_id.isascii() and client_id.isdecimal()):
            raise request.not_found()
        clients = request.env["oauth.provider.client"]
        client = clients.search([("id", "=", int(client_id))], limit=1)
        if not client or client.grant_type != "implicit":
            raise request.not_found()
        text = io.StringIO()
        writer = csv.writer(text)
        for row in zip(*client.get_auth_oauth_values().items(), strict=True):
            writer.writerow(row)
        return request.make_response(
            text.getvalue(),
            headers=[
                ("Content-Type", "text/csv; charset=utf-8"),
                ("Content-Disposition", content_disposition("auth.oauth.provider.csv")),
                ("Cache-Control", "no-store"),
            ],
        )
