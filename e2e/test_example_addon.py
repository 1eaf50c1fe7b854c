# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The example addon: its routes, and the recipes for developers of addons."""

from pathlib import Path

import pytest
import requests

from dev.server import OdooServer

WELL_KNOWN = "/.well-known/oauth-protected-resource"
ADDON, EXAMPLE = "oauth_provider", "oauth_provider_example"
MAKE_CLIENTS = """
user = env["res.users"].create({
    "name": "Ann", "login": "ann", "group_ids": [(6, 0, [
        env.ref("base.group_user").id, env.ref("base.group_partner_manager").id,
    ])],
})
partners = env.ref("base.model_res_partner")
contacts = env["oauth.provider.scope"].create({
    "name": "Contacts", "code": "contacts", "model_id": partners.id,
    "api_read": True, "api_write": True,
    "field_ids": [(6, 0, env["ir.model.fields"].search([
        ("model_id", "=", partners.id), ("name", "in", ("name", "phone")),
    ]).ids)],
})
env["res.partner"].create({"name": "Azure Interior", "phone": "1"})
result = {}
for name, codes in values["clients"].items():
    client = env["oauth.provider.client"].create({
        "name": name, "application_type": "backend application", "user_id": user.id,
        "scope_ids": [(6, 0, env["oauth.provider.scope"].search([
            ("code", "in", codes)
        ]).ids)],
    })
    result[name] = [client.identifier, client.generate_secret()]
env["oauth.provider.scope"].create({
    "name": "All", "code": "a.all", "full_access": True
})
env["oauth.provider.client"].search([("name", "=", "all")]).scope_ids |= (
    env["oauth.provider.scope"].search([("code", "=", "a.all")])
)
"""
CLIENTS = {
    "reader": ["example.read"],
    "writer": ["example.read", "example.write"],
    "contacts": ["contacts"],
    "all": ["contacts", "example.read", "example.write"],
}


@pytest.fixture(scope="module")
def server(postgres, databases):
    """A server of one database with the example addon; ``tokens`` by client."""
    databases.create("e2e_example", ["web", ADDON])
    databases.odoo("e2e_example", "--init", EXAMPLE)
    clients = databases.shell("e2e_example", MAKE_CLIENTS, clients=CLIENTS)
    options = {"load": [ADDON], "dbfilter": "^e2e_example$"}
    with OdooServer(postgres, "example", "e2e_example", **options) as odoo:

        def get_token(name, scope=None):
            """Return a token of the client, with all its scopes or those."""
            data = {"grant_type": "client_credentials", "scope": scope}
            auth = tuple(clients[name])
            answer = requests.post(f"{odoo.url}/oauth2/token", data, auth=auth)
            return answer.json()["access_token"]

        # Not where this server is: the database has been made for another one
        document = requests.get(f"{odoo.url}/.well-known/oauth-authorization-server")
        odoo.issuer = document.json()["issuer"]
        odoo.get_token = get_token
        odoo.tokens = {name: get_token(name) for name in clients}
        yield odoo


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def test_a_route_of_type_http(server):
    url = f"{server.url}/example/contacts"
    answer = requests.get(url, headers=bearer(server.tokens["reader"]))
    assert answer.status_code == 200, answer.text
    assert answer.json()["for"] == "reader"
    assert answer.json()["contacts"] > 0
    assert "Set-Cookie" not in answer.headers


def test_every_type_refuses_as_rfc_6750_says(server):
    for path, body, scope in (
        ("contacts", None, "example.read"),
        ("signature", {"text": "x"}, "example.read example.write"),
        ("echo?need=example.write", {"params": {"text": "x"}}, None),
    ):
        url = f"{server.url}/example/{path}"
        send = requests.post if body else requests.get
        bare = send(url, json=body) if body else send(url)
        assert bare.status_code == 401, path
        described = f"{server.issuer}{WELL_KNOWN}/example/{path.partition('?')[0]}"
        expected = f'Bearer realm="OAuth", resource_metadata="{described}"'
        if scope:
            expected += f', scope="{scope}"'
        assert bare.headers["WWW-Authenticate"] == expected
        arguments = {"json": body} if body else {}
        wrong = send(url, headers=bearer("x" * 43), **arguments)
        assert wrong.status_code == 401
        assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]
        missing = send(url, headers=bearer(server.tokens["contacts"]), **arguments)
        assert missing.status_code == 403
        header = missing.headers["WWW-Authenticate"]
        assert 'error="insufficient_scope"' in header
        # Its client may have none of them
        assert " scope=" not in header
        assert missing.json() == {"error": "insufficient_scope"}


def test_a_refusal_names_the_scopes_that_open_the_route(server):
    for path, body, had, expected in (
        ("contacts", None, "contacts", "contacts example.read"),
        (
            "signature",
            {"text": "x"},
            "contacts",
            "contacts example.read example.write",
        ),
        ("signature", {"text": "x"}, "example.read", "example.read example.write"),
        (
            "echo?need=example.write",
            {"params": {"text": "x"}},
            "contacts example.read",
            "contacts example.read example.write",
        ),
    ):
        url = f"{server.url}/example/{path}"
        send = requests.post if body else requests.get
        arguments = {"json": body} if body else {}
        token = bearer(server.get_token("all", had))
        header = send(url, headers=token, **arguments).headers["WWW-Authenticate"]
        assert f' scope="{expected}"' in header, path
        token = bearer(server.get_token("all", expected))
        assert send(url, headers=token, **arguments).status_code == 200, path
    # What no scope is, and what only some of it is
    url = f"{server.url}/example/echo?need=example.write&need=no.such"
    answer = requests.post(url, json={"params": {"text": "x"}}, headers=token)
    assert answer.status_code == 403
    assert " scope=" not in answer.headers["WWW-Authenticate"]


def test_a_route_describes_itself(server):
    for path, scopes in (
        ("contacts", ["example.read"]),
        ("signature", ["example.read", "example.write"]),
        ("echo", None),
        ("form", None),
    ):
        document = requests.get(f"{server.url}{WELL_KNOWN}/example/{path}").json()
        assert document["resource"] == f"{server.issuer}/example/{path}"
        assert document["authorization_servers"] == [server.issuer]
        assert document.get("scopes_supported") == scopes
    for path in ("key", "contact", "contacts/", "contacts//x"):
        answer = requests.get(f"{server.url}{WELL_KNOWN}/example/{path}")
        assert answer.status_code == (200 if path == "contacts/" else 404), path
        assert answer.headers["Content-Type"].startswith("application/json")


def test_the_path_form_on_a_host_with_several_databases(server, postgres, databases):
    """Nothing but the address tells which database it is."""
    databases.create("e2e_other", ["web"])
    token = bearer(server.tokens["reader"])
    form = "/oauth2/db/e2e_example"
    with OdooServer(
        postgres, "several", load=[ADDON], dbfilter="^e2e_(example|other)$"
    ) as several:
        url = f"{several.url}{form}/example/contacts"
        bare = requests.get(url)
        assert bare.status_code == 401
        described = f"{server.issuer}{WELL_KNOWN}{form}/example/contacts"
        assert f'resource_metadata="{described}"' in bare.headers["WWW-Authenticate"]
        answer = requests.get(url, headers=token)
        assert answer.status_code == 200, answer.text
        assert "Set-Cookie" not in answer.headers
        answer = requests.post(
            f"{several.url}{form}/example/echo",
            json={"params": {"text": "hi"}},
            headers=token,
        )
        assert answer.json()["result"]["text"] == "hi"
        for address in (f"{WELL_KNOWN}{form}", f"{form}{WELL_KNOWN}"):
            answer = requests.get(f"{several.url}{address}/example/contacts")
            resource = answer.json()["resource"]
            assert resource == f"{server.issuer}{form}/example/contacts"
        for path, status in (
            ("/example/contacts", 404),
            (f"{WELL_KNOWN}/example/contacts", 400),
            (f"{WELL_KNOWN}/example/contacts?db=e2e_example", 200),
            (f"{WELL_KNOWN}/example/contacts?db=e2e_other", 404),
            (f"{form}/example/nothing", 404),
            (f"{form}/web/login", 404),
            ("/oauth2/db/e2e_other/example/contacts", 404),
            ("/oauth2/db/nowhere/example/contacts", 404),
        ):
            answer = requests.get(f"{several.url}{path}", headers=token)
            assert answer.status_code == status, path


def test_a_route_for_api_keys_names_full_access(server):
    url = f"{server.url}/example/key"
    token = bearer(server.get_token("all", "contacts"))
    header = requests.get(url, headers=token).headers["WWW-Authenticate"]
    assert ' scope="a.all contacts"' in header
    token = bearer(server.get_token("all", "a.all contacts"))
    assert requests.get(url, headers=token).status_code == 200
    refused = requests.get(url, headers=bearer(server.tokens["contacts"]))
    assert refused.status_code == 403
    assert " scope=" not in refused.headers["WWW-Authenticate"]


def test_a_route_of_type_json2_and_one_of_type_jsonrpc(server):
    token = bearer(server.tokens["writer"])
    url = f"{server.url}/example/signature"
    answer = requests.post(url, json={"text": "Regards"}, headers=token)
    assert "Regards" in answer.json()["signature"]
    reader = bearer(server.tokens["reader"])
    assert requests.post(url, json={"text": "x"}, headers=reader).status_code == 403
    url = f"{server.url}/example/echo?need=example.read"
    answer = requests.post(url, json={"params": {"text": "hi"}}, headers=token)
    assert answer.json()["result"] == {"text": "hi", "user": "ann"}


def test_a_form_needs_no_csrf_token(server):
    url = f"{server.url}/example/form"
    answer = requests.post(url, {"text": "hi"}, headers=bearer(server.tokens["reader"]))
    assert answer.json() == {"text": "hi"}


def test_the_recipe_for_odoos_own_api(server):
    url = f"{server.url}/json/2/res.partner"
    token = bearer(server.tokens["contacts"])
    found = requests.post(
        f"{url}/search_read",
        json={"domain": [["name", "=", "Azure Interior"]], "fields": ["phone"]},
        headers=token,
    ).json()
    assert found[0]["phone"] == "1"
    changed = requests.post(
        f"{url}/write",
        json={"ids": [found[0]["id"]], "vals": {"phone": "2"}},
        headers=token,
    )
    assert changed.json() is True
    assert "calls res.partner.write" in Path(server.log).read_text()
    refused = requests.post(
        f"{url}/search_read",
        json={"domain": [["email", "!=", False]], "fields": ["email"]},
        headers=token,
    )
    assert refused.status_code == 403


def test_the_recipe_for_otherinfo(server):
    url = f"{server.url}/oauth2/otherinfo"
    query = {"model": "res.partner", "fields": "name", "order": "name desc", "limit": 2}
    answer = requests.get(url, query, headers=bearer(server.tokens["contacts"]))
    assert len(answer.json()) == 2
    assert int(answer.headers["X-Total-Count"]) > 2
