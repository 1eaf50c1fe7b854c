# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Searches along a hierarchy: ``child_of`` and ``parent_of``.

The ORM walks it as superuser, past records that a token must not know of. Here each
step of the way is one that the token sees: the record, and on it the link to its
parent.
"""

from odoo.fields import Domain

from . import current

#: Operators that follow the parents of records, up or down.
HIERARCHIES = frozenset({"child_of", "parent_of"})
#: Steps of a way at most: each takes a query.
MOST_STEPS = 100


def get_hierarchy(model, name):
    """Return (model whose records are walked, name of its field for the parent).

    :param model: recordset of the model that is searched
    :param name: field of the condition: ``id`` or a relation
    :raise ValueError: where there is no hierarchy
    """
    field = model._fields[name]
    comodel = model if name == "id" else model.env.get(field.comodel_name)
    if comodel is None or (field.type != "many2one" and comodel._name == model._name):
        if name != "id":
            raise ValueError(f"{model._name}.{name} is no hierarchy")
    is_own = name != "id" and comodel._name == model._name
    parent = name if is_own else comodel._parent_name
    link = comodel._fields.get(parent)
    if link is None or link.type != "many2one" or link.comodel_name != comodel._name:
        raise ValueError(f"{comodel._name} has no hierarchy")
    return comodel, parent


def check_hierarchy(model, name):
    """Raise AccessError where a token may not search along a hierarchy.

    The parameters are those of :func:`get_hierarchy`.
    """
    comodel, parent = get_hierarchy(model, name)
    comodel.browse().check_access("read")
    comodel._check_field_access(comodel._fields[parent], "read")


def narrow_hierarchy(access, model, condition, find_named):
    """Return the domain for ``condition``, whose way is one that the token sees.

    :param access: :class:`.access.TokenAccess`
    :param model: recordset of the model that is searched
    :param condition: one by ``child_of`` or ``parent_of``, which has been checked
    :param find_named: function of (comodel, text) that returns the records (Domain)
        that the text names
    :raise ValueError: for a value that is none, or for too many steps
    """
    name, value = condition.field_expr, condition.value
    comodel, parent = get_hierarchy(model, name)
    values = list(value) if isinstance(value, list | tuple | set) else [value]
    if not all(isinstance(one, int | str) for one in values):
        raise ValueError(f"{condition.operator} compares with ids and names")
    if not access.checks_records:
        return Domain.FALSE
    start = Domain("id", "in", [one for one in values if one and isinstance(one, int)])
    for text in values:
        if isinstance(text, str):
            start |= find_named(comodel, text)
    every = comodel.with_context(active_test=False)
    walk = _walk_down if condition.operator == "child_of" else _walk_up
    with current.internal():
        limit = access.get_limit(comodel._name, (parent,))
        found = walk(every, every._search(start).get_result_ids(), parent, limit)
    if name == "id" or comodel._name == model._name:
        return Domain("id", "in", sorted(found))
    if model._fields[name].type == "many2one":
        return Domain(name, "in", sorted(found))
    return Domain(name, "any", Domain("id", "in", sorted(found)))


def _walk_down(every, ids, parent, limit):
    """Return ``ids`` and those of all records below them (set)."""

    def step(above):
        return every._search(Domain(parent, "in", above) & limit).get_result_ids()

    return _walk(ids, step)


def _walk_up(every, ids, parent, limit):
    """Return ``ids`` and those of all records above them (set)."""

    def step(below):
        linking = every._search(Domain("id", "in", below) & limit).get_result_ids()
        above = every.browse(linking).sudo()[parent].ids
        return every._search(Domain("id", "in", above)).get_result_ids()

    return _walk(ids, step)


def _walk(ids, step):
    found, new = set(ids), set(ids)
    for _number in range(MOST_STEPS):
        if not new:
            return found
        new = set(step(sorted(new))) - found
        found |= new
    raise ValueError(f"A search follows at most {MOST_STEPS} parents.")
