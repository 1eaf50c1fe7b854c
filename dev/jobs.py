# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Write docs/JOBS.md: the everyday jobs of ``tests/jobs`` and the scopes they need."""

import importlib
import importlib.util
import json
import sys

from .settings import ROOT

PATH = ROOT / "docs" / "JOBS.md"
FOLDER = ROOT / "tests" / "jobs"
INTRODUCTION = """\
# Everyday jobs and the scopes they need

What integrations do every day on Odoo's own apps, through `/json/2`, with the
narrowest API scopes that let them. `make test-everything` carries out each of them
over HTTP, in the name of a person who is no administrator, and looks at what is in
the database afterwards. This page is written from the very table that the test reads
(`tests/jobs`).

A scope is `model: operations`, and the fields that it lists in brackets; without
brackets it lists none, and the records can be linked and nothing of them read. *may
change related records* is the box of that name. Values that begin with `$` stand for
a record or an earlier answer.

A scope on `hr.employee` counts on the public profiles `hr.employee.public` too: people
who are no HR officers read those in place of the employees, with the fields that both
have.
"""


def package():
    """Return the package ``tests/jobs``, without the tests around it."""
    if "oauth_provider_jobs" not in sys.modules:
        spec = importlib.util.spec_from_file_location(
            "oauth_provider_jobs",
            FOLDER / "__init__.py",
            submodule_search_locations=[str(FOLDER)],
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules["oauth_provider_jobs"]


def by_app():
    """Return [(title, groups, jobs)] of all apps."""
    found = []
    for app, groups in package().GROUPS.items():
        module = importlib.import_module(f"oauth_provider_jobs.{app}")
        title = module.__doc__.split("\n")[0].split(":")[0].split(",")[0].rstrip(".")
        found.append((title, groups, module.JOBS))
    return found


def text():
    """Return the text (str) that docs/JOBS.md should have."""
    parts = [INTRODUCTION]
    for title, groups, jobs in by_app():
        names = ", ".join(f"`{name}`" for name in groups) or "no further group"
        parts.append(f"\n## {title}\n\nAs an internal user with {names}.\n")
        parts.append("\n| Job | Scopes | Calls |\n| --- | --- | --- |\n")
        parts.extend(_row(job) for job in jobs)
    return "".join(parts)


def _row(job):
    name = job.name
    if job.groups:
        name += " (also in " + ", ".join(f"`{one}`" for one in job.groups.split()) + ")"
    scopes = "<br>".join(_scope(scope) for scope in job.scopes)
    calls = "<br>".join(f"`{_call(call)}`" for call in job.calls)
    return f"| {name} | {scopes} | {calls} |\n"


def _scope(scope):
    said = f"`{scope.model}: {scope.operations}"
    if scope.fields:
        said += f" ({', '.join(scope.fields.split())})"
    said += "`"
    if scope.filter:
        said += f" where `{_plain(scope.filter)}`"
    if scope.related:
        said += " *may change related records*"
    return said


def _call(call):
    arguments = json.dumps(call.arguments, ensure_ascii=False)
    if len(arguments) > 160:
        arguments = arguments[:150] + " …"
    return _plain(f"{call.model}/{call.method} {arguments}")


def _plain(words):
    return words.replace("|", "\\|").replace("\n", " ")


def main():
    """Write the file."""
    PATH.write_text(text())
