# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a client lets the person be asked (OpenID Connect Core section 3.1.2.1)."""

import json
import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import jwt
from lxml import html

from odoo import SUPERUSER_ID, fields
from odoo.tests import new_test_user, tagged

from ..oauth2.interaction import choose_language
from ..tools import sign_in_mark, signing_key
from .common import OAuthCase


def marks(case):
    """Return the cookies (dict) that remember which requests asked for a sign-in."""
    cookies = case.opener.cookies.items()
    return {name: value for name, value in cookies if name.startswith("oauth_sign_in_")}


@tagged("post_install", "-at_install")
class TestInteraction(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client()

    def open_url(self, **parameters):
        url = self.authorize_url(self.client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def allow_all(self):
        """Sign in and allow everything, and return the ID token (str)."""
        self.sign_in()
        code = self.get_code(self.client)
        return self.redeem(code, self.client, self.secret).json()["id_token"]

    def login_location(self, response):
        """Return (parameters of the login page, address it leads back to)."""
        self.assertEqual(response.status_code, 303)
        parts = urlsplit(response.headers["Location"])
        self.assertEqual(parts.path, "/web/login")
        values = {name: value[0] for name, value in parse_qs(parts.query).items()}
        return values, values["redirect"]

    def move_sign_in(self, seconds):
        """Let the sign-in of this browser have been ``seconds`` ago."""
        session = self.get_session()
        session["oauth_provider"] = {
            **session["oauth_provider"],
            "time": int(time.time()) - seconds,
        }
        self.save_session(session)

    def get_session(self):
        from odoo.http import root

        return root.session_store.get(self.opener.cookies["session_id"])

    def save_session(self, session):
        from odoo.http import root

        root.session_store.save(session)

    def test_login_means_signing_in_anew(self):
        first = jwt.decode(self.allow_all(), options={"verify_signature": False})
        self.move_sign_in(100)
        response = self.open_url(prompt="login")
        _values, back = self.login_location(response)
        # The login page asks indeed, and without it the way back leads there again
        self.assertIn('name="password"', self.url_open("/web/login").text)
        self.login_location(self.url_open(back, allow_redirects=False))
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        tokens = self.redeem(answer["code"], self.client, self.secret).json()
        claims = self.verify_token(tokens["id_token"], self.client.identifier)
        self.assertGreaterEqual(claims["auth_time"], first["auth_time"])
        self.assertEqual(claims["sid"], first["sid"])

    def test_a_new_sign_in_answers_one_request_once(self):
        """Whoever goes back in the history of a browser has to sign in."""
        self.allow_all()
        for parameters in ({"prompt": "login"}, {"max_age": "0"}):
            _values, back = self.login_location(self.open_url(**parameters))
            # A sign-in for another request is none for this one
            self.sign_in()
            self.login_location(self.open_url(state="other", **parameters))
            self.sign_in()
            answer = self.answer(self.url_open(back, allow_redirects=False))[1]
            self.assertIn("code", answer)
            self.login_location(self.url_open(back, allow_redirects=False))
            self.sign_in()

    def test_a_refusal_uses_a_new_sign_in_up_as_well(self):
        self.sign_in()
        _values, back = self.login_location(self.open_url(prompt="login"))
        self.sign_in()
        page = self.url_open(back, allow_redirects=False)
        # Looking at the page again changes nothing
        page = self.url_open(back, allow_redirects=False)
        answer = self.answer(self.decide(page, "deny"))[1]
        self.assertEqual(answer["error"], "access_denied")
        self.login_location(self.url_open(back, allow_redirects=False))

    def test_a_new_sign_in_counts_in_its_own_browser_and_for_an_hour(self):
        self.allow_all()
        _values, back = self.login_location(self.open_url(prompt="login"))
        # Brought to another browser, where somebody has signed in since
        self.opener.cookies.clear()
        self.sign_in()
        self.login_location(self.url_open(back, allow_redirects=False))
        self.assertEqual(len(marks(self)), 1)
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertIn("code", answer)
        self.assertFalse(marks(self))

    def test_tabs_that_ask_at_once_are_all_answered(self):
        self.allow_all()
        locations = [
            self.login_location(self.open_url(prompt="login", state=str(number)))[1]
            for number in range(12)
        ]
        self.sign_in()
        for location in locations[2:]:
            answer = self.answer(self.url_open(location, allow_redirects=False))[1]
            self.assertIn("code", answer)
        # More than ten are none that a person opened
        self.login_location(self.url_open(locations[0], allow_redirects=False))

    def test_max_age_is_about_the_sign_in(self):
        self.allow_all()
        self.assertIn("code", self.answer(self.open_url(max_age="60"))[1])
        self.move_sign_in(100)
        self.assertIn("code", self.answer(self.open_url(max_age="1000"))[1])
        silent = self.answer(self.open_url(max_age="60", prompt="none"))[1]
        self.assertEqual(silent["error"], "login_required")
        _values, back = self.login_location(self.open_url(max_age="60"))
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertIn("code", answer)
        # Nobody is fast enough for 0, which means to sign in anew
        _values, back = self.login_location(self.open_url(max_age="0"))
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertIn("code", answer)

    def let_pass(self, seconds):
        """Let the sign-in that the only request asked for have been ``seconds`` ago."""
        [(name, value)] = marks(self).items()
        env, past = self.env(su=True), time.time() - seconds
        request = sign_in_mark.verify_hash_signed(
            env, sign_in_mark.PURPOSE, value.partition(".")[2]
        )[1]
        mark = sign_in_mark.make(env, request, past - 5)
        self.opener.cookies.set(name, mark, domain="127.0.0.1", path="/oauth2")
        self.move_sign_in(seconds)

    def test_a_sign_in_that_was_asked_for_grows_old_as_well(self):
        """Whoever comes later and goes back in the history of the browser."""
        for own, parameters in (
            (0, {"max_age": "60"}),
            (0, {"max_age": "0"}),
            (5, {}),
            (5, {"max_age": "3000", "prompt": "consent"}),
            (50, {"max_age": "60", "prompt": "login"}),
        ):
            self.client.max_sign_in_age = own
            self.opener.cookies.clear()
            self.sign_in()
            self.move_sign_in(4000)
            _values, back = self.login_location(self.open_url(**parameters))
            self.sign_in()
            with self.subTest(own=own, **parameters):
                self.let_pass(9 * 60)
                page = self.url_open(back, allow_redirects=False)
                self.assertEqual(page.status_code, 200)
                self.let_pass(11 * 60)
                # Nor does the page count that was opened in time
                self.login_location(self.decide(page))
                self.sign_in()
                self.let_pass(55 * 60)
                _values, again = self.login_location(
                    self.url_open(back, allow_redirects=False)
                )
                self.assertEqual(again, back)
                # Who signs in once more has done what was asked
                self.sign_in()
                page = self.url_open(back, allow_redirects=False)
                self.assertEqual(page.status_code, 200)

    def test_the_age_of_a_client_that_allows_more_is_its_own(self):
        self.client.max_sign_in_age = 20
        self.sign_in()
        self.move_sign_in(4000)
        _values, back = self.login_location(self.open_url())
        self.sign_in()
        self.let_pass(15 * 60)
        page = self.url_open(back, allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        self.let_pass(21 * 60)
        self.login_location(self.url_open(back, allow_redirects=False))

    def test_a_sign_in_that_nobody_noted_is_not_young(self):
        self.allow_all()
        session = self.get_session()
        del session["oauth_provider"]
        self.save_session(session)
        code = self.answer(self.open_url())[1]["code"]
        token = self.redeem(code, self.client, self.secret).json()["id_token"]
        self.assertNotIn("auth_time", self.verify_token(token, self.client.identifier))
        self.login_location(self.open_url(max_age="100000"))

    def test_odoobot_is_nobody_who_may_allow(self):
        """An administrator may become it, and it is archived."""
        trusted, _secret = self.create_client(skip_authorization=True)
        self.authenticate("admin", "admin")
        self.url_open("/web/become", allow_redirects=False)
        self.assertEqual(self.get_session().uid, SUPERUSER_ID)
        for client in (self.client, trusted):
            for prompt in (None, "consent", "none"):
                url = self.authorize_url(client, prompt=prompt)
                response = self.url_open(url, allow_redirects=False)
                if prompt == "none":
                    answer = self.answer(response)[1]
                    self.assertEqual(answer["error"], "access_denied")
                else:
                    self.assertEqual(response.status_code, 403)
        bot = self.env["res.users"].browse(SUPERUSER_ID)
        self.assertFalse(self.env["oauth.provider.grant"].find_of_user(bot))

    def test_select_account_shows_who_is_signed_in(self):
        self.allow_all()
        response = self.open_url(prompt="select_account")
        self.assertEqual(response.status_code, 200)
        self.assertIn("Not you?", response.text)
        self.assertIn("code", self.answer(self.decide(response))[1])
        self.client.skip_authorization = True
        self.assertEqual(self.open_url(prompt="select_account").status_code, 200)

    def test_the_login_hint_is_filled_in(self):
        values, back = self.login_location(self.open_url(login_hint='a"b@example.com'))
        self.assertEqual(values["login"], 'a"b@example.com')
        page = self.url_open(f"/web/login?login={values['login']}")
        field = html.fromstring(page.content).xpath("//input[@name='login']/@value")
        self.assertEqual(field, ['a"b@example.com'])
        self.assertTrue(back.startswith("/oauth2/authorize?"))

    def test_the_way_back_from_the_login_is_always_our_own(self):
        for hostile in ("//evil.example.com", "https://evil.example.com/"):
            response = self.url_open(
                f"{self.authorize_url(self.client)}&redirect={hostile}",
                allow_redirects=False,
            )
            _values, back = self.login_location(response)
            self.assertTrue(back.startswith("/oauth2/authorize?"))
            self.assertNotIn("evil", back)

    def test_a_hint_of_somebody_else(self):
        hint = self.allow_all()
        self.assertIn("code", self.answer(self.open_url(id_token_hint=hint))[1])
        other = new_test_user(self.env, "oauth_other", password="oauth_user_password")
        self.url_open("/web/session/logout")
        self.user, previous = other, self.user
        self.sign_in()
        silent = self.open_url(id_token_hint=hint, prompt="none")
        self.assertEqual(self.answer(silent)[1]["error"], "login_required")
        _values, back = self.login_location(self.open_url(id_token_hint=hint))
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "login_required")
        _values, back = self.login_location(self.open_url(id_token_hint=hint))
        self.user = previous
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertIn("code", answer)

    def test_hints_that_are_not_ours(self):
        hint = self.allow_all()
        claims = jwt.decode(hint, options={"verify_signature": False})
        kid = jwt.get_unverified_header(hint)["kid"]
        other, _secret = self.create_client()
        foreign = signing_key.sign(
            "RS256", signing_key.generate("RS256"), claims, kid=kid
        )
        unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": kid})
        # With the public key as the secret of an HMAC
        head, body, _signature = hint.split(".")
        for value in (foreign, unsigned, f"{head}.{body}.", "a.b.c", "é"):
            answer = self.answer(self.open_url(id_token_hint=value))[1]
            self.assertEqual(answer["error"], "invalid_request")
        url = self.authorize_url(other, id_token_hint=hint)
        answer = self.answer(self.url_open(url, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "invalid_request")

    def test_an_expired_hint_still_says_who_it_was(self):
        self.allow_all()
        key = self.env["oauth.provider.key"].ensure()
        expired = key.sign(
            {
                "iss": self.Provider.get_issuer(),
                "aud": self.client.identifier,
                "sub": self.client.generate_user_id(self.user),
                "exp": 1,
            }
        )
        self.assertIn("code", self.answer(self.open_url(id_token_hint=expired))[1])

    def test_a_hint_outlives_the_publication_of_its_key(self):
        hint = self.allow_all()
        key = self.env["oauth.provider.key"].ensure()
        key.action_rotate()
        key.published_until = fields.Datetime.now() - timedelta(days=30)
        published = self.url_open("/oauth2/jwks").json()["keys"]
        self.assertNotIn(key.kid, [jwk["kid"] for jwk in published])
        self.assertIn("code", self.answer(self.open_url(id_token_hint=hint))[1])
        # A key that has leaked is no proof of anything
        key.action_withdraw()
        answer = self.answer(self.open_url(id_token_hint=hint))[1]
        self.assertEqual(answer["error"], "invalid_request")

    def test_what_we_signed_for_another_purpose_is_no_hint(self):
        self.allow_all()
        claims = {
            "iss": self.Provider.get_issuer(),
            "aud": self.client.identifier,
            "sub": self.client.generate_user_id(self.user),
        }
        key = self.env["oauth.provider.key"].ensure()
        for further, typ in (
            ({"exp": 9_999_999_999}, "at+jwt"),
            ({"exp": 9_999_999_999}, "logout+jwt"),
            ({}, "JWT"),
        ):
            hint = key.sign({**claims, **further}, typ=typ)
            answer = self.answer(self.open_url(id_token_hint=hint))[1]
            self.assertEqual(answer["error"], "invalid_request")
        # Nor is what the key of a client signed, whatever name it gives
        own = key.make("RS256", client=self.client)
        own.kid = key.kid
        forged = own.sign({**claims, "exp": 9_999_999_999})
        answer = self.answer(self.open_url(id_token_hint=forged))[1]
        self.assertEqual(answer["error"], "invalid_request")

    def test_an_essential_class_of_authentication_is_met_or_an_error(self):
        self.allow_all()
        wish = {"id_token": {"acr": {"essential": True, "values": ["2"]}}}
        claims = json.dumps(wish)
        _values, back = self.login_location(self.open_url(claims=claims))
        self.sign_in()
        answer = self.answer(self.url_open(back, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "unmet_authentication_requirements")
        wish["id_token"]["acr"]["values"].append("1")
        answer = self.answer(self.open_url(claims=json.dumps(wish)))[1]
        self.assertIn("code", answer)

    def test_a_voluntary_class_of_authentication_fails_nothing(self):
        """OpenID Connect Core 5.5.1.1: the answer tells what there is instead."""
        self.allow_all()
        for parameters in (
            {"claims": json.dumps({"id_token": {"acr": {"value": "2"}}})},
            {"claims": json.dumps({"id_token": {"acr": {"values": ["2", {}]}}})},
            {"acr_values": "2 urn:example:gold"},
        ):
            answer = self.answer(self.open_url(prompt="none", **parameters))[1]
            tokens = self.redeem(answer["code"], self.client, self.secret).json()
            claims = self.verify_token(tokens["id_token"], self.client.identifier)
            self.assertEqual(claims["acr"], "1")

    def test_a_subject_that_is_asked_for_is_always_essential(self):
        self.allow_all()
        own = self.client.generate_user_id(self.user)
        for wish, is_met in (
            ({"value": own}, True),
            ({"values": ["other", own]}, True),
            ({"value": "other"}, False),
            ({"values": ["other", 1, {}]}, False),
            ({"value": {}}, False),
        ):
            claims = json.dumps({"id_token": {"sub": wish}})
            answer = self.answer(self.open_url(prompt="none", claims=claims))[1]
            self.assertEqual("code" in answer, is_met, wish)
            self.assertEqual(answer.get("error"), None if is_met else "login_required")

    def test_the_pages_are_in_the_language_that_the_client_wants(self):
        self.env["res.lang"]._activate_lang("fr_BE")
        self.assertEqual(choose_language(self.env, "de fr-CA en-US"), "fr_BE")
        self.assertEqual(choose_language(self.env, "de en-us"), "en_US")
        self.assertIsNone(choose_language(self.env, "de xx '"))
        self.sign_in()
        page = self.open_url(ui_locales="fr")
        self.assertEqual(html.fromstring(page.content).get("lang"), "fr-BE")
