# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Queries that PostgreSQL need not plan for each request (PREPARE).

Odoo makes a connection forget its plans (DISCARD ALL) for each request, and planning
takes PostgreSQL longer than finding one row by its key. So each process keeps a
dedicated connection to every database in which it often looks up or issues tokens. It
belongs to Odoo's pool, which closes it along with the others. A query that looks up a
token commits by itself (:func:`fetch`). Where tokens are issued, the transaction is one
of this connection (:func:`run_transaction`), so that the queries by which PostgreSQL
checks foreign keys stay planned as well.

All is done with the caller's own cursor:

- if that is a test's: no other connection sees what the test has changed;
- if it is a replica's: the primary may not answer;
- if it has begun a transaction, which may hold locks: an ALTER TABLE that waits for
  them can block the dedicated connection, a deadlock that PostgreSQL does not detect;
- if another thread uses the dedicated connection;
- if the pool is small (:func:`_get_max_databases`), or :data:`OPTION` is off;
- for :data:`RETRY_AFTER` seconds after an error: PostgreSQL has closed the connection
  at this moment, or a pooler in between assigns each transaction to another one.
"""

import atexit
import hashlib
import logging
import selectors
import threading
import time
from contextlib import contextmanager

import psycopg2
from psycopg2 import DataError, IntegrityError
from psycopg2.extensions import ISOLATION_LEVEL_REPEATABLE_READ, STATUS_READY

import odoo
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.sql_db import Cursor, db_connect
from odoo.tools import SQL, config

from ..tools import option
from .cache import is_first_run

_logger = logging.getLogger(__name__)

#: Option of the configuration file: False leaves every query to Odoo's connections.
OPTION = "oauth_provider_prepare_statements"
#: Databases to which a process keeps a connection.
MAX_DATABASES = 8
#: Lookups and issues within MINUTE seconds after which a connection is opened.
MIN_REQUESTS = 5
#: Seconds. A connection that was unused for longer is closed if another database needs
#: its place.
MINUTE = 60
#: Seconds without a connection after an error.
RETRY_AFTER = 60
#: Seconds after which a connection is replaced: its plans may be wrong for tables that
#: have grown, and firewalls drop connections that are unused for long.
MAX_AGE = 600
#: Statements on a connection. An update of the addon changes the queries.
MAX_STATEMENTS = 32


#: Tells at once whether there is something to read; on Windows the former is missing.
Selector = getattr(selectors, "PollSelector", selectors.SelectSelector)


class _KeptConnection:
    """A connection to ``database`` (str), with its prepared statements."""

    def __init__(self, database):
        self.database = database
        self.lock = threading.Lock()
        self._open()

    def _open(self):
        #: {query: what executes the statement}
        self.statements = {}
        self.opened = self.used = time.monotonic()
        self.cr = db_connect(self.database).cursor()
        self.selector = Selector()
        self.selector.register(self.cr.connection, selectors.EVENT_READ)
        self._leave_transaction()

    def _leave_transaction(self):
        """Let each query commit by itself.

        In this order psycopg2 sends no setting of the session: where a pooler shares
        connections, others would inherit it.
        """
        connection = self.cr.connection
        connection.isolation_level = connection.readonly = None
        connection.autocommit = True

    def _use(self):
        now = time.monotonic()
        is_worn = now - self.opened > MAX_AGE or len(self.statements) >= MAX_STATEMENTS
        if is_worn or self._has_ended():
            self.close()
            self._open()
        self.used = now

    def _has_ended(self):
        connection = self.cr.connection
        if connection.closed:
            return True
        # Nothing is expected: PostgreSQL says that it closes the connection
        return bool(self.selector.select(0))

    def fetch(self, query, value):
        self._use()
        self.execute(query, (value,))
        return self.cr.fetchall()

    def execute(self, query, values):
        statement = self.statements.get(query) or self._prepare(query, len(values))
        self.cr.execute(statement, values, log_exceptions=False)

    def _prepare(self, query, number):
        # Unique for each query: where a pooler shares connections, others prepare too
        name = f"oauth_provider_{hashlib.sha256(query.encode()).hexdigest()[:32]}"
        text = query % tuple(f"${place}" for place in range(1, number + 1))
        prepare = SQL("PREPARE %s AS %s", SQL.identifier(name), SQL(text))
        self.cr.execute(prepare, log_exceptions=False)
        places = ", ".join(["%s"] * number)
        self.statements[query] = f"EXECUTE {name} ({places})"
        return self.statements[query]

    @contextmanager
    def transaction(self):
        """Give the cursor of a transaction as Odoo begins one; it is committed at last.

        :raise RuntimeError: where the commit fails: it may have happened all the same
        """
        self._use()
        self.cr.connection.autocommit = False
        self.cr.connection.isolation_level = ISOLATION_LEVEL_REPEATABLE_READ
        try:
            yield self.cr
            self.cr.flush()
        except BaseException:
            self.cr.rollback()
            raise
        else:
            self._commit()
        finally:
            # The next one starts with nothing that this one has read
            self.cr.transaction = None
            self.cr.cache.clear()
            self._end()

    def _end(self):
        try:
            # A hook may have begun another transaction after the commit
            self.cr.connection.rollback()
            self._leave_transaction()
        except psycopg2.Error:
            # The outcome is known: nothing may be run again for this
            self.close()

    def _commit(self):
        try:
            # Not the transaction of Odoo: nobody else ends this one
            self.cr.commit()  # pylint: disable=invalid-commit
        except Exception as error:
            self.close()
            # Odoo must not run the request again
            raise RuntimeError("Nobody knows whether it is committed.") from error

    def close(self):
        # Odoo's pool removes closed connections itself
        self.cr.connection.close()


#: Held while a connection is opened.
_lock = threading.Lock()
#: {name of a database: _KeptConnection}
_kept = {}
#: {name of a database: (when a minute of counting began, requests since)}
_asked = {}
#: {name of a database: when a connection may be tried again}
_retry_at = {}


def fetch(cr, query, value, ends_transaction=False):
    """Return the rows that ``query`` finds, by a prepared statement.

    It sees everything that has been committed by now. Errors of the database are not
    raised.

    :param cr: cursor of the database
    :param query: text of a SELECT with one ``%s``, and no other ``%``
    :param value: the value for it
    :param ends_transaction: whether to end the transaction of ``cr`` first, which must
        have changed nothing
    :return: list of tuples; None where the caller has to run the query itself
    """
    kept = _acquire(cr)
    if not kept:
        return None
    try:
        if ends_transaction:
            cr.connection.rollback()
        if cr.connection.status != STATUS_READY:
            return None
        return kept.fetch(query, value)
    except psycopg2.Error as error:
        _drop(kept, error)
        return None
    finally:
        kept.lock.release()


def execute(cr, query, values, log_exceptions=True):
    """Run ``query``, by a prepared statement within :func:`run_transaction`.

    :param cr: cursor of the transaction
    :param query: text of one statement, with ``%s`` for each value and no other ``%``
    :param values: list or tuple
    :param log_exceptions: see :meth:`odoo.sql_db.Cursor.execute`
    """
    kept = _kept.get(cr.dbname)
    if kept and kept.cr is cr:
        kept.execute(query, values)
    else:
        cr.execute(query, values, log_exceptions=log_exceptions)


def run_transaction(env, function):
    """Return ``function(env)``, run in a transaction of the dedicated connection.

    It is committed then: nothing that follows in the request undoes it. Where all is
    done with the caller's own cursor (see above), and where Odoo runs a request again,
    the transaction is that of ``env``, which Odoo commits.

    :param env: environment of the request
    :param function: function of an environment; it is called again, with ``env``, where
        a statement or the connection could not be used
    :raise OperationalError: where another transaction was faster: Odoo runs the request
        again
    :raise IntegrityError: where a row may not be as it is to be stored
    :raise DataError: the same of a value
    :raise RuntimeError: where the commit fails
    """
    kept = is_first_run(env) and _acquire(env.cr)
    if not kept:
        return function(env)
    try:
        if env.cr.connection.status == STATUS_READY:
            with kept.transaction() as cr:
                result = function(env(cr=cr))
            return result
    except (*PG_CONCURRENCY_EXCEPTIONS_TO_RETRY, IntegrityError, DataError):
        # Nothing is wrong with the connection
        raise
    except psycopg2.Error as error:
        _drop(kept, error)
    finally:
        kept.lock.release()
    return function(env)


def _acquire(cr):
    """Return a connection (_KeptConnection) for the database of ``cr``, or None.

    Its lock is held then.
    """
    # The cursor of a test has another class
    if type(cr) is not Cursor or cr.readonly:
        return None
    kept = _kept.get(cr.dbname) or _open_if_worth_it(cr.dbname)
    return kept if kept and kept.lock.acquire(blocking=False) else None


def _drop(kept, error):
    if _kept.get(kept.database) is kept:
        del _kept[kept.database]
    _give_up(kept.database, error)
    kept.close()


def _open_if_worth_it(database):
    """Return a connection (_KeptConnection) to ``database`` (str), or None."""
    if not option.is_on(OPTION) or not _count_request(database):
        return None
    if not _lock.acquire(blocking=False):
        return None
    try:
        if database not in _kept and _has_room():
            _kept[database] = _KeptConnection(database)
    except psycopg2.Error as error:
        _give_up(database, error)
    finally:
        _lock.release()
    return _kept.get(database)


def _count_request(database):
    """Count a lookup; return whether there were enough within a minute."""
    now = time.monotonic()
    if now < _retry_at.get(database, 0):
        return False
    began, number = _asked.get(database, (now, 0))
    if now - began > MINUTE:
        began, number = now, 0
    _asked[database] = began, number + 1
    return number + 1 >= MIN_REQUESTS


def _has_room():
    """Return whether one more connection may be kept; close the unused ones."""
    limit, now = _get_max_databases(), time.monotonic()
    unused = MAX_AGE if len(_kept) < limit else MINUTE
    for database, kept in list(_kept.items()):
        # Never released: a thread that already holds this object must not use it
        if now - kept.used > unused and kept.lock.acquire(blocking=False):
            _kept.pop(database, None)
            kept.close()
    return len(_kept) < limit


def _get_max_databases():
    """Return how many connections are kept: an eighth of the pool at most."""
    # The size of the pool, as Odoo determines it
    size = config["db_maxconn_gevent"] if getattr(odoo, "evented", False) else 0
    return min(MAX_DATABASES, int(size or config["db_maxconn"]) // 8)


def _give_up(database, error):
    _retry_at[database] = time.monotonic() + RETRY_AFTER
    # Its text may hold the digest of a token
    kind = f"{type(error).__name__} {error.pgcode or ''}"
    _logger.info(
        "Database %s: no prepared statements for %s seconds: %s",
        *(database, RETRY_AFTER, kind.rstrip()),
    )


def _close_all():
    for kept in list(_kept.values()):
        kept.close()


# Odoo logs a warning for each cursor that is open when the process ends
atexit.register(_close_all)
