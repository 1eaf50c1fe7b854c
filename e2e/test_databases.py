# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One Odoo process, several databases, clients that never send a cookie."""

from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from lxml import html

from dev import odoo_cli

#: Unknown, without the addon, and not of Odoo at all.
NO_PROVIDER = ("nowhere", "e2e_plain", "postgres", "template1")


def address(server, database, form, route):
    """Return (URL, headers) of ``route`` in one of the forms that name a database."""
    if form == "path":
        return f"{server.url}/oauth2/db/{database}/{route}", {}
    if form == "parameter":
        return f"{server.url}/oauth2/{route}?db={database}", {}
    return f"{server.url}/oauth2/{route}", {"X-Odoo-Database": database}


@pytest.mark.parametrize("form", ["path", "parameter", "header"])
@pytest.mark.parametrize("database", ["e2e_a", "e2e_b"])
def test_every_machine_route_finds_its_database(multi, database, form):
    client = multi.clients[database]["backend"]
    url, headers = address(multi, database, form, "token")
    data = {"grant_type": "client_credentials"}
    response = requests.post(url, data, auth=tuple(client), headers=headers)
    assert response.status_code == 200, response.text
    assert "Set-Cookie" not in response.headers
    token = response.json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for route in ("tokeninfo", "userinfo"):
        url, headers = address(multi, database, form, route)
        response = requests.get(url, headers={**headers, **bearer})
        assert response.status_code == 200, response.text
    url, headers = address(multi, database, form, "otherinfo")
    data = {"model": "res.partner"}
    response = requests.post(url, data, headers={**headers, **bearer})
    assert response.json() == {}
    url, headers = address(multi, database, form, "revoke_token")
    response = requests.post(url, {"token": token}, auth=tuple(client), headers=headers)
    assert response.status_code == 200, response.text
    url, headers = address(multi, database, form, "tokeninfo")
    assert requests.get(url, headers={**headers, **bearer}).status_code == 401


def test_client_of_another_database_is_unknown(multi):
    client = multi.clients["e2e_a"]["backend"]
    url, _headers = address(multi, "e2e_b", "path", "token")
    data = {"grant_type": "client_credentials"}
    response = requests.post(url, data, auth=tuple(client))
    assert response.json()["error"] == "invalid_client"


@pytest.mark.parametrize("form", ["path", "parameter", "header"])
def test_live_token_of_another_database_is_unknown(multi, form):
    client = multi.clients["e2e_a"]["backend"]
    url, _headers = address(multi, "e2e_a", "path", "token")
    data = {"grant_type": "client_credentials"}
    token = requests.post(url, data, auth=tuple(client)).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    for route in ("tokeninfo", "userinfo", "openapi.json"):
        statuses = []
        # Enough lookups for a prepared statement in each
        for database in ("e2e_a", "e2e_b", "e2e_a") * 6:
            url, headers = address(multi, database, form, route)
            response = requests.get(url, headers={**headers, **bearer})
            statuses.append(response.status_code)
        # A backend application without scopes has nothing to describe
        own = statuses[0]
        assert statuses == [own, 401, own] * 6, route
        assert own in ((200, 403) if route == "openapi.json" else (200,)), route


@pytest.mark.parametrize(
    ("name", "form"),
    [(name, form) for form in ("path", "parameter", "header") for name in NO_PROVIDER],
)
def test_a_database_without_the_provider_is_a_404_in_json(multi, name, form):
    url, headers = address(multi, name, form, "token")
    response = requests.post(url, headers=headers, allow_redirects=False)
    assert (response.status_code, response.json()["error"]) == (404, "invalid_request")


@pytest.mark.parametrize("route", ["authorize", "consent", "logout"])
@pytest.mark.parametrize("form", ["path", "parameter", "session"])
def test_no_session_is_stored_where_odoo_finds_no_database(multi, route, form):
    """The header names one that is not there, and Odoo ends nobody's session."""
    folder = odoo_cli.data_folder(multi.cluster, multi.name) / "sessions"

    def stored():
        return {path.name for path in folder.glob("*/*")}

    url, _headers = address(multi, "e2e_a", form, route)
    browser = requests.Session()
    if form == "session":
        url = f"{multi.url}/oauth2/{route}"
        # Of nobody, and as Odoo makes one
        browser.get(f"{multi.url}/web/login?db=e2e_a")
    before = stored()
    for name in NO_PROVIDER:
        headers = {"X-Odoo-Database": name}
        for method in ("GET", "POST", "HEAD"):
            response = browser.request(
                method, url, headers=headers, allow_redirects=False
            )
            assert response.status_code < 500
            cookies = response.headers.get("Set-Cookie", "")
            assert "session_id" not in cookies, name
    assert stored() == before


@pytest.mark.parametrize("name", ["a%00b", "%ff", "..", "a b", "'", "e2e_a%0d%0aX: y"])
def test_a_malformed_database_name_is_a_404_in_json(multi, name):
    response = requests.post(f"{multi.url}/oauth2/token?db={name}")
    assert response.status_code == 404
    assert response.json()["error"] == "invalid_request"


@pytest.mark.parametrize("database", ["e2e_a", "e2e_b"])
def test_each_database_has_metadata_of_its_own(multi, databases, database):
    issuer = f"{multi.url}/oauth2/db/{database}"
    databases.shell(
        database,
        "env['ir.config_parameter'].set_param("
        "'oauth_provider.issuer', values['issuer'])",
        issuer=issuer,
    )
    well_known = "/.well-known/oauth-authorization-server"
    for url in (
        f"{multi.url}{well_known}/oauth2/db/{database}",
        f"{issuer}{well_known}",
        f"{multi.url}{well_known}?db={database}",
    ):
        document = requests.get(url).json()
        assert document["issuer"] == issuer
        assert document["token_endpoint"] == f"{issuer}/token"
        assert requests.post(document["token_endpoint"]).status_code == 400


def test_no_database_is_a_400_in_json(multi):
    response = requests.post(f"{multi.url}/oauth2/token", allow_redirects=False)
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_authlib_gets_tokens_by_password_and_by_client_credentials(multi):
    url, _headers = address(multi, "e2e_a", "path", "token")
    identifier, secret = multi.clients["e2e_a"]["legacy"]
    session = OAuth2Session(identifier, secret, token_endpoint=url)
    session.fetch_token(username="ann", password="ann-password")
    info, _headers = address(multi, "e2e_a", "path", "userinfo")
    assert session.get(info).json()["email"] == "ann@example.com"
    before = session.token["refresh_token"]
    session.refresh_token(url)
    assert session.token["refresh_token"] != before
    identifier, secret = multi.clients["e2e_a"]["backend"]
    session = OAuth2Session(identifier, secret, token_endpoint=url)
    session.fetch_token(grant_type="client_credentials")
    assert session.get(info).json()["name"] == "Ann O'Auth"


def test_a_browser_without_a_cookie_reaches_the_consent_page(multi, page):
    url = authorize_url(multi, "e2e_a", "path")
    page.goto(url)
    sign_in(page)
    assert "/oauth2/db/e2e_a/authorize" in page.url
    assert "web" in page.inner_text("h1")
    page.click("button[value=deny]")
    page.wait_for_url("**error=access_denied**")


def test_a_browser_reaches_the_database_of_the_parameter(multi, page):
    page.goto(authorize_url(multi, "e2e_b", "parameter"))
    sign_in(page)
    page.click("button[value=deny]")
    page.wait_for_url("**error=access_denied**")


def test_a_browser_of_another_database_signs_in_to_the_named_one(multi, page):
    page.goto(f"{multi.url}/web/login?db=e2e_b")
    page.fill("input[name=login]", "ann")
    page.fill("input[name=password]", "ann-password")
    page.click("button[type=submit]")
    page.wait_for_url("**/my**")
    page.goto(authorize_url(multi, "e2e_a", "path"))
    assert "/web/login" in page.url
    sign_in(page)
    assert "/oauth2/db/e2e_a/authorize" in page.url


def test_a_machine_request_with_a_session_of_another_database_is_400(multi):
    session = requests.Session()
    session.get(f"{multi.url}/web/login?db=e2e_b")
    url, _headers = address(multi, "e2e_a", "path", "token")
    response = session.post(url, {"grant_type": "client_credentials"})
    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def log_in(session, url):
    """Sign ann in at the login page that ``url`` leads to; return the last answer."""
    page = session.get(url)
    assert "/web/login" in page.url, page.url
    fields = html.fromstring(page.content).xpath("//form//input[@name]")
    data = {field.get("name"): field.get("value", "") for field in fields}
    data.update(login="ann", password="ann-password")
    answer = session.post(page.url, data, allow_redirects=False)
    return session.get(
        urljoin(page.url, answer.headers["Location"]), allow_redirects=False
    )


def test_one_sign_in_is_enough_for_each_database_of_a_host(multi):
    """A host has one session, and its other database is none of its business."""
    session = requests.Session()
    urls = {
        database: f"{authorize_url(multi, database, 'path')}&prompt=login&scope=openid"
        for database in ("e2e_a", "e2e_b")
    }
    for url in urls.values():
        # Both ask, in two tabs
        answer = session.get(url, allow_redirects=False)
        assert "/web/login" in answer.headers["Location"]
    names = [name for name in session.cookies.keys() if name.startswith("oauth_")]
    assert len(names) == 2
    for url in (*urls.values(), *urls.values()):
        page = log_in(session, url)
        assert page.status_code == 200, page.headers
        fields = html.fromstring(page.content).xpath("//form//input[@name]")
        data = {field.get("name"): field.get("value", "on") for field in fields}
        answer = session.post(
            url.partition("?")[0],
            {**data, "oauth_decision": "deny"},
            allow_redirects=False,
        )
        assert "error=access_denied" in answer.headers["Location"]


@pytest.mark.parametrize("form", ["path", "parameter"])
def test_a_session_of_another_database_is_nobodys(multi, form):
    session = requests.Session()
    log_in(session, f"{multi.url}/web/login?db=e2e_b")
    home = f"{multi.url}/my"
    assert session.get(home, allow_redirects=False).status_code == 200
    url = authorize_url(multi, "e2e_a", form)
    answer = session.get(f"{url}&prompt=none", allow_redirects=False)
    assert "error=login_required" in answer.headers["Location"]
    answer = session.get(url, allow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert query["db"] == ["e2e_a"]
    assert f"{multi.url}{query['redirect'][0]}".startswith(url.partition("?")[0])
    answer = session.get(f"{url}&client_id=unknown", allow_redirects=False)
    assert answer.status_code == 400
    path, _headers = address(multi, "e2e_a", form, "logout")
    answer = session.get(path, allow_redirects=False)
    assert answer.status_code == 200
    assert "oauth_decision" not in answer.text
    # Nothing of that has touched it
    assert session.get(home, allow_redirects=False).status_code == 200


def authorize_url(server, database, form):
    """Return an authorization request that names its database."""
    url, _headers = address(server, database, form, "authorize")
    query = urlencode(
        {
            "response_type": "code",
            "client_id": server.clients[database]["web"][0],
            "code_challenge": "c" * 43,
            "code_challenge_method": "S256",
        }
    )
    return f"{url}{'&' if '?' in url else '?'}{query}"


def sign_in(page):
    """Fill in the login form and wait for the consent page."""
    page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="ok"))
    page.fill("input[name=login]", "ann")
    page.fill("input[name=password]", "ann-password")
    page.click("button[type=submit]")
    page.wait_for_selector("button[value=deny]")


@pytest.mark.parametrize("form", ["path", "parameter"])
@pytest.mark.parametrize("database", ["e2e_a", "nowhere"])
def test_no_form_of_another_site_makes_a_session_in_any_database(multi, database, form):
    for route in ("authorize", "logout"):
        url, headers = address(multi, database, form, route)
        data = {"oauth_decision": "allow"}
        answer = requests.post(url, data, headers=headers, allow_redirects=False)
        assert answer.status_code in (303, 400, 404), answer.text
        assert "Set-Cookie" not in answer.headers
