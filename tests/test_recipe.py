# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The wizard that makes the client for a well-known application."""

import csv
import io

from lxml import html

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..wizards.recipe import RECIPES as ALL
from .common import OAuthCase, new_manager

ADDRESS = "https://app.example.com"
#: That of assistants has a file of its own.
RECIPES = {key: recipe for key, recipe in ALL.items() if key != "assistant"}


@tagged("post_install", "-at_install")
class TestRecipe(OAuthCase):
    def create_by(self, recipe, **values):
        """Return (client, secret or None, {label: text} to enter there)."""
        form = Form(self.env["oauth.provider.client.wizard"])
        form.recipe = recipe
        if form.needs_browser:
            form.address = values.get("address", f"{ADDRESS}/")
        elif form.needs_user:
            form.user_id = self.user
        action = form.save().action_create()
        context = action["context"]
        client = self.Client.browse(context["default_client_res_id"])
        table = html.fromstring(context["default_values"])
        entries = {
            row.xpath("string(th)"): row.xpath("string(td)")
            for row in table.xpath("//tr")
        }
        return client, context["default_secret"], entries

    def test_every_recipe_makes_a_client_that_is_complete(self):
        for key, recipe in RECIPES.items():
            with self.subTest(recipe=key):
                client, secret, entries = self.create_by(key)
                self.assertEqual(bool(secret), client.client_type == "confidential")
                self.assertEqual(len(entries), len(recipe.entries))
                self.assertIn(client.identifier, entries.values())
                self.assertNotIn("%", "".join(entries.values()))
                if secret:
                    self.assertIn(secret, entries.values())
                    self.assertTrue(client.check_secret(secret))
                if recipe.path:
                    uris = client.redirect_uri_ids.mapped("name")
                    self.assertEqual(uris, [ADDRESS + recipe.path])

    def test_what_the_wizard_says_works(self):
        client, _secret, entries = self.create_by("auth_oauth")
        issuer = self.Provider.get_issuer()
        authorize = entries["Authorization URL"].removeprefix(issuer)
        self.sign_in()
        uri = f"{ADDRESS}/auth_oauth/signin"
        url = self.authorize_url(client, redirect_uri=uri, scope=entries["Scope"])
        self.assertTrue(url.startswith(authorize))
        page = self.url_open(url, allow_redirects=False)
        token = self.answer(self.decide(page))[1]["access_token"]
        for label in ("UserInfo URL", "Data Endpoint"):
            route = entries[label].removeprefix(f"{issuer}/oauth2/")
            self.assertEqual(self.bearer(route, token).status_code, 200)

    def test_it_names_whatever_another_odoo_requires(self):
        provider = self.env["auth.oauth.provider"]
        form = Form(provider)
        known = self.create_by("auth_oauth")[2]
        for name, field in provider._fields.items():
            if field.required and not form[name]:
                self.assertIn(field.string, known)
        self.assertIn(provider._fields["enabled"].string, known)
        # OCA's auth_oidc has JWKS URL in place of UserInfo URL, which is optional there
        known = self.create_by("auth_oidc")[2]
        for name in ("name", "enabled", "body", "auth_endpoint", "scope"):
            self.assertIn(provider._fields[name].string, known)

    def get_id_token(self, recipe, **parameters):
        """Return the claims (dict) that an application of ``recipe`` gets."""
        client, secret, _entries = self.create_by(recipe)
        uri = client.redirect_uri_ids[:1].name
        code = self.get_code(
            client, redirect_uri=uri, scope="openid profile email", **parameters
        )
        verifier = {"code_verifier": None} if parameters else {}
        answer = self.redeem(code, client, secret, redirect_uri=uri, **verifier)
        return self.verify_token(answer.json()["id_token"], client.identifier)

    def test_each_gets_what_it_needs(self):
        self.sign_in()
        without_pkce = {"code_challenge": None, "code_challenge_method": None}
        for recipe in ("spring", "passport", "wordpress"):
            with self.subTest(recipe=recipe):
                claims = self.get_id_token(recipe, **without_pkce)
                self.assertTrue(claims["sub"])
        for recipe in ("auth_js", "auth_oidc", "other"):
            with self.subTest(recipe=recipe):
                claims = self.get_id_token(recipe)
                self.assertEqual(claims["email"], self.user.email)
        # A client of any other recipe has to send a code challenge
        for recipe in ("grafana", "other"):
            client, _secret, _entries = self.create_by(recipe)
            uri = client.redirect_uri_ids[:1].name
            url = self.authorize_url(client, redirect_uri=uri, **without_pkce)
            _address, answer = self.answer(self.url_open(url, allow_redirects=False))
            self.assertEqual(answer["error"], "invalid_request")

    def test_the_secret_is_in_no_table(self):
        _client, secret, _entries = self.create_by("grafana")
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT t::text FROM oauth_provider_client_wizard t"
            " UNION ALL SELECT t::text FROM oauth_provider_client t"
        )
        for (row,) in self.env.cr.fetchall():
            self.assertNotIn(secret, row)

    def test_the_name_follows_the_recipe_until_somebody_edits_it(self):
        form = Form(self.env["oauth.provider.client.wizard"])
        for key in ("nextcloud", "grafana", "auth_oidc"):
            form.recipe = key
            self.assertEqual(form.name, RECIPES[key].proposed_name)
        form.name = "The Wiki of the Office"
        form.recipe = "grafana"
        self.assertEqual(form.name, "The Wiki of the Office")

    def test_the_secret_is_in_no_log_when_the_browser_leaves_the_dialog(self):
        """It saves what is open then: a query that fails is logged as it is."""
        form = Form(self.env["oauth.provider.client.wizard"])
        form.recipe = "grafana"
        form.address = ADDRESS
        action = form.save().action_create()
        dialog = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            self.assertEqual(dialog.web_save({}, {}), [])

    def test_an_address_without_a_scheme_is_one_of_https(self):
        for address, base in (
            ("app.example.com", ADDRESS),
            (" app.example.com/ ", ADDRESS),
            ("app.example.com:8443/wiki/", f"{ADDRESS}:8443/wiki"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ):
            with self.subTest(address=address):
                client, _secret, _entries = self.create_by("grafana", address=address)
                path = RECIPES["grafana"].path
                self.assertEqual(client.redirect_uri_ids.name, base + path)
                after = client.post_logout_redirect_uri_ids.name
                self.assertEqual(after, base + RECIPES["grafana"].after)

    def test_an_earlier_secret_is_told_of_where_there_is_one(self):
        form = Form(self.env["oauth.provider.client.wizard"])
        form.recipe, form.address = "grafana", ADDRESS
        context = form.save().action_create()["context"]
        self.assertFalse(context["default_has_previous"])
        client = self.Client.browse(context["default_client_res_id"])
        for expected in (True, False):
            context = client.action_generate_secret()["context"]
            self.assertEqual(context["default_has_previous"], expected)
            client.action_withdraw_secret()

    def test_bad_input(self):
        wizard = self.env["oauth.provider.client.wizard"].create({"name": "X"})
        with self.assertRaises(ValidationError):
            wizard.action_create()
        wizard.address = "javascript:alert(1)"
        with self.assertRaises(ValidationError):
            wizard.action_create()
        with self.assertRaises(AccessError):
            wizard.with_user(self.user).action_create()

    def test_the_file_for_another_odoo(self):
        client, _secret, _entries = self.create_by("auth_oauth")
        address = f"/oauth_provider/client/{client.id}/auth_oauth.csv"
        self.sign_in()
        self.assertEqual(self.url_open(address).status_code, 403)
        manager = new_manager(self.env)
        self.url_open("/web/session/logout")
        self.user = manager
        self.sign_in()
        [row] = csv.DictReader(io.StringIO(self.url_open(address).text))
        self.assertEqual(row["client_id"], client.identifier)
        self.assertEqual(
            row["auth_endpoint"], self.Provider.get_endpoint_url("authorize")
        )
        other, _secret = self.create_client()
        for identifier in (other.id, 0, 2**31, 10**30):
            address = f"/oauth_provider/client/{identifier}/auth_oauth.csv"
            self.assertEqual(self.url_open(address).status_code, 404)
