# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller of Odoo's own API wants to have ordered and aggregated."""

import re

from ..models.api_domain import check_order

#: A field of ``read_group``: ``name``, ``name:function`` or ``alias:function(name)``.
_AGGREGATE = re.compile(r"(\w+)(?::\w+(?:\((\w+)\))?)?")


def check_grouping(model, kwargs, is_legacy):
    """Raise AccessError for a field by whose value the answer would be made.

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
    having = kwargs.get("having")
    for condition in having if isinstance(having, list) else ():
        if isinstance(condition, list):
            specs += _texts(condition[:1])
    for spec in specs:
        if found := _AGGREGATE.match(spec):
            field = model._fields.get(found[2] or found[1])
            if field is not None:
                model._check_field_access(field, "read")


def _texts(value):
    """Return those of the values (list) that are texts, or none."""
    value = value if isinstance(value, list) else []
    return [one for one in value if isinstance(one, str)]
