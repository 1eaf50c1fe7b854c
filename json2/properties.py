# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Values of properties that a caller sends: values only, never what defines them.

A definition belongs to another record and to all that share it. Odoo takes one with the
values if they come as a list; a token sends an object, {name of the property: value}.
"""

from odoo import fields
from odoo.exceptions import AccessError

from .call_context import MAX_ID
from .linkable import find_linkable
from .model_access import make_missing
from .need import needs

#: Types of properties with those of their values in JSON.
_TYPES = {
    "boolean": bool,
    "char": str,
    "date": str,
    "datetime": str,
    "float": (int, float),
    "html": str,
    "integer": int,
    "many2many": list,
    "many2one": int,
    "monetary": (int, float),
    "selection": str,
    "tags": list,
    "text": str,
}
_LINKS = frozenset({"many2one", "many2many"})


def without_properties(access, records, operation, values):
    """Return ``values`` (dict) but for those of properties that the scopes list.

    The parameters are those of :func:`check_properties`.
    """
    own = _find_own(access, records, operation, values)
    if not own:
        return values
    return {name: value for name, value in values.items() if name not in own}


def _find_own(access, records, operation, values):
    """Return the fields (names) in ``values`` whose properties may be written."""
    key = ("properties", records._name)
    if key not in access.notes:
        access.notes[key] = {
            name
            for name, field in records._fields.items()
            if field.type == "properties" and not field.related
        }
    sent = access.notes[key] & values.keys()
    return sent and sent & access.get_model_access(records._name, operation).fields


def check_properties(access, records, operation, values):
    """Check the values of properties. The other values have been checked before.

    :param access: :class:`.access.TokenAccess`
    :param records: the records that are to be written; none for new ones
    :param operation: ``create`` or ``write``
    :param values: dict of the caller
    :raise AccessError: for a link to a model that the token may not read
    :raise MissingError: for a link to a record that the token does not see
    :raise ValueError: for a malformed value, or one that is not defined
    """
    for name in sorted(_find_own(access, records, operation, values)):
        value = values[name]
        if value is False or value is None:
            continue
        if not isinstance(value, dict):
            raise ValueError(
                f"Send the values of {name} as an object, without definitions."
            )
        if access.checks_records:
            _check(access, records, records._fields[name], values)


def _check(access, records, field, values):
    definitions = _get_definitions(records, field, values)
    for name, value in values[field.name].items():
        kind = definitions.get(name, {}).get("type")
        if kind not in _TYPES:
            raise ValueError(f"There is no such property of {field.name}.")
        if value is False or value is None:
            continue
        _check_type(field, kind, value)
        if kind in _LINKS:
            ids = value if kind == "many2many" else [value]
            _check_links(access, records, definitions[name].get("comodel"), ids)


def _get_definitions(records, field, values):
    """Return {name: definition} of what defines the properties of the records."""
    link = field.definition_record
    if records and link not in values:
        defining = records[link]
    else:
        sent = {link: values[link]} if link in values else {}
        defining = records.browse().new(sent)[link]._origin
    if len(defining) > 1:
        raise ValueError(f"The records do not share one definition of {field.name}.")
    found = defining.sudo()[field.definition_record_field] if defining else ()
    return {one["name"]: one for one in found or ()}


def _check_type(field, kind, value):
    expected = int if kind in _LINKS else str
    parts = value if isinstance(value, list) else ()
    is_number = kind != "boolean" and isinstance(value, bool)
    if (
        is_number
        or not isinstance(value, _TYPES[kind])
        or any(type(one) is not expected for one in parts)
    ):
        raise ValueError(f"Malformed value in {field.name}.")
    if kind in ("date", "datetime"):
        parse = fields.Date.to_date if kind == "date" else fields.Datetime.to_datetime
        parse(value)


def _check_links(access, records, comodel, ids):
    if comodel not in records.env or any(not 0 < one <= MAX_ID for one in ids):
        raise ValueError("A link must be the id of a record.")
    linked = records.env[comodel].browse(ids)
    if len(find_linkable(access, linked)) == len(linked):
        return
    if access.allows_model(comodel, "read"):
        raise make_missing(records)
    error = AccessError(
        records.env._(
            "To link records in properties, a scope of the token has to open"
            " %(model)s for reading.",
            model=comodel,
        )
    )
    raise needs(error, comodel, "read")
