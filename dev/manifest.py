# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The addon's manifest, read without Odoo."""

import ast

from .settings import ROOT


def read():
    """The manifest (dict) of the checkout."""
    return ast.literal_eval((ROOT / "__manifest__.py").read_text())


def python_dependencies():
    """The distributions that the manifest asks for, sorted as people do."""
    dependencies = read().get("external_dependencies", {}).get("python", [])
    return sorted(dependencies, key=str.lower)
