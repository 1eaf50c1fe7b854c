# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An event says how often it happened."""

from odoo.tools.sql import column_exists, table_exists


def migrate(cr, version):
    """Say once of what there is, without writing a row: there may be millions."""
    table = "oauth_provider_event"
    # Versions from before 19.0 have no events
    if not version or not table_exists(cr, table) or column_exists(cr, table, "number"):
        return
    # PostgreSQL keeps the default of a new column apart from the rows
    cr.execute("ALTER TABLE oauth_provider_event ADD COLUMN number integer DEFAULT 1")
    cr.execute("ALTER TABLE oauth_provider_event ALTER COLUMN number DROP DEFAULT")
