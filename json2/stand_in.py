# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Models that show a part of another one to people who may not read that.

Employees are such a model: only HR officers may read them. To everyone else Odoo
answers from the public profiles, which have the same ids and fewer fields. So does a
call with a token: what its user may not read of employees is not opened by a scope, and
a scope on employees counts on their profiles too.
"""

from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .current import limited_to_scopes
from .error_text import mark_ours

#: {model: the one with a part of its fields, whose records have the same ids}
STAND_INS = {"hr.employee": "hr.employee.public"}
_SHOWN = {stand_in: model for model, stand_in in STAND_INS.items()}


def as_readable(records):
    """Return ``records``, or those that stand in for them where the user needs it.

    :param records: recordset, as the token's user
    """
    name = STAND_INS.get(records._name)
    if name is None or name not in records.env or records.env.su:
        return records
    with limited_to_scopes(None):
        if records.browse().has_access("read"):
            return records
        found = records.env[name].browse(records._ids)
        return found if found.browse().has_access("read") else records


def counts_on(scope_model, model, operation):
    """Return whether a scope on ``scope_model`` opens records of ``model`` (names).

    :param operation: ``read``, ``create``, ``write``, ``unlink``, or the name of a
        method
    """
    if scope_model == model:
        return True
    return operation == "read" and bool(model) and _SHOWN.get(model) == scope_model


def get_sources(model, operation):
    """Return the names (tuple) of the models on which scopes count on ``model``.

    The parameters are those of :func:`counts_on`.
    """
    shown = operation == "read" and _SHOWN.get(model)
    return (model, shown) if shown else (model,)


def get_models(scope_model):
    """Return the names (tuple) of the models that a scope on one (name) counts on."""
    stand_in = STAND_INS.get(scope_model)
    return (scope_model, stand_in) if stand_in else (scope_model,)


def make_unknown(model, name, text):
    """Return the error for a field that ``model`` (recordset) does not have.

    :param name: name of the field, as the caller sends it: any value
    :param text: what the error says (str)
    :return: AccessError where the user may not read it; else ValueError
    """
    shown = _SHOWN.get(model._name)
    is_known = isinstance(name, str) and shown and name in model.env[shown]._fields
    if not is_known:
        return ValueError(text)
    error = AccessError(
        model.env._(
            "The user of this access token may not read “%(field)s” on %(model)s.",
            field=name,
            model=shown,
        )
    )
    error.is_right_of_user = True
    return mark_ours(error)


def carry(domain, name):
    """Return the records of a model that have the ids of others.

    :param domain: records (Domain) of the model ``name`` (str), looked up as the user
    :return: Domain for the model that stands in for it
    """
    if domain.is_true() or domain.is_false():
        return domain

    def to_sql(model, alias, _query):
        shown = model.env[name].with_context(active_test=False)
        found = shown._search(domain).subselect()
        return SQL("%s IN %s", SQL.identifier(alias, "id"), found)

    return Domain.custom(to_sql=to_sql)
