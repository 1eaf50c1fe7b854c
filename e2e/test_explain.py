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
#: Whether the cause that has the focus begins on the screen: the page scrolls smoothly.
IS_SEEN = """() => {
    const box = document.activeElement.getBoundingClientRect();
    return document.activeElement.id == "redirect_uri"
        && box.top >= 0 && box.top < innerHeight;
}"""


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
    page.wait_for_selector(".o_form_view [name=cause]")


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
    # A page behind another one draws nothing
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
