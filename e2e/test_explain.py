# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A manager reads why a request was refused: from the list of events to the page."""

import os
from pathlib import Path

import pytest

from e2e.pages import (
    SIZES,
    consent_url,
    overflow,
    press_header_button,
    resize,
    serious_faults,
    sign_in,
)

MAKE = """
manager = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Mia Manager", "login": values["login"], "password": values["login"],
    "group_ids": [(6, 0, [
        env.ref("base.group_user").id,
        env.ref("oauth_provider.group_oauth_provider_manager").id,
    ])],
})
client = env["oauth.provider.client"].create({
    "name": values["name"], "pkce_required": False,
    "redirect_uri_ids": [(0, 0, {"name": "https://app.example.com/callback"})],
})
result = client.identifier
"""
REPLACE = """
event = env["oauth.provider.event"].search([
    ("kind", "=", "refused"), ("client_id.identifier", "=", values["client"]),
])
env.cr.execute(
    "UPDATE oauth_provider_event SET cause = 'of_an_older_one' WHERE id = %s", event.ids
)
result = event.ids
"""
REUSE = """
client = env["oauth.provider.client"].search([("identifier", "=", values["client"])])
user = env.ref("base.user_admin")
grant = env["oauth.provider.grant"].ensure(client, user)
token, _value = env["oauth.provider.refresh.token"].issue(
    client=client, user=user, scopes=client.scope_ids, lifetime=600, grant=grant,
)
grant.record_use("192.0.2.1")
token.revoke_reused("refresh_token")
result = client.id
"""
#: Whether the cause that has the focus begins on the screen: the page scrolls smoothly.
IS_SEEN = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return document.activeElement.id == "redirect_uri"
        && box.top >= 0 && box.top < innerHeight;
}"""


def assert_whole(page):
    """What is shown fits, and axe-core finds nothing serious in what is ours."""
    # Labels of what is not edited, and marks of help texts, are Odoo's own
    own = (".o_form_label", "sup", ".o_control_panel", ".o_statusbar_buttons")
    own += (".o_notebook_headers", ".o_tag", ".o-autocomplete", ".o_clipboard_button")
    assert serious_faults(page, within=".o_form_view", but=own) == []
    cut = "node => node.scrollWidth - node.clientWidth"
    assert page.locator(".o_content").last.evaluate(cut) <= 0, "something is cut"


@pytest.fixture
def folder(tmp_path):
    """Where pictures go, for who wants to look at them."""
    return Path(os.environ.get("PICTURES") or tmp_path)


def find_event(page, provider, name):
    """Open the event of the client ``name`` from the list, as a manager would."""
    page.goto(f"{provider.url}/odoo/oauth-events")
    entry = page.locator(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)").filter(
        has_text=name
    )
    entry = entry.filter(has_text="redirect URI")
    entry.first.click()
    page.wait_for_selector(".o_form_view [name=cause_text]")


def explain(page, size):
    """Press *Explain* by keyboard; return the page that opens."""
    with page.expect_popup() as opened:
        press_header_button(page, "action_explain")
    told = opened.value
    # A page that is opened by another has a size of its own in this browser
    address = told.url
    told.goto("about:blank")
    resize(told, size)
    told.goto(address)
    return told


@pytest.mark.parametrize("size", SIZES)
def test_from_the_list_to_the_cause(pair, page, databases, folder, size):
    provider, _client = pair
    name, login = f"Explained on a {size}", f"explain-{size}"
    identifier = databases.shell("e2e_provider", MAKE, name=name, login=login)
    wrong = consent_url(provider, identifier, redirect_uri="https://app.example.com/x")
    page.goto(wrong)
    page.wait_for_selector("text=This request cannot be completed")
    resize(page, size)
    sign_in(page, provider, login, login)
    find_event(page, provider, name)
    page.wait_for_timeout(500)
    page.screenshot(path=folder / f"event-{size}.png")
    assert_whole(page)
    told = explain(page, size)
    section = told.locator("[aria-current=true]")
    assert section.get_attribute("id") == "redirect_uri"
    # The keyboard goes on from there
    told.wait_for_function(IS_SEEN)
    assert "Mismatching redirect URI." in section.inner_text()
    assert serious_faults(told) == []
    assert overflow(told) <= 0
    told.screenshot(path=folder / f"explain-{size}.png")
    told.close()
    # A release may give up a cause; its events stay
    [number] = databases.shell("e2e_provider", REPLACE, client=identifier)
    page.bring_to_front()
    page.goto(f"{provider.url}/odoo/oauth-events/{number}")
    told = explain(page, size)
    assert "of_an_older_one" in told.inner_text("[role=status]")
    assert serious_faults(told) == []
    assert overflow(told) <= 0
    told.screenshot(path=folder / f"unknown-{size}.png")
    told.locator("text=All Events").focus()
    told.keyboard.press("Enter")
    told.wait_for_selector(".o_list_view, .o_kanban_view")


@pytest.mark.parametrize("size", SIZES)
def test_from_a_client_to_what_brought_a_revocation_about(
    pair, page, databases, folder, size
):
    provider, _client = pair
    name, login = f"Reused on a {size}", f"reused-{size}"
    identifier = databases.shell("e2e_provider", MAKE, name=name, login=login)
    number = databases.shell("e2e_provider", REUSE, client=identifier)
    resize(page, size)
    sign_in(page, provider, login, login)
    page.goto(f"{provider.url}/odoo/oauth-clients/{number}")
    page.wait_for_selector(".o_form_view [name=last_used]")
    used = page.locator("[name=last_used]:visible").first
    assert used.inner_text().strip(), "it was used a moment ago"
    page.screenshot(path=folder / f"client-{size}.png")
    if not page.locator("button[name=action_view_events]:visible").count():
        page.locator(".o-form-buttonbox .o_button_more:visible").focus()
        page.keyboard.press("Enter")
    page.locator("button[name=action_view_events]:visible").focus()
    page.keyboard.press("Enter")
    entries = page.locator(".o_data_row, .o_kanban_record:not(.o_kanban_ghost)")
    entries.filter(has_text="Revoked").filter(has_text="reused").first.click()
    cause = page.locator(
        ".o_form_view [name=caused_by_id] a, [name=caused_by_id] .o_external_button"
    ).first
    cause.wait_for()
    page.screenshot(path=folder / f"revoked-{size}.png")
    assert_whole(page)
    cause.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_form_view [name=kind]:has-text('Reused')")
    assert_whole(page)
