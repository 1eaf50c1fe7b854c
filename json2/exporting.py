# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``export_data``: each path is checked on the models that it leads through.

What is linked on the way and hidden from the token is left out, as if it were not
linked. Then Odoo's own code makes the rows of what is left.
"""

from odoo.exceptions import AccessError
from odoo.models import fix_import_export_id_paths

from .current import limited_to_scopes
from .domain import MAX_STEPS
from .linkable import find_visible
from .model_access import check_open
from .need import needs
from .stand_in import as_readable

#: Parts of a path that stand for the record itself: its external and its database id.
_IDS = frozenset({"id", ".id"})
#: What comes with a many2one, whatever is open of the other model.
_WITH_LINK = frozenset({"", "display_name", ".id"})
_LISTS = frozenset({"one2many", "many2many"})


def check(access, model, kwargs):
    """Raise for what ``export_data`` needs, but for its records.

    :raise AccessError: for a field or a model that the token may not read
    :raise ValueError: for a malformed path
    """
    for name in ("export_data", "_export_rows"):
        owner = next(one for one in type(model).mro() if name in vars(one))
        if not owner.__module__.startswith("odoo.orm."):
            error = AccessError(
                model.env._(
                    "%s are exported in a way of their own: read them.", model._name
                )
            )
            raise needs(error, model._name, None)
    with limited_to_scopes(access):
        _check_tree(access, model, _get_tree(kwargs))


def _get_tree(kwargs):
    """Return the paths that the caller sends as {name: tree of what is below}.

    The end of a path is an empty name.
    """
    paths = kwargs.get("fields_to_export")
    if not isinstance(paths, list) or not all(isinstance(one, str) for one in paths):
        raise ValueError("The fields to export must be a list of paths.")
    tree = {}
    for path in paths:
        names = fix_import_export_id_paths(path)
        if len(names) > MAX_STEPS:
            raise ValueError(f"A path follows at most {MAX_STEPS} relations.")
        if not all(names):
            raise ValueError("A path must not have empty parts.")
        below = tree
        for name in (*names, ""):
            below = below.setdefault(name, {})
    return tree


def _check_tree(access, model, tree):
    for name, below in tree.items():
        if name in _IDS or name == "":
            if below.keys() - {""}:
                raise ValueError(f"There is nothing below {name} on {model._name}.")
            continue
        base, dot, _part = name.partition(".")
        access.check_fields(model, [base])
        field = model._fields[base]
        is_path = field.relational and not dot
        if (dot and field.type != "properties") or (
            below.keys() - {""} and not is_path
        ):
            raise ValueError(f"Invalid path {model._name}.{name}")
        if needed := _get_needed(field, below):
            comodel = as_readable(model.env[field.comodel_name])
            comodel.check_access("read")
            _check_tree(access, comodel, needed)


def _get_needed(field, below):
    """Return the part of the tree ``below`` ``field`` that the other model opens."""
    if not field.relational:
        return {}
    if field.type in _LISTS:
        below = {name or "display_name": tree for name, tree in below.items()}
        return below
    return {name: tree for name, tree in below.items() if name not in _WITH_LINK}


def export(access, records, method, kwargs):
    """Return what ``export_data`` answers for the open part of ``records``.

    :param records: records that the token sees
    :raise AccessError: for a field that the token may not read on one of them
    """
    hidden, tree = [], _get_tree(kwargs)
    check_open(access, records, "read", _get_names(tree))
    with limited_to_scopes(access):
        _hide(access, records, tree, hidden)
        try:
            # All that it can reach from here is open, and in the cache
            with limited_to_scopes(None):
                return method(records, **kwargs)
        finally:
            for changed, name in hidden:
                changed.invalidate_recordset([name], flush=False)


def _hide(access, records, tree, hidden):
    """Remove the records that the token does not see from the cached relations.

    :param tree: paths below ``records``
    :param hidden: list to which each (records, field name) is added
    """
    if not records:
        return
    # First everything is read, since a field may be computed through a relation
    records.read(_get_names(tree), load=None)
    for name, below in tree.items():
        field = records._fields.get(name)
        needed = _get_needed(field, below) if field and name != "id" else {}
        if not needed:
            continue
        linked = {record: record[name] for record in records}
        linked_to = records.env[field.comodel_name].union(*linked.values())
        visible = find_visible(access, linked_to, _get_names(needed))
        for record, value in linked.items():
            value = field.convert_to_cache(value & visible, record, validate=False)
            field._update_cache(record, value)
        hidden.append((records, name))
        _hide(access, visible, needed, hidden)


def _get_names(tree):
    """Return the names of the fields (list) that ``tree`` begins with."""
    return list({name.partition(".")[0] for name in tree} - {"", "id"})
