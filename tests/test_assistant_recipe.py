# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The wizard that makes the client of an AI assistant."""

import base64
import json
import shlex
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import html

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from ..tools.uri_parts import normalize
from ..wizards.assistant import ASSISTANTS
from .common import OAuthCase, new_manager

ENDPOINT = "https://mcp.example.com/mcp"
CALLBACK = "https://chatgpt.com/connector/oauth/abc123"
#: What each of them sends, by its own source or documentation.
SENT = {
    "claude": (
        "https://claude.ai/api/mcp/auth_callback",
        "https://claude.com/api/mcp/auth_callback",
    ),
    "chatgpt": (CALLBACK, "https://chatgpt.com/connector_platform_oauth_redirect"),
    "cursor": (
        "http://localhost:8787/callback",
        "https://www.cursor.com/agents/mcp/oauth/callback",
    ),
    "vscode": (
        "http://127.0.0.1:33418",
        "http://127.0.0.1:33418/",
        "http://127.0.0.1:51234/",
        "https://vscode.dev/redirect",
        "https://insiders.vscode.dev/redirect",
    ),
    "codex": (
        "http://127.0.0.1:39001/callback",
        "http://127.0.0.1:39001/callback/epMNJ6P1xGQ9",
    ),
    "gemini": (
        "http://localhost:7777/oauth/callback",
        "http://localhost:50123/oauth/callback",
    ),
    "claude_code": (
        "http://localhost:54545/callback",
        "http://localhost:3118/callback",
    ),
    "inspector": (
        "http://127.0.0.1:6276/oauth/callback",
        "http://127.0.0.1:6274/oauth/callback",
        "http://localhost:6274/oauth/callback",
    ),
    "mcp_remote": ("http://localhost:13400/oauth/callback",),
    "other": (CALLBACK,),
}


@tagged("post_install", "-at_install")
class TestAssistantRecipe(OAuthCase):
    def open_form(self, assistant, endpoint=ENDPOINT):
        form = Form(self.env["oauth.provider.client.wizard"])
        form.recipe, form.assistant, form.endpoint = "assistant", assistant, endpoint
        if form.asks_redirect_uri:
            form.redirect_uri = CALLBACK
        return form

    def create_for(self, assistant, **values):
        """Return the client (record) and the values (dict) of the dialog."""
        action = self.open_form(assistant, **values).save().action_create()
        context = action["context"]
        client = self.Client.browse(context["default_client_res_id"])
        return client, {
            name.removeprefix("default_"): context[name]
            for name in context
            if name.startswith("default_")
        }

    def test_each_makes_a_client_that_takes_what_the_assistant_sends(self):
        self.assertEqual(SENT.keys(), ASSISTANTS.keys())
        for key, uris in SENT.items():
            with self.subTest(assistant=key):
                client, _dialog = self.create_for(key)
                for uri in uris:
                    self.assertTrue(client.match_redirect_uri(uri), uri)
                self.assertFalse(client.match_redirect_uri("https://evil.example/cb"))
                self.assertFalse(client.match_redirect_uri("http://127.0.0.1/other"))
                self.assertTrue(client.pkce_required)
                self.assertFalse(client.skip_authorization)
                self.assertEqual(client.resource_ids.uri, ENDPOINT)

    def test_who_gets_a_secret(self):
        for key in ASSISTANTS:
            with self.subTest(assistant=key):
                client, dialog = self.create_for(key)
                expected = key in ("claude", "chatgpt")
                self.assertEqual(client.client_type == "confidential", expected)
                self.assertEqual(bool(dialog["secret"]), expected)
                if expected:
                    self.assertTrue(client.check_secret(dialog["secret"]))
                    self.assertIn(dialog["secret"], dialog["values"])
                else:
                    self.assertFalse(client.has_secret)

    def test_the_loopback_of_the_name_is_opened_for_those_that_use_it(self):
        for key, opened in (("claude", False), ("vscode", False), ("gemini", True)):
            client, _dialog = self.create_for(key)
            self.assertEqual(client.any_localhost_port, opened, key)
        client, _dialog = self.create_for("other")
        self.assertFalse(client.any_localhost_port)
        form = self.open_form("other")
        form.redirect_uri = "http://localhost:1234/cb"
        form.save().action_create()
        [client] = self.Client.search([], order="id desc", limit=1)
        self.assertTrue(client.match_redirect_uri("http://localhost:5/cb"))

    def test_what_is_shown_names_the_client_and_the_server(self):
        for key in ASSISTANTS:
            with self.subTest(assistant=key):
                client, dialog = self.create_for(key)
                shown = f"{dialog.get('snippet', '')}{dialog['values']}"
                self.assertIn(client.identifier, shown)
                self.assertIn(ENDPOINT, shown)
                self.assertNotIn("%(", shown)
                if snippet := dialog.get("snippet"):
                    self.assertTrue(dialog["snippet_label"])
                    self.assertNotIn("None", snippet)

    def test_the_commands(self):
        client, dialog = self.create_for("claude_code")
        self.assertEqual(
            dialog["snippet"],
            f"claude mcp add --transport http odoo {ENDPOINT}"
            f" --client-id {client.identifier}",
        )
        client, dialog = self.create_for("codex")
        self.assertEqual(
            dialog["snippet"].splitlines(),
            [
                f"codex mcp add odoo --url {ENDPOINT}"
                f" --oauth-client-id {client.identifier}",
                "codex mcp login odoo --scopes openid,profile,email",
            ],
        )
        client, dialog = self.create_for("mcp_remote")
        words = shlex.split(dialog["snippet"])
        self.assertEqual(json.loads(words[4]), {"client_id": client.identifier})
        self.assertEqual(json.loads(words[6]), {"scope": "openid profile email"})

    def test_the_files_and_links(self):
        client, dialog = self.create_for("cursor")
        server = json.loads(dialog["snippet"])["mcpServers"]["odoo"]
        self.assertEqual(server["url"], ENDPOINT)
        self.assertEqual(server["auth"]["CLIENT_ID"], client.identifier)
        self.assertEqual(server["auth"]["scopes"], ["openid", "profile", "email"])
        [link] = html.fromstring(dialog["values"]).xpath("//a/@href")
        query = parse_qs(urlsplit(link).query)
        self.assertEqual(json.loads(base64.b64decode(query["config"][0])), server)

        client, dialog = self.create_for("vscode")
        server = json.loads(dialog["snippet"])["servers"]["odoo"]
        self.assertEqual(server["oauth"], {"clientId": client.identifier})
        [link] = html.fromstring(dialog["values"]).xpath("//a/@href")
        config = json.loads(unquote(link.removeprefix("vscode:mcp/install?")))
        self.assertEqual(config, {"name": "odoo", **server})

        client, dialog = self.create_for("gemini")
        server = json.loads(dialog["snippet"])["mcpServers"]["odoo"]
        self.assertEqual(server["httpUrl"], ENDPOINT)
        self.assertEqual(server["oauth"]["clientId"], client.identifier)

    def test_the_dialog_keeps_the_links(self):
        """What it shows goes through the sanitizer of Odoo."""
        for key, scheme in (("cursor", "cursor:"), ("vscode", "vscode:")):
            _client, dialog = self.create_for(key)
            secrets = self.env["oauth.provider.client.secret"]
            shown = secrets.new({"values": dialog["values"]})["values"]
            [link] = html.fromstring(shown).xpath("//a/@href")
            self.assertTrue(link.startswith(scheme), link)

    def test_the_scopes_are_those_that_were_chosen(self):
        scope = self.env["oauth.provider.scope"].create({"name": "M", "code": "mcp.x"})
        form = self.open_form("claude_code")
        form.scope_ids.clear()
        form.scope_ids.add(scope)
        form.save().action_create()
        [client] = self.Client.search([("name", "=", "Claude Code")])
        self.assertEqual(client.scope_ids, scope)
        # None is fine: the commands leave them out
        for key in ("codex", "cursor", "gemini", "mcp_remote"):
            form = self.open_form(key)
            form.scope_ids.clear()
            context = form.save().action_create()["context"]
            self.assertNotIn("scope", context["default_snippet"])

    def test_people_sign_in(self):
        """A public client, by PKCE and the resource, on any port of the device."""
        client, _dialog = self.create_for("claude_code")
        uri = "http://localhost:54545/callback"
        self.sign_in()
        code = self.get_code(client, redirect_uri=uri, resource=ENDPOINT)
        named = {"client_id": client.identifier, "resource": ENDPOINT}
        answer = self.redeem(code, None, None, redirect_uri=uri, **named)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertTrue(answer.json()["access_token"])

    def test_one_record_for_one_server(self):
        first, _dialog = self.create_for("cursor")
        typed = ENDPOINT.replace("https://mcp", "HTTPS://MCP")
        second, _dialog = self.create_for("vscode", endpoint=typed)
        self.assertEqual(first.resource_ids, second.resource_ids)
        self.assertEqual(first.resource_ids.client_ids, first | second)
        # A route of this Odoo needs none
        own = f"{self.Provider.get_issuer()}/json/2"
        if own.startswith("https:") or "127.0.0.1" in own or "localhost" in own:
            client, _dialog = self.create_for("codex", endpoint=own)
            self.assertFalse(client.resource_ids)
        first.resource_ids.active = False
        with self.assertRaises(ValidationError):
            self.create_for("codex")

    def test_a_second_time(self):
        form = self.open_form("cursor")
        self.assertFalse(form.same_name_client_id)
        form.save().action_create()
        again = self.open_form("cursor")
        first = self.Client.search([("name", "=", "Cursor")])
        self.assertEqual(again.same_name_client_id, first)
        again.save().action_create()
        both = self.Client.search([("name", "=", "Cursor")])
        self.assertEqual(len(both), 2)
        self.assertEqual(len(set(both.mapped("identifier"))), 2)
        # The way back: nothing of it stays
        both.unlink()
        uris = [("name", "=like", "%cursor.com%")]
        self.assertFalse(self.env["oauth.provider.redirect.uri"].search(uris))

    def test_the_name_follows_the_assistant(self):
        form = self.open_form("claude")
        self.assertEqual(form.name, "Claude")
        form.assistant = "codex"
        self.assertEqual(form.name, "Codex")
        form.assistant = "other"
        self.assertEqual(form.name, "AI assistant")
        form.name = "The robot"
        form.assistant = "claude"
        self.assertEqual(form.name, "The robot")

    def test_one_spelling_of_the_address(self):
        for typed, expected in (
            ("mcp.example.com/mcp", ENDPOINT),
            (" https://MCP.Example.com:443/mcp ", ENDPOINT),
            ("https://mcp.example.com", "https://mcp.example.com/"),
            ("https://müller.example/mcp", "https://xn--mller-kva.example/mcp"),
            ("http://localhost:8069/mcp?db=a", "http://localhost:8069/mcp?db=a"),
            ("http://127.0.0.1/mcp", "http://127.0.0.1/mcp"),
            ("http://[::1]:80/mcp", "http://[::1]/mcp"),
        ):
            with self.subTest(typed=typed):
                client, dialog = self.create_for("inspector", endpoint=typed)
                self.assertEqual(client.resource_ids.uri, expected)
                self.assertIn(expected, shlex.split(dialog["snippet"]))

    def test_the_digest_of_codex(self):
        """As ``codex mcp add`` 0.171.0 prints it, whatever the spelling."""
        for endpoint, digest in (
            ("http://127.0.0.1:1/mcp", "4ncvuG_qJEiw"),
            ("https://ODOO.example.com:443/mcp", "p2I1iP_POyIz"),
            ("http://localhost:8069/mcp?db=x", "Uzl6wASRe7-H"),
        ):
            uri = ASSISTANTS["codex"].per_endpoint(normalize(endpoint))
            self.assertEqual(uri, f"http://127.0.0.1/callback/{digest}")

    def test_bad_addresses(self):
        wizards = self.env["oauth.provider.client.wizard"]
        before = self.Client.search_count([])
        for endpoint in (
            False,
            " ",
            "javascript:alert(1)",
            "data:text/html,x",
            "com.example.app:/mcp",
            "http://odoo.example.com/mcp",
            "http://10.0.0.1/mcp",
            "https://odoo.example.com/mcp#x",
            "https://odoo.example.com/a b",
            "https://odoo.example.com/\nmcp",
            "https://user:word@odoo.example.com/mcp",
            "https://odoo.example.com:0/mcp",
            "https://odoo.example.com:99999/mcp",
            "https://-odoo-.example/mcp",
            "https://300.1.1.1/mcp",
            "https://",
            "/mcp",
            "https://odoo.example.com/" + "a" * 10_000,
            "https://odoo.example.com/<script>",
            "\u202ehttps://odoo.example.com/mcp",
        ):
            with self.subTest(endpoint=endpoint):
                wizard = wizards.create({"recipe": "assistant", "endpoint": endpoint})
                with self.assertRaises(ValidationError):
                    wizard.action_create()
        for assistant in ("claude", "chatgpt"):
            # They call from elsewhere
            with self.subTest(assistant=assistant), self.assertRaises(ValidationError):
                self.create_for(assistant, endpoint="http://localhost:8069/mcp")
        self.assertEqual(self.Client.search_count([]), before)

    def test_what_a_shell_would_run_is_quoted(self):
        hostile = "https://odoo.example.com/$(id);'x'&y=1"
        for key in ("claude_code", "codex", "inspector", "mcp_remote"):
            _client, dialog = self.create_for(key, endpoint=hostile)
            self.assertIn(hostile, shlex.split(dialog["snippet"]))
            self.assertNotIn(f" {hostile} ", dialog["snippet"])

    def test_a_bad_redirect_uri(self):
        wizards = self.env["oauth.provider.client.wizard"]
        for uri in (False, "", "javascript:alert(1)", "cursor://x/cb", f"{CALLBACK}#x"):
            wizard = wizards.create(
                {
                    "recipe": "assistant",
                    "assistant": "other",
                    "endpoint": ENDPOINT,
                    "redirect_uri": uri,
                }
            )
            with self.subTest(uri=uri), self.assertRaises(ValidationError):
                wizard.action_create()

    def test_markup_in_the_name_and_address(self):
        form = self.open_form("claude", f"{ENDPOINT}?x='%22%26lt;")
        form.name = "<img src=x onerror=alert(1)>"
        values = form.save().action_create()["context"]["default_values"]
        self.assertFalse(html.fromstring(values).xpath("//img"))

    def test_who_may_do_it(self):
        manager = new_manager(self.env)
        wizards = self.env["oauth.provider.client.wizard"]
        values = {"recipe": "assistant", "endpoint": ENDPOINT}
        wizard = wizards.with_user(manager).create(values)
        self.assertTrue(wizard.action_create())
        with self.assertRaises(AccessError):
            wizards.with_user(self.user).create(values)
        with self.assertRaises(AccessError):
            wizard.with_user(self.user).action_create()

    def test_the_secret_is_in_no_snippet_and_no_link(self):
        for key in ASSISTANTS:
            _client, dialog = self.create_for(key)
            if secret := dialog["secret"]:
                self.assertNotIn(secret, dialog.get("snippet") or "")
                for link in html.fromstring(dialog["values"]).xpath("//a/@href"):
                    self.assertNotIn(secret, link)
