# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""ID tokens and claims, over the wire (OpenID Connect Core)."""

import base64
import hashlib
import json
import time
from unittest.mock import patch

import jwt

from odoo.fields import Command
from odoo.tests import tagged

from .common import PIXEL, OAuthCase


@tagged("post_install", "-at_install")
class TestOpenID(OAuthCase):
    def setUp(self):
        super().setUp()
        self.sign_in()

    def half_hash(self, value, name="sha256"):
        digest = hashlib.new(name, value.encode()).digest()
        return (
            base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
        )

    def get_tokens(self, client, secret, **parameters):
        return self.redeem(self.get_code(client, **parameters), client, secret).json()

    def get_answer(self, client, **parameters):
        url = self.authorize_url(client, **parameters)
        response = self.url_open(url, allow_redirects=False)
        if response.status_code == 200:
            response = self.decide(response)
        return self.answer(response)[1]

    def test_the_id_token_of_the_code_flow(self):
        client, secret = self.create_client()
        start = int(time.time())
        tokens = self.get_tokens(client, secret, nonce="n-0S6")
        claims = self.verify_token(tokens["id_token"], client.identifier)
        self.assertEqual(claims["nonce"], "n-0S6")
        self.assertEqual(claims["azp"], client.identifier)
        self.assertEqual(claims["sub"], client.generate_user_id(self.user))
        self.assertEqual(claims["exp"] - claims["iat"], client.id_token_lifetime)
        self.assertEqual(claims["at_hash"], self.half_hash(tokens["access_token"]))
        self.assertLessEqual(abs(claims["auth_time"] - start), 60)
        self.assertEqual((claims["amr"], claims["acr"]), (["pwd"], "1"))
        self.assertTrue(claims["sid"])
        # The userinfo address tells the rest
        self.assertNotIn("email", claims)
        header = jwt.get_unverified_header(tokens["id_token"])
        self.assertEqual((header["alg"], header["typ"]), ("RS256", "JWT"))

    def test_without_openid_there_is_no_id_token(self):
        client, secret = self.create_client()
        tokens = self.get_tokens(client, secret, scope="email", nonce="n")
        self.assertNotIn("id_token", tokens)
        self.assertFalse(
            self.env["oauth.provider.session"].search([("client_id", "=", client.id)])
        )

    def test_without_a_sign_in_in_a_browser_there_is_no_id_token(self):
        client, secret = self.create_client("legacy application")
        data = self.password_data("openid profile")
        for _number in range(3):
            tokens = self.post("token", data, client, secret).json()
            self.assertIn("openid", tokens["scope"].split())
            self.assertNotIn("id_token", tokens)
            data = {
                "grant_type": "refresh_token",
                "refresh_token": tokens["refresh_token"],
            }

    def test_a_refreshed_id_token_is_about_the_same_sign_in(self):
        client, secret = self.create_client()
        tokens = self.get_tokens(client, secret, nonce="n")
        first = self.verify_token(tokens["id_token"], client.identifier)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refreshed = self.post("token", data, client, secret).json()
        second = self.verify_token(refreshed["id_token"], client.identifier)
        for name in ("iss", "sub", "aud", "auth_time", "sid", "amr", "acr"):
            self.assertEqual(second[name], first[name])
        self.assertNotIn("nonce", second)
        self.assertEqual(second["at_hash"], self.half_hash(refreshed["access_token"]))

    def test_the_subject_is_one_and_the_same_everywhere(self):
        subjects = []
        for _number in range(2):
            client, secret = self.create_client(
                token_type="jwt", is_resource_server=True
            )
            tokens = self.get_tokens(client, secret, nonce="n")
            token = tokens["access_token"]
            introspected = self.post("introspect", {"token": token}, client, secret)
            issuer = self.Provider.get_issuer()
            found = {
                self.verify_token(tokens["id_token"], client.identifier)["sub"],
                self.verify_token(token, issuer)["sub"],
                self.bearer("userinfo", token).json()["sub"],
                self.bearer("tokeninfo", token).json()["user_id"],
                introspected.json()["sub"],
            }
            self.assertEqual(len(found), 1)
            subjects.extend(found)
        self.assertNotEqual(*subjects)

    def test_implicit_id_tokens(self):
        client, _secret = self.create_client("mobile application")
        for response_type in ("id_token token", "token id_token"):
            answer = self.get_answer(
                client, response_type=response_type, nonce="n", **self.oidc_extras()
            )
            claims = self.verify_token(answer["id_token"], client.identifier)
            self.assertEqual(claims["nonce"], "n")
            self.assertEqual(claims["at_hash"], self.half_hash(answer["access_token"]))
            self.assertEqual(claims["name"], "Ann O'Auth")
        answer = self.get_answer(client, response_type="id_token", nonce="n")
        self.assertNotIn("access_token", answer)
        claims = self.verify_token(answer["id_token"], client.identifier)
        self.assertNotIn("at_hash", claims)
        self.assertEqual(claims["email"], "ann@example.com")

    def oidc_extras(self):
        """What OCA's auth_oidc sends in the implicit flow too."""
        return {"code_challenge": self.challenge, "code_challenge_method": "S256"}

    def test_a_nonce_is_required_where_the_browser_carries_an_id_token(self):
        mobile, _secret = self.create_client("mobile application")
        web, _secret = self.create_client(hybrid_flow=True)
        for client, response_type in (
            (mobile, "id_token"),
            (mobile, "id_token token"),
            (web, "code id_token"),
            (web, "code id_token token"),
        ):
            url = self.authorize_url(client, response_type=response_type)
            url += f"&code_challenge={self.challenge}&code_challenge_method=S256" * (
                "code_challenge=" not in url
            )
            response = self.url_open(url, allow_redirects=False)
            self.assertIn("#", response.headers["Location"])
            self.assertEqual(self.answer(response)[1]["error"], "invalid_request")

    def test_hybrid_answers(self):
        client, secret = self.create_client(hybrid_flow=True)
        for response_type in ("code id_token", "token code", "id_token code token"):
            answer = self.get_answer(client, response_type=response_type, nonce="n")
            words = set(response_type.split())
            self.assertEqual("id_token" in answer, "id_token" in words)
            self.assertEqual("access_token" in answer, "token" in words)
            if "id_token" in answer:
                claims = self.verify_token(answer["id_token"], client.identifier)
                self.assertEqual(claims["c_hash"], self.half_hash(answer["code"]))
                self.assertEqual("at_hash" in claims, "token" in words)
            tokens = self.redeem(answer["code"], client, secret).json()
            redeemed = self.verify_token(tokens["id_token"], client.identifier)
            self.assertEqual(redeemed["nonce"], "n")
            if "id_token" in answer:
                self.assertEqual(redeemed["sub"], claims["sub"])
            # A code that comes twice ends what the browser got as well
            self.redeem(answer["code"], client, secret)
            if "access_token" in answer:
                dead = self.bearer("tokeninfo", answer["access_token"])
                self.assertEqual(dead.status_code, 401)

    def test_a_client_gets_no_response_type_that_it_may_not_have(self):
        web, _secret = self.create_client()
        mobile, _secret = self.create_client("mobile application")
        for client, response_type in (
            (web, "code id_token"),
            (web, "id_token"),
            (web, "token"),
            (mobile, "code"),
            (mobile, "code token"),
        ):
            url = self.authorize_url(client, response_type=response_type, nonce="n")
            answer = self.answer(self.url_open(url, allow_redirects=False))[1]
            self.assertEqual(answer["error"], "unauthorized_client")

    def test_other_algorithms_with_their_own_hash(self):
        for algorithm, name in (("ES256", "sha256"), ("EdDSA", "sha512")):
            client, secret = self.create_client(id_token_signed_response_alg=algorithm)
            tokens = self.get_tokens(client, secret)
            claims = self.verify_token(
                tokens["id_token"], client.identifier, [algorithm]
            )
            self.assertEqual(
                claims["at_hash"], self.half_hash(tokens["access_token"], name)
            )

    def test_claims_in_the_id_token_by_option_and_by_request(self):
        client, secret = self.create_client(claims_in_id_token=True)
        tokens = self.get_tokens(client, secret)
        claims = self.verify_token(tokens["id_token"], client.identifier)
        self.assertEqual(
            (claims["name"], claims["email"]), ("Ann O'Auth", self.user.email)
        )
        client.claims_in_id_token = False
        wish = {"id_token": {"email": {"essential": True}, "phone_number": None}}
        tokens = self.get_tokens(client, secret, claims=json.dumps(wish))
        claims = self.verify_token(tokens["id_token"], client.identifier)
        self.assertEqual(claims["email"], self.user.email)
        self.assertNotIn("name", claims)
        # The client may not have the scope of the phone number
        self.assertNotIn("phone_number", claims)

    def test_the_address_bar_carries_no_more_than_it_must(self):
        """OpenID Connect Core 5.4: where a code comes along, it brings the claims."""
        client, secret = self.create_client(hybrid_flow=True, claims_in_id_token=True)
        for response_type in ("code id_token", "code id_token token"):
            answer = self.get_answer(client, response_type=response_type, nonce="n")
            claims = self.verify_token(answer["id_token"], client.identifier)
            self.assertFalse({"name", "email", "picture", "locale"} & claims.keys())
            tokens = self.redeem(answer["code"], client, secret).json()
            claims = self.verify_token(tokens["id_token"], client.identifier)
            self.assertEqual(claims["name"], "Ann O'Auth")
            wish = {"id_token": {"email": None}}
            answer = self.get_answer(
                client, response_type=response_type, nonce="n", claims=json.dumps(wish)
            )
            claims = self.verify_token(answer["id_token"], client.identifier)
            self.assertEqual(claims["email"], self.user.email)
            self.assertNotIn("name", claims)
        mobile, _secret = self.create_client(
            "mobile application", claims_in_id_token=False
        )
        for response_type, is_told in (("id_token token", False), ("id_token", True)):
            answer = self.get_answer(mobile, response_type=response_type, nonce="n")
            claims = self.verify_token(answer["id_token"], mobile.identifier)
            self.assertEqual("name" in claims, is_told)

    def test_asking_for_a_claim_is_asking_for_its_scope(self):
        client, secret = self.create_client()
        wish = json.dumps({"userinfo": {"email": None}})
        tokens = self.get_tokens(client, secret, scope="openid", claims=wish)
        self.assertEqual(set(tokens["scope"].split()), {"openid", "email"})
        info = self.bearer("userinfo", tokens["access_token"]).json()
        self.assertEqual(info["email"], self.user.email)
        self.assertNotIn("name", info)

    def test_a_verified_address_is_one_that_somebody_vouches_for(self):
        client, secret = self.create_client()
        token = self.get_tokens(client, secret)["access_token"]

        def is_verified():
            return self.bearer("userinfo", token).json()["email_verified"]

        self.assertIs(is_verified(), False)
        self.user.login = "Ann@Example.com"
        self.assertIs(is_verified(), True)
        self.user.group_ids = [Command.set(self.env.ref("base.group_portal").ids)]
        self.assertIs(is_verified(), False)

    def test_signed_userinfo(self):
        client, secret = self.create_client(userinfo_signed_response_alg="ES256")
        token = self.get_tokens(client, secret)["access_token"]
        response = self.bearer("userinfo", token)
        self.assertEqual(response.headers["Content-Type"], "application/jwt")
        claims = self.verify_token(response.text, client.identifier, ["ES256"])
        self.assertEqual(claims["sub"], client.generate_user_id(self.user))
        self.assertEqual(claims["email"], self.user.email)

    def test_userinfo_by_post_header_and_body(self):
        client, secret = self.create_client()
        token = self.get_tokens(client, secret)["access_token"]
        subject = client.generate_user_id(self.user)
        bearer = {"Authorization": f"Bearer {token}"}
        for response in (
            self.post("userinfo", {}, **bearer),
            self.post("userinfo", {"access_token": token}),
        ):
            self.assertEqual(response.json()["sub"], subject)

    def test_what_an_addon_says_of_the_user_is_told(self):
        client, secret = self.create_client()
        token = self.get_tokens(client, secret)["access_token"]
        tokens = type(self.env["oauth.provider.token"])
        data = {"badge": "7"}
        with patch.object(tokens, "get_data_for_model", lambda *_, **__: dict(data)):
            claims = self.bearer("userinfo", token).json()
        self.assertEqual(claims.pop("badge"), "7")
        self.assertEqual(claims, self.bearer("userinfo", token).json())

    def test_the_picture_goes_with_the_grant(self):
        self.user.image_1920 = PIXEL
        client, secret = self.create_client()
        token = self.get_tokens(client, secret)["access_token"]
        url = self.bearer("userinfo", token).json()["picture"]
        self.assertTrue(url.startswith(self.Provider.get_endpoint_url("picture")))
        path = url.removeprefix(
            self.Provider.get_endpoint_url("").removesuffix("/oauth2/")
        )
        picture = self.url_open(path, cookies={})
        self.assertEqual(picture.headers["Content-Type"], "image/png")
        for broken in (
            path[:-1],
            path + "x",
            "/oauth2/picture",
            "/oauth2/picture?of=é",
        ):
            self.assertEqual(self.url_open(broken).status_code, 404)
        # Nor when the person leaves the profile out since, or Odoo asks anew for it
        page = self.url_open(self.authorize_url(client, prompt="consent"))
        self.decide(page, untick=["oauth_scope.profile"])
        self.assertEqual(self.url_open(path).status_code, 404)
        page = self.url_open(self.authorize_url(client, prompt="consent"))
        self.decide(page, tick=["oauth_scope.profile"])
        self.assertEqual(self.url_open(path).status_code, 200)
        self.scopes("profile").revoke_from_holders()
        self.assertEqual(self.url_open(path).status_code, 404)
        # A trusted client is not asked for
        client.skip_authorization = True
        self.assertEqual(self.url_open(path).status_code, 200)
        client.group_ids = self.env["res.groups"].create({"name": "Others"})
        self.assertEqual(self.url_open(path).status_code, 404)
        client.group_ids = False
        self.env["oauth.provider.grant"].find_live(client, self.user).withdraw()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_what_auth_oidc_sends_and_needs(self):
        """OCA's auth_oidc: a constant verifier, Basic and client_id at once, RS256."""
        client, secret = self.create_client(claims_in_id_token=True)
        for _login in range(2):
            code = self.get_code(client, scope="openid email profile", nonce="never")
            response = self.redeem(code, client, secret, client_id=client.identifier)
            tokens = response.json()
            self.assertTrue(tokens["access_token"])
            claims = self.verify_token(tokens["id_token"], client.identifier)
            self.assertEqual(
                jwt.get_unverified_header(tokens["id_token"])["alg"], "RS256"
            )
            self.assertEqual(claims["at_hash"], self.half_hash(tokens["access_token"]))
            for name in ("sub", "name", "email"):
                self.assertTrue(claims[name])

    def test_malformed_requests(self):
        client, secret = self.create_client(token_type="jwt")
        access_token = self.get_tokens(client, secret)["access_token"]
        for parameters, error in (
            ({"id_token_hint": access_token}, "invalid_request"),
            ({"request": "e30.e30."}, "request_not_supported"),
            ({"request_uri": "https://example.com/r"}, "request_uri_not_supported"),
            ({"claims": "{"}, "invalid_request"),
            ({"claims": "[]"}, "invalid_request"),
            ({"claims": '{"id_token": []}'}, "invalid_request"),
            ({"claims": '{"id_token": {"email": "x"}}'}, "invalid_request"),
            ({"claims": '{"id_token": {"acr": {"values": 2}}}'}, "invalid_request"),
            (
                {"claims": '{"userinfo": {"name": {"essential": "y"}}}'},
                "invalid_request",
            ),
            ({"claims": "[" * 10_000}, "invalid_request"),
            ({"claims": '{"id_token":' + "[" * 10_000}, "invalid_request"),
            ({"max_age": "9" * 10_000}, "invalid_request"),
            ({"max_age": "1e9"}, "invalid_request"),
            ({"max_age": "-1"}, "invalid_request"),
            ({"max_age": "soon"}, "invalid_request"),
            ({"max_age": "٣"}, "invalid_request"),
            ({"prompt": "none login"}, "invalid_request"),
            ({"id_token_hint": "x"}, "invalid_request"),
        ):
            with self.subTest(parameters=list(parameters.items())[0][1][:20]):
                url = self.authorize_url(client, **parameters)
                address, answer = self.answer(self.url_open(url, allow_redirects=False))
                self.assertEqual(answer["error"], error)
                self.assertEqual(answer["state"], '{"d": "ü b"}')
                self.assertEqual(address, "https://client.example.com/callback")

    def test_what_is_not_supported_is_refused_before_what_it_would_replace(self):
        """OpenID Connect Core sections 6 and 7.2.1: the first error is that one."""
        web, _secret = self.create_client()
        mobile, _secret = self.create_client("mobile application")
        errors = {
            "request": "request_not_supported",
            "request_uri": "request_uri_not_supported",
            "registration": "registration_not_supported",
        }
        for client, parameters in (
            (mobile, {"response_type": "id_token", "nonce": None}),
            (web, {"response_type": None}),
            (web, {"response_type": "nonsense"}),
            (web, {"response_type": "token"}),
            (web, {"response_mode": "form_post"}),
            (web, {"code_challenge": None, "code_challenge_method": None}),
            (web, {"code_challenge_method": "plain"}),
            (web, {"scope": "no.such.scope"}),
            (web, {"claims": "{", "max_age": "soon", "prompt": "none login"}),
            (web, {"id_token_hint": "x"}),
            (web, {"resource": "https://evil.example.com"}),
        ):
            for name, error in errors.items():
                values = {**parameters, name: "a.b."}
                url = self.authorize_url(client, **values)
                with self.subTest(parameters=values):
                    response = self.url_open(url, allow_redirects=False)
                    address, answer = self.answer(response)
                    self.assertEqual(address, "https://client.example.com/callback")
                    self.assertEqual(answer["error"], error)
                    self.assertEqual(answer["state"], '{"d": "ü b"}')
        # Nobody is answered at an address that nobody has verified
        for parameters in ({"redirect_uri": "https://a/b"}, {"client_id": "unknown"}):
            for name in errors:
                url = self.authorize_url(web, **parameters, **{name: "a.b."})
                response = self.url_open(url, allow_redirects=False)
                self.assertEqual(response.status_code, 400)
                self.assertNotIn("Location", response.headers)
