# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from .common import OAuthCase

ROUTES = {
    "/oauth2/token": "POST",
    "/oauth2/revoke_token": "POST",
    "/oauth2/introspect": "POST",
    "/oauth2/userinfo": "GET",
}
#: Documents that are the same for everybody.
PUBLIC = (
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/json/2",
    "/oauth2/jwks",
)
#: What applications send along with each request.
SENT = (
    *("authorization", "content-type", "mcp-protocol-version", "mcp-session-id"),
    *("traceparent", "x-requested-with"),
)
ORIGIN = "https://client.example.com"


@tagged("post_install", "-at_install")
class TestCORS(OAuthCase):
    def preflight(self, route, origin):
        headers = {
            "Origin": origin,
            "Access-Control-Request-Method": ROUTES.get(route, "GET"),
            "Access-Control-Request-Headers": "authorization",
        }
        return self.url_open(route, headers=headers, method="OPTIONS")

    def test_a_page_of_a_redirect_uri_may_call(self):
        self.create_client()
        for route, method in ROUTES.items():
            with self.subTest(route=route):
                response = self.preflight(route, ORIGIN)
                self.assertEqual(response.status_code, 204)
                headers = response.headers
                self.assertEqual(headers["Access-Control-Allow-Origin"], ORIGIN)
                self.assertIn(method, headers["Access-Control-Allow-Methods"])
                self.assert_allows(headers)
                self.assertNotIn("Access-Control-Allow-Credentials", headers)
                self.assertIn("Origin", headers["Vary"])
                response = self.url_open(
                    route, headers={"Origin": ORIGIN}, method=method
                )
                headers = response.headers
                self.assertEqual(headers["Access-Control-Allow-Origin"], ORIGIN)

    def test_a_page_may_read_the_headers_that_are_documented(self):
        self.create_client()
        for route in ("userinfo", "otherinfo", "tokeninfo"):
            response = self.url_open(f"/oauth2/{route}", headers={"Origin": ORIGIN})
            exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
            for name in (
                "WWW-Authenticate",
                "Retry-After",
                "X-Total-Count",
                "Mcp-Session-Id",
            ):
                self.assertIn(name, exposed)

    def test_any_page_may_read_public_documents(self):
        self.create_client()
        for origin in (ORIGIN, "https://anyone.example.com", "null"):
            for route in PUBLIC:
                with self.subTest(route=route, origin=origin):
                    headers = self.preflight(route, origin).headers
                    self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
                    self.assertEqual(
                        headers["Access-Control-Allow-Methods"], "GET, OPTIONS"
                    )
                    self.assert_allows(headers)
                    response = self.url_open(route, headers={"Origin": origin})
                    self.assertEqual(response.status_code, 200)
                    headers = response.headers
                    self.assertEqual(headers["Access-Control-Allow-Origin"], "*")
                    self.assertNotIn("Access-Control-Allow-Credentials", headers)
                    self.assertNotIn("Origin", headers["Vary"].split(", "))
        # Those that cannot be answered too, or a page sees no reason
        for route in ("/oauth2/db/nowhere/jwks", f"{PUBLIC[0]}/oauth2/db/nowhere"):
            response = self.url_open(route, headers={"Origin": ORIGIN})
            self.assertEqual(response.status_code, 404)
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        response = self.url_open(PUBLIC[0], data={"a": "b"})
        self.assertEqual(response.status_code, 405)
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")

    def assert_allows(self, headers):
        """Assert that a preflight's answer allows what applications send."""
        allowed = headers["Access-Control-Allow-Headers"].lower().split(", ")
        self.assertLessEqual(set(SENT), set(allowed))

    def test_no_other_page_may(self):
        client, _secret = self.create_client()
        for origin in (
            "https://evil.example.com",
            "http://client.example.com",
            "https://client.example.com:8443",
            "https://client.example.com.evil.example.com",
            "null",
        ):
            for route, method in ROUTES.items():
                with self.subTest(origin=origin, route=route):
                    for response in (
                        self.preflight(route, origin),
                        self.url_open(route, headers={"Origin": origin}, method=method),
                    ):
                        self.assertNotIn(
                            "Access-Control-Allow-Origin", response.headers
                        )
                        self.assertIn("Origin", response.headers["Vary"])
        client.active = False
        response = self.preflight("/oauth2/token", ORIGIN)
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)

    def test_an_origin_can_be_listed_on_the_client(self):
        client, _secret = self.create_client()
        client.origin_ids = [Command.create({"name": "http://localhost:5173"})]
        response = self.preflight("/oauth2/token", "http://localhost:5173")
        self.assertEqual(
            response.headers["Access-Control-Allow-Origin"], "http://localhost:5173"
        )
        for name in ("*", "https://a.example.com/", "app.example.com", "null"):
            with self.assertRaises(ValidationError):
                client.origin_ids = [Command.create({"name": name})]

    def test_the_authorization_page_is_no_such_route(self):
        self.create_client()
        response = self.preflight("/oauth2/authorize", ORIGIN)
        self.assertEqual(response.status_code, 405)
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)
