# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ordinary issues of tokens, counted: a row for each would be as many as tokens.

A worker gathers what it has issued for a second, after the commit of each, and adds it
to the row of the client, user and hour, in a transaction of its own. What is gathered
is bounded; where it cannot be written, it is tried again for some minutes. It is
written too when the process ends or restarts. If the process is killed, the counts of
its last second are lost, never a line of the log.
"""

import atexit
import logging
import os
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import psycopg2

from odoo.service.server import CommonServer

from ..tools.address import rate_limit_key
from .after_commit import open_apart

_logger = logging.getLogger(__name__)

#: Seconds for which issues are gathered. At 0 each is written at once.
WINDOW = 1.0
#: Rows that wait at most in one database. Where there are more, each issue has a row of
#: its own again, which its request writes.
MOST_ROWS = 1000
#: Addresses that one row names.
MOST_ADDRESSES = 10
#: Addresses of clients and users that a process remembers at most, twice.
MOST_KNOWN = 10_000
#: How often it is tried to write, and for how long (seconds) it rests between two
#: attempts at most: six minutes in all.
MOST_ATTEMPTS = 12
LONGEST_REST = 64
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
 WHERE hour IS NOT NULL
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


class _Waiting:
    """What waits to be written into one database.

    :ivar registry: of the database
    :ivar counts: {:class:`Issue`: :class:`_Count`}
    :ivar attempts: how often it could not be written
    :ivar not_before: when it is tried again (monotonic seconds)
    """

    def __init__(self, registry):
        self.registry = registry
        self.counts = {}
        self.attempts = 0
        self.not_before = 0.0

    def add(self, issue, count):
        """Add ``count`` to what is counted as ``issue``."""
        if found := self.counts.get(issue):
            found.add(count)
        else:
            self.counts[issue] = count


class _Gathered:
    """What this process has gathered.

    :ivar lock: held for a moment, to change the rest
    :ivar writing: held while something is written
    :ivar waiting: {name of a database: :class:`_Waiting`}
    :ivar timer: thread that writes it, once the time has come
    :ivar is_ending: whether the process is, so that nothing is gathered any more
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.writing = threading.Lock()
        self.waiting = {}
        self.timer = None
        self.is_ending = False


_gathered = _Gathered()
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


def has_room(database):
    """Tell whether one more row may wait to be written into ``database`` (str)."""
    waiting = _gathered.waiting.get(database)
    return waiting is None or len(waiting.counts) < MOST_ROWS


def add(registry, issue, happened_at, address, reason):
    """Count an issue, after its commit; it is written within :data:`WINDOW`.

    :param registry: of the database
    :param issue: :class:`Issue`
    :param happened_at: datetime
    :param address: IP address (str), or an empty one
    :param reason: grant type (str)
    """
    addresses = [address] if address else []
    count = _Count(happened_at, happened_at, 1, addresses, reason)
    name = registry.db_name
    with _gathered.lock:
        waiting = _gathered.waiting.get(name)
        if waiting is None:
            waiting = _gathered.waiting[name] = _Waiting(registry)
        waiting.add(issue, count)
        is_due = _gathered.is_ending or not WINDOW
        if not is_due:
            is_due = not (_gathered.timer or _start_timer(WINDOW))
    if is_due:
        flush()


def _start_timer(seconds):
    """Let a thread write what is gathered, and tell whether there is one.

    The caller holds the lock.
    """
    timer = threading.Timer(seconds, flush, kwargs={"is_last": False})
    timer.daemon = True
    timer.name = "oauth_provider.issue_counts"
    try:
        timer.start()
    except RuntimeError:
        # No thread is left, or the interpreter is about to end
        return False
    _gathered.timer = timer
    return True


def flush(is_last=True):
    """Write what is gathered; what cannot be written is tried again later.

    :param is_last: whether to write at once what was to be tried again later
    """
    with _gathered.writing:
        now = time.monotonic()
        with _gathered.lock:
            _gathered.timer = None
            due = {
                name: waiting
                for name, waiting in _gathered.waiting.items()
                if is_last or waiting.not_before <= now
            }
            for name in due:
                del _gathered.waiting[name]
        for name, waiting in due.items():
            try:
                _write(waiting.registry, waiting.counts)
            except Exception as error:  # noqa: BLE001 a thread that nobody waits for
                _keep(name, waiting, error, is_last)
        with _gathered.lock:
            if _gathered.waiting and not _gathered.timer:
                _start_timer(WINDOW or 1)


def _keep(name, waiting, error, is_last):
    """Put back what could not be written into the database ``name``, for some time."""
    waiting.attempts += 1
    # Its text may hold the rows
    kind = f"{type(error).__name__} {getattr(error, 'pgcode', None) or ''}".rstrip()
    number = sum(count.number for count in waiting.counts.values())
    is_gone = isinstance(error, psycopg2.ProgrammingError)
    if is_gone or waiting.attempts >= MOST_ATTEMPTS:
        _logger.warning("%s: %s issued tokens are not counted: %s", name, number, kind)
        return
    rest = min(2 ** (waiting.attempts - 1), LONGEST_REST)
    waiting.not_before = time.monotonic() + rest
    level = logging.WARNING if is_last else logging.INFO
    _logger.log(
        level, "%s: %s issued tokens wait to be counted: %s", name, number, kind
    )
    with _gathered.lock:
        newer = _gathered.waiting.get(name)
        _gathered.waiting[name] = waiting
        if newer:
            waiting.registry = newer.registry
            for issue, count in newer.counts.items():
                waiting.add(issue, count)


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


def _end():
    """Write what is gathered, and whatever the last requests bring about, at once."""
    _gathered.is_ending = True
    flush()


def _start_anew():
    """Forget, in a child process, what its parent is going to write."""
    global _gathered  # noqa: PLW0603 one process, one set of locks
    _gathered = _Gathered()


os.register_at_fork(after_in_child=_start_anew)
CommonServer.on_stop(_end)
atexit.register(_end)
