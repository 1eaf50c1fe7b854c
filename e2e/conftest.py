# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Real Odoo servers over a real PostgreSQL, for the tests of this folder."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from dev import chromium, demo_pair, testing
from dev.cache import lock
from dev.databases import Databases
from dev.postgres import cluster
from dev.server import OdooServer
from e2e.relying_party import Issuer, Site

ADDON = "oauth_provider"
#: Tests whose result may depend on the version of oauthlib: with PROTOCOL_ONLY no
#: others are run.
PROTOCOL = {
    f"test_{name}"
    for name in (
        "auth_oauth",
        "authlib_openid",
        "example_addon",
        "fuzz",
        "libraries",
        "mod_auth_openidc",
        "openid_client",
        "refusals",
        "try_it",
        "workers",
    )
}
#: Marks of tests that are run with EVERY_TEST only.
LEFT_OUT = ("large", "long")
#: Tests that measure, or need much of the machine: they come last, and wait for what
#: runs beside them.
LAST = {f"test_{name}" for name in ("connections", "housekeeping", "scale", "torture")}
#: Makes a user and a client of each type but mobile; returns identifiers and secrets.
MAKE_CLIENTS = """
user = env["res.users"].create({
    "name": "Ann O'Auth", "login": "ann", "password": "ann-password",
    "email": "ann@example.com",
    "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
})
result = {}
for kind in ("web", "legacy", "backend"):
    client = env["oauth.provider.client"].create({
        "name": kind, "application_type": f"{kind} application",
        "user_id": user.id if kind == "backend" else False,
        "redirect_uri_ids": [(0, 0, {"name": "http://127.0.0.1:9/callback"})],
    })
    result[kind] = [client.identifier, client.generate_secret()]
"""


def pytest_collection_modifyitems(config, items):
    """Put last what needs the machine, and leave out what is not wanted."""
    items.sort(key=lambda item: Path(item.path).stem in LAST)
    left_out = [item for item in items if not is_wanted(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def is_wanted(item):
    """Tell whether a test (item of pytest) is to run."""
    module = Path(item.path).stem
    part = os.environ.get(testing.PART)
    if part and (part == "apart") != (module in testing.APART):
        return False
    is_left_out = any(item.get_closest_marker(mark) for mark in LEFT_OUT)
    if is_left_out and not os.environ.get(testing.EVERY_TEST):
        return False
    return module in PROTOCOL or not os.environ.get("PROTOCOL_ONLY")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item):
    """Before the time of a test that measures begins, wait for what runs beside it."""
    if Path(item.path).stem in LAST:
        with lock(testing.FIRST_ROW):
            pass
    return (yield)


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
    databases.create("e2e_plain", ["web"])
    clients = {name: databases.shell(name, MAKE_CLIENTS) for name in names}
    with OdooServer(postgres, "multi", load=[ADDON]) as server:
        server.clients = clients
        yield server


@pytest.fixture(scope="session")
def pair(postgres, databases):
    """A provider and a second, stock Odoo that signs in with it: (provider, client).

    Two host names, for a browser keeps its cookies by host and not by port.
    """
    databases.create("e2e_provider", ["web", "portal", ADDON])
    databases.create("e2e_client", ["web", "portal", "auth_oauth"])
    provider = OdooServer(
        postgres,
        "provider",
        "e2e_provider",
        host="localhost",
        load=[ADDON],
        workers=2,
        dbfilter="^e2e_provider$",
    )
    client = OdooServer(
        postgres, "client", "e2e_client", workers=2, dbfilter="^e2e_client$"
    )
    applications = demo_pair.configure_provider(
        databases, "e2e_provider", provider.url, client.url
    )
    identifier = applications["mobile"]["identifier"]
    demo_pair.configure_client(
        databases, "e2e_client", client.url, provider.url, identifier
    )
    with provider, client:
        yield provider, client


@pytest.fixture(scope="session", params=["host", "path"])
def issuer(request):
    """The Issuer of a provider with a host of its own, and of one that has a path."""
    if request.param == "host":
        provider, _client = request.getfixturevalue("pair")
        url, database = provider.url, "e2e_provider"
        person = ("demo", "demo-demo", "Dana Demo", "dana@example.com")
    else:
        database = "e2e_a"
        url = f"{request.getfixturevalue('multi').url}/oauth2/db/{database}"
        person = ("ann", "ann-password", "Ann O'Auth", "ann@example.com")
    return Issuer(url, database, *person)


@pytest.fixture(scope="session")
def site():
    """The web site of an application."""
    with Site() as running:
        yield running


@pytest.fixture
def page():
    """A page of a fresh browser, which has no cookie yet."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium.executable()), args=["--no-sandbox"]
        )
        yield browser.new_page()
        browser.close()
