# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http
from odoo.http import request
from odoo.tools import SQL


class BenchController(http.Controller):
    @http.route(
        "/bench/bare",
        type="http",
        auth="none",
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def bare(self, **_parameters):
        """The least that a route with a database does: one query, a small answer."""
        request.env.cr.execute(SQL("SELECT login FROM res_users WHERE id = %s", 1))
        [(login,)] = request.env.cr.fetchall()
        return request.make_json_response({"login": login})
