# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A worker keeps the state of a user that an application acts as, while it is true."""

from odoo.tests import new_test_user, tagged

from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}


@tagged("post_install", "-at_install")
class TestBackendUser(OAuthCase):
    def setUp(self):
        super().setUp()
        self.user = new_test_user(self.env, "oauth_backend", "base.group_user")
        self.client, self.secret = self.create_client(
            "backend application", user_id=self.user.id
        )

    def ask(self):
        return self.post("token", GRANT, self.client, self.secret)

    def test_an_archived_user_gets_nothing_until_it_is_back(self):
        for _turn in range(2):
            answer = self.ask()
            self.assertEqual(answer.status_code, 200, answer.text)
            token = answer.json()["access_token"]
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
            self.user.action_archive()
            answer = self.ask()
            self.assertEqual(answer.json()["error"], "unauthorized_client")
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)
            self.user.action_unarchive()

    def test_a_deleted_user_gets_nothing(self):
        self.assertEqual(self.ask().status_code, 200)
        self.user.unlink()
        answer = self.ask()
        self.assertEqual(answer.json()["error"], "unauthorized_client")

    def test_its_identifier_is_that_of_now(self):
        self.client.token_type = "jwt"
        subjects = []
        for identifier in ("a" * 64, "b" * 64):
            self.user.oauth_identifier = identifier
            token = self.ask().json()["access_token"]
            claims = self.verify_token(token, self.Provider.get_issuer())
            self.assertEqual(claims["sub"], self.client.generate_user_id(self.user))
            subjects.append(claims["sub"])
        self.assertEqual(len(set(subjects)), 2)
