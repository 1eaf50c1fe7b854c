# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta
from urllib.parse import quote, urlencode

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import split_every

from ..storage import issue_counts, refusal_counts
from ..storage.after_commit import SUBTRANSACTION, call_after_commit, write_apart
from ..storage.statement import Part
from ..tools.address import rate_limit_key
from ..tools.causes import CAUSES
from ..tools.log_line import LIMIT, format_line

#: The log of events has a name of its own, to be sent where one wants it.
_logger = logging.getLogger("odoo.addons.oauth_provider.events")

#: What anybody can bring about, without a credential, and has a row of its own.
OPEN_KINDS = ("replayed",)
#: Events of each of these kinds that are stored in a minute: from one address (of IPv6
#: from one network, which is one caller's), and in all.
ADDRESS_LIMIT = 10
TOTAL_LIMIT = 100
#: Events of one kind that :meth:`OAuthProviderEvent.log_daily` stores in a day, of one
#: client and user: an application may choose what it asks for, and so the reason.
DAILY_LIMIT = 10
ADDRESS_LENGTH = 64
#: Whether each issued token has a row of its own: system parameter, and answer without.
EACH_ISSUE = ("oauth_provider.event_of_each_token", False)
#: What a row has, and the statement that takes the values in this order.
COLUMNS = (
    "happened_at",
    "kind",
    "client_id",
    "user_id",
    "grant_number",
    "author_id",
    "address",
    "reason",
    "number",
    "caused_by_id",
)
INSERT = (
    f"INSERT INTO oauth_provider_event ({', '.join(COLUMNS)})"  # noqa: S608
    f" VALUES ({', '.join(['%s'] * len(COLUMNS))})"
)


class OAuthProviderEvent(models.Model):
    """Something that happened to an access: a line in the log, and a row here.

    Rows are only added, by one INSERT in the transaction of what they tell about; both
    vanish together. They hold no credential, and nothing that a caller without one can
    choose but the address. Ordinary issues of tokens have a line each, and a row for
    all of one hour, see :mod:`~..storage.issue_counts`. Refusals are counted apart from
    the transaction, which may be rolled back: see :mod:`~..storage.refusal_counts`.
    """

    _name = "oauth.provider.event"
    _description = "OAuth Provider Event"
    _order = "id desc"
    _log_access = False

    happened_at = fields.Datetime(
        string="Date",
        required=True,
        readonly=True,
        index=True,
        help="Of several in one hour: the first one.",
    )
    last_at = fields.Datetime(
        string="Last On",
        readonly=True,
        help="Of several in one hour: the last one. Empty where the event is a single"
        " one.",
    )
    number = fields.Integer(
        string="Times",
        default=1,
        readonly=True,
        aggregator="sum",
        help="How often it happened. Ordinary tokens are counted for each client, user"
        " and hour. The first one of a grant, one from a new address, and one with full"
        " access are single events.",
    )
    # What is counted together; see storage/issue_counts.py and refusal_counts.py.
    # Empty: a single event
    hour = fields.Datetime(readonly=True)
    kind = fields.Selection(
        selection=[
            ("issued", "Token Issued"),
            ("refreshed", "Token Refreshed"),
            ("refused", "Refused"),
            ("replayed", "Reused"),
            ("revoked", "Revoked"),
            ("consent_given", "Consent Given"),
            ("consent_withdrawn", "Consent Withdrawn"),
            ("consent_expired", "Consent Expired"),
            ("key_rotated", "Key Replaced"),
            ("secret_changed", "Secret Changed"),
            ("client_changed", "Client Changed"),
            ("scope_changed", "Scope Changed"),
            ("resource_changed", "Resource Changed"),
            ("finding_changed", "Finding Changed"),
            ("user_changed", "User Changed"),
            ("left_out", "Data Left Out"),
            ("scope_left_out", "Scope Left Out"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="Whose account it is about.",
    )
    # Of the client of refused requests that are counted together, also when it is gone:
    # two that are deleted do not become one. 0 for none
    client_number = fields.Integer(readonly=True, aggregator=None)
    # No many2one: the number is of use when the grant is gone
    grant_number = fields.Integer(string="Grant", readonly=True, aggregator=None)
    author_id = fields.Many2one(
        comodel_name="res.users",
        string="Done By",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="Who did it in Odoo. Empty where an application or a job did.",
    )
    address = fields.Char(
        string="IP Address",
        readonly=True,
        index="trigram",
        help="Of several in one hour: up to ten addresses.",
    )
    cause = fields.Selection(
        selection="_get_causes",
        readonly=True,
        help="Why the request was refused.",
    )
    # The web client cannot show a value of a selection that a release has given up
    cause_text = fields.Char(string="Cause in Words", compute="_compute_rule")
    rule = fields.Char(
        compute="_compute_rule",
        help="The section of the standard that asks for the refusal.",
    )
    answer = fields.Char(
        string="Usual Answer",
        compute="_compute_rule",
        help="The error code that an application gets for this cause.",
    )
    advice = fields.Char(
        string="What to Do",
        compute="_compute_rule",
    )
    request = fields.Char(
        readonly=True,
        help="The last authorization request that was refused, as Try It replays it:"
        " without state, login and whatever else is a person's.",
    )
    reason = fields.Char(
        readonly=True,
        index="trigram",
        help="By which grant, why it was refused, or what was changed.",
    )

    caused_by_id = fields.Many2one(
        comodel_name="oauth.provider.event",
        # Old events are removed, and each of them would look for what it has caused
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="What brought a revocation about: a code or refresh token that was used"
        " twice, or a change of a client, scope, key or user.",
    )

    _open_index = models.Index("(happened_at, address) WHERE kind = 'replayed'")

    _hour_index = models.UniqueIndex(
        "(client_id, user_id, kind, COALESCE(grant_number, 0), hour)"
        " WHERE hour IS NOT NULL AND cause IS NULL"
    )

    _refusal_index = models.UniqueIndex(
        "(hour, cause, client_number, COALESCE(address, ''))"
        " WHERE hour IS NOT NULL AND cause IS NOT NULL"
    )

    # What is logged once a day is looked for by each request that brings it about
    _daily_index = models.Index(
        "(client_id, user_id, happened_at) WHERE kind IN ('left_out', 'scope_left_out')"
    )

    @api.depends("kind", "happened_at")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for event in self:
            event.display_name = f"{kinds.get(event.kind)} {event.happened_at}"

    @api.model
    def _get_causes(self):
        return [(cause.key, self.env._(cause.sentence)) for cause in CAUSES.values()]

    @api.depends("cause")
    def _compute_rule(self):
        for event in self:
            cause = CAUSES.get(event.cause)
            event.cause_text = self.env._(cause.sentence) if cause else event.cause
            event.rule = cause and cause.rule
            event.answer = cause and cause.error
            event.advice = cause and self.env._(cause.advice)

    @api.private
    def get_request_url(self):
        """Return the refused request as the address (str) of a new one."""
        self.ensure_one()
        endpoint = self.env["oauth.provider"].get_endpoint_url("authorize")
        return f"{endpoint}?{self.request}"

    def action_try(self):
        """Open *Try It* with the request that was refused, where one is kept."""
        self.ensure_one()
        action = self.client_id.action_try()
        if not self.request:
            return action
        action["context"]["default_request_url"] = self.get_request_url()
        return action

    def action_explain(self):
        """Open the page *Errors* at the cause of the refusal, beside the event."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/oauth_provider/errors?{urlencode({'cause': self.cause or ''})}"
            f"#{quote(self.cause or 'unknown')}",
            "target": "new",
        }

    @api.model
    @api.private
    def log_refusal(self, cause, *, client=None, user=None, detail="", request=None):
        """Count a request that is refused, whatever becomes of its transaction.

        A request is refused once: what is said of it first is what counts.

        :param cause: key of one of :data:`~..tools.causes.CAUSES` (str)
        :param client: client (record) that it proves or names, or none
        :param user: whose account it is about (record), or none
        :param detail: what else is worth knowing (str); a text of ours
        :param request: parameters (str) by which it can be tried again, or None
        """
        known = (client.id, client.identifier) if client else (0, None)
        user_id = user.id if user else None
        self.count_refusal(cause, *known, user_id, detail, request if client else None)

    @api.model
    @api.private
    def count_refusal(
        self, cause, client_id, identifier, user_id, detail="", request=None
    ):
        """Do the same without a query: the transaction may have failed.

        :param client_id: of the client (int), or 0
        :param identifier: of the client (str), or None
        :param user_id: of the user (int), or None
        """
        if not self.env["ir.http"]._oauth_is_first_refusal():
            return
        now = fields.Datetime.now()
        address = self.env["ir.http"]._oauth_get_address()[:ADDRESS_LENGTH]
        refusal = refusal_counts.Refusal(
            now.replace(minute=0, second=0, microsecond=0),
            cause,
            client_id,
            rate_limit_key(address) if address else "",
        )
        names = {"client": identifier, "user": user_id, "address": address}
        count = refusal_counts.Count(
            now, now, 1, user_id, detail[:LIMIT], names, request
        )
        refusal_counts.add(self.env.registry, refusal, count)

    @api.model
    @api.private
    def log_event(
        self, kind, *, client=None, user=None, grant=None, reason="", caused_by=None
    ):
        """Remember that something happened; see the model.

        The line is written once it is committed: the log tells nothing that was rolled
        back. Where the request reads from a replica, the row is stored after it.

        :param kind: a value of the field
        :param client: client (record), or none where it is not proven to exist
        :param user: whose account it is about (record), or none
        :param grant: grant (record), or none
        :param reason: what else is worth knowing (str); no credential, and nothing that
            a caller has sent
        :param caused_by: event (record) of the same transaction that brought this one
            about, or none
        :return: the event (record); none where it is stored later, or not at all
        """
        row = self._get_row(kind, client, user, grant, reason)
        row["caused_by_id"] = caused_by.id or None if caused_by else None
        id_ = subtransaction = None
        if self.env.cr.readonly:
            write_apart(self.env, lambda cr: self._store(cr, row))
        else:
            id_, subtransaction = self._store(self.env.cr, row)
        self._log_committed(row, client, subtransaction)
        return self.browse(id_)

    @api.model
    @api.private
    def log_each(self, kind, records, reason=""):
        """Log the same of each of many records, by few statements.

        :param kind: not one of :data:`OPEN_KINDS`, of which not all are stored
        :param records: grants or credentials (recordset); each event names the client,
            the user and the grant of one
        """
        is_grant = records._name == "oauth.provider.grant"
        rows, subtransaction = [], None
        for one in records:
            grant = one if is_grant else one.grant_id
            rows.append(self._get_row(kind, one.client_id, one.user_id, grant, reason))
        for some in split_every(1_000, rows, list):
            insert = SQL(
                "INSERT INTO oauth_provider_event (%s) VALUES %s RETURNING %s",
                SQL(", ").join(map(SQL.identifier, COLUMNS)),
                SQL(", ").join(SQL("%s", tuple(row.values())) for row in some),
                SUBTRANSACTION,
            )
            [[subtransaction], *_rest] = self.env.execute_query(insert)
        for row, one in zip(rows, records, strict=True):
            self._log_committed(row, one.client_id, subtransaction)

    @api.model
    @api.private
    def log_daily(self, kind, *, client, user, grant=None, reason=""):
        """Like :meth:`log_event`, unless the same was logged within a day.

        For what an application brings about by each of its requests; see
        :data:`DAILY_LIMIT`.
        """
        since = fields.Datetime.now() - timedelta(days=1)
        logged = self.sudo().search_fetch(
            [
                ("kind", "=", kind),
                ("client_id", "=", client.id),
                ("user_id", "=", user.id),
                ("happened_at", ">", since),
            ],
            ["reason"],
            limit=DAILY_LIMIT,
        )
        is_new = reason[:LIMIT] not in logged.mapped("reason")
        if is_new and len(logged) < DAILY_LIMIT:
            self.log_event(kind, client=client, user=user, grant=grant, reason=reason)

    @api.model
    @api.private
    def prepare_issue(self, kind, *, client, user, grant, scopes):
        """Log that a token is issued, as a part of a statement that the caller runs.

        Not inside a savepoint: what is logged and counted is so if the whole is
        committed. An ordinary issue is counted afterwards. Without a query it is known
        to be one: where the grant was used before, this process has issued to the
        client and user at this address, and the token has no full access.

        :param kind: ``issued`` or ``refreshed``
        :param client: client (record)
        :param user: user (record) that the token acts for
        :param grant: grant (record), or None for a backend application
        :param scopes: of the token (records)
        :return: list of :class:`~..storage.statement.Part`, empty where it is counted
        """
        row = self._get_row(kind, client, user, grant, client.grant_type)
        pair = (self.env.cr.dbname, client.id, user.id, row["address"])
        is_counted = (
            not (grant and not grant.last_used)
            and issue_counts.is_known(*pair)
            and issue_counts.buffer.has_room(self.env.cr.dbname)
            and not row["author_id"]
            and not scopes.have_full_access()
            and not self.env["ir.config_parameter"]._get_oauth_flag(*EACH_ISSUE)
        )
        self._tell_issue(row, client, pair, is_counted)
        if is_counted:
            return []
        return [Part(f"new_{self._table} AS ({INSERT})", tuple(row.values()))]

    def _tell_issue(self, row, client, pair, is_counted):
        """Let an issue be logged after the commit, and counted or remembered."""
        line, registry = self._get_line(row, client), self.env.registry

        def tell():
            _logger.info("%s", line)
            if not is_counted:
                issue_counts.remember(*pair)
                return
            issue_counts.add(
                registry,
                issue_counts.Issue(
                    row["happened_at"].replace(minute=0, second=0, microsecond=0),
                    row["kind"],
                    row["client_id"],
                    row["user_id"],
                    row["grant_number"],
                ),
                row["happened_at"],
                row["address"],
                row["reason"],
            )

        call_after_commit(self.env, tell)

    def _get_row(self, kind, client, user, grant, reason):
        """Return the values (dict) of a new row, by :data:`COLUMNS` in their order."""
        is_protocol = self.env.uid == SUPERUSER_ID
        values = (
            fields.Datetime.now(),
            kind,
            client.id if client else None,
            user.id if user else None,
            grant.id if grant else None,
            None if is_protocol else self.env.uid,
            self.env["ir.http"]._oauth_get_address()[:ADDRESS_LENGTH],
            reason[:LIMIT],
            1,
            None,
        )
        return dict(zip(COLUMNS, values, strict=True))

    def _log_committed(self, row, client, subtransaction=None):
        line = self._get_line(row, client)
        call_after_commit(self.env, lambda: _logger.info("%s", line), subtransaction)

    def _get_line(self, row, client):
        """Return the line (str) of the log that tells of ``row`` (dict)."""
        return format_line(
            {
                "event": row["kind"],
                "client": client and client.identifier,
                "user": row["user_id"],
                "grant": row["grant_number"],
                "by": row["author_id"],
                "address": row["address"],
                "reason": row["reason"],
                "db": self.env.cr.dbname,
            }
        )

    def _store(self, cr, row):
        """Insert ``row`` (dict), unless callers without a credential fill the table.

        :param cr: cursor, which may be another one than the environment's
        :return: (id or None, number (str) of after_commit.SUBTRANSACTION or None)
        """
        if row["kind"] in OPEN_KINDS:
            cr.execute(
                "SELECT address FROM oauth_provider_event"
                " WHERE kind = 'replayed' AND happened_at > %s LIMIT %s",
                (row["happened_at"] - timedelta(minutes=1), TOTAL_LIMIT),
            )
            keys = [rate_limit_key(address or "") for (address,) in cr.fetchall()]
            of_caller = keys.count(rate_limit_key(row["address"]))
            if of_caller >= ADDRESS_LIMIT or len(keys) >= TOTAL_LIMIT:
                return None, None
        insert = SQL(INSERT, *row.values())
        cr.execute(SQL("%s RETURNING id, %s", insert, SUBTRANSACTION))
        return cr.fetchone()
