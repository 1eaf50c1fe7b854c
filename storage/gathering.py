# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens often is counted, for a second, and then written together.

A worker gathers counts by key and adds them to rows in a transaction of its own. What
is gathered is bounded; where it cannot be written, it is tried again for some minutes.
It is written too when the process ends or restarts. If the process is killed, the
counts of its last second are lost.
"""

import atexit
import logging
import os
import threading
import time

from psycopg2 import errors

from odoo.modules import module
from odoo.service.server import CommonServer

_logger = logging.getLogger(__name__)

#: Seconds for which it is gathered.
WINDOW = 1.0
#: Rows that wait at most in one database.
MOST_ROWS = 1000
#: How often it is tried to write, and for how long (seconds) it rests between two
#: attempts at most: six minutes in all.
MOST_ATTEMPTS = 12
LONGEST_REST = 64
#: What PostgreSQL says where the tables of the addon are gone: no use in trying again.
GONE = (errors.InvalidCatalogName, errors.UndefinedColumn, errors.UndefinedTable)


def is_testing():
    """Tell whether a test of Odoo runs in this process, of whatever addon."""
    return bool(module.current_test)


class _Waiting:
    """What waits to be written into one database.

    :ivar registry: of the database
    :ivar counts: {key: what is counted by it}
    :ivar attempts: how often it could not be written
    :ivar not_before: when it is tried again (monotonic seconds)
    """

    def __init__(self, registry):
        self.registry = registry
        self.counts = {}
        self.attempts = 0
        self.not_before = 0.0

    def add(self, key, count):
        """Add ``count`` to what is counted by ``key``."""
        if found := self.counts.get(key):
            found.add(count)
        else:
            self.counts[key] = count


class Gathering:
    """Counts of one kind that this process gathers.

    A count has ``number`` (int) and ``add(other)``.

    :param what: what is counted (str), for the log
    :param write: function of (registry, {key: count}) that adds them to the rows
    :ivar window: seconds for which it is gathered. At 0 each is written at once.
    """

    all = []

    def __init__(self, what, write):
        self.what = what
        self.window = WINDOW
        self._write = write
        self.start_anew()
        self.all.append(self)

    def start_anew(self):
        """Forget what is gathered: in a child process its parent is going to write it.

        ``_lock`` is held for a moment, to change the rest; ``_writing`` while something
        is written.
        """
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.waiting = {}
        self._timer = None
        self._is_ending = False

    def has_room(self, database, key=None, most=None):
        """Tell whether one more row may wait to be written into ``database`` (str).

        :param key: what would be counted together; it may wait already
        :param most: rows that may wait, in place of :data:`MOST_ROWS`
        """
        waiting = self.waiting.get(database)
        if waiting is None or key in waiting.counts:
            return True
        return len(waiting.counts) < (MOST_ROWS if most is None else most)

    def add(self, registry, key, count):
        """Add ``count`` to what is counted by ``key``; it is written soon.

        :param registry: of the database
        :param key: what is counted together (hashable)
        """
        name = registry.db_name
        with self._lock:
            waiting = self.waiting.get(name)
            if waiting is None:
                waiting = self.waiting[name] = _Waiting(registry)
            waiting.add(key, count)
            is_due = self._is_ending or not self.window
            if not is_due:
                is_due = not (self._timer or self._start_timer(self.window))
        if is_due:
            self.flush()

    def _start_timer(self, seconds):
        """Let a thread write what is gathered, and tell whether there is one.

        None is needed in a test of Odoo, whose cursor it could not share. The caller
        holds the lock.
        """
        if is_testing():
            return True
        timer = threading.Timer(seconds, self.flush, kwargs={"is_last": False})
        timer.daemon = True
        timer.name = f"oauth_provider.{self.what}"
        try:
            timer.start()
        except RuntimeError:
            # No thread is left, or the interpreter is about to end
            return False
        self._timer = timer
        return True

    def flush(self, is_last=True):
        """Write what is gathered; what cannot be written is tried again later.

        :param is_last: whether to write at once what was to be tried again later
        """
        with self._writing:
            now = time.monotonic()
            with self._lock:
                self._timer = None
                due = {
                    name: waiting
                    for name, waiting in self.waiting.items()
                    if is_last or waiting.not_before <= now
                }
                for name in due:
                    del self.waiting[name]
            for name, waiting in due.items():
                try:
                    self._write(waiting.registry, waiting.counts)
                except Exception as error:  # noqa: BLE001 a thread that nobody waits for
                    self._keep(name, waiting, error, is_last)
            with self._lock:
                if self.waiting and not self._timer:
                    self._start_timer(self.window or 1)

    def _keep(self, name, waiting, error, is_last):
        """Put back what could not be written into the database ``name``, for a time."""
        waiting.attempts += 1
        # Its text may hold the rows
        kind = f"{type(error).__name__} {getattr(error, 'pgcode', None) or ''}".rstrip()
        number = sum(count.number for count in waiting.counts.values())
        told = (name, number, self.what, kind)
        is_gone = isinstance(error, GONE)
        if is_gone or waiting.attempts >= MOST_ATTEMPTS:
            _logger.warning("%s: %s %s are not counted: %s", *told)
            return
        rest = min(2 ** (waiting.attempts - 1), LONGEST_REST)
        waiting.not_before = time.monotonic() + rest
        level = logging.WARNING if is_last else logging.INFO
        _logger.log(level, "%s: %s %s wait to be counted: %s", *told)
        with self._lock:
            newer = self.waiting.get(name)
            self.waiting[name] = waiting
            if newer:
                waiting.registry = newer.registry
                for key, count in newer.counts.items():
                    waiting.add(key, count)

    def end(self):
        """Write what is gathered, and whatever is counted from now on at once."""
        self._is_ending = True
        self.flush()


def _start_anew():
    for gathering in Gathering.all:
        gathering.start_anew()


def _end():
    for gathering in Gathering.all:
        gathering.end()


os.register_at_fork(after_in_child=_start_anew)
CommonServer.on_stop(_end)
atexit.register(_end)
