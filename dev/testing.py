# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``make test``: Odoo's own runner and pytest, counted together."""

import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from . import apps, chromium, git, nodejs, odoo_cli, results, venv
from .cache import lock
from .console import Stop, say
from .databases import Databases
from .postgres import cluster, shared
from .process import end_group, log_path, start_program
from .server import free_port
from .settings import ADDON, ROOT, settings

MODULES = ["web", "portal", "auth_oauth"]
#: The tag of tests that need further modules: their classes carry it in place of
#: Odoo's own tag "standard", or beside it when they run everywhere.
EVERYTHING = "oauth_everything"
#: Set in the environment: tests of pytest that fetch very much, marked ``large``, or
#: take long, marked ``long``, are run as well.
EVERY_TEST = "EVERY_TEST"
#: The lock that is held as long as tests run beside those of pytest.
FIRST_ROW = "first-row-of-tests"
#: The variable that says which of its tests pytest is to run: those that are "apart",
#: the "others", or all.
PART = "OAUTH_PROVIDER_PART"
#: The variable that says how many random calls TestJson2Property compares, and how
#: many they are with all modules.
COMPARISONS = "OAUTH_PROVIDER_COMPARISONS"
MANY_COMPARISONS = "20000"
#: Names of modules, which have databases of their own: as long as the others.
APART = frozenset(
    f"test_{name}"
    for name in (
        "consent_race",
        "deployment",
        "example_addon",
        "hosts",
        "locks",
        "portal",
        "prepared_statement",
        "quick_start",
    )
)
#: Classes of Odoo's tests that see no difference between two versions of oauthlib, and
#: take long: with PROTOCOL_ONLY they are left out.
ODOO_ONCE = (
    "TestBrowser",
    "TestJson2Companies",
    "TestJson2Hostile",
    "TestJson2Isolation",
    "TestJson2Models",
    "TestJson2Paths",
    "TestJson2Property",
    "TestJson2Scopes",
    "TestJson2Write",
    "TestOddInput",
    "TestPlans",
)
ODOO_LIMIT = 2400
EVERYTHING_LIMIT = 5400
PYTEST_LIMIT = 3600


def every_test(tags, arguments):
    """All of them in two rows, over one PostgreSQL; returns their Outcomes.

    Odoo's tests and then those of pytest that stand APART, beside them the others of
    pytest, whose output is shown once the first row is through.
    """
    with cluster("test") as postgres, shared(postgres), ExitStack() as both:
        # Tests that want the machine for themselves wait for it
        alone = both.enter_context(ExitStack())
        alone.enter_context(lock(FIRST_ROW))
        rest = both.enter_context(_background_pytest(arguments))
        outcomes = [odoo_tests(tags), pytest_tests(arguments, part="apart")]
        alone.close()
        return [*outcomes, rest()]


def everything_tests(tags):
    """The addon's tests, in a database that has all modules of Odoo (Outcome)."""
    modules = [*MODULES, *apps.steps()]
    return odoo_tests(
        tags,
        modules,
        database="everything",
        limit=EVERYTHING_LIMIT,
        environment={COMPARISONS: os.environ.get(COMPARISONS, MANY_COMPARISONS)},
    )


def odoo_tests(
    tags=f"/{ADDON}",
    modules=MODULES,
    *,
    database="test",
    limit=ODOO_LIMIT,
    environment=None,
):
    """Odoo's own tests of the addon, in a fresh database; returns an Outcome.

    :param tags: as Odoo's ``--test-tags`` (str)
    :param modules: of Odoo (list of str), as ``Databases.template`` takes them
    :param limit: seconds after which they are ended
    :param environment: further variables of the environment (dict)
    """
    chromium.executable()
    with cluster("test") as postgres:
        databases = Databases(postgres)
        databases.clone(databases.template(modules), database)
        command = odoo_cli.command(
            "server",
            f"--database={database}",
            f"--init={ADDON}",
            f"--test-tags={tags}",
            "--stop-after-init",
            "--workers=0",
            "--max-cron-threads=0",
            "--http-interface=127.0.0.1",
            f"--http-port={free_port()}",
            f"--screenshots={settings().folder('screenshots')}",
            data=odoo_cli.data_folder(postgres, "test"),
        )
        say(f"· Odoo's tests: {tags} …")
        path = log_path(f"odoo-{database}" if database != "test" else "odoo-tests")
        reader = results.OdooLog()
        process = start_program(
            command,
            env=odoo_cli.environment(postgres, environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        timer = threading.Timer(limit, end_group, (process, 10))
        timer.start()
        try:
            with open(path, "wb") as log:
                _follow(process.stdout, log, reader)
            code = process.wait()
        finally:
            timed_out = not timer.is_alive()
            timer.cancel()
            end_group(process, 10)
    outcome = reader.outcome(code)
    if timed_out:
        outcome.fail(f"Odoo's tests took longer than {limit} s and were ended")
    _tell("Odoo's tests", outcome, path)
    return outcome


def pytest_tests(arguments, limit=None, part=""):
    """The tests of pytest; returns an Outcome.

    :param limit: seconds after which they are ended; None: an hour, or longer with
        EVERY_TEST
    """
    process, report = _start_pytest(arguments, part)
    try:
        return _pytest_outcome(process, report, limit or _pytest_limit())
    finally:
        end_group(process, 30)


@contextmanager
def _background_pytest(arguments):
    """Start pytest; gives a function that shows what it says and waits for its end."""
    path = log_path("pytest")
    path.write_bytes(b"")
    started = time.monotonic()
    with open(path, "ab") as log:
        process, report = _start_pytest(arguments, "others", stdout=log, stderr=log)

    def rest():
        reader = threading.Thread(target=_show, args=(path, process), daemon=True)
        reader.start()
        limit = _pytest_limit() - (time.monotonic() - started)
        return _pytest_outcome(process, report, limit, reader)

    try:
        yield rest
    finally:
        end_group(process, 30)


def _pytest_limit():
    return EVERYTHING_LIMIT if os.environ.get(EVERY_TEST) else PYTEST_LIMIT


def _start_pytest(arguments, part, **popen):
    chromium.executable()
    git.provide()
    report = settings().folder("logs") / f"pytest{part and '-'}{part}.xml"
    report.unlink(missing_ok=True)
    command = [venv.python(), "-m", "pytest", f"--junitxml={report}", *arguments]
    say("· pytest …")
    env = {**_driver_environment(), PART: part}
    return start_program(command, cwd=ROOT, env=env, **popen), report


def _pytest_outcome(process, report, limit, reader=None):
    try:
        code = process.wait(max(limit, 1))
    except subprocess.TimeoutExpired:
        code = None
        end_group(process, 30)
    if reader:
        reader.join()
    outcome = results.pytest_outcome(report, code)
    if code is None:
        outcome.fail(f"pytest took longer than {limit:.0f} s and was ended")
    _tell("pytest", outcome, report)
    return outcome


def _show(path, process):
    """Write out a file that a process writes to, until the process has ended."""
    with open(path, "rb") as log:
        while True:
            ended = process.poll() is not None
            sys.stdout.write(log.read().decode(errors="replace"))
            sys.stdout.flush()
            if ended:
                return
            time.sleep(0.5)


def _driver_environment():
    """For Playwright, whose own Node.js lacks a library on a small Debian."""
    import playwright

    env = dict(os.environ)
    own = Path(playwright.__file__).parent / "driver" / "node"
    if subprocess.run([own, "--version"], capture_output=True).returncode:
        path = nodejs.environment()["PATH"]
        env["PLAYWRIGHT_NODEJS_PATH"] = shutil.which("node", path=path)
    return env


def finish(*outcomes):
    """Print the counts as the last line; exit code 1 unless everything passed."""
    total = sum(outcomes, results.Outcome())
    for problem in total.problems:
        say(f"✗ {problem}")
    say(str(total))
    return 1 if total.failed or not total.passed else 0


def _follow(stream, log, reader):
    """Show each class once, and every warning and error in full."""
    shown = None
    loud = False
    for raw in stream:
        log.write(raw)
        log.flush()
        line = raw.decode(errors="replace")
        record = reader.feed(line)
        if record:
            loud = record["level"] in ("WARNING", "ERROR", "CRITICAL")
            name = record["text"].removeprefix("Starting ").split(".")[0]
            if record["text"].startswith("Starting Test") and name != shown:
                shown = name
                say(f"  {name}")
        if loud:
            sys.stdout.write(line)
            sys.stdout.flush()


def _tell(what, outcome, path):
    skipped = f", {outcome.skipped} skipped" if outcome.skipped else ""
    mark = "✗" if outcome.failed else "✓"
    say(f"{mark} {what}: {outcome}{skipped} (see {path})")


def every_tag():
    """The tags of all of Odoo's tests, or of those that PROTOCOL_ONLY leaves (str)."""
    left_out = ODOO_ONCE if os.environ.get("PROTOCOL_ONLY") else ()
    return ",".join([f"/{ADDON}", *(f"-/{ADDON}:{name}" for name in left_out)])


def check_tags(tags):
    """Refuse tags that would run other modules' tests or none."""
    if f"/{ADDON}" not in tags:
        raise Stop(f"TAGS={tags} names no test of the addon: TAGS=/{ADDON}:TestClass")
    return tags


def everything_tags(tags):
    """Return the tags (str) of tests with all modules, as ``check_tags`` takes them.

    Of each part, the tests that need these modules and those that do not: a part
    without a tag would be the latter alone.
    """
    chosen = []
    for part in check_tags(tags or f"/{ADDON}").split(","):
        part = part.strip()
        if part[:1] == "/":
            chosen.append(f"{EVERYTHING}{part}")
        chosen.append(part)
    return ",".join(chosen)
