# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

#: Fields with an address that people are shown (RFC 7591 section 2).
LINKS = ("client_uri", "tos_uri", "policy_uri")


class OAuthProviderClient(models.Model):
    """What people see of a client before they let it in."""

    _inherit = "oauth.provider.client"

    logo = fields.Image(
        max_width=256,
        max_height=256,
        help="Shown on the consent page. A larger picture is made smaller.",
    )
    client_uri = fields.Char(
        string="Home Page", help="Where people read what the application is."
    )
    tos_uri = fields.Char(string="Terms of Service")
    policy_uri = fields.Char(string="Privacy Policy")
    grant_count = fields.Integer(compute="_compute_counts")
    token_count = fields.Integer(compute="_compute_counts")

    @api.constrains(*LINKS)
    def _check_links(self):
        for client in self:
            for name in LINKS:
                uri = client[name]
                if uri and not uri.lower().startswith(("https://", "http://")):
                    raise ValidationError(
                        self.env._(
                            "The address “%s” must start with https:// or http://.", uri
                        )
                    )

    def _compute_counts(self):
        own = Domain("client_id", "in", self.ids)
        grants = self.env["oauth.provider.grant"].live_domain()
        now = fields.Datetime.now()
        tokens = Domain("revoked_at", "=", False) & Domain("expires_at", ">", now)
        for model, name, live in (
            ("oauth.provider.grant", "grant_count", grants),
            ("oauth.provider.token", "token_count", tokens),
        ):
            counted = dict(
                self.env[model]._read_group(own & live, ["client_id"], ["__count"])
            )
            for client in self:
                client[name] = counted.get(client, 0)

    @api.private
    def get_told(self):
        """Return what a person is told of this client (list that JSON takes)."""
        self.ensure_one()
        logo = hashlib.sha256(self.logo or b"").hexdigest()
        links = [self[name] or "" for name in LINKS]
        return [self.name, logo, links, self.get_durations()]

    @api.private
    def get_auth_oauth_values(self):
        """Return the record of ``auth.oauth.provider`` for another Odoo (dict of str).

        With the names of the fields of stock ``auth_oauth``.
        """
        self.ensure_one()
        company, provider = self.env.company.name, self.env["oauth.provider"]
        return {
            "name": company,
            "body": self.env._("Log in with %s", company),
            "client_id": self.identifier,
            "enabled": "True",
            "auth_endpoint": provider.get_endpoint_url("authorize"),
            "scope": "openid profile email",
            "validation_endpoint": provider.get_endpoint_url("tokeninfo"),
            "data_endpoint": provider.get_endpoint_url("userinfo"),
        }

    def action_download_auth_oauth(self):
        """Download the record for another Odoo, for its import."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/oauth_provider/client/{self.id}/auth_oauth.csv",
            "target": "download",
        }

    def action_view_grants(self):
        """Open the grants of this client."""
        return self._view_own("oauth_provider_grant_action")

    def action_view_tokens(self):
        """Open the tokens of this client."""
        return self._view_own("oauth_provider_token_action")

    def _view_own(self, name):
        self.ensure_one()
        self.check_access("read")
        actions = self.env["ir.actions.act_window"]
        return {
            **actions._for_xml_id(f"oauth_provider.{name}"),
            "domain": [("client_id", "=", self.id)],
            # As many as the button says: what has ended is a filter away
            "context": {"search_default_live": 1},
        }
