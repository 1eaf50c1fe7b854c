# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What every answer to a program has in common, on every route for programs.

No answer is a page: libraries such as oidc-client-ts throw at a success of the type
``text/html``. Every 401 names a way to authenticate (RFC 9110 section 15.5.2).
"""

from odoo.tests import tagged

from .common import OAuthCase

JSON = "application/json; charset=utf-8"
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE")
ORIGIN = "https://client.example.com"


@tagged("post_install", "-at_install")
class TestMachineAnswers(OAuthCase):
    def list_routes(self):
        """Return the addresses of all routes for programs, in both forms."""
        database = self.env.cr.dbname
        return [
            rule.rule.replace("<string:database>", database)
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.endpoint.routing["type"] == "oauth2"
        ]

    def assert_is_for_a_program(self, response):
        given = response.headers.get("Content-Type")
        if response.status_code in (204, 304):
            self.assertIsNone(given)
            self.assertFalse(response.content)
        elif not (response.url.endswith("/public_key") and response.ok):
            self.assertEqual(given, JSON)
            if response.request.method != "HEAD":
                self.assertIsInstance(response.json(), dict)
        if response.status_code in (401, 403):
            self.assertIn("WWW-Authenticate", response.headers)

    def test_no_route_answers_with_a_page(self):
        self.create_client()
        routes = self.list_routes()
        self.assertGreater(len(routes), 20)
        for route in routes:
            for method in METHODS:
                for headers in ({}, {"Origin": ORIGIN, "Authorization": "Bearer x"}):
                    with self.subTest(route=route, method=method, headers=headers):
                        response = self.url_open(route, headers=headers, method=method)
                        self.assert_is_for_a_program(response)

    def test_what_has_not_changed_has_no_type(self):
        for path in ("/oauth2/jwks", "/.well-known/openid-configuration"):
            etag = self.url_open(path).headers["ETag"]
            response = self.url_open(path, headers={"If-None-Match": etag})
            self.assertEqual(response.status_code, 304)
            self.assert_is_for_a_program(response)

    def test_a_revocation_is_answered_with_json(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials"}
        token = self.post("token", data, client, secret).json()["access_token"]
        # The second time it is unknown
        for _number in range(2):
            response = self.post("revoke_token", {"token": token}, client, secret)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.json(), {})
            self.assert_is_for_a_program(response)

    def test_every_401_names_a_way_to_authenticate(self):
        client, secret = self.create_client("backend application")
        public, _secret = self.create_client("mobile application")
        named = {"client_id": client.identifier}
        kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        for route, grant in (
            ("token", {"grant_type": "client_credentials"}),
            ("revoke_token", {"token": "x"}),
            ("introspect", {"token": "x"}),
        ):
            for data, pair in (
                ({}, ()),
                (named, ()),
                ({"client_id": "unknown"}, ()),
                ({**named, "client_secret": "x" * 43}, ()),
                ({"client_id": "unknown", "client_secret": secret}, ()),
                ({"client_assertion": "a.b.c", "client_assertion_type": kind}, ()),
                ({"client_assertion": "a.b.c", "client_assertion_type": "x"}, ()),
                ({}, (client, "x" * 43)),
            ):
                with self.subTest(route=route, data=data):
                    response = self.post(route, {**grant, **data}, *pair)
                    self.assertEqual(response.status_code, 401)
                    self.assertEqual(
                        response.headers["WWW-Authenticate"],
                        'Basic realm="OAuth", charset="UTF-8"',
                    )
        data = {"token": "x", "client_id": public.identifier}
        response = self.post("introspect", data)
        self.assertEqual(response.status_code, 401)
        self.assertIn("Basic", response.headers["WWW-Authenticate"])

    def test_every_403_of_a_token_is_a_challenge(self):
        """RFC 6750 section 3: where a token does not enable access."""
        model = self.env["ir.model"]._get("ir.config_parameter")
        scope = self.env["oauth.provider.scope"].create(
            {"name": "Parameters", "code": "parameters", "model_id": model.id}
        )
        client, secret = self.create_client("backend application", scope_ids=scope)
        data = {"grant_type": "client_credentials"}
        token = self.post("token", data, client, secret).json()["access_token"]
        response = self.bearer("otherinfo", token, model="ir.config_parameter")
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.json()["error"], "access_denied")
        challenge = response.headers["WWW-Authenticate"]
        self.assertTrue(challenge.startswith('Bearer realm="OAuth", '))
        self.assertIn('error="insufficient_scope"', challenge)
        self.assertIn("resource_metadata=", challenge)
