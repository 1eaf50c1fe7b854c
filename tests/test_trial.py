# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Try It* on the form of a client: what it says is what the provider does."""

import json
import shlex
from urllib.parse import parse_qs, urlsplit

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import PIXEL, REDIRECT_URI, OAuthCase, new_manager


@tagged("post_install", "-at_install")
class TestTrial(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env, name="Max Manager")
        cls.admin = cls.env.ref("base.user_admin")

    def open(self, client, user=None):
        """Return the dialog (Form) as the button of the client opens it."""
        client = client.with_user(user or self.admin)
        action = client.action_try()
        trials = client.env["oauth.provider.trial"]
        return Form(trials.with_context(**action["context"]))

    def test_the_address_leads_to_the_consent_page_and_the_code_is_good(self):
        client, secret = self.create_client()
        trial = self.open(client)
        self.assertTrue(trial.is_match)
        self.sign_in()
        issuer = self.Provider.get_issuer()
        page = self.url_open(trial.url.removeprefix(issuer), allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        where, answer = self.answer(self.decide(page))
        self.assertEqual(where, REDIRECT_URI)
        self.assertEqual(answer["state"], trial.state)
        # The command that it shows, but for the placeholders
        words = shlex.split(trial.command)
        pairs = [word.split("=", 1) for word in words if "=" in word and "//" != word]
        data = dict(pairs)
        self.assertEqual(words[-1], self.Provider.get_endpoint_url("token"))
        data["code"] = answer["code"]
        self.assertEqual(self.post("token", data, client, secret).status_code, 200)

    def test_the_address_of_every_kind(self):
        for kind, expected in (
            ("web application", "code"),
            ("mobile application", "token"),
            ("legacy application", None),
            ("backend application", None),
        ):
            with self.subTest(kind=kind):
                client, _secret = self.create_client(kind)
                trial = self.open(client)
                if expected is None:
                    self.assertFalse(trial.url)
                    self.assertIn(f"grant_type={client.grant_type}", trial.command)
                    continue
                query = parse_qs(urlsplit(trial.url).query)
                self.assertEqual(query["response_type"], [expected])
                self.assertEqual("code_challenge" in query, expected == "code")
                self.assertEqual(query["scope"], [client.scope_codes])

    def test_a_request_with_names_of_our_own(self):
        client, _secret = self.create_client()
        trials = self.env["oauth.provider.trial"].with_user(self.admin)
        for name in ("endpoint", "parameters", "verifier", "self"):
            with self.subTest(name=name):
                asked = f"{self.authorize_url(client)}&{name}=x"
                trial = trials.create({"client_id": client.id, "request_url": asked})
                query = parse_qs(urlsplit(trial.url).query)
                self.assertEqual(query["client_id"], [client.identifier])
                self.assertEqual(query["code_challenge_method"], ["S256"])

    def test_it_says_why_a_redirect_uri_does_not_match(self):
        client, _secret = self.create_client()
        trial = self.open(client)
        for uri, said in (
            (REDIRECT_URI, "exactly like this"),
            (f"{REDIRECT_URI}/", "A slash at the end"),
            (REDIRECT_URI.replace("https", "http"), "Another scheme"),
            (REDIRECT_URI.replace(".com", ".com:8443"), "sent “8443”"),
            (f" {REDIRECT_URI}", "blanks"),
            (f"{REDIRECT_URI}#x", "fragment"),
            ("", "Enter the redirect URI"),
        ):
            with self.subTest(uri=uri):
                trial.redirect_uri = uri
                self.assertIn(said, trial.verdict)
                self.assertEqual(trial.is_match, uri == REDIRECT_URI)
                self.assertEqual(trial.is_match, client.match_redirect_uri(uri))
        client.redirect_uri_ids.unlink()
        trial = self.open(client)
        trial.redirect_uri = REDIRECT_URI
        self.assertIn("no redirect URI", trial.verdict)
        client.redirect_uri_ids = [Command.create({"name": "http://127.0.0.1/cb"})]
        trial = self.open(client)
        trial.redirect_uri = "http://127.0.0.1:4711/cb"
        self.assertIn("port is free", trial.verdict)

    def test_what_it_previews_is_what_the_application_gets(self):
        field = self.env["ir.model.fields"]._get("res.users", "signature")
        own = self.env["oauth.provider.scope"].create(
            {
                "name": "Own",
                "code": "own",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "field_ids": [Command.set(field.ids)],
            }
        )
        scopes = self.scopes("openid", "profile", "email") | own
        client, secret = self.create_client(
            scope_ids=[Command.set(scopes.ids)], claims_in_id_token=True
        )
        self.user.image_1920 = PIXEL
        trial = self.open(client)
        trial.user_id = self.user
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        info = self.bearer("userinfo", tokens["access_token"]).json()
        shown = json.loads(trial.userinfo)
        # Of what nobody has allowed yet there is no address, but one like it
        beginning = info.pop("picture").partition("=")[0]
        self.assertEqual(shown.pop("picture"), f"{beginning}=…")
        # Who signs in is written
        del shown["updated_at"], info["updated_at"]
        self.assertEqual(shown, info)
        told = self.verify_token(tokens["id_token"], client.identifier)
        shown = json.loads(trial.id_token)
        self.assertEqual(shown.pop("picture"), f"{beginning}=…")
        del shown["updated_at"]
        self.assertEqual(shown, {name: told[name] for name in shown})
        self.assertIn("email", shown)
        self.assertIn("1 records", trial.records)
        # Fewer scopes, less of it
        trial.scope_ids = self.scopes("email")
        self.assertEqual(
            json.loads(trial.userinfo).keys(), {"sub", "email", "email_verified"}
        )
        self.assertFalse(trial.id_token)
        self.assertFalse(trial.records)

    def test_of_a_picture_that_there_is_not_no_address_is_shown(self):
        client, _secret = self.create_client()
        trial = self.open(client)
        self.user.image_1920 = False
        trial.user_id = self.user
        self.assertNotIn("picture", json.loads(trial.userinfo))
        self.user.image_1920 = PIXEL
        trial.scope_ids = self.scopes("openid", "email")
        self.assertNotIn("picture", json.loads(trial.userinfo))

    def test_an_application_that_asks_for_the_password_gets_no_id_token(self):
        client, _secret = self.create_client("legacy application")
        trial = self.open(client)
        trial.user_id = self.user
        self.assertIn("openid", client.scope_codes)
        self.assertTrue(trial.userinfo)
        self.assertFalse(trial.id_token)

    def test_a_scope_that_the_client_may_not_have_releases_nothing(self):
        client, _secret = self.create_client(
            scope_ids=[Command.set(self.scopes("openid").ids)]
        )
        trial = (
            self.env["oauth.provider.trial"]
            .with_user(self.admin)
            .create(
                {
                    "client_id": client.id,
                    "user_id": self.user.id,
                    "scope_ids": [Command.set(self.scopes("openid", "email").ids)],
                }
            )
        )
        self.assertEqual(json.loads(trial.userinfo).keys(), {"sub"})

    def test_a_manager_learns_nothing_of_anybody_else(self):
        client, _secret = self.create_client()
        trial = self.open(client, self.manager)
        self.assertFalse(trial.can_choose_user)
        self.assertIn("Max Manager", trial.userinfo)
        trials = self.env["oauth.provider.trial"].with_user(self.manager)
        values = {"client_id": client.id, "user_id": self.user.id}
        with self.assertRaises(AccessError):
            trials.create(values)
        with self.assertRaises(AccessError):
            trials.onchange(
                values, ["user_id"], {"user_id": {}, "client_id": {}, "userinfo": {}}
            )
        own = trials.create({**values, "user_id": self.manager.id})
        with self.assertRaises(AccessError):
            own.user_id = self.user
        with self.assertRaises(AccessError):
            self.env["oauth.provider.trial"].with_user(self.user).create(values)

    def test_nothing_is_issued_or_allowed(self):
        client, _secret = self.create_client()
        trial = self.open(client)
        trial.user_id = self.user
        trial.save()
        for name in ("grant", "token", "authorization.code"):
            found = self.env[f"oauth.provider.{name}"].search(
                [("client_id", "=", client.id)]
            )
            self.assertFalse(found)

    def test_what_stands_in_the_way_is_said(self):
        group = self.env["res.groups"].create({"name": "G"})
        client, _secret = self.create_client(group_ids=[Command.set(group.ids)])
        trial = self.open(client)
        trial.user_id = self.user
        self.assertIn("none of the allowed groups", trial.hurdle)
        self.user.group_ids |= group
        trial = self.open(client)
        trial.user_id = self.user
        self.assertFalse(trial.hurdle)
        backend, _secret = self.create_client("backend application")
        trial = self.open(backend)
        self.assertIn("acts as Ann O'Auth", trial.hurdle)
        self.assertFalse(trial.userinfo)
