# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderClient(models.Model):
    """Who may sign in to a client, and how well."""

    _inherit = "oauth.provider.client"

    group_ids = fields.Many2many(
        comodel_name="res.groups",
        relation="oauth_provider_client_group_rel",
        string="Allowed Groups",
        # Without its last group, a client would be open to everybody
        ondelete="restrict",
        help="Only users in one of these groups get in. None of them: every user.",
    )
    second_factor_required = fields.Boolean(
        string="Require a Second Factor",
        help="Only who has signed in with a second factor or a passkey gets in.",
    )
    max_sign_in_age = fields.Integer(
        string="Maximum Age of the Sign-In",
        help="Minutes after which a person has to sign in to Odoo anew before this"
        " application is let in. 0: any age will do.",
    )

    _max_sign_in_age_check = models.Constraint(
        "CHECK (max_sign_in_age >= 0)",
        "The maximum age of the sign-in cannot be negative.",
    )

    @api.private
    def allows_user(self, user):
        """Tell whether ``user`` (record) is in a group that may use this client."""
        self.ensure_one()
        groups = self.sudo().group_ids
        return not groups or bool(groups & user.sudo().all_group_ids)
