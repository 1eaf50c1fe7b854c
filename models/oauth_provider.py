# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode, urlsplit

from odoo import api, models

#: System parameters: the issuer, and those that it has been before, a line each.
ISSUER = "oauth_provider.issuer"
FORMER_ISSUERS = "oauth_provider.former_issuers"
#: System parameter: ``database.uuid`` of the database that the issuer was given to, a
#: blank, and the issuer. A copy has another uuid, and what is neutralized has none.
ISSUER_OWNER = "oauth_provider.issuer_owner"


class OAuthProvider(models.AbstractModel):
    """The provider itself: its issuer, its endpoints and its protected resources."""

    _name = "oauth.provider"
    _description = "OAuth Provider"

    @api.model
    @api.private
    def get_issuer(self):
        """Return the issuer identifier of this database (str, RFC 8414 section 2)."""
        parameters = self.env["ir.config_parameter"].sudo()
        issuer = parameters.get_param(ISSUER)
        return (issuer or parameters.get_param("web.base.url") or "").rstrip("/")

    @api.model
    @api.private
    def get_known_issuers(self):
        """Return the issuer and those that it has been before (list of str).

        An ID token of a former one is still a hint about who signed in.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        former = parameters.get_param(FORMER_ISSUERS) or ""
        return [self.get_issuer(), *former.split()]

    @api.model
    @api.private
    def remember_issuer(self, issuer):
        """Let ``issuer`` (str) stay known, where it has been replaced."""
        known = self.get_known_issuers()
        if issuer and issuer not in known:
            parameters = self.env["ir.config_parameter"].sudo()
            parameters.set_param(FORMER_ISSUERS, "\n".join([*known[1:], issuer]))

    @api.model
    @api.private
    def claim_issuer(self, database=None):
        """Note that the issuer has been given to this very database.

        :param database: ``database.uuid`` (str) of another one whose issuer it is
        """
        parameters = self.env["ir.config_parameter"].sudo()
        issuer = parameters.get_param(ISSUER)
        if issuer:
            database = database or self.env["oauth.provider.key"]._get_database_uuid()
            parameters.set_param(ISSUER_OWNER, f"{database} {issuer.rstrip('/')}")

    @api.model
    @api.private
    def is_issuer_of_original(self):
        """Tell whether this is a copy that still has the issuer of the original."""
        owner = self.env["ir.config_parameter"].sudo().get_param(ISSUER_OWNER) or ""
        database, _blank, issuer = owner.partition(" ")
        return bool(issuer) and (
            issuer == self.get_issuer()
            and database != self.env["oauth.provider.key"]._get_database_uuid()
        )

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

    def _get_origin(self):
        parts = urlsplit(self.get_issuer())
        return f"{parts.scheme}://{parts.netloc}"
