# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What applications get from a server that cannot sign, and from a copy."""

import os

import jwt

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import key_encryption
from .common import OAuthCase
from .test_key_encryption import KeyCase


@tagged("post_install", "-at_install")
class TestSigningUnavailable(KeyCase, OAuthCase):
    """What applications get from a server whose configuration is wrong."""

    def setUp(self):
        super().setUp()
        self.configure(key_encryption.generate())
        self.env["oauth.provider.key"].encrypt_all()
        self.keys = os.environ[key_encryption.VARIABLE]

    def break_configuration(self):
        for text in (key_encryption.generate(), "malformed", ""):
            with self.subTest(configuration=text):
                self.configure(text)
                yield text
        self.configure(self.keys)

    def assertUnavailable(self, answer):
        self.assertEqual(answer.status_code, 503)
        self.assertEqual(answer.json(), {"error": "temporarily_unavailable"})
        self.assertTrue(int(answer.headers["Retry-After"]))

    @mute_logger("odoo.http")
    def test_a_code_can_be_exchanged_later(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client, scope="openid")
        for _text in self.break_configuration():
            self.assertUnavailable(self.redeem(code, client, secret))
        answer = self.redeem(code, client, secret)
        self.assertEqual(answer.status_code, 200)
        self.verify_token(answer.json()["id_token"], client.identifier)

    @mute_logger("odoo.http")
    def test_a_refresh_token_can_be_used_later(self):
        client, secret = self.create_client(id_token_signed_response_alg="RS256")
        self.sign_in()
        code = self.get_code(client, scope="openid")
        tokens = self.redeem(code, client, secret).json()
        data = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
        }
        for _text in self.break_configuration():
            self.assertUnavailable(self.post("token", data, client, secret))
        answer = self.post("token", data, client, secret)
        self.assertEqual(answer.status_code, 200)

    @mute_logger("odoo.http")
    def test_signed_access_tokens(self):
        client, secret = self.create_client("backend application", token_type="jwt")
        client.generate_private_key()
        data = {"grant_type": "client_credentials"}
        for _text in self.break_configuration():
            self.assertUnavailable(self.post("token", data, client, secret))
        self.assertEqual(self.post("token", data, client, secret).status_code, 200)

    @mute_logger("odoo.http")
    def test_a_right_password_is_no_failure(self):
        client, secret = self.create_client("legacy application", token_type="jwt")
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
        }
        failures = self.env["oauth.provider.failure"]
        for _text in self.break_configuration():
            self.assertUnavailable(self.post("token", data, client, secret))
        self.assertFalse(failures.search([("kind", "!=", "client")]))
        self.assertEqual(self.post("token", data, client, secret).status_code, 200)

    @mute_logger("odoo.http")
    def test_signed_userinfo(self):
        client, secret = self.create_client(userinfo_signed_response_alg="RS256")
        self.sign_in()
        token = self.redeem(self.get_code(client), client, secret).json()
        for _text in self.break_configuration():
            self.assertUnavailable(self.bearer("userinfo", token["access_token"]))
        answer = self.bearer("userinfo", token["access_token"])
        self.assertTrue(jwt.get_unverified_header(answer.text)["kid"])

    @mute_logger("odoo.addons.oauth_provider.oauth2.authorize")
    def test_a_browser_goes_back_with_the_error_and_nothing_is_stored(self):
        """RFC 6749 section 4.1.2.1: there is no 503 in a redirect."""
        client, _secret = self.create_client(
            "mobile application", token_type="jwt", skip_authorization=True
        )
        self.sign_in()
        url = self.authorize_url(client)
        tokens = self.env["oauth.provider.token"]
        for _text in self.break_configuration():
            _address, values = self.answer(self.url_open(url, allow_redirects=False))
            self.assertEqual(values["error"], "temporarily_unavailable")
            self.assertIn("state", values)
            self.assertFalse(tokens.search([("client_id", "=", client.id)]))
        _address, values = self.answer(self.url_open(url, allow_redirects=False))
        self.assertIn("access_token", values)

    @mute_logger("odoo.addons.oauth_provider.models.oauth_provider_logout")
    def test_a_logout_is_told_later(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        self.redeem(self.get_code(told, scope="openid"), told, secret)
        self.env["oauth.provider.session"].search([("client_id", "=", told.id)]).end()
        queue = self.env["oauth.provider.logout"].search([("client_id", "=", told.id)])
        for attempts, _text in enumerate(self.break_configuration(), start=1):
            queue._send()
            self.assertEqual(queue.error, "SigningUnavailableError")
            self.assertEqual(queue.attempts, attempts)
            self.assertTrue(queue.next_attempt_at)
        self.assertTrue(self.verify_token(queue._make_token(), told.identifier))

    def test_what_needs_no_signature_works(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials"}
        for _text in self.break_configuration():
            token = self.post("token", data, client, secret).json()["access_token"]
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
            self.assertTrue(self.url_open("/oauth2/jwks").json()["keys"])
            discovery = self.url_open("/.well-known/openid-configuration")
            self.assertEqual(discovery.status_code, 200)

    @mute_logger("odoo.http", "odoo.addons.oauth_provider.models.oauth_provider_key")
    def test_a_copy_that_cannot_make_a_key_publishes_none(self):
        keys = self.env["oauth.provider.key"]
        old = keys.ensure()
        self.configure("malformed")
        with mute_logger(
            "odoo.addons.oauth_provider.models.oauth_provider_key_encryption"
        ):
            self.become_copy()
        self.assertEqual(self.url_open("/oauth2/jwks").json(), {"keys": []})
        self.configure(self.keys)
        [jwk] = self.url_open("/oauth2/jwks").json()["keys"]
        self.assertNotEqual(jwk["kid"], old.kid)

    def test_a_copy_serves_its_own_keys(self):
        old = {key["kid"] for key in self.url_open("/oauth2/jwks").json()["keys"]}
        client, secret = self.create_client()
        self.become_copy()
        self.sign_in()
        new = {key["kid"] for key in self.url_open("/oauth2/jwks").json()["keys"]}
        self.assertTrue(new)
        self.assertFalse(old & new)
        code = self.get_code(client, scope="openid")
        token = self.redeem(code, client, secret).json()["id_token"]
        self.assertIn(jwt.get_unverified_header(token)["kid"], new)
