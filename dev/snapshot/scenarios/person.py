# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Logout, and a person's own page of connected applications."""

import re

from ..ask import Browser

LOGOUT = "GET /oauth2/logout"
BYE = "https://client.example.com/bye"


def run(ask):
    """Send the requests."""
    _applications(ask)
    _logout(ask)


def _applications(ask):
    page = "/my/applications"
    ask("applications of nobody", f"GET {page}")
    for login in ("portia", "ann"):
        browser = ask.sign_in(login)
        shown = ask(f"applications of {login}", f"GET {page}", browser=browser)
        ask(
            f"applications of {login}, notice",
            f"GET {page}?oauth_notice=again",
            browser=browser,
        )
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown.body.decode())
        token = token[1] if token else ""
        for name, form in (
            ("without a token", {"oauth_grant": "all"}),
            ("nothing", {"oauth_grant": "0", "csrf_token": token}),
        ):
            ask(f"withdraw {name}, {login}", f"POST {page}", form=form, browser=browser)
        if login == "portia":
            form = {"oauth_grant": "all", "csrf_token": token}
            ask("withdraw all", f"POST {page}", form=form, browser=browser)
            ask("applications afterwards", f"GET {page}", browser=browser)
    for name in ("nobody", "ann"):
        browser = ask.sign_in("ann") if name == "ann" else Browser()
        client = ask.made["clients"]["mobile"]["id"]
        path = f"GET /oauth_provider/client/{client}/auth_oauth.csv"
        ask(f"file for the other Odoo, {name}", path, browser=browser)
    mona = ask.sign_in("mona")
    ask("file for the other Odoo, mona", path, browser=mona)
    other = ask.made["clients"]["web"]["id"]
    path = f"GET /oauth_provider/client/{other}/auth_oauth.csv"
    ask("file of another type", path, browser=mona)


def _logout(ask):
    for name, query in (
        ("plain", {}),
        ("unknown client", {"client_id": "nobody"}),
        ("known client", {"client_id": "snapshot-web"}),
        (
            "known address",
            {"client_id": "snapshot-web", "post_logout_redirect_uri": BYE},
        ),
        (
            "address and state",
            {
                "client_id": "snapshot-web",
                "state": "s",
                "post_logout_redirect_uri": BYE,
            },
        ),
        (
            "unknown address",
            {
                "client_id": "snapshot-web",
                "post_logout_redirect_uri": "https://evil.example.org",
            },
        ),
        ("address of nobody", {"post_logout_redirect_uri": BYE}),
        ("bad hint", {"id_token_hint": "x"}),
        ("language", {"ui_locales": "fr"}),
    ):
        ask(f"logout of nobody, {name}", LOGOUT, query=query)
    ask(
        "logout of nobody by POST",
        "POST /oauth2/logout",
        form={"client_id": "snapshot-web"},
    )
    path = f"GET /oauth2/db/{ask.database}/logout"
    ask("logout of nobody in the path", path)
    query = {"client_id": "snapshot-web", "post_logout_redirect_uri": BYE}
    carl = ask.sign_in("carl")
    page = ask("logout page", LOGOUT, query=query, browser=carl)
    ask.decide("logout: stay", page, carl, "stay")
    ask.decide("logout: bad CSRF token", page, carl, "logout", csrf_token="x")
    ask.decide("logout: go", page, carl, "logout")
    ask(
        "after the logout",
        "GET /oauth2/authorize",
        browser=carl,
        query=ask.authorization("plain", prompt="none"),
    )
    # With an ID token nobody is asked
    ann = ask.sign_in("ann")
    code = ask.code("code before the logout", "web", ann, scope="openid", nonce="n")
    tokens = ask.redeem("code: before the logout", "web", code).json
    query["id_token_hint"] = tokens.get("id_token", "x")
    ask("logout with a hint", LOGOUT, query=query, browser=ann)
    token = tokens.get("access_token")
    ask("tokeninfo after the logout", "GET /oauth2/tokeninfo", token=token)
    ask.refresh("refresh after the logout", "web", tokens.get("refresh_token"))
