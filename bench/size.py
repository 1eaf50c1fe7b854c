# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How much is measured."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """One size of the benchmark.

    :ivar rounds: how often each request is measured
    :ivar seconds: how long, each time
    :ivar warm_up: seconds before, which do not count; 0 for none
    :ivar flat_rounds: rounds on the large database, and on the small one before
    :ivar tokens: access tokens that the large database has
    :ivar clients: clients that it has; each has ten grants
    """

    rounds: int
    seconds: int
    warm_up: int
    flat_rounds: int
    tokens: int
    clients: int


SIZES = {
    # For its code path alone: figures of it say nothing
    "small": Size(1, 1, 0, 0, 2_000, 20),
    "full": Size(5, 3, 2, 3, 1_000_000, 10_000),
}
