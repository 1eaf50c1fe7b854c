# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A second Odoo, stock, signs its users in through its own ``auth_oauth``."""

USERS = """
users = env["res.users"].search([("oauth_uid", "!=", False)])
result = [[user.id, user.name, user.login] for user in users]
"""


def ask(page, client):
    """Go from the second Odoo's login page to the consent page, as the demo user."""
    page.goto(f"{client.url}/web/login")
    page.click("text=Log in with the provider")
    page.fill("input[name=login]", "demo")
    page.fill("input[name=password]", "demo-demo")
    page.click("button[type=submit]")
    page.wait_for_selector("button[value=allow]")


def test_deny_comes_back_with_an_error_and_no_account(pair, page, databases):
    _provider, client = pair
    ask(page, client)
    page.click("button[value=deny]")
    page.wait_for_url("**/web/login?oauth_error=*")
    assert databases.shell("e2e_client", USERS) == []


def test_allow_makes_an_account_that_the_next_sign_in_finds(pair, page, databases):
    _provider, client = pair
    ask(page, client)
    assert "Second Odoo" in page.inner_text("h1")
    page.click("button[value=allow]")
    page.wait_for_url(f"{client.url}/**")
    page.wait_for_load_state()
    assert "/web/login" not in page.url.replace("/web/login_successful", "")
    first = databases.shell("e2e_client", USERS)
    assert [user[1:] for user in first] == [["Dana Demo", "dana@example.com"]]
    page.context.clear_cookies()
    ask(page, client)
    page.click("button[value=allow]")
    page.wait_for_url(f"{client.url}/**")
    assert databases.shell("e2e_client", USERS) == first


def test_sign_in_works_without_any_allowed_scope(pair, page, databases):
    _provider, client = pair
    before = databases.shell("e2e_client", USERS)
    databases.shell(
        "e2e_provider",
        'env["oauth.provider.client"].search([]).write({"scope_ids": [(5,)]})',
    )
    ask(page, client)
    page.click("button[value=allow]")
    page.wait_for_url(f"{client.url}/**")
    page.wait_for_load_state()
    assert "oauth_error" not in page.url
    assert databases.shell("e2e_client", USERS) == before
