# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import jwt

from odoo.fields import Command
from odoo.tests import tagged

from .common import REDIRECT_URI, OAuthCase


@tagged("post_install", "-at_install")
class TestRequestedScope(OAuthCase):
    """What a client may not have is left out (RFC 6749 section 3.3)."""

    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            scope_ids=[Command.set(self.scopes("openid", "email").ids)]
        )
        self.sign_in()

    def find_events(self):
        self.env.invalidate_all()
        events = self.env["oauth.provider.event"]
        return events.search([("kind", "=", "scope_left_out")], order="id")

    def ask(self, client=None, **parameters):
        """Return what the client gets for a request that the person allows."""
        url = self.authorize_url(client or self.client, **parameters)
        response = self.url_open(url, allow_redirects=False)
        if response.status_code == 200:
            response = self.decide(response)
        address, answer = self.answer(response)
        self.assertEqual(address, REDIRECT_URI)
        return answer

    def test_the_answer_says_what_was_granted(self):
        answer = self.ask(scope="openid phone email no.such")
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "openid email")
        claims = self.bearer("userinfo", tokens["access_token"]).json()
        self.assertIn("email", claims)
        self.assertNotIn("phone_number", claims)
        event = self.find_events()
        self.assertEqual(event.reason, "phone; 1 that do not exist")
        self.assertEqual(event.client_id, self.client)
        self.assertEqual(event.user_id, self.user)
        grant = self.env["oauth.provider.grant"].find_live(self.client, self.user)
        self.assertEqual(event.grant_number, grant.id)
        self.assertEqual(set(grant.scope_ids.mapped("code")), {"openid", "email"})

    def test_the_page_asks_only_for_what_remains(self):
        url = self.authorize_url(self.client, scope="openid phone no.such email")
        page = self.url_open(url, allow_redirects=False)
        self.assertIn("oauth_scope.email", page.text)
        self.assertNotIn("oauth_scope.phone", page.text)
        self.assertNotIn("oauth_scope.no.such", page.text)
        # Who was only asked, and said no, has been given nothing less
        self.decide(page, "deny")
        self.assertFalse(self.find_events())

    def test_a_remembered_consent_still_covers_the_rest(self):
        self.ask(scope="openid email")
        self.assertFalse(self.find_events())
        silent = self.ask(scope="openid email phone no.such", prompt="none")
        tokens = self.redeem(silent["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "openid email")
        self.assertEqual(len(self.find_events()), 1)
        # What the client gets later is asked for, and left out no more
        self.client.scope_ids |= self.scopes("phone")
        again = self.ask(scope="openid email phone no.such", prompt="none")
        self.assertEqual(again["error"], "consent_required")
        self.ask(scope="openid email phone no.such")
        reasons = self.find_events().mapped("reason")
        self.assertEqual(reasons, ["phone; 1 that do not exist", "1 that do not exist"])

    def test_a_trusted_client_gets_no_more(self):
        self.client.skip_authorization = True
        answer = self.ask(scope="openid email phone no.such")
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "openid email")
        self.assertEqual(self.find_events().reason, "phone; 1 that do not exist")

    def test_nothing_remains(self):
        for scope in ("phone", "phone no.such", "no.such"):
            for prompt in (None, "none"):
                # Not even what the claims parameter would add
                answer = self.ask(
                    scope=scope, prompt=prompt, claims='{"userinfo": {"email": null}}'
                )
                self.assertEqual(answer["error"], "invalid_scope")
                self.assertNotIn("code", answer)
        self.assertFalse(self.find_events())

    def test_the_implicit_flow(self):
        client, _secret = self.create_client(
            "mobile application",
            scope_ids=[Command.set(self.scopes("openid", "email").ids)],
        )
        answer = self.ask(client, scope="no.such email")
        self.assertEqual(answer["scope"], "email")
        self.assertEqual(self.find_events().client_id, client)
        answer = self.ask(client, scope="no.such")
        self.assertEqual(answer["error"], "invalid_scope")
        # Odoo's auth_oauth works with a client without any scope
        client.scope_ids = False
        answer = self.ask(client, scope="openid profile email")
        self.assertTrue(answer["access_token"])
        self.assertFalse(answer.get("scope"))

    def test_an_id_token_needs_openid(self):
        client, _secret = self.create_client(
            "mobile application", scope_ids=[Command.set(self.scopes("email").ids)]
        )
        answer = self.ask(
            client, scope="openid email", response_type="id_token", nonce="n"
        )
        self.assertEqual(answer["error"], "invalid_request")
        self.client.scope_ids = self.scopes("email")
        answer = self.ask(scope="openid email")
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "email")
        self.assertNotIn("id_token", tokens)

    def test_the_claims_parameter_adds_what_the_client_may_have(self):
        answer = self.ask(
            scope="openid no.such",
            claims='{"id_token": {"email": null, "phone_number": null}}',
        )
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "openid email")
        found = jwt.decode(tokens["id_token"], options={"verify_signature": False})
        self.assertEqual(found["email"], self.user.email)
        self.assertNotIn("phone_number", found)

    def test_nobody_stays_connected_without_the_scope(self):
        self.client.refresh_token_policy = "offline_access"
        answer = self.ask(scope="openid offline_access")
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertEqual(tokens["scope"], "openid")
        self.assertNotIn("refresh_token", tokens)
        self.client.scope_ids |= self.scopes("offline_access")
        answer = self.ask(scope="openid offline_access no.such")
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        self.assertIn("refresh_token", tokens)
        # What was left out was not granted: asking for it again is asking for more
        data = {"grant_type": "refresh_token", "scope": "openid no.such"}
        data["refresh_token"] = tokens["refresh_token"]
        refused = self.post("token", data, self.client, self.secret)
        self.assertEqual(refused.json()["error"], "invalid_scope")

    def test_the_token_endpoint_leaves_nothing_out(self):
        scope_ids = [Command.set(self.scopes("openid", "email").ids)]
        backend, secret = self.create_client("backend application", scope_ids=scope_ids)
        data = {"grant_type": "client_credentials", "scope": "email no.such"}
        refused = self.post("token", data, backend, secret)
        self.assertEqual(refused.json()["error"], "invalid_scope")
        legacy, secret = self.create_client("legacy application", scope_ids=scope_ids)
        data = {"grant_type": "password", "scope": "email phone"}
        data |= {"username": self.user.login, "password": "oauth_user_password"}
        refused = self.post("token", data, legacy, secret)
        self.assertEqual(refused.json()["error"], "invalid_scope")
        self.assertFalse(self.find_events())

    def test_hostile_values_leave_few_and_harmless_rows(self):
        scope = self.env["oauth.provider.scope"].create({"name": "<i>", "code": "<i>"})
        hostile = " ".join(f"<script>{number}" for number in range(500))
        for number in range(15):
            extra = " ".join(["x"] * 2 + [f"y{i}" for i in range(number)])
            answer = self.ask(
                scope=f"openid {scope.code} {hostile} \x01\n \u202e {extra}"
            )
            self.assertIn("code", answer)
        events = self.find_events()
        # Of a client and person in a day
        self.assertEqual(len(events), 10)
        for event in events:
            self.assertRegex(event.reason, r"\A<i>; \d+ that do not exist\Z")
