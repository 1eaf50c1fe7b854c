# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import contextlib
from datetime import timedelta

import psycopg2
from psycopg2.pool import PoolError

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import hmac

from ..storage.after_commit import write_apart
from ..storage.rate_limit import BUSY, PENDING, Attempt
from ..tools import secret, vacuum
from ..tools.address import rate_limit_key

#: Wrong passwords from one address, for all logins, as a multiple of those for one.
ADDRESS_FACTOR = 10
#: Client identifiers that no client has are counted by this many keys per address:
#: anybody can invent any number of them.
UNKNOWN_KEYS = 64
#: Rows that no longer count, and that one failure removes.
CLEANED = 100


class OAuthProviderFailure(models.Model):
    """A failed authentication, for the rate limit of all workers together.

    Rows are only added: counting one up would make concurrent failures wait for each
    other, and some of them fail. Where the limit is reached nothing is added, so that
    each key has about as many rows as the limit says. A password, which takes long to
    compare, is counted before: see :mod:`..storage.rate_limit`.
    """

    _name = "oauth.provider.failure"
    _description = "OAuth Provider Failed Authentication"
    _order = "id desc"
    _log_access = False

    kind = fields.Selection(
        selection=[
            ("client", "Client"),
            ("password", "Password"),
            (PENDING, "Pending Password"),
        ],
        required=True,
        readonly=True,
    )
    subject = fields.Char(
        required=True,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Digest of what was tried: the caller may have put a secret there.",
    )
    address = fields.Char(
        string="IP Address",
        required=True,
        readonly=True,
        help="Of IPv6 the network (/64): all its addresses may be one caller's.",
    )
    failed_at = fields.Datetime(required=True, readonly=True, index=True)

    _address_idx = models.Index("(address, kind, subject, failed_at)")
    # How many failed for one client, from any address: its form shows it
    _subject_idx = models.Index("(subject, failed_at)")

    @api.model
    def _get_limits(self):
        """Return (failures allowed, seconds in which they count), each 1 or more.

        The rate limit cannot be turned off: 0, which the settings refuse, is the
        default.
        """
        number = self.env["ir.config_parameter"]._get_oauth_number
        return (
            number("oauth_provider.throttle_failures", 0) or 10,
            number("oauth_provider.throttle_seconds", 0) or 60,
        )

    @api.private
    def get_client_subject(self, client, identifier):
        """Return the key (str) by which wrong secrets of a client are counted.

        :param client: client (record), none where the caller's identifier is unknown
        :param identifier: what the caller sent as the client's identifier (str)
        """
        if client:
            return secret.digest(client.identifier)
        # With the database's own secret: else two names could be chosen that share a
        # key, and the answers would tell whether there is a client of one of them
        mixed = hmac(self.env(su=True), "oauth_provider-failure", identifier or "")
        # No client has this name: there are no blanks in identifiers
        return secret.digest(f"unknown client {int(mixed, 16) % UNKNOWN_KEYS}")

    @api.private
    def get_password_subject(self, login):
        """Return the key (str) by which wrong passwords for ``login`` are counted.

        Addons may compare logins without case: then each spelling would be a new try.
        """
        return secret.digest(f"login {login.strip().casefold()}")

    @api.private
    def retry_after(self, kind, subject, address):
        """Return the seconds (int) to wait after too many failures, or 0.

        :param kind: ``client`` or ``password``: of these a sum per address counts too
        :param subject: key of what is tried (str), of :meth:`get_client_subject` or
            :meth:`get_password_subject`
        :param address: IP address of the caller (str)
        """
        limit, seconds = self._get_limits()
        now = fields.Datetime.now()
        of_subject, last = self._count(kind, subject, address, now, seconds)
        is_limited = of_subject >= limit
        if not is_limited and kind == "password":
            of_address, last = self._count(kind, None, address, now, seconds)
            is_limited = of_address >= limit * ADDRESS_FACTOR
        if not is_limited:
            return 0
        return max(1, seconds - int((now - last).total_seconds()))

    @api.private
    def begin_attempt(self, subject, address):
        """Count a password before it is compared; parameters as :meth:`retry_after`.

        :return: (:class:`~..storage.rate_limit.Attempt` or None, seconds to wait or 0)
        """
        if seconds := self.retry_after("password", subject, address):
            return None, seconds
        limit, period = self._get_limits()
        try:
            attempt = Attempt(
                self.env.registry, "password", subject, rate_limit_key(address)
            )
        except PoolError:
            return None, BUSY
        seconds = attempt.wait(limit, limit * ADDRESS_FACTOR, period)
        return (None if seconds else attempt), seconds

    def _count(self, kind, subject, address, now, seconds):
        """Return (how many failures, when the last one was); None: of any subject."""
        self.env.cr.execute(
            SQL(
                "SELECT count(*), max(failed_at) FROM oauth_provider_failure"
                " WHERE address = %s AND kind = %s AND failed_at > %s%s",
                rate_limit_key(address),
                kind,
                now - timedelta(seconds=seconds),
                SQL() if subject is None else SQL(" AND subject = %s", subject),
            )
        )
        return self.env.cr.fetchone()

    @api.private
    def count_of_clients(self, clients):
        """Return {client: wrong secrets (int)} for each of ``clients`` (recordset).

        In the seconds that count, from all addresses.
        """
        _limit, seconds = self._get_limits()
        subjects = {
            client: self.get_client_subject(client, None)
            for client in clients
            if client.identifier
        }
        self.env.cr.execute(
            "SELECT subject, count(*) FROM oauth_provider_failure"
            " WHERE kind = 'client' AND subject = ANY(%s) AND failed_at > %s"
            " GROUP BY subject",
            (
                list(subjects.values()),
                fields.Datetime.now() - timedelta(seconds=seconds),
            ),
        )
        found = dict(self.env.cr.fetchall())
        return {client: found.get(subjects.get(client), 0) for client in clients}

    @api.private
    def record(self, kind, subject, address):
        """Store a failure; the parameters are those of :meth:`retry_after`."""
        now = fields.Datetime.now()
        _limit, seconds = self._get_limits()
        before = now - timedelta(seconds=seconds)
        insert = SQL(
            "INSERT INTO oauth_provider_failure (kind, subject, address, failed_at)"
            " VALUES (%s, %s, %s, %s)",
            kind,
            subject,
            rate_limit_key(address),
            now,
        )

        def write(cr):
            cr.execute(insert)
            self._clean(cr, before)

        if self.env.cr.readonly:
            # Introspection, where there is a replica
            write_apart(self.env, write)
        else:
            write(self.env.cr)

    @api.private
    def remove_old(self):
        """Remove failures that no longer count, once another one is stored apart."""
        _limit, seconds = self._get_limits()
        before = fields.Datetime.now() - timedelta(seconds=seconds)
        self._clean(self.env.cr, before)

    @api.model
    def _clean(self, cr, before):
        """Remove failures that no longer count, so that few are there.

        Of whatever address: whoever has many networks uses each of them once.

        :param cr: cursor, which may be another one than the environment's
        :param before: datetime (UTC); what failed earlier does not count
        """
        query = SQL(
            "DELETE FROM oauth_provider_failure WHERE id IN ("
            "SELECT id FROM oauth_provider_failure WHERE failed_at <= %s"
            " LIMIT %s FOR UPDATE SKIP LOCKED)",
            before,
            CLEANED,
        )
        # A concurrent request may have removed them since this one began
        with contextlib.suppress(psycopg2.OperationalError), cr.savepoint(flush=False):
            cr.execute(query, log_exceptions=False)

    @api.autovacuum
    def _gc_failures(self):
        _limit, seconds = self._get_limits()
        limit = fields.Datetime.now() - timedelta(seconds=seconds)
        return vacuum.remove(self, [("failed_at", "<", limit)])
