# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Names and texts that are markup, endless, or turn what stands around them."""

import pytest

from e2e.pages import SIZES, consent_url, overflow, resize, sign_in

#: A domain whose letters are Cyrillic: the punycode is what is registered and shown.
LOOKALIKE = "https://xn--80ak6aa92e.com/callback"
HOSTILE = """
import base64, io
from PIL import Image
OVERRIDE = chr(0x202e)
script = "<script>hacked=1</script><img src=x onerror=hacked=1>"
picture = io.BytesIO()
Image.effect_noise((3000, 2000), 90).save(picture, "PNG")
scopes = env["oauth.provider.scope"].create([
    {"name": f"{n} {script}{OVERRIDE}", "code": f"hostile.{n}",
     "description": script + "z" * 10_000}
    for n in range(200)
])
client = env["oauth.provider.client"].create({
    "name": OVERRIDE + "moc.elgoog" + script + "N" * 300, "pkce_required": False,
    "logo": base64.b64encode(picture.getvalue()), "scope_ids": [(6, 0, scopes.ids)],
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": OVERRIDE + script, "login": "hostile", "password": "hostile-hostile",
    "email": False, "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
})
env["oauth.provider.grant"].ensure(client, user).consent(scopes, scopes)
bare = env["oauth.provider.client"].create({
    "name": "No logo", "pkce_required": False,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
result = [client.identifier, len(client.logo), client.id, bare.identifier]
"""
#: Where managers meet the texts, and what stands there when all is shown.
BACKEND = {
    "oauth-grants": ".o_data_row",
    "oauth-scopes": ".o_data_row",
    "action-oauth_provider.oauth_provider_check_action": ".o_data_row",
    "oauth-clients/%s": ".o_breadcrumb",
}


@pytest.fixture(scope="module")
def hostile(pair, databases):
    return databases.shell("e2e_provider", HOSTILE, callback=LOOKALIKE)


def listen(page):
    """Return the list of dialogs that ``page`` will open."""
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
    return dialogs


@pytest.mark.parametrize("size", SIZES)
def test_pages_stay_whole_and_nothing_is_executed(pair, page, hostile, size):
    provider, _client = pair
    identifier, logo_size, _id, _bare = hostile
    assert logo_size < 300_000
    dialogs = listen(page)
    resize(page, size)
    sign_in(page, provider, "hostile", "hostile-hostile")
    url = consent_url(provider, identifier, redirect_uri=LOOKALIKE)
    for address in (url, f"{provider.url}/my/applications"):
        page.goto(address)
        assert page.evaluate("typeof hacked") == "undefined"
        assert not dialogs
        assert page.locator("main script, main img[src=x]").count() == 0
        assert overflow(page) <= 0, address
        assert "199 <script>" in page.inner_text("main")
        # Who has no e-mail address is not called by what stands for nothing
        assert "False" not in page.inner_text("main")
        logo = page.locator("main img[src^='data:image']").bounding_box()
        assert 0 < logo["height"] <= 64
    page.goto(url)
    assert page.inner_text("p:has-text('You will be sent to')").endswith(
        "xn--80ak6aa92e.com."
    )
    # Ten thousand characters are folded away, and all there for who asks
    about = page.locator("details").first
    closed = about.bounding_box()["height"]
    about.locator("summary").click()
    assert closed < 100 < about.bounding_box()["height"]
    assert overflow(page) <= 0
    for button in ("allow", "deny"):
        assert page.locator(f"button[value={button}]").is_visible()


@pytest.mark.parametrize("name", BACKEND)
def test_nothing_is_executed_before_managers_either(pair, page, hostile, name):
    provider, _client = pair
    dialogs = listen(page)
    resize(page, "desk")
    sign_in(page, provider, "admin", "admin")
    page.goto(f"{provider.url}/odoo/{name.replace('%s', str(hostile[2]))}")
    if name == "oauth-scopes":
        # There may be more than a page of them; the box answers once there is one
        page.locator(".o_data_row").first.wait_for()
        page.locator("input.o_searchview_input").press_sequentially("script")
        page.locator(".o_searchview_autocomplete .o-dropdown-item").first.click()
    shown = page.locator(BACKEND[name], has_text="<script>").first
    shown.wait_for()
    if name == "oauth-clients/%s":
        page.get_by_role("button", name="Try It").click()
        page.wait_for_selector(".modal .o_field_widget[name=verdict]")
    assert page.evaluate("typeof hacked") == "undefined"
    assert not dialogs
    assert page.locator("img[src=x]").count() == 0


def test_without_a_logo_there_is_no_picture(pair, page, hostile):
    provider, _client = pair
    sign_in(page, provider, "hostile", "hostile-hostile")
    page.goto(consent_url(provider, hostile[3], redirect_uri=LOOKALIKE))
    page.wait_for_selector("button[value=allow]")
    assert page.locator("main form, main h1").count()
    assert page.locator("img[src^='data:image']").count() == 0


def test_a_name_turns_nothing_around_it(pair, page, hostile):
    provider, _client = pair
    sign_in(page, provider, "hostile", "hostile-hostile")
    page.goto(consent_url(provider, hostile[0], redirect_uri=LOOKALIKE))
    # Where each letter of the sentence behind the name is drawn, from left to right
    positions = page.evaluate(
        """() => {
            const text = document.querySelector("h1").lastChild;
            const range = document.createRange();
            return Array.from(text.data, (_letter, index) => {
                range.setStart(text, index);
                range.setEnd(text, index + 1);
                const box = range.getBoundingClientRect();
                return [Math.round(box.top), box.left];
            });
        }"""
    )
    visible = [place for place in positions if place != [0, 0]]
    for before, after in zip(visible, visible[1:], strict=False):
        assert after[0] > before[0] or after[1] >= before[1], positions


def test_the_browser_refuses_what_would_run(pair, page, hostile):
    """Were markup ever let through, the policy of the page still stops it."""
    provider, _client = pair
    sign_in(page, provider, "hostile", "hostile-hostile")
    page.goto(consent_url(provider, hostile[0], redirect_uri=LOOKALIKE))
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "window.hacked = 1";
            document.body.append(script);
            const image = document.createElement("div");
            image.innerHTML = "<img src=x onerror='window.hacked = 1'>";
            document.body.append(image);
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("typeof hacked") == "undefined"
