# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Attempts that count before it is known whether they fail.

Comparing a password takes a good part of a second. If only its failure counted, callers
could try as many passwords at once as there are threads. So each attempt is stored and
committed first, outside the transaction of the request, which sees nothing that began
after it. For a moment attempts of one address wait for each other, so that their ids
say which one came first; while passwords are compared, nothing is locked.
"""

import logging
import threading
import time
from datetime import timedelta

from psycopg2.pool import PoolError

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: Value of the field ``kind`` while the attempt is under way.
PENDING = "attempt"
#: Seconds for which an attempt waits while it depends on others that are under way, and
#: between two looks. On a busy server ten of them take a while.
MAX_WAIT = 30
INTERVAL = 0.25
#: Seconds after which an attempt under way counts as failed: comparing takes one.
ABANDONED = 30
#: How many wait in this process. Each has a thread and a connection to the database,
#: which others need.
MAX_WAITING = 16
_places = threading.BoundedSemaphore(MAX_WAITING)
#: How often a connection is asked for while all of the process are in use.
TRIES = 10
#: Seconds after which a caller may try again for whom there is no place now.
BUSY = 1
#: What is raised where Odoo rolls the request back and serves it once more.
REPEATED = (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, ConcurrencyError)
#: A crash of PostgreSQL may lose an attempt: nobody has to wait for a disk.
NO_WAIT = "SELECT set_config('synchronous_commit', 'off', true)"
LOCK = (
    "SELECT pg_advisory_xact_lock(hashtextextended('oauth_provider_failure ' || %s, 0))"
)
INSERT = (
    "INSERT INTO oauth_provider_failure (kind, subject, address, failed_at)"
    " VALUES (%s, %s, %s, %s) RETURNING id"
)


class Attempt:
    """One attempt. As a context manager: while it is compared.

    It is forgotten unless it has failed, and where Odoo repeats the request. Whatever
    else is raised is a failure: nobody guesses by requests that break the server.

    :ivar has_failed: to be set within the context
    :ivar has_succeeded: the same, where what was tried is right, whatever is raised
    """

    def __init__(self, registry, kind, subject, address):
        """Store an attempt; the parameters are columns of oauth_provider_failure."""
        self._registry = registry
        self._kind, self._subject, self._address = kind, subject, address
        self.has_failed = self.has_succeeded = False
        values = (PENDING, subject, address, fields.Datetime.now())
        with registry.cursor() as cr:
            cr.execute(NO_WAIT)
            cr.execute(LOCK, (address,))
            cr.execute(INSERT, values)
            [self._id] = cr.fetchone()

    def wait(self, limit, limit_of_address, seconds):
        """Wait until this attempt is within the limits. If it is not, it is forgotten.

        Earlier ones that are under way count as failures. Should they succeed, this one
        has its turn.

        :param limit: failures of one subject (int) from one address
        :param limit_of_address: failures of all subjects (int) from one address
        :param seconds: how long a failure counts
        :return: 0 where something may be compared; else the seconds (int) after which
            the caller may try again
        """
        try:
            found = self._count(limit, limit_of_address, seconds)
            if found[1] and not found[0]:
                if not _places.acquire(blocking=False):
                    self._forget()
                    return BUSY
                try:
                    found = self._wait(limit, limit_of_address, seconds)
                finally:
                    _places.release()
        except PoolError:
            self._forget()
            return BUSY
        has_failed, is_counted, last = found
        if not is_counted:
            return 0
        self._forget()
        if not has_failed:
            return BUSY
        past = (fields.Datetime.now() - last).total_seconds()
        return max(1, seconds - int(past))

    def _wait(self, *limits):
        """Return what :meth:`_count` returns, once others no longer matter."""
        latest = time.monotonic() + MAX_WAIT
        while True:
            time.sleep(INTERVAL)
            has_failed, is_counted, last = self._count(*limits)
            if has_failed or not is_counted or time.monotonic() > latest:
                return has_failed, is_counted, last

    def _count(self, limit, limit_of_address, seconds):
        """Return what earlier attempts there are.

        One that has been under way for too long has failed: its worker was ended.

        :return: (whether failures reach a limit, whether these and those under way do,
            when the last one failed)
        """
        query = SQL(
            "SELECT count(*) FILTER (WHERE %(same)s AND %(failed)s) >= %(limit)s"
            " OR count(*) FILTER (WHERE %(failed)s) >= %(sum)s,"
            " count(*) FILTER (WHERE %(same)s) >= %(limit)s OR count(*) >= %(sum)s,"
            " max(failed_at) FILTER (WHERE %(failed)s)"
            " FROM oauth_provider_failure WHERE address = %(address)s"
            " AND kind IN %(kinds)s AND failed_at > %(since)s AND id < %(id)s",
            same=SQL("subject = %s", self._subject),
            failed=SQL(
                "(kind = %s OR failed_at < %s)",
                self._kind,
                fields.Datetime.now() - timedelta(seconds=ABANDONED),
            ),
            kinds=(self._kind, PENDING),
            address=self._address,
            since=fields.Datetime.now() - timedelta(seconds=seconds),
            limit=limit,
            sum=limit_of_address,
            id=self._id,
        )
        with self._registry.cursor() as cr:
            cr.execute(query)
            return cr.fetchone()

    def __enter__(self):
        return self

    def __exit__(self, _kind, error, _traceback):
        is_failure = self.has_failed or (error and not self.has_succeeded)
        if isinstance(error, REPEATED) or not is_failure:
            self._forget()
        else:
            self._fail()

    def _forget(self):
        self._change(SQL("DELETE FROM oauth_provider_failure WHERE id = %s", self._id))

    def _fail(self):
        self._change(
            SQL(
                "UPDATE oauth_provider_failure SET kind = %s, failed_at = %s"
                " WHERE id = %s",
                self._kind,
                fields.Datetime.now(),
                self._id,
            )
        )

    def _change(self, query):
        for _try in range(TRIES):
            try:
                with self._registry.cursor() as cr:
                    cr.execute(NO_WAIT)
                    cr.execute(query)
                return
            except PoolError:
                time.sleep(INTERVAL)
        _logger.warning("No connection to the database: a password counts as wrong")
