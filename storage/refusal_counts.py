# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refused requests, counted: anybody can send any number of them.

Each is counted at once, whatever becomes of its transaction, see :mod:`.gathering`, in
the row of the client, cause, address and hour. An hour has a bounded number of rows;
what finds no room is counted in one row more. Lines of the log say the same.
"""

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ..tools.causes import OTHER
from ..tools.log_line import format_line
from .after_commit import open_apart
from .gathering import Gathering

#: The log of events has a name of its own, to be sent where one wants it.
_logger = logging.getLogger("odoo.addons.oauth_provider.events")

#: Rows that an hour has at most, but for the one of what finds no room.
MOST_ROWS = 1000
#: Lines that a worker logs in a second at most.
MOST_LINES = 100
#: Milliseconds to wait for a transaction that deletes a client or a user.
LOCK_TIMEOUT = 2000
#: A crash of PostgreSQL may lose a count: nobody has to wait for a disk. One process
#: at a time: the rows of an hour are counted before some are added.
SETTINGS = (
    f"SET LOCAL synchronous_commit = off; SET LOCAL lock_timeout = {LOCK_TIMEOUT};"
    " SELECT pg_advisory_xact_lock(hashtext('oauth_provider.refusal_counts'));"
)
FIND = """
SELECT hour, cause, COALESCE(client_id, 0), COALESCE(address, '')
  FROM oauth_provider_event
 WHERE hour = ANY(%s) AND cause IS NOT NULL
"""
STATEMENT = """
INSERT INTO oauth_provider_event AS kept (
    hour, kind, cause, client_id, address,
    happened_at, last_at, number, user_id, reason
)
SELECT new.hour, 'refused', new.cause,
       (SELECT id FROM oauth_provider_client WHERE id = new.client_id FOR KEY SHARE),
       NULLIF(new.address, ''), new.first, new.last, new.number,
       (SELECT id FROM res_users WHERE id = new.user_id FOR KEY SHARE), new.detail
  FROM unnest(
        %s::timestamp[], %s::varchar[], %s::int[], %s::varchar[],
        %s::timestamp[], %s::timestamp[], %s::int[], %s::int[], %s::varchar[]
  ) AS new (hour, cause, client_id, address, first, last, number, user_id, detail)
    ON CONFLICT (hour, cause, COALESCE(client_id, 0), COALESCE(address, ''))
 WHERE hour IS NOT NULL AND cause IS NOT NULL
    DO UPDATE SET
       happened_at = LEAST(kept.happened_at, excluded.happened_at),
       last_at = GREATEST(kept.last_at, excluded.last_at),
       number = kept.number + excluded.number,
       user_id = CASE WHEN kept.user_id = excluded.user_id THEN kept.user_id END,
       reason = excluded.reason
"""


class Refusal(NamedTuple):
    """What is counted together.

    :ivar hour: when, the beginning of the hour (datetime)
    :ivar cause: key of one of :data:`..tools.causes.CAUSES` (str)
    :ivar client_id: whose request it was (int); 0 where it proves and names none
    :ivar address: IP address, of IPv6 the network (str)
    """

    hour: datetime
    cause: str
    client_id: int
    address: str


@dataclass(slots=True)
class Count:
    """How often, and what else is known of it.

    :ivar first: when it happened first (datetime)
    :ivar last: when it happened last (datetime)
    :ivar number: how often
    :ivar user_id: whose account it was always about (int), or None
    :ivar detail: what else is known of the last one (str)
    :ivar names: what the log says of it: {name: value}
    :ivar logged: how many of them the log tells of
    """

    first: datetime
    last: datetime
    number: int
    user_id: int | None
    detail: str
    names: dict
    logged: int = 0

    def add(self, other):
        """Add what was counted besides, earlier or later."""
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.number += other.number
        self.logged += other.logged
        if self.user_id != other.user_id:
            self.user_id = None
        self.detail = other.detail


def add(registry, refusal, count):
    """Count a request that is refused.

    :param registry: of the database
    :param refusal: :class:`Refusal`
    :param count: :class:`Count`
    """
    if not gathering.has_room(registry.db_name):
        refusal, count = _without_details(refusal, count)
    gathering.add(registry, refusal, count)


def _without_details(refusal, count):
    """Return (refusal, count) for what finds no room of its own."""
    count.user_id, count.detail, count.names = None, "", {}
    return Refusal(refusal.hour, OTHER, 0, ""), count


def _write(registry, counts):
    """Add ``counts`` ({:class:`Refusal`: :class:`Count`}) to the rows."""
    _log(registry.db_name, counts)
    with open_apart(registry) as cr:
        cr.execute(SETTINGS, log_exceptions=False)
        counts = _find_room(cr, counts)
        rows = [
            (
                *refusal,
                *(count.first, count.last, count.number, count.user_id),
                count.detail or None,
            )
            for refusal, count in sorted(counts.items(), key=lambda item: item[0])
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        cr.execute(STATEMENT, columns, log_exceptions=False)


def _find_room(cr, counts):
    """Return ``counts``, together what would be more rows than an hour has room for."""
    hours = list({refusal.hour for refusal in counts})
    cr.execute(FIND, (hours,), log_exceptions=False)
    there = {Refusal(*row) for row in cr.fetchall()}
    rows = Counter(refusal.hour for refusal in there if refusal.cause != OTHER)
    found = {}
    for refusal, count in counts.items():
        # What cannot be stored is counted again as it was
        kept = refusal, replace(count)
        if refusal not in there and refusal.cause != OTHER:
            rows[refusal.hour] += 1
            if rows[refusal.hour] > MOST_ROWS:
                kept = _without_details(*kept)
        if kept[0] in found:
            found[kept[0]].add(kept[1])
        else:
            found[kept[0]] = kept[1]
    return found


def _log(database, counts):
    """Write a line for each of ``counts``, and one for those that are too many.

    What cannot be stored comes here again: the log tells of it once.
    """
    lines = left = 0
    for refusal, count in counts.items():
        new = count.number - count.logged
        count.logged = count.number
        if not new:
            continue
        lines += 1
        if lines > MOST_LINES:
            left += new
        else:
            values = {"event": "refused", "cause": refusal.cause, **count.names}
            values |= {"reason": count.detail, "times": new > 1 and new, "db": database}
            _logger.info("%s", format_line(values))
    if left:
        values = {"event": "refused", "cause": OTHER, "times": left, "db": database}
        _logger.info("%s", format_line(values))


gathering = Gathering("refused requests", _write)
