# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odoo 19 itself: the one that ``ODOO`` names, or Debian's package in the cache."""

import os
import re
import shutil
import tarfile
import tempfile
from functools import lru_cache
from pathlib import Path

from . import debian, nodejs
from .cache import cached
from .console import Stop
from .settings import digest, settings

SERIES = "19.0"
# Debian ships these static files in packages of their own, behind relative links.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-font-awesome",
)
# Debian strips this file, without which no page of a database with `mail` is whole.
SELFIE = ("@mediapipe/selfie_segmentation", "0.1.1675465747")
SELFIE_FILE = "selfie_segmentation.js"
LIBRARY = Path("usr/lib/python3/dist-packages")


@lru_cache(maxsize=1)
def folder():
    """The folder that holds the ``odoo`` package."""
    if settings().odoo:
        return find(settings().odoo)
    tree = cached(
        "odoo",
        digest(*PACKAGES, *SELFIE),
        "Odoo 19: getting it",
        _build,
        needs_mb=2500,
    )
    return tree / LIBRARY


def find(given):
    """The folder with the ``odoo`` package that a path stands for, checked."""
    start = Path(given).expanduser().absolute()
    candidates = [start, start / LIBRARY, start.parent]
    for candidate in candidates:
        release = candidate / "odoo" / "release.py"
        if release.is_file():
            series = read_series(release.read_text())
            if series != SERIES:
                raise Stop(f"ODOO={given} is Odoo {series}; {SERIES} is needed.")
            return candidate
    raise Stop(
        f"ODOO={given} holds no Odoo: name the folder that contains odoo-bin"
        " or the package odoo, or leave ODOO away to have it fetched."
    )


def read_series(text):
    """``"19.0"`` from the text of Odoo's ``release.py``."""
    match = re.search(r"^version_info = \(['\"]?([^,'\"]+)['\"]?, ?(\d+)", text, re.M)
    return f"{match[1]}.{match[2]}" if match else "of an unknown version"


def addons_path():
    """Odoo's own addons folders, of a source checkout or of a package."""
    folders = (folder() / "addons", folder() / "odoo" / "addons")
    return [path for path in folders if _addons(path)]


def _addons(path):
    return path.is_dir() and any(path.glob("*/__manifest__.py"))


def _build(tree):
    suite = debian.sid()
    suite.unpack(PACKAGES, tree, "Odoo 19")
    if not (tree / LIBRARY / "odoo" / "release.py").is_file():
        raise Stop("Debian's package odoo-19 holds no Odoo where it was.")
    target = tree / LIBRARY / "odoo/addons/mail/static/lib/selfie_segmentation"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings().folder("tmp")) as work:
        archive = nodejs.pack("@".join(SELFIE), Path(work))
        with tarfile.open(archive) as tar:
            source = tar.extractfile(f"package/{SELFIE_FILE}")
            with open(target / SELFIE_FILE, "wb") as handle:
                shutil.copyfileobj(source, handle)
    # What Debian's own package would set up, and nothing needs here.
    shutil.rmtree(tree / "etc", ignore_errors=True)
    os.sync()
