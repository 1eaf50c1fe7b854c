# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The pictures of the README: ``make screenshots`` keeps them, a test throws them away.

So they are never stale without somebody noticing: a page that cannot be shown any more
fails here (``make test-everything``).
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image

from dev.screenshots import NAMES, VARIABLE, file_name
from e2e.pages import CALLBACK, CHALLENGE, SIZES, consent_url, resize, sign_in

#: Bytes that one picture may have: each is part of the wheel.
LIMIT = 150_000
MAKE = """
import base64, io
from datetime import timedelta
from odoo import fields
from PIL import Image, ImageDraw

logo = Image.new("RGB", (128, 128), "#0f766e")
ImageDraw.Draw(logo).polygon([(64, 20), (108, 100), (20, 100)], fill="white")
picture = io.BytesIO()
logo.save(picture, "PNG")
contacts = env["oauth.provider.scope"].create({
    "name": "Keep your contacts up to date", "code": "shots.contacts",
    "description": "The shop adds customers and corrects their addresses.",
    "model_id": env.ref("base.model_res_partner").id, "api_read": True,
    "api_write": True, "api_create": True,
    "field_ids": [(6, 0, [
        env.ref(f"base.field_res_partner__{name}").id for name in ("name", "city")
    ])],
})
Users = env["res.users"].with_context(no_reset_password=True)
user, *others = Users.create([
    {"name": f"{name} Example", "login": f"{name.lower()}@example.com",
     "email": f"{name.lower()}@example.com", "password": "ann-example"}
    for name in ("Ann", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Hal", "Ida")
])
Client = env["oauth.provider.client"]
clients = Client.create([
    {
        "name": name, "client_uri": "https://example.com", "duration_choice": True,
        "identifier": f"00000000-0000-4000-8000-00000000000{number}",
        "tos_uri": "https://example.com/terms", "pkce_required": number == 1,
        "policy_uri": "https://example.com/privacy",
        "logo": base64.b64encode(picture.getvalue()) if number == 1 else False,
        "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
    }
    for number, name in enumerate(("Corner Shop", "Wiki", "Time Sheets"), 1)
])
clients[0].scope_ids |= contacts
clients[0].generate_secret()
now = fields.Datetime.now()
for number, client in enumerate(clients):
    for age, person in enumerate(others[number:] + [user] * bool(number)):
        grant = env["oauth.provider.grant"].ensure(client, person)
        grant.consent(client.scope_ids, client.scope_ids)
        grant.last_used = now - timedelta(hours=number)
        grant.last_address = f"198.51.100.{number}"
        env.cr.execute(
            "UPDATE oauth_provider_grant SET create_date = %s WHERE id = %s",
            [now - timedelta(days=9 * (age // (1 + number)) + number), grant.id],
        )
    grant.set_duration(30 * 86400)
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
result = [clients[0].identifier, clients[0].id]
"""

SET_ISSUER = """
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
"""
#: The same letters on every machine; what is drawn by a font of icons is left alone.
STYLE = """
body, body :not(i, .fa, .oi, [class*=" fa-"]) {
    font-family: "Liberation Sans", "DejaVu Sans", sans-serif !important;
}
"""


@pytest.fixture(scope="module")
def shop(pair, databases):
    """The identifier and the id of the client that the pictures show."""
    provider, _client = pair
    name = "e2e_provider"
    values = {"callback": CALLBACK, "issuer": "https://odoo.example.com"}
    yield databases.shell(name, MAKE, **values)
    databases.shell(name, SET_ISSUER, issuer=provider.url)


@pytest.fixture
def folder(tmp_path):
    """Where the pictures go."""
    return Path(os.environ.get(VARIABLE) or tmp_path)


def keep(page, path, full_page=False):
    """Write what ``page`` shows to ``path``, in few colours."""
    # Never idle: the web client keeps listening
    page.wait_for_load_state("load")
    page.add_style_tag(content=STYLE)
    page.evaluate("document.fonts.ready")
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(500)
    shot = page.screenshot(full_page=full_page, animations="disabled")
    image = Image.open(io.BytesIO(shot)).convert("RGB")
    image.quantize(96, dither=Image.Dither.NONE).save(path, "PNG", optimize=True)
    assert path.stat().st_size <= LIMIT, path


def show_consent(page, provider, shop):
    pkce = {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    page.goto(consent_url(provider, shop[0], **pkce))
    page.wait_for_selector("button[value=allow]")


def show_applications(page, provider, _shop):
    page.goto(f"{provider.url}/my/applications")
    page.wait_for_selector("summary")


def show_client(page, provider, shop):
    action = "oauth_provider.oauth_provider_client_action"
    page.goto(f"{provider.url}/odoo/action-{action}/{shop[1]}")
    page.wait_for_selector(".o_form_view .o_field_widget[name=name]")
    # No banner is between the logo and the columns, which take the whole width
    assert not page.locator(".o_form_sheet .alert:visible").count()
    logo, columns = (
        page.locator(f".o_form_sheet {name}").first.bounding_box()
        for name in (".oe_avatar", ".o_group")
    )
    assert columns["y"] >= logo["y"] + logo["height"]
    assert columns["x"] + columns["width"] >= logo["x"] + logo["width"]


def show_wizard(page, provider, _shop):
    action = "oauth_provider.oauth_provider_client_wizard_action"
    page.goto(f"{provider.url}/odoo/action-{action}")
    page.wait_for_selector(".o_form_view .o_field_widget[name=recipe]")
    page.fill(".o_field_widget[name=address] input", "https://second.example.com")
    page.keyboard.press("Tab")
    # What the address makes of it
    page.wait_for_function(
        "document.querySelector('[name=redirect_uri] input').value.includes('/auth_')"
    )


def show_assistant(page, provider, _shop):
    """The dialog after it: what to do on the other side."""
    action = "oauth_provider.oauth_provider_client_wizard_action"
    page.goto(f"{provider.url}/odoo/action-{action}")
    choose(page, "recipe", "AI assistant")
    choose(page, "assistant", "Cursor")
    endpoint = ".o_field_widget[name=endpoint] input"
    page.fill(endpoint, "https://odoo.example.com/mcp")
    page.click("button[name=action_create]")
    page.wait_for_selector(".modal [name=snippet]:has-text('mcpServers')")


def choose(page, name, label):
    """Choose ``label`` (str) in the selection field ``name`` (str)."""
    page.click(f".o_field_widget[name={name}] input")
    page.click(f".o_select_menu_item:has-text('{label}')")


def show_overview(page, provider, _shop):
    action = "oauth_provider.oauth_provider_grant_action"
    page.goto(f"{provider.url}/odoo/action-{action}?view_type=graph")
    page.wait_for_selector(".o_graph_view canvas, .o_kanban_view")
    if page.locator(".o_kanban_view").count():
        # A phone starts with cards, whatever the address says
        page.click(".o_cp_switch_buttons button")
        page.click(".o_custom_bottom_sheet >> text=Graph")
        page.wait_for_selector(".o_graph_view canvas")
    # The bars grow
    page.wait_for_timeout(1500)


def show_checkup(page, provider, _shop):
    action = "oauth_provider.oauth_provider_check_action"
    page.goto(f"{provider.url}/odoo/action-{action}")
    page.wait_for_selector(".o_list_view, .o_kanban_view")


PEOPLE = {"consent", "applications"}


@pytest.mark.long
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", NAMES)
def test_shot(pair, page, shop, folder, name, size):
    provider, _client = pair
    resize(page, size)
    is_person = name in PEOPLE
    login = ("ann@example.com", "ann-example") if is_person else ("admin", "admin")
    sign_in(page, provider, *login)
    globals()[f"show_{name}"](page, provider, shop)
    keep(page, folder / file_name(name, size), full_page=is_person)
