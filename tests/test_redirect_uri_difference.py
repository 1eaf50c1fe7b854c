# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an administrator is told of a redirect URI that does not match."""

from odoo.tests import BaseCase, tagged

from ..wizards.redirect_uri_difference import explain

KNOWN = "https://app.example.com/callback"


@tagged("post_install", "-at_install")
class TestRedirectUriDifference(BaseCase):
    def kinds(self, uri, known=KNOWN):
        found = explain([known], uri)
        self.assertFalse(found.is_match)
        return [one.what for one in found.differences]

    def test_each_part_is_named(self):
        for uri, expected in (
            ("http://app.example.com/callback", "scheme"),
            ("https://app.example.org/callback", "host"),
            ("https://app.example.com:8443/callback", "port"),
            ("https://app.example.com:443/callback", "port"),
            ("https://app.example.com/other", "path"),
            ("https://app.example.com/callback/", "trailing_slash"),
            ("https://app.example.com/Callback", "case"),
            ("https://APP.example.com/callback", "case"),
            ("HTTPS://app.example.com/callback", "case"),
            ("https://app.example.com/call%62ack", "encoding"),
            ("https://app.example.com/callback?a=1", "query"),
            ("https://app.example.com/callback#a", "fragment"),
            ("https://me:pw@app.example.com/callback", "userinfo"),
            (" https://app.example.com/callback", "blank"),
        ):
            with self.subTest(uri=uri):
                self.assertEqual(self.kinds(uri), [expected])

    def test_several_parts_are_all_named(self):
        found = self.kinds("http://app.example.com:80/Callback?x")
        self.assertEqual(found, ["scheme", "port", "case", "query"])

    def test_the_parts_themselves_are_told(self):
        found = explain([KNOWN], "https://app.example.com:8443/callback")
        [one] = found.differences
        self.assertEqual((one.registered, one.sent), (None, "8443"))

    def test_the_nearest_one_is_found(self):
        known = [
            "https://other.example.com/callback",
            "https://app.example.com/login",
            KNOWN,
            "com.example.app:/callback",
        ]
        for uri, nearest in (
            (f"{KNOWN}/", KNOWN),
            ("https://app.example.com/logon", "https://app.example.com/login"),
            ("https://other.example.com/", "https://other.example.com/callback"),
            ("com.example.app://callback", "com.example.app:/callback"),
        ):
            with self.subTest(uri=uri):
                self.assertEqual(explain(known, uri).nearest, nearest)

    def test_a_match_is_a_match(self):
        found = explain(["https://x.example.com", KNOWN], KNOWN)
        self.assertEqual((found.nearest, found.is_match), (KNOWN, True))
        self.assertFalse(found.differences)
        device = "http://127.0.0.1/cb"
        found = explain([device], "http://127.0.0.1:4711/cb")
        self.assertTrue(found.is_match)
        self.assertEqual([one.what for one in found.differences], ["port"])
        name = "http://localhost/cb"
        other = "http://localhost:4711/cb"
        self.assertFalse(explain([name], other).is_match)
        self.assertTrue(explain([name], other, any_localhost_port=True).is_match)

    def test_nothing_that_is_sent_makes_it_fail(self):
        self.assertIsNone(explain([], KNOWN))
        for uri in (
            "",
            "/",
            "//",
            "https://[::1",
            "https://host:port/",
            "\x00\n",
            "javascript:alert(1)",
            "https://é/",
            "%",
            "a" * 100_000,
        ):
            with self.subTest(uri=uri[:20]):
                self.assertFalse(explain([KNOWN, "app.x:/"], uri).is_match)
