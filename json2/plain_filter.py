# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the filter of a scope means the same, whoever looks its records up."""

from .current import limited_to_scopes
from .domain import COLLECTION_TYPES

#: Types of fields that Python compares as PostgreSQL does, with those of their values.
_PLAIN_TYPES = {
    "boolean": bool,
    "char": str,
    "integer": int,
    "many2one": int,
    "selection": str,
}


def is_plain(model, domain):
    """Return whether ``domain`` (Domain) needs no looking up with a user's rights.

    That is one that compares nothing but columns of the record itself, which the user
    may read, with values of their own type: then Python finds what PostgreSQL finds,
    and records that are at hand are checked without a query.

    :param model: recordset of the model, as the user
    """
    with limited_to_scopes(None):
        return all(_is_plain(model, one) for one in domain.iter_conditions())


def may_compare(model, names):
    """Return whether the user may read each of the columns ``names`` (iterable).

    :param model: recordset of the model, as the user
    """
    with limited_to_scopes(None):
        return all(model._has_field_access(model._fields[n], "read") for n in names)


def _is_plain(model, condition):
    """Return the same for one ``condition`` of a domain."""
    field = model._fields.get(condition.field_expr)
    if field is None or not _is_plain_column(model, field):
        return False
    values = condition.value
    if condition.operator in ("=", "!="):
        values = [values]
    elif condition.operator not in ("in", "not in"):
        return False
    return isinstance(values, COLLECTION_TYPES) and all(
        _is_own_value(field, one) for one in values
    )


def _is_own_value(field, value):
    """Return whether ``value`` is one that a column of ``field`` may hold."""
    if value is False and field.type in ("char", "many2one"):
        return True
    if isinstance(value, str) and not _is_storable(value):
        return False
    is_id = field.type == "many2one" or field.name == "id"
    return type(value) is _PLAIN_TYPES[field.type] and not (is_id and value < 1)


def _is_storable(text):
    """Return whether PostgreSQL takes ``text`` (str) at all."""
    try:
        return b"\x00" not in text.encode()
    except UnicodeEncodeError:
        return False


def _is_plain_column(model, field):
    """Return whether each user who may read ``field`` finds its one stored value."""
    return (
        field.type in _PLAIN_TYPES
        and bool(field.store and field.column_type)
        and not (field.translate or field.company_dependent or field.search)
        and field not in model.pool.field_depends_context
        and model._has_field_access(field, "read")
    )
