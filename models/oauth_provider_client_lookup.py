# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ..storage.cache import cached_committed


class OAuthProviderClient(models.Model):
    """Finding a client by its name in the protocol."""

    _inherit = "oauth.provider.client"

    _core = frozenset(
        {
            "active",
            "client_type",
            "group_ids",
            "identifier",
            "is_resource_server",
            "name",
            "scope_ids",
            "skip_authorization",
            "token_endpoint_auth_method",
            "userinfo_signed_response_alg",
        }
    )

    @api.private
    def find_by_identifier(self, identifier, core=False):
        """Return the active client with this ``identifier`` (str), or none.

        :param core: whether few of its values are needed, see :meth:`prefetch_core`
        """
        if identifier and "\x00" in identifier:
            return self.browse()
        try:
            client = self.browse(self._get_id(identifier))
        except LookupError:
            return self.browse()
        client = client.prefetch_core() if core else client.prefetch()
        return client if client.active else client.browse()

    @api.model
    @cached_committed("identifier")
    def _get_id(self, identifier):
        """Return the id of the client with this ``identifier``, archived or not.

        :raise LookupError: for none: anybody may ask for names, and fill the cache
        """
        clients = self.with_context(active_test=False)
        return clients.search([("identifier", "=", identifier)], limit=1)._ids[0]
