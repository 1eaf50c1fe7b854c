# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which fields the caller of a reading method names, in whatever argument."""

import re

from odoo.fields import Domain

from .domain import find_order_names, get_names

#: An aggregate: ``name``, ``name:function`` or ``alias:function(name)``.
AGGREGATE = re.compile(r"(\w+)(?::\w+(?:\((\w+)\))?)?")
#: Methods that answer the name of each record.
_NAMING = frozenset({"name_search"})


def find_names(model, method, kwargs):
    """Return the fields of ``model`` (frozenset of names) that a caller names.

    A search sees the records on which each of them is open: in the domain, the order,
    the groups, the aggregates or among what is to be read. Malformed arguments are
    refused elsewhere, and name nothing here.

    :param model: empty recordset
    :param method: name of a method that only reads
    :param kwargs: arguments of the caller (dict)
    """
    names = {"display_name"} if method in _NAMING else set()
    for argument, value in kwargs.items():
        names |= _find_in(argument, value, method)
    for name in names & model._fields.keys():
        # The number of a record means one of the model that another field names
        if model._fields[name].type == "many2one_reference":
            names |= {model._fields[name].model_field}
    return frozenset(names & model._fields.keys()) - {"id"}


def find_group_paths(kwargs):
    """Return {field: fields (set) of its records} by which a caller groups."""
    paths = {}
    for spec in iter_texts([kwargs.get("groupby"), kwargs.get("grouping_sets")]):
        name, _dot, rest = spec.partition(":")[0].partition(".")
        if rest:
            paths.setdefault(name, set()).add(rest.partition(".")[0])
    return paths


def _find_in(argument, value, method):
    """Return the fields (set of names) that one argument names."""
    if argument == "domain":
        return _find_in_domain(value)
    if argument in ("order", "orderby"):
        return _find_in_order(value)
    if argument in ("groupby", "grouping_sets"):
        # Records by number are answered with their names
        heads = {_get_head(spec) for spec in iter_texts(value)}
        return heads | ({"display_name"} if "id" in heads else set())
    if argument == "aggregates" or (argument == "fields" and method == "read_group"):
        return set(_find_in_aggregates(value))
    if argument == "having":
        return set(_find_in_having(value))
    if argument in ("fields", "field_names"):
        return set(iter_texts(value))
    if argument in ("specification", "unfold_read_specification"):
        return set(value) if isinstance(value, dict) else set()
    if argument == "opening_info":
        return _find_in_groups(value)
    return set()


def _find_in_domain(value):
    if not isinstance(value, list):
        return set()
    try:
        return get_names(Domain(value))
    except (TypeError, ValueError):
        return set()


def _find_in_order(value):
    return find_order_names(value) if isinstance(value, str) else set()


def _find_in_aggregates(value):
    for spec in iter_texts(value):
        if found := AGGREGATE.match(spec):
            yield found[2] or found[1]


def _find_in_having(value):
    for condition in value if isinstance(value, list) else ():
        if isinstance(condition, list):
            yield from _find_in_aggregates(condition[:1])


def _find_in_groups(value):
    """Return what the groups name that are to be opened, at any depth."""
    names = set()
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, list):
            todo += found
        elif isinstance(found, dict):
            for name, one in found.items():
                if name.endswith("domain") and isinstance(one, list):
                    names |= _find_in_domain(one)
                elif name == "order":
                    names |= _find_in_order(one)
                else:
                    todo.append(one)
    return names


def _get_head(path):
    """Return the first field of ``path`` (str)."""
    return path.partition(":")[0].partition(".")[0]


def iter_texts(value):
    """Yield each text in ``value``: itself, or those in a list, at any depth."""
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, str):
            yield found
        elif isinstance(found, list):
            todo += found
