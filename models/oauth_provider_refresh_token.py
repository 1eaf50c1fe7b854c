# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models

from ..storage.foreign_key import no_foreign_key


class OAuthProviderRefreshToken(models.Model):
    _name = "oauth.provider.refresh.token"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Refresh Token"

    used_at = fields.Datetime(
        string="Used On",
        readonly=True,
        copy=False,
        help="When it was exchanged for its successor. Presented once more, its whole"
        " family dies (RFC 9700 section 4.14.2).",
    )

    # Only compared with: its row may be gone, and no number comes again. For a foreign
    # key, PostgreSQL would look for the successor of each row that is removed.
    predecessor_id = fields.Many2one(
        comodel_name="oauth.provider.refresh.token",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
        update_db_foreign_key=no_foreign_key,
        help="The refresh token that this one was exchanged for.",
    )

    _digest_uniq = models.UniqueIndex("(digest)")

    @api.private
    def is_in_grace(self):
        """Tell whether this used token may be presented once more, for a moment.

        Two requests of one application at once are no theft. It ends with the grace
        period of the client, and as soon as a successor has been used: then the first
        answer did arrive.
        """
        self.ensure_one()
        if not self.used_at:
            return False
        grace = timedelta(seconds=self.client_id.refresh_token_grace)
        # Another host's clock may be behind, or this one was set back
        if abs(fields.Datetime.now() - self.used_at) >= grace:
            return False
        return not self.search_count(
            [("predecessor_id", "=", self.id), ("used_at", "!=", False)], limit=1
        )
