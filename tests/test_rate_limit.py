# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Nobody locks out a client that has nothing to guess, nor other people."""

import contextlib
import threading
import time
from datetime import timedelta
from unittest.mock import patch

from psycopg2.pool import PoolError

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.tests import BaseCase, Form, new_test_user, tagged
from odoo.tools import config

from odoo.addons.base.models.res_users import ResUsers

from ..models.oauth_provider_failure import UNKNOWN_KEYS
from ..storage import rate_limit
from ..tools.address import rate_limit_key
from .common import REDIRECT_URI, OAuthCase, new_manager

GRANT = {"grant_type": "client_credentials"}
#: A secret that a person has typed, and that a person might guess.
TYPED = "a secret that somebody has thought out"
PASSWORD = "oauth_user_password"
ROUTES = ("token", "introspect", "revoke_token")


class RateLimitCase(OAuthCase):
    def setUp(self):
        super().setUp()
        self.failures = self.env["oauth.provider.failure"]

    def create_typed(self, application_type="backend application", **values):
        client, _generated = self.create_client(application_type, **values)
        client.secret = TYPED
        return client

    def statuses(self, times, route, data, *credentials, **headers):
        """Return the status of each of as many equal requests."""
        return [
            self.post(route, data, *credentials, **headers).status_code
            for _number in range(times)
        ]

    def rows(self):
        return self.failures.search_count([])


@tagged("post_install", "-at_install")
class TestRateLimitKey(BaseCase):
    def test_what_counts_as_one_caller(self):
        for key, addresses in {
            "192.0.2.1": (
                "192.0.2.1",
                "192.0.2.1:5678",
                "::ffff:192.0.2.1",
                "[::ffff:192.0.2.1]:443",
                "64:ff9b::c000:201",
            ),
            "192.0.2.2": ("64:ff9b::192.0.2.2", "192.0.2.2:1"),
            "2001:db8:0:1::/64": (
                "2001:db8:0:1::1",
                "2001:db8:0:1:ffff::",
                "[2001:db8:0:1::1]",
                "[2001:db8:0:1::1]:443",
            ),
            "no address:1": ("no address:1",),
            "[": ("[",),
            "": ("",),
        }.items():
            for address in addresses:
                with self.subTest(address=address):
                    self.assertEqual(rate_limit_key(address), key)


@tagged("post_install", "-at_install")
class TestRateLimit(RateLimitCase):
    def public_call(self, client):
        """Return the status of what a public client itself does."""
        data = {
            "grant_type": "authorization_code",
            "code": "x",
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
            "client_id": client.identifier,
        }
        return self.post("token", data)

    def test_a_public_client_is_not_locked_out_by_secrets_in_its_name(self):
        for kind in ("web application", "mobile application"):
            client, _secret = self.create_client(kind, client_type="public")
            for route in ROUTES:
                data = {**GRANT, "token": "t", "client_id": client.identifier}
                guess = {**data, "client_secret": "guess"}
                self.assertIn(429, self.statuses(11, route, guess))
            with self.subTest(kind):
                answer = self.public_call(client)
                self.assertEqual(answer.status_code, 400, answer.text)
                self.assertNotIn("invalid_client", answer.text)
                revoked = {"token": "t", "client_id": client.identifier}
                self.assertEqual(self.statuses(2, "revoke_token", revoked), [200, 200])

    def test_a_public_client_goes_through_a_whole_sign_in_meanwhile(self):
        client, _secret = self.create_client(client_type="public")
        self.sign_in()
        code = self.get_code(client)
        guess = {"grant_type": "x", "token": "t", "client_secret": "guess"}
        guess["client_id"] = client.identifier
        self.assertEqual(self.statuses(11, "revoke_token", guess), [401] * 10 + [429])
        answer = self.redeem(code, client, "")
        self.assertEqual(answer.status_code, 200, answer.text)

    def test_requests_without_a_secret_are_never_counted(self):
        """Of public, confidential, archived and unknown clients."""
        client, _secret = self.create_client("backend application")
        archived, _secret = self.create_client("backend application", active=False)
        for identifier in (client.identifier, archived.identifier, "unknown", None):
            data = {**GRANT, "token": "t"}
            if identifier:
                data["client_id"] = identifier
            for route in ROUTES:
                self.assertEqual(self.statuses(12, route, data), [401] * 12)
        self.assertFalse(self.rows())

    def test_there_is_no_sum_per_address(self):
        client = self.create_typed()
        for number in range(150):
            data = {**GRANT, "client_id": f"u{number}", "client_secret": "x"}
            self.post("token", data)
        self.assertEqual(self.post("token", GRANT, client, TYPED).status_code, 200)
        others = [self.create_typed() for _number in range(12)]
        for other in others:
            self.assertEqual(self.statuses(10, "token", GRANT, other, "x"), [401] * 10)
        self.assertEqual(self.post("token", GRANT, client, TYPED).status_code, 200)
        self.assertEqual(self.post("token", GRANT, others[0], TYPED).status_code, 429)

    def test_unknown_clients_leave_few_rows(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "1"
        )
        for number in range(200):
            data = {**GRANT, "client_id": f"u{number}", "client_secret": "x"}
            self.assertIn(self.post("token", data).status_code, (401, 429))
        self.assertGreater(self.rows(), UNKNOWN_KEYS // 2)
        self.assertLessEqual(self.rows(), UNKNOWN_KEYS)

    def test_rows_that_no_longer_count_go_with_the_next_failure(self):
        client = self.create_typed()
        for _round in range(3):
            self.assertEqual(
                self.statuses(11, "token", GRANT, client, "x"), [401] * 10 + [429]
            )
            self.failures.search([]).failed_at = fields.Datetime.now() - timedelta(
                seconds=61
            )
        self.post("token", GRANT, client, "x")
        self.assertEqual(self.rows(), 1)

    def test_an_unknown_client_is_answered_like_a_known_one(self):
        client = self.create_typed()
        archived = self.create_typed(active=False)
        public, _secret = self.create_client(client_type="public")
        answers = []
        names = (client.identifier, archived.identifier, public.identifier, "nobody")
        for name in names:
            for origin in ({}, {"Origin": "https://page.example.com"}):
                data = {**GRANT, "client_id": name, "client_secret": "x"}
                self.failures.search([]).unlink()
                answers.append(
                    [
                        (answer.status_code, answer.text)
                        for answer in (
                            self.post("token", data, **origin) for _number in range(11)
                        )
                    ]
                )
        for plain, with_origin in zip(answers[::2], answers[1::2], strict=True):
            self.assertEqual(plain, answers[0])
            self.assertEqual(with_origin, answers[1])
        self.assertEqual({status for status, _text in answers[1]}, {401})

    def test_the_keys_of_unknown_clients_depend_on_the_database(self):
        """Else a name could be chosen that shares a key with one that is tried."""
        none = self.Client
        keys = [self.failures.get_client_subject(none, f"u{n}") for n in range(500)]
        self.assertLessEqual(len(set(keys)), UNKNOWN_KEYS)
        self.env["ir.config_parameter"].set_param("database.secret", "another")
        others = [self.failures.get_client_subject(none, f"u{n}") for n in range(500)]
        # Which of the keys they meet is chance, not that there are so few
        self.assertLessEqual(len({*keys, *others}), UNKNOWN_KEYS)
        self.assertNotEqual(keys, others)

    def test_a_page_of_a_browser_locks_nobody_out(self):
        client = self.create_typed()
        for origin in ("https://page.example.com", "null", REDIRECT_URI, ""):
            with self.subTest(origin=origin):
                for route in ROUTES:
                    data = {**GRANT, "token": "t"}
                    statuses = self.statuses(
                        12, route, data, client, "guess", Origin=origin
                    )
                    self.assertEqual(statuses, [401] * 12)
        self.assertFalse(self.rows())
        self.assertEqual(self.post("token", GRANT, client, TYPED).status_code, 200)

    def test_with_an_origin_a_chosen_secret_is_not_even_compared(self):
        client = self.create_typed()
        page = {"Origin": "https://page.example.com"}
        right = self.post("token", GRANT, client, TYPED, **page)
        wrong = self.post("token", GRANT, client, "x" * 40, **page)
        self.assertEqual((right.status_code, wrong.status_code), (401, 401))
        self.assertEqual(right.text, wrong.text)
        body = {**GRANT, "client_id": client.identifier, "client_secret": TYPED}
        self.assertEqual(self.post("token", body, **page).status_code, 401)
        generated = client.generate_secret(overlap=timedelta(days=1))
        self.assertEqual(
            self.post("token", GRANT, client, generated, **page).status_code, 200
        )
        # The chosen one works for its day, but not from a page
        self.assertEqual(
            self.post("token", GRANT, client, TYPED, **page).status_code, 401
        )
        self.assertEqual(self.post("token", GRANT, client, TYPED).status_code, 200)
        newer = client.generate_secret(overlap=timedelta(days=1))
        for secret in (generated, newer):
            self.assertEqual(
                self.post("token", GRANT, client, secret, **page).status_code, 200
            )

    def test_a_client_is_counted_by_network_alone(self):
        client = self.create_typed()

        def status(address, value):
            headers = {"X-Forwarded-For": address, "X-Forwarded-Host": "x"}
            return self.post("token", GRANT, client, value, **headers).status_code

        with patch.dict(config.options, proxy_mode=True):
            for number in range(10):
                self.assertEqual(status(f"2001:db8:0:1::{number:x}", "x"), 401)
            self.assertEqual(status("2001:db8:0:1:ffff::", TYPED), 429)
            self.assertEqual(status("2001:db8:0:2::1", TYPED), 200)
            self.assertEqual(status("192.0.2.1", TYPED), 200)

    def test_the_form_shows_the_count_and_what_to_do(self):
        client = self.create_typed()
        manager = new_manager(self.env)
        own = client.with_user(manager)
        self.assertFalse(Form(own).secret_advice)
        with patch.dict(config.options, proxy_mode=True):
            for address in ("192.0.2.1", "192.0.2.2"):
                headers = {"X-Forwarded-For": address, "X-Forwarded-Host": "x"}
                self.statuses(11, "token", GRANT, client, "x", **headers)
        client.invalidate_recordset()
        advice = Form(own).secret_advice
        self.assertIn("60 seconds: 20", advice)
        self.assertIn("generate one", advice)
        client.generate_secret()
        self.assertIn("do not affect", Form(own).secret_advice)
        other = self.create_typed()
        self.assertFalse(other.secret_advice)
        self.assertFalse(Form(self.Client.with_user(manager)).secret_advice)
        client.action_withdraw_secret()
        self.assertIn("do not affect", Form(own).secret_advice)
        self.failures.search([]).failed_at = "2020-01-01"
        self.env.flush_all()
        client.invalidate_recordset()
        self.assertFalse(client.secret_advice)


@tagged("post_install", "-at_install")
class TestPasswordRateLimit(RateLimitCase):
    def setUp(self):
        super().setUp()
        self.registry.__dict__.pop("_login_failures", None)
        self.addCleanup(self.registry.__dict__.pop, "_login_failures", None)
        self.client, self.secret = self.create_client("legacy application")
        self.other = new_test_user(
            self.env, "oauth_other", groups="base.group_user", password=PASSWORD
        )

    def ask(self, login, password, client=None, **headers):
        data = {"grant_type": "password", "username": login, "password": password}
        client, secret = client or (self.client, self.secret)
        if not secret:
            data["client_id"] = client.identifier
            client = None
        return self.post("token", data, client, secret, **headers).status_code

    def web_login(self, login, password):
        """Return whether Odoo's own sign-in takes the password."""
        self.opener.cookies.clear()
        params = {"db": self.env.cr.dbname, "login": login, "password": password}
        answer = self.url_open(
            "/web/session/authenticate",
            json={"jsonrpc": "2.0", "method": "call", "params": params},
        ).json()
        return bool(answer.get("result", {}).get("uid"))

    def guess(self, login, times=10, **kwargs):
        return [self.ask(login, "wrong", **kwargs) for _number in range(times)]

    def test_ten_wrong_passwords_of_one_person_do_not_stop_the_others(self):
        self.assertEqual(self.guess(self.user.login, 11), [400] * 10 + [429])
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)
        self.assertEqual(self.ask(self.other.login, PASSWORD), 200)
        self.assertTrue(self.web_login(self.other.login, PASSWORD))
        self.assertTrue(self.web_login(self.user.login, PASSWORD))
        self.failures.search([]).failed_at = "2020-01-01"
        self.assertEqual(self.ask(self.user.login, PASSWORD), 200)

    def test_a_person_is_counted_over_all_clients(self):
        second = self.create_client("legacy application")
        self.assertEqual(self.guess(self.user.login, 5), [400] * 5)
        self.assertEqual(self.guess(self.user.login, 5, client=second), [400] * 5)
        for client in (second, (self.client, self.secret)):
            self.assertEqual(self.ask(self.user.login, PASSWORD, client), 429)
            self.assertEqual(self.ask(self.other.login, PASSWORD, client), 200)

    def test_no_page_of_another_site_locks_a_person_out(self):
        public, _secret = self.create_client(
            "legacy application",
            client_type="public",
            origin_ids=[fields.Command.create({"name": "https://own.example.com"})],
        )
        self.create_client(
            origin_ids=[fields.Command.create({"name": "https://other.example.com"})]
        )
        public = (public, None)
        for origin in ("https://evil.example.com", "https://other.example.com", "null"):
            answers = self.guess(self.user.login, 11, client=public, Origin=origin)
            self.assertEqual(answers, [400] * 11)
            # Nothing is compared: a right password is answered alike
            status = self.ask(self.user.login, PASSWORD, public, Origin=origin)
            self.assertEqual(status, 400)
            self.assertEqual(self.ask(self.user.login, PASSWORD, public), 200)
        self.assertFalse(self.rows())
        own = {"Origin": "https://own.example.com"}
        self.assertEqual(self.ask(self.user.login, PASSWORD, public, **own), 200)
        self.assertEqual(self.ask(self.user.login, PASSWORD, public), 200)
        self.assertEqual(
            self.guess(self.user.login, 11, client=public, **own), [400] * 10 + [429]
        )

    def test_another_spelling_of_a_login_is_the_same(self):
        spellings = ("OAUTH_USER", "Oauth_User", "oauth_useR", " oauth_user ")
        for number in range(10):
            self.assertEqual(self.ask(spellings[number % 4], "wrong"), 400)
        for login in (*spellings, self.user.login):
            self.assertEqual(self.ask(login, PASSWORD), 429)

    def test_an_address_has_a_sum(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "1"
        )
        for number in range(10):
            self.assertEqual(self.ask(f"nobody{number}", "wrong"), 400)
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)
        self.assertEqual(self.rows(), 10)
        headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "x"}
        with patch.dict(config.options, proxy_mode=True):
            self.assertEqual(self.ask(self.user.login, PASSWORD, **headers), 200)
        # Wrong secrets of clients are counted apart
        self.assertEqual(self.post("token", GRANT, self.client, "x").status_code, 401)

    def test_a_login_that_nobody_has_is_answered_like_one(self):
        self.assertEqual(self.guess("nobody", 11), self.guess(self.user.login, 11))

    def test_an_address_is_counted_alone(self):
        headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "x"}
        with patch.dict(config.options, proxy_mode=True):
            self.guess(self.user.login, **headers)
            self.assertEqual(self.ask(self.user.login, PASSWORD, **headers), 429)
            self.assertEqual(self.ask(self.user.login, PASSWORD), 200)

    def test_the_cooldown_of_odoo_stays_at_its_sign_in(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "3")
        for _number in range(4):
            self.assertFalse(self.web_login(self.user.login, "wrong"))
        self.assertFalse(self.web_login(self.user.login, PASSWORD))
        # The grant is not stopped by it, and does not end it
        self.assertEqual(self.ask(self.user.login, PASSWORD), 200)
        self.assertFalse(self.web_login(self.user.login, PASSWORD))

    def test_a_right_password_that_is_refused_is_counted(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "2"
        )
        group = self.env["res.groups"].create({"name": "Wiki"})
        closed = self.create_client(
            "legacy application", group_ids=[fields.Command.set(group.ids)]
        )
        self.assertEqual(self.ask(self.user.login, PASSWORD, closed), 400)
        self.assertEqual(self.ask(self.user.login, "wrong"), 400)
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)

    def pend(self, login, times=10):
        """Let as many passwords for ``login`` be under way, and return their rows."""
        values = {
            "kind": rate_limit.PENDING,
            "subject": self.failures.get_password_subject(login),
            "address": "127.0.0.1",
            "failed_at": fields.Datetime.now(),
        }
        rows = self.failures.create([values] * times)
        self.env.flush_all()
        return rows

    def test_passwords_that_are_being_compared_count(self):
        self.startPatcher(patch.object(rate_limit, "MAX_WAIT", 0.2))
        rows = self.pend(self.user.login)
        data = {**self.password_data(""), "username": self.user.login.upper()}
        for password in (PASSWORD, "wrong"):
            data["password"] = password
            answer = self.post("token", data, self.client, self.secret)
            self.assertEqual(answer.status_code, 429)
            self.assertEqual(answer.headers["Retry-After"], "1")
        # Nothing was compared, and so nothing more counts
        self.assertEqual(self.rows(), 10)
        self.assertEqual(self.ask(self.other.login, PASSWORD), 200)
        rows[0].unlink()
        self.assertEqual(self.ask(self.user.login, PASSWORD), 200)

    def test_who_is_behind_right_passwords_has_a_turn(self):
        rows, sleep = self.pend(self.user.login), time.sleep
        waited = []

        def succeed(seconds):
            waited.append(seconds)
            rows.unlink()
            self.env.flush_all()
            sleep(seconds)

        self.startPatcher(patch.object(rate_limit.time, "sleep", succeed))
        self.assertEqual(self.ask(self.user.login, PASSWORD), 200)
        self.assertEqual(len(waited), 1)
        self.assertFalse(self.rows())

    def test_who_is_behind_wrong_passwords_waits_no_longer_than_they_take(self):
        rows = self.pend(self.user.login)

        def fail(_seconds):
            rows.kind = "password"
            self.env.flush_all()

        self.startPatcher(patch.object(rate_limit.time, "sleep", fail))
        answer = self.post("token", self.password_data(""), self.client, self.secret)
        self.assertEqual(answer.status_code, 429)
        self.assertGreater(int(answer.headers["Retry-After"]), 50)
        self.assertEqual(self.rows(), 10)

    def test_an_address_has_a_sum_of_what_is_being_compared(self):
        self.startPatcher(patch.object(rate_limit, "MAX_WAIT", 0.2))
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "1"
        )
        for number in range(10):
            self.pend(f"nobody{number}", 1)
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)
        headers = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "x"}
        with patch.dict(config.options, proxy_mode=True):
            self.assertEqual(self.ask(self.user.login, PASSWORD, **headers), 200)

    def test_an_attempt_whose_worker_was_ended_holds_up_nobody(self):
        sleep = self.startPatcher(patch.object(rate_limit.time, "sleep"))
        self.pend(self.user.login).failed_at = fields.Datetime.now() - timedelta(
            seconds=rate_limit.ABANDONED + 1
        )
        self.env.flush_all()
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)
        sleep.assert_not_called()
        self.assertEqual(self.rows(), 10)

    def test_no_more_wait_than_there_are_places(self):
        self.pend(self.user.login)
        places = threading.BoundedSemaphore(1)
        self.startPatcher(patch.object(rate_limit, "_places", places))
        self.startPatcher(patch.object(rate_limit, "MAX_WAIT", 0.2))
        with places, patch.object(rate_limit.time, "sleep") as sleep:
            answer = self.post(
                "token", self.password_data(""), self.client, self.secret
            )
            sleep.assert_not_called()
        self.assertEqual(answer.status_code, 429)
        self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertEqual(self.rows(), 10)
        # The place is free again, whatever comes of the wait
        self.assertEqual(self.ask(self.user.login, PASSWORD), 429)
        self.assertTrue(places.acquire(blocking=False))

    def test_an_attempt_without_a_connection_holds_up_nobody(self):
        self.startPatcher(patch.object(rate_limit.time, "sleep"))
        subject = self.failures.get_password_subject(self.user.login)
        cursor, full = self.registry.cursor, set()
        asked = []

        def ask(**options):
            asked.append(options)
            if len(asked) in full:
                raise PoolError("The Connection Pool Is Full")
            return cursor(**options)

        self.startPatcher(patch.object(self.registry, "cursor", ask))
        for numbers, is_refused in (
            # To store it, to look for others, to look and then to forget it
            ([1], True),
            ([2], True),
            ([2, 3, 4], True),
            # To change it at the end
            ([3, 4], False),
        ):
            for error in (None, ValueError):
                with self.subTest(numbers=numbers, error=error):
                    self.failures.search([]).unlink()
                    full, asked = set(numbers), []
                    begun, seconds = self.failures.begin_attempt(subject, "127.0.0.1")
                    self.assertEqual(seconds, int(is_refused))
                    if not is_refused:
                        with contextlib.suppress(ValueError), begun:
                            if error:
                                raise error
                    self.env.invalidate_all()
                    kinds = self.failures.search([]).mapped("kind")
                    is_failure = error and not is_refused
                    self.assertEqual(kinds, ["password"] if is_failure else [])
        # Nor does it break what was answered
        self.failures.search([]).unlink()
        full, asked = set(range(3, 100)), []
        begun, _seconds = self.failures.begin_attempt(subject, "127.0.0.1")
        with self.assertLogs(rate_limit.__name__, "WARNING"), begun:
            pass
        self.assertEqual(self.failures.search([]).kind, rate_limit.PENDING)

    def test_an_attempt_that_breaks_the_server_has_failed(self):
        subject = self.failures.get_password_subject(self.user.login)
        for error, rows in ((ValueError, 1), (ConcurrencyError, 0), (None, 0)):
            with self.subTest(error=error):
                self.failures.search([]).unlink()
                begun, seconds = self.failures.begin_attempt(subject, "127.0.0.1")
                self.assertEqual(seconds, 0)
                with contextlib.suppress(ValueError, ConcurrencyError), begun:
                    self.assertEqual(self.failures.search([]).kind, rate_limit.PENDING)
                    if error:
                        raise error
                self.env.invalidate_all()
                kinds = self.failures.search([]).mapped("kind")
                self.assertEqual(kinds, ["password"] * rows)

    def test_an_attempt_that_odoo_repeats_counts_once(self):
        self.startPatcher(patch("odoo.service.model.random.uniform", lambda *_a: 0))
        before, calls = ResUsers._check_credentials, []

        def check(users, *args):
            calls.append(args)
            if len(calls) % 3:
                raise ConcurrencyError("Once more")
            return before(users, *args)

        self.startPatcher(patch.object(ResUsers, "_check_credentials", check))
        self.assertEqual(self.ask(self.user.login, PASSWORD), 200)
        self.assertFalse(self.rows())
        self.assertEqual(self.ask(self.user.login, "wrong"), 400)
        self.assertEqual(self.rows(), 1)
        self.assertEqual(len(calls), 6)

    def test_a_mistake_that_is_no_password_is_not_counted(self):
        for data in (
            {"username": self.user.login},
            {"password": "x"},
            {"username": self.user.login, "password": PASSWORD, "scope": "x"},
        ):
            answer = self.post(
                "token",
                {"grant_type": "password", **data},
                self.client,
                self.secret,
            )
            self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.rows())
