# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Run a program of the pinned versions: ``python3 -m dev.tool ruff check .``.

The hooks of pre-commit call their programs through this, so that a check is the same
one in ``make lint``, in a commit hook and in an editor. requirements-dev.txt and
package-lock.json are the only places that name versions. What is missing is installed.
"""

import os
import sys

from . import nodejs, venv
from .console import Stop, say

NODE_PROGRAMS = ("eslint", "prettier")


def locate(name):
    """The path of a program of the virtual environment or of the npm packages."""
    if name in NODE_PROGRAMS:
        folder = nodejs.modules() / ".bin"
    else:
        folder = venv.python().parent
    path = folder / name
    if not path.exists():
        raise Stop(
            f"{name} is not among the pinned packages: {folder} has no such file."
        )
    return path


def main(arguments):
    """Replace this process by the program with its arguments."""
    if not arguments:
        raise Stop("Name a program: python3 -m dev.tool <program> [argument ...]", 2)
    name, *rest = arguments
    path = locate(name)
    environment = nodejs.environment() if name in NODE_PROGRAMS else os.environ
    os.execve(path, [str(path), *rest], environment)  # noqa: S606


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as problem:
        say(f"✗ {problem}", sys.stderr)
        sys.exit(problem.code)
