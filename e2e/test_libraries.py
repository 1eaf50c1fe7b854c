# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Standard OAuth libraries, with no code that knows Odoo."""

import json

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from joserfc.jwk import KeySet, RSAKey
from oauthlib.oauth2 import (
    BackendApplicationClient,
    LegacyApplicationClient,
    WebApplicationClient,
)
from requests_oauthlib import OAuth2Session

CALLBACK = "http://127.0.0.1:9/callback"
#: Makes a client of each type but mobile, which may read the partners named Ann.
MAKE_CLIENTS = """
user = env["res.users"].search([("login", "=", "demo")])
partners = env.ref("base.model_res_partner")
names = env["ir.model.fields"].search([
    ("model_id", "=", partners.id), ("name", "in", ("name", "email")),
])
wanted = env["ir.filters"].create({
    "name": "Ann", "model_id": "res.partner", "domain": "[('name', '=', 'Ann')]",
    "user_ids": False,
})
scope = env["oauth.provider.scope"].create({
    "name": "Read Ann", "code": "partners.read", "model_id": partners.id,
    "filter_id": wanted.id, "field_ids": [(6, 0, names.ids)],
})
env["res.partner"].create({"name": "Ann", "email": "ann@example.com"})
user.group_ids = [(4, env.ref("base.group_user").id)]
result = {}
for kind in ("web", "legacy", "backend"):
    client = env["oauth.provider.client"].create({
        "name": kind, "application_type": f"{kind} application",
        "user_id": user.id if kind == "backend" else False,
        "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    })
    client.scope_ids |= scope
    result[kind] = [client.identifier, client.generate_secret()]
"""


@pytest.fixture(scope="module")
def clients(pair, databases):
    """Identifier and secret by type."""
    return databases.shell("e2e_provider", MAKE_CLIENTS, callback=CALLBACK)


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    """Let oauthlib talk to a server of this machine without TLS."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


def allow(page, url):
    """Sign in at the provider, press Allow and return the address that is called."""
    called = []
    page.route(
        f"{CALLBACK}**",
        lambda route: (called.append(route.request.url), route.fulfill(body="ok")),
    )
    page.goto(url)
    page.fill("input[name=login]", "demo")
    page.fill("input[name=password]", "demo-demo")
    page.click("button[type=submit]")
    page.click("button[value=allow]")
    page.wait_for_url(f"{CALLBACK}**")
    return called[0]


def check_information(session, provider):
    """What every token of the demo user with all scopes opens."""
    info = session.get(f"{provider.url}/oauth2/userinfo").json()
    assert info["email"] == "dana@example.com"
    other = session.get(f"{provider.url}/oauth2/otherinfo?model=res.partner").json()
    [values] = other.values()
    assert (values["name"], values["email"]) == ("Ann", "ann@example.com")
    assert set(values) == {"id", "name", "email"}


LAST_USED = """
grants = env["oauth.provider.grant"].search([
    ("client_id.identifier", "=", values["identifier"])
])
result = bool(grants.last_used)
"""


def test_authlib_code_flow_with_pkce(pair, page, clients, databases):
    provider, _client = pair
    token_url = f"{provider.url}/oauth2/token"
    identifier, secret = clients["web"]
    session = AuthlibSession(
        identifier,
        secret,
        redirect_uri=CALLBACK,
        code_challenge_method="S256",
        token_endpoint=token_url,
    )
    verifier = "v" * 64
    url, state = session.create_authorization_url(
        f"{provider.url}/oauth2/authorize", code_verifier=verifier
    )
    session.fetch_token(
        authorization_response=allow(page, url), code_verifier=verifier, state=state
    )
    check_information(session, provider)
    # Written beside requests that only read
    assert databases.shell("e2e_provider", LAST_USED, identifier=identifier)
    session.refresh_token(token_url)
    check_information(session, provider)
    token = session.token["access_token"]
    revoked = session.revoke_token(f"{provider.url}/oauth2/revoke_token", token=token)
    assert revoked.status_code == 200
    assert session.get(f"{provider.url}/oauth2/userinfo").status_code == 401


def test_requests_oauthlib_code_flow_with_pkce(pair, page, clients):
    provider, _client = pair
    identifier, secret = clients["web"]
    session = OAuth2Session(identifier, redirect_uri=CALLBACK, pkce="S256")
    url, _state = session.authorization_url(f"{provider.url}/oauth2/authorize")
    token_url = f"{provider.url}/oauth2/token"
    session.fetch_token(
        token_url, authorization_response=allow(page, url), client_secret=secret
    )
    check_information(session, provider)
    session.refresh_token(token_url, auth=(identifier, secret))
    check_information(session, provider)
    url, headers, body = WebApplicationClient(
        identifier
    ).prepare_token_revocation_request(
        f"{provider.url}/oauth2/revoke_token", session.token["refresh_token"]
    )
    revoked = requests.post(url, body, headers=headers, auth=(identifier, secret))
    assert revoked.status_code == 200
    assert session.get(f"{provider.url}/oauth2/userinfo").status_code == 401


@pytest.mark.parametrize("kind", ["legacy", "backend"])
def test_requests_oauthlib_without_a_browser(pair, clients, kind):
    provider, _client = pair
    identifier, secret = clients[kind]
    types = {"legacy": LegacyApplicationClient, "backend": BackendApplicationClient}
    session = OAuth2Session(client=types[kind](client_id=identifier))
    password = {"username": "demo", "password": "demo-demo"} if kind == "legacy" else {}
    session.fetch_token(
        f"{provider.url}/oauth2/token", auth=(identifier, secret), **password
    )
    check_information(session, provider)


def test_authlib_authenticates_with_a_key(pair, clients, databases):
    """Its assertions are valid for an hour, and it has no way to change that."""
    provider, _client = pair
    identifier, _secret = clients["backend"]
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    keys = KeySet([RSAKey.import_key(pem)]).as_dict(private=False)
    databases.shell(
        "e2e_provider",
        "env['oauth.provider.client'].search("
        "[('identifier', '=', values['identifier'])]).jwks = values['jwks']",
        identifier=identifier,
        jwks=json.dumps(keys),
    )
    url = f"{provider.url}/oauth2/token"
    session = AuthlibSession(
        identifier, pem.decode(), token_endpoint_auth_method="private_key_jwt"
    )
    session.register_client_auth_method(PrivateKeyJWT(url))
    session.fetch_token(url, grant_type="client_credentials")
    check_information(session, provider)
