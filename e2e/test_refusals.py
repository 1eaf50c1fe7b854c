# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Refused requests of several workers: counted together, and bounded."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from dev.server import OdooServer
from e2e.waiting import assert_no_race_is_lost, wait_for

ADDON = "oauth_provider"
DATABASE = "e2e_refusals"
MAKE = """
client = env["oauth.provider.client"].create({
    "name": "Shop", "application_type": "backend application",
    "user_id": env.ref("base.user_admin").id,
})
result = [client.identifier, client.generate_secret()]
"""
ROWS = """
SELECT cause, COALESCE(client_id, 0) > 0, COALESCE(address, ''), number, last_at
  FROM oauth_provider_event WHERE kind = 'refused'
"""


@pytest.fixture(scope="module")
def client(databases):
    """(identifier, secret) of the client of the database."""
    databases.create(DATABASE, ["web", ADDON])
    yield databases.shell(DATABASE, MAKE)
    databases.drop(DATABASE)


@pytest.fixture
def rows(databases):
    """Function that returns what is stored; nothing before."""
    with databases.sql(DATABASE) as execute:
        execute("DELETE FROM oauth_provider_event")
        yield lambda: execute(ROWS)


@pytest.fixture
def server(postgres, client):
    options = {"load": [ADDON], "workers": 2, "options": ["--proxy-mode"]}
    with OdooServer(postgres, "refusals", DATABASE, **options) as running:
        yield running


def refuse(server, client, address="192.0.2.1", secret="wrong", **data):
    """Send a request that is refused, as it comes through a proxy."""
    headers = {"X-Forwarded-For": address, "X-Forwarded-Host": "localhost"}
    data = {"grant_type": "client_credentials", **data}
    url, auth = f"{server.url}/oauth2/token", (client[0], secret)
    for _attempt in range(20):
        try:
            answer = requests.post(url, data, auth=auth, headers=headers, timeout=60)
            break
        except requests.ConnectionError:
            # Few connections wait for a server of two workers
            time.sleep(0.2)
    assert 400 <= answer.status_code < 500, answer.text
    return answer


def test_fifty_at_once_are_one_row(server, client, rows):
    _identifier, secret = client
    with ThreadPoolExecutor(50) as pool:
        for run in [
            pool.submit(refuse, server, client, secret=secret, scope="no.such.scope")
            for _number in range(50)
        ]:
            assert run.result().json()["error"] == "invalid_scope"
    assert wait_for(lambda: sum(row[3] for row in rows()) == 50, 10), rows()
    # The hour may have changed
    assert len(rows()) <= 2
    assert {row[:3] for row in rows()} == {("scope", True, "192.0.2.1")}
    assert_no_race_is_lost(server, "Traceback")


def test_an_administrator_sees_it_a_second_later(server, client, rows):
    refuse(server, client)
    # Not at once, or each refusal would be written on its own
    start = time.monotonic()
    assert wait_for(rows, 10)
    assert time.monotonic() - start < 3
    [(cause, has_client, address, number, _last)] = rows()
    assert (cause, has_client, address, number) == (
        "wrong_secret",
        True,
        "192.0.2.1",
        1,
    )


def test_a_flood_is_bounded(server, client, rows):
    """Random clients, addresses and texts: few rows, and few lines of the log."""
    chosen = random.Random(7)
    before = len(server.log.read_text(errors="replace").splitlines())

    def send(number):
        address = f"198.51.{number % 200}.{chosen.randrange(250)}"
        named = [f"{chosen.getrandbits(64):x}"]
        refuse(server, named, address, secret=f"{chosen.getrandbits(64):x}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(3000)))
    assert wait_for(lambda: sum(row[3] for row in rows()) == 3000, 20), len(rows())
    # Of two hours at most
    assert len(rows()) <= 2 * 1001
    assert {row[0] for row in rows()} <= {"unknown_client", "too_many_secrets", "other"}
    lines = server.log.read_text(errors="replace").splitlines()[before:]
    events = [line for line in lines if "event=refused" in line]
    assert len(events) <= 3000
    assert_no_race_is_lost(server, "Traceback")


def test_what_is_gathered_is_written_at_the_end(postgres, client, rows):
    options = {"load": [ADDON], "workers": 2, "options": ["--proxy-mode"]}
    with OdooServer(postgres, "refusals-end", DATABASE, **options) as running:
        for _number in range(5):
            refuse(running, client)
    assert sum(row[3] for row in rows()) == 5
