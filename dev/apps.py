# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All apps of the Odoo that there is, for the tests that need them."""

import ast
import importlib.util

from . import odoo_source

#: What the everyday jobs are about: installed first, as it is enough for many tests.
NAMED = (
    "contacts",
    "crm",
    "sale_management",
    "purchase",
    "stock",
    "project",
    "calendar",
    "hr",
    "hr_recruitment",
    "hr_holidays",
    "hr_timesheet",
    "account",
    "mrp",
)
#: Names of packages that are imported by other ones.
IMPORTED_AS = {"python-ldap": "ldap", "python-stdnum": "stdnum"}


def steps():
    """Return what to install one after the other, for ``Databases.template`` (list).

    The apps that are named, then all others; what Odoo installs by itself beside them
    comes with each step.
    """
    found = manifests()
    named = [name for name in NAMED if name in found]
    others = [
        name
        for name, manifest in sorted(found.items())
        if manifest.get("application") and name not in named
    ]
    return [",".join(part) for part in (named, others) if part]


def manifests():
    """Return the manifests (dict by name) of all modules that can be installed."""
    found = {}
    for folder in odoo_source.addons_path():
        for path in folder.glob("*/__manifest__.py"):
            manifest = ast.literal_eval(path.read_text())
            if manifest.get("installable", True) and not _missing(manifest):
                found.setdefault(path.parent.name, manifest)
    return found


def _missing(manifest):
    """Return the packages (list) that the module needs and that are not there."""
    needed = manifest.get("external_dependencies", {}).get("python", ())
    names = [IMPORTED_AS.get(name, name.partition(">")[0]) for name in needed]
    return [name for name in names if importlib.util.find_spec(name) is None]
