# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The records and default values that the context of a call names.

Odoo's wizards learn from ``active_model``, ``active_id`` and ``active_ids`` what they
are about. A token may name records there that it may read. The values of ``default_*``
would reach every model that business code creates: they leave the context, and become
values of the records that the call itself makes.
"""

from copy import deepcopy

from odoo.exceptions import AccessError

from .current import limited_to_scopes
from .enforceable import is_enforceable
from .model_access import make_missing
from .need import needs
from .stand_in import as_readable

#: Largest number that PostgreSQL takes for an id.
MAX_ID = 2**31 - 1
_DEFAULT = "default_"


def get_active(env, context):
    """Return those keys (dict) of a caller's ``context`` that say what is active.

    Whether the token may read these records is another question: see
    :func:`check_active`.

    :param context: object of the caller (mapping)
    :raise ValueError: for a value of the wrong kind
    """
    name, ids = context.get("active_model"), context.get("active_ids")
    number = context.get("active_id")
    active = {}
    if name:
        if not isinstance(name, str) or name not in env:
            raise ValueError("The context has no such active_model.")
        active["active_model"] = name
    if number is not None and number is not False:
        active["active_id"] = _check_id(number, "active_id")
    if ids is not None and ids is not False:
        if not isinstance(ids, list):
            raise ValueError("The active_ids must be a list of ids.")
        active["active_ids"] = [_check_id(one, "active_ids") for one in ids]
    if active and not name:
        raise ValueError("A context with active_id or active_ids needs active_model.")
    return active


def _check_id(value, name):
    if type(value) is not int or not 0 < value <= MAX_ID:
        raise ValueError(f"The context has no such {name}.")
    return value


def check_active(access, records, on_nothing=False):
    """Raise unless the token may read what the context of a call names as active.

    A record that is hidden and one that does not exist get the same answer.

    :param access: :class:`.access.TokenAccess`
    :param records: recordset of the call, with its context
    :param on_nothing: whether no record is to be looked at
    :raise AccessError: if no scope opens the model for reading
    :raise MissingError: for a record that the token does not see
    """
    context = records.env.context
    if "active_model" not in context:
        return
    ids = {*context.get("active_ids", ()), *_one(context.get("active_id"))}
    model = records.env[context["active_model"]]
    if not is_enforceable(model, access):
        error = AccessError(
            model.env._(
                "Scopes cannot be enforced on %s, which the context names.", model._name
            )
        )
        raise needs(error, model._name, None)
    active = as_readable(model.browse(() if on_nothing else ids))
    with limited_to_scopes(access):
        active.browse().check_access("read")
        if len(active.exists()) != len(active) or not active.has_access("read"):
            raise make_missing(model)


def _one(number):
    return () if number is None else (number,)


def get_defaults(context):
    """Return what ``default_*`` of a caller's ``context`` (mapping) say.

    :return: {name: value}, where no name need be that of a field
    """
    return {
        name.removeprefix(_DEFAULT): value
        for name, value in context.items()
        if name.startswith(_DEFAULT)
    }


def with_defaults(access, name, kwargs):
    """Return the arguments of a call, with defaults where it creates records.

    :param access: :class:`.access.TokenAccess`, whose ``defaults`` are used
    :param name: name of the method
    :param kwargs: its arguments (dict), which are not changed
    """
    values = kwargs.get("vals_list")
    if name != "create" or not access.defaults:
        return kwargs
    if isinstance(values, dict):
        return {**kwargs, "vals_list": _add_defaults(access, values)}
    if isinstance(values, list) and all(isinstance(one, dict) for one in values):
        merged = [_add_defaults(access, one) for one in values]
        return {**kwargs, "vals_list": merged}
    return kwargs


def _add_defaults(access, values):
    return {**deepcopy(access.defaults), **values}
