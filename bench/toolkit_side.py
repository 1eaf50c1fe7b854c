# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one would put beside Odoo instead: django-oauth-toolkit behind gunicorn."""

import json
import os
import secrets
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from dev import venv
from dev.console import Stop
from dev.process import end_group, log_path, start_program
from dev.server import LOOPBACK, free_port

from .requests import Request, bearer, form

DATABASE = "bench_toolkit"
WORKERS = 2
FOLDER = Path(__file__).parent / "toolkit"
READY = 60


def python():
    """The Python of the virtual environment with the toolkit, made if missing."""
    return venv.python_with("bench", [FOLDER / "requirements.txt"])


class ToolkitSide:
    """The toolkit with two workers over the same PostgreSQL; a context manager."""

    def __init__(self, cluster, databases):
        databases.create_empty(DATABASE)
        self.log = log_path("bench-toolkit")
        keep_out = ("PYTHONPATH", "PYTHONHOME")
        self._env = {
            **{
                name: value
                for name, value in os.environ.items()
                if name not in keep_out
            },
            **cluster.environment,
            "BENCH_DATABASE": DATABASE,
            "BENCH_SECRET_KEY": secrets.token_hex(32),
            "DJANGO_SETTINGS_MODULE": "bench_settings",
        }
        self.port = free_port()
        self.process = None
        done = subprocess.run(
            [python(), FOLDER / "bench_make.py"],
            env=self._env,
            cwd=FOLDER,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            self.log.write_text(done.stderr)
            raise Stop(f"The toolkit's database could not be made: see {self.log}")
        self.made = json.loads(done.stdout.splitlines()[-1])

    @property
    def url(self):
        """The address, without a slash at the end."""
        return f"http://{LOOPBACK}:{self.port}"

    def __enter__(self):
        command = [python(), "-m", "gunicorn", "bench_wsgi:application"]
        command += [f"--workers={WORKERS}", f"--bind={LOOPBACK}:{self.port}"]
        with open(self.log, "ab") as log:
            self.process = start_program(
                command, cwd=FOLDER, env=self._env, stdout=log, stderr=log
            )
        self._wait_ready()
        return self

    def _wait_ready(self):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + READY
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with opener.open(f"{self.url}/o/.well-known/none"):
                    return
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        self.__exit__()
        raise Stop(f"The toolkit does not answer: see {self.log}")

    def __exit__(self, *_exception):
        if self.process:
            end_group(self.process, grace=10, leader_only=True)
            self.process = None

    def fixed(self):
        """Return the requests (list) that are measured."""
        made = self.made
        tokens = made["tokens"]
        credentials = form(made["identifier"], made["secret"])
        return [
            Request(
                "toolkit: client credentials",
                "/o/token/",
                server="toolkit",
                method="POST",
                headers=credentials,
                body="grant_type=client_credentials",
            ),
            Request(
                "toolkit: introspection",
                "/o/introspect/",
                server="toolkit",
                method="POST",
                headers={**bearer(tokens["introspection"]), **form()},
                body=f"token={tokens['read']}",
            ),
            Request(
                "toolkit: protected resource",
                "/resource",
                server="toolkit",
                headers=bearer(tokens["read"]),
            ),
        ]
