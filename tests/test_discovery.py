# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever discovery lists works, and whatever works is listed."""

import json
import time
import uuid
from itertools import product
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from odoo.tests import tagged

from ..oauth2.client_authentication import SECRET_METHODS
from ..oauth2.interaction import choose_language
from ..oauth2.server import GRANT_TYPES, RESPONSE_TYPES
from .common import PIXEL, OAuthCase

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: The tests that try each member of the document out.
MEMBERS = {
    "test_endpoints": (
        *("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint"),
        *("jwks_uri", "revocation_endpoint", "introspection_endpoint"),
        "end_session_endpoint",
    ),
    "test_response_types_in_every_mode": (
        *("response_types_supported", "response_modes_supported"),
        "authorization_response_iss_parameter_supported",
    ),
    "test_grant_types": ("grant_types_supported",),
    "test_code_challenges": ("code_challenge_methods_supported",),
    "test_client_authentication": (
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "revocation_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_signing_alg_values_supported",
        "introspection_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_signing_alg_values_supported",
    ),
    "test_scopes": ("scopes_supported",),
    "test_signed_answers": (
        "id_token_signing_alg_values_supported",
        "userinfo_signing_alg_values_supported",
        "subject_types_supported",
    ),
    "test_claims": (
        *("claims_supported", "claim_types_supported", "claims_parameter_supported"),
    ),
    "test_requests_by_value_and_by_reference": (
        *("request_parameter_supported", "request_uri_parameter_supported"),
    ),
    "test_how_people_are_asked": (
        *("prompt_values_supported", "acr_values_supported", "ui_locales_supported"),
    ),
    "test_logout_of_the_other_side": (
        *("backchannel_logout_supported", "backchannel_logout_session_supported"),
    ),
}


def new_key(algorithm):
    """Return a private key for the JWS ``algorithm`` (str)."""
    if algorithm.startswith("ES"):
        curves = {"256": ec.SECP256R1, "384": ec.SECP384R1, "512": ec.SECP521R1}
        return ec.generate_private_key(curves[algorithm[2:]]())
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@tagged("post_install", "-at_install")
class TestDiscovery(OAuthCase):
    def setUp(self):
        super().setUp()
        self.Client.search([]).active = False
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.issuer", self.base_url()
        )
        self.web = self.create_client(hybrid_flow=True, is_resource_server=True)
        self.mobile = self.create_client("mobile application")
        self.legacy = self.create_client("legacy application")
        self.backend = self.create_client("backend application")
        for algorithm in ("ES256", "EdDSA"):
            self.create_client(
                id_token_signed_response_alg=algorithm,
                userinfo_signed_response_alg=algorithm,
            )
        self.create_client(userinfo_signed_response_alg="RS256")
        self.sign_in()
        path = "/.well-known/openid-configuration"
        self.document = self.url_open(path).json()

    def listed(self, name):
        return self.document[f"{name}_supported"]

    def ask(self, client, **parameters):
        """Return (mark of the component, parameters) of the answer to a request."""
        response = self.url_open(
            self.authorize_url(client, **parameters), allow_redirects=False
        )
        if response.status_code == 200:
            response = self.decide(response)
        parts = urlsplit(response.headers["Location"])
        component = parts.fragment or parts.query
        self.assertFalse(parts.fragment and parts.query)
        values = {name: value[0] for name, value in parse_qs(component).items()}
        self.assertEqual(values["iss"], self.document["issuer"])
        return "#" if parts.fragment else "?", values

    def ask_for(self, response_type, **parameters):
        client = self.web[0] if "code" in response_type.split() else self.mobile[0]
        parameters.setdefault("nonce", "n")
        if client == self.web[0]:
            parameters.update(
                code_challenge=self.challenge, code_challenge_method="S256"
            )
        return self.ask(client, response_type=response_type, **parameters)

    def test_every_member_is_tried_out(self):
        tried = [name for names in MEMBERS.values() for name in names]
        self.assertEqual(sorted(tried), sorted(self.document))
        for name in MEMBERS:
            self.assertTrue(hasattr(self, name), name)

    def test_endpoints(self):
        for name in MEMBERS["test_endpoints"][1:]:
            url = self.document[name]
            is_post = name.split("_")[0] in ("token", "revocation", "introspection")
            with self.subTest(name=name):
                self.assertTrue(url.startswith(self.document["issuer"]))
                response = self.url_open(url, method="POST" if is_post else "GET")
                self.assertNotIn(response.status_code, (404, 405))

    def test_response_types_in_every_mode(self):
        self.assertEqual(set(self.listed("response_types")), set(RESPONSE_TYPES))
        members = {"code": "code", "id_token": "id_token", "token": "access_token"}
        for response_type, mode in product(
            self.listed("response_types"), (None, *self.listed("response_modes"))
        ):
            has_token = response_type != "code"
            mark, answer = self.ask_for(response_type, response_mode=mode)
            with self.subTest(response_type=response_type, mode=mode):
                in_fragment = has_token or mode == "fragment"
                self.assertEqual(mark, "#" if in_fragment else "?")
                if has_token and mode == "query":
                    # Multiple Response Type Encoding Practices: it MUST NOT be used
                    self.assertEqual(answer["error"], "invalid_request")
                    continue
                for word, name in members.items():
                    expected = word in response_type.split()
                    self.assertEqual(name in answer, expected, answer)
        self.assertIs(
            self.document[MEMBERS["test_response_types_in_every_mode"][2]], True
        )

    def test_no_other_response_mode_works(self):
        for response_type, mode in product(
            ("code", "id_token"), ("form_post", "web_message", "query.jwt", "FRAGMENT")
        ):
            mark, answer = self.ask_for(response_type, response_mode=mode)
            self.assertEqual(answer["error"], "invalid_request")
            self.assertEqual(mark, "?" if response_type == "code" else "#")

    def test_errors_are_where_the_answer_would_be(self):
        for parameters, error in (
            ({"scope": "no.such.scope"}, "invalid_scope"),
            ({"response_type": "nonsense"}, "unsupported_response_type"),
            ({"response_type": None}, "invalid_request"),
            ({"prompt": "none", "max_age": "0"}, "login_required"),
            ({"request": "a.b."}, "request_not_supported"),
        ):
            for mode, mark in (("fragment", "#"), ("query", "?"), (None, "?")):
                found = self.ask(self.web[0], response_mode=mode, **parameters)
                with self.subTest(parameters=parameters, mode=mode):
                    self.assertEqual((found[0], found[1]["error"]), (mark, error))
        url = self.authorize_url(self.web[0], response_mode="fragment")
        denied = self.decide(self.url_open(f"{url}&prompt=consent"), "deny")
        self.assertIn("#error=access_denied", denied.headers["Location"])

    def test_grant_types(self):
        client, secret = self.web
        code = self.ask_for("code")[1]["code"]
        answers = {"authorization_code": self.redeem(code, client, secret)}
        token = answers["authorization_code"].json()["refresh_token"]
        data = {"grant_type": "refresh_token", "refresh_token": token}
        answers["refresh_token"] = self.post("token", data, client, secret)
        data = self.password_data("openid")
        answers["password"] = self.post("token", data, *self.legacy)
        data = {"grant_type": "client_credentials"}
        answers["client_credentials"] = self.post("token", data, *self.backend)
        token = self.ask_for("token")[1]["access_token"]
        answers["implicit"] = self.bearer("tokeninfo", token)
        self.assertEqual(set(answers), {*GRANT_TYPES, "implicit"})
        self.assertEqual(set(self.listed("grant_types")), set(answers))
        for name, response in answers.items():
            self.assertEqual(response.status_code, 200, name)

    def test_code_challenges(self):
        for method in ("S256", "plain", "S512"):
            url = self.authorize_url(self.web[0], code_challenge_method=method)
            response = self.url_open(url, allow_redirects=False)
            is_listed = method in self.listed("code_challenge_methods")
            self.assertEqual(response.status_code, 200 if is_listed else 303)

    def authenticate(self, endpoint, method, algorithm=None):
        """Return the response of ``endpoint`` to a client that uses ``method``."""
        if method == "none":
            client, secret = self.mobile
        else:
            client, secret = self.web
        data = {"token": "x"}
        if endpoint == "token":
            data = {"grant_type": "refresh_token", "refresh_token": "x"}
        pair = ()
        if method == "client_secret_basic":
            pair = (client, secret)
        elif method == "client_secret_post":
            data.update(client_id=client.identifier, client_secret=secret)
        elif method == "none":
            data["client_id"] = client.identifier
        else:
            data.update(
                client_assertion_type=ASSERTION_TYPE,
                client_assertion=self.sign_assertion(client, secret, algorithm),
            )
        path = urlsplit(self.document[f"{endpoint}_endpoint"]).path
        return self.post(path.removeprefix("/oauth2/"), data, *pair)

    def sign_assertion(self, client, secret, algorithm):
        if algorithm.startswith("HS"):
            key = secret
        else:
            key = new_key(algorithm)
            public = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key())
            client.jwks = json.dumps({"keys": [json.loads(public)]})
        claims = {
            **dict.fromkeys(("iss", "sub"), client.identifier),
            "aud": self.document["issuer"],
            "exp": int(time.time()) + 60,
            "jti": uuid.uuid4().hex,
        }
        return jwt.encode(claims, key, algorithm)

    def test_client_authentication(self):
        other = ("client_secret_jwt", "none", "private_key_jwt", *SECRET_METHODS)
        for endpoint in ("token", "revocation", "introspection"):
            prefix = f"{endpoint}_endpoint_auth"
            methods = self.listed(f"{prefix}_methods")
            algorithms = self.listed(f"{prefix}_signing_alg_values")
            for method in {*methods, *other}:
                tried = ("HS256",) if method == "client_secret_jwt" else algorithms
                signs = method.endswith("_jwt")
                for algorithm in tried if signs else (None,):
                    with self.subTest(endpoint, method=method, algorithm=algorithm):
                        response = self.authenticate(endpoint, method, algorithm)
                        is_proven = response.json().get("error") != "invalid_client"
                        self.assertEqual(is_proven, method in methods, response.text)

    def test_scopes(self):
        client, secret = self.web
        codes = self.listed("scopes")
        client.scope_ids = self.scopes(*codes)
        answer = self.ask_for("code", scope=" ".join(codes))[1]
        granted = self.redeem(answer["code"], client, secret).json()["scope"]
        # The page does not tick what changes something
        harmless = self.scopes(*codes).filtered(lambda scope: not scope.is_sensitive())
        self.assertLessEqual(set(harmless.mapped("code")), set(granted.split()))
        answer = self.ask_for("code", scope="no.such.scope")[1]
        self.assertEqual(answer["error"], "invalid_scope")

    def test_signed_answers(self):
        subjects = set()
        names = ("id_token_signed_response_alg", "userinfo_signed_response_alg")
        listed = [
            self.listed("id_token_signing_alg_values"),
            self.listed("userinfo_signing_alg_values"),
        ]
        for name, algorithms in zip(names, listed, strict=True):
            selection = dict(self.Client._fields[name].selection)
            self.assertEqual(set(algorithms), set(selection))
        for values in product(*listed):
            client, secret = self.create_client(**dict(zip(names, values, strict=True)))
            tokens = self.redeem(self.get_code(client), client, secret).json()
            userinfo = self.bearer("userinfo", tokens["access_token"]).text
            for token, algorithm in zip(
                (tokens["id_token"], userinfo), values, strict=True
            ):
                claims = self.verify_token(token, client.identifier, [algorithm])
                subjects.add(claims["sub"])
        self.assertEqual(self.listed("subject_types"), ["pairwise"])
        self.assertEqual(len(subjects), len(listed[0]) * len(listed[1]))

    def test_claims(self):
        client, secret = self.web
        country = self.env.ref("base.be")
        self.user.partner_id.write(
            {
                "phone": "+32 2 290 34 90",
                "tz": "Europe/Brussels",
                "image_1920": PIXEL,
                "street": "Chaussée de Namur 40",
                "country_id": country.id,
            }
        )
        client.scope_ids = self.scopes(
            *("openid", "profile", "email", "phone", "address", "groups")
        )
        client.claim_group_ids = self.env.ref("base.group_user")
        self.assertIs(self.document["claims_parameter_supported"], True)
        self.assertEqual(self.listed("claim_types"), ["normal"])
        wish = json.dumps({"id_token": dict.fromkeys(self.listed("claims"))})
        answer = self.ask_for("code id_token", claims=wish)[1]
        found = set(self.verify_token(answer["id_token"], client.identifier))
        tokens = self.redeem(answer["code"], client, secret).json()
        found |= set(self.verify_token(tokens["id_token"], client.identifier))
        userinfo = set(self.bearer("userinfo", tokens["access_token"]).json())
        self.assertEqual(set(self.listed("claims")), found)
        self.assertLessEqual(userinfo, found)

    def test_requests_by_value_and_by_reference(self):
        for name in MEMBERS["test_requests_by_value_and_by_reference"]:
            parameter = name.removesuffix("_parameter_supported")
            answer = self.ask_for("code", **{parameter: "https://a/b"})[1]
            self.assertIs(self.document[name], False)
            self.assertEqual(answer["error"], f"{parameter}_not_supported")

    def test_how_people_are_asked(self):
        self.ask_for("code")
        for prompt in self.listed("prompt_values"):
            url = self.authorize_url(self.web[0], prompt=prompt)
            response = self.url_open(url, allow_redirects=False)
            with self.subTest(prompt=prompt):
                if prompt in ("none", "login"):
                    self.assertEqual(response.status_code, 303)
                    expected = "code=" if prompt == "none" else "/web/login"
                    self.assertIn(expected, response.headers["Location"])
                    self.sign_in()
                else:
                    self.assertEqual(response.status_code, 200)
        for value in self.listed("acr_values"):
            wish = {"id_token": {"acr": {"essential": True, "value": value}}}
            answer = self.ask_for("code", prompt="none", claims=json.dumps(wish))[1]
            # With a password there is one factor
            found = answer.get("error") or "code"
            self.assertEqual(found, "code" if value == "1" else "login_required")
        installed = {code for code, _name in self.env["res.lang"].get_installed()}
        tags = self.listed("ui_locales")
        self.assertEqual({choose_language(self.env, tag) for tag in tags}, installed)

    def test_logout_of_the_other_side(self):
        client, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.redeem(self.get_code(client), client, secret)
        self.env["oauth.provider.session"].search([("client_id", "=", client.id)]).end()
        logout = self.env["oauth.provider.logout"].search(
            [("client_id", "=", client.id)]
        )
        self.assertIs(self.document["backchannel_logout_supported"], True)
        self.assertIs(self.document["backchannel_logout_session_supported"], True)
        self.assertIn("sid", self.verify_token(logout._make_token(), client.identifier))

    def test_protected_resources_take_a_token_where_they_say(self):
        client, secret = self.web
        code = self.ask_for("code")[1]["code"]
        token = self.redeem(code, client, secret).json()["access_token"]
        path = "/.well-known/oauth-protected-resource"
        listed = self.url_open(path).json()["bearer_methods_supported"]
        api = self.url_open(f"{path}/json/2").json()["bearer_methods_supported"]
        self.assertEqual((set(listed), api), ({"header", "body", "query"}, ["header"]))
        given = {"access_token": token}
        calls = {
            "header": {"headers": {"Authorization": f"Bearer {token}"}},
            "body": {"data": given},
            "query": {"params": given},
        }
        for route in ("tokeninfo", "userinfo"):
            for method in listed:
                response = self.url_open(f"/oauth2/{route}", **calls[method])
                self.assertEqual(response.status_code, 200, method)
        for method in ("body", "query"):
            response = self.url_open(
                "/json/2/res.users/context_get", method="POST", **calls[method]
            )
            self.assertNotEqual(response.status_code, 200)
