# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

#: Models of Odoo whose tables get the columns of the mixin.
MODELS = (
    "decimal.precision",
    "ir.cron",
    "ir.filters",
    "ir.mail_server",
    "ir.sequence",
    "report.paperformat",
    "res.bank",
    "res.company",
    "res.country",
    "res.country.group",
    "res.country.state",
    "res.currency",
    "res.currency.rate",
    "res.groups",
    "res.groups.privilege",
    "res.lang",
    "res.partner",
    "res.partner.bank",
    "res.partner.category",
    "res.partner.industry",
    "res.users",
)


class ErrorsMixin(models.AbstractModel):
    _name = "oauth.provider.errors.mixin"
    _description = "Columns that refuse values"

    error_note = fields.Char()
    error_required = fields.Char(default="given")
    error_checked = fields.Char()
    error_unique = fields.Char(copy=False)
    error_slot = fields.Char(copy=False)
    error_link = fields.Char(copy=False)
    error_number = fields.Integer()
    error_unique_later = fields.Char(copy=False)
    error_slot_later = fields.Char(copy=False)
    error_link_later = fields.Char(copy=False)
    error_trigger = fields.Char(copy=False)

    def error_call(self, vals):
        """Write and send it to the database."""
        self.write(vals)
        self.flush_recordset()
        return True

    def error_flush(self, vals):
        """Write, and leave it to Odoo to send it to the database."""
        self.write(vals)
        return True


def _extend(model):
    name = "".join(part.title() for part in model.replace(".", "_").split("_"))
    inherit = [model, ErrorsMixin._name]
    space = {"_name": model, "_inherit": inherit, "__module__": __name__}
    return type(name, (models.Model,), space)


EXTENDED = [_extend(model) for model in MODELS]
