# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A worker or host with the wrong configuration harms the others in no way."""

import os
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import config, mute_logger

from ..tools import key_encryption
from ..tools.key_encryption import SigningUnavailableError
from .common import new_manager
from .test_key_encryption import KeyCase

KEY_LOGGER = "odoo.addons.oauth_provider.models.oauth_provider_key"


@tagged("post_install", "-at_install")
class TestKeyWrongWorker(KeyCase, TransactionCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(key_encryption.VARIABLE, None)
        self.right, self.wrong = key_encryption.generate(), key_encryption.generate()
        self.manager = new_manager(self.env)
        self.Key = self.env["oauth.provider.key"]
        self.Key.search([]).unlink()

    def make(self, algorithm="RS256", **values):
        """Return a key that a worker with the right configuration has made."""
        self.configure(self.right)
        return self.Key.make(algorithm, **values)

    def test_a_withdrawn_key_is_replaced_by_a_worker_that_can_read_it(self):
        for wrong in ([self.wrong], [], ["malformed"], ["False"]):
            with self.subTest(wrong=wrong):
                self.configure(self.right)
                key = self.Key.ensure("RS256")
                self.configure(*wrong)
                action = key.with_user(self.manager).action_withdraw()
                self.assertIn("none replaces it", action["params"]["message"])
                self.assertTrue(key.is_withdrawn)
                self.assertFalse(self.Key.find_signing("RS256"))
                # Nor does the wrong worker make one when it has to sign
                for algorithm in ("RS256", "ES256"):
                    with self.assertRaises(SigningUnavailableError):
                        self.Key.ensure(algorithm)
                self.configure(self.right)
                self.assertTrue(self.Key.ensure("RS256").sign({}))
                self.assertTrue(self.Key.ensure("RS256").is_encrypted)

    def test_a_withdrawn_key_in_plain_text_beside_an_encrypted_one(self):
        plain = self.Key.ensure("ES256")
        self.make("RS256")
        self.configure(self.wrong)
        plain.with_user(self.manager).action_withdraw()
        self.assertFalse(self.Key.find_signing("ES256"))
        self.configure(self.right)
        self.assertTrue(self.Key.ensure("ES256").sign({}))

    def test_a_stray_key_beside_keys_in_plain_text(self):
        """The successors can be read where no key is configured."""

        def can_sign():
            self.configure()
            return bool(self.Key.ensure("RS256").sign({}))

        self.configure()
        old = self.Key.ensure("RS256")
        old.activates_at = fields.Datetime.now() - timedelta(days=89, hours=12)
        self.configure(self.wrong)
        self.Key._cron_rotate()
        new = self.Key.search([("id", "!=", old.id)])
        self.assertTrue(new)
        new.activates_at = fields.Datetime.now() - timedelta(minutes=1)
        self.Key._cron_rotate()
        self.assertTrue(old.retired_at)
        self.assertTrue(can_sign())
        for method in ("action_rotate", "action_withdraw"):
            self.configure(self.wrong)
            key = self.Key.find_signing("RS256")
            getattr(key.with_user(self.manager), method)()
            self.assertTrue(can_sign())
            self.assertNotEqual(self.Key.find_signing("RS256"), key)
        # The right configuration of all: from then on they are encrypted
        self.configure(self.right)
        self.Key.encrypt_all()
        key = self.Key.find_signing("RS256")
        key.with_user(self.manager).action_rotate()
        self.assertTrue(self.Key.find_signing("RS256").is_encrypted)
        self.assertNotEqual(self.Key.find_signing("RS256"), key)
        # A malformed one changes nothing
        self.Key.decrypt_all()
        self.configure("malformed")
        key = self.Key.find_signing("RS256")
        with self.assertRaises(UserError):
            key.with_user(self.manager).action_rotate()
        self.assertEqual(self.Key.find_signing("RS256"), key)

    def test_withdrawn_where_it_can_be_read(self):
        key = self.make()
        self.configure(self.wrong, self.right)
        self.assertIs(key.with_user(self.manager).action_withdraw(), True)
        self.assertTrue(self.Key.find_signing("RS256").sign({}))

    def test_the_command_makes_a_key_after_the_only_one_is_withdrawn(self):
        """Where the right configuration is lost."""
        for options in ({"only_unreadable": True}, {}):
            with self.subTest(options=options):
                key = self.make(replaces_unreadable=True)
                self.configure(self.wrong)
                key.action_withdraw()
                new, _clients = self.Key.renew(**options)
                self.assertEqual(new.algorithm, "RS256")
                self.assertTrue(self.Key.ensure("RS256").sign({}))
                self.assertTrue(self.Key.ensure("ES256").sign({}))
                self.Key.search([]).unlink()

    def test_encrypt_on_a_host_with_another_key(self):
        plain = self.Key.ensure("ES256")
        encrypted = self.make("RS256")
        both = f"{self.wrong},{self.right}"
        self.configure(self.wrong)
        done = self.Key.encrypt_all()
        self.assertEqual(done["unreadable"], encrypted)
        self.assertFalse(done["encrypted"] | done["rotated"])
        self.configure(self.right)
        self.assertTrue(plain.sign({}))
        self.configure(both)
        done = self.Key.encrypt_all()
        self.assertEqual(
            [len(done[kind]) for kind in ("encrypted", "rotated", "unreadable")],
            [1, 1, 0],
        )

    def test_nothing_is_left_to_do_with_retired_keys(self):
        self.make()
        self.configure(self.wrong)
        self.Key.renew(only_unreadable=True)
        for command in (self.Key.encrypt_all, self.Key.decrypt_all):
            self.assertFalse(command()["unreadable"])
        self.assertTrue(self.Key.ensure("RS256").sign({}))

    def test_no_context_of_a_caller_replaces_keys(self):
        self.make()
        client = self.env["oauth.provider.client"].create({"name": "X"})
        client.token_type = "jwt"
        self.configure(self.wrong)
        mine = client.with_user(self.manager).with_context(
            oauth_replaces_unreadable_keys=True, replaces_unreadable=True
        )
        for change in (
            lambda: mine.write({"id_token_signed_response_alg": "ES256"}),
            lambda: mine.write({"userinfo_signed_response_alg": "EdDSA"}),
            mine.generate_private_key,
        ):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                change()
        self.assertEqual(len(self.Key.search([])), 1)

    def test_the_addon_can_be_updated_with_a_malformed_key(self):
        self.Key.ensure("RS256")
        self.configure("malformed")
        with mute_logger(f"{KEY_LOGGER}_encryption"):
            self.become_copy()
        with self.assertLogs(KEY_LOGGER, "WARNING") as logs:
            # What data/oauth_provider_key_data.xml calls at each update
            self.Key.ensure_at_update()
        self.assertIn("malformed", logs.output[0])
        self.configure(self.right)
        self.Key.ensure_at_update()
        self.assertTrue(self.Key.find_signing("RS256").is_encrypted)

    def test_what_is_no_key(self):
        for text in (
            f"{self.right};{self.wrong}",
            f"{self.right}x",
            f"{self.right}={self.wrong}",
            f"{self.right},{self.right[:-1]}",
            self.right[:-3] + "=",
            f"'{self.right}'",
        ):
            with self.subTest(text=text):
                self.configure(text)
                with self.assertRaisesRegex(UserError, "malformed"):
                    self.Key.make("RS256")
        self.assertFalse(self.Key.search([]))

    def test_what_odoo_writes_for_nothing(self):
        for text in ("False", "None", " False "):
            with self.subTest(text=text):
                self.configure(text)
                self.assertFalse(self.Key.make("RS256").is_encrypted)
                with patch.dict(config.options, {key_encryption.OPTION: text}):
                    self.assertFalse(key_encryption.is_configured())
        with patch.dict(config.options, {key_encryption.OPTION: self.right}):
            self.assertEqual(key_encryption.get_source(), key_encryption.OPTION)
            self.assertTrue(self.Key.make("RS256").is_encrypted)
