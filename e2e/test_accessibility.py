# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages that people meet, judged by axe-core, on a desk and on a phone."""

from urllib.parse import urlencode

import pytest

from dev import nodejs

CALLBACK = "https://app.example.com/callback"
MAKE_CLIENT = """
scope = env["oauth.provider.scope"].create({
    "name": "Keep your contacts up to date", "code": "contacts.write",
    "description": "Names and numbers.", "api_read": True, "api_write": True,
    "model_id": env.ref("base.model_res_partner").id,
})
client = env["oauth.provider.client"].create({
    "name": "Café & Söhne", "client_uri": "https://example.com",
    "policy_uri": "https://example.com/privacy", "pkce_required": False,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
client.scope_ids |= scope
demo = env["res.users"].search([("login", "=", "demo")])
demo.company_ids |= env["res.company"].create({"name": "Second Company"})
env["oauth.provider.grant"].ensure(client, demo).consent(client.scope_ids, scope)
result = client.identifier
"""
SIZES = {"desk": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def identifier(pair, databases):
    return databases.shell("e2e_provider", MAKE_CLIENT, callback=CALLBACK)


def serious_faults(page):
    """Return what axe-core finds serious or critical on ``page`` (list of str)."""
    assert page.locator("main").count() == 1, page.content()[:500]
    page.add_script_tag(path=nodejs.modules() / "axe-core" / "axe.min.js")
    found = page.evaluate("axe.run()")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("size", SIZES)
def test_pages_have_no_serious_fault(pair, page, identifier, size):
    provider, _client = pair
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    query = {
        "response_type": "code",
        "client_id": identifier,
        "redirect_uri": CALLBACK,
        "prompt": "consent",
    }
    authorize = f"{provider.url}/oauth2/authorize"
    addresses = {
        "consent": f"{authorize}?{urlencode(query)}",
        "error": f"{authorize}?client_id=nobody",
        "applications": f"{provider.url}/my/applications",
        "logout": f"{provider.url}/oauth2/logout",
    }
    page.goto(addresses["consent"])
    page.fill("input[name=login]", "demo")
    page.fill("input[name=password]", "demo-demo")
    page.click("button[type=submit]")
    page.wait_for_selector("button[value=allow]")
    for name, address in addresses.items():
        page.goto(address)
        assert serious_faults(page) == [], name
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{name} is wider than the screen"
    # By keyboard alone
    page.keyboard.press("Tab")
    page.locator("button[value=logout]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You are signed out")
    assert serious_faults(page) == []
