# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tables of the ways to find the database, as text that is Markdown too."""

import statistics
from itertools import chain

from .goals import BARE, FEW_CONNECTIONS, MOST_IN_WAY
from .report import judge, table
from .ways import BASE, ROWS, UNKNOWN, WAYS
from .ways_cost import worse

NOTHING = "–"
#: Rows that are Odoo's own: what they cost is not ours to change.
NOT_OURS = (BARE, "/json/2, API key", UNKNOWN)


def tables(found):
    """Return all tables (str).

    :param found: what :func:`.ways_cost.measured` gave
    """
    bare = found[BASE][BARE].cost
    return "\n\n".join(
        (
            _table("to bare", found, ROWS, lambda cell: f"{bare / cell.cost:.2f}"),
            _table(
                "CPU ms / new connections",
                found,
                [*ROWS, UNKNOWN],
                lambda cell: f"{1000 * cell.cost:.2f} / {cell.new:.2f}",
            ),
            _goals(found),
        )
    )


def _table(name, found, rows, show):
    lines = []
    for row in rows:
        cells = [found[way.name].get(row) for way in WAYS]
        failed = sum(cell.failures for cell in cells if cell)
        first = f"{row} ({failed} failed)" if failed else row
        lines.append([first, *(show(cell) if cell else NOTHING for cell in cells)])
    return table([name, *(way.name for way in WAYS)], lines)


def _goals(found):
    """Return the table of the goals."""
    lines = []
    for way, most in MOST_IN_WAY.items():
        lines += [*_costs(found, way, 1 + most), _connections(found, way)]
    return table(["goal", "at most", "measured", "range", ""], lines)


def _costs(found, way, most):
    """Return the lines about what a request costs in a way, by what it costs by name.

    Of the row that costs most, and of all rows together: finding the database takes as
    long for each of them.
    """
    ratios = {row: worse(found, way, row) for row in found[way] if row not in NOT_OURS}
    worst = max(ratios, key=lambda row: statistics.median(ratios[row]))
    every = list(chain.from_iterable(ratios.values()))
    return [
        [f"{way}: {worst}, by {BASE}", *judge(ratios[worst], most)],
        [f"{way}: all requests, by {BASE}", *judge(every, most)],
    ]


def _connections(found, way):
    """Return the line about new connections of a request."""
    cells = {row: cell for row, cell in found[way].items() if row != BARE}
    requests = sum(cell.requests for cell in cells.values())
    # Only a list of all databases can tell which one is meant, or that there is none
    listed = [cell for row, cell in cells.items() if _is_listed(way, row)]
    most = FEW_CONNECTIONS + sum(cell.lists for cell in listed) / requests
    new = sum(cell.connections for cell in cells.values()) / requests
    verdict = "met" if new <= most else "not met"
    cells = [f"{most:.3f}", f"{new:.3f}", NOTHING]
    return [f"{way}: new connections", *cells, verdict]


def _is_listed(way, row):
    return way == "dbfilter, pattern" or row == UNKNOWN
