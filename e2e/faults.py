# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What goes wrong around a running server, on purpose."""

import os
import random
import resource
import signal
import threading
import time
from collections import Counter
from pathlib import Path

from dev.process import end_group

#: Seconds by which the clock is set back, and for which the log cannot grow.
SET_BACK = 600
LOG_FULL = 3
#: Seconds after PostgreSQL is back in which a worker may still learn of it.
SETTLING = 2


class Faults:
    """Injects faults into ``server`` (OdooServer) and ``postgres`` (postgres.Server).

    :ivar counts: how often each fault was injected (Counter)
    :ivar windows: list of [start, end] (monotonic seconds) in which there was no
        PostgreSQL, so that errors are right; None as an end: until further notice
    """

    def __init__(self, server, postgres, clock, seed):
        self.server = server
        self.postgres = postgres
        self.clock = clock
        self.random = random.Random(seed)
        self.counts = Counter()
        self.windows = []
        self._lock = threading.Lock()

    def run(self, until):
        """Inject faults until a moment (monotonic seconds); all is well at the end."""
        rare = [self.restart_fast, self.restart_immediate, self.fill_log]
        if self.clock:
            rare.append(self.set_clock_back)
        self.random.shuffle(rare)
        number = 0
        while time.monotonic() < until:
            self.keep_running()
            for _each in range(self.random.randint(3, 6)):
                time.sleep(self.random.uniform(0.2, 1.0))
                self.kill_worker()
            time.sleep(self.random.uniform(0.5, 1.5))
            rare[number % len(rare)]()
            number += 1
        self.keep_running()

    def keep_running(self):
        """Start a server that has ended by itself, as what supervises it would.

        Odoo does where it has to replace a worker while PostgreSQL is away: a moment
        later, and not at once.
        """
        with self._lock:
            if self.server.running:
                return
            last = self.server.log.read_text(errors="replace").splitlines()[-20:]
            print("\nOdoo ended by itself:", *last, sep="\n  ")
            # Its process for long polling goes on without it
            end_group(self.server.process, grace=20)
            self.server.start()
            self.counts["Odoo ended by itself"] += 1

    def processes(self):
        """The process of the server and its workers (list of int); none if it ended."""
        parent = self.server.process.pid
        try:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            return []
        return [parent, *map(int, children.split())]

    def kill_worker(self):
        """SIGKILL to a worker that answers requests."""
        workers = []
        for pid in self.processes()[1:]:
            try:
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
            except OSError:
                continue
            if command and b"\0gevent\0" not in command:
                workers.append(pid)
        if not workers:
            return
        try:
            os.kill(self.random.choice(workers), signal.SIGKILL)
        except ProcessLookupError:
            return
        self.counts["worker killed"] += 1

    def restart_fast(self):
        """PostgreSQL ends its connections and starts again."""
        self._restart(signal.SIGINT, "PostgreSQL restarted")

    def restart_immediate(self):
        """PostgreSQL ends like in a crash, and recovers from its log."""
        self._restart(signal.SIGQUIT, "PostgreSQL crashed")

    def _restart(self, number, name):
        window = [time.monotonic(), None]
        self.windows.append(window)
        self.postgres.halt(number)
        self.postgres.start()
        window[1] = time.monotonic() + SETTLING
        self.counts[name] += 1

    def fill_log(self):
        """The log of Odoo cannot grow for some seconds: every write to it fails."""
        size = self.server.log.stat().st_size
        self._limit_files(size)
        self.counts["log full"] += 1
        deadline = time.monotonic() + LOG_FULL
        while time.monotonic() < deadline:
            # Workers that were killed have successors
            self._limit_files(size)
            time.sleep(0.2)
        self._limit_files(resource.RLIM_INFINITY)

    def _limit_files(self, size):
        for pid in self.processes():
            try:
                _soft, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
            except ProcessLookupError:
                continue

    def set_clock_back(self):
        """The clock of Odoo goes back, first not for all workers, and returns."""
        self.clock.write_text(f"-{SET_BACK}\n")
        self.counts["clock set back"] += 1
        time.sleep(self.random.uniform(4, 6))
        self.clock.write_text("+0\n")

    def are_right(self, start, end):
        """Tell whether a request from ``start`` to ``end`` may have met an error."""
        return any(
            start <= (window[1] or end) and end >= window[0] for window in self.windows
        )
