# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode, urlsplit

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

    @api.model
    @api.private
    def get_own_resources(self):
        """Return the names (set of str) of this provider as a protected resource."""
        issuer = self.get_issuer()
        api = {self.get_api_resource(name) for name in (None, self.env.cr.dbname)}
        return {issuer, f"{issuer}/", f"{issuer}/json/2", *api}

    @api.model
    @api.private
    def get_api_resource(self, database=None):
        """Return the name (str) of Odoo's API as a protected resource.

        It is at the top of the host, whatever database it serves.

        :param database: name (str) that the address carries, or None
        """
        query = f"?{urlencode({'db': database})}" if database else ""
        return f"{self._get_origin()}/json/2{query}"

    @api.private
    def match_resource(self, uri):
        """Tell whether this client may ask for tokens for ``uri`` (str, RFC 8707)."""
        self.ensure_one()
        return uri in self.get_own_resources() | self._get_further_resources()

    @api.model
    @api.private
    def get_protected_resource_url(self, is_api=False):
        """Return the address of the protected-resource metadata (RFC 9728, 3).

        :param is_api: whether Odoo's API is the resource. Where the host has several
            databases, the address of its metadata has to name this one.
        """
        issuer = self.get_issuer()
        name = issuer
        if is_api:
            is_named = "/oauth2/db/" in issuer
            name = self.get_api_resource(self.env.cr.dbname if is_named else None)
        origin = self._get_origin()
        path = name.removeprefix(origin)
        return f"{origin}/.well-known/oauth-protected-resource{path}"

    def _get_origin(self):
        parts = urlsplit(self.get_issuer())
        return f"{parts.scheme}://{parts.netloc}"
