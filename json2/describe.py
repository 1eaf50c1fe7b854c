# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token may call on Odoo's own API: models, methods and fields, and no others.

One description for whoever documents it: :mod:`..oauth2.openapi`, and the documents of
Odoo's module ``api_doc``, which end this file. Nothing of it is kept: each token has
its own. Models that the token does not open are not named, not even as the other side
of a relation.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

from . import discovery
from .access import TokenAccess
from .call import CHANGE_METHODS, READ_METHODS, call, check_on_nothing
from .current import limited_to_companies, without_limits
from .enforceable import is_generic
from .orm_methods import NEEDED, QUESTIONS

#: What is told of a field, as ``fields_get`` tells it. Whether one can be grouped or
#: sorted by is not: the ORM tries it out, which takes most of the time of a document.
ATTRIBUTES = (
    "company_dependent",
    "currency_field",
    "digits",
    "help",
    "name",
    "readonly",
    "relation",
    "required",
    "selection",
    "size",
    "store",
    "string",
    "translate",
    "type",
)


#: Methods that need further fields than those that their caller names, with arguments
#: that name none.
_BY_NAME = {
    "name_search": {},
    "web_name_search": {"name": "", "specification": {"display_name": {}}},
}


@dataclass(frozen=True)
class Method:
    """A method that a token may call.

    :ivar operations: what a scope has to allow, each of them (tuple of str); none for
        what every token for the API may call
    :ivar function: the method as its first class defines it, which tells its parameters
    :ivar on_records: whether it is called on records, by ``ids``
    """

    operations: tuple
    function: Callable
    on_records: bool
    is_deprecated: bool


@dataclass(frozen=True)
class Description:
    """A model that a token opens.

    :ivar label: what people call it
    :ivar methods: {name: :class:`Method`}, sorted
    :ivar fields: those that it may read: {name: attributes (dict)}, sorted
    :ivar values: those that it may set: {``create`` or ``write``: the same}
    """

    model: str
    label: str
    methods: dict
    fields: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)


def list_models(access, env):
    """Return what :func:`describe` describes: {name: Opened or None}, sorted.

    :param access: :class:`.access.TokenAccess` of a token without full access
    :param env: environment of the token's user, who is not the superuser
    """
    if not discovery.is_for_api(access):
        return {}
    opened = dict.fromkeys(("ir.model", "res.users"))
    opened.update(discovery.get_opened(access, env))
    return dict(sorted(opened.items()))


def describe(access, env, name, opened):
    """Return the :class:`Description` of a model that the token opens.

    :param name: name of the model
    :param opened: what :func:`list_models` returns
    """
    model = env[name]
    found = opened[name]
    label = env["ir.model"]._get(name).sudo().name
    methods = _get_methods(access, model, found)
    fields, values = {}, {}
    if found is not None:
        if "read" in found.operations:
            fields = _read_fields(access, model)
        values = {
            one: _get_values(access, model, one)
            for one in ("create", "write")
            if one in found.operations
        }
    if name == "ir.model" and not fields:
        fields = discovery.answer(access, model, "fields_get", {})
    return Description(
        name,
        label,
        methods,
        _limit_all(fields, fields, opened),
        {one: _limit_all(values[one], fields, opened) for one in values},
    )


def describe_whole(env, name):
    """Return the :class:`Description` of a model for a token with full access.

    Of the methods that every model has, only those that a scope may allow.

    :param env: environment of the token's user
    :param name: name of the model, as the caller sends it
    :return: None where there is none that the user may read
    """
    model = env.get(name)
    if model is None or not model.has_access("read"):
        return None
    methods = {}
    for one in dir(model):
        is_orm = one in READ_METHODS or one in CHANGE_METHODS
        if one.startswith("_") or not (is_orm or not is_generic(model, one)):
            continue
        if one not in CHANGE_METHODS or model.has_access(one):
            methods[one] = _describe_method(model, one, ())
    fields = model.fields_get(attributes=list(ATTRIBUTES))
    values = {one: fields[one] for one in sorted(fields) if one != "id"}
    return Description(
        name,
        env["ir.model"]._get(name).sudo().name,
        {one: method for one, method in methods.items() if method},
        {one: fields[one] for one in sorted(fields)},
        {one: values for one in ("create", "write") if model.has_access(one)},
    )


def describe_for(token, env, models=()):
    """Return what a token opens: {name of a model: :class:`Description`}, sorted.

    :param token: live oauth.provider.token (record), in a superuser environment
    :param env: environment of the token's user
    :param models: names of the models to describe for a token with full access
    """
    access = TokenAccess(token)
    companies = access.companies if token.grant_id.is_company_limited else None
    with without_limits(), limited_to_companies(companies):
        if access.is_full:
            found = {name: describe_whole(env, name) for name in sorted(models)}
            return {name: one for name, one in found.items() if one is not None}
        opened = list_models(access, env)
        return {name: describe(access, env, name, opened) for name in opened}


def _get_methods(access, model, opened):
    found = {}
    if opened is not None:
        if "read" in opened.operations:
            found.update(dict.fromkeys(READ_METHODS, ("read",)))
        found.update(dict.fromkeys(QUESTIONS, ()))
        found.update(_get_composed(model.env, opened.operations))
        changes = CHANGE_METHODS.intersection(opened.operations)
        found.update({one: (one,) for one in (*changes, *opened.methods)})
    further = {*discovery.MODEL_METHODS, "context_get"} - found.keys()
    found.update({one: () for one in further if discovery.answers(access, model, one)})
    described = {
        one: _describe_method(model, one, found[one])
        for one in sorted(found)
        if hasattr(model, one) and _has_names(access, model, one)
    }
    return {one: method for one, method in described.items() if method}


def _get_composed(env, operations):
    """Return {method: operations (tuple)} of those that consist of ``operations``."""
    opened = set(operations)
    found = {one: needed for one, needed in NEEDED.items() if opened.issuperset(needed)}
    if "read" in opened and opened & {"create", "write"}:
        found["onchange"] = ("read",)
    if not env.is_admin() and not env.user.has_group("base.group_allow_export"):
        found.pop("export_data", None)
    return found


def _has_names(access, model, name):
    """Return whether the token opens what the method ``name`` needs by itself."""
    if name not in _BY_NAME:
        return True
    method = get_public_method(model, name)
    try:
        check_on_nothing(access, model, name, method, _BY_NAME[name])
    except (AccessError, ValueError):
        return False
    return True


def _describe_method(model, name, operations):
    try:
        outermost = get_public_method(model, name)
    except Exception:  # noqa: BLE001 a model may make one of the ORM's private
        return None
    parents = reversed(type(model).mro())
    first = next(one for one in parents if hasattr(one, name))
    return Method(
        operations,
        getattr(first, name),
        not hasattr(outermost, "_api_model"),
        hasattr(outermost, "__deprecated__"),
    )


def _read_fields(access, model):
    method = get_public_method(model, "fields_get")
    return call(access, model, "fields_get", method, {"attributes": list(ATTRIBUTES)})


def _get_values(access, model, operation):
    """Return the fields that the token may set by ``operation``: {name: attributes}."""
    names = access.get_model_access(model._name, operation).fields
    found = {}
    for name in sorted(names & model._fields.keys()):
        one = model._fields[name]
        if name == "id" or not model._has_field_access(one, "write"):
            continue
        # A selection that is computed may tell what there is
        is_static = isinstance(getattr(one, "selection", None), list)
        wanted = [*ATTRIBUTES]
        if not is_static:
            wanted.remove("selection")
        found[name] = one.get_description(model.env, wanted)
    return found


def _limit_all(fields, readable, opened):
    return {name: _limit(fields[name], readable, opened) for name in sorted(fields)}


def _limit(attributes, readable, opened):
    """Return the ``attributes`` (dict) of a field without what the token does not open.

    :param readable: names of the fields (container) that it may read
    :param opened: names of the models (container) that it opens
    """
    limited = {one: attributes[one] for one in ATTRIBUTES if one in attributes}
    if limited.get("relation") not in opened:
        limited.pop("relation", None)
    if limited.get("currency_field") not in readable:
        limited.pop("currency_field", None)
    if limited.get("type") in ("reference", "many2one_reference"):
        pairs = limited.pop("selection", None) or ()
        limited["selection"] = [pair for pair in pairs if pair[0] in opened]
    return limited


# The documents of api_doc


def make_index(access, env):
    """Return the document of all models, as ``/doc-bearer/index.json`` (dict).

    :param access: :class:`.access.TokenAccess` of a token without full access
    :param env: environment of the token's user, who is not the superuser
    """
    opened = list_models(access, env)
    models, modules = [], set()
    for name in opened:
        found = describe(access, env, name, opened)
        fields = {one: {"string": found.fields[one]["string"]} for one in found.fields}
        models.append(
            {
                "model": name,
                "name": found.label,
                "fields": fields,
                "methods": list(found.methods),
            }
        )
        modules.update(_get_module(env[name]._fields[one]) for one in fields)
    return {"modules": sorted(modules - {None}), "models": models}


def make_document(access, env, name):
    """Return the document of a model, as ``/doc-bearer/<model>.json`` (dict).

    :param name: name of the model, as the caller sends it
    :return: None where the token opens no such model
    """
    opened = list_models(access, env)
    if name not in opened:
        return None
    found = describe(access, env, name, opened)
    fields = env[name]._fields
    return {
        "model": name,
        "name": found.label,
        "doc": None,
        "fields": {
            one: {**found.fields[one], "module": _get_module(fields[one])}
            for one in found.fields
        },
        "methods": {
            one: {**_document_method(method), "model": name, "module": "core"}
            for one, method in found.methods.items()
            if not method.is_deprecated
        },
    }


def _document_method(method):
    # Where its address is asked for, the module is installed
    from odoo.addons.api_doc.controllers.api_doc import (  # noqa: PLC0415
        parse_signature,
    )

    document = parse_signature(method.function).as_dict()
    kinds = [one for one in document.pop("api", ()) if one != "model"]
    if not method.on_records:
        kinds.insert(0, "model")
    return {**document, "api": kinds}


def _get_module(one):
    return next(iter(one._modules), None)
