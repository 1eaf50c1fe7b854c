# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.base.models.res_users import check_identity


class OAuthProviderApplication(models.Model):
    """An application that a person has connected, as that person may see it.

    Each row is a grant in force, with the columns that the person may see: people may
    not read grants, clients or scopes. Shown in *My Preferences* like devices and API
    keys; a record rule limits it to the person's own.
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

        The person has just confirmed their identity; the record rule limits it to their
        own.
        """
        self.check_access("read")
        self._grants().withdraw()
        return {"type": "ir.actions.act_window_close"}
