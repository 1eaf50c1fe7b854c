# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a request costs in each way, in rounds in which the ways take turns."""

import http.client
import statistics
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

from . import ways
from .odoo_side import DATABASE
from .processor import AllBackends, parent_of
from .ways import BASE, IN_PATH, ROWS, SECOND, UNKNOWN

#: Requests of each kind before anything counts.
WARM_UP = 10
#: Seconds in which a worker and PostgreSQL come to rest after an answer.
REST = 0.002
#: Seconds for which a worker remembers which databases there are.
REMEMBERED = 5
PATIENCE = 60


@dataclass
class Cell:
    """What one kind of request cost in one way.

    :ivar costs: seconds of processor time of a request, the median of each turn (list)
    :ivar connections: how many were new, as PostgreSQL counts them
    :ivar requests: how many were sent while it counted
    :ivar start: when the first was sent (seconds of the monotonic clock), or None
    :ivar end: when the last had been answered
    :ivar failures: answers that were none of the expected ones
    """

    costs: list = field(default_factory=list)
    connections: int = 0
    requests: int = 0
    start: float | None = None
    end: float = 0
    failures: int = 0

    @property
    def cost(self):
        """Median of the costs."""
        return statistics.median(self.costs)

    @property
    def new(self):
        """New connections a request."""
        return self.connections / max(self.requests, 1)

    @property
    def lists(self):
        """In how many spans of :data:`REMEMBERED` the requests were sent (float)."""
        # One list may be of before
        return 1 + (self.end - self.start) / REMEMBERED


def measured(cluster, databases, made, size, report):
    """Measure all ways; returns {way: {row: :class:`Cell`}}.

    Only on a PostgreSQL of ours, whose processes are on this machine; else empty.

    :param databases: :class:`dev.databases.Databases`
    :param made: what the clients and the user are (dict, see :mod:`.odoo_side`)
    :param size: :class:`.size.Size`
    :param report: function that is given a line about the progress
    """
    if cluster.external:
        return {}
    ways.prepare(databases)
    number = WARM_UP + size.way_turns * (1 + size.way_requests)
    try:
        with ExitStack() as stack:
            places = ways.start(stack, cluster)
            sent = ways.requests(cluster, made, number)
            return _take_turns(cluster, databases, places, sent, size, report)
    finally:
        databases.drop(SECOND)


def _take_turns(cluster, databases, places, sent, size, report):
    """Return {way: {row: :class:`Cell`}}.

    :param places: list of :class:`.ways.Place`
    :param sent: what :func:`.ways.requests` gave
    """
    with databases.sql() as execute, _without_autovacuum(execute):
        # A backend of ours tells who has started it
        postmaster = parent_of(execute("SELECT pg_backend_pid()")[0][0])
        counter = _Counter(execute, postmaster, cluster.environment["PGUSER"])
        _load(places)
        found = {place.way.name: {} for place in places}
        for row in ROWS:
            _measure(row, places, sent, found, counter, size)
            report(f"  {row}")
        _ask_for_unknown(places, found, counter, size)
    return found


@contextmanager
def _without_autovacuum(execute):
    """Let nothing of PostgreSQL come and go but what serves a request."""
    execute("ALTER SYSTEM SET autovacuum = off")
    execute("SELECT pg_reload_conf()")
    # What runs just now comes to its end
    time.sleep(1)
    try:
        yield
    finally:
        execute("ALTER SYSTEM RESET autovacuum")
        execute("SELECT pg_reload_conf()")


def _load(places):
    """Have every server load its databases: the second one by its name alone."""
    for place in places:
        for name in (DATABASE, SECOND):
            if not place.server.databases:
                headers = {"X-Odoo-Database": name}
                _send(place.url, "GET", "/oauth2/jwks", "", headers)


def _measure(row, places, sent, found, counter, size):
    turns = [
        (place, sent[place.way.name][row])
        for place in places
        if row in sent[place.way.name]
    ]
    cells = {place.way.name: Cell() for place, _request in turns}
    for place, request in turns:
        _turn(place, request, WARM_UP if size.warm_up else 1)
    for number in range(size.way_turns):
        first = number % len(turns)
        for place, request in turns[first:] + turns[:first]:
            cell = cells[place.way.name]
            # As under load, where the list of databases has just been made
            cell.failures += _turn(place, request, 1)
            send = partial(_turn, place, request, 1)
            counter.measure(place, cell, send, size.way_requests)
    for name, cell in cells.items():
        found[name][row] = cell


def _ask_for_unknown(places, found, counter, size):
    """Ask for a database that there is not: nothing but the list can tell."""
    [place] = [place for place in places if place.way.in_path]
    path = IN_PATH.replace(DATABASE, "nothing") + "tokeninfo"
    cell = found[place.way.name][UNKNOWN] = Cell()

    def send():
        return _send(place.url, "GET", path, "", {}) != 404

    for _number in range(size.way_turns):
        counter.measure(place, cell, send, size.way_requests)


def _turn(place, request, number):
    """Send a request so often; returns how many answers were no success."""
    failures = 0
    for _number in range(number):
        body = request.body
        if request.values:
            body = body.replace("%s", request.values.pop())
        status = _send(place.url, request.method, request.path, body, request.headers)
        failures += status != 200
    return failures


def _send(url, method, path, body, headers):
    """Return the status of an answer (int)."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(
        parts.hostname, parts.port, timeout=PATIENCE
    )
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


class _Counter:
    """Reads what a server and PostgreSQL have done so far.

    :param execute: function that runs a statement on the cluster
    """

    def __init__(self, execute, postmaster, user):
        self._execute = execute
        self._postmaster = postmaster
        self._user = user

    def measure(self, place, cell, send, number):
        """Have ``send`` send ``number`` requests, and count for ``cell`` what is done.

        :param send: function that sends one; it returns whether the answer was none of
            the expected ones
        """
        processes = AllBackends(place.server.process.pid, self._postmaster, self._user)
        connections = self._connections()
        if cell.start is None:
            cell.start = time.monotonic()
        reads = [processes.read()]
        for _number in range(number):
            cell.failures += send()
            time.sleep(REST)
            reads.append(processes.read())
        reads[-1] = processes.settle()
        cell.costs.append(processes.typical(reads))
        cell.connections += self._connections() - connections
        cell.requests += number
        cell.end = time.monotonic()

    def _connections(self):
        [[number]] = self._execute("SELECT sum(sessions) FROM pg_stat_database")
        return int(number)


def worse(found, way, row):
    """Return by what a request costs more than with ``db_name``: ratios (list)."""
    base = found[BASE][row].costs
    return [now / then for then, now in zip(base, found[way][row].costs, strict=True)]
