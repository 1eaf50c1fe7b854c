# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import parse_qsl, urlencode

from oauthlib.oauth2 import InvalidRequestError

from odoo.tests import tagged

from ..oauth2.message import Message, Parameters
from .common import REDIRECT_URI, OAuthCase

CREDENTIALS = ("authorization.code", "grant", "refresh.token", "token")


@tagged("post_install", "-at_install")
class TestBadInput(OAuthCase):
    """Each bad request has one clear answer in the caller's form; nothing is stored."""

    def count(self):
        return [
            self.env[f"oauth.provider.{name}"].search_count([]) for name in CREDENTIALS
        ]

    def setUp(self):
        super().setUp()
        self.before = self.count()
        self.addCleanup(lambda: self.assertEqual(self.count(), self.before))

    def assert_error(self, response, status, error):
        self.assertEqual(
            (response.status_code, response.json()["error"]), (status, error)
        )
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", response.headers)

    def test_malformed_token_requests(self):
        client, secret = self.create_client("backend application")
        good = {"grant_type": "client_credentials"}
        texts = set()
        for data, error in (
            ({}, "invalid_request"),
            ({"grant_type": ""}, "invalid_request"),
            ({"grant_type": "implicit"}, "unsupported_grant_type"),
            ({"grant_type": "nonsense"}, "unsupported_grant_type"),
            ({"grant_type": "authorization_code"}, "unauthorized_client"),
            ({**good, "scope": "no.such.scope"}, "invalid_scope"),
            ({**good, "scope": "a\x00b"}, "invalid_request"),
            ([("grant_type", "client_credentials")] * 2, "invalid_request"),
        ):
            with self.subTest(data=data):
                response = self.post("token", data, client, secret)
                self.assert_error(response, 400, error)
                text = response.json()["error_description"]
                # Of what was sent nothing but the scopes that are refused
                self.assertNotRegex(text, r"nonsense|\x00")
                self.assertEqual("no.such" in text, error == "invalid_scope")
                texts.add(text)
        self.assertGreaterEqual(len(texts), 6)

    def test_what_is_no_text_is_refused_before_anything_is_looked_at(self):
        said = "A parameter is not valid UTF-8."
        for pair in (("state", "a\ud800b"), ("\udfff", "x")):
            with self.subTest(pair=pair):
                self.assertEqual(Parameters([pair]).defect(), said)
                for place in ("query", "form"):
                    message = Message("/oauth2", **{place: Parameters([pair])})
                    with self.assertRaises(InvalidRequestError) as caught:
                        message.check(query_allowed=True)
                    self.assertEqual(caught.exception.description, said)
        self.assertIsNone(Parameters([("state", "é\U0001f600")]).defect())

    def test_secrets_in_the_address_are_refused(self):
        client, secret = self.create_client("backend application")
        query = {
            "grant_type": "client_credentials",
            "client_id": client.identifier,
            "client_secret": secret,
        }
        response = self.post(f"token?{urlencode(query)}", {"x": "y"})
        self.assert_error(response, 400, "invalid_request")

    def test_a_broken_authorization_header(self):
        data = {"grant_type": "client_credentials"}
        for header in (
            "Basic",
            "Basic !!!",
            "basic /w==",
            "Bearer x",
            "nonsense",
            "Basic YQ==",
        ):
            with self.subTest(header=header):
                response = self.post("token", data, Authorization=header)
                self.assert_error(response, 401, "invalid_client")
                self.assertIn("Basic", response.headers["WWW-Authenticate"])

    def test_unknown_client_and_wrong_secret_are_told_alike(self):
        client, _secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials", "client_secret": "x" * 43}
        wrong = self.post("token", {**data, "client_id": client.identifier})
        unknown = self.post("token", {**data, "client_id": "unknown"})
        self.assert_error(wrong, 401, "invalid_client")
        self.assertEqual(wrong.json(), unknown.json())

    def test_two_ways_to_authenticate_at_once_are_refused(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials", "client_secret": secret}
        self.assert_error(
            self.post("token", data, client, secret), 400, "invalid_request"
        )
        data = {"grant_type": "client_credentials", "client_id": "other"}
        self.assert_error(
            self.post("token", data, client, secret), 400, "invalid_request"
        )

    def test_another_method_is_405_in_json(self):
        for route in ("token", "revoke_token"):
            response = self.url_open(f"/oauth2/{route}")
            self.assertEqual(response.status_code, 405)
            self.assertEqual(response.headers["Allow"], "POST, OPTIONS")
            self.assertEqual(response.json()["error"], "invalid_request")
            self.assertEqual(response.json()["error_description"], "Use POST.")

    def test_head_is_a_get_without_its_body_where_nothing_is_written(self):
        response = self.url_open("/oauth2/tokeninfo", method="HEAD")
        self.assertEqual(response.status_code, 401)
        response = self.url_open("/oauth2/authorize", method="HEAD")
        self.assertEqual(response.status_code, 405)

    def test_information_without_a_token_names_the_scheme_alone(self):
        for route in ("tokeninfo", "userinfo", "otherinfo"):
            response = self.url_open(f"/oauth2/{route}")
            self.assert_error(response, 401, "invalid_or_expired_token")
            self.assertEqual(
                response.headers["WWW-Authenticate"],
                'Bearer realm="OAuth", resource_metadata="'
                + self.Provider.get_protected_resource_url()
                + '"',
            )

    def test_malformed_bearer_tokens(self):
        for headers, query, status in (
            ({"Authorization": "Bearer"}, {}, 400),
            ({"Authorization": "Bearer a b"}, {}, 400),
            ({"Authorization": "Basic eA=="}, {}, 400),
            ({"Authorization": "Bearer x"}, {"access_token": "x"}, 400),
            ({"Authorization": "Bearer x"}, {}, 401),
            ({}, {"access_token": "a\x00b"}, 400),
        ):
            with self.subTest(headers=headers, query=query):
                response = self.url_open(
                    "/oauth2/tokeninfo", headers=headers, params=query
                )
                self.assertEqual(response.status_code, status)
                self.assertIn("Bearer", response.headers["WWW-Authenticate"])

    def test_revocation_of_nothing(self):
        client, secret = self.create_client("backend application")
        response = self.post("revoke_token", {"token": "unknown"}, client, secret)
        self.assertEqual(response.status_code, 200)
        response = self.post("revoke_token", {}, client, secret)
        self.assert_error(response, 400, "invalid_request")
        response = self.post("revoke_token", {"token": "x"}, client, "wrong")
        self.assert_error(response, 401, "invalid_client")

    def test_an_unproven_client_or_redirect_uri_is_never_redirected_to(self):
        client, _secret = self.create_client()
        self.sign_in()
        bad = (
            self.authorize_url(client, client_id="unknown"),
            self.authorize_url(client, client_id=None),
            self.authorize_url(client, client_id="a\x00b"),
            self.authorize_url(client, redirect_uri=REDIRECT_URI + "/"),
            self.authorize_url(client, redirect_uri=REDIRECT_URI + "?x=1"),
            self.authorize_url(client, redirect_uri="javascript:alert(1)"),
            self.authorize_url(client, redirect_uri="/relative"),
            self.authorize_url(client) + "&client_id=other",
            self.authorize_url(client) + "&state=other",
        )
        for url in bad:
            with self.subTest(url=url):
                response = self.url_open(url, allow_redirects=False)
                self.assertEqual(response.status_code, 400)
                self.assertIn("text/html", response.headers["Content-Type"])

    def test_other_errors_go_back_to_the_client_with_state_and_issuer(self):
        client, _secret = self.create_client()
        self.sign_in()
        for parameters, error in (
            ({"response_type": None}, "invalid_request"),
            ({"response_type": "nonsense"}, "unsupported_response_type"),
            ({"response_type": "token"}, "unauthorized_client"),
            ({"scope": "no.such.scope"}, "invalid_scope"),
            (
                {"code_challenge": None, "code_challenge_method": None},
                "invalid_request",
            ),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": None}, "invalid_request"),
            ({"code_challenge": "short"}, "invalid_request"),
            ({"code_challenge": "ü" * 43}, "invalid_request"),
            ({"response_mode": "form_post"}, "invalid_request"),
        ):
            with self.subTest(parameters=parameters):
                response = self.url_open(
                    self.authorize_url(client, **parameters), allow_redirects=False
                )
                address, answer = self.answer(response)
                self.assertEqual(address, REDIRECT_URI)
                self.assertEqual(answer["error"], error)
                self.assertEqual(answer["state"], '{"d": "ü b"}')
                self.assertEqual(answer["iss"], self.Provider.get_issuer())
                if error in ("unauthorized_client", "invalid_scope"):
                    self.assertIn("client", answer["error_description"])
                said = answer.get("error_description", "")
                self.assertEqual("no.such" in said, error == "invalid_scope")

    def test_parameters_that_name_attributes_of_oauthlib_change_nothing(self):
        client, _secret = self.create_client()
        self.sign_in()
        page = self.url_open(
            self.authorize_url(
                client, user="2", client="x", scopes="x", extra_credentials="x"
            )
        )
        self.assertEqual(page.status_code, 200)
        self.assertIn("Ann", page.text)

    def test_an_authorization_request_by_post_comes_back_as_get(self):
        client, _secret = self.create_client()
        query = parse_qsl(self.authorize_url(client).partition("?")[2])
        response = self.url_open("/oauth2/authorize", data=query, allow_redirects=False)
        self.assertEqual(response.status_code, 303)
        self.assertIn("client_id=", response.headers["Location"])

    def test_what_no_address_can_carry_is_refused_by_a_page(self):
        client, _secret = self.create_client()
        self.sign_in()
        long = "x" * 20_000
        for name in ("state", "nonce", "login_hint", "claims", "id_token_hint"):
            url = self.authorize_url(client, **{name: long})
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 400, name)
            self.assertIn("A parameter is too long.", response.text)
        response = self.url_open(f"/oauth2/logout?state={long}", allow_redirects=False)
        self.assertEqual(response.status_code, 400)
        for route in ("authorize", "logout"):
            query = parse_qsl(self.authorize_url(client).partition("?")[2])
            data = {**dict(query), "state": "x" * 100_000}
            response = self.url_open(
                f"/oauth2/{route}", data=data, allow_redirects=False
            )
            self.assertEqual(response.status_code, 400, route)
            self.assertIn("A parameter is too long.", response.text)

    def test_markup_in_a_name_is_text(self):
        client, _secret = self.create_client(name="<script>alert(1)</script>")
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        self.assertNotIn("<script>alert(1)", page.text)
        self.assertIn("&lt;script&gt;alert(1)", page.text)
