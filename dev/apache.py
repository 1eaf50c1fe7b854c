# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian's Apache with mod_auth_openidc, unpacked in the cache: a certified client."""

import os
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import debian
from .cache import cached
from .console import Stop
from .process import end_group, log_path, start_program
from .server import LOOPBACK, free_port
from .settings import settings

PACKAGES = ("apache2-bin", "libapache2-mod-auth-openidc")
PROGRAM = "usr/sbin/apache2"
MODULES = (
    ("mpm_event", "mod_mpm_event"),
    ("authn_core", "mod_authn_core"),
    ("authz_core", "mod_authz_core"),
    ("authz_user", "mod_authz_user"),
    ("headers", "mod_headers"),
    ("dir", "mod_dir"),
    ("auth_openidc", "mod_auth_openidc"),
)


def tree():
    """The folder in which the packages are unpacked; gets them if they are missing."""
    return cached("apache", "1", "Apache: getting it", _build, needs_mb=60)


def _build(folder):
    suite = debian.own()
    found = suite.needed(*PACKAGES)
    packages = [f"{name}={version}" for name, version, _size in found]
    # What is installed on the machine is fetched all the same: one tree has all
    names = {name for name, _version, _size in found}
    suite.unpack(
        [*packages, *(n for n in PACKAGES if n not in names)], folder, "Apache"
    )
    if not (folder / PROGRAM).exists():
        raise Stop("Debian's package apache2-bin holds no server where it was.")


class Apache:
    """One Apache that lets people in by OpenID Connect; a context manager.

    :ivar url: its address on the loopback interface, without a slash at the end
    """

    def __init__(self, name):
        self.name = name
        self.port = free_port()
        self.url = f"http://{LOOPBACK}:{self.port}"
        self.log = log_path(f"apache-{name}")
        self.process = None
        self._work = None

    def start(self, lines):
        """Serve with the further configuration ``lines`` (list of str)."""
        self._work = tempfile.TemporaryDirectory(dir=settings().folder("tmp"))
        work = Path(self._work.name)
        root = work / "www"
        (root / "protected").mkdir(parents=True)
        (root / "index.html").write_text("public")
        (root / "protected" / "index.html").write_text("protected")
        if os.geteuid() == 0:
            # Apache serves as nobody, who has to read this
            for folder in (work, root, root / "protected"):
                folder.chmod(0o755)
            lines = ["User nobody", "Group nogroup", *lines]
        modules = tree() / "usr/lib/apache2/modules"
        config = [
            f'ServerRoot "{work}"',
            f"ServerName {LOOPBACK}",
            f"Listen {LOOPBACK}:{self.port}",
            f'PidFile "{work}/pid"',
            f'ErrorLog "{self.log}"',
            f'DocumentRoot "{root}"',
            f'DefaultRuntimeDir "{work}"',
            *(f'LoadModule {name}_module "{modules}/{f}.so"' for name, f in MODULES),
            "DirectoryIndex index.html",
            *lines,
        ]
        (work / "apache.conf").write_text("\n".join(config) + "\n")
        env = {**os.environ, "LD_LIBRARY_PATH": debian.library_path(tree())}
        with open(self.log, "ab") as log:
            self.process = start_program(
                [tree() / PROGRAM, "-DFOREGROUND", "-f", work / "apache.conf"],
                stdout=log,
                stderr=log,
                env=env,
            )
        self._wait_ready()
        return self

    def _wait_ready(self, timeout=30):
        deadline = time.monotonic() + timeout
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with opener.open(f"{self.url}/index.html"):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.stop()
        raise Stop(f"Apache does not answer (see {self.log})")

    def stop(self):
        """End the process and remove its files."""
        if self.process:
            end_group(self.process, grace=5)
            self.process = None
        if self._work:
            self._work.cleanup()
            self._work = None

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        self.stop()
