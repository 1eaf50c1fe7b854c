# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from odoo import api, models


class OAuthProvider(models.AbstractModel):
    """The provider itself: its endpoints and its protected resources."""

    _name = "oauth.provider"
    _description = "OAuth Provider"

    @api.model
    @api.private
    def get_endpoint_url(self, name):
        """Return the public address (str) of the endpoint ``name``.

        Below the issuer: with ``/oauth2``, unless the issuer itself is the path form
        ``/oauth2/db/<database>``.
        """
        issuer = self.get_issuer()
        if "/oauth2/db/" in issuer:
            return f"{issuer}/{name}"
        return f"{issuer}/oauth2/{name}"

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
