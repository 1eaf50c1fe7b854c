# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A token that was asked for a resource opens that resource (RFC 8707)."""

import json
from urllib.parse import quote

import jwt

from odoo.fields import Command
from odoo.tests import tagged

from .common import PIXEL
from .protected_routes import ProtectedRoutesCase

MCP = "/oauth_test/mcp"
ELSEWHERE = "https://api.example.com"


def read_audience(token):
    return jwt.decode(token, options={"verify_signature": False})["aud"]


@tagged("post_install", "-at_install")
class TestAudience(ProtectedRoutesCase):
    def setUp(self):
        super().setUp()
        scopes = self.env["oauth.provider.scope"].create(
            [
                {"name": "Read", "code": "test.read"},
                {"name": "Write", "code": "test.write"},
                {
                    "name": "Titles",
                    "code": "titles",
                    "model_id": self.env["ir.model"]._get_id("res.partner.category"),
                    "api_read": True,
                },
                {"name": "All", "code": "all", "full_access": True},
            ]
        )
        self.values = {
            "scope_ids": [Command.set((self.scopes("openid", "email") | scopes).ids)],
            "token_type": "jwt",
        }
        self.client, self.secret = self.create_client(
            "backend application", **self.values
        )
        picture = self.client.user_id.partner_id
        picture.image_1920 = PIXEL
        self.content = f"/oauth2/content/res.partner/{picture.id}/image_1920"

    def ask(self, *resources, **data):
        """Return the answer to a request for a token for ``resources``."""
        pairs = [("grant_type", "client_credentials"), *data.items()]
        pairs += [("resource", resource) for resource in resources]
        return self.post("token", pairs, self.client, self.secret).json()

    def open_all(self, token):
        """Return what ``token`` opens (set of str)."""
        header = {"Authorization": f"Bearer {token}"}
        body = json.dumps({"domain": [], "context": {}})
        json_header = {**header, "Content-Type": "application/json"}
        category = "/json/2/res.partner.category/search"
        answers = {
            "mcp": self.url_open(MCP, headers=header),
            "plain": self.url_open("/oauth_test/plain", "{}", headers=json_header),
            "five": self.url_open("/oauth_test/5/%C3%A9", headers=header),
            "six": self.url_open("/oauth_test/6/%C3%A9", headers=header),
            "api": self.url_open(category, body, headers=json_header),
            "openapi": self.url_open("/oauth2/openapi.json", headers=header),
            "content": self.url_open(self.content, headers=header),
            "userinfo": self.bearer("userinfo", token),
            "tokeninfo": self.bearer("tokeninfo", token),
            "otherinfo": self.bearer("otherinfo", token, model="res.partner.category"),
        }
        found = set()
        for name, answer in answers.items():
            if answer.status_code == 401:
                challenge = answer.headers["WWW-Authenticate"]
                self.assertIn('error="invalid_token"', challenge)
                self.assertIn("resource_metadata=", challenge)
            else:
                self.assertEqual(answer.status_code, 200, (name, answer.text))
                found.add(name)
        return found

    def check(self, resources, opened, **data):
        """Assert what a token for ``resources`` opens, as a JWT and otherwise."""
        for kind in ("jwt", "random"):
            self.client.token_type = kind
            with self.subTest(resources=resources, kind=kind):
                answer = self.ask(*resources, **data)
                self.assertIn("access_token", answer, answer)
                found = self.open_all(answer["access_token"])
                self.assertEqual(found, opened)
        return answer

    def test_a_token_opens_what_it_is_for(self):
        own, database = self.issuer, quote(self.env.cr.dbname)
        itself = {"userinfo", "tokeninfo"}
        api = {"api", "openapi", "content"}
        routes = {"mcp", "plain", "five", "six"}
        everything = itself | api | routes | {"otherinfo"}
        for resources, opened in (
            ([], everything),
            ([own], everything),
            ([f"{own}/"], everything),
            ([f"{own}{MCP}"], itself | {"mcp"}),
            ([f"{own.upper().replace('HTTP', 'http')}{MCP}"], itself | {"mcp"}),
            ([f"{own}{MCP}/"], itself | {"mcp"}),
            ([f"{own}{MCP}?db={database}"], itself | {"mcp"}),
            ([f"{own}/oauth2/db/{database}{MCP}"], itself | {"mcp"}),
            ([f"{own}/oauth_test/5/%C3%A9"], itself | {"five"}),
            ([f"{own}/json/2"], itself | api),
            ([f"{own}/json/2?db={database}"], itself | api),
            ([f"{own}{MCP}", f"{own}/json/2"], itself | api | {"mcp"}),
            ([f"{own}{MCP}", f"{own}{MCP}"], itself | {"mcp"}),
            ([f"{own}{MCP}", own], everything),
        ):
            self.check(resources, opened)

    def test_a_service_elsewhere(self):
        self.create_resource(ELSEWHERE, self.client)
        self.check([ELSEWHERE], set())
        self.check(
            [f"{ELSEWHERE}/", f"{self.issuer}{MCP}"],
            {*("mcp", "userinfo", "tokeninfo")},
        )
        # A place of this Odoo where nothing takes tokens
        for path in ("/oauth_test/public", "/web", "/json", "/json/2/res.partner/read"):
            answer = self.ask(f"{self.issuer}{path}")
            self.assertEqual(answer["error"], "invalid_target", path)
        # Also where a service is said to be there
        self.create_resource(f"{self.issuer}/oauth_test/public", self.client)
        self.check([f"{self.issuer}/oauth_test/public"], set())

    def test_the_audience_is_in_the_token_and_in_introspection(self):
        for resources in (
            [f"{self.issuer}{MCP}"],
            [f"{self.issuer}{MCP}", f"{self.issuer}/json/2"],
        ):
            token = self.ask(*resources)["access_token"]
            expected = resources if len(resources) > 1 else resources[0]
            self.assertEqual(read_audience(token), expected)
            found = {"token": token}
            found = self.post("introspect", found, self.client, self.secret).json()
            self.assertEqual(found["aud"], expected)

    def test_what_is_no_resource(self):
        own = self.issuer
        self.create_resource(ELSEWHERE, self.client)
        for resources in (
            [f"{own}{MCP}?db=another"],
            [f"{own}/oauth2/db/another"],
            [f"{own}/oauth2/db/another{MCP}"],
            [f"{own}{MCP}#x"],
            [f"{own}{MCP}#"],
            [f"{own}{MCP}?x=1"],
            [f"{own}{MCP.upper()}"],
            [own.replace("http:", "https:") + MCP],
            [f"{own}/oauth_test//mcp"],
            [f"{own}/oauth_test/x/../mcp"],
            [f"{own}/oauth_test/%2e%2e/oauth_test/mcp"],
            [f"{own}{MCP}%00"],
            [f"{own}{MCP}%zz"],
            [f"{own}{MCP}%ff"],
            [f"{own}{MCP}", "https://evil.example.com"],
            [" "],
            ["x" * 20_000],
            [f"{own}/oauth_test/{number}/a" for number in range(50)],
            [f"{ELSEWHERE}/{number}" for number in range(50)],
        ):
            with self.subTest(resources=resources):
                answer = self.ask(*resources)
                self.assertEqual(answer["error"], "invalid_target")
                self.assertNotIn("access_token", answer)

    def test_no_other_parameter_may_be_repeated(self):
        for name in ("scope", "grant_type", "client_id"):
            pairs = [("grant_type", "client_credentials"), (name, "x"), (name, "x")]
            answer = self.post("token", pairs, self.client, self.secret).json()
            self.assertEqual(answer["error"], "invalid_request")

    def test_several_at_the_authorization_endpoint(self):
        client, secret = self.create_client(**self.values)
        self.sign_in()
        mcp, api = f"{self.issuer}{MCP}", f"{self.issuer}/json/2"
        other = f"{self.issuer}/oauth_test/plain"
        url = f"{self.authorize_url(client, resource=mcp)}&resource={quote(api)}"
        page = self.url_open(url, allow_redirects=False)
        code = self.answer(self.decide(page))[1]["code"]
        answer = self.redeem(code, client, secret, resource=other).json()
        self.assertEqual(answer["error"], "invalid_target")
        tokens = self.redeem(code, client, secret, resource=api).json()
        self.assertEqual(read_audience(tokens["access_token"]), api)
        data = {"grant_type": "refresh_token"}
        # The refresh token is for all of them (section 2.2)
        for resource, expected in (
            (None, [mcp, api]),
            (f"{mcp}/", mcp),
            ([api, mcp], [api, mcp]),
            (other, None),
            (self.issuer, None),
            (api, api),
        ):
            with self.subTest(resource=resource):
                data["refresh_token"] = tokens["refresh_token"]
                data["resource"] = resource
                answer = self.post("token", data, client, secret).json()
                if expected is None:
                    self.assertEqual(answer["error"], "invalid_target")
                    continue
                tokens = answer
                self.assertEqual(read_audience(tokens["access_token"]), expected)
        # What was remembered is asked for once more, of both
        silent = self.answer(self.url_open(f"{url}&prompt=none", allow_redirects=False))
        tokens = self.redeem(silent[1]["code"], client, secret).json()
        self.assertEqual(read_audience(tokens["access_token"]), [mcp, api])
        broken = f"{url}&resource=" + "&resource=".join(map(str, range(50)))
        answer = self.answer(self.url_open(broken, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "invalid_target")
        long = f"{url}&resource={'x' * 9_000}&resource={'x' * 9_000}"
        self.assertEqual(self.url_open(long, allow_redirects=False).status_code, 400)

    def test_a_code_for_nothing_special(self):
        client, secret = self.create_client(**self.values)
        self.sign_in()
        mcp = f"{self.issuer}{MCP}"
        tokens = self.redeem(self.get_code(client), client, secret, resource=mcp).json()
        self.assertEqual(read_audience(tokens["access_token"]), mcp)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        renewed = self.post("token", data, client, secret).json()
        self.assertEqual(read_audience(renewed["access_token"]), mcp)

    def test_a_refusal_says_why(self):
        token = self.ask(f"{self.issuer}{MCP}")["access_token"]
        header = {"Authorization": f"Bearer {token}"}
        self.url_open("/oauth_test/5/a", headers=header)
        [event] = self.get_refusals()
        self.assertEqual((event.cause, event.client_id), ("audience", self.client))

    def test_a_token_without_resource_takes_no_longer(self):
        token = self.ask()["access_token"]
        narrow = self.ask(f"{self.issuer}{MCP}")["access_token"]

        def count(value):
            header = {"Authorization": f"Bearer {value}"}
            return len(self.list_statements(lambda: self.url_open(MCP, headers=header)))

        count(token)
        self.assertEqual(count(narrow), count(token))
