# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

#: {field: (system parameter, number without it)}
NUMBERS = {
    "oauth_retention_days": ("oauth_provider.retention_days", 30),
    "oauth_event_retention_days": ("oauth_provider.event_retention_days", 90),
    "oauth_unused_grant_days": ("oauth_provider.unused_grant_days", 365),
    "oauth_key_lifetime_days": ("oauth_provider.key_lifetime_days", 90),
    "oauth_throttle_failures": ("oauth_provider.throttle_failures", 10),
    "oauth_throttle_seconds": ("oauth_provider.throttle_seconds", 60),
}


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    oauth_issuer = fields.Char(
        string="Issuer",
        config_parameter="oauth_provider.issuer",
        help="The name under which applications know this provider. They refuse all"
        " that they have when it changes.",
    )
    # Odoo's own config_parameter takes 0 for nothing
    oauth_retention_days = fields.Integer(string="Keep Expired Tokens")
    oauth_event_retention_days = fields.Integer(string="Keep Events")
    oauth_unused_grant_days = fields.Integer(string="Keep Unused Grants")
    oauth_key_lifetime_days = fields.Integer(string="Replace Signing Keys After")
    oauth_throttle_failures = fields.Integer(string="Failed Attempts")
    oauth_throttle_seconds = fields.Integer(string="Within")

    @api.model
    def get_values(self):
        values = super().get_values()
        number = self.env["ir.config_parameter"]._get_oauth_number
        for name, (key, default) in NUMBERS.items():
            values[name] = number(key, default)
        return values

    def set_values(self):
        result = super().set_values()
        parameters = self.env["ir.config_parameter"].sudo()
        for name, (key, default) in NUMBERS.items():
            value = max(self[name], 0)
            if value != parameters._get_oauth_number(key, default):
                parameters.set_param(key, str(value))
        return result
