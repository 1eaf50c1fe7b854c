# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the check-up finds, and what it does not."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import config

from ..tools import dbfilter, key_encryption
from .common import new_manager


@tagged("post_install", "-at_install")
class TestCheckup(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Client = cls.env["oauth.provider.client"]
        cls.parameters = cls.env["ir.config_parameter"]
        cls.set_hosts("https://odoo.example.com", "https://odoo.example.com")
        cls.manager = new_manager(cls.env)

    @classmethod
    def set_hosts(cls, issuer, base):
        cls.parameters.set_param("oauth_provider.issuer", issuer)
        cls.parameters.set_param("web.base.url", base)

    def create_client(self, uri="https://app.example.com/cb", **values):
        client = self.Client.create(
            {
                "name": "App",
                "redirect_uri_ids": [Command.create({"name": uri})],
                **values,
            }
        )
        if client.client_type == "confidential":
            client.generate_secret()
        return client

    def check(self, client=None):
        """Return the findings, of one client or of the server."""
        Finding = self.env["oauth.provider.finding"].with_user(self.manager)
        found = Finding.search(Finding.action_check()["domain"])
        if client is None:
            return found.filtered(lambda f: f.res_model != self.Client._name)
        return found.filtered(
            lambda f: f.res_model == self.Client._name and f.res_id == client.id
        )

    def test_a_good_client_has_no_finding(self):
        self.assertFalse(self.check(self.create_client()))

    def test_what_is_found_of_a_client(self):
        full = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        for expected, values in (
            ("over http", {"uri": "http://app.example.com/"}),
            ("full access", {"scope_ids": [Command.set(full.ids)]}),
            ("legacy implicit", {"application_type": "mobile application"}),
            ("legacy password", {"application_type": "legacy application"}),
            ("PKCE", {"pkce_required": False}),
            ("trusted", {"skip_authorization": True}),
            (
                "proves itself by nothing",
                {"skip_authorization": True, "client_type": "public"},
            ),
            ("redirect URI", {"redirect_uri_ids": False}),
            (
                "one cookie",
                {
                    "application_type": "mobile application",
                    "uri": "https://odoo.example.com:8070/auth_oauth/signin",
                },
            ),
        ):
            with self.subTest(expected=expected):
                client = self.create_client(**values)
                found = self.check(client)
                self.assertIn(expected, " ".join(found.mapped("name")))
                opened = found[0].action_open()
                self.assertEqual(
                    (opened["res_model"], opened["res_id"]), (client._name, client.id)
                )
        client = self.create_client()
        client.secret_changed_at = fields.Datetime.now() - timedelta(days=400)
        self.assertIn("a year", self.check(client).name)
        client.secret = False
        self.assertIn("prove", self.check(client).name)
        user = new_test_user(self.env, "oauth_robot", "base.group_user")
        client = self.create_client(
            application_type="backend application", user_id=user.id
        )
        self.assertFalse(self.check(client))
        user.active = False
        self.assertIn("archived or deleted", self.check(client).name)
        user.active = True
        self.assertFalse(self.check(client))
        user.unlink()
        self.assertFalse(client.user_id)
        self.assertIn("archived or deleted", self.check(client).name)
        # On the device itself http is all there is
        self.assertFalse(self.check(self.create_client("http://127.0.0.1/cb")))

    def test_what_is_found_of_the_server(self):
        names = " ".join(self.check().mapped("name"))
        self.assertIn("proxy_mode", names)
        self.assertNotIn("another host", names)
        self.set_hosts("http://odoo.example.com", "https://new.example.com")
        names = " ".join(self.check().mapped("name"))
        self.assertIn("another host", names)
        self.assertIn("not https", names)

    def test_the_settings_of_the_server_are_looked_at(self):
        good = {
            "list_db": False,
            "dbfilter": "^odoo$",
            "workers": 2,
            "proxy_mode": True,
            "server_wide_modules": ["base", "web", "oauth_provider"],
            key_encryption.OPTION: key_encryption.generate(),
        }
        with patch.dict(config.options, good):
            self.env["oauth.provider.key"].encrypt_all()
            self.assertFalse(self.check())
            for name, value, expected in (
                ("list_db", True, "list_db"),
                ("workers", 0, "without workers"),
                ("proxy_mode", False, "proxy_mode"),
                ("server_wide_modules", ["base", "web"], "whole server"),
                (key_encryption.OPTION, "", key_encryption.OPTION),
                ("dbfilter", "^odoo.*$", "pattern"),
                (dbfilter.OPTION, "False", "Each request opens a connection"),
            ):
                with self.subTest(name=name), patch.dict(config.options, {name: value}):
                    self.assertIn(expected, self.check().name)

    def test_a_client_that_nobody_uses_is_found(self):
        client = self.create_client()
        used = self.create_client()
        backend = self.create_client(
            application_type="backend application",
            user_id=self.manager.id,
            redirect_uri_ids=False,
        )
        old = fields.Datetime.now() - timedelta(days=91)
        self.env.flush_all()
        self.env.cr.execute("UPDATE oauth_provider_client SET create_date = %s", [old])
        self.env.invalidate_all()
        grants = self.env["oauth.provider.grant"]
        grants.ensure(client, self.manager).last_used = old
        grants.ensure(used, self.manager).last_used = fields.Datetime.now()
        self.env["oauth.provider.token"].issue(
            client=backend,
            user=self.manager,
            scopes=backend.scope_ids,
            lifetime=60,
        )
        self.assertIn("90 days", self.check(client).name)
        self.assertFalse(self.check(used))
        self.assertFalse(self.check(backend))
        grants.ensure(client, self.manager).last_used = fields.Datetime.now()
        self.assertFalse(self.check(client))

    def test_the_form_of_a_client_warns_of_the_same(self):
        client = self.create_client("http://app.example.com/cb")
        self.assertTrue(client.has_danger)
        self.assertIn("over http", client.warnings)
        self.assertFalse(self.create_client().warnings)

    def test_a_manager_is_not_sent_where_the_way_is_closed(self):
        self.set_hosts("http://odoo.example.com", "https://new.example.com")
        self.assertFalse(any(self.check().mapped("res_model")))
        Finding = self.env["oauth.provider.finding"].with_user(
            self.env.ref("base.user_admin")
        )
        found = Finding.search(Finding.action_check()["domain"])
        self.assertIn("ir.config_parameter", found.mapped("res_model"))

    def test_what_stands_in_the_configuration_file_opens_no_record(self):
        self.set_hosts("https://odoo.example.com", "https://new.example.com")
        Finding = self.env["oauth.provider.finding"].with_user(
            self.env.ref("base.user_admin")
        )
        bad = {
            "list_db": True,
            "dbfilter": "",
            "db_name": [],
            "workers": 0,
            "proxy_mode": False,
            "server_wide_modules": ["base", "web"],
        }
        with patch.dict(config.options, bad):
            found = Finding.search(Finding.action_check()["domain"])
        found = found.filtered(lambda one: one.res_model != self.Client._name)
        places = {one.name: one.res_model for one in found}
        self.assertEqual(len(places), 7)
        of_issuer = [name for name, place in places.items() if place]
        self.assertEqual(len(of_issuer), 1)
        self.assertIn("another host", of_issuer[0])
        for one in found.filtered(lambda one: not one.res_model):
            self.assertIn("configuration file", one.advice)

    def test_the_client_of_another_odoo_is_fine_as_it_is(self):
        client = self.create_client(application_type="mobile application")
        self.assertIn("Fine for another Odoo", self.check(client).advice)

    def test_nobody_else_checks(self):
        user = new_test_user(self.env, "oauth_user")
        with self.assertRaises(AccessError):
            self.env["oauth.provider.finding"].with_user(user).action_check()
