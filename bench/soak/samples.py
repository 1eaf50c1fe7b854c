# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is looked at every few seconds: processes, PostgreSQL, files."""

import os
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from ..processor import PROC, parent_of
from .provider import DATABASE

#: Rows that are dead, and connections that belong to clients, but for our own.
COUNTS = """
SELECT (SELECT sum(n_dead_tup) FROM pg_stat_user_tables),
       (SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND backend_type = 'client backend'
           AND pid <> pg_backend_pid())
"""
PIECES = ("Rss", "Pss")


@dataclass(frozen=True)
class Sample:
    """What was seen at one moment.

    :ivar at: seconds since the start
    :ivar memory: {process id: bytes it has in memory (RSS)} of each worker
    :ivar shares: the same, with its share of what several have (PSS)
    :ivar connections: how many PostgreSQL has to the database
    :ivar sessions: how many session files there are
    :ivar dead_rows: how many of all tables, as PostgreSQL estimates
    :ivar log: bytes of the server's log
    :ivar requests: how many were answered so far
    """

    at: float
    memory: dict
    shares: dict
    connections: int
    sessions: int
    dead_rows: int
    log: int
    requests: int


class Sampler:
    """Looks at a running server.

    :param server: :class:`dev.server.OdooServer`
    :param databases: :class:`dev.databases.Databases`
    :param sessions: folder (Path) of the session files
    """

    def __init__(self, server, databases, sessions):
        self._server = server
        self._databases = databases
        self._sessions = sessions
        self._connection = None
        self._start = time.monotonic()

    def take(self, requests):
        """Return a :class:`Sample`; None where PostgreSQL does not answer just now.

        :param requests: how many were answered so far
        """
        counts = self._counts()
        if counts is None:
            return None
        pieces = {pid: _memory(pid) for pid in self._workers()}
        return Sample(
            at=time.monotonic() - self._start,
            memory={pid: found["Rss"] for pid, found in pieces.items() if found},
            shares={pid: found["Pss"] for pid, found in pieces.items() if found},
            connections=counts[1],
            sessions=_files(self._sessions),
            dead_rows=int(counts[0] or 0),
            log=os.path.getsize(self._server.log),
            requests=requests,
        )

    def close(self):
        """End the connection to PostgreSQL."""
        if self._connection:
            self._connection.close()
            self._connection = None

    def _counts(self):
        try:
            if not self._connection:
                self._connection = self._databases.connect(DATABASE)
                self._connection.autocommit = True
            with self._connection.cursor() as cursor:
                cursor.execute(COUNTS)
                return cursor.fetchone()
        except psycopg2.Error:
            self.close()
            return None

    def _workers(self):
        """Return the process ids (list) of the workers, oldest first.

        Those for requests and the one for jobs; not the one for websockets, which is a
        program of its own and does nothing here.
        """
        root = self._server.process.pid
        found = [
            int(name)
            for name in os.listdir(PROC)
            if name.isdigit() and parent_of(int(name)) == root
        ]
        return sorted(filter(_is_worker, found), key=_started)


def _is_worker(pid):
    try:
        return b"gevent" not in (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False


def _started(pid):
    """Return when a process has started, in clock ticks; 0 if it has ended."""
    try:
        text = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return 0
    return int(text.rpartition(")")[2].split()[19])


def _memory(pid):
    """Return {"Rss": bytes, "Pss": bytes} of a process; empty if it has ended."""
    try:
        lines = (PROC / str(pid) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return {}
    found = dict(line.split(":", 1) for line in lines if ":" in line.split(" ")[0])
    if not all(name in found for name in PIECES):
        return {}
    return {name: int(found[name].split()[0]) * 1024 for name in PIECES}


def _files(folder):
    """Return how many files there are below a folder."""
    return sum(len(names) for _folder, _folders, names in os.walk(Path(folder)))
