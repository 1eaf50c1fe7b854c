# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A call of a method that only reads, limited to the scopes of a token."""

import inspect
from collections.abc import Mapping
from contextlib import nullcontext
from copy import deepcopy

from odoo.fields import Domain

from .current import domain_checked, dry_run, limited_to_scopes, naming
from .domain import check_order, check_search, narrow
from .enforceable import reads_as_orm
from .model_access import LISTS, as_condition, check_open, make_missing
from .named import AGGREGATE, find_group_paths, find_names, iter_texts
from .stand_in import as_readable

#: Methods of the ORM that only read, and ask its access hooks for all that they read.
READ_METHODS = frozenset(
    {
        "exists",
        "fields_get",
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "name_search",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_name_search",
        "web_read",
        "web_read_group",
        "web_search_read",
    }
)
#: Those of them whose ``domain`` is all that the caller compares.
DOMAIN_METHODS = frozenset(
    {
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_read_group",
        "web_search_read",
    }
)
#: The argument by which each of these lists fields. Without it, all are meant.
_LISTING = {"read": "fields", "search_read": "fields", "search_fetch": "field_names"}


def read(access, records, name, method, kwargs):
    model = records.browse()
    kwargs = _with_default_fields(access, model, name, kwargs)
    opened = access.get_model_access(model._name, "read")
    # Those that are closed everywhere are refused below
    listed = opened.fields if opened else frozenset()
    names = listed & find_names(model, name, kwargs)
    limit = opened and opened.get_limit(names)
    is_checked_later = (
        limit is None and name == "read" and _fetches(model, kwargs.get("fields"))
    )
    paths = find_group_paths(kwargs)
    limited = naming(model._name, as_condition(limit), names, paths)
    with limited_to_scopes(access), limited:
        (model if is_checked_later else records).check_access("read")
        for argument, value in kwargs.items():
            if argument != "domain":
                check_nested_domains(model, value)
        check_grouping(model, kwargs, is_legacy=name == "read_group")
        for listed in (kwargs.get("fields"), kwargs.get("field_names")):
            # Those of read_group are aggregates, which the ORM takes apart
            if listed and name != "read_group":
                access.check_fields(model, _check_list(listed))
        _check_specification(access, model, kwargs.get("specification"))
        if limit is not None:
            check_open(access, records, "read", names)
        # Domains and choices of a field may depend on the user and the companies
        described = dry_run() if name == "fields_get" else nullcontext()
        with _checked_search(model, name, kwargs), described:
            result = method(records, **kwargs)
        if name == "web_name_search":
            _drop_formatted_names(result)
        if name == "fields_get":
            # Some models describe more than what the ORM found open
            return _filter_open(access, model, result)
    if is_checked_later and {one["id"] for one in result} != set(records.ids):
        # The ORM leaves out those that do not exist, and refuses those that are hidden
        raise make_missing(model)
    return result


def _drop_formatted_names(rows):
    """Replace in ``rows`` (list of dict) each name with more in it by the plain one.

    What a model adds to it comes from fields that need not be open.
    """
    for row in rows:
        if "__formatted_display_name" in row:
            row["__formatted_display_name"] = row["display_name"]


def _with_default_fields(access, model, name, kwargs):
    """Return ``kwargs`` with the fields that a caller means who lists none.

    That are those that each of the scopes lists: on every record they are open.
    """
    argument = _LISTING.get(name)
    opened = access.get_model_access(model._name, "read")
    if not argument or opened is None or kwargs.get(argument):
        return kwargs
    with limited_to_scopes(access):
        names = sorted(
            name
            for name in opened.default_fields & model._fields.keys()
            if model._has_field_access(model._fields[name], "read")
        )
    return {**kwargs, argument: names or ["id"]}


def _fetches(model, names):
    """Return whether ``read`` of the fields ``names`` checks each record by itself.

    The ORM does, in the query that fetches the values.

    :param names: value that the caller sends for the argument
    """
    if not isinstance(names, list) or not reads_as_orm(model):
        return False
    fields = (model._fields.get(one) for one in names if isinstance(one, str))
    return any(one and one.name != "id" and one.column_type for one in fields)


def check_nested_domains(model, value):
    """Check each domain inside an argument, as ``web_read_group`` takes them.

    It is given one for each group to open, at any depth, and searches by it together
    with the domain of the call: the ORM's hooks cannot tell what is the caller's.

    :param model: empty recordset of the model, while the access limits the call
    :param value: value that the caller sends for the argument
    :raise AccessError: for a domain that the token may not search by
    :raise ValueError: for a malformed one
    """
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, list):
            todo += found
        elif isinstance(found, dict):
            for name, one in found.items():
                # Otherwise it is the field of a specification, named like that
                if name.endswith("domain") and isinstance(one, list):
                    check_search(model, one)
                else:
                    todo.append(one)


def check_grouping(model, kwargs, is_legacy):
    """Raise AccessError for a closed field that the answer is ordered or grouped by.

    The ORM checks too; but a model that computes an aggregate, a group or an order by
    itself, such as the balance of an account, answers without a check.

    :param model: empty recordset of the model, while the access limits the call
    :param kwargs: arguments of the caller (dict)
    :param is_legacy: whether ``fields`` are the aggregates of ``read_group``
    :raise ValueError: for a list that is none: the ORM iterates over any value
    """
    for order in (kwargs.get("order"), kwargs.get("orderby")):
        if isinstance(order, str):
            check_order(model, order)
    specs = [*_get_texts(kwargs.get("aggregates"))]
    if is_legacy:
        specs += _get_texts(kwargs.get("fields"))
    for condition in _check_list(kwargs.get("having") or []):
        if not isinstance(condition, str):
            _check_list(condition)
            specs += _get_texts(condition[:1])
    for spec in specs:
        if ":sum_currency" in spec:
            raise ValueError("Sums over several currencies need rates of all of them.")
        if found := AGGREGATE.match(spec):
            _check_named(model, found[2] or found[1])
    groups = [kwargs.get("groupby") or [], kwargs.get("grouping_sets") or []]
    _check_groups(groups)
    for spec in iter_texts(groups):
        _check_group(model, spec.partition(":")[0])


def _check_group(model, path):
    """Raise AccessError for a closed field on ``path`` (str), by which is grouped.

    The ORM checks none of them where it finds no record.
    """
    name, _dot, rest = path.partition(".")
    _check_named(model, "display_name" if name == "id" else name)
    field = model._fields.get(name)
    if field is not None and field.type == "many2many":
        # The groups come with the names of these records
        rest = rest or "display_name"
    if field is not None and field.relational and rest:
        comodel = as_readable(model.env[field.comodel_name])
        comodel.check_access("read")
        _check_group(comodel, rest)


def _check_groups(groups):
    """Raise ValueError for what is neither a text nor a list, at any depth.

    The ORM iterates over the names of an object as well.
    """
    if isinstance(groups, list):
        for one in groups:
            _check_groups(one)
    elif not isinstance(groups, str):
        raise ValueError("Names of fields must come in a list.")


def _check_named(model, name):
    if name in model._fields:
        model._check_field_access(model._fields[name], "read")


def _check_list(value):
    """Return ``value`` of a caller, which must be a list.

    :raise ValueError: for anything else, such as an object, over whose names Python
        iterates as well
    """
    if not isinstance(value, list):
        raise ValueError("Names of fields must come in a list.")
    return value


def _get_texts(value):
    """Return those of the values (list, or None) that are texts."""
    return [one for one in _check_list(value or []) if isinstance(one, str)]


def _checked_search(model, name, kwargs):
    """Check the caller's domain, and return the context that tells the ORM so.

    Some models add conditions of their own before they search, by fields that the
    token need not open.
    """
    domain = kwargs.get("domain")
    if name not in DOMAIN_METHODS or not isinstance(domain, list):
        return nullcontext()
    check_search(model, domain)
    return domain_checked(model._name)


def _filter_open(access, model, described):
    """Return the part of ``described`` ({field: …}) that is about open fields."""
    return {
        name: description
        for name, description in described.items()
        if name in model._fields
        and access.allows_field(model, model._fields[name], "read")
    }


def read_nothing(access, model, name, method, kwargs):
    kwargs = deepcopy(kwargs)
    with limited_to_scopes(access):
        domain = kwargs.get("domain")
        if isinstance(domain, list):
            check_search(model, domain)
            narrow(access, model, Domain(domain))
        if "domain" in inspect.signature(method).parameters:
            kwargs["domain"] = [[0, "=", 1]]
        if name in ("name_search", "web_name_search"):
            narrow(access, model, Domain("display_name", "ilike", "x"))
        _check_specification(access, model, kwargs.get("specification"))
    read(access, model, name, method, kwargs)


def _check_specification(access, model, specification):
    """Check the fields that ``web_read`` reads of other models, at any depth."""
    if not isinstance(specification, Mapping):
        return
    access.check_fields(model, specification)
    for name, wish in specification.items():
        field = model._fields[name]
        below = wish.get("fields") if isinstance(wish, Mapping) else None
        if field.relational and isinstance(below, Mapping):
            comodel = as_readable(model.env[field.comodel_name])
            is_open = comodel.has_access("read")
            if field.type in LISTS and not is_open:
                # It has no records, of which nothing is read
                continue
            if below.keys() - {"display_name", "id"}:
                comodel.check_access("read")
            check_order(comodel, wish.get("order"))
            if field.type == "many2one":
                # Its name comes with the field
                below = {
                    key: one for key, one in below.items() if key != "display_name"
                }
            _check_specification(access, comodel, below)
