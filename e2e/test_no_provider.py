# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases without the addon, on a server that loads it for all databases."""

import time

import pytest
import requests

from dev import odoo_source
from dev.server import OdooServer

ADDON = "oauth_provider"
#: Routes for programs, with the method that each of them takes.
MACHINE = {
    "/oauth2/token": "POST",
    "/oauth2/introspect": "POST",
    "/oauth2/revoke_token": "POST",
    "/oauth2/tokeninfo": "GET",
    "/oauth2/userinfo": "GET",
    "/oauth2/otherinfo": "GET",
    "/oauth2/jwks": "GET",
    "/oauth2/public_key": "GET",
    "/oauth2/picture": "GET",
    "/.well-known/openid-configuration": "GET",
    "/.well-known/oauth-authorization-server": "GET",
    "/.well-known/oauth-protected-resource": "GET",
    "/.well-known/oauth-protected-resource/json/2": "GET",
    "/.well-known/oauth-protected-resource/mcp": "GET",
}
#: No route.
UNKNOWN = "/oauth2/%00"
#: Routes for people.
PAGES = (
    "/oauth2/authorize",
    "/oauth2/consent",
    "/oauth2/logout",
    "/my/applications",
    "/oauth_provider/client/1/auth_oauth.csv",
    UNKNOWN,
)
#: With Odoo, empty, at the beginning of its creation, not of Odoo, not there.
DATABASES = ("e2e_plain", "e2e_empty", "e2e_half", "postgres", "template1", "nowhere")
#: Seconds for which a worker remembers which databases there are.
REMEMBERED = 5
TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"


@pytest.fixture(scope="module")
def filtered(postgres, databases, multi):
    """A server whose databases follow the host name, among them unfinished ones."""
    databases.create_empty("e2e_empty")
    databases.create_empty("e2e_half")
    [script] = odoo_source.folder().rglob("base/data/base_data.sql")
    with databases.sql("e2e_half") as execute:
        execute(script.read_text(encoding="utf-8"))
    with OdooServer(postgres, "filtered", load=[ADDON], dbfilter="^e2e_%d$") as server:
        yield server


def named(server, name, form, path):
    """Return (URL, headers, cookies) of ``path`` that name a database, None if none."""
    headers, cookies = {}, {}
    if form == "header":
        headers["X-Odoo-Database"] = name
    elif form == "parameter":
        path += f"?db={name}"
    elif form == "path" and path.startswith("/oauth2/"):
        path = path.replace("/oauth2/", f"/oauth2/db/{name}/")
    elif form == "host" and name.startswith("e2e_"):
        headers["Host"] = f"{name.removeprefix('e2e_')}.example.com"
    elif form == "cookie" and name == "e2e_plain":
        session = requests.Session()
        session.get(f"{server.url}/web/login?db={name}")
        cookies = session.cookies
    else:
        return None
    return server.url + path, headers, cookies


def ask(server, name, form, path, method):
    """Return the answer to a request for a database, None if there is no such form."""
    request = named(server, name, form, path)
    if request:
        url, headers, cookies = request
        return requests.request(
            method, url, headers=headers, cookies=cookies, allow_redirects=False
        )
    return None


@pytest.mark.parametrize("form", ["header", "parameter", "path", "cookie", "host"])
@pytest.mark.parametrize("name", DATABASES)
def test_programs_get_a_404_in_json_and_people_a_page(filtered, multi, name, form):
    server = filtered if form == "host" else multi
    for path, method in MACHINE.items():
        answer = ask(server, name, form, path, method)
        if answer is not None:
            assert answer.status_code == 404, (path, answer.text)
            assert answer.json()["error"] == "invalid_request"
            assert "Set-Cookie" not in answer.headers
    for path in PAGES:
        answer = ask(server, name, form, path, "GET")
        if answer is not None:
            assert answer.status_code == 404, (path, answer.text)
            # The path form of no page may be that of a route for programs
            is_unknown = form == "path" and path == UNKNOWN
            expected = "application/json" if is_unknown else "text/html"
            assert answer.headers["Content-Type"].startswith(expected)


def test_nothing_is_made_in_a_database_that_is_not_odoos(filtered, multi, databases):
    for name in ("e2e_empty", "postgres"):
        with databases.sql(name) as execute:
            before = execute(TABLES)
            for form in ("header", "path", "parameter"):
                ask(multi, name, form, "/oauth2/token", "POST")
            assert execute(TABLES) == before


def test_a_database_that_was_dropped_is_one_that_was_never_there(multi, databases):
    name = "e2e_dropped"
    databases.create(name, ["web", "portal", "auth_oauth", ADDON])
    session = requests.Session()
    session.get(f"{multi.url}/web/login?db={name}")
    forms = ("path", "parameter", "header")
    for form in forms:
        answer = ask(multi, name, form, "/oauth2/jwks", "GET")
        assert answer.status_code == 200, answer.text
    databases.drop(name)
    answer = session.get(f"{multi.url}/oauth2/jwks")
    assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")
    for form in forms:
        answer = ask(multi, name, form, "/oauth2/jwks", "GET")
        assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")
        answer = ask(multi, name, form, "/oauth2/authorize", "GET")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")


def test_other_routes_are_odoos_own(multi):
    plain = {"X-Odoo-Database": "e2e_plain"}
    answer = requests.get(f"{multi.url}/web/login", headers=plain)
    assert answer.status_code == 200
    assert "password" in answer.text
    answer = requests.post(f"{multi.url}/json/2/res.partner/search", headers=plain)
    assert answer.status_code == 401
    # A database with the addon is served beside it, as ever
    session = requests.Session()
    session.get(f"{multi.url}/web/login?db=e2e_plain")
    answer = session.get(f"{multi.url}/oauth2/db/e2e_a/authorize")
    assert answer.status_code == 400
    assert "client_id" in answer.text
    answer = session.get(f"{multi.url}/oauth2/db/e2e_a/jwks")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_database_that_is_half_restored_is_not_there_yet(filtered, multi, databases):
    databases.create_empty("e2e_torn")
    [script] = odoo_source.folder().rglob("base/data/base_data.sql")
    with databases.sql("e2e_torn") as execute:
        execute(script.read_text(encoding="utf-8"))
        execute(
            "INSERT INTO ir_module_module (name, state) VALUES"
            " ('base', 'installed'), ('oauth_provider', 'installed')"
        )
    time.sleep(REMEMBERED + 1)
    for form in ("header", "path", "host"):
        server = filtered if form == "host" else multi
        for path, error in (
            ("/oauth2/jwks", "temporarily_unavailable"),
            ("/oauth2/authorize", None),
        ):
            answer = ask(server, "e2e_torn", form, path, "GET")
            assert answer.status_code == 503, answer.text
            assert answer.headers["Retry-After"]
            if error:
                assert answer.json()["error"] == error
            else:
                assert answer.headers["Content-Type"].startswith("text/html")
    databases.drop("e2e_torn")


def test_it_can_be_left_to_odoo(postgres, multi, tmp_path):
    """Which serves a database without the addon: a 404 as well, for one of Odoo's."""
    path = tmp_path / "odoo.conf"
    path.write_text("[options]\noauth_provider_check_database = False\n")
    options = [f"--config={path}"]
    with OdooServer(postgres, "left", load=[ADDON], options=options) as server:
        answer = ask(server, "e2e_plain", "header", "/oauth2/jwks", "GET")
        assert (answer.status_code, answer.json()["error"]) == (404, "invalid_request")
        answer = ask(server, "e2e_plain", "header", "/oauth2/authorize", "GET")
        assert answer.status_code == 404
        # Odoo asks people to sign in first
        answer = ask(server, "e2e_plain", "header", "/my/applications", "GET")
        assert answer.status_code == 303
