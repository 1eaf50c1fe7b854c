# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Digests and identifiers are where no error of Odoo can print them."""

from datetime import timedelta

import psycopg2

from odoo.fields import NO_ACCESS, Command
from odoo.models import Model
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import secret as secrets
from .common import OAuthCase, new_manager

#: Where Odoo logs the statement that failed, and the error that it answers.
LOGGERS = ("odoo.sql_db", "odoo.http")


class CallKwCase(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(
            cls.env, "base.group_erp_manager", "base.group_partner_manager"
        )

    def call_kw(self, model, method, *args, **kwargs):
        """Call a method as the web client does; return the response."""
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        with mute_logger(*LOGGERS):
            return self.url_open(
                "/web/dataset/call_kw",
                json={"jsonrpc": "2.0", "method": "call", "params": params},
            )

    def assert_error_without(self, response, values):
        """Assert that this is an error of Odoo which prints none of ``values``."""
        self.assertIn("error", response.json(), response.text)
        for value in values:
            self.assertTrue(value)
            self.assertNotIn(value, response.text)

    def add_check(self, table, condition):
        self.env.flush_all()
        self.env.cr.execute(f"ALTER TABLE {table} ADD CHECK ({condition})")


@tagged("post_install", "-at_install")
class TestStoredSecrets(CallKwCase):
    def setUp(self):
        super().setUp()
        self.client, _first = self.create_client()
        self.client.generate_secret(overlap=timedelta(days=1))
        self.other, _secret = self.create_client()
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT digest, previous_digest FROM oauth_provider_secret"
            " WHERE client_id = %s",
            (self.client.id,),
        )
        self.values = self.env.cr.fetchone()
        self.authenticate(self.manager.login, "oauth_user_password")

    def test_an_error_about_a_client_prints_no_digest(self):
        model, ids = "oauth.provider.client", self.client.ids
        self.add_check("oauth_provider_client", "name <> 'forbidden'")
        self.add_check("oauth_provider_client", "client_uri <> 'https://x.example.com'")
        for values in (
            {"name": False},
            {"application_type": False},
            {"token_type": False},
            {"refresh_token_policy": False},
            {"identifier": self.other.identifier},
            {"access_token_lifetime": 0},
            {"authorization_code_lifetime": 601},
            {"refresh_token_grace": -1},
            {"name": "forbidden"},
            {"client_uri": "https://x.example.com"},
            {"access_token_lifetime": 2**40},
        ):
            for method in ("write", "web_save"):
                arguments = {"specification": {}} if method == "web_save" else {}
                with self.subTest(method=method, **values):
                    self.assert_error_without(
                        self.call_kw(model, method, ids, values, **arguments),
                        self.values,
                    )
        with self.subTest("a value of a secret as well"):
            self.assert_error_without(
                self.call_kw(model, "write", ids, {"secret": "s" * 40, "name": False}),
                (*self.values, secrets.digest("s" * 40)),
            )
        with self.subTest("copy"):
            taken = {"identifier": self.other.identifier}
            self.assert_error_without(
                self.call_kw(model, "copy", ids, taken), self.values
            )
        with self.subTest("create"):
            values = {"name": "x", "secret": "s" * 40, "access_token_lifetime": 0}
            self.assert_error_without(
                self.call_kw(model, "create", [values]), (secrets.digest("s" * 40),)
            )
        with self.subTest("import"):
            answer = self.call_kw(
                model,
                "load",
                [".id", "access_token_lifetime"],
                [[str(self.client.id), "0"]],
            )
            self.assertFalse(answer.json()["result"]["ids"])
            for value in self.values:
                self.assertNotIn(value, answer.text)

    def test_an_error_about_a_user_prints_no_identifier(self):
        user = self.user
        values = (user.sudo().oauth_identifier,)
        self.add_check("res_users", "active OR id < 5")
        self.add_check("res_users", "login <> 'forbidden'")
        for change in (
            {"login": False},
            {"company_id": False},
            {"partner_id": False},
            {"login": self.manager.login},
            {"login": "forbidden"},
            {"active": False},
        ):
            with self.subTest(**change):
                answer = self.call_kw("res.users", "write", user.ids, change)
                self.assert_error_without(answer, values)
        with self.subTest("copy"):
            answer = self.call_kw(
                "res.users", "copy", user.ids, {"login": self.manager.login}
            )
            self.assert_error_without(answer, values)

    def test_no_table_that_somebody_may_write_has_a_value_for_nobody(self):
        access = self.env["ir.model.access"].sudo()
        found = []
        for name, model in self.env.items():
            if model._abstract or not model._auto or not isinstance(model, Model):
                continue
            columns = [
                field.name
                for field in model._fields.values()
                if field._module == "oauth_provider"
                and field.groups == NO_ACCESS
                and field.store
                and field.column_type
            ]
            rights = access.search([("model_id.model", "=", name)])
            is_writable = any(right.perm_write or right.perm_create for right in rights)
            if columns and is_writable:
                found.append((name, columns))
        self.assertEqual(found, [])

    def test_nobody_reaches_the_tables(self):
        for user in (self.manager, self.env.ref("base.user_admin"), self.user):
            for model in ("oauth.provider.secret", "oauth.provider.subject"):
                records = self.env[model].with_user(user)
                for operation in ("read", "write", "create", "unlink"):
                    self.assertFalse(records.has_access(operation), (model, operation))
        for model, method in (
            ("oauth.provider.secret", "get_secrets"),
            ("oauth.provider.secret", "set_secret"),
            ("oauth.provider.secret", "drop_previous"),
            ("oauth.provider.subject", "get_identifiers"),
            ("oauth.provider.subject", "set_identifier"),
            ("oauth.provider.subject", "ensure"),
        ):
            answer = self.call_kw(model, method, self.client.id, "x")
            self.assertIn("error", answer.json(), (model, method))
        for domain in (
            [("oauth_identifier", "!=", False)],
            [("oauth_identifier", "=", self.user.sudo().oauth_identifier)],
            ["!", ("oauth_identifier", "=", "x")],
            [("partner_id.user_ids.oauth_identifier", "!=", False)],
            [("create_uid.oauth_identifier", "=like", "a%")],
            ["|", ("id", "=", 1), ("oauth_identifier", "in", ["x"])],
        ):
            answer = self.call_kw("res.users", "search", domain)
            self.assertIn("error", answer.json(), domain)
        for model, domain in (
            ("res.partner", [("user_ids.oauth_identifier", "!=", False)]),
            ("res.partner", [("create_uid.oauth_identifier", "!=", False)]),
            ("oauth.provider.client", [("user_id.oauth_identifier", "=", "x")]),
            ("oauth.provider.event", [("author_id.oauth_identifier", "=", "x")]),
        ):
            answer = self.call_kw(model, "search", domain)
            self.assertIn("error", answer.json(), domain)
        for method, arguments in (
            ("read", [self.user.ids, ["oauth_identifier"]]),
            ("search_read", [[], ["oauth_identifier"]]),
            ("export_data", [self.user.ids, ["oauth_identifier"]]),
            ("search", [[], 0, None, "oauth_identifier"]),
            ("formatted_read_group", [[], ["oauth_identifier"]]),
            ("mapped", [self.user.ids, "oauth_identifier"]),
            ("filtered_domain", [self.user.ids, [("oauth_identifier", "!=", "x")]]),
            ("web_read", [self.user.ids, {"oauth_identifier": {}}]),
        ):
            answer = self.call_kw("res.users", method, *arguments)
            self.assertIn("error", answer.json(), (method, answer.text))
        answer = self.call_kw(
            "res.users", "write", self.user.ids, {"oauth_identifier": "x" * 64}
        )
        self.assertIn("error", answer.json())

    def test_a_copy_has_no_secret_and_a_deleted_client_leaves_none(self):
        copy = self.client.copy()
        self.assertFalse(copy.has_secret)
        self.assertTrue(self.client.has_secret)
        stored = self.env["oauth.provider.secret"]
        self.assertFalse(stored.search([("client_id", "=", copy.id)]))
        id_ = self.client.id
        self.client.unlink()
        self.assertFalse(stored.search([("client_id", "=", id_)]))
        self.assertEqual(
            stored.filter_with_secret([id_, self.other.id]), {self.other.id}
        )

    def test_every_new_user_has_an_identifier_and_a_deleted_one_leaves_none(self):
        users = self.env["res.users"].create(
            [{"name": login, "login": login} for login in ("new1", "new2")]
        )
        users |= users[0].copy() | new_test_user(self.env, "new3")
        identifiers = users.sudo().mapped("oauth_identifier")
        self.assertEqual(len(set(identifiers)), 4)
        self.assertTrue(all(len(identifier) == 64 for identifier in identifiers))
        stored = self.env["oauth.provider.subject"]
        self.assertEqual(stored.search_count([("user_id", "in", users.ids)]), 4)
        ids = users.ids
        users.unlink()
        self.assertFalse(stored.search_count([("user_id", "in", ids)]))

    def test_code_reads_writes_and_searches_the_identifier_as_before(self):
        users = self.env["res.users"].sudo()
        value = "0f6bcd62-1111-4222-8333-944455566677"
        subject = self.client.generate_user_id(self.user)
        self.user.oauth_identifier = value
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.user.sudo().oauth_identifier, value)
        self.assertEqual(users.search([("oauth_identifier", "=", value)]), self.user)
        self.assertIn(self.user, users.search([("oauth_identifier", "in", [value])]))
        self.assertNotEqual(self.client.generate_user_id(self.user), subject)
        created = users.create(
            {"name": "x", "login": "x", "oauth_identifier": value[::-1]}
        )
        self.assertEqual(created.oauth_identifier, value[::-1])
        self.assertEqual(
            users.browse((self.user | created).ids).mapped("oauth_identifier"),
            [value, value[::-1]],
        )
        with self.assertRaises(Exception) as caught:
            self.user.oauth_identifier = False
        self.assertIn("cannot be empty", str(caught.exception))

    def test_what_is_cached_follows_a_change_and_a_rollback(self):
        secret = self.client.generate_secret()
        self.assertTrue(self.client.check_generated_secret(secret))
        with self.assertRaises(psycopg2.Error), mute_logger("odoo.sql_db"):
            with self.env.cr.savepoint():
                self.client.secret = "t" * 40
                self.assertTrue(self.client.check_secret("t" * 40))
                self.env.cr.execute("SELECT 1 / 0")
        self.env.invalidate_all()
        self.assertTrue(self.client.check_generated_secret(secret))
        self.assertFalse(self.client.check_secret("t" * 40))
        self.client.action_withdraw_secret()
        self.assertFalse(self.client.check_secret(secret))
        self.assertFalse(self.client.has_secret)

    def test_a_manager_who_may_not_read_the_table_works_with_secrets(self):
        client = self.client.with_user(self.manager)
        value = client.generate_secret(overlap=timedelta(days=1))
        self.assertTrue(client.has_secret)
        self.assertTrue(self.client.check_secret(value))
        client.write({"secret": "u" * 40})
        self.assertTrue(self.client.check_secret("u" * 40))
        client.action_end_previous_secret()
        client.action_withdraw_secret()
        self.assertFalse(client.has_secret)
        made = client.create(
            {
                "name": "Made",
                "secret": "v" * 40,
                "redirect_uri_ids": [Command.create({"name": "https://v.example.com"})],
            }
        )
        self.assertTrue(made.has_secret)
