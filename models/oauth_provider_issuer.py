# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlsplit

from odoo import api, models

#: System parameters: the issuer, and those that it has been before, a line each.
ISSUER = "oauth_provider.issuer"
FORMER_ISSUERS = "oauth_provider.former_issuers"
#: System parameter: ``database.uuid`` of the database that the issuer was given to, a
#: blank, and the issuer. A copy has another uuid, and what is neutralized has none.
ISSUER_OWNER = "oauth_provider.issuer_owner"


class OAuthProviderIssuer(models.AbstractModel):
    """The issuer of the provider, and those that it has been before."""

    _inherit = "oauth.provider"

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

    def _get_origin(self):
        parts = urlsplit(self.get_issuer())
        return f"{parts.scheme}://{parts.netloc}"
