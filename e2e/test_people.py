# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A person lets an application in, sees it again and withdraws it, by hand."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from e2e.pages import consent_url, overflow, resize, serious_faults, sign_in

MAKE_CLIENT = """
client = env["oauth.provider.client"].create({
    "name": values["name"], "pkce_required": False, "duration_choice": True,
    "redirect_uri_ids": [(0, 0, {"name": values["callback"]})],
})
result = [client.identifier, client.generate_secret()]
"""
FIND_GRANT = """
client = env["oauth.provider.client"].search([("identifier", "=", values["client"])])
grant = env["oauth.provider.grant"].search([("client_id", "=", client.id)])
result = {
    "state": grant.state,
    "hours": round(grant.get_duration() / 3600),
    "scopes": sorted(grant.scope_ids.mapped("code")),
    "from": grant.last_address,
}
"""


@pytest.fixture
def connected(pair, page, site, databases, request):
    """An application that the demo user has let in for a day: its identifier."""
    provider, _client = pair
    name = request.node.name
    identifier, secret = databases.shell(
        "e2e_provider", MAKE_CLIENT, name=name, callback=site.callback
    )
    sign_in(page, provider, "demo", "demo-demo")
    page.goto(consent_url(provider, identifier, redirect_uri=site.callback))
    assert name in page.inner_text("h1")
    page.uncheck("text=See your e-mail address")
    page.select_option("text=For how long", label="1 day")
    page.click("button[value=allow]")
    page.wait_for_url(f"{site.callback}?code=*")
    code = page.url.partition("code=")[2].partition("&")[0]
    answer = page.request.post(
        f"{provider.url}/oauth2/token",
        form={
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": site.callback,
            "client_id": identifier,
            "client_secret": secret,
        },
    )
    assert answer.ok, answer.text()
    assert answer.json()["expires_in"] <= 24 * 3600
    return identifier


CONNECT_ANOTHER = """
client = env["oauth.provider.client"].create({"name": "Another one"})
user = env["res.users"].search([("login", "=", "demo")])
env["oauth.provider.grant"].ensure(client, user).consent(
    client.scope_ids, client.scope_ids
)
result = client.identifier
"""


def find(databases, identifier):
    return databases.shell("e2e_provider", FIND_GRANT, client=identifier)


def test_from_the_card_of_the_portal(pair, page, databases, connected, request):
    provider, _client = pair
    assert find(databases, connected) == {
        "state": "live",
        "hours": 24,
        "scopes": ["openid", "profile"],
        # The exchange of the code was the first use
        "from": "127.0.0.1",
    }
    page.goto(f"{provider.url}/my")
    page.click("text=See and withdraw what applications may do")
    entry = page.locator("li", has_text=request.node.name)
    text = entry.inner_text()
    assert "last used on" in text and "From 127.0.0.1" in text and "Until" in text
    entry.get_by_role("button", name="Withdraw").click()
    page.wait_for_selector("[role=status] >> text=Withdrawn. That application")
    assert page.locator("li", has_text=request.node.name).count() == 0
    assert find(databases, connected)["state"] == "withdrawn"


def test_from_my_preferences(pair, page, databases, connected, request):
    provider, _client = pair
    page.goto(f"{provider.url}/odoo")
    page.click(".o_user_menu button")
    page.click("[data-menu=preferences]")
    page.click("a[name=page_security]")
    card = page.locator(".o_kanban_record", has_text=request.node.name)
    assert "127.0.0.1" in card.inner_text()
    card.get_by_role("button", name="Withdraw").click()
    # Odoo's own identity check
    page.fill(".modal input[type=password]", "demo-demo")
    page.click(".modal button[name=run_check]")
    card.wait_for(state="detached")
    assert find(databases, connected)["state"] == "withdrawn"


def test_all_of_them_at_once_from_my_preferences(pair, page, databases, connected):
    provider, _client = pair
    another = databases.shell("e2e_provider", CONNECT_ANOTHER)
    page.goto(f"{provider.url}/odoo")
    page.click(".o_user_menu button")
    page.click("[data-menu=preferences]")
    page.click("a[name=page_security]")
    page.get_by_role("button", name="Withdraw all applications").click()
    page.fill(".modal input[type=password]", "demo-demo")
    page.click(".modal button[name=run_check]")
    page.wait_for_selector(
        "button[name=action_withdraw_oauth_applications]", state="hidden"
    )
    for identifier in (connected, another):
        assert find(databases, identifier)["state"] == "withdrawn"


def test_all_of_them_at_once_from_a_phone(pair, page, databases, connected):
    provider, _client = pair
    another = databases.shell("e2e_provider", CONNECT_ANOTHER)
    resize(page, "phone")
    page.goto(f"{provider.url}/my")
    page.click("text=See and withdraw what applications may do")
    assert page.locator("main li.border").count() >= 2
    assert overflow(page) <= 0
    confirm = page.get_by_role("button", name="Yes, Withdraw All")
    assert not confirm.is_visible()
    page.locator("summary", has_text="Withdraw All").click()
    assert find(databases, connected)["state"] == "live"
    assert overflow(page) <= 0 and not serious_faults(page)
    confirm.click()
    page.wait_for_selector("text=You have not connected any application")
    page.wait_for_selector("[role=status] >> text=Withdrawn. No application")
    for identifier in (connected, another):
        assert find(databases, identifier)["state"] == "withdrawn"


@pytest.fixture
def asking(pair, databases, site, request):
    """The address at which an application asks for consent."""
    provider, _client = pair
    values = {"name": request.node.name, "callback": site.callback}
    identifier, _secret = databases.shell("e2e_provider", MAKE_CLIENT, **values)
    return identifier, consent_url(provider, identifier, redirect_uri=site.callback)


def test_who_is_somebody_else_switches_the_account(pair, page, asking):
    _identifier, url = asking
    sign_in(page, pair[0], "demo", "demo-demo")
    page.goto(url)
    assert "Dana Demo" in page.inner_text("main")
    page.click("text=Not you?")
    page.fill("input[name=login]", "admin")
    page.fill("input[name=password]", "admin")
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("button[value=allow]")
    text = page.inner_text("main")
    assert "Dana Demo" not in text and "Signed in as Administrator" in text


def test_by_keyboard_alone_and_without_javascript(pair, page, databases, site, asking):
    identifier, url = asking
    sign_in(page, pair[0], "demo", "demo-demo")
    # Odoo's own login needs scripts: what comes after does not
    page = page.context.browser.new_page(
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    page.goto(url)
    reached = {}
    while reached.get("value") != "allow":
        page.keyboard.press("Tab")
        focus = page.locator(":focus")
        reached = {name: focus.get_attribute(name) for name in ("name", "value")}
        if reached["name"] == "oauth_scope.profile":
            page.keyboard.press("Space")
        elif reached["name"] == "oauth_duration":
            page.keyboard.type("1 day")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.callback}?code=*")
    found = find(databases, identifier)
    assert (found["hours"], found["scopes"]) == (24, ["email", "openid"])


FORM = """([action, values]) => {
    const form = document.createElement("form");
    Object.assign(form, {method: "post", action});
    for (const [name, value] of Object.entries(values)) {
        const input = document.createElement("input");
        form.append(Object.assign(input, {name, value}));
    }
    document.body.append(form);
    form.submit();
}"""


def test_a_form_of_another_site_ends_no_session(pair, page, site, asking):
    provider, _client = pair
    identifier, url = asking
    sign_in(page, provider, "demo", "demo-demo")
    # As browsers treat it once it is two minutes old
    cookies = {one["name"]: one for one in page.context.cookies(provider.url)}
    before = {**cookies["session_id"], "sameSite": "Lax"}
    page.context.add_cookies([before])
    asked = dict(parse_qsl(urlsplit(url).query))
    for route, values in (
        ("authorize", asked),
        ("authorize", {**asked, "oauth_decision": "allow"}),
        ("logout", {"client_id": identifier}),
        ("logout", {"client_id": identifier, "oauth_decision": "logout"}),
    ):
        page.goto(site.callback)
        page.evaluate(FORM, [f"{provider.url}/oauth2/{route}", values])
        # It comes back as a request of the person, who is asked
        page.wait_for_selector("text=Dana Demo")
        assert page.locator("button[name=oauth_decision]").count() == 2
        after = {one["name"]: one for one in page.context.cookies(provider.url)}
        assert after["session_id"]["value"] == before["value"]
