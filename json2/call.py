# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One call of Odoo's own API in the name of a token."""

from contextlib import nullcontext

from odoo.exceptions import AccessError, MissingError
from odoo.models import BaseModel

from .access import (
    CHANGE_METHODS,
    READ_METHODS,
    is_enforceable,
    is_generic,
)
from .current import checked_for, guarded_by, held_to
from .domain import check_search
from .grouping import check_grouping, check_list
from .values import check_values
from .write_guard import WriteGuard

#: Methods whose ``domain`` is all that the caller compares.
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
#: Largest number that PostgreSQL takes for an id.
MAX_ID = 2**31 - 1


def full_context(access, context):
    """Return a caller's ``context`` (dict) for a token with full access.

    As it is, but that the token says who acts, and in which companies.
    """
    own = access.token.get_context()
    merged = {**own, **context, "oauth_client": own["oauth_client"]}
    if "allowed_company_ids" in merged:
        merged["allowed_company_ids"] = _hold_companies(access, merged)
    return merged


def hold_contexts(access, value):
    """Return a caller's ``value`` with its contexts held to the token's companies.

    What is to be read of a record may come with a context of its own, at any depth.

    :param value: arguments of the call (dict), or a part of them
    """
    if isinstance(value, list):
        return [hold_contexts(access, one) for one in value]
    if not isinstance(value, dict):
        return value
    held = {name: hold_contexts(access, one) for name, one in value.items()}
    context = held.get("context")
    if isinstance(context, dict) and "allowed_company_ids" in context:
        context["allowed_company_ids"] = _hold_companies(access, context)
    return held


def _hold_companies(access, context):
    wanted = {"allowed_company_ids": context["allowed_company_ids"]}
    held = access.safe_context(wanted).get("allowed_company_ids")
    return held or list(access.companies)


def find_records(model, ids):
    """Return the records of ``model`` that a caller names by ``ids``.

    :param model: recordset of the model
    :param ids: value that should be an id or a list of them
    :raise ValueError: for another value
    :raise MissingError: for a number that no record can have; the ORM would make a new
        record of it, which is within any filter that its defaults are in
    """
    ids = [ids] if type(ids) is int else ids
    if not isinstance(ids, list | tuple) or any(type(one) is not int for one in ids):
        raise ValueError("The ids must be a list of numbers.")
    if any(one < 1 or one > MAX_ID for one in ids):
        raise make_missing(model)
    return model.browse(ids)


def make_missing(model):
    """Return the error for a record that there is not, or not for the token."""
    return MissingError(model.env._("Record does not exist or has been deleted."))


def call(access, records, name, method, kwargs):
    """Call a public method in the name of a token and return its result.

    What only reads is held to the scopes by the ORM's access hooks. What changes
    records is checked before and after, and runs with the user's own rights, for the
    code of Odoo reads other fields on the way.

    :param access: :class:`.access.ApiAccess`
    :param records: the records that the caller names, as the token's user
    :param name: name of the method
    :param method: the method itself
    :raise AccessError: for what the scopes do not allow
    """
    model = records.browse()
    if not is_enforceable(model, access):
        raise AccessError(
            model.env._("Scopes cannot be enforced on %s through the API.", model._name)
        )
    if name in READ_METHODS:
        with held_to(access):
            records.check_access("read")
            check_grouping(model, kwargs, is_legacy=name == "read_group")
            for names in (kwargs.get("fields"), kwargs.get("field_names")):
                # Those of read_group are aggregates, which the ORM takes apart
                if names and name != "read_group":
                    access.check_fields(model, check_list(names))
            with _checked_search(model, name, kwargs):
                result = method(records, **kwargs)
            if name == "fields_get":
                # Some models describe more than what the ORM found open
                return _only_open(access, model, result)
            return _plain(result)
    if name in CHANGE_METHODS:
        return _change(access, records, name, method, kwargs)
    if is_generic(model, name) or not access.allows_model(model._name, name):
        raise AccessError(
            model.env._(
                "This access token does not allow the method “%(method)s” on"
                " %(model)s.",
                method=name,
                model=model._name,
            )
        )
    _check_exist(access, records, name)
    return _plain(method(records, **kwargs))


def _checked_search(model, name, kwargs):
    """Check the caller's domain, and return the context that lets the ORM know of it.

    Some models add conditions of their own before they search, by fields that the
    token need not open.
    """
    domain = kwargs.get("domain")
    if name not in DOMAIN_METHODS or not isinstance(domain, list):
        return nullcontext()
    check_search(model, domain)
    return checked_for(model._name)


def _change(access, records, name, method, kwargs):
    operation = CHANGE_METHODS[name]
    with held_to(access):
        records.check_access(operation)
    if operation == "unlink":
        return _plain(method(records, **kwargs))
    values_list = _values(name, kwargs)
    for values in values_list:
        check_values(access, records.browse(), operation, values)
    with guarded_by(WriteGuard(access, records, operation, values_list)) as guard:
        result = method(records, **kwargs)
        guard.carry_out_rest()
    touched = result if operation == "create" else records
    # A change may not carry a record out of what the token sees
    touched.flush_recordset()
    with held_to(access):
        touched.check_access(operation)
    guard.finish()
    return _plain(result)


def _values(name, kwargs):
    """Return the dicts of values that the caller sends to be written."""
    values = kwargs.get("vals" if name == "write" else "vals_list")
    values = values if isinstance(values, list) else [values]
    if not all(isinstance(one, dict) for one in values):
        raise ValueError("Values must be objects.")
    return values


def _check_exist(access, records, method):
    """Raise AccessError unless the scopes of ``method`` open all ``records``."""
    domain = access.get_domain(records._name, method)
    records.check_access("read")
    found = records.sudo().with_context(active_test=False).filtered_domain(domain)
    if records - found.sudo(False):
        raise make_missing(records)


def _only_open(access, model, described):
    """Return of the fields that are ``described`` (dict) those that are open."""
    return {
        name: description
        for name, description in described.items()
        if name in model._fields
        and access.allows_field(model, model._fields[name], "read")
    }


def _plain(result):
    return result.ids if isinstance(result, BaseModel) else result
