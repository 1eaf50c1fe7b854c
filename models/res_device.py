# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class ResDevice(models.Model):
    _inherit = "res.device"

    def _revoke(self):
        sessions = self.env["oauth.provider.session"].sudo()
        sessions.end_by_device(self.mapped("session_identifier"))
        return super()._revoke()
