# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make soak``: load for as long as wanted, the table, and the document."""

import json
import subprocess
import time
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from dev import odoo_cli
from dev.console import Stop, say, step
from dev.databases import Databases
from dev.postgres import cluster
from dev.process import log_path
from dev.settings import ROOT

from .. import toolkit_side
from ..document import shape, write_between
from . import verdict
from .provider import Made, server
from .samples import Sampler
from .traffic import Traffic

DOCUMENT = ROOT / "docs" / "BENCHMARK.md"
PLOT = ROOT / "docs" / "soak.png"
MARKS = ("<!-- soak -->", "<!-- end of soak -->")
PICTURE = "![Memory, connections, files, dead rows and log over the time](soak.png)"
#: People at once, and requests a second of all of them.
PEOPLE, RATE = 4, 20
#: Seconds between two samples, and how many samples a short time gets at least.
EVERY, LEAST_SAMPLES = 5, 24
#: Autovacuum works often, so that each quarter has many of its rounds: the average of
#: a saw-tooth with few teeth is an accident. And it starts at the same number of dead
#: rows however large a table has become: withdrawn grants stay for a year.
VACUUM = {
    "autovacuum_naptime": 1,
    "autovacuum_vacuum_threshold": 10,
    "autovacuum_vacuum_scale_factor": 0,
}
#: Minutes of a soak whose figures may be written down.
LEAST_MINUTES = 60


def run(options):
    """Put the provider under load and judge it; returns the exit code.

    An interruption ends the load, and what was seen by then is judged.

    :param options: ``minutes`` (float), ``rate`` (float, requests a second), ``write``
        (bool)
    """
    if options.write and options.minutes < LEAST_MINUTES:
        raise Stop(f"Figures of less than {LEAST_MINUTES} minutes are not written.")
    if options.write:
        # What draws is there before an hour has passed
        toolkit_side.python()
    with cluster("soak") as postgres:
        samples, traffic = soak(postgres, options.minutes * 60, options.rate)
    return report(samples, traffic, options.write)


def soak(postgres, seconds, rate=RATE, modules=(), extra=None, enough=None):
    """Send requests for a while; returns (samples, traffic).

    :param postgres: running :class:`dev.postgres.Cluster`
    :param seconds: how long
    :param rate: requests a second
    :param modules: names of further addons that the database gets
    :param extra: path of a route that is asked besides, or None
    :param enough: function of the :class:`.traffic.Traffic` that says whether it may
        end by now; a busy machine gets ten times as long
    """
    databases = Databases(postgres)
    made = Made(databases, PEOPLE, modules)
    with _frequent_vacuum(databases), server(postgres) as running:
        sessions = odoo_cli.data_folder(postgres, running.name) / "sessions"
        for path in sessions.glob("*/*"):
            path.unlink()
        sampler = Sampler(running, databases, sessions)
        traffic = Traffic(running, made, rate, extra)
        say(f"· {running.url}, until {_clock(seconds)}; Ctrl-C ends it before.")
        try:
            with traffic, step("Load"):
                samples = _watch(running, sampler, traffic, seconds, enough)
        finally:
            sampler.close()
    return samples, traffic


@contextmanager
def _frequent_vacuum(databases):
    """Have autovacuum work often; somebody's own PostgreSQL stays as it is."""
    if databases.cluster.external:
        yield
        return
    with databases.sql() as execute:
        for name, value in VACUUM.items():
            execute(f"ALTER SYSTEM SET {name} = {value}")
        execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        with databases.sql() as execute:
            for name in VACUUM:
                execute(f"ALTER SYSTEM RESET {name}")
            execute("SELECT pg_reload_conf()")


def _watch(running, sampler, traffic, seconds, enough):
    """Take samples until the time is over; returns them (list)."""
    samples, start = [], time.monotonic()

    def is_over():
        passed = time.monotonic() - start
        is_enough = enough is None or enough(traffic) or passed > 10 * seconds
        return passed > seconds and is_enough

    every = min(EVERY, seconds / LEAST_SAMPLES)
    path = log_path("soak-samples")
    with open(path, "w") as kept:
        try:
            while not is_over():
                time.sleep(every)
                if not running.running:
                    say(f"✗ The server has ended: see {running.log}")
                    break
                sample = sampler.take(traffic.requests)
                if sample:
                    samples.append(sample)
                    print(json.dumps(asdict(sample)), file=kept, flush=True)
        except KeyboardInterrupt:
            say("\n· Interrupted: this is what was seen by then.")
    return samples


def _clock(seconds):
    return time.strftime("%H:%M", time.localtime(time.time() + seconds))


def report(samples, traffic, write=False):
    """Print the table; returns the exit code.

    :param samples: list of :class:`.samples.Sample`
    :param traffic: :class:`.traffic.Traffic`
    :param write: whether the figures are put into the document
    """
    try:
        rows = verdict.rows(samples)
    except ValueError as error:
        raise Stop(str(error)) from error
    minutes = (samples[-1].at - samples[0].at) / 60
    text = (
        f"{minutes:.0f} minutes, {traffic.requests / minutes / 60:.1f} requests a"
        f" second.\n\n{verdict.table(rows)}\n\n{verdict.answers(traffic)}"
    )
    say(text)
    faults = verdict.faults(rows, samples, traffic)
    for line in faults:
        say(f"✗ {line}")
    if write:
        _write(text, samples)
    return 1 if faults else 0


def _write(text, samples):
    """Put the figures into the document, and draw them."""
    write_between(DOCUMENT, MARKS, f"{PICTURE}\n\n{text}")
    drawn = json.dumps([asdict(sample) for sample in samples])
    program = Path(__file__).parent / "plot.py"
    command = [toolkit_side.python(), program, PLOT]
    subprocess.run(command, input=drawn, text=True, check=True)
    shape(DOCUMENT)
    say(f"✓ Written: {PLOT}")
