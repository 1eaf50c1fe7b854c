# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..tools.kept import kept


class OAuthProviderClient(models.Model):
    """Finding a client by its name in the protocol."""

    _inherit = "oauth.provider.client"

    @api.private
    def find_by_identifier(self, identifier):
        """Return the active client with this ``identifier`` (str), or none."""
        if identifier and "\x00" in identifier:
            return self.browse()
        try:
            client = self.browse(self._get_id(identifier)).warm()
        except LookupError:
            return self.browse()
        return client if client.active else client.browse()

    @api.model
    @kept("identifier")
    def _get_id(self, identifier):
        """Return the id of the client with this ``identifier``, archived or not.

        :raise LookupError: for none: anybody may ask for names, and fill the cache
        """
        clients = self.with_context(active_test=False)
        return clients.search([("identifier", "=", identifier)], limit=1)._ids[0]
