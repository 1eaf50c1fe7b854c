# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import csv
import io

from odoo import http
from odoo.http import content_disposition, request


class RecipeController(http.Controller):
    @http.route(
        "/oauth_provider/client/<int:client_id>/auth_oauth.csv",
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
        clients = request.env["oauth.provider.client"]
        client = clients.search([("id", "=", client_id)], limit=1)
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
