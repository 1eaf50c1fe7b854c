# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

#: Computed field, and the endpoint whose address it shows.
ENDPOINTS = {
    "authorize_url": "authorize",
    "token_url": "token",
    "tokeninfo_url": "tokeninfo",
    "userinfo_url": "userinfo",
    "jwks_url": "jwks",
}


class OAuthProviderClient(models.Model):
    """What an administrator copies into the application."""

    _inherit = "oauth.provider.client"

    authorize_url = fields.Char(
        string="Authorization URL", compute="_compute_endpoint_urls"
    )
    token_url = fields.Char(string="Token URL", compute="_compute_endpoint_urls")
    tokeninfo_url = fields.Char(
        string="Token Information URL", compute="_compute_endpoint_urls"
    )
    userinfo_url = fields.Char(
        string="User Information URL", compute="_compute_endpoint_urls"
    )
    jwks_url = fields.Char(string="Key Set URL", compute="_compute_endpoint_urls")
    discovery_url = fields.Char(
        string="Discovery URL",
        compute="_compute_discovery_url",
        help="Where an OpenID Connect application reads all the addresses by itself.",
    )
    scope_codes = fields.Char(
        string="Scope",
        compute="_compute_scope_codes",
        help="What the application asks for, separated by blanks.",
    )

    def _compute_endpoint_urls(self):
        for field, endpoint in ENDPOINTS.items():
            self[field] = self.env["oauth.provider"].get_endpoint_url(endpoint)

    def _compute_discovery_url(self):
        issuer = self.env["oauth.provider"].get_issuer()
        self.discovery_url = f"{issuer}/.well-known/openid-configuration"

    @api.depends("scope_ids.code")
    def _compute_scope_codes(self):
        for client in self:
            client.scope_codes = " ".join(client.scope_ids.mapped("code"))

    def action_try(self):
        """Open the dialog that tries this client out."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try “%s”", self.name),
            "res_model": "oauth.provider.trial",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_client_id": self.id, "dialog_size": "extra-large"},
        }
