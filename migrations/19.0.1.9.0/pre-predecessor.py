# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refresh tokens are removed without a look for the successor of each."""

from odoo.tools.sql import drop_constraint, table_exists

TABLE = "oauth_provider_refresh_token"
KEY = f"{TABLE}_predecessor_id_fkey"


def migrate(cr, version):
    """Drop the foreign key of the predecessor."""
    if not version or not table_exists(cr, TABLE):
        return
    cr.execute("SELECT FROM pg_constraint WHERE conname = %s", (KEY,))
    if cr.rowcount:
        drop_constraint(cr, TABLE, KEY)
    # By which Odoo would look for it when the addon is uninstalled
    cr.execute("DELETE FROM ir_model_constraint WHERE name = %s", (KEY,))
