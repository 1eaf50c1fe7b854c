# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class OAuthProviderClient(models.Model):
    """For which resources a client may ask for tokens (RFC 8707)."""

    _inherit = "oauth.provider.client"

    resource_uris = fields.Text(
        string="Further Resources",
        help="Addresses of other services, one a line, that verify tokens of this"
        " provider themselves. The application may ask for tokens for them"
        " (parameter “resource”), which then open nothing here.",
    )

    @api.constrains("resource_uris")
    def _check_resource_uris(self):
        for client in self:
            for uri in client._get_further_resources():
                parts = urlsplit(uri)
                if not parts.scheme or not parts.netloc or "#" in uri or " " in uri:
                    raise ValidationError(
                        self.env._(
                            "The resource “%s” must be an absolute address without a"
                            " fragment, such as https://api.example.com.",
                            uri,
                        )
                    )

    def _get_further_resources(self):
        lines = (self.resource_uris or "").splitlines()
        return {line.strip() for line in lines if line.strip()}

    @api.private
    def match_resource(self, uri):
        """Tell whether this client may ask for tokens for ``uri`` (str, RFC 8707)."""
        self.ensure_one()
        own = self.env["oauth.provider"].get_own_resources()
        return uri in own | self._get_further_resources()
