# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A NUL byte, which no database can hold, is a fault of the caller everywhere."""

import http.client

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OAuthCase

WELL_KNOWN = (
    "oauth-authorization-server",
    "openid-configuration",
    "oauth-protected-resource",
)
#: Every route, with the parameters that it takes.
ROUTES = {
    "/oauth2/authorize": ("client_id", "redirect_uri", "scope", "id_token_hint"),
    "/oauth2/token": ("grant_type", "client_id", "code", "username", "resource"),
    "/oauth2/tokeninfo": ("access_token",),
    "/oauth2/userinfo": ("access_token",),
    "/oauth2/otherinfo": ("access_token", "model", "order"),
    "/oauth2/openapi.json": ("model",),
    "/oauth2/content/res.partner/1/image_128": ("download",),
    "/oauth2/content/res.partner/1/a%00b": (),
    "/oauth2/content/a%00b/a%00b/a%00b": (),
    "/oauth2/content/attachment/a%00b": (),
    "/oauth2/revoke_token": ("token", "client_id"),
    "/oauth2/introspect": ("token", "client_id"),
    "/oauth2/logout": ("client_id", "id_token_hint", "post_logout_redirect_uri"),
    "/oauth2/jwks": ("kid",),
    "/oauth2/public_key": ("client_id",),
    "/oauth2/picture": ("of", "unique"),
    "/my/applications": ("oauth_grant", "oauth_notice"),
    **{f"/.well-known/{name}": ("resource",) for name in WELL_KNOWN},
}
NULS = ("a%00b", "%C0%80", "%ED%A0%80")
HEADERS = (
    ("Authorization", "Bearer a\x00b"),
    ("Authorization", "Basic AGE6YgA="),
    ("Authorization", "Basic AAAA"),
    ("X-Odoo-Database", "a\x00b"),
    ("Origin", "https://a\x00b"),
    ("Accept-Language", "a\x00b"),
    ("If-None-Match", "a\x00b"),
    ("User-Agent", "a\x00b"),
    ("X-Forwarded-For", "a\x00b"),
)
COOKIES = tuple(
    f"{name}={value}"
    for name in ("session_id", "frontend_lang", "tz", "cids", "db")
    for value in ("a\x00b", '"\\000"')
)


@tagged("post_install", "-at_install")
class TestNul(OAuthCase):
    def ask(self, method, path, body=None, headers=()):
        """Send a request as it is, for what no library would send."""
        with self.allow_requests():
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.http_port(), timeout=30
            )
            connection.putrequest(method, path)
            own = [f"{one.name}={one.value}" for one in self.opener.cookies]
            connection.putheader("Cookie", "; ".join(own))
            for line in headers:
                connection._buffer.append(line.encode("latin-1"))
            if body is not None:
                connection.putheader(
                    "Content-Type", "application/x-www-form-urlencoded"
                )
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body and body.encode())
            status = connection.getresponse().status
            connection.close()
        return status

    def paths(self):
        for route in ROUTES:
            yield route
            if route.startswith("/oauth2/"):
                yield route.replace("/oauth2/", "/oauth2/db/%00/")
                yield route.replace("/oauth2/", f"/oauth2/db/{self.env.cr.dbname}%00/")
            if route.startswith("/.well-known"):
                yield f"{route}/oauth2/db/%00"
                yield f"/oauth2/db/a%00b{route}"

    @mute_logger("odoo.http")
    def test_in_a_parameter(self):
        self.sign_in()
        for route, names in ROUTES.items():
            for name in (*names, "db", "%00"):
                for nul in NULS:
                    pair = f"{name}={nul}"
                    for method, query, body in (
                        ("GET", f"?{pair}", None),
                        ("POST", "", pair),
                    ):
                        with self.subTest(method=method, route=route, pair=pair):
                            self.assertLess(self.ask(method, route + query, body), 500)

    @mute_logger("odoo.http")
    def test_in_the_path(self):
        for path in self.paths():
            for method in ("GET", "POST"):
                with self.subTest(method=method, path=path):
                    self.assertLess(self.ask(method, path), 500)

    @mute_logger("odoo.http")
    def test_in_a_header(self):
        for route in ROUTES:
            for header in HEADERS:
                for method in ("GET", "POST"):
                    with self.subTest(method=method, route=route, header=header):
                        line = ": ".join(header)
                        self.assertLess(self.ask(method, route, "", [line]), 500)

    def test_in_a_cookie(self):
        for route in ROUTES:
            for cookie in COOKIES:
                with self.subTest(route=route, cookie=cookie):
                    self.assertLess(
                        self.ask("GET", route, None, [f"Cookie: {cookie}"]), 500
                    )
