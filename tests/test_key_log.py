# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No statement that fails brings a private key into the log."""

import os
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.tests import tagged

from ..tools import key_encryption, signing_key
from .common import CommittedCase
from .test_key_encryption import KeyCase


@tagged("post_install", "-at_install")
class TestKeyLog(KeyCase, CommittedCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(patch.dict(os.environ))
        os.environ.pop(key_encryption.VARIABLE, None)

    def assert_fails_without_a_key(self, function, env):
        """Run ``function``, which another transaction has made impossible."""
        with self.assertNoLogs("odoo.sql_db", "ERROR"):
            with self.assertRaises(SerializationFailure):
                function()
                env.cr.commit()
            env.cr.rollback()

    def test_the_commands_beside_a_change_of_a_key(self):
        self.configure(key_encryption.generate())
        with self.transaction() as env:
            key = env["oauth.provider.key"].make("ES256", replaces_unreadable=True)
            env.cr.commit()
        try:
            for command, is_encrypted in (
                ("decrypt_all", True),
                ("encrypt_all", False),
            ):
                with self.transaction() as one, self.transaction() as other:
                    keys = one["oauth.provider.key"]
                    keys.browse(key.id).read(["kid"])
                    changed = other["oauth.provider.key"].browse(key.id)
                    if not is_encrypted:
                        changed.decrypt_all()
                        other.cr.commit()
                        one.cr.rollback()
                        one.invalidate_all()
                        keys.browse(key.id).read(["kid"])
                    changed.published_until = "2030-01-01"
                    other.cr.commit()
                    with self.subTest(command):
                        self.assert_fails_without_a_key(getattr(keys, command), one)
        finally:
            with self.transaction() as env:
                env["oauth.provider.key"].browse(key.id).unlink()
                env.cr.commit()

    def test_a_key_for_a_client_that_is_deleted(self):
        with self.transaction() as env:
            values = {"name": "X", "token_type": "jwt"}
            client = env["oauth.provider.client"].create(values)
            env.cr.commit()
        with self.transaction() as one, self.transaction() as other:
            brought = one["oauth.provider.client"].browse(client.id)
            brought.read(["name"])
            other["oauth.provider.client"].browse(client.id).unlink()
            other.cr.commit()
            value = signing_key.generate("RS256")
            self.assert_fails_without_a_key(
                lambda: brought.write({"jwt_private_key": value}), one
            )
