# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""RFC 6749 section 3.1.2: an answer goes exactly to the URI that is registered.

"The endpoint URI MAY include an "application/x-www-form-urlencoded" formatted query
component, which MUST be retained when adding additional query parameters."
"""

from urllib.parse import parse_qs, urlencode

from odoo.fields import Command
from odoo.tests import BaseCase, tagged

from ..oauth2.response_mode import success_location
from ..tools.uri_parts import add_parameters
from .common import OAuthCase

#: Each of them changes when it is parsed and written again.
URIS = (
    "app.immich:///oauth-callback",
    "com.example.app:/cb",
    "com.example.app:cb",
    "https://client.example.com",
    "https://client.example.com/cb?",
    "https://client.example.com/cb?flag",
    "https://client.example.com/cb?a=1;b=2",
    "https://client.example.com/cb?a=%FF",
    "https://client.example.com/cb?b=x%20y",
    "https://client.example.com/cb?b=x+y&",
    "https://client.example.com/cb??next=/a?b=c",
    "https://client.example.com/cb?empty=&=x&&a=%2f%2F",
    "https://client.example.com/a//b;p=1/%7Ec/~c/'(d)'!*",
    "https://CLIENT.example.com:443/cb",
    "https://client.example.com:/cb",
    "http://127.0.0.1:04711/cb?flag",
)
STATE = 'a&b=c#d é"'


@tagged("post_install", "-at_install")
class TestAddParameters(BaseCase):
    def test_the_address_is_a_prefix_of_the_answer(self):
        for uri, query, fragment in (
            ("https://a/cb", "?x=1", "#x=1"),
            ("https://a/cb?", "x=1", "#x=1"),
            ("https://a/cb?flag", "&x=1", "#x=1"),
            ("https://a/cb?a&", "x=1", "#x=1"),
            ("https://a/cb??", "&x=1", "#x=1"),
            ("app.x:///cb", "?x=1", "#x=1"),
        ):
            with self.subTest(uri=uri):
                self.assertEqual(add_parameters(uri, {"x": 1}), uri + query)
                added = add_parameters(uri, [("x", "1")], in_fragment=True)
                self.assertEqual(added, uri + fragment)
        again = add_parameters("https://a/cb#x=1", {"y": " &"}, in_fragment=True)
        self.assertEqual(again, "https://a/cb#x=1&y=+%26")

    def test_an_answer_of_another_server_only_gets_the_issuer(self):
        uri = "https://a/cb?flag"
        for in_fragment, location, expected in (
            (False, "https://a/cb?flag=&code=1", f"{uri}&code=1&iss=i"),
            (False, "https://b/cb?code=1", "https://b/cb?code=1&iss=i"),
            (True, f"{uri}#access_token=1", f"{uri}#access_token=1&iss=i"),
            (True, "https://b/cb#x=1", "https://b/cb#x=1&iss=i"),
        ):
            found = success_location(uri, location, "i", in_fragment)
            self.assertEqual(found, expected)


@tagged("post_install", "-at_install")
class TestRedirectUriLiteral(OAuthCase):
    def setUp(self):
        super().setUp()
        self.values = {
            "redirect_uri_ids": [Command.create({"name": uri}) for uri in URIS],
            "post_logout_redirect_uri_ids": [
                Command.create({"name": uri}) for uri in URIS
            ],
        }

    def assert_literal(self, response, uri, expected, mark="?"):
        """Check that ``response`` leads to ``uri``, with the parameters ``expected``.

        :param expected: {name: value, None for any}; beside state and iss
        :param mark: what separates the parameters from the address
        """
        self.assertEqual(response.status_code, 303, response.text)
        location = response.headers["Location"]
        self.assertEqual(location[: len(uri)], uri)
        added = location[len(uri) :]
        if mark in uri:
            mark = "" if uri.endswith((mark, "&")) else "&"
        self.assertEqual(added[: len(mark)], mark)
        values = parse_qs(added[len(mark) :], strict_parsing=True)
        expected = {"state": STATE, "iss": self.Provider.get_issuer(), **expected}
        self.assertLessEqual(expected.keys(), values.keys())
        for name, value in expected.items():
            if value is not None:
                self.assertEqual(values[name], [value])

    def ask(self, client, uri, **parameters):
        url = self.authorize_url(client, redirect_uri=uri, state=STATE, **parameters)
        return self.url_open(url, allow_redirects=False)

    def allow(self, client, uri, decision="allow", **parameters):
        page = self.ask(client, uri, **parameters)
        return page if page.status_code == 303 else self.decide(page, decision)

    def test_codes_and_errors_go_exactly_there(self):
        client, secret = self.create_client(**self.values)
        self.sign_in()
        for uri in URIS:
            with self.subTest(uri=uri):
                denied = self.allow(client, uri, "deny", prompt="consent")
                self.assert_literal(denied, uri, {"error": "access_denied"})
                wrong = self.ask(client, uri, scope="no.such.scope")
                self.assert_literal(wrong, uri, {"error": "invalid_scope"})
                silent = self.ask(client, uri, prompt="none", max_age="0")
                self.assert_literal(silent, uri, {"error": "login_required"})
                answer = self.allow(client, uri)
                self.assert_literal(answer, uri, {"code": None})
                code = answer.headers["Location"].partition("code=")[2].split("&")[0]
                redeemed = self.redeem(code, client, secret, redirect_uri=uri)
                self.assertEqual(redeemed.status_code, 200, redeemed.text)

    def test_implicit_answers_and_their_errors_go_exactly_there(self):
        client, _secret = self.create_client("mobile application", **self.values)
        self.sign_in()
        for uri in URIS:
            with self.subTest(uri=uri):
                denied = self.allow(client, uri, "deny", prompt="consent")
                self.assert_literal(denied, uri, {"error": "access_denied"}, "#")
                answer = self.allow(client, uri)
                self.assert_literal(answer, uri, {"access_token": None}, "#")
                answer = self.allow(
                    client, uri, response_type="id_token", nonce="n", scope="openid"
                )
                self.assert_literal(answer, uri, {"id_token": None}, "#")

    def test_the_default_address_and_any_loopback_port_are_literal_too(self):
        uri = "http://127.0.0.1/cb?flag"
        client, _secret = self.create_client(
            redirect_uri_ids=[Command.create({"name": uri})]
        )
        self.sign_in()
        self.assert_literal(self.allow(client, None), uri, {"code": None})
        sent = "http://127.0.0.1:04711/cb?flag"
        self.assert_literal(self.allow(client, sent), sent, {"code": None})

    def test_errors_of_people_who_are_not_signed_in_go_exactly_there(self):
        client, _secret = self.create_client(**self.values)
        for uri in URIS:
            with self.subTest(uri=uri):
                answer = self.ask(client, uri, prompt="none")
                self.assert_literal(answer, uri, {"error": "login_required"})

    def test_after_a_logout_people_go_exactly_there(self):
        client, _secret = self.create_client(**self.values)
        query = {"client_id": client.identifier}
        for uri in URIS:
            query["post_logout_redirect_uri"] = uri
            with self.subTest(uri=uri):
                plain = self.url_open(
                    f"/oauth2/logout?{urlencode(query)}", allow_redirects=False
                )
                self.assertEqual(plain.headers["Location"], uri)
                response = self.url_open(
                    f"/oauth2/logout?{urlencode({**query, 'state': STATE})}",
                    allow_redirects=False,
                )
                location = response.headers["Location"]
                self.assertEqual(location, add_parameters(uri, {"state": STATE}))
