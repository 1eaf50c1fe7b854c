# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person has left out is a column of the grant as well."""

from odoo.tools.sql import column_exists, create_column, table_exists

RELATION = "oauth_provider_grant_declined_scope_rel"


def migrate(cr, version):
    """Fill the column by one statement: the ORM would write each grant."""
    table = "oauth_provider_grant"
    # Versions from before 19.0 have no grants
    if not version or not table_exists(cr, table):
        return
    if column_exists(cr, table, "declined_numbers"):
        return
    create_column(cr, table, "declined_numbers", "jsonb")
    if table_exists(cr, RELATION):
        cr.execute(
            "UPDATE oauth_provider_grant SET declined_numbers = declined.numbers FROM"
            " (SELECT oauth_provider_grant_id AS id,"
            " jsonb_agg(oauth_provider_scope_id) AS numbers"
            " FROM oauth_provider_grant_declined_scope_rel GROUP BY 1) AS declined"
            " WHERE declined.id = oauth_provider_grant.id"
        )
