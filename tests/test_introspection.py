# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time

from odoo.tests import tagged

from ..oauth2.validator import OdooValidator
from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestIntrospection(OAuthCase):
    """RFC 7662."""

    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client("legacy application")
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
            "scope": "openid email",
        }
        self.tokens = self.post("token", data, self.client, self.secret).json()

    def introspect(self, token, client=None, secret=None):
        return self.post(
            "introspect", {"token": token}, client or self.client, secret or self.secret
        )

    def test_a_client_sees_its_own_tokens(self):
        answer = self.introspect(self.tokens["access_token"]).json()
        self.assertTrue(answer["active"])
        self.assertEqual(set(answer["scope"].split()), {"openid", "email"})
        self.assertEqual(answer["client_id"], self.client.identifier)
        self.assertEqual(answer["token_type"], "Bearer")
        self.assertEqual(answer["iss"], self.Provider.get_issuer())
        self.assertAlmostEqual(answer["exp"], time.time() + 3600, delta=30)
        self.assertAlmostEqual(answer["iat"], time.time(), delta=30)
        info = self.bearer("userinfo", self.tokens["access_token"]).json()
        self.assertEqual(answer["sub"], info["sub"])

    def test_a_refresh_token_is_seen_as_such(self):
        answer = self.introspect(self.tokens["refresh_token"]).json()
        self.assertTrue(answer["active"])
        self.assertNotIn("token_type", answer)

    def test_a_dead_token_is_inactive_and_nothing_else(self):
        token = self.tokens["access_token"]
        self.env["oauth.provider.token"].find(token).revoke()
        for value in (token, "unknown"):
            self.assertEqual(self.introspect(value).json(), {"active": False})

    def test_another_client_sees_nothing_unless_it_is_a_resource_server(self):
        other, secret = self.create_client("backend application")
        token = self.tokens["access_token"]
        answer = self.introspect(token, other, secret).json()
        self.assertEqual(answer, {"active": False})
        other.is_resource_server = True
        answer = self.introspect(token, other, secret).json()
        self.assertEqual(answer["client_id"], self.client.identifier)

    def test_who_has_failed_too_often_is_told_of_no_token(self):
        self.commit_hooks()
        token = self.tokens["access_token"]
        typed = self.client.secret = "a secret that somebody has thought out"
        for _number in range(10):
            self.assertEqual(self.introspect(token, secret="x").status_code, 401)
        answer = self.introspect(token, secret=typed)
        self.assertEqual(answer.status_code, 429)
        self.assertNotIn("active", answer.json())
        self.assertIn("Retry-After", answer.headers)

    def test_client_authentication_is_always_needed(self):
        public, _secret = self.create_client("mobile application")
        data = {"token": self.tokens["access_token"]}
        for more in ({}, {"client_id": public.identifier}):
            response = self.post("introspect", {**data, **more})
            self.assertEqual(response.status_code, 401)
            self.assertEqual(response.json()["error"], "invalid_client")
        self.assertEqual(self.introspect("x", secret="wrong").status_code, 401)
        response = self.post("introspect", {}, self.client, self.secret)
        self.assertEqual(response.json()["error"], "invalid_request")

    def test_the_server_of_an_addon_is_asked(self):
        clients = type(self.env["oauth.provider.client"])
        original, asked = clients.get_oauth2_server, []

        def get_oauth2_server(client, validator=None, **kwargs):
            asked.append(validator.client)
            return original(client, validator, **kwargs)

        bodies = [
            {"token": self.tokens["access_token"], "token_type_hint": "refresh_token"},
            {"token": self.tokens["refresh_token"], "token_type_hint": "unknown"},
            {"token": "unknown"},
            {"token": ""},
            {},
        ]

        def introspect():
            return [
                self.post("introspect", body, self.client, self.secret)
                for body in bodies
            ]

        direct = introspect()
        self.assertFalse(asked)
        self.patch(clients, "get_oauth2_server", get_oauth2_server)
        # oauthlib says the same of each
        for one, other in zip(direct, introspect(), strict=True):
            self.assertEqual(one.status_code, other.status_code)
            self.assertEqual(one.json(), other.json())
        self.assertEqual(asked, [self.client] * len(bodies))

    def test_the_validator_of_an_addon_is_asked(self):
        original, asked = OdooValidator.introspect_token, []

        def introspect_token(validator, token, hint, request, *args, **kwargs):
            asked.append((validator.client, hint))
            claims = original(validator, token, hint, request, *args, **kwargs)
            return claims if hint else None

        token = {"token": self.tokens["access_token"]}
        self.assertTrue(self.introspect(token["token"]).json()["active"])
        self.patch(OdooValidator, "introspect_token", introspect_token)
        for hint in (None, "access_token"):
            body = {**token, "token_type_hint": hint} if hint else token
            answer = self.post("introspect", body, self.client, self.secret).json()
            self.assertEqual(answer["active"], bool(hint))
        self.assertEqual(asked, [(self.client, None), (self.client, "access_token")])
