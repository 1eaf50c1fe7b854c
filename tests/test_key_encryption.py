# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Private signing keys at rest: encrypted, and never another database's."""

import os
from datetime import timedelta
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import config, mute_logger

from ..tools import key_encryption, signing_key
from .common import new_manager

ENCRYPTION_LOGGER = "odoo.addons.oauth_provider.models.oauth_provider_key_rotation"


class KeyCase:
    """Sets the configuration of this process."""

    def configure(self, *keys):
        """Let ``keys`` (str) be those of the environment from now on."""
        variable = {key_encryption.VARIABLE: ",".join(keys)}
        self.startPatcher(patch.dict(os.environ, variable))

    def stored(self, key):
        """Return what the table holds of ``key``: (private key, is encrypted)."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT private_key, is_encrypted FROM oauth_provider_key WHERE id = %s",
            (key.id,),
        )
        return self.env.cr.fetchone()

    def become_copy(self):
        """Do what Odoo does with a database that is restored as a copy."""
        self.env["ir.config_parameter"].init(force=True)


@tagged("post_install", "-at_install")
class TestKeyEncryption(KeyCase, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Key = cls.env["oauth.provider.key"]
        cls.Client = cls.env["oauth.provider.client"]

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(key_encryption.VARIABLE, None)
        self.first, self.second = key_encryption.generate(), key_encryption.generate()

    def test_without_a_configured_key_they_are_stored_as_they_are(self):
        value, is_encrypted = self.stored(self.Key.make("ES256"))
        self.assertIn("BEGIN PRIVATE KEY", value)
        self.assertFalse(is_encrypted)

    def test_every_way_to_a_key_encrypts_it(self):
        self.configure(self.first)
        client = self.Client.create({"name": "X", "token_type": "jwt"})
        brought = signing_key.generate("RS256")
        client.jwt_private_key = brought
        own = client.jwt_key_ids.filtered(lambda key: not key.retired_at)
        shared = self.Client.create(
            {"name": "Y", "token_type": "jwt", "jwt_algorithm": "HS256"}
        )
        secret = shared.generate_private_key()
        of_shared = shared.jwt_key_ids.filtered(lambda key: not key.retired_at)
        made = self.Key.make("EdDSA")
        ensured = self.Key.ensure("ES256")
        made.action_rotate()
        successor = self.Key.find_signing("EdDSA")
        self.assertNotEqual(successor, made)
        for key in (own, of_shared, made, ensured, successor):
            with self.subTest(key=key.algorithm):
                value, is_encrypted = self.stored(key)
                self.assertTrue(is_encrypted)
                plain = Fernet(self.first).decrypt(value.encode()).decode()
                self.assertEqual(plain, key.get_private_key())
                self.assertNotIn("PRIVATE KEY", value)
                self.assertTrue(key.sign({"sub": "x"}))
        self.assertEqual(own.get_private_key(), brought.strip())
        self.assertEqual(of_shared.get_private_key(), secret)

    def test_the_configuration_file_has_it_too_and_the_environment_precedes(self):
        with patch.dict(config.options, {key_encryption.OPTION: self.first}):
            key = self.Key.make("ES256")
            Fernet(self.first).decrypt(self.stored(key)[0].encode())
            self.configure(self.second)
            other = self.Key.make("ES256", replaces_unreadable=True)
            Fernet(self.second).decrypt(self.stored(other)[0].encode())
            os.environ[key_encryption.VARIABLE] = ""
            self.assertTrue(key.get_private_key())

    def test_several_keys_for_rotation(self):
        self.configure(self.first)
        key = self.Key.make("ES256")
        plain = key.get_private_key()
        for text in (
            f"{self.second},{self.first}",
            f" {self.second} , {self.first} ",
            f"{self.second}\n{self.first}",
        ):
            self.configure(text)
            self.assertEqual(key.get_private_key(), plain)
        Fernet(self.second).decrypt(self.stored(self.Key.make("ES256"))[0].encode())
        done = self.Key.encrypt_all()
        self.assertIn(key, done["rotated"])
        # The first is no longer needed
        self.configure(self.second)
        self.assertEqual(key.get_private_key(), plain)
        self.assertFalse(any(self.Key.encrypt_all().values()))

    def test_the_command_encrypts_what_exists(self):
        key = self.Key.ensure()
        client = self.Client.create(
            {"name": "X", "token_type": "jwt", "jwt_algorithm": "HS256"}
        )
        retired = self.Key.make("ES256")
        retired.retire()
        plain = {
            one: one.get_private_key() for one in (key, retired, client.jwt_key_ids)
        }
        with self.assertRaisesRegex(UserError, "oauth_provider_secret_key"):
            self.Key.encrypt_all()
        self.configure(self.first)
        # Readable meanwhile: the workers go on while the command runs
        self.assertEqual(key.get_private_key(), plain[key])
        done = self.Key.encrypt_all()
        self.assertFalse(done["rotated"] | done["unreadable"])
        for one, value in plain.items():
            self.assertIn(one, done["encrypted"])
            self.assertTrue(self.stored(one)[1])
            self.assertEqual(one.get_private_key(), value)
        self.assertFalse(any(self.Key.encrypt_all().values()))
        self.assertFalse(self.Key.search([("is_encrypted", "=", False)]))
        done = self.Key.decrypt_all()
        self.assertEqual(len(done["unreadable"]), 0)
        for one, value in plain.items():
            self.assertEqual(self.stored(one), (value, False))

    def test_the_command_leaves_what_it_cannot_read(self):
        self.configure(self.first)
        key = self.Key.make("ES256")
        before = self.stored(key)
        self.configure(self.second)
        for command in (self.Key.encrypt_all, self.Key.decrypt_all):
            self.assertEqual(command()["unreadable"], key)
            self.assertEqual(self.stored(key), before)

    def test_a_wrong_configuration_replaces_nothing(self):
        self.configure(self.first)
        key = self.Key.make("ES256")
        client = self.Client.create({"name": "X", "token_type": "jwt"})
        client.generate_private_key()
        key.activates_at -= timedelta(days=1000)
        self.env.flush_all()
        self.env.cr.execute("SELECT * FROM oauth_provider_key ORDER BY id")
        before = self.env.cr.fetchall()
        for wrong in ([self.second], [], ["malformed"], [self.first, "malformed"]):
            with self.subTest(wrong=wrong):
                self.configure(*wrong)
                for attempt in (
                    lambda: self.Key.ensure("ES256").sign({}),
                    lambda: self.Key.ensure("ES384"),
                    lambda: self.Key.make("ES256"),
                    lambda: client.get_jwt_key().sign({}),
                    key.action_rotate,
                    client.generate_private_key,
                    key.get_private_key,
                ):
                    with self.assertRaises(key_encryption.SigningUnavailableError):
                        attempt()
                with self.assertLogs(ENCRYPTION_LOGGER, "WARNING"):
                    self.Key._cron_rotate()
                self.env.flush_all()
                self.env.cr.execute("SELECT * FROM oauth_provider_key ORDER BY id")
                self.assertEqual(self.env.cr.fetchall(), before)
        # In another worker all is well
        self.configure(self.first)
        self.assertTrue(key.sign({"sub": "x"}))
        self.assertIn(key.kid, self.Key.find_published().mapped("kid"))

    def test_what_was_loaded_does_not_outlive_the_configuration(self):
        self.configure(self.first)
        key = self.Key.make("RS256")
        self.assertTrue(key.sign({"sub": "x"}))
        self.configure(self.second)
        with self.assertRaises(key_encryption.SigningUnavailableError):
            key.sign({"sub": "x"})

    def test_the_message_says_what_is_wrong(self):
        self.configure(self.first)
        key = self.Key.make("ES256")
        with patch.dict(config.options, {key_encryption.OPTION: "malformed"}):
            self.configure("")
            with self.assertRaisesRegex(UserError, "1 in oauth_provider_secret_key"):
                key.sign({})
        for keys, text in (
            (("x",), "Key number 1 in OAUTH_PROVIDER_SECRET_KEY"),
            ((), f"{key.kid} is encrypted, and this server has no"),
            ((self.second,), f"decrypts the signing key {key.kid}"),
            ((self.first, "x" * 44), "Key number 2 .* is malformed"),
            ((",",), "Key number 1 .* is malformed"),
            (("ü" * 43,), "Key number 1 .* is malformed"),
            ((self.first[:-2],), "Key number 1 .* is malformed"),
        ):
            with self.subTest(text=text):
                self.configure(*keys)
                with self.assertRaisesRegex(UserError, text) as caught:
                    key.sign({})
                for secret in filter(lambda secret: len(secret) > 1, keys):
                    self.assertNotIn(secret, str(caught.exception))

    def test_a_leaked_key_is_stopped_whatever_the_configuration_is(self):
        self.configure(self.first)
        key = self.Key.make("ES256")
        self.configure("malformed")
        action = key.action_withdraw()
        self.assertIn("none replaces it", action["params"]["message"])
        self.assertTrue(key.is_withdrawn)
        self.assertNotIn(key.kid, self.Key.find_published().mapped("kid"))
        # Where it can be decrypted, another one takes its place at once
        self.configure(self.first)
        key = self.Key.make("ES256")
        self.assertIs(key.action_withdraw(), True)
        self.assertNotEqual(self.Key.find_signing("ES256"), key)
        self.assertTrue(self.Key.find_signing("ES256").sign({}))

    def test_the_command_makes_new_keys(self):
        key = self.Key.ensure()
        self.Key.renew(only_unreadable=True)
        self.assertEqual(self.Key.find_signing("RS256"), key)
        self.Key.renew()
        new = self.Key.find_signing("RS256")
        self.assertNotEqual(new, key)
        self.assertLessEqual(
            {key.kid, new.kid}, set(self.Key.find_published().mapped("kid"))
        )

    def test_the_command_replaces_what_is_lost(self):
        self.configure(self.first)
        lost = self.Key.make("ES256")
        clients = self.Client.create(
            [
                {"name": name, "token_type": "jwt", "jwt_algorithm": algorithm}
                for name, algorithm in (("X", "RS256"), ("Y", "HS256"))
            ]
        )
        for client in clients:
            client.generate_private_key()
        of_clients = clients.jwt_key_ids.filtered(lambda key: not key.retired_at)
        self.configure(self.second)
        self.assertEqual(self.Key.find_unreadable(), lost | of_clients)
        new, to_tell = self.Key.renew(only_unreadable=True)
        self.assertEqual(len(new), 3)
        self.assertEqual(to_tell, clients[1])
        self.assertFalse(self.Key.find_unreadable())
        self.assertTrue(self.Key.find_signing("ES256").sign({}))
        for client in clients:
            self.assertTrue(client.get_jwt_key().sign({}))
        # What was signed before is still verified
        self.assertIn(lost.kid, self.Key.find_published().mapped("kid"))

    def test_a_copy_makes_its_own_keys_and_leaves_those_of_the_original(self):
        self.configure(self.first)
        key = self.Key.ensure()
        further = self.Key.make("ES256")
        client = self.Client.create({"name": "X", "token_type": "jwt"})
        client.generate_private_key()
        own = client.get_jwt_key()
        hint = key.sign(
            {
                "iss": self.env["oauth.provider"].get_issuer(),
                "aud": "x",
                "sub": "y",
                "exp": 1,
            }
        )
        self.assertTrue(self.Key.verify(hint, "x"))
        self.become_copy()
        published = set(self.Key.find_published().mapped("kid"))
        for old in (key, further, own):
            self.assertEqual(old.state, "foreign")
            self.assertNotIn(old.kid, published)
            with self.assertRaisesRegex(UserError, "a copy of"):
                old.sign({})
            with self.assertRaises(UserError):
                old.action_rotate()
        self.assertFalse(self.Key.verify(hint, "x"))
        for algorithm in ("RS256", "ES256"):
            new = self.Key.find_signing(algorithm)
            self.assertTrue(new.sign({}))
            self.assertIn(new.kid, published)
            self.assertNotIn(new, key | further)
        self.assertNotEqual(client.get_jwt_key(), own)
        self.assertTrue(client.get_jwt_key().sign({}))
        kids = {jwk["kid"] for jwk in self.Key.get_published_jwks()}
        self.assertLessEqual(published, kids)
        self.assertNotIn(key.kid, kids)

    def test_a_copy_that_nobody_told_the_addon_of(self):
        """Such as by a statement of SQL, or where the addon was not loaded."""
        key = self.Key.ensure()
        self.env.cr.execute(
            "UPDATE ir_config_parameter SET value = 'other' WHERE key = 'database.uuid'"
        )
        self.env["ir.config_parameter"].invalidate_model()
        self.env.registry.clear_cache("stable")
        self.assertFalse(self.Key.find_signing("RS256"))
        self.assertFalse(self.Key.find_published())
        [jwk] = self.Key.get_published_jwks()
        self.assertNotEqual(jwk["kid"], key.kid)
        self.assertEqual(self.Key.find_signing("RS256").kid, jwk["kid"])
        self.assertEqual(self.Key.get_published_jwks(), [jwk])
        self.Key._cron_rotate()
        self.assertTrue(key.retired_at)
        self.assertNotEqual(self.Key.find_signing("RS256"), key)

    def test_a_copy_without_the_configuration_signs_all_the_same(self):
        """It cannot decrypt the keys of the original, and does not need them."""
        self.configure(self.first)
        self.Key.make("ES256")
        for keys in ((self.second,), ()):
            self.configure(*keys)
            self.become_copy()
            self.assertTrue(self.Key.find_signing("ES256").sign({}))
            self.assertFalse(self.Key.find_unreadable())

    def test_a_copy_with_a_malformed_configuration_is_made_all_the_same(self):
        key = self.Key.ensure()
        self.configure("malformed")
        with mute_logger(
            "odoo.addons.oauth_provider.models.oauth_provider_key_encryption"
        ):
            self.become_copy()
        with self.assertRaisesRegex(UserError, "malformed"):
            self.Key.ensure()
        self.configure(self.first)
        self.assertNotEqual(self.Key.ensure(), key)

    def test_a_database_that_is_moved_keeps_its_keys(self):
        key = self.Key.ensure()
        parameters = self.env["ir.config_parameter"]
        uuid = parameters.get_param("database.uuid")
        self.assertEqual(key.sudo().database_uuid, uuid)
        # Odoo starts elsewhere, under another name and with another address
        parameters.init()
        parameters.set_param("web.base.url", "https://elsewhere.example.com")
        parameters.set_param("database.uuid", uuid)
        self.assertEqual(self.Key.ensure(), key)
        self.assertEqual(key.state, "signing")

    def test_keys_from_before_belong_to_this_database(self):
        key = self.Key.ensure()
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE oauth_provider_key ALTER database_uuid DROP NOT NULL"
        )
        self.env.cr.execute("UPDATE oauth_provider_key SET database_uuid = NULL")
        self.Key._init_column("database_uuid")
        self.env.invalidate_all()
        self.assertEqual(self.Key.find_signing("RS256"), key)
        self.assertTrue(key.sign({}))

    def test_old_keys_of_the_original_are_removed_like_others(self):
        key = self.Key.ensure()
        self.become_copy()
        key.published_until = fields.Datetime.now() - timedelta(days=366)
        self.Key._gc_gone()
        self.assertFalse(key.exists())

    def test_nobody_reads_of_which_database_a_key_is(self):
        manager = new_manager(self.env)
        key = self.Key.ensure().with_user(self.env.ref("base.user_admin"))
        with self.assertRaises(AccessError):
            key.read(["database_uuid"])
        self.assertEqual(key.read(["is_encrypted"])[0]["is_encrypted"], False)
        for user in (self.env.ref("base.user_admin"), manager):
            keys = self.Key.with_user(user)
            self.assertFalse(keys.default_get(["database_uuid"]).get("database_uuid"))

    def test_what_the_check_up_says(self):
        Finding = self.env["oauth.provider.finding"].with_user(new_manager(self.env))

        def check():
            found = Finding.search(Finding.action_check()["domain"])
            return {finding.name: finding for finding in found}

        self.Key.ensure()
        plain = "Private signing keys are stored unencrypted."
        some = "Some private signing keys are still stored unencrypted."
        self.assertEqual(check()[plain].severity, "2")
        self.assertIn("oauth_provider_keys generate", check()[plain].advice)
        self.configure(self.first)
        self.assertNotIn(plain, check())
        self.assertIn("oauth_provider_keys encrypt", check()[some].advice)
        self.Key.encrypt_all()
        self.assertFalse({plain, some} & check().keys())
        key = self.Key.make("ES256")
        for keys, text in (
            ((), "this server has no oauth_provider_secret_key"),
            ((self.second,), f"decrypts the signing key {key.kid}"),
            (("malformed",), "Key number 1 in OAUTH_PROVIDER_SECRET_KEY"),
        ):
            with self.subTest(text=text):
                self.configure(*keys)
                [found] = [f for name, f in check().items() if text in name]
                self.assertEqual(found.severity, "1")
                self.assertTrue(found.advice)

    def test_events_tell_of_it(self):
        self.configure(self.first)
        self.Key.encrypt_all()
        event = self.env["oauth.provider.event"].search([], limit=1)
        self.assertEqual(event.kind, "key_rotated")
        self.assertIn("encrypted", event.reason)
