# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make bench ARGS=--against=REV``: what a request costs now, and at another commit.

Two servers, one of each commit, each with a database of its own, answer the same
requests in turns. What counts is the processor time (user and system) of the workers
and of PostgreSQL's backends, which other programs of the machine hardly change.
"""

import http.client
import itertools
import statistics
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlsplit

from dev import addon_links, git
from dev.cache import lock
from dev.console import say, step
from dev.postgres import cluster
from dev.settings import settings

from . import against_side

#: What a kind of request may cost, by what it cost at the other commit; and the median
#: of all kinds.
MOST_OF_ROW = 1.05
MOST_OF_ALL = 1.03
#: What a refusal may cost: the administrator sees each. At de75fde none did.
MOST_OF_REFUSAL = 1.2
#: {size: (rounds, parts of a round, requests of a part)}: about a quarter of an hour.
SIZES = {"small": (1, 2, 5), "full": (7, 4, 40)}
WARM_UP = 100


@dataclass
class Pair:
    """What one kind of request cost, in each round.

    :ivar before: milliseconds of processor time at the other commit (list)
    :ivar now: the same at this one
    :ivar is_refusal: whether the request is refused
    """

    name: str
    before: list
    now: list
    is_refusal: bool = False

    @property
    def ratios(self):
        """The cost now by the cost before, in each round (list)."""
        return [now / then for then, now in zip(self.before, self.now, strict=True)]

    @property
    def ratio(self):
        """Median of the ratios."""
        return statistics.median(self.ratios)

    @property
    def most(self):
        """What it may cost, by what it cost before."""
        return MOST_OF_REFUSAL if self.is_refusal else MOST_OF_ROW


def run(revision, size="full"):
    """Compare this checkout with the commit ``revision`` (str); returns the exit code.

    :param size: ``small`` or ``full``
    """
    folder = settings().folder("against") / "checkout"
    rounds, parts, number = SIZES[size]
    values = WARM_UP + rounds * parts * number
    with (
        lock("against"),
        git.worktree(revision, folder) as commit,
        ExitStack() as stack,
    ):
        addons = addon_links.link(folder, settings().folder("against", "addons"))
        postgres = stack.enter_context(cluster("bench"))
        sides = [
            against_side.make(stack, postgres, *one, values)
            for one in (("before", commit[:7], addons), ("now", "now", None))
        ]
        with step("Measuring in turns"):
            pairs = compare(*sides, rounds, parts, number)
    say(table(commit[:7], pairs))
    found = excesses(commit[:7], pairs)
    for line in found:
        say(f"✗ {line}")
    return 1 if found else 0


def excesses(commit, pairs):
    """Return what costs too much (list of str), by the limits above."""
    found = [
        f"{pair.name} takes more than {pair.most - 1:.0%} more than at {commit}."
        for pair in pairs
        if pair.ratio > pair.most
    ]
    if median(pairs) > MOST_OF_ALL:
        found.append(
            f"The median of all takes more than {MOST_OF_ALL - 1:.0%} more than at"
            f" {commit}."
        )
    return found


def median(pairs):
    """Return the median of the ratios of all kinds of requests that are accepted."""
    return statistics.median(pair.ratio for pair in pairs if not pair.is_refusal)


def compare(before, now, rounds, parts, number):
    """Return the :class:`Pair` of each kind of request.

    :param before: :class:`.against_side.Side` of the other commit
    :param now: that of this one
    :param rounds: how many ratios there are to be
    :param parts: into how many turns a round is divided
    :param number: requests of a turn
    """
    pairs = []
    for old, new in zip(before.requests, now.requests, strict=True):
        pair = Pair(old.name, [], [], old.refused_with is not None)
        turns = [(before.target, old, pair.before), (now.target, new, pair.now)]
        for where, request, _found in turns:
            cost(where, request, WARM_UP if rounds > 1 else number)
        for _round in range(rounds):
            costs = {id(found): [] for _where, _request, found in turns}
            for part in range(parts):
                # First one, then the other
                for where, request, found in turns[:: -1 if part % 2 else 1]:
                    costs[id(found)].append(cost(where, request, number))
            for _where, _request, found in turns:
                found.append(1000 * statistics.mean(costs[id(found)]))
        say(f"  {pair.name}: {pair.ratio:.3f}")
        pairs.append(pair)
    return pairs


_titles = itertools.count()


def cost(where, request, number, further=({},)):
    """Send ``request`` so often and return the seconds that one takes of processors.

    :param further: headers (list of dicts) to add; the requests take them in turn
    """
    parts = urlsplit(where.url)
    before = where.processes.settle()
    for count in range(number):
        headers = request.headers | further[count % len(further)]
        connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        # Another value each time, or nothing would be written
        value = request.values.pop() if request.values else f"Title {next(_titles)}"
        body = request.body.replace("%s", value)
        connection.request(request.method, request.path, body, headers)
        answer = connection.getresponse()
        said = answer.read()
        connection.close()
        location = answer.getheader("Location") or ""
        if request.refused_with:
            is_as_wanted = answer.status == request.refused_with
        else:
            is_as_wanted = answer.status == 200 or "code=" in location
        if not is_as_wanted:
            raise RuntimeError(f"{request.name}: {answer.status} {said[:200]}")
    return where.processes.spent(before, where.processes.settle()) / number


def table(commit, pairs):
    """Return the table (str) of what was measured."""
    lines = [
        f"| Request | at {commit}, ms | now, ms | now / {commit} | from | to |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for pair in pairs:
        before, now = statistics.median(pair.before), statistics.median(pair.now)
        ends = f"{min(pair.ratios):.3f} | {max(pair.ratios):.3f}"
        lines.append(
            f"| {pair.name} | {before:.2f} | {now:.2f} | {pair.ratio:.3f} | {ends} |"
        )
    lines.append(f"| **median of all** | | | {median(pairs):.3f} | | |")
    return "\n".join(lines)
