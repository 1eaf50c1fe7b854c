# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo servers that are started for a while: ``make run`` and the tests use them."""

import errno
import socket
import time
import urllib.error
import urllib.request

from . import odoo_cli
from .console import Stop
from .process import end_group, log_path, start_program

SERVER_WIDE = ("base", "rpc", "web")
LOOPBACK = "127.0.0.1"


def free_port():
    """A TCP port of the loopback interface that nobody has."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return probe.getsockname()[1]


def check_port(port, variable):
    """Stop with one line when a port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                reason = f"Port {port} needs more rights"
            else:
                reason = f"Port {port} is taken by another program"
            raise Stop(f"{reason}: set {variable}=<another port>.") from error


class OdooServer:
    """One Odoo process (with its workers) over databases of a cluster.

    ``databases`` are preloaded and served, none leaves the choice to the request;
    ``workers`` 0 is one threaded process; ``load`` are server-wide modules on top
    of Odoo's own; ``host`` is the name in ``url``, the server listens on loopback;
    ``addons`` as in ``odoo_cli.command``.
    """

    def __init__(
        self,
        cluster,
        name,
        databases=(),
        *,
        port=None,
        host=LOOPBACK,
        workers=0,
        load=(),
        dbfilter=None,
        options=(),
        env=None,
        cron=False,
        addons=None,
    ):
        self.cluster = cluster
        self.name = name
        self.databases = [databases] if isinstance(databases, str) else list(databases)
        self.port = port or free_port()
        self.host = host
        self.workers = workers
        self.load = tuple(load)
        self.dbfilter = dbfilter
        self.options = tuple(options)
        self.env = dict(env or {})
        self.cron = cron
        self.addons = addons
        self.log = log_path(f"server-{cluster.name}-{name}")
        self.process = None

    @property
    def url(self):
        """The address, without a slash at the end."""
        return f"http://{self.host}:{self.port}"

    def command(self):
        """The command line that start() runs."""
        line = [
            f"--http-interface={LOOPBACK}",
            f"--http-port={self.port}",
            f"--gevent-port={free_port()}",
            f"--workers={self.workers}",
            f"--max-cron-threads={1 if self.cron else 0}",
            "--load=" + ",".join([*SERVER_WIDE, *self.load]),
            "--limit-time-real=120",
        ]
        if self.databases:
            line.append("--database=" + ",".join(self.databases))
        if self.dbfilter is not None:
            line.append(f"--db-filter={self.dbfilter}")
        data = odoo_cli.data_folder(self.cluster, self.name)
        line += self.options
        return odoo_cli.command("server", *line, data=data, addons=self.addons)

    def start(self):
        """Start the process; ``wait_ready`` tells when it answers."""
        env = odoo_cli.environment(self.cluster, self.env)
        with open(self.log, "wb") as log:
            self.process = start_program(
                self.command(), stdout=log, stderr=log, env=env
            )
        return self

    def wait_ready(self, timeout=120):
        """Wait until the server answers; one clear line when it does not."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            if not self.running:
                break
            try:
                with _OPENER.open(f"http://{LOOPBACK}:{self.port}/web/health") as reply:
                    if reply.status == 200:
                        return self
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        state = "does not answer" if self.running else "ended while it started"
        self.stop()
        raise Stop(f"The Odoo server '{self.name}' {state}: see {self.log}")

    @property
    def running(self):
        """Whether the process is there."""
        return self.process is not None and self.process.poll() is None

    def stop(self, grace=20):
        """End the server and its workers, and nothing else."""
        if self.process:
            end_group(self.process, grace, leader_only=True)
            self.process = None

    def __enter__(self):
        return self.start().wait_ready()

    def __exit__(self, *exc_info):
        self.stop()


# Never through a proxy: every address here is the loopback interface.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
