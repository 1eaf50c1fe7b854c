# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What every token may ask about itself: who it acts for, and which models it opens.

Clients of ``/json/2`` begin with ``res.users.context_get``, and list ``ir.model`` to
see what there is. Both are answered to a token that has any scope for the API, without
a scope on these models and whatever its user may read of them: the answers hold nothing
but what such a token knows or may try out anyway. Of ``ir.model`` only the models that
the token opens exist, and of these only :data:`MODEL_FIELDS`. A token with a scope on
``ir.model`` that its user may use is answered by that instead.
"""

from dataclasses import dataclass

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.service.model import get_public_method

from .enforceable import is_enforceable, is_generic
from .orm import make_field_error
from .stand_in import as_readable, get_models

#: What a token is told of its user's context.
CONTEXT_NAMES = ("lang", "tz", "uid")
#: Fields of a model that it opens. They hold no more than how the model is called.
MODEL_FIELDS = ("id", "model", "name", "display_name", "transient")
#: Methods of ``ir.model`` that are answered.
MODEL_METHODS = frozenset(
    {"fields_get", "read", "search", "search_count", "search_read"}
)
#: Operators of a domain on :data:`MODEL_FIELDS`: none that looks at another model.
_OPERATORS = frozenset(
    {"=", "!=", "<", "<=", ">", ">=", "in", "not in"}
    | {
        f"{no}{one}"
        for no in ("", "not ")
        for one in ("like", "ilike", "=like", "=ilike")
    }
)
OPERATIONS = ("read", "create", "write", "unlink")


@dataclass(frozen=True)
class Opened:
    """What a token may do on one model.

    :ivar operations: those of :data:`OPERATIONS` that scopes allow and the user may do
        (tuple)
    :ivar methods: names of further methods that scopes name (sorted tuple)
    """

    operations: tuple
    methods: tuple


def is_for_api(access):
    """Return whether a token has a scope for Odoo's API.

    :param access: :class:`.access.TokenAccess`
    """
    return any(scope.is_api_scope for scope in access.scopes)


def get_opened(access, env):
    """Return the models that a token opens: {name: :class:`Opened`}, sorted.

    That there is no record yet which it may touch does not matter.

    :param access: :class:`.access.TokenAccess` of a token without full access
    :param env: environment of the token's user, who is not the superuser
    """
    scopes = access.scopes.filtered("is_api_scope")
    names = {one for scope in scopes if scope.model for one in get_models(scope.model)}
    found = ((name, _get_opened(access, env, name)) for name in sorted(names))
    return {name: opened for name, opened in found if opened is not None}


def _get_opened(access, env, name):
    model = env.get(name)
    if model is None or not is_enforceable(model, access):
        return None
    rights = env["ir.model.access"]
    # To a person who may not read it, another model shows a part of it
    is_shown = as_readable(model)._name != name
    operations = tuple(
        one
        for one in OPERATIONS
        if access.allows_model(name, one)
        and (rights.check(name, one, False) or (one == "read" and is_shown))
    )
    methods = ()
    if rights.check(name, "read", False):
        # It is called on records, which the user has to read
        scopes = access.get_scopes(name)
        named = {one for scope in scopes for one in scope.get_methods()}
        methods = tuple(sorted(one for one in named if _is_callable(model, one)))
    return Opened(operations, methods) if operations or methods else None


def _is_callable(model, name):
    try:
        get_public_method(model, name)
    except (AccessError, AttributeError):
        return False
    return not is_generic(model, name)


# The calls


def answers(access, model, name):
    """Return whether a call is answered here and by no scope.

    :param access: :class:`.access.TokenAccess` of a token without full access
    :param model: recordset of the model that is called
    :param name: name of the method
    """
    if (model._name, name) == ("res.users", "context_get"):
        return is_for_api(access)
    if model._name != "ir.model" or name not in MODEL_METHODS:
        return False
    rights = model.env["ir.model.access"]
    is_opened = access.allows_model("ir.model", "read")
    is_of_scope = is_opened and rights.check("ir.model", "read", False)
    return not is_of_scope and is_for_api(access)


def answer(access, records, name, kwargs):
    """Return the answer to a call that :func:`answers` is true for.

    :param records: records that the caller names, as the token's user
    :param kwargs: arguments of the call (dict)
    :raise AccessError: for a field that is not told
    :raise MissingError: for an id that is none of a model which the token opens
    :raise ValueError: for malformed arguments
    """
    if name == "context_get":
        context = records.browse().context_get()
        return {one: context[one] for one in CONTEXT_NAMES if one in context}
    check(records, kwargs)
    models = records.sudo()
    if name == "fields_get":
        described = models.fields_get(MODEL_FIELDS, kwargs.get("attributes"))
        wanted = kwargs.get("allfields") or MODEL_FIELDS
        return {one: described[one] for one in described if one in wanted}
    opened = Domain("model", "in", list(get_opened(access, records.env)))
    if name == "read":
        if set(models.search(Domain("id", "in", models.ids) & opened).ids) != set(
            models.ids
        ):
            raise MissingError(
                records.env._("Record does not exist or has been deleted.")
            )
        return models.read(**{**kwargs, "fields": kwargs.get("fields") or MODEL_FIELDS})
    kwargs = {**kwargs, "domain": Domain(kwargs.get("domain") or []) & opened}
    if name != "search_count":
        # The order of Odoo's apps is by fields that are not told
        kwargs["order"] = kwargs.get("order") or "model"
    if name == "search_read":
        kwargs["fields"] = kwargs.get("fields") or MODEL_FIELDS
    result = getattr(models.browse(), name)(**kwargs)
    return result.ids if name == "search" else result


def check(model, kwargs):
    """Raise for what a caller names of ``ir.model`` beside :data:`MODEL_FIELDS`.

    :param model: recordset of ``ir.model``
    :param kwargs: arguments of the call (dict)
    :raise AccessError: for a field that is not told
    :raise ValueError: for malformed arguments
    """
    for argument in ("fields", "allfields"):
        names = kwargs.get(argument)
        if names and not isinstance(names, list):
            raise ValueError("Names of fields must come in a list.")
        if argument == "fields":
            _check_names(model, names or ())
    domain = kwargs.get("domain")
    if domain and not isinstance(domain, list):
        raise ValueError("The domain must be a list.")
    for condition in Domain(domain or []).iter_conditions():
        _check_names(model, [condition.field_expr])
        if condition.operator not in _OPERATORS:
            raise ValueError("There is no such operator here.")
    for argument in ("limit", "offset"):
        value = kwargs.get(argument)
        if value and type(value) is not int:
            raise ValueError("Limits must be numbers.")
    order = kwargs.get("order")
    if order and not isinstance(order, str):
        raise ValueError("The order must be a text.")
    if order:
        _check_names(model, [(one.split() or [""])[0] for one in order.split(",")])


def _check_names(model, names):
    for name in names:
        if not isinstance(name, str) or name not in model._fields:
            raise ValueError("There is no such field.")
        if name not in MODEL_FIELDS:
            raise make_field_error(model, model._fields[name], "read")
