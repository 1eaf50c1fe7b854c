# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models


class IrConfigParameter(models.Model):
    _inherit = "ir.config_parameter"

    @api.model
    def _get_oauth_number(self, key, default):
        """Return the system parameter ``key`` (int, 0 or more), or ``default``."""
        value = self.sudo().get_param(key) or ""
        return int(value) if value.isdecimal() else default
