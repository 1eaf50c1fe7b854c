# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ordinary issues of tokens, counted: a row for each would be as many as tokens.

Each is counted after its commit (:mod:`.count_buffer`), in the row of the client, user
and hour. A line of the log tells of each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ..tools.address import rate_limit_key
from .after_commit import open_apart
from .count_buffer import CountBuffer

#: Addresses that one row names.
MOST_ADDRESSES = 10
#: Addresses of clients and users that a process remembers at most, twice.
MOST_KNOWN = 10_000
#: Milliseconds to wait for a transaction that deletes a client or a user.
LOCK_TIMEOUT = 2000
#: A crash of PostgreSQL may lose a count: nobody has to wait for a disk.
SETTINGS = (
    f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = {LOCK_TIMEOUT};"
)
#: Between two addresses of one row.
SEPARATOR = ", "
#: What adds to the rows. It waits for a client or user that is being deleted, and
#: leaves it out.
STATEMENT = """
INSERT INTO oauth_provider_event AS kept (
    hour, kind, client_id, user_id, grant_number,
    happened_at, last_at, number, address, reason
)
SELECT new.hour, new.kind,
       (SELECT id FROM oauth_provider_client WHERE id = new.client_id FOR KEY SHARE),
       (SELECT id FROM res_users WHERE id = new.user_id FOR KEY SHARE),
       new.grant_number, new.first, new.last, new.number, new.address, new.reason
  FROM unnest(
        %s::timestamp[], %s::varchar[], %s::int[], %s::int[], %s::int[],
        %s::timestamp[], %s::timestamp[], %s::int[], %s::varchar[], %s::varchar[]
  ) AS new (
        hour, kind, client_id, user_id, grant_number,
        first, last, number, address, reason
  )
    ON CONFLICT (client_id, user_id, kind, COALESCE(grant_number, 0), hour)
 WHERE hour IS NOT NULL AND cause IS NULL
    DO UPDATE SET
       happened_at = LEAST(kept.happened_at, excluded.happened_at),
       last_at = GREATEST(kept.last_at, excluded.last_at),
       number = kept.number + excluded.number,
       reason = excluded.reason,
       address = CASE WHEN kept.address = excluded.address THEN kept.address ELSE (
            SELECT string_agg(address, %s ORDER BY place) FROM (
                SELECT address, min(place) AS place FROM unnest(string_to_array(
                    concat_ws(%s, kept.address, excluded.address), %s
                )) WITH ORDINALITY AS each (address, place)
                 GROUP BY address ORDER BY min(place) LIMIT %s
            ) AS listed
       ) END
"""


class Issue(NamedTuple):
    """What is counted together; without a grant its number is None."""

    hour: datetime
    kind: str
    client_id: int
    user_id: int
    grant_number: int | None


@dataclass(slots=True)
class _Count:
    first: datetime
    last: datetime
    number: int
    addresses: list
    reason: str

    def add(self, other):
        """Add what was counted besides, earlier or later."""
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.number += other.number
        self.reason = other.reason
        for address in other.addresses:
            if len(self.addresses) < MOST_ADDRESSES and address not in self.addresses:
                self.addresses.append(address)


#: (database, client, user, address) of what this process has issued: what is recent,
#: and what was so before.
_known = [{}, {}]


def is_known(database, client_id, user_id, address):
    """Tell whether this process has issued to a client and user at ``address`` (str).

    Of IPv6 from its network: one caller has billions of addresses there. What it has
    forgotten counts as new.
    """
    key = (database, client_id, user_id, address)
    if key in _known[0]:
        return True
    if key not in _known[1]:
        network = (database, client_id, user_id, rate_limit_key(address))
        if network not in _known[0] and network not in _known[1]:
            return False
    remember(*key)
    return True


def remember(database, client_id, user_id, address):
    """Remember ``address`` (str), see :func:`is_known`."""
    if len(_known[0]) >= MOST_KNOWN:
        _known[:] = {}, _known[0]
    for one in (address, rate_limit_key(address)):
        _known[0][(database, client_id, user_id, one)] = True


def add(registry, issue, happened_at, address, reason):
    """Count an issue, after its commit; see :mod:`.count_buffer`.

    :param registry: of the database
    :param issue: :class:`Issue`
    :param happened_at: datetime
    :param address: IP address (str), or an empty one
    :param reason: grant type (str)
    """
    addresses = [address] if address else []
    count = _Count(happened_at, happened_at, 1, addresses, reason)
    buffer.add(registry, issue, count)


def _write(registry, counts):
    """Add ``counts`` ({:class:`Issue`: count}) to the rows of the database."""
    # All processes in the same order: none waits for one that waits for it
    rows = [
        (
            *issue,
            *(count.first, count.last, count.number),
            SEPARATOR.join(count.addresses) or None,
            count.reason,
        )
        for issue, count in sorted(counts.items(), key=_get_order)
    ]
    columns = [list(column) for column in zip(*rows, strict=True)]
    last = (SEPARATOR, SEPARATOR, SEPARATOR, MOST_ADDRESSES)
    with open_apart(registry) as cr:
        cr.execute(SETTINGS + STATEMENT, (*columns, *last), log_exceptions=False)


def _get_order(item):
    issue, _count = item
    return (*issue[:4], issue.grant_number or 0)


buffer = CountBuffer("issued tokens", _write)
