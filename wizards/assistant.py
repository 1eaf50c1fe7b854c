# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What each AI assistant needs to connect to an MCP server, and what to enter there.

Where each fact was seen is in ``readme/recipes/assistant.md``.
"""

import base64
import hashlib
import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlencode

#: How this server is called on the other side.
SERVER = "odoo"


@dataclass(frozen=True)
class Assistant:
    """How one assistant is connected.

    Functions are given the values that are known: dict of str with ``endpoint``,
    ``id``, ``scope`` (codes with blanks between them), ``issuer``, and ``base``.

    :ivar label: its name (str)
    :ivar redirect_uris: where it wants people back: every spelling that it sends
    :ivar is_hosted: whether it runs on its maker's servers: it keeps a secret, and
        calls from there
    :ivar asks_redirect_uri: whether only the assistant itself tells where that is
    :ivar any_localhost_port: whether it takes any port of ``localhost``
    :ivar per_endpoint: function of the endpoint (str) that returns one more redirect
        URI (str), or None
    :ivar entries: what to enter there: (label, text with placeholders)
    :ivar snippet_label: what to do with the snippet
    :ivar snippet: function that returns a command or a file (str), or None
    :ivar link: function that returns an address (str) that opens it, or None
    """

    label: str
    redirect_uris: tuple = ()
    is_hosted: bool = False
    asks_redirect_uri: bool = False
    any_localhost_port: bool = False
    per_endpoint: Callable | None = None
    entries: tuple = ()
    snippet_label: str = ""
    snippet: Callable | None = None
    link: Callable | None = None


def _command(*words):
    """Return ``words`` (str) as one line of a shell."""
    return " ".join(shlex.quote(word) for word in words)


def _json(value):
    return json.dumps(value, indent=2)


def _compact(value):
    return json.dumps(value, separators=(",", ":"))


def _claude_code(known):
    add = ("claude", "mcp", "add", "--transport", "http", SERVER, known["endpoint"])
    return _command(*add, "--client-id", known["id"])


def _codex(known):
    add = ("codex", "mcp", "add", SERVER, "--url", known["endpoint"])
    login = ["codex", "mcp", "login", SERVER]
    if known["scope"]:
        login += ["--scopes", known["scope"].replace(" ", ",")]
    return "\n".join(
        (_command(*add, "--oauth-client-id", known["id"]), _command(*login))
    )


def _codex_redirect_uri(endpoint):
    """Return where Codex wants people back for ``endpoint`` (str): it has a digest."""
    digest = hashlib.sha256(endpoint.encode()).digest()[:9]
    return f"http://127.0.0.1/callback/{base64.urlsafe_b64encode(digest).decode()}"


def _cursor_server(known):
    auth = {"CLIENT_ID": known["id"]}
    if known["scope"]:
        auth["scopes"] = known["scope"].split()
    return {"url": known["endpoint"], "auth": auth}


def _cursor(known):
    return _json({"mcpServers": {SERVER: _cursor_server(known)}})


def _cursor_link(known):
    config = base64.b64encode(_compact(_cursor_server(known)).encode()).decode()
    query = urlencode({"name": SERVER, "config": config})
    return f"cursor://anysphere.cursor-deeplink/mcp/install?{query}"


def _vscode_server(known):
    return {
        "type": "http",
        "url": known["endpoint"],
        "oauth": {"clientId": known["id"]},
    }


def _vscode(known):
    return _json({"servers": {SERVER: _vscode_server(known)}})


def _vscode_link(known):
    config = _compact({"name": SERVER, **_vscode_server(known)})
    return f"vscode:mcp/install?{quote(config, safe='')}"


def _gemini(known):
    oauth = {"enabled": True, "clientId": known["id"]}
    if known["scope"]:
        oauth["scopes"] = known["scope"].split()
    server = {"httpUrl": known["endpoint"], "oauth": oauth}
    return _json({"mcpServers": {SERVER: server}})


def _inspector(known):
    program = ("npx", "@modelcontextprotocol/inspector", "--cli", known["endpoint"])
    options = ("--transport", "http", "--client-id", known["id"])
    return _command(*program, *options, "--method", "tools/list")


def _mcp_remote(known):
    client = _compact({"client_id": known["id"]})
    options = ["--static-oauth-client-info", client]
    if known["scope"]:
        metadata = _compact({"scope": known["scope"]})
        options += ["--static-oauth-client-metadata", metadata]
    return _command("npx", "mcp-remote", known["endpoint"], *options)


ASSISTANTS = {
    "claude": Assistant(
        "Claude",
        (
            "https://claude.ai/api/mcp/auth_callback",
            "https://claude.com/api/mcp/auth_callback",
        ),
        is_hosted=True,
        entries=(
            ("Where", "Customize › Connectors › + › Add custom connector"),
            ("Name", "Odoo"),
            ("Remote MCP server URL", "%(endpoint)s"),
            ("Advanced settings › OAuth Client ID", "%(id)s"),
            ("Advanced settings › OAuth Client Secret", "%(secret)s"),
        ),
    ),
    "chatgpt": Assistant(
        "ChatGPT",
        ("https://chatgpt.com/connector_platform_oauth_redirect",),
        is_hosted=True,
        asks_redirect_uri=True,
        entries=(
            ("Where", "Settings › Apps › Advanced settings › Developer mode"),
            ("Then", "Settings › Apps › Create app"),
            ("Name", "Odoo"),
            ("MCP Server URL", "%(endpoint)s"),
            ("Authentication", "OAuth"),
            ("Advanced settings › Registration Method", "User-defined OAuth client"),
            ("Advanced settings › OAuth Client ID", "%(id)s"),
            ("Advanced settings › OAuth Client Secret", "%(secret)s"),
        ),
    ),
    "cursor": Assistant(
        "Cursor",
        (
            "http://localhost:8787/callback",
            "https://www.cursor.com/agents/mcp/oauth/callback",
        ),
        any_localhost_port=True,
        snippet_label="In the file ~/.cursor/mcp.json",
        snippet=_cursor,
        link=_cursor_link,
    ),
    "vscode": Assistant(
        "VS Code",
        (
            # Equal by RFC 3986, but redirect URIs are compared as texts
            "http://127.0.0.1:33418",
            "http://127.0.0.1:33418/",
            "https://vscode.dev/redirect",
            "https://insiders.vscode.dev/redirect",
        ),
        snippet_label="In the file that MCP: Open User Configuration opens",
        snippet=_vscode,
        link=_vscode_link,
    ),
    "codex": Assistant(
        "Codex",
        ("http://127.0.0.1/callback",),
        per_endpoint=_codex_redirect_uri,
        snippet_label="In a terminal",
        snippet=_codex,
    ),
    "gemini": Assistant(
        "Gemini CLI",
        ("http://localhost/oauth/callback",),
        any_localhost_port=True,
        entries=(("Then, in Gemini CLI", f"/mcp auth {SERVER}"),),
        snippet_label="In the file ~/.gemini/settings.json",
        snippet=_gemini,
    ),
    "claude_code": Assistant(
        "Claude Code",
        ("http://localhost/callback",),
        any_localhost_port=True,
        entries=(("Then, in Claude Code", "/mcp"),),
        snippet_label="In a terminal",
        snippet=_claude_code,
    ),
    "inspector": Assistant(
        "MCP Inspector",
        (
            "http://127.0.0.1:6276/oauth/callback",
            "http://localhost:6274/oauth/callback",
        ),
        any_localhost_port=True,
        snippet_label="In a terminal",
        snippet=_inspector,
    ),
    "mcp_remote": Assistant(
        "mcp-remote",
        ("http://localhost/oauth/callback",),
        any_localhost_port=True,
        snippet_label="In a terminal",
        snippet=_mcp_remote,
    ),
    "other": Assistant(
        "Another assistant",
        asks_redirect_uri=True,
        # Most are programs on the device, which register the name and take any port
        any_localhost_port=True,
        entries=(
            ("MCP server URL", "%(endpoint)s"),
            ("Client ID", "%(id)s"),
            ("Scope", "%(scope)s"),
            ("Authorization server", "%(issuer)s"),
            ("Authorization URL", "%(base)s/authorize"),
            ("Token URL", "%(base)s/token"),
        ),
    ),
}
