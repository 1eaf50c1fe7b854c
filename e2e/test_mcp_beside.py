# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A server of FastMCP beside Odoo, as the page MCP_SERVER.md has it, and one in Odoo.

The code of the page is run as it is, but for the addresses, the port and the secret.
"""

import json
import re
import time
from urllib.parse import urlsplit

import pytest
import requests

from dev import venv
from dev.process import end_group, log_path, start_program
from dev.server import LOOPBACK, OdooServer, free_port
from dev.settings import ROOT

from .mcp_program import FOLDER, MAKE_CLIENTS, Program, find

ADDON, EXAMPLE, DATABASE = "oauth_provider", "oauth_provider_example", "e2e_beside"
REQUIREMENTS = ROOT / "dev" / "requirements-mcp.txt"
PAGE = ROOT / "docs" / "MCP_SERVER.md"
#: {kind of server: the verifier of the page}
VERIFIERS = {"introspection": "IntrospectionTokenVerifier(", "jwks": "JWTVerifier("}
MAKE = """
user = env["res.users"].create({
    "name": "Ann", "login": "ann", "password": "ann-password",
    "group_ids": [(6, 0, [env.ref("base.group_user").id])],
})
partners = env.ref("base.model_res_partner")
names = env["ir.model.fields"].search([
    ("model_id", "=", partners.id), ("name", "=", "name"),
])
env["oauth.provider.scope"].create({
    "name": "Contacts", "code": "contacts.read", "model_id": partners.id,
    "field_ids": [(6, 0, names.ids)],
})
everything = env["oauth.provider.scope"].search([
    ("code", "in", ["mcp.use", "contacts.read"])
])
clients = env["oauth.provider.client"]
# What the wizard has made
clients.search([("name", "=", "assistant_jwks")]).token_type = "jwt"
resources = env["oauth.provider.resource"].search([])
result = {name: [client["id"], None] for name, client in result.items()}
result["resources"] = resources.mapped("uri")
backend = {"application_type": "backend application", "user_id": user.id}
backend["scope_ids"] = [(6, 0, everything.ids)]
for name, further in {
    "random": {}, "jwt": {"token_type": "jwt"}, "guard": {"is_resource_server": True},
}.items():
    client = clients.create({"name": name, **backend, **further})
    if name != "guard":
        resources.client_ids |= client
    result[name] = [client.identifier, client.generate_secret()]
"""


class Beside:
    """Odoo with an endpoint, and the servers beside it.

    :ivar own: address of Odoo's own endpoint
    :ivar endpoints: {kind: address of the endpoint beside Odoo}
    """

    def __init__(self, server):
        self.server = server
        self.own = f"{server.url}/mcp"
        # One port each, since the program is started with its address
        self.ports = {kind: free_port() for kind in VERIFIERS}
        bases = {kind: f"http://{LOOPBACK}:{port}" for kind, port in self.ports.items()}
        self.endpoints = {kind: f"{base}/mcp" for kind, base in bases.items()}
        self.clients = {}

    def get_token(self, client, resource=None, scope="mcp.use contacts.read"):
        data = {"grant_type": "client_credentials", "scope": scope}
        if resource:
            data["resource"] = resource
        url = f"{self.server.url}/oauth2/token"
        answer = requests.post(url, data, auth=tuple(self.clients[client]), timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()["access_token"]

    def read_page(self, kind):
        """Return the page's program (str) with this kind of verifier."""
        section = PAGE.read_text().split("## A program beside Odoo")[1].split("\n## ")
        blocks = re.findall(r"```python\n(.*?)```", section[0], re.DOTALL)
        (verifier,) = [block for block in blocks if VERIFIERS[kind] in block]
        (server,) = [block for block in blocks if "FastMCP(" in block]
        code = verifier + server
        endpoint = urlsplit(self.endpoints[kind])
        replaced = {
            "https://odoo.example.com": self.server.url,
            "https://mcp.example.com": f"{endpoint.scheme}://{endpoint.netloc}",
            "port=8000": f"port={self.ports[kind]}",
        }
        if kind == "introspection":
            identifier, secret = self.clients["guard"]
            replaced |= {"CLIENT-ID": identifier, "SECRET": secret}
        for old, new in replaced.items():
            assert old in code, old
            code = code.replace(old, new)
        return code


def call(url, token, **headers):
    """Return the response of an MCP server to ``initialize``."""
    params = {"protocolVersion": "2025-11-25", "capabilities": {}}
    params["clientInfo"] = {"name": "test", "version": "1"}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}
    headers = {"Accept": "application/json, text/event-stream", **headers}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return requests.post(url, json=message, headers=headers, timeout=60)


def read_contacts(url, token):
    """Return the response of Odoo's API."""
    url = f"{url}/json/2/res.partner/search_read"
    headers = {"Authorization": f"Bearer {token}"}
    body = {"domain": [], "fields": ["name"], "limit": 1}
    return requests.post(url, json=body, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def python():
    """The Python of the environment that has FastMCP."""
    return venv.python_with("mcp", [REQUIREMENTS])


@pytest.fixture(scope="module")
def beside(postgres, databases, python, tmp_path_factory):
    """A Beside whose servers run."""
    databases.create(DATABASE, ["web", ADDON])
    databases.odoo(DATABASE, "--init", EXAMPLE)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$", "workers": 2}
    with OdooServer(postgres, "beside", DATABASE, **options) as server:
        made = Beside(server)
        values = {"issuer": server.url, "scopes": ["mcp.use"], "clients": {}}
        for kind, url in made.endpoints.items():
            client = [url, "other", "http://127.0.0.1/callback"]
            values["clients"][f"assistant_{kind}"] = client
        made.clients = databases.shell(DATABASE, MAKE_CLIENTS + MAKE, **values)
        programs = []
        try:
            for kind, endpoint in made.endpoints.items():
                file = tmp_path_factory.mktemp(kind) / "server.py"
                file.write_text(made.read_page(kind))
                with log_path(f"fastmcp-{kind}").open("wb") as log:
                    program = start_program([python, file], stdout=log, stderr=log)
                programs.append(program)
                wait_ready(program, endpoint)
            yield made
        finally:
            for program in programs:
                end_group(program, grace=5)


def wait_ready(program, endpoint):
    """Wait until a server beside Odoo answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert program.poll() is None, "it ended while it started"
        try:
            assert call(endpoint, None).status_code == 401
        except requests.ConnectionError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("it does not answer")


def test_the_wizard_has_made_the_resource_servers(beside):
    found = set(beside.clients["resources"])
    assert found == set(beside.endpoints.values())


@pytest.mark.parametrize("kind", VERIFIERS)
def test_an_assistant_signs_in_to_it(beside, python, page, tmp_path, kind):
    values = {"url": beside.endpoints[kind], "calls": [["whoami", {}]]}
    values["client"], _none = beside.clients[f"assistant_{kind}"]
    command = [python, FOLDER / "fastmcp_client.py", json.dumps(values)]
    program = Program(command, page, tmp_path)
    told = program.run()
    assert find(told, "tools") == [["whoami"]], told
    (result,) = find(told, "result")
    assert result["result"], told
    assert len(program.opened) == 1 and "resource=" in program.opened[0]


@pytest.mark.parametrize(
    ("kind", "client"),
    (("introspection", "random"), ("introspection", "jwt"), ("jwks", "jwt")),
)
def test_it_accepts_only_a_token_for_it(beside, kind, client):
    endpoints = dict(beside.endpoints)
    url = endpoints.pop(kind)
    (other,) = endpoints.values()
    assert call(url, beside.get_token(client, url)).status_code == 200
    refused = {
        "one without a resource": beside.get_token(client),
        "one for another server": beside.get_token(client, other),
        "one for the endpoint in Odoo": beside.get_token(client, beside.own),
        "one without the scope": beside.get_token(client, url, "contacts.read"),
        "a changed one": beside.get_token(client, url)[:-4] + "AAAA",
        "none": None,
    }
    for what, token in refused.items():
        answer = call(url, token)
        assert answer.status_code == 401, what
        assert "resource_metadata=" in answer.headers["WWW-Authenticate"], what


def test_only_introspection_tells_of_a_revocation(beside):
    for kind, status in (("introspection", 401), ("jwks", 200)):
        url = beside.endpoints[kind]
        token = beside.get_token("jwt", url)
        assert call(url, token).status_code == 200
        revoke = f"{beside.server.url}/oauth2/revoke_token"
        auth = tuple(beside.clients["jwt"])
        assert requests.post(revoke, {"token": token}, auth=auth, timeout=60).ok
        assert call(url, token).status_code == status, kind


def test_introspection_needs_a_client_that_is_a_resource_server(beside):
    token = beside.get_token("random", beside.endpoints["introspection"])
    url = f"{beside.server.url}/oauth2/introspect"

    def ask(client):
        auth = tuple(beside.clients[client])
        return requests.post(url, {"token": token}, auth=auth, timeout=60).json()

    assert ask("guard")["active"] is True
    assert ask("jwt") == {"active": False}


@pytest.mark.parametrize("client", ("random", "jwt"))
def test_a_token_opens_one_resource_of_odoo(beside, client):
    """The MCP endpoint, Odoo's API, or one beside: each its own alone."""
    url = beside.server.url
    api, own = f"{url}/json/2", beside.own
    beside_it = beside.endpoints["introspection"]
    for resource, opens_own, opens_api in (
        (own, 200, 401),
        (api, 401, 200),
        (beside_it, 401, 401),
        (None, 200, 200),
    ):
        token = beside.get_token(client, resource)
        answers = call(own, token), read_contacts(url, token)
        found = [answer.status_code for answer in answers]
        assert found == [opens_own, opens_api], resource
        for answer in answers:
            if answer.status_code == 401:
                challenge = answer.headers["WWW-Authenticate"]
                assert 'error="invalid_token"' in challenge
