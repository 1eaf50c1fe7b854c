# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever fails is answered in the form of the caller."""

import functools
from types import SimpleNamespace
from unittest.mock import patch

import psycopg2
from werkzeug.exceptions import HTTPException

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers import common
from ..controllers.dispatcher import MAX_CONTENT_LENGTH, OAuthDispatcher
from ..oauth2 import info
from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestDispatcher(OAuthCase):
    def raise_in_route(self, error):
        """Return the response of tokeninfo where ``error`` is raised."""
        with patch.object(info, "respond", side_effect=error):
            return self.url_open("/oauth2/tokeninfo")

    def assertAnswer(self, response, status, error):
        self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(response.json(), {"error": error})
        self.assertIn("application/json", response.headers["Content-Type"])
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(response.headers["X-Content-Type-Options"], "nosniff")

    @mute_logger("odoo.http")
    def test_what_should_not_happen_says_nothing_of_itself(self):
        response = self.raise_in_route(ValueError("details"))
        self.assertAnswer(response, 500, "server_error")
        self.assertNotIn("details", response.text)
        # A script is told as well; it is nothing of anybody
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")

    @mute_logger("odoo.http")
    def test_without_a_database_one_may_ask_again(self):
        for error in (psycopg2.OperationalError, psycopg2.InterfaceError):
            response = self.raise_in_route(error("gone"))
            self.assertAnswer(response, 503, "temporarily_unavailable")
            self.assertEqual(response.headers["Retry-After"], "5")

    @mute_logger("odoo.http")
    def test_a_page_without_a_database_may_be_asked_for_again(self):
        for route in ("authorize", "logout", "consent"):
            for error in (psycopg2.OperationalError, psycopg2.InterfaceError):
                with patch.object(common, "read_message", side_effect=error("gone")):
                    response = self.url_open(f"/oauth2/{route}", allow_redirects=False)
                if route == "consent":
                    # Which asks for nothing but a person
                    self.assertEqual(response.status_code, 303)
                    continue
                self.assertEqual(response.status_code, 503, route)
                self.assertEqual(response.headers["Retry-After"], "5")
                self.assertNotIn("gone", response.text)

    def test_a_request_has_an_end(self):
        for route in ("token", "introspect", "revoke_token", "userinfo"):
            with self.subTest(route=route):
                response = self.post(route, {"token": "t" * MAX_CONTENT_LENGTH})
                self.assertAnswer(response, 413, "invalid_request")
        response = self.post("userinfo", {"access_token": "t" * 10_000})
        self.assertEqual(response.status_code, 401)

    def test_an_error_of_http_is_told(self):
        class TeapotError(HTTPException):
            code = 418

        self.assertAnswer(self.raise_in_route(TeapotError()), 418, "invalid_request")

    def test_an_endpoint_that_an_addon_replaces_without_a_decorator(self):
        class Controller:
            def endpoint(self, database=None):
                return f"own {database}"

        # As Odoo makes it of a method
        endpoint = functools.partial(Controller().endpoint)
        endpoint.routing = {}
        dispatcher = OAuthDispatcher(SimpleNamespace())
        self.assertEqual(dispatcher.dispatch(endpoint, {"database": "x"}), "own x")
