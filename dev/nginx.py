# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's nginx, unpacked in the cache: the reverse proxy of the tests."""

import os
import tempfile
import time
from pathlib import Path

from . import debian
from .cache import cached
from .console import Stop
from .process import end_group, log_path, start_program
from .server import free_port
from .settings import settings

PACKAGE = "nginx"
PROGRAM = "usr/sbin/nginx"
#: What belongs around the configuration of a site.
FRAME = """
daemon off;
{user}
pid "{work}/pid";
error_log "{log}" warn;
events {{ worker_connections 64; }}
http {{
    client_body_temp_path "{work}/body";
    proxy_temp_path "{work}/proxy";
    fastcgi_temp_path "{work}/fastcgi";
    uwsgi_temp_path "{work}/uwsgi";
    scgi_temp_path "{work}/scgi";
    {site}
}}
"""


def tree():
    """The folder in which the package is unpacked; gets it if it is missing."""
    return cached("nginx", "1", "nginx: getting it", _build, needs_mb=10)


def _build(folder):
    suite = debian.own()
    found = suite.needed(PACKAGE)
    packages = [f"{name}={version}" for name, version, _size in found]
    names = {name for name, _version, _size in found}
    suite.unpack([*packages, *({PACKAGE} - names)], folder, "nginx")
    if not (folder / PROGRAM).exists():
        raise Stop("Debian's package nginx holds no server where it was.")


class Nginx:
    """One nginx in front of something; a context manager.

    :ivar work: folder (Path) for its files, removed at the end
    """

    def __init__(self, name):
        self.port = free_port()
        self.log = log_path(f"nginx-{name}")
        self.process = None
        self._work = tempfile.TemporaryDirectory(dir=settings().folder("tmp"))
        self.work = Path(self._work.name)

    def start(self, site):
        """Serve by the configuration ``site`` (str), which listens on ``port``."""
        user = "user root;" if os.geteuid() == 0 else ""
        text = FRAME.format(user=user, work=self.work, log=self.log, site=site)
        (self.work / "nginx.conf").write_text(text)
        env = {**os.environ, "LD_LIBRARY_PATH": debian.library_path(tree())}
        command = [tree() / PROGRAM, "-p", self.work, "-c", self.work / "nginx.conf"]
        with open(self.log, "wb") as log:
            self.process = start_program(command, stdout=log, stderr=log, env=env)
        deadline = time.monotonic() + 10
        while not (self.work / "pid").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise Stop(f"nginx does not start (see {self.log})")
            time.sleep(0.1)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self.process:
            end_group(self.process, grace=5)
        self._work.cleanup()
