# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Attachments, messages and activities: rows that belong to a record of any model.

Odoo decides by code of those models who may see them: who may see the record that they
belong to, its author, whom it is assigned to, everybody where it is public. A token
needs more than that: a scope on their model, and the record that they belong to has to
be open to it, for reading to read them, for writing to create, write or delete them.
Both decisions are asked, and both have to allow it.

A row that belongs to no record is open only to tokens of the user who created it. One
that belongs to another attachment, message or activity is open if that one belongs to a
record of another model.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL, split_every
from odoo.tools.constants import PREFETCH_MAX

from . import current
from .call_context import MAX_ID
from .domain import check_search
from .enforceable import OWNED, is_enforceable
from .error_text import mark_ours
from .linkable import find_visible
from .model_access import as_condition, find_closed, make_missing
from .need import needs

#: Whether the rows that are decided about own other rows themselves.
_is_owner = ContextVar("oauth_provider_json2_is_owner", default=False)


def is_owned(records):
    """Return whether ``records`` (recordset) are of a model whose rows have owners."""
    return records._name in OWNED


@contextmanager
def _deciding():
    """Mark the code inside as deciding about the owners of rows."""
    mark = _is_owner.set(True)
    try:
        with current.naming(None, None):
            yield
    finally:
        _is_owner.reset(mark)


def _may_own(access, model, operation):
    """Return whether rows may belong to records of ``model`` that a token opens.

    :param model: recordset of the model, as the token's user
    :param operation: ``read`` or ``write``
    """
    if is_owned(model) and _is_owner.get():
        return False
    return (
        access.allows_model(model._name, operation)
        and is_enforceable(model, access)
        and model.browse().has_access(operation)
    )


# Deciding about records


def filter_access(records, operation):
    """Return those of ``records`` that the user and the token may ``operation``.

    :param records: recordset of a model whose rows have owners, while a token limits
    :param operation: ``read``, ``create``, ``write`` or ``unlink``
    """
    if not records.browse().has_access(operation):
        return records.browse()
    access = current.access()
    new = records.browse(one for one in records._ids if not isinstance(one, int))
    kept = keep_open(access, records - new, "read" if operation == "read" else "write")
    domain = access.get_domain(records._name, operation)
    if kept and not domain.is_true():
        # The scopes decide here: what the user may do, Odoo does
        every = kept.sudo().with_context(active_test=False)
        kept = kept.browse(every.filtered_domain(domain)._ids)
    with current.limited_to_scopes(None):
        # Odoo's own decision comes last, and for those alone that are open
        kept = kept._filtered_access(operation)
    return records.filtered(lambda one: one in new or one in kept)


def check_access(records, operation):
    """Raise unless the user and the token may ``operation`` all ``records``.

    The parameters are those of :func:`filter_access`.

    :raise AccessError: if they may not on any record of the model
    :raise MissingError: for a record that is not open
    """
    records.browse().check_access(operation)
    if records - filter_access(records, operation):
        raise mark_ours(make_missing(records))


def keep_open(access, records, operation):
    """Return those of ``records`` whose owners the token opens.

    One query finds the owners, and each of their models decides about its own at once.
    Records of other models have none, and are all returned.

    :param access: :class:`.access.TokenAccess`
    :param records: recordset, as the token's user
    :param operation: ``read`` or ``write``: what has to be open of the owners
    """
    if not is_owned(records) or not records or not access.checks_records:
        return records
    kept, owners = set(), {}
    for one, name, number, of_field, creator in _read_owners(records):
        if name and number:
            rows = owners.setdefault((name, of_field or None), {})
            rows.setdefault(number, set()).add(one)
        elif creator == records.env.uid and not of_field:
            kept.add(one)
    with current.limited_to_scopes(access):
        for (name, of_field), rows in owners.items():
            if name in records.env:
                model = records.env[name].with_context(active_test=False)
                for owner in _find_open(access, model, of_field, rows, operation):
                    kept |= rows[owner]
    return records.browse(one for one in records._ids if one in kept)


def _read_owners(records):
    """Return [(id, model, id of the owner, name of its field, creator's id)].

    Read without the ORM, whose cache would hold fields that need not be open.
    """
    owned = OWNED[records._name]
    names = ["id", owned.model, owned.number, owned.field, "create_uid"]
    columns = [
        SQL.identifier(records._table, name, to_flush=records._fields[name])
        if name
        else SQL("NULL")
        for name in names
    ]
    return records.env.execute_query(
        SQL(
            "SELECT %s FROM %s WHERE id IN %s",
            SQL(", ").join(columns),
            SQL.identifier(records._table),
            tuple(records._ids),
        )
    )


def _find_open(access, model, of_field, ids, operation):
    """Return which records ``ids`` of ``model`` are open (ids).

    :param of_field: name of a field that has to be open on them, or None
    """
    if not _may_own(access, model, operation):
        return ()
    with _deciding():
        found = model.browse(ids).exists()._filtered_access(operation)
    if of_field:
        field = model._fields.get(of_field)
        if field is None or not model._has_field_access(field, operation):
            return ()
        found -= find_closed(access, found, operation, [of_field])
    return found._ids


# Searching


def get_condition(access, records):
    """Return the condition (Domain) that the token opens the owner of a row.

    It is part of the query: each of the models that the scopes open adds one
    subquery, whatever the number of rows.

    :param access: :class:`.access.TokenAccess`
    :param records: recordset of the model that is searched, as the token's user
    """
    # A search that is only tried has no result
    if not is_owned(records) or current.dry_run_names() is not None:
        return Domain.TRUE
    env = records.env

    def to_sql(model, alias, query):
        owned = OWNED[model._name]
        names = (owned.model, owned.number, owned.field, "create_uid")
        row = [
            model.sudo()._field_to_sql(alias, name, query) if name else SQL("NULL")
            for name in names
        ]
        of_model, number, of_field, creator = row
        parts = [
            SQL(
                "(COALESCE(%s, '') = '' OR COALESCE(%s, 0) = 0) AND %s = %s"
                " AND %s IS NULL",
                of_model,
                number,
                creator,
                env.uid,
                of_field,
            )
        ]
        with current.limited_to_scopes(access), current.internal():
            for name in _find_readable(access, env):
                owner = env[name].with_context(active_test=False)
                found = _open_to_sql(access, owner, model, number, of_field)
                parts += [SQL("%s = %s AND %s", of_model, name, one) for one in found]
        return SQL("((%s))", SQL(") OR (").join(parts))

    return Domain.custom(to_sql=to_sql)


def _find_readable(access, env):
    """Return the names (sorted) of the models whose records rows may belong to."""
    names = {scope.model for scope in access.scopes if scope.allows("read")}
    return sorted(
        name for name in names if name in env and _may_own(access, env[name], "read")
    )


def _open_to_sql(access, owner, rows, number, of_field):
    """Yield the conditions (SQL) of which one is that a row belongs to what is open.

    :param owner: recordset of one model that may own ``rows`` (recordset)
    :param number: id of the owner (SQL), and ``of_field`` the name of its field
    """
    everywhere, limited = _get_field_limits(access, owner, rows)
    condition = SQL("%s IS NULL", of_field)
    if everywhere:
        condition = SQL("(%s OR %s IN %s)", condition, of_field, tuple(everywhere))
    is_open = _owner_to_sql(owner, rows, number, Domain.TRUE)
    if is_open is not None:
        yield SQL("%s AND %s", condition, is_open)
    for name, limit in limited.items():
        is_open = _owner_to_sql(owner, rows, number, limit)
        if is_open is not None:
            yield SQL("%s = %s AND %s", of_field, name, is_open)


def _get_field_limits(access, owner, rows):
    """Return which fields of ``owner`` may have open files (``rows``).

    :return: names of those that are open on each record (list), and {name: condition
        (Domain)} of the others
    """
    everywhere, limited = [], {}
    with current.internal(False):
        for name, field in owner._fields.items() if OWNED[rows._name].field else ():
            is_file = field.type == "binary" or (
                field.relational and field.comodel_name == rows._name
            )
            if not is_file or not owner._has_field_access(field, "read"):
                continue
            if access.opens_everywhere(owner, field):
                everywhere.append(name)
            else:
                limited[name] = access.get_limit(owner._name, (name,))
    return everywhere, limited


def _owner_to_sql(owner, rows, number, limit):
    """Return the condition (SQL) that an owner is open; None if none is.

    :param limit: what narrows the owners (Domain)
    """
    with _deciding():
        if is_owned(owner):
            # Their code looks at each row: at those alone that own something
            owned = OWNED[rows._name]
            table = SQL.identifier(rows._table)
            column = SQL.identifier(owned.number)
            name = SQL.identifier(owned.model)
            found = SQL(
                "(SELECT %s FROM %s WHERE %s = %s)", column, table, name, owner._name
            )
            limit &= Domain("id", "in", found)
        query = owner._search(limit, active_test=False)
    if query.is_empty():
        return None
    if is_owned(owner):
        return SQL("%s IN %s", number, query.subselect())
    # For each row by itself: a list of all owners might be long
    query.add_where(SQL("%s = %s", SQL.identifier(query.table, "id"), number))
    return SQL("EXISTS (%s)", query.select(SQL("1")))


def search_attachments(records, run, domain, offset, limit, order, bypass_access):
    """Return ``_search`` of attachments that the user and the token may read (Query).

    Odoo's own code would search by the caller's domain as superuser: it only decides
    about what has been found with the limits of the token.

    :param run: ``_search`` of Odoo
    """
    domain = Domain(domain)
    if not current.is_internal():
        check_search(records, domain, order)
    named = {one.field_expr for one in domain.iter_conditions()}
    if named.isdisjoint(("id", "res_field")):
        # As Odoo: the files of fields are found only by those who name them
        domain &= as_condition(Domain("res_field", "=", False))
    if bypass_access:
        return run(domain, offset, limit, order, bypass_access=True)
    query = run(domain, order=order, bypass_access=True)
    # As in the ORM: neither False nor 0 is a limit
    last = offset + limit if limit else None
    found = []
    for ids in split_every(PREFETCH_MAX, query.get_result_ids()):
        with current.limited_to_scopes(None):
            allowed = set(run(Domain("id", "in", ids)).get_result_ids())
        found += [one for one in ids if one in allowed]
        if last is not None and len(found) >= last:
            break
    return records.browse(found[offset:last])._as_query(ordered=bool(order))


# Writing


def get_owner_names(model):
    """Return the fields (names) of ``model`` that say to what a row belongs."""
    owned = OWNED.get(model._name)
    return () if owned is None else (owned.link, owned.number)


def check_moved(access, records, values):
    """Raise MissingError unless the token may read ``records`` that it moves.

    Elsewhere it could read what it may not read where they are: of a record that it
    may only write, nothing.

    :param access: :class:`.access.TokenAccess`
    :param records: those that are written, as the token's user
    :param values: dict of the caller
    """
    if not any(name in values for name in get_owner_names(records)):
        return
    if keep_open(access, records, "read") != records:
        raise mark_ours(make_missing(records))


def check_shown(access, model, values):
    """Raise MissingError unless the token reads what a row is to belong to.

    What is computed of the row may tell of that record.

    :param values: dict of the caller, which :func:`check_owner` has accepted
    """
    owned = OWNED.get(model._name)
    name = values.get(owned.link) if owned else None
    if not name:
        return
    if owned.link != owned.model:
        name = model.env["ir.model"].sudo().browse(name).model
    if not find_visible(access, model.env[name].browse(values[owned.number])):
        raise mark_ours(make_missing(model))


def check_owner(access, model, operation, values):
    """Raise unless the token may write the record that a row is to belong to.

    One that is hidden and one that does not exist get the same answer, and so do models
    that are closed and those that there are not.

    :param access: :class:`.access.TokenAccess`
    :param model: empty recordset of the model of the row, as the token's user
    :param operation: ``create`` or ``write``
    :param values: dict of the caller, with a field that says to what it belongs
    :raise AccessError: if no scope opens the other model for writing
    :raise MissingError: for a record that the token does not see
    :raise ValueError: for malformed values
    """
    owned = OWNED[model._name]
    name, number = values.get(owned.link), values.get(owned.number)
    if not name and not number:
        if operation == "write" and not {owned.link, owned.number} <= values.keys():
            raise ValueError(f"Write {owned.link} and {owned.number} together.")
        return
    if not name or type(number) is not int or number < 1 or number > MAX_ID:
        raise ValueError(f"{owned.link} and {owned.number} name one record together.")
    if owned.link != owned.model:
        if type(name) is not int:
            raise ValueError(f"Malformed value for {owned.link}.")
        name = model.env["ir.model"].sudo().browse(name).exists().model
    elif not isinstance(name, str):
        raise ValueError(f"Malformed value for {owned.link}.")
    with current.limited_to_scopes(access):
        is_known = bool(name) and name in model.env and name not in OWNED
        if not is_known or not _may_own(access, model.env[name], "write"):
            error = AccessError(
                model.env._(
                    "To attach something to a record, a scope of the token has to open"
                    " its model for writing."
                )
            )
            raise needs(error, name if is_known else model._name, "write")
        if access.checks_records:
            record = model.env[name].browse(number)
            if not record.exists() or not record.has_access("write"):
                raise make_missing(model)
