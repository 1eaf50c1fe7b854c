# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What can be registered works; what cannot work is refused, with what to enter."""

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..models.oauth_provider_redirect_uri import MAX_LENGTH
from ..tools import uri_parts
from .common import OAuthCase

LONG = "https://app.example.com/".ljust(MAX_LENGTH, "x")
WORKING = (
    "https://app.example.com/cb",
    "https://app.example.com/cb?list%5B%5D=1&flag",
    "https://app.example.com/cb?a=1;b=2&c=%FF",
    "https://xn--mller-kva.example/cb",
    "https://under_score.example:8443/",
    "https://odoo/cb",
    "https://192.0.2.1/cb",
    "https://[2001:db8::1]:8443/cb",
    "http://127.0.0.1/cb",
    "app.immich:///oauth-callback",
    "com.example.app:/cb",
    LONG,
)
#: URI and a part of the message.
REFUSED = (
    ("https://app.example.com/cb?list[]=1", "%5B"),
    ("https://app.example.com/[cb]", "%5B"),
    ("https://app.example.com/cb?share=100%", "%25"),
    ("https://app.example.com/cb?a=%zz", "%25"),
    ("com.example.app:/cb?list[]=1", "%5B"),
    ("https://app..example.com/cb", "host"),
    ("https://-app.example.com/cb", "host"),
    ("https://app.exa$mple.com/cb", "host"),
    (f"https://{'a' * 64}.example/cb", "host"),
    ("https://256.1.1.1/cb", "host"),
    ("https://1.2.3/cb", "host"),
    ("https://[::ffff:192.0.2.1]/cb", "host"),
    ("https://app.example.com:65536/cb", "host"),
    (f"{LONG}x", "too long"),
    ("https://müller.example/cb", "“https://xn--mller-kva.example/cb”"),
    ("https://MÜLLER.example:8443/ä?ö", "“https://xn--mller-kva.example:8443/%C3%A4"),
    ("https://straße.example/", "“https://xn--strae-oqa.example/”"),
    ("https://müller。example/cb", "“https://xn--mller-kva.example/cb”"),
    ("https://-ü.example/cb", "host"),
    ("https://app.example.com/ä", "percent-encoded"),
    ("https://app.example.com/a b", "percent-encoded"),
)


@tagged("post_install", "-at_install")
class TestUsableUri(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client, _secret = cls.create_client()

    def assert_refused(self, said, write):
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            write()
        self.assertIn(said, str(caught.exception))

    def test_what_is_registered_is_answered(self):
        self.sign_in()
        for uri in WORKING:
            with self.subTest(uri=uri[:80]):
                self.client.redirect_uri_ids = [
                    Command.clear(),
                    Command.create({"name": uri}),
                ]
                self.client.post_logout_redirect_uri_ids = [
                    Command.clear(),
                    Command.create({"name": uri}),
                ]
                url = self.authorize_url(self.client, redirect_uri=uri, prompt="none")
                response = self.url_open(url, allow_redirects=False)
                self.assertEqual(response.status_code, 303, response.text)
                # As a browser sends it
                self.assertEqual(uri_parts.in_ascii(uri), uri)

    def test_what_could_never_be_answered_is_refused(self):
        for uri, said in REFUSED:
            for name in ("redirect_uri_ids", "post_logout_redirect_uri_ids"):
                with self.subTest(uri=uri[:80], field=name):
                    self.assert_refused(
                        said,
                        lambda name=name, uri=uri: self.client.write(
                            {name: [Command.create({"name": uri})]}
                        ),
                    )

    def test_so_is_an_address_that_odoo_could_never_call(self):
        for uri, said in REFUSED:
            if uri.startswith("https:"):
                with self.subTest(uri=uri[:80]):
                    self.assert_refused(
                        said,
                        lambda uri=uri: self.client.write(
                            {"backchannel_logout_uri": uri}
                        ),
                    )

    def test_an_address_cannot_be_taken_away(self):
        """An import has empty cells."""
        redirect = self.client.redirect_uri_ids[:1]
        origin = self.env["oauth.provider.origin"].create(
            {"client_id": self.client.id, "name": "https://app.example.com"}
        )
        for record in (redirect, origin):
            with self.subTest(model=record._name):
                with self.assertRaises(ValidationError):
                    record.name = False

    def test_an_origin_is_one_that_browsers_send(self):
        for name, said in (
            ("https://müller.example", "“https://xn--mller-kva.example”"),
            ("https://MÜLLER.example:8443", "“https://xn--mller-kva.example:8443”"),
            ("https://-ü.example", "lower case"),
            ("https://a..b", "lower case"),
            ("https://a b", "lower case"),
            ("https://256.1.1.1", "lower case"),
        ):
            with self.subTest(name=name):
                self.assert_refused(
                    said,
                    lambda name=name: self.client.write(
                        {"origin_ids": [Command.create({"name": name})]}
                    ),
                )
        self.client.origin_ids = [
            Command.create({"name": "https://xn--mller-kva.example"})
        ]

    def test_the_wizard_takes_an_address_as_people_write_it(self):
        wizard = self.env["oauth.provider.client.wizard"].create(
            {"recipe": "gitlab", "address": "müller.example", "name": "GitLab"}
        )
        path = "/users/auth/openid_connect/callback"
        self.assertEqual(wizard.redirect_uri, f"https://xn--mller-kva.example{path}")
        wizard.action_create()
