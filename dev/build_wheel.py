# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Build the addon's wheel: ``python3 -m dev.build_wheel [folder]``.

whool takes the addon's name from the folder that it builds in and packs whatever git
tracks there. So it is given an archive of the last commit, which .gitattributes keeps
free of all that is not the addon, in a folder of the right name outside of git.
"""

import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from . import venv
from .console import Stop, say
from .process import run
from .settings import ADDON, ROOT


def build(out_dir):
    """Build the wheel of the last commit into a folder; returns the wheel's path."""
    out_dir = Path(out_dir).resolve()
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{ADDON}-") as name:
        temporary = Path(name).resolve()
        _export(temporary)
        built = temporary / "dist"
        command = [venv.python(), "-m", "build", "--wheel", "--no-isolation"]
        command += ["--outdir", built, temporary / ADDON]
        run(command, "wheel", env=_environment(temporary), cwd=temporary)
        wheel = next(built.glob("*.whl"))
        target = out_dir / wheel.name
        target.write_bytes(wheel.read_bytes())
    return target


def _export(folder):
    """Unpack the last commit, as it is released, into ``folder``/oauth_provider."""
    archive = folder / "addon.zip"
    command = ["git", "archive", "--format=zip", f"--prefix={ADDON}/", "HEAD"]
    with open(archive, "wb") as handle:
        done = subprocess.run(
            command, cwd=ROOT, stdout=handle, stderr=subprocess.PIPE, text=True
        )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Stop(f"The wheel is built from a git checkout with a commit: {reason}")
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    archive.unlink()


def _environment(folder):
    """Without what a git hook sets, and blind to a repository above ``folder``."""
    env = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    env["GIT_CEILING_DIRECTORIES"] = str(folder)
    return env


def main(arguments):
    """Build into the named folder, by default ``dist``."""
    wheel = build(arguments[0] if arguments else ROOT / "dist")
    say(str(wheel))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as problem:
        say(f"✗ {problem}", sys.stderr)
        sys.exit(problem.code)
