# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The description of Odoo's API for one token: OpenAPI 3.1.

Checks, in this order: the form of the request; one access token, in the header only
(RFC 6750 section 2.1; an address with a token ends in logs); that it is live and meant
for this provider; that it has a scope for the API and a company to act in
(``insufficient_scope``); the models that are asked for.

A token with scopes gets all that it may call and nothing else. One with full access may
call thousands of methods: it gets a short document, and the models that it asks for, if
its user may read them.
"""

import inspect
import re

from oauthlib.oauth2 import InvalidRequestError

from odoo import release

from ..json2 import describe
from ..json2.access import TokenAccess
from ..json2.current import limited_to_companies
from ..json2.stand_in import counts_on
from ..tools.protected_route import API_PATH
from . import info
from . import openapi_schema as schema
from .content import ATTACHMENT, ATTACHMENT_FIELDS
from .message import Answer

VERSION = "3.1.0"
#: Models that one document describes at most.
MAX_MODELS = 50
#: Those that a token with full access may ask for at once.
MAX_WANTED = 20
HEADERS = {"Cache-Control": "private, no-store"}
#: Grants of a client, as OpenAPI names them, with the endpoints of each.
_FLOWS = {
    "authorization_code": ("authorizationCode", ("authorize", "token")),
    "client_credentials": ("clientCredentials", ("token",)),
    "implicit": ("implicit", ("authorize",)),
    "password": ("password", ("token",)),
}
_URLS = {"authorize": "authorizationUrl", "token": "tokenUrl"}
_INTRODUCTION = (
    "What this access token may call on Odoo's own API. Each call is a POST with named"
    " arguments in JSON. Records and fields that are not opened to the token do not"
    " exist for it."
)
_INTRODUCTION_FULL = (
    "This access token may call what its user may. Name models to have them described:"
    " ?model=res.partner,res.country."
)


_ERROR = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "message": {"type": "string"},
        "error": {"type": "string"},
        "error_description": {"type": "string"},
    },
}
_REFUSED = {
    "description": "Why the call is refused",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}
#: It comes with the type that is stored. Generators of clients know this one only.
_FILE = {
    "description": "The file",
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}}
    },
}
_IDS = {"type": "array", "items": {"type": "integer"}}
_OBJECT = {"type": "object"}
#: {method: schema of its answer}, beside those that answer records.
_ANSWERS = {
    "context_get": {
        "type": "object",
        "properties": {
            "lang": {"type": "string"},
            "tz": {"type": ["string", "boolean"]},
            "uid": {"type": "integer"},
        },
    },
    "create": _IDS,
    "exists": _IDS,
    "fields_get": _OBJECT,
    "name_search": {"type": "array", "items": {"type": "array", "items": {}}},
    "search": _IDS,
    "search_count": {"type": "integer"},
    "search_fetch": _IDS,
    "unlink": {"type": "boolean"},
    "web_read": {"type": "array", "items": _OBJECT},
    "web_search_read": {
        "type": "object",
        "properties": {
            "length": {"type": "integer"},
            "records": {"type": "array", "items": _OBJECT},
        },
    },
    "write": {"type": "boolean"},
}


def openapi_response(env, message):
    """Return the Answer with the description of Odoo's API for one token.

    :param env: superuser environment
    """

    def answer(live):
        token = live.as_record()
        access = TokenAccess(token)
        refused = info.find_api_refusal(env, live, access)
        if refused:
            return refused
        context = token.get_context()
        as_user = env(user=token.user_id.id, su=False, context=context)
        is_limited = token.grant_id.is_company_limited
        try:
            wanted = _read_wanted(message)
            with limited_to_companies(access.companies if is_limited else None):
                models = _describe(access, as_user, wanted)
        except InvalidRequestError as error:
            info.record_refusal(live, "page")
            return Answer.from_error(error)
        except LookupError:
            info.record_refusal(live, "model")
            return Answer(400, {"error": "invalid_model"})
        return Answer(200, _Document(env, access, *models).make(), HEADERS)

    return info.respond(env, message, answer, header_only=True, at=API_PATH)


def _read_wanted(message):
    """Return the names of models (list) that the caller asks for, None for all."""
    asked = message.query.get("model")
    names = [one.strip() for one in asked.split(",")] if asked else None
    if names and len(names) > MAX_WANTED:
        raise InvalidRequestError(description=f"At most {MAX_WANTED} models at once.")
    return names


def _describe(access, env, wanted):
    """Return the descriptions (list) to document, and the names that are left out.

    :param env: environment of the token's user
    :param wanted: names of the only models (list), None for all
    :raise LookupError: for a model that the token does not open
    """
    if access.is_full:
        found = [describe.describe_whole(env, name) for name in wanted or ()]
        if not all(found):
            raise LookupError
        return found, []
    opened = describe.list_models(access, env)
    names = sorted(set(wanted)) if wanted else list(opened)
    if not opened.keys() >= set(names):
        raise LookupError
    described = names[:MAX_MODELS]
    found = [describe.describe(access, env, name, opened) for name in described]
    return found, names[MAX_MODELS:]


class _Document:
    """One document, while it is made.

    :param env: superuser environment
    :param models: :class:`..json2.describe.Description` of each model (list)
    :param left_out: names of models (list) for which there is no room
    """

    def __init__(self, env, access, models, left_out):
        self.env, self.access = env, access
        self.models, self.left_out = models, left_out
        self.provider = env["oauth.provider"]
        self.schemas = {"Error": _ERROR}
        self.paths = {}
        self.names = set()

    def make(self):
        """Return the document (dict)."""
        for found in self.models:
            self._add_model(found)
        if self.access.is_full:
            self._add_general()
        origin = self.provider.get_api_resource().removesuffix("/json/2")
        said = _INTRODUCTION_FULL if self.access.is_full else _INTRODUCTION
        document = {
            "openapi": VERSION,
            "info": {
                "title": "Odoo API",
                "version": release.version,
                "description": said,
            },
            "servers": [{"url": origin}],
            "tags": [
                {"name": one.model, "description": one.label} for one in self.models
            ],
            "paths": self.paths,
            "components": {
                "schemas": self.schemas,
                "responses": {"Refused": _REFUSED},
                "securitySchemes": {"oauth2": self._make_security()},
            },
        }
        if self.left_out:
            document["x-odoo-models-left-out"] = self.left_out
        return document

    def _make_security(self):
        """Return how the client of the token gets one (Security Scheme Object)."""
        flow, endpoints = _FLOWS[self.access.token.client_id.grant_type]
        lang = self.access.token.user_id.lang
        scopes = self.access.scopes.with_context(lang=lang)
        described = {
            _URLS[one]: self.provider.get_endpoint_url(one) for one in endpoints
        }
        described["scopes"] = {one.code: one.name for one in scopes if one.is_api_scope}
        return {"type": "oauth2", "flows": {flow: described}}

    def _name(self, text):
        """Return ``text`` as the name of one thing, which no other has."""
        plain = re.sub(r"[^A-Za-z0-9_]", "_", text)
        name, number = plain, 1
        while name.lower() in self.names:
            number += 1
            name = f"{plain}_{number}"
        self.names.add(name.lower())
        return name

    def _add_schema(self, text, schema):
        """Keep a ``schema`` that others refer to, and return the reference to it."""
        name = self._name(text)
        self.schemas[name] = schema
        return {"$ref": f"#/components/schemas/{name}"}

    def _add_model(self, found):
        title = "".join(part.capitalize() for part in re.split(r"\W|_", found.model))
        names = record = None
        if found.fields:
            listed = {"type": "string", "enum": list(found.fields)}
            names = self._add_schema(f"{title}Field", listed)
            record = self._add_schema(title, _make_record(found))
        values = {
            one: self._add_schema(f"{title}{one.capitalize()}", _make_values(fields))
            for one, fields in found.values.items()
        }
        for name, method in found.methods.items():
            known = values.get("create" if name == "create" else "write")
            body = schema.of_arguments(method, names, known)
            answer = _make_answer(name, record)
            security = self._get_security(found.model, method)
            self._add_call(found.model, name, body, answer, security, method)
        for name, attributes in found.fields.items():
            if attributes["type"] == "binary":
                self._add_file(found, name)

    def _add_file(self, found, field):
        """Add the address of the file in a binary ``field`` of a model."""
        paths = [f"/oauth2/content/{found.model}/{{id}}/{field}"]
        if found.model == ATTACHMENT and field in ATTACHMENT_FIELDS:
            paths.append("/oauth2/content/attachment/{id}")
        security = self._get_security(found.model, found.methods["read"])
        for path in paths:
            if path not in self.paths:
                self._add_download(path, f"{found.model}_{field}_file", security)

    def _add_download(self, path, name, security):
        """Add the ``path`` (str) of a file, with the parameters that it names."""
        parameters = [
            {
                "name": one,
                "in": "path",
                "required": True,
                "schema": {"type": "integer" if one == "id" else "string"},
            }
            for one in re.findall(r"{(\w+)}", path)
        ]
        wanted = {
            "name": "Range",
            "in": "header",
            "schema": {"type": "string", "examples": ["bytes=0-1023"]},
        }
        answers = dict.fromkeys(("200", "206"), _FILE)
        refused = {"$ref": "#/components/responses/Refused"}
        answers.update(dict.fromkeys(("401", "403", "404", "416", "422"), refused))
        operation = {
            "operationId": self._name(name),
            "summary": "The file in a binary field",
            "security": security,
            "parameters": [*parameters, wanted],
            "responses": answers,
        }
        self._add_path(path, operation, "get")

    def _get_security(self, model, method):
        """Return what opens a call (list of Security Requirement Objects)."""
        if self.access.is_full:
            full = self.access.scopes.filtered("full_access")
            return [{"oauth2": [one]} for one in full.mapped("code")]
        codes = [
            [
                one.code
                for one in self.access.scopes
                if counts_on(one.model, model, operation) and one.allows(operation)
            ]
            for operation in method.operations
        ]
        if len(codes) == 1:
            return [{"oauth2": [one]} for one in codes[0]]
        return [{"oauth2": sorted({some[0] for some in codes if some})}]

    def _add_call(self, model, name, body, answer, security, method):
        operation = {
            "operationId": self._name(f"{model}_{name}"),
            "summary": f"{model}.{name}",
            "tags": [model],
            "security": security,
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": body}},
            },
            "responses": _make_responses(answer),
        }
        if said := _get_first_line(method.function):
            operation["description"] = said
        if method.is_deprecated:
            operation["deprecated"] = True
        self._add_path(f"/json/2/{model}/{name}", operation)

    def _add_general(self):
        """Add the one address of all calls, for a token that may make any."""
        self._add_path(
            "/json/2/{model}/{method}",
            {
                "operationId": self._name("call"),
                "summary": "Any public method of any model",
                "security": self._get_security(None, None),
                "parameters": [
                    {
                        "name": name,
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "examples": [example]},
                    }
                    for name, example in (
                        ("model", "res.partner"),
                        ("method", "search_read"),
                    )
                ],
                "requestBody": {
                    "content": {"application/json": {"schema": {"type": "object"}}}
                },
                "responses": _make_responses({}),
            },
        )
        security = self._get_security(None, None)
        for path in ("{model}/{id}/{field}", "attachment/{id}"):
            self._add_download(f"/oauth2/content/{path}", "file", security)

    def _add_path(self, path, operation, method="post"):
        if "/oauth2/db/" in self.provider.get_issuer():
            # The host has several databases, and the address names none
            database = {
                "name": "X-Odoo-Database",
                "in": "header",
                "schema": {"type": "string", "default": self.env.cr.dbname},
            }
            operation.setdefault("parameters", []).append(database)
        self.paths[path] = {method: operation}


def _make_record(found):
    fields = {"id": found.fields.get("id", {"type": "integer", "string": "ID"})}
    fields.update(found.fields)
    return {
        "type": "object",
        "title": found.label,
        "description": "Only the fields that were asked for.",
        "properties": {one: schema.of_value(fields[one]) for one in fields},
    }


def _make_values(fields):
    return {
        "type": "object",
        "properties": {one: schema.of_change(fields[one]) for one in fields},
        "additionalProperties": False,
    }


def _make_answer(name, record):
    if record and name in ("read", "search_read"):
        return {"type": "array", "items": record}
    return _ANSWERS.get(name, {})


def _make_responses(answer):
    refused = {"$ref": "#/components/responses/Refused"}
    content = {"application/json": {"schema": answer}}
    return {
        "200": {"description": "What the method returns", "content": content},
        **dict.fromkeys(("401", "403", "404", "422"), refused),
    }


def _get_first_line(function):
    """Return the first line of the documentation of ``function`` (str)."""
    return (inspect.getdoc(function) or "").strip().partition("\n")[0]
