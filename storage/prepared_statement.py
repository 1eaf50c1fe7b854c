# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Queries that PostgreSQL need not plan for each request (PREPARE).

Odoo makes a connection forget its plans (DISCARD ALL) for each request, and planning
takes PostgreSQL longer than finding one row by its key. So each process keeps a
dedicated connection to every database in which it often looks up tokens. It belongs to
Odoo's pool, which closes it along with the others. Each query commits by itself.

The caller runs the query itself, with its own cursor:

- if that is a test's: no other connection sees what the test has changed;
- if it is a replica's: the primary may not answer;
- if it has begun a transaction, which may hold locks: an ALTER TABLE that waits for
  them can block the prepared statement, a deadlock that PostgreSQL does not detect;
- if another thread uses the dedicated connection;
- if the pool is small (:func:`_get_max_databases`), or :data:`OPTION` is off;
- for :data:`RETRY_AFTER` seconds after an error: PostgreSQL has closed the connection,
  or a pooler in between assigns each transaction to another one.
"""

import atexit
import hashlib
import logging
import threading
import time

import psycopg2
from psycopg2.extensions import STATUS_READY

import odoo
from odoo.sql_db import Cursor, db_connect
from odoo.tools import SQL, config

from ..tools import option

_logger = logging.getLogger(__name__)

#: Option of the configuration file: False leaves every query to Odoo's connections.
OPTION = "oauth_provider_prepare_statements"
#: Databases to which a process keeps a connection.
MAX_DATABASES = 8
#: Lookups within MINUTE seconds after which a connection is opened.
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
MAX_STATEMENTS = 16


class _KeptConnection:
    """A connection to ``database`` (str), with its prepared statements."""

    def __init__(self, database):
        self.database = database
        self.lock = threading.Lock()
        self._open()

    def _open(self):
        #: {query: name of the statement}
        self.names = {}
        self.opened = self.used = time.monotonic()
        self.cr = db_connect(self.database).cursor()
        # No other setting: where a pooler shares connections, others would inherit it
        self.cr.connection.set_session(autocommit=True)

    def fetch(self, query, value):
        now = time.monotonic()
        if now - self.opened > MAX_AGE or len(self.names) >= MAX_STATEMENTS:
            self.close()
            self._open()
        self.used = now
        name = self.names.get(query) or self._prepare(query)
        self.cr.execute(f"EXECUTE {name} (%s)", (value,), log_exceptions=False)
        return self.cr.fetchall()

    def _prepare(self, query):
        # Unique for each query: where a pooler shares connections, others prepare too
        name = f"oauth_provider_{hashlib.sha256(query.encode()).hexdigest()[:32]}"
        prepare = SQL("PREPARE %s AS %s", SQL.identifier(name), SQL(query % "$1"))
        self.cr.execute(prepare, log_exceptions=False)
        self.names[query] = name
        return name

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
    # The cursor of a test has another class
    if type(cr) is not Cursor or cr.readonly:
        return None
    kept = _kept.get(cr.dbname) or _open_if_worth_it(cr.dbname)
    if not kept or not kept.lock.acquire(blocking=False):
        return None
    try:
        if ends_transaction:
            cr.connection.rollback()
        if cr.connection.status != STATUS_READY:
            return None
        return kept.fetch(query, value)
    except psycopg2.Error as error:
        if _kept.get(cr.dbname) is kept:
            del _kept[cr.dbname]
        _give_up(cr.dbname, error)
        kept.close()
        return None
    finally:
        kept.lock.release()


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
