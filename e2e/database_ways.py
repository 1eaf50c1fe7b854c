# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The five ways to name a database, and what is answered: with this addon finding it,
and with Odoo alone (``oauth_provider_check_database = False``).
"""

import json
import subprocess
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from dev import odoo_cli
from dev.postgres import find_programs
from dev.server import OdooServer

ADDON = "oauth_provider"
WAYS = ("path", "parameter", "header", "session", "host")
#: The role of Odoo, which is nobody special: others' databases are closed to it.
ROLE = "ways"
#: Databases that are copied, by name: as PostgreSQL's administrator has made them.
MADE = {"ways_made": ["web", ADDON], "ways_web": ["web"]}
METADATA = ".well-known/openid-configuration"
BEARER = {"Authorization": "Bearer wrong"}
#: (method, path behind ``/oauth2/`` or whole path, options): two of ours for programs,
#: one for browsers, one of Odoo with a token, and one without.
REQUESTS = (
    ("GET", METADATA, {}),
    ("POST", "token", {"data": {"grant_type": "client_credentials"}}),
    ("GET", "tokeninfo", {"headers": BEARER}),
    ("GET", "authorize", {}),
    ("POST", "/json/2/res.partner/search_count", {"headers": BEARER, "json": {}}),
    ("GET", "/web/login", {}),
)
#: The only answers that own routes may give while databases come and go.
CALM = {200, 303, 400, 401, 403, 404, 503}


@dataclass
class Named:
    """How a request names its database."""

    way: str
    name: str
    cookies: dict = field(default_factory=dict)
    host: str = None
    #: A second name, in the header
    header: str = None

    def address(self, path):
        """Return the path and query for a route, or None if there is no such form."""
        if path.startswith("/"):
            return None if self.way in ("path", "parameter") else path
        if self.way == "path":
            return f"/oauth2/db/{self.name}/{path}"
        own = f"/{path}" if path == METADATA else f"/oauth2/{path}"
        return f"{own}?db={self.name}" if self.way == "parameter" else own

    @property
    def headers(self):
        """The headers of a request."""
        found = {}
        if header := self.header or (self.name if self.way == "header" else None):
            found["X-Odoo-Database"] = header
        if host := self.host or (self.name if self.way == "host" else None):
            found["Host"] = host
        return found


def ask(server, named, requests_of=REQUESTS):
    """Return the answers (dict by method and path) of ``server`` to all requests."""
    answers = {}
    for method, path, options in requests_of:
        address = named.address(path)
        if address is None:
            continue
        options = {
            **options,
            "headers": {**named.headers, **options.get("headers", {})},
        }
        answer = requests.request(
            method,
            server.url + address,
            cookies=named.cookies,
            allow_redirects=False,
            timeout=60,
            **options,
        )
        answers[method, address] = summary(answer)
    return answers


def summary(answer):
    """Return what of an answer is the same at two servers over the same databases."""
    kind = answer.headers.get("Content-Type")
    location = urlsplit(answer.headers.get("Location", ""))
    body = None
    if kind and kind.startswith("application/json"):
        body = answer.text
        try:
            # What Odoo says of an error has lines of its code
            body = {**json.loads(body), "debug": None}
        except ValueError:
            pass
    cookies = sorted(answer.cookies.keys())
    return answer.status_code, kind, location.path, location.query, cookies, body


def differences(watched, alone):
    """Return where two dicts of answers differ, other than this addon says.

    Where Odoo alone fails, there is an answer.
    """
    return {
        asked: (answer, alone[asked])
        for asked, answer in watched.items()
        if answer != alone[asked]
        and not (alone[asked][0] == 500 and answer[0] in (404, 503))
    }


def session(server, name, host=None):
    """Return the cookies of a session of nobody in the database ``name``."""
    browser = requests.Session()
    headers = {"Host": host} if host else {}
    browser.get(
        f"{server.url}/web/login?db={name}", headers=headers, allow_redirects=False
    )
    return browser.cookies.get_dict()


class Load:
    """Sends all requests to a server again and again, beside what a test does."""

    def __init__(self, server, named, requests_of):
        self.server, self.named, self.requests_of = server, named, requests_of
        self.seen = []
        self.error = None
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.ended.wait(0.01):
                answers = ask(self.server, self.named, self.requests_of)
                self.seen += [(asked, one[0]) for asked, one in answers.items()]
        except Exception as error:
            self.error = error

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc_info):
        self.ended.set()
        self.thread.join()


@contextmanager
def both(postgres, name, databases=(), options=(), **more):
    """Start the server with the addon finding databases, and the one without."""
    left = odoo_cli.data_folder(postgres, f"ways_{name}") / "left.conf"
    left.write_text("[options]\noauth_provider_check_database = False\n")
    env = {"PGUSER": ROLE}
    with ExitStack() as started:
        yield tuple(
            started.enter_context(
                OdooServer(
                    postgres,
                    f"ways_{name}_{which}",
                    databases,
                    load=[ADDON],
                    options=[*options, *further],
                    env=env,
                    **more,
                )
            )
            for which, further in (("watched", ()), ("alone", [f"--config={left}"]))
        )


class Stage:
    """Makes, copies, dumps and restores the databases of these tests."""

    def __init__(self, databases):
        self.databases = databases
        self.cluster = databases.cluster

    def prepare(self):
        """Make the role, and databases whose tables are its own, to copy."""
        with self.databases.sql() as execute:
            if not execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]):
                execute(f"CREATE ROLE {ROLE} LOGIN")
        for name, modules in MADE.items():
            self.databases.create(name, modules)
            self.dump(name)
            self.create_empty(f"{name}_owned")
            self.fill(f"{name}_owned", name)

    def dump(self, name):
        """Write a dump of a database, for :meth:`fill`."""
        self._run("pg_dump", "--format=custom", f"--file={self._dump(name)}", name)

    def _dump(self, name):
        return odoo_cli.data_folder(self.cluster, "ways") / f"{name}.dump"

    def create_empty(self, name):
        """Make a database in which the role may make tables."""
        self.databases.create_empty(name)
        with self.databases.sql(name) as execute:
            execute(f"GRANT ALL ON SCHEMA public TO {ROLE}")

    def fill(self, name, source):
        """Restore the dump of ``source`` into an empty database."""
        options = ["--no-owner", "--no-privileges", "--no-comments", f"--role={ROLE}"]
        self._run("pg_restore", *options, f"--dbname={name}", self._dump(source))

    def remove(self):
        """Drop what :meth:`prepare` has made, but for the role."""
        for name in MADE:
            self.databases.drop(name)
            self.databases.drop(f"{name}_owned")

    def copy(self, name, source="ways_made_owned", owner=ROLE, title=None):
        """Make the database ``name``, whose metadata say that it is this one.

        :param title: another name to say (str)
        """
        self.databases.clone(source, name)
        self.own(name, owner)
        with self.databases.sql(name) as execute:
            execute(
                "UPDATE ir_config_parameter SET value = %s"
                " WHERE key = 'oauth_provider.issuer'",
                [f"http://127.0.0.1/{title or name}"],
            )

    def own(self, name, owner=ROLE):
        """Give the database ``name`` to a role."""
        with self.databases.sql() as execute:
            execute(f'ALTER DATABASE "{name}" OWNER TO {owner}')

    def rename(self, name, new):
        """Rename a database, ending its connections until that has worked."""
        with self.databases.sql() as execute:
            execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = %s",
                [name],
            )
            execute(f"ALTER DATABASE {name} RENAME TO {new}")
            execute(f"ALTER DATABASE {new} ALLOW_CONNECTIONS true")

    def _run(self, program, *arguments):
        programs = find_programs()
        env = {**programs.environment(), **self.cluster.environment}
        command = [programs.folder / program, *arguments]
        subprocess.run(command, env=env, check=True)
