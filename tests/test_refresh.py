# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.fields import Command
from odoo.tests import tagged

from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestRefresh(OAuthCase):
    """RFC 6749 section 6 and RFC 9700 section 4.14."""

    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client()
        self.sign_in()
        self.first = self.redeem(
            self.get_code(self.client), self.client, self.secret
        ).json()

    def refresh(self, token, **data):
        data.update(grant_type="refresh_token", refresh_token=token)
        return self.post("token", data, self.client, self.secret)

    def is_live(self, tokens):
        return self.bearer("tokeninfo", tokens["access_token"]).status_code == 200

    def test_two_refreshes_at_once_both_get_a_usable_answer(self):
        answers = [self.refresh(self.first["refresh_token"]).json() for _i in range(2)]
        self.assertNotEqual(*(answer["refresh_token"] for answer in answers))
        for answer in answers:
            self.assertTrue(self.is_live(answer))

    def test_reuse_after_the_grace_period_ends_the_family(self):
        second = self.refresh(self.first["refresh_token"]).json()
        record = self.env["oauth.provider.refresh.token"].find(
            self.first["refresh_token"]
        )
        record.used_at -= timedelta(seconds=11)
        refused = self.refresh(self.first["refresh_token"])
        self.assertEqual(refused.json()["error"], "invalid_grant")
        self.assertFalse(self.is_live(second))
        refused = self.refresh(second["refresh_token"])
        self.assertEqual(refused.json()["error"], "invalid_grant")

    def test_one_that_expired_long_ago_raises_the_alarm_once(self):
        self.refresh(self.first["refresh_token"])
        record = self.env["oauth.provider.refresh.token"].find(
            self.first["refresh_token"]
        )
        record.used_at -= timedelta(days=3)
        record.expires_at = record.used_at + timedelta(days=1)
        for _number in range(3):
            refused = self.refresh(self.first["refresh_token"])
            self.assertEqual(refused.json()["error"], "invalid_grant")
        replayed = [("client_id", "=", self.client.id), ("kind", "=", "replayed")]
        self.assertEqual(self.env["oauth.provider.event"].search_count(replayed), 1)

    def test_reuse_after_the_successor_was_used_ends_the_family_at_once(self):
        second = self.refresh(self.first["refresh_token"]).json()
        third = self.refresh(second["refresh_token"]).json()
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 400)
        self.assertFalse(self.is_live(third))

    def test_deliberate_revocation_beats_the_grace_period(self):
        second = self.refresh(self.first["refresh_token"]).json()
        data = {"token": second["refresh_token"]}
        self.post("revoke_token", data, self.client, self.secret)
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 400)
        self.assertFalse(self.is_live(second))

    def test_the_rule_of_an_addon_counts(self):
        code = self.get_code(self.client)
        for model in ("authorization.code", "refresh.token"):
            records = type(self.env[f"oauth.provider.{model}"])
            self.patch(records, "is_live", lambda record: False)
        for answer in (
            self.refresh(self.first["refresh_token"]),
            self.redeem(code, self.client, self.secret),
        ):
            self.assertEqual(answer.json()["error"], "invalid_grant")

    def test_without_a_grace_period_the_first_reuse_ends_the_family(self):
        self.client.refresh_token_grace = 0
        second = self.refresh(self.first["refresh_token"]).json()
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 400)
        self.assertFalse(self.is_live(second))

    def test_a_clock_that_is_set_back_gives_no_second_use(self):
        for grace in (0, 10):
            self.client.refresh_token_grace = grace
            first = self.redeem(
                self.get_code(self.client), self.client, self.secret
            ).json()
            second = self.refresh(first["refresh_token"]).json()
            tokens = self.env["oauth.provider.refresh.token"]
            # What was done just now lies in the future
            tokens.find(first["refresh_token"]).used_at += timedelta(minutes=10)
            refused = self.refresh(first["refresh_token"])
            self.assertEqual(refused.status_code, 400)
            self.assertFalse(self.is_live(second))

    def test_a_refresh_token_of_another_client_is_refused_and_stays_good(self):
        other, secret = self.create_client()
        data = {
            "grant_type": "refresh_token",
            "refresh_token": self.first["refresh_token"],
        }
        refused = self.post("token", data, other, secret)
        self.assertEqual(refused.json()["error"], "invalid_grant")
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 200)

    def test_an_expired_refresh_token_is_refused(self):
        record = self.env["oauth.provider.refresh.token"].find(
            self.first["refresh_token"]
        )
        lifetime = (record.expires_at - record.create_date).total_seconds()
        self.assertAlmostEqual(lifetime, self.client.refresh_token_lifetime, delta=5)
        record.expires_at -= timedelta(days=31)
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 400)

    def test_revoking_an_access_token_takes_its_refresh_token_along(self):
        data = {"token": self.first["access_token"]}
        self.post("revoke_token", data, self.client, self.secret)
        self.assertEqual(self.refresh(self.first["refresh_token"]).status_code, 400)

    def test_offline_access_decides_where_the_client_says_so(self):
        client, secret = self.create_client(
            refresh_token_policy="offline_access",
            scope_ids=[
                Command.set(self.scopes("openid", "offline_access").ids),
            ],
        )
        code = self.get_code(client, scope="openid")
        self.assertNotIn("refresh_token", self.redeem(code, client, secret).json())
        code = self.get_code(client, scope="openid offline_access")
        self.assertIn("refresh_token", self.redeem(code, client, secret).json())
