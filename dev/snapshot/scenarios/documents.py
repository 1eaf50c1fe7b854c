# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Metadata, keys, both forms of an address, methods, sizes, pages of other sites."""

ENDPOINTS = (
    *("authorize", "token", "tokeninfo", "userinfo", "otherinfo", "revoke_token"),
    *("introspect", "jwks", "public_key", "logout", "picture", "consent"),
)
DOCUMENTS = (
    "oauth-authorization-server",
    "openid-configuration",
    "oauth-protected-resource",
)
SPA = "https://spa.example.com"
STRANGER = "https://stranger.example.org"


def run(ask):
    """Send the requests."""
    _metadata(ask)
    _methods(ask)
    _databases(ask)
    _origins(ask)
    _sizes(ask)


def _metadata(ask):
    database = ask.database
    for name in DOCUMENTS:
        ask(name, f"GET /.well-known/{name}")
        ask(f"{name}, path behind", f"GET /.well-known/{name}/oauth2/db/{database}")
        ask(f"{name}, path before", f"GET /oauth2/db/{database}/.well-known/{name}")
    ask("protected API", "GET /.well-known/oauth-protected-resource/json/2")
    ask(
        "protected API of a database",
        f"GET /.well-known/oauth-protected-resource/json/2?db={database}",
    )
    keys = ask("key set", "GET /oauth2/jwks")
    etag = {"If-None-Match": keys.header("ETag")}
    ask("key set that is known", "GET /oauth2/jwks", headers=etag)
    for client in ("jwt", "es256", "web"):
        query = {"client_id": ask.identifier(client)}
        ask(f"public key of {client}", "GET /oauth2/public_key", query=query)
    ask("public key of nobody", "GET /oauth2/public_key?client_id=nobody")
    ask("public key without a client", "GET /oauth2/public_key")
    ask("metadata by POST", "POST /.well-known/openid-configuration", form={})
    ask("metadata by HEAD", "HEAD /.well-known/openid-configuration")


def _methods(ask):
    for endpoint in ENDPOINTS:
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
            ask(f"{method} {endpoint}", f"{method} /oauth2/{endpoint}")
    for endpoint in ("token", "revoke_token", "introspect"):
        ask(f"GET {endpoint}", f"GET /oauth2/{endpoint}")
    for endpoint in ("jwks", "public_key", "picture", "consent"):
        ask(f"POST {endpoint}", f"POST /oauth2/{endpoint}", form={})
    ask("no such endpoint", "GET /oauth2/nothing")
    ask("a slash too many", "GET /oauth2/jwks/")
    ask("a picture of nobody", "GET /oauth2/picture?of=nobody")
    ask("consent by itself", "GET /oauth2/consent?client_id=x")


def _databases(ask):
    path = f"/oauth2/db/{ask.database}"
    for endpoint in ENDPOINTS:
        method = (
            "POST" if endpoint in ("token", "revoke_token", "introspect") else "GET"
        )
        ask(f"{endpoint}, in the path", f"{method} {path}/{endpoint}")
    ask("unknown database, path", "GET /oauth2/db/nothing/jwks")
    ask("unknown database, parameter", "GET /oauth2/jwks?db=nothing")
    header = {"X-Odoo-Database": "nothing"}
    ask("unknown database, header", "GET /oauth2/jwks", headers=header)
    ask("unknown database, page", "GET /oauth2/db/nothing/authorize?client_id=x")
    ask("database by parameter", f"GET /oauth2/jwks?db={ask.database}")
    header = {"X-Odoo-Database": ask.database}
    ask("database by header", "GET /oauth2/jwks", headers=header)
    ask("NUL in a database", "GET /oauth2/db/a%00b/jwks")


def _origins(ask):
    preflight = {"Access-Control-Request-Method": "POST"}
    for endpoint in ("token", "userinfo", "introspect", "jwks", "authorize"):
        for kind, origin in (("ours", SPA), ("strange", STRANGER)):
            headers = {"Origin": origin, **preflight}
            name = f"preflight of {endpoint}, {kind}"
            ask(name, f"OPTIONS /oauth2/{endpoint}", headers=headers)
    for kind, origin in (
        ("ours", SPA),
        ("that of a redirect URI", "https://client.example.com"),
        ("strange", STRANGER),
        ("null", "null"),
    ):
        headers = {"Origin": origin}
        ask(f"key set for a page, {kind}", "GET /oauth2/jwks", headers=headers)
        ask(f"tokeninfo for a page, {kind}", "GET /oauth2/tokeninfo", headers=headers)
        ask(
            f"token request of a page, {kind}",
            "POST /oauth2/token",
            form={"grant_type": "client_credentials"},
            client="backend",
            headers=headers,
        )
    ask(
        "wrong secret from a page",
        "POST /oauth2/token",
        form={
            "grant_type": "client_credentials",
            "client_id": ask.identifier("backend"),
            "client_secret": "wrong",
        },
        headers={"Origin": SPA},
    )


def _sizes(ask):
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    big, many = b"a=" + b"x" * (1 << 20), b"&".join([b"a=1"] * 6000)
    for endpoint in ("token", "introspect", "userinfo", "authorize", "logout"):
        target = f"POST /oauth2/{endpoint}"
        ask(f"a big body for {endpoint}", target, raw=big, headers=form)
        ask(f"many fields for {endpoint}", target, raw=many, headers=form)
    ask("a body of JSON", "POST /oauth2/token", json={"grant_type": "password"})
    ask("a body of nothing", "POST /oauth2/token", headers=form)
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    parts = (
        b'--b\r\nContent-Disposition: form-data; name="grant_type"\r\n\r\nx\r\n--b--'
    )
    ask("a body in parts", "POST /oauth2/token", raw=parts, headers=kind)
    ask(
        "a body that is no UTF-8",
        "POST /oauth2/token",
        raw=b"grant_type=\xff",
        headers=form,
    )
    ask("a NUL in a parameter", "GET /oauth2/authorize?client_id=a%00b")
    ask("a parameter twice", "GET /oauth2/authorize?client_id=a&client_id=b")
    ask("a parameter twice in a form", "POST /oauth2/token", form=[("a", 1), ("a", 2)])
