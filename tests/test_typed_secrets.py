# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Secrets that somebody has typed, in a Basic header as either RFC has it.

RFC 6749 section 2.3.1 encodes identifier and secret before they are joined; RFC 7617,
and so ``curl -u`` and ``requests``, joins them as they are.
"""

import base64
from urllib.parse import quote, quote_plus

from odoo.tests import tagged

from ..oauth2.client_authentication import Credentials, parse_basic
from ..tools import secret as secret_tools
from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}
#: What people type, padded to the length that is asked for.
SECRETS = tuple(
    text.ljust(40, "x")
    for text in (
        *("one+one", "100%", "%41%42", "a%2Bb", "%ff", "%zz", "a%00b", "%25", "+"),
        *("a b", "ä+ö%", "a:b%3A:", "plain", "a%2525b"),
    )
)


def encode(text):
    return "Basic " + base64.b64encode(text.encode()).decode()


@tagged("post_install", "-at_install")
class TestTypedSecrets(OAuthCase):
    def forms(self, identifier, secret):
        """Return the headers (dict) that mean these two, by what sends them."""
        return {
            "RFC 7617": encode(f"{identifier}:{secret}"),
            "RFC 6749": encode(f"{quote_plus(identifier)}:{quote_plus(secret)}"),
            "percent": encode(f"{quote(identifier, '')}:{quote(secret, '')}"),
        }

    def ask(self, header, route="token", **data):
        return self.post(route, {**GRANT, **data}, Authorization=header)

    def test_every_form_of_a_typed_secret(self):
        client, _secret = self.create_client("backend application")
        for secret in SECRETS:
            client.secret = secret
            for name, header in self.forms(client.identifier, secret).items():
                with self.subTest(secret=secret.rstrip("x"), form=name):
                    self.assertEqual(self.ask(header).status_code, 200)
                    wrong = base64.b64decode(header.partition(" ")[2]).decode()[:-1]
                    answer = self.ask(encode(wrong))
                    self.assertEqual(answer.json()["error"], "invalid_client")
                    self.env["oauth.provider.failure"].search([]).unlink()
            body = {"client_id": client.identifier, "client_secret": secret}
            self.assertEqual(self.post("token", {**GRANT, **body}).status_code, 200)
            # Nothing is decoded in the body once more
            body["client_secret"] = quote_plus(secret)
            status = 200 if quote_plus(secret) == secret else 401
            self.assertEqual(self.post("token", {**GRANT, **body}).status_code, status)
            self.env["oauth.provider.failure"].search([]).unlink()

    def test_an_identifier_of_another_system(self):
        client, secret = self.create_client("backend application")
        for identifier in ("my+app", "50%", "a%2Bb", "%ff"):
            client.identifier = identifier
            for name, header in self.forms(identifier, secret).items():
                with self.subTest(identifier=identifier, form=name):
                    for data in ({}, {"client_id": identifier}):
                        answer = self.ask(header, **data)
                        self.assertEqual(answer.status_code, 200, answer.text)
                    answer = self.ask(header, client_id="other")
                    self.assertEqual(answer.json()["error"], "invalid_request")

    def test_the_other_endpoints_and_the_secret_before(self):
        client, _secret = self.create_client()
        before = "the+one%before".ljust(40, "x")
        client.secret = before
        client.action_generate_secret()
        for name, header in self.forms(client.identifier, before).items():
            for route in ("introspect", "revoke_token"):
                with self.subTest(form=name, route=route):
                    answer = self.ask(header, route, token="none")
                    self.assertEqual(answer.status_code, 200, answer.text)

    def test_a_wrong_secret_counts_once(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "3"
        )
        client, _secret = self.create_client("backend application")
        client.secret = "right+".ljust(40, "x")
        header = encode(f"{client.identifier}:{'wrong+'.ljust(40, 'x')}")
        statuses = [self.ask(header).status_code for _time in range(4)]
        self.assertEqual(statuses, [401, 401, 401, 429])

    def test_all_readings_are_compared(self):
        client, _secret = self.create_client()
        client.secret = secret = "one+one".ljust(40, "x")
        compared = []

        def matches(value, expected, matches=secret_tools.matches):
            compared.append(value)
            return matches(value, expected)

        self.patch(secret_tools, "matches", matches)
        readings = parse_basic(encode(f"{client.identifier}:{secret}"))
        self.assertEqual(len(readings), 2)
        for one in (readings, readings[::-1]):
            credentials = Credentials("client_secret_basic", *one[0], one[1:])
            compared.clear()
            self.assertTrue(credentials.has_secret(client.check_secret))
            self.assertEqual(set(compared), {value for _id, value in readings})

    def test_what_is_malformed(self):
        for header in (
            None,
            "",
            "Basic",
            "Basic AAAA",
            "Basic !!!",
            "Bearer YTpi",
            encode("no colon"),
            encode("a:\x00"),
            "Basic " + base64.b64encode(b"a:\xff").decode(),
        ):
            self.assertEqual(parse_basic(header), [])
        self.assertEqual(parse_basic(encode("a:b")), [("a", "b")])
        self.assertEqual(parse_basic(encode("a:%00")), [("a", "%00")])
        self.assertEqual(parse_basic(encode("a:b+")), [("a", "b "), ("a", "b+")])
