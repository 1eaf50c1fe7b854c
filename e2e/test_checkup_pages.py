# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A manager reads what the check-up has found, and accepts some of it, by keyboard."""

import os
import re
from pathlib import Path

import pytest

from e2e.pages import SIZES, overflow, resize, serious_faults, sign_in

#: The environment variable that names a folder for pictures of these pages.
PICTURES = "OAUTH_PROVIDER_CHECKUP_PICTURES"
ACTION = "oauth_provider.oauth_provider_check_action"
#: What Odoo draws around our fields: boxes without a label, the grey of a help.
ODOO = (".o_list_record_selector", ".o_setting_box .text-muted")
LINE = ".o_data_row, .o_kanban_record:not(.o_kanban_ghost)"
MAKE = """
full = env["oauth.provider.scope"].create({
    "name": "Everything", "code": values["login"], "full_access": True,
})
manager = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Mia Manager", "login": values["login"], "password": "mia-manager",
    "group_ids": [(6, 0, [
        env.ref("base.group_user").id,
        env.ref("oauth_provider.group_oauth_provider_manager").id,
    ])],
})
client = env["oauth.provider.client"].create({
    "name": values["name"], "scope_ids": [(6, 0, full.ids)],
    "redirect_uri_ids": [(0, 0, {"name": "https://app.example.com/cb"})],
})
client.generate_secret()
env["oauth.provider.finding"]._cron_check()
result = client.id
"""
FIND = """
subject = f"oauth.provider.client,{values['client']}"
found = env["oauth.provider.dismissal"].search([("subject", "=", subject)])
result = [[one.key, one.user_id.login, one.reason] for one in found]
"""
WIDEN = """
client = env["oauth.provider.client"].browse(values["client"])
client.scope_ids |= client.scope_ids.copy({"code": values["login"] + ".more"})
"""


def keep(page, name, size):
    """Keep a picture of ``page``, where somebody wants to look at it."""
    if os.environ.get(PICTURES):
        page.wait_for_timeout(500)
        page.screenshot(path=Path(os.environ[PICTURES]) / f"{name}-{size}.png")


def tab_to(page, text):
    """Press the tabulator until the focus is on a button with this ``text``."""
    for _press in range(120):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || ''")
        if focused.strip() == text:
            return
    raise AssertionError(f"The keyboard does not get to {text}")


def go_to(page, line):
    """Press the arrow down, from the search, until the focus is on ``line``."""
    search = page.locator("input.o_searchview_input")
    if search.is_visible():
        search.focus()
    else:
        page.locator(LINE).first.focus()
    for _press in range(30):
        if line.evaluate("e => e.contains(document.activeElement)"):
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError("The keyboard does not get to the line")


def focus(button):
    """Focus ``button`` as the tabulator does, and check that it can."""
    assert button.evaluate("e => e.tabIndex >= 0 && !e.disabled")
    button.focus()


@pytest.fixture(params=SIZES)
def size(request):
    return request.param


@pytest.fixture
def shop(pair, databases, size, request):
    """A client with a critical finding: (id, name, login of the manager)."""
    login = f"checkup.{size}.{request.function.__name__}"
    name = f"Shop on a {size}"
    client = databases.shell("e2e_provider", MAKE, login=login, name=name)
    return client, name, login


def test_a_finding_is_dismissed_and_comes_back(pair, page, databases, size, shop):
    provider, _client = pair
    client, name, login = shop
    resize(page, size)
    sign_in(page, provider, login, "mia-manager")
    page.goto(f"{provider.url}/odoo/action-{ACTION}")
    line = page.locator(LINE, has_text=f"{name}: may ask for full access")
    line.wait_for()
    keep(page, "checkup", size)
    assert "Fix" in line.inner_text()
    assert overflow(page) <= 0
    assert not serious_faults(page, ".o_content", ODOO)

    # Odoo's lines and cards take the key Enter for themselves
    go_to(page, line)
    page.keyboard.press("Enter")
    page.wait_for_selector(".o_form_view .o_field_widget[name=advice]")
    keep(page, "finding", size)
    assert overflow(page) <= 0
    assert not serious_faults(page, ".o_form_sheet", ODOO)
    tab_to(page, "Dismiss")
    page.keyboard.press("Enter")
    dialog = page.locator(".modal")
    dialog.wait_for()
    keep(page, "dismiss", size)
    reason = dialog.get_by_label(re.compile("^Reason"))
    reason.wait_for()
    assert f"{name}: may ask for full access" in dialog.inner_text()
    assert overflow(page) <= 0
    assert not serious_faults(page, ".modal-content", ODOO)
    # The cursor is where the reason goes, and without one nothing is dismissed
    assert reason.evaluate("e => e === document.activeElement")
    tab_to(page, "Dismiss")
    page.keyboard.press("Enter")
    page.wait_for_selector(".modal >> text=Enter why this is acceptable.")
    assert not databases.shell("e2e_provider", FIND, client=client)
    tab_to(page, "Close")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Enter why this is acceptable.", state="detached")
    reason.focus()
    page.keyboard.type("<script>hacked=1</script> Agreed with Ann")
    tab_to(page, "Dismiss")
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    page.wait_for_selector(".o_form_view .o_field_widget[name=dismissal]")
    assert page.evaluate("typeof hacked") == "undefined"
    assert databases.shell("e2e_provider", FIND, client=client) == [
        ["full_access", login, "<script>hacked=1</script> Agreed with Ann"]
    ]

    # It is still there for those who ask for it
    page.goto(f"{provider.url}/odoo/action-{ACTION}")
    page.wait_for_selector(LINE)
    assert not line.count()
    remove = page.locator(".o_searchview_facet .o_facet_remove")
    if not remove.is_visible():
        page.locator(".o_control_panel button:has(.fa-search)").first.click()
    remove.click()
    line.wait_for()
    assert "Dismissed by Mia Manager" in line.inner_text()
    keep(page, "dismissed", size)
    assert overflow(page) <= 0
    assert not serious_faults(page, ".o_content", ODOO)

    # And once more where it gets worse
    databases.shell("e2e_provider", WIDEN, client=client, login=login)
    page.goto(f"{provider.url}/odoo/action-{ACTION}")
    line.wait_for()
    assert "Has changed since Mia Manager dismissed it" in line.inner_text()
    keep(page, "changed", size)


def test_the_settings_count_and_lead_there(pair, page, shop, size):
    provider, _client = pair
    _client_id, name, _login = shop
    resize(page, size)
    sign_in(page, provider, "admin", "admin")
    page.goto(f"{provider.url}/odoo/settings#oauth_provider")
    if size == "phone":
        page.goto(f"{provider.url}/odoo/settings")
    tab = page.locator(".settings_tab .tab[data-key=oauth_provider]")
    tab.wait_for()
    tab.click()
    setting = page.locator("#oauth_provider_checkup")
    setting.wait_for()
    text = " ".join(setting.inner_text().split())
    assert re.search(r"[1-9]\d* to fix", text), text
    assert "Checked on" in text
    keep(page, "settings", size)
    assert overflow(page) <= 0
    assert not serious_faults(page, "#oauth_provider_checkup", ODOO)
    button = setting.get_by_role("button", name="Open the Check-Up")
    focus(button)
    page.keyboard.press("Enter")
    page.locator(LINE, has_text=name).first.wait_for()
