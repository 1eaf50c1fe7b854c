# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import redirect_uri


class OAuthProviderRedirectURI(models.Model):
    _name = "oauth.provider.redirect.uri"
    _inherit = ["oauth.provider.uri"]
    _description = "OAuth Provider Redirect URI"

    origin = fields.Char(
        compute="_compute_origin",
        store=True,
        index=True,
        help="Scripts of pages there may call the provider.",
    )

    registered_at = fields.Datetime(
        readonly=True,
        copy=False,
        help="Since when this address is registered. Who allowed the application before"
        " is asked again before anything is sent there.",
    )

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this redirect URI."
    )

    @api.model_create_multi
    def create(self, vals_list):
        now = fields.Datetime.now()
        return super().create([{**vals, "registered_at": now} for vals in vals_list])

    def write(self, vals):
        vals = {name: vals[name] for name in vals if name != "registered_at"}
        if {"name", "client_id"} & vals.keys():
            vals["registered_at"] = fields.Datetime.now()
        return super().write(vals)

    @api.constrains("name", "origin")
    def _check_origin(self):
        # It is stored: whoever writes it would let scripts of other pages in
        for record in self:
            expected = redirect_uri.origin(record.name or "")
            if (record.origin or None) != expected:
                raise ValidationError(
                    self.env._("The origin of a redirect URI is that of its address.")
                )

    @api.depends("name")
    def _compute_origin(self):
        for record in self:
            record.origin = redirect_uri.origin(record.name or "")
