# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Clients of the Model Context Protocol that nobody here wrote, and the example addon.

Each is given the address of the endpoint and a Client ID, as an administrator and a
person give them, and finds the rest. They run in programs of ``mcp_clients/``.
"""

import json
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
#: {ending: what the person reads where a program sends it then}
SEEN = {
    "withdrawn": "You have not let it in before",
    "client": "is unknown",
    "user": "Wrong login/password",
}
#: {program, or program and ending: its error, where it does not send its person again}
ERRORS = {
    # It looks first whether the authorization server would know it
    ("fastmcp_client", "client"): "OAuth client not found",
    # They report that the refresh token is refused
    "typescript_1": "InvalidGrantError",
    ("typescript_1", "client"): "InvalidClientError",
    "typescript_2": "invalid_grant",
    ("typescript_2", "client"): "Client authentication failed",
    # What it would do next is part of the assistant, and not of its core
    "gemini_core": "invalid_token",
}
#: Programs that have a session, in which they pause, and commands that are run again.
#: Each has a client and a user for each of the endings as well.
SESSIONS = ("python_sdk", "fastmcp_client", "typescript_1", "typescript_2")
LARGE_SESSIONS = ("mcp_remote", "gemini_core")
COMMANDS = ("claude", "codex", "inspector")
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
        programs = (*SESSIONS, *LARGE_SESSIONS, *COMMANDS)
        ended = {f"{name}_{one}": clients[name] for name in programs for one in ENDINGS}
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


def split(snippet, *program):
    """Return the commands (lists) of a snippet, run by ``program`` (words)."""
    lines = [shlex.split(line) for line in snippet.splitlines()]
    return [[*map(str, program), *words[1:]] for words in lines]


@pytest.fixture
def get_command(request, mcp, site, tmp_path):
    """Return the command of a program that has a session (function)."""

    def get(name, who=None, calls=(READ, CREATE, CLOSED), snippet=None):
        """
        :param name: of the program
        :param who: name of its client, that of the program unless given
        :param snippet: what its person has made of that of the recipe
        """
        who, find = who or name, request.getfixturevalue
        values = {"url": mcp.endpoint, "client": mcp.clients[who], "calls": calls}
        snippet, program = snippet or mcp.snippets[who], f"{name}.py"
        if name == "python_sdk":
            values["redirect_uri"] = site.callback
        elif name.startswith("typescript"):
            program, packages = "typescript_sdk.mjs", str(find("packages"))
            values |= {"packages": packages, "version": int(name[-1])}
            values["redirect_uri"] = site.callback
        elif name == "mcp_remote":
            package = find("packages") / "node_modules" / "mcp-remote"
            (command,) = split(snippet, find("node"), package / "dist" / "proxy.js")
            command.remove("mcp-remote")
            values = {"command": command, "calls": calls}
        elif name == "gemini_core":
            settings = json.loads(snippet)["mcpServers"]["odoo"]
            assert settings["httpUrl"] == mcp.endpoint
            program, values["settings"] = "gemini_core.mjs", settings["oauth"]
            values["packages"] = str(find("assistants"))
        runner = "python" if program.endswith(".py") else "node"
        return [find(runner), FOLDER / program, json.dumps(values)]

    return get


def test_the_python_sdk(get_command, page, tmp_path):
    program = Program(get_command("python_sdk"), page, tmp_path)
    check(program)
    assert "scope=mcp.use" in program.opened[0]
    scopes = find(program.told, "scope")
    assert set(scopes[-1].split()) >= {"mcp.use", "contacts.create"}, scopes


def test_the_client_of_fastmcp(get_command, page, tmp_path):
    check(Program(get_command("fastmcp_client"), page, tmp_path))


class Ended(Program):
    """A program whose rights end while it pauses, or have ended.

    :ivar end: function that ends them, or None
    :ivar is_ended: whether they have ended
    :ivar seen: what the person sees when the program asks again, or None
    """

    end = seen = None
    is_ended = False
    may_fail = True

    def _hear(self, said):
        super()._hear(said)
        if "paused" in said:
            self.end()
            self.is_ended = True
            self._type("\n")

    def _open(self, url):
        if not self.is_ended:
            return super()._open(url)
        self.opened.append(url)
        show(self._page, url, self.login)
        self.seen, self.is_over = self._page.inner_text("body"), True
        return ""


def check_seen(program, page, ending):
    """Assert that a program sent its person to Odoo, which says why."""
    assert SEEN[ending] in program.seen, program.seen
    asked_again = bool(page.query_selector("button[value=allow]"))
    assert asked_again is (ending == "withdrawn")


@pytest.mark.parametrize(
    "name",
    (
        *SESSIONS,
        *(pytest.param(name, marks=pytest.mark.large) for name in LARGE_SESSIONS),
    ),
)
@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ending_stops_it_at_the_next_request(
    mcp, get_command, page, name, ending, tmp_path
):
    who = f"{name}_{ending}"
    command = get_command(name, who, [READ, PAUSE, READ])
    typed = "y\n" if name == "gemini_core" else ""
    program = Ended(command, page, tmp_path, typed)
    program.login, program.end = who, lambda: mcp.end(ending, who)
    told = program.run()
    # It has read once, and then at most asked its person
    assert [said["paused"] for said in told if "paused" in said] == [True], told
    assert len(find(told, "result")) == 1, told
    said = ERRORS.get((name, ending)) or ERRORS.get(name)
    if said:
        assert program.seen is None
        assert said in f"{told} {program.get_errors()}"
    else:
        check_seen(program, page, ending)


@pytest.mark.parametrize("version", (1, 2))
def test_the_typescript_sdk(get_command, page, version, tmp_path):
    program = Program(get_command(f"typescript_{version}"), page, tmp_path)
    # Version 1 uses its refresh token instead, which opens no more than before
    check(program, steps_up=version > 1)
    assert version > 1 or "403" in find(program.told, "error")[0]


@pytest.mark.parametrize("names_scopes", (False, True))
def test_mcp_remote(mcp, get_command, page, names_scopes, tmp_path):
    words = shlex.split(mcp.snippets["mcp_remote"])
    assert words[-2] == "--static-oauth-client-metadata"
    # As the recipe has it, and without the scopes
    snippet = shlex.join(words if names_scopes else words[:-2])
    program = Program(get_command("mcp_remote", snippet=snippet), page, tmp_path)
    check(program, asks_at_once=names_scopes)


@pytest.mark.large
def test_the_core_of_gemini_cli(mcp, get_command, page, tmp_path):
    snippet = json.loads(mcp.snippets["gemini_core"])
    # Its person has removed a scope from the recipe's
    snippet["mcpServers"]["odoo"]["oauth"]["scopes"].remove("contacts.create")
    command = get_command("gemini_core", snippet=json.dumps(snippet))
    program = Program(command, page, tmp_path, typed="y\n")
    check(program, steps_up=False)
    assert "does not allow" in find(program.told, "error")[0]


@pytest.fixture
def run(page, tmp_path):
    """Run a command to its end, and return its program (function)."""

    def run(command, who, typed="", kind=Program, **environment):
        program = kind([*map(str, command)], page, tmp_path, typed, **environment)
        program.login = who
        program.run()
        return program

    return run


class Over(Ended):
    """A program whose rights have ended before."""

    is_ended = True


@pytest.mark.large
@pytest.mark.parametrize("ending", ENDINGS)
def test_claude_code(mcp, assistants, run, ending):
    native, who = "claude-code-linux-x64", f"claude_{ending}"
    claude = assistants / "node_modules" / "@anthropic-ai" / native / "claude"
    (add,) = split(mcp.snippets[who], claude)
    run(add, who)
    # It signs in at a terminal only
    login = ["script", "-qec", f"{claude} mcp login odoo", "/dev/null"]
    assert "mcp.use" in run(login, who).opened[0]
    # It has initialized a session
    assert "Connected" in run([claude, "mcp", "list"], who).printed
    mcp.end(ending, who)
    listed = run([claude, "mcp", "list"], who, kind=Over)
    assert mcp.endpoint in listed.printed and "Connected" not in listed.printed


class Server(Over):
    """A program that does not end by itself: it has answered enough."""

    def _hear(self, said):
        self.is_over = said.get("id") == 1


@pytest.mark.large
@pytest.mark.parametrize("ending", ENDINGS)
def test_codex(mcp, assistants, run, ending):
    codex, who = assistants / "node_modules" / ".bin" / "codex", f"codex_{ending}"
    settings = ["-c", 'mcp_oauth_credentials_store="file"']
    add, login = split(mcp.snippets[who], codex)
    assert "mcp.use" in run([*add, *settings], who).opened[0]
    assert "contacts.create" in run([*login, *settings], who).opened[0]

    def get_tools(kind):
        """Return what the server of its editors says the endpoint has (dict)."""
        name = {"clientInfo": {"name": "e2e", "version": "1"}}
        asked = (
            {"id": 0, "method": "initialize", "params": name},
            {"method": "initialized"},
            {"id": 1, "method": "mcpServerStatus/list", "params": {}},
        )
        typed = "".join(f"{json.dumps(each)}\n" for each in asked)
        answered = run([codex, "app-server", *settings], who, typed, kind)
        (status,) = find(answered.told, "result")[-1]["data"]
        return status["tools"]

    # Its list looks at what it has stored
    listed = run([codex, "mcp", "list", *settings], who).printed
    assert "OAuth" in listed and mcp.endpoint in listed
    assert set(get_tools(Server)) == {"search", "read", "create"}
    mcp.end(ending, who)
    assert not get_tools(Server)


@pytest.mark.large
@pytest.mark.parametrize("ending", ENDINGS)
def test_the_inspector(mcp, run, page, ending):
    packages, who = nodejs.packages(FOLDER / "inspector"), f"inspector_{ending}"
    launcher = packages / "node_modules" / ".bin" / "mcp-inspector"
    ((_npx, _package, *words),) = split(mcp.snippets[who], "npx")
    assert words[-2:] == ["--method", "tools/list"]

    def use(*words, **further):
        command = [nodejs.newer(), launcher, *words, "--format", "json"]
        # It has no terminal here
        return run(command, who, MCP_AUTO_OPEN_ENABLED="true", **further)

    def call(tool, arguments, **further):
        called = ["--method", "tools/call", "--tool-name", tool]
        called += ["--tool-args-json", json.dumps(arguments)]
        return use(*words[:-2], *called, **further)

    listed = use(*words)
    assert "mcp.use" in listed.opened[0]
    for tool in ("search", "read", "create"):
        assert f'"{tool}"' in listed.printed
    found = call(*READ)
    # Without a store for secrets, such as that of a desktop, it signs in each time
    assert "azure@example.com" in found.printed and len(found.opened) == 1
    # It says which scopes are missing, and asks whether to ask for them
    made = call(*CREATE, typed="y\n")
    assert "contacts.create" in made.opened[1] and '"records"' in made.printed
    # With a store it has a token at the next command
    stored = {"MCP_INSPECTOR_SECRET_STORE": "file"}
    call(*READ, **stored)
    found = call(*READ, **stored)
    assert "azure@example.com" in found.printed and not found.opened
    mcp.end(ending, who)
    refused = call(*READ, kind=Over, **stored)
    assert "azure@example.com" not in refused.printed
    check_seen(refused, page, ending)
