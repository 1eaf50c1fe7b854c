# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The npm package ``openid-client``, a certified one, told the issuer and no more."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet

from dev import nodejs
from dev.process import end_group, start_program

SCRIPT = Path(__file__).with_name("openid_client.mjs")
#: Each way to authenticate and each algorithm once: they do not know of each other.
KINDS = {
    "client_secret_basic": "RS256",
    "client_secret_post": "RS256",
    "private_key_jwt": "ES256",
    "none": "EdDSA",
}


class Refused(Exception):
    """What the library raised, as a dict."""


class Application:
    """A process of Node.js that does one step after the other."""

    def __init__(self):
        nodejs.modules()
        node = shutil.which("node", path=nodejs.environment()["PATH"])
        self.process = start_program(
            [node, SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def do(self, step, **values):
        """Return the result of a step."""
        print(json.dumps({"step": step, **values}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Refused(answer["error"])
        return answer.get("result")


@pytest.fixture
def application():
    """A fresh application."""
    made = Application()
    yield made
    end_group(made.process, grace=5)


@pytest.fixture(scope="module")
def credentials(issuer, site, databases):
    """What is entered into the application, by kind."""
    key = ECKey.generate_key("P-256", {"kid": "application"}, private=True)
    values = {
        kind: {
            "client_type": "public" if kind == "none" else "confidential",
            "token_endpoint_auth_method": False if kind == "none" else kind,
            "id_token_signed_response_alg": algorithm,
        }
        for kind, algorithm in KINDS.items()
    }
    public = KeySet([key]).as_dict(private=False)
    values["private_key_jwt"]["jwks"] = json.dumps(public)
    made = issuer.make_clients(databases, values, site.callback, site.goodbye)
    return {
        kind: {
            "method": kind,
            "identifier": identifier,
            "secret": secret,
            "algorithm": KINDS[kind],
            "key": key.as_dict(private=True),
        }
        for kind, (identifier, secret) in made.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_openid_client_from_discovery_to_logout(
    issuer, site, page, application, credentials, kind
):
    do = application.do
    metadata = do("discover", issuer=issuer.url, **credentials[kind])
    assert metadata["issuer"] == issuer.url
    url = do("authorize", callback=site.callback)
    called = issuer.allow(page, url, site.callback)
    # The library checks signature, issuer, audience, times, nonce and auth_time
    signed_in = do("callback", url=called)
    claims = signed_in["claims"]
    assert "refresh_token" in signed_in["names"]
    info = do("userinfo", subject=claims["sub"])
    assert info["sub"] == claims["sub"]
    assert (info["name"], info["email"]) == (issuer.name, issuer.email)

    renewed = do("refresh")
    assert "refresh_token" in renewed["names"]
    kept = ("iss", "sub", "aud", "auth_time", "sid")
    assert {name: renewed["claims"][name] for name in kept} == {
        name: claims[name] for name in kept
    }
    assert do("userinfo", subject=claims["sub"]) == info
    if kind != "none":
        known = do("introspect")
        assert known["active"] and known["sub"] == claims["sub"]
        assert known["client_id"] == credentials[kind]["identifier"]

    do("revoke", name="access_token")
    with pytest.raises(Refused, match="OAUTH_WWW_AUTHENTICATE_CHALLENGE"):
        do("userinfo", subject=claims["sub"])
    if kind != "none":
        assert do("introspect") == {"active": False}
    do("revoke", name="refresh_token")
    with pytest.raises(Refused, match="invalid_grant"):
        do("refresh")

    page.goto(do("logout", goodbye=site.goodbye, state="after-logout"))
    assert page.url == f"{site.goodbye}?state=after-logout"
    page.goto(do("authorize", callback=site.callback))
    assert "/web/login" in page.url


def test_openid_client_gets_nothing_for_a_code_that_comes_twice(
    issuer, site, page, application, credentials
):
    do = application.do
    do("discover", issuer=issuer.url, **credentials["none"])
    url = do("authorize", callback=site.callback)
    called = issuer.allow(page, url, site.callback)
    do("callback", url=called)
    with pytest.raises(Refused, match="invalid_grant"):
        do("callback", url=called)
    # A code that comes twice is stolen: what the first one got ends
    with pytest.raises(Refused, match="invalid_grant"):
        do("refresh")


def test_openid_client_is_never_told_the_issuer_by_the_host_of_the_request(
    issuer, application, credentials
):
    here, there = "localhost", "127.0.0.1"
    if here not in issuer.url:
        here, there = there, here
    other = issuer.url.replace(here, there, 1)
    with pytest.raises(Refused, match="does not match the expected issuer"):
        application.do("discover", issuer=other, **credentials["none"])
