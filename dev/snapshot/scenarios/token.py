# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The token endpoint with every grant, revocation and introspection."""

import time
import uuid

import jwt

TOKEN = "POST /oauth2/token"
CREDENTIALS = {"grant_type": "client_credentials"}
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def run(ask):
    """Send the requests."""
    ann = ask.sign_in("ann")
    _authentication(ask)
    _assertions(ask)
    _grant_types(ask)
    _codes(ask, ann)
    _refresh(ask, ann)
    _passwords(ask)
    _introspection(ask, ann)
    _revocation(ask, ann)
    _limit(ask)


def _authentication(ask):
    known, secret = ask.identifier("backend"), ask.secret("backend")
    in_body = {"client_id": known, "client_secret": secret}
    for name, form, headers in (
        ("by header", CREDENTIALS, {"Authorization": ask.basic("backend")}),
        ("by body", {**CREDENTIALS, **in_body}, {}),
        ("twice", {**CREDENTIALS, **in_body}, {"Authorization": ask.basic("backend")}),
        ("by nothing", CREDENTIALS, {}),
        ("by a name", {**CREDENTIALS, "client_id": known}, {}),
        ("wrong in body", {**CREDENTIALS, **in_body, "client_secret": "wrong"}, {}),
        ("unknown", CREDENTIALS, {"Authorization": "Basic bm9ib2R5Ong="}),
        ("malformed", CREDENTIALS, {"Authorization": "Basic %%%"}),
        ("no colon", CREDENTIALS, {"Authorization": "Basic bm9ib2R5"}),
        ("other scheme", CREDENTIALS, {"Authorization": "Digest x"}),
        (
            "of another",
            {**CREDENTIALS, "client_id": "snapshot-web"},
            {"Authorization": ask.basic("backend")},
        ),
        ("archived", CREDENTIALS, {"Authorization": ask.basic("archived")}),
        ("by the wrong way", CREDENTIALS, {"Authorization": ask.basic("posting")}),
        ("in the address", CREDENTIALS, {}),
    ):
        target = TOKEN
        if name == "in the address":
            target += f"?client_id={known}&client_secret={secret}"
        ask(f"client {name}", target, form=form, headers=headers)
    form = {
        "client_id": ask.identifier("posting"),
        "client_secret": ask.secret("posting"),
    }
    ask("client by the only way", TOKEN, form={**CREDENTIALS, **form})


def _assertions(ask):
    now = int(time.time())
    name = ask.identifier("keyed")
    good = {"iss": name, "sub": name, "aud": "https://op.example.com/oauth2/token"}
    good |= {"exp": now + 120, "iat": now}
    first = str(uuid.uuid4())
    for title, changed in (
        ("good", {"jti": first}),
        ("used", {"jti": first}),
        ("for the issuer", {"aud": "https://op.example.com"}),
        ("for another", {"aud": "https://other.example.com"}),
        ("expired", {"exp": now - 120}),
        ("too long", {"exp": now + 36_000}),
        ("without an identifier", {"jti": None}),
        ("of another", {"sub": "snapshot-backend", "iss": "snapshot-backend"}),
    ):
        claims = {"jti": str(uuid.uuid4()), **good, **changed}
        claims = {key: value for key, value in claims.items() if value is not None}
        signed = jwt.encode(claims, ask.key, "ES256", headers={"kid": "snapshot"})
        form = {"client_assertion_type": ASSERTION, "client_assertion": signed}
        ask(f"assertion {title}", TOKEN, form={**CREDENTIALS, **form})
    form = {"client_assertion_type": "other", "client_assertion": "x"}
    ask("assertion of another type", TOKEN, form={**CREDENTIALS, **form})
    form = {"client_assertion_type": ASSERTION, "client_assertion": "x"}
    ask("assertion that is none", TOKEN, form={**CREDENTIALS, **form})


def _grant_types(ask):
    for kind in (
        *("", "nonsense", "implicit", "authorization_code", "password"),
        *("refresh_token", "urn:ietf:params:oauth:grant-type:device_code"),
    ):
        form = {"grant_type": kind} if kind else {}
        ask(f"grant type “{kind}” of backend", TOKEN, form=form, client="backend")
    ask("credentials of web", TOKEN, form=CREDENTIALS, client="web")
    for name, client, changed in (
        ("some scopes", "backend", {"scope": "openid email"}),
        ("unknown scope", "backend", {"scope": "nonsense"}),
        ("scope of others", "backend", {"scope": "full"}),
        ("no scope", "ids", {"scope": ""}),
        ("JWT", "signed", {}),
        ("resource", "resource", {"resource": "https://api.example.com/v1"}),
        ("unknown resource", "resource", {"resource": "https://nobody.example.com"}),
        ("resource that is none", "resource", {"resource": "nonsense"}),
        ("portal", "portal", {}),
    ):
        ask(
            f"credentials, {name}",
            TOKEN,
            form={**CREDENTIALS, **changed},
            client=client,
        )
    path = f"POST /oauth2/db/{ask.database}/token"
    ask("credentials in the path", path, form=CREDENTIALS, client="backend")


def _codes(ask, ann):
    code = ask.code("code for good", "plain", ann, scope="openid profile", nonce="n")
    ask.redeem("code: good", "plain", code)
    ask.redeem("code: again", "plain", code)
    for name, form in (
        ("no verifier", {"code_verifier": None}),
        ("wrong verifier", {"code_verifier": "w" * 43}),
        ("no redirect URI", {"redirect_uri": None}),
        ("other redirect URI", {"redirect_uri": "https://client.example.com/other"}),
        ("with scope", {"scope": "openid"}),
        ("with another resource", {"resource": "https://nobody.example.com"}),
    ):
        code = ask.code(f"code for {name}", "plain", ann)
        ask.redeem(f"code: {name}", "plain", code, **form)
    code = ask.code("code for another", "plain", ann)
    ask.redeem("code: of another", "web", code)
    ask.redeem("code: unknown", "plain", "nonsense")
    ask.redeem("code: none", "plain", None)
    for client, changed in (
        ("jwt", {"scope": "openid email groups", "nonce": "n"}),
        ("es256", {"scope": "openid", "nonce": "n", "max_age": "1000"}),
        ("never", {}),
        ("offline", {"scope": "openid offline_access"}),
        ("web", {"scope": "openid profile"}),
    ):
        code = ask.code(f"code of {client}", client, ann, **changed)
        ask.redeem(f"code: of {client}", client, code)
    code = ask.code("code, not offline", "offline", ann, scope="openid")
    ask.redeem("code: not offline", "offline", code)
    query = ask.authorization("public", scope="openid offline_access contacts")
    page = ask("page of public", "GET /oauth2/authorize", query=query, browser=ann)
    code = ask.decide("public: allow", page, ann).given.get("code")
    answer = ask.redeem("code: of public", "public", code)
    refresh = answer.json.get("refresh_token")
    ask.refresh("refresh of public", "public", refresh)


def _refresh(ask, ann):
    code = ask.code("code to renew", "plain", ann, scope="openid email contacts")
    first = ask.redeem("code: to renew", "plain", code).json
    old = first.get("refresh_token")
    new = ask.refresh("refresh: less", "plain", old, scope="openid").json
    ask.refresh("refresh: more", "plain", new.get("refresh_token"), scope="openid full")
    ask.refresh("refresh: in grace", "plain", old)
    ask.refresh("refresh: of another", "web", new.get("refresh_token"))
    ask.refresh("refresh: unknown", "plain", "nonsense")
    ask.refresh("refresh: none", "plain", "")
    ask.refresh("refresh: access token", "plain", new.get("access_token"))
    ask("tokeninfo: renewed", "GET /oauth2/tokeninfo", token=new.get("access_token"))
    ask("tokeninfo: before", "GET /oauth2/tokeninfo", token=first.get("access_token"))
    # Without a grace period, reuse ends all that came from it
    code = ask.code("code of no grace", "offline", ann, scope="openid offline_access")
    first = ask.redeem("code: of no grace", "offline", code).json
    second = ask.refresh("refresh: once", "offline", first.get("refresh_token")).json
    ask.refresh("refresh: reuse", "offline", first.get("refresh_token"))
    ask.refresh("refresh: after reuse", "offline", second.get("refresh_token"))
    token = second.get("access_token")
    ask("tokeninfo: after reuse", "GET /oauth2/tokeninfo", token=token)


def _passwords(ask):
    form = {"grant_type": "password", "username": "ann", "password": "ann-password"}
    for name, changed in (
        ("good", {}),
        ("some scopes", {"scope": "openid offline_access"}),
        ("unknown scope", {"scope": "nonsense"}),
        ("wrong", {"password": "wrong"}),
        ("unknown user", {"username": "nobody"}),
        ("no user", {"username": ""}),
        ("no password", {"password": ""}),
        ("line break", {"username": "ann\nx"}),
        ("API key", {"password": ask.made["keys"]["ann"]}),
    ):
        form_now = {**form, **changed}
        ask(f"password: {name}", TOKEN, form=form_now, client="legacy")
    ask("password of web", TOKEN, form=form, client="web")
    ask("password of nobody", TOKEN, form=form)


def _introspection(ask, ann):
    code = ask.code("code to ask about", "plain", ann, scope="openid email contacts")
    tokens = ask.redeem("code: to ask about", "plain", code).json
    signed = ask.backend_token("signed")
    about = {
        "access token": tokens.get("access_token"),
        "refresh token": tokens.get("refresh_token"),
        "JWT": signed,
        "unknown": "nonsense",
        "none": "",
    }
    target = "POST /oauth2/introspect"
    for name, token in about.items():
        for client in ("plain", "server", "other"):
            form = {"token": token or ""}
            ask(f"introspect {name} by {client}", target, form=form, client=client)
    for hint in ("access_token", "refresh_token", "nonsense"):
        form = {"token": tokens.get("refresh_token"), "token_type_hint": hint}
        ask(f"introspect with hint {hint}", target, form=form, client="plain")
    form = {"token": tokens.get("access_token")}
    ask("introspect by nobody", target, form=form)
    public = {**form, "client_id": ask.identifier("public")}
    ask("introspect by public", target, form=public)
    ask("introspect by GET", "GET /oauth2/introspect", query=form, client="plain")
    path = f"POST /oauth2/db/{ask.database}/introspect"
    ask("introspect in the path", path, form=form, client="plain")


def _revocation(ask, ann):
    target = "POST /oauth2/revoke_token"
    for kind in ("access_token", "refresh_token"):
        code = ask.code(f"code to revoke {kind}", "plain", ann, scope="openid")
        tokens = ask.redeem(f"code: to revoke {kind}", "plain", code).json
        form = {"token": tokens.get(kind)}
        ask(f"revoke {kind} by another", target, form=form, client="other")
        hint = {"token_type_hint": kind}
        ask(f"revoke {kind}", target, form={**form, **hint}, client="plain")
        ask(f"revoke {kind} again", target, form=form, client="plain")
        token = tokens.get("access_token")
        ask(f"tokeninfo: {kind} revoked", "GET /oauth2/tokeninfo", token=token)
        old = tokens.get("refresh_token")
        ask.refresh(f"refresh: {kind} revoked", "plain", old)
    ask("revoke nothing", target, form={}, client="plain")
    ask("revoke unknown", target, form={"token": "nonsense"}, client="plain")
    form = {"token": "x", "token_type_hint": "nonsense"}
    ask("revoke with a bad hint", target, form=form, client="plain")
    ask("revoke by nobody", target, form={"token": "x"})
    form = {"token": "x", "client_id": ask.identifier("public")}
    ask("revoke by public", target, form=form)


def _limit(ask):
    wrong = {**CREDENTIALS, "client_id": "snapshot-ids", "client_secret": "wrong"}
    for number in range(12):
        ask(f"guess {number}", TOKEN, form=wrong, address="198.51.100.9")
    form = {**wrong, "client_secret": ask.secret("ids")}
    ask("guess: right at last", TOKEN, form=form, address="198.51.100.9")
    ask("guess: from elsewhere", TOKEN, form=form, address="198.51.100.10")
    form = {"grant_type": "password", "username": "carl", "password": "wrong"}
    for number in range(12):
        name = f"password guess {number}"
        ask(name, TOKEN, form=form, client="legacy", address="198.51.100.11")
    form["password"] = "carl-password"
    name = "password guess: right at last"
    ask(name, TOKEN, form=form, client="legacy", address="198.51.100.11")
