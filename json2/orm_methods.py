# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Methods that every model has beside those that read and write.

Each needs the operations that it consists of, and is checked as they are: ``copy`` is
what the token could read and create, ``load`` what it could create and write. No scope
names them.
"""

from odoo.exceptions import AccessError, MissingError

from . import copying, exporting, loading, onchange
from .current import limited_to_scopes
from .enforceable import check_enforceable, is_enforceable
from .linkable import make_plain
from .model_access import make_missing
from .need import needs
from .values import check_values

#: What may be asked for, as Odoo names it.
_OPERATIONS = frozenset({"read", "create", "write", "unlink"})
#: Methods that say whether something is allowed. They are answered on any model.
QUESTIONS = frozenset({"check_access_rights", "check_access_rule", "has_access"})
#: Operations on the model of the call that each of the others consists of.
NEEDED = {
    "copy": ("read", "create"),
    "default_get": ("create",),
    "export_data": ("read",),
    "load": ("create", "write"),
}
METHODS = QUESTIONS | {*NEEDED, "onchange"}


def run(access, records, name, method, kwargs, change):
    """Call one of :data:`METHODS`, limited to the scopes of a token.

    :param access: :class:`.access.TokenAccess`
    :param records: the records that the caller names, as the token's user
    :param name: name of the method; ``method`` is the method itself
    :param kwargs: its arguments (dict)
    :param change: function that carries out ``create`` or ``write`` with all checks,
        given what :func:`.call.call` is given
    :return: what the method returns; for records, their ids
    :raise AccessError: for what the scopes do not allow
    :raise MissingError: for a record that the token does not see
    :raise ValueError: for malformed arguments
    """
    if name in QUESTIONS:
        return _answer(access, records, name, kwargs)
    check_enforceable(records.browse(), access)
    check(access, records.browse(), name, kwargs)
    if name == "default_get":
        return _default_get(access, records.browse(), method, kwargs)
    if name == "load":
        return loading.load(access, records.browse(), method, kwargs, change)
    if name == "onchange":
        return onchange.run(access, records, method, kwargs)
    with limited_to_scopes(access):
        # A hidden record and a missing one get the same answer
        if len(records.exists()) != len(set(records.ids)):
            raise make_missing(records)
        records.check_access("read")
    if name == "copy":
        return copying.copy(access, records, kwargs, change).ids
    return exporting.export(access, records, method, kwargs)


def check(access, model, name, kwargs):
    """Raise for what a call of one of :data:`METHODS` needs, but for its records.

    :param model: empty recordset of the model, as the token's user
    :raise AccessError: for what the scopes do not allow
    :raise ValueError: for malformed arguments
    """
    if name in QUESTIONS:
        return
    with limited_to_scopes(access):
        for operation in NEEDED.get(name, ()):
            model.check_access(operation)
    if name == "copy":
        copying.check(access, model, kwargs)
    elif name == "export_data":
        exporting.check(access, model, kwargs)
    elif name == "load":
        loading.check(access, model, kwargs)
    elif name == "onchange":
        onchange.check(access, model, kwargs)
    else:
        _check_names(kwargs)
        check_values(access, model, "create", access.defaults)


# Questions


def _answer(access, records, name, kwargs):
    """Return whether the token may do what the caller asks about (bool).

    Odoo answers None or an error to the older two; a token gets an answer from both.
    """
    operation = kwargs.get("operation")
    if not isinstance(operation, str) or operation not in _OPERATIONS:
        raise ValueError("The operation is read, create, write or unlink.")
    if name == "check_access_rights":
        records = records.browse()
    is_allowed = _has_access(access, records, operation)
    is_strict = name == "check_access_rights" and kwargs.get("raise_exception", True)
    if not is_allowed and (is_strict or name == "check_access_rule"):
        error = AccessError(
            records.env._(
                "This access token does not allow “%(operation)s” on %(model)s.",
                operation=operation,
                model=records._name,
            )
        )
        raise needs(error, records._name, operation)
    return is_allowed


def _has_access(access, records, operation):
    if not is_enforceable(records.browse(), access):
        return False
    with limited_to_scopes(access):
        if not records.browse().has_access(operation):
            return False
        found = records.exists()
        return found == records and found.has_access(operation)


# Defaults


def _check_names(kwargs):
    """Return the names of fields, under whatever name the model takes them."""
    names = [one for value in kwargs.values() for one in _as_list(value)]
    if not all(isinstance(one, str) for one in names):
        raise ValueError("Names of fields must come in a list.")
    return names


def _as_list(value):
    if not isinstance(value, list):
        raise ValueError("Names of fields must come in a list.")
    return value


def _default_get(access, model, method, kwargs):
    """Return the default values that the token could send itself ({name: value}).

    Those of other fields are given to a new record as well, and not answered.
    """
    opened = access.get_model_access(model._name, "create").fields
    names = [name for name in _check_names(kwargs) if name in opened]
    found = method(model, **dict.fromkeys(kwargs, names))
    for name in access.defaults.keys() & set(names):
        field = model._fields[name]
        value = field.convert_to_cache(access.defaults[name], model, validate=False)
        found[name] = field.convert_to_write(value, model)
    return {
        name: value
        for name, value in found.items()
        if name in names and _could_be_sent(access, model, name, value)
    }


def _could_be_sent(access, model, name, value):
    try:
        check_values(access, model, "create", {name: make_plain(value)})
    except (AccessError, MissingError, ValueError):
        return False
    return True
