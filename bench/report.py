# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The tables, as text that is Markdown too."""

import math
import statistics

from .goals import BARE, GOALS, NOISE


def table(head, lines):
    """Return a table of Markdown (str), with columns as wide as they need to be.

    :param head: names of the columns (list of str)
    :param lines: list of lists of str
    """
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
    head = ["request", "per second", "to bare", "spread", "CPU ms", "p50 ms", "p99 ms"]
    head.append("queries")
    lines = []
    for row in rows.values():
        queries = "" if row.queries is None else f"{row.queries:g}"
        name = f"{row.name} ({row.failures} failed)" if row.failures else row.name
        figures = [f"{row.rate:.1f}", f"{row.ratio:.2f}", f"±{row.spread / 2:.0%}"]
        figures.append("" if row.processor is None else f"{row.processor * 1000:.2f}")
        figures += [f"{row.p50:.1f}", f"{row.p99:.1f}", queries]
        lines.append([name, *figures])
    return table(head, lines)


def goals(rows):
    """Return the table of the goals."""
    lines = []
    for goal in GOALS:
        base = "" if goal.base == BARE else f" by {goal.base}"
        judged = judge(goal.ratios(rows), goal.least, is_least=True)
        lines.append([goal.row + base, *judged])
    return table(["goal", "at least", "measured", "range", ""], lines)


def judge(ratios, limit, is_least=False):
    """Return the cells of a goal (list of str): limit, median, range and verdict.

    :param ratios: those that were measured (list)
    :param limit: what their median may be at most
    :param is_least: whether ``limit`` is what the median has to be at least
    """
    median = statistics.median(ratios)
    lowest, highest = interval(ratios)
    verdict = "too noisy to say"
    if highest < limit if is_least else lowest > limit:
        verdict = "not met"
    if median >= limit if is_least else median <= limit:
        verdict = "met"
    return [f"{limit:g}", f"{median:.2f}", f"{lowest:.2f} to {highest:.2f}", verdict]


def interval(ratios):
    """Return between which ratios (list) the median is, with 95% certainty.

    From the n-th lowest to the n-th highest, without any assumption on how they are
    spread: each is above the true median as likely as below.

    :return: (lowest, highest)
    """
    ordered, number, out = sorted(ratios), len(ratios), 0
    while sum(math.comb(number, n) for n in range(out + 2)) / 2**number <= 0.025:
        out += 1
    return ordered[out], ordered[-1 - out]


def _verdict(lowest, highest):
    """Return what it says that a request costs between these times as much."""
    if highest <= 1 + NOISE:
        return "flat"
    return "not flat" if lowest > 1 + NOISE else "too noisy to say"


def flat(runs, reads):
    """Return a table for each large database of what it costs, and what was read so.

    :param runs: {tokens: {name: list of :class:`.wrk.Run`}}, few tokens first
    :param reads: {tokens: {table: how often it was read in whole}}
    """
    (fewest, few), *others = runs.items()
    parts = []
    for number, many in others:
        parts.append(_flat(fewest, few, number, many))
        parts.append(_reads(reads[number]))
    return "\n\n".join(parts)


def _reads(counts):
    found = ", ".join(f"{name} ({n} times)" for name, n in counts.items() if n)
    large = ", ".join(f"`{name}`" for name in sorted(counts))
    return f"Read in whole of {large}: {found or 'none'}."


def _flat(fewest, few, number, many):
    lines = []
    for name, runs in many.items():
        pairs = list(zip(few[name], runs, strict=True))
        ratios = [large.cost / small.cost for small, large in pairs]
        rates = [large.rate / max(small.rate, 1) for small, large in pairs]
        lowest, highest = interval(ratios)
        failures = sum(small.failures + large.failures for small, large in pairs)
        figures = [
            *(
                f"{statistics.median(run.cost for run in part) * 1000:.2f}"
                for part in zip(*pairs, strict=True)
            ),
            f"{statistics.median(ratios):.2f}",
            f"{lowest:.2f} to {highest:.2f}",
            f"{statistics.median(rates):.2f}",
            _verdict(lowest, highest),
        ]
        lines.append([f"{name} ({failures} failed)" if failures else name, *figures])
    head = [f"{number:,} tokens", f"ms, {fewest:,}", f"ms, {number:,}", "ratio"]
    return table([*head, "range", "rate", ""], lines)
