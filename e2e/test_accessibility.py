# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pages that people meet, judged by axe-core, on a desk and on a phone."""

import os

import pytest

from dev import nodejs
from dev.server import OdooServer
from e2e.pages import (
    CALLBACK,
    SIZES,
    consent_url,
    overflow,
    resize,
    serious_faults,
    sign_in,
)

MAKE_CLIENTS = """
scopes = env["oauth.provider.scope"].create([
    {
        "name": "Keep your contacts up to date", "code": "contacts.write",
        "description": "Names and numbers.", "api_read": True, "api_write": True,
        "model_id": env.ref("base.model_res_partner").id,
    },
    *[
        {"name": f"Scope {n} " + "x" * 60, "code": f"many.{n}", "description": "y" * n}
        for n in range(200)
    ],
])
client, many = env["oauth.provider.client"].create([
    {
        "name": name, "client_uri": "https://example.com", "duration_choice": True,
        "policy_uri": "https://example.com/privacy", "pkce_required": False,
        "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    }
    for name in ("Café & Söhne", "Many Scopes")
])
client.scope_ids |= scopes[0]
many.scope_ids |= scopes
factor = client.copy({
    "name": "Safe", "second_factor_required": True,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
few = client.copy({
    "name": "For a Few",
    "group_ids": [(0, 0, {"name": "Few"})],
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
user = env["res.users"].search([("login", "=", values["login"])])
user.company_ids |= env["res.company"].create({"name": "Second Company"})
grant = env["oauth.provider.grant"].ensure(client, user)
grant.consent(client.scope_ids, scopes[0])
grant.set_duration(86400)
result = [one.identifier for one in (client, many, factor, few)]
"""
LEAVE_COMPANIES = """
user = env["res.users"].search([("login", "=", values["login"])])
kept, left = env["res.company"].create(
    [{"name": f"{name} {values['size']}"} for name in ("Kept", "Left")]
)
user.company_ids |= kept | left
client = env["oauth.provider.client"].create({
    "name": "Travels", "pkce_required": False,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
client.scope_ids |= env["oauth.provider.scope"].create({
    "name": "Contacts", "code": f"companies.{values['size']}", "api_read": True,
    "model_id": env.ref("base.model_res_partner").id,
})
grant = env["oauth.provider.grant"].ensure(client, user)
grant.consent(client.scope_ids, client.scope_ids)
grant.limit_to_companies(left)
user.company_ids -= left
result = [client.identifier, kept.name]
"""
ARABIC = """
env["res.lang"]._activate_lang("ar_001")
env.ref("base.user_admin").lang = "ar_001"
"""


@pytest.fixture(scope="module")
def identifiers(pair, databases):
    values = {"callback": CALLBACK, "login": "demo"}
    return databases.shell("e2e_provider", MAKE_CLIENTS, **values)


def addresses(provider, identifiers):
    known, many, _factor, few = identifiers
    return {
        "outside the groups": consent_url(provider, few),
        "another address": consent_url(
            provider, known, redirect_uri=f"{CALLBACK}/{'x' * 300}"
        ),
        "consent": consent_url(provider, known),
        "many scopes": consent_url(provider, many),
        "error": f"{provider.url}/oauth2/authorize?client_id=nobody",
        "applications": f"{provider.url}/my/applications",
        "logout": f"{provider.url}/oauth2/logout",
    }


def assert_whole(page, provider, identifiers):
    for name, address in addresses(provider, identifiers).items():
        page.goto(address)
        assert serious_faults(page) == [], name
        assert overflow(page) <= 0, f"{name} is wider than the screen"


@pytest.mark.parametrize("size", SIZES)
def test_pages_have_no_serious_fault(pair, page, identifiers, size):
    provider, _client = pair
    resize(page, size)
    sign_in(page, provider, "demo", "demo-demo")
    assert_whole(page, provider, identifiers)
    # By keyboard alone
    page.keyboard.press("Tab")
    page.locator("button[value=logout]").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You are signed out")
    assert serious_faults(page) == []


@pytest.mark.parametrize("size", SIZES)
def test_who_lacks_a_second_factor_reads_why_and_goes_back(
    pair, page, identifiers, size
):
    provider, _client = pair
    resize(page, size)
    sign_in(page, provider, "demo", "demo-demo")
    page.goto(consent_url(provider, identifiers[2]))
    for _each in range(2):
        # Who signed in without one may have got one meanwhile: that is asked once
        page.fill("input[name=login]", "demo")
        page.fill("input[name=password]", "demo-demo")
        page.press("input[name=password]", "Enter")
        page.wait_for_selector("text=needs a second factor")
        assert serious_faults(page) == []
        assert overflow(page) <= 0
        # Nobody is sent around in circles
        page.reload()
        page.wait_for_selector("text=needs a second factor")
        if not _each:
            # Odoo's own page for it opens beside this one
            link = page.locator("a:has-text('two-factor authentication')")
            with page.context.expect_page() as opened:
                link.press("Enter")
            opened.value.wait_for_url("**/my/security")
            # See sign_in: the button signs the person out
            opened.value.wait_for_load_state("networkidle")
            assert "Two-factor authentication" in opened.value.content()
            opened.value.close()
            page.locator("button[value=again]").focus()
            page.keyboard.press("Enter")
            page.wait_for_selector("input[name=password]")
    page.locator("button[value=back]").focus()
    # There is no such application
    with page.expect_request(lambda request: request.url.startswith(CALLBACK)) as sent:
        page.keyboard.press("Enter")
    assert "error=access_denied" in sent.value.url


@pytest.mark.parametrize("size", SIZES)
def test_who_has_left_all_companies_chooses_again(pair, page, databases, size):
    provider, _client = pair
    values = {"callback": CALLBACK, "login": "demo", "size": size}
    identifier, name = databases.shell("e2e_provider", LEAVE_COMPANIES, **values)
    resize(page, size)
    sign_in(page, provider, "demo", "demo-demo")
    # Though it is allowed already: what is issued would open nothing
    page.goto(consent_url(provider, identifier, prompt=""))
    page.wait_for_selector("text=none of the companies any more")
    assert name in page.inner_text("form")
    assert serious_faults(page) == []
    assert overflow(page) <= 0
    page.locator("button[value=allow]").focus()
    with page.expect_request(lambda request: request.url.startswith(CALLBACK)) as sent:
        page.keyboard.press("Enter")
    assert "code=" in sent.value.url


def test_what_managers_read_fits_a_phone(pair, page):
    """What is to be entered elsewhere, and what is to be mended: nothing is cut."""
    provider, _client = pair
    resize(page, "phone")
    sign_in(page, provider, "admin", "admin")
    action = f"{provider.url}/odoo/action-oauth_provider."
    page.goto(f"{action}oauth_provider_check_action")
    page.wait_for_selector(".o_kanban_record")
    cut = "node => node.scrollWidth - node.clientWidth"
    assert page.locator(".o_content").evaluate(cut) <= 0
    page.goto(f"{action}oauth_provider_client_wizard_action")
    page.fill(".modal [name=address] input", "https://fits.example.com")
    page.click(".modal button[name=action_create]")
    page.wait_for_selector(".modal [name=values] table")
    assert page.locator(".modal-body").evaluate(cut) <= 0
    # A command and a file, whose lines are longer than those of a phone
    endpoint = f"https://fits.example.com/{'m' * 80}"
    for assistant, said in (("Codex", "codex mcp add"), ("Cursor", "mcpServers")):
        page.goto(f"{action}oauth_provider_client_wizard_action")
        for name, label in (("recipe", "AI assistant"), ("assistant", assistant)):
            page.click(f".modal [name={name}] input")
            page.click(f".o_select_menu_item:has-text('{label}')")
        page.fill(".modal [name=endpoint] input", endpoint)
        page.click(".modal button[name=action_create]")
        page.wait_for_selector(f".modal [name=snippet]:has-text('{said}')")
        assert page.locator(".modal-body").evaluate(cut) <= 0


@pytest.fixture(scope="module")
def bare(postgres, databases):
    """A provider without a portal: (server, identifiers of the clients).

    Its administrator reads Arabic; Odoo turns its styles around with rtlcss.
    """
    name = databases.create("e2e_bare", ["web", "oauth_provider"])
    values = {"callback": CALLBACK, "login": "admin"}
    identifiers = databases.shell(name, MAKE_CLIENTS, **values)
    databases.shell(name, ARABIC)
    programs = [str(nodejs.modules() / ".bin"), nodejs.environment()["PATH"]]
    env = {"PATH": os.pathsep.join(programs)}
    options = {"load": ["oauth_provider"], "env": env}
    with OdooServer(postgres, "bare", name, **options) as server:
        yield server, identifiers


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_our_own_from_right_to_left_have_no_serious_fault(bare, page, size):
    provider, identifiers = bare
    resize(page, size)
    sign_in(page, provider, "admin", "admin")
    assert_whole(page, provider, identifiers)
    page.goto(f"{provider.url}/my/applications")
    assert "Café" in page.inner_text("h2")
    assert page.locator("script").count() == 0
    page.goto(consent_url(provider, identifiers[0]))
    assert page.get_attribute("html", "dir") == "rtl"
    box = page.locator("input[type=checkbox]").first.bounding_box()
    label = page.locator("label bdi").first.bounding_box()
    assert box["x"] > label["x"] + label["width"]
