# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Changes of very many rows, in batches that are committed one by one.

A transaction locks the rows that it changes until it ends. A client may have a hundred
thousand tokens: a request that uses one would wait until all of them are changed.
Price: if the request fails later, what these batches did stays done. So they are for
changes that somebody wants anyway, and wants again where the request is repeated.
"""

import contextlib
import functools
import logging

import psycopg2.errors

from odoo.tools import SQL
from odoo.tools.misc import split_every

from .after_commit import open_apart

_logger = logging.getLogger(__name__)

#: Rows of one batch: PostgreSQL takes some tenths of a second for as many.
SIZE = 1_000
#: Records of one batch that have rows of their own below them, such as grants.
RECORDS = 200
#: What one batch waits for a lock, and how often it is tried: the transaction that has
#: it may wait for this process, which PostgreSQL does not know.
TIMEOUT = "500ms"
ATTEMPTS = 3
#: How often after the commit, when nobody waits for this process any more.
ATTEMPTS_AFTER_COMMIT = 20
#: What another transaction brings about that changes the same rows.
CONFLICTS = (
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.SerializationFailure,
)


def has_many(env, conditions):
    """Tell whether more rows than fit into one batch meet one of ``conditions``.

    :param conditions: list of (name of the table, condition as SQL)
    """
    env.flush_all()
    return env.execute_query(_make_query(conditions, SIZE))[0][0]


def has_any(env, conditions):
    """Tell whether any row meets one of ``conditions``: see :func:`has_many`."""
    env.flush_all()
    return env.execute_query(_make_query(conditions, 0))[0][0]


def has_any_left(registry, conditions):
    """Tell whether any committed row meets one of ``conditions``: see `has_many`.

    Those that the batches left because other transactions were in the way.
    """
    with registry.cursor() as cr:
        cr.execute(_make_query(conditions, 0))
        return cr.fetchone()[0]


def _make_query(conditions, offset):
    """Return the query (SQL) whether more than ``offset`` rows meet a condition."""
    found = [
        SQL(
            "EXISTS (SELECT FROM %s WHERE %s OFFSET %s)",
            SQL.identifier(table),
            condition,
            offset,
        )
        for table, condition in conditions
    ]
    return SQL("SELECT %s", SQL(" OR ").join(found))


def remove(registry, table, condition):
    """Remove the rows of ``table`` (str) that meet ``condition`` (SQL).

    Those that another transaction has locked at this moment are left.

    :return: how many have been removed (int)
    """
    change = SQL("DELETE FROM %s USING batch", SQL.identifier(table))
    return _run(registry, table, condition, change, waits=False)


def update(registry, table, values, condition, waits=True):
    """Write ``values`` (SQL) to the rows of ``table`` (str) that meet ``condition``.

    :param waits: whether to wait for those that another transaction has locked at this
        moment; else they are left. A batch whose rows stay locked is left and logged
    :return: how many have been written (int)
    """
    return _run(registry, table, condition, _make_update(table, values), waits)


def update_after_commit(registry, table, values, condition):
    """Like :func:`update`, for longer: nobody waits for this process any more.

    For what would stay in force if it were left.
    """
    change = _make_update(table, values)
    return _run(registry, table, condition, change, True, ATTEMPTS_AFTER_COMMIT)


def _make_update(table, values):
    return SQL("UPDATE %s SET %s FROM batch", SQL.identifier(table), values)


def _run(registry, table, condition, change, waits, attempts=None):
    lock = SQL("FOR UPDATE") if waits else SQL("FOR UPDATE SKIP LOCKED")
    done = 0
    for first, last in _find_bounds(registry, table, condition):
        statement = SQL(
            # As a subquery of the change it could be run once a row
            "WITH batch AS MATERIALIZED (SELECT id FROM %(table)s"
            " WHERE %(condition)s AND id BETWEEN %(first)s AND %(last)s"
            " ORDER BY id %(lock)s)"
            " %(change)s WHERE %(table)s.id = batch.id",
            table=SQL.identifier(table),
            condition=condition,
            first=first,
            last=last,
            lock=lock,
            change=change,
        )
        count = _try(registry, functools.partial(_execute, statement), attempts)
        if count is None:
            if not waits:
                # Perhaps the caller's own transaction is in the way
                break
            _logger.warning("Rows %s to %s of %s are in use: left", first, last, table)
        done += count or 0
    return done


def _execute(statement, cr):
    cr.execute(statement, log_exceptions=False)
    return cr.rowcount


def _find_bounds(registry, table, condition):
    """Return the first and last id (pairs) of each batch of the rows.

    The ids themselves may be a million.
    """
    query = SQL(
        "SELECT min(id), max(id) FROM (SELECT id,"
        " (row_number() OVER (ORDER BY id) - 1) / %s AS number FROM %s WHERE %s) AS one"
        " GROUP BY number ORDER BY number",
        SIZE,
        SQL.identifier(table),
        condition,
    )
    with registry.cursor() as cr:
        cr.execute(query)
        return cr.fetchall()


def _try(registry, change, attempts=None):
    """Return what ``change(cr)`` returns in a transaction of its own.

    :return: None where other transactions are in the way
    """
    for _attempt in range(ATTEMPTS if attempts is None else attempts):
        with contextlib.suppress(*CONFLICTS), open_apart(registry) as cr:
            cr.execute(SQL("SET LOCAL lock_timeout = %s", TIMEOUT))
            return change(cr)
    return None


def change_apart(records, change):
    """Call ``change(batch)`` for ``records`` in batches, where they are many.

    The environment of a batch has a cursor of its own, and its rows are locked.

    :param change: function of some of the records; what it does is committed
    :return: the records (recordset) that are left for the caller's transaction: all
        where they are few, and those that other transactions have locked, or of which
        they do not know
    """
    if len(records) <= RECORDS:
        return records
    records.env.flush_all()
    done = set()
    for ids in split_every(RECORDS, records.ids):
        done.update(
            _try(
                records.env.registry,
                functools.partial(_change_batch, records.browse(ids), change),
            )
            or ()
        )
    records.env.invalidate_all()
    return records.filtered(lambda record: record.id not in done)


def _change_batch(records, change, cr):
    """Call ``change`` for those of ``records`` that nobody has locked.

    :return: their ids (list)
    """
    cr.execute(
        SQL(
            "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id"
            " FOR NO KEY UPDATE SKIP LOCKED",
            SQL.identifier(records._table),
            records.ids,
        ),
        log_exceptions=False,
    )
    ids = [id_ for (id_,) in cr.fetchall()]
    change(records.browse(ids).with_env(records.env(cr=cr)))
    return ids
