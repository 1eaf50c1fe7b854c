# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether something grows: the last quarter of the time beside the second."""

import statistics
from dataclasses import dataclass

from .. import report

#: The last quarter may be above the second by this part of it.
MOST = 0.05
#: Session files may be as many more in any case.
MOST_SESSIONS = 10
#: Samples without which a quarter says nothing.
LEAST = 2
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Row:
    """What is compared.

    :ivar quarters: what it was in each quarter (list of four numbers)
    :ivar slack: that it may grow by in any case, in its own unit
    :ivar judged: whether growth counts
    """

    name: str
    quarters: list
    slack: float = 0
    judged: bool = True

    @property
    def growth(self):
        """By which part the last quarter is above the second (float)."""
        second, last = self.quarters[1], self.quarters[3]
        if second:
            return last / second - 1
        return float("inf") if last else 0.0

    @property
    def grows(self):
        """Whether it is above the second by more than it may."""
        more = self.quarters[3] - self.quarters[1]
        return self.judged and self.growth > MOST and more > self.slack


def split(samples):
    """Return the samples of each quarter of the time (list of four lists)."""
    start, end = samples[0].at, samples[-1].at
    length = (end - start) / 4 or 1
    quarters = [[], [], [], []]
    for sample in samples:
        quarters[min(int((sample.at - start) / length), 3)].append(sample)
    return quarters


def rows(samples):
    """Return what is compared (list of :class:`Row`).

    :param samples: list of :class:`.samples.Sample`
    :raise ValueError: if there are too few
    """
    quarters = split(samples) if samples else [[]]
    if min(map(len, quarters)) < LEAST:
        raise ValueError("There are too few samples to compare.")

    def row(name, find, average=statistics.mean, **more):
        found = [average([find(one) for one in part]) for part in quarters]
        return Row(name, found, **more)

    return [
        *_memory(samples, row),
        row("connections", lambda one: one.connections),
        row("session files", lambda one: one.sessions, slack=MOST_SESSIONS),
        # Autovacuum makes a saw-tooth of it
        row("dead rows", lambda one: one.dead_rows, statistics.median),
        Row("bytes of log a request", _log_of(samples, quarters)),
    ]


def _memory(samples, row):
    """Yield the memory of each worker that was there all the time."""
    pids = [pid for pid in samples[0].memory if pid in samples[-1].memory]
    for number, pid in enumerate(pids, 1):
        # The one for jobs starts last
        name = f"worker {number}" if number < len(pids) else "worker of jobs"
        for piece, values, judged in (
            ("MiB", "memory", True),
            ("MiB, its share", "shares", False),
        ):
            yield row(
                f"{name}, {piece}",
                lambda one, pid=pid, values=values: (
                    getattr(one, values).get(pid, 0) / MEBIBYTE
                ),
                judged=judged,
            )


def _log_of(samples, quarters):
    """Return the bytes of log that one request made, in each quarter (list)."""
    ends = [samples[0], *(part[-1] for part in quarters)]
    return [
        (later.log - before.log) / max(later.requests - before.requests, 1)
        for before, later in zip(ends, ends[1:], strict=False)
    ]


def faults(found, samples, traffic):
    """Return what is wrong (list of str); nothing where all is well.

    :param found: what ``rows`` gave
    :param traffic: :class:`.traffic.Traffic`
    """
    lines = [
        f"{row.name}: the last quarter is {row.growth:.1%} above the second."
        for row in found
        if row.grows
    ]
    if list(samples[0].memory) != list(samples[-1].memory):
        lines.append("A worker was replaced by a new one.")
    if traffic.errors:
        lines.append(f"{traffic.errors} answers were 5xx or did not come.")
    silent = {name for name, _what in traffic.unexpected} - set(traffic.counts)
    if silent:
        names = ", ".join(sorted(silent))
        lines.append(f"Never answered as expected: {names}.")
    return lines


def table(found):
    """Return the table of what is compared (str), which is Markdown too."""
    head = ["quarter of the time", "first", "second", "third", "last"]
    lines = [
        [
            row.name,
            *(f"{value:,.1f}" for value in row.quarters),
            f"{row.growth:+.1%}",
            "grows" if row.grows else "flat" if row.judged else "",
        ]
        for row in found
    ]
    return report.table([*head, "last by second", ""], lines)


def answers(traffic):
    """Return what was sent and what came instead of what was expected (str)."""
    steps = sum(traffic.counts.values())
    wrong = sum(traffic.unexpected.values())
    kinds = ", ".join(
        f"{name.replace('_', ' ')} {number:,}"
        for name, number in sorted(traffic.counts.items())
    )
    lines = [
        f"{traffic.requests:,} requests in {steps + wrong:,} steps ({kinds});"
        f" {wrong:,} steps were answered otherwise than expected."
    ]
    if wrong:
        lines.append("")
    for (name, what), number in traffic.unexpected.most_common():
        said = what.replace("`", "'")
        lines.append(f"- {name.replace('_', ' ')}, {number:,} times: `{said}`")
    return "\n".join(lines)
