# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Clients of the Model Context Protocol that nobody here wrote, and the example addon.

Each is given the address of the endpoint and a Client ID, as an administrator and a
person give them, and finds the rest. They run in programs of ``mcp_clients/``.
"""

import contextlib
import json
import os
import queue
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from dev import nodejs, venv
from dev.process import end_group, start_program
from dev.server import LOOPBACK, OdooServer, free_port
from dev.settings import ROOT

ADDON, EXAMPLE, DATABASE = "oauth_provider", "oauth_provider_example", "e2e_mcp"
FOLDER = Path(__file__).with_name("mcp_clients")
REQUIREMENTS = ROOT / "dev" / "requirements-mcp.txt"
#: A person, contacts, a client for each program, and a scope beyond the first one.
MAKE = """
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
env["res.users"].create({
    "name": "Ann", "login": "ann", "password": "ann-password",
    "email": "ann@example.com", "group_ids": [(6, 0, [
        env.ref("base.group_user").id, env.ref("base.group_partner_manager").id,
    ])],
})
partners = env.ref("base.model_res_partner")
fields = env["ir.model.fields"].search([
    ("model_id", "=", partners.id), ("name", "in", ("name", "email")),
])
create = env["oauth.provider.scope"].create({
    "name": "Add contacts", "code": "contacts.create", "model_id": partners.id,
    "field_ids": [(6, 0, fields.ids)], "api_create": True,
})
env["res.partner"].create({
    "name": "Azure Interior", "email": "azure@example.com", "phone": "1",
})
scopes = create | env.ref("oauth_provider_example.scope_mcp")
scopes |= env["oauth.provider.scope"].search([
    ("code", "in", ("openid", "profile", "email", "offline_access"))
])
result = {}
for name, uris in values["clients"].items():
    client = env["oauth.provider.client"].create({
        "name": name, "application_type": "web application", "client_type": "public",
        "scope_ids": [(6, 0, scopes.ids)],
        "redirect_uri_ids": [(0, 0, {"name": uri}) for uri in uris],
    })
    result[name] = client.identifier
"""
#: {program that listens for the redirect itself: path of its redirect URI}
LISTENERS = {
    "claude": "/callback",
    "codex": "/callback",
    "fastmcp_client": "/callback",
    "gemini_core": "/oauth/callback",
    "mcp_remote": "/oauth/callback",
}
READ = ["search", {"model": "res.partner", "domain": [["name", "=", "Azure Interior"]]}]
READ[1]["fields"] = ["name", "email"]
CREATE = ["create", {"model": "res.partner", "values": {"name": "Made by MCP"}}]
CLOSED = ["search", {"model": "res.partner", "fields": ["phone"]}]


class Mcp:
    """The server, and what an assistant is told of it.

    :ivar endpoint: address of the endpoint
    :ivar clients: Client IDs by name of the program
    """

    def __init__(self, server, clients):
        self.server, self.clients = server, clients
        self.endpoint = f"{server.url}/mcp"


@pytest.fixture(scope="module")
def listeners():
    """Redirect URIs of the programs that listen for the redirect themselves."""
    found = {name: f"http://{LOOPBACK}:{free_port()}" for name in LISTENERS}
    return {name: f"{found[name]}{path}" for name, path in LISTENERS.items()}


@pytest.fixture(scope="module")
def mcp(postgres, databases, site, listeners):
    """An Mcp with the example addon."""
    databases.create(DATABASE, ["web", ADDON])
    databases.odoo(DATABASE, "--init", EXAMPLE)
    options = {"load": [ADDON], "dbfilter": f"^{DATABASE}$", "workers": 2}
    with OdooServer(postgres, "mcp", DATABASE, **options) as server:
        uris = dict.fromkeys(("python_sdk", "typescript_1", "typescript_2"), ())
        uris = {name: [site.callback] for name in uris}
        for name, uri in listeners.items():
            # Which of the two names it takes, each decides by itself
            uris[name] = [uri, uri.replace(LOOPBACK, "localhost")]
        clients = databases.shell(DATABASE, MAKE, issuer=server.url, clients=uris)
        yield Mcp(server, clients)


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


def allow(page, url, callback):
    """Go where the program sends the person, allow, and return the address called."""
    callbacks = (f"{callback}?", f"{callback}?".replace(LOOPBACK, "localhost"))
    page.goto(url)
    if "/web/login" in page.url:
        page.fill("input[name=login]", "ann")
        page.fill("input[name=password]", "ann-password")
        page.click("button[type=submit]")
    assert page.query_selector("button[value=allow]"), (url, page.inner_text("body"))
    for box in page.query_selector_all("input[name^='oauth_scope.']"):
        # What changes records, and is new, has to be chosen
        box.check()
    with page.expect_request(lambda sent: sent.url.startswith(callbacks)) as called:
        page.click("button[value=allow]")
    return called.value.url


class Program:
    """A program that runs a client, with a person at a browser.

    :ivar told: what it has told so far (list of dict)
    :ivar opened: where it sent its person (list of addresses)
    :ivar printed: all that it printed (str)
    """

    def __init__(self, command, page, callback, folder, typed="", **environment):
        """
        :param typed: what its person types into the terminal at once (str)
        :param page: of the browser
        :param callback: redirect URI to which the browser comes back
        :param folder: of its own (path)
        """
        self.told, self.opened, self.printed = [], [], ""
        self._page, self._callback = page, callback
        self._file = folder / "opened"
        self._file.touch()
        kept = ("LANG", "SSL_CERT_FILE")
        found = {one: os.environ[one] for one in kept if one in os.environ}
        path = [FOLDER / "bin", Path(command[0]).parent, os.environ["PATH"]]
        self.process = start_program(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=(folder / "errors").open("w"),
            cwd=folder,
            env={
                **found,
                "HOME": str(folder),
                "PATH": os.pathsep.join(map(str, path)),
                "BROWSER": str(FOLDER / "bin" / "xdg-open"),
                "DISPLAY": ":0",
                "MCP_OPENED": str(self._file),
                **environment,
            },
            text=True,
        )
        self._errors = folder / "errors"
        self.process.stdin.write(typed)
        self.process.stdin.flush()

    def run(self):
        """Do what it asks for until it ends, and return what it told."""
        lines = queue.Queue()
        read = threading.Thread(target=self._read, args=[lines], daemon=True)
        read.start()
        try:
            while read.is_alive() or not lines.empty():
                self._look()
                with contextlib.suppress(queue.Empty):
                    self._take(lines.get(timeout=0.2))
            assert self.process.wait(60) == 0, self._errors.read_text()
        finally:
            end_group(self.process, grace=5)
        return self.told

    def _read(self, lines):
        for line in self.process.stdout:
            self.printed += line
            lines.put(line)

    def _take(self, line):
        if not line.startswith("{"):
            return
        said = json.loads(line)
        self.told.append(said)
        if "open" in said:
            self.process.stdin.write(self._allow(said["open"]) + "\n")
            self.process.stdin.flush()

    def _look(self):
        """Go where a client has opened a browser by itself."""
        for url in self._file.read_text().split():
            if url not in self.opened:
                self._allow(url)

    def _allow(self, url):
        self.opened.append(url)
        return allow(self._page, url, self._callback)


def find(told, name):
    """Return what a program told under ``name`` (list)."""
    return [said[name] for said in told if name in said]


def check(program, steps_up=True):
    """Assert that a program read what is open, stepped up, and read nothing else.

    :param steps_up: whether the client asks its person for further scopes
    """
    told = program.run()
    assert find(told, "tools") == [["search", "read", "create"]], told
    (read, *created) = find(told, "result")
    (found,) = read["records"]
    assert (found["name"], found["email"]) == ("Azure Interior", "azure@example.com")
    assert len(program.opened) == 1 + steps_up, program.opened
    if steps_up:
        assert len(created[0]["records"]) == 1, told
    # What no scope of the client opens is refused, and nobody is asked
    assert "phone" in (find(told, "text") or find(told, "error"))[-1], told


def get_arguments(mcp, name, site, **further):
    values = {"url": mcp.endpoint, "client": mcp.clients[name]}
    values |= {"redirect_uri": site.callback, "calls": [READ, CREATE, CLOSED]}
    return json.dumps({**values, **further})


def test_the_python_sdk(mcp, python, page, site, tmp_path):
    arguments = get_arguments(mcp, "python_sdk", site)
    command = [python, FOLDER / "python_sdk.py", arguments]
    program = Program(command, page, site.callback, tmp_path)
    check(program)
    assert "scope=mcp.use" in program.opened[0]
    scopes = find(program.told, "scope")
    assert set(scopes[-1].split()) >= {"mcp.use", "contacts.create"}, scopes


def test_the_client_of_fastmcp(mcp, python, page, site, listeners, tmp_path):
    callback = listeners["fastmcp_client"]
    arguments = get_arguments(mcp, "fastmcp_client", site, redirect_uri=callback)
    command = [python, FOLDER / "fastmcp_client.py", arguments]
    check(Program(command, page, callback, tmp_path))


@pytest.mark.parametrize("version", (1, 2))
def test_the_typescript_sdk(mcp, packages, page, site, version, tmp_path):
    name = f"typescript_{version}"
    further = {"packages": str(packages), "version": version}
    arguments = get_arguments(mcp, name, site, **further)
    node = shutil.which("node", path=nodejs.environment()["PATH"])
    command = [node, FOLDER / "typescript_sdk.mjs", arguments]
    program = Program(command, page, site.callback, tmp_path)
    # Version 1 uses its refresh token instead, which opens no more than before
    check(program, steps_up=version > 1)
    assert version > 1 or "403" in find(program.told, "error")[0]


def get_port(callback):
    return callback.split(":")[2].split("/")[0]


def test_mcp_remote(mcp, packages, python, page, listeners, tmp_path):
    callback = listeners["mcp_remote"]
    client = {"client_id": mcp.clients["mcp_remote"]}
    remote = packages / "node_modules" / "mcp-remote" / "dist" / "proxy.js"
    node = shutil.which("node", path=nodejs.environment()["PATH"])
    command = [node, str(remote), mcp.endpoint, get_port(callback)]
    command += ["--static-oauth-client-info", json.dumps(client), "--host", LOOPBACK]
    browser = FOLDER / "bin" / "xdg-open"
    environment = {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "BROWSER": str(browser),
        "MCP_OPENED": str(tmp_path / "opened"),
    }
    values = {"command": command, "environment": environment}
    values["calls"] = [READ, CREATE, CLOSED]
    program = [python, FOLDER / "mcp_remote.py", json.dumps(values)]
    check(Program(program, page, callback, tmp_path))


@pytest.mark.large
def test_the_core_of_gemini_cli(mcp, assistants, page, listeners, tmp_path):
    callback = listeners["gemini_core"]
    values = {"url": mcp.endpoint, "client": mcp.clients["gemini_core"]}
    values |= {"packages": str(assistants), "redirect_uri": callback}
    # It asks for all that the provider has, unless it is told
    values |= {"scopes": ["mcp.use"], "calls": [READ, CREATE, CLOSED]}
    node = shutil.which("node", path=nodejs.environment()["PATH"])
    command = [node, FOLDER / "gemini_core.mjs", json.dumps(values)]
    program = Program(command, page, callback, tmp_path, typed="y\n")
    check(program, steps_up=False)
    assert "does not allow" in find(program.told, "error")[0]


@pytest.mark.large
def test_claude_code(mcp, assistants, page, listeners, tmp_path):
    callback = listeners["claude"]
    native = "claude-code-linux-x64"
    claude = assistants / "node_modules" / "@anthropic-ai" / native / "claude"

    def run(*command):
        program = Program([*map(str, command)], page, callback, tmp_path)
        program.run()
        return program

    further = ["--client-id", mcp.clients["claude"]]
    further += ["--callback-port", get_port(callback)]
    run(claude, "mcp", "add", "--transport", "http", *further, "odoo", mcp.endpoint)
    # It signs in at a terminal only
    login = ["script", "-qec", f"{claude} mcp login odoo", "/dev/null"]
    assert "mcp.use" in run(*login).opened[0]
    # It has initialized a session
    assert "Connected" in run(claude, "mcp", "list").printed


@pytest.mark.large
def test_codex(mcp, assistants, page, listeners, tmp_path):
    callback = listeners["codex"]
    codex = assistants / "node_modules" / ".bin" / "codex"
    settings = ["-c", f"mcp_oauth_callback_port={get_port(callback)}"]
    settings += ["-c", 'mcp_oauth_credentials_store="file"']

    def run(*arguments):
        command = [codex, "mcp", *settings, *arguments]
        program = Program(command, page, callback, tmp_path)
        program.run()
        return program

    client = ["--oauth-client-id", mcp.clients["codex"]]
    added = run("add", "odoo", "--url", mcp.endpoint, *client)
    assert "mcp.use" in added.opened[0]
    listed = run("list").printed
    assert "OAuth" in listed and mcp.endpoint in listed
