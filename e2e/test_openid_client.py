# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Two widely used OpenID Connect libraries, each from the issuer alone."""

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt as jose
from joserfc.jwk import KeySet

from dev import nodejs
from dev.settings import ROOT

MAKE_CLIENT = """
client = env["oauth.provider.client"].create({
    "name": "OpenID", "application_type": "web application",
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    "post_logout_redirect_uri_ids": [(0, 0, {"name": values["after"]})],
    **values["fields"],
})
public = client.client_type == "public"
secret = None if public or client.jwks else client.generate_secret()
result = [client.identifier, secret]
"""


class Landing(BaseHTTPRequestHandler):
    """Where the browser comes back to."""

    def do_GET(self):  # pylint: disable=invalid-name
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments):
        """Say nothing."""


@pytest.fixture(scope="module")
def landing():
    """The address of an application's web server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Landing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def make_client(databases, pair, landing):
    """Makes a client of the provider: ``make_client(**fields) -> (id, secret)``."""

    def make(**fields):
        return databases.shell(
            "e2e_provider",
            MAKE_CLIENT,
            callback=f"{landing}/callback",
            after=f"{landing}/after",
            fields=fields,
        )

    return make


def visit(page, url, target):
    """Open ``url``, sign in and allow where asked, and return the address called."""
    page.goto(url)
    if page.locator("input[name=password]").count():
        page.fill("input[name=login]", "demo")
        page.fill("input[name=password]", "demo-demo")
        page.click("button[type=submit]")
    if page.locator("button[value=allow]").count():
        page.click("button[value=allow]")
    page.wait_for_url(f"{target}**")
    return page.url


def run_node(task, page):
    """Run openid-client on ``task`` (dict) and return what it says (dict)."""
    nodejs.modules()
    env = nodejs.environment()
    program = shutil.which("node", path=env["PATH"])
    with subprocess.Popen(
        [program, ROOT / "e2e" / "openid_client.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=env,
        cwd=ROOT,
    ) as node:
        node.stdin.write(json.dumps(task) + "\n")
        node.stdin.flush()
        url = json.loads(node.stdout.readline())["url"]
        callback = visit(page, url, task["redirect_uri"])
        output, _error = node.communicate(json.dumps({"callback": callback}) + "\n", 60)
    assert node.returncode == 0
    return json.loads(output)


@pytest.mark.parametrize("kind", ["basic", "private_key_jwt", "public"])
def test_openid_client(pair, page, landing, make_client, kind):
    provider, _client = pair
    key = ec.generate_private_key(ec.SECP256R1())
    algorithm = jwt.get_algorithm_by_name("ES256")
    fields = {
        "basic": {"id_token_signed_response_alg": "RS256"},
        "private_key_jwt": {
            "id_token_signed_response_alg": "ES256",
            "jwks": json.dumps(
                {"keys": [json.loads(algorithm.to_jwk(key.public_key()))]}
            ),
        },
        "public": {
            "client_type": "public",
            "id_token_signed_response_alg": "EdDSA",
        },
    }[kind]
    identifier, secret = make_client(**fields)
    found = run_node(
        {
            "issuer": provider.url,
            "identifier": identifier,
            "secret": secret,
            "key": json.loads(algorithm.to_jwk(key)) if "jwks" in fields else None,
            "public": kind == "public",
            "algorithm": fields["id_token_signed_response_alg"],
            "redirect_uri": f"{landing}/callback",
            "post_logout_redirect_uri": f"{landing}/after",
        },
        page,
    )
    subject = found["claims"]["sub"]
    assert found["person"]["sub"] == found["renewed"]["sub"] == subject
    assert found["person"]["email"] == "dana@example.com"
    assert kind == "public" or found["known"]["sub"] == subject
    assert found["dead"] == "invalid_token"
    after = f"{landing}/after"
    assert visit(page, found["logout"], after) == f"{after}?state=bye"
    page.goto(f"{provider.url}/web/login")
    page.wait_for_selector("input[name=password]")


def test_authlib(pair, page, landing, make_client):
    provider, _client = pair
    identifier, secret = make_client()
    discovered = requests.get(f"{provider.url}/.well-known/openid-configuration").json()
    session = OAuth2Session(
        identifier,
        secret,
        scope="openid profile email",
        redirect_uri=f"{landing}/callback",
        code_challenge_method="S256",
    )
    verifier = "v" * 64
    url, state = session.create_authorization_url(
        discovered["authorization_endpoint"], code_verifier=verifier, nonce="n-1"
    )
    token = session.fetch_token(
        discovered["token_endpoint"],
        authorization_response=visit(page, url, f"{landing}/callback"),
        code_verifier=verifier,
        state=state,
    )
    keys = KeySet.import_key_set(requests.get(discovered["jwks_uri"]).json())
    decoded = jose.decode(token["id_token"], keys, algorithms=["RS256"])
    jose.JWTClaimsRegistry(
        iss={"essential": True, "value": provider.url},
        aud={"essential": True, "value": identifier},
        exp={"essential": True},
        nonce={"essential": True, "value": "n-1"},
    ).validate(decoded.claims)
    person = session.get(discovered["userinfo_endpoint"]).json()
    assert person["sub"] == decoded.claims["sub"]
    assert person["name"] == "Dana Demo"
    renewed = session.refresh_token(discovered["token_endpoint"])
    again = jose.decode(renewed["id_token"], keys, algorithms=["RS256"])
    assert again.claims["sid"] == decoded.claims["sid"]
    logout = (
        f"{discovered['end_session_endpoint']}?id_token_hint={renewed['id_token']}"
        f"&post_logout_redirect_uri={landing}/after"
    )
    assert visit(page, logout, f"{landing}/after") == f"{landing}/after"
