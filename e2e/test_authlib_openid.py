# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Authlib's OpenID Connect client, told the issuer and no more."""

from urllib.parse import parse_qsl, urlsplit

import pytest
from authlib.integrations.base_client import BaseApp, OAuth2Mixin, OpenIDMixin
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc import discovery, rpinitiated

#: Values of the clients by the name of the test's parameter.
KINDS = {
    "RS256": {},
    "ES256": {"id_token_signed_response_alg": "ES256", "client_type": "public"},
    "EdDSA": {"id_token_signed_response_alg": "EdDSA"},
}


class Application(OAuth2Mixin, OpenIDMixin, BaseApp):
    """What Authlib makes for each web framework, for none of them."""

    client_cls = OAuth2Session

    def _on_update_token(self, token, **_before):
        self.renewed = token


@pytest.fixture(scope="module")
def clients(issuer, site, databases):
    """Identifier and secret by kind."""
    return issuer.make_clients(databases, KINDS, site.callback, site.goodbye)


@pytest.fixture(params=KINDS)
def application(issuer, clients, request, monkeypatch):
    """An application before its first sign-in."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    identifier, secret = clients[request.param]
    options = {"scope": "openid profile email", "code_challenge_method": "S256"}
    if not secret:
        options["token_endpoint_auth_method"] = "none"
    return Application(
        None,
        client_id=identifier,
        client_secret=secret,
        client_kwargs=options,
        server_metadata_url=discovery.get_well_known_url(issuer.url, external=True),
    )


def sign_in(application, issuer, site, page):
    """Return (tokens, claims of the verified ID token)."""
    asked = application.create_authorization_url(site.callback, max_age="3600")
    called = issuer.allow(page, asked["url"], site.callback)
    answer = dict(parse_qsl(urlsplit(called).query))
    assert (answer["state"], answer["iss"]) == (asked["state"], issuer.url)
    tokens = application.fetch_access_token(
        site.callback, code=answer["code"], code_verifier=asked["code_verifier"]
    )
    return tokens, application.parse_id_token(tokens, asked["nonce"], leeway=10)


def test_authlib_signs_in_renews_and_signs_out(issuer, site, page, application):
    metadata = application.load_server_metadata()
    document = discovery.OpenIDProviderMetadata(metadata)
    document.validate(metadata_classes=[rpinitiated.OpenIDProviderMetadata])

    tokens, claims = sign_in(application, issuer, site, page)
    assert {"auth_time", "at_hash", "sid"} <= claims.keys()
    info = application.userinfo(token=tokens)
    assert info["sub"] == claims["sub"]
    assert (info["name"], info["email"]) == (issuer.name, issuer.email)

    # Authlib renews by itself what is about to expire
    assert application.userinfo(token={**tokens, "expires_at": 1}) == info
    renewed = application.renewed
    assert renewed["access_token"] != tokens["access_token"]
    again = application.parse_id_token(renewed, None, leeway=10)
    for name in ("iss", "sub", "aud", "auth_time", "sid"):
        assert again[name] == claims[name]

    goodbye = application.create_logout_url(site.goodbye, tokens["id_token"])
    page.goto(goodbye["url"])
    assert page.url == f"{site.goodbye}?state={goodbye['state']}"
    page.goto(application.create_authorization_url(site.callback)["url"])
    assert "/web/login" in page.url
