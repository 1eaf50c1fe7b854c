# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real Odoo servers over a real PostgreSQL, for the tests of this folder."""

import pytest

from dev.databases import Databases
from dev.postgres import cluster
from dev.server import OdooServer

ADDON = "oauth_provider"
#: Makes one client of each type that needs no browser; returns identifiers and secrets.
MAKE_CLIENTS = """
user = env["res.users"].create({
    "name": "Ann O'Auth", "login": "ann", "password": "ann-password",
    "email": "ann@example.com",
})
result = {}
for kind in ("legacy", "backend"):
    client = env["oauth.provider.client"].create({
        "name": kind, "application_type": f"{kind} application",
        "user_id": user.id if kind == "backend" else False,
    })
    result[kind] = [client.identifier, client.generate_secret()]
"""


@pytest.fixture(scope="session")
def postgres():
    """The running PostgreSQL of the tests."""
    with cluster("test") as running:
        yield running


@pytest.fixture(scope="session")
def databases(postgres):
    """Makes and scripts databases."""
    return Databases(postgres)


@pytest.fixture(scope="session")
def multi(postgres, databases):
    """One process over two databases without a dbfilter; ``clients`` by database."""
    names = ("e2e_a", "e2e_b")
    for name in names:
        databases.create(name, ["web", "portal", "auth_oauth", ADDON])
    clients = {name: databases.shell(name, MAKE_CLIENTS) for name in names}
    with OdooServer(postgres, "multi", load=[ADDON]) as server:
        server.clients = clients
        yield server
