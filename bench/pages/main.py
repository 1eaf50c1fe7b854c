# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Builds the databases, measures every page, prints the tables."""

import statistics
import time
from contextlib import contextmanager

from dev.console import Stop, say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.server import OdooServer
from dev.settings import ADDON, ROOT

from .. import measure, odoo_side
from ..document import shape, write_between
from . import catalogue, plans, report, rows
from .calls import Calls
from .session import FailedCallError, Session

BASE = "bench_pages"
DOCUMENT = ROOT / "docs" / "BENCHMARK.md"
MARKS = ("<!-- pages -->", "<!-- end of pages -->")
#: Sizes: the large database, and how often each page is measured after the first time.
SIZES = {"small": (rows.SMALL, 0), "full": (rows.MANY, 3)}
#: Seconds above which a page is measured once.
LONG = 1.5
#: The bare route is measured before each so many pages, and how often.
PART, BARES = 40, 15


def run(options):
    """Measure and print; returns the exit code: 1 if a page is over its limit.

    :param options: ``size``, ``write`` (bool), ``only`` (list of pages, or None)
    """
    many, rounds = SIZES[options.size]
    if options.write and (options.size != "full" or options.only):
        raise Stop("Only all figures of the full size are written.")
    start = time.monotonic()
    memory = "2GB" if options.size == "full" else None
    with cluster("bench", memory=memory) as postgres:
        with _databases(postgres, (rows.FEW, many)) as filled:
            found = _measured(postgres, filled, rounds, options.only or ())
    full = report.full(found, rows.FEW.tokens, many.tokens)
    short = report.summary(found)
    say(f"{full}\n\n{short}")
    bad = [row for row in found if not row.is_good]
    for row in bad:
        say(f"✗ {row.call.name} ({row.person}): {row.verdict}")
    if options.write:
        write_between(DOCUMENT, MARKS, f"{short}\n\n{full}")
        shape(DOCUMENT)
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    say(f"{len(found)} requests, {len(bad)} over the limit, {minutes}:{seconds:02d}.")
    return 1 if bad else 0


@contextmanager
def _databases(postgres, scales):
    """Databases of these scales, for a while: {scale: (Rows, made)}."""
    databases = Databases(postgres)
    databases.create(BASE, ["web"])
    with databases.sql(BASE) as execute:
        # As Odoo does with each database that it makes
        execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    databases.odoo(BASE, "--init", odoo_side.BENCH_ADDON)
    values = {"module": ADDON, "password": catalogue.PASSWORD}
    values["callback"] = catalogue.CALLBACK
    made = databases.shell(BASE, catalogue.MAKE, **values)
    try:
        found = {}
        for scale in scales:
            databases.clone(BASE, scale.name)
            with step(f"Loading {scale.tokens:,} tokens, {scale.users:,} users"):
                found[scale] = rows.fill(postgres, scale, made), made
        yield found
    finally:
        for scale in scales:
            databases.drop(scale.name)


def _measured(postgres, filled, rounds, only):
    """Return the rows (list of :class:`.report.Row`) of all pages."""
    names = [scale.name for scale in filled]
    loaded = [found for found, _made in filled.values()]
    for one in loaded:
        # All work is to be that of the one backend
        setting = "max_parallel_workers_per_gather = 0"
        one.sql(f"ALTER DATABASE {one.database} SET {setting}")
    made = next(iter(filled.values()))[1]
    with odoo_side.server(postgres, "pages", names, workers=1) as server:
        targets = [
            measure.target(server, postgres, one, one.database) for one in loaded
        ]
        found = []
        for person, login in catalogue.PEOPLE:
            with step(f"Measuring every page as {person}"):
                sides = [
                    _side(server, target, name, login, made, only)
                    for target, name in zip(targets, names, strict=True)
                ]
                found += _compared(sides, person, rounds)
    with step("Reading the plans"):
        _read_plans(postgres, loaded[-1], found)
    return found


class Side:
    """One person in one database.

    :ivar calls: {name: :class:`.session.Call`}
    """

    def __init__(self, session, target, calls):
        self._session = session
        self._target = target
        self.calls = calls

    def spend(self, call):
        """Return the seconds of processor time of a call; by the clock if not known."""
        return self._spend(lambda: self._session.send(call))

    def spend_bare(self):
        """Return the seconds of the bare route, asked for as by ``make bench``."""
        return self._spend(self._session.read_bare)

    def _spend(self, ask):
        processes = self._target.processes
        before = processes.read() if processes else time.perf_counter()
        ask()
        if processes:
            return processes.spent(before, processes.read())
        return time.perf_counter() - before


def _side(server, target, database, login, made, only):
    session = Session(server.url, database, login, catalogue.PASSWORD)
    return Side(session, target, Calls(session, made, only).all())


def _compared(sides, person, rounds):
    """Return the rows (list) of what can be asked in both databases."""
    few, many = sides
    names = [name for name in many.calls if name in few.calls]
    found, bares = [], []
    for number, name in enumerate(names):
        if number % PART == 0:
            bares += [many.spend_bare() for _number in range(BARES)]
        row = report.Row(many.calls[name], person)
        try:
            row.few, row.many = _pair(sides, name, rounds)
        except FailedCallError as error:
            row.failure = str(error)
        found.append(row)
    for row in found:
        row.bare = statistics.median(bares)
    return found


def _pair(sides, name, rounds):
    """Return the seconds (two) of a page in the small and in the large database."""
    first = [side.spend(side.calls[name]) for side in sides]
    if not rounds:
        return first
    times = [
        [side.spend(side.calls[name]) for side in sides]
        for _round in range(1 if max(first) > LONG else rounds)
    ]
    return [statistics.median(values) for values in zip(*times, strict=True)]


def _read_plans(postgres, loaded, found):
    """Fill in which tables are read in whole, with a server of its own."""
    with plans.explained(postgres, loaded) as read:
        if not read:
            return
        name = loaded.database
        with OdooServer(postgres, "pages-plans", [name], load=[ADDON]) as server:
            for person, login in catalogue.PEOPLE:
                session = Session(server.url, name, login, catalogue.PASSWORD)
                for row in found:
                    if row.person == person and not row.failure:
                        call = row.call
                        reads = read(lambda s=session, c=call: s.send(c))
                        if not call.reads_all:
                            row.scans = plans.unwanted(reads, call.picks)
