# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

#: Expired grants that one run of the housekeeping closes.
BATCH = 1000


class OAuthProviderGrant(models.Model):
    """Until when a grant is in force."""

    _inherit = "oauth.provider.grant"

    expires_at = fields.Datetime(
        string="Until",
        readonly=True,
        help="When this grant ends by itself, as the person chose or the client wants"
        " it. Empty: it lasts until it is withdrawn.",
    )
    state = fields.Selection(
        selection=[
            ("live", "In Force"),
            ("expired", "Expired"),
            ("withdrawn", "Withdrawn"),
        ],
        compute="_compute_state",
        compute_sudo=True,
    )

    _expires_at_index = models.Index("(expires_at) WHERE revoked_at IS NULL")

    @api.depends("expires_at", "revoked_at")
    def _compute_state(self):
        now = fields.Datetime.now()
        for grant in self:
            end = grant.revoked_at or now
            if grant.expires_at and grant.expires_at <= end:
                grant.state = "expired"
            else:
                grant.state = "withdrawn" if grant.revoked_at else "live"

    @api.model
    @api.private
    def live_domain(self):
        """Return the domain (Domain) of the grants that are in force at this moment."""
        return Domain("revoked_at", "=", False) & (
            Domain("expires_at", "=", False)
            | Domain("expires_at", ">", fields.Datetime.now())
        )

    @api.private
    def is_live(self):
        """Tell whether this grant is in force. No grant at all is not."""
        return bool(self) and self.state == "live"

    @api.private
    def cap(self, moment):
        """Return the earlier of ``moment`` (datetime) and the end of this grant."""
        end = self.expires_at
        return min(moment, end) if end else moment

    @api.private
    def last_for(self, duration):
        """Let this grant end by itself.

        :param duration: seconds from the consent on; 0 for no end
        """
        self.ensure_one()
        start = self.consented_at or fields.Datetime.now()
        self.expires_at = bool(duration) and start + timedelta(seconds=duration)

    @api.private
    def get_duration(self):
        """Return the seconds for which the person let the client in; 0 for no end."""
        if not (self.expires_at and self.consented_at):
            return 0
        return int((self.expires_at - self.consented_at).total_seconds())

    @api.autovacuum
    def _gc_expired(self):
        # Whatever looks at the date of withdrawal sees that they have ended
        expired = Domain("revoked_at", "=", False) & Domain(
            "expires_at", "<=", fields.Datetime.now()
        )
        grants = self.search(expired, limit=BATCH)
        grants.withdraw()
        return len(grants), len(grants) == BATCH
