# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import MissingError
from odoo.fields import Domain

from ..json2 import current
from ..json2.error_text import mark_ours


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        access = current.access()
        allowed = current.companies()
        if allowed is not None and not self.env.su:
            if not allowed:
                return Domain.FALSE
            requested = self.env.context.get("allowed_company_ids") or ()
            common = [company for company in requested if company in allowed]
            self = self.with_context(allowed_company_ids=common or list(allowed))
        if access is None:
            return super()._compute_domain(model_name, mode)
        # Odoo caches the result for every caller: it must not depend on the token
        with current.limited_to_scopes(None):
            domain = super()._compute_domain(model_name, mode)
        if self.env.su:
            return domain
        return access.with_rules(model_name, mode, domain)

    def _make_access_error(self, operation, records):
        if current.access() is None:
            return super()._make_access_error(operation, records)
        # Odoo's own message names the records
        return mark_ours(
            MissingError(self.env._("Record does not exist or has been deleted."))
        )
