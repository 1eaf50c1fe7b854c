# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A manager who is no administrator does not become one, nor anybody else."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import REDIRECT_URI, new_manager
from .test_json2 import Json2Case

EVIL = "https://evil.example.com/callback"


@tagged("post_install", "-at_install")
class TestPrivilege(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.user.group_ids |= cls.env.ref("base.group_system")

    def as_manager(self, records):
        return records.with_user(self.manager)

    def create_everything(self):
        return self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def connect(self, scopes, **values):
        """Return (client, secret, tokens) of what the administrator has allowed."""
        client, secret = self.create_client(
            scope_ids=[Command.set(scopes.ids)], **values
        )
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        return client, secret, tokens

    def test_only_an_administrator_makes_a_scope_that_changes_something(self):
        scopes = self.as_manager(self.env["oauth.provider.scope"])
        model = self.env["ir.model"]._get_id("res.partner")
        reading = scopes.create({"name": "R", "code": "r", "model_id": model})
        reading.api_read = True
        for values in ({"api_write": True}, {"api_methods": "action_archive"}):
            with self.assertRaises(AccessError):
                reading.write(values)
            with self.assertRaises(AccessError):
                scopes.create({"name": "X", "code": "x", "model_id": model, **values})
        with self.assertRaises(AccessError):
            scopes.create({"name": "X", "code": "x", "full_access": True})
        empty = scopes.create({"name": "E", "code": "e"})
        with self.assertRaises(AccessError):
            empty.full_access = True

    def test_a_scope_that_opens_more_is_asked_for_anew(self):
        scope = self.create_api_scope(api_read=True)
        client, secret, tokens = self.connect(scope)
        token = tokens["access_token"]
        street = self.env["ir.model.fields"]._get("res.partner", "street")
        for values in (
            {"field_ids": [Command.link(street.id)]},
            {"api_write": True},
            {"filter_id": False},
        ):
            with self.subTest(values=values):
                self.assertEqual(self.call(token, "search", domain=[]).status_code, 200)
                scope.write(values)
                refused = self.call(token, "search", domain=[])
                self.assertEqual(refused.status_code, 403)
                data = {"grant_type": "refresh_token"}
                data["refresh_token"] = tokens["refresh_token"]
                tokens = self.post("token", data, client, secret).json()
                self.assertEqual(tokens["scope"], "")
                url = self.authorize_url(client)
                page = self.url_open(url, allow_redirects=False)
                self.assertEqual(page.status_code, 200)
                code = self.answer(self.decide(page))[1]["code"]
                tokens = self.redeem(code, client, secret).json()
                token = tokens["access_token"]
        # Another domain of the filter may open more; less is no news
        scope.filter_id = self.filter
        self.filter.domain = "[]"
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 403)
        code = self.answer(self.decide(self.url_open(self.authorize_url(client))))[1][
            "code"
        ]
        token = self.redeem(code, client, secret).json()["access_token"]
        scope.write({"api_write": False, "field_ids": [Command.unlink(street.id)]})
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 200)

    def test_trusting_is_a_step_that_a_manager_may_take_back(self):
        trusted, _secret = self.create_client(skip_authorization=True)
        self.as_manager(trusted).skip_authorization = False
        self.assertTrue(self.as_manager(trusted).generate_secret())

    def test_a_trusted_client_is_an_administrators_affair(self):
        scope = self.create_api_scope(api_read=True)
        values = {"name": "X", "skip_authorization": True}
        with self.assertRaises(AccessError):
            self.as_manager(self.Client).create(values)
        own = self.as_manager(self.Client).create({"name": "X"})
        with self.assertRaises(AccessError):
            own.skip_authorization = True
        trusted, _secret = self.create_client(
            skip_authorization=True, scope_ids=[Command.set(scope.ids)]
        )
        trusted = self.as_manager(trusted)
        everything = self.create_everything()
        for values in (
            {"redirect_uri_ids": [Command.create({"name": EVIL})]},
            {"scope_ids": [Command.link(everything.id)]},
            {"client_type": "public"},
            {"secret": "s" * 40},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                trusted.write(values)
        uris = self.as_manager(self.env["oauth.provider.redirect.uri"])
        with self.assertRaises(AccessError):
            uris.create({"name": EVIL, "client_id": trusted.id})
        with self.assertRaises(AccessError):
            trusted.redirect_uri_ids.name = EVIL
        with self.assertRaises(AccessError):
            trusted.generate_secret()
        with self.assertRaises(AccessError):
            self.as_manager(scope).filter_id = False
        with self.assertRaises(AccessError):
            self.as_manager(self.filter).domain = "[]"
        # To stop it, and to call it by another name, is no gain
        trusted.name = "Y"
        trusted.active = False
        with self.assertRaises(AccessError):
            trusted.active = True

    def test_a_backend_application_gains_nothing_by_its_scopes(self):
        scope = self.create_api_scope(api_read=True)
        client, _secret = self.create_client(
            "backend application", scope_ids=[Command.set(scope.ids)]
        )
        for record, values in (
            (client, {"scope_ids": [Command.link(self.create_everything().id)]}),
            (scope, {"filter_id": False}),
        ):
            with self.assertRaises(AccessError):
                self.as_manager(record).write(values)

    def test_nobody_is_answered_silently_at_a_new_address(self):
        client, _secret, _tokens = self.connect(self.create_everything())
        code = self.answer(
            self.url_open(self.authorize_url(client), allow_redirects=False)
        )[1]
        self.assertIn("code", code)
        later = fields.Datetime.now() + timedelta(seconds=5)
        uri = self.as_manager(client.redirect_uri_ids.browse()).create(
            {"name": EVIL, "client_id": client.id, "registered_at": "2000-01-01"}
        )
        self.assertGreater(uri.registered_at.year, 2020)
        self.env.cr.execute(
            "UPDATE oauth_provider_redirect_uri SET registered_at = %s WHERE id = %s",
            (later, uri.id),
        )
        self.env.invalidate_all()
        url = self.authorize_url(client, redirect_uri=EVIL)
        page = self.url_open(url, allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        self.assertIn("evil.example.com", page.text)
        silent = self.url_open(f"{url}&prompt=none", allow_redirects=False)
        self.assertEqual(self.answer(silent)[1]["error"], "consent_required")

    def test_nobody_is_answered_silently_at_a_new_path_of_a_known_host(self):
        """Another application may live there."""
        client, _secret, _tokens = self.connect(self.create_everything())
        known, new = client.redirect_uri_ids, f"{REDIRECT_URI}/other"
        uri = self.as_manager(known.browse()).create(
            {"name": new, "client_id": client.id}
        )
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertEqual(grant.shown_origins.splitlines(), [uri.origin])
        url = self.authorize_url(client, redirect_uri=new)
        for seconds, is_asked in ((-5, False), (5, True)):
            self.env.cr.execute(
                "UPDATE oauth_provider_redirect_uri SET registered_at = %s"
                " WHERE id = %s",
                (grant.consented_at + timedelta(seconds=seconds), uri.id),
            )
            self.env.invalidate_all()
            page = self.url_open(url, allow_redirects=False)
            self.assertEqual(page.status_code, 200 if is_asked else 303)
            silent = self.url_open(f"{url}&prompt=none", allow_redirects=False)
            self.assertEqual("error" in self.answer(silent)[1], is_asked)

    def test_what_is_left_out_later_is_gone_from_tokens_that_are_out(self):
        scope = self.create_api_scope(api_read=True)
        client, secret, tokens = self.connect(scope | self.scopes("openid", "email"))
        url = self.authorize_url(client, prompt="consent")
        page = self.url_open(url, allow_redirects=False)
        self.decide(page, untick=["oauth_scope.api", "oauth_scope.email"])
        refused = self.call(tokens["access_token"], "search", domain=[])
        self.assertEqual(refused.status_code, 403)
        info = self.bearer("userinfo", tokens["access_token"]).json()
        self.assertNotIn("email", info)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = self.post("token", data, client, secret).json()
        self.assertEqual(renewed["scope"], "openid")

    def test_a_trusted_client_does_not_get_what_was_left_out(self):
        client, secret = self.create_client(skip_authorization=True)
        self.sign_in()
        url = self.authorize_url(client, prompt="consent")
        self.decide(self.url_open(url), untick=["oauth_scope.email"])
        answer = self.redeem(self.get_code(client), client, secret).json()
        self.assertEqual(answer["scope"], "openid profile")

    def test_a_trusted_client_is_not_told_that_it_has_what_was_left_out(self):
        """Without a code the answer of the browser itself tells the scopes."""
        client, _secret = self.create_client(
            "mobile application", skip_authorization=True
        )
        self.sign_in()
        url = self.authorize_url(client, prompt="consent")
        self.decide(self.url_open(url), untick=["oauth_scope.email"])
        silent = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertEqual(self.answer(silent)[1]["scope"], "openid profile")

    def test_an_earlier_secret_does_not_come_to_life_again(self):
        client, _secret = self.create_client()
        later = fields.Datetime.now() + timedelta(days=900)
        for field in ("previous_secret_until", "secret_changed_at"):
            with self.assertRaises(AccessError):
                self.as_manager(client).write({field: later})
            with self.assertRaises(AccessError):
                self.as_manager(self.Client).create({"name": "X", field: later})
