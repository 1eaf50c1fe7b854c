# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which URL is a protected resource of this provider."""

from types import SimpleNamespace
from unittest.mock import patch

from odoo.tests import tagged

from .protected_routes import ProtectedRoutesCase

MCP = "/oauth_test/mcp"


@tagged("post_install", "-at_install")
class TestProtectedRoute(ProtectedRoutesCase):
    def find(self, uri):
        return self.Provider.find_resource_path(uri)

    def test_the_url_of_a_route_is_a_resource(self):
        database = self.env.cr.dbname
        self.set_issuer("https://odoo.example.com")
        for path, expected in (
            (MCP, MCP),
            (f"{MCP}/", MCP),
            (f"{MCP}?db={database}", MCP),
            (f"/oauth2/db/{database}{MCP}", MCP),
            ("/oauth_test/5/a/b", "/oauth_test/5/a/b"),
            ("/oauth_test/5/%C3%A9", "/oauth_test/5/é"),
            ("/oauth_test/plain", "/oauth_test/plain"),
            ("/json/2", "/json/2"),
            (f"/json/2?db={database}", "/json/2"),
        ):
            with self.subTest(path=path):
                for origin in ("https://odoo.example.com", "HTTPS://Odoo.Example.com"):
                    self.assertEqual(self.find(f"{origin}{path}"), expected)
                self.assertEqual(
                    self.find(f"https://odoo.example.com:443{path}"), expected
                )
                for other in (
                    "http://odoo.example.com",
                    "https://odoo.example.com:8443",
                    "https://evil.example.com",
                    "https://odoo.example.com@evil.example.com",
                    "https://user@odoo.example.com",
                    "//odoo.example.com",
                    "",
                ):
                    self.assertIsNone(self.find(f"{other}{path}"))

    def test_a_token_for_one_route_does_not_open_one_at_the_top(self):
        self.set_issuer("https://odoo.example.com")
        name = "odoo.addons.oauth_provider.models.oauth_provider.request"
        is_for = self.env["oauth.provider.resource"].is_for
        for path in ("/", f"/oauth2/db/{self.env.cr.dbname}/"):
            called = SimpleNamespace(
                httprequest=SimpleNamespace(path=path), oauth_routing={}
            )
            with self.subTest(path=path), patch(name, called):
                at = self.Provider.get_requested_path()
                self.assertEqual(at, "/")
                self.assertFalse(is_for(f"https://odoo.example.com{MCP}", at))
                self.assertTrue(is_for("https://odoo.example.com/", at))

    def test_no_other_url_is_one(self):
        self.set_issuer("https://odoo.example.com")
        for path in (
            "",
            "/",
            "/oauth_test/public",
            "/oauth_test/7/public",
            "/oauth_test/nothing",
            "/oauth_test/x/a",
            f"{MCP}?db=other",
            f"{MCP}?db={self.env.cr.dbname}&db=other",
            f"{MCP}?x=y",
            f"{MCP}#part",
            f"{MCP}#",
            f"/{MCP}",
            f"{MCP}//",
            "/oauth_test/5/../mcp",
            "/oauth_test/5/a/..",
            "/oauth_test/5/%2e%2e/a",
            "/oauth_test/5/a//b",
            "/oauth_test/5/a%00",
            "/oauth_test/5/%ff",
            "/oauth_test/5/a%5cb",
            f"/oauth_test/5/{'a' * 8192}",
            f"/oauth_test/5/{'%C3%A9' * 1500}",
            "/oauth2/db/other" + MCP,
            f"/oauth2/db/{self.env.cr.dbname}x{MCP}",
            f"/oauth2/db/{self.env.cr.dbname}/oauth_test/public",
            "/json/2/res.partner/search",
            "/json/1",
            "/web/login",
            "/oauth2/userinfo",
        ):
            with self.subTest(path=path):
                self.assertIsNone(self.find(f"https://odoo.example.com{path}"))
        for odd in ("https://[", "nonsense", "https://odoo.example.com:x" + MCP):
            self.assertIsNone(self.find(odd))

    def test_a_resource_has_the_origin_that_an_administrator_entered(self):
        self.set_issuer("https://odoo.example.com")
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://base.example.com")
        base = "https://base.example.com"

        def get(origin=None, database=None):
            return self.Provider.get_route_resource(MCP, database, origin)

        expected = f"https://odoo.example.com{MCP}"
        for origin in (None, base, "https://evil.example.com", "nonsense"):
            self.assertEqual(get(origin), expected)
        self.assertIsNone(self.find(base + MCP))
        # Odoo changes it whenever an administrator signs in, unless it is frozen
        parameters.set_param("web.base.url.freeze", "True")
        self.assertEqual(get(base), base + MCP)
        self.assertEqual(self.find(base + MCP), MCP)
        self.assertEqual(get(database="a b"), f"{expected}?db=a+b")
        self.assertIsNone(self.Provider.get_route_resource("/oauth_test/public"))
        api = self.Provider.get_route_resource("/json/2/res.partner/read")
        self.assertEqual(api, "https://odoo.example.com/json/2")

    def test_the_names_of_the_own_machine(self):
        self.set_issuer("http://localhost:8069")
        for origin, expected in (
            ("http://127.0.0.1:8069", MCP),
            ("http://[::1]:8069", MCP),
            ("http://127.0.0.1:8070", None),
            ("http://127.0.0.1", None),
            ("https://localhost:8069", None),
            ("http://localhost.example.com:8069", None),
        ):
            self.assertEqual(self.find(origin + MCP), expected, origin)
        self.set_issuer("http://odoo.example.com:8069")
        self.assertIsNone(self.find(f"http://127.0.0.1:8069{MCP}"))

    def test_no_record_is_read(self):
        self.find(self.issuer + MCP)
        with self.assertQueryCount(0):
            for path in (MCP, "/oauth_test/5/a", "/oauth_test/nothing"):
                self.find(self.issuer + path)


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestProtectedRouteOfWebsite(ProtectedRoutesCase):
    def find(self, uri):
        return self.Provider.find_resource_path(uri)

    def test_the_domain_of_a_website(self):
        self.set_issuer("https://odoo.example.com")
        website = self.env["website"].search([], limit=1)
        self.assertIsNone(self.find(f"https://shop.example.com{MCP}"))
        website.domain = "https://shop.example.com"
        self.assertEqual(self.find(f"https://shop.example.com{MCP}"), MCP)
        self.assertIsNone(self.find(f"http://shop.example.com{MCP}"))
