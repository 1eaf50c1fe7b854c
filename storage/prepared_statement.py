# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Queries that PostgreSQL plans once (PREPARE), on a connection of their own.

Odoo makes a connection forget its plans (DISCARD ALL) for each request, and planning
takes PostgreSQL longer than finding one row by its key. So a process keeps one more
connection to a database in which it is often asked for credentials. It is one of Odoo's
own pool, which closes it along with the others; it reads only, each query by itself.

Where it cannot be had, or is in use, the caller asks by its own cursor:

- with a test's cursor, whose changes no other connection sees;
- where the pool is small (:func:`_most`), or the option :data:`OPTION` is off;
- for :data:`REFUSED` seconds after an error, such as a connection that PostgreSQL has
  ended, or a pooler before it that hands each transaction to another connection.
"""

import hashlib
import logging
import threading
import time

import psycopg2

import odoo
from odoo.sql_db import Cursor, PoolError, db_connect
from odoo.tools import config

from ..tools import option

_logger = logging.getLogger(__name__)

#: Option of the configuration file: False leaves every query to Odoo's connections.
OPTION = "oauth_provider_prepare_statements"
#: Databases at most to which a process keeps a connection.
MOST_DATABASES = 8
#: A connection is opened for a database that is asked so often within MINUTE seconds,
#: and another database may have its place when it was not used for as long.
OFTEN = 5
MINUTE = 60
#: Seconds for which no connection is opened after an error.
REFUSED = 60
#: Seconds for which plans are kept: tables may have grown meanwhile.
PLANNED = 600
#: Statements at most on a connection: an update of the addon makes others.
MOST_STATEMENTS = 16


class _Kept:
    """A connection that is kept, with the queries that are prepared on it."""

    def __init__(self, database):
        self.lock = threading.Lock()
        self.names = {}
        self.planned = self.used = time.monotonic()
        self.cr = db_connect(database).cursor()
        self.cr.connection.set_session(readonly=True, autocommit=True)

    def fetch(self, query, value):
        self.used = time.monotonic()
        if self.used - self.planned > PLANNED or len(self.names) > MOST_STATEMENTS:
            self.cr.execute("DEALLOCATE ALL")
            self.names, self.planned = {}, self.used
        name = self.names.get(query) or self._prepare(query)
        self.cr.execute(f"EXECUTE {name} (%s)", (value,), log_exceptions=False)
        return self.cr.fetchall()

    def _prepare(self, query):
        # The name of one query only, also where a pooler shares the connection
        name = f"oauth_provider_{hashlib.sha256(query.encode()).hexdigest()[:32]}"
        text = f"PREPARE {name} AS {query % '$1'}"
        self.cr.execute(text, log_exceptions=False)
        self.names[query] = name
        return name

    def close(self):
        # The pool forgets it at its next use
        self.cr.connection.close()


#: Held while a connection is opened.
_lock = threading.Lock()
#: {name of a database: _Kept}
_kept = {}
#: {name of a database: (when a minute of counting began, requests since)}
_asked = {}
#: {name of a database: until when nothing is tried}
_refused = {}


def fetch(cr, query, value):
    """Return the rows that ``query`` finds now (list of tuples), or None.

    None says that the caller has to ask by itself. The rows are those that are
    committed now, whatever the transaction of ``cr`` has read or changed.

    :param cr: cursor of the database
    :param query: text of a SELECT with one ``%s``
    :param value: the value for it
    """
    # Not a subclass: what a test has changed is seen by its own cursor only
    if type(cr) is not Cursor:
        return None
    kept = _kept.get(cr.dbname) or _open_if_worth_it(cr.dbname)
    if not kept or not kept.lock.acquire(blocking=False):
        return None
    try:
        return kept.fetch(query, value)
    except psycopg2.Error as error:
        _refuse(cr.dbname, error)
        kept.close()
        return None
    finally:
        kept.lock.release()


def _open_if_worth_it(database):
    """Return a connection (_Kept) to ``database`` (str), or None."""
    if not option.is_on(OPTION) or not _is_often_asked(database):
        return None
    with _lock:
        if database not in _kept and _has_room():
            try:
                _kept[database] = _Kept(database)
            except (psycopg2.Error, PoolError) as error:
                _refuse(database, error)
        return _kept.get(database)


def _is_often_asked(database):
    now = time.monotonic()
    if now < _refused.get(database, 0):
        return False
    began, number = _asked.get(database, (now, 0))
    if now - began > MINUTE:
        began, number = now, 0
    _asked[database] = began, number + 1
    return number + 1 >= OFTEN


def _has_room():
    """Tell whether one more connection may be kept; makes room if one is unused."""
    most = _most()
    if len(_kept) >= most:
        now = time.monotonic()
        for database, kept in list(_kept.items()):
            if now - kept.used > MINUTE and kept.lock.acquire(blocking=False):
                del _kept[database]
                kept.close()
    return len(_kept) < most


def _most():
    """Return to how many databases a connection is kept: an eighth of the pool."""
    name = "db_maxconn_gevent" if getattr(odoo, "evented", False) else "db_maxconn"
    return min(MOST_DATABASES, int(config[name] or config["db_maxconn"]) // 8)


def _refuse(database, error):
    _kept.pop(database, None)
    _refused[database] = time.monotonic() + REFUSED
    _logger.info("Database %s: no statements are prepared for now: %s", database, error)
