# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A secret that signs access tokens is shown once, whoever made it and why."""

import json
from datetime import timedelta

import jwt

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common import OAuthCase, new_manager

GRANT = {"grant_type": "client_credentials"}


@tagged("post_install", "-at_install")
class TestSharedSecret(OAuthCase):
    def setUp(self):
        super().setUp()
        self.user.group_ids |= self.env.ref("base.group_system")
        self.client, self.secret = self.create_client(
            "backend application", token_type="jwt", jwt_algorithm="HS256"
        )

    def press(self, records, button):
        """Press a button as the web client does and return the action."""
        return self.make_jsonrpc_request(
            f"/web/dataset/call_button/{records._name}/{button}",
            {
                "model": records._name,
                "method": button,
                "args": [records.ids],
                "kwargs": {},
            },
        )

    def shown(self, action):
        self.assertEqual(action["res_model"], "oauth.provider.client.secret")
        self.assertTrue(action["context"]["default_is_shared"])
        return action["context"]["default_secret"]

    def get_token(self):
        answer = self.post("token", GRANT, self.client, self.secret)
        return answer.json()["access_token"]

    def verify(self, token, shared):
        return jwt.decode(
            token, shared, algorithms=["HS256"], audience=self.Provider.get_issuer()
        )

    def test_a_secret_that_is_replaced_or_has_leaked_is_shown_once(self):
        self.authenticate(self.user.login, "oauth_user_password")
        seen = [self.shown(self.press(self.client, "action_generate_private_key"))]
        for button in ("action_rotate", "action_withdraw"):
            key = self.client.jwt_key_ids.filtered(lambda key: not key.retired_at)
            seen.append(self.shown(self.press(key, button)))
            self.verify(self.get_token(), seen[-1])
            with self.assertRaises(jwt.InvalidSignatureError):
                self.verify(self.get_token(), seen[-2])
        self.assertEqual(len(set(seen)), 3)
        # Withdrawing one that is retired already makes none
        self.assertFalse(self.press(self.client.jwt_key_ids[-1:], "action_withdraw"))
        # Neither does a key that nobody has to know
        key = self.env["oauth.provider.key"].ensure()
        self.assertFalse(self.press(key, "action_rotate"))

    def sign_in_as_manager(self):
        manager = new_manager(self.env)
        self.authenticate(manager.login, "oauth_user_password")

    @mute_logger("odoo.http")
    def test_a_manager_does_not_see_that_of_a_client_that_acts_as_somebody_else(self):
        self.sign_in_as_manager()
        key = self.client.jwt_key_ids
        for records, button in (
            (self.client, "action_generate_private_key"),
            (self.client, "generate_private_key"),
            (key, "action_rotate"),
        ):
            with self.assertRaisesRegex(JsonRpcException, "AccessError"):
                self.press(records, button)
        self.assertFalse(key.retired_at)

    def test_a_manager_stops_one_that_has_leaked_and_sees_no_other(self):
        leaked = self.client.sudo().jwt_key_ids
        value, token = leaked.private_key, self.get_token()
        self.sign_in_as_manager()
        answer = self.press(leaked, "action_withdraw")
        self.assertTrue(leaked.is_withdrawn)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)
        keys = self.client.sudo().jwt_key_ids
        for secret in keys.mapped("private_key"):
            self.assertNotIn(secret, json.dumps(answer))
        self.assertNotIn("default_secret", json.dumps(answer))
        # What signs now nobody has seen, until an administrator replaces it
        with self.assertRaises(jwt.InvalidSignatureError):
            self.verify(self.get_token(), value)
        self.authenticate(self.user.login, "oauth_user_password")
        current = self.client.jwt_key_ids.filtered(lambda key: not key.retired_at)
        shared = self.shown(self.press(current, "action_rotate"))
        self.verify(self.get_token(), shared)

    @mute_logger("odoo.http")
    def test_a_manager_takes_a_leaked_secret_away_and_gives_none(self):
        self.client.generate_secret(overlap=timedelta(days=1))
        self.sign_in_as_manager()
        self.press(self.client, "action_withdraw_secret")
        answer = self.post("token", GRANT, self.client, self.secret)
        self.assertEqual(answer.json()["error"], "invalid_client")
        self.assertFalse(self.client.has_secret)
        for secret in ("", None, "False"):
            answer = self.post("token", GRANT, self.client, secret)
            self.assertEqual(answer.json()["error"], "invalid_client")
        with self.assertRaisesRegex(JsonRpcException, "AccessError"):
            self.press(self.client, "action_generate_secret")
        event = self.env["oauth.provider.event"].search(
            [("kind", "=", "secret_changed")], limit=1
        )
        self.assertEqual((event.client_id, event.reason), (self.client, "removed"))
