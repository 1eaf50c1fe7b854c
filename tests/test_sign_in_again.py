# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whoever has to sign in again starts as after a logout; applications see none."""

from urllib.parse import urlsplit

from lxml import html

from odoo import http
from odoo.tests import new_test_user, tagged

from .common import OAuthCase

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PASSWORD = "oauth_user_password"
#: What other addons keep of a person: website_sale (the page of an order shows its
#: address), auth_signup, auth_timeout, the portal.
LEFT_BEHIND = {
    "sale_last_order_id": 5,
    "wishlist_ids": [1],
    "my_orders_history": [1],
    "auth_signup_token": "x",
    "identity-check-next": 1,
    "identity-check-last": 9_999_999_999,
    "portal_counters": {"a": 1},
}


@tagged("post_install", "-at_install")
class TestSignInAgain(OAuthCase):
    def setUp(self):
        super().setUp()
        self.opener.headers["User-Agent"] = FIREFOX
        self.client, self.secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.bob = new_test_user(
            self.env, "oauth_bob", "base.group_user", password=PASSWORD
        )

    @property
    def session(self):
        return http.root.session_store.get(self.opener.cookies["session_id"])

    def put(self, **values):
        """Let the browser's session hold ``values``."""
        session = self.session
        session.update(values)
        http.root.session_store.save(session)

    def grow_old(self):
        """Let the sign-in have been long ago."""
        self.put(oauth_provider={**self.session["oauth_provider"], "time": 1})

    def log_in_at(self, response, login=None):
        """Sign in where ``response`` leads to, and return where that leads back to."""
        self.assertEqual(response.status_code, 303, response.text[:200])
        page = self.url_open(response.headers["Location"])
        token = html.fromstring(page.content).xpath(
            "//input[@name='csrf_token']/@value"
        )
        data = {
            "csrf_token": token[0],
            "login": login or self.user.login,
            "password": PASSWORD,
        }
        address = "?".join(urlsplit(page.url)[2:4])
        answer = self.url_open(address, data=data, allow_redirects=False)
        return answer.headers["Location"]

    # What sends a person to sign in again

    def by_prompt(self):
        return self.url_open(
            self.authorize_url(self.client, prompt="login"), allow_redirects=False
        )

    def by_path(self):
        path = f"/oauth2/db/{self.env.cr.dbname}/authorize"
        url = self.authorize_url(self.client, prompt="login")
        return self.url_open(
            url.replace("/oauth2/authorize", path), allow_redirects=False
        )

    def by_max_age(self):
        self.grow_old()
        return self.url_open(
            self.authorize_url(self.client, max_age="60"), allow_redirects=False
        )

    def by_client(self):
        self.grow_old()
        self.client.max_sign_in_age = 5
        return self.url_open(self.authorize_url(self.client), allow_redirects=False)

    def by_withdrawal(self):
        page = html.fromstring(self.url_open("/my/applications").content)
        form = page.xpath("//form[.//*[@name='csrf_token']]")[0]
        token = form.xpath(".//*[@name='csrf_token']/@value")[0]
        self.grow_old()
        return self.url_open(
            "/my/applications",
            data={"csrf_token": token, "oauth_grant": "all"},
            allow_redirects=False,
        )

    @property
    def ways(self):
        return (
            self.by_prompt,
            self.by_path,
            self.by_max_age,
            self.by_client,
            self.by_withdrawal,
        )

    def start(self):
        """Sign Ann in, in a new browser, to Odoo and to the client."""
        self.opener.cookies.clear()
        self.client.max_sign_in_age = 0
        self.sign_in()
        code = self.get_code(self.client, scope="openid")
        return self.redeem(code, self.client, self.secret).json()

    def devices(self):
        self.env.invalidate_all()
        devices = self.env["res.device"].sudo()
        devices = devices.search([("user_id", "=", self.user.id)])
        return devices.mapped("session_identifier")

    def test_nobody_gets_anything_of_the_session_before(self):
        for way in self.ways:
            for login in (self.bob.login, self.user.login):
                self.start()
                self.put(**LEFT_BEHIND)
                before = self.opener.cookies["session_id"]
                with self.subTest(way=way.__name__, login=login):
                    self.log_in_at(way(), login)
                    session = self.session
                    self.assertEqual(session.login, login)
                    kept = session.keys() & LEFT_BEHIND.keys()
                    # Signing in is what sets this one
                    self.assertLessEqual(kept, {"identity-check-last"})
                    for name in kept:
                        self.assertNotEqual(session[name], LEFT_BEHIND[name])
                    self.assertNotEqual(session.sid[:42], before[:42])
                    stored = http.root.session_store.get(before)
                    self.assertFalse(stored.uid)

    def test_log_out_from_all_devices_ends_it(self):
        for way in self.ways:
            self.start()
            self.url_open("/my")
            self.url_open(self.log_in_at(way()))
            page = self.url_open("/my", allow_redirects=False)
            self.assertEqual(page.status_code, 200)
            with self.subTest(way=way.__name__):
                sid = self.opener.cookies["session_id"]
                self.assertIn(sid[: http.STORED_SESSION_BYTES], self.devices())
                self.user.with_user(self.user)._action_revoke_all_devices()
                response = self.url_open("/my", allow_redirects=False)
                self.assertEqual(response.status_code, 303)

    def test_applications_hear_of_no_logout_where_the_same_person_comes_back(self):
        for way in self.ways:
            tokens = self.start()
            before = self.session["oauth_provider"]["handle"]
            with self.subTest(way=way.__name__):
                self.log_in_at(way())
                self.assertEqual(self.session["oauth_provider"]["handle"], before)
                self.assertFalse(self.env["oauth.provider.logout"].search([]))
                info = self.bearer("userinfo", tokens["access_token"])
                self.assertEqual(info.status_code, 200)

    def test_applications_hear_of_a_logout_where_another_one_comes(self):
        for way in self.ways:
            tokens = self.start()
            self.env["oauth.provider.logout"].search([]).unlink()
            with self.subTest(way=way.__name__):
                response = way()
                self.assertFalse(self.env["oauth.provider.logout"].search([]))
                self.log_in_at(response, self.bob.login)
                self.assertTrue(self.env["oauth.provider.logout"].search([]))
                info = self.bearer("userinfo", tokens["access_token"])
                self.assertEqual(info.status_code, 401)

    def test_the_companies_of_the_web_client_are_not_those_of_another_one(self):
        """As after any logout of Odoo: its own hooks run."""
        self.start()
        response = self.by_prompt()
        self.assertIn("cids=;", response.headers["Set-Cookie"].replace('""', ""))
