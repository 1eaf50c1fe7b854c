# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import AccessError

from ..storage.cache import invalidate

#: Fields on which it depends what a scope with the filter opens.
NARROWING = frozenset({"domain", "model_id"})
#: And on which it depends who may read, change and delete the filter.
SHARING = frozenset({"active", "user_ids"})


class IrFilters(models.Model):
    _inherit = "ir.filters"

    def write(self, vals):
        # Any employee may change a shared filter: one that narrows a scope would
        # open more records to every application that has the scope, and managers could
        # not read one that somebody has made a filter of the own.
        if not self.env.su and (NARROWING | SHARING) & vals.keys():
            self._check_oauth_scopes()
        result = super().write(vals)
        if NARROWING & vals.keys():
            # Whether or not a scope uses them: one may, in another transaction
            invalidate(self.env)
            scopes = self.env["oauth.provider.scope"].sudo()
            found = scopes.search([("filter_id", "in", self.ids)])
            found._check_model()
            found._check_filter()
            # Nobody can tell whether another domain opens more
            found = found.with_env(found.env(user=self.env.user))
            found._check_sensitive()
            what = f"filter {' '.join(sorted(NARROWING & vals.keys()))}"
            found.revoke_from_holders(found._log_event(what))
        return result

    def _check_oauth_scopes(self):
        """Raise AccessError where a scope stands on one of these filters.

        OAuth Provider Managers may change them.
        """
        if self.env.user.has_group("oauth_provider.group_oauth_provider_manager"):
            return
        scope = (
            self.env["oauth.provider.scope"]
            .sudo()
            .search([("filter_id", "in", self.ids)], limit=1)
        )
        if scope and self.env["ir.http"]._oauth_get_error_answer() is not None:
            # An application may change the one without reading the names of either
            raise AccessError(
                self.env._(
                    "This filter narrows an OAuth scope. Only an OAuth Provider Manager"
                    " may change it."
                )
            )
        if scope:
            raise AccessError(
                self.env._(
                    "The filter “%(filter)s” narrows the OAuth scope “%(scope)s”. Only"
                    " an OAuth Provider Manager may change it; save yours under"
                    " another name.",
                    filter=scope.filter_id.name,
                    scope=scope.name,
                )
            )

    def _remove_unused_own(self):
        """Delete those of these filters, drawn for one scope, that no scope uses.

        Whoever may read them: they belong to the scope.
        """
        own, scopes = self.sudo(), self.env["oauth.provider.scope"].sudo()
        used = scopes.search([("filter_id", "in", own.ids)]).filter_id
        (own - used).unlink()
