# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from unittest.mock import patch

from odoo import http
from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged
from odoo.tests.test_cursor import TestCursor
from odoo.tools import mute_logger

from ..controllers.dispatcher import MAX_FIELDS
from ..oauth2 import info, token
from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}
LOOKUP = 'FROM "oauth_provider_token" WHERE'
SERVED = "the route is served"


@tagged("post_install", "-at_install")
class TestReadAhead(OAuthCase):
    """Without a replica, a token is read before Odoo begins to serve a route."""

    _registry_readonly_enabled = False

    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            "backend application", scope_ids=self.scopes("openid", "email").ids
        )
        self.token = self.issue()
        self.noted = []
        noted = self.noted

        def serve(request, rule, args, serve=http.Request._serve_ir_http):
            noted.append(SERVED)
            return serve(request, rule, args)

        self.startPatcher(patch.object(http.Request, "_serve_ir_http", serve))

    def issue(self):
        answer = self.post("token", GRANT, self.client, self.secret)
        return answer.json()["access_token"]

    def send(self, request):
        """Return (response, how often the token was looked up before, and after)."""
        self.noted.clear()
        execute, noted = TestCursor.execute, self.noted

        def note(cursor, query, *arguments, **options):
            text = str(getattr(query, "code", query))
            if LOOKUP in text:
                noted.append(LOOKUP)
            return execute(cursor, query, *arguments, **options)

        with patch.object(TestCursor, "execute", note):
            response = request()
        served = self.noted.index(SERVED)
        before, after = self.noted[:served], self.noted[served:]
        return response, before.count(LOOKUP), after.count(LOOKUP)

    def introspect(self, token, secret=None):
        data = {"token": token}
        return self.post("introspect", data, self.client, secret or self.secret)

    def test_one_look_up_before_the_route(self):
        body = {"access_token": self.token}
        for request in (
            lambda: self.bearer("tokeninfo", self.token),
            lambda: self.bearer("userinfo", self.token),
            lambda: self.url_open("/oauth2/userinfo", body),
            lambda: self.url_open("/oauth2/tokeninfo", params=body),
            lambda: self.url_open(
                f"/oauth2/db/{self.env.cr.dbname}/tokeninfo", params=body
            ),
            lambda: self.introspect(self.token),
        ):
            request()
            response, before, after = self.send(request)
            self.assertEqual(response.status_code, 200, response.text)
            self.assertEqual((before, after), (1, 0))

    def test_each_request_reads_for_itself(self):
        other = self.issue()
        self.assertEqual(self.bearer("tokeninfo", self.token).status_code, 200)
        record = self.env["oauth.provider.token"].find(self.token)
        record.revoke()
        self.env.flush_all()
        self.assertEqual(self.bearer("tokeninfo", self.token).status_code, 401)
        self.assertEqual(self.introspect(self.token).json(), {"active": False})
        self.assertEqual(self.bearer("tokeninfo", other).status_code, 200)

    def test_a_request_that_runs_again_reads_again(self):
        respond, failures = info.tokeninfo_response, [ConcurrencyError("once")]

        def fail_once(env, message):
            answer = respond(env, message)
            if failures:
                raise failures.pop()
            return answer

        with (
            mute_logger("odoo.service.model"),
            patch.object(info, "tokeninfo_response", fail_once),
            patch("time.sleep"),
        ):
            response, before, after = self.send(
                lambda: self.bearer("tokeninfo", self.token)
            )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()["audience"], self.client.identifier)
        self.assertEqual((before, after), (1, 1))

    def test_what_was_not_used_is_forgotten_before_it_runs_again(self):
        respond, failures = token.introspection_response, [ConcurrencyError("once")]

        def fail_once(env, message):
            if failures:
                raise failures.pop()
            return respond(env, message)

        with (
            mute_logger("odoo.service.model"),
            patch.object(token, "introspection_response", fail_once),
            patch("time.sleep"),
        ):
            response, before, after = self.send(lambda: self.introspect(self.token))
        self.assertEqual((before, after), (1, 1))
        self.assertTrue(response.json()["active"], response.text)

    @mute_logger("odoo.http")
    def test_refusals_are_the_same(self):
        for request, status in (
            (lambda: self.bearer("tokeninfo", "unknown"), 401),
            (lambda: self.bearer("userinfo", f"{self.token}x"), 401),
            (lambda: self.url_open("/oauth2/tokeninfo"), 401),
            (lambda: self.url_open("/oauth2/tokeninfo?access_token=a%00b"), 400),
            (lambda: self.url_open("/oauth2/tokeninfo?access_token=%C3%A9"), 401),
            (lambda: self.url_open("/oauth2/tokeninfo?access_token=%ED%A0%80"), 401),
            (lambda: self.bearer("tokeninfo", self.token, access_token="x"), 400),
            (lambda: self.introspect(self.token, "WRONG"), 401),
            (lambda: self.introspect(""), 400),
            (lambda: self.introspect("a\x00b"), 400),
            (lambda: self.url_open("/oauth2/introspect"), 405),
            (
                lambda: self.url_open(
                    "/oauth2/userinfo",
                    "a&" * MAX_FIELDS + "a",
                    headers={"Content-Type": "application/x-www-form-urlencoded"},
                ),
                413,
            ),
            (
                lambda: self.url_open(
                    "/oauth2/db/none/tokeninfo", params={"access_token": self.token}
                ),
                404,
            ),
        ):
            response = request()
            self.assertEqual(response.status_code, status, response.text)
            self.assertNotIn(self.client.identifier, response.text)
