# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Clients of the Model Context Protocol that nobody here wrote, and the example addon.

Each is given the address of the endpoint and a Client ID, as an administrator and a
person give them, and finds the rest. They run in programs of ``mcp_clients/``.
"""

import json
import os
import shlex
import shutil

import pytest
import requests

from dev import nodejs, venv
from dev.server import OdooServer
from dev.settings import ROOT

from .mcp_program import FOLDER, MAKE_CLIENTS, Program, find, show

ADDON, EXAMPLE, DATABASE = "oauth_provider", "oauth_provider_example", "e2e_mcp"
REQUIREMENTS = ROOT / "dev" / "requirements-mcp.txt"
#: People, contacts, and a scope beyond the first one.
MAKE = """
for login in values["people"]:
    env["res.users"].create({
        "name": login.title(), "login": login, "password": f"{login}-password",
        "email": f"{login}@example.com", "group_ids": [(6, 0, [
            env.ref("base.group_user").id, env.ref("base.group_partner_manager").id,
        ])],
    })
partners = env.ref("base.model_res_partner")
fields = env["ir.model.fields"].search([
    ("model_id", "=", partners.id), ("name", "in", ("name", "email")),
])
env["oauth.provider.scope"].create({
    "name": "Add contacts", "code": "contacts.create", "model_id": partners.id,
    "field_ids": [(6, 0, fields.ids)], "api_create": True,
})
env["res.partner"].create({
    "name": "Azure Interior", "email": "azure@example.com", "phone": "1",
})
"""
#: What the administrator adds to the scopes that the wizard proposes.
SCOPES = ["openid", "profile", "email", "offline_access", "contacts.create"]
#: {client: assistant of the recipe}
RECIPES = {
    "claude": "claude_code",
    "codex": "codex",
    "gemini_core": "gemini",
    "inspector": "inspector",
    "mcp_remote": "mcp_remote",
}
#: {who ends what a client may do: what the administrator calls}
ENDINGS = {
    "withdrawn": ("oauth.provider.grant", "action_withdraw", "client_id.name"),
    "client": ("oauth.provider.client", "action_archive", "name"),
    "user": ("res.users", "action_archive", "login"),
}
#: Those that have a client for each of the endings as well.
ENDED = ("python_sdk", "fastmcp_client")
READ = ["search", {"model": "res.partner", "domain": [["name", "=", "Azure Interior"]]}]
READ[1]["fields"] = ["name", "email"]
CREATE = ["create", {"model": "res.partner", "values": {"name": "Made by MCP"}}]
CLOSED = ["search", {"model": "res.partner", "fields": ["phone"]}]
PAUSE = ["pause", {}]


class Mcp:
    """The server, and what an assistant is told of it.

    :ivar endpoint: address of the endpoint
    :ivar clients: {name of the program: Client ID}
    :ivar snippets: {name of the program: what its person is told to use}
    """

    def __init__(self, server, made):
        self.server = server
        self.endpoint = f"{server.url}/mcp"
        self.clients = {name: client["id"] for name, client in made.items()}
        self.snippets = {name: client["snippet"] for name, client in made.items()}

    def end(self, ending, name):
        """End, as the administrator, what ``name`` (client and user) may do."""
        model, method, field = ENDINGS[ending]
        session = requests.Session()

        def call(path, **params):
            url = f"{self.server.url}{path}"
            answer = session.post(url, json={"params": params}, timeout=60).json()
            assert "error" not in answer, answer
            return answer.get("result")

        login = {"db": DATABASE, "login": "admin", "password": "admin"}
        call("/web/session/authenticate", **login)
        path = f"/web/dataset/call_kw/{model}/"
        values = {"model": model, "kwargs": {}}
        search = {**values, "method": "search", "args": [[(field, "=", name)]]}
        (number,) = call(f"{path}search", **search)
        call(f"{path}{method}", **values, method=method, args=[[number]])


@pytest.fixture(scope="module")
def mcp(postgres, databases, site):
    """An Mcp with the example addon."""
    databases.create(DATABASE, ["web", ADDON])
    databases.odoo(DATABASE, "--init", EXAMPLE)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$", "workers": 2}
    with OdooServer(postgres, "mcp", DATABASE, **options) as server:
        url = f"{server.url}/mcp"
        clients = {name: [url, recipe, None] for name, recipe in RECIPES.items()}
        for name in ("python_sdk", "typescript_1", "typescript_2"):
            clients[name] = [url, "other", site.callback]
        clients["fastmcp_client"] = [url, "other", "http://127.0.0.1/callback"]
        ended = {f"{name}_{one}": clients[name] for name in ENDED for one in ENDINGS}
        values = {"issuer": server.url, "scopes": SCOPES}
        values |= {"clients": clients | ended, "people": ["ann", *ended]}
        made = databases.shell(DATABASE, MAKE + MAKE_CLIENTS, **values)
        yield Mcp(server, made)


@pytest.fixture(scope="module")
def node():
    """The system's Node.js."""
    return shutil.which("node", path=nodejs.environment()["PATH"])


@pytest.fixture(scope="module")
def python():
    """The Python of the environment that has the clients."""
    return venv.python_with("mcp", [REQUIREMENTS])


@pytest.fixture(scope="module")
def packages():
    """The folder of the npm packages."""
    return nodejs.packages(FOLDER)


@pytest.fixture(scope="module")
def assistants():
    """The folder of the npm packages of assistants, which are large."""
    return nodejs.packages(FOLDER / "assistants")


def check(program, steps_up=True, asks_at_once=False):
    """Assert that a program read what is open, stepped up, and read nothing else.

    :param steps_up: whether the client asks its person for further scopes
    :param asks_at_once: whether it has asked for them at first
    """
    told = program.run()
    assert find(told, "tools") == [["search", "read", "create"]], told
    (read, *created) = find(told, "result")
    (found,) = read["records"]
    assert (found["name"], found["email"]) == ("Azure Interior", "azure@example.com")
    asked = 1 + (steps_up and not asks_at_once)
    assert len(program.opened) == asked, program.opened
    if steps_up:
        assert len(created[0]["records"]) == 1, told
    # What no scope of the client opens is refused, and nobody is asked
    assert "phone" in (find(told, "text") or find(told, "error"))[-1], told


def get_arguments(mcp, name, **further):
    values = {"url": mcp.endpoint, "client": mcp.clients[name]}
    return json.dumps({**values, "calls": [READ, CREATE, CLOSED], **further})


def test_the_python_sdk(mcp, python, page, site, tmp_path):
    arguments = get_arguments(mcp, "python_sdk", redirect_uri=site.callback)
    command = [python, FOLDER / "python_sdk.py", arguments]
    program = Program(command, page, tmp_path)
    check(program)
    assert "scope=mcp.use" in program.opened[0]
    scopes = find(program.told, "scope")
    assert set(scopes[-1].split()) >= {"mcp.use", "contacts.create"}, scopes


def test_the_client_of_fastmcp(mcp, python, page, tmp_path):
    arguments = get_arguments(mcp, "fastmcp_client")
    command = [python, FOLDER / "fastmcp_client.py", arguments]
    check(Program(command, page, tmp_path))


class Ended(Program):
    """A program whose rights end while it pauses.

    :ivar end: function that ends them
    :ivar seen: what the person sees when the program asks again, or None
    """

    end = seen = None
    may_fail = True

    def _hear(self, said):
        super()._hear(said)
        if "paused" in said:
            self.end()
            self._type("\n")

    def _open(self, url):
        if len(self.opened) == 0:
            return super()._open(url)
        self.opened.append(url)
        show(self._page, url, self.login)
        self.seen, self.is_over = self._page.inner_text("body"), True
        return ""


@pytest.mark.parametrize("name", ENDED)
@pytest.mark.parametrize(
    ("ending", "asked_again", "words"),
    (
        ("withdrawn", True, "You have not let it in before"),
        ("client", False, "is unknown"),
        ("user", False, "Wrong login/password"),
    ),
)
def test_an_ending_stops_it_at_the_next_request(
    mcp, python, page, site, name, ending, asked_again, words, tmp_path
):
    who = f"{name}_{ending}"
    further = {"redirect_uri": site.callback} if name == "python_sdk" else {}
    arguments = get_arguments(mcp, who, calls=[READ, PAUSE, READ], **further)
    program = Ended([python, FOLDER / f"{name}.py", arguments], page, tmp_path)
    program.login, program.end = who, lambda: mcp.end(ending, who)
    told = program.run()
    # It has read once, and then at most asked its person
    assert [said["paused"] for said in told if "paused" in said] == [True], told
    assert len(find(told, "result")) == 1, told
    if (name, ending) == ("fastmcp_client", "client"):
        # It looks first whether the authorization server would know it
        assert program.seen is None
        assert "OAuth client not found" in program.get_errors()
        return
    assert words in program.seen, program.seen
    assert bool(page.query_selector("button[value=allow]")) is asked_again


@pytest.mark.parametrize("version", (1, 2))
def test_the_typescript_sdk(mcp, packages, node, page, site, version, tmp_path):
    name = f"typescript_{version}"
    further = {"packages": str(packages), "version": version}
    arguments = get_arguments(mcp, name, redirect_uri=site.callback, **further)
    command = [node, FOLDER / "typescript_sdk.mjs", arguments]
    program = Program(command, page, tmp_path)
    # Version 1 uses its refresh token instead, which opens no more than before
    check(program, steps_up=version > 1)
    assert version > 1 or "403" in find(program.told, "error")[0]


def split(snippet, *program):
    """Return the commands (lists) of a snippet, run by ``program`` (words)."""
    lines = [shlex.split(line) for line in snippet.splitlines()]
    return [[*map(str, program), *words[1:]] for words in lines]


@pytest.mark.parametrize("names_scopes", (False, True))
def test_mcp_remote(mcp, packages, python, node, page, names_scopes, tmp_path):
    remote = packages / "node_modules" / "mcp-remote" / "dist" / "proxy.js"
    ((_program, _name, *words),) = split(mcp.snippets["mcp_remote"], "npx")
    assert words[-2] == "--static-oauth-client-metadata"
    # As the recipe has it, and without the scopes
    words = words if names_scopes else words[:-2]
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "BROWSER": str(FOLDER / "bin" / "xdg-open"),
        "MCP_OPENED": str(tmp_path / "opened"),
    }
    values = {"command": [node, str(remote), *words], "environment": environment}
    values["calls"] = [READ, CREATE, CLOSED]
    program = [python, FOLDER / "mcp_remote.py", json.dumps(values)]
    check(Program(program, page, tmp_path), asks_at_once=names_scopes)


@pytest.mark.large
def test_the_core_of_gemini_cli(mcp, assistants, node, page, tmp_path):
    settings = json.loads(mcp.snippets["gemini_core"])["mcpServers"]["odoo"]
    assert settings["httpUrl"] == mcp.endpoint
    values = {"url": mcp.endpoint, "settings": settings["oauth"]}
    # Its person has removed a scope from the recipe's
    values["settings"]["scopes"].remove("contacts.create")
    values |= {"packages": str(assistants), "calls": [READ, CREATE, CLOSED]}
    command = [node, FOLDER / "gemini_core.mjs", json.dumps(values)]
    program = Program(command, page, tmp_path, typed="y\n")
    check(program, steps_up=False)
    assert "does not allow" in find(program.told, "error")[0]


@pytest.mark.large
def test_claude_code(mcp, assistants, page, tmp_path):
    native = "claude-code-linux-x64"
    claude = assistants / "node_modules" / "@anthropic-ai" / native / "claude"

    def run(*command):
        program = Program([*map(str, command)], page, tmp_path)
        program.run()
        return program

    (add,) = split(mcp.snippets["claude"], claude)
    run(*add)
    # It signs in at a terminal only
    login = ["script", "-qec", f"{claude} mcp login odoo", "/dev/null"]
    assert "mcp.use" in run(*login).opened[0]
    # It has initialized a session
    assert "Connected" in run(claude, "mcp", "list").printed


@pytest.mark.large
def test_codex(mcp, assistants, page, tmp_path):
    codex = assistants / "node_modules" / ".bin" / "codex"
    settings = ["-c", 'mcp_oauth_credentials_store="file"']

    def run(*command):
        program = Program([*command, *settings], page, tmp_path)
        program.run()
        return program

    add, login = split(mcp.snippets["codex"], codex)
    assert "mcp.use" in run(*add).opened[0]
    assert "contacts.create" in run(*login).opened[0]
    listed = run(codex, "mcp", "list").printed
    assert "OAuth" in listed and mcp.endpoint in listed


@pytest.mark.large
def test_the_inspector(mcp, page, tmp_path):
    packages = nodejs.packages(FOLDER / "inspector")
    launcher = packages / "node_modules" / ".bin" / "mcp-inspector"
    ((_npx, _package, *words),) = split(mcp.snippets["inspector"], "npx")
    assert words[-2:] == ["--method", "tools/list"]

    def run(*words, typed=""):
        command = [nodejs.newer(), launcher, *words, "--format", "json"]
        # It has no terminal here
        program = Program(command, page, tmp_path, typed, MCP_AUTO_OPEN_ENABLED="true")
        program.run()
        return program

    listed = run(*words)
    assert "mcp.use" in listed.opened[0]
    for tool in ("search", "read", "create"):
        assert f'"{tool}"' in listed.printed

    def use(tool, arguments, **further):
        call = ["--method", "tools/call", "--tool-name", tool]
        call += ["--tool-args-json", json.dumps(arguments)]
        return run(*words[:-2], *call, **further)

    found = use(*READ)
    # Without a store for secrets, such as that of a desktop, it signs in each time
    assert "azure@example.com" in found.printed and len(found.opened) == 1
    # It says which scopes are missing, and asks whether to ask for them
    made = use(*CREATE, typed="y\n")
    assert "contacts.create" in made.opened[1] and '"records"' in made.printed
