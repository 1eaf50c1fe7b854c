# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tools of the MCP endpoint, each a call of Odoo's API with the caller's token."""

import json

from werkzeug.exceptions import HTTPException

from odoo.exceptions import UserError
from odoo.tools.json import json_default

#: How many records a search returns, if the caller does not say.
LIMIT = 50
#: {type of a field: type of its values in JSON}; a text for all others
JSON_TYPES = {
    "boolean": "boolean",
    "float": "number",
    "integer": "integer",
    "many2many": "array",
    "many2one": "integer",
    "monetary": "number",
    "one2many": "array",
}


class InvalidParams(Exception):
    """The arguments are not those that the schema of a tool describes."""


def search(token, arguments):
    """Search records of a model, and read some fields of them."""
    found = _use(
        token,
        arguments,
        "search_read",
        domain=arguments.get("domain") or [],
        fields=arguments.get("fields") or ["id"],
        limit=arguments.get("limit", LIMIT),
        offset=arguments.get("offset", 0),
    )
    return found


def read(token, arguments):
    """Read some fields of records that are known by their ids."""
    fields = arguments.get("fields") or ["id"]
    return _use(token, arguments, "read", ids=arguments.get("ids"), fields=fields)


def create(token, arguments):
    """Create a record, and return its id."""
    return _use(token, arguments, "create", vals_list=[arguments.get("values")])


TOOLS = {"search": search, "read": read, "create": create}


def _use(token, arguments, method, **further):
    """Return the result of a tool: what a call returns, or why it does not.

    What further scopes would open is no result but the answer of the whole request:
    403 with the scopes to ask for, so that the client asks its person and calls again.
    """
    model = arguments.get("model")
    if not isinstance(model, str):
        raise InvalidParams("A model is needed.")
    try:
        records = token.call(model, method, **further)
    except UserError as error:
        if error.oauth_scope:
            raise
        return _make_result(str(error), is_error=True)
    except HTTPException as error:
        if error.response is not None:
            raise
        return _make_result(error.description, is_error=True)
    return _make_result({"records": records})


def _make_result(value, is_error=False):
    if is_error:
        return {"content": [{"type": "text", "text": value}], "isError": True}
    # Dates and the like as JSON has them
    text = json.dumps(value, default=json_default)
    content = [{"type": "text", "text": text}]
    return {"content": content, "structuredContent": json.loads(text)}


def describe_tools(token):
    """Return what the tools are and take (list), with the fields that a token opens."""
    opened = token.describe()
    readable = {name: sorted(one.fields) for name, one in opened.items() if one.fields}
    creatable = {name: one.values.get("create") for name, one in opened.items()}
    creatable = {name: fields for name, fields in creatable.items() if fields}
    fields = {
        "type": "array",
        "items": _choose({name for names in readable.values() for name in names}),
        "description": _explain("Fields to read", readable),
    }
    count = {"type": "integer", "minimum": 0}
    return [
        _describe(
            "search",
            {
                "model": _choose(readable),
                "domain": {
                    "type": "array",
                    "items": {},
                    "description": "Conditions [field, operator, value], all of which"
                    ' hold, as [["name", "ilike", "azure"]]; none for all records.',
                },
                "fields": fields,
                "limit": {**count, "default": LIMIT},
                "offset": {**count, "default": 0},
            },
            ["model"],
            readOnlyHint=True,
        ),
        _describe(
            "read",
            {
                "model": _choose(readable),
                "ids": {"type": "array", "items": {"type": "integer"}},
                "fields": fields,
            },
            ["model", "ids"],
            readOnlyHint=True,
        ),
        _describe(
            "create",
            {
                "model": _choose(creatable),
                "values": {
                    "type": "object",
                    "properties": _describe_values(creatable),
                    "description": _explain("Fields to set", creatable),
                },
            },
            ["model", "values"],
            readOnlyHint=False,
            destructiveHint=False,
        ),
    ]


def _describe(name, properties, required, **annotations):
    return {
        "name": name,
        "description": TOOLS[name].__doc__,
        "inputSchema": {
            "type": "object",
            "properties": properties,
            "required": required,
        },
        "annotations": annotations,
    }


def _choose(names):
    """Return the schema (dict) of one of ``names``; of any text where none is open.

    A client may call the tool all the same: it then learns which scopes to ask for.
    """
    return {"type": "string", **({"enum": sorted(names)} if names else {})}


def _explain(text, names):
    """Return ``text`` with the ``names`` ({model: names of fields}) of each model."""
    listed = "; ".join(f"{one}: {', '.join(sorted(names[one]))}" for one in names)
    return f"{text}. {listed}" if listed else f"{text}. None is open yet."


def _describe_values(models):
    """Return the schemas ({field: dict}) of what may be set on any of ``models``."""
    found = {}
    for fields in models.values():
        for name, attributes in fields.items():
            kind = JSON_TYPES.get(attributes["type"], "string")
            described = {"type": kind, "description": attributes["string"]}
            if kind == "array":
                described["items"] = {}
            if found.setdefault(name, described)["type"] != kind:
                found[name] = {"description": attributes["string"]}
    return found
