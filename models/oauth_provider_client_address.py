# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..tools import redirect_uri


class OAuthProviderClient(models.Model):
    """Where a client is answered."""

    _inherit = "oauth.provider.client"

    any_localhost_port = fields.Boolean(
        string="Any Port of localhost",
        help="Take a redirect URI on http://localhost with any port, as on 127.0.0.1"
        " and [::1]. For programs that register the name.",
    )

    @api.private
    def match_redirect_uri(self, uri):
        """Tell whether ``uri`` (str) is registered (RFC 9700 2.1, RFC 8252 7.3)."""
        return bool(self.find_redirect_uri(uri))

    @api.private
    def find_redirect_uri(self, uri):
        """Return the registered address (record) of ``uri`` (str), or none."""
        self.ensure_one()
        any_port = self.any_localhost_port
        return self.redirect_uri_ids.filtered(
            lambda known: redirect_uri.matches(known.name, uri, any_port)
        )[:1]
