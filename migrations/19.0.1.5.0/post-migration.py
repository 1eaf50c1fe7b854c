# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The scopes of codes and tokens are a column, no longer rows of a relation."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import table_exists

TABLES = (
    "oauth_provider_authorization_code",
    "oauth_provider_refresh_token",
    "oauth_provider_token",
)


def migrate(cr, version):
    """Take what the relations hold into the column, and drop them."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    ordered = env["oauth.provider.scope"].search([]).ids
    for table in TABLES:
        relation = "_".join(sorted([table, "oauth_provider_scope"])) + "_rel"
        if not table_exists(cr, relation):
            continue
        cr.execute(
            SQL(
                "UPDATE %(table)s SET scope_numbers = held.numbers FROM"
                " (SELECT %(column)s AS id, jsonb_agg(oauth_provider_scope_id"
                " ORDER BY array_position(%(ordered)s, oauth_provider_scope_id))"
                " AS numbers FROM %(relation)s GROUP BY 1) AS held"
                " WHERE held.id = %(id)s",
                table=SQL.identifier(table),
                column=SQL.identifier(f"{table}_id"),
                ordered=ordered,
                relation=SQL.identifier(relation),
                id=SQL.identifier(table, "id"),
            )
        )
        cr.execute(SQL("DROP TABLE %s", SQL.identifier(relation)))
        # By which Odoo would look for the table when the addon is uninstalled
        cr.execute("DELETE FROM ir_model_relation WHERE name = %s", (relation,))
    env.invalidate_all()
