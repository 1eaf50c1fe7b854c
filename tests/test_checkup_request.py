# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The check-up compares the request of the manager with the issuer and the proxy."""

from unittest.mock import patch

from odoo.tests import HttpCase, tagged
from odoo.tools import config

from ..tools import arrival
from .common import new_manager
from .test_checkup_report import GOOD

ALL = {
    "X-Forwarded-Host": "odoo.example.com",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "192.0.2.7",
}


@tagged("post_install", "-at_install")
class TestCheckupRequest(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_manager(cls.env)
        cls.set_issuer("https://odoo.example.com")
        good = {**GOOD, "dbfilter": f"^{cls.env.cr.dbname}$"}
        cls.startClassPatcher(patch.dict(config.options, good))

    @classmethod
    def set_issuer(cls, issuer, base=None):
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.issuer", issuer)
        parameters.set_param("web.base.url", base or issuer)

    def find(self, *without, **headers):
        """Return {key: finding} that a manager gets with these headers.

        :param without: those of the usual headers that are missing
        """
        sent = {name: value for name, value in ALL.items() if name not in without}
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        self.authenticate("oauth_manager", "oauth_user_password")
        reply = self.url_open(
            "/web/dataset/call_kw/oauth.provider.finding/action_check",
            json={
                "params": {
                    "model": "oauth.provider.finding",
                    "method": "action_check",
                    "args": [],
                    "kwargs": {},
                }
            },
            headers=sent,
        )
        self.assertEqual(reply.status_code, 200, reply.text)
        answer = reply.json()
        domain = answer["result"]["domain"]
        self.env.invalidate_all()
        found = self.env["oauth.provider.finding"].search(domain)
        return {one.key: one for one in found if not one.key.startswith("key")}

    def test_a_proxy_that_says_everything(self):
        self.assertFalse(self.find())
        # With more than one proxy
        many = {"X_Forwarded_For": "198.51.100.9, 192.0.2.7"}
        self.assertFalse(self.find(**many))
        self.assertFalse(self.find(X_Forwarded_Host="ODOO.example.com:443"))

    def test_a_proxy_that_odoo_does_not_listen_to(self):
        with patch.dict(config.options, {"proxy_mode": False}):
            self.assertEqual(set(self.find()), {"proxy_mode"})
            self.set_issuer("http://localhost:8069")
            found = self.find()
            self.assertEqual(set(found), {"proxy_mode"})
            self.assertTrue(found["proxy_mode"].is_of_request)
            self.assertNotIn("proxy_mode", self.find(*ALL))

    def test_a_proxy_without_the_host(self):
        for missing in (["X-Forwarded-Host"], ["X-Forwarded-Host", "X-Forwarded-For"]):
            with self.subTest(missing=missing):
                found = self.find(*missing)
                self.assertEqual(set(found), {"no_forwarded_host"})
                self.assertEqual(found["no_forwarded_host"].severity, "1")
        found = self.find(*ALL, Forwarded="for=192.0.2.7;host=odoo.example.com")
        self.assertEqual(set(found), {"no_forwarded_host"})

    def test_no_proxy_at_all(self):
        found = self.find(*ALL)
        self.assertEqual(set(found), {"no_proxy"})
        self.assertEqual(found["no_proxy"].severity, "2")

    def test_a_proxy_without_the_address_or_the_scheme(self):
        found = self.find("X-Forwarded-For")
        self.assertEqual(set(found), {"no_forwarded_for"})
        self.assertEqual(set(self.find("X-Forwarded-Proto")), {"request_scheme"})
        found = self.find(X_Forwarded_Proto="http")
        self.assertIn("over http, but", found["request_scheme"].name)

    def test_another_host(self):
        found = self.find(X_Forwarded_Host="other.example.com")
        self.assertEqual(set(found), {"request_host"})
        self.assertIn("other.example.com", found["request_host"].name)
        self.assertEqual(found["request_host"].severity, "2")
        # Where the database knows that host, one finding says it
        self.set_issuer("https://odoo.example.com", "https://other.example.com")
        found = self.find(X_Forwarded_Host="other.example.com")
        self.assertEqual(set(found), {"issuer_host"})

    def test_what_is_dismissed_comes_back_with_another_host(self):
        finding = self.find(X_Forwarded_Host="other.example.com")["request_host"]
        manager = self.env["res.users"].search([("login", "=", "oauth_manager")])
        finding = finding.with_user(manager)
        finding.reason = "It has two names"
        finding.action_dismiss()
        again = self.find(X_Forwarded_Host="other.example.com")["request_host"]
        self.assertTrue(again.is_dismissed)
        again = self.find(X_Forwarded_Host="third.example.com")["request_host"]
        self.assertFalse(again.is_dismissed)

    def test_hosts_are_compared_as_browsers_send_them(self):
        for url, host in (
            ("https://A.example.com:443/oauth2/db/x", "a.example.com"),
            ("http://a.example.com:443", "a.example.com:443"),
            ("http://a.example.com:80", "a.example.com"),
            ("https://[::1]:8069", "[::1]:8069"),
            ("", ""),
        ):
            with self.subTest(url=url):
                self.assertEqual(arrival.host_of(url), host)

    def test_a_header_may_hold_anything(self):
        # Odoo itself refuses what is no host name at all
        host = "x." * 100 + "example.com"
        found = self.find(X_Forwarded_Host=host)
        self.assertLess(len(found["request_host"].name), 200)
        for scheme in ("x" * 5_000, "<b>", "//"):
            with self.subTest(scheme=scheme[:9]):
                found = self.find(X_Forwarded_Proto=scheme)
                self.assertLess(len(found["request_scheme"].name), 200)
