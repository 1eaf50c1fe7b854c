# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The password grant tells nobody who does not get in whether a password was right."""

import time
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.base.models.res_users import CryptContext

from .common import OAuthCase

PASSWORD = "oauth_user_password"
#: Rounds of the digest of a password, for it to be what takes the time.
ROUNDS = 300_000
#: Where Odoo logs who signs in.
USERS = "odoo.addons.base.models.res_users"


@tagged("post_install", "-at_install")
class TestPassword(OAuthCase):
    def ask(self, client, secret, password, login=None):
        data = {
            "grant_type": "password",
            "username": login or self.user.login,
            "password": password,
        }
        return self.post("token", data, client, secret)

    def set_limit(self, failures):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.throttle_failures", str(failures))

    def test_where_a_second_factor_is_wanted_no_password_is_looked_at(self):
        self.set_limit(3)
        client, secret = self.create_client(
            "legacy application", second_factor_required=True
        )
        answers = [
            self.ask(client, secret, password)
            for password in (PASSWORD, "wrong", PASSWORD, "wrong", PASSWORD)
        ]
        self.assertEqual({answer.status_code for answer in answers}, {400})
        self.assertEqual(len({answer.text for answer in answers}), 1)
        self.assertEqual(answers[0].json()["error"], "unauthorized_client")
        self.assertFalse(self.user.login_date)

    def test_who_may_not_use_the_client_learns_nothing_of_the_password(self):
        self.set_limit(3)
        group = self.env["res.groups"].create({"name": "Wiki"})
        for passwords in ([PASSWORD] * 4, ["wrong"] * 4):
            # All clients share the count of a person
            self.env["oauth.provider.failure"].search([]).unlink()
            client, secret = self.create_client(
                "legacy application", group_ids=[Command.set(group.ids)]
            )
            answers = [self.ask(client, secret, password) for password in passwords]
            self.assertEqual(
                [answer.status_code for answer in answers], [400, 400, 400, 429]
            )
            self.assertEqual(answers[0].json()["error"], "invalid_grant")
        self.assertFalse(self.user.login_date)

    def test_a_refusal_takes_as_long_whether_there_is_such_a_user_or_not(self):
        self.set_limit(100)
        client, secret = self.create_client("legacy application")
        context = CryptContext(
            ["pbkdf2_sha512", "plaintext"], pbkdf2_sha512__rounds=ROUNDS
        )
        target = f"{USERS}.ResUsersPatchedInTest._crypt_context"
        with patch(target, lambda self: context):
            self.user.password = PASSWORD

            def shortest(login):
                times = []
                for _i in range(3):
                    start = time.perf_counter()
                    answer = self.ask(client, secret, "wrong", login)
                    times.append(time.perf_counter() - start)
                    self.assertEqual(answer.json()["error"], "invalid_grant")
                return min(times)

            known, unknown = shortest(self.user.login), shortest("nobody")
            self.assertGreater(unknown, known / 2)
            if "totp_secret" in self.user._fields:
                self.user.sudo().totp_secret = "JBSWY3DPEHPK3PXP"
                self.assertGreater(shortest(self.user.login), known / 2)

    def test_a_user_name_is_one_line_and_so_is_what_is_logged_of_it(self):
        client, secret = self.create_client("legacy application")
        for login in ("a\nFORGED", "a\r\nFORGED", "a\x1b[2JFORGED", "a\x85FORGED"):
            with self.subTest(login=login), self.assertNoLogs(USERS):
                answer = self.ask(client, secret, "wrong", login)
                self.assertEqual(answer.status_code, 400)
                self.assertEqual(answer.json()["error"], "invalid_request")
