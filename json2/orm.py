# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the ORM's hooks (``models/base.py``) do while a token limits the call.

Each function is given the records that the hook was called on and, as ``run``, the
method of the ORM that the hook extends. Names that the caller sent are checked first;
then Odoo's own code runs and may read what it needs.
"""

from contextlib import contextmanager, nullcontext

from odoo.exceptions import AccessError
from odoo.fields import Domain

from . import current
from .domain import (
    check_search,
    find_order_names,
    get_default_order,
    get_names,
    narrow,
    without_closed_own,
)
from .error_text import mark_ours
from .model_access import LISTS, find_closed, make_missing
from .need import get_need, needs
from .owner import get_condition
from .stand_in import as_readable

_NOT_LIMITED = nullcontext()


def allows_field(records, field, operation):
    """Return whether the token opens a field that Odoo opens to the user.

    :param operation: ``read`` or ``write``
    """
    if field.model_name != records._name:
        # Odoo asks an attachment about the field whose value it is
        records = records.env[field.model_name]
    if operation != "read" or not current.is_internal():
        access = current.access()
        if operation == "read" and current.is_sorting():
            return access.opens_everywhere(records, field)
        return access.allows_field(records, field, operation)
    named = current.dry_run_names()
    if named is None or current.is_fetching():
        return True
    access = current.access()
    if (records._name, field.name) in named:
        # Only records on which it is open are compared
        return access.allows_field(records, field, operation)
    # Who calls, and for which company, is the same for each record searched
    user = records.env.user
    own = {"res.users": user._ids, "res.company": records.env.companies._ids}
    if records._ids and set(records._ids) <= set(own.get(records._name, ())):
        return True
    return access.allows_field(records, field, operation, internal=True)


def make_field_error(records, field, operation):
    """Return the AccessError for a field that the token does not open.

    Odoo's own text may name more than the field.
    """
    error = AccessError(
        records.env._(
            "This access token does not allow to %(operation)s “%(field)s” on"
            " %(model)s.",
            operation=operation,
            field=field.name,
            model=records._name,
        )
    )
    return needs(error, records._name, operation, [field.name])


def check_for_search(records, run, operation):
    """Return what ``_check_access`` of records does that a search asks to be writable.

    Some models find rows by what may be done with the record that they belong to. That
    is for the rights of the user to say; the token has to open it for reading.

    :param operation: other than ``read``
    :return: None, or (forbidden records, function that returns an error)
    """
    with current.limited_to_scopes(None):
        result = run(operation)
    if not records:
        return result or run("read")
    kept = records - result[0] if result else records
    kept = kept._filtered_access("read")
    if kept == records:
        return None
    return records - kept, lambda: mark_ours(make_missing(records))


# Searching


def checked_search(records, domain):
    """Check a domain if the caller sent it, and return the context to search in.

    :raise AccessError: if the token may not search by it
    :raise ValueError: if it is malformed
    """
    if not current.is_from_caller(records):
        return _NOT_LIMITED
    check_search(records, domain)
    return _searching(records, _get_named(records, domain, None))


@contextmanager
def _searching(records, limit):
    """Return the context to search in, within ``limit`` (Domain)."""
    with current.naming(records._name, limit), current.internal():
        yield


def search(records, run, domain, offset, limit, order, active_test):
    """Return ``_search`` of what the token opens (Query)."""
    if current.is_internal():
        named = current.named_limit(records._name)
    else:
        check_search(records, domain, order)
        named = _get_named(records, domain, order)
    access = current.access()
    is_fetching = current.is_fetching()
    if named is not None and current.is_named_within(access):
        named = access.limiting(named)
    with current.naming(None, None), current.internal():
        domain = narrow(access, records, Domain(domain))
        domain &= get_condition(access, records)
        if active_test and not is_fetching:
            shown = access.get_shown_domain(records, domain)
            if shown is not None:
                domain, active_test = domain & shown, False
        if named is not None and not is_fetching:
            # Last: what it says of a field is nothing that the caller says
            domain &= named
        # Without bypass_access: a field that is marked to skip the rules of its model
        # does not skip those of the token
        return run(domain, offset, limit, order, active_test=active_test)


def search_fetch(records, run, domain, field_names, offset, limit, order):
    """Return ``search_fetch`` for names that the caller sent (records)."""
    order = without_closed_own(records, order, current.named_fields(records._name))
    check_search(records, domain, order)
    field_names, fields = _get_fields_to_fetch(records, field_names)
    named = _get_named(records, domain, order, field_names)
    if not order or order == records._order:
        order = get_default_order(records)
    with (
        current.naming(records._name, named),
        current.requesting(records._name, fields),
    ):
        return run(domain, field_names, offset, limit, order)


def _get_named(records, domain, order, field_names=()):
    """Return the condition (Domain) that all that a search names is open.

    And all that the call names which leads to it: code of a model may search by more.
    """
    named = current.named_limit(records._name)
    if named is not None and current.is_domain_checked(records._name):
        # It is the domain of the call, or that with what code of the model adds to it
        return named
    names = get_names(Domain(domain)) | set(field_names)
    if order != records._order:
        names |= find_order_names(order)
    limit = current.access().get_limit(records._name, names)
    return limit if named is None else named & limit


def sort_answer(records, run, key, reverse):
    """Return ``records`` sorted by fields that the token opens.

    The order of an answer says as much as the values that it is made by.

    :raise AccessError: if the order needs another field
    """
    try:
        with current.sorting():
            return run(key, reverse)
    except AccessError as error:
        refusal = AccessError(
            records.env._(
                "%(model)s are sorted by it: list the field in the scope, or ask"
                " for another order. %(reason)s",
                model=records._name,
                reason=error.args[0],
            )
        )
        refusal.need = get_need(error)
        raise refusal from None


def get_order(records, order):
    """Return ``order`` (str or None), or what stands in for the model's own one."""
    if current.limits(records) and (not order or order == records._order):
        return get_default_order(records)
    return order


def checked_order_field(records, name):
    """Check a field (name) to order by, and return the context to order in."""
    if not current.is_from_caller(records):
        return _NOT_LIMITED
    _check_field(records, name.partition(".")[0].partition(":")[0])
    # A many2one is ordered by what its model is ordered by
    return current.internal()


# Fetching


def fetch(records, run, field_names):
    """Fetch ``field_names`` (iterable, or None for all) of ``records``."""
    if current.is_internal():
        with current.limited_to_scopes(None):
            return run(field_names)
    field_names, fields = _get_fields_to_fetch(records, field_names)
    with current.requesting(records._name, fields):
        return run(field_names)


def fetch_query(records, run, query, fields):
    """Fetch ``fields`` of the records of ``query`` (Query), and return the records.

    A list is fetched as the user sees it: Odoo's own code may go on to work with what
    is cached here, and cache what follows from it for everybody. What the token sees of
    it is for :func:`read_format` to say.
    """
    requested = current.requested_fields(records._name)
    checked, others = [], []
    for field in fields:
        is_named = requested is None or field in requested
        if field.type in LISTS:
            # Where its model is closed, the answer has none of its records
            if not is_named or _opens_list(records, field):
                others.append(field)
        elif is_named or field.column_type:
            checked.append(field)
        else:
            others.append(field)
    with current.fetching():
        fetched = run(query, checked)
    if fetched:
        with current.limited_to_scopes(None):
            for field in others:
                field.read(fetched)
    return fetched


def _opens_list(records, field):
    """Return whether the token sees any record of the model that ``field`` lists."""
    with current.internal(False):
        return as_readable(records.env[field.comodel_name]).has_access("read")


def _get_fields_to_fetch(records, field_names):
    fields = records._determine_fields_to_fetch(field_names)
    if field_names is None:
        field_names = [field.name for field in fields]
    return field_names, fields


def is_searched_by_caller(records, field):
    """Return whether ``field`` is computed by the domain that a caller has sent.

    As the cumulated balance of a journal item, which Odoo's code is given that domain
    for by the context: a caller cannot set any such key.
    """
    keys = records.pool.field_depends_context[field]
    return any("domain" in key and records.env.context.get(key) for key in keys)


def read_format(records, run, names, load):
    """Return the values (list of dict) of ``records`` as ``read`` answers them.

    The name of a many2one comes with the field, whatever the scopes open of the other
    model: the ORM reads it as superuser. That of one inside a property it reads as the
    user, which a scope does not limit either.

    :param names: names of fields that have been checked (list)
    """
    fields = records._fields
    unlimited = [
        name
        for name in names
        if fields[name].type == "properties" or _is_at_hand(records, fields[name])
    ]
    if len(unlimited) == len(names):
        with current.limited_to_scopes(None):
            return run(names, load)
    lists = [name for name in names if fields[name].type in LISTS]
    closed = [name for name in lists if not _opens_list(records, fields[name])]
    skipped = {*unlimited, *closed}
    rows = run([name for name in names if name not in skipped], load)
    if unlimited:
        with current.limited_to_scopes(None):
            named = {values["id"]: values for values in run(unlimited, load)}
        for row in rows:
            row.update(named.get(row["id"], {}))
    for name in lists:
        if name in closed:
            for row in rows:
                row[name] = []
        else:
            _limit_list(records, fields[name], rows)
    return rows


def _is_at_hand(records, field):
    """Return whether the values of ``field`` may be taken as the ORM keeps them.

    That is where the token opens the field and nothing is fetched any more: to ask
    again for each value of each record would take as long as everything else.
    """
    if field.name == "id":
        return True
    # Of a list the ORM leaves records out, and a part of a translation it looks up
    if field.type in LISTS or callable(field.translate):
        return False
    # Some models open more of the records at hand, which each is asked for
    if not records.browse()._has_field_access(field, "read"):
        return False
    cached = field._get_cache(records.env)
    return all(map(cached.__contains__, records._ids))


def _limit_list(records, field, rows):
    """Leave in each of ``rows`` (list of dict) the records that the token sees.

    In an order that tells nothing of closed fields.
    """
    listed = {one for row in rows for one in row.get(field.name) or ()}
    if not listed:
        return
    comodel = as_readable(records.env[field.comodel_name])
    comodel = comodel.with_context(active_test=False)
    # What the caller names is on the records that have the list
    with current.internal(), current.naming(None, None):
        seen = set(comodel._search(Domain("id", "in", listed)).get_result_ids())
        is_own_order = get_default_order(comodel) == comodel._order
    for row in rows:
        kept = [one for one in row[field.name] if one in seen]
        row[field.name] = kept if is_own_order else sorted(kept)


def web_read(records, run, specification):
    """Return the values (list of dict) of ``records`` as ``web_read`` answers them.

    Of related records on which a field is closed, the ids: those have come with the
    field that links them.
    """
    access = current.access()
    specification = access.limit_specification(records, specification)
    for name in specification:
        field = records._fields[name]
        if field.type in LISTS and not _opens_list(records, field):
            # It has no records, of which nothing is read
            specification[name] = {}
    if not records or not specification.keys() - {"id"}:
        return run(records, specification)
    readable = as_readable(records)
    if readable != records:
        return readable.web_read(specification)
    with current.naming(None, None):
        opened = records._filtered_access("read")
        opened -= find_closed(access, opened, "read", specification)
        if opened == records:
            return run(records, specification)
        rows = {row["id"]: row for row in run(opened, specification)}
        return [rows.get(one) or {"id": one} for one in records._ids]


def field_to_sql(records, run, alias, field_expr, query):
    """Return the SQL of a field; a related one is followed with the user's rights."""
    field = records._fields.get(field_expr.partition(".")[0])
    if field is None or not field.related or field.store:
        return run(alias, field_expr, query)
    # The ORM asks about the field that it is taken from, as superuser
    records._check_field_access(field, "read")
    with current.limited_to_scopes(None):
        return run(alias, field_expr, query)


# Grouping


def checked_groupby(records, groupby_spec):
    """Check what to group by (str), and return the context to group in."""
    if not current.limits(records):
        return _NOT_LIMITED
    name, _dot, rest = groupby_spec.partition(":")[0].partition(".")
    with current.internal(False):
        # Records by number are answered with their names; for a many2many the ORM does
        # not check
        _check_field(records, "display_name" if name == "id" else name)
        field = records._fields.get(name)
        below = rest.partition(".")[0]
        if field is not None and field.type == "many2many" and not below:
            # The groups are answered with their names, as no list is otherwise
            below = "display_name"
            _check_field(records.env[field.comodel_name], below)
    return _grouping(records, name, below)


@contextmanager
def _grouping(records, name, below):
    """Return the context to group by ``name`` in, or by ``below`` of its records.

    Of the other model only records count on which that field is open.
    """
    comodel = records._fields[name].comodel_name if below else None
    # Groups by several of its fields are joined once
    names = current.group_paths(records._name, name) | {below}
    limit = current.access().get_limit(comodel, names) if comodel else None
    with current.internal(False), current.naming(comodel, limit):
        yield


def named_by_caller(records):
    """Return the context in which the limits of the token apply to what is named."""
    return current.internal(False) if current.limits(records) else _NOT_LIMITED


def _check_field(records, name):
    if name in records._fields:
        records._check_field_access(records._fields[name], "read")
