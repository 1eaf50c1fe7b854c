# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make bench``: everything side by side, the tables, and the plot if asked for."""

import json
import subprocess
import time
from dataclasses import replace
from pathlib import Path

from dev.console import Stop, say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.settings import ROOT

from . import flat, measure, narrow, report, toolkit_side, ways_cost, ways_report
from .document import shape, write_between
from .goals import BARE, GOALS
from .odoo_side import DATABASE, OdooSide
from .size import SIZES

DOCUMENT = ROOT / "docs" / "BENCHMARK.md"
PLOT = ROOT / "docs" / "benchmark.png"
MARKS = ("<!-- figures -->", "<!-- end of figures -->")
PICTURE = "![Requests a second, by those of a bare Odoo route](benchmark.png)"


def run(options):
    """Measure and print; returns the exit code.

    :param options: ``size``, ``tokens`` (list of int, or None), ``write`` (bool)
    """
    start = time.monotonic()
    size = SIZES[options.size]
    if options.tokens:
        size = replace(size, tokens=tuple(options.tokens))
    if options.write and options.size != "full":
        raise Stop("Only figures of the full size are written.")
    with cluster("bench", memory=size.memory) as postgres:
        text, rows, failures = _measure(postgres, size)
    if options.write:
        _write(text, rows)
    minutes, seconds = divmod(round(time.monotonic() - start), 60)
    say(f"All of it took {minutes}:{seconds:02d} minutes.")
    return 1 if failures else 0


def _measure(postgres, size):
    """Return (the tables, {name: :class:`.measure.Row`}, how many answers failed)."""
    databases = Databases(postgres)
    with step("Databases: making those of the benchmark"):
        ours = OdooSide(postgres, databases)
        theirs = toolkit_side.ToolkitSide(postgres, databases)
    with flat.copies(databases, postgres, size) as copies:
        with ours, theirs:
            rows = _compare(postgres, ours, theirs, size)
        text = f"{report.rates(rows)}\n\n{report.goals(rows)}"
        say(text)
        made = ours.provider.made
        with step("Measuring the ways to find the database"):
            by_way = ways_cost.measured(postgres, databases, made, size, say)
        if by_way:
            text += f"\n\n{ways_report.tables(by_way)}"
            say(ways_report.tables(by_way))
        of_scopes = narrow.measured(postgres, databases, size.narrow, say)
        if of_scopes:
            text += f"\n\n{narrow.tables(of_scopes)}"
            say(narrow.tables(of_scopes))
        runs, reads = flat.measured(postgres, made, copies, size, say)
    tables = report.flat(runs, reads)
    say(tables)
    failures = sum(row.failures for row in rows.values())
    failures += sum(cell.failures for row in by_way.values() for cell in row.values())
    failures += sum(
        run.failures
        for by_name in runs.values()
        for same in by_name.values()
        for run in same
    )
    return f"{text}\n\n{tables}", rows, failures


def _compare(postgres, ours, theirs, size):
    provider = ours.provider
    targets = {
        "odoo": measure.target(ours.server, postgres, provider.rows, DATABASE),
        "toolkit": measure.target(
            theirs, postgres, provider.rows, toolkit_side.DATABASE
        ),
    }

    def requests(number):
        return [*provider.requests(number), *theirs.fixed()]

    with step("Measuring side by side"):
        rows = measure.rounds(targets, requests, size, say)
    queries = measure.count_queries(targets, requests(20), postgres, provider.rows.sql)
    for name, number in queries.items():
        rows[name].queries = number
    return rows


def _write(text, rows):
    """Put the figures into the document, and draw them."""
    write_between(DOCUMENT, MARKS, f"{PICTURE}\n\n{text}")
    shape(DOCUMENT)
    least = {goal.row: goal.least for goal in GOALS if goal.base == BARE}
    drawn = [
        [row.name, row.ratio, min(row.ratios), max(row.ratios), least.get(row.name)]
        for row in rows.values()
    ]
    command = [toolkit_side.python(), Path(__file__).parent / "plot.py", PLOT]
    subprocess.run(command, input=json.dumps(drawn), text=True, check=True)
    say(f"✓ Written: {PLOT}")
