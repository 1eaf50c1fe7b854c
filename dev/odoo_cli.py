# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How Odoo is called: its command line and the environment it runs in."""

import os

from . import addon_links, odoo_source, venv
from .settings import ROOT, settings

#: Addons that build on this one: those of the tests, and that of the benchmark.
EXAMPLES = (ROOT / "e2e" / "addons", ROOT / "bench" / "addons")
KEEP_OUT = ("PYTHONPATH", "PYTHONHOME", "ODOO_RC", "OPENERP_SERVER", "VIRTUAL_ENV")


#: Folders with addons of others, where a test asks for them.
_more_addons = []


def add_addons(folder):
    """Let every command from now on find the addons of ``folder``, too."""
    if folder not in _more_addons:
        _more_addons.append(folder)


def command(subcommand, *options, data=None, addons=None):
    """The command line of one of Odoo's commands, with the addons path set.

    ``data`` is the data folder: sessions, and the filestore of the cluster. ``addons``
    is a folder with another copy of the addon, to be used in the place of this one.
    """
    own = [addons] if addons else [addon_links.link(), *EXAMPLES]
    folders = [*own, *odoo_source.addons_path(), *_more_addons]
    line = [venv.python(), _program(), subcommand, "--config", _configuration()]
    line.append("--addons-path=" + ",".join(str(folder) for folder in folders))
    if data:
        line.append(f"--data-dir={data}")
    return [*line, *options]


def environment(cluster, extra=None):
    """The environment for Odoo: its packages, the database server, the browser."""
    from . import chromium

    env = {name: value for name, value in os.environ.items() if name not in KEEP_OUT}
    env = {name: value for name, value in env.items() if not name.startswith("PG")}
    env.update(cluster.environment)
    paths = [*venv.python_path(), odoo_source.folder()]
    env["PYTHONPATH"] = os.pathsep.join(str(path) for path in paths)
    env["PYTHONNOUSERSITE"] = "1"
    first = [chromium.launcher_folder(), venv.python().parent]
    env["PATH"] = os.pathsep.join([*map(str, first), env.get("PATH", os.defpath)])
    env.update(extra or {})
    return env


def data_folder(cluster, name):
    """A data folder of one server, which shares the filestore of its cluster."""
    folder = settings().folder("data", cluster.name, name)
    link = folder / "filestore"
    if link.is_symlink() and link.readlink() != cluster.filestore:
        # A copied or moved cache: never into that of somebody else
        link.unlink()
    if not link.is_symlink():
        link.symlink_to(cluster.filestore)
    return folder


def _program():
    """A program that is Odoo: its workers start it anew, which `-m odoo` prevents."""
    path = settings().folder("bin") / "odoo-bin"
    text = "from odoo.cli.command import main\n\nmain()\n"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path


def _configuration():
    """A configuration file of ours, so that Odoo reads no other."""
    path = settings().folder() / "odoo.conf"
    if not path.exists():
        path.write_text("[options]\n")
    return path
