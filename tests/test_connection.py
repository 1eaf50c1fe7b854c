# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""*Would It Connect?*: whether an AI assistant would, and if not, at which step."""

import json
from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..wizards import oauth_provider_connection as connection
from ..wizards.connection_check import MOST_LOOKUPS
from .common import REDIRECT_URI, new_manager
from .protected_routes import ProtectedRoutesCase

PATH = "/oauth_test/mcp"


@tagged("post_install", "-at_install")
class TestConnection(ProtectedRoutesCase):
    def setUp(self):
        super().setUp()
        self.endpoint = f"{self.issuer}{PATH}"
        scopes = self.env["oauth.provider.scope"]
        read = scopes.create({"name": "R", "code": "test.read"})
        self.client, _secret = self.create_client(client_type="public")
        self.client.scope_ids |= read
        self.manager = new_manager(self.env)
        self.changes = {}

    def look_up(self, lookup):
        """Return what a browser would see, with the changes of the test."""
        url, method = lookup["url"], lookup["method"]
        if url in self.changes:
            return self.changes[url]
        self.assertTrue(url.startswith(self.issuer), url)
        answer = self.url_open(url.removeprefix(self.issuer), method=method, cookies={})
        return {
            "status": answer.status_code,
            "challenge": answer.headers.get("WWW-Authenticate", ""),
            "body": answer.text,
        }

    def ask(self, **values):
        return (
            self.env["oauth.provider.connection"]
            .with_user(self.manager)
            .check_steps(
                values.get("client_id", self.client.id),
                values.get("endpoint", self.endpoint),
                values.get("redirect_uri", REDIRECT_URI),
                values.get("seen"),
            )
        )

    def check(self, **values):
        """Go all the way as the script does; return the steps."""
        seen = {}
        while True:
            found = self.ask(seen=seen, **values)
            # It goes through JSON
            self.assertEqual(json.loads(json.dumps(found)), found)
            if "lookup" not in found:
                return found["steps"]
            seen[found["lookup"]["url"]] = self.look_up(found["lookup"])

    def assert_fails(self, number, text, **values):
        """It stops at the step ``number``, says ``text`` and what to change."""
        steps = self.check(**values)
        states = [step["state"] for step in steps]
        self.assertEqual(states, ["done"] * (number - 1) + ["failed"], steps)
        self.assertIn(text, steps[-1]["text"])
        self.assertTrue(steps[-1]["advice"])

    def test_it_connects(self):
        before = self.env["oauth.provider.event"].search_count([])
        steps = self.check()
        self.assertEqual([step["state"] for step in steps], ["done"] * 8, steps)
        self.assertIn("test.read", steps[4]["text"])
        self.assertFalse(self.env["oauth.provider.grant"].search([]).client_id)
        refused = self.env["oauth.provider.event"].search_count([])
        # The call without a token is refused as every one
        self.assertLessEqual(refused - before, 1)

    def test_what_it_looks_up(self):
        found = self.ask()
        self.assertEqual(found["lookup"], {"url": self.endpoint, "method": "POST"})
        self.assertFalse(found["steps"])

    def test_no_such_server(self):
        self.assert_fails(1, "/nowhere", endpoint=f"{self.issuer}/nowhere")
        self.assert_fails(1, "elsewhere", endpoint="https://elsewhere.example/mcp")

    def test_the_challenge(self):
        for status, said in ((200, "200"), (404, "404"), (403, "403"), (500, "500")):
            self.changes = {self.endpoint: {"status": status}}
            self.assert_fails(1, said)
        self.changes = {self.endpoint: {"status": 401, "challenge": ""}}
        self.assert_fails(1, "no challenge")
        script = 'Bearer resource_metadata="javascript:alert(1)"'
        self.changes = {self.endpoint: {"status": 401, "challenge": script}}
        self.assert_fails(1, "javascript:")
        self.changes = {self.endpoint: {"error": "Failed", "same_origin": True}}
        self.assert_fails(1, "Failed")

    def test_a_challenge_without_metadata(self):
        self.changes = {self.endpoint: {"status": 401, "challenge": "Bearer"}}
        steps = self.check()
        self.assertEqual([step["state"] for step in steps], ["done"] * 8, steps)

    def metadata(self, name, **values):
        self.changes = {}
        url = f"{self.issuer}/.well-known/{name}"
        answer = self.look_up({"url": url, "method": "GET"})
        body = {**json.loads(answer["body"]), **values}
        self.changes = {url: {"status": 200, "body": json.dumps(body)}}
        return url

    def test_the_metadata_of_the_server(self):
        name = f"oauth-protected-resource{PATH}"
        self.metadata(name, resource=f"{self.issuer}/other")
        self.assert_fails(2, "/other")
        self.metadata(name, authorization_servers=["https://evil.example"])
        self.assert_fails(2, "evil.example")
        for body in ("", "[]", "<html>", "[" * 10_000, "null"):
            url = self.metadata(name)
            self.changes = {url: {"status": 200, "body": body}}
            self.assert_fails(2, url)
        for wrong in (None, 5, [], {}, "http://["):
            self.metadata(name, resource=wrong)
            self.assert_fails(2, "assistants refuse that")
        self.metadata(name, scopes_supported={"a": 1})
        self.assertEqual(len(self.check()), 8)

    def test_the_metadata_of_the_provider(self):
        name = "oauth-authorization-server"
        for values, said in (
            ({"issuer": "https://other.example"}, "other.example"),
            ({"token_endpoint": "http://odoo.example/token"}, "token_endpoint"),
            ({"authorization_endpoint": None}, "authorization_endpoint"),
            ({"code_challenge_methods_supported": ["plain"]}, "PKCE"),
        ):
            self.metadata(name, **values)
            self.assert_fails(3, said)
        self.metadata(name, token_endpoint_auth_methods_supported=["private_key_jwt"])
        self.assert_fails(4, "none")
        self.metadata(name, authorization_response_iss_parameter_supported=False)
        self.assert_fails(8, "iss")

    def test_the_client(self):
        self.client.active = False
        self.assert_fails(4, "archived")
        client, _secret = self.create_client("backend application")
        self.assert_fails(4, "authorization codes", client_id=client.id)
        client, secret = self.create_client()
        self.assertTrue(secret)
        client.action_withdraw_secret()
        self.assert_fails(4, "no secret", client_id=client.id)

    def test_the_scopes(self):
        self.client.scope_ids = [Command.clear()]
        self.assert_fails(5, "test.read")

    def test_the_redirect_uri(self):
        self.assert_fails(6, "wrong", redirect_uri=f"{REDIRECT_URI}/wrong")
        self.assert_fails(6, "no redirect URI", redirect_uri="")

    def test_another_server_that_the_browser_may_not_read(self):
        url = "https://mcp.example.com/mcp"
        resource = {"name": "R", "uri": url}
        self.client.resource_ids = [Command.create(resource)]
        known = f"{url.removesuffix('/mcp')}/.well-known/oauth-protected-resource"
        for one in (url, known, f"{known}/mcp"):
            self.changes[one] = {"error": "NetworkError"}
        steps = self.check(endpoint=url)
        states = [step["state"] for step in steps]
        self.assertEqual(states, ["unseen"] * 2 + ["done"] * 6, steps)
        self.assertIn("NetworkError", steps[0]["advice"])

    def test_hostile_text(self):
        hostile = "<img src=x onerror=alert(1)>\x00\u202e" * 400
        seen = {self.endpoint: {"status": 401, "challenge": f'Bearer x="{hostile}"'}}
        found = self.ask(seen=seen)
        self.assertLess(len(json.dumps(found)), 5000)
        for wrong in (
            *("x", 5, [], {"": 5}, {self.endpoint: None}),
            {self.endpoint: {"status": "401", "challenge": 5}},
            {str(number): {} for number in range(1000)},
        ):
            self.assertIn("steps", self.ask(seen=wrong))

    def test_it_comes_to_an_end(self):
        seen = {f"https://{number}.example": {} for number in range(MOST_LOOKUPS)}
        found = self.ask(seen=seen)
        self.assertNotIn("lookup", found)
        self.assertEqual(found["steps"][-1]["state"], "failed")

    def test_bad_addresses(self):
        for endpoint in (
            *("", None, "javascript:alert(1)", "https://x/a b", "https://x/#f"),
            *("file:///etc/passwd", "https://u:p@x/mcp", "https://" + "a" * 10_000),
        ):
            with self.subTest(endpoint=endpoint), self.assertRaises(ValidationError):
                self.ask(endpoint=endpoint)
        for client_id in (0, None, "1", -1, 2**40, True and 2**31):
            with self.subTest(client=client_id):
                [step] = self.ask(client_id=client_id)["steps"]
                self.assertEqual(step["state"], "failed")

    def test_who_may_ask(self):
        checks = self.env["oauth.provider.connection"].with_user(self.user)
        with self.assertRaises(AccessError):
            checks.check_steps(self.client.id, self.endpoint, REDIRECT_URI, {})
        with self.assertRaises(AccessError):
            checks.propose(self.client.id)

    def test_it_proposes_the_address_of_the_client(self):
        checks = self.env["oauth.provider.connection"].with_user(self.manager)
        self.assertEqual(checks.propose(self.client.id), "")
        url = "https://mcp.example.com/mcp"
        self.client.resource_ids = [Command.create({"name": "R", "uri": url})]
        self.assertEqual(checks.propose(self.client.id), url)
        client, _secret = self.create_client()
        with patch.object(connection, "USUAL_PATH", PATH):
            self.assertEqual(checks.propose(client.id), self.endpoint)

    def test_the_wizard_proposes_the_scopes_of_a_route(self):
        form = Form(self.env["oauth.provider.client.wizard"])
        form.recipe, form.assistant = "assistant", "codex"
        shipped = {"openid", "profile", "email"}
        self.assertEqual(set(form.scope_ids[:].mapped("code")), shipped)
        form.endpoint = self.endpoint
        needed = {"openid", "test.read"}
        self.assertEqual(set(form.scope_ids[:].mapped("code")), needed)
        form.scope_ids.clear()
        client_id = form.save().action_create()["context"]["default_client_res_id"]
        client = self.Client.browse(client_id)
        self.assertFalse(client.scope_ids | client.resource_ids.scope_ids)
        self.assertFalse(client.resource_ids)
