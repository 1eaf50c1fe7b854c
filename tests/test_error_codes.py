# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table of errors in ``readme/USAGE.md``: each row is tried out."""

import json
import re
from pathlib import Path

from odoo.tests import tagged

from .common import REDIRECT_URI, OAuthCase

USAGE = Path(__file__).parents[1] / "readme" / "USAGE.md"
HEADING = "### When the provider refuses a request"
ROUTES = ("token", "revoke_token", "introspect")
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: A secret that a person has typed, so that guesses are limited.
TYPED = "a secret that somebody has thought out"


def read_table():
    """Return the rows of the table: list of (endpoint, request, status, answer)."""
    text = USAGE.read_text(encoding="utf-8").partition(HEADING)[2].partition("\n#")[0]
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    rows = [[cell.strip() for cell in line[1:-1].split("|")] for line in lines[2:]]
    return [
        (endpoint.strip("`"), request, int(status), answer.strip("`"))
        for endpoint, request, status, answer, _rule in rows
    ]


def to_method(endpoint, request):
    """Return the name of the method that makes the requests of a row."""
    words = re.sub(r"[^a-z0-9]+", "_", f"{endpoint} {request}".lower())
    return f"ask_{words.strip('_')}"


@tagged("post_install", "-at_install")
class TestErrorCodes(OAuthCase):
    """Each method ``ask_…`` yields the responses to what its row of the table names."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "3"
        )
        self.backend = self.create_client("backend application")
        self.sign_in()

    def test_every_row_of_the_table(self):
        rows = read_table()
        names = {to_method(endpoint, asked) for endpoint, asked, *_answer in rows}
        written = {name for name in dir(self) if name.startswith("ask_")}
        self.assertEqual(names, written)
        for endpoint, asked, status, answer in rows:
            ask = getattr(self, to_method(endpoint, asked))
            for route in ROUTES if endpoint == "all" else (endpoint,):
                self.env["oauth.provider.failure"].search([]).unlink()
                number = 0
                for number, response in enumerate(ask(route), 1):
                    with self.subTest(asked, route=route, number=number):
                        self.assert_answer(response, status, answer)
                self.assertTrue(number, asked)

    def assert_answer(self, response, status, answer):
        self.assertEqual(response.status_code, status, response.text)
        body = response.json()
        if status == 200:
            self.assertEqual(body, json.loads(answer))
            return
        self.assertEqual(body["error"], answer)
        description = body.get("error_description", "-")
        # RFC 6749 section 5.2
        self.assertRegex(description, r"\A[\x20-\x21\x23-\x5b\x5d-\x7e]+\Z")
        self.assertEqual("WWW-Authenticate" in response.headers, status == 401)
        self.assertEqual("Retry-After" in response.headers, status == 429)
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def data(self, route, **values):
        """Return the form of a request that is in order, but for ``values``."""
        good = {"token": "x"}
        if route == "token":
            good = {"grant_type": "client_credentials"}
        return {**good, **values}

    # All endpoints

    def ask_all_a_parameter_twice_or_with_a_nul_byte(self, route):
        data = self.data(route)
        yield self.post(route, [*data.items(), *data.items()], *self.backend)
        yield self.post(route, {**data, "scope": "a\x00b"}, *self.backend)

    def ask_all_parameters_in_the_url(self, route):
        yield self.post(f"{route}?x=y", self.data(route), *self.backend)

    def ask_all_a_body_that_is_no_form(self, route):
        yield self.url_open(f"/oauth2/{route}", json=self.data(route))
        header = {"Content-Type": "text/plain"}
        yield self.url_open(f"/oauth2/{route}", data="token=x", headers=header)

    def ask_all_another_method_than_post(self, route):
        for method in ("GET", "PUT", "DELETE"):
            yield self.url_open(f"/oauth2/{route}", method=method)

    def ask_all_no_client_or_an_unknown_one(self, route):
        yield self.post(route, self.data(route))
        yield self.post(route, self.data(route, client_id="unknown"))
        yield self.post(
            route, self.data(route, client_id="unknown", client_secret="x" * 43)
        )

    def ask_all_a_wrong_secret(self, route):
        client, _secret = self.backend
        yield self.post(route, self.data(route), client, "x" * 43)
        named = {"client_id": client.identifier}
        yield self.post(route, self.data(route, client_secret="x" * 43, **named))
        yield self.post(route, self.data(route, **named))

    def ask_all_a_malformed_authorization_header(self, route):
        for header in ("Basic !!!", "Basic YQ==", "Bearer x", "nonsense"):
            yield self.post(route, self.data(route), Authorization=header)

    def ask_all_an_authentication_method_that_is_not_the_client_s(self, route):
        client, secret = self.create_client(
            "backend application", token_endpoint_auth_method="client_secret_post"
        )
        yield self.post(route, self.data(route), client, secret)

    def ask_all_an_assertion_that_proves_nothing_or_of_an_unknown_type(self, route):
        for kind in (ASSERTION_TYPE, "nonsense"):
            data = {"client_assertion": "a.b.c", "client_assertion_type": kind}
            yield self.post(route, self.data(route, **data))

    def ask_all_two_authentication_methods_or_two_client_ids(self, route):
        client, secret = self.backend
        data = self.data(route, client_secret=secret)
        yield self.post(route, data, client, secret)
        yield self.post(route, self.data(route, client_id="other"), client, secret)

    def ask_all_a_secret_after_too_many_wrong_ones(self, route):
        client, _secret = self.create_client("backend application")
        client.secret = TYPED
        for _number in range(3):
            self.post(route, self.data(route), client, "x")
        yield self.post(route, self.data(route), client, "x")
        yield self.post(route, self.data(route), client, TYPED)

    # Token

    def ask_token_no_grant_type(self, route):
        for data in ({}, {"grant_type": ""}):
            yield self.post(route, data, *self.backend)

    def ask_token_an_unknown_grant_type(self, route):
        for name in ("nonsense", "implicit", "CLIENT_CREDENTIALS"):
            yield self.post(route, {"grant_type": name}, *self.backend)

    def ask_token_a_grant_type_that_the_client_may_not_use(self, route):
        for name in ("authorization_code", "password", "refresh_token"):
            yield self.post(route, {"grant_type": name}, *self.backend)

    def ask_token_a_scope_that_the_client_may_not_have(self, route):
        yield self.post(route, self.data(route, scope="no.such"), *self.backend)
        yield self.post(route, self.data(route, scope="openid address"), *self.backend)
        legacy = self.create_client("legacy application")
        yield self.post(route, self.password_data("address"), *legacy)

    def ask_token_a_resource_that_the_client_may_not_ask_a_token_for(self, route):
        data = self.data(route, resource="https://other.example.com")
        yield self.post(route, data, *self.backend)

    def ask_token_no_code(self, route):
        yield self.redeem(None, *self.create_client())

    def ask_token_a_code_that_is_unknown_used_expired_or_another_client_s(self, route):
        client, secret = self.create_client()
        yield self.redeem("unknown", client, secret)
        code = self.get_code(client)
        yield self.redeem(code, *self.create_client())
        self.redeem(code, client, secret)
        yield self.redeem(code, client, secret)
        code = self.get_code(client)
        found = self.env["oauth.provider.authorization.code"].find(code)
        found.expires_at = "2020-01-01"
        self.env.flush_all()
        yield self.redeem(code, client, secret)

    def ask_token_no_redirect_uri_where_the_authorization_request_had_one(self, route):
        client, secret = self.create_client()
        yield self.redeem(self.get_code(client), client, secret, redirect_uri=None)

    def ask_token_another_redirect_uri_than_in_the_authorization_request(self, route):
        client, secret = self.create_client()
        for sent in (REDIRECT_URI, None):
            for other in (f"{REDIRECT_URI}/", "https://other.example.com", "x", "%"):
                code = self.get_code(client, redirect_uri=sent)
                yield self.redeem(code, client, secret, redirect_uri=other)

    def ask_token_no_code_verifier_where_there_was_a_code_challenge(self, route):
        client, secret = self.create_client()
        yield self.redeem(self.get_code(client), client, secret, code_verifier=None)

    def ask_token_a_wrong_or_malformed_code_verifier(self, route):
        client, secret = self.create_client()
        for verifier in ("x" * 43, "x", "x" * 129, "é" * 43):
            code = self.get_code(client)
            yield self.redeem(code, client, secret, code_verifier=verifier)

    def ask_token_a_code_verifier_where_there_was_no_code_challenge(self, route):
        client, secret = self.create_client(pkce_required=False)
        code = self.get_code(client, code_challenge=None, code_challenge_method=None)
        yield self.redeem(code, client, secret)

    def ask_token_another_resource_than_in_the_authorization_request(self, route):
        client, secret = self.create_client()
        for uri in ("https://a.example.com", "https://b.example.com"):
            self.create_resource(uri, client)
        code = self.get_code(client, resource="https://a.example.com")
        yield self.redeem(code, client, secret, resource="https://b.example.com")

    def refresh(self, token, client, secret, **data):
        data = {"grant_type": "refresh_token", "refresh_token": token, **data}
        return self.post("token", data, client, secret)

    def ask_token_no_refresh_token(self, route):
        client, secret = self.create_client()
        yield self.post(route, {"grant_type": "refresh_token"}, client, secret)

    def ask_token_a_refresh_token_that_is_unknown_used_revoked_or_another_client_s(
        self, route
    ):
        client, secret = self.create_client(refresh_token_grace=0)
        yield self.refresh("unknown", client, secret)
        tokens = self.redeem(self.get_code(client), client, secret).json()
        first = tokens["refresh_token"]
        yield self.refresh(first, *self.create_client())
        second = self.refresh(first, client, secret).json()["refresh_token"]
        yield self.refresh(first, client, secret)
        # That ended the family
        yield self.refresh(second, client, secret)

    def ask_token_a_scope_that_the_refresh_token_does_not_have(self, route):
        client, secret = self.create_client()
        code = self.get_code(client, scope="openid")
        token = self.redeem(code, client, secret).json()["refresh_token"]
        for scope in ("openid email", "no.such"):
            yield self.refresh(token, client, secret, scope=scope)

    def ask_token_no_username_or_no_password(self, route):
        legacy = self.create_client("legacy application")
        for name in ("username", "password"):
            yield self.post(route, {**self.password_data("openid"), name: ""}, *legacy)

    def ask_token_a_wrong_password_or_an_unknown_user(self, route):
        legacy = self.create_client("legacy application")
        for name in ("username", "password"):
            data = {**self.password_data("openid"), name: "wrong"}
            yield self.post(route, data, *legacy)

    def ask_token_a_username_with_control_characters(self, route):
        legacy = self.create_client("legacy application")
        for name in ("a\nb", "a\x1b"):
            data = {**self.password_data("openid"), "username": name}
            yield self.post(route, data, *legacy)

    def ask_token_a_password_from_a_page_that_is_not_the_public_client_s(self, route):
        client, _secret = self.create_client("legacy application", client_type="public")
        data = {**self.password_data("openid"), "client_id": client.identifier}
        yield self.post(route, data, Origin="https://other.example.com")

    def ask_token_a_password_after_too_many_wrong_ones(self, route):
        legacy = self.create_client("legacy application")
        data = self.password_data("openid")
        for _number in range(3):
            self.post(route, {**data, "password": "wrong"}, *legacy)
        yield self.post(route, {**data, "password": "wrong"}, *legacy)
        yield self.post(route, data, *legacy)

    # Revocation

    def ask_revoke_token_no_token(self, route):
        for data in ({}, {"token": ""}, {"token_type_hint": "access_token"}):
            yield self.post(route, data, *self.backend)

    def get_token(self):
        data = {"grant_type": "client_credentials"}
        return self.post("token", data, *self.backend).json()["access_token"]

    def ask_revoke_token_a_token_that_is_unknown_revoked_or_another_client_s(
        self, route
    ):
        yield self.post(route, {"token": "unknown"}, *self.backend)
        data = {"token": self.get_token()}
        yield self.post(route, data, *self.create_client("backend application"))
        self.post(route, data, *self.backend)
        yield self.post(route, data, *self.backend)

    def ask_revoke_token_an_unknown_token_type_hint(self, route):
        data = {"token": self.get_token(), "token_type_hint": "nonsense"}
        yield self.post(route, data, *self.backend)

    # Introspection

    def ask_introspect_no_token(self, route):
        for data in ({}, {"token": ""}, {"token_type_hint": "access_token"}):
            yield self.post(route, data, *self.backend)

    def ask_introspect_a_public_client(self, route):
        client, _secret = self.create_client("mobile application")
        yield self.post(route, {"token": "x", "client_id": client.identifier})

    def ask_introspect_a_token_that_is_unknown_dead_or_none_that_the_client_may_know_of(
        self, route
    ):
        yield self.post(route, {"token": "unknown"}, *self.backend)
        data = {"token": self.get_token()}
        yield self.post(route, data, *self.create_client("backend application"))
        self.post("revoke_token", data, *self.backend)
        yield self.post(route, data, *self.backend)
