# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""RFC 9728: each route with ``auth="oauth"`` describes itself."""

import http.client
import json
import re
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import config, mute_logger

from .protected_routes import ProtectedRoutesCase

WELL_KNOWN = "/.well-known/oauth-protected-resource"
MCP = "/oauth_test/mcp"
PARTNER = "/oauth_test/of"


class DescribedCase(ProtectedRoutesCase):
    def describe(self, path, status=200, **kwargs):
        """Return the document (dict) of the resource at ``path``."""
        response = self.url_open(WELL_KNOWN + path, **kwargs)
        self.assertEqual(response.status_code, status, response.text)
        self.assertTrue(response.headers["Content-Type"].startswith("application/json"))
        return response.json()

    def send_raw(self, path, **headers):
        """Return (status, headers, body) of a GET whose address nobody normalizes."""
        self.env.flush_all()
        with self.allow_requests():
            cookies = [f"{one.name}={one.value}" for one in self.opener.cookies]
            headers["Cookie"] = "; ".join(cookies)
            port = self.http_port()
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.putrequest("GET", path, skip_host="Host" in headers)
            for name, value in headers.items():
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            body = response.read()
            connection.close()
        return response.status, response.headers, body

    def read_challenge(self, response):
        """Return the parameters (dict) of the challenge of ``response``."""
        header = response.headers["WWW-Authenticate"]
        self.assertTrue(header.startswith("Bearer "))
        return dict(re.findall(r'([a-z_]+)="([^"]*)"', header))


@tagged("post_install", "-at_install")
class TestProtectedMetadata(DescribedCase):
    def test_a_route_describes_itself(self):
        document = self.describe(MCP)
        self.assertEqual(
            document,
            {
                "resource": self.issuer + MCP,
                "authorization_servers": [self.issuer],
                "bearer_methods_supported": ["header"],
                # Those of both routes that are at this address
                "scopes_supported": ["openid", "test.read", "test.write"],
            },
        )

    def test_each_kind_of_scopes(self):
        for path, expected in (
            ("/oauth_test/-5/a/b.c", ["test.read", "test.write"]),
            (f"{PARTNER}/{self.user.partner_id.id}", ["test.read", "test.write"]),
            ("/oauth_test/described", ["test.read", "test.write"]),
            ("/oauth_test/plain", None),
            ("/oauth_test/chosen", None),
        ):
            with self.subTest(path=path):
                document = self.describe(path)
                self.assertEqual(document["resource"], self.issuer + path)
                self.assertEqual(document.get("scopes_supported"), expected)
                # What has no values must be left out (section 3.2)
                self.assertEqual("scopes_supported" in document, bool(expected))
        self.assertNotIn("scopes_supported", self.describe("/json/2"))

    def test_no_record_is_looked_for(self):
        self.describe(f"{PARTNER}/{self.user.partner_id.id}")
        found = self.describe(f"{PARTNER}/999999999")
        self.assertEqual(found["resource"], f"{self.issuer}{PARTNER}/999999999")
        self.assertEqual(found["scopes_supported"], ["test.read", "test.write"])

    def test_the_api_lists_the_published_scopes_that_open_it(self):
        scopes = self.env["oauth.provider.scope"]
        partner = self.env["ir.model"]._get("res.partner")
        values = [
            {"code": "api.read", "model_id": partner.id, "api_read": True},
            {"code": "api.hidden", "model_id": partner.id, "api_read": True},
            {"code": "all", "full_access": True},
            {"code": "data", "model_id": partner.id},
        ]
        for one in values:
            one["is_published"] = one["code"] != "api.hidden"
        scopes.create([{"name": one["code"], **one} for one in values])
        database = self.env.cr.dbname
        for path, query in (
            ("/json/2", ""),
            ("/json/2/res.partner/search", ""),
            ("/json/2", f"?db={database}"),
        ):
            document = self.describe(path + query)
            self.assertEqual(document["resource"], f"{self.issuer}/json/2{query}")
            self.assertEqual(set(document["scopes_supported"]), {"api.read", "all"})
        document = self.describe(f"/oauth2/db/{database}/json/2")
        self.assertEqual(
            document["resource"], f"{self.issuer}/json/2?db={database}", document
        )
        codes = self.describe("")["scopes_supported"]
        self.assertIn("openid", codes)
        self.assertIn("data", codes)
        self.assertNotIn("api.hidden", codes)
        self.assertNotIn("offline_access", codes)

    def test_every_form_of_the_address(self):
        database = self.env.cr.dbname
        form = f"/oauth2/db/{database}"
        for issuer in (self.issuer, self.issuer + form):
            self.set_issuer(issuer)
            document = self.describe(form + MCP)
            self.assertEqual(document["resource"], self.issuer + form + MCP)
            self.assertEqual(document["authorization_servers"], [issuer])
            self.assertEqual(document, self.url_open(form + WELL_KNOWN + MCP).json())
            named = self.describe(f"{MCP}?db={database}")
            self.assertEqual(named["resource"], f"{self.issuer}{MCP}?db={database}")
            # What else is in the query is not a part of its name
            self.assertEqual(
                self.describe(f"{MCP}?x=y&resource=z")["resource"], self.issuer + MCP
            )
            self.assertEqual(
                self.describe(f"{MCP}/")["resource"], f"{self.issuer}{MCP}/"
            )
            self.assertEqual(self.describe("")["resource"], issuer)

    def test_an_unknown_path_is_a_short_404(self):
        database = self.env.cr.dbname
        for path in (
            "/x",
            "/oauth_test",
            "/oauth_test/public",
            "/oauth_test/7/public",
            "/oauth_test/5/a%00b",
            "/oauth_test/5/a%5Cb",
            "/web/login",
            "/oauth2/token",
            "/json",
            "/json/22",
            f"/oauth2/db/{database}/x",
            f"/oauth2/db/{database}/oauth2/db/{database}{MCP}",
        ):
            with self.subTest(path=path):
                self.assertEqual(self.describe(path, 404), {"error": "not_found"})
        response = self.url_open(f"{WELL_KNOWN}/x")
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        self.assertNotIn("Set-Cookie", response.headers)

    def test_paths_that_clients_would_normalize(self):
        for path in (
            f"/oauth_test/..{MCP}",
            "/../oauth_test/mcp",
            "/./oauth_test/mcp",
            "/oauth_test/5/..",
            "/oauth_test/5/../../web",
            "/oauth_test/5/%2e%2e/web",
            "/oauth_test/5/..%2fweb",
            "/oauth_test/5/a//b",
            "/oauth_test/5/a%2f%2fb",
            f"/{MCP}",
            f"//{MCP}",
            "/%2f" + MCP,
            "/json/2/../../web",
            "/json/2//x",
            f"/oauth_test/5/{'a' * 8192}",
            "/a" * 4096,
            f"/oauth_test/5/{'%ff' * 2700}",
            f"/oauth_test/5/{'%C3%A9' * 900}",
        ):
            status, headers, body = self.send_raw(WELL_KNOWN + path)
            with self.subTest(path=path[:60]):
                self.assertEqual(status, 404, body)
                self.assertIn("application/json", headers["Content-Type"])
                self.assertLess(len(body), 200)
                json.loads(body)
        # An encoded slash is one, as Odoo has it
        status, _headers, body = self.send_raw(f"{WELL_KNOWN}/oauth_test/5/a%2Fb")
        found = json.loads(body)["resource"]
        self.assertEqual(found, f"{self.issuer}/oauth_test/5/a/b")
        # As it is written in a URL
        for sent, named in (("é", "%C3%A9"), ('%22a%20"', "%22a%20%22")):
            found = self.describe(f"/oauth_test/5/{sent}")
            self.assertEqual(found["resource"], f"{self.issuer}/oauth_test/5/{named}")

    def test_a_foreign_host_is_not_named(self):
        self.set_issuer("https://odoo.example.com")
        for headers in (
            {"Host": "evil.example.com"},
            {"X-Forwarded-Host": "evil.example.com", "X-Forwarded-Proto": "https"},
        ):
            with patch.dict(config.options, {"proxy_mode": True}):
                _status, found, body = self.send_raw(WELL_KNOWN + MCP, **headers)
            self.assertNotIn(b"evil", body)
            document = json.loads(body)
            self.assertEqual(document["resource"], f"https://odoo.example.com{MCP}")
            self.assertIn("X-Forwarded-Host", found["Vary"])

    def test_the_origin_that_a_proxy_tells(self):
        self.set_issuer("https://odoo.example.com")
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", "https://api.example.com")
        parameters.set_param("web.base.url.freeze", "True")
        headers = {
            "X-Forwarded-Host": "api.example.com",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "192.0.2.1",
        }
        with patch.dict(config.options, {"proxy_mode": True}):
            document = self.describe(MCP, headers=headers)
            refused = self.url_open(MCP, headers=headers)
        self.assertEqual(document["resource"], f"https://api.example.com{MCP}")
        self.assertEqual(
            document["authorization_servers"], ["https://odoo.example.com"]
        )
        self.assertEqual(
            self.read_challenge(refused)["resource_metadata"],
            f"https://api.example.com{WELL_KNOWN}{MCP}",
        )

    def test_another_database_describes_nothing_here(self):
        self.assertIn("Unknown", self.url_open(f"{WELL_KNOWN}{MCP}?db=other").text)
        database = self.env.cr.dbname
        # The first of them is entered
        self.describe(f"{MCP}?db={database}&db=other", 404)

    def test_it_costs_no_query(self):
        self.env.registry.clear_cache("routing")
        self.describe(MCP)
        self.describe("/nothing", 404)
        for path in (MCP, "/nothing", f"{PARTNER}/5"):
            with (
                self.subTest(path=path),
                patch.object(
                    type(self.env.cr),
                    "execute",
                    autospec=True,
                    side_effect=type(self.env.cr).execute,
                ) as execute,
            ):
                self.url_open(WELL_KNOWN + path)
                asked = [str(call.args[1]) for call in execute.call_args_list]
                ours = [q for q in asked if "oauth_provider" in q or "partner" in q]
                self.assertFalse(ours)


@tagged("post_install", "-at_install")
class TestProtectedChallenge(DescribedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scopes = cls.env["oauth.provider.scope"].create(
            [{"name": code, "code": code} for code in ("test.read", "test.write")]
        )
        cls.client, cls.secret = cls.create_client(
            "backend application",
            scope_ids=[Command.link(one.id) for one in cls.scopes],
        )

    def get_token(self, scope):
        data = {"grant_type": "client_credentials", "scope": scope}
        answer = self.post("token", data, self.client, self.secret)
        return {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def test_a_refusal_leads_to_the_document_and_names_the_scopes(self):
        database = self.env.cr.dbname
        for path, scope in (
            (MCP, "openid test.read"),
            (f"{MCP}?db={database}&x=y", "openid test.read"),
            ("/oauth_test/5/a%20b", "test.read test.write"),
            (f"{PARTNER}/5", "test.read test.write"),
            ("/oauth_test/described", "test.read test.write"),
            ("/oauth_test/chosen", None),
            ("/oauth_test/chosen?need=test.read", None),
            ("/oauth_test/plain", None),
        ):
            for headers in ({}, {"Authorization": "Bearer x"}):
                is_rpc = path.endswith("plain")
                body = {"json": {"params": {}}} if is_rpc else {}
                response = self.url_open(path, headers=headers, **body)
                with self.subTest(path=path, headers=headers):
                    self.assertEqual(response.status_code, 401)
                    found = self.read_challenge(response)
                    self.assertEqual(found.get("scope"), scope)
                    self.assertEqual("error" in found, bool(headers))
                    url = found["resource_metadata"]
                    self.assertTrue(url.startswith(self.issuer + WELL_KNOWN))
                    document = self.url_open(url.removeprefix(self.issuer)).json()
                    called = path.replace("&x=y", "").partition("?need")[0]
                    self.assertEqual(document["resource"], self.issuer + called)

    def test_a_path_that_is_not_described_leads_to_the_provider(self):
        for path in ("/oauth_test/5/a//b", f"/oauth_test/5/{'a' * 3000}"):
            status, headers, _body = self.send_raw(path)
            self.assertEqual(status, 401)
            self.assertIn(
                f'resource_metadata="{self.issuer}{WELL_KNOWN}"',
                headers["WWW-Authenticate"],
            )

    def test_the_challenge_names_the_database_where_it_has_to(self):
        database = self.env.cr.dbname
        self.set_issuer(f"{self.issuer}/oauth2/db/{database}")
        found = self.read_challenge(self.url_open(MCP))
        self.assertEqual(
            found["resource_metadata"],
            f"{self.issuer}{WELL_KNOWN}{MCP}?db={database}",
        )

    def test_a_narrow_token_learns_what_it_lacks(self):
        token = self.get_token("test.read")
        for path, scope in (
            ("/oauth_test/5/a", "test.read test.write"),
            ("/oauth_test/chosen?need=test.write", "test.read test.write"),
            ("/oauth_test/chosen?need=unknown", None),
            # Its client may not have openid
            (MCP, None),
        ):
            response = self.url_open(path, headers=token)
            self.assertEqual(response.status_code, 403, path)
            found = self.read_challenge(response)
            self.assertEqual(found["error"], "insufficient_scope")
            self.assertEqual(found.get("scope"), scope)
            self.assertIn(path.partition("?")[0], found["resource_metadata"])
        token = self.get_token("test.read test.write")
        response = self.url_open("/oauth_test/5/a", headers=token)
        self.assertEqual(response.json(), [5, "a"])

    @mute_logger("odoo.addons.oauth_provider.tools.protected_route")
    def test_a_function_of_scopes_that_fails_opens_nothing(self):
        token = self.get_token("test.read test.write")
        response = self.url_open("/oauth_test/chosen", headers=token)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self.read_challenge(response)["error"], "invalid_request")
        self.assertEqual(response.json(), {"error": "invalid_request"})
        self.describe("/oauth_test/chosen")
        for wrong in (lambda _request: None, lambda _request: 1):
            routes = self.Provider.find_protected_routes("/oauth_test/chosen")
            with patch.dict(routes[0], {"oauth_scopes": wrong}):
                response = self.url_open("/oauth_test/chosen", headers=token)
                self.assertEqual(response.status_code, 400)

    def test_the_path_form_opens_the_same_routes_and_no_other(self):
        token = self.get_token("test.read test.write")
        database = self.env.cr.dbname
        form = f"/oauth2/db/{database}"
        response = self.url_open(f"{form}/oauth_test/5/a", headers=token)
        self.assertEqual(response.json(), [5, "a"])
        response = self.url_open(f"{form}/oauth_test/plain", json={"params": {}})
        self.assertEqual(response.status_code, 401)
        found = self.read_challenge(response)
        self.assertEqual(
            found["resource_metadata"],
            f"{self.issuer}{WELL_KNOWN}{form}/oauth_test/plain",
        )
        response = self.url_open(
            f"{form}/oauth_test/plain", json={"params": {}}, headers=token
        )
        self.assertEqual(response.json()["result"], "plain")
        self.assertEqual(self.url_open(f"{form}{MCP}", headers=token).status_code, 403)
        for path in (
            "/oauth_test/public",
            "/json/2/res.partner/search",
            "/web/login",
            "/nothing",
            f"{form}/oauth_test/5/a",
        ):
            for method in ("GET", "POST"):
                response = self.url_open(form + path, headers=token, method=method)
                self.assertEqual(response.status_code, 404, path)
                self.assertEqual(response.json(), {"error": "not_found"})
        response = self.url_open(f"/oauth2/db/other{MCP}", headers=token)
        self.assertEqual(response.status_code, 404)
        response = self.url_open(
            f"{form}{MCP}",
            headers={
                "Origin": "https://inspector.example.com",
                "Access-Control-Request-Method": "POST",
            },
            method="OPTIONS",
        )
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")

    def test_scripts_of_any_page_where_the_route_allows_them(self):
        headers = {
            "Origin": "https://inspector.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, mcp-protocol-version",
        }
        response = self.url_open(MCP, headers=headers, method="OPTIONS")
        self.assertEqual(response.status_code, 204)
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
        allowed = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
        for name in (
            *("authorization", "content-type", "mcp-protocol-version"),
            *("mcp-session-id", "traceparent", "x-requested-with"),
        ):
            self.assertIn(name, allowed)
        for token in ({}, self.get_token("test.read")):
            response = self.url_open(MCP, headers={**headers, **token})
            self.assertIn(response.status_code, (401, 403))
            self.assertEqual(response.headers["Access-Control-Allow-Origin"], "*")
            exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
            self.assertIn("WWW-Authenticate", exposed)
            self.assertIn("Mcp-Session-Id", exposed)
        # A route that does not say so, and one of Odoo
        response = self.url_open("/oauth_test/plain", json={}, headers=headers)
        self.assertNotIn("Access-Control-Allow-Origin", response.headers)
        self.assertNotIn("Access-Control-Expose-Headers", response.headers)
