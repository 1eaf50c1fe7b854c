# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from .oauth_provider_scope_change import CONTENT
from .oauth_provider_scope_domain import is_same_domain


class OAuthProviderScope(models.Model):
    """Whom a scope concerns: who holds it now, and what it opens to one person."""

    _inherit = "oauth.provider.scope"

    client_count = fields.Integer(string="Clients", compute="_compute_reach")
    person_count = fields.Integer(string="People", compute="_compute_reach")
    token_count = fields.Integer(string="Live Tokens", compute="_compute_reach")
    asks_again = fields.Boolean(
        compute="_compute_asks_again",
        help="The changes that are not saved yet open more: whoever holds the scope is"
        " asked again.",
    )

    def _compute_reach(self):
        holders = Domain("client_id.active", "=", True) & Domain(
            [("revoked_at", "=", False), ("user_id.active", "=", True)]
        )
        live = holders & Domain("expires_at", ">", fields.Datetime.now())
        of_these = Domain("scope_ids", "in", self.ids)
        clients = self._count("oauth.provider.client", of_these, "__count")
        people = self._count(
            "oauth.provider.grant", holders & of_these, "user_id:count_distinct"
        )
        tokens = self.env["oauth.provider.token"].count_by_scope(live & of_these)
        for scope in self:
            origin = scope._origin
            scope.client_count = clients.get(origin, 0)
            scope.person_count = people.get(origin, 0)
            scope.token_count = tokens.get(origin.id, 0)

    def _count(self, model, domain, aggregate):
        """Return {scope: what the aggregate finds} for the records of ``domain``."""
        groups = self.env[model]._read_group(domain, ["scope_ids"], [aggregate])
        return dict(groups)

    @api.depends(*CONTENT, "domain")
    def _compute_asks_again(self):
        for scope in self:
            before = scope._origin
            is_redrawn = before.filter_id and not is_same_domain(
                scope.domain or "[]", before.domain or "[]"
            )
            scope.asks_again = bool(
                before and (is_redrawn or scope._is_wider_than(before._get_content()))
            )

    @api.private
    def get_preview(self, model, limit):
        """Return what these scopes open on ``model`` to the environment's user.

        :param model: name of the model
        :param limit: largest number of records
        :return: (values of ``read`` (list of dict), number of records that there are)
        :raise AccessError: when the user may not read the model or one of the fields
        """
        ids, total = self.search_ids(model, None, "", limit, 0)
        narrowed = self.with_context(oauth_ids=ids, bin_size=True)
        opened = narrowed.get_data_for_model(model)
        return [opened[identifier] for identifier in ids if identifier in opened], total

    def action_preview(self):
        """Open the records that this scope opens to one person."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What “%s” Opens", self.name),
            "res_model": "oauth.provider.scope.preview",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_scope_id": self.id, "dialog_size": "extra-large"},
        }

    def action_view_clients(self):
        """Open the clients that may ask for this scope."""
        return self._view_holders("oauth_provider_client_action")

    def action_view_grants(self):
        """Open what people have allowed of this scope."""
        return self._view_holders(
            "oauth_provider_grant_action", {"search_default_live": 1}
        )

    def action_view_tokens(self):
        """Open the tokens that have this scope."""
        return self._view_holders(
            "oauth_provider_token_action", {"search_default_live": 1}
        )

    def _view_holders(self, name, context=None):
        self.ensure_one()
        self.check_access("read")
        actions = self.env["ir.actions.act_window"]
        return {
            **actions._for_xml_id(f"oauth_provider.{name}"),
            "domain": [("scope_ids", "in", self.ids)],
            "context": context or {},
        }
