# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The check-up names the clients that may do more from now on."""

from odoo import SUPERUSER_ID, api, fields


def migrate(cr, version):
    """Note since when scopes on one model add up, for clients from before."""
    if not version:
        return
    parameters = api.Environment(cr, SUPERUSER_ID, {})["ir.config_parameter"]
    key = "oauth_provider.scopes_add_up_since"
    if not parameters.get_param(key):
        parameters.set_param(key, fields.Datetime.to_string(fields.Datetime.now()))
