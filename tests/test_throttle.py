# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who guesses secrets or passwords is slowed down (RFC 6749 2.3.1 and 10.10)."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import config

from ..tools import secret as secrets
from .common import OAuthCase, new_manager

GRANT = {"grant_type": "client_credentials"}
#: A secret that a person has typed, and that a person might guess.
TYPED = "a secret that somebody has thought out"


@tagged("post_install", "-at_install")
class TestThrottle(OAuthCase):
    def create_typed(self):
        """Return a backend application whose secret is :data:`TYPED`."""
        client, _generated = self.create_client("backend application")
        client.secret = TYPED
        return client

    def fail_often(self, client, times=10):
        """Let the ``client`` fail as often as it may."""
        for _number in range(times):
            self.assertEqual(self.status(client, "x"), 401)
        self.assertEqual(self.status(client, "x"), 429)

    def status(self, client, secret, **headers):
        return self.post("token", GRANT, client, secret, **headers).status_code

    def test_failed_client_authentication_is_throttled_by_client_and_address(self):
        client, other = self.create_typed(), self.create_typed()
        self.fail_often(client)
        response = self.post("token", GRANT, client, TYPED)
        self.assertEqual(response.status_code, 429)
        self.assertLessEqual(1, int(response.headers["Retry-After"]))
        self.assertGreaterEqual(60, int(response.headers["Retry-After"]))
        self.assertEqual(response.json()["error"], "temporarily_unavailable")
        self.assertEqual(self.status(other, TYPED), 200)
        self.env["oauth.provider.failure"].search([]).failed_at = "2020-01-01"
        self.assertEqual(self.status(client, TYPED), 200)
        self.env["oauth.provider.failure"]._gc_failures()
        self.assertFalse(self.env["oauth.provider.failure"].search([]))

    def test_an_unknown_client_is_throttled_alike(self):
        for _i in range(10):
            self.assertEqual(
                self.post("token", {**GRANT, "client_id": "unknown"}).status_code, 401
            )
        response = self.post("token", {**GRANT, "client_id": "unknown"})
        self.assertEqual(response.status_code, 429)

    def test_an_address_that_tries_many_clients_is_throttled(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "2"
        )
        statuses = [
            self.post("token", {**GRANT, "client_id": f"unknown{i}"}).status_code
            for i in range(21)
        ]
        self.assertEqual(statuses, [401] * 20 + [429])

    def test_an_ipv6_network_is_throttled_as_one_address(self):
        client = self.create_typed()
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "3"
        )

        def status(address, value="x"):
            headers = {"X-Forwarded-For": address, "X-Forwarded-Host": "x"}
            return self.status(client, value, **headers)

        with patch.dict(config.options, proxy_mode=True):
            for networks in (
                ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:1:a:b:c:d"),
                ("::ffff:192.0.2.1", "192.0.2.1", "::ffff:c000:201"),
                ("x" * 10_000,) * 3,
            ):
                self.assertEqual([status(one) for one in networks], [401] * 3)
                self.assertEqual(status(networks[0], TYPED), 429)
            for other in ("2001:db8:0:2::1", "192.0.2.2", "::ffff:192.0.2.3", "y"):
                self.assertEqual(status(other, TYPED), 200)

    def test_failed_passwords_are_throttled(self):
        client, secret = self.create_client("legacy application")
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "0")
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "3"
        )
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "wrong",
        }
        for _i in range(3):
            response = self.post("token", data, client, secret)
            self.assertEqual(response.json()["error"], "invalid_grant")
        data["password"] = "oauth_user_password"
        response = self.post("token", data, client, secret)
        self.assertEqual(response.status_code, 429)

    def test_a_secret_that_nobody_can_guess_passes(self):
        client, secret = self.create_client("backend application")
        self.fail_often(client)
        answer = self.post("token", GRANT, client, secret)
        self.assertEqual(answer.status_code, 200)
        token = {"token": answer.json()["access_token"]}
        body = {"client_id": client.identifier, "client_secret": secret}
        self.assertEqual(self.post("token", {**GRANT, **body}).status_code, 200)
        answer = self.post("introspect", token, client, secret)
        self.assertTrue(answer.json()["active"])
        self.assertEqual(
            self.post("revoke_token", token, client, secret).status_code, 200
        )
        # Who guesses goes on learning nothing
        self.assertEqual(self.status(client, "x"), 429)
        self.assertEqual(self.post("introspect", token, client, "x").status_code, 429)

    def test_it_passes_where_its_whole_address_is_throttled(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "1"
        )
        client, secret = self.create_client("backend application")
        for number in range(10):
            data = {**GRANT, "client_id": f"unknown{number}"}
            self.assertEqual(self.post("token", data).status_code, 401)
        self.assertEqual(self.status(client, "x"), 429)
        self.assertEqual(self.status(client, secret), 200)

    def test_a_wrong_secret_is_answered_as_an_unknown_client(self):
        client, _secret = self.create_client("backend application")
        known, unknown = [
            [
                self.post("token", {**GRANT, "client_id": name, "client_secret": "x"})
                for _number in range(11)
            ]
            for name in (client.identifier, "unknown")
        ]
        self.assertEqual([answer.status_code for answer in known], [401] * 10 + [429])
        for one, other in zip(known, unknown, strict=True):
            self.assertEqual(one.status_code, other.status_code)
            self.assertEqual(one.json(), other.json())

    def test_an_earlier_secret_waits(self):
        client, earlier = self.create_client("backend application")
        present = client.generate_secret(overlap=timedelta(days=1))
        self.assertEqual(self.status(client, earlier), 200)
        self.fail_often(client)
        self.assertEqual(self.status(client, earlier), 429)
        self.assertEqual(self.status(client, present), 200)

    def test_a_secret_that_is_typed_or_taken_away_waits(self):
        client, generated = self.create_client("backend application")
        self.fail_often(client)
        self.assertEqual(self.status(client, generated), 200)
        client.secret = TYPED
        for secret in (TYPED, generated):
            self.assertEqual(self.status(client, secret), 429)
        generated = client.generate_secret()
        self.assertEqual(self.status(client, generated), 200)
        client.action_withdraw_secret()
        self.assertEqual(self.status(client, generated), 429)
        for secret in ("", "False", "None"):
            self.assertIn(self.status(client, secret), (401, 429))

    def test_a_generated_secret_that_is_typed_again_waits(self):
        client, generated = self.create_client("backend application")
        client.secret = generated
        self.fail_often(client)
        self.assertEqual(self.status(client, generated), 429)

    def test_what_is_not_proven_by_its_secret_waits(self):
        client, secret = self.create_client("backend application")
        self.fail_often(client)
        client.token_endpoint_auth_method = "client_secret_post"
        self.assertEqual(self.status(client, secret), 429)
        client.token_endpoint_auth_method = False
        assertion = {
            "client_id": client.identifier,
            "client_assertion": secret,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:"
            "jwt-bearer",
        }
        self.assertEqual(self.post("token", {**GRANT, **assertion}).status_code, 429)
        client.active = False
        self.assertEqual(self.status(client, secret), 429)
        client.write({"active": True, "application_type": "mobile application"})
        self.assertEqual(self.status(client, secret), 429)
        public = {**GRANT, "client_id": client.identifier}
        self.assertEqual(self.post("token", public).status_code, 429)

    def test_nobody_says_that_a_secret_was_generated(self):
        """Nor does a copy, an import, or whoever stores a digest by other means."""
        client = self.create_typed()
        field, values = "has_generated_secret", {"has_generated_secret": True}
        manager = new_manager(self.env)
        for user in (manager, self.env.ref("base.user_admin")):
            clients = self.Client.with_user(user)
            with self.assertRaises(AccessError):
                clients.browse(client.id).write(values)
            with self.assertRaises(AccessError):
                clients.create({"name": "x", "secret": TYPED, **values})
            with self.assertRaises(AccessError):
                clients.with_context(**{f"default_{field}": True}).create({"name": "x"})
            with self.assertRaises(AccessError):
                clients.browse(client.id).read([field])
            loaded = clients.load(["name", "secret", field], [["x", TYPED, "True"]])
            self.assertFalse(loaded["ids"])
        self.assertFalse(client[field])
        client.generate_secret()
        self.assertTrue(client[field])
        self.assertFalse(client.copy()[field])
        client.secret_digest = secrets.digest(TYPED)
        self.assertFalse(client[field])
        self.fail_often(client)
        self.assertEqual(self.status(client, TYPED), 429)
        created = self.Client.create({"name": "x", "secret": TYPED, **values})
        self.assertFalse(created[field])
