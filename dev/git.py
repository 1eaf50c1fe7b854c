# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Git, which the checks and the wheel ask for files: the system's, or Debian's."""

import os
import re
import shutil
import subprocess
from contextlib import contextmanager

from . import debian
from .cache import cached
from .console import Stop
from .debian import library_path
from .settings import ROOT

# Git's own programs need no Perl for what is done here.
NEEDED = re.compile(r"git$|lib(?!.*perl)")


def provide():
    """Have ``git`` on this process's PATH."""
    if shutil.which("git"):
        return
    tree = cached("git", "1", "Git: getting it", _build, needs_mb=200)
    os.environ["PATH"] = f"{tree / 'bin'}{os.pathsep}{os.environ['PATH']}"


@contextmanager
def worktree(revision, folder):
    """Have a commit checked out in ``folder`` for a while; gives its full name.

    :param revision: whatever git calls a commit (str)
    :param folder: path that there is not yet, or that an interrupted run has left
    """
    provide()
    found = _git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}")
    if found.returncode:
        raise Stop(f"There is no commit {revision} in this repository.")
    _forget(folder)
    added = _git("worktree", "add", "--detach", str(folder), found.stdout.strip())
    if added.returncode:
        raise Stop(f"git could not check out {revision}: {added.stderr.strip()}")
    try:
        yield found.stdout.strip()
    finally:
        _forget(folder)


def _forget(folder):
    if folder.exists():
        _git("worktree", "remove", "--force", str(folder))
        shutil.rmtree(folder, ignore_errors=True)
    _git("worktree", "prune")


def _git(*arguments):
    command = ["git", "-C", str(ROOT), *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def _build(tree):
    suite = debian.own()
    packages = [
        f"{name}={version}"
        for name, version, _size in suite.needed("git")
        if NEEDED.match(name)
    ]
    suite.unpack(packages, tree, "Git")
    launcher = tree / "bin" / "git"
    launcher.parent.mkdir(exist_ok=True)
    # The tree is renamed when it is whole, so the launcher looks where it stands.
    libraries = library_path(tree).replace(str(tree), "$tree")
    launcher.write_text(
        "#!/bin/sh\n"
        'tree=$(cd "$(dirname "$0")/.." && pwd)\n'
        f'export LD_LIBRARY_PATH="{libraries}"\n'
        'export GIT_EXEC_PATH="$tree/usr/lib/git-core"\n'
        'export GIT_TEMPLATE_DIR="$tree/usr/share/git-core/templates"\n'
        'exec "$tree/usr/bin/git" "$@"\n'
    )
    launcher.chmod(0o755)
