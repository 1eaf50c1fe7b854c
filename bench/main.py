# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make bench``: everything side by side, the tables, and the plot if asked for."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

from dev.console import Stop, say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.settings import ROOT

from . import measure, report, toolkit_side
from .goals import BARE, GOALS
from .odoo_side import OdooSide
from .size import SIZES

DOCUMENT = ROOT / "docs" / "BENCHMARK.md"
PLOT = ROOT / "docs" / "benchmark.png"
MARKS = ("<!-- figures -->", "<!-- end of figures -->")
PICTURE = "![Requests a second, by those of a bare Odoo route](benchmark.png)"
#: Access tokens of which each request of the flat part takes one.
SAMPLE = 20_000
#: Rows that are asked about on the small and on the large database.
FLAT = ("client credentials", "code", "refresh")


def run(options):
    """Measure and print; returns the exit code.

    :param options: ``size``, ``tokens`` (int or None), ``write`` (bool)
    """
    size = SIZES[options.size]
    if options.tokens:
        size = replace(size, tokens=options.tokens)
    if options.write and options.size != "full":
        raise Stop("Only figures of the full size are written.")
    with cluster("bench") as postgres:
        text, rows = _measure(postgres, size)
    if options.write:
        _write(text, rows)
    return 1 if any(row.failures for row in rows.values()) else 0


def _measure(postgres, size):
    databases = Databases(postgres)
    with step("Databases: making those of the benchmark"):
        ours = OdooSide(postgres, databases)
        theirs = toolkit_side.ToolkitSide(postgres, databases)
    with ours, theirs:
        servers = {"odoo": ours.url, "toolkit": theirs.url}

        def requests(number):
            return [*ours.fixed(), *ours.single_use(number), *theirs.fixed()]

        with step("Measuring side by side"):
            rows = measure.rounds(servers, requests, size, say)
        queries = measure.count_queries(servers, requests(20), postgres, ours.rows.sql)
        for name, number in queries.items():
            rows[name].queries = number
        text = f"{report.rates(rows)}\n\n{report.goals(rows)}"
        say(text)
        if size.flat_rounds:
            flat = _flat(ours, servers, size)
            say(flat)
            text += f"\n\n{flat}"
    return text, rows


def _flat(ours, servers, size):
    flat_size = replace(size, rounds=size.flat_rounds)

    def requests(number):
        bare, *others = ours.fixed()
        others = [*others, *ours.single_use(number)]
        chosen = [one for one in others if one.name.startswith(FLAT)]
        return [bare, *ours.any_token(SAMPLE), *chosen]

    with step("Measuring the small database"):
        few = measure.rounds(servers, requests, flat_size, say)
    with step(f"Loading {size.tokens} tokens and {size.clients} clients"):
        ours.rows.add_clients(size.clients)
        ours.rows.add_tokens(size.tokens)
        ours.rows.analyze()
    with step("Measuring the large database"):
        many = measure.rounds(servers, requests, flat_size, say)
    return report.flat(few, many)


def _write(text, rows):
    """Put the figures into the document, and draw them."""
    document = DOCUMENT.read_text()
    before, _mark, rest = document.partition(MARKS[0])
    _old, mark, after = rest.partition(MARKS[1])
    DOCUMENT.write_text(f"{before}{MARKS[0]}\n\n{PICTURE}\n\n{text}\n\n{mark}{after}")
    least = {goal.row: goal.least for goal in GOALS if goal.base == BARE}
    drawn = [
        [row.name, row.ratio, min(row.ratios), max(row.ratios), least.get(row.name)]
        for row in rows.values()
    ]
    command = [toolkit_side.python(), Path(__file__).parent / "plot.py", PLOT]
    subprocess.run(command, input=json.dumps(drawn), text=True, check=True)
    say(f"✓ Written: {DOCUMENT} and {PLOT}")
