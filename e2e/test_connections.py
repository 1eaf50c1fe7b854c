# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""New connections to PostgreSQL, as it counts them, for each way to name a database."""

import math
import time

import pytest
import requests

from dev.server import OdooServer
from e2e.test_no_provider import REMEMBERED

ADDON = "oauth_provider"
REQUESTS = 30
#: Seconds within which a connection of PostgreSQL has written its statistics.
WRITTEN = 1.5
FAILED = b"Connection to the database failed"


def opened(databases, server, ask):
    """Ask REQUESTS times; return (connections opened, seconds that it took)."""
    with databases.sql() as execute:

        def count():
            time.sleep(WRITTEN)
            [[sessions]] = execute("SELECT sum(sessions) FROM pg_stat_database")
            return int(sessions) + server.log.read_bytes().count(FAILED)

        before, began = count(), time.monotonic()
        for _time in range(REQUESTS):
            ask()
        took = time.monotonic() - began
        return count() - before, took


def warm(server, ask):
    """Let every worker load what it needs."""
    for _time in range(4 * (server.workers + 1)):
        ask()


def check(databases, server, asks, per_worker=0):
    """Check how many connections are opened by requests (list of functions).

    :param per_worker: lists that each worker may ask for in REMEMBERED seconds
    """

    def ask():
        for one in asks:
            one()

    for _time in range(3):
        warm(server, ask)
        number, took = opened(databases, server, ask)
        lists = math.ceil((took + WRITTEN) / REMEMBERED) + 1
        limit = per_worker * max(server.workers, 1) * lists
        if number <= limit:
            return
        # A worker that was asked for the first time, while nothing is warm
    raise AssertionError((number, limit, took))


def asker(url, status, method="GET", **options):
    """Return a function that sends a request without a session, and checks its end."""

    def ask():
        answer = requests.request(method, url, allow_redirects=False, **options)
        assert answer.status_code == status, (url, answer.text)

    return ask


def askers(url, client, headers=None):
    """Return requests (list of functions) for routes of ours and of Odoo."""
    headers, bearer = headers or {}, {"Authorization": "Bearer wrong"}
    post = {"method": "POST", "headers": headers, "auth": client}
    data = {"grant_type": "client_credentials"}
    return [
        asker(f"{url}/oauth2/tokeninfo", 401, headers={**headers, **bearer}),
        asker(f"{url}/oauth2/jwks", 200, headers=headers),
        asker(f"{url}/oauth2/token", 200, data=data, **post),
        asker(f"{url}/oauth2/introspect", 200, data={"token": "wrong"}, **post),
        asker(f"{url}/oauth2/authorize", 400, headers=headers),
        asker(
            f"{url}/json/2/res.partner/search_count",
            401,
            "POST",
            headers={**headers, **bearer},
            json={},
        ),
    ]


@pytest.fixture(scope="module", params=[0, 2])
def literal(request, postgres, multi):
    """A server with the ``dbfilter`` that most have."""
    name = f"literal{request.param}"
    with OdooServer(
        postgres, name, load=[ADDON], dbfilter="^e2e_a$", workers=request.param
    ) as server:
        server.client = tuple(multi.clients["e2e_a"]["backend"])
        yield server


def test_none_with_a_literal_dbfilter(literal, databases):
    check(databases, literal, askers(literal.url, literal.client))


def test_none_where_a_header_names_the_database(multi, databases):
    client = tuple(multi.clients["e2e_b"]["backend"])
    check(databases, multi, askers(multi.url, client, {"X-Odoo-Database": "e2e_b"}))


@pytest.mark.parametrize("form", ["path", "parameter"])
def test_none_where_the_address_names_the_database(multi, databases, form):
    client = tuple(multi.clients["e2e_a"]["backend"])
    asks = []
    for name, status, method, options in (
        ("tokeninfo", 401, "GET", {"headers": {"Authorization": "Bearer wrong"}}),
        ("jwks", 200, "GET", {}),
        ("authorize", 400, "GET", {}),
        ("introspect", 200, "POST", {"auth": client, "data": {"token": "wrong"}}),
    ):
        url = f"{multi.url}/oauth2/{name}?db=e2e_a"
        if form == "path":
            url = f"{multi.url}/oauth2/db/e2e_a/{name}"
        asks.append(asker(url, status, method, **options))
    check(databases, multi, asks)


def test_one_list_in_five_seconds_for_names_that_are_unknown(multi, databases):
    asks = [
        asker(multi.url + path, status, headers=headers)
        for path, status, headers in (
            ("/oauth2/db/nowhere/jwks", 404, {}),
            ("/oauth2/jwks?db=nowhere", 404, {}),
            ("/oauth2/jwks", 404, {"X-Odoo-Database": "nowhere"}),
            ("/oauth2/db/e2e_plain/jwks", 404, {}),
            ("/oauth2/jwks", 400, {}),
        )
    ]
    check(databases, multi, asks, per_worker=1)


def test_one_list_in_five_seconds_for_a_dbfilter_that_is_a_pattern(
    postgres, multi, databases
):
    client = tuple(multi.clients["e2e_a"]["backend"])
    with OdooServer(
        postgres, "pattern", load=[ADDON], dbfilter="^e2e_[a]$", workers=2
    ) as server:
        check(databases, server, askers(server.url, client), per_worker=1)


def test_odoo_alone_opens_one_for_each(postgres, multi, databases, tmp_path):
    """So that the count counts."""
    path = tmp_path / "odoo.conf"
    path.write_text("[options]\noauth_provider_check_database = False\n")
    with OdooServer(
        postgres,
        "counted",
        load=[ADDON],
        dbfilter="^e2e_a$",
        options=[f"--config={path}"],
    ) as server:
        ask = asker(f"{server.url}/oauth2/jwks", 200)
        warm(server, ask)
        number, _took = opened(databases, server, ask)
        assert number >= REQUESTS
        # Other routes are Odoo's own
        with OdooServer(postgres, "other", load=[ADDON], dbfilter="^e2e_a$") as other:
            ask = asker(f"{other.url}/web/login", 200)
            warm(other, ask)
            number, _took = opened(databases, other, ask)
            assert number >= REQUESTS
