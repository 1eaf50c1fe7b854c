# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What becomes an event where it is not the protocol side that brings it about."""

from odoo import api, models


class OAuthProviderCredential(models.AbstractModel):
    _inherit = "oauth.provider.credential"

    @api.private
    def record(self, kind, reason=""):
        """Remember what happened to these credentials; see oauth.provider.event."""
        for record in self:
            self.env["oauth.provider.event"].record(
                kind,
                client=record.client_id,
                user=record.user_id,
                grant=record.grant_id,
                reason=reason,
            )


class OAuthProviderToken(models.Model):
    _inherit = "oauth.provider.token"

    def action_revoke(self):
        result = super().action_revoke()
        self.sudo().record("revoked", reason="manager")
        return result
