# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.base.models.res_users import check_identity


class OAuthProviderApplication(models.Model):
    """An application that a person has connected, as that person may see it.

    Each row is a grant in force, without what is none of the person's business: people
    may read no grant, client or scope. Shown in *My Preferences* as devices and API
    keys are; nobody reads those of others (record rule).
    """

    _name = "oauth.provider.application"
    _description = "Connected Application"
    _auto = False
    _order = "id desc"

    user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    name = fields.Char(readonly=True)
    since = fields.Datetime(readonly=True)
    last_used = fields.Datetime(string="Last Used On", readonly=True)
    last_address = fields.Char(string="Last Used From", readonly=True)
    expires_at = fields.Datetime(string="Until", readonly=True)
    scopes = fields.Char(
        string="Permissions",
        compute="_compute_scopes",
        compute_sudo=True,
        help="What the application may do.",
    )

    @property
    def _table_query(self):
        return SQL(
            "SELECT g.id, g.user_id, c.name, g.create_date AS since, g.last_used,"
            " g.last_address, g.expires_at"
            " FROM oauth_provider_grant g JOIN oauth_provider_client c"
            " ON c.id = g.client_id WHERE g.revoked_at IS NULL"
            " AND (g.expires_at IS NULL OR g.expires_at > %s)",
            fields.Datetime.now(),
        )

    @api.depends_context("lang")
    def _compute_scopes(self):
        together = self._grants()._prefetch_ids
        for application in self:
            grant = application._grants().with_prefetch(together)
            application.scopes = ", ".join(grant.scope_ids.mapped("name"))

    def _grants(self):
        return self.env["oauth.provider.grant"].sudo().browse(self.ids)

    @check_identity
    def action_withdraw(self):
        """Withdraw what was allowed to these applications.

        The person has just proved who it is; the record rule says whose they are.
        """
        self.check_access("read")
        self._grants().withdraw()
        return {"type": "ir.actions.act_window_close"}
