# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The password grant tells nobody who does not get in whether a password was right."""

import logging
import time
from collections import defaultdict
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from passlib.handlers.pbkdf2 import pbkdf2_sha512

from odoo.exceptions import AccessDenied
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.base.models.res_users import CryptContext, ResUsers

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

    def test_a_password_of_any_length_is_wrong_and_counts(self):
        client, secret = self.create_client("legacy application")
        rows = self.env["oauth.provider.failure"]
        for size in (4096, 4097, 900_000):
            for login in (self.user.login, "nobody"):
                rows.search([]).unlink()
                with self.subTest(size=size, login=login):
                    answer = self.ask(client, secret, "x" * size, login)
                    self.assertEqual(answer.status_code, 400)
                    self.assertEqual(answer.json()["error"], "invalid_grant")
                    self.assertEqual(rows.search_count([]), 1)

    def test_a_login_is_no_longer_than_a_line(self):
        self.set_limit(100)
        client, secret = self.create_client("legacy application")
        for size, error in ((255, "invalid_grant"), (256, "invalid_request")):
            with self.assertLogs(USERS, logging.INFO) as logs:
                # Something is logged in any case
                logging.getLogger(USERS).info("-")
                answer = self.ask(client, secret, "wrong", "x" * size)
            self.assertEqual(answer.json()["error"], error)
            self.assertLess(max(map(len, logs.output)), 1000)
        with self.assertNoLogs(USERS):
            answer = self.ask(client, secret, "wrong", "x" * 900_000)
        self.assertEqual(answer.json()["error"], "invalid_request")

    def count_digests(self):
        """Return a list that grows by each digest of a password."""
        original, done = pbkdf2_sha512._calc_checksum, []

        def calculate(handler, password):
            done.append(password)
            return original(handler, password)

        self.startPatcher(patch.object(pbkdf2_sha512, "_calc_checksum", calculate))
        return done

    def test_who_has_no_password_is_refused_as_slowly_as_nobody(self):
        """Invited people, and those of LDAP or another provider."""
        self.set_limit(100)
        client, secret = self.create_client("legacy application")
        group = self.env["res.groups"].create({"name": "Wiki"})
        closed, closed_secret = self.create_client(
            "legacy application", group_ids=[Command.set(group.ids)]
        )
        for login, password in (("oauth_invited", None), ("oauth_empty", "")):
            new_test_user(self.env, login, password=PASSWORD)
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE res_users SET password = %s WHERE login = %s",
                [password, login],
            )
        done = self.count_digests()
        for login in (self.user.login, "nobody", "oauth_invited", "oauth_empty"):
            for pair in ((client, secret), (closed, closed_secret)):
                done.clear()
                answer = self.ask(*pair, "wrong", login)
                self.assertEqual(answer.json()["error"], "invalid_grant")
                self.assertEqual(len(done), 1, login)
        # Nor twice where the right one does not help
        done.clear()
        self.ask(closed, closed_secret, PASSWORD)
        self.assertEqual(len(done), 1)

    def test_what_addons_hang_on_every_sign_in_holds_for_the_grant(self):
        client, secret = self.create_client("legacy application")
        seen, original = [], ResUsers._assert_can_auth

        @contextmanager
        def refuse(users, user=None):
            seen.append(user)
            if len(seen) % 2:
                raise AccessDenied
            with original(users, user=user):
                yield

        self.startPatcher(patch.object(ResUsers, "_assert_can_auth", refuse))
        for _round in range(2):
            self.assertEqual(self.ask(client, secret, PASSWORD).status_code, 400)
            self.assertEqual(self.ask(client, secret, PASSWORD).status_code, 200)
        self.assertEqual(seen, [self.user.login] * 4)
        self.assertEqual(self.env["oauth.provider.failure"].search_count([]), 2)

    def test_the_cooldown_of_the_sign_in_page_stays_as_it_is(self):
        client, secret = self.create_client("legacy application")
        registry = self.env.registry
        own = {"127.0.0.1": (3, datetime(2026, 1, 1))}
        other = {"192.0.2.1": (1, None)}
        for known in (own, other, own | other, {}):
            failures = defaultdict(lambda: (0, datetime.min), known)
            with patch.object(registry, "_login_failures", failures, create=True):
                for password in ("wrong", PASSWORD, "wrong"):
                    self.ask(client, secret, password)
                    found = {key: n for key, n in failures.items() if n[0]}
                    self.assertEqual(found, known, password)
