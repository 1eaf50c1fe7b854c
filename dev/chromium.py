# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Chromium: the system's, or Debian's package unpacked in the cache."""

import os
import shlex
import shutil
from functools import lru_cache

from . import debian
from .cache import cached
from .console import Stop
from .process import run
from .settings import settings

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PROGRAM = "usr/lib/chromium/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>{tree}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def launcher_folder():
    """The folder for PATH whose ``google-chrome`` is the browser to test with.

    That is the first name that Odoo's runner looks for, so it takes no other.
    """
    return settings().folder("bin")


@lru_cache(maxsize=1)
def executable():
    """The browser to start; makes the launcher, and gets the browser if missing."""
    launcher = launcher_folder() / "google-chrome"
    own = str(launcher_folder())
    folders = [part for part in os.get_exec_path() if part != own]
    path = os.pathsep.join(folders)
    system = next(filter(None, (shutil.which(name, path=path) for name in NAMES)), None)
    if system:
        lines = []
        program = system
    else:
        tree = cached("chromium", "2", "Chromium: getting it", _build, needs_mb=900)
        program = tree / PROGRAM
        fonts = tree / "fonts.conf"
        cache = settings().folder("fontconfig")
        fonts.write_text(FONTS_CONF.format(tree=tree, cache=cache))
        lines = [
            f"export LD_LIBRARY_PATH={shlex.quote(_libraries(tree))}",
            f"export FONTCONFIG_FILE={shlex.quote(str(fonts))}",
        ]
    command = f'exec {shlex.quote(str(program))} {" ".join(FLAGS)} "$@"'
    text = "\n".join(["#!/bin/sh", *lines, command, ""])
    if not launcher.exists() or launcher.read_text() != text:
        draft = launcher.with_suffix(f".{os.getpid()}")
        draft.write_text(text)
        draft.chmod(0o755)
        draft.rename(launcher)
    return launcher


def _build(tree):
    suite = debian.own()
    found = suite.needed("chromium", "fonts-liberation", "fontconfig-config")
    packages = [f"{name}={version}" for name, version, _size in found]
    suite.unpack(packages, tree, "Chromium")
    if not (tree / PROGRAM).exists():
        raise Stop("Debian's package chromium holds no browser where it was.")
    run(
        [tree / PROGRAM, "--version"],
        "chromium",
        env={**os.environ, "LD_LIBRARY_PATH": _libraries(tree)},
        timeout=60,
        failure="Chromium was fetched but does not start",
    )


def _libraries(tree):
    return f"{(tree / PROGRAM).parent}:{debian.library_path(tree)}"
