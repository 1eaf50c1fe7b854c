# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A manager asks whether an AI assistant would connect; one worker serves it all."""

import os
from pathlib import Path

import pytest

from dev.server import OdooServer
from e2e.pages import SIZES, press_header_button, resize, serious_faults, sign_in

ADDON, EXAMPLE = "oauth_provider", "oauth_provider_example"
DATABASE = "e2e_connection"
MAKE = """
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
wizard = env["oauth.provider.client.wizard"].create({
    "recipe": "assistant", "assistant": "codex", "endpoint": values["endpoint"],
    "scope_ids": [(6, 0, env.ref("oauth_provider.scope_openid").ids)],
})
action = wizard.action_create()
result = action["context"]["default_client_res_id"]
"""
ALLOW = """
client = env["oauth.provider.client"].browse(values["id"])
client.scope_ids |= env["oauth.provider.scope"].search([("code", "=", "example.read")])
client.scope_ids |= env["oauth.provider.scope"].search([("code", "=", "example.write")])
"""


@pytest.fixture(scope="module")
def server(postgres, databases):
    databases.create(DATABASE, ["web", ADDON])
    databases.odoo(DATABASE, "--init", EXAMPLE)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$"}
    with OdooServer(postgres, "connection", DATABASE, **options) as odoo:
        yield odoo


@pytest.fixture
def client_id(server, databases):
    """A client of the wizard for a route that needs two scopes."""
    values = {"issuer": server.url, "endpoint": f"{server.url}/example/signature"}
    return databases.shell(DATABASE, MAKE, **values)


def ask(page, server, client_id):
    """Press the button; return the state of each step (list of str)."""
    action = "oauth_provider.oauth_provider_client_action"
    page.goto(f"{server.url}/odoo/action-{action}/{client_id}")
    press_header_button(page, "action_try")
    page.click(".modal a[name=connection]")
    endpoint = page.locator(".o_oauth_connection_check input")
    endpoint.fill(f"{server.url}/example/signature")
    page.click(".o_oauth_connection_check button")
    page.wait_for_selector(".o_oauth_connection_check .alert")
    steps = page.locator(".o_oauth_connection_check li")
    return steps.evaluate_all("nodes => nodes.map(node => node.dataset.state)")


def shoot(page, name, size):
    """Keep a picture where somebody wants to look at it."""
    if folder := os.environ.get("PICTURES"):
        page.locator(".o_oauth_connection_check .alert").scroll_into_view_if_needed()
        page.wait_for_timeout(600)
        page.screenshot(path=Path(folder) / f"{name}-{size}.png")


@pytest.mark.parametrize("size", SIZES)
def test_it_names_the_first_step_that_fails_until_all_work(
    server, databases, page, client_id, size
):
    resize(page, size)
    sign_in(page, server, "admin", "admin")
    # The client may not have the scopes of the route
    assert ask(page, server, client_id) == ["done"] * 4 + ["failed"]
    found = page.inner_text(".o_oauth_connection_check")
    assert "example.read example.write" in found
    assert "Add them to the client's scopes" in found
    cut = "node => node.scrollWidth - node.clientWidth"
    assert page.locator(".modal-body").evaluate(cut) <= 0
    assert serious_faults(page, within=".o_oauth_connection_check") == []
    shoot(page, "connection-failed", size)

    databases.shell(DATABASE, ALLOW, id=client_id)
    assert ask(page, server, client_id) == ["done"] * 8
    assert "every step" in page.inner_text(".o_oauth_connection_check")
    shoot(page, "connection-done", size)


@pytest.mark.parametrize("size", SIZES)
def test_a_client_is_made_from_the_address(server, page, client_id, size):
    """The scopes of the route are proposed, and nothing is cut on a phone."""
    resize(page, size)
    sign_in(page, server, "admin", "admin")
    action = "oauth_provider.oauth_provider_client_wizard_action"
    page.goto(f"{server.url}/odoo/action-{action}")
    for name, label in (("recipe", "AI assistant"), ("assistant", "Another assistant")):
        page.click(f".modal [name={name}] input")
        page.click(f".o_select_menu_item:has-text('{label}')")
    page.fill(".modal [name=endpoint] input", f"{server.url}/example/signature")
    page.keyboard.press("Tab")
    page.wait_for_selector(".modal [name=scope_ids]:has-text('Change your signature')")
    callback = "https://assistant.example.com/callback"
    page.fill(".modal [name=redirect_uri] input", callback)
    cut = "node => node.scrollWidth - node.clientWidth"
    assert page.locator(".modal-body").evaluate(cut) <= 0
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"wizard-{size}.png")
    page.click(".modal button[name=action_create]")
    page.wait_for_selector(".modal [name=values]:has-text('Authorization server')")
    assert page.locator(".modal-body").evaluate(cut) <= 0
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"made-{size}.png")
