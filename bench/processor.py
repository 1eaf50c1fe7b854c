# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Processor time of programs: what else the machine does hardly changes it."""

import os
import statistics
import time
from itertools import pairwise
from pathlib import Path

PROC = Path("/proc")
#: Seconds between two looks at programs that are to become idle, and how many at most.
LOOK = 0.03
LOOKS = 60
#: Key of what has ended, among process ids.
ENDED = "ended"
#: Part of the time that idle programs may use.
IDLE = 0.2


class Processes:
    """A program with its workers, and the backends of PostgreSQL.

    Of PostgreSQL only what serves a client counts: what it does at its own times, such
    as a checkpoint, would hit the request that happens to be measured.

    :param root: process id of the program, whose children count as well
    :param postmaster: process id of PostgreSQL
    :param user: of PostgreSQL, whose backends these are
    :param database: that they serve
    """

    def __init__(self, root, postmaster, user, database):
        self._root = root
        self._postmaster = postmaster
        self._title = f"postgres: {user} {database} ".encode()

    def read(self):
        """Return {process id: seconds of processor time so far}."""
        found = {}
        for pid in self._members():
            try:
                found[pid] = _seconds(pid)
            except (OSError, IndexError):
                continue  # It has just ended
        return found

    @staticmethod
    def spent(before, after):
        """Return the seconds between two answers of ``read``."""
        return sum(used - before.get(pid, 0) for pid, used in after.items())

    def settle(self):
        """Wait until what was asked for last has been answered; returns ``read()``."""
        before, start = self.read(), time.monotonic()
        for _look in range(LOOKS):
            time.sleep(LOOK)
            after, end = self.read(), time.monotonic()
            if self.spent(before, after) < IDLE * (end - start):
                break
            before, start = after, end
        return after

    def _members(self):
        children = {}
        for entry in os.listdir(PROC):
            if entry.isdigit() and (parent := parent_of(int(entry))):
                children.setdefault(parent, []).append(int(entry))
        found = [self._root]
        for pid in found:
            found += children.get(pid, ())
        backends = children.get(self._postmaster, ())
        return [*found, *filter(self._is_backend, backends)]

    def _is_backend(self, pid):
        try:
            return (PROC / str(pid) / "cmdline").read_bytes().startswith(self._title)
        except OSError:
            return False


class AllBackends(Processes):
    """The same with backends of any database, and those that have ended since.

    One that serves a single query is gone before anybody can look at it; PostgreSQL
    itself, which has started it, knows what it has used.
    """

    def __init__(self, root, postmaster, user):
        super().__init__(root, postmaster, user, "")
        self._title = f"postgres: {user} ".encode()

    def read(self):
        """Return {process id, or what has ended: seconds of processor time so far}."""
        found = super().read()
        found[self._postmaster] = _seconds(self._postmaster)
        found[ENDED] = _seconds_of_ended(self._postmaster)
        return found

    @staticmethod
    def spent(before, after):
        """Return the seconds between two answers of ``read``."""
        return sum(after.values()) - sum(before.values())

    @classmethod
    def typical(cls, reads):
        """Return the seconds of processor time that a request took, by the median.

        A virtual machine that has to wait for the real one takes that for work: a few
        requests seem to have cost several times as much as the others. What has ended
        since counts by the mean, for the kernel tells it in hundredths of a second.

        :param reads: answers of ``read``, before the first request and after each
        """
        ended = reads[-1][ENDED] - reads[0][ENDED]
        alive = [
            cls.spent(before, after) - (after[ENDED] - before[ENDED])
            for before, after in pairwise(reads)
        ]
        return statistics.median(alive) + ended / len(alive)


def parent_of(pid):
    """Return the id of the parent of a process, or None where it has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    # The name of the program, in brackets, may hold anything
    return int(text.rpartition(")")[2].split()[1])


def _seconds(pid):
    """Return the processor time of a process with all its threads, to the microsecond.

    :raise OSError: if it has ended
    """
    nanoseconds = sum(
        int((task / "schedstat").read_text().split()[0])
        for task in (PROC / str(pid) / "task").iterdir()
    )
    return nanoseconds / 1e9


def _seconds_of_ended(pid):
    """Return the processor time of the children of a process that have ended."""
    text = (PROC / str(pid) / "stat").read_text(errors="replace")
    user, system = text.rpartition(")")[2].split()[13:15]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
