# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tables, as text that is Markdown too."""

from .goals import BARE, GOALS, MOST_NOISE, NOISE


def _table(head, lines):
    cells = [head, *lines]
    widths = [max(len(row[n]) for row in cells) for n in range(len(head))]

    def line(row):
        first, *others = row
        padded = [first.ljust(widths[0])]
        padded += [
            cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)
        ]
        return f"| {' | '.join(padded)} |"

    rule = [f"{'-' * widths[0]}", *(f"{'-' * (width - 1)}:" for width in widths[1:])]
    return "\n".join([line(head), line(rule), *map(line, lines)])


def rates(rows):
    """Return the table of what was measured.

    :param rows: {name: :class:`.measure.Row`}
    """
    head = ["request", "per second", "to bare", "spread", "p50 ms", "p99 ms", "queries"]
    lines = []
    for row in rows.values():
        queries = "" if row.queries is None else f"{row.queries:g}"
        name = f"{row.name} ({row.failures} failed)" if row.failures else row.name
        figures = [f"{row.rate:.1f}", f"{row.ratio:.2f}", f"±{row.spread / 2:.0%}"]
        figures += [f"{row.p50:.1f}", f"{row.p99:.1f}", queries]
        lines.append([name, *figures])
    return _table(head, lines)


def goals(rows):
    """Return the table of the goals."""
    lines = []
    for goal in GOALS:
        actual = goal.actual(rows)
        verdict = "met" if actual >= goal.least else "not met"
        base = "" if goal.base == BARE else f" by {goal.base}"
        lines.append([goal.row + base, f"{goal.least:g}", f"{actual:.2f}", verdict])
    return _table(["goal", "at least", "measured", ""], lines)


def _verdict(change, noise):
    """Return what a ``change`` of the ratio says, where it varies by ``noise``."""
    # A large database makes nothing faster: then something else has changed
    if noise > MOST_NOISE or change > noise:
        return "too noisy to say"
    return "flat" if change >= -noise else "not flat"


def flat(few, many):
    """Return the table of what a large database costs.

    :param few: rows of the small database
    :param many: rows of the large one
    """
    lines = []
    for name, row in many.items():
        if name == BARE:
            continue
        change = row.ratio / few[name].ratio - 1
        noise = max(NOISE, row.spread / 2, few[name].spread / 2)
        verdict = _verdict(change, noise)
        figures = [f"{few[name].ratio:.2f}", f"{row.ratio:.2f}", f"{change:+.0%}"]
        lines.append([name, *figures, f"{noise:.0%}", verdict])
    head = ["request", "to bare, few rows", "many rows", "change", "noise", ""]
    return _table(head, lines)
