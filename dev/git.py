# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Git, which the checks and the wheel ask for files: the system's, or Debian's."""

import os
import re
import shutil

from . import debian
from .cache import cached
from .debian import library_path

# Git's own programs need no Perl for what is done here.
NEEDED = re.compile(r"git$|lib(?!.*perl)")


def provide():
    """Have ``git`` on this process's PATH."""
    if shutil.which("git"):
        return
    tree = cached("git", "1", "Git: getting it", _build, needs_mb=200)
    os.environ["PATH"] = f"{tree / 'bin'}{os.pathsep}{os.environ['PATH']}"


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
