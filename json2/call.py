# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One call of Odoo's own API with a token: from what the caller sends to the result.

The functions come in the order in which a call needs them.
"""

import inspect
import re
from collections.abc import Mapping
from contextlib import nullcontext
from copy import deepcopy

from werkzeug.exceptions import NotFound, UnprocessableEntity

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.models import BaseModel
from odoo.service.model import get_public_method

from .current import domain_checked, dry_run, guarded_by, limited_to_scopes
from .domain import check_order, check_search, narrow
from .enforceable import is_enforceable, is_generic, reads_as_orm
from .need import needs
from .values import check_values
from .write_guard import WriteGuard

#: Methods of the ORM that only read, and ask its access hooks for all that they read.
READ_METHODS = frozenset(
    {
        "exists",
        "fields_get",
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "name_search",
        "read",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_name_search",
        "web_read",
        "web_read_group",
        "web_search_read",
    }
)
#: Those of them whose ``domain`` is all that the caller compares.
DOMAIN_METHODS = frozenset(
    {
        "formatted_read_group",
        "formatted_read_grouping_sets",
        "read_group",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "web_read_group",
        "web_search_read",
    }
)
#: Methods of the ORM that change records, which are the operations of a scope as well.
CHANGE_METHODS = frozenset({"create", "write", "unlink"})
#: Largest number that PostgreSQL takes for an id.
MAX_ID = 2**31 - 1
#: A field of ``read_group``: ``name``, ``name:function`` or ``alias:function(name)``.
_AGGREGATE = re.compile(r"(\w+)(?::\w+(?:\((\w+)\))?)?")

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
    limited = access.safe_context(requested).get("allowed_company_ids")
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

    :raise UnprocessableEntity: for a value of the wrong kind in ``context`` (mapping)
    """
    try:
        return model.with_context(**access.safe_context(context))
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
        inspect.signature(method).bind(model, **kwargs)
    except TypeError as error:
        raise UnprocessableEntity(error.args[0]) from None
    return method


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


def make_missing(model):
    """Return the error for a record that does not exist, or not for the token."""
    return MissingError(model.env._("Record does not exist or has been deleted."))


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
    if not is_enforceable(records.browse(), access):
        error = AccessError(
            records.env._(
                "Scopes cannot be enforced on %s through the API.", records._name
            )
        )
        raise needs(error, records._name, None)
    if name in READ_METHODS:
        result = _read(access, records, name, method, kwargs)
    elif name in CHANGE_METHODS:
        result = _change(access, records, name, method, kwargs)
    else:
        _check_further_method(access, records, name)
        # From here on it may do what no database takes back
        access.has_begun = True
        result = method(records, **kwargs)
    return result.ids if isinstance(result, BaseModel) else result


def _read(access, records, name, method, kwargs):
    model = records.browse()
    is_checked_later = name == "read" and _fetches(model, kwargs.get("fields"))
    with limited_to_scopes(access):
        (model if is_checked_later else records).check_access("read")
        for argument, value in kwargs.items():
            if argument != "domain":
                check_nested_domains(model, value)
        check_grouping(model, kwargs, is_legacy=name == "read_group")
        for names in (kwargs.get("fields"), kwargs.get("field_names")):
            # Those of read_group are aggregates, which the ORM takes apart
            if names and name != "read_group":
                access.check_fields(model, _check_list(names))
        # Domains and choices of a field may depend on the user and the companies
        described = dry_run() if name == "fields_get" else nullcontext()
        with _checked_search(model, name, kwargs), described:
            result = method(records, **kwargs)
        if name == "fields_get":
            # Some models describe more than what the ORM found open
            return _filter_open(access, model, result)
    if is_checked_later and {one["id"] for one in result} != set(records.ids):
        # The ORM leaves out those that do not exist, and refuses those that are hidden
        raise make_missing(model)
    return result


def _fetches(model, names):
    """Return whether ``read`` of the fields ``names`` checks each record by itself.

    The ORM does, in the query that fetches the values.

    :param names: value that the caller sends for the argument
    """
    if not isinstance(names, list) or not reads_as_orm(model):
        return False
    fields = (model._fields.get(one) for one in names if isinstance(one, str))
    return any(one and one.name != "id" and one.column_type for one in fields)


def check_nested_domains(model, value):
    """Check each domain inside an argument, as ``web_read_group`` takes them.

    It is given one for each group to open, at any depth, and searches by it together
    with the domain of the call: the ORM's hooks cannot tell what is the caller's.

    :param model: empty recordset of the model, while the access limits the call
    :param value: value that the caller sends for the argument
    :raise AccessError: for a domain that the token may not search by
    :raise ValueError: for a malformed one
    """
    todo = [value]
    while todo:
        found = todo.pop()
        if isinstance(found, list):
            todo += found
        elif isinstance(found, dict):
            for name, one in found.items():
                # Otherwise it is the field of a specification, named like that
                if name.endswith("domain") and isinstance(one, list):
                    check_search(model, one)
                else:
                    todo.append(one)


def check_grouping(model, kwargs, is_legacy):
    """Raise AccessError for a closed field that the answer is ordered or grouped by.

    The ORM checks too; but a model that computes an aggregate, a group or an order by
    itself, such as the balance of an account, answers without a check.

    :param model: empty recordset of the model, while the access limits the call
    :param kwargs: arguments of the caller (dict)
    :param is_legacy: whether ``fields`` are the aggregates of ``read_group``
    :raise ValueError: for a list that is none: the ORM iterates over any value
    """
    for order in (kwargs.get("order"), kwargs.get("orderby")):
        if isinstance(order, str):
            check_order(model, order)
    specs = [*_get_texts(kwargs.get("aggregates"))]
    if is_legacy:
        specs += _get_texts(kwargs.get("fields"))
    for condition in _check_list(kwargs.get("having") or []):
        if not isinstance(condition, str):
            _check_list(condition)
            specs += _get_texts(condition[:1])
    for spec in specs:
        if found := _AGGREGATE.match(spec):
            _check_open(model, found[2] or found[1])
    for spec in _get_groups(kwargs):
        # Below a relation the ORM checks by itself
        name = spec.partition(":")[0].partition(".")[0]
        _check_open(model, "display_name" if name == "id" else name)


def _get_groups(kwargs):
    """Return what a caller groups by (list of str)."""
    groups = []
    todo = [kwargs.get("groupby"), kwargs.get("grouping_sets")]
    while todo:
        found = todo.pop()
        if isinstance(found, str):
            groups.append(found)
        elif isinstance(found, list):
            todo += found
    return groups


def _check_open(model, name):
    if name in model._fields:
        model._check_field_access(model._fields[name], "read")


def _check_list(value):
    """Return ``value`` of a caller, which must be a list.

    :raise ValueError: for anything else, such as an object, over whose names Python
        iterates as well
    """
    if not isinstance(value, list):
        raise ValueError("Names of fields must come in a list.")
    return value


def _get_texts(value):
    """Return those of the values (list, or None) that are texts."""
    return [one for one in _check_list(value or []) if isinstance(one, str)]


def _checked_search(model, name, kwargs):
    """Check the caller's domain, and return the context that tells the ORM so.

    Some models add conditions of their own before they search, by fields that the
    token need not open.
    """
    domain = kwargs.get("domain")
    if name not in DOMAIN_METHODS or not isinstance(domain, list):
        return nullcontext()
    check_search(model, domain)
    return domain_checked(model._name)


def _filter_open(access, model, described):
    """Return the part of ``described`` ({field: …}) that is about open fields."""
    return {
        name: description
        for name, description in described.items()
        if name in model._fields
        and access.allows_field(model, model._fields[name], "read")
    }


def _change(access, records, operation, method, kwargs):
    with limited_to_scopes(access):
        records.check_access(operation)
    if operation == "unlink":
        return method(records, **kwargs)
    values_list = _get_values(operation, kwargs)
    for values in values_list:
        check_values(access, records.browse(), operation, values)
    with guarded_by(WriteGuard(access, records, operation, values_list)) as guard:
        result = method(records, **kwargs)
        guard.run_deferred()
    changed = result if operation == "create" else records
    # A change may not carry a record out of what the token sees
    changed.flush_recordset()
    with limited_to_scopes(access):
        changed.check_access(operation)
    guard.finish()
    return result


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
    if records - found.sudo(False):
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
    if not is_enforceable(model, access):
        raise needs(AccessError(""), model._name, None)
    if name in READ_METHODS:
        _read_nothing(access, model, name, method, kwargs)
    elif name in CHANGE_METHODS:
        with limited_to_scopes(access):
            model.check_access(name)
        for values in () if name == "unlink" else _get_values(name, kwargs):
            check_values(access, model, name, values)
    else:
        _check_further_method(access, model, name)


def _read_nothing(access, model, name, method, kwargs):
    kwargs = deepcopy(kwargs)
    with limited_to_scopes(access):
        domain = kwargs.get("domain")
        if isinstance(domain, list):
            check_search(model, domain)
            narrow(access, model, Domain(domain))
        if "domain" in inspect.signature(method).parameters:
            kwargs["domain"] = [[0, "=", 1]]
        if name in ("name_search", "web_name_search"):
            narrow(access, model, Domain("display_name", "ilike", "x"))
        _check_specification(access, model, kwargs.get("specification"))
    _read(access, model, name, method, kwargs)


def _check_specification(access, model, specification):
    """Check the fields that ``web_read`` reads of other models, at any depth."""
    if not isinstance(specification, Mapping):
        return
    access.check_fields(model, specification)
    for name, wish in specification.items():
        field = model._fields[name]
        below = wish.get("fields") if isinstance(wish, Mapping) else None
        if field.relational and isinstance(below, Mapping):
            comodel = model.env[field.comodel_name]
            if below.keys() - {"display_name"}:
                comodel.check_access("read")
            check_order(comodel, wish.get("order"))
            if field.type == "many2one":
                # Its name comes with the field
                below = {
                    key: one for key, one in below.items() if key != "display_name"
                }
            _check_specification(access, comodel, below)
