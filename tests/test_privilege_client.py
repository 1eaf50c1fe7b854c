# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a manager may not do to an application that others trust or have let in."""

from contextlib import suppress

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import REDIRECT_URI, OAuthCase, new_manager

EVIL = "https://evil.example.com/callback"


@tagged("post_install", "-at_install")
class TestPrivilegeClient(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)

    def as_manager(self, records):
        return records.with_user(self.manager)

    def create_scope(self, code, **values):
        return self.env["oauth.provider.scope"].create(
            {"name": code, "code": code, **values}
        )

    def test_an_archived_client_is_found_as_it_was_left(self):
        scope = self.create_scope(
            "s", model_id=self.env["ir.model"]._get_id("res.partner")
        )
        everything = self.create_scope("all", full_access=True)
        for values in ({"skip_authorization": True}, {}):
            kind = "web application" if values else "backend application"
            client, _secret = self.create_client(
                kind, scope_ids=[Command.set(scope.ids)], **values
            )
            client = self.as_manager(client)
            client.active = False
            uri = [Command.create({"name": EVIL})]
            jwks = '{"keys": []}'
            for change in (
                {"scope_ids": [Command.link(everything.id)]},
                {"secret": "s" * 40},
                {"jwks": jwks},
                {"redirect_uri_ids": uri},
                {"post_logout_redirect_uri_ids": uri},
                {"active": False, "identifier": "x"},
            ):
                with self.subTest(change=change), self.assertRaises(AccessError):
                    client.write(change)
            with self.assertRaises(AccessError):
                client.generate_secret()
            field = self.env["ir.model.fields"]._get("res.partner", "vat")
            with self.assertRaises(AccessError):
                self.as_manager(scope).field_ids |= field

    def test_a_trusted_client_keeps_its_name_and_its_type(self):
        client, _secret = self.create_client(skip_authorization=True)
        other, _secret = self.create_client()
        # Tokens for one name would be taken by the application that had it before
        for change in (
            {"identifier": "moved-away"},
            {"application_type": "mobile application"},
            {"application_type": "legacy application"},
        ):
            with self.subTest(change=change), self.assertRaises(AccessError):
                self.as_manager(client).write(change)
        self.as_manager(other).write({"identifier": "other", "name": "Other"})

    def test_a_trusted_client_keeps_its_addresses_and_its_keys(self):
        values = {"token_type": "jwt", "jwt_algorithm": "RS256"}
        client, _secret = self.create_client(skip_authorization=True, **values)
        client.generate_private_key()
        backend, _secret = self.create_client("backend application", **values)
        backend.generate_private_key()
        other, _secret = self.create_client(**values)
        origin = "https://evil.example.com"

        def add(model, name):
            records = self.as_manager(self.env[f"oauth.provider.{model}"])
            return lambda one: records.create({"name": name, "client_id": one.id})

        changes = {
            "origin": add("origin", origin),
            "redirect URI": add("redirect.uri", EVIL),
            "post-logout": add("post.logout.redirect.uri", EVIL),
            "origin in the form": lambda one: one.write(
                {"origin_ids": [Command.create({"name": f"{origin}:8080"})]}
            ),
            "back-channel": lambda one: one.write({"backchannel_logout_uri": EVIL}),
            "resource": lambda one: one.write(
                {"resource_ids": [Command.create({"name": "R", "uri": EVIL})]}
            ),
            "audience": lambda one: one.write({"jwt_audience": EVIL}),
            "generated key": lambda one: one.generate_private_key(),
            "button": lambda one: one.action_generate_private_key(),
            "replaced key": lambda one: one.jwt_key_ids[:1].action_rotate(),
        }
        for name, change in changes.items():
            for one in (client, backend):
                with (
                    self.subTest(change=name, client=one.application_type),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    change(self.as_manager(one))
            change(self.as_manager(other))
        own = self.as_manager(other).origin_ids[0]
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            own.client_id = client
        # What has leaked is withdrawn all the same
        leaked = client.jwt_key_ids.filtered(lambda key: not key.retired_at)
        self.as_manager(leaked).action_withdraw()
        self.assertTrue(leaked.is_withdrawn)

    def test_what_belongs_to_a_trusted_client_comes_from_no_other_one(self):
        client, _secret = self.create_client(skip_authorization=True)
        other, _secret = self.create_client(
            redirect_uri_ids=[Command.create({"name": EVIL})],
            post_logout_redirect_uri_ids=[Command.create({"name": EVIL})],
        )
        other = self.as_manager(other)
        for field in ("redirect_uri_ids", "post_logout_redirect_uri_ids"):
            with self.assertRaises(AccessError):
                other[field].client_id = client
        with self.assertRaises(AccessError):
            other.redirect_uri_ids = [
                Command.update(client.redirect_uri_ids.id, {"name": EVIL + "x"})
            ]
        with self.assertRaises(AccessError):
            self.as_manager(client).copy()
        with self.assertRaises(AccessError):
            self.as_manager(client).write(
                {"redirect_uri_ids": [Command.link(other.redirect_uri_ids.id)]}
            )

    def test_protocol_data_is_nothing_to_write_by_the_way(self):
        key = self.env["oauth.provider.key"].ensure()
        client, _secret = self.create_client()
        client = self.as_manager(client)
        for command in (
            Command.link(key.id),
            Command.update(key.id, {"algorithm": "HS256"}),
            Command.create({"algorithm": "HS256", "private_key": "x" * 40}),
            Command.delete(key.id),
        ):
            with self.subTest(command=command), self.assertRaises(AccessError):
                client.write({"jwt_key_ids": [command]})
        fields = ["name", "secret", "user_id/.id", "application_type"]
        row = ["X", "s" * 40, str(self.user.id), "backend application"]
        result = self.as_manager(self.Client).load(fields, [row])
        self.assertFalse(result["ids"])
        fields, row = ["name", "skip_authorization"], ["X", "1"]
        self.assertFalse(self.as_manager(self.Client).load(fields, [row])["ids"])

    def test_nobody_writes_what_is_computed_and_stored(self):
        partner, users = map(self.env["ir.model"]._get_id, ("res.partner", "res.users"))
        scopes = self.env["oauth.provider.scope"]
        scope = scopes.create({"name": "S", "code": "s", "model_id": partner})
        client, _secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        uri = client.redirect_uri_ids

        def others(number):
            address = f"https://other{number}.example.com/"
            return {
                scope: {"name": "T", "code": f"t{number}", "model_id": partner},
                client: {"name": "Other"},
                uri: {"name": address, "client_id": client.id},
            }

        for record, name, value in (
            (scope, "model", "res.users"),
            (scope, "model", False),
            (client, "grant_type", "password"),
            (client, "grant_type", False),
            (client, "response_type", "token"),
            (uri, "origin", "https://evil.example.com"),
        ):
            mine, vals = self.as_manager(record), {name: value}
            default = mine.with_context(**{f"default_{name}": value})
            with self.subTest(name=name, value=value):
                with self.assertRaises(ValidationError), self.env.cr.savepoint():
                    mine.write(vals)
                self.env.invalidate_all()
                for number, (made, given) in enumerate(((mine, vals), (default, {}))):
                    with suppress(ValidationError), self.env.cr.savepoint():
                        new = made.create({**others(number)[record], **given})
                        self.env.invalidate_all()
                        self.assertNotEqual(new[name], value)
                        new.unlink()
                self.assertNotEqual(record[name], value)
        # Equal values, and those that follow another field, are fine
        mine = self.as_manager(scope)
        mine.write({"model": "res.partner"})
        mine.write({"model_id": users})
        self.assertEqual(scope.model, "res.users")
        self.as_manager(client).application_type = "mobile application"
        self.assertEqual(client.response_type, "token")

    def test_a_manager_draws_a_scope_that_reads(self):
        field = self.env["ir.model.fields"]._get("res.partner", "name")
        scopes = self.as_manager(self.env["oauth.provider.scope"])
        with Form(scopes) as form:
            form.name, form.code = "Names", "names"
            form.model_id = field.model_id
            form.field_ids.add(field)
        scope = form.record
        self.assertEqual(scope.field_ids.name, "name")
        scope.filter_id = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "user_ids": False}
        )
        with Form(scope) as form:
            form.filter_id = self.env["ir.filters"]
        with self.assertRaises(AccessError):
            self.as_manager(field).write({"field_description": "x"})

    def test_a_scope_under_another_code_is_asked_for_anew(self):
        scope = self.create_scope("harmless")
        client, secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        self.sign_in()
        token = self.redeem(self.get_code(client), client, secret).json()
        self.as_manager(self.scopes("email")).code = "email.before"
        self.as_manager(scope).code = "email"
        told = self.bearer("userinfo", token["access_token"]).json()
        self.assertNotIn("email", told)
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertEqual(page.status_code, 200)

    def test_nobody_is_answered_silently_where_the_page_did_not_say(self):
        own = REDIRECT_URI.replace("callback", "silent")
        client, _secret = self.create_client(
            redirect_uri_ids=[
                Command.create({"name": uri}) for uri in (REDIRECT_URI, own, EVIL)
            ]
        )
        self.sign_in()
        self.get_code(client)
        silent = {"prompt": "none"}

        def answer(uri):
            url = self.authorize_url(client, redirect_uri=uri, **silent)
            return self.answer(self.url_open(url, allow_redirects=False))[1]

        # The page names the host
        self.assertIn("code", answer(REDIRECT_URI))
        self.assertIn("code", answer(own))
        self.assertEqual(answer(EVIL)["error"], "consent_required")
        page = self.url_open(self.authorize_url(client, redirect_uri=EVIL))
        self.assertIn("evil.example.com", page.text)
        self.decide(page)
        self.assertIn("code", answer(EVIL))
        self.assertIn("code", answer(REDIRECT_URI))
        # Moving what is known there is no way around it
        moved = self.as_manager(client).redirect_uri_ids[:1]
        moved.name = "https://third.example.com/callback"
        self.env.flush_all()
        self.assertEqual(answer(moved.name)["error"], "consent_required")
