# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases with few rows and with many, measured in turns.

One Odoo serves them all, so that the same processes answer; what the machine does
besides hits each of them alike, for they are measured within the same seconds.
"""

import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass

from dev.console import Stop, step
from dev.postgres import private_folder

from . import measure, odoo_side
from .provider import Provider
from .rows import FEW, Rows

#: Seconds of each run: many short ones tell more than a few long ones.
SECONDS = 1
#: What a token takes on the disk, with its indexes and what PostgreSQL logs.
BYTES_PER_TOKEN = 1000


@dataclass(frozen=True)
class Database:
    """A copy of the provider's database.

    :ivar tokens: how many it gets
    :ivar clients: how many it gets
    """

    tokens: int
    clients: int

    @property
    def name(self):
        return f"bench_{self.tokens}"


@contextmanager
def copies(databases, cluster, size):
    """Copies (list of :class:`Database`) of the provider's database, for a while.

    The first has few rows. None has what is yet to be loaded, and all are dropped at
    the end: they are large.

    :raise Stop: where the disk is too small
    """
    found = [Database(FEW, 0)]
    found += [Database(tokens, size.clients) for tokens in size.tokens]
    needed = sum(one.tokens for one in found) * BYTES_PER_TOKEN
    if not cluster.external and shutil.disk_usage(private_folder()).free < needed:
        raise Stop(
            f"The databases need {needed / 1e9:.0f} GB: free them, or choose"
            " fewer tokens by ARGS='--tokens 1000000'."
        )
    try:
        for one in found:
            databases.clone(odoo_side.DATABASE, one.name)
        yield found
    finally:
        for one in found:
            databases.drop(one.name)


def measured(cluster, made, found, size, report):
    """Load the rows and measure; returns (runs, reads).

    ``runs`` is {tokens: {name: list of :class:`.wrk.Run`}}; those of one round have the
    same place in each list. ``reads`` is {tokens: {table: how often it was read in
    whole}}, of tables with many rows.

    :param made: what the clients and the user are (dict, see :mod:`.odoo_side`)
    :param found: what ``copies`` gave
    :param size: :class:`.size.Size`
    :param report: function that is given a line about the progress
    """
    providers = {}
    for one in found:
        rows = Rows(cluster, one.name, made)
        providers[one.tokens] = Provider(made, rows)
        with step(f"Loading {one.tokens:,} tokens and {one.clients:,} clients"):
            rows.add_clients(one.clients)
            rows.add_tokens(one.tokens)
            rows.settle()
    names = [one.name for one in found]
    with odoo_side.server(cluster, "bench-flat", names) as server:
        targets = {"odoo": measure.target(server, cluster, rows)}
        before = _whole_reads(providers)
        with step("Measuring small and large databases in turns"):
            runs = _rounds(targets, providers, size, report)
    # What a backend has counted is known for certain once it has ended
    time.sleep(1)
    return runs, {
        tokens: {
            table: count - before[tokens].get(table, count)
            for table, count in counts.items()
        }
        for tokens, counts in _whole_reads(providers).items()
    }


def _whole_reads(providers):
    return {tokens: one.rows.whole_reads() for tokens, one in providers.items()}


def _rounds(targets, providers, size, report):
    runs = {tokens: {} for tokens in providers}
    for number in range(0 if size.warm_up else 1, size.flat_rounds + 1):
        requests = {
            tokens: provider.flat_requests(SECONDS * measure.MOST)
            for tokens, provider in providers.items()
        }
        order = list(requests)
        for same in range(len(requests[order[0]])):
            # Whatever comes first or last is another one each time
            order = order[1:] + order[:1]
            for tokens in order if number % 2 else order[::-1]:
                request = requests[tokens][same]
                run = measure.run(targets, request, SECONDS)
                if number:
                    runs[tokens].setdefault(request.name, []).append(run)
        if number:
            report(f"  round {number} of {size.flat_rounds}")
    return runs
