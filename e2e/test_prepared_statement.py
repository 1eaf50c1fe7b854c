# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The connection that a process keeps for looking up tokens, seen from PostgreSQL."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
import requests

from dev.server import OdooServer

from .waiting import wait_for

ADDON = "oauth_provider"
DATABASE = "e2e_prepared"
#: Backends whose last statement was one that they had prepared.
PREPARED = """
SELECT pid, query FROM pg_stat_activity
WHERE datname = %s AND query LIKE 'EXECUTE oauth\\_provider\\_%%'
"""
#: The last statement of each backend.
LAST = "SELECT pid, query FROM pg_stat_activity WHERE datname = %s"
#: Backends that wait for a lock on a row with a statement that they had prepared.
WAITING = """
SELECT pid FROM pg_stat_activity
WHERE datname = %s AND query LIKE 'EXECUTE oauth\\_provider\\_%%'
  AND wait_event_type = 'Lock'
"""
#: A client that may use the API without limits.
MAKE = """
user = env["res.users"].create({
    "name": "Bo", "login": "bo", "group_ids": [(6, 0, [env.ref("base.group_user").id])],
})
scope = env["oauth.provider.scope"].create({
    "name": "All", "code": "all", "full_access": True,
})
legacy = env["oauth.provider.client"].create({
    "name": "Till", "application_type": "legacy application",
    "scope_ids": [(6, 0, scope.ids)], "refresh_token_grace": 0,
})
user.password = "bo-password"
client = env["oauth.provider.client"].create({
    "name": "Robot", "application_type": "backend application", "user_id": user.id,
    "scope_ids": [(6, 0, scope.ids)],
})
result = [
    [client.identifier, client.generate_secret()],
    [legacy.identifier, legacy.generate_secret()],
]
"""
#: More than what it takes until a connection is opened.
WARM = 8


@pytest.fixture(scope="module")
def clients(databases):
    """Credentials (tuples) of a backend application and of a legacy application."""
    databases.create(DATABASE, ["web", ADDON])
    return [tuple(one) for one in databases.shell(DATABASE, MAKE)]


@pytest.fixture(scope="module", params=[0, 2])
def server(request, postgres, clients):
    """A server with threads, and one with two workers."""
    name = f"prepared{request.param}"
    with OdooServer(
        postgres, name, DATABASE, load=[ADDON], workers=request.param
    ) as running:
        running.client, running.legacy = clients
        yield running


def issue(server):
    """Return an access token (str)."""
    answer = requests.post(
        f"{server.url}/oauth2/token",
        {"grant_type": "client_credentials", "scope": "all"},
        auth=server.client,
    )
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


def ask(server, token):
    """Return the status of an answer from each route that only reads the token."""
    headers = {"Authorization": f"Bearer {token}"}
    return [
        requests.get(f"{server.url}/oauth2/tokeninfo", headers=headers).status_code,
        requests.get(f"{server.url}/oauth2/userinfo", headers=headers).status_code,
        requests.post(
            f"{server.url}/json/2/res.users/context_get", json={}, headers=headers
        ).status_code,
        requests.post(
            f"{server.url}/oauth2/introspect", {"token": token}, auth=server.client
        ).json()["active"],
    ]


LIVE, DEAD = [200, 200, 200, True], [401, 401, 401, False]


def warm(server):
    """Return a token with which each worker was asked often enough."""
    token = issue(server)
    for _time in range(WARM * max(server.workers, 1)):
        assert ask(server, token) == LIVE
        assert ask(server, f"{token}x") == DEAD
    return token


@pytest.fixture
def token(server, databases):
    """A token, which is looked up by prepared statements."""
    token = warm(server)
    assert prepared(databases)
    return token


def prepared(databases):
    """Return {pid of a backend with prepared statements: the last one}."""
    with databases.sql() as execute:
        return dict(execute(PREPARED, [DATABASE]))


def test_each_process_keeps_one_connection(server, databases):
    warm(server)
    before = prepared(databases)
    assert 1 <= len(before) <= max(server.workers, 1)
    warm(server)
    assert before.keys() <= prepared(databases).keys()
    assert len(prepared(databases)) <= max(server.workers, 1)


def test_a_revoked_token_is_dead_at_once(server, token):
    answer = requests.post(
        f"{server.url}/oauth2/revoke_token", {"token": token}, auth=server.client
    )
    assert answer.status_code == 200
    assert ask(server, token) == DEAD


@pytest.mark.parametrize(
    ("change", "undo", "expected"),
    [
        (
            "UPDATE res_users SET active = FALSE WHERE login = 'bo'",
            "UPDATE res_users SET active = TRUE WHERE login = 'bo'",
            DEAD,
        ),
        (
            "ALTER TABLE oauth_provider_token ADD COLUMN x_other int DEFAULT 1",
            "ALTER TABLE oauth_provider_token DROP COLUMN x_other",
            LIVE,
        ),
    ],
    ids=["archived user", "new column"],
)
def test_a_change_counts_at_once(server, token, databases, change, undo, expected):
    with databases.sql(DATABASE) as execute:
        execute(change)
        try:
            assert ask(server, token) == expected
        finally:
            execute(undo)
    assert ask(server, token) == LIVE


def test_threads_do_not_wait_for_each_other(server, token, databases):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _n: ask(server, token), range(64)))
    assert answers == [LIVE] * 64
    assert len(prepared(databases)) <= max(server.workers, 1)


def refresh(server, token):
    """Return the answer to a refresh token."""
    return requests.post(
        f"{server.url}/oauth2/token",
        {"grant_type": "refresh_token", "refresh_token": token},
        auth=server.legacy,
    )


def sign_in(server):
    """Return the token response (dict) of a person who gives the password."""
    answer = requests.post(
        f"{server.url}/oauth2/token",
        {"grant_type": "password", "username": "bo", "password": "bo-password"},
        auth=server.legacy,
    )
    return answer.json()


def test_a_refresh_token_is_used_once_however_many_use_it_at_once(server, token):
    for _time in range(5):
        answer = refresh(server, sign_in(server)["refresh_token"])
        assert answer.status_code == 200, answer.text
        second = answer.json()["refresh_token"]
        with ThreadPoolExecutor(6) as pool:
            answers = list(pool.map(refresh, [server] * 6, [second] * 6))
        got = [answer.json() for answer in answers if answer.status_code == 200]
        assert len(got) <= 1, answers
        refused = [answer.json()["error"] for answer in answers if not answer.ok]
        assert set(refused) == {"invalid_grant"}
        # It was presented twice: all that came of it has ended
        for one in got:
            assert refresh(server, one["refresh_token"]).status_code == 400
            assert ask(server, one["access_token"]) == DEAD


def test_tokens_are_issued_on_the_connection_that_is_kept(server, token, databases):
    pids = prepared(databases).keys()

    def has_committed():
        assert issue(server)
        with databases.sql() as execute:
            last = dict(execute(LAST, [DATABASE]))
        return all(last[pid] == "COMMIT" for pid in pids)

    # Whichever worker takes a request
    assert wait_for(has_committed)


@contextmanager
def waiting_refresh(server, databases, change):
    """Give a refresh that waits for the transaction ``change`` (str).

    :return: (refresh token, future of the answer, connection of the transaction)
    """
    refresh_token = sign_in(server)["refresh_token"]
    with closing(databases.connect(DATABASE)) as other, ThreadPoolExecutor(1) as pool:
        with other.cursor() as cursor:
            cursor.execute(change)
            assert cursor.rowcount
        answer = pool.submit(refresh, server, refresh_token)
        assert wait_for(lambda: get_waiting(databases))
        yield refresh_token, answer, other


def get_waiting(databases):
    """Return the pids of backends that wait within a transaction of their own."""
    with databases.sql() as execute:
        return [pid for (pid,) in execute(WAITING, [DATABASE])]


def test_a_refresh_meets_a_revocation(server, token, databases):
    logged = len(server.log.read_text())
    revoke = "UPDATE oauth_provider_refresh_token SET revoked_at = now()"
    with waiting_refresh(server, databases, revoke) as (_old, answer, other):
        with databases.sql(DATABASE) as execute:
            [[before]] = execute("SELECT count(*) FROM oauth_provider_token")
        other.commit()
        assert answer.result(30).status_code == 400
    assert answer.result().json()["error"] == "invalid_grant"
    with databases.sql(DATABASE) as execute:
        assert list(execute("SELECT count(*) FROM oauth_provider_token")) == [(before,)]
    # Odoo has run the request again
    assert "tries left" in server.log.read_text()[logged:]


def test_nobody_notices_that_the_connections_end(server, token, databases):
    with databases.sql() as execute:
        execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND query LIKE 'EXECUTE oauth%%'",
            [DATABASE],
        )
    assert not prepared(databases)
    for _time in range(WARM):
        assert ask(server, token) == LIVE
    assert prepared(databases)
    log = server.log.read_text()
    assert "Traceback" not in log
    assert "bad query" not in log


@pytest.mark.parametrize("workers", [0, 2])
def test_it_ends_with_its_process(postgres, databases, clients, workers):
    before = prepared(databases).keys()
    with OdooServer(
        postgres, "ending", DATABASE, load=[ADDON], workers=workers
    ) as server:
        server.client, server.legacy = clients
        warm(server)
        assert prepared(databases).keys() - before
    assert not prepared(databases).keys() - before
    # As Odoo sees it, nothing is left open
    assert "not closed" not in server.log.read_text()


def test_no_deadlock_with_an_update_of_tables(postgres, databases, clients):
    """PostgreSQL would not see it: a request has two of its connections."""
    with (
        OdooServer(postgres, "locking", DATABASE, load=[ADDON]) as server,
        closing(databases.connect(DATABASE)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        server.client, server.legacy = clients
        token = warm(server)
        for request, expected in (
            (lambda: ask(server, token), LIVE),
            (lambda: bool(issue(server)), True),
        ):
            # A token is looked up, and Odoo has read the other table before
            lock(other, "res_users")
            answer = pool.submit(request)
            time.sleep(1)
            lock(other, "orm_signaling_registry")
            other.rollback()
            assert answer.result(30) == expected


def lock(connection, table):
    """Lock ``table`` as ALTER TABLE does, or fail within five seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")


def test_it_can_be_switched_off(postgres, databases, clients, tmp_path):
    config = tmp_path / "odoo.conf"
    config.write_text("[options]\noauth_provider_prepare_statements = False\n")
    with OdooServer(
        postgres, "unprepared", DATABASE, load=[ADDON], options=[f"--config={config}"]
    ) as server:
        server.client, server.legacy = clients
        before = prepared(databases)
        warm(server)
        assert prepared(databases).keys() <= before.keys()


def test_a_refresh_goes_on_where_the_connection_ends(postgres, databases, clients):
    lock = "SELECT FROM oauth_provider_refresh_token FOR UPDATE"
    with OdooServer(postgres, "ended", DATABASE, load=[ADDON]) as server:
        server.client, server.legacy = clients
        warm(server)
        with waiting_refresh(server, databases, lock) as (old, answer, other):
            [pid] = get_waiting(databases)
            with databases.sql() as execute:
                execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
            time.sleep(1)
            other.rollback()
            assert answer.result(30).status_code == 200
        assert "no prepared statements for 60 seconds" in server.log.read_text()
        # What it had done before the connection ended is undone
        new = answer.result().json()["refresh_token"]
        assert refresh(server, new).status_code == 200
        assert refresh(server, old).status_code == 400


def test_what_an_addon_writes_is_in_the_same_transaction(postgres, databases):
    """By the environment of the request, not of the records; see its model."""
    addon, database = "oauth_provider_note", "e2e_noted"
    databases.create(database, ["web", ADDON])
    databases.odoo(database, "--init", addon)
    noted = "SELECT value FROM ir_config_parameter WHERE key LIKE 'noted.%%'"
    closed = "INSERT INTO ir_config_parameter (key, value) VALUES (%s, %s)"
    credentials = [tuple(one) for one in databases.shell(database, MAKE)]

    @contextmanager
    def serving():
        with OdooServer(postgres, "noted", database, load=[ADDON]) as server:
            server.client, server.legacy = credentials
            yield server

    with serving() as server:
        for _time in range(WARM):
            issue(server)
        token = sign_in(server)["refresh_token"]
    with databases.sql(database) as execute:
        assert list(execute(noted)) == [("nobody",)] * (WARM + 1)
        execute(closed, [f"{addon}.is_closed", "yes"])
    with serving() as server:
        for _time in range(WARM):
            assert refresh(server, token).status_code >= 400
    with databases.sql(database) as execute:
        assert len(list(execute(noted))) == WARM + 1
        execute("DELETE FROM ir_config_parameter WHERE key LIKE '%%.is_closed'")
    with serving() as server:
        # All was undone: it has never been used
        assert refresh(server, token).status_code == 200
    databases.drop(database)
