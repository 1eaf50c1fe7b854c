# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What happens often is counted, for a second, and then written together.

A worker buffers counts by key and adds them to rows in a transaction of its own. What
is buffered is bounded; where it cannot be written, it is tried again for some minutes.
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

#: Seconds for which it is buffered.
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

    def has_room(self, key, most):
        """Tell whether ``key`` waits already, or fewer than ``most`` (int) do."""
        return key in self.counts or len(self.counts) < most

    def add(self, key, count):
        """Add ``count`` to what is counted by ``key``."""
        if found := self.counts.get(key):
            found.add(count)
        else:
            self.counts[key] = count


class CountBuffer:
    """Counts of one kind that this process buffers.

    A count has ``number`` (int) and ``add(other)``.

    :param what: what is counted (str), for the log
    :param write: function of (registry, {key: count}) that adds them to the rows
    :param fold: function of (key, count, has_room) that returns the key and count to
        keep in place of what finds no room: ``has_room(key, most)`` tells. Without it,
        callers ask :meth:`has_room` first
    :ivar window: seconds for which it is buffered. At 0 each is written at once.
    """

    all = []

    def __init__(self, what, write, fold=None):
        self.what = what
        self.window = WINDOW
        self._write = write
        self._fold = fold
        self.reset()
        self.all.append(self)

    def reset(self):
        """Forget what is buffered: in a child process its parent is going to write it.

        ``_lock`` is held for a moment, to change the rest; ``_writing`` while something
        is written.
        """
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self.waiting = {}
        self._being_written = {}
        self._timer = None
        self._is_ending = False

    def has_room(self, database):
        """Tell whether one more row may wait to be written into ``database`` (str).

        What is being written may have to wait again.
        """
        waiting = self.waiting.get(database)
        number = len(waiting.counts) if waiting else 0
        return number + self._being_written.get(database, 0) < MOST_ROWS

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
            self._put(waiting, key, count)
            is_due = self._is_ending or not self.window
            if not is_due:
                is_due = not (self._timer or self._start_timer(self.window))
        if is_due:
            self.flush()

    def _put(self, waiting, key, count):
        """Add ``count`` to what is counted by ``key``, or by what it is folded into."""
        if self._fold:
            key, count = self._fold(key, count, waiting.has_room)
        waiting.add(key, count)

    def _start_timer(self, seconds):
        """Let a thread write what is buffered, and tell whether there is one.

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
        """Write what is buffered; what cannot be written is tried again later.

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
                self._being_written = {
                    name: len(waiting.counts) for name, waiting in due.items()
                }
            for name, waiting in due.items():
                try:
                    self._write(waiting.registry, waiting.counts)
                except Exception as error:  # noqa: BLE001 a thread that nobody waits for
                    self._keep(name, waiting, error, is_last)
            with self._lock:
                self._being_written = {}
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
                    self._put(waiting, key, count)

    def end(self):
        """Write what is buffered, and whatever is counted from now on at once."""
        self._is_ending = True
        self.flush()


def _reset():
    for buffer in CountBuffer.all:
        buffer.reset()


def _end():
    for buffer in CountBuffer.all:
        buffer.end()


os.register_at_fork(after_in_child=_reset)
CommonServer.on_stop(_end)
atexit.register(_end)
