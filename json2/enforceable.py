# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""On which models, and for which methods, scopes can limit what a token does."""

from dataclasses import dataclass

from odoo.exceptions import AccessError

from .access import TokenAccess
from .current import limited_to_scopes
from .need import needs

#: Methods of the ORM that a scope may name: they change nothing but ``active``.
_NAMEABLE = frozenset({"action_archive", "action_unarchive", "toggle_active"})
#: What ``read`` of the ORM consists of.
_READING = ("read", "fetch", "_search", "_fetch_query", "_read_format")
#: Modules whose hook is known to lift a limit only for their own code: it reads
#: employees where a value links them, and says so by an object in the context.
_KNOWN = {"hr.employee": "hr"}
#: Modules whose methods are the ORM's, or limit a token.
_OWN_MODULES = ("odoo.orm.", "odoo.addons.oauth_provider.models.")


@dataclass(frozen=True)
class Owned:
    """How the rows of a model say which record of another model they belong to.

    :ivar model: field (name) with the name of the other model
    :ivar number: field (name) with the id of the record
    :ivar link: field (name) that a caller writes to name the other model
    :ivar field: field (name) with the name of that field of it whose value they are
    """

    model: str
    number: str
    link: str
    field: str | None = None


#: Models whose own code decides about a row by the record that it belongs to. The token
#: is asked for that record as well, see :mod:`.owner`.
OWNED = {
    "ir.attachment": Owned("res_model", "res_id", "res_model", "res_field"),
    "mail.activity": Owned("res_model", "res_id", "res_model_id"),
    "mail.message": Owned("model", "res_id", "model"),
}


class _NoAccess(TokenAccess):
    """The access of a token without scopes, to see what a model opens by itself."""

    def __init__(self, env):
        self.token = env["oauth.provider.token"]
        self.scopes = env["oauth.provider.scope"]
        self.companies = ()
        self.broken = {}
        self._by_operation = {}
        self._by_scope = {}


def is_enforceable(model, access=None):
    """Return whether scopes can limit what a token does on ``model``.

    :param model: recordset of the model, as the person whose access is limited and
        not as superuser, who is never limited
    :param access: :class:`TokenAccess` that is to limit; None for one without scopes
    """
    return find_obstacle(model, access) is None


def find_obstacle(model, access=None):
    """Return what keeps scopes from limiting what a token does on ``model``, or None.

    That is a model without records or without a table that a domain could narrow, one
    that replaces how access to its records is decided, or one that opens fields without
    asking the ORM. The parameters are those of :func:`is_enforceable`.

    :return: (name of the hook, name of the module that replaces it), both empty where
        there are no records
    """
    # Code lists the records of such a model, such as the roots of account codes
    if model._abstract or type(model)._table_query == "0":
        return "", ""
    # A hook that is replaced may bypass those that limit a token
    hook = "_check_access"
    owner = _find_replacing(type(model), hook)
    if owner and model._name not in OWNED and owner != _KNOWN.get(model._name):
        return hook, owner
    hook = "_has_field_access"
    owner = _find_replacing(type(model), hook)
    if not owner:
        return None
    access = access or _NoAccess(model.env)
    with limited_to_scopes(access):
        is_opened = any(
            model._has_field_access(field, "read")
            and not access.allows_field(model, field, "read")
            for field in model._fields.values()
        )
    return (hook, owner) if is_opened else None


def check_enforceable(model, access):
    """Raise AccessError where scopes cannot limit what a token does on ``model``.

    The parameters are those of :func:`is_enforceable`.
    """
    if not is_enforceable(model, access):
        error = AccessError(
            model.env._("Scopes cannot be enforced on %s through the API.", model._name)
        )
        raise needs(error, model._name, None)


def is_generic(model, name):
    """Return whether the method ``name`` is one of those that every model has.

    A scope does not name them. Some need the operations that they consist of
    (``copy``, ``load``, ``export_data``, see :mod:`.orm_methods`); others take or
    answer any field (``web_save``), so that naming one would not narrow it.

    :param model: recordset of any model
    """
    return hasattr(model.pool["base"], name) and name not in _NAMEABLE


def reads_as_orm(model):
    """Return whether ``read`` of ``model`` (recordset) is the ORM's own.

    That one checks each record where it fetches values from the database. A model that
    replaces a part of it may read as superuser.
    """
    return not any(_find_replacing(type(model), name) for name in _READING)


def _find_replacing(model_class, name):
    """Return the module (str) that has a method ``name`` of its own, or None."""
    for one in model_class.__mro__:
        # Nearly all have none
        if name in one.__dict__:
            owner = one.__dict__[name].__module__
            if not owner.startswith(_OWN_MODULES):
                return owner.removeprefix("odoo.addons.").partition(".")[0]
    return None
