# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dataclasses import asdict

from odoo import api, models

from ..models.oauth_provider_redirect_uri import MAX_LENGTH
from .connection_check import MOST_LOOKUPS, ConnectionCheck, Step

#: Where most MCP servers are.
USUAL_PATH = "/mcp"
#: Characters that the browser may bring of one document.
MOST_SEEN = 100_000


class OAuthProviderConnection(models.AbstractModel):
    """*Would It Connect?* in *Try It*: the way of an AI assistant to the consent."""

    _name = "oauth.provider.connection"
    _description = "OAuth Provider Connection of an AI Assistant"

    @api.model
    def propose(self, client_id=0):
        """Return the address (str) of the MCP server that a client is for, or "".

        :param client_id: id of the client (int)
        :raise AccessError: for anyone but a manager
        """
        client, provider = self._find_client(client_id), self.env["oauth.provider"]
        if client.resource_ids:
            return client.resource_ids[0].uri
        if not provider.find_protected_routes(USUAL_PATH):
            return ""
        return provider.get_called_resource(USUAL_PATH)

    @api.model
    def check_steps(self, client_id=0, endpoint="", redirect_uri="", seen=None):
        """Return what became of each step, and what the browser has to look up next.

        Nothing is issued, stored or counted, and Odoo itself calls no address.

        :param client_id: id of the client (int)
        :param endpoint: address of the MCP server (str)
        :param redirect_uri: where the assistant wants people back (str)
        :param seen: see :class:`.connection_check.ConnectionCheck`
        :return: dict with ``steps``, and with ``lookup`` unless it is done
        :raise AccessError: for anyone but a manager
        :raise ValidationError: for an address that nothing could call
        """
        client = self._find_client(client_id)
        if not client:
            gone = self.env._("There is no such client any more.")
            return {"steps": [asdict(Step(gone, "failed", ""))]}
        endpoint = str(endpoint or "").strip()
        self.env["oauth.provider.redirect.uri"]._check_uri(endpoint, web_only=True)
        check = ConnectionCheck(
            client,
            endpoint,
            str(redirect_uri or "").strip()[:MAX_LENGTH],
            self._read_seen(seen),
            self.env["ir.http"]._oauth_get_address(),
        )
        steps, lookup = check.run()
        return {"steps": steps, "lookup": lookup} if lookup else {"steps": steps}

    def _find_client(self, client_id):
        """Return the client (record, maybe archived) that a manager asks about.

        None at all, if it is not there any more.
        """
        self.env["oauth.provider.trial"].check_access("create")
        clients = self.env["oauth.provider.client"].with_context(active_test=False)
        is_id = isinstance(client_id, int) and 0 < client_id < 2**31
        return clients.search([("id", "=", client_id if is_id else 0)])

    def _read_seen(self, seen):
        """Return what a browser brings in the form that the check expects (dict)."""
        known, seen = {}, seen if isinstance(seen, dict) else {}
        for url, found in list(seen.items())[: MOST_LOOKUPS + 1]:
            found = found if isinstance(found, dict) else {}
            status = found.get("status")
            known[url] = {
                "status": status if isinstance(status, int) else 0,
                "same_origin": bool(found.get("same_origin")),
                **{
                    name: str(found.get(name) or "")[:MOST_SEEN]
                    for name in ("challenge", "body", "error")
                },
            }
        return known
