# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple

from odoo import api, models

from ..storage.cache import cached_committed

#: What is known of a scope without its record.
Known = namedtuple("Known", ["code", "model"])


class OAuthProviderScope(models.Model):
    """What each worker knows of all scopes: their codes, their order."""

    _inherit = "oauth.provider.scope"

    @api.model
    @api.private
    def get_codes(self):
        """Return the codes of all scopes (list of str), in the order of the model."""
        return [known.code for known in self.get_known().values()]

    @api.private
    def in_order(self, ids):
        """Return the ``ids`` of scopes (list) in the order of the model."""
        known, wanted = self.get_known(), set(ids)
        ordered = [id_ for id_ in known if id_ in wanted]
        return ordered + [id_ for id_ in ids if id_ not in known]

    @api.model
    @api.private
    @cached_committed()
    def get_known(self):
        """Return {id of a scope: :class:`Known`}, in the order of the model.

        Another thread may have deleted one that this transaction still sees: whoever
        asks for it does without.
        """
        return {
            scope.id: Known(scope.code, scope.model) for scope in self.sudo().search([])
        }

    @api.private
    def list_codes(self):
        """Return the codes of these scopes (list of str), without reading them."""
        return self.get_codes_of(self._ids)

    @api.model
    @api.private
    def get_codes_of(self, ids):
        """Return the codes (list of str) of the scopes with these ``ids``."""
        known = self.get_known()
        return [known[id_].code for id_ in ids if id_ in known]

    @api.private
    def with_codes(self, codes):
        """Return those of these scopes whose code is one of ``codes``."""
        known = self.get_known()
        return self.browse(
            id_ for id_ in self._ids if id_ in known and known[id_].code in codes
        )

    @api.model
    @api.private
    def get_allowed_ids(self, held, of_client, granted, declined):
        """Return which scopes of a credential its client may still have (list of ids).

        :param held: ids of its scopes, in order
        :param of_client: ids of those that the client may ask for
        :param granted: ids of those that the person allowed, None if nobody was asked
        :param declined: ids of those that the person left out
        """
        known = self.get_known()
        return [
            id_
            for id_ in held
            if id_ in of_client
            and id_ in known
            and (granted is None or id_ in granted)
            and (id_ not in declined or not self._is_optional(known[id_].code))
        ]

    @api.model
    def _is_optional(self, code):
        """Tell whether a person may leave out the scope with this ``code``."""
        return code != "openid"

    @api.private
    def optional(self):
        """Return those of these scopes that a person may leave out on the consent page.

        ``openid`` is what signing in means: who does not want it presses Deny.
        """
        return self.filtered(lambda scope: self._is_optional(scope.code))
