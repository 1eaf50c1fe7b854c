# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may sign in to a client, and what becomes of a copy of the database."""

from datetime import timedelta

from lxml import html
from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestPolicy(OAuthCase):
    def authorize(self, client, **parameters):
        url = self.authorize_url(client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def test_only_users_of_the_groups_get_in_and_stay_in(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        client, secret = self.create_client(group_ids=[Command.set(group.ids)])
        self.sign_in()
        answer = self.answer(self.authorize(client, prompt="none"))[1]
        self.assertEqual(answer["error"], "access_denied")
        for parameters in ({}, {"prompt": "login"}):
            page = self.authorize(client, **parameters)
            self.assertEqual(page.status_code, 403)
            self.assertIn("ask the Odoo administrator", page.text)
            [event] = self.get_refusals()
            self.assertEqual((event.cause, event.user_id), ("user", self.user))
            answer = self.answer(self.decide(page, "back"))[1]
            self.assertEqual(answer["error"], "access_denied")
            # The page counted
            self.assertFalse(self.get_refusals())
        self.user.group_ids |= group
        tokens = self.redeem(self.get_code(client), client, secret).json()
        token = tokens["access_token"]
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.user.group_ids -= group
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        answer = self.post("token", data, client, secret)
        self.assertEqual(answer.json()["error"], "invalid_grant")

    def test_who_leaves_the_group_while_the_page_is_open_allows_nothing(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        client, _secret = self.create_client(group_ids=[Command.set(group.ids)])
        self.user.group_ids |= group
        self.sign_in()
        page = self.authorize(client)
        self.user.group_ids -= group
        for decision in ("allow", "deny", "other"):
            with self.subTest(decision):
                response = self.decide(page, decision)
                self.assertEqual(response.status_code, 403)
                self.assertEqual(self.get_refusals().cause, "user")
        self.assertFalse(self.env["oauth.provider.grant"].find_live(client, self.user))

    def test_the_buttons_of_the_policy_page_are_those_of_its_person(self):
        client, _secret = self.create_client(second_factor_required=True)
        self.sign_in()
        back = self.authorize(client).headers["Location"]
        self.assertIn("/web/login", back)
        self.sign_in()
        page = self.authorize(client)
        self.assertEqual(page.status_code, 403)
        for decision in ("again", "back"):
            # Of another session: the page is shown once more, and nothing is done
            response = self.decide(page, decision, csrf_token="x\x00")
            self.assertEqual(response.status_code, 400)
            response = self.decide(page, decision, csrf_token="x")
            self.assertEqual(response.status_code, 303)
            self.assertIn("/oauth2/authorize?", response.headers["Location"])
        again = self.decide(page, "again")
        self.assertEqual(again.status_code, 303)
        self.assertIn("/web/login", again.headers["Location"])
        # Who is signed out has no policy to read
        self.assertIn("/web/login", self.authorize(client).headers["Location"])

    def test_the_groups_of_a_client_cannot_be_deleted(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        client, _secret = self.create_client(group_ids=[Command.set(group.ids)])
        for closed in (True, False):
            client.active = closed
            with (
                self.assertRaises(IntegrityError),
                mute_logger("odoo.sql_db"),
                self.env.cr.savepoint(),
            ):
                group.unlink()
        client.active = True
        self.assertEqual(client.group_ids, group)
        self.sign_in()
        self.assertEqual(self.authorize(client).status_code, 403)

    def test_a_password_is_no_way_around_it(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        for values, error in (
            ({"group_ids": [Command.set(group.ids)]}, "invalid_grant"),
            ({"second_factor_required": True}, "unauthorized_client"),
        ):
            client, secret = self.create_client("legacy application", **values)
            data = {
                "grant_type": "password",
                "username": self.user.login,
                "password": "oauth_user_password",
            }
            answer = self.post("token", data, client, secret)
            self.assertEqual(answer.json()["error"], error)

    def test_a_client_may_want_a_second_factor_and_a_fresh_sign_in(self):
        client, _secret = self.create_client(second_factor_required=True)
        self.sign_in()
        response = self.authorize(client)
        self.assertIn("/web/login?", response.headers["Location"])
        answer = self.answer(self.authorize(client, prompt="none"))[1]
        self.assertEqual(answer["error"], "login_required")
        client.write({"second_factor_required": False, "max_sign_in_age": 60})
        self.sign_in()
        self.assertEqual(self.authorize(client).status_code, 200)

    def test_the_filters_of_the_overview_find_something(self):
        client, secret = self.create_client("legacy application")
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
        }
        self.post("token", data, client, secret)
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        for model in ("oauth.provider.grant", "oauth.provider.token"):
            arch = self.env[model].get_view(view_type="search")["arch"]
            filters = html.fromstring(arch).xpath("//filter[@domain]")
            found = {
                element.get("name"): self.env[model].search(
                    safe_eval(element.get("domain"))
                )
                for element in filters
            }
            self.assertEqual(found["legacy"].client_id, client)
            self.assertIn(client, found["live"].client_id)
            for name in ("unused", "full_access", "expired", "revoked"):
                self.assertNotIn(client, found.get(name, grant.browse()).client_id)
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET create_date = now() - interval '91 days'"
        )
        self.env.invalidate_all()
        arch = self.env["oauth.provider.grant"].get_view(view_type="search")["arch"]
        [unused] = html.fromstring(arch).xpath("//filter[@name='unused']/@domain")
        self.assertIn(grant, grant.search(safe_eval(unused)))

    def test_what_expired_long_ago_is_removed(self):
        client, secret = self.create_client()
        self.sign_in()
        old = self.redeem(self.get_code(client), client, secret).json()
        young = self.redeem(self.get_code(client), client, secret).json()
        tokens = self.env["oauth.provider.token"]
        refresh = self.env["oauth.provider.refresh.token"]
        for record in (
            tokens.find(old["access_token"]),
            refresh.find(old["refresh_token"]),
            self.env["oauth.provider.authorization.code"].search([], limit=1),
        ):
            record.expires_at = fields.Datetime.now() - timedelta(days=31)
        self.env.flush_all()
        codes = self.env["oauth.provider.authorization.code"].search_count([])
        # Outside of a job each batch is committed, which a test must not do
        self.patch(self.env.cr, "commit", lambda: None)
        tokens._cron_clean()
        self.assertFalse(tokens.find(old["access_token"]))
        self.assertFalse(refresh.find(old["refresh_token"]))
        self.assertEqual(
            self.bearer("tokeninfo", young["access_token"]).status_code, 200
        )
        left = self.env["oauth.provider.authorization.code"].search_count([])
        self.assertEqual(left, codes - 1)
        grants = self.env["oauth.provider.grant"]
        self.assertTrue(grants.find_live(client, self.user))

    def test_a_new_secret_overlaps_with_the_one_before(self):
        client, first = self.create_client("backend application")
        second = client.action_generate_secret()["context"]["default_secret"]
        data = {"grant_type": "client_credentials"}

        def works(secret):
            return self.post("token", data, client, secret).status_code == 200

        self.assertTrue(works(first) and works(second))
        client.previous_secret_until -= timedelta(days=2)
        self.assertFalse(works(first))
        third = client.action_generate_secret()["context"]["default_secret"]
        self.assertTrue(works(second) and works(third))
        self.assertFalse(works(first))
        client.action_end_previous_secret()
        self.assertFalse(works(second))
        self.assertTrue(works(third))
        # By code it is as it was: the old one dies
        fourth = client.generate_secret()
        self.assertFalse(works(third))
        self.assertTrue(works(fourth))

    def test_the_consent_page_is_whole_whatever_a_client_is_called(self):
        scopes = self.env["oauth.provider.scope"].create(
            [
                {"name": f"Scope {n}", "code": f"many.{n}", "description": "d" * 10_000}
                for n in range(200)
            ]
        )
        hostile = "<script>alert(1)</script> \u202e\u05d0\u05d1 " + "N" * 500
        client, _secret = self.create_client(
            name=hostile,
            client_uri='https://e.example.com/"onclick="x',
            scope_ids=[Command.set(scopes.ids)],
        )
        self.user.email = False
        self.sign_in()
        page = self.authorize(client)
        self.assertEqual(page.status_code, 200)
        tree = html.fromstring(page.content)
        self.assertFalse(tree.xpath("//script[contains(text(), 'alert(1)')]"))
        self.assertFalse(tree.xpath("//*[@onclick]"))
        self.assertEqual(len(tree.xpath("//input[@type='checkbox']")), 200)
        self.assertEqual(len(tree.xpath("//button[@value='allow']")), 1)
        for link in ("javascript:alert(1)", "data:text/html,x"):
            with self.assertRaises(ValidationError):
                client.policy_uri = link

    def test_a_neutralized_copy_is_nobodys_provider(self):
        client, secret = self.create_client(
            token_type="jwt",
            jwt_algorithm="ES384",
            id_token_signed_response_alg="ES256",
            userinfo_signed_response_alg="EdDSA",
        )
        resource = self.create_resource("https://api.example.com", client)
        self.sign_in()
        token = self.redeem(self.get_code(client), client, secret).json()
        self.env.flush_all()
        for query in get_neutralization_queries(["oauth_provider"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(
            self.bearer("tokeninfo", token["access_token"]).status_code, 401
        )
        self.assertFalse(self.Client.search([]))
        self.assertFalse(resource.active)
        self.assertFalse(self.env["oauth.provider.key"].search([]))
        self.assertEqual(self.url_open("/oauth2/jwks").json(), {"keys": []})
        client.active = True
        grants = self.env["oauth.provider.grant"]
        self.assertFalse(grants.find_live(client, self.user))
        # What a tester then allows works, with a key of the copy's own
        for _number in range(2):
            token = self.redeem(self.get_code(client), client, secret).json()
            self.verify_token(token["id_token"], client.identifier, ["ES256"])
            access, issuer = token["access_token"], self.Provider.get_issuer()
            self.verify_token(access, issuer, ["ES384"])
            # Odoo warns of what needs the other cursor
            with self.assertNoLogs("odoo.sql_db", "ERROR"), mute_logger("odoo.http"):
                info = self.bearer("userinfo", access)
            self.assertEqual(info.status_code, 200)
            self.verify_token(info.text, client.identifier, ["EdDSA"])
            # Keys that are gone under an active client are made anew as well
            self.env["oauth.provider.key"].search([]).unlink()
            self.assertEqual(self.url_open("/oauth2/jwks").json(), {"keys": []})
            discovered = self.url_open("/.well-known/openid-configuration")
            self.assertEqual(discovered.status_code, 200)

    def test_people_read_the_pages_in_their_language(self):
        words = {
            "fr_FR": ("Autoriser", "Savoir qui vous êtes", "souhaite accéder"),
            "de_DE": ("Zulassen", "Wissen, wer Sie sind", "möchte auf Ihr Konto"),
            "es_ES": ("Permitir", "Saber quién es usted", "desea acceder"),
            "nl_NL": ("Toestaan", "Weten wie u bent", "wil toegang"),
            "it_IT": ("Consenti", "Sapere chi è lei", "desidera accedere"),
        }
        client, _secret = self.create_client()
        self.env["res.lang"]._activate_lang("fr_FR")
        module = self.env.ref("base.module_oauth_provider")
        for code, expected in words.items():
            with self.subTest(language=code):
                self.env["res.lang"]._activate_lang(code)
                module._update_translations([code])
                self.user.lang = code
                self.sign_in()
                page = self.authorize(client).text
                for text in expected:
                    self.assertIn(text, page)
                self.url_open("/web/session/logout")
