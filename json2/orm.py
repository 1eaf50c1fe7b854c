# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the ORM's hooks (``models/base.py``) do while a token limits the call.

Each function is given the records that the hook was called on and, as ``run``, the
method of the ORM that the hook extends. Names that the caller sent are checked first;
then Odoo's own code runs and may read what it needs.
"""

from contextlib import nullcontext

from odoo.exceptions import AccessError
from odoo.fields import Domain

from . import current
from .domain import check_search, get_default_order, narrow, without_closed_own
from .need import get_need, needs

_NOT_LIMITED = nullcontext()


def allows_field(records, field, operation):
    """Return whether the token opens a field that Odoo opens to the user.

    :param operation: ``read`` or ``write``
    """
    access = current.access()
    if operation != "read" or not current.is_internal():
        return access.allows_field(records, field, operation)
    if current.is_fetching() or not current.is_dry_run():
        return True
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


# Searching


def checked_search(records, domain):
    """Check a domain if the caller sent it, and return the context to search in.

    :raise AccessError: if the token may not search by it
    :raise ValueError: if it is malformed
    """
    if not current.is_from_caller(records):
        return _NOT_LIMITED
    check_search(records, domain)
    return current.internal()


def search(records, run, domain, offset, limit, order, active_test):
    """Return ``_search`` of what the token opens (Query)."""
    if not current.is_internal():
        check_search(records, domain, order)
    access = current.access()
    domain = narrow(access, records, Domain(domain))
    if active_test and not current.is_fetching():
        shown = access.get_shown_domain(records, domain)
        if shown is not None:
            domain, active_test = domain & shown, False
    with current.internal():
        # Without bypass_access: a field that is marked to skip the rules of its model
        # does not skip those of the token
        return run(domain, offset, limit, order, active_test=active_test)


def search_fetch(records, run, domain, field_names, offset, limit, order):
    """Return ``search_fetch`` for names that the caller sent (records)."""
    order = without_closed_own(records, order)
    check_search(records, domain, order)
    field_names, fields = _get_fields_to_fetch(records, field_names)
    if not order or order == records._order:
        order = get_default_order(records)
    with current.requesting(records._name, fields):
        return run(domain, field_names, offset, limit, order)


def sort_answer(records, run, key, reverse):
    """Return ``records`` sorted by fields that the token opens.

    The order of an answer says as much as the values that it is made by.

    :raise AccessError: if the order needs another field
    """
    try:
        with current.internal(False):
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
    _drop_unlimited_lists(records, fields)
    with current.requesting(records._name, fields):
        return run(field_names)


def fetch_query(records, run, query, fields):
    """Fetch ``fields`` of the records of ``query`` (Query), and return the records."""
    requested = current.requested_fields(records._name)
    named = [
        field
        for field in fields
        if requested is None or field in requested or field.column_type
    ]
    _drop_unlimited_lists(records, named)
    # The fields have been checked. A list among them has a domain and an order of its
    # own, which no caller has written.
    with current.fetching():
        fetched = run(query, named)
    for field in fields:
        if fetched and field not in named:
            # Odoo's own code needs the whole list; no caller receives it
            with current.limited_to_scopes(None):
                field.read(fetched)
            current.unlimited_lists().add(field)
    return fetched


def note_unlimited_lists(fields):
    """Note which ``fields`` are lists that are about to be cached without a limit."""
    lists = current.unlimited_lists()
    if lists is not None:
        lists.update(field for field in fields if not field.column_type)


def _drop_unlimited_lists(records, fields):
    """Remove lists that are not limited to the token from the cache."""
    lists = current.unlimited_lists()
    for field in lists.intersection(fields) if lists else ():
        field._invalidate_cache(records.env)
        lists.discard(field)


def _get_fields_to_fetch(records, field_names):
    fields = records._determine_fields_to_fetch(field_names)
    if field_names is None:
        field_names = [field.name for field in fields]
    return field_names, fields


def read_format(records, run, names, load):
    """Return the values (list of dict) of ``records`` as ``read`` answers them.

    The name of a many2one comes with the field, whatever the scopes open of the other
    model: the ORM reads it as superuser. That of one inside a property it reads as the
    user, which a scope does not limit either.

    :param names: names of fields that have been checked (list)
    """
    fields = records._fields
    properties = [name for name in names if fields[name].type == "properties"]
    if not properties:
        return run(names, load)
    with current.limited_to_scopes(None):
        named = {values["id"]: values for values in run(properties, load)}
    others = [name for name in names if name not in properties]
    return [{**values, **named.get(values["id"], {})} for values in run(others, load)]


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
    name = groupby_spec.partition(":")[0].partition(".")[0]
    with current.internal(False):
        # Records by number are answered with their names; for a many2many the ORM does
        # not check
        _check_field(records, "display_name" if name == "id" else name)
    return current.internal(False)


def named_by_caller(records):
    """Return the context in which the limits of the token apply to what is named."""
    return current.internal(False) if current.limits(records) else _NOT_LIMITED


def _check_field(records, name):
    if name in records._fields:
        records._check_field_access(records._fields[name], "read")
