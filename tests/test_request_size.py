# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""No request may cost seconds for its size."""

import time

from odoo.tests import tagged

from .common import OAuthCase

PAGES = ("/oauth2/authorize", "/oauth2/logout")
MACHINES = ("/oauth2/token", "/oauth2/introspect", "/oauth2/revoke_token")


@tagged("post_install", "-at_install")
class TestRequestSize(OAuthCase):
    def send(self, route, body, kind="application/x-www-form-urlencoded"):
        return self.url_open(
            route,
            data=body,
            headers={"Content-Type": kind},
            allow_redirects=False,
            method="POST",
        )

    def assert_too_large(self, response, route):
        self.assertEqual(response.status_code, 413, route)
        if route in PAGES:
            self.assertIn("text/html", response.headers["Content-Type"])
            self.assertIn("too long or has too many fields", response.text)
            self.assertEqual(response.headers["X-Frame-Options"], "DENY")
        else:
            self.assertEqual(response.json(), {"error": "invalid_request"})

    def test_a_million_fields_cost_no_time(self):
        self.sign_in()
        path = f"/oauth2/db/{self.env.cr.dbname}/authorize"
        for body in ("a&" * 1_000_000, "a=1&" * 200_000, "&" * 900_000):
            for route in (*PAGES, *MACHINES, path):
                started = time.process_time()
                response = self.send(route, body)
                self.assertLess(time.process_time() - started, 0.5, route)
                self.assertEqual(response.status_code, 413, route)

    def test_the_head_of_a_part_costs_no_time(self):
        kind = "multipart/form-data; boundary=b"
        path = f"/oauth2/db/{self.env.cr.dbname}/authorize"
        for size, is_read in ((1_000_000, False), (60_000, True)):
            head = "Content-Disposition: form-data; name=a;" + " x=y;" * (size // 5)
            for route in (*PAGES, *MACHINES, "/oauth2/userinfo", path):
                started = time.process_time()
                response = self.send(route, f"--b\r\n{head}\r\n\r\n1\r\n--b--", kind)
                self.assertLess(time.process_time() - started, 0.5, route)
                self.assertEqual(response.status_code != 413, is_read, route)

    def test_one_clear_answer(self):
        multipart = "".join(
            f'--b\r\nContent-Disposition: form-data; name="a{n}"\r\n\r\n1\r\n'
            for n in range(3000)
        )
        for route in (*PAGES, *MACHINES):
            for body, kind in (
                ("x" * (1024 * 1024 + 1), "application/x-www-form-urlencoded"),
                ("a&" * 6000, "application/x-www-form-urlencoded"),
                (f"{multipart}--b--\r\n", "multipart/form-data; boundary=b"),
                ("x" * (1024 * 1024 + 1), "multipart/form-data; boundary=b"),
            ):
                self.assert_too_large(self.send(route, body, kind), route)

    def test_the_largest_consent_form_passes(self):
        client, _secret = self.create_client()
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        further = {f"oauth_company.{n}": "on" for n in range(4000)}
        answer = self.answer(self.decide(page, **further))[1]
        self.assertIn("code", answer)

    def test_an_address_with_too_many_fields(self):
        self.assert_too_large(
            self.url_open("/oauth2/authorize?" + "a&" * 6000), "/oauth2/authorize"
        )
