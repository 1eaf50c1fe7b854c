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


class OAuthProviderKey(models.Model):
    _inherit = "oauth.provider.key"

    @api.model
    @api.private
    def make(self, algorithm, client=None, value=None, activates_at=None):
        key = super().make(algorithm, client, value, activates_at)
        key._record("announced" if activates_at else "made")
        return key

    @api.private
    def retire(self):
        signing = self.sudo().filtered(lambda key: not key.retired_at)
        result = super().retire()
        for key in signing:
            key._record("retired")
        return result

    def action_withdraw(self):
        result = super().action_withdraw()
        for key in self.sudo():
            key._record("withdrawn")
        return result

    def _record(self, what):
        key = self.sudo()
        self.env["oauth.provider.event"].record(
            "key_rotated",
            client=key.client_id,
            reason=f"{what} {key.algorithm} {key.kid or ''}".strip(),
        )
