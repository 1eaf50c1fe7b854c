# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``onchange``: what a record would be like if it were created or written.

The values are checked as those of ``create`` and ``write``, and only fields that the
token reads are answered: so a caller learns what it would learn by doing it. Nothing is
kept of what Odoo's code does on the way.
"""

from copy import deepcopy

from odoo.exceptions import AccessError

from .current import limited_to_scopes
from .model_access import check_open, make_missing
from .need import needs
from .orm import make_field_error
from .owner import check_shown
from .values import check_values

#: Types of fields whose values are answered. Those of lists would be the records that
#: Odoo's code finds, of which no scope says which the token sees.
_REFUSED_TYPES = frozenset(
    {"one2many", "many2many", "properties", "properties_definition"}
)
#: Where the file of an attachment is. Odoo takes it from nobody who creates or writes
#: one, but would compute the content from it.
_FILE_NAME = ("ir.attachment", "store_fname")
_WITH_LINK = frozenset({"id", "display_name"})


def check(access, model, kwargs):
    """Raise for what ``onchange`` needs, but for its records and values.

    :raise AccessError: for a field that the token may not read
    :raise ValueError: for malformed arguments
    """
    values, names, wishes = _get_arguments(kwargs)
    with limited_to_scopes(access):
        model.check_access("read")
        access.limit_specification(model, wishes)
    for name in (*names, *values):
        if name != "id" and name not in model._fields:
            raise ValueError(f"Invalid field {name!r} on {model._name}")
    if not set(names) <= values.keys():
        raise ValueError("The changed fields need values.")
    for name, wish in wishes.items():
        field = model._fields[name]
        if field.type in _REFUSED_TYPES:
            error = AccessError(
                model.env._(
                    "A token does not learn what would become of the list “%(field)s”"
                    " of %(model)s: leave it out.",
                    field=name,
                    model=model._name,
                )
            )
            raise needs(error, model._name, None)
        below = wish.get("fields") or {}
        if not isinstance(below, dict) or below.keys() - _WITH_LINK:
            raise ValueError(f"Of {name} only the name is answered.")


def _get_arguments(kwargs):
    """Return values, names of changed fields and specification, as the caller sends.

    :raise ValueError: for arguments of the wrong kind
    """
    values, wishes = kwargs.get("values"), kwargs.get("fields_spec")
    names = kwargs.get("field_names")
    if not isinstance(values, dict) or not isinstance(wishes, dict):
        raise ValueError("The values and the specification must be objects.")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise ValueError("Names of fields must come in a list.")
    return values, names, wishes


def run(access, records, method, kwargs):
    """Return what ``onchange`` answers, without the texts of business code.

    :param records: one record that is to be written; none for a new one
    :raise AccessError: for a field that the scopes do not allow
    :raise MissingError: for a record that the token does not see
    """
    values, names, wishes = _get_arguments(kwargs)
    operation = "write" if records else "create"
    if len(records) > 1:
        raise ValueError("There can be changes of one record only.")
    with limited_to_scopes(access):
        records.check_access(operation)
        if len(records.exists()) != len(records):
            raise make_missing(records)
        records.read(list(wishes), load=None)
        wishes = access.limit_specification(records, wishes)
    values = {name: value for name, value in values.items() if name != "id"}
    if not records:
        values = {**deepcopy(access.defaults), **values}
    check_values(access, records.browse(), operation, values)
    check_shown(access, records.browse(), values)
    for name in values:
        field = records._fields[name]
        if (field.base_field.model_name, field.base_field.name) == _FILE_NAME:
            raise make_field_error(records, field, operation)
    if records:
        check_open(access, records, "read", wishes)
        check_open(access, records, "write", values)
    records.env.flush_all()
    savepoint = records.env.cr.savepoint()
    try:
        result = method(records, values=values, field_names=names, fields_spec=wishes)
        answer = {
            name: value
            for name, value in (result.get("value") or {}).items()
            if name in wishes
        }
    finally:
        savepoint.close(rollback=True)
    return {"value": answer}
