# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One Odoo process, several databases, clients that never send a cookie."""

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session


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


def test_token_of_another_database_is_unknown(multi):
    client = multi.clients["e2e_a"]["backend"]
    url, _headers = address(multi, "e2e_b", "path", "token")
    data = {"grant_type": "client_credentials"}
    response = requests.post(url, data, auth=tuple(client))
    assert response.json()["error"] == "invalid_client"


def test_unknown_database_is_404_and_none_is_400_in_json(multi):
    url, _headers = address(multi, "nowhere", "path", "token")
    response = requests.post(url, allow_redirects=False)
    assert (response.status_code, response.json()["error"]) == (404, "invalid_request")
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
