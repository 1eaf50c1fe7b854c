# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


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

    has_active_parties = fields.Boolean(
        string="Client and User Are Active",
        compute="_compute_has_active_parties",
        compute_sudo=True,
        search="_search_has_active_parties",
        help="Neither the client nor the user is archived.",
    )

    @api.depends("client_id.active", "user_id.active")
    def _compute_has_active_parties(self):
        for record in self:
            record.has_active_parties = (
                record.client_id.active and record.user_id.active
            )

    @api.model
    def _search_has_active_parties(self, operator, value):
        if operator != "in":
            return NotImplemented

        def to_sql(model, alias, _query):
            # Of users and clients only the archived ones are looked at, which are few,
            # and no record rules: PostgreSQL would apply those of users to each row
            return SQL(
                "NOT EXISTS (SELECT FROM res_users AS archived"
                " WHERE archived.id = %s AND archived.active IS NOT TRUE)"
                " AND NOT EXISTS (SELECT FROM oauth_provider_client AS archived"
                " WHERE archived.id = %s AND archived.active IS NOT TRUE)",
                model._field_to_sql(alias, "user_id"),
                model._field_to_sql(alias, "client_id"),
            )

        both = Domain.custom(to_sql=to_sql)
        return both if True in value else ~both

    @api.depends("client_id", "user_id")
    def _compute_display_name(self):
        for record in self:
            record.display_name = self.env._(
                "%(client)s for %(user)s",
                client=record.client_id.display_name,
                user=record.user_id.display_name,
            )
