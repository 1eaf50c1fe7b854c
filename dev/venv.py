# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The virtual environment: Odoo's Python packages and the tests'."""

import os
import re
import subprocess
import sys
from pathlib import Path

from . import debian
from .cache import cached
from .process import run
from .settings import ROOT, digest, settings

REQUIREMENTS = (ROOT / "dev" / "requirements-odoo.txt", ROOT / "requirements-dev.txt")


def python():
    """The Python of the virtual environment, which is made if missing."""
    return _python("venv", REQUIREMENTS)


def python_with(name, requirements):
    """The Python of a virtual environment apart, with other packages than Odoo's.

    :param name: of the environment
    :param requirements: requirements files (list of paths)
    """
    return _python(f"venv-{name}", requirements)


def _python(name, requirements):
    key = digest(
        os.path.realpath(sys._base_executable),
        sys.version,
        *(path.read_bytes() for path in requirements),
    )

    def build(folder):
        _build(folder, requirements)

    title = "Python packages: installing"
    folder = cached(name, key, title, build, 1500, in_place=True)
    return folder / "bin" / "python"


def python_path():
    """Folders that go before the environment's own: another oauthlib, if asked for."""
    version = settings().oauthlib
    if not version:
        return []
    target = cached(
        "oauthlib",
        re.sub(r"[^\w.]", "_", version),
        f"oauthlib {version}: installing",
        lambda folder: pip_install(
            python(), f"--target={folder}", "--no-deps", f"oauthlib=={version}"
        ),
    )
    return [target]


def pip_install(interpreter, *arguments):
    """Run ``pip install`` of an environment; one clear line when it fails."""
    run(
        [interpreter, "-m", "pip", "install", "--no-input", *arguments],
        "pip",
        env=_clean_environment(),
        failure=_failure,
    )


def _build(folder, requirements):
    if _has_ensurepip():
        options = []
    else:
        options = ["--without-pip"]
    base = sys._base_executable
    run([base, "-m", "venv", *options, folder], "pip", env=_clean_environment())
    interpreter = folder / "bin" / "python"
    if options:
        _install_pip(folder, interpreter)
    arguments = [part for path in requirements for part in ("-r", path)]
    pip_install(interpreter, *arguments)


def _has_ensurepip():
    """Whether ``python3 -m venv`` can bring pip; Debian splits that off."""
    code = "import ensurepip; ensurepip.version()"
    done = subprocess.run([sys._base_executable, "-c", code], capture_output=True)
    return done.returncode == 0


def _install_pip(folder, interpreter):
    tree = folder / "debian"
    debian.own().unpack(["python3-pip-whl"], tree, "pip")
    wheel = next(Path(tree).glob("usr/share/python-wheels/pip-*.whl"))
    # A wheel is a zip file that Python can run from; pip installs itself.
    command = [interpreter, f"{wheel}/pip", "install", "--no-index", "--no-deps", wheel]
    run(command, "pip", env=_clean_environment())


def _clean_environment():
    drop = ("PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_USER")
    env = {name: value for name, value in os.environ.items() if name not in drop}
    env["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    return env


def _failure(output):
    lines = [line for line in output.splitlines() if line.startswith("ERROR:")]
    reason = lines[-1].removeprefix("ERROR:").strip() if lines else "see the log"
    if "No space left" in output:
        reason = "the disk is full"
    elif "Connection" in output or "resolve" in output or "ProxyError" in output:
        reason = "the package index cannot be reached: check network and pip's settings"
    return f"Python packages could not be installed: {reason}"
