# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's mod_auth_openidc, a certified client that knows nothing but the issuer."""

import pytest

from dev.apache import Apache

MAKE_CLIENT = """
client = env["oauth.provider.client"].create({
    "name": "Apache", "application_type": "web application",
    "redirect_uri_ids": [(0, 0, {"name": values["url"] + "/protected/callback"})],
    "post_logout_redirect_uri_ids": [(0, 0, {"name": values["url"] + "/index.html"})],
    "backchannel_logout_uri": values["url"] + "/protected/callback?logout=backchannel",
})
result = [client.identifier, client.generate_secret()]
"""
SEND_LOGOUTS = """
env["oauth.provider.logout"]._cron_send()
told = env["oauth.provider.logout"].search([], order="id desc", limit=1)
result = [told.client_id.name, bool(told.sent_at), told.error]
"""


def configuration(provider, apache, identifier, secret):
    """Return the lines that protect ``/protected`` (list of str)."""
    return [
        f"OIDCProviderMetadataURL {provider.url}/.well-known/openid-configuration",
        f"OIDCClientID {identifier}",
        f"OIDCClientSecret {secret}",
        f"OIDCRedirectURI {apache.url}/protected/callback",
        "OIDCCryptoPassphrase for-this-test-alone",
        'OIDCScope "openid profile email"',
        "OIDCPKCEMethod S256",
        "OIDCSessionType server-cache",
        # With each request: the access token is refreshed all the time
        "OIDCRefreshAccessTokenBeforeExpiry 3600",
        "OIDCUserInfoRefreshInterval 1",
        "<Location /protected>",
        "  AuthType openid-connect",
        "  Require valid-user",
        '  Header set X-Sub "%{OIDC_CLAIM_sub}e"',
        '  Header set X-Name "%{OIDC_CLAIM_name}e"',
        '  Header set X-Email "%{OIDC_CLAIM_email}e"',
        '  Header set X-Token "%{OIDC_access_token}e"',
        "</Location>",
    ]


@pytest.fixture
def apache(pair, databases):
    """An Apache that signs people in at the provider of ``pair``."""
    provider, _client = pair
    with Apache("rp") as server:
        client = databases.shell("e2e_provider", MAKE_CLIENT, url=server.url)
        yield server.start(configuration(provider, server, *client))


def sign_in(page, url):
    """Open the protected page, sign in and allow, and return its headers (dict)."""
    page.goto(url)
    page.fill("input[name=login]", "demo")
    page.fill("input[name=password]", "demo-demo")
    page.click("button[type=submit]")
    page.click("button[value=allow]")
    page.wait_for_url(url)
    return page.request.get(url).headers


def test_sign_in_userinfo_refresh_and_logout(apache, page, databases):
    protected = f"{apache.url}/protected/index.html"
    first = sign_in(page, protected)
    assert first["x-name"] == "Dana Demo"
    assert first["x-email"] == "dana@example.com"
    assert len(first["x-sub"]) == 64
    second = page.request.get(protected).headers
    assert second["x-sub"] == first["x-sub"]
    assert second["x-token"] != first["x-token"], "The token was not refreshed"
    after = f"{apache.url}/index.html"
    page.goto(f"{apache.url}/protected/callback?logout={after}")
    page.wait_for_url(after)
    page.goto(protected)
    # Odoo's own session has ended too
    page.wait_for_selector("input[name=password]")


def test_a_logout_from_odoo_ends_the_session_of_the_application(
    pair, apache, page, databases
):
    provider, _client = pair
    protected = f"{apache.url}/protected/index.html"
    sign_in(page, protected)
    cookies = page.context.cookies(apache.url)
    assert cookies
    page.goto(f"{provider.url}/web/session/logout")
    assert databases.shell("e2e_provider", SEND_LOGOUTS) == ["Apache", True, False]
    response = page.request.get(protected, max_redirects=0)
    assert response.status == 302, "The application still lets the browser in"
