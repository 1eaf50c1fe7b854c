# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError

from ..json2 import current
from ..json2.error_text import mark_ours
from ..json2.need import needs


class IrModelAccess(models.Model):
    _inherit = "ir.model.access"

    @api.model
    def check(self, model, mode="read", raise_exception=True):
        has_access = super().check(model, mode, raise_exception)
        if not has_access or not current.limits(self):
            return has_access
        if current.access().allows_model(model, mode):
            return True
        if raise_exception:
            raise self._make_access_error(model, mode)
        return False

    def _make_access_error(self, model, mode):
        if current.access() is None:
            return super()._make_access_error(model, mode)
        is_of_user = current.access().allows_model(model, mode)
        if is_of_user:
            text = self.env._(
                "The user of this access token may not “%(operation)s” %(model)s.",
                operation=mode,
                model=model,
            )
        else:
            text = self.env._(
                "This access token does not allow “%(operation)s” on %(model)s.",
                operation=mode,
                model=model,
            )
        error = mark_ours(AccessError(text))
        error.is_right_of_user = is_of_user
        return error if is_of_user else needs(error, model, mode)
