# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The commands, and what happens around all of them."""

import argparse
import os
import signal
import sys

from . import venv
from .cache import explain
from .console import Stop, say
from .process import on_interrupt
from .settings import ROOT


def main(arguments):
    """Run one command; every expected failure is one line and an exit code."""
    sys.stdout.reconfigure(errors="replace")
    sys.stderr.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, on_interrupt)
    try:
        if options.run is not _clean:
            _enter_environment()
        return options.run(options) or 0
    except Stop as stop:
        say(f"✗ {stop}", sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        say("✗ Interrupted.", sys.stderr)
        return 130
    except OSError as error:
        line = explain(error)
        if line is None:
            raise
        say(f"✗ {line}", sys.stderr)
        return 1


def _enter_environment():
    """Go on inside the virtual environment, which is made first if needed."""
    python = venv.python()
    if os.path.abspath(sys.executable) != str(python):
        os.chdir(ROOT)
        os.execv(python, [str(python), "-m", "dev", *sys.argv[1:]])


def _parser():
    parser = argparse.ArgumentParser(prog="python3 -m dev")
    commands = parser.add_subparsers(required=True, metavar="command")

    def add(name, run, help_text):
        command = commands.add_parser(name, help=help_text)
        command.set_defaults(run=run)
        return command

    add("setup", _setup, "get everything, run nothing")
    add("run", _run, "a provider and a second Odoo that signs in with it")
    test = add("test", _test, "the tests: Odoo's own runner and pytest")
    test.add_argument("--odoo-only", action="store_true", help="without pytest")
    test.add_argument("--pytest-only", action="store_true", help="without Odoo's")
    test.add_argument("--tags", default="", help="as Odoo's --test-tags; no pytest")
    test.add_argument("arguments", nargs="*", help="given to pytest (after --)")
    everything = add("test-everything", _everything, "the same, and with all modules")
    everything.add_argument(
        "--tags", default="", help="with all modules only, some tests"
    )
    torture = add("torture", _torture, "faults under load, for as long as wanted")
    torture.add_argument("--seconds", type=int, default=60, help="60 by default")
    check = add("lint", _lint, "every check of pre-commit")
    check.add_argument("arguments", nargs="*", help="given to pre-commit (after --)")
    bench = add("bench", _bench, "how fast it is, beside what one would use instead")
    bench.add_argument("--size", choices=("small", "full"), default="full")
    bench.add_argument(
        "--tokens", type=int, nargs="+", help="that each large database has"
    )
    bench.add_argument("--write", action="store_true", help="into docs/")
    bench.add_argument("--against", help="compare with this commit, and nothing else")
    bench.add_argument(
        "--narrow", action="store_true", help="what narrow scopes cost, nothing else"
    )
    bench.add_argument("--only", help="of these: calls with this in their name")
    soak = add("soak", _soak, "moderate load for long, and what grows meanwhile")
    soak.add_argument("--minutes", type=float, default=60, help="60 by default")
    soak.add_argument("--rate", type=float, default=20, help="requests a second: 20")
    soak.add_argument("--write", action="store_true", help="into docs/")
    pages = add("bench-pages", _bench_pages, "every page, in a large database")
    pages.add_argument("--size", choices=("small", "full"), default="full")
    pages.add_argument("--only", nargs="+", help="pages, such as grant and token")
    pages.add_argument("--write", action="store_true", help="into docs/")
    snapshot = add("snapshot", _snapshot, "all that callers can see, as lines of text")
    snapshot.add_argument("--at", help="of this commit, in place of the checkout")
    snapshot.add_argument("--against", help="compare with this commit")
    add("screenshots", _screenshots, "make the pictures of the README")
    add(
        "readme", _readme, "write README.rst, its page, docs/JOBS.md and docs/ERRORS.md"
    )
    add("pot", _pot, "export the template of the translations")
    add("wheel", _wheel, "build the wheel of the last commit into dist/")
    add("clean", _clean, "remove the cache folder")
    return parser


def _setup(_options):
    from . import chromium, git, nodejs, odoo_source, other_addons, postgres

    git.provide()
    odoo_source.folder()
    other_addons.folder()
    chromium.executable()
    nodejs.modules()
    with postgres.cluster("test"):
        pass
    say("✓ Everything is there.")


def _run(_options):
    from . import pair

    return pair.run()


def _test(options):
    from . import testing

    tags = testing.check_tags(options.tags or testing.every_tag())
    arguments = options.arguments or ["e2e", "dev/tests"]
    if options.pytest_only:
        outcomes = [testing.pytest_tests(arguments)]
    elif options.odoo_only or options.tags:
        outcomes = [testing.odoo_tests(tags)]
    else:
        outcomes = testing.every_test(tags, arguments)
    return testing.finish(*outcomes)


def _everything(options):
    from . import testing

    outcomes = []
    os.environ[testing.EVERY_TEST] = "1"
    if not options.tags:
        outcomes = testing.every_test(testing.every_tag(), ["e2e", "dev/tests"])
    tags = testing.everything_tags(options.tags)
    return testing.finish(*outcomes, testing.everything_tests(tags))


def _torture(options):
    from . import testing

    os.environ["TORTURE_SECONDS"] = str(options.seconds)
    limit = testing.PYTEST_LIMIT + options.seconds
    arguments = ["-s", "e2e/test_torture.py"]
    return testing.finish(testing.pytest_tests(arguments, limit))


def _lint(options):
    from . import chores

    return chores.lint(options.arguments)


def _screenshots(_options):
    from . import screenshots

    return screenshots.make()


def _bench(options):
    from bench import against, narrow
    from bench import main as benchmark

    if options.against:
        return against.run(options.against, options.size)
    if options.narrow:
        return narrow.run(options)
    return benchmark.run(options)


def _soak(options):
    from bench.soak import main as soak

    return soak.run(options)


def _bench_pages(options):
    from bench.pages import main as benchmark

    return benchmark.run(options)


def _snapshot(options):
    from . import snapshot

    return snapshot.run(options)


def _readme(_options):
    from . import errors_page, jobs, readme

    errors_page.main()
    jobs.main()
    readme.main([])


def _pot(_options):
    from . import chores

    return chores.pot()


def _wheel(_options):
    from . import build_wheel, git

    git.provide()
    build_wheel.main([])


def _clean(_options):
    from . import chores

    return chores.clean()
