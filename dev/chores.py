# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The smaller commands: checks, translations' template, cleaning up."""

import os
import shutil
import subprocess

from . import addon_links, git, nodejs, odoo_cli, odoo_source, venv
from .cache import lock
from .console import Stop, say, step
from .databases import Databases
from .postgres import cluster, private_folder
from .process import end_group, run, start_program
from .settings import ADDON, ROOT, settings


def lint(arguments=()):
    """Run every check of pre-commit over the checkout; returns its exit code."""
    git.provide()
    environment = nodejs.environment()
    nodejs.modules()
    folder = venv.python().parent
    environment["PATH"] = f"{folder}{os.pathsep}{environment['PATH']}"
    environment["PRE_COMMIT_HOME"] = str(settings().folder("pre-commit"))
    command = [folder / "pre-commit", "run", "--show-diff-on-failure"]
    command += arguments or ["--all-files"]
    process = start_program(command, env=environment, cwd=ROOT)
    try:
        code = process.wait(600)
    except subprocess.TimeoutExpired:
        raise Stop("The checks took longer than 600 s and were ended.") from None
    finally:
        end_group(process, 10)
    say("✗ Checks failed." if code else "✓ Checks passed.")
    return code


def pot():
    """Export ``i18n/oauth_provider.pot`` from a database with the addon."""
    with cluster("test") as postgres:
        databases = Databases(postgres)
        databases.create("pot", ["web", ADDON])
        # This command of Odoo's has no option for the addons path.
        configuration = settings().folder("tmp") / "pot.conf"
        folders = [addon_links.link(), *odoo_source.addons_path()]
        data = odoo_cli.data_folder(postgres, "tools")
        configuration.write_text(
            "[options]\n"
            f"addons_path = {','.join(map(str, folders))}\n"
            f"data_dir = {data}\n"
        )
        target = ROOT / "i18n" / f"{ADDON}.pot"
        target.parent.mkdir(exist_ok=True)
        command = [venv.python(), "-m", "odoo", "i18n", "export", "-c", configuration]
        with step(f"Exporting {target.relative_to(ROOT)}"):
            run(
                [*command, "-d", "pot", "-o", target, ADDON],
                "pot",
                env=odoo_cli.environment(postgres),
                timeout=300,
                failure="The export failed",
            )
        databases.drop("pot")
    return 0


def clean():
    """Remove the cache folder and what it keeps outside itself."""
    cache = settings().cache
    if not cache.exists():
        say(f"✓ {cache} is not there.")
        return 0
    if not (cache / "locks").is_dir():
        raise Stop(f"CACHE={cache} does not look like a cache of ours: left alone.")
    locks = [path.stem for path in (cache / "locks").glob("postgres-*.lock")]
    for name in locks:
        with lock(name, wait=False) as free:
            if not free:
                raise Stop(f"A command still uses {cache} ({name}): stop it first.")
    private = private_folder()
    with step(f"Removing {cache}"):
        for folder in {cache, private}:
            shutil.rmtree(folder)
    link = ROOT / "node_modules"
    if link.is_symlink():
        link.unlink()
    return 0
