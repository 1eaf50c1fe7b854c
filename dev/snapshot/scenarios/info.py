# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Tokeninfo, userinfo and otherinfo."""


def run(ask):
    """Send the requests."""
    ann = ask.sign_in("ann")
    tokens = {}
    for name, client, scope in (
        ("all", "plain", "openid profile email phone address groups contacts me guard"),
        ("openid", "plain", "openid"),
        ("JWT", "jwt", "openid profile groups"),
        ("plain OAuth", "plain", "contacts"),
    ):
        code = ask.code(f"code for info, {name}", client, ann, scope=scope)
        answer = ask.redeem(f"code: for info, {name}", client, code)
        tokens[name] = answer.json.get("access_token", "")
    for client in ("backend", "data", "ids", "reader", "full", "portal"):
        tokens[client] = ask.backend_token(client, f"token for info, {client}")
    for name, token in tokens.items():
        for endpoint in ("tokeninfo", "userinfo"):
            ask(f"{endpoint}: {name}", f"GET /oauth2/{endpoint}", token=token)
        ask(
            f"otherinfo: {name}",
            "GET /oauth2/otherinfo?model=res.partner",
            token=token,
        )
    _ways(ask, tokens["all"])
    _pages(ask, tokens["data"], tokens["all"])
    claims = ask("userinfo with a picture", "GET /oauth2/userinfo", token=tokens["JWT"])
    picture = ask("userinfo of all", "GET /oauth2/userinfo", token=tokens["all"]).json
    address = picture.get("picture", "").removeprefix("https://op.example.com")
    ask("picture", f"GET {address or '/oauth2/picture'}")
    ask("picture, changed", f"GET {address or '/oauth2/picture'}x")
    token = claims.body.decode()
    ask("userinfo by a signed answer", "GET /oauth2/userinfo", token=token)


def _ways(ask, token):
    for endpoint in ("tokeninfo", "userinfo"):
        path = f"/oauth2/{endpoint}"
        both = {"access_token": token}
        bearer = {"Authorization": f"Bearer {token}"}
        ask(f"{endpoint} by query", f"GET {path}", query=both)
        ask(f"{endpoint} by form", f"POST {path}", form=both)
        ask(f"{endpoint} by header, POST", f"POST {path}", form={}, token=token)
        ask(f"{endpoint} twice", f"GET {path}", query=both, headers=bearer)
        ask(f"{endpoint} by HEAD", f"HEAD {path}", token=token)
        ask(f"{endpoint} with nothing", f"GET {path}")
        ask(f"{endpoint} with nonsense", f"GET {path}", token="nonsense")
        for name, value in (
            ("basic", "Basic eDp5"),
            ("empty bearer", "Bearer "),
            ("two words", "Bearer a b"),
            ("lower case", f"bearer {token}"),
        ):
            headers = {"Authorization": value}
            ask(f"{endpoint}, {name}", f"GET {path}", headers=headers)
        in_path = f"GET /oauth2/db/{ask.database}/{endpoint}"
        ask(f"{endpoint} in the path with a token", in_path, token=token)
        origin = {"Origin": "https://spa.example.com", **bearer}
        ask(f"{endpoint} for a page of ours", f"GET {path}", headers=origin)


def _pages(ask, token, own):
    for name, query in {
        "no model": {},
        "unknown model": {"model": "no.such.model"},
        "transient model": {"model": "base.language.install"},
        "model of no scope": {"model": "res.users"},
        "countries": {"model": "res.country", "limit": "3", "order": "code"},
        "countries, from": {"model": "res.country", "limit": "2", "offset": "5"},
        "descending": {"model": "res.country", "limit": "2", "order": "code desc"},
        "some fields": {"model": "res.country", "limit": "2", "fields": "code"},
        "pairs": {"model": "res.country", "limit": "2", "many2one": "pair"},
        "field of no scope": {"model": "res.country", "fields": "phone_code"},
        "order of no scope": {"model": "res.country", "order": "phone_code"},
        "bad limit": {"model": "res.country", "limit": "x"},
        "negative offset": {"model": "res.country", "offset": "-1"},
        "huge limit": {"model": "res.country", "limit": "99999999999"},
        "bad choice": {"model": "res.country", "many2one": "x"},
        "bad order": {"model": "res.country", "order": "code sideways"},
        "archived": {"model": "res.partner", "archived": "1", "order": "name"},
        "bad ids": {"model": "res.partner", "ids": "1,x"},
        "ids": {"model": "res.partner", "ids": str(ask.made["partners"]["Alpha"])},
        "ids of others": {
            "model": "res.partner",
            "ids": str(ask.made["partners"]["Other"]),
        },
        "ids of nobody": {"model": "res.partner", "ids": "2147483647"},
        "binary sizes": {"model": "res.partner", "binary": "size", "limit": "1"},
    }.items():
        ask(f"otherinfo, {name}", "GET /oauth2/otherinfo", query=query, token=token)
    form = {"model": "res.partner", "order": "name"}
    ask("otherinfo by POST", "POST /oauth2/otherinfo", form=form, token=token)
    ask("otherinfo of users", "GET /oauth2/otherinfo?model=res.users", token=own)
    ask("otherinfo by HEAD", "HEAD /oauth2/otherinfo?model=res.partner", token=own)
    ask("otherinfo of nobody", "GET /oauth2/otherinfo?model=res.partner")
