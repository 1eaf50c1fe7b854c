# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..storage.cache import invalidate


class IrModelFields(models.Model):
    """The fields that scopes list, whose names are cached with the scopes."""

    _inherit = "ir.model.fields"

    def write(self, vals):
        result = super().write(vals)
        if "name" in vals:
            invalidate(self.env)
        return result

    def unlink(self):
        result = super().unlink()
        # PostgreSQL has taken them out of the scopes
        invalidate(self.env)
        return result
