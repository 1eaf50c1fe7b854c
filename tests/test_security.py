# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ..tools import secret as secrets
from .common import OAuthCase

PUBLIC_KEYS = json.dumps(
    {
        "keys": [
            jwt.algorithms.ECAlgorithm.to_jwk(
                ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True
            )
        ]
    }
)
CREDENTIALS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
    "oauth.provider.grant",
)

#: All that a person who is no manager has access to.
OWN = ("oauth.provider.application", "read")


@tagged("post_install", "-at_install")
class TestSecurity(OAuthCase):
    def setUp(self):
        super().setUp()
        self.manager = self.env.ref("base.user_admin")

    def get_models(self):
        """Return the names of all models of the addon, those of tomorrow included."""
        names = [name for name in self.env if name.startswith("oauth.provider.")]
        self.assertIn("oauth.provider.token", names)
        return names

    def test_nobody_but_a_manager_reaches_any_model(self):
        for login in (self.user, self.env.ref("base.public_user")):
            for model in self.get_models():
                for operation in ("read", "write", "create", "unlink"):
                    with self.subTest(user=login.login, model=model, op=operation):
                        records = self.env[model].with_user(login)
                        # One's own, which are rows of no table: test_application.py
                        is_own = (model, operation) == OWN and login == self.user
                        self.assertEqual(records.has_access(operation), is_own)

    def test_settings_administrators_are_managers(self):
        group = self.env.ref("oauth_provider.group_oauth_provider_manager")
        self.assertIn(group, self.env.ref("base.group_system").all_implied_ids)

    def create_manager(self):
        """Return a manager who is no administrator of the settings."""
        return new_test_user(
            self.env,
            "oauth_manager",
            groups="oauth_provider.group_oauth_provider_manager",
        )

    def test_a_manager_does_not_become_administrator_by_a_backend_client(self):
        Client = self.Client.with_user(self.create_manager())
        values = {"name": "X", "application_type": "backend application"}
        client = Client.create({**values, "user_id": Client.env.uid})
        self.assertTrue(client.generate_secret())
        for user in (self.manager, self.user):
            with self.assertRaises(AccessError):
                Client.create({**values, "user_id": user.id})
            with self.assertRaises(AccessError):
                client.user_id = user
        client.sudo().with_user(self.manager).user_id = self.user
        with self.assertRaises(AccessError):
            client.generate_secret()
        for field, value in (("secret", "s" * 40), ("jwks", PUBLIC_KEYS)):
            with self.subTest(field=field), self.assertRaises(AccessError):
                client[field] = value
            client.sudo().with_user(self.manager)[field] = value

    def test_an_employee_cannot_widen_a_scope_by_its_filter(self):
        shared = self.env["ir.filters"].create(
            {
                "name": "Narrow",
                "model_id": "res.partner",
                "domain": "[('id', '=', 0)]",
                "user_ids": False,
            }
        )
        shared.with_user(self.user).domain = "[('id', '=', 1)]"
        self.env["oauth.provider.scope"].create(
            {
                "name": "Narrow",
                "code": "narrow",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "filter_id": shared.id,
            }
        )
        with self.assertRaises(AccessError):
            shared.with_user(self.user).domain = "[]"
        shared.with_user(self.create_manager()).domain = "[('id', '=', 2)]"

    def test_a_manager_cannot_make_or_change_a_credential(self):
        for model in CREDENTIALS:
            records = self.env[model].with_user(self.manager)
            self.assertTrue(records.has_access("read"))
            for operation in ("write", "create", "unlink"):
                self.assertFalse(records.has_access(operation), (model, operation))

    def test_secrets_and_digests_are_out_of_reach_of_a_manager(self):
        client, secret = self.create_client("backend application")
        self.post("token", {"grant_type": "client_credentials"}, client, secret)
        token = self.env["oauth.provider.token"].search([("client_id", "=", client.id)])
        for record, field in (
            (self.env["oauth.provider.secret"].search([], limit=1), "digest"),
            (self.env["oauth.provider.subject"].search([], limit=1), "identifier"),
            (token, "digest"),
            (token, "family"),
            (self.user, "oauth_identifier"),
        ):
            with self.subTest(field=field), self.assertRaises(AccessError):
                record.with_user(self.manager).read([field])
        self.assertFalse(client.with_user(self.manager).read(["secret"])[0]["secret"])

    def test_a_dump_holds_no_usable_credential(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        tokens = self.redeem(code, client, secret).json()
        values = (secret, code, tokens["access_token"], tokens["refresh_token"])
        self.env.flush_all()
        for model in (*self.get_models(), "res.users"):
            if self.env[model]._abstract or not self.env[model]._auto:
                continue
            table = self.env[model]._table
            self.env.cr.execute(f"SELECT t::text FROM {table} t")
            stored = "\n".join(row[0] for row in self.env.cr.fetchall())
            for value in values:
                self.assertNotIn(value, stored)
        digest = secrets.digest(tokens["access_token"])
        found = self.env["oauth.provider.token"].search([("digest", "=", digest)])
        self.assertEqual(found.user_id, self.user)

    def test_a_token_is_worth_nothing_without_its_grant(self):
        client, secret = self.create_client()
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        access_token = tokens["access_token"]
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertEqual(self.bearer("tokeninfo", access_token).status_code, 200)
        grant.with_user(self.manager).action_withdraw()
        self.assertEqual(self.bearer("tokeninfo", access_token).status_code, 401)
        refused = self.post(
            "token",
            {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
            client,
            secret,
        )
        self.assertEqual(refused.json()["error"], "invalid_grant")

    def test_a_scope_that_the_client_lost_is_gone_at_the_next_request(self):
        client, secret = self.create_client()
        self.sign_in()
        token = self.redeem(self.get_code(client), client, secret).json()
        client.scope_ids -= self.env.ref("oauth_provider.scope_email")
        info = self.bearer("userinfo", token["access_token"]).json()
        self.assertNotIn("email", info)

    def test_a_client_revokes_its_own_tokens_only(self):
        client, secret = self.create_client("backend application")
        other, other_secret = self.create_client("backend application")
        token = self.post("token", {"grant_type": "client_credentials"}, client, secret)
        token = token.json()["access_token"]
        response = self.post("revoke_token", {"token": token}, other, other_secret)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.post("revoke_token", {"token": token}, client, secret)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)

    def test_what_is_revoked_keeps_its_first_date(self):
        client, _secret = self.create_client()
        tokens = self.env["oauth.provider.token"]
        values = {"client": client, "user": self.user, "scopes": client.scope_ids}
        early, _value = tokens.issue(**values, lifetime=60)
        late, _value = tokens.issue(**values, lifetime=60)
        first = fields.Datetime.now() - timedelta(hours=1)
        early.revoked_at = first
        (early | late).revoke()
        self.assertEqual(early.revoked_at, first)
        self.assertGreater(late.revoked_at, first)

    def test_a_code_of_another_client_is_refused_and_stays_good(self):
        client, secret = self.create_client()
        other, other_secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        stolen = self.redeem(code, other, other_secret)
        self.assertEqual(stolen.json()["error"], "invalid_grant")
        self.assertEqual(self.redeem(code, client, secret).status_code, 200)

    def test_a_used_refresh_token_takes_its_family_along(self):
        client, secret = self.create_client(refresh_token_grace=0)
        self.sign_in()
        first = self.redeem(self.get_code(client), client, secret).json()
        data = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        second = self.post("token", data, client, secret).json()
        self.assertEqual(self.post("token", data, client, secret).status_code, 400)
        for token in (first["access_token"], second["access_token"]):
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)

    def test_an_expired_code_and_an_expired_token_are_refused(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        record = self.env["oauth.provider.authorization.code"].find(code)
        record.expires_at = "2020-01-01 00:00:00"
        refused = self.redeem(code, client, secret)
        self.assertEqual(refused.json()["error"], "invalid_grant")
        tokens = self.redeem(self.get_code(client), client, secret).json()
        token = self.env["oauth.provider.token"].find(tokens["access_token"])
        token.expires_at = "2020-01-01 00:00:00"
        dead = self.bearer("tokeninfo", tokens["access_token"])
        self.assertEqual(dead.status_code, 401)
        # The access token does not hide its refresh token
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        self.assertEqual(self.post("token", data, client, secret).status_code, 200)

    def test_with_a_second_factor_an_api_key_takes_the_place_of_the_password(self):
        client, secret = self.create_client("legacy application")
        if "totp_secret" not in self.user._fields:
            self.skipTest("auth_totp is not installed")
        self.user.sudo().totp_secret = "JBSWY3DPEHPK3PXP"
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
        }
        refused = self.post("token", data, client, secret)
        self.assertEqual(refused.json()["error"], "invalid_grant")
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.user)
            .sudo()
            ._generate(None, "Test", fields.Datetime.now() + timedelta(days=1))
        )
        response = self.post("token", {**data, "password": key}, client, secret)
        self.assertEqual(response.status_code, 200, response.text)

    def test_the_password_grant_leaves_the_base_url_alone(self):
        client, secret = self.create_client("legacy application")
        self.manager.password = "a-long-admin-password"
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://odoo.example.com")
        data = {
            "grant_type": "password",
            "username": self.manager.login,
            "password": "a-long-admin-password",
        }
        response = self.post("token", data, client, secret)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(
            parameters.get_param("web.base.url"), "https://odoo.example.com"
        )

    def test_a_decision_without_the_session_s_csrf_token_is_asked_again(self):
        client, _secret = self.create_client()
        self.sign_in()
        url = self.authorize_url(client)
        data = {
            "oauth_decision": "allow",
            "csrf_token": "x",
            "oauth_scope.openid": "on",
        }
        response = self.url_open(url, data=data, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].startswith("/oauth2/authorize?"))
        self.assertFalse(
            self.env["oauth.provider.grant"].search([("client_id", "=", client.id)])
        )

    def test_two_tabs_do_not_mix_their_clients(self):
        first, _secret = self.create_client(name="First")
        second, _secret = self.create_client(name="Second")
        self.sign_in()
        page = self.url_open(self.authorize_url(first))
        self.url_open(self.authorize_url(second))
        self.answer(self.decide(page))
        grants = self.env["oauth.provider.grant"]
        self.assertTrue(grants.find_live(first, self.user))
        self.assertFalse(grants.find_live(second, self.user))

    def test_the_consent_page_cannot_be_framed_or_stored(self):
        client, _secret = self.create_client()
        self.sign_in()
        headers = self.url_open(self.authorize_url(client)).headers
        self.assertEqual(headers["X-Frame-Options"], "DENY")
        self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
        self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertEqual(headers["Referrer-Policy"], "no-referrer")
