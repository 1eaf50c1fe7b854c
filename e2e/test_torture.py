# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Faults under load: nothing is redeemed twice, nothing that was given is lost.

For as long as wanted: ``make torture SECONDS=600``.
"""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from dev import faketime, odoo_cli
from dev.console import Stop
from dev.databases import Databases
from dev.postgres import servers
from dev.server import OdooServer
from e2e.faults import Faults
from e2e.load import Load

ADDON = "oauth_provider"
DATABASE = "e2e_torture"
SECONDS = int(os.environ.get("TORTURE_SECONDS") or 40)
PEOPLE = 4
#: Tokens that are looked at once more at the end.
SAMPLE = 200
MAKE = """
# A worker that is killed takes with it what it was going to count
env["ir.config_parameter"].set_param("oauth_provider.event_of_each_token", "True")
env["res.users"].create({
    "name": "Ann", "login": "ann", "password": "ann-password",
    "group_ids": [(6, 0, [env.ref("base.group_user").id])],
})
client = env["oauth.provider.client"].create({
    "name": "Torture", "skip_authorization": True, "refresh_token_grace": 0,
    "redirect_uri_ids": [(0, 0, {"name": "https://app.example.com/callback"})],
})
result = [client.identifier, client.generate_secret()]
"""
#: Families with more access tokens than a code and the refreshes below it explain.
DOUBLE = """
SELECT count(*) FROM (
    SELECT family, count(*) AS tokens FROM oauth_provider_token GROUP BY family
) t WHERE tokens > 1 + (
    SELECT count(*) FROM oauth_provider_refresh_token r
     WHERE r.family = t.family AND r.used_at IS NOT NULL
)
"""
FORKED = """
SELECT count(*) FROM (
    SELECT predecessor_id FROM oauth_provider_refresh_token
     WHERE predecessor_id IS NOT NULL GROUP BY predecessor_id HAVING count(*) > 1
) forked
"""
UNTOLD = """
SELECT (SELECT count(*) FROM oauth_provider_token) - (
    SELECT count(*) FROM oauth_provider_event WHERE kind IN ('issued', 'refreshed')
)
"""


@pytest.fixture
def tortured(postgres, databases, tmp_path):
    """(server, PostgreSQL, file that sets the clock or None, client)."""
    found = servers(f"{postgres.name}-torture", 1)
    if not found:
        pytest.skip("only a private PostgreSQL is ended by a signal: unset PGHOST")
    [database_server] = found
    clock, environment = tmp_path / "clock", {}
    try:
        path = odoo_cli.environment(postgres)["PYTHONPATH"]
        environment = faketime.environment(clock, path)
    except Stop as error:
        print(f"\nThe clock is left alone: {error}")
        clock = None
    databases.create(DATABASE, ["web", ADDON])
    with ExitStack() as stack:
        database_server.remove()
        stack.callback(database_server.remove)
        stack.callback(database_server.stop)
        database_server.start()
        databases.copy_to(DATABASE, database_server)
        databases.drop(DATABASE)
        client = Databases(database_server.cluster).shell(DATABASE, MAKE)
        server = OdooServer(
            database_server.cluster,
            "torture",
            DATABASE,
            load=[ADDON],
            workers=3,
            dbfilter=f"^{DATABASE}$",
            env=environment,
        )
        stack.enter_context(server)
        yield server, database_server, clock, client


@pytest.mark.timeout(SECONDS + 400)
def test_no_fault_gives_twice_or_takes_away(tortured):
    server, database_server, clock, client = tortured
    seed = int(os.environ.get("TORTURE_SEED") or random.randrange(10**6))
    faults = Faults(server, database_server, clock, seed)
    load = Load(server, client, seed, faults.keep_running)
    load.start()
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        runs = [pool.submit(load.run, until) for _number in range(PEOPLE)]
        runs.append(pool.submit(faults.run, until))
        for run in runs:
            run.result()
    # What was given has survived a crash
    faults.restart_immediate()
    sample = random.Random(seed).sample(load.live, min(SAMPLE, len(load.live)))
    load.count(lost=sum(not load.works(token) for token in sample))
    with Databases(database_server.cluster).sql(DATABASE) as execute:
        double, forked, untold = (
            execute(query)[0][0] for query in (DOUBLE, FORKED, UNTOLD)
        )
    unexplained = [e for e in load.errors if not faults.are_right(*e[:2])]
    counts = load.counts
    injected = ", ".join(f"{n} x {what}" for what, n in sorted(faults.counts.items()))
    print(
        f"\ntorture, {SECONDS} s, TORTURE_SEED={seed}:"
        f"\n  requests sent: {counts['requests']}, tokens given: {counts['tokens']},"
        f" refused: {counts['refused']}, without an answer: {counts['broken']}"
        f"\n  faults injected: {sum(faults.counts.values())} ({injected})"
        f"\n  double redemptions: {counts['double'] + double + forked}"
        f"\n  lost tokens: {counts['lost']} (of {counts['tokens']} at once, and"
        f" {len(sample)} at the end)"
        f"\n  5xx: {len(load.errors)}, outside the fault windows: {len(unexplained)}"
        f"\n  requests that hang: {counts['hung']}"
        f"\n  tokens without an event, or events without a token: {abs(untold)}"
    )
    assert counts["tokens"] > SECONDS / 4 and sample
    assert faults.counts["worker killed"] and faults.counts["PostgreSQL crashed"]
    assert counts["double"] + double + forked == 0
    assert counts["lost"] == 0, load.losses[:3]
    assert not unexplained, unexplained[:3]
    assert counts["hung"] == 0
    assert untold == 0
