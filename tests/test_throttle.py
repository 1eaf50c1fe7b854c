# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rate limit on guesses of secrets (RFC 6749 2.3.1 and 10.10)."""

from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import config

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

    def test_a_failure_removes_old_ones_of_any_address(self):
        failures = self.env["oauth.provider.failure"]
        for number in range(5):
            failures.record("client", "digest", f"2001:db8:{number}::1")
        self.assertEqual(failures.search_count([]), 5)
        failures.search([]).failed_at = "2020-01-01"
        self.env.flush_all()
        failures.record("client", "digest", "192.0.2.1")
        self.env.invalidate_all()
        self.assertEqual(failures.search([]).mapped("address"), ["192.0.2.1"])

    def test_an_unknown_client_is_throttled_alike(self):
        data = {**GRANT, "client_id": "unknown", "client_secret": "x"}
        for _i in range(10):
            self.assertEqual(self.post("token", data).status_code, 401)
        self.assertEqual(self.post("token", data).status_code, 429)

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

    def test_an_earlier_generated_secret_passes_while_it_works(self):
        client, earlier = self.create_client("backend application")
        present = client.generate_secret(overlap=timedelta(days=1))
        self.fail_often(client)
        # Nobody can guess this one either, as long as it works
        self.assertEqual(self.status(client, earlier), 200)
        self.assertEqual(self.status(client, present), 200)
        client.previous_secret_until -= timedelta(days=2)
        self.assertEqual(self.status(client, earlier), 429)

    def test_an_earlier_secret_that_was_typed_waits(self):
        client = self.create_typed()
        present = client.generate_secret(overlap=timedelta(days=1))
        self.assertEqual(self.status(client, TYPED), 200)
        self.fail_often(client)
        self.assertEqual(self.status(client, TYPED), 429)
        self.assertEqual(self.status(client, present), 200)
        # Nor does a second exchange make it a generated one
        client.action_withdraw_secret()
        client.secret = TYPED
        client.generate_secret(overlap=timedelta(days=1))
        client.generate_secret(overlap=timedelta(days=1))
        self.assertEqual(self.status(client, TYPED), 429)

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

    def test_a_generated_secret_opens_only_what_it_may(self):
        client, secret = self.create_client("backend application")
        self.fail_often(client)
        client.token_endpoint_auth_method = "client_secret_post"
        self.assertEqual(self.status(client, secret), 401)
        client.token_endpoint_auth_method = False
        client.active = False
        self.assertEqual(self.status(client, secret), 401)
        client.write({"active": True, "application_type": "mobile application"})
        self.assertEqual(self.status(client, secret), 429)

    def test_nobody_says_that_a_secret_was_generated(self):
        """Nor does a copy, an import, or a person who writes the table of digests."""
        client = self.create_typed()
        manager = new_manager(self.env)
        secrets = self.env["oauth.provider.secret"]
        row = secrets.search([("client_id", "=", client.id)])
        values = {"is_generated": True}
        for user in (manager, self.env.ref("base.user_admin")):
            own = secrets.with_user(user)
            for call in (
                lambda own=own: own.browse(row.id).write(values),
                lambda own=own: own.create({"client_id": client.id, **values}),
                lambda own=own: own.browse(row.id).unlink(),
                lambda own=own: own.browse(row.id).read(["is_generated"]),
                lambda own=own: own.search([]),
            ):
                with self.assertRaises(AccessError):
                    call()
        stored = secrets.get_secrets(client.id)
        self.assertFalse(stored.is_generated)
        generated = client.generate_secret()
        self.assertTrue(secrets.get_secrets(client.id).is_generated)
        self.assertFalse(client.copy().has_secret)
        client.secret = generated
        self.assertFalse(secrets.get_secrets(client.id).is_generated)
