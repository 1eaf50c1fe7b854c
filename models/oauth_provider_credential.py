# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import uuid
from collections import Counter
from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import SQL

from ..storage import (
    live_token,
    prefetch,
    revocation,
    row_lookup,
    scope_numbers,
    statement,
)
from ..storage.cache import retry
from ..storage.foreign_key import GrantKey, no_foreign_key
from ..storage.live_token import LiveToken
from ..tools import capped_count, secret

#: The kinds of credentials.
CREDENTIALS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
)


def _field_without_grant(comodel_name, description):
    """Return a many2one that has a value only where the record has no grant."""
    return fields.Many2one(
        comodel_name=comodel_name,
        compute="_compute_backend",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="cascade",
        groups=fields.NO_ACCESS,
        help=description,
    )


class OAuthProviderCredential(models.AbstractModel):
    """What authorization codes, access tokens and refresh tokens have in common.

    The credential itself is shown to the client once; the database has its digest.
    Everything that is issued from one authorization shares a ``family``: if a code is
    replayed, or a stolen refresh token is used, the whole family is revoked (RFC 6749
    section 10.5, RFC 9700 section 4.14).

    How rows are found, stored and revoked by SQL is in :mod:`~..storage`.
    """

    _name = "oauth.provider.credential"
    _inherit = ["oauth.provider.client.user.mixin"]
    _description = "OAuth Provider Credential"
    _order = "id desc"

    digest = fields.Char(
        required=True, copy=False, readonly=True, groups=fields.NO_ACCESS
    )
    family = fields.Char(
        required=True, index=True, copy=False, readonly=True, groups=fields.NO_ACCESS
    )
    # One foreign key covers these three, or the two of a backend application
    client_id = fields.Many2one(update_db_foreign_key=no_foreign_key)
    user_id = fields.Many2one(update_db_foreign_key=no_foreign_key)
    grant_id = fields.Many2one(
        comodel_name="oauth.provider.grant",
        index="btree_not_null",
        readonly=True,
        ondelete="cascade",
        update_db_foreign_key=no_foreign_key,
        help="What the user allowed. Empty for a backend application, which acts on"
        " its own behalf.",
    )
    backend_client_id = _field_without_grant(
        "oauth.provider.client", "The client, where there is no grant."
    )
    backend_user_id = _field_without_grant(
        "res.users", "The user, where there is no grant."
    )
    session_id = fields.Many2one(
        comodel_name="oauth.provider.session",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        help="The sign-in in a browser that it comes from.",
    )
    audience = fields.Char(
        readonly=True,
        help="Who is to accept it: the resource that it was asked for (RFC 8707), or"
        " the client's own audience. Empty: this provider.",
    )
    expires_at = fields.Datetime(
        string="Expires On", required=True, index=True, readonly=True
    )
    revoked_at = fields.Datetime(string="Revoked On", readonly=True, copy=False)
    # A column of the row: rows of a relation and their foreign keys would take a third
    # of the time in which PostgreSQL stores a token. The number of a scope that has
    # been deleted since may stay here: it is ignored.
    scope_numbers = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Scopes",
        compute="_compute_scope_ids",
        compute_sudo=True,
        inverse="_inverse_scope_ids",
        search="_search_scope_ids",
        readonly=True,
    )

    # No row outlives its client or its user, or has others than its grant
    _held_by_grant = GrantKey("client_id", "user_id")
    _held = models.Constraint(
        "CHECK (grant_id IS NOT NULL OR"
        " (backend_client_id = client_id AND backend_user_id = user_id) IS TRUE)",
        "A credential belongs to a grant, or to a client and its user.",
    )

    @api.depends("grant_id", "client_id", "user_id")
    def _compute_backend(self):
        for record in self:
            has_grant = bool(record.grant_id)
            record.backend_client_id = not has_grant and record.client_id
            record.backend_user_id = not has_grant and record.user_id

    @api.depends("scope_numbers")
    def _compute_scope_ids(self):
        scopes = self.env["oauth.provider.scope"]
        numbers = {record: set(record.scope_numbers or ()) for record in self}
        existing = scopes.browse(set().union(*numbers.values())).exists()
        ordered = scopes.sort_ids(existing._ids)
        for record, own in numbers.items():
            record.scope_ids = scopes.browse(n for n in ordered if n in own)

    def _inverse_scope_ids(self):
        for record in self:
            scopes = record.scope_ids
            record.sudo().scope_numbers = scopes.sort_ids(scopes.ids)

    @api.model
    def _search_scope_ids(self, operator, value):
        scopes = self.env["oauth.provider.scope"]
        if operator in ("any", "any!"):
            if isinstance(value, SQL):
                value = Domain("id", "any!", value)
            if isinstance(value, Domain):
                value = scopes._search(value, bypass_access=operator == "any!")
            return scope_numbers.has_any_in(value)
        if operator != "in":
            # The ORM asks for the opposite, and turns it round
            return NotImplemented
        ids = [one for one in value if isinstance(one, int) and one is not True and one]
        found = scope_numbers.has_any_of(ids)
        if False in value:
            found |= ~scope_numbers.has_any_in(scopes.sudo()._search(Domain.TRUE))
        return found

    @api.model
    @api.private
    def count_by_scope(self, domain, ids):
        """Return how many credentials of ``domain`` have each of some scopes.

        One number may be counted up to :data:`~..tools.capped_count.LIMIT` and one
        more only.

        :param ids: of the scopes (list)
        :return: {id: number}
        """
        if not ids:
            return {}
        if len(ids) == 1:
            of_it = domain & scope_numbers.has_any_of(ids)
            return {ids[0]: self.search_count(of_it, limit=capped_count.LIMIT + 1)}
        query = self._search(domain)
        # Few combinations, and most credentials have the same one
        query.groupby = self._fields["scope_numbers"].to_sql(self.sudo(), self._table)
        rows = self.env.execute_query(query.select(query.groupby, SQL("count(*)")))
        counts = Counter()
        for numbers, count in rows:
            counts.update(dict.fromkeys(numbers or (), count))
        return counts

    # Finding one

    @api.private
    def find(self, value, lock=False, person=False):
        """Return the record of the credential ``value`` (str), dead or alive.

        :param lock: whether to lock the row until the end of the transaction: of two
            workers that present the same credential at once, the second waits, is then
            retried by Odoo on a fresh snapshot and sees what the first one did
        :param person: whether to read along what the claims about its user are made of
        """
        return self.from_row(*self._fetch(value, lock=lock, person=person))

    @api.private
    def read_live(self, value, person=False):
        """Return the :class:`LiveToken` of ``value`` (str), if it is live.

        By the rule of :meth:`is_live`; None otherwise.

        :param person: see :meth:`find`
        """
        found = self.find_values(value, person=person)
        return found if found and found.is_live() else None

    @api.private
    def find_values(self, value, lock=False, person=False):
        """Return the :class:`LiveToken` of ``value`` (str), dead or alive, or None.

        :param lock: see :meth:`find`
        :param person: the same
        """
        row, reader = self._fetch(value, lock=lock, person=person)
        client = row and self.env["oauth.provider.client"].get_values(row.client_id)
        return LiveToken(self.browse(), row, reader, client) if client else None

    def _fetch(self, value, lock=False, person=False):
        """Return the row of the credential ``value`` (str) as plain values.

        :return: (row or None, :class:`~..storage.row_reader.RowReader` that made it)
        """
        lookup = self._get_lookup(person)
        row = None
        if value and "\x00" not in value:
            row = row_lookup.fetch(self, lookup, secret.digest(value), lock)
        return row, lookup[1]

    @api.model
    @tools.ormcache("person")
    def _get_lookup(self, person):
        # Whoever asks first makes it for all
        return row_lookup.make_lookup(self.sudo(), person)

    @api.private
    def from_row(self, row, reader):
        """Return the record of a row, and put its values into the ORM's cache."""
        if not row:
            return self.browse()
        reader.fill(self.env.transaction.field_data, row)
        record = self.browse(row.id)
        record.client_id.prefetch()
        return record

    # What it is good for

    @api.private
    def is_live(self):
        """Tell whether this credential still opens anything, at this moment.

        By the rule in :mod:`~..storage.live_token`.
        """
        self.ensure_one()
        return live_token.is_live(self, self.client_id, lambda: self)

    @api.model
    @api.private
    def has_own_rule(self):
        """Tell whether an addon replaces :meth:`is_live`: then it is asked."""
        return type(self).is_live is not OAuthProviderCredential.is_live

    @api.private
    def find_end(self):
        """Return how a credential ended that is not live: ``expired`` or ``ended``."""
        self.ensure_one()
        was_ended = self.revoked_at or self.grant_id.revoked_at
        is_over = self.expires_at <= fields.Datetime.now()
        return "expired" if is_over and not was_ended else "ended"

    @api.private
    def is_in_grace(self):
        """Tell whether this used credential may be presented once more."""
        return False

    @api.model
    @api.private
    def maybe_live_domain(self):
        """Return the domain (Domain) of the credentials that may open something."""
        return Domain("revoked_at", "=", False) & Domain(
            "expires_at", ">", live_token.maybe_live_after()
        )

    @api.private
    def has_ended_with_session(self):
        """Tell whether the person has signed out since, and this ends with that.

        :meth:`oauth.provider.session.end` does not see a code that is issued at the
        same moment.
        """
        self.ensure_one()
        return bool(
            self.client_id.backchannel_logout_uri
            and self.session_id.ended_at
            and "offline_access" not in self.scope_ids.list_codes()
        )

    @api.private
    def allowed_scopes(self):
        """Return the scopes of this credential that the client may still have.

        Without those that the person has declined since, or that have come to open more
        than the person allowed.
        """
        return self.find_allowed_scopes().prefetch()

    @api.private
    def find_allowed_scopes(self):
        """Return the same: records of which nothing has been read yet."""
        return self.env["oauth.provider.scope"].browse(self._get_allowed_ids())

    @api.private
    def allowed_codes(self):
        """Return the codes (list of str) of :meth:`allowed_scopes`, in their order."""
        scopes = self.env["oauth.provider.scope"]
        return scopes.get_codes_of(self._get_allowed_ids())

    def _get_allowed_ids(self):
        self.ensure_one()
        client, grant = self.client_id, self.grant_id
        is_limited = live_token.is_limited_to_consent(self, client)
        return self.env["oauth.provider.scope"].get_allowed_ids(
            prefetch.look(self, "scope_numbers") or (),
            client.scope_ids._ids,
            grant.scope_ids._ids if is_limited else None,
            prefetch.look(grant, "declined_numbers") or (),
        )

    @api.private
    def get_end(self):
        """Return when this credential expires, at the latest with its grant."""
        self.ensure_one()
        return live_token.get_end(self)

    # Issuing

    @api.private
    def issue(self, *, value=None, locks_user=False, **vals):
        """Store a new credential; see :meth:`prepare_issue`.

        :param value: the credential itself (str), generated by default
        :param locks_user: whether it starts an authorization, see :meth:`prepare_lock`
        :return: tuple (record, credential as str)
        """
        value = value or secret.generate()
        parts = [self.prepare_issue(value=value, **vals)]
        if locks_user:
            parts.append(self.prepare_lock(vals["user"]))
        return self.store(parts), value

    @api.private
    def prepare_issue(
        self,
        *,
        value,
        client,
        user,
        scopes,
        lifetime,
        grant=None,
        family=None,
        **vals,
    ):
        """Return the :class:`~..storage.statement.Part` that stores a new credential.

        For :meth:`store`, alone or together with others.

        :param value: the credential itself (str)
        :param client: oauth.provider.client record
        :param user: res.users record it acts for
        :param scopes: oauth.provider.scope recordset
        :param lifetime: seconds; never beyond the end of the grant
        :param grant: oauth.provider.grant record, or None for a backend application
        :param family: family to continue (str); a new one is started by default
        :param vals: values of further fields
        """
        now = fields.Datetime.now()
        expires_at = now + timedelta(seconds=lifetime)
        # No user of Odoo makes one: create_uid and write_uid stay empty. PostgreSQL
        # would look for, and lock, the user of each.
        vals.update(
            digest=secret.digest(value),
            family=family or uuid.uuid4().hex,
            client_id=client.id,
            user_id=user.id,
            grant_id=grant.id if grant else False,
            backend_client_id=False if grant else client.id,
            backend_user_id=False if grant else user.id,
            scope_numbers=scopes.sort_ids(scopes._ids),
            expires_at=grant.cap(expires_at) if grant else expires_at,
            create_date=now,
        )
        return statement.insert(self, vals)

    @api.model
    @api.private
    def prepare_lock(self, user, client=None):
        """Return the :class:`~..storage.statement.Part` that locks ``user`` (record).

        For :meth:`store`, with what starts a new authorization: who archives the user,
        or sets another password, at this moment waits until it is committed, and then
        ends it. What continues an authorization is covered by the lock on what it is
        exchanged for, and by the grant.

        :param client: client (record) to be locked too, where no grant does
        """
        return statement.lock_active(user, client)

    @api.private
    def prepare_use(self):
        """Return the :class:`~..storage.statement.Part` that marks this one as used.

        Of a code or refresh token, whose row the transaction has locked. One that was
        used before, in its grace period, is written as well: PostgreSQL tells nobody
        of a mere lock, and who revokes the family at this moment would overlook what it
        is exchanged for.
        """
        self.ensure_one()
        used_at = self.used_at or fields.Datetime.now()
        self._fields["used_at"]._update_cache(self, used_at)
        return statement.mark_used(self, used_at)

    @api.model
    @api.private
    def store(self, parts):
        """Store a credential and what goes with it: all of it or nothing.

        :param parts: list of :class:`~..storage.statement.Part`, one of which stores a
            record of this model (see :meth:`prepare_issue`)
        :return: that record
        :raise ConcurrencyError: where what :meth:`prepare_lock` locks has been
            archived; Odoo runs the request once more
        """
        id_ = statement.execute(self, parts)
        if not id_:
            retry(self.env)
        return self.browse(id_)

    # Ending

    @api.private
    def revoke(self):
        """Revoke these records; those that are revoked keep their first date."""
        self.filtered(lambda record: not record.revoked_at).write(
            {"revoked_at": fields.Datetime.now()}
        )

    @api.private
    def revoke_family(self):
        """Revoke all that was issued from the same authorization as these records.

        These records even if they have expired: presenting one again then changes
        nothing, and nothing is logged again.
        """
        self.revoke_where([("family", "in", self.mapped("family"))])
        self.revoke()

    @api.model
    @api.private
    def revoke_where(self, domain, kinds=CREDENTIALS):
        """Revoke what may be live of ``domain``.

        :param kinds: names of models, all by default, whatever this one is
        """
        for model in kinds:
            credentials = self.env[model].sudo()
            found = credentials._search(Domain(domain) & self.maybe_live_domain())
            revocation.revoke(credentials, found)

    @api.private
    def revoke_reused(self, what):
        """Revoke all that was issued with this credential: it was presented twice.

        :param what: of the event (str): which kind of credential it is
        """
        reused = self.log_event("replayed", reason=what)
        if not self.revoked_at:
            self.log_event("revoked", reason="reused", caused_by=reused)
        self.revoke_family()

    @api.private
    def log_event(self, kind, reason="", caused_by=None):
        """Remember what happened to this credential; see oauth.provider.event."""
        return self.env["oauth.provider.event"].log_event(
            kind,
            client=self.client_id,
            user=self.user_id,
            grant=self.grant_id,
            reason=reason,
            caused_by=caused_by,
        )

    @api.model
    def _cron_clean(self):
        self.env["oauth.provider.housekeeping"].clean()
