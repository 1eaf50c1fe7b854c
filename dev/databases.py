# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Databases of a cluster: made from cached templates, cloned, dropped, scripted.

On somebody's own PostgreSQL only databases that carry our mark are ever touched.
"""

import json
import os
import shutil
import tempfile
import uuid
from contextlib import closing, contextmanager
from pathlib import Path

from . import odoo_cli, odoo_source
from .cache import lock
from .console import Stop, step
from .process import run
from .settings import ADDON, digest, settings

MARK = "made by the developer tooling of oauth_provider"


class Databases:
    """The databases of one running PostgreSQL (see ``postgres.cluster``).

    ``addons`` as in ``odoo_cli.command``.
    """

    def __init__(self, cluster, addons=None):
        self.cluster = cluster
        self.addons = addons

    def create(self, name, modules):
        """A new database ``name`` with ``modules``, in place of an older one.

        Odoo's own modules come from a cached template; the addon, when it is among
        them, is installed into the copy.
        """
        stock = [module for module in modules if module != ADDON]
        self.clone(self.template(stock), name)
        if ADDON in modules:
            with step(f"Database {name}: installing {ADDON}"):
                self.odoo(name, "--init", ADDON)
        return name

    def create_empty(self, name):
        """A new database ``name`` without Odoo, in place of an older one."""
        self.drop(name)
        self._create_empty(name)
        return name

    def template(self, modules):
        """The template database with exactly ``modules`` of Odoo, made if missing.

        Templates grow on each other in the order given, so that lists with the same
        beginning share their work. One of the list may be several, separated by
        commas, which are then installed together.
        """
        modules = [module for module in modules if module != "base"]
        key = digest(_odoo_key(), *modules)
        name = f"template_{key}"
        with lock(f"{self.cluster.name}-{name}"):
            if self.exists(name):
                return name
            making = f"{name}_making"
            self.drop(making)
            if modules:
                self.clone(self.template(modules[:-1]), making)
            else:
                self._create_empty(making)
            last = (modules or ["base"])[-1]
            count = last.count(",") + 1
            what = last if count == 1 else f"{count} modules"
            with step(f"Database template: installing {what}"):
                self.odoo(making, "--init", last, timeout=900 * (1 + count // 10))
            self._rename(making, name)
        return name

    def clone(self, source, name):
        """Copy a database and its files, as a database with an identity of its own."""
        self.drop(name)
        with self.sql() as execute:
            execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
            self._mark(execute, name)
        files = self.cluster.filestore / source
        if files.is_dir():
            target = self.cluster.filestore / name
            shutil.copytree(files, target, copy_function=_link_or_copy)
        with self.sql(name) as execute:
            for key in ("database.uuid", "database.secret"):
                execute(
                    "UPDATE ir_config_parameter SET value = %s WHERE key = %s",
                    (str(uuid.uuid4()), key),
                )

    def copy_to(self, name, server):
        """Copy a database and its files to another running ``postgres.Server``."""
        dump = server.folder / f"{name}.dump"
        options = ["--format=custom", "--compress=0", f"--file={dump}", name]
        server.run("pg_dump", *options, environment=self.cluster.environment)
        options = ["--create", "--dbname=postgres", dump]
        server.run("pg_restore", *options, environment=server.environment)
        dump.unlink()
        files = self.cluster.filestore / name
        if files.is_dir():
            target = server.cluster.filestore / name
            shutil.copytree(files, target, copy_function=_link_or_copy)

    def drop(self, name):
        """Remove a database and its files; it may be missing."""
        if self.exists(name):
            with self.sql() as execute:
                execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        shutil.rmtree(self.cluster.filestore / name, ignore_errors=True)

    def exists(self, name):
        """Whether a database of ours has this name; somebody else's stops us."""
        with self.sql() as execute:
            found = execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                " WHERE datname = %s",
                (name,),
            )
        if found and found[0][0] != MARK:
            raise Stop(
                f"The PostgreSQL server already has a database '{name}' that was not"
                " made here: rename it, or unset PGHOST for a private server."
            )
        return bool(found)

    def odoo(self, database, *options, log=None, timeout=900):
        """Run Odoo on a database until its modules are loaded, without serving."""
        run(
            odoo_cli.command(
                "server",
                f"--database={database}",
                "--stop-after-init",
                "--no-http",
                "--max-cron-threads=0",
                *options,
                data=odoo_cli.data_folder(self.cluster, "tools"),
                addons=self.addons,
            ),
            log or f"odoo-{database}",
            env=odoo_cli.environment(self.cluster),
            timeout=timeout,
            failure=_last_error,
        )

    def shell(self, database, code, **values):
        """Run Python in an Odoo environment of a database and commit.

        The code sees ``env`` and ``values``; what it assigns to ``result`` is
        returned, through JSON.
        """
        with tempfile.TemporaryDirectory(dir=settings().folder("tmp")) as work:
            answer = Path(work) / "result.json"
            names = json.dumps({"values": values, "code": code, "to": str(answer)})
            script = Path(work) / "script.py"
            script.write_text(_SHELL % json.dumps(names))
            with open(script) as stdin:
                run(
                    odoo_cli.command(
                        "shell",
                        f"--database={database}",
                        "--no-http",
                        "--shell-interface=python",
                        data=odoo_cli.data_folder(self.cluster, "tools"),
                        addons=self.addons,
                    ),
                    f"shell-{database}",
                    env=odoo_cli.environment(self.cluster),
                    timeout=300,
                    stdin=stdin,
                    failure=_last_error,
                )
            return json.loads(answer.read_text())

    def _create_empty(self, name):
        with self.sql() as execute:
            execute(
                f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' LC_COLLATE 'C'"
                " TEMPLATE template0"
            )
            self._mark(execute, name)

    def _rename(self, source, name):
        with self.sql() as execute:
            files = self.cluster.filestore / source
            shutil.rmtree(self.cluster.filestore / name, ignore_errors=True)
            if files.is_dir():
                files.rename(self.cluster.filestore / name)
            execute(f'ALTER DATABASE "{source}" RENAME TO "{name}"')

    @staticmethod
    def _mark(execute, name):
        execute(f"COMMENT ON DATABASE \"{name}\" IS '{MARK}'")

    def connect(self, database):
        """A new connection of psycopg2 to a database."""
        import psycopg2

        given = self.cluster.environment
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
        names["PGPASSWORD"] = "password"
        arguments = {key: given[name] for name, key in names.items() if name in given}
        return psycopg2.connect(dbname=database, **arguments)

    @contextmanager
    def sql(self, database="postgres"):
        """A function that runs a query, committed at once, and returns its rows."""
        with closing(self.connect(database)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:

                def execute(query, parameters=None):
                    cursor.execute(query, parameters)
                    return cursor.fetchall() if cursor.description else []

                yield execute


_SHELL = """
import json, sys
given = json.loads(%s)
space = {"env": env, "values": given["values"], "result": None}
exec(compile(given["code"], "<script>", "exec"), space)
env.cr.commit()
env.registry.signal_changes()
with open(given["to"], "w") as handle:
    json.dump(space["result"], handle)
"""


def _odoo_key():
    release = odoo_source.folder() / "odoo" / "release.py"
    return f"{odoo_source.folder()} {release.stat().st_mtime_ns}"


def _link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _last_error(output):
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if " ERROR " in line or " CRITICAL " in line]
    reason = errors[-1].split(": ", 1)[-1] if errors else ""
    exceptions = [line for line in lines if line.endswith("Error") or "Error: " in line]
    return f"Odoo failed: {(exceptions or [reason or 'see the log'])[-1]}"
