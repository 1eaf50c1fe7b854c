# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..models.oauth_provider_redirect_uri import MAX_LENGTH
from .connection_check import MOST_LOOKUPS, ConnectionCheck

#: Characters that the browser may bring of one document.
MOST_SEEN = 100_000


class OAuthProviderTrial(models.TransientModel):
    """*Would It Connect?*: the way of an AI assistant, up to the consent page."""

    _inherit = "oauth.provider.trial"

    endpoint = fields.Char(
        string="MCP Server URL",
        compute="_compute_endpoint",
        store=True,
        readonly=False,
        help="The address that the AI assistant calls.",
    )

    @api.depends("client_id")
    def _compute_endpoint(self):
        for trial in self:
            trial.endpoint = trial._find_endpoint()

    def _find_endpoint(self):
        """Return the MCP server's address (str) that the client is for, or False."""
        lines = (self.client_id.resource_uris or "").split()
        return lines[0] if lines else False

    @api.model
    def check_connection(self, client_id=0, endpoint="", redirect_uri="", seen=None):
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
        self.check_access("create")
        clients = self.env["oauth.provider.client"].with_context(active_test=False)
        client = clients.search([("id", "=", _as_id(client_id))])
        if not client:
            raise ValidationError(self.env._("There is no such client any more."))
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

    @api.model
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


def _as_id(value):
    """Return ``value`` as the id (int) of a record, 0 for what is none."""
    return value if isinstance(value, int) and 0 < value < 2**31 else 0
