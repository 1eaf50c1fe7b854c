# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Debian packages without installing them: apt-get with folders of its own.

Nothing of the system's apt state is written, so no privilege is needed. The
mirror is whatever the machine's own sources name.
"""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

from .cache import lock
from .console import Stop, say
from .process import log_path, run
from .settings import settings

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
# The machine's own C library, loader and package tools are never replaced.
NEVER = re.compile(r"(libc6|libc-bin|libc-l10n|locales|dpkg|apt|base-files|debconf)$")


class Suite:
    """A suite of Debian with package lists of its own, kept in the cache."""

    def __init__(self, name, entries):
        self.folder = settings().folder("apt", name)
        for part in ("lists/partial", "archives/partial", "cache"):
            (self.folder / part).mkdir(parents=True, exist_ok=True)
        self.log = f"apt-{name}"
        keyring = next((path for path in KEYRINGS if os.path.exists(path)), None)
        signed = f"[signed-by={keyring}] " if keyring else ""
        lines = [f"deb {signed}{uri} {suite} main\n" for uri, suite in entries]
        (self.folder / "sources.list").write_text("".join(lines))
        self._updated = False

    def _command(self, tool, *arguments):
        folder = self.folder
        options = {
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State::Lists": folder / "lists",
            "Dir::Cache": folder / "cache",
            "Dir::Cache::archives": folder / "archives",
            "APT::Sandbox::User": "root" if os.geteuid() == 0 else "",
            "APT::Get::List-Cleanup": "true",
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
            "Acquire::Retries": "2",
            "Debug::NoLocking": "true",
        }
        pairs = [f"-o{name}={value}" for name, value in options.items() if value]
        return [tool, "-q", *pairs, *arguments]

    def update(self):
        """Fetch the package lists, once a command."""
        if self._updated:
            return
        run(
            self._command("apt-get", "update", "--error-on=any"),
            self.log,
            failure=_failure("Debian's package lists could not be fetched"),
        )
        self._updated = True

    def needed(self, *packages):
        """``[(name, version, bytes)]`` that the system lacks for ``packages``."""
        return self._uris("install", "--no-install-recommends", "-y", *packages)

    def _uris(self, *arguments):
        self.update()
        command = self._command("apt-get", *arguments, "--print-uris", "-q")
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            with open(log_path(self.log), "a") as handle:
                handle.write(f"{done.stdout}{done.stderr}")
            failure = _failure("Debian's packages could not be resolved")
            raise Stop(f"{failure(done.stderr)} (see {log_path(self.log)})")
        return parse_uris(done.stdout)

    def unpack(self, packages, tree, what):
        """Download packages (names or ``name=version``) and unpack them in a tree."""
        found = self._uris("download", *packages)
        size = sum(size for _name, _version, size in found)
        say(f"  {what}: downloading {size / 1e6:.0f} MB from Debian")
        with lock(self.log):
            run(
                self._command("apt-get", "download", *packages),
                self.log,
                cwd=self.folder / "archives",
                failure=_failure(f"{what} could not be downloaded"),
            )
            for deb in sorted((self.folder / "archives").glob("*.deb")):
                run(
                    ["dpkg", "-x", deb, tree],
                    self.log,
                    failure=f"{deb.name} could not be unpacked",
                )
                deb.unlink()


def library_path(tree):
    """LD_LIBRARY_PATH for programs of an unpacked tree of Debian packages."""
    folders = [tree / part for part in ("usr/lib", "lib")]
    for folder in list(folders):
        for triplet in sorted(folder.glob("*-linux-gnu*")):
            folders.append(triplet)
            # Libraries that find each other by an absolute path built into them.
            below = {path.parent for path in triplet.glob("*/lib*.so*")}
            folders += sorted(below)
    return ":".join(str(path) for path in folders if path.is_dir())


def parse_uris(text):
    """``[(name, version, bytes)]`` of the lines of ``apt-get --print-uris``."""
    found = []
    for line in text.splitlines():
        match = re.match(r"'[^']+' (\S+?)_(\S+)_\w+\.deb (\d+) ", line)
        if match and not NEVER.match(match[1]):
            found.append((match[1], unquote(match[2]), int(match[3])))
    return found


def mirrors(text):
    """``[(uri, suite)]`` that ``apt-get update --print-uris`` would read."""
    found = re.findall(r"^'(\S+?/?)dists/(\S+?)/(?:In)?Release'", text, re.M)
    return list(dict.fromkeys(found))


def sid():
    """Debian's development suite on the mirror that the machine already uses."""
    uri = next(uri for uri, suite in _sources() if suite == _codename())
    return Suite("sid", [(uri, "sid")])


def own():
    """The machine's own release of Debian, with its updates."""
    return Suite("own", _sources())


def _codename():
    release = Path("/etc/os-release").read_text()
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", release, re.M)
    if not match or not re.search(r'^ID="?debian', release, re.M):
        raise Stop(
            "This machine is no Debian, where packages can be fetched: install"
            " PostgreSQL and Chromium, and set ODOO=<path of an Odoo 19>."
        )
    return match[1]


def _sources():
    lists = settings().folder("apt", "none", "partial").parent
    command = ["apt-get", "update", "--print-uris", "-oDebug::NoLocking=true"]
    command.append(f"-oDir::State::Lists={lists}")
    done = subprocess.run(command, capture_output=True, text=True)
    codename = _codename()
    suites = (codename, f"{codename}-updates", f"{codename}-security")
    names = {"stable": codename, "oldstable": codename}
    found = []
    for uri, suite in mirrors(done.stdout):
        base, _dash, rest = suite.partition("-")
        suite = names.get(base, base) + (f"-{rest}" if rest else "")
        if suite in suites:
            found.append((uri, suite))
    if not any(suite == codename for _uri, suite in found):
        raise Stop(
            f"The sources of apt name no mirror of Debian {codename}:"
            " see /etc/apt/sources.list and /etc/apt/sources.list.d."
        )
    return found


def _failure(what):
    def text(output):
        lines = re.findall(r"^(?:E|W|Err): ?(.*)", output, re.M)
        reason = next((line for line in lines if "Failed to fetch" in line), None)
        reason = reason or (lines[0] if lines else "no reason given")
        return f"{what}: {reason.strip()} - check the network and apt's sources"

    return text
