# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Finding a credential, and all that decides what it is good for, by one query.

The query returns one JSON text. Each record in it is a query of its own: PostgreSQL
plans a few of those in half the time that it takes for one join of all. It plans them
for each request, for Odoo makes it forget (DISCARD ALL) what a connection has prepared,
and the plans of functions too. Access tokens are found by a statement that stays
planned, where that is possible (:mod:`.prepared_statement`). Rows of credentials and
grants are read whole: PostgreSQL looks up each column that is named.
"""

import json

from odoo.tools import SQL

from ..tools import secret
from . import prepared_statement
from .row_reader import RowReader, to_datetime

#: What is read along with a credential: (field of it that leads there, fields there).
#: The ORM reads the others when they are wanted.
READ = (
    # Odoo asks for the last three of the user of every call to its API
    ("user_id", ("active", "oauth_identifier", "partner_id", "login", "share")),
    (
        "grant_id",
        (
            "client_id",
            "user_id",
            "expires_at",
            "revoked_at",
            "is_company_limited",
            "last_used",
            "consented_at",
            "scope_ids",
            "declined_numbers",
        ),
    ),
)
#: The same, where the claims about the user are wanted: (fields of the user beside
#: those, fields of the partner).
PERSON = (
    ("write_date",),
    ("name", "lang", "tz", "email", "phone", "write_date"),
)
#: Fields whose values are the same in JSON, or a date in the way of ISO 8601.
PLAIN = frozenset(
    (
        *("boolean", "char", "datetime", "integer"),
        *("json", "many2one", "selection", "text"),
    )
)
#: Attribute of a cursor: what was read ahead, ((query, digest), row or None).
_AHEAD = "oauth_provider_read_ahead"


def is_plain(field):
    """Tell whether the value of ``field`` in the table can be read through JSON."""
    return (
        field.store
        and field.name != "id"
        and field.type in PLAIN
        and bool(field.column_type)
        and not field.translate
        and not field.company_dependent
    )


def _is_identifier(field):
    """Tell whether the value of ``field`` is in ``oauth.provider.subject``."""
    return field.name == "oauth_identifier" and not field.store


def make_lookup(credentials, person=False):
    """Return what finds a row by its digest, and how to read what it finds.

    :param credentials: recordset of the model
    :param person: whether to read along what the claims about its user are made of
    :return: (query as str, :class:`.row_reader.RowReader`)
    """
    env, fields = credentials.env, credentials._fields
    of_row = [name for name, field in fields.items() if is_plain(field)]
    inner = []
    for link, wanted in READ:
        further = []
        if person and link == "user_id":
            wanted = (*wanted, *PERSON[0])
            partner = _filter_readable(env["res.partner"], PERSON[1])
            further = [("partner_id", (), partner, ())]
        comodel = env[fields[link].comodel_name]
        names, of_grant = _filter_readable(comodel, wanted), []
        if link == "grant_id":
            of_grant = [name for name in names if is_plain(comodel._fields[name])]
        names = [name for name in names if name not in of_grant]
        inner.append((link, of_grant, names, further))
    table = credentials._table
    found, reader = _read_as_json(credentials, table, of_row, (), inner)
    query = SQL(
        "SELECT %s::text FROM %s WHERE %s = ",
        found,
        SQL.identifier(table),
        SQL.identifier(table, "digest"),
    )
    return f"{query.code}%s", reader


def fetch(credentials, lookup, digest, lock=False):
    """Return the row with ``digest`` (str) as plain values (named tuple), or None.

    :param credentials: recordset of the model
    :param lookup: what :func:`make_lookup` returns
    :param lock: whether to lock it until the end of the transaction
    """
    query, reader = lookup
    wanted, ahead = vars(credentials.env.cr).pop(_AHEAD, (None, None))
    if wanted == (query, digest) and not lock:
        return ahead
    if lock:
        query = f"{query} FOR UPDATE OF {credentials._table}"
    credentials.env.flush_all()
    # A worker that came second is retried: nothing to log as an error
    return _read(credentials.env.cr, query, reader, digest, log_exceptions=not lock)


def _read(cr, query, reader, digest, log_exceptions=True):
    prepared_statement.execute(cr, query, (digest,), log_exceptions)
    found = cr.fetchone()
    return found and _parse(found, reader)


def _parse(found, reader):
    return reader.parse(json.loads(found[0]))


def read_ahead(credentials, value, person=False, ends_transaction=False):
    """Read the row of a credential, so that the next :func:`fetch` needs no query.

    The row is used once, within the same request. It is read by a prepared statement
    (:mod:`.prepared_statement`), or else in the transaction of ``credentials``. Where
    there is no replica, Odoo ends the first transaction before it serves a route, and
    begins another one with the next query: a request whose only query is this one needs
    no second transaction. What was read is then a moment old, the time of one round
    trip to the database, or newer than what an open transaction sees.

    Nothing is flushed first: at the start of a request, no change is pending.

    :param credentials: recordset of the model, in any environment: access rights are
        not checked
    :param value: what was presented (str), or None
    :param person: see :func:`make_lookup`
    :param ends_transaction: see :func:`.prepared_statement.fetch`
    """
    # The form of the request is checked later: none of ours has any other characters
    if value and value.isascii() and "\x00" not in value:
        query, reader = credentials._get_lookup(person)
        cr, digest = credentials.env.cr, secret.digest(value)
        rows = prepared_statement.fetch(cr, query, digest, ends_transaction)
        if rows is None:
            row = _read(cr, query, reader, digest)
        else:
            row = _parse(rows[0], reader) if rows else None
        # The end of the transaction empties the cache of the cursor
        vars(cr)[_AHEAD] = (query, digest), row


def forget_ahead(cr):
    """Forget what :func:`read_ahead` has read with the cursor ``cr``."""
    vars(cr).pop(_AHEAD, None)


def reads_whole_person(env):
    """Tell whether all that the claims about a person are made of is read along.

    An addon may have made one of the fields another kind, which takes the ORM.
    """
    of_user = (*dict(READ)["user_id"], *PERSON[0])
    return all(
        _filter_readable(env[model], names) == names
        for model, names in (("res.users", of_user), ("res.partner", PERSON[1]))
    )


def _filter_readable(model, names):
    """Return those of ``names`` (tuple) of fields of ``model`` that can be read."""
    known = model._fields
    return tuple(
        name
        for name in names
        if is_plain(known[name])
        or _is_identifier(known[name])
        or (known[name].type == "many2many" and known[name].store)
    )


def _read_as_json(model, alias, of_row, names, inner):
    """Return how a record is written to JSON and read from it.

    :param model: of the record
    :param alias: of its table (str)
    :param of_row: names of the fields that are read with the whole row; of none where
        a row may hold what nobody should read, or very much
    :param names: of the other fields that are read
    :param inner: what is read along, of each record: (field of this one that leads
        there, of_row, names, inner)
    :return: (SQL, :class:`.row_reader.RowReader`)
    """
    row = SQL("%s.*", SQL.identifier(alias))
    values = [row if of_row else SQL.identifier(alias, "id")]
    values += [_value_as_json(model, model._fields[name], alias) for name in names]
    fields = [
        (model._fields[name], _find_conversion(model._fields[name]))
        for name in (*of_row, *names)
    ]
    inner_readers = []
    for link, *its_own in inner:
        comodel = model.env[model._fields[link].comodel_name]
        found, reader = _read_as_json(comodel, link, *its_own)
        inner_readers.append((link, reader))
        values.append(
            SQL(
                "(SELECT %s FROM %s AS %s WHERE %s = %s)",
                found,
                SQL.identifier(comodel._table),
                SQL.identifier(link),
                SQL.identifier(link, "id"),
                SQL.identifier(alias, link),
            )
        )
    found = SQL("json_build_array(%s)", SQL(", ").join(values))
    return found, RowReader(fields, inner_readers, of_row)


def _value_as_json(model, field, alias):
    """Return how the value of ``field`` is written to JSON (SQL).

    :param alias: of the table that it is in (str)
    """
    if field.type == "many2many":
        return SQL(
            "ARRAY(SELECT %s FROM %s WHERE %s = %s)",
            SQL.identifier(field.column2),
            SQL.identifier(field.relation),
            SQL.identifier(field.column1),
            SQL.identifier(alias, "id"),
        )
    if _is_identifier(field):
        return model.env["oauth.provider.subject"].to_sql(alias)
    return SQL.identifier(alias, field.name)


def _find_conversion(field):
    """Return what makes the value of ``field`` of what JSON holds: function or None."""
    if field.type == "many2many":
        return tuple
    # JSON has dates as ISO 8601 wants them, whatever DateStyle says
    return to_datetime if field.type == "datetime" else None
