# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""wrk, the load generator: got from Debian, run for a while, and its figures read."""

import json
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from dev import debian
from dev.cache import cached
from dev.console import Stop
from dev.settings import settings

PACKAGE = "wrk"
#: What every run ends with: the figures as JSON, and how many answers were not 2xx.
SCRIPT = Path(__file__).parent / "request.lua"
#: Seconds that wrk may take beyond the time that it measures.
SLACK = 30


@dataclass(frozen=True)
class Run:
    """What one run of wrk counted.

    :ivar rate: answers a second
    :ivar requests: answers in all
    :ivar failures: those whose status was not 2xx, and those that never came
    :ivar p50: median of the latency, in milliseconds
    :ivar p99: its 99th percentile, in milliseconds
    :ivar processor: seconds that the server's processors worked for one request; None
        if not known
    """

    rate: float
    requests: int
    failures: int
    p50: float
    p99: float
    processor: float | None = None

    @property
    def cost(self):
        """Seconds that one request takes of the server: of its processors, if known."""
        return self.processor or 1 / max(self.rate, 1)


def program():
    """The path of wrk and the environment that it runs in; gets it if it is missing."""
    tree = cached("wrk", "1", "wrk: getting it", _build, needs_mb=20)
    env = {**os.environ, "LD_LIBRARY_PATH": debian.library_path(tree)}
    # A proxy of the machine is none of ours: every address is the loopback interface
    return tree / "usr/bin/wrk", env


def _build(folder):
    suite = debian.own()
    found = suite.needed(PACKAGE)
    names = {name for name, _version, _size in found}
    packages = [f"{name}={version}" for name, version, _size in found]
    suite.unpack(packages if PACKAGE in names else [PACKAGE], folder, "wrk")
    if not (folder / "usr/bin/wrk").exists():
        raise Stop("Debian's package wrk holds no program where it was.")


def run(url, request, seconds, connections):
    """Send a request again and again and return the :class:`Run`.

    :param url: address of the server, without a path
    :param request: :class:`.requests.Request`
    :param seconds: how long
    :param connections: how many at once
    """
    command, env = program()
    with tempfile.TemporaryDirectory(dir=settings().folder("tmp")) as work:
        described = Path(work) / "request.lua"
        described.write_text(_lua(request, Path(work)))
        line = [command, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout=20s"]
        line += ["-s", SCRIPT, url, "--", described]
        done = subprocess.run(
            [str(part) for part in line],
            env=env,
            capture_output=True,
            text=True,
            timeout=seconds + SLACK,
        )
    found = re.search(r"^FIGURES (.*)$", done.stdout, re.M)
    if done.returncode or not found:
        raise Stop(f"wrk failed on {request.name}: {done.stdout} {done.stderr}")
    figures = json.loads(found[1])
    return Run(
        rate=figures["requests"] / figures["microseconds"] * 1e6,
        requests=figures["requests"],
        failures=figures["failures"],
        p50=figures["p50"] / 1000,
        p99=figures["p99"] / 1000,
    )


def _lua(request, folder):
    """Return the description of the request as a chunk of Lua that returns a table."""
    values = ""
    if request.values is not None:
        path = folder / "values"
        path.write_text("\n".join(request.values) + "\n")
        values = str(path)
    headers = ", ".join(
        f"[{_quote(name)}] = {_quote(value)}" for name, value in request.headers.items()
    )
    return (
        f"return {{method = {_quote(request.method)}, path = {_quote(request.path)},"
        f" headers = {{{headers}}}, body = {_quote(request.body)},"
        f" values = {_quote(values)}}}\n"
    )


def _quote(text):
    """Return ``text`` as a string of Lua; ASCII without control characters."""
    return json.dumps(text)
