# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools


class IrModelConstraint(models.Model):
    _inherit = "ir.model.constraint"

    @api.model
    @tools.ormcache("lang")
    def _oauth_get_texts(self, lang):
        """Return {name of a constraint: its text in the language ``lang``}.

        The texts come with modules; to install or update one clears the cache.
        """
        found = self.sudo().with_context(lang=lang)
        found = found.search_fetch([("message", "!=", False)], ["name", "message"])
        return {constraint.name: constraint.message for constraint in found}
