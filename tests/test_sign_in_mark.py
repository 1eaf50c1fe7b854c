# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is kept of people who are not signed in: nothing, but a cookie of their own."""

import time
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from odoo import http
from odoo.tests import tagged
from odoo.tests.common import TEST_CURSOR_COOKIE_NAME

from ..tools import sign_in, sign_in_mark
from .common import OAuthCase


def stored_sessions():
    """Return the names (set) of all sessions that Odoo has stored."""
    return {path.name for path in Path(http.root.session_store.path).glob("*/*")}


@tagged("post_install", "-at_install")
class TestSignInMark(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client()

    def open_url(self, **parameters):
        url = self.authorize_url(self.client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def open_anonymously(self, address, method="GET"):
        """Request ``address`` as a browser that has no cookie yet."""
        for name in list(self.opener.cookies.keys()):
            if name != TEST_CURSOR_COOKIE_NAME:
                self.opener.cookies.pop(name)
        return self.url_open(address, allow_redirects=False, method=method)

    def back(self, response):
        """Return the address that the login page of ``response`` leads back to."""
        self.assertEqual(response.status_code, 303)
        parts = urlsplit(response.headers["Location"])
        self.assertEqual(parts.path, "/web/login")
        return parse_qs(parts.query)["redirect"][0]

    def mark(self):
        """Return (name, value) of the only mark that the browser has."""
        cookies = self.opener.cookies.items()
        marks = [i for i in cookies if i[0].startswith(sign_in_mark.PREFIX)]
        self.assertEqual(len(marks), 1)
        return marks[0]

    def put_mark(self, name, value):
        self.opener.cookies.set(name, value, domain="127.0.0.1", path="/oauth2")

    def test_anonymous_requests_store_no_session(self):
        before = stored_sessions()
        path = f"/oauth2/db/{self.env.cr.dbname}/authorize"
        for parameters in (
            {},
            {"prompt": "login"},
            {"prompt": "none"},
            {"max_age": "0"},
            {"redirect_uri": "https://evil.example.com"},
            {"scope": "no.such.scope"},
            {"debug": "1"},
        ):
            url = self.authorize_url(self.client, **parameters)
            for address in (url, url.replace("/oauth2/authorize", path)):
                for method in ("GET", "POST", "HEAD"):
                    response = self.open_anonymously(address, method)
                    cookies = SimpleCookie(response.headers.get("Set-Cookie", ""))
                    self.assertNotIn("session_id", cookies, (method, address))
        for path in (
            "/oauth2/logout",
            f"/oauth2/logout?client_id={self.client.identifier}",
            "/oauth2/consent?x=1",
            f"/oauth2/db/{self.env.cr.dbname}/consent",
            f"/oauth2/authorize?db={self.env.cr.dbname}",
        ):
            self.open_anonymously(path)
        self.assertEqual(stored_sessions(), before)

    def test_the_session_of_somebody_signed_in_is_kept(self):
        self.sign_in()
        before = self.opener.cookies["session_id"]
        self.assertEqual(self.open_url().status_code, 200)
        self.assertEqual(self.opener.cookies["session_id"], before)
        self.back(self.open_url(prompt="login"))
        session = http.root.session_store.get(self.opener.cookies["session_id"])
        self.assertNotEqual(session.sid, before)
        self.assertNotIn(before, stored_sessions())
        self.assertIsNone(session.uid)
        self.assertEqual(session["oauth_provider"]["uid"], self.user.id)

    def test_the_login_names_the_database_where_no_session_does(self):
        name = self.env.cr.dbname
        location = self.open_url().headers["Location"]
        self.assertNotIn("db", parse_qs(urlsplit(location).query))
        url = self.authorize_url(self.client)
        for address in (
            url.replace("/oauth2/", f"/oauth2/db/{name}/"),
            f"{url}&db={name}",
        ):
            response = self.open_anonymously(address)
            query = parse_qs(urlsplit(response.headers["Location"]).query)
            self.assertEqual(query["db"], [name])

    def test_the_cookie_is_for_our_routes_and_an_hour(self):
        url = self.authorize_url(self.client, prompt="login")
        response = self.open_anonymously(url)
        (name, morsel), *rest = SimpleCookie(response.headers["Set-Cookie"]).items()
        self.assertFalse(rest)
        self.assertTrue(name.startswith("oauth_sign_in_"))
        self.assertEqual(morsel["path"], "/oauth2")
        self.assertEqual(morsel["max-age"], "3600")
        self.assertEqual(morsel["samesite"], "Lax")
        self.assertTrue(morsel["httponly"])
        # Nothing of it is in the address
        handle = morsel.value.partition(".")[2]
        self.assertNotIn(handle, response.headers["Location"])
        other, _secret = self.create_client()
        url = self.authorize_url(other, prompt="login")
        response = self.open_anonymously(url)
        self.assertNotIn(name, response.headers["Set-Cookie"])

    def test_a_forged_mark_is_none(self):
        self.sign_in()
        back = self.back(self.open_url(prompt="login"))
        name, value = self.mark()
        self.sign_in()
        at, _dot, signed = value.partition(".")
        other = sign_in_mark.make(self.env(su=True), "another request", time.time())
        self.env["ir.config_parameter"].sudo().set_param("database.secret", "x" * 40)
        foreign = sign_in_mark.make(self.env(su=True), "another request", time.time())
        for forged in (
            "",
            "x",
            f"{at}.",
            f"{at}.{signed[:-2]}",
            f"{at}.{signed[:-1]}{'A' if signed[-1] != 'A' else 'B'}",
            f"{at}.{signed}é".encode().decode("latin-1"),
            f"{at}.AA",
            other,
            foreign,
            value,
        ):
            self.put_mark(name, forged)
            self.back(self.url_open(back, allow_redirects=False))
            # Going there signs out
            self.sign_in()

    def test_a_mark_counts_for_an_hour(self):
        self.sign_in()
        back = self.back(self.open_url(prompt="login"))
        name, value = self.mark()
        env = self.env(su=True)
        values = sign_in_mark.verify_hash_signed(
            env, sign_in_mark.PURPOSE, value.partition(".")[2]
        )
        self.put_mark(name, sign_in_mark.make(env, values[1], time.time() - 3700))
        self.sign_in()
        self.back(self.url_open(back, allow_redirects=False))
        self.put_mark(name, sign_in_mark.make(env, values[1], time.time() - 3500))
        self.sign_in()
        page = self.url_open(back, allow_redirects=False)
        self.assertEqual(page.status_code, 200)

    def test_a_copied_mark_counts_once(self):
        self.sign_in()
        back = self.back(self.open_url(prompt="login"))
        name, value = self.mark()
        self.sign_in()
        page = self.url_open(back, allow_redirects=False)
        answer = self.answer(self.decide(page))[1]
        self.assertIn("code", answer)
        self.assertNotIn(name, dict(self.opener.cookies))
        self.put_mark(name, value)
        self.back(self.url_open(back, allow_redirects=False))
        # Nor after another sign-in of that browser
        self.sign_in()
        self.put_mark(name, value)
        self.back(self.url_open(back, allow_redirects=False))

    def test_a_copied_mark_counts_once_beyond_a_logout(self):
        for leave in (
            lambda: self.url_open("/web/session/logout"),
            lambda: self.decide(self.url_open("/oauth2/logout"), "logout"),
            # Signed out for another request, or where the session is no longer valid
            lambda: self.open_url(prompt="login", state="other"),
            self.end_session,
        ):
            self.sign_in()
            back = self.back(self.open_url(prompt="login"))
            name, value = self.mark()
            self.sign_in()
            page = self.url_open(back, allow_redirects=False)
            response = self.decide(page) if page.status_code == 200 else page
            self.assertIn("code", self.answer(response)[1])
            leave()
            self.sign_in()
            self.put_mark(name, value)
            self.back(self.url_open(back, allow_redirects=False))
            self.opener.cookies.clear()

    def end_session(self):
        """Let Odoo end this session at the next request, and send that."""
        session = http.root.session_store.get(self.opener.cookies["session_id"])
        session.session_token = "x"
        http.root.session_store.save(session)
        self.open_url()

    def test_a_mark_is_of_one_request(self):
        self.sign_in()
        self.back(self.open_url(prompt="login"))
        _name, value = self.mark()
        self.sign_in()
        back = self.back(self.open_url(prompt="login", state="other"))
        name = next(
            name
            for name, own in dict(self.opener.cookies).items()
            if name.startswith(sign_in_mark.PREFIX) and own != value
        )
        self.sign_in()
        self.put_mark(name, value)
        self.back(self.url_open(back, allow_redirects=False))

    def test_what_a_session_forgets_of_answers_counts_as_answered(self):
        session = {}
        now = int(time.time())
        marks = [sign_in_mark.Mark(str(n), now - 200 + n) for n in range(120)]
        for mark in marks:
            sign_in.answer(session, mark)
        self.assertLessEqual(len(session[sign_in.ANSWERED]["marks"]), 50)
        self.assertTrue(all(sign_in.is_answered(session, mark) for mark in marks))
        self.assertFalse(sign_in.is_answered(session, sign_in_mark.Mark("new", now)))

    def test_ten_marks_are_kept_whatever_they_claim(self):
        for number in range(30):
            self.put_mark(f"{sign_in_mark.PREFIX}{number}", f"{'9' * number}.x")
        self.open_url(prompt="login")
        kept = [n for n in dict(self.opener.cookies) if n.startswith("oauth_sign_in_")]
        self.assertEqual(len(kept), 10)
