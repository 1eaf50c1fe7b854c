# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keys: what signs, what is published, and what happens when they change."""

import json
from datetime import timedelta

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from ..tools import signing_key
from .common import new_manager


def pem(key, password=None):
    encryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    ).decode()


@tagged("post_install", "-at_install")
class TestKeys(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Key = cls.env["oauth.provider.key"]
        cls.Client = cls.env["oauth.provider.client"]

    def published(self):
        return self.Key.find_published().mapped("kid")

    def test_a_database_has_a_key_from_the_start_and_one_only(self):
        key = self.Key.find_signing("RS256")
        self.assertTrue(key)
        self.assertEqual(self.Key.ensure(), key)
        self.assertFalse(self.Key.find_signing("ES256"))
        made = self.Key.ensure("ES256")
        self.assertEqual(self.Key.ensure("ES256"), made)

    def test_nobody_reads_the_private_part(self):
        key = self.Key.ensure()
        admin = self.env.ref("base.user_admin")
        for field in ("private_key", "public_jwk"):
            with self.assertRaises(AccessError):
                key.with_user(admin).read([field])
            self.assertNotIn(field, key.with_user(admin).read()[0])
        with self.assertRaises(AccessError):
            key.with_user(admin).export_data(["private_key"])
        with self.assertRaises(AccessError):
            key.with_user(admin).search([("private_key", "=like", "-----BEGIN%")])
        self.assertIn("BEGIN PUBLIC KEY", key.with_user(admin).public_key)

    def test_the_name_of_a_key_is_its_thumbprint(self):
        """The example of RFC 7638 section 3.1 has this modulus and this thumbprint."""
        key = self.Key.ensure()
        jwk = json.loads(key.public_jwk)
        self.assertEqual(jwk["kid"], key.kid)
        self.assertEqual((jwk["use"], jwk["alg"]), ("sig", "RS256"))
        self.assertEqual(set(jwk), {"kty", "n", "e", "kid", "use", "alg"})
        again = signing_key.public_jwk("RS256", key.private_key)
        self.assertEqual(again["kid"], key.kid)

    def test_every_algorithm_signs(self):
        for algorithm in signing_key.ALGORITHMS:
            value = signing_key.generate(algorithm)
            signing_key.check(algorithm, value)
            token = signing_key.sign(algorithm, value, {"sub": "x"})
            self.assertEqual(token.count("."), 2)

    def test_curves_are_those_of_the_algorithms(self):
        for algorithm, curve in (
            ("ES256", "P-256"),
            ("ES384", "P-384"),
            ("ES512", "P-521"),
        ):
            jwk = signing_key.public_jwk(algorithm, signing_key.generate(algorithm))
            self.assertEqual(jwk["crv"], curve)

    def test_a_key_that_cannot_sign_is_refused_with_the_reason(self):
        small = pem(rsa.generate_private_key(65537, 1024))
        good = signing_key.generate("RS256")
        curve = signing_key.generate("ES384")
        encrypted = pem(ec.generate_private_key(ec.SECP256R1()), b"password")
        odd = pem(ec.generate_private_key(ec.SECP256K1()))
        for algorithm, value, reason in (
            ("RS256", curve, "another type"),
            ("EdDSA", good, "another type"),
            ("ES256", good, "another type"),
            ("ES256", curve, "P-256"),
            ("ES256", odd, "P-256"),
            ("PS512", small, "2048"),
            ("RS256", good[: len(good) // 2], "missing"),
            ("RS256", "nonsense", "no private key"),
            ("ES256", encrypted, "encrypted"),
            ("RS256", signing_key.public_pem(good), "public key"),
            ("HS512", "s" * 63, "64 bytes"),
        ):
            with self.subTest(algorithm=algorithm, reason=reason):
                client = self.Client.create(
                    {"name": "X", "token_type": "jwt", "jwt_algorithm": algorithm}
                )
                with self.assertRaisesRegex(ValidationError, reason):
                    client.jwt_private_key = value
                with self.assertRaises(ValidationError):
                    self.Key.make(algorithm, client=client, value=value)

    def test_a_rotated_key_stays_published_until_its_last_token_has_expired(self):
        key = self.Key.ensure()
        client = self.Client.create({"name": "X", "id_token_lifetime": 7200})
        self.env["oauth.provider.token"].issue(
            client=client,
            user=self.env.user,
            scopes=client.scope_ids,
            lifetime=3 * 86400,
            key_id=key.id,
        )
        key.action_rotate()
        new = self.Key.find_signing("RS256")
        self.assertNotEqual(new, key)
        self.assertLessEqual({key.kid, new.kid}, set(self.published()))
        limit = fields.Datetime.now() + timedelta(days=2)
        self.assertGreater(key.published_until, limit)
        with self.assertRaises(UserError):
            key.action_rotate()
        new.action_rotate()
        self.assertLess(new.published_until, fields.Datetime.now() + timedelta(hours=3))
        self.assertGreater(
            new.published_until, fields.Datetime.now() + timedelta(hours=1)
        )

    def test_a_key_that_has_leaked_is_gone_at_once(self):
        key = self.Key.ensure()
        client = self.Client.create({"name": "X"})
        token, _value = self.env["oauth.provider.token"].issue(
            client=client,
            user=self.env.user,
            scopes=client.scope_ids,
            lifetime=60,
            key_id=key.id,
        )
        key.action_withdraw()
        self.assertNotIn(key.kid, self.published())
        self.assertEqual(key.state, "gone")
        self.assertTrue(self.Key.find_signing("RS256"))
        self.assertTrue(token.revoked_at)

    def test_the_job_announces_a_successor_before_it_signs(self):
        key = self.Key.ensure()
        self.Key._cron_rotate()
        self.assertEqual(self.Key.search([("algorithm", "=", "RS256")]), key)
        key.activates_at -= timedelta(days=89, hours=1)
        self.Key._cron_rotate()
        self.Key._cron_rotate()
        successor = self.Key.search([("algorithm", "=", "RS256")]) - key
        self.assertEqual(len(successor), 1)
        self.assertEqual(successor.state, "announced")
        self.assertIn(successor.kid, self.published())
        self.assertEqual(self.Key.find_signing("RS256"), key)
        successor.activates_at = fields.Datetime.now()
        self.assertEqual(self.Key.find_signing("RS256"), successor)
        self.Key._cron_rotate()
        self.assertEqual((key.state, successor.state), ("retired", "signing"))
        self.assertIn(key.kid, self.published())

    def test_no_rotation_where_an_administrator_wants_none(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.key_lifetime_days", "0")
        key = self.Key.ensure()
        key.activates_at -= timedelta(days=1000)
        self.Key._cron_rotate()
        self.assertEqual(self.Key.search([("algorithm", "=", "RS256")]), key)

    def test_only_an_administrator_brings_in_a_key(self):
        manager = new_manager(self.env)
        client = self.Client.create({"name": "X", "token_type": "jwt"})
        value = signing_key.generate("RS256")
        with self.assertRaises(AccessError):
            client.with_user(manager).jwt_private_key = value
        client.with_user(self.env.ref("base.user_admin")).jwt_private_key = value
        self.assertEqual(client.jwt_public_key, signing_key.public_pem(value))
        self.assertFalse(client.jwt_private_key)
        # A key that nobody ever sees is harmless
        self.assertFalse(client.with_user(manager).generate_private_key())
        self.assertNotEqual(client.jwt_public_key, signing_key.public_pem(value))
