# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the test runners really said: counts and problems from their own output."""

import re
import xml.etree.ElementTree
from dataclasses import dataclass, field

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} \d+ (?P<level>[A-Z]+) (?P<db>\S+)"
    r" (?P<logger>[\w.]+): (?P<text>.*)$"
)
SUMMARY = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")
FLAVOUR = re.compile(r"(?:FAIL|ERROR): (.*)")
# Odoo repeats in these what its tests have said one by one.
REPEATED = ("odoo.tests.result", "odoo.modules.loading")
# A page that was still loading when its test had already succeeded.
HARMLESS = "Error received after termination"
MISSING_BROWSER = re.compile(r"chrome|devtools|websocket-client", re.IGNORECASE)


@dataclass
class Outcome:
    """How many tests passed and failed, and what to tell about the failures."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    problems: list = field(default_factory=list)

    def fail(self, problem):
        """Count one more failure."""
        self.failed += 1
        self.problems.append(problem)

    def __add__(self, other):
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.problems + other.problems,
        )

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed"


class OdooLog:
    """Reads the log of an Odoo run with tests, line by line."""

    def __init__(self):
        self.started = set()
        self.broken = {}
        self.skipped = {}
        self.errors = []
        self.summary = None

    def feed(self, line):
        """Take one line; returns its record when it begins one, else None."""
        record = RECORD.match(line.rstrip())
        if record:
            self._take(record["level"], record["logger"], record["text"])
        return record

    def _take(self, level, logger, text):
        summary = SUMMARY.search(text) if logger == REPEATED[0] else None
        if summary:
            self.summary = tuple(map(int, summary.groups()))
        elif started := re.fullmatch(r"Starting (\S+\.\S+) \.\.\.", text):
            self.started.add((logger, started[1]))
        elif skipped := re.fullmatch(r"skipped (.+?) : (.*)", text):
            self.skipped[logger, skipped[1]] = skipped[2]
        elif level in ("ERROR", "CRITICAL"):
            if broken := FLAVOUR.fullmatch(text):
                name = re.sub(r"^Subtest (\S+).*", r"\1", broken[1])
                self.broken.setdefault((logger, name), text)
            elif logger not in REPEATED and not text.startswith(HARMLESS):
                self.errors.append(f"{logger}: {text}")

    def outcome(self, code):
        """The counts, given the exit code of the process."""
        outcome = Outcome()
        for problem in self.broken.values():
            outcome.fail(problem)
        for (_logger, name), reason in self.skipped.items():
            if MISSING_BROWSER.search(reason):
                outcome.fail(f"not run: {name}: {reason}")
            else:
                outcome.skipped += 1
        for error in self.errors:
            outcome.fail(f"logged as an error: {error}")
        quiet = self.started - set(self.broken) - set(self.skipped)
        outcome.passed = len(quiet)
        if self.summary is None:
            outcome.fail("Odoo did not get to the end of its tests")
        elif not self.summary[2]:
            outcome.fail("Odoo ran no test")
        elif sum(self.summary[:2]) and not outcome.failed:
            outcome.fail("Odoo counts failures that its log does not show")
        if code and not outcome.failed:
            outcome.fail(f"Odoo ended with exit code {code}")
        return outcome


def pytest_outcome(path, code):
    """The counts of a ``--junitxml`` file, given pytest's exit code."""
    outcome = Outcome()
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        outcome.fail("pytest wrote no results")
        return outcome
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        problem = case.find("failure")
        if problem is None:
            problem = case.find("error")
        if problem is not None:
            reason = (problem.get("message") or "").split("\n")[0]
            outcome.fail(f"{name}: {reason}")
        elif case.find("skipped") is not None:
            outcome.skipped += 1
        else:
            outcome.passed += 1
    if not outcome.passed and not outcome.failed:
        outcome.fail("pytest ran no test")
    elif code and not outcome.failed:
        outcome.fail(f"pytest ended with exit code {code}")
    return outcome
