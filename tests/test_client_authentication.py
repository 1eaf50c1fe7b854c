# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import json
import time
import uuid
from urllib.parse import quote_plus

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@tagged("post_install", "-at_install")
class TestClientAuthentication(OAuthCase):
    """RFC 6749 section 2.3, and RFC 7523."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        cls.ec_key = ec.generate_private_key(ec.SECP256R1())

    def create_key_client(self, key, algorithm, **values):
        public = json.loads(algorithm.to_jwk(key.public_key()))
        jwks = json.dumps({"keys": [{**public, "kid": "one", "use": "sig"}]})
        return self.create_client("backend application", jwks=jwks, **values)[0]

    def assertion(self, client, key, algorithm="RS256", **claims):
        claims = {
            "iss": client.identifier,
            "sub": client.identifier,
            "aud": self.Provider.get_issuer(),
            "exp": int(time.time()) + 60,
            "jti": uuid.uuid4().hex,
            **claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key, algorithm, headers={"kid": "one"})

    def present(self, assertion, **data):
        return self.post(
            "token",
            {
                **GRANT,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": assertion,
                **data,
            },
        )

    def test_basic_is_form_urldecoded(self):
        client, secret = self.create_client("backend application")
        client.identifier = "a:b+c%"
        pair = f"{quote_plus(client.identifier)}:{quote_plus(secret)}"
        header = "bAsIc " + base64.b64encode(pair.encode()).decode()
        response = self.post("token", GRANT, Authorization=header)
        self.assertEqual(response.status_code, 200, response.text)

    def test_a_secret_in_the_body(self):
        client, secret = self.create_client("backend application")
        data = {"client_id": client.identifier, "client_secret": secret}
        self.assertEqual(self.post("token", {**GRANT, **data}).status_code, 200)

    def test_the_method_can_be_fixed(self):
        client, secret = self.create_client("backend application")
        body = {**GRANT, "client_id": client.identifier, "client_secret": secret}
        for method, by_header, by_body in (
            ("client_secret_basic", 200, 401),
            ("client_secret_post", 401, 200),
            ("private_key_jwt", 401, 401),
        ):
            client.token_endpoint_auth_method = method
            response = self.post("token", GRANT, client, secret)
            self.assertEqual(response.status_code, by_header)
            self.assertEqual(self.post("token", body).status_code, by_body)

    def test_a_signed_assertion_with_each_type_of_key(self):
        for key, jwk, algorithm in (
            (self.rsa_key, jwt.algorithms.RSAAlgorithm, "RS256"),
            (self.rsa_key, jwt.algorithms.RSAAlgorithm, "PS256"),
            (self.ec_key, jwt.algorithms.ECAlgorithm, "ES256"),
        ):
            client = self.create_key_client(key, jwk)
            response = self.present(self.assertion(client, key, algorithm))
            self.assertEqual(response.status_code, 200, response.text)

    def test_an_assertion_may_name_the_token_endpoint(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        audience = self.Provider.get_endpoint_url("token")
        assertion = self.assertion(client, self.rsa_key, aud=audience)
        response = self.present(assertion, client_id=client.identifier)
        self.assertEqual(response.status_code, 200, response.text)

    def test_an_assertion_works_once(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        assertion = self.assertion(client, self.rsa_key)
        self.assertEqual(self.present(assertion).status_code, 200)
        self.assertEqual(self.present(assertion).json()["error"], "invalid_client")

    def test_an_assertion_that_is_wrong_in_one_point_is_refused(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = int(time.time())
        for assertion in (
            self.assertion(client, other),
            self.assertion(client, self.rsa_key, aud="https://other.example.com"),
            self.assertion(client, self.rsa_key, aud=None),
            self.assertion(client, self.rsa_key, iss="other"),
            self.assertion(client, self.rsa_key, sub="other"),
            self.assertion(client, self.rsa_key, exp=now - 60),
            self.assertion(client, self.rsa_key, exp=now + 3700),
            self.assertion(client, self.rsa_key, exp=None),
            self.assertion(client, self.rsa_key, jti=None),
            self.assertion(client, self.rsa_key, nbf=now + 300),
            self.assertion(client, "s" * 64, "HS256"),
            self.assertion(client, None, "none"),
            "nonsense",
        ):
            response = self.present(assertion)
            self.assertEqual(response.status_code, 401, response.text)
            self.assertEqual(response.json()["error"], "invalid_client")

    def test_an_assertion_may_be_valid_for_as_long_as_the_setting_says(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        # Authlib makes it an hour, and knows no other lifetime
        for setting, lifetime, status in (
            (None, 3600, 200),
            (None, 3700, 401),
            ("600", 600, 200),
            ("600", 3600, 401),
            ("7200", 3700, 200),
            ("0", 3600, 200),
            ("x", 3700, 401),
        ):
            with self.subTest(setting=setting, lifetime=lifetime):
                self.env["ir.config_parameter"].set_param(
                    "oauth_provider.assertion_lifetime", setting
                )
                end = int(time.time()) + lifetime
                response = self.present(self.assertion(client, self.rsa_key, exp=end))
                self.assertEqual(response.status_code, status, response.text)
        used = self.env["oauth.provider.assertion"].search([])
        # No longer than it could be used again
        self.assertLess(max(used.mapped("expires_at")).timestamp(), time.time() + 3750)

    def refuse(self, assertion, **data):
        """Return the reason (str) in the event of an assertion that is refused."""
        response = self.present(assertion, **data)
        [event] = self.get_refusals()
        self.assertEqual(response.json()["error"], event.answer)
        # Administrators alone are told what is wrong with an assertion
        self.assertNotIn(event.reason, response.json().values())
        return event.reason

    def test_each_refusal_of_an_assertion_names_its_reason(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        now = int(time.time())
        used = self.assertion(client, self.rsa_key)
        self.assertEqual(self.present(used).status_code, 200)
        foreign = jwt.encode({}, self.rsa_key, "RS256", headers={"kid": "two"})
        named = {"client_id": client.identifier}

        def build(key=self.rsa_key, algorithm="RS256", **claims):
            return self.assertion(client, key, algorithm, **claims)

        for assertion, data, reason in (
            (build(exp=now - 60), {}, "expired"),
            (build(exp=now + 9999), {}, "valid for too long"),
            (build(nbf=now + 300), {}, "not valid yet"),
            (build(iat=now + 300), {}, "not valid yet"),
            (build(aud="https://other.example.com"), {}, "aud is not this provider"),
            (build(iss="other"), {}, "iss is not the client"),
            (build(sub="other"), named, "sub is not the client"),
            (build(sub="other"), {}, "it names no client"),
            (build(jti=None), {}, "without jti"),
            (build(exp=None), {}, "without exp"),
            (build(aud=None), {}, "without aud"),
            (build(jti=""), {}, "malformed"),
            (build(exp="x"), {}, "malformed"),
            (build(other), {}, "signed with none of the client's keys"),
            ("nonsense", named, "malformed"),
            ("nonsense", {}, "it names no client"),
            (foreign, named, "no key of the client has its kid"),
            (used, {}, "used before"),
            (
                build("s" * 64, "HS256"),
                {},
                "the algorithm does not fit the client's key",
            ),
        ):
            with self.subTest(reason=reason, **data):
                self.assertEqual(self.refuse(assertion, **data), reason)
        client.token_endpoint_auth_method = "client_secret_basic"
        reason = "the client has another authentication method"
        self.assertEqual(self.refuse(build()), reason)
        client.write({"token_endpoint_auth_method": False, "jwks": False})
        reason = "the client has no key set"
        self.assertEqual(self.refuse(build()), reason)

    def test_so_does_each_refusal_before_an_assertion_is_looked_at(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        assertion = self.assertion(client, self.rsa_key)
        for data, cause, reason in (
            ({"client_assertion_type": "x"}, "assertion_type", False),
            ({"client_assertion_type": ""}, "assertion_type", False),
            ({"client_id": "other"}, "wrong_assertion", "it names no client"),
            ({"client_secret": "x"}, "two_methods", False),
        ):
            with self.subTest(data=data):
                self.assertGreaterEqual(
                    self.present(assertion, **data).status_code, 400
                )
                [event] = self.get_refusals()
                self.assertEqual((event.cause, event.reason), (cause, reason))

    def test_the_reason_is_that_of_the_key_it_is_signed_with(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        algorithm = jwt.algorithms.RSAAlgorithm
        keys = [
            json.loads(algorithm.to_jwk(key.public_key()))
            for key in (other, self.rsa_key, other)
        ]
        client.jwks = json.dumps({"keys": keys})
        late = self.assertion(client, self.rsa_key, exp=int(time.time()) - 60)
        self.assertEqual(self.refuse(late), "expired")

    def test_a_claim_of_the_wrong_kind_is_one_refusal(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        now, issuer = int(time.time()), self.Provider.get_issuer()
        odd = (True, False, [], {}, [now + 60], "x", "", "\x00", "\ud800", -1, 1e18)
        odd += (1e400, -1e400, float("nan"), 10**400, -(10**30), str(now + 60))
        used = self.env["oauth.provider.assertion"].search_count([])
        for name, values in {
            "exp": odd,
            "iat": (*odd[:8], *odd[10:14], now + 3600),
            "nbf": (*odd[:8], *odd[10:14], now + 3600),
            "jti": (*odd[:5], "", 5, 1.5, None, "x" * 5000),
            "aud": (True, 5, {}, [], [5], [None], {issuer: 1}, [[issuer]], "x", ""),
            "iss": ("", "\x00"),
            "sub": (True, 5, {}, [], [client.identifier], "\x00"),
        }.items():
            for value in values:
                assertion = self.assertion(client, self.rsa_key, **{name: value})
                for data in ({}, {"client_id": client.identifier}):
                    with self.subTest(claim=name, value=str(value)[:50], **data):
                        response = self.present(assertion, **data)
                        self.assertEqual(response.status_code, 401)
                        self.assertEqual(response.json()["error"], "invalid_client")
        self.assertEqual(self.env["oauth.provider.assertion"].search_count([]), used)

    def test_what_is_no_assertion_is_one_refusal(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)

        def encoded(value):
            text = value if isinstance(value, str) else json.dumps(value)
            return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

        good = {"alg": "RS256", "kid": "one"}
        for header, payload in (
            ({"alg": "RS256", "kid": 5}, {}),
            ({"alg": "RS256", "kid": ["one"]}, {}),
            ({"alg": 5}, {}),
            ({"alg": None}, {}),
            ({}, {}),
            ([], {}),
            ("5", {}),
            ({**good, "crit": 5}, {}),
            ({**good, "crit": ["b64"], "b64": False}, {}),
            (good, []),
            (good, 5),
            (good, "null"),
            (good, "[" * 100_000),
            (good, {"sub": client.identifier}),
        ):
            for text in (
                f"{encoded(header)}.{encoded(payload)}.AAAA",
                f"{encoded(header)}.{encoded(payload)}.",
                f"{encoded(header)}.{encoded(payload)}",
                f"{encoded(header)}.{encoded(payload)}.ü",
                f"..{encoded(header)}",
            ):
                for data in ({}, {"client_id": client.identifier}):
                    with self.subTest(text=text[:80], **data):
                        response = self.present(text, **data)
                        self.assertEqual(response.status_code, 401)
                        self.assertEqual(response.json()["error"], "invalid_client")

    def test_an_assertion_does_not_wait_for_what_others_send(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        for _number in range(10):
            self.assertEqual(self.post("token", GRANT, client, "x").status_code, 401)
        self.assertEqual(self.post("token", GRANT, client, "x").status_code, 429)
        assertion = self.assertion(client, self.rsa_key)
        self.assertEqual(self.present(assertion).status_code, 200)
        for _number in range(12):
            self.assertEqual(self.present(assertion).status_code, 401)

    def test_an_assertion_and_a_secret_at_once_are_refused(self):
        client = self.create_key_client(self.rsa_key, jwt.algorithms.RSAAlgorithm)
        assertion = self.assertion(client, self.rsa_key)
        response = self.present(assertion, client_secret="x" * 40)
        self.assertEqual(response.json()["error"], "invalid_request")

    def test_a_key_set_is_public_and_well_formed(self):
        algorithm = jwt.algorithms.RSAAlgorithm
        client = self.create_key_client(self.rsa_key, algorithm)
        private = json.loads(algorithm.to_jwk(self.rsa_key))
        for jwks in (
            "nonsense",
            "{}",
            "[]",
            '{"keys": []}',
            '{"keys": 5}',
            '{"keys": [5]}',
            '{"keys": "ab"}',
            '{"keys": [null]}',
            "[" * 100000,
            '{"keys": [{"kty": "RSA"}]}',
            json.dumps({"keys": [private]}),
            json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}]}),
        ):
            with self.subTest(jwks=jwks[:40]), self.assertRaises(ValidationError):
                client.jwks = jwks
