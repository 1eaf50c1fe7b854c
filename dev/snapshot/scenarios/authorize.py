# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The authorization endpoint, with and without a person."""

TARGET = "GET /oauth2/authorize"
#: Changed parameters of a request of the client “web”, without a person.
BAD = {
    "without a client": {"client_id": None},
    "unknown client": {"client_id": "nobody"},
    "archived client": {"client_id": "snapshot-archived"},
    "client of another type": {"client_id": "snapshot-backend"},
    "no redirect URI": {"redirect_uri": None},
    "unknown redirect URI": {"redirect_uri": "https://evil.example.org/"},
    "redirect URI with a slash": {
        "redirect_uri": "https://client.example.com/callback/"
    },
    "redirect URI in capitals": {"redirect_uri": "https://CLIENT.example.com/callback"},
    "loopback with a port": {"redirect_uri": "http://127.0.0.1:4711/callback"},
    "loopback by name": {"redirect_uri": "http://localhost/callback"},
    "no response type": {"response_type": None},
    "unknown response type": {"response_type": "nonsense"},
    "response type of others": {"response_type": "token"},
    "hybrid without leave": {"response_type": "code id_token", "nonce": "n"},
    "no challenge": {"code_challenge": None, "code_challenge_method": None},
    "plain challenge": {"code_challenge_method": "plain"},
    "short challenge": {"code_challenge": "short"},
    "unknown scope": {"scope": "nonsense"},
    "unknown scope beside another": {"scope": "openid nonsense"},
    "scope of bad characters": {"scope": 'a"b'},
    "prompt none": {"prompt": "none"},
    "prompt none and login": {"prompt": "none login"},
    "unknown prompt": {"prompt": "nonsense"},
    "prompt create": {"prompt": "create"},
    "request object": {"request": "x"},
    "request URI": {"request_uri": "https://client.example.com/r"},
    "bad max_age": {"max_age": "x"},
    "bad claims": {"claims": "{"},
    "bad hint": {"id_token_hint": "x"},
    "response mode form_post": {"response_mode": "form_post"},
    "response mode fragment": {"response_mode": "fragment"},
    "unknown resource": {"resource": "https://nobody.example.com"},
    "long state": {"state": "s" * 20_000},
    "no state": {"state": None, "prompt": "none"},
    "unicode state": {"state": '{"d": "ü b"}', "prompt": "none"},
    "display page": {"display": "page"},
    "login hint": {"login_hint": "ann"},
    "language": {"ui_locales": "xx en"},
}


def run(ask):
    """Send the requests."""
    for name, changed in BAD.items():
        ask(f"authorize: {name}", TARGET, query=ask.authorization("web", **changed))
    mobile = ask.authorization("mobile", response_type="token", code_challenge=None)
    ask("authorize: implicit, nobody", TARGET, query=mobile)
    ask("authorize: implicit, prompt none", TARGET, query={**mobile, "prompt": "none"})
    for kind in ("id_token", "id_token token"):
        query = {**mobile, "response_type": kind, "prompt": "none", "scope": "openid"}
        ask(f"authorize: {kind} without a nonce", TARGET, query=query)
    query = ask.authorization("web")
    ask("authorize by POST, nobody", "POST /oauth2/authorize", form=query)
    forged = {**query, "oauth_decision": "allow"}
    ask("authorize: forged decision", "POST /oauth2/authorize", form=forged)
    path = f"GET /oauth2/db/{ask.database}/authorize"
    ask("authorize in the path, nobody", path, query=query)
    ann = ask.sign_in("ann")
    _consent(ask, ann)
    _trusted(ask, ann)
    _people(ask, ask.sign_in("ann"))


def _consent(ask, ann):
    query = ask.authorization("web", scope="openid profile email contacts")
    page = ask("consent page", TARGET, query=query, browser=ann)
    ask("consent page, POST", "POST /oauth2/authorize", form=query, browser=ann)
    ask.decide("consent: deny", page, ann, "deny")
    ask.decide("consent: bad CSRF token", page, ann, csrf_token="x")
    ask.decide("consent: no CSRF token", page, ann, csrf_token=None)
    ask.decide("consent: changed page", page, ann, oauth_shown="x")
    ask.decide("consent: unknown decision", page, ann, "perhaps")
    page = ask("consent page, again", TARGET, query=query, browser=ann)
    ask.decide("consent: allow", page, ann)
    ask("consent: known", TARGET, query=query, browser=ann)
    query["scope"] += " phone me"
    page = ask("consent page, more scopes", TARGET, query=query, browser=ann)
    _action, fields = page.form()
    less = {name: None for name in fields if name.startswith("oauth_scope.phone")}
    ask.decide("consent: allow a part", page, ann, **less)
    query["prompt"] = "consent"
    ask("consent page, prompt", TARGET, query=query, browser=ann)
    query["prompt"] = "none"
    ask("prompt none, known", TARGET, query=query, browser=ann)
    query["scope"] += " address"
    ask("prompt none, more", TARGET, query=query, browser=ann)
    del query["prompt"]
    query["redirect_uri"] = "http://127.0.0.1:9999/callback"
    ask("consent page, loopback", TARGET, query=query, browser=ann)
    path = f"GET /oauth2/db/{ask.database}/authorize"
    ask("consent page in the path", path, query=query, browser=ann)
    for name, changed in {
        "timed": {},
        "chooser": {},
        "public": {"scope": "openid offline_access"},
        "other": {"ui_locales": "fr", "claims": '{"userinfo": {"email": null}}'},
    }.items():
        query = ask.authorization(name, **changed)
        page = ask(f"consent page of {name}", TARGET, query=query, browser=ann)
        if name == "timed":
            ask.decide("consent: unknown duration", page, ann, oauth_duration="7")
    for number in range(2):
        # Two tabs: the form of one is not that of the other
        query = ask.authorization("other", state=f"tab {number}")
        page = ask(f"consent page, tab {number}", TARGET, query=query, browser=ann)
    ask.decide("consent: last tab", page, ann)


#: Requests of trusted clients: (name, client, parameters that differ).
TRUSTED = (
    ("code", "plain", {"code_challenge": None, "code_challenge_method": None}),
    ("prompt consent", "plain", {"prompt": "consent"}),
    ("prompt login", "plain", {"prompt": "login"}),
    ("select account", "plain", {"prompt": "select_account"}),
    ("max_age", "plain", {"max_age": "10000"}),
    ("max_age of 0", "plain", {"max_age": "0"}),
    ("acr_values", "plain", {"acr_values": "nonsense"}),
    (
        "essential acr",
        "plain",
        {"claims": '{"id_token": {"acr": {"essential": true, "value": "x"}}}'},
    ),
    ("implicit", "trusted-mobile", {"response_type": "token"}),
    (
        "implicit, scopes",
        "trusted-mobile",
        {"response_type": "token", "scope": "openid email"},
    ),
    (
        "id_token",
        "trusted-mobile",
        {"response_type": "id_token", "nonce": "n", "scope": "openid"},
    ),
    (
        "id_token token",
        "trusted-mobile",
        {"response_type": "id_token token", "nonce": "n", "scope": "openid email"},
    ),
    (
        "implicit, query",
        "trusted-mobile",
        {"response_type": "token", "response_mode": "query"},
    ),
    (
        "hybrid",
        "jwt",
        {"response_type": "code id_token", "nonce": "n", "scope": "openid email"},
    ),
    (
        "hybrid of three",
        "jwt",
        {"response_type": "code id_token token", "nonce": "n", "scope": "openid"},
    ),
    (
        "hybrid with a token",
        "jwt",
        {"response_type": "code token", "nonce": "n", "scope": "openid"},
    ),
    ("group", "grouped", {}),
    ("second factor", "strict", {}),
    ("fresh", "fresh", {}),
)


def _trusted(ask, ann):
    for name, client, changed in TRUSTED:
        if changed.get("response_type") in ("token", "id_token", "id_token token"):
            changed = {**changed, "code_challenge": None, "code_challenge_method": None}
        query = ask.authorization(client, **changed)
        answer = ask(f"trusted: {name}", TARGET, query=query, browser=ann)
        if answer.header("Location").startswith("/web/login"):
            # The person has been signed out
            ann = ask.sign_in("ann")


def _people(ask, ann):
    ask("consent route, signed in", "GET /oauth2/consent?client_id=x", browser=ann)
    portia = ask.sign_in("portia")
    for client in ("plain", "web", "chooser"):
        query = ask.authorization(client)
        ask(f"authorize {client}, portal", TARGET, query=query, browser=portia)
    carl = ask.sign_in("carl")
    query = ask.authorization("chooser")
    page = ask("consent page, companies", TARGET, query=query, browser=carl)
    ask.decide("consent: no company", page, carl)
    query["prompt"] = "consent"
    page = ask("consent page, companies again", TARGET, query=query, browser=carl)
    _action, fields = page.form()
    boxes = {name: "on" for name in fields if name.startswith("oauth_company.")}
    ask.decide("consent: companies", page, carl, **boxes)
