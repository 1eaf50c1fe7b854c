# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One call of Odoo's own API with a token: from what the caller sends to the result.

The functions come in the order in which a call needs them.
"""

import inspect
from collections.abc import Mapping
from weakref import WeakKeyDictionary

from werkzeug.exceptions import NotFound, UnprocessableEntity

from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import get_public_method

from . import discovery, orm_methods
from .call_context import MAX_ID, check_active, get_active, get_defaults, with_defaults
from .change import change, create_by_name, get_named, run_method
from .commands import ValueCheck
from .current import limited_to_scopes
from .enforceable import check_enforceable, is_generic
from .model_access import make_missing
from .need import needs
from .owner import keep_open
from .read import READ_METHODS, read, read_nothing
from .safe_context import safe_context
from .stand_in import as_readable

#: Methods of the ORM that change records, which are the operations of a scope as well.
CHANGE_METHODS = frozenset({"create", "write", "unlink"})
#: {method: its signature}, as long as the method lives.
_signatures = WeakKeyDictionary()

# What the caller sends beside the arguments of the method


def check_names(env, model_name, method_name, context):
    """Raise NotFound or UnprocessableEntity for what cannot be part of any call.

    Names that the caller made up are neither logged nor part of a message.

    :param context: value that should be an object
    """
    if not isinstance(context, Mapping):
        raise UnprocessableEntity("The context must be an object.")
    if model_name not in env or not method_name.isidentifier():
        raise NotFound("There is no such model or method.")


def limit_contexts(access, kwargs):
    """Return the arguments of a call (dict) with each context in them limited.

    What is to be read of a record may come with a context of its own, at any depth: it
    may name only companies that the token may act in.

    :raise UnprocessableEntity: for arguments that are nested too deeply
    """
    try:
        return _limit_contexts(access, kwargs)
    except RecursionError:
        raise UnprocessableEntity("The arguments are too deep.") from None


def _limit_contexts(access, value):
    if isinstance(value, list):
        return [_limit_contexts(access, one) for one in value]
    if not isinstance(value, dict):
        return value
    limited = {name: _limit_contexts(access, one) for name, one in value.items()}
    context = limited.get("context")
    if isinstance(context, dict) and "allowed_company_ids" in context:
        context["allowed_company_ids"] = _limit_companies(access, context)
    return limited


def _limit_companies(access, context):
    requested = {"allowed_company_ids": context["allowed_company_ids"]}
    limited = safe_context(access, requested).get("allowed_company_ids")
    return limited or list(access.companies)


def make_full_context(access, context):
    """Return a caller's ``context`` (dict) for a token with full access.

    It stays as it is, except that the token says which client calls, and in which
    companies.
    """
    own = access.token.get_context()
    merged = {**own, **context, "oauth_client": own["oauth_client"]}
    if "allowed_company_ids" in merged:
        merged["allowed_company_ids"] = _limit_companies(access, merged)
    return merged


def with_safe_context(access, model, context):
    """Return ``model`` (empty recordset) with what a limited caller may set.

    Its default values are noted on ``access``.

    :raise UnprocessableEntity: for a value of the wrong kind in ``context`` (mapping)
    """
    access.defaults = get_defaults(context)
    try:
        active = get_active(model.env, context)
        return model.with_context(**safe_context(access, context), **active)
    except ValueError as error:
        raise UnprocessableEntity(str(error)) from None


def find_method(model, name, ids, kwargs):
    """Return the public method ``name`` of ``model`` (empty recordset).

    :param ids: of the records that it is to be called on
    :param kwargs: arguments (dict) that it is to be called with
    :raise NotFound: if there is no such method
    :raise AccessError: if it is private
    :raise UnprocessableEntity: if it does not take such arguments
    """
    try:
        method = get_public_method(model, name)
    except AttributeError as error:
        raise NotFound(error.args[0]) from None
    except AccessError as error:
        # Names the model and the method, which the caller knows
        raise AccessError(error.args[0]) from None
    if hasattr(method, "_api_model") and ids:
        raise UnprocessableEntity(f"cannot call {model._name}.{name} with ids")
    try:
        _get_signature(method).bind(model, **kwargs)
    except TypeError as error:
        raise UnprocessableEntity(error.args[0]) from None
    return method


def _get_signature(method):
    """Return the signature of ``method``, a function that is called again and again."""
    if method not in _signatures:
        _signatures[method] = inspect.signature(method)
    return _signatures[method]


def find_records(model, ids):
    """Return the records of ``model`` (recordset) that a caller names by ``ids``.

    :param ids: value that should be an id or a list of them
    :raise ValueError: for another value
    :raise MissingError: for a number that no record can have; the ORM would make a new
        record of it, which matches any filter that its default values match
    """
    ids = [ids] if type(ids) is int else ids
    if not isinstance(ids, list | tuple) or any(type(one) is not int for one in ids):
        raise ValueError("The ids must be a list of numbers.")
    if any(one < 1 or one > MAX_ID for one in ids):
        raise make_missing(model)
    return model.browse(ids)


# The call itself


def call(access, records, name, method, kwargs):
    """Call a public method, limited to the scopes of a token, and return its result.

    A method that only reads is limited by the ORM's hooks. One that changes records is
    checked before and after, and runs with the user's own rights, because Odoo's code
    reads other fields on the way.

    :param access: :class:`.access.TokenAccess`
    :param records: the records that the caller names, as the token's user
    :param name: name of the method
    :param method: the method itself
    :param kwargs: its arguments (dict)
    :return: what the method returns; for records, their ids
    :raise AccessError: for what the scopes do not allow
    :raise MissingError: for a record that the token does not see
    :raise ValueError: for malformed arguments
    :raise InsufficientScope: for a change of further records
    """
    check_active(access, records)
    if name in READ_METHODS:
        records, method = _get_readable(records, name, method)
    if discovery.answers(access, records, name):
        return discovery.answer(access, records, name, kwargs)
    kwargs = with_defaults(access, name, kwargs)
    if name in orm_methods.METHODS:
        return orm_methods.run(access, records, name, method, kwargs, _change)
    check_enforceable(records.browse(), access)
    if name in READ_METHODS:
        result = read(access, records, name, method, kwargs)
    elif name in CHANGE_METHODS:
        result = _change(access, records, name, method, kwargs)
    elif name == "name_create":
        result = create_by_name(access, records, kwargs["name"])
    else:
        _check_further_method(access, records, name)
        # From here on it may do what no database takes back
        access.has_begun = True
        result = run_method(access, records, name, lambda: method(records, **kwargs))
    return result.ids if isinstance(result, BaseModel) else result


def _get_readable(records, name, method):
    """Return the records and the method to read by, see :mod:`.stand_in`."""
    found = as_readable(records)
    if found._name == records._name:
        return records, method
    return found, get_public_method(found, name)


def _change(access, records, operation, method, kwargs):
    with limited_to_scopes(access):
        records.check_access(operation)
    if operation == "unlink":
        return method(records, **kwargs)
    values_list = _get_values(operation, kwargs)
    return change(
        access, records, operation, values_list, lambda: method(records, **kwargs)
    )


def _get_values(operation, kwargs):
    """Return the dicts of values that the caller sends to be written."""
    values = kwargs.get("vals" if operation == "write" else "vals_list")
    values = values if isinstance(values, list) else [values]
    if not all(isinstance(one, dict) for one in values):
        raise ValueError("Values must be objects.")
    return values


def _check_further_method(access, records, name):
    """Raise unless a scope names the method ``name`` and opens all ``records``."""
    generic = is_generic(records, name)
    if generic or not access.allows_model(records._name, name):
        error = AccessError(
            records.env._(
                "This access token does not allow the method “%(method)s” on"
                " %(model)s.",
                method=name,
                model=records._name,
            )
        )
        raise needs(error, records._name, None if generic else name)
    domain = access.get_domain(records._name, name)
    records.check_access("read")
    found = records.sudo().with_context(active_test=False).filtered_domain(domain)
    if records - keep_open(access, found.sudo(False), "write"):
        raise make_missing(records)


# What a call would need


def check_on_nothing(access, model, name, method, kwargs):
    """Raise what :func:`call` raises for what the scopes do not allow, but for records.

    Nothing is changed and no business method runs.

    :param model: empty recordset of the model, as the token's user
    :param name: name of the method; ``method`` and ``kwargs`` as for :func:`call`
    :raise AccessError: for what the scopes do not allow
    :raise ValueError: for malformed arguments
    """
    check_active(access, model, on_nothing=True)
    if name in READ_METHODS:
        model, method = _get_readable(model, name, method)
    if discovery.answers(access, model, name):
        discovery.check(model, kwargs)
        return
    kwargs = with_defaults(access, name, kwargs)
    check_enforceable(model, access)
    if name in READ_METHODS:
        read_nothing(access, model, name, method, kwargs)
    elif name == "name_create":
        values = get_named(model, kwargs["name"])
        check_on_nothing(access, model, "create", method, {"vals_list": [values]})
    elif name in CHANGE_METHODS:
        with limited_to_scopes(access):
            model.check_access(name)
        if name != "unlink":
            ValueCheck(access).check(model, name, _get_values(name, kwargs))
    elif name in orm_methods.METHODS:
        orm_methods.check(access, model, name, kwargs)
    else:
        _check_further_method(access, model, name)
