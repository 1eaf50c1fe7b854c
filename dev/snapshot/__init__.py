# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make snapshot``: all that a caller of the addon can see, as lines of text.

Routes, fields, XML ids, rights, views, the tables, and the answers to fixed requests,
of this checkout or of a commit, with what is random masked: two snapshots of one commit
are equal, and what differs between two commits is what has changed for somebody.
"""

import difflib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from .. import addon_links, git
from ..cache import lock
from ..console import say, step
from ..databases import Databases
from ..postgres import cluster
from ..server import OdooServer
from ..settings import ADDON, digest, settings
from ..testing import MODULES
from .ask import CALLBACK, CHALLENGE, ISSUER, Ask
from .mask import Mask
from .scenarios import ALL

#: The same in all snapshots: it is part of addresses.
DATABASE = "snapshot"
FOLDER = Path(__file__).parent
#: What is left behind: how many rows, and the events in their order.
AFTERWARDS = """
from odoo import models

tables = [
    name for name in env.registry
    if name.startswith("oauth.provider.") and env[name]._auto
    and not env[name]._abstract and not env[name]._transient
]
result = [
    ["kept", name, str(env[name].with_context(active_test=False).search_count([]))]
    for name in sorted(tables)
]
events = env["oauth.provider.event"].search([], order="id")
left_out = {"id", "display_name"} | set(models.MAGIC_COLUMNS)
for number, event in enumerate(events):
    for name, field in sorted(event._fields.items()):
        value = event[name]
        if name in left_out or not field.store or not value:
            continue
        if field.relational:
            value = ", ".join(one.display_name for one in value)
        result.append(["event", f"{number:03}", name, str(value)])
"""


def run(options):
    """Write a snapshot, or compare two; returns the exit code.

    :param options: ``at`` and ``against`` (str, or None): names of commits
    """
    with lock("snapshot"):
        now, path = _snapshot(options.at)
        say(f"✓ {len(now)} lines: {path}")
        if not options.against:
            return 0
        before, earlier = _snapshot(options.against)
    lines = compare(before, now, earlier.name, path.name)
    say("\n".join(lines) or f"✓ Nothing differs from {options.against}.")
    return 1 if lines else 0


def compare(before, now, name_before="before", name_now="now"):
    """Return the unified diff (list of str) of two snapshots, empty if equal."""
    found = difflib.unified_diff(before, now, name_before, name_now, "", "", 1, "")
    return list(found)


def text_of(parts):
    """Return the line (str) of what was found, with its parts (list of str)."""
    return " | ".join(" ".join(part.split("\n")) for part in parts)


def _snapshot(revision):
    """Return (lines, path) of the snapshot of a commit, or of this checkout."""
    folder = settings().folder("snapshot")
    if revision is None:
        path = folder / "now.txt"
        lines = _take(None)
    else:
        with git.worktree(revision, folder / "checkout") as commit:
            path = folder / f"{commit[:12]}-{_key()}.txt"
            if path.exists():
                return path.read_text().splitlines(), path
            links = settings().folder("snapshot", "addons")
            lines = _take(addon_links.link(folder / "checkout", links))
    path.write_text("\n".join(lines) + "\n")
    return path.read_text().splitlines(), path


def _key():
    """Return a key (str) of the code here: another one makes other snapshots."""
    return digest(*(path.read_bytes() for path in sorted(FOLDER.rglob("*.py"))))


def _take(addons):
    """Make a database, describe it, and send the requests; returns the lines (list)."""
    with cluster("test") as postgres:
        databases = Databases(postgres, addons)
        with step("Snapshot: making the database"):
            databases.clone(databases.template(MODULES), DATABASE)
            databases.odoo(DATABASE, "--init", ADDON)
        with step("Snapshot: describing it"):
            found = databases.shell(DATABASE, (FOLDER / "inside.py").read_text())
        key = ec.generate_private_key(ec.SECP256R1())
        public = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        jwks = json.dumps({"keys": [{**public, "kid": "snapshot"}]})
        made = databases.shell(
            DATABASE,
            (FOLDER / "prepare.py").read_text(),
            issuer=ISSUER,
            callback=CALLBACK,
            jwks=jwks,
        )
        with step("Snapshot: sending the requests"):
            ask = _answers(postgres, addons, made, key)
        say(f"  {ask.number} requests")
        found += ask.lines
        found += databases.shell(DATABASE, AFTERWARDS)
        databases.drop(DATABASE)
    return [ask.mask.text(text_of(parts)) for parts in found]


def _answers(postgres, addons, made, key):
    """Send all requests; returns the :class:`.ask.Ask`."""
    options = ["--proxy-mode", f"--db-filter=^{DATABASE}$"]
    server = OdooServer(
        postgres, "snapshot", DATABASE, load=[ADDON], options=options, addons=addons
    )
    with server:
        ask = Ask(server.port, DATABASE, made, Mask())
        ask.key = key
        for login, value in made["keys"].items():
            ask.mask.know(value, f"API key of {login}")
        ask.mask.know(CHALLENGE, "code challenge")
        for scenario in ALL:
            scenario.run(ask)
    return ask
