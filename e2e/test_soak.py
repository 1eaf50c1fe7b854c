# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The soak for a moment: it sends what it says, and it sees what grows."""

import re
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace

import pytest

from bench.soak import main, verdict
from bench.soak.samples import Sample
from bench.soak.visitor import PAGES, STEPS
from dev.databases import Databases

#: Seconds, and requests a second.
SECONDS, RATE = 24, 60
#: What the route of the test's own addon keeps, as the table names it.
LEAKED = {"connections", "session files", "dead rows", "bytes of log a request"}


@pytest.mark.long
def test_each_kind_of_request_is_answered_as_expected(postgres, capsys):
    names = {name for name, _times in (*STEPS, *PAGES)} | {"sign_in", "admin_sign_in"}
    samples, traffic = main.soak(
        postgres, SECONDS, RATE, enough=lambda one: names <= set(one.counts)
    )
    main.report(samples, traffic)
    printed = capsys.readouterr().out
    assert not traffic.unexpected, traffic.unexpected
    assert not traffic.errors
    assert names <= set(traffic.counts)
    for row in ("worker 1, MiB", "connections", "session files", "dead rows"):
        assert f"| {row} " in printed


@pytest.mark.long
def test_what_a_server_keeps_is_seen(postgres, databases, capsys):
    addon = "oauth_provider_leak"
    leaks = {"modules": [addon], "extra": "/soak/leak"}
    found = main.soak(
        postgres, SECONDS, RATE, **leaks, enough=lambda one: one.counts["extra"] > 60
    )
    assert main.report(*found) == 1
    printed = capsys.readouterr().out
    for name in LEAKED:
        assert f"✗ {name}: the last quarter is " in printed
    # On a machine with nothing else to do, one worker may get nearly all requests
    assert re.search(r"✗ worker [12], MiB: the last quarter is ", printed)
    databases.drop("soak")


def test_postgresql_is_left_with_its_own_settings(postgres):
    if postgres.external:
        pytest.skip("nothing is set on somebody's own PostgreSQL")
    with Databases(postgres).sql() as execute:
        for name in main.VACUUM:
            query = "SELECT source FROM pg_settings WHERE name = %s"
            assert execute(query, (name,)) == [("default",)]


# What is judged, by samples that are made up


def _samples(number=40, **grown):
    """Return samples of a steady server; ``grown`` is {field: its last value}."""
    found = []
    for n in range(number):
        sample = Sample(
            at=5.0 * n,
            memory={1: 100 * 2**20, 2: 100 * 2**20, 3: 90 * 2**20},
            shares={1: 50 * 2**20, 2: 50 * 2**20, 3: 40 * 2**20},
            connections=7,
            sessions=100,
            # A saw-tooth
            dead_rows=400 + 100 * (n % 3),
            log=1000 * n,
            requests=10 * n,
        )
        if n >= number * 3 / 4:
            sample = replace(sample, **grown)
        found.append(sample)
    return found


def _grown(samples):
    return [row.name for row in verdict.rows(samples) if row.grows]


def test_a_steady_server_does_not_grow():
    assert _grown(_samples()) == []


@pytest.mark.parametrize(
    ("grown", "name"),
    [
        ({"connections": 8}, "connections"),
        ({"sessions": 111}, "session files"),
        ({"dead_rows": 530}, "dead rows"),
        (
            {"memory": {1: 100 * 2**20, 2: 106 * 2**20, 3: 90 * 2**20}},
            "worker 2, MiB",
        ),
        (
            {"memory": {1: 100 * 2**20, 2: 100 * 2**20, 3: 95 * 2**20}},
            "worker of jobs, MiB",
        ),
    ],
)
def test_growth_of_more_than_5_percent_is_seen(grown, name):
    assert _grown(_samples(**grown)) == [name]


def test_more_log_a_request_is_seen():
    samples = _samples()
    more = [replace(s, log=s.log + 60 * max(n - 30, 0)) for n, s in enumerate(samples)]
    assert _grown(more) == ["bytes of log a request"]
    # More requests, each with as much
    busy = [replace(s, log=2 * s.log, requests=2 * s.requests) for s in samples]
    assert _grown([*samples[:30], *busy[30:]]) == []


@pytest.mark.parametrize("sessions", [105, 110])
def test_ten_session_files_more_are_nothing(sessions):
    assert _grown(_samples(sessions=sessions)) == []


def test_shared_memory_is_shown_but_not_judged():
    shares = {1: 90 * 2**20, 2: 90 * 2**20, 3: 90 * 2**20}
    assert _grown(_samples(shares=shares)) == []


def _traffic(errors=0, unexpected=(), counts=("refresh",)):
    return SimpleNamespace(
        errors=errors, unexpected=Counter(unexpected), counts=Counter(counts)
    )


def test_what_else_is_wrong_is_said():
    samples = _samples()
    rows = verdict.rows(samples)
    assert verdict.faults(rows, samples, _traffic()) == []
    # Some answers may be others: what they were is said beside the table
    some = _traffic(unexpected=[("refresh", "401")])
    assert verdict.faults(rows, samples, some) == []
    [line] = verdict.faults(rows, samples, _traffic(unexpected=[("revoke", "404")]))
    assert "revoke" in line
    [line] = verdict.faults(rows, samples, _traffic(errors=2))
    assert line.startswith("2 answers were 5xx")
    memory = {1: 100 * 2**20, 4: 100 * 2**20, 3: 90 * 2**20}
    replaced = _samples(memory=memory)
    [line] = verdict.faults(verdict.rows(replaced), replaced, _traffic())
    assert line == "A worker was replaced by a new one."


def test_too_few_samples_say_nothing():
    with pytest.raises(ValueError, match="too few"):
        verdict.rows(_samples(number=6))
    with pytest.raises(ValueError, match="too few"):
        verdict.rows([])
