# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""For how long a person lets an application in."""

from datetime import timedelta

import psycopg2
from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OAuthCase

HOUR, DAY = 3600, 24 * 3600


@tagged("post_install", "-at_install")
class TestDuration(OAuthCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def allow(self, client, duration=None, **parameters):
        """Press Allow with a duration (seconds) and return the answer's parameters."""
        page = self.url_open(self.authorize_url(client, **parameters))
        form = html.fromstring(page.content).xpath("//form")[0]
        data = {f.get("name"): f.get("value", "on") for f in form.xpath(".//input")}
        data["oauth_decision"] = "allow"
        if duration is not None:
            data["oauth_duration"] = str(duration)
        action = form.get("action")
        return self.answer(self.url_open(action, data=data, allow_redirects=False))[1]

    def connect(self, client, secret, duration=None, **parameters):
        code = self.allow(client, duration, **parameters)["code"]
        return self.redeem(code, client, secret).json()

    def refresh(self, tokens, client, secret):
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        return self.post("token", data, client, secret)

    def grant(self, client):
        self.env.invalidate_all()
        grants = self.env["oauth.provider.grant"]
        return grants.find_live(client, self.user)

    def offered(self, client):
        page = self.url_open(self.authorize_url(client, prompt="consent"))
        tree = html.fromstring(page.content)
        values = tree.xpath("//select[@name='oauth_duration']/option/@value")
        chosen = tree.xpath("//option[@selected]/@value")
        return [int(value) for value in values], [int(value) for value in chosen]

    def test_the_choice_is_there_only_where_the_client_allows_it(self):
        client, _secret = self.create_client()
        self.assertEqual(self.offered(client), ([], []))
        client.duration_choice = True
        everything = [0, 90 * DAY, 30 * DAY, DAY, HOUR]
        self.assertEqual(self.offered(client), (everything, [0]))
        client.max_duration = 7
        self.assertEqual(self.offered(client), ([7 * DAY, DAY, HOUR], [7 * DAY]))
        client.max_duration = 30
        self.assertEqual(self.offered(client)[0], [30 * DAY, DAY, HOUR])

    def test_a_longest_consent_needs_no_choice(self):
        client, secret = self.create_client(max_duration=2)
        self.connect(client, secret)
        grant = self.grant(client)
        self.assertEqual(grant.expires_at, grant.consented_at + timedelta(days=2))

    def test_what_is_not_offered_is_not_taken(self):
        client, secret = self.create_client(duration_choice=True, max_duration=2)
        for bad in (0, -1, 90 * DAY, "x", "9" * 400):
            self.connect(client, secret, bad, prompt="consent")
            self.assertEqual(self.grant(client).get_duration(), 2 * DAY, bad)
        closed, secret = self.create_client()
        self.connect(closed, secret, HOUR)
        self.assertFalse(self.grant(closed).expires_at)

    def test_no_credential_outlives_the_grant(self):
        client, secret = self.create_client(
            duration_choice=True, access_token_lifetime=2 * HOUR
        )
        tokens = self.connect(client, secret, HOUR)
        self.assertLessEqual(tokens["expires_in"], HOUR)
        end = self.grant(client).expires_at
        for model in ("authorization.code", "token", "refresh.token"):
            found = self.env[f"oauth.provider.{model}"].search(
                [("client_id", "=", client.id)]
            )
            self.assertTrue(found)
            for record in found:
                self.assertLessEqual(record.expires_at, end)
        told = self.post(
            "introspect", {"token": tokens["refresh_token"]}, client, secret
        ).json()
        self.assertEqual(told["exp"], int(end.timestamp()))

    def test_a_signed_token_says_when_the_grant_ends(self):
        client, secret = self.create_client(
            duration_choice=True,
            access_token_lifetime=2 * HOUR,
            token_type="jwt",
            jwt_algorithm="RS256",
        )
        tokens = self.connect(client, secret, HOUR)
        claims = self.verify_token(tokens["access_token"], self.Provider.get_issuer())
        end = self.grant(client).expires_at.timestamp()
        self.assertLessEqual(claims["exp"], end)

    def test_an_expired_grant_is_asked_for_again_as_a_new_one(self):
        client, secret = self.create_client(duration_choice=True)
        tokens = self.connect(client, secret, DAY)
        old = self.grant(client)
        silent = self.answer(
            self.url_open(
                self.authorize_url(client, prompt="none"), allow_redirects=False
            )
        )[1]
        self.assertIn("code", silent)
        # The clock does not go on for a running server, so the grant is older
        gone = fields.Datetime.now() - timedelta(seconds=1)
        old.write({"expires_at": gone, "consented_at": gone - timedelta(days=1)})
        self.env.flush_all()
        dead = self.bearer("userinfo", tokens["access_token"])
        self.assertEqual(dead.status_code, 401)
        refused = self.refresh(tokens, client, secret)
        self.assertEqual(refused.json()["error"], "invalid_grant")
        late = self.redeem(silent["code"], client, secret)
        self.assertEqual(late.json()["error"], "invalid_grant")
        token = {"token": tokens["access_token"]}
        told = self.post("introspect", token, client, secret).json()
        self.assertEqual(told, {"active": False})
        silent = self.answer(
            self.url_open(
                self.authorize_url(client, prompt="none"), allow_redirects=False
            )
        )[1]
        self.assertEqual(silent["error"], "consent_required")
        page = self.url_open(self.authorize_url(client))
        self.assertNotIn("You first let it in", page.text)
        fresh = self.connect(client, secret, 0)
        self.assertEqual(
            self.bearer("userinfo", fresh["access_token"]).status_code, 200
        )
        self.assertNotEqual(self.grant(client), old)
        self.assertEqual(old.state, "expired")

    def test_what_ends_by_itself_is_not_told_as_withdrawn(self):
        client, secret = self.create_client(duration_choice=True)
        events = self.env["oauth.provider.event"]

        def ends(grant):
            told = events.search(
                [("grant_number", "=", grant.id), ("kind", "like", "consent")]
            )
            return [kind for kind in told.mapped("kind") if kind != "consent_given"]

        # The housekeeping finds one, a new consent another one
        for close in (
            lambda: self.env["oauth.provider.grant"]._gc_expired(),
            lambda: self.connect(client, secret, HOUR),
        ):
            self.connect(client, secret, HOUR)
            grant = self.grant(client)
            gone = fields.Datetime.now() - timedelta(seconds=1)
            grant.write({"expires_at": gone, "consented_at": gone - timedelta(hours=1)})
            self.env.flush_all()
            close()
            self.assertEqual(ends(grant), ["consent_expired"])
        grant = self.grant(client)
        grant.action_withdraw()
        self.assertEqual(ends(grant), ["consent_withdrawn"])

    def test_what_was_withdrawn_before_its_end_stays_withdrawn_after_it(self):
        client, secret = self.create_client(duration_choice=True)
        self.connect(client, secret, HOUR)
        grant = self.grant(client)
        grant.action_withdraw()
        for seconds in (-1, 1):
            with freeze_time(grant.expires_at + timedelta(seconds=seconds)):
                grant.invalidate_recordset(["state"])
                self.assertEqual(grant.state, "withdrawn")

    def test_a_later_consent_sets_a_new_duration(self):
        client, secret = self.create_client(duration_choice=True)
        tokens = self.connect(client, secret, 30 * DAY)
        grant = self.grant(client)
        self.connect(client, secret, HOUR, prompt="consent")
        self.assertEqual(self.grant(client), grant)
        self.assertEqual(self.offered(client)[1], [HOUR])
        # What was issued before ends earlier now
        told = self.post(
            "introspect", {"token": tokens["refresh_token"]}, client, secret
        ).json()
        self.assertEqual(told["exp"], int(grant.expires_at.timestamp()))
        self.connect(client, secret, 0, prompt="consent")
        self.assertFalse(self.grant(client).expires_at)

    def test_an_implicit_token_ends_with_the_grant(self):
        client, _secret = self.create_client(
            "mobile application", duration_choice=True, access_token_lifetime=2 * HOUR
        )
        answer = self.allow(client, HOUR)
        self.assertLessEqual(int(answer["expires_in"]), HOUR)
        self.assertGreater(int(answer["expires_in"]), HOUR - 60)

    def test_housekeeping_closes_what_has_expired(self):
        client, secret = self.create_client(duration_choice=True)
        self.connect(client, secret, HOUR)
        grant = self.grant(client)
        tokens = self.env["oauth.provider.token"].search([("grant_id", "=", grant.id)])
        with freeze_time(grant.expires_at + timedelta(seconds=1)):
            self.assertEqual(client.grant_count, 0)
            self.env["oauth.provider.grant"]._gc_expired()
            self.assertTrue(grant.revoked_at)
            self.assertEqual(grant.state, "expired")
            self.assertTrue(all(token.revoked_at for token in tokens))

    @mute_logger("odoo.sql_db")
    def test_the_longest_consent_is_within_reason(self):
        with self.assertRaises(psycopg2.errors.CheckViolation):
            self.create_client(max_duration=-1)
