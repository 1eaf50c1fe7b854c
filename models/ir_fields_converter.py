# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..json2 import loading


class IrFieldsConverter(models.AbstractModel):
    """What a row of ``load`` links: with a token, only what the token may link."""

    _inherit = "ir.fields.converter"

    @api.model
    def db_id_for(self, model, field, subfield, value, savepoint):
        if subfield == ".id" and value and loading.limits(self):
            loading.check_reference(self, field, value)
        return super().db_id_for(model, field, subfield, value, savepoint)

    def _xmlid_to_record_id(self, xmlid, model):
        find = super()._xmlid_to_record_id
        if not loading.limits(self):
            return find(xmlid, model)
        return loading.find_external(model, lambda: find(xmlid, model))
