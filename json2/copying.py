# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``copy``: what a token could read of a record and create again, in one call."""

from copy import deepcopy

from odoo.exceptions import AccessError
from odoo.fields import Command

from .current import limited_to_scopes
from .linkable import find_linkable, find_visible, make_plain
from .need import needs
from .values import check_values

#: Types of fields that are not copied: what they mean is in other records.
_DEFINED = frozenset({"properties", "properties_definition"})
#: How deep lines of lines are copied.
MAX_DEPTH = 5


def check(access, model, kwargs):
    """Raise for what ``copy`` needs, but for its records.

    :raise AccessError: for a value that the scopes do not allow, or where a model
        copies more than the record
    :raise ValueError: for malformed arguments
    """
    if _is_replaced(model):
        error = AccessError(
            model.env._(
                "Odoo copies more than the record of %s: read it and create another.",
                model._name,
            )
        )
        raise needs(error, model._name, None)
    check_values(access, model, "create", _get_default(kwargs))


def _is_replaced(model):
    return any(
        "copy" in vars(one) and not one.__module__.startswith("odoo.orm.")
        for one in type(model).mro()
    )


def _get_default(kwargs):
    default = kwargs.get("default") or {}
    if not isinstance(default, dict):
        raise ValueError("The default values must be an object.")
    return default


def copy(access, records, kwargs, change):
    """Create a copy of each of ``records`` with what the token opens of it.

    Those fields are copied that it may read on the record and give to a new one. Of a
    list, only the records that it sees are linked.

    :param records: records that the token sees
    :param change: see :func:`.orm_methods.run`
    :return: the new records
    """
    records = records.browse(dict.fromkeys(records._ids))
    values_list = _get_values(access, records, _get_default(kwargs))
    model = records.browse()
    arguments = {"vals_list": values_list}
    created = change(access, model, "create", type(model).create, arguments)
    for old, new, values in zip(records, created, values_list, strict=True):
        closed = model._fields.keys() - {
            name for name in values if model._fields[name].type != "one2many"
        }
        old.copy_translations(new, excluded={*closed, *_get_default(kwargs)})
    return created


def _get_values(access, records, default, above=()):
    """Return the values (list of dict) of a copy of each of ``records``.

    :param above: names of the models (tuple) whose lines they are, if they are lines
    """
    with limited_to_scopes(access), limited_to_scopes(None):
        # The business code that prepares them reads what it needs
        full = records.with_context(active_test=False).copy_data(deepcopy(default))
    names = _find_open(access, records)
    return [
        {
            **_keep_open(access, record, values, names, (*above, record._name)),
            **{name: values[name] for name in default if name in values},
        }
        for record, values in zip(records, full, strict=True)
    ]


def _find_open(access, records):
    """Return {id: names (set) of the fields that may be copied from it}."""
    opened = [
        access.get_model_access(records._name, operation)
        for operation in ("read", "create")
    ]
    if None in opened:
        return {one: frozenset() for one in records._ids}
    names = opened[0].fields & opened[1].fields
    if find_visible(access, records, names) == records:
        return dict.fromkeys(records._ids, names)
    found = {one: set() for one in records._ids}
    for name in names:
        for one in find_visible(access, records, [name])._ids:
            found[one].add(name)
    return found


def _keep_open(access, record, values, names, above):
    """Return the part of ``values`` (dict) that the token could read and send."""
    kept = {}
    for name in values.keys() & names[record.id]:
        field = record._fields[name]
        if field.type in _DEFINED:
            continue
        if field.type == "one2many":
            # A copy of a line does not repeat what the line is part of
            if field.comodel_name in above[:-1] or len(above) > MAX_DEPTH:
                continue
            if lines := _copy_lines(access, record, field, above):
                kept[name] = lines
        elif field.type == "many2many":
            linked = record.env[field.comodel_name].browse(_get_linked(values[name]))
            kept[name] = [[6, 0, list(find_linkable(access, linked)._ids)]]
        else:
            kept[name] = make_plain(values[name])
    return kept


def _copy_lines(access, record, field, above):
    """Return commands (list) that create the lines that the token sees again."""
    with limited_to_scopes(access), limited_to_scopes(None):
        lines = record.with_context(active_test=False)[field.name].sorted("id")
    lines = find_visible(access, lines.with_env(record.env))
    values_list = _get_values(access, lines, {}, above)
    for values in values_list:
        # They are lines of the copy
        values.pop(field.inverse_name, None)
    return [[0, 0, values] for values in values_list]


def _get_linked(commands):
    """Return the ids that ``commands`` of a many2many link (list)."""
    ids = []
    for command in commands or ():
        if command[0] == Command.SET:
            ids += command[2]
        elif command[0] == Command.LINK:
            ids.append(command[1])
    return list(dict.fromkeys(ids))
