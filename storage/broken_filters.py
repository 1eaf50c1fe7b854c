# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Filters of scopes that cannot be used, as each worker and the database know them.

A filter may be broken for one person only, and only PostgreSQL may say so, after which
the transaction is of no use. So a filter is tried by itself once something has failed,
and the verdict is kept for a minute: until then nobody runs it again. That it is
broken is logged, and noted on the scope for the check-up, once an hour.
"""

import logging
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from odoo.tools import SQL

from .after_commit import open_apart
from .count_buffer import CountBuffer

_logger = logging.getLogger(__name__)

#: Seconds for which a filter counts as broken, and as in order.
BROKEN_FOR = 60
SOUND_FOR = 10
#: Seconds in which the same filter is logged and noted once.
TOLD_FOR = 3600
#: What is remembered of each at most, in a process; of more nothing is logged.
MOST = 1000
STATEMENT = """
UPDATE oauth_provider_scope SET filter_failed_at = new.at
  FROM unnest(%s::int[], %s::timestamp[]) AS new (id, at)
 WHERE oauth_provider_scope.id IN (
       SELECT id FROM oauth_provider_scope WHERE id = ANY(%s)
          FOR NO KEY UPDATE SKIP LOCKED)
   AND oauth_provider_scope.id = new.id
"""


class Use(NamedTuple):
    """A filter and the person for whom it is evaluated.

    :ivar database: name of the database
    :ivar scope_id: id of the scope
    :ivar user_id: id of the user
    :ivar text: text of the filter: another one is another filter
    """

    database: str
    scope_id: int
    user_id: int
    text: str


@dataclass(slots=True)
class Failure:
    """That the filter of a scope has failed.

    :ivar last: when it happened last (datetime)
    :ivar number: how often it was noted
    """

    last: datetime
    number: int = 1

    def add(self, other):
        """Add what was noted besides."""
        self.last = max(self.last, other.last)
        self.number += other.number


class _Memory:
    """Values by :class:`Use` that are forgotten after some time, bounded in number."""

    def __init__(self):
        self._values = {}
        self._lock = threading.Lock()

    def __bool__(self):
        return bool(self._values)

    def get(self, use):
        """Return the value of ``use``, or None."""
        value, until = self._values.get(use, (None, 0))
        return value if until > time.monotonic() else None

    def set(self, use, value, seconds):
        """Remember ``value`` for some ``seconds``, and tell whether there was room."""
        now = time.monotonic()
        with self._lock:
            if use not in self._values and len(self._values) >= MOST:
                kept = {key: one for key, one in self._values.items() if one[1] > now}
                self._values = kept
                if len(kept) >= MOST:
                    return False
            self._values[use] = value, now + seconds
        return True

    def clear(self):
        """Forget all of it."""
        with self._lock:
            self._values = {}


_verdicts = _Memory()
_told = _Memory()


def is_broken(use):
    """Return whether the filter of ``use`` is known to be broken (bool), or None."""
    return _verdicts.get(use) if _verdicts else None


def remember(use, broken):
    """Remember for some seconds whether the filter of ``use`` is ``broken`` (bool)."""
    _verdicts.set(use, broken, BROKEN_FOR if broken else SOUND_FOR)


def note(registry, use, error, now):
    """Log that the filter of ``use`` is broken, and note it on the scope, once an hour.

    Not its text, nor what ``error`` says: that is made of its values.

    :param registry: of the database
    :param error: what it raised
    :param now: datetime
    """
    if _told.get(use) or not _told.set(use, True, TOLD_FOR):
        return
    _logger.warning(
        "The filter of the OAuth scope %s is broken for the user %s: %s",
        use.scope_id,
        use.user_id,
        f"{type(error).__name__} {getattr(error, 'pgcode', None) or ''}".rstrip(),
    )
    if buffer.has_room(registry.db_name):
        buffer.add(registry, use.scope_id, Failure(now))


def forget():
    """Forget what this process knows of filters."""
    _verdicts.clear()
    _told.clear()


def _write(registry, failures):
    """Note ``failures`` ({id of a scope: :class:`Failure`}) on the scopes.

    A scope that somebody is changing is left out: its filter may be another one.
    """
    ids = sorted(failures)
    times = [failures[id_].last for id_ in ids]
    with open_apart(registry) as cr:
        cr.execute(SQL(STATEMENT, ids, times, ids), log_exceptions=False)


buffer = CountBuffer("broken filters", _write)
