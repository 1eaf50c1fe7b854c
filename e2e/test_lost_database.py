# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A database that cannot be used for a moment: ask again, and nobody is signed out."""

from contextlib import contextmanager

import pytest
import requests

from dev import odoo_cli
from dev.server import OdooServer
from e2e.test_databases import log_in
from e2e.test_no_provider import MACHINE

ADDON = "oauth_provider"
DATABASE = "e2e_b"
ROUTES = {**MACHINE, "/oauth2/authorize": "GET", "/oauth2/logout": "GET"}


@contextmanager
def away(databases, name):
    """Let PostgreSQL refuse connections to the database ``name``."""
    with databases.sql("postgres") as execute:
        execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s",
                (name,),
            )
            yield
        finally:
            execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def check(server, databases, status, status_of_nobody):
    """Ask for pages while the database is away, as one who is signed in to it."""
    person = requests.Session()
    log_in(person, f"{server.url}/web/login?db={DATABASE}")
    home = f"{server.url}/my"
    assert person.get(home, allow_redirects=False).status_code == 200
    folder = odoo_cli.data_folder(server.cluster, server.name) / "sessions"
    before = {path.name for path in folder.glob("*/*")}
    logged = len(server.log.read_bytes())
    with away(databases, DATABASE):
        for route, method in ROUTES.items():
            for browser in (person, requests):
                answer = browser.request(
                    method, f"{server.url}{route}", allow_redirects=False
                )
                wanted = status_of_nobody if browser is requests else status
                assert answer.status_code == wanted, route
                assert "Set-Cookie" not in answer.headers
    assert {path.name for path in folder.glob("*/*")} == before
    # As before, and nothing was stored or ended
    assert person.get(home, allow_redirects=False).status_code == 200
    log = server.log.read_bytes()[logged:]
    assert b"Exception during request handling" not in log


def test_the_database_of_a_session_is_away(multi, databases):
    # Odoo lists no database that takes no connections
    check(multi, databases, 404, 400)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_only_database_is_away(multi, databases, postgres, workers):
    with OdooServer(
        postgres, f"only{workers}", DATABASE, load=[ADDON], workers=workers
    ) as only:
        for _time in range(4):
            assert requests.get(f"{only.url}/oauth2/jwks").status_code == 200
        check(only, databases, 503, 503)
