# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from datetime import timedelta

import psycopg2.errors

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..hooks import post_init_hook, uninstall_hook
from .common import new_manager


@tagged("post_install", "-at_install")
class TestModels(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Client = cls.env["oauth.provider.client"]
        cls.Token = cls.env["oauth.provider.token"]
        cls.user = new_test_user(cls.env, "oauth_model_user")
        cls.client = cls.Client.create({"name": "Web"})

    def scopes(self, *codes):
        return self.env["oauth.provider.scope"].search([("code", "in", codes)])

    def issue(self, client=None, user=None, **values):
        values.setdefault("lifetime", 3600)
        return self.Token.issue(
            client=client or self.client,
            user=user or self.user,
            scopes=self.client.scope_ids,
            **values,
        )[0]

    def test_a_new_client_starts_with_what_auth_oauth_asks_for(self):
        self.assertEqual(
            self.client.scope_ids.mapped("code"), ["openid", "profile", "email"]
        )
        self.assertTrue(self.client.pkce_required)
        self.assertEqual(self.client.client_type, "confidential")

    def test_each_application_type_has_its_grant(self):
        for application_type, (grant, response) in {
            "web application": ("authorization_code", "code"),
            "mobile application": ("implicit", "token"),
            "legacy application": ("password", "none"),
            "backend application": ("client_credentials", "none"),
        }.items():
            self.client.write(
                {
                    "application_type": application_type,
                    "user_id": self.user.id if "backend" in application_type else False,
                }
            )
            self.assertEqual(self.client.grant_type, grant)
            self.assertEqual(self.client.response_type, response)

    def test_the_user_of_a_backend_application_does_not_survive_another_type(self):
        client = self.Client.create(
            {
                "name": "Backend",
                "application_type": "backend application",
                "user_id": self.user.id,
            }
        )
        client.application_type = "web application"
        self.assertFalse(client.user_id)
        with self.assertRaises(ValidationError):
            client.user_id = self.user

    def test_a_backend_application_needs_a_user(self):
        with self.assertRaises(ValidationError):
            self.Client.create(
                {"name": "Backend", "application_type": "backend application"}
            )

    def test_a_public_client_has_pkce_and_no_secret(self):
        self.client.client_type = "public"
        with self.assertRaises(ValidationError):
            self.client.pkce_required = False
        with self.assertRaises(UserError):
            self.client.generate_secret()

    def test_a_mobile_application_is_public_and_a_backend_one_is_not(self):
        with self.assertRaises(ValidationError):
            self.Client.create(
                {
                    "name": "Mobile",
                    "application_type": "mobile application",
                    "client_type": "confidential",
                }
            )

    def test_a_secret_is_written_and_never_read(self):
        self.client.secret = "s" * 32
        self.client.invalidate_recordset()
        self.assertFalse(self.client.secret)
        self.assertTrue(self.client.has_secret)
        self.assertTrue(self.client.check_secret("s" * 32))
        self.assertFalse(self.client.check_secret(""))
        self.assertFalse(self.client.copy().has_secret)
        with self.assertRaises(ValidationError):
            self.client.secret = "short"

    def test_a_redirect_uri_that_is_unsafe_is_refused_in_words(self):
        for uri in (
            "/callback",
            "https:///callback",
            "https://client.example.com/#fragment",
            "https://user@client.example.com/",
            "javascript:alert(1)",
            "data:text/html,x",
            "myapp:/callback",
            "https://client.example.com/ x",
            "https://client.example.com:port/",
            "https://client.example.com\\@evil.example.com/",
        ):
            with self.subTest(uri=uri), self.assertRaises(ValidationError):
                self.client.redirect_uri_ids = [Command.create({"name": uri})]

    def test_a_redirect_uri_may_be_http_loopback_or_private(self):
        for uri in (
            "http://localhost:8070/auth_oauth/signin",
            "http://[::1]:5000/callback",
            "com.example.app:/callback",
            "https://client.example.com/callback?tenant=1",
        ):
            self.client.redirect_uri_ids = [Command.create({"name": uri})]
            self.assertTrue(self.client.match_redirect_uri(uri))
        self.assertFalse(self.client.match_redirect_uri("http://localhost:8070/"))

    def test_a_loopback_redirect_uri_may_have_any_port_and_no_other_may(self):
        names = (
            "http://127.0.0.1/callback",
            "http://[::1]/callback",
            "http://localhost/callback",
            "https://client.example.com/callback",
        )
        self.client.redirect_uri_ids = [
            Command.create({"name": name}) for name in names
        ]
        for uri, expected in (
            ("http://127.0.0.1:49152/callback", True),
            ("http://[::1]:49152/callback", True),
            ("http://127.0.0.1:49152/other", False),
            ("http://127.0.0.1:49152/callback?x=1", False),
            ("http://127.0.0.2:49152/callback", False),
            ("https://127.0.0.1:49152/callback", False),
            ("http://127.0.0.1:x/callback", False),
            ("http://[::1", False),
            ("http://[zz]/callback", False),
            ("http://127.0.0.1:1@evil.example.com/callback", False),
            ("http://evil@127.0.0.1:1/callback", False),
            ("http://localhost:49152/callback", False),
            ("https://client.example.com:8443/callback", False),
        ):
            with self.subTest(uri=uri):
                self.assertEqual(self.client.match_redirect_uri(uri), expected)
        self.client.any_localhost_port = True
        self.assertTrue(self.client.match_redirect_uri("http://localhost:1/callback"))

    def test_a_missing_name_is_refused_by_the_database(self):
        scope = self.env["oauth.provider.scope"].create({"name": "S", "code": "s"})
        for record, name in ((self.client, "identifier"), (scope, "code")):
            with (
                self.subTest(name=name),
                self.assertRaises(psycopg2.errors.NotNullViolation),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                record.write({name: False})

    def test_a_scope_code_is_a_scope_token(self):
        for code in ("two words", 'quo"te', "back\\slash", "ünïcode", ""):
            with self.subTest(code=code), self.assertRaises(ValidationError):
                self.env["oauth.provider.scope"].create({"name": "X", "code": code})

    def test_without_its_user_a_backend_application_stops(self):
        user = new_test_user(self.env, "oauth_robot")
        client = self.Client.create(
            {
                "name": "Backend",
                "application_type": "backend application",
                "user_id": user.id,
            }
        )
        user.unlink()
        self.assertTrue(client.exists())
        self.assertFalse(client.user_id)

    def test_a_scope_and_a_client_can_be_copied(self):
        scope = self.scopes("email")
        self.assertEqual(scope.copy().code, "email.copy")
        self.assertEqual(scope.copy().code, "email.copy1")
        copy = self.client.copy()
        self.assertNotEqual(copy.identifier, self.client.identifier)
        self.assertEqual(copy.name, f"{self.client.name} (copy)")

    def test_a_shipped_scope_cannot_be_deleted(self):
        scope = self.scopes("email")
        with self.assertRaises(UserError):
            scope.unlink()
        scope.copy().unlink()

    def test_a_client_that_becomes_public_has_no_secret(self):
        self.client.generate_secret()
        self.client.client_type = "public"
        self.assertFalse(self.client.has_secret)
        with self.assertRaises(ValidationError):
            self.client.secret = "s" * 40
        self.client.client_type = "confidential"
        self.assertFalse(self.client.has_secret)

    def test_clients_can_be_imported(self):
        result = self.Client.load(
            ["name", "application_type", "secret", "redirect_uri_ids/name"],
            [
                ["One", "web application", "s" * 40, "https://one.example.com/"],
                ["Two", "mobile application", "", "com.example.two:/"],
            ],
        )
        self.assertFalse(result["messages"])
        one, two = self.Client.browse(result["ids"])
        self.assertTrue(one.check_secret("s" * 40))
        self.assertEqual(two.client_type, "public")
        self.assertTrue(two.pkce_required)

    def test_a_token_of_a_user_who_left_the_groups_is_suspended(self):
        token = self.issue()
        self.assertEqual(token.state, "live")
        self.client.group_ids = self.env["res.groups"].create({"name": "Others"})
        token.invalidate_recordset(["state"])
        self.assertEqual(token.state, "suspended")
        self.client.group_ids = False
        token.invalidate_recordset(["state"])
        self.assertEqual(token.state, "live")

    def test_a_token_of_an_archived_user_is_revoked(self):
        token = self.issue()
        self.user.active = False
        self.assertEqual(token.state, "revoked")
        live = [("id", "=", token.id), ("user_id.active", "=", True)]
        self.assertFalse(self.env["oauth.provider.token"].search(live))

    def test_the_revoke_button_takes_the_refresh_token_along(self):
        token = self.issue()
        refresh = self.env["oauth.provider.refresh.token"]
        refresh.issue(
            client=self.client,
            user=self.user,
            scopes=self.client.scope_ids,
            lifetime=60,
            family=token.family,
        )
        token.action_revoke()
        self.assertEqual(token.state, "revoked")
        live = refresh.search(
            [("family", "=", token.family), ("revoked_at", "=", False)]
        )
        self.assertFalse(live)

    def test_a_manager_who_is_no_administrator_sees_the_menus(self):
        manager = new_manager(self.env)
        menus = self.env["ir.ui.menu"].with_user(manager).load_menus(False)
        shown = {menu.get("xmlid") for menu in menus.values()}
        self.assertIn("base.menu_administration", shown)
        self.assertIn("oauth_provider.oauth_provider_client_menu", shown)
        self.assertNotIn("base.menu_ir_property", shown)

    def test_a_second_installation_fixes_its_own_issuer(self):
        parameters = self.env["ir.config_parameter"]
        uninstall_hook(self.env)
        parameters.set_param("web.base.url", "https://second.example.com")
        post_init_hook(self.env)
        self.assertEqual(
            self.env["oauth.provider"].get_issuer(), "https://second.example.com"
        )

    def test_every_user_has_an_identifier_of_its_own(self):
        users = self.env["res.users"].with_context(active_test=False).search([])
        identifiers = users.sudo().mapped("oauth_identifier")
        self.assertEqual(len(set(identifiers)), len(users))
        self.assertTrue(all(len(identifier) == 64 for identifier in identifiers))

    def test_subjects_are_stable_and_cannot_be_compared_between_clients(self):
        other = self.Client.create({"name": "Other"})
        subject = self.client.generate_user_id(self.user)
        self.assertEqual(self.client.generate_user_id(self.user), subject)
        self.assertNotEqual(other.generate_user_id(self.user), subject)

    def test_a_user_from_9_0_keeps_the_subject(self):
        self.user.sudo().oauth_identifier = "0f6bcd62-1111-4222-8333-944455566677"
        text = self.client.identifier + self.user.sudo().oauth_identifier
        self.assertEqual(
            self.client.generate_user_id(self.user),
            hashlib.sha256(text.encode()).hexdigest(),
        )

    def test_what_remains_counts_days_until_nothing_remains(self):
        token, value = self.Token.issue(
            client=self.client,
            user=self.user,
            scopes=self.client.scope_ids,
            lifetime=3 * 86400,
        )
        self.assertGreater(self.Token.read_open(value).expires_in(), 2 * 86400)
        token.expires_at = fields.Datetime.now() - timedelta(seconds=5)
        self.assertFalse(self.Token.read_open(value))
        self.assertEqual(token.state, "expired")

    def test_a_token_is_named_by_its_client_and_user(self):
        token = self.issue()
        self.assertIn("Web", token.display_name)
        self.assertNotIn(token.sudo().digest, token.display_name)

    def test_consent_is_remembered_for_what_was_allowed(self):
        openid, email, phone = map(self.scopes, ("openid", "email", "phone"))
        grants = self.env["oauth.provider.grant"]
        grant = grants.ensure(self.client, self.user)
        self.assertFalse(grant.covers(openid))
        grant.consent(openid | email, openid)
        self.assertEqual(grants.ensure(self.client, self.user), grant)
        self.assertTrue(grant.covers(openid | email))
        self.assertFalse(grant.covers(openid | phone))
        grant.consent(email | phone, email)
        self.assertEqual(grant.scope_ids, openid | email)
        self.assertEqual(grant.declined_scope_ids, phone)
        grant.withdraw()
        self.assertFalse(grants.find_live(self.client, self.user))
        self.assertNotEqual(grants.ensure(self.client, self.user), grant)

    def test_the_form_shows_what_the_type_needs(self):
        form = Form(self.Client)
        form.name = "Backend"
        form.application_type = "backend application"
        with self.assertRaises(AssertionError):
            form.save()
        form.user_id = self.user
        self.assertEqual(form.save().grant_type, "client_credentials")

    def test_the_issuer_is_fixed_at_installation(self):
        issuer = self.env["oauth.provider"].get_issuer()
        self.assertTrue(issuer)
        self.env["ir.config_parameter"].set_param("web.base.url", "https://other")
        self.assertEqual(self.env["oauth.provider"].get_issuer(), issuer)
