# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an installation does once, for databases that come from an earlier module."""

from odoo import SUPERUSER_ID, api

from odoo.addons.oauth_provider.hooks import post_init_hook


def migrate(cr, version):
    """Fix the issuer, which 9.0 did not have."""
    if version:
        post_init_hook(api.Environment(cr, SUPERUSER_ID, {}))
