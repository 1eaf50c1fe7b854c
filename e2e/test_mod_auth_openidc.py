# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's mod_auth_openidc, a certified client that knows nothing but the issuer."""

import json

import pytest
import requests
from joserfc.jwk import KeySet, RSAKey

from dev.apache import Apache

#: By variant: the fields of the client, and the lines that say the same to Apache.
VARIANTS = {
    "code": (
        {},
        # With each request: the access token is refreshed all the time
        ["OIDCRefreshAccessTokenBeforeExpiry 3600", "OIDCUserInfoRefreshInterval 1"],
    ),
    "back-channel": ({}, []),
    "hybrid": ({"hybrid_flow": True}, ['OIDCResponseType "code id_token"']),
    "hybrid with a token": (
        {"hybrid_flow": True},
        ['OIDCResponseType "code id_token token"'],
    ),
    "implicit": (
        {"application_type": "mobile application"},
        ['OIDCResponseType "id_token token"'],
    ),
    "ES256 and signed userinfo": (
        {
            "id_token_signed_response_alg": "ES256",
            "userinfo_signed_response_alg": "ES256",
        },
        ["OIDCIDTokenSignedResponseAlg ES256", "OIDCUserInfoSignedResponseAlg ES256"],
    ),
    "private_key_jwt": (
        {"token_endpoint_auth_method": "private_key_jwt"},
        ["OIDCProviderTokenEndpointAuth private_key_jwt"],
    ),
}
OTHERS = [name for name in VARIANTS if name not in ("code", "back-channel")]
SEND_LOGOUTS = """
env["oauth.provider.logout"]._cron_send()
told = env["oauth.provider.logout"].search([], order="id desc", limit=1)
result = [told.client_id.name, bool(told.sent_at), told.error]
"""


def configuration(issuer, apache, identifier, secret):
    """Return the lines that protect ``/protected`` (list of str)."""
    return [
        f"OIDCProviderMetadataURL {issuer.url}/.well-known/openid-configuration",
        f"OIDCClientID {identifier}",
        *([f"OIDCClientSecret {secret}"] if secret else []),
        f"OIDCRedirectURI {apache.url}/protected/callback",
        "OIDCCryptoPassphrase for-this-test-alone",
        'OIDCScope "openid profile email"',
        "OIDCPKCEMethod S256",
        "OIDCSessionType server-cache",
        "<Location /protected>",
        "  AuthType openid-connect",
        "  Require valid-user",
        '  Header set X-Sub "%{OIDC_CLAIM_sub}e"',
        '  Header set X-Name "%{OIDC_CLAIM_name}e"',
        '  Header set X-Email "%{OIDC_CLAIM_email}e"',
        '  Header set X-Token "%{OIDC_access_token}e"',
        "</Location>",
    ]


@pytest.fixture(scope="module")
def site_of_apache():
    """The Apache whose address all clients have; one test at a time starts it."""
    return Apache("rp")


@pytest.fixture(scope="module")
def key():
    """The key by which the application proves itself."""
    return RSAKey.generate_key(2048, {"kid": "apache"}, private=True)


@pytest.fixture(scope="module")
def clients(issuer, site_of_apache, key, databases):
    """Identifier and secret by variant."""
    url = site_of_apache.url
    callback = f"{url}/protected/callback"
    values = {variant: dict(fields) for variant, (fields, _lines) in VARIANTS.items()}
    public = KeySet([key]).as_dict(private=False)
    values["private_key_jwt"]["jwks"] = json.dumps(public)
    values["back-channel"].update(
        backchannel_logout_uri=f"{callback}?logout=backchannel",
        backchannel_internal=True,
    )
    return issuer.make_clients(databases, values, callback, f"{url}/index.html")


@pytest.fixture
def start(issuer, site_of_apache, clients, key, tmp_path):
    """Starts Apache as a variant: ``start(variant) -> Apache``."""

    def start_variant(variant):
        lines = configuration(issuer, site_of_apache, *clients[variant])
        if variant == "private_key_jwt":
            for kind, is_private in (("Private", True), ("Public", False)):
                path = tmp_path / f"{kind}.pem"
                path.write_bytes(key.as_pem(private=is_private))
                lines.append(f"OIDC{kind}KeyFiles {key.kid}#{path}")
        return site_of_apache.start([*lines, *VARIANTS[variant][1]])

    yield start_variant
    site_of_apache.stop()


def sign_in(issuer, page, url):
    """Open the protected page, sign in and allow, and return its headers (dict)."""
    page.goto(url)
    issuer.sign_in(page)
    page.wait_for_url(url)
    return page.request.get(url).headers


def userinfo(issuer, token):
    """Return the answer at the userinfo address, which is discovered too."""
    metadata = requests.get(f"{issuer.url}/.well-known/openid-configuration").json()
    bearer = {"Authorization": f"Bearer {token}"}
    return requests.get(metadata["userinfo_endpoint"], headers=bearer)


def check_person(issuer, headers):
    """What Apache was told is what the person is."""
    assert (headers["x-name"], headers["x-email"]) == (issuer.name, issuer.email)
    assert len(headers["x-sub"]) == 64


def test_sign_in_userinfo_refresh_and_logout(issuer, start, page):
    apache = start("code")
    protected = f"{apache.url}/protected/index.html"
    first = sign_in(issuer, page, protected)
    check_person(issuer, first)
    second = page.request.get(protected).headers
    assert second["x-sub"] == first["x-sub"]
    assert second["x-token"] != first["x-token"], "The token was not refreshed"
    assert userinfo(issuer, second["x-token"]).json()["sub"] == first["x-sub"]
    after = f"{apache.url}/index.html"
    page.goto(f"{apache.url}/protected/callback?logout={after}")
    page.wait_for_url(after)
    # It has revoked what it had, at the address that it discovered
    assert userinfo(issuer, second["x-token"]).status_code == 401
    page.goto(protected)
    # Odoo's own session has ended too
    page.wait_for_selector("input[name=password]")


def test_a_logout_from_odoo_ends_the_session_of_the_application(
    issuer, start, page, databases
):
    apache = start("back-channel")
    protected = f"{apache.url}/protected/index.html"
    token = sign_in(issuer, page, protected)["x-token"]
    page.goto(issuer.url.partition("/oauth2/")[0] + "/web/session/logout")
    assert userinfo(issuer, token).status_code == 401
    assert page.request.get(protected, max_redirects=0).status == 200, "Told already"
    sent = databases.shell(issuer.database, SEND_LOGOUTS)
    assert sent == ["back-channel", True, False]
    response = page.request.get(protected, max_redirects=0)
    assert response.status == 302, "The application still lets the browser in"


@pytest.mark.parametrize("issuer", ["host"], indirect=True)
@pytest.mark.parametrize("variant", OTHERS)
def test_sign_in_by_other_flows_signatures_and_proofs(issuer, start, page, variant):
    apache = start(variant)
    headers = sign_in(issuer, page, f"{apache.url}/protected/index.html")
    check_person(issuer, headers)
