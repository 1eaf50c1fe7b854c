# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

HOUR = 3600
DAY = 24 * HOUR
#: Seconds that a person may choose from, the shortest first.
DURATIONS = (HOUR, DAY, 30 * DAY, 90 * DAY)
#: What stands for "until I withdraw it".
UNLIMITED = 0


class OAuthProviderClient(models.Model):
    """For how long people let a client in."""

    _inherit = "oauth.provider.client"

    duration_choice = fields.Boolean(
        string="Let People Choose for How Long",
        help="The consent page offers an hour, a day, 30 and 90 days, beside “until I"
        " withdraw it”. Afterwards the application is asked for again as a new one.",
    )
    max_duration = fields.Integer(
        string="Longest Consent",
        help="Days after which what a person has allowed ends by itself. 0: it lasts"
        " until it is withdrawn.",
    )

    _max_duration_check = models.Constraint(
        "CHECK (max_duration BETWEEN 0 AND 3650)",
        "The longest consent may be from 0 to 3650 days.",
    )

    @api.private
    def get_durations(self):
        """Return the durations (list of int, seconds) that a person may choose from.

        The longest first: it is what applies where nothing is chosen. UNLIMITED stands
        for one without an end.
        """
        self.ensure_one()
        longest = self.max_duration * DAY or UNLIMITED
        if not self.duration_choice:
            return [longest]
        shorter = [known for known in DURATIONS if not longest or known < longest]
        return [longest, *reversed(shorter)]

    @api.private
    def describe_duration(self, seconds):
        """Return a duration of :meth:`get_durations` in words (str)."""
        if seconds == UNLIMITED:
            return self.env._("Until I withdraw it")
        if seconds == HOUR:
            return self.env._("1 hour")
        if seconds == DAY:
            return self.env._("1 day")
        return self.env._("%s days", seconds // DAY)
