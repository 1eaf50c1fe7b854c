# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is done after the commit of a request.

Odoo forgets what waits for the commit if the transaction is rolled back, but not if it
is rolled back to a savepoint, as the trial of an import is. So what was noted inside a
savepoint is done only if PostgreSQL has committed that subtransaction.
"""

import contextlib
import logging

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo.sql_db import Cursor
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

#: For the RETURNING clause of a statement that writes rows: the number of the
#: subtransaction (savepoint) that writes them, NULL where there is none.
SUBTRANSACTION = SQL(
    "NULLIF(pg_current_xact_id()::text::bigint + ((xmin::text::bigint"
    " - pg_current_xact_id()::text::bigint) & 4294967295),"
    " pg_current_xact_id()::text::bigint)::text"
)
#: Name of what waits for the commit, among the data of Odoo's hooks.
WAITING = "oauth_provider.after_commit"


def lock_rows(records, with_references=False):
    """Lock the rows of ``records`` for a change of what depends on them.

    It waits for transactions that have locked them FOR SHARE, and makes those fail that
    began before and lock them later: Odoo runs them once more.

    :param with_references: whether the same goes for transactions that only store a row
        that refers to one of them. The UPDATE then counts as one of the key, which the
        foreign key locks
    :return: number (str) of :data:`SUBTRANSACTION`, or None
    :raise psycopg2.errors.SerializationFailure: where one of them has changed since
        this transaction began
    """
    query = SQL(
        "UPDATE %s SET write_date = write_date WHERE id = ANY(%s) RETURNING %s",
        SQL.identifier(records._table),
        records.ids,
        SUBTRANSACTION,
    )
    records.env.flush_all()
    if with_references:
        lock = SQL(
            "SELECT FROM %s WHERE id = ANY(%s) FOR UPDATE",
            SQL.identifier(records._table),
            records.ids,
        )
        records.env.cr.execute(lock, log_exceptions=False)
    records.env.cr.execute(query, log_exceptions=False)
    [subtransaction] = records.env.cr.fetchone() or [None]
    return subtransaction


def call_after_commit(env, action, subtransaction=None):
    """Call ``action()`` once the transaction of ``env`` is committed.

    :param subtransaction: number (str) of the one that it belongs to, see
        :data:`SUBTRANSACTION`; if that is rolled back, it is not called
    """
    hooks = env.cr.postcommit
    if subtransaction is None:
        hooks.add(action)
        return
    waiting = hooks.data.setdefault(WAITING, [])
    if not waiting:
        registry = env.registry
        hooks.add(lambda: _call_committed(registry, waiting))
    waiting.append((subtransaction, action))


def _call_committed(registry, waiting):
    """Call the actions whose subtransaction has been committed.

    :param waiting: list of (number of the subtransaction, action)
    """
    rolled_back = set()
    with _failures_logged(), registry.cursor() as cr:
        cr.execute(
            "SELECT number FROM unnest(%s) AS number"
            " WHERE pg_xact_status(number::xid8) = 'aborted'",
            ([number for number, _action in waiting],),
        )
        rolled_back.update(number for (number,) in cr.fetchall())
    for number, action in waiting:
        if number not in rolled_back:
            action()


def write_apart(env, write, subtransaction=None):
    """Call ``write(cr)`` in a transaction of its own, once that of ``env`` has ended.

    It runs on the primary, also where the request reads from a replica, and never if
    the request is rolled back. The answer is complete by then: a failure is logged and
    changes nothing.

    :param env: environment of the request
    :param write: function of a cursor
    :param subtransaction: see :func:`call_after_commit`
    """
    registry = env.registry

    def run():
        with _failures_logged(), open_apart(registry) as cr:
            write(cr)

    call_after_commit(env, run, subtransaction)


@contextlib.contextmanager
def open_apart(registry):
    """Give a cursor to a transaction of its own, which is committed at the end.

    Each of its statements sees what is committed when it begins, and of a row that it
    has waited for what is committed by then (READ COMMITTED): it never fails because
    another transaction was faster.

    :param registry: of the database, whose primary it is
    """
    with registry.cursor() as cr:
        # One of a test is within the transaction of that test
        if isinstance(cr, Cursor):
            cr.connection.set_isolation_level(ISOLATION_LEVEL_READ_COMMITTED)
        yield cr


@contextlib.contextmanager
def _failures_logged():
    try:
        yield
    except psycopg2.Error as error:
        # Its text may hold the row
        kind = f"{type(error).__name__} {error.pgcode or ''}"
        _logger.warning("Not written after the request: %s", kind.rstrip())
