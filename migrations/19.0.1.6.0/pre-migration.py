# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What holds client and user of a code or a token is its grant, or two columns."""

from odoo.tools import SQL
from odoo.tools.sql import (
    column_exists,
    create_column,
    drop_constraint,
    table_exists,
)

TABLES = (
    "oauth_provider_authorization_code",
    "oauth_provider_refresh_token",
    "oauth_provider_token",
)
LINKS = ("client_id", "user_id")
#: Columns whose own foreign keys another one replaces.
HELD = (*LINKS, "grant_id")


def migrate(cr, version):
    """Fill the columns where there is no grant, and drop what they replace."""
    if not version:
        return
    for table in TABLES:
        # Earlier versions had fewer of them, and no grants
        if not table_exists(cr, table) or column_exists(cr, table, "backend_client_id"):
            continue
        for link in LINKS:
            create_column(cr, table, f"backend_{link}", "int4")
        has_grants = column_exists(cr, table, "grant_id")
        cr.execute(
            SQL(
                "UPDATE %s SET backend_client_id = client_id, backend_user_id = user_id"
                " WHERE %s",
                SQL.identifier(table),
                SQL("grant_id IS NULL") if has_grants else SQL("TRUE"),
            )
        )
        for name in _get_foreign_keys(cr, table):
            drop_constraint(cr, table, name)
            # By which Odoo would look for it when the addon is uninstalled
            cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", (name,))


def _get_foreign_keys(cr, table):
    """Return the names (list) of those of one of the columns :data:`HELD`."""
    cr.execute(
        "SELECT conname FROM pg_constraint JOIN pg_attribute"
        " ON attrelid = conrelid AND conkey = ARRAY[attnum]"
        " WHERE contype = 'f' AND conrelid = %s::regclass AND attname = ANY(%s)",
        (table, list(HELD)),
    )
    return [name for (name,) in cr.fetchall()]
