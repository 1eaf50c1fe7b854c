# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The addon as Odoo sees it: ``<cache>/addons/oauth_provider``, a folder of links.

Odoo takes the technical name from the folder and reads everything below it, so
the checkout, whatever its name, stays out of the addons path.
"""

import re

from .cache import lock
from .settings import ADDON, ROOT, digest, settings

NOT_ADDON = re.compile(
    r"""
    \..* | __pycache__ | node_modules
    | dev | e2e | bench | docs | dist | build
    | Makefile | package.*\.json | requirements-dev\.txt | .*\.(?:cjs|mjs|toml|cfg|ini)
    """,
    re.VERBOSE,
)


def entries(root=ROOT):
    """The checkout's top-level entries that belong to the installed addon."""
    return sorted(path for path in root.iterdir() if not NOT_ADDON.fullmatch(path.name))


def link(root=ROOT, target=None):
    """Make the folder of links agree with the checkout; returns the addons path."""
    addons = settings().folder("addons") if target is None else target
    folder = addons / ADDON
    with lock("addons"):
        folder.mkdir(parents=True, exist_ok=True)
        wanted = {path.name: path for path in entries(root)}
        for path in folder.iterdir():
            if path.name == "__pycache__":
                continue  # Python's own, of the addon's first file
            if path.is_symlink() and path.readlink() == wanted.get(path.name):
                del wanted[path.name]
            else:
                path.unlink()
        for name, path in wanted.items():
            (folder / name).symlink_to(path)
    return addons


def content_key(root=ROOT):
    """A key of everything that an update of the module would read."""
    skipped = {"__pycache__", "tests"}
    parts = []
    for entry in entries(root):
        files = [entry] if entry.is_file() else sorted(entry.rglob("*"))
        for path in files:
            relative = path.relative_to(root)
            if path.is_file() and not skipped.intersection(relative.parts):
                parts += [relative, path.read_bytes()]
    return digest(*parts)
