# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What changes while somebody reads the consent page is not allowed by it."""

import base64

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .common import OAuthCase

NOTICE = "has changed since you opened it"
LOGO = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"></svg>'
)


@tagged("post_install", "-at_install")
class TestConsentChange(OAuthCase):
    def setUp(self):
        super().setUp()
        self.filter = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "domain": "[('id', '<', 9)]"}
        )
        self.scope = self.create_scope(
            "s",
            model_id=self.env["ir.model"]._get_id("res.partner"),
            filter_id=self.filter.id,
            field_ids=[Command.set(self.field("name").ids)],
            api_read=True,
        )
        self.bare = self.create_scope("bare")
        self.client, self.secret = self.create_client(
            scope_ids=[Command.set((self.scope | self.bare).ids)]
        )
        self.sign_in()

    def create_scope(self, code, **values):
        return self.env["oauth.provider.scope"].create(
            {"name": code, "code": code, **values}
        )

    def field(self, name):
        return self.env["ir.model.fields"]._get("res.partner", name)

    def open_page(self, **parameters):
        url = self.authorize_url(self.client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def find_grant(self):
        self.env.invalidate_all()
        grants = self.env["oauth.provider.grant"]
        return grants.find_live(self.client, self.user)

    def assert_shown_anew(self, response):
        self.assertEqual(response.status_code, 200)
        self.assertIn(NOTICE, response.text)
        self.assertFalse(self.find_grant())

    def test_what_was_not_on_the_page_is_not_allowed(self):
        users = self.env["ir.model"]._get_id("res.users")
        scope, bare, client = self.scope, self.bare, self.client
        for record, name, value in (
            (scope, "name", "Other"),
            (scope, "description", "Other"),
            (scope, "field_ids", [Command.link(self.field("email").id)]),
            (self.filter, "domain", "[('id', '>', 0)]"),
            (scope, "filter_id", False),
            (scope, "api_write", True),
            (scope, "api_methods", "action_confirm"),
            (bare, "full_access", True),
            (bare, "full_access", False),
            (bare, "model_id", users),
            (bare, "own_user_only", False),
            (client, "name", "Other"),
            (client, "logo", LOGO),
            (client, "client_uri", "https://other.example.com"),
            (client, "policy_uri", "https://other.example.com/policy"),
            (client, "max_duration", 7),
        ):
            with self.subTest(record=record, field=name):
                page = self.open_page()
                self.assertNotIn(NOTICE, page.text)
                record[name] = value
                self.assert_shown_anew(self.decide(page, tick=["oauth_scope.bare"]))
        # What the page shows now is allowed
        page = self.decide(page)
        code = self.answer(self.decide(page))[1]["code"]
        self.assertEqual(self.redeem(code, client, self.secret).status_code, 200)
        self.assertTrue(self.find_grant())

    def test_what_another_process_has_changed_counts(self):
        """This one keeps what it knows of a record until it is told that it changed."""
        for record, change in (
            (self.scope, SQL("api_write = true")),
            (self.client, SQL("client_uri = 'https://other.example.com'")),
        ):
            with self.subTest(record=record):
                self.env.registry.clear_cache()
                page = self.open_page()
                table = SQL.identifier(record._table)
                self.env.cr.execute(
                    SQL("UPDATE %s SET %s WHERE id = %s", table, change, record.id)
                )
                self.assert_shown_anew(self.decide(page))

    def test_a_token_that_was_on_its_way_opens_what_its_grant_does(self):
        """It was begun before its scope came to open more, and stored after."""
        page = self.open_page()
        code = self.answer(self.decide(page))[1]["code"]
        tokens = self.redeem(code, self.client, self.secret).json()
        self.assertIn("s", tokens["scope"].split())
        self.find_grant().scope_ids -= self.scope
        told = self.bearer("tokeninfo", tokens["access_token"]).json()
        self.assertEqual(told["scopes"].split(), ["bare"])
        data = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
        }
        renewed = self.post("token", data, self.client, self.secret).json()
        self.assertEqual(renewed["scope"].split(), ["bare"])

    def test_a_line_break_comes_back_as_browsers_send_it(self):
        for end in ("\n", "\r", "\r\n"):
            with self.subTest(end=end):
                page = self.open_page(claims=f'{{"userinfo":{end}{{}}}}')
                answer = self.decide(page, claims='{"userinfo":\r\n{}}')
                self.answer(answer)
                grant = self.find_grant()
                self.assertTrue(grant)
                grant.withdraw()

    def test_a_scope_that_the_client_gets_meanwhile_is_not_allowed(self):
        page = self.open_page()
        self.client.scope_ids |= self.create_scope("late")
        self.assert_shown_anew(self.decide(page, tick=["oauth_scope.late"]))

    def test_another_address_by_default_is_shown_first(self):
        page = self.open_page(redirect_uri=None)
        self.client.redirect_uri_ids.name = "https://other.example.com/callback"
        answer = self.decide(page)
        self.assert_shown_anew(answer)
        self.assertIn("other.example.com", answer.text)

    def test_who_was_shown_nothing_allows_nothing(self):
        page = self.open_page()
        self.assert_shown_anew(self.decide(page, untick=["oauth_shown"]))
        other, _secret = self.create_client(name="Other")
        foreign = self.url_open(self.authorize_url(other))
        [shown] = html.fromstring(foreign.content).xpath(
            "//input[@name='oauth_shown']/@value"
        )
        for value in ("", "x", "0" * 64, "ü", shown):
            with self.subTest(value=value):
                self.assert_shown_anew(self.decide(page, oauth_shown=value))

    def test_what_the_page_does_not_tell_of_changes_nothing(self):
        page = self.open_page()
        self.client.access_token_lifetime = 60
        self.scope.sequence = 7
        self.answer(self.decide(page))
        self.assertTrue(self.find_grant())

    def test_saying_no_needs_no_second_look(self):
        page = self.open_page()
        self.scope.name = "Other"
        answer = self.answer(self.decide(page, decision="deny"))[1]
        self.assertEqual(answer["error"], "access_denied")

    def test_the_language_of_the_page_is_the_one_that_is_compared(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.scope.with_context(lang="fr_FR")
        french.name = "Lire"
        page = self.open_page(ui_locales="fr")
        self.assertIn("Lire", page.text)
        french.name = "Lire tout"
        answer = self.decide(page)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("Lire tout", answer.text)
        self.answer(self.decide(answer))
