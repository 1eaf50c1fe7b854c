# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases that an earlier commit has made: ``python3 -m dev.old_database REV FILE``.

A test restores such a file and updates the addon in it. It holds what Odoo and the
addon have in PostgreSQL, without attachments, as text that is compressed.
"""

import lzma
import subprocess
import sys
from contextlib import closing

from . import addon_links, git
from .cache import lock
from .console import say
from .databases import Databases
from .postgres import cluster, find_programs
from .settings import ADDON, settings

DATABASE = "old_database"
MODULES = ["web"]
#: What somebody has configured and used: known secrets and tokens, long lives.
MAKE = """
LONG = 20 * 365 * 24 * 3600
user = env["res.users"].with_context(no_reset_password=True).create({
    "name": "Ann O'Auth", "login": "ann", "password": "ann-password",
    "email": "ann@example.com",
})
field = env["ir.model.fields"]._get("res.partner", "function")
scope = env["oauth.provider.scope"].create({
    "name": "Titles", "code": "titles", "model_id": field.model_id.id,
    "field_ids": [(6, 0, field.ids)], "api_read": True, "api_write": True,
    "domain": "[('id', '=', %d)]" % user.partner_id.id,
})
clients = {}
for name, kind, vals in (
    ("trusted", "web", {"skip_authorization": True, "pkce_required": False}),
    ("web", "web", {"max_sign_in_age": 10, "duration_choice": True}),
    ("public", "web", {"client_type": "public"}),
    ("mobile", "mobile", {}),
    ("legacy", "legacy", {}),
    ("backend", "backend", {"user_id": user.id, "token_type": "jwt",
                            "jwt_algorithm": "ES256"}),
):
    if kind in ("web", "mobile"):
        vals["redirect_uri_ids"] = [(0, 0, {"name": "https://client.example.com/cb"})]
    clients[name] = env["oauth.provider.client"].create({
        "name": name, "identifier": f"old-{name}",
        "application_type": f"{kind} application", **vals,
    })
    clients[name].scope_ids |= scope | env.ref("oauth_provider.scope_offline_access")
    if clients[name].client_type == "confidential":
        clients[name].secret = name[0] * 40
trusted = clients["trusted"]
trusted.write({
    "origin_ids": [(0, 0, {"name": "https://spa.example.com"})],
    "post_logout_redirect_uri_ids": [(0, 0, {"name": "https://client.example.com/bye"})],
    "backchannel_logout_uri": "https://client.example.com/backchannel",
})
for name in ("trusted", "public"):
    grant = env["oauth.provider.grant"].ensure(clients[name], user)
    grant.consent(clients[name].scope_ids, clients[name].scope_ids)
    for model, value in (("token", "t"), ("refresh.token", "r")):
        env[f"oauth.provider.{model}"].issue(
            client=clients[name], user=user, scopes=clients[name].scope_ids,
            lifetime=LONG, grant=grant, value=(value + name[0]) * 22,
        )
env["oauth.provider.token"].issue(
    client=clients["backend"], user=user, scopes=scope, lifetime=LONG, value="b" * 44,
)
"""
#: What of it no test needs.
SHRINK = (
    "DELETE FROM ir_attachment WHERE store_fname IS NOT NULL",
    # An update lists the modules again
    "DELETE FROM ir_model_data WHERE model = 'ir.module.module' AND res_id IN"
    " (SELECT id FROM ir_module_module WHERE state <> 'installed')",
    "DELETE FROM ir_module_module WHERE state <> 'installed'",
    "VACUUM FULL",
)
#: Lines of a dump that are for its own program, or for a superuser.
NOT_RUN = ("--", "\\restrict", "\\unrestrict", "COMMENT ON EXTENSION")


def make(revision, path):
    """Write the database that the addon of a commit makes into the file ``path``."""
    folder = settings().folder("old-database") / "checkout"
    with (
        lock("old-database"),
        git.worktree(revision, folder),
        cluster("test") as postgres,
    ):
        addons = addon_links.link(folder, settings().folder("old-database", "addons"))
        databases = Databases(postgres, addons)
        databases.clone(databases.template(MODULES), DATABASE)
        databases.odoo(DATABASE, "--init", ADDON)
        databases.shell(DATABASE, MAKE)
        with databases.sql(DATABASE) as execute:
            for statement in SHRINK:
                execute(statement)
        text = _dump(postgres)
        databases.drop(DATABASE)
    path.write_bytes(lzma.compress(text, preset=9 | lzma.PRESET_EXTREME))
    say(f"✓ {path}: {path.stat().st_size // 1024} kB")


def _dump(postgres):
    programs = find_programs()
    options = ["--no-owner", "--no-privileges", DATABASE]
    return subprocess.run(
        [programs.folder / "pg_dump", *options],
        env={**programs.environment(), **postgres.environment},
        check=True,
        capture_output=True,
    ).stdout


def restore(databases, path, name):
    """Make the database ``name`` of a file, in place of an older one.

    By the driver alone: programs of PostgreSQL may be too old for its server, or not
    there.

    :param databases: :class:`.databases.Databases`
    """
    databases.create_empty(name)
    with closing(databases.connect(name)) as connection:
        with connection.cursor() as cursor, lzma.open(path, "rt") as text:
            for statement, rows in read_dump(text):
                if rows is None:
                    cursor.execute(statement)
                else:
                    cursor.copy_expert(statement, rows)
        connection.commit()


def read_dump(text):
    """Yield (statement, rows) of a dump, where rows (file) are those of a COPY.

    :param text: lines (iterable of str) as ``pg_dump`` writes them
    """
    found = []
    lines = iter(text)
    for line in lines:
        if line.startswith("COPY ") and line.rstrip().endswith("FROM stdin;"):
            if "".join(found).strip():
                yield "".join(found), None
            found = []
            yield line, _Rows(lines)
        elif not line.startswith(NOT_RUN):
            found.append(line)
    if "".join(found).strip():
        yield "".join(found), None


class _Rows:
    """The rows of one COPY, as a file that is read to its end."""

    def __init__(self, lines):
        self._lines = lines
        self._is_over = False

    def read(self, _size=-1):
        """Return the next row; nothing at the end."""
        if self._is_over:
            return ""
        line = next(self._lines)
        self._is_over = line.rstrip("\n") == "\\."
        return "" if self._is_over else line


if __name__ == "__main__":
    from pathlib import Path

    make(sys.argv[1], Path(sys.argv[2]))
