# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A manager finds out why an application is refused, mends it, and goes all the way."""

import os
from pathlib import Path
from urllib.parse import urlencode

import pytest

from e2e.pages import (
    CHALLENGE,
    SIZES,
    overflow,
    press_header_button,
    resize,
    serious_faults,
    sign_in,
)

RIGHT = "https://shop.example.com/callback"
WRONG = f"{RIGHT}/"
MAKE = """
env["res.users"].search([("login", "=", "max")]).unlink()
env["res.users"].create({
    "name": "Max Manager", "login": "max", "password": "max-manager",
    "group_ids": [(6, 0, [env.ref(name).id for name in (
        "base.group_user", "oauth_provider.group_oauth_provider_manager",
    )])],
})
contacts = env["oauth.provider.scope"].create({
    "name": "Contacts", "code": values["scope"], "api_read": True,
    "model_id": env.ref("base.model_res_partner").id,
    "field_ids": [(6, 0, [env.ref("base.field_res_partner__name").id])],
})
client = env["oauth.provider.client"].create({
    "name": "Corner Shop", "redirect_uri_ids": [(0, 0, {"name": values["uri"]})],
})
client.scope_ids |= contacts
mobile = env["oauth.provider.client"].create({
    "name": "Corner App", "application_type": "mobile application",
    "redirect_uri_ids": [(0, 0, {"name": values["uri"]})],
})
result = [client.id, client.identifier, mobile.id]
"""


def shoot(page, name, size):
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("PICTURES"):
        page.wait_for_timeout(600)
        page.screenshot(path=Path(folder) / f"{name}-{size}.png", full_page=True)


def press(page, selector):
    """Press a button by the keyboard alone."""
    page.wait_for_selector(selector)
    page.locator(selector).first.focus()
    page.keyboard.press("Enter")


def read(page, name):
    """Return the text (str) of the field ``name`` that is shown."""
    field = page.locator(f".o_form_view [name={name}]:visible").first
    box = field.locator("input, textarea")
    return box.first.input_value() if box.count() else field.inner_text()


def assert_whole(page):
    """Nothing is cut, and axe-core finds nothing serious in what is ours."""
    # Widgets of Odoo, and labels of what is not edited
    own = (
        *(".o_form_label", "sup", ".o_notebook_headers", ".o_tag"),
        *(".o-autocomplete", ".o_clipboard_button"),
    )
    within = ".modal .o_form_view" if page.locator(".modal").count() else ".o_form_view"
    assert serious_faults(page, within=within, but=own) == []
    cut = "node => node.scrollWidth - node.clientWidth"
    content = page.locator(".modal-body, .o_content").last
    assert content.evaluate(cut) <= 0, "something is cut"


@pytest.fixture
def manager(pair, page, databases, size, request):
    """The page of a manager who has signed in, and the clients."""
    provider, _client = pair
    code = f"try.{request.node.name}".replace("[", ".").replace("]", "")
    made = databases.shell("e2e_provider", MAKE, uri=RIGHT, scope=code)
    resize(page, size)
    sign_in(page, provider, "max", "max-manager")
    return provider, [*made, code]


@pytest.mark.parametrize("size", SIZES)
def test_a_refused_request_is_mended_and_goes_all_the_way(manager, page, size):
    provider, (client_id, identifier, _mobile, code) = manager
    query = {
        "response_type": "code",
        "client_id": identifier,
        "redirect_uri": WRONG,
        "scope": f"openid profile {code}",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "of-the-application",
    }
    page.goto(f"{provider.url}/oauth2/authorize?{urlencode(query)}")
    assert serious_faults(page) == []
    assert overflow(page) <= 0
    shoot(page, "error", size)
    press(page, "a:has-text('Open Try It')")
    page.wait_for_selector("text=A slash at the end of the path")
    assert read(page, "redirect_uri") == WRONG
    assert_whole(page)
    shoot(page, "refused", size)
    press(page, "button[name=action_add_redirect_uri]")
    page.wait_for_selector(".modal:has-text('will be sent to this address')")
    press(page, ".modal footer .btn-primary")
    page.wait_for_selector("text=It is registered exactly like this")
    shoot(page, "mended", size)
    press(page, "button[name=action_run]")
    page.wait_for_selector("button[value=allow]")
    press(page, "button[value=allow]")
    page.wait_for_selector("text=All steps worked")
    shoot(page, "done", size)
    assert "try-it" in page.url and "code=" not in page.url
    assert '"token_type": "Bearer"' in read(page, "result_token")
    assert '"sub"' in read(page, "result_id_token")
    assert "Max Manager" in read(page, "result_userinfo")
    assert "search_read" in read(page, "result_call")
    assert '"name"' in read(page, "result_records")
    assert_whole(page)


@pytest.mark.parametrize("size", SIZES)
def test_the_script_brings_back_what_is_in_the_fragment(manager, page, size):
    provider, (_client_id, _identifier, mobile, _code) = manager
    page.goto(
        f"{provider.url}/odoo/action-oauth_provider.oauth_provider_client_action/{mobile}"
    )
    press_header_button(page, "action_try")
    page.wait_for_selector(".modal [name=redirect_uri]")
    assert_whole(page)
    shoot(page, "dialog", size)
    press(page, ".modal button[name=action_run]")
    press(page, "button[value=deny]")
    page.wait_for_selector("text=access_denied")
    shoot(page, "denied", size)
    press(page, "button[name=action_run]")
    press(page, "button[value=allow]")
    page.wait_for_selector("text=All steps worked")
    assert "access_token" not in page.url


@pytest.mark.parametrize("size", SIZES)
def test_the_last_refused_request_is_taken(manager, page, size):
    provider, (client_id, identifier, _mobile, code) = manager
    query = {"client_id": identifier, "redirect_uri": RIGHT, "response_type": "code"}
    query |= {"scope": "no.such.scope", "code_challenge": CHALLENGE}
    query |= {"code_challenge_method": "S256"}
    answer = page.request.get(
        f"{provider.url}/oauth2/authorize?{urlencode(query)}", max_redirects=0
    )
    assert "error=invalid_scope" in answer.headers["location"]
    # Refusals are stored a moment later
    page.wait_for_timeout(2000)
    page.goto(
        f"{provider.url}/odoo/action-oauth_provider.oauth_provider_client_action/{client_id}"
    )
    press_header_button(page, "action_try")
    press(page, "button[name=action_replay]")
    page.wait_for_selector("text=The application gets invalid_scope")
    assert read(page, "scope") == "no.such.scope"
    shoot(page, "replayed", size)
