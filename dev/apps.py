# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""All modules of the Odoo that there is, for the tests that need them."""

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
#: What a database has before the first step.
PRESENT = ("base", "web", "rpc", "portal", "auth_oauth")
#: How the names of modules begin that are of no use here: those of one country, those
#: that Odoo's own tests need, and looks of a website.
LEFT_OUT = ("l10n_", "test_", "theme_")
#: Names of packages that are imported by other ones.
IMPORTED_AS = {"python-ldap": "ldap", "python-stdnum": "stdnum"}


def steps():
    """Return what to install one after the other, for ``Databases.template`` (list).

    The apps that are named, then all other apps, then all other modules; what Odoo
    installs by itself beside them comes with each step.
    """
    found = wanted()
    named = [name for name in NAMED if name in found]
    apps = [name for name in found if found[name].get("application")]
    apps = [name for name in apps if name not in named]
    # What is named a second time, Odoo would update with all that stands on it
    there = _installed_with([*PRESENT, *named, *apps], found)
    others = [name for name in found if name not in there]
    others = [name for name in others if not found[name].get("auto_install")]
    return [",".join(part) for part in (named, apps, others) if part]


def _installed_with(names, found):
    """Return the names (set) of what is installed when ``names`` are.

    These, what they stand on, and what Odoo installs by itself beside those.

    :param found: manifests (dict by name) of all modules that there are
    """
    there, todo = set(), list(names)
    while todo:
        name = todo.pop()
        if name in found and name not in there:
            there.add(name)
            todo.extend(found[name].get("depends", ()))
        if not todo:
            todo = [other for other in found if _is_due(found[other], there - {other})]
            todo = [other for other in todo if other not in there]
    return there


def _is_due(manifest, there):
    """Tell whether Odoo installs a module beside those that are ``there`` (set)."""
    beside = manifest.get("auto_install")
    if isinstance(beside, list | tuple | set):
        return set(beside) <= there
    return bool(beside) and set(manifest.get("depends", ())) <= there


def _is_complete(name, found):
    """Tell whether all that the module ``name`` stands on is in ``found`` (dict)."""
    needed = found[name].get("depends", ())
    return all(part in found and _is_complete(part, found) for part in needed)


def wanted():
    """Return the manifests (dict by name) of all modules that are to be installed."""
    found = {
        name: manifest
        for name, manifest in sorted(manifests().items())
        if not name.startswith(LEFT_OUT)
    }
    return {name: found[name] for name in found if _is_complete(name, found)}


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
