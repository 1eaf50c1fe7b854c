# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines of the check-up say which finding they are."""

from odoo.tools.sql import table_exists


def migrate(cr, version):
    """Remove the lines of before, which live for an hour: the next check makes new."""
    if version and table_exists(cr, "oauth_provider_finding"):
        cr.execute("DELETE FROM oauth_provider_finding")
