# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases with few rows and with many, measured at the same time.

As many Odoos as there are databases, each of which serves all of them: they change
places from round to round, so that no process is that of one database. Whatever the
machine does besides hits all of them alike.
"""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from dev.console import Stop, step
from dev.postgres import private_folder

from . import measure, odoo_side
from .provider import Provider
from .rows import FEW, Rows

#: Of each Odoo, as there are several at once.
WORKERS = 1
CONNECTIONS = 2
#: What a token takes on the disk, with its indexes and what PostgreSQL logs.
BYTES_PER_TOKEN = 700


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
    with ExitStack() as stack:
        targets = []
        for number in range(len(found)):
            names = [one.name for one in found]
            server = odoo_side.server(cluster, f"bench-{number}", names, WORKERS)
            stack.enter_context(server)
            targets.append(
                {
                    one.tokens: measure.target(server, cluster, rows, one.name)
                    for one in found
                }
            )
        before = _whole_reads(providers)
        with step("Measuring small and large databases side by side"):
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
    """Measure in rounds; returns {tokens: {name: list of :class:`.wrk.Run`}}.

    :param targets: for each server, {tokens: :class:`.measure.Target`} (list)
    """
    runs = {tokens: {} for tokens in providers}
    # Each server gets to know each database before
    first = 1 - len(targets) if size.warm_up else 1
    for number in range(first, size.flat_rounds + 1):
        seconds = size.flat_seconds if number > 0 else size.warm_up
        requests = {
            tokens: provider.flat_requests(seconds * measure.MOST)
            for tokens, provider in providers.items()
        }
        places = targets[number % len(targets) :] + targets[: number % len(targets)]
        for same in zip(*requests.values(), strict=True):
            found = _at_once(places, providers, same, seconds)
            for tokens, run in zip(providers, found, strict=True):
                if number > 0:
                    runs[tokens].setdefault(same[0].name, []).append(run)
        if number > 0:
            report(f"  round {number} of {size.flat_rounds}")
    return runs


def _at_once(places, providers, requests, seconds):
    """Send to each database its request; returns the runs (list)."""
    with ThreadPoolExecutor(len(places)) as pool:
        jobs = [
            pool.submit(measure.run, place[tokens], request, seconds, CONNECTIONS)
            for place, tokens, request in zip(places, providers, requests, strict=True)
        ]
        return [job.result() for job in jobs]
