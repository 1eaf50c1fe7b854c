# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderToken(models.Model):
    _name = "oauth.provider.token"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Token"

    token_type = fields.Selection(
        selection=[("random", "Randomly Generated")],
        required=True,
        default="random",
        readonly=True,
    )
    state = fields.Selection(
        selection=[("live", "Live"), ("expired", "Expired"), ("revoked", "Revoked")],
        compute="_compute_state",
    )

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.depends("expires_at", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for token in self:
            if token.revoked_at:
                token.state = "revoked"
            elif token.expires_at and token.expires_at <= now:
                token.state = "expired"
            else:
                token.state = "live"

    @api.private
    def generate_user_id(self):
        """Return the subject identifier of the token's user for the token's client.

        See :meth:`oauth.provider.client.generate_user_id`.
        """
        self.ensure_one()
        return self.client_id.generate_user_id(self.user_id)

    @api.private
    def get_data_for_model(self, model, res_id=None, all_scopes_match=False):
        """Return the data that this token opens on ``model``, read as its user.

        See :meth:`oauth.provider.scope.get_data_for_model` for the parameters and the
        result. Scopes that the client has lost since give nothing.
        """
        self.ensure_one()
        scopes = self.sudo().allowed_scopes().with_user(self.sudo().user_id)
        return scopes.get_data_for_model(
            model, res_id=res_id, all_scopes_match=all_scopes_match
        )

    def action_revoke(self):
        """Revoke these tokens: the button of the token views (managers only)."""
        self.check_access("read")
        self.sudo().revoke()
