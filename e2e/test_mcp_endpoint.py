# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The MCP endpoint of the example addon, as its protocol wants it: 2025-11-25."""

import pytest
import requests

from dev.server import OdooServer

ADDON, EXAMPLE, DATABASE = "oauth_provider", "oauth_provider_example", "e2e_endpoint"
HEADERS = {"Accept": "application/json, text/event-stream"}
MAKE_CLIENTS = """
user = env["res.users"].create({
    "name": "Ann", "login": "ann", "group_ids": [(6, 0, [
        env.ref("base.group_user").id, env.ref("base.group_partner_manager").id,
    ])],
})
partners = env.ref("base.model_res_partner")
fields = env["ir.model.fields"].search([
    ("model_id", "=", partners.id), ("name", "in", ("name", "color", "category_id")),
])
env["oauth.provider.scope"].create({
    "name": "Add contacts", "code": "contacts.create", "model_id": partners.id,
    "field_ids": [(6, 0, fields.ids)], "api_create": True,
})
env["oauth.provider.scope"].create({
    "name": "All", "code": "a.all", "full_access": True
})
env["res.partner"].create({"name": "Azure Interior", "email": "azure@example.com"})
result = {}
for name, codes in values["clients"].items():
    client = env["oauth.provider.client"].create({
        "name": name, "application_type": "backend application", "user_id": user.id,
        "scope_ids": [(6, 0, env["oauth.provider.scope"].search([
            ("code", "in", codes)
        ]).ids)],
        "origin_ids": [(0, 0, {"name": "https://assistant.example.com"})],
    })
    result[name] = [client.identifier, client.generate_secret()]
"""
CLIENTS = {
    "assistant": ["mcp.use", "contacts.create"],
    "other": ["example.read"],
    "all": ["mcp.use", "a.all"],
}


class Endpoint:
    """The endpoint at ``url``, and the clients that may call it."""

    def __init__(self, server, clients):
        self._server, self._clients = server, clients
        self.url = f"{server.url}/mcp"

    def get_token(self, client, scope=None):
        data = {"grant_type": "client_credentials", "scope": scope}
        url = f"{self._server.url}/oauth2/token"
        answer = requests.post(url, data, auth=tuple(self._clients[client]))
        return answer.json()["access_token"]

    def send(self, message, token=None, method="POST", **headers):
        """Return the response to a message (JSON, or bytes)."""
        headers = {name.replace("_", "-"): headers[name] for name in headers}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        body = {"data" if isinstance(message, bytes) else "json": message}
        return requests.request(method, self.url, headers=HEADERS | headers, **body)

    def call(self, token, method, **params):
        """Return the result of a method that has one."""
        message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self.send(message, token, MCP_Protocol_Version="2025-11-25")
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"] == "application/json"
        assert (answer.json()["jsonrpc"], answer.json()["id"]) == ("2.0", 1)
        return answer.json()["result"]

    def use(self, token, tool, **arguments):
        """Return the response to a call of a tool."""
        params = {"name": tool, "arguments": arguments}
        message = {"jsonrpc": "2.0", "id": "a", "method": "tools/call"}
        return self.send({**message, "params": params}, token)


@pytest.fixture(scope="module")
def endpoint(postgres, databases):
    """An Endpoint."""
    databases.create(DATABASE, ["web", ADDON])
    databases.odoo(DATABASE, "--init", EXAMPLE)
    clients = databases.shell(DATABASE, MAKE_CLIENTS, clients=CLIENTS)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$"}
    with OdooServer(postgres, "endpoint", DATABASE, **options) as server:
        yield Endpoint(server, clients)


@pytest.fixture(scope="module")
def token(endpoint):
    """A token that reads contacts."""
    return endpoint.get_token("assistant", "mcp.use")


def test_a_session_begins_and_lists_its_tools(endpoint, token):
    for wanted, expected in (
        ("2025-11-25", "2025-11-25"),
        ("2025-06-18", "2025-06-18"),
        ("2099-01-01", "2025-11-25"),
        (["2025-11-25"], "2025-11-25"),
    ):
        client = {"name": "test", "version": "1"}
        answer = endpoint.call(
            token,
            "initialize",
            protocolVersion=wanted,
            capabilities={},
            clientInfo=client,
        )
        assert answer["protocolVersion"] == expected
        assert answer["capabilities"] == {"tools": {}}
    message = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    noted = endpoint.send(message, token)
    assert (noted.status_code, noted.content) == (202, b"")
    assert endpoint.call(token, "ping") == {}
    tools = endpoint.call(token, "tools/list")["tools"]
    schemas = {tool["name"]: tool["inputSchema"]["properties"] for tool in tools}
    assert set(schemas) == {"search", "read", "create"}
    # What the token opens, and no more: contacts, and which models it opens
    names = {"display_name", "email", "id", "model", "name", "transient"}
    assert set(schemas["search"]["fields"]["items"]["enum"]) == names
    assert "res.partner: email, id, name" in schemas["read"]["fields"]["description"]
    assert "res.partner" in schemas["search"]["model"]["enum"]
    assert schemas["create"]["values"]["properties"] == {}
    wider = endpoint.get_token("assistant", "mcp.use contacts.create")
    tools = endpoint.call(wider, "tools/list")["tools"]
    create = tools[2]["inputSchema"]["properties"]
    assert create["model"]["enum"] == ["res.partner"]
    types = {name: one["type"] for name, one in create["values"]["properties"].items()}
    assert types == {"category_id": "array", "color": "integer", "name": "string"}


def test_tools_do_what_the_scopes_open(endpoint, token):
    domain = [["name", "=", "Azure Interior"]]
    search = {"model": "res.partner", "domain": domain, "fields": ["name", "email"]}
    found = endpoint.use(token, "search", **search).json()["result"]
    (one,) = found["structuredContent"]["records"]
    assert one["email"] == "azure@example.com"
    read = endpoint.use(token, "read", model="res.partner", ids=[one["id"]])
    assert read.json()["result"]["structuredContent"]["records"] == [{"id": one["id"]}]
    wider = endpoint.get_token("assistant", "mcp.use contacts.create")
    made = endpoint.use(wider, "create", model="res.partner", values={"name": "New"})
    (number,) = made.json()["result"]["structuredContent"]["records"]
    search = {"model": "res.partner", "domain": [["id", "=", number]]}
    found = endpoint.use(wider, "search", fields=["name"], **search)
    assert "New" in found.text


def test_a_tool_beyond_the_scope_names_the_scopes_to_ask_for(endpoint, token):
    values = {"model": "res.partner", "values": {"name": "New"}}
    answer = endpoint.use(token, "create", **values)
    assert answer.status_code == 403
    header = answer.headers["WWW-Authenticate"]
    assert 'error="insufficient_scope"' in header
    assert ' scope="contacts.create mcp.use"' in header
    assert 'resource_metadata="http' in header
    # What no scope of the client opens is no reason to ask anybody
    for tool, arguments in (
        ("search", {"fields": ["phone"]}),
        ("search", {"model": "res.country"}),
        ("read", {"ids": [2**31 - 2]}),
        ("read", {"ids": "x"}),
        ("search", {"domain": "x"}),
        ("create", {"model": "no.such", "values": {}}),
    ):
        answer = endpoint.use(token, tool, **{"model": "res.partner", **arguments})
        assert answer.status_code == 200, answer.text
        result = answer.json()["result"]
        assert result["isError"] is True and result["content"][0]["text"]


def test_only_a_token_for_it_comes_in(endpoint):
    message = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    for method in ("GET", "POST", "DELETE"):
        answer = endpoint.send(message, method=method)
        assert answer.status_code == 401
        assert "resource_metadata=" in answer.headers["WWW-Authenticate"]
    other = endpoint.send(message, endpoint.get_token("other"))
    assert other.status_code == 403
    assert 'error="insufficient_scope"' in other.headers["WWW-Authenticate"]


def test_what_the_transport_does_not_allow(endpoint, token):
    ping = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    for method in ("GET", "DELETE"):
        answer = endpoint.send(None, token, method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    own = endpoint.url.removesuffix("/mcp")
    for origin, status in (
        ("https://evil.example.com", 403),
        ("null", 403),
        (own, 200),
        ("https://assistant.example.com", 200),
    ):
        assert endpoint.send(ping, token, Origin=origin).status_code == status
    for version, status in (("2025-06-18", 200), ("1999-01-01", 400), ("x", 400)):
        answer = endpoint.send(ping, token, MCP_Protocol_Version=version)
        assert answer.status_code == status


def test_bad_messages(endpoint, token):
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    for message, status, code in (
        (b"{", 400, -32700),
        (b"[" * 5000, 400, -32700),
        (b"\xff", 400, -32700),
        ([], 400, -32600),
        ("ping", 400, -32600),
        ({"id": 1, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": None, "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": [1], "method": "ping"}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": 1}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "method": "no/such"}, 200, -32601),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": [1]}, 200, -32602),
        (call, 200, -32602),
        ({**call, "params": {"name": ["search"]}}, 200, -32602),
        ({**call, "params": {"name": "unlink", "arguments": {}}}, 200, -32602),
        ({**call, "params": {"name": "search", "arguments": []}}, 200, -32602),
        ({**call, "params": {"name": "search", "arguments": [1]}}, 200, -32602),
        (
            {**call, "params": {"name": "search", "arguments": {"model": 1}}},
            200,
            -32602,
        ),
    ):
        answer = endpoint.send(message, token)
        assert answer.status_code == status, (message, answer.text)
        assert answer.json()["error"]["code"] == code, message
    answered = {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert endpoint.send(answered, token).status_code == 202


def test_a_token_with_full_access_uses_any_model(endpoint):
    token = endpoint.get_token("all")
    assert len(endpoint.call(token, "tools/list")["tools"]) == 3
    found = endpoint.use(token, "search", model="res.country", fields=["code"], limit=2)
    assert len(found.json()["result"]["structuredContent"]["records"]) == 2
