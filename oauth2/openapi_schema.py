# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Fields and arguments of Odoo as schemas: JSON Schema 2020-12, as OpenAPI 3.1 has it.

Examples are made of types and never of records.
"""

import inspect
import json
import re

#: How many choices of a selection are listed.
MAX_CHOICES = 50
#: Choices that every generator can make a name of.
_PLAIN_CHOICE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_ANY = {}
#: Odoo answers false where there is no value.
_NOTHING = {"type": "boolean", "const": False}
_LIST = {"type": "array", "items": {}}
#: {type of a field: (schema of a value, example)}
_VALUES = {
    "binary": ({"type": "string", "contentEncoding": "base64"}, "iVBORw0KGgo="),
    "boolean": ({"type": "boolean"}, True),
    "char": (_TEXT, "Example"),
    "date": (_TEXT, "2026-01-31"),
    "datetime": (_TEXT, "2026-01-31 13:45:00"),
    "float": ({"type": "number"}, 12.5),
    "html": (_TEXT, "<p>Example</p>"),
    "integer": (_NUMBER, 7),
    "json": (_ANY, {"key": "value"}),
    "many2one_reference": (_NUMBER, 7),
    "monetary": ({"type": "number"}, 12.5),
    "properties": (_ANY, []),
    "properties_definition": (_ANY, []),
    "reference": (_TEXT, "model.name,7"),
    "selection": (_TEXT, None),
    "text": (_TEXT, "Example"),
}
#: Types whose values are never false for nothing, or where it is a value.
_NEVER_EMPTY = frozenset({"boolean", "float", "integer", "json", "monetary"})
_LISTS = frozenset({"many2many", "one2many"})
_IDS = {"type": "array", "items": _NUMBER}
#: {argument of a method of the ORM: its schema}. Those of fields are made by model.
_ARGUMENTS = {
    "aggregates": {"type": "array", "items": _TEXT, "examples": [["__count"]]},
    "attributes": {
        "type": "array",
        "items": _TEXT,
        "examples": [["type", "string", "required"]],
    },
    "domain": {
        "type": "array",
        "items": {},
        "description": "Conditions [field, operator, value], joined by and; before them"
        ' "&", "|" or "!" in prefix notation. An empty list means all records.',
    },
    "groupby": {"type": "array", "items": _TEXT},
    "having": {"type": "array", "items": {}},
    "lazy": {"type": "boolean"},
    "limit": {**_NUMBER, "minimum": 0, "examples": [100]},
    "load": {"type": ["string", "null"], "description": "null for ids of relations."},
    "name": {**_TEXT, "examples": ["Example"]},
    "offset": {**_NUMBER, "minimum": 0, "examples": [0]},
    "operator": {**_TEXT, "examples": ["ilike"]},
    "order": {
        **_TEXT,
        "description": "Fields, each with asc or desc, separated by commas.",
        "examples": ["id desc"],
    },
    "orderby": _TEXT,
    "specification": {
        "type": "object",
        "description": 'The fields to read, as keys: {"name": {}}.',
    },
}


def of_value(attributes):
    """Return the schema (dict) of a field as it is read.

    :param attributes: of the field, as ``fields_get`` tells them (dict)
    """
    kind = attributes["type"]
    if kind == "many2one":
        schema = {
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": ["integer", "string"]},
                    "minItems": 2,
                    "maxItems": 2,
                },
                _NOTHING,
            ]
        }
        example = [7, "Example"]
    elif kind in _LISTS:
        schema, example = _IDS, [7, 8]
    else:
        schema, example = _of_plain(kind, attributes)
    return {**schema, **_explain(attributes), "examples": [example]}


def of_change(attributes):
    """Return the schema (dict) of a field as it is written.

    :param attributes: of the field, as ``fields_get`` tells them (dict)
    """
    kind = attributes["type"]
    if kind == "many2one":
        schema, example = {"anyOf": [_NUMBER, _NOTHING]}, 7
    elif kind in _LISTS:
        schema, example = {"type": "array", "items": _LIST}, [[4, 7]]
    else:
        schema, example = _of_plain(kind, attributes)
    return {**schema, **_explain(attributes), "examples": [example]}


def _of_plain(kind, attributes):
    schema, example = _VALUES.get(kind, (_ANY, "Example"))
    if kind == "selection":
        choices = [pair[0] for pair in attributes.get("selection") or ()]
        example = choices[0] if choices else "example"
        if _is_listed(choices):
            schema = {"type": "string", "enum": choices}
    if kind in _NEVER_EMPTY or not schema:
        return schema, example
    return {"anyOf": [schema, _NOTHING]}, example


def _is_listed(choices):
    """Tell whether ``choices`` (list) are few, and names that a program can have."""
    names = {one.lower() for one in choices if isinstance(one, str)}
    return (
        len(names) == len(choices)
        and 0 < len(choices) <= MAX_CHOICES
        and all(_PLAIN_CHOICE.fullmatch(one) for one in choices)
    )


def _explain(attributes):
    said = {"title": attributes["string"]} if attributes.get("string") else {}
    if attributes.get("help"):
        said["description"] = attributes["help"]
    if attributes.get("relation"):
        said["x-odoo-model"] = attributes["relation"]
    said["x-odoo-type"] = attributes["type"]
    if attributes.get("required"):
        said["x-odoo-required"] = True
    return said


def of_arguments(method, names, values):
    """Return the schema (dict) of the body of a call.

    :param method: :class:`..json2.describe.Method`
    :param names: schema of the name of a field that can be read, or None
    :param values: schema of the values of a record that can be written, or None
    """
    found, required = {}, []
    if method.on_records:
        ids = {"type": "array", "items": _NUMBER, "examples": [[7]]}
        found["ids"] = {**ids, "description": "The records to call the method on."}
        required.append("ids")
    by_model = {
        "fields": {"type": "array", "items": names} if names else None,
        "allfields": {"type": "array", "items": names} if names else None,
        "vals": values,
        "vals_list": {"type": "array", "items": values} if values else None,
    }
    parameters = [*inspect.signature(method.function).parameters.values()][1:]
    for one in parameters:
        if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD):
            continue
        schema = by_model.get(one.name) or _ARGUMENTS.get(one.name, _ANY)
        if one.default is one.empty:
            required.append(one.name)
        elif (default := _as_default(one.default)) is not None:
            # Every argument with a default of None may be left out or null
            schema = {**schema, "default": default} if "$ref" not in schema else schema
        found[one.name] = schema
    found["context"] = {
        "type": "object",
        "description": "lang, tz, active_test and allowed_company_ids; the rest is not"
        " used.",
        "examples": [{"lang": "en_US"}],
    }
    schema = {"type": "object", "properties": found}
    return {**schema, "required": required} if required else schema


def _as_default(value):
    """Return ``value`` if it says more than that there is none, else None."""
    is_plain = isinstance(value, str | int | float) and value not in ("", False)
    try:
        return json.loads(json.dumps(value)) if is_plain else None
    except (TypeError, ValueError):
        return None
