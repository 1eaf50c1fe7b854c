# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What narrow scopes cost: the same call with scopes, full access and an API key.

One server with one worker answers all of them in turns. What counts is the processor
time of the worker and of PostgreSQL's backends, as in :mod:`.against`.

CPython takes memory for frames in chunks, so the cost of a call depends on how deep in
the stack it begins, which differs between servers. Each call is therefore made at
several depths, spread evenly over one chunk.
"""

import statistics
from dataclasses import dataclass

import requests

from dev.console import Stop, say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.server import OdooServer
from dev.settings import ADDON

from . import narrow_side
from .against import cost
from .measure import target
from .narrow_side import FULL, KEY, ONE, THIRTY
from .odoo_side import FOREVER
from .report import judge, table
from .rows import Rows
from .size import SIZES

#: The addon that lets a request begin deeper in the stack, and the header that says by
#: how many frames.
DEPTH_ADDON = "oauth_provider_bench_depth"
DEPTH_HEADER = "X-Bench-Depth"
#: Of its frames that fill one chunk (CPython 3.11).
FRAMES_PER_CHUNK = 127


@dataclass
class Row:
    """What one call cost.

    :ivar call: :class:`.narrow_side.Call`
    :ivar costs: {caller: milliseconds of processor time in each round (list)}
    """

    call: narrow_side.Call
    costs: dict

    def ratios(self, caller, base=FULL):
        """Return its cost for ``caller`` by that for ``base``, in each round (list)."""
        pairs = zip(self.costs[caller], self.costs[base], strict=True)
        return [mine / other for mine, other in pairs]

    def goals(self):
        """Yield (caller, whom it is compared with, what it may cost by that)."""
        for caller in (ONE, THIRTY):
            yield caller, FULL, self.call.most
            if self.call.beats_key:
                yield caller, KEY, 1


def run(options):
    """Measure and print; returns the exit code.

    :param options: ``size``; ``only``, a part of the names of calls (str), or None
    """
    with cluster("bench") as postgres:
        times = SIZES[options.size].narrow
        rows = measured(postgres, Databases(postgres), times, say, options.only)
    if rows:
        say(tables(rows))
    return 0


def measured(postgres, databases, times, report, only=None):
    """Return the rows (list of :class:`Row`); none where PostgreSQL may be elsewhere.

    :param times: (rounds, turns of a round, depths)
    :param report: function that is given a line about the progress
    :param only: a part of the names of those calls that are measured (str), or None
    """
    if postgres.external:
        return []
    with step("Database: making that of narrow scopes"):
        made = narrow_side.make(databases)
    calls = [one for one in narrow_side.get_calls(made) if (only or "") in one.name]
    if not calls:
        raise Stop(f"No call is named like '{only}'.")
    name = narrow_side.DATABASE
    options = {"workers": 1, "load": [ADDON, DEPTH_ADDON], "options": [FOREVER]}
    with OdooServer(postgres, name, name, **options) as server:
        tokens = narrow_side.get_tokens(server.url, made)
        where = target(server, postgres, Rows(postgres, name, made), name)
        with step("Measuring narrow scopes in turns"):
            return [_measure(where, call, tokens, *times, report) for call in calls]


def _measure(where, call, tokens, rounds, turns, depths, report):
    """Return the :class:`Row` of ``call``."""
    further = [
        {DEPTH_HEADER: str(FRAMES_PER_CHUNK * n // depths)} for n in range(depths)
    ]
    sent = {caller: call.request(token) for caller, token in tokens.items()}
    _check_same(where.url, call, sent)
    row = Row(call, {caller: [] for caller in sent})
    callers = list(sent)
    for number in range(rounds + 1):
        found = {caller: [] for caller in sent}
        for turn in range(turns):
            # Another one is first each time, and half of the turns go backwards
            start = (number * turns + turn) % len(callers)
            order = callers[start:] + callers[:start]
            for caller in order[:: -1 if turn % 2 else 1]:
                count = call.number * depths
                found[caller].append(cost(where, sent[caller], count, further))
        if number:
            # The first one has filled the caches
            for caller, costs in found.items():
                row.costs[caller].append(1000 * statistics.mean(costs))
    for caller, base, _most in row.goals():
        ratio = statistics.median(row.ratios(caller, base))
        report(f"  {call.name}, {caller} by {base}: {ratio:.3f}")
    return row


def _check_same(url, call, sent):
    """Stop unless the callers get the same answer: else it would be no comparison."""
    if not call.is_same_for_all:
        return
    answers = set()
    for request in sent.values():
        answer = requests.post(
            url + request.path, request.body, headers=request.headers, timeout=60
        )
        answers.add((answer.status_code, answer.text))
    if len(answers) != 1 or answers.pop()[0] != 200:
        raise Stop(f"{call.name}: not everybody gets the same answer.")


def tables(rows):
    """Return the tables (str): what each call costs, and whether the goals are met."""
    head = ["call", *(f"{caller}, ms" for caller in narrow_side.CALLERS)]
    lines = [
        [
            row.call.name,
            *(
                f"{statistics.median(row.costs[one]):.1f}"
                for one in narrow_side.CALLERS
            ),
        ]
        for row in rows
    ]
    return f"{table(head, lines)}\n\n{_goals(rows)}"


def _goals(rows):
    lines = []
    for row in rows:
        for caller, base, most in row.goals():
            name = f"{row.call.name}, {caller}, by {base}"
            lines.append([name, *judge(row.ratios(caller, base), most)])
    return table(["goal", "at most", "measured", "range", ""], lines)
