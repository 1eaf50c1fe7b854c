# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Connected applications in My Preferences and in the portal."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import new_test_user, tagged

from .common import OAuthCase

FIELDS = ["name", "scopes", "since", "last_used", "last_address", "expires_at"]


@tagged("post_install", "-at_install")
class TestApplication(OAuthCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def connect(self, name, **values):
        client, secret = self.create_client(name=name, **values)
        tokens = self.redeem(self.get_code(client), client, secret).json()
        return client, tokens["access_token"]

    def call(self, model, method, ids=(), **kwargs):
        """Call a method over RPC as the web client does; return its result."""
        params = {"model": model, "method": method, "args": [ids], "kwargs": kwargs}
        response = self.url_open(
            f"/web/dataset/call_button/{model}/{method}",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        )
        return response.json()

    def test_a_person_reads_their_own_and_nobody_elses(self):
        self.connect("Wiki <b>", max_duration=7)
        other = new_test_user(self.env, "oauth_other", "base.group_user")
        own = self.user.with_user(self.user)
        [values] = own.oauth_application_ids.read(FIELDS)
        self.assertEqual(values["name"], "Wiki <b>")
        self.assertIn("See your e-mail address", values["scopes"])
        self.assertTrue(values["since"])
        self.assertTrue(values["expires_at"])
        models = self.env["oauth.provider.application"]
        self.assertFalse(models.with_user(other).search([]))
        with self.assertRaises(AccessError):
            own.oauth_application_ids.with_user(other).read(FIELDS)
        with self.assertRaises(AccessError):
            own.oauth_application_ids.write({"name": "x"})
        grants = self.env["oauth.provider.grant"].with_user(self.user)
        with self.assertRaises(AccessError):
            grants.search([])

    def test_the_permissions_of_all_are_read_at_once(self):
        grants = self.env["oauth.provider.grant"]

        def count():
            # What is kept between calls is there the second time
            for _time in range(2):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.env.cr.sql_log_count
                applications = self.user.with_user(self.user).oauth_application_ids
                told = applications.mapped("scopes")
            self.assertTrue(all(told))
            return len(told), self.env.cr.sql_log_count - before

        for number in range(20):
            client, _secret = self.create_client(name=f"Wiki {number}")
            grant = grants.ensure(client, self.user)
            grant.consent(client.scope_ids, client.scope_ids)
            if not number:
                _number, single = count()
        self.assertEqual(count(), (20, single))

    def test_nobody_searches_for_who_has_connected_any(self):
        self.connect("Wiki")
        other = new_test_user(self.env, "oauth_other", "base.group_user")
        users = self.env["res.users"].with_user(other)
        with self.assertRaises(ValueError):
            users.search([("oauth_application_ids", "!=", False)])
        with self.assertRaises(ValueError):
            users.search([("oauth_application_ids.name", "=", "Wiki")])

    def test_where_it_was_used_from_is_told(self):
        client, _token = self.connect("Wiki")
        hooks = self.env.cr.postcommit
        hooks.clear()
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        grant.record_use("198.51.100.7")
        hooks.run()
        self.env.invalidate_all()
        [application] = self.user.oauth_application_ids
        self.assertTrue(application.last_used)
        self.assertEqual(application.last_address, "198.51.100.7")
        self.assertIn("198.51.100.7", self.url_open("/my/applications").text)
        # What does not know where it comes from leaves it as it is
        grant.last_used = False
        self.env.flush_all()
        grant.record_use()
        hooks.run()
        self.env.invalidate_all()
        self.assertEqual(grant.last_address, "198.51.100.7")

    def test_a_use_is_recorded_as_soon_as_it_is_due(self):
        client, _token = self.connect("Wiki")
        hooks = self.env.cr.postcommit
        hooks.clear()
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        last = fields.Datetime.now()
        for seconds, is_recorded in ((59, False), (60, True), (61, True)):
            grant.last_used = last
            self.env.flush_all()
            now = last + timedelta(seconds=seconds)
            with patch.object(
                fields.Datetime, "now", staticmethod(lambda now=now: now)
            ):
                self.assertEqual(grant.is_use_due(grant.last_used), is_recorded)
                grant.record_use()
                hooks.run()
            self.env.invalidate_all()
            with self.subTest(seconds=seconds):
                self.assertEqual(grant.last_used, now if is_recorded else last)

    def test_what_ended_is_not_listed(self):
        client, _token = self.connect("Wiki", max_duration=1)
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertTrue(self.user.oauth_application_ids)
        grant.expires_at = "2020-01-01"
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.user.oauth_application_ids)
        self.assertNotIn("Wiki", self.url_open("/my/applications").text)

    def test_a_neutralized_copy_shows_nothing_as_connected(self):
        self.connect("Wiki", max_duration=1)
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.issuer", "https://odoo.example.com")
        self.env.flush_all()
        for query in get_neutralization_queries(["oauth_provider"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertFalse(self.user.oauth_application_ids)
        self.assertNotIn("Wiki", self.url_open("/my/applications").text)
        grants = self.env["oauth.provider.grant"].search([])
        self.assertEqual(set(grants.mapped("state")), {"withdrawn"})
        # Nothing of the original's name is left
        issuers = ["oauth_provider.issuer", "oauth_provider.former_issuers"]
        self.assertFalse(parameters.search([("key", "in", issuers)]))

    def test_withdrawing_takes_a_proof_of_identity(self):
        _client, token = self.connect("Wiki")
        application = self.user.oauth_application_ids
        model = "oauth.provider.application"
        asked = self.call(model, "action_withdraw", application.ids)
        self.assertEqual(asked["result"]["res_model"], "res.users.identitycheck")
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        asked = self.call("res.users", "action_withdraw_oauth_applications", [2])
        self.assertEqual(asked["result"]["res_model"], "res.users.identitycheck")
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_nobody_withdraws_for_somebody_else(self):
        _client, token = self.connect("Wiki")
        application = self.user.oauth_application_ids
        other = new_test_user(
            self.env, "oauth_other", "base.group_user", password="oauth_user_password"
        )
        self.authenticate(
            other.login,
            "oauth_user_password",
            session_extra={"identity-check-last": 2**33},
        )
        answer = self.call(
            "oauth.provider.application", "action_withdraw", application.ids
        )
        self.assertIn("AccessError", answer["error"]["data"]["name"])
        self.call("res.users", "action_withdraw_oauth_applications", self.user.ids)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_the_portal_has_a_card_and_a_page(self):
        if "portal" not in self.env.registry._init_modules:
            self.skipTest("The portal is not installed")
        self.connect("Wiki <b>")
        home = self.url_open("/my")
        self.assertEqual(home.status_code, 200)
        self.assertIn('href="/my/applications"', home.text)
        page = self.url_open("/my/applications")
        self.assertIn("Wiki &lt;b&gt;", page.text)
        self.assertIn("breadcrumb-item active", page.text)
        self.assertEqual(page.headers["X-Frame-Options"], "DENY")

    def test_joining_the_portal_again_changes_nothing(self):
        if "portal" not in self.env.registry._init_modules:
            self.skipTest("The portal is not installed")
        views = self.env["ir.ui.view"].search_count([])
        self.env["ir.module.module"]._oauth_join_portal()
        self.assertEqual(self.env["ir.ui.view"].search_count([]), views)
