# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A program of ``mcp_clients/`` that runs an MCP client, and its person."""

import contextlib
import json
import os
import queue
import subprocess
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from dev.process import end_group, start_program

FOLDER = Path(__file__).with_name("mcp_clients")
#: Makes the clients as the wizard does, from the recipe of each: ``values`` has the
#: issuer, the codes of further ``scopes`` and ``clients``: {name: [endpoint, assistant,
#: redirect URI to type or None]}. Returns {name: {id, snippet}}.
MAKE_CLIENTS = """
env["ir.config_parameter"].set_param("oauth_provider.issuer", values["issuer"])
scopes = env["oauth.provider.scope"].search([("code", "in", values["scopes"])])
result = {}
for name, (endpoint, assistant, uri) in values["clients"].items():
    wizard = env["oauth.provider.client.wizard"].create({
        "recipe": "assistant", "assistant": assistant, "name": name,
        "endpoint": endpoint, "redirect_uri": uri,
    })
    # Beside those that the route says it needs
    wizard.scope_ids |= scopes
    context = wizard.action_create()["context"]
    client = env["oauth.provider.client"].browse(context["default_client_res_id"])
    result[name] = {
        "id": client.identifier, "snippet": context.get("default_snippet"),
    }
"""


def show(page, url, login="ann"):
    """Go where a program sends its person, who signs in if that is asked for."""
    page.goto(url)
    if "/web/login" in page.url:
        page.fill("input[name=login]", login)
        page.fill("input[name=password]", f"{login}-password")
        with page.expect_navigation():
            page.click("button[type=submit]")


def allow(page, url, login="ann"):
    """Go where the program sends the person, allow, and return the address called."""
    show(page, url, login)
    assert page.query_selector("button[value=allow]"), (url, page.inner_text("body"))
    for box in page.query_selector_all("input[name^='oauth_scope.']"):
        # What changes records, and is new, has to be chosen
        box.check()
    (callback,) = parse_qs(urlsplit(url).query)["redirect_uri"]
    assert urlsplit(callback).hostname in ("127.0.0.1", "localhost"), url
    with page.expect_request(
        lambda sent: sent.url.startswith(f"{callback}?")
    ) as called:
        page.click("button[value=allow]")
    return called.value.url


def find(told, name):
    """Return what a program told under ``name`` (list)."""
    return [said[name] for said in told if name in said]


class Program:
    """A program that runs a client, with a person at a browser.

    :ivar told: what it has told so far (list of dict)
    :ivar opened: where it sent its person (list of addresses)
    :ivar printed: all that it printed (str)
    """

    login = "ann"
    #: Whether the person has seen enough: the program is ended.
    is_over = False
    #: Whether it may end with an error.
    may_fail = False

    def __init__(self, command, page, folder, typed="", **environment):
        """
        :param page: of the browser
        :param folder: of its own (path)
        :param typed: what its person types into the terminal at once (str)
        """
        self.told, self.opened, self.printed = [], [], ""
        self._page = page
        self._file = folder / "opened"
        # Whatever a program before it has opened
        self._file.write_text("")
        kept = ("LANG", "SSL_CERT_FILE")
        found = {one: os.environ[one] for one in kept if one in os.environ}
        path = [FOLDER / "bin", Path(command[0]).parent, os.environ["PATH"]]
        self._errors = folder / "errors"
        self.process = start_program(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors.open("w"),
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
        self._type(typed)

    def run(self):
        """Do what it asks for until it ends, and return what it told."""
        lines = queue.Queue()
        read = threading.Thread(target=self._read, args=[lines], daemon=True)
        read.start()
        try:
            while not self.is_over and (read.is_alive() or not lines.empty()):
                self._look()
                with contextlib.suppress(queue.Empty):
                    self._take(lines.get(timeout=0.2))
            if not self.is_over:
                status = self.process.wait(60)
                assert self.may_fail or status == 0, self.get_errors()
        finally:
            end_group(self.process, grace=5)
        return self.told

    def get_errors(self):
        """Return what it has printed as errors (str)."""
        return self._errors.read_text()

    def _read(self, lines):
        for line in self.process.stdout:
            self.printed += line
            lines.put(line)

    def _take(self, line):
        if not line.startswith("{"):
            return
        with contextlib.suppress(json.JSONDecodeError):
            # Some print a document in many lines
            said = json.loads(line)
            self.told.append(said)
            self._hear(said)

    def _hear(self, said):
        """React to what the program has told (dict)."""
        if "open" in said:
            self._type(self._open(said["open"]) + "\n")

    def _look(self):
        """Go where a client has opened a browser by itself."""
        for url in self._file.read_text().split():
            if url not in self.opened:
                self._open(url)

    def _open(self, url):
        self.opened.append(url)
        return allow(self._page, url, self.login)

    def _type(self, text):
        self.process.stdin.write(text)
        self.process.stdin.flush()
