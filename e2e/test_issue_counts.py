# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Issued tokens are counted, and stored beside the use of their grant."""

import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from dev.server import OdooServer, free_port
from e2e.person import VERIFIER, Person
from e2e.waiting import assert_no_race_is_lost, wait_for

ADDON = "oauth_provider"
DATABASE = "e2e_issue_counts"
WORKERS = 2
MAKE = """
user = env["res.users"].create({
    "name": "Ann", "login": "ann", "password": "ann-password",
    "group_ids": [(6, 0, [env.ref("base.group_user").id])],
})
clients = env["oauth.provider.client"]
web = clients.create({
    "name": "web", "skip_authorization": True,
    "redirect_uri_ids": [(0, 0, {"name": "https://app.example.com/callback"})],
})
result = {"web": [web.identifier, web.generate_secret()]}
for name in ("one", "other", "third"):
    client = clients.create({
        "name": name, "application_type": "backend application", "user_id": user.id,
    })
    result[name] = [client.identifier, client.generate_secret()]
"""
#: A request that has begun, a use of the grant that is recorded meanwhile, and then
#: the token of that request; the other way round too.
STORED_BESIDE_USE = """
from odoo.api import Environment
grants = env["oauth.provider.grant"]
grant = grants.ensure(
    env["oauth.provider.client"].search([("name", "=", "web")]),
    env["res.users"].search([("login", "=", "ann")]),
)
grant.last_used = False
env.cr.commit()

def issue(other):
    tokens = other["oauth.provider.token"]
    found = other["oauth.provider.grant"].browse(grant.id)
    return tokens.issue(
        client=found.client_id, user=found.user_id, grant=found,
        scopes=found.scope_ids, lifetime=600,
    )[0]

result = []
with env.registry.cursor() as cr:
    other = Environment(cr, env.uid, {})
    issued_before = issue(other)
    # Not skipped because a token is stored at this moment
    grant.record_use("192.0.2.1")
    env.cr.commit()
    grant.invalidate_recordset()
    result.append(grant.last_address)
env.cr.execute("UPDATE oauth_provider_grant SET last_used = NULL")
env.cr.commit()
grant.invalidate_recordset()
with env.registry.cursor() as cr:
    other = Environment(cr, env.uid, {})
    other["oauth.provider.grant"].browse(grant.id).last_used
    grant.record_use("192.0.2.2")
    env.cr.commit()
    issue(other)
grant.invalidate_recordset()
result.append(grant.last_address)
"""
COUNTS = """
SELECT c.name, e.hour IS NOT NULL, count(*), sum(e.number)
  FROM oauth_provider_event e JOIN oauth_provider_client c ON c.id = e.client_id
 WHERE e.kind IN ('issued', 'refreshed') GROUP BY 1, 2
"""
RUNNING = "HTTP service (werkzeug) running"


@pytest.fixture(scope="module")
def clients(databases):
    """{name: (identifier, secret)} of the clients of the database."""
    databases.create(DATABASE, ["web", ADDON])
    yield databases.shell(DATABASE, MAKE)
    databases.drop(DATABASE)


@pytest.fixture
def counts(databases):
    """Function that returns {(client, is counted): (rows, tokens)}; none before."""
    with databases.sql(DATABASE) as execute:
        execute("DELETE FROM oauth_provider_event")
        yield lambda: {
            (name, is_counted): (rows, number)
            for name, is_counted, rows, number in execute(COUNTS)
        }


@pytest.fixture
def start(postgres, clients):
    """Function that gives a server, to be started."""

    def make(workers=WORKERS, *options):
        return OdooServer(
            postgres,
            "issue-counts",
            DATABASE,
            load=[ADDON],
            workers=workers,
            options=options,
        )

    return make


def issue(server, client, url=None):
    """Get a token; return the status, or None where nothing listens yet.

    :param url: address of another port of the server
    """
    data = {"grant_type": "client_credentials"}
    url = f"{url or server.url}/oauth2/token"
    try:
        return requests.post(url, data, auth=tuple(client), timeout=60).status_code
    except requests.ConnectionError:
        return None


def issue_many(server, client, number):
    """Get tokens by two requests at a time."""
    with ThreadPoolExecutor(WORKERS) as pool:
        found = set(pool.map(lambda _n: issue(server, client), range(number)))
    assert found == {200}


def total(found, name):
    """Return how many tokens of a client the events tell of."""
    return sum(
        number for (client, _is), (_rows, number) in found.items() if client == name
    )


def test_storing_a_token_and_recording_a_use_do_not_meet(databases, clients):
    found = databases.shell(DATABASE, STORED_BESIDE_USE)
    assert found == ["192.0.2.1", "192.0.2.2"]


def test_refreshes_at_once_meet_no_use_of_their_grant(start, databases, clients):
    ends = threading.Event()

    def forget_use():
        with databases.sql(DATABASE) as execute:
            while not ends.wait(0.002):
                execute("UPDATE oauth_provider_grant SET last_used = NULL")

    def refresh(server, person, number):
        """Refresh, and use what that gives, on and on."""
        url, auth = f"{server.url}/oauth2", tuple(clients["web"])
        data = {"grant_type": "authorization_code", "code_verifier": VERIFIER}
        data["code"] = person.get_code(clients["web"][0])
        for _each in range(number):
            answer = requests.post(f"{url}/token", data, auth=auth, timeout=60)
            assert answer.status_code == 200, answer.text
            tokens = answer.json()
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            answer = requests.get(f"{url}/tokeninfo", headers=bearer, timeout=60)
            assert answer.status_code == 200
            data = {"grant_type": "refresh_token"}
            data["refresh_token"] = tokens["refresh_token"]

    with start() as server, ThreadPoolExecutor(5) as pool:
        people = [Person(server, "ann", "ann-password") for _each in range(4)]
        forgetting = pool.submit(forget_use)
        try:
            for run in [pool.submit(refresh, server, one, 40) for one in people]:
                run.result()
        finally:
            ends.set()
        forgetting.result()
    log = server.log.read_text(errors="replace")
    assert "event=refreshed" in log
    assert_no_race_is_lost(server)


def test_a_thousand_tokens_of_two_workers_are_a_few_rows(start, clients, counts):
    with start() as server:
        with ThreadPoolExecutor(WORKERS) as pool:
            for run in [
                pool.submit(issue_many, server, clients[name], 500)
                for name in ("one", "other")
            ]:
                run.result()
        names = ("one", "other")
        assert wait_for(lambda: all(total(counts(), name) == 500 for name in names))
        found = counts()
        log = server.log.read_text(errors="replace")
    for name in names:
        # From an address that is new to a worker: a single event
        rows, number = found[name, False]
        assert rows == number <= WORKERS * WORKERS
        # One for an hour, and the hour may have changed
        assert found[name, True][0] <= 2
    assert log.count("event=issued") == 1000
    assert_no_race_is_lost(server)


@pytest.mark.parametrize("workers, restarts", [(0, 0), (0, 1), (WORKERS, 0)])
def test_what_is_gathered_survives_the_end_of_the_server(
    start, clients, counts, workers, restarts
):
    with start(workers) as server:
        issue_many(server, clients["third"], 20)
        if restarts:
            os.kill(server.process.pid, signal.SIGHUP)
            # A second signal before it runs again would end it by force
            assert wait_for(lambda: server.log.read_text().count(RUNNING) > 1, 60)
            assert issue(server, clients["third"]) == 200
    # SIGTERM has ended it
    assert total(counts(), "third") == 20 + restarts
    assert ("third", True) in counts()


def test_the_evented_process_counts(start, clients, counts):
    """Odoo ends it by SIGKILL: what it has gathered is written within a second."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with start(WORKERS, f"--gevent-port={port}") as server:
        # It starts after the others
        assert wait_for(lambda: issue(server, clients["third"], url) == 200, 60)
        for _each in range(5):
            assert issue(server, clients["third"], url) == 200
        assert wait_for(lambda: total(counts(), "third") == 6), counts()
    assert counts()["third", False] == (1, 1)


def test_what_is_gathered_survives_the_end_of_a_worker(start, clients, counts):
    """After some requests, or a signal, a worker makes room for another one."""
    with start(WORKERS, "--limit-request=15") as server:
        issue_many(server, clients["third"], 100)
        assert wait_for(lambda: total(counts(), "third") == 100), counts()
        parent = server.process.pid
        issue_many(server, clients["third"], 10)
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        for child in children:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
            if b"gevent" not in command:
                os.kill(int(child), signal.SIGINT)
        assert wait_for(lambda: total(counts(), "third") == 110), counts()
    assert "max request" in server.log.read_text(errors="replace")
