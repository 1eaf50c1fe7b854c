# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rounds of short runs in turns, so that what else the machine does hits all alike."""

import re
import statistics
import time
import urllib.request
from dataclasses import dataclass, field, replace

from dev.process import log_path

from . import wrk
from .processor import Processes, parent_of

#: Requests between two runs of the bare route, which they are compared with.
BLOCK = 3
#: Requests at once: two for each worker, so that none waits for work.
CONNECTIONS = 4
#: Requests a second that no exchange of a code reaches: so many codes are enough.
MOST = 2000
#: Requests over which the queries of one are counted.
COUNTED = 5
#: Statements that every request of a pooled connection has, whatever it does.
_FRAME = re.compile(r"(BEGIN|COMMIT|ROLLBACK|ABORT|RESET|SET|SHOW|DISCARD|SELECT 1$)")


@dataclass(frozen=True)
class Target:
    """A server that is measured.

    :ivar url: its address, without a slash at the end
    :ivar processes: :class:`.processor.Processes`; None where those of PostgreSQL may
        be on another machine
    """

    url: str
    processes: Processes | None


def target(server, cluster, rows, database):
    """Return the :class:`Target` of a running server.

    :param server: whatever has ``url`` and ``process``
    :param rows: :class:`.rows.Rows` of any database of the cluster
    :param database: name of the one that the server is to use
    """
    if cluster.external:
        return Target(server.url, None)
    with rows.connection() as connection:
        postmaster = parent_of(connection.get_backend_pid())
    user = cluster.environment["PGUSER"]
    of_server = Processes(server.process.pid, postmaster, user, database)
    return Target(server.url, of_server)


def run(to, request, seconds, connections=CONNECTIONS):
    """Send a request for a while; returns the :class:`.wrk.Run`.

    :param to: :class:`Target`
    """
    if to.processes is None:
        return wrk.run(to.url, request, seconds, connections)
    before = to.processes.read()
    found = wrk.run(to.url, request, seconds, connections)
    spent = to.processes.spent(before, to.processes.settle())
    # On each connection one was under way at the end, which is answered too
    return replace(found, processor=spent / (found.requests + connections))


@dataclass
class Row:
    """What was measured of one kind of request.

    :ivar runs: list of :class:`.wrk.Run`
    :ivar ratios: its rate by that of the bare route in the same round (list)
    :ivar queries: SQL statements of one request, or None where they were not counted
    """

    name: str
    runs: list = field(default_factory=list)
    ratios: list = field(default_factory=list)
    queries: float | None = None

    @property
    def rate(self):
        """Median of the rates, in requests a second."""
        return statistics.median(run.rate for run in self.runs)

    @property
    def ratio(self):
        """Median of the ratios to the bare route."""
        return statistics.median(self.ratios)

    @property
    def spread(self):
        """Distance of the two extreme ratios, as a part of the median."""
        distance = max(self.ratios) - min(self.ratios)
        return distance / self.ratio if self.ratio else 0

    @property
    def p50(self):
        """Median of the median latencies, in milliseconds."""
        return statistics.median(run.p50 for run in self.runs)

    @property
    def p99(self):
        """Median of the 99th percentiles of the latency, in milliseconds."""
        return statistics.median(run.p99 for run in self.runs)

    @property
    def processor(self):
        """Median of the processor time of a request, in seconds; None if not known."""
        found = [run.processor for run in self.runs]
        return None if None in found else statistics.median(found)

    @property
    def failures(self):
        """How many answers were no success."""
        return sum(run.failures for run in self.runs)


def rounds(targets, make_requests, size, report):
    """Measure every request in each of several rounds; returns {name: :class:`Row`}.

    The first request is the bare route, which is run again after every few others: they
    are compared with the mean of what it does just before and just after them.

    :param targets: {name of a server: :class:`Target`}
    :param make_requests: function of the number of single-use values that returns the
        requests of a round (list of :class:`.requests.Request`)
    :param size: :class:`.size.Size`
    :param report: function that is given a line about the progress
    """
    rows = {}
    for number in range(0 if size.warm_up else 1, size.rounds + 1):
        is_warm_up = number == 0
        seconds = size.warm_up if is_warm_up else size.seconds
        bare, *others = make_requests(seconds * MOST)
        # What was stored just now keeps PostgreSQL busy for a moment
        run(targets[bare.server], bare, size.warm_up or seconds)
        measured = _by_bare(targets, bare, others, seconds)
        if is_warm_up:
            continue
        for name, found, ratio in measured:
            row = rows.setdefault(name, Row(name))
            row.runs.append(found)
            row.ratios.append(ratio)
        rate = statistics.mean(
            found.rate for name, found, _ratio in measured if name == bare.name
        )
        report(f"  round {number} of {size.rounds}: {rate:.0f} bare requests/s")
    return rows


def _by_bare(targets, bare, others, seconds):
    """Run requests; returns [(name, :class:`.wrk.Run`, ratio to the bare route)].

    :param bare: request of the bare route
    :param others: the others (list)
    """
    before = run(targets[bare.server], bare, seconds)
    measured = [(bare.name, before, 1)]
    for first in range(0, len(others), BLOCK):
        block = others[first : first + BLOCK]
        found = [run(targets[one.server], one, seconds) for one in block]
        after = run(targets[bare.server], bare, seconds)
        rate = (before.rate + after.rate) / 2
        measured += [
            (one.name, its_run, its_run.rate / rate)
            for one, its_run in zip(block, found, strict=True)
        ]
        measured.append((bare.name, after, 1))
        before = after
    return measured


def count_queries(targets, requests, cluster, sql):
    """Return {name: SQL statements that one request runs}, as PostgreSQL logs them.

    Empty where the server is somebody's own, whose log is not ours.

    :param sql: function that runs a statement
    """
    if cluster.external:
        return {}
    log = log_path(f"postgres-{cluster.name}")
    sql("ALTER SYSTEM SET log_statement = 'all'")
    try:
        sql("SELECT pg_reload_conf()")
        time.sleep(0.5)
        return {
            request.name: _count(targets[request.server].url, request, log)
            for request in requests
        }
    finally:
        sql("ALTER SYSTEM RESET log_statement")
        sql("SELECT pg_reload_conf()")


def _count(url, request, log):
    values = list(request.values or [])
    _send(url, request, values)
    time.sleep(0.1)
    start = log.stat().st_size
    for _number in range(COUNTED):
        _send(url, request, values)
    time.sleep(0.1)
    with open(log, "rb") as handle:
        handle.seek(start)
        text = handle.read().decode(errors="replace")
    statements = re.findall(r"LOG:  (?:statement|execute \S+): (.*)", text)
    return sum(not _FRAME.match(line) for line in statements) / COUNTED


def _send(url, request, values):
    body = request.body.replace("%s", values.pop()) if values else request.body
    asked = urllib.request.Request(
        url + request.path,
        data=body.encode() if request.method == "POST" else None,
        headers=request.headers,
        method=request.method,
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(asked, timeout=30) as answer:
        answer.read()
