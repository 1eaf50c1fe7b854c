# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refused requests, counted: anybody can send any number of them.

Each is counted at once, whatever becomes of its transaction (:mod:`.count_buffer`), in
the row of the client, cause, address and hour. An hour has a bounded number of rows;
what finds no room is counted in one row more. Lines of the log say the same.
"""

import logging
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from ..tools.causes import OTHER
from ..tools.log_line import format_line
from .after_commit import open_apart
from .count_buffer import CountBuffer

#: The log of events has a name of its own, to be sent where one wants it.
_logger = logging.getLogger("odoo.addons.oauth_provider.events")

#: Rows that an hour has at most, but for the one of what finds no room. Those beyond
#: the first number have no address: a flood from many addresses hides no other cause.
MOST_WITH_ADDRESS = 800
MOST_ROWS = 1000
#: What the log calls the address.
ADDRESS = "address"
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
SELECT hour, cause, client_number, COALESCE(address, '')
  FROM oauth_provider_event
 WHERE hour = ANY(%s) AND cause IS NOT NULL
"""
STATEMENT = """
INSERT INTO oauth_provider_event AS kept (
    hour, kind, cause, client_number, client_id, address,
    happened_at, last_at, number, user_id, reason, request
)
SELECT new.hour, 'refused', new.cause, new.client_id,
       (SELECT id FROM oauth_provider_client WHERE id = new.client_id FOR KEY SHARE),
       NULLIF(new.address, ''), new.first, new.last, new.number,
       (SELECT id FROM res_users WHERE id = new.user_id FOR KEY SHARE), new.detail,
       new.request
  FROM unnest(
        %s::timestamp[], %s::varchar[], %s::int[], %s::varchar[],
        %s::timestamp[], %s::timestamp[], %s::int[], %s::int[], %s::varchar[],
        %s::varchar[]
  ) AS new (
        hour, cause, client_id, address, first, last, number, user_id, detail, request
  )
    ON CONFLICT (hour, cause, client_number, COALESCE(address, ''))
 WHERE hour IS NOT NULL AND cause IS NOT NULL
    DO UPDATE SET
       happened_at = LEAST(kept.happened_at, excluded.happened_at),
       last_at = GREATEST(kept.last_at, excluded.last_at),
       number = kept.number + excluded.number,
       user_id = CASE WHEN kept.user_id = excluded.user_id THEN kept.user_id END,
       reason = excluded.reason,
       request = COALESCE(excluded.request, kept.request)
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
    :ivar request: the last authorization request, without its secrets (str), or None
    :ivar logged: how many of them the log tells of
    """

    first: datetime
    last: datetime
    number: int
    user_id: int | None
    detail: str
    names: dict
    request: str | None = None
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
        self.request = other.request or self.request
        # What they have in common
        self.names = {
            name: value
            for name, value in self.names.items()
            if other.names.get(name) == value
        }


def add(registry, refusal, count):
    """Count a request that is refused.

    :param registry: of the database
    :param refusal: :class:`Refusal`
    :param count: :class:`Count`
    """
    buffer.add(registry, refusal, count)


def _fold(refusal, count, has_room):
    """Return (refusal, count) as it finds room: see :mod:`.count_buffer`."""
    drops = ((MOST_WITH_ADDRESS, _without_address), (MOST_ROWS, _without_all))
    for most, drop in drops:
        if not has_room(refusal, most):
            refusal, count = drop(refusal, count)
    return refusal, count


def _without_address(refusal, count):
    """Return (refusal, count) for what finds no room among those of its address."""
    count.names = {**count.names, ADDRESS: None}
    return refusal._replace(address=""), count


def _without_all(refusal, count):
    """Return (refusal, count) for what finds no room of its own."""
    count.user_id, count.detail, count.names = None, "", {}
    count.request = None
    return Refusal(refusal.hour, OTHER, 0, ""), count


def _write(registry, counts):
    """Add ``counts`` ({:class:`Refusal`: :class:`Count`}) to the rows."""
    _log(registry.db_name, counts)
    with open_apart(registry) as cr:
        cr.execute(SETTINGS, log_exceptions=False)
        _lock(cr, counts)
        counts = _find_room(cr, counts)
        rows = [
            (
                *refusal,
                *(count.first, count.last, count.number, count.user_id),
                count.detail or None,
                count.request,
            )
            for refusal, count in sorted(counts.items(), key=lambda item: item[0])
        ]
        columns = [list(column) for column in zip(*rows, strict=True)]
        cr.execute(STATEMENT, columns, log_exceptions=False)


def _lock(cr, counts):
    """Lock what the rows refer to, before any of them: no two wait for each other."""
    clients = sorted({refusal.client_id for refusal in counts})
    users = sorted({count.user_id for count in counts.values() if count.user_id})
    for table, ids in (("oauth_provider_client", clients), ("res_users", users)):
        query = SQL(
            "SELECT FROM %s WHERE id = ANY(%s) ORDER BY id FOR KEY SHARE",
            SQL.identifier(table),
            ids,
        )
        cr.execute(query, log_exceptions=False)


def _find_room(cr, counts):
    """Return ``counts``, together what would be more rows than an hour has room for."""
    hours = list({refusal.hour for refusal in counts})
    cr.execute(FIND, (hours,), log_exceptions=False)
    there = {Refusal(*row) for row in cr.fetchall()}
    rows = Counter(refusal.hour for refusal in there)
    found = {}
    for refusal, count in counts.items():
        # What cannot be stored is counted again as it was
        key, count = refusal, replace(count)
        if key not in there and rows[key.hour] >= MOST_WITH_ADDRESS:
            key, count = _without_address(key, count)
        if key not in there and rows[key.hour] >= MOST_ROWS:
            key, count = _without_all(key, count)
        if key not in there:
            there.add(key)
            rows[key.hour] += 1
        if key in found:
            found[key].add(count)
        else:
            found[key] = count
    return found


def _is_of_nobody(item):
    refusal, _count = item
    return not refusal.client_id


def _log(database, counts):
    """Write a line for each of ``counts``, and one for those that are too many.

    What cannot be stored comes here again: the log tells of it once.
    """
    lines = left = 0
    # Whoever is known first: a flood hides nothing of theirs
    for refusal, count in sorted(counts.items(), key=_is_of_nobody):
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


buffer = CountBuffer("refused requests", _write, _fold)
