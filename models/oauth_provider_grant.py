# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.after_commit import write_apart

#: How exactly ``last_used`` is kept.
USE_INTERVAL = timedelta(minutes=1)


class OAuthProviderGrant(models.Model):
    """What one user allowed one client. Codes and tokens hang below it."""

    _name = "oauth.provider.grant"
    _description = "OAuth Provider Grant"
    _order = "id desc"

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
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Allowed Scopes",
        readonly=True,
        help="What the user allowed on the consent page.",
    )
    declined_scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        relation="oauth_provider_grant_declined_scope_rel",
        string="Declined Scopes",
        readonly=True,
        help="What the user was asked for and left out. It is not asked for again"
        " unless the application wants a new decision (prompt=consent).",
    )
    consented_at = fields.Datetime(
        string="Consent On",
        readonly=True,
        help="When the user pressed Allow last. Empty where the consent page was"
        " skipped because the client is trusted.",
    )
    allowed_company_ids = fields.Many2many(
        comodel_name="res.company",
        relation="oauth_provider_grant_company_rel",
        string="Allowed Companies",
        readonly=True,
        help="The companies in which the client may act for the user. Empty: all of the"
        " user's.",
    )
    last_used = fields.Datetime(
        string="Last Used On",
        readonly=True,
        help="When a token below this grant was used last, to the minute.",
    )
    revoked_at = fields.Datetime(string="Withdrawn On", readonly=True)
    token_ids = fields.One2many(
        comodel_name="oauth.provider.token",
        inverse_name="grant_id",
        string="Tokens",
        readonly=True,
    )

    _live_uniq = models.UniqueIndex("(client_id, user_id) WHERE revoked_at IS NULL")

    @api.depends("client_id", "user_id")
    def _compute_display_name(self):
        for grant in self:
            grant.display_name = self.env._(
                "%(client)s for %(user)s",
                client=grant.client_id.display_name,
                user=grant.user_id.display_name,
            )

    @api.private
    def find_live(self, client, user):
        """Return the grant of ``user`` to ``client`` that is in force, or none."""
        return self.search(
            [
                ("client_id", "=", client.id),
                ("user_id", "=", user.id),
                ("revoked_at", "=", False),
            ],
            limit=1,
        )

    @api.private
    def find_of_user(self, user):
        """Return the grants of ``user`` (record) in force, the newest first."""
        return self.search([("user_id", "=", user.id), ("revoked_at", "=", False)])

    @api.private
    def covers(self, scopes):
        """Tell whether the user has already decided on all ``scopes`` (recordset)."""
        decided = self.scope_ids | self.declined_scope_ids.optional()
        return bool(self and self.consented_at and scopes <= decided)

    @api.private
    def is_older_than(self, redirect_uri):
        """Tell whether the address (record) was registered since the last consent."""
        since = redirect_uri.registered_at
        return bool(since and self.consented_at and since > self.consented_at)

    @api.private
    def ensure(self, client, user):
        """Return the live grant of ``user`` to ``client``, made if there is none."""
        grant = self.find_live(client, user)
        if not grant:
            # Two requests at once: the second one fails on its snapshot, is retried
            # by Odoo and finds the grant of the first.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO oauth_provider_grant"
                    " (client_id, user_id, create_uid, create_date)"
                    " VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
                    client.id,
                    user.id,
                    self.env.uid,
                    fields.Datetime.now(),
                ),
                log_exceptions=False,
            )
            grant = self.find_live(client, user)
        return grant

    @api.private
    def consent(self, asked, ticked):
        """Remember what the user has just decided.

        :param asked: scopes (recordset) that the page asked for
        :param ticked: those that the user allowed
        """
        self.ensure_one()
        allowed = (self.scope_ids - asked) | ticked
        declined = (self.declined_scope_ids - asked) | (asked - ticked)
        self.write(
            {
                "consented_at": fields.Datetime.now(),
                "scope_ids": [fields.Command.set(allowed.ids)],
                "declined_scope_ids": [fields.Command.set(declined.ids)],
            }
        )

    @api.private
    def limit_to(self, companies):
        """Let the client act in ``companies`` (records) alone; all of them: in any."""
        self.ensure_one()
        is_any = self.user_id.company_ids <= companies
        self.allowed_company_ids = companies.browse() if is_any else companies

    @api.private
    def note_use(self):
        """Remember that a token below this grant is used, at most once a minute.

        After the request and apart from it: what only reads must not write, and no
        request waits for another one.
        """
        now = fields.Datetime.now()
        if not self or (self.last_used and self.last_used > now - USE_INTERVAL):
            return
        query = SQL(
            "UPDATE oauth_provider_grant SET last_used = %s WHERE id IN ("
            "SELECT id FROM oauth_provider_grant WHERE id = %s"
            " AND (last_used IS NULL OR last_used < %s)"
            " FOR UPDATE SKIP LOCKED)",
            now,
            self.id,
            now - USE_INTERVAL,
        )
        write_apart(self.env, lambda cr: cr.execute(query))

    @api.private
    def get_pictured_user(self):
        """Return the user (record) whose picture the client of this grant may have.

        None once the grant is withdrawn, or the profile is no longer allowed.
        """
        grant = self.exists()
        is_told = "profile" in grant.client_id.scope_ids.mapped("code")
        if grant.revoked_at or not grant.client_id.active or not is_told:
            return self.env["res.users"]
        return grant.user_id.filtered("active")

    @api.private
    def withdraw(self):
        """Withdraw these grants: every code and token below them dies at once."""
        live = self.filtered(lambda grant: not grant.revoked_at)
        live.write({"revoked_at": fields.Datetime.now()})
        self.env["oauth.provider.credential"].revoke_where(
            [("grant_id", "in", live.ids)]
        )

    def action_withdraw(self):
        """Withdraw these grants: the button of the grant views (managers only)."""
        self.check_access("read")
        self.sudo().withdraw()
