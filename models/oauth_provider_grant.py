# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..storage import batches
from ..storage.after_commit import write_apart
from ..storage.cache import retry
from ..tools import capped_count

#: How exactly ``last_used`` is kept.
USE_INTERVAL = timedelta(minutes=1)
#: Expired grants that one run of the housekeeping closes.
BATCH = 1000


class OAuthProviderGrant(models.Model):
    """What one user allowed one client, and until when.

    Codes and tokens belong to it.
    """

    _name = "oauth.provider.grant"
    _inherit = ["oauth.provider.client.user.mixin"]
    _description = "OAuth Provider Grant"
    _order = "id desc"

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
    # In the row itself, so that a request with a token reads one relation less
    declined_numbers = fields.Json(
        compute="_compute_declined_numbers",
        compute_sudo=True,
        store=True,
        groups=fields.NO_ACCESS,
    )
    consented_at = fields.Datetime(
        string="Consent On",
        readonly=True,
        help="When the user pressed Allow last. Empty where the consent page was"
        " skipped because the client is trusted.",
    )
    shown_origins = fields.Text(
        string="Known Addresses",
        readonly=True,
        help="Where the consent page said that the answer goes. Before it goes anywhere"
        " else, the user is asked again.",
    )
    allowed_company_ids = fields.Many2many(
        comodel_name="res.company",
        relation="oauth_provider_grant_company_rel",
        string="Allowed Companies",
        readonly=True,
        help="The companies in which the client may act for the user. Empty: all of the"
        " user's.",
    )
    # Not computed from the list: a company that is deleted leaves it
    is_company_limited = fields.Boolean(
        string="Limited to Companies",
        readonly=True,
        help="The user chose some of the companies. Once none of these is left, the"
        " client acts in none.",
    )
    last_used = fields.Datetime(
        string="Last Used On",
        readonly=True,
        help="When a token below this grant was used last, to the minute.",
    )
    last_address = fields.Char(
        string="Last Used From",
        readonly=True,
        help="The network address that a token below this grant was used from last:"
        " of the application's server, or of the person's own device.",
    )
    revoked_at = fields.Datetime(string="Withdrawn On", readonly=True)
    token_ids = fields.One2many(
        comodel_name="oauth.provider.token",
        inverse_name="grant_id",
        string="Tokens",
        readonly=True,
    )

    expires_at = fields.Datetime(
        string="Until",
        readonly=True,
        help="When this grant ends by itself, as the person chose or the client wants"
        " it. Empty: it lasts until it is withdrawn.",
    )
    state = fields.Selection(
        selection=[
            ("live", "In Force"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    # What the credentials below it refer to: to change it, drop their keys before
    _held_uniq = models.Constraint("UNIQUE (id, client_id, user_id)")
    _live_uniq = models.UniqueIndex("(client_id, user_id) WHERE revoked_at IS NULL")
    _expires_at_index = models.Index("(expires_at) WHERE revoked_at IS NULL")
    # For filters of lists; none on last_used, which each use of a grant writes
    _since_index = models.Index("(create_date)")
    _expired_index = models.Index("(expires_at) WHERE expires_at IS NOT NULL")
    _withdrawn_index = models.Index("(revoked_at) WHERE revoked_at IS NOT NULL")

    @api.depends("declined_scope_ids")
    def _compute_declined_numbers(self):
        for grant in self:
            grant.declined_numbers = grant.declined_scope_ids.ids or False

    @api.depends("expires_at", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for grant in self:
            end = grant.revoked_at or now
            if grant.expires_at and grant.expires_at <= end:
                grant.state = "expired"
            else:
                grant.state = "withdrawn" if grant.revoked_at else "live"

    @api.private
    def find_live(self, client, user):
        """Return the grant of ``user`` to ``client`` that is in force, or none."""
        return self.search(
            Domain("client_id", "=", client.id)
            & Domain("user_id", "=", user.id)
            & self.live_domain(),
            limit=1,
        )

    @api.private
    def find_of_user(self, user):
        """Return the grants of ``user`` (record) in force, the newest first."""
        return self.search(Domain("user_id", "=", user.id) & self.live_domain())

    @api.model
    @api.private
    def count_people(self, domain):
        """Return how many people have a grant of ``domain``.

        Up to :data:`~..tools.capped_count.LIMIT` and one more.
        """
        # Not as a distinct count: PostgreSQL would read all grants for that
        has_any = Domain("id", "any!", self._search(domain).subselect("user_id"))
        users = self.env["res.users"].sudo().with_context(active_test=False)
        return users.search_count(has_any, limit=capped_count.LIMIT + 1)

    @api.private
    def covers(self, scopes):
        """Tell whether the user has already decided on all ``scopes`` (recordset)."""
        decided = self.scope_ids | self.declined_scope_ids.optional()
        return bool(
            self
            and self.consented_at
            and scopes <= decided
            and not self.is_without_company()
        )

    @api.private
    def has_shown(self, redirect_uri):
        """Tell whether the consent page has shown where this redirect URI leads.

        That counts only if it was registered before the user consented.

        :param redirect_uri: redirect URI (record)
        """
        since = redirect_uri.registered_at
        if not since:
            # It was registered before the addon recorded this
            return True
        if self.consented_at and since > self.consented_at:
            return False
        return redirect_uri.origin in (self.shown_origins or "").splitlines()

    @api.private
    def add_shown(self, redirect_uri):
        """Remember that the user has seen where this redirect URI (record) leads."""
        origins = (self.shown_origins or "").splitlines()
        if redirect_uri.origin and redirect_uri.origin not in origins:
            self.shown_origins = "\n".join([*origins, redirect_uri.origin])

    @api.private
    def ensure(self, client, user):
        """Return the live grant of ``user`` to ``client``, made if there is none."""
        grant = self.find_live(client, user)
        if not grant:
            # Only one grant may be in force: close one that has expired
            self.search(
                [
                    ("client_id", "=", client.id),
                    ("user_id", "=", user.id),
                    ("revoked_at", "=", False),
                ]
            ).withdraw()
            self.flush_model()
            # Of two requests at once, the second one fails on its snapshot, is retried
            # by Odoo and finds the grant of the first. Archiving the client or the
            # user waits for this transaction, and then ends the new grant as well.
            self.env.cr.execute(
                SQL(
                    "INSERT INTO oauth_provider_grant"
                    " (client_id, user_id, create_uid, create_date)"
                    " SELECT c.id, u.id, %s, %s FROM oauth_provider_client c,"
                    " res_users u WHERE c.id = %s AND c.active AND u.id = %s"
                    " AND u.active FOR SHARE ON CONFLICT DO NOTHING",
                    self.env.uid,
                    fields.Datetime.now(),
                    client.id,
                    user.id,
                ),
                log_exceptions=False,
            )
            grant = self.find_live(client, user)
            if not grant:
                retry(self.env)
        return grant

    @api.private
    def consent(self, asked, ticked):
        """Record what the user has just decided.

        :param asked: scopes (recordset) that the page asked for
        :param ticked: those that the user allowed
        """
        self.ensure_one()
        is_first = not self.consented_at
        allowed = (self.scope_ids - asked) | ticked
        declined = (self.declined_scope_ids - asked) | (asked - ticked)
        self.write(
            {
                "consented_at": fields.Datetime.now(),
                "scope_ids": [fields.Command.set(allowed.ids)],
                "declined_scope_ids": [fields.Command.set(declined.ids)],
            }
        )
        if is_first and "mail.mail" in self.env:
            self._notify()
        self._log_event("consent_given", reason=" ".join(ticked.mapped("code")))

    def _notify(self):
        """Queue a mail to the person, in case somebody else gave the consent.

        Only if the person has an address. Odoo's own job sends it, so that no sign-in
        waits for a mail server.
        """
        self.ensure_one()
        user = self.user_id
        if not user.email:
            return
        env = self.with_context(lang=user.lang).env
        client, issuer = self.client_id.name, self.env["oauth.provider"].get_issuer()
        # The path form of the issuer is not where the pages are
        link = f"{issuer.partition('/oauth2/')[0]}/my/applications"
        subject = env._("%s may now use your account", client)
        text = env._("You have let “%s” use your account", client)
        advice = env._(
            "If that was not you, withdraw it and change your password. You find what"
            " is connected here:"
        )
        body = Markup("<p>%s (<bdi>%s</bdi>).</p><p>%s <a href='%s'>%s</a></p>") % (
            text,
            user.login,
            advice,
            link,
            link,
        )
        self.env["mail.mail"].sudo().create(
            {
                "subject": subject,
                "body_html": body,
                "email_to": user.email_formatted,
                "auto_delete": True,
            }
        )

    @api.private
    def limit_to_companies(self, companies):
        """Let the client act only in ``companies`` (records).

        If these are all companies of the user, there is no limit.
        """
        self.ensure_one()
        is_any = self.user_id.company_ids <= companies
        self.write(
            {
                "allowed_company_ids": [
                    fields.Command.set([] if is_any else companies.ids)
                ],
                "is_company_limited": not is_any,
            }
        )

    @api.constrains("allowed_company_ids", "is_company_limited")
    def _check_companies(self):
        for grant in self:
            if grant.allowed_company_ids and not grant.is_company_limited:
                raise ValidationError(
                    self.env._("A grant with some companies is limited to them.")
                )

    @api.private
    def get_companies(self):
        """Return the companies (records) in which the client may act now."""
        self.ensure_one()
        # From the cache of Odoo, without those that are archived
        companies = self.env["res.company"].browse(
            self.user_id.sudo()._get_company_ids()
        )
        if self.is_company_limited:
            companies &= self.allowed_company_ids
        return companies

    @api.private
    def get_company_context(self):
        """Return the context (dict) in which the user's data is read for the client.

        Empty where the user chose no companies.
        """
        if not self.is_company_limited:
            return {}
        companies = self.get_companies()
        own = self.user_id.company_id & companies
        return {"allowed_company_ids": (own | companies).ids}

    @api.private
    def is_without_company(self):
        """Tell whether none of the companies that the user chose is left."""
        return bool(self and self.is_company_limited and not self.get_companies())

    @api.model
    @api.private
    def is_use_due(self, last):
        """Tell whether to record a use after the ``last`` one (datetime or None)."""
        return not last or last <= fields.Datetime.now() - USE_INTERVAL

    @api.private
    def record_use(self, address=None):
        """Record that a token below this grant is used, at most once a minute.

        In a transaction of its own after the request: requests that only read must not
        write, and none waits for another one. Nor does it make one fail that stores a
        token below this grant: a row that was locked FOR UPDATE counts as one whose key
        has changed, which the foreign key of the token may not refer to.

        :param address: network address of the caller (str), or None
        """
        if not self or not self.is_use_due(self.last_used):
            return
        now = fields.Datetime.now()
        query = SQL(
            "UPDATE oauth_provider_grant SET last_used = %s,"
            " last_address = COALESCE(%s, last_address) WHERE id IN ("
            "SELECT id FROM oauth_provider_grant WHERE id = %s"
            # As is_use_due: or each request of that second would try
            " AND (last_used IS NULL OR last_used <= %s)"
            " FOR NO KEY UPDATE SKIP LOCKED)",
            now,
            address or None,
            self.id,
            now - USE_INTERVAL,
        )
        write_apart(self.env, lambda cr: cr.execute(query))

    @api.private
    def get_pictured_user(self):
        """Return the user (record) whose picture the client of this grant may load.

        None once the grant has ended, or the client or the person no longer allows the
        scope ``profile``.
        """
        grant = self.exists()
        client, user = grant.client_id, grant.user_id
        may_read = "profile" in grant._allowed_scopes().mapped("code")
        if not grant.is_live() or not client.active or not may_read:
            return self.env["res.users"]
        return user.filtered(lambda user: user.active and client.allows_user(user))

    def _allowed_scopes(self):
        """Return the scopes that the client may still have below this grant."""
        scopes = self.client_id.scope_ids
        if self.consented_at and not self.client_id.skip_authorization:
            # Otherwise nobody was asked: the client is trusted, or had the password
            scopes &= self.scope_ids
        return scopes - self.declined_scope_ids.optional()

    @api.private
    def withdraw(self):
        """Withdraw these grants and revoke every code and token below them.

        Of very many, some are committed by themselves: see
        :func:`~..storage.batches.change_apart`.
        """
        live = self.filtered(lambda grant: not grant.revoked_at)
        batches.change_apart(live, OAuthProviderGrant._withdraw)._withdraw()

    def _withdraw(self):
        live = self.filtered(lambda grant: not grant.revoked_at)
        if not live:
            return
        live.write({"revoked_at": fields.Datetime.now()})
        self.env["oauth.provider.credential"].revoke_where(
            [("grant_id", "in", live.ids)]
        )
        expired = live.filtered(lambda grant: grant.state == "expired")
        events = self.env["oauth.provider.event"]
        events.log_each("consent_expired", expired)
        events.log_each("consent_withdrawn", live - expired)

    def _log_event(self, kind, reason=""):
        self.env["oauth.provider.event"].log_event(
            kind,
            client=self.client_id,
            user=self.user_id,
            grant=self,
            reason=reason,
        )

    def action_withdraw(self):
        """Withdraw these grants: the button of the grant views (managers only)."""
        self.check_access("read")
        self.sudo().withdraw()
        # XML-RPC has no way to send nothing
        return True

    # Until when a grant is in force

    @api.model
    @api.private
    def live_domain(self):
        """Return the domain (Domain) of the grants that are in force at this moment."""
        return Domain("revoked_at", "=", False) & (
            Domain("expires_at", "=", False)
            | Domain("expires_at", ">", fields.Datetime.now())
        )

    @api.private
    def is_live(self):
        """Tell whether this grant is in force. No grant at all is not."""
        return bool(self) and self.state == "live"

    @api.private
    def cap(self, moment):
        """Return the earlier of ``moment`` (datetime) and the end of this grant."""
        end = self.expires_at
        return min(moment, end) if end else moment

    @api.private
    def set_duration(self, duration):
        """Let this grant expire ``duration`` seconds after the consent; 0 for never."""
        self.ensure_one()
        start = self.consented_at or fields.Datetime.now()
        self.expires_at = bool(duration) and start + timedelta(seconds=duration)

    @api.private
    def get_duration(self):
        """Return the seconds for which the person consented; 0 for no end."""
        if not (self.expires_at and self.consented_at):
            return 0
        return int((self.expires_at - self.consented_at).total_seconds())

    @api.autovacuum
    def _gc_expired(self):
        # Code that looks only at ``revoked_at`` sees that they have ended
        expired = Domain("revoked_at", "=", False) & Domain(
            "expires_at", "<=", fields.Datetime.now()
        )
        grants = self.search(expired, limit=BATCH)
        grants.withdraw()
        return len(grants), len(grants) == BATCH
