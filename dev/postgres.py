# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""PostgreSQL: the one that PGHOST… name, or a private cluster of one command.

A private cluster listens on a Unix socket alone, in a folder that only its user
can enter, so it needs no port and no password. Each command has its own (`run`,
`test`, `test-2` …), kept between runs, so that two commands never meet.
"""

import json
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import debian
from .cache import cached, lock
from .console import Stop, step
from .process import end_group, log_path, run, start_program
from .settings import PG_VARIABLES, digest, settings

ROLE = "odoo"
UNPRIVILEGED = "nobody"
SOCKET_LIMIT = 107 - len("/.s.PGSQL.5432")
SLOTS = 9
# Names the running PostgreSQL that the programs of a command share.
SHARED = "OAUTH_PROVIDER_POSTGRES"
# Not needed to run a server: what manages clusters, what compiles queries.
UNUSED = re.compile(
    r"(perl|libperl|lib.*-perl|postgresql-common|postgresql$|ssl-cert|libllvm|libclang"
    r"|openssl|adduser|ucf|sensible-utils|netbase|readline|libreadline-gpl|tzdata)"
)


@dataclass(frozen=True)
class Cluster:
    """A reachable PostgreSQL and the files that belong to its databases."""

    name: str
    filestore: Path
    environment: dict = field(default_factory=dict)

    @property
    def external(self):
        """Whether it is somebody's own, where only marked databases are ours."""
        return self.name.startswith("external-")


@contextmanager
def cluster(purpose, memory=None):
    """A running PostgreSQL for a command, stopped at the end if it was started.

    :param memory: ``shared_buffers`` of one that is started (str), or None
    """
    if purpose == "test" and SHARED in os.environ:
        given = json.loads(os.environ[SHARED])
        yield Cluster(filestore=_filestore(given["name"]), **given)
        return
    if settings().external_postgres:
        yield _external()
        return
    with _slot(purpose) as slot:
        if slot is None:
            raise Stop(
                f"Another command holds the private PostgreSQL '{purpose}' of"
                f" {settings().cache}: stop it first, or set CACHE=<another folder>."
            )
        programs = find_programs()
        server = Server(slot, programs, durable=purpose == "run", memory=memory)
        server.start()
        try:
            yield server.cluster
        finally:
            server.stop()


@contextmanager
def shared(running):
    """Let ``cluster("test")`` of the programs started inside be the running one."""
    if running.external:
        yield
        return
    given = {"name": running.name, "environment": running.environment}
    os.environ[SHARED] = json.dumps(given)
    try:
        yield
    finally:
        del os.environ[SHARED]


def servers(name, number):
    """Private servers (list of :class:`Server`) of a test, which starts and stops them.

    For what is done to a whole PostgreSQL; they keep what was committed whatever
    happens. None when somebody's own PostgreSQL is used.
    """
    if settings().external_postgres:
        return None
    programs = find_programs()
    names = [f"{name}-{index}" for index in range(1, number + 1)]
    return [Server(each, programs, durable=True, strict=True) for each in names]


@contextmanager
def _slot(purpose):
    names = [purpose]
    if purpose != "run":
        names += [f"{purpose}-{number}" for number in range(2, SLOTS + 1)]
    for name in names:
        with lock(f"postgres-{name}", wait=False) as held:
            if held:
                yield name
                return
    yield None


def _external():
    given = {name: os.environ.get(name, "") for name in PG_VARIABLES}
    name = "external-" + digest(*(given[key] for key in PG_VARIABLES[:3]))
    environment = {key: value for key, value in given.items() if value}
    environment.setdefault("PGDATABASE", "postgres")
    import psycopg2

    try:
        psycopg2.connect(connect_timeout=10, dbname="postgres").close()
    except psycopg2.Error as error:
        where = given["PGHOST"] or "the local socket"
        if given["PGPORT"]:
            where += f":{given['PGPORT']}"
        reason = " ".join(str(error).split())
        raise Stop(
            f"PostgreSQL at {where} cannot be used: {reason} - check PGHOST, PGPORT,"
            " PGUSER and PGPASSWORD, or unset them all for a private one."
        ) from error
    environment.pop("PGDATABASE")
    if given["PGUSER"] == "postgres":
        raise Stop("Odoo refuses the database user 'postgres': set PGUSER to another.")
    return Cluster(name, _filestore(name), environment)


def _filestore(name):
    return settings().folder("postgres", name, "filestore")


@dataclass(frozen=True)
class Programs:
    """A PostgreSQL that can be started: its bin folder and its libraries."""

    folder: Path
    libraries: str = ""

    def environment(self):
        """The environment its programs run in."""
        env = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name != "LD_LIBRARY_PATH"
        }
        env.update({"LC_ALL": "C.UTF-8", "TZ": "UTC"})
        if self.libraries:
            env["LD_LIBRARY_PATH"] = self.libraries
        return env


def find_programs():
    """The :class:`Programs` of the system, or Debian's, which are got if need be."""
    for folder in installed():
        return Programs(folder)
    base = private_folder()
    tree = cached(
        "postgresql", "1", "PostgreSQL: getting it", _build, needs_mb=400, base=base
    )
    folder = next(tree.glob("usr/lib/postgresql/*/bin"))
    return Programs(folder, debian.library_path(tree))


def installed():
    """Folders with the system's PostgreSQL programs, newest first."""
    folders = [Path(path).parent for path in (shutil.which("initdb"),) if path]
    numbered = Path("/usr/lib/postgresql").glob("*/bin")
    folders += sorted(numbered, key=lambda path: -int(path.parent.name))
    found = []
    for folder in folders:
        real = Path(os.path.realpath(folder / "initdb")).parent
        if (real / "initdb").exists() and (real / "postgres").exists():
            found.append(real)
    return found


def _build(tree):
    suite = debian.own()
    wanted = [name for name, _v, _s in suite.needed("postgresql")]
    servers = [name for name in wanted if re.fullmatch(r"postgresql-\d+", name)]
    packages = [
        f"{name}={version}"
        for name, version, _size in suite.needed(*servers or ["postgresql"])
        if not UNUSED.match(name)
    ]
    suite.unpack(packages, tree, "PostgreSQL")
    if not any(tree.glob("usr/lib/postgresql/*/bin/postgres")):
        raise Stop("Debian's package postgresql holds no server where it was.")


def private_folder():
    """Where PostgreSQL's own files go: the cache, if its user can get there.

    PostgreSQL refuses to run as root; as an unprivileged user it may be unable to
    enter the cache (a checkout below /root), then it lives in the temporary folder.
    """
    cache = settings().folder()
    if os.geteuid() or _reachable(cache):
        return settings().folder("postgres").parent
    name = f"oauth_provider-{os.geteuid()}-{digest(cache)}"
    folder = Path(tempfile.gettempdir()) / name
    try:
        folder.mkdir(mode=0o755)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            line = f"{folder} is somebody else's: remove it, or set TMPDIR."
            raise Stop(line) from None
    folder.chmod(0o755)
    return folder


def _reachable(path):
    """Whether any user may enter a folder: every parent lets others through."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in (path, *path.parents))


class Server:
    """A private PostgreSQL.

    ``durable`` survives a crash of the machine, ``strict`` loses no transaction by it.
    """

    def __init__(self, slot, programs, durable, strict=False, memory=None):
        self.name = slot
        self.programs = programs
        self.durable = durable
        self.strict = strict
        self.memory = memory or "256MB"
        self.log = f"postgres-{slot}"
        self.folder = private_folder() / "postgres" / slot
        self.folder.mkdir(parents=True, exist_ok=True)
        self.data = self.folder / "data"
        self.process = None
        self.socket = None
        self.popen = {"env": programs.environment(), "cwd": "/"}
        if os.geteuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            ids = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
            self.popen.update(ids)
            os.chown(self.folder, user.pw_uid, user.pw_gid)

    @property
    def environment(self):
        """What a client needs to find the server."""
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": ROLE}

    @property
    def cluster(self):
        """The Cluster of the running server."""
        return Cluster(self.name, _filestore(self.name), self.environment)

    def remove(self):
        """Remove the data of the server, which does not run."""
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(_filestore(self.name), ignore_errors=True)

    def run(self, program, *arguments, environment=None):
        """Run one of PostgreSQL's programs as the user of the server."""
        popen = {**self.popen, "env": {**self.popen["env"], **(environment or {})}}
        command = [self.programs.folder / program, *arguments]
        run(command, self.log, failure=f"{program} failed", **popen)

    def copy_of(self, primary):
        """Become a streaming replica of the running server ``primary``."""
        shutil.rmtree(self.data, ignore_errors=True)
        with step("PostgreSQL: copying it to a replica"):
            self.run(
                "pg_basebackup",
                "--pgdata",
                self.data,
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                environment=primary.environment,
            )
        self.start()

    def halt(self, first=signal.SIGINT):
        """End the server by a signal; ``start`` starts it again in the same place."""
        end_group(self.process, grace=30, first=first, leader_only=True)

    def start(self):
        """Make the cluster if it is new, and start it."""
        self._end_leftover()
        if not (self.data / "PG_VERSION").exists() or self._other_version():
            self._initialize()
        self.socket = self.socket or self._socket_folder()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": self.socket,
            "max_connections": 200,
            "shared_buffers": self.memory,
            "jit": "off",
            "synchronous_commit": "on" if self.strict else "off",
            "log_timezone": "UTC",
            "timezone": "UTC",
        }
        if not self.durable:
            options.update(fsync="off", full_page_writes="off", autovacuum="on")
        pairs = [f"--{name}={value}" for name, value in options.items()]
        command = [self.programs.folder / "postgres", "-D", self.data, *pairs]
        with open(log_path(self.log), "ab") as log:
            self.process = start_program(
                command, death=signal.SIGINT, stdout=log, stderr=log, **self.popen
            )
        self._wait()

    def stop(self):
        """Stop the server and forget its socket."""
        if self.process:
            end_group(self.process, grace=30, first=signal.SIGINT, leader_only=True)
            self.process = None
        if self.socket:
            shutil.rmtree(self.socket, ignore_errors=True)
            self.socket = None

    def _wait(self):
        import psycopg2

        for _attempt in range(600):
            if self.process.poll() is not None:
                raise Stop(f"PostgreSQL did not start: see {log_path(self.log)}")
            try:
                psycopg2.connect(
                    host=str(self.socket), port=5432, user=ROLE, dbname="postgres"
                ).close()
                return
            except psycopg2.OperationalError:
                time.sleep(0.1)
        self.stop()
        raise Stop(f"PostgreSQL did not start in time: see {log_path(self.log)}")

    def _other_version(self):
        """Whether the cluster was made by another major version of PostgreSQL."""
        made_by = (self.data / "PG_VERSION").read_text().strip()
        command = [self.programs.folder / "postgres", "--version"]
        environment = self.popen["env"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True)
        return re.search(rf"\) {made_by}\b", done.stdout) is None

    def _initialize(self):
        shutil.rmtree(self.data, ignore_errors=True)
        shutil.rmtree(_filestore(self.folder.name), ignore_errors=True)
        _filestore(self.folder.name)
        making = self.folder / "making"
        shutil.rmtree(making, ignore_errors=True)
        command = [self.programs.folder / "initdb", "-D", making, "-U", ROLE]
        command += ["-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        with step("PostgreSQL: making a private cluster"):
            run(command, self.log, failure="initdb failed", **self.popen)
            making.rename(self.data)

    def _socket_folder(self):
        for base in (tempfile.gettempdir(), "/tmp"):
            folder = Path(tempfile.mkdtemp(prefix="pg-", dir=base))
            if len(str(folder)) <= SOCKET_LIMIT:
                if "user" in self.popen:
                    os.chown(folder, self.popen["user"], self.popen["group"])
                return folder
            folder.rmdir()
        raise Stop("No temporary folder has a path short enough for a socket.")

    def _end_leftover(self):
        """Stop a server of this very cluster that a killed command left behind."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, IndexError):
            return
        if str(self.data).encode() not in command:
            return
        os.kill(pid, signal.SIGINT)
        for _attempt in range(100):
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.1)
        raise Stop(f"A PostgreSQL left by an earlier command does not end: kill {pid}")
