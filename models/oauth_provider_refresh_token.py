# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class OAuthProviderRefreshToken(models.Model):
    _name = "oauth.provider.refresh.token"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Refresh Token"

    used_at = fields.Datetime(
        string="Used On",
        readonly=True,
        copy=False,
        help="When it was exchanged for its successor. Presented once more, its whole"
        " family dies (RFC 9700 section 4.14.2).",
    )

    _digest_uniq = models.UniqueIndex("(digest)")

    def is_live(self):
        return super().is_live() and not self.used_at
