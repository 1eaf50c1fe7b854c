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
    :ivar way_turns: how often each is measured in each way to find the database
    :ivar way_requests: how many are sent in each of these turns
    :ivar narrow: how often each call with narrow scopes is measured: (rounds, turns of
        a round, depths of the stack at which it begins)
    :ivar flat_rounds: how often each is measured in each database of the flat part
    :ivar flat_seconds: how long, each time
    :ivar tokens: access tokens that each large database of it has (tuple)
    :ivar clients: clients that they have; each has ten grants
    :ivar memory: of PostgreSQL, for what it has read (``shared_buffers``)
    """

    rounds: int
    seconds: int
    warm_up: int
    way_turns: int
    way_requests: int
    narrow: tuple
    flat_rounds: int
    flat_seconds: int
    tokens: tuple
    clients: int
    memory: str


SIZES = {
    # For its code path alone: figures of it say nothing
    "small": Size(1, 1, 0, 1, 2, (2, 1, 1), 1, 1, (2_000,), 20, "256MB"),
    "full": Size(
        *(32, 1, 1, 77, 10, (15, 2, 8), 12, 2),
        *((1_000_000, 10_000_000), 10_000, "6GB"),
    ),
}
