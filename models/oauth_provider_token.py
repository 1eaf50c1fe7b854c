# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderToken(models.Model):
    _name = "oauth.provider.token"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Token"

    token_type = fields.Selection(
        selection=[("random", "Randomly Generated"), ("jwt", "JSON Web Token")],
        required=True,
        default="random",
        readonly=True,
    )
    key_id = fields.Many2one(
        comodel_name="oauth.provider.key",
        string="Signed By",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("live", "Live"),
            ("suspended", "Suspended"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
        compute_sudo=True,
        help="Suspended: its user or its client is archived.",
    )

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.depends(
        "expires_at",
        "revoked_at",
        "client_id.active",
        "user_id.active",
        "grant_id.revoked_at",
    )
    def _compute_state(self):
        now = fields.Datetime.now()
        for token in self:
            if token.revoked_at or token.grant_id.revoked_at:
                token.state = "revoked"
            elif token.expires_at and token.expires_at <= now:
                token.state = "expired"
            elif token.is_live():
                token.state = "live"
            else:
                token.state = "suspended"

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
        return self.scopes_as_user().get_data_for_model(
            model, res_id=res_id, all_scopes_match=all_scopes_match
        )

    @api.private
    def scopes_as_user(self):
        """Return the scopes in the environment of the token's user."""
        self.ensure_one()
        token = self.sudo()
        return token.allowed_scopes().as_user(token.user_id)

    def action_revoke(self):
        """End the access that these tokens stand for: the button of the token views.

        Refresh tokens go along, or the application would get a new token at once.
        Managers only.
        """
        self.check_access("read")
        self.sudo().revoke_family()
