# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Addons of others that tests install beside this one."""

from . import venv
from .cache import cached
from .settings import ROOT, digest

REQUIREMENTS = ROOT / "dev" / "requirements-addons.txt"


def folder():
    """The folder that holds the addons of REQUIREMENTS, which are got if missing."""

    def build(target):
        venv.pip_install(
            venv.python(), f"--target={target}", "--no-deps", "-r", REQUIREMENTS
        )

    key = digest(REQUIREMENTS.read_bytes())
    title = "Addons of others: installing"
    return cached("other-addons", key, title, build) / "odoo" / "addons"
