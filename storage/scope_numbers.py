# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Searching credentials by their scopes, which are a list of numbers in one column."""

from odoo.fields import Domain
from odoo.tools import SQL


def has_any_of(ids):
    """Return the domain (Domain) of the credentials that have a scope of ``ids``."""

    def to_sql(model, alias, _query):
        numbers = _get_column(model, alias)
        return SQL("%s @> ANY (%s::jsonb[])", numbers, [str(id_) for id_ in ids])

    return Domain.custom(to_sql=to_sql)


def has_any_in(scopes):
    """Return the domain (Domain) of the credentials that have one of ``scopes``.

    :param scopes: Query that selects scopes
    """

    def to_sql(model, alias, _query):
        return SQL(
            "EXISTS (SELECT FROM jsonb_array_elements(%s) AS held"
            " WHERE held::int IN %s)",
            _get_column(model, alias),
            scopes.subselect(),
        )

    return Domain.custom(to_sql=to_sql)


def _get_column(model, alias):
    # Nobody may read the column itself
    return model._fields["scope_numbers"].to_sql(model.sudo(), alias)
