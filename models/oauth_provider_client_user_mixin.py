# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderClientUserMixin(models.AbstractModel):
    """What one user has with one client: a grant, a sign-in, a code or a token."""

    _name = "oauth.provider.client.user.mixin"
    _description = "OAuth Provider Allowance"

    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )

    @api.depends("client_id", "user_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(client)s for %(user)s",
                client=record.client_id.display_name,
                user=record.user_id.display_name,
            )
