# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is to be reached, as ratios within one run."""

from dataclasses import dataclass

BARE = "bare route"


@dataclass(frozen=True)
class Goal:
    """``row`` is at least ``least`` times as fast as the row ``base``."""

    row: str
    least: float
    base: str = BARE

    def ratios(self, rows):
        """Return the ratios that were measured, one of each round (list)."""
        if self.base == BARE:
            return rows[self.row].ratios
        # One that did not answer at all in a short run counts as one answer
        least = 1 / sum(run.requests or 1 for run in rows[self.base].runs)
        return [
            now.rate / max(base.rate, least)
            for now, base in zip(rows[self.row].runs, rows[self.base].runs, strict=True)
        ]


GOALS = (
    Goal("tokeninfo", 0.85),
    Goal("userinfo", 0.8),
    Goal("introspection", 0.85),
    Goal("/json/2, OAuth token", 1, "/json/2, API key"),
    Goal("client credentials, random", 0.6),
    Goal("client credentials, random", 20, "toolkit: client credentials"),
    Goal("code, random", 0.5),
    Goal("code, jwt ES256", 0.45),
    Goal("refresh, random", 0.5),
    Goal("refresh, jwt ES256", 0.45),
)
#: {way to find the database: by how much more a request of the provider may cost there
#: than with ``db_name``}.
MOST_IN_WAY = {
    "dbfilter": 0.05,
    "dbfilter ^%d$": 0.05,
    "dbfilter, pattern": 0.05,
    "two databases, path": 0.1,
}
#: New connections a request that are no part of finding the database: a worker may
#: still open one that it keeps.
FEW_CONNECTIONS = 0.005
#: By how much more a request may cost in a large database than in a small one.
NOISE = 0.1
