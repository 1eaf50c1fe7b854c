# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..tools import redirect_uri


class OAuthProviderRedirectURI(models.Model):
    _name = "oauth.provider.redirect.uri"
    _inherit = ["oauth.provider.uri"]
    _description = "OAuth Provider Redirect URI"

    origin = fields.Char(
        compute="_compute_origin",
        store=True,
        index=True,
        help="Scripts of pages there may call the provider.",
    )

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this redirect URI."
    )

    @api.depends("name")
    def _compute_origin(self):
        for record in self:
            record.origin = redirect_uri.origin(record.name or "")
