# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an attacker tries around sign-in, hints and logout."""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import jwt
from lxml import html

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..tools import signing_key
from .common import OAuthCase

AFTER = "https://client.example.com/after"


def encode(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@tagged("post_install", "-at_install")
class TestOpenIDAttacks(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            post_logout_redirect_uri_ids=[Command.create({"name": AFTER})]
        )
        self.sign_in()
        code = self.get_code(self.client, nonce="n")
        self.tokens = self.redeem(code, self.client, self.secret).json()
        self.key = self.env["oauth.provider.key"].ensure()

    def open_url(self, **parameters):
        url = self.authorize_url(self.client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def logout(self, **parameters):
        return self.url_open(
            f"/oauth2/logout?{urlencode(parameters)}", allow_redirects=False
        )

    def is_signed_in(self):
        return self.url_open("/odoo", allow_redirects=False).status_code == 200

    def forge(self, header, claims, secret):
        """Return a token signed by HMAC with ``secret`` (bytes), whatever it says."""
        head = encode(json.dumps(header).encode())
        body = encode(json.dumps(claims).encode())
        signature = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256)
        return f"{head}.{body}.{encode(signature.digest())}"

    def test_forged_hints_are_no_hints(self):
        claims = jwt.decode(
            self.tokens["id_token"], options={"verify_signature": False}
        )
        kid, own = self.key.kid, signing_key.generate("RS256")
        header = {"alg": "HS256", "typ": "JWT", "kid": kid}
        pem, jwk = self.key.public_key.encode(), self.key.sudo().public_jwk.encode()
        embedded = signing_key.public_jwk("RS256", own)
        payload = {**claims, "sub": "x"}
        forged = [
            self.forge(header, payload, secret)
            for secret in (pem, pem.strip(), jwk, b"")
        ]
        forged += [
            self.forge({**header, "kid": odd}, payload, b"")
            for odd in (None, 1, [], {}, "", "\x00", "' OR 1=1", "../../dev/null", True)
        ]
        forged += [
            jwt.encode(
                payload, own, "RS256", headers={"kid": kid, "typ": "JWT", **extra}
            )
            for extra in (
                {},
                {"jwk": embedded},
                {"jku": "https://evil.example.com/jwks", "x5u": "https://evil/"},
            )
        ]
        forged += [
            jwt.encode(payload, own, "RS256", headers={"typ": "JWT"}),
            jwt.encode(payload, own, "RS256", headers={"kid": "%", "typ": "JWT"}),
            self.tokens["id_token"] + "x",
            self.tokens["id_token"] + "." + self.tokens["id_token"],
        ]
        for token in forged:
            with self.subTest(header=token.partition(".")[0]):
                answer = self.answer(self.open_url(id_token_hint=token))[1]
                self.assertEqual(answer["error"], "invalid_request")
                self.assertEqual(self.logout(id_token_hint=token).status_code, 400)
        for name, value in (
            ("iss", "https://evil.example.com"),
            ("aud", [self.client.identifier + "x"]),
            ("aud", None),
            ("sub", None),
        ):
            token = self.key.sign({**claims, name: value})
            with self.subTest(name=name, value=value):
                answer = self.answer(self.open_url(id_token_hint=token))[1]
                self.assertEqual(answer["error"], "invalid_request")
                status = self.logout(id_token_hint=token).status_code
                self.assertEqual(status, 400)
        self.assertTrue(self.is_signed_in())

    def test_no_address_that_is_only_similar_is_gone_to_after_a_logout(self):
        hint = self.tokens["id_token"]
        for uri in (
            AFTER + "/",
            AFTER + "?x=1",
            AFTER + "#x",
            AFTER.upper(),
            AFTER.replace("https:", "http:"),
            AFTER.replace("client.", "client.example.com.evil."),
            AFTER.replace("https://", "https://evil@"),
            AFTER + "/../evil",
            AFTER + "%00",
            AFTER + "\r\nLocation: https://evil.example.com",
            "//evil.example.com",
            "javascript:alert(1)",
            "/odoo",
        ):
            with self.subTest(uri=uri):
                response = self.logout(id_token_hint=hint, post_logout_redirect_uri=uri)
                self.assertEqual(response.status_code, 400)
                self.assertNotIn("Location", response.headers)
        self.assertTrue(self.is_signed_in())
        state = "x\r\nSet-Cookie: a=b&post=1#"
        response = self.logout(
            id_token_hint=hint, post_logout_redirect_uri=AFTER, state=state
        )
        parts = urlsplit(response.headers["Location"])
        self.assertEqual(parse_qs(parts.query), {"state": [state]})
        self.assertEqual((parts.fragment, parts.netloc), ("", "client.example.com"))

    def test_silence_changes_nothing(self):
        """prompt=none is a question: whoever asks it ends nobody's session."""
        before = self.opener.cookies["session_id"]
        for wish in ({"max_age": "0"}, {"scope": "openid"}, {"nonce": "n"}):
            self.answer(self.open_url(prompt="none", **wish))
            self.assertTrue(self.is_signed_in())
        claims = json.dumps({"id_token": {"sub": {"value": "somebody else"}}})
        answer = self.answer(self.open_url(prompt="none", claims=claims))[1]
        self.assertEqual(answer["error"], "login_required")
        self.assertTrue(self.is_signed_in())
        self.assertEqual(self.opener.cookies["session_id"][:42], before[:42])

    def test_signing_in_anew_changes_the_name_of_the_session(self):
        """Who knows the one of before has nothing (session fixation)."""
        response = self.open_url(prompt="login")
        waiting = self.opener.cookies["session_id"]
        self.sign_in()
        self.assertNotEqual(self.opener.cookies["session_id"], waiting)
        signed_in = self.opener.cookies["session_id"]
        self.opener.cookies["session_id"] = waiting
        self.assertFalse(self.is_signed_in())
        self.opener.cookies["session_id"] = signed_in
        self.assertTrue(self.is_signed_in())
        self.assertEqual(response.status_code, 303)

    def test_the_consent_of_a_tab_counts_for_whom_it_was_shown_to(self):
        page = self.open_url(prompt="consent", state="mine")
        other = new_test_user(self.env, "oauth_other", password="oauth_user_password")
        # Signed out, or somebody else signed in, in another tab
        self.url_open("/web/session/logout")
        again = self.decide(page).headers["Location"]
        self.assertTrue(again.startswith("/oauth2/authorize?"))
        response = self.url_open(again, allow_redirects=False)
        self.assertTrue(response.headers["Location"].startswith("/web/login?"))
        self.user = other
        self.sign_in()
        response = self.decide(page)
        self.assertTrue(response.headers["Location"].startswith("/oauth2/authorize?"))
        grants = self.env["oauth.provider.grant"]
        self.assertFalse(grants.find_live(self.client, other))

    def test_the_login_page_leads_nowhere_else(self):
        self.url_open("/web/session/logout")
        hostile = f"/oauth2/authorize?redirect={quote('https://evil.example.com')}"
        page = self.open_url(redirect_uri="https://evil.example.com/")
        self.assertEqual(page.status_code, 400)
        for parameters in ({"login_hint": hostile}, {"ui_locales": hostile}):
            location = self.open_url(**parameters).headers["Location"]
            page = self.url_open(location)
            back = html.fromstring(page.content).xpath("//input[@name='redirect']")
            self.assertTrue(back[0].get("value").startswith("/oauth2/authorize?"))

    def test_a_refresh_invents_no_nonce_and_no_time(self):
        first = self.verify_token(self.tokens["id_token"], self.client.identifier)
        data = {
            "grant_type": "refresh_token",
            "refresh_token": self.tokens["refresh_token"],
            "nonce": "forged",
            "max_age": "0",
            "acr": "2",
        }
        tokens = self.post("token", data, self.client, self.secret).json()
        second = self.verify_token(tokens["id_token"], self.client.identifier)
        self.assertNotIn("nonce", second)
        for name in ("sub", "sid", "auth_time", "acr", "amr"):
            self.assertEqual(first[name], second[name])
