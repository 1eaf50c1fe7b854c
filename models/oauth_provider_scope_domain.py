# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import ast

from odoo import api, fields, models
from odoo.exceptions import AccessError


def is_same_domain(one, other):
    """Tell whether two texts (str) are one domain, but for blanks and quotes.

    The browser writes a domain in its own way as soon as it is touched.
    """
    if one == other:
        return True
    try:
        return ast.dump(ast.parse(one, mode="eval")) == ast.dump(
            ast.parse(other, mode="eval")
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False


class OAuthProviderScope(models.Model):
    """A domain that is drawn in the form of the scope, without a detour by a filter.

    It is kept in a filter all the same, as everything else reads it there: one that
    belongs to this scope alone, archived, so that nobody has it among the favorites.
    """

    _inherit = "oauth.provider.scope"

    domain = fields.Char(
        string="Records",
        compute="_compute_domain",
        inverse="_inverse_domain",
        help="Only the records that match. Without a condition, every record that the"
        " user may read.",
    )
    has_own_filter = fields.Boolean(
        readonly=True,
        copy=False,
        help="The filter was drawn in the form of this scope and belongs to it alone.",
    )

    @api.depends("filter_id.domain")
    def _compute_domain(self):
        # A filter of somebody else may be used, but its text is not for everybody
        readable = self.filter_id._filtered_access("read")
        for scope in self:
            if scope.filter_id and scope.filter_id not in readable:
                scope.domain = False
            else:
                scope.domain = scope.filter_id.domain or "[]"

    def _inverse_domain(self):
        for scope in self:
            domain = (scope.domain or "[]").strip()
            if is_same_domain(domain, scope.filter_id.domain or "[]"):
                continue
            if is_same_domain(domain, "[]"):
                scope.filter_id = False
            elif scope.has_own_filter:
                scope.filter_id.domain = domain
            else:
                # Never into a favorite that people use: it is no longer meant then
                scope.filter_id = scope._create_own_filter(domain)
                scope.sudo().has_own_filter = True

    def _create_own_filter(self, domain):
        self.ensure_one()
        return self.env["ir.filters"].create(
            {
                "name": self.env._("OAuth scope %s", self.code),
                "model_id": self.model,
                "domain": domain,
                "user_ids": False,
                "active": False,
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_filter(vals)
        # Nor is a default of the context for everybody
        return super().create([{"has_own_filter": False, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_own_filter(vals)
        before = {scope: scope.filter_id for scope in self if scope.has_own_filter}
        result = super().write(vals)
        for scope, own in before.items():
            if scope.filter_id != own:
                scope.sudo().has_own_filter = False
                own._remove_unused_own()
        return result

    def _check_own_filter(self, vals):
        """Raise AccessError where a filter of people would be taken for a scope's."""
        if not self.env.su and "has_own_filter" in vals:
            raise AccessError(
                self.env._("Whose filter it is, is told by how it was made.")
            )

    def unlink(self):
        own = self.filtered("has_own_filter").filter_id
        result = super().unlink()
        own._remove_unused_own()
        return result

    @api.model
    def _remove_own_filters(self):
        """Delete every filter that belongs to a scope, before the scopes go too."""
        scopes = self.sudo().search([("has_own_filter", "=", True)])
        # Filters of people are not archived from the start
        scopes = scopes.filtered(lambda scope: not scope.filter_id.active)
        scopes.filter_id = False

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for scope, vals in zip(self, vals_list, strict=True):
            if scope.has_own_filter and not (default and "filter_id" in default):
                vals.update(filter_id=False, domain=scope.domain)
        return vals_list
