# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One SQL statement that makes several changes: each costs a round trip.

The changes are parts of a WITH clause. All see the database as it was before.
"""

from dataclasses import dataclass

import psycopg2.extras

from . import prepared_statement

#: Name of the part that finds the rows that are locked.
LOCKED = "locked"


@dataclass(frozen=True)
class Part:
    """A query, or several, of a WITH clause.

    :ivar text: ``name AS (query)``, with ``%s`` for each value; the names are not those
        of another part of the same statement
    :ivar values: tuple
    """

    text: str
    values: tuple


def insert(model, vals):
    """Return the :class:`Part` that stores a record of ``model`` (recordset).

    :param vals: values (dict) of fields with a column; those with a default come along
    """
    fields = [model._fields[name] for name in vals]
    values = [_to_column(field, vals[field.name]) for field in fields]
    for name, field in model._fields.items():
        if field.default and field.column_type and name not in vals:
            fields.append(field)
            values.append(_to_column(field, field.default(model)))
    for field in fields:
        for inverse in model.pool.field_inverses[field]:
            inverse._invalidate_cache(model.env)
    columns = ", ".join(f'"{field.name}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    query = f"INSERT INTO {model._table} ({columns}) VALUES ({places}) RETURNING id"  # noqa: S608
    return Part(f"new_{model._table} AS ({query})", tuple(values))


def _to_column(field, value):
    """Return what the column of ``field`` holds of ``value``."""
    if field.type == "boolean":
        return bool(value)
    if field.type == "json":
        return psycopg2.extras.Json(value) if value else None
    # Nothing of what is false in Odoo
    return None if value is False else value


def lock_active(user, client=None):
    """Return the :class:`Part` that locks ``user`` (record), which must be active.

    :param client: client (record) to be locked too, and to be active
    """
    query = "SELECT u.id FROM res_users u WHERE u.id = %s AND u.active"
    values = (user.id,)
    if client:
        query = (
            "SELECT u.id FROM res_users u, oauth_provider_client c"
            " WHERE u.id = %s AND u.active AND c.id = %s AND c.active"
        )
        values = (user.id, client.id)
    return Part(f"{LOCKED} AS MATERIALIZED ({query} FOR SHARE)", values)


def mark_used(record, used_at):
    """Return the :class:`Part` that writes ``used_at`` (datetime) of ``record``."""
    query = f"UPDATE {record._table} SET used_at = %s WHERE id = %s"  # noqa: S608
    return Part(f"used_{record._table} AS ({query})", (used_at, record.id))


def execute(model, parts):
    """Run ``parts`` (list of :class:`Part`) as one statement: all of it or nothing.

    :param model: recordset of which one part inserts a record
    :return: the id of that record; None where what :func:`lock_active` locks has been
        archived
    """
    texts = ", ".join(part.text for part in parts)
    values = [value for part in parts for value in part.values]
    has_lock = any(part.text.startswith(f"{LOCKED} ") for part in parts)
    is_locked = f"EXISTS (SELECT FROM {LOCKED})" if has_lock else "TRUE"
    model.env.flush_all()
    prepared_statement.execute(
        model.env.cr,
        f"WITH {texts} SELECT id, {is_locked} FROM new_{model._table}",  # noqa: S608
        values,
        # The transaction that comes second is retried: nothing to log as an error. Odoo
        # logs the exception of anything else that goes wrong
        log_exceptions=False,
    )
    id_, may_be = model.env.cr.fetchone()
    return id_ if may_be else None
