# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What archived users and clients have ends for good, which archiving now does."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """End what users and clients have that are archived at this moment."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["oauth.provider.deprovisioning"]._gc_archived()
