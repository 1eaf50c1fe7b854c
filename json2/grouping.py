# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller of Odoo's own API wants to have ordered and aggregated."""

import re

from .domain import check_order

#: A field of ``read_group``: ``name``, ``name:function`` or ``alias:function(name)``.
_AGGREGATE = re.compile(r"(\w+)(?::\w+(?:\((\w+)\))?)?")


def check_grouping(model, kwargs, is_legacy):
    """Raise AccessError for a field by whose value the answer would be made.

    ValueError for a list that is none: the ORM goes through whatever it is given.

    The ORM asks too; but a model that computes an aggregate or an order by itself,
    such as the balance of an account, asks nobody before it answers.

    :param model: recordset of the model, held to the access
    :param kwargs: arguments of the caller (dict)
    :param is_legacy: whether ``fields`` are the aggregates of ``read_group``
    """
    for order in (kwargs.get("order"), kwargs.get("orderby")):
        if isinstance(order, str):
            check_order(model, order)
    specs = [*_texts(kwargs.get("aggregates"))]
    if is_legacy:
        specs += _texts(kwargs.get("fields"))
    for condition in check_list(kwargs.get("having") or []):
        if not isinstance(condition, str):
            check_list(condition)
            specs += _texts(condition[:1])
    for spec in specs:
        if found := _AGGREGATE.match(spec):
            field = model._fields.get(found[2] or found[1])
            if field is not None:
                model._check_field_access(field, "read")


def check_list(value):
    """Return ``value`` of a caller, which must be a list.

    :raise ValueError: for anything else, such as an object, whose names Python walks
        through as well
    """
    if not isinstance(value, list):
        raise ValueError("Names of fields must come in a list.")
    return value


def _texts(value):
    """Return those of the values (list) that are texts, or none."""
    return [one for one in check_list(value or []) if isinstance(one, str)]
