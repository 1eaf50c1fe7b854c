# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderScopePreview(models.TransientModel):
    """The records that one scope opens to one person."""

    _name = "oauth.provider.scope.preview"
    _inherit = ["oauth.provider.preview"]
    _description = "OAuth Provider Scope Preview"

    scope_id = fields.Many2one(
        comodel_name="oauth.provider.scope", required=True, readonly=True
    )
    access = fields.Text(
        string="What It Allows",
        compute="_compute_preview",
        help="As the consent page says it to that person.",
    )
    records = fields.Html(compute="_compute_preview")

    @api.depends("scope_id", "user_id")
    def _compute_preview(self):
        for preview in self:
            preview.access = preview.records = False
            if not (preview.scope_id and preview.user_id):
                continue
            person = preview._get_person()
            scope = preview._as_person(preview.scope_id._origin).sudo()
            lines = [scope.describe_access(), scope.describe_extent(person)]
            preview.access = "\n".join(filter(None, lines))
            preview.records = preview._show_records(preview.scope_id._origin)
