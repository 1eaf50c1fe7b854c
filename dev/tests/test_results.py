# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from dev import results

PREFIX = "2026-01-01 10:00:00,000 1 {} test {}: {}"
TESTS = "odoo.addons.oauth_provider.tests.test_x"


def read(*records, code=0):
    log = results.OdooLog()
    for level, logger, text in records:
        log.feed(PREFIX.format(level, logger, text))
    return log.outcome(code)


def started(name):
    return ("INFO", TESTS, f"Starting TestX.{name} ...")


def summary(failed, errors, tests):
    text = f"{failed} failed, {errors} error(s) of {tests} tests when loading database"
    return ("INFO", "odoo.tests.result", text)


def test_tests_that_pass_are_counted():
    outcome = read(started("test_a"), started("test_b"), summary(0, 0, 2))
    assert (outcome.passed, outcome.failed) == (2, 0)
    assert str(outcome) == "2 passed, 0 failed"


def test_a_failure_and_an_error_are_counted_once_each():
    outcome = read(
        started("test_a"),
        ("ERROR", TESTS, "FAIL: TestX.test_a"),
        started("test_b"),
        ("ERROR", TESTS, "ERROR: Subtest TestX.test_b (i=1)"),
        ("ERROR", TESTS, "ERROR: Subtest TestX.test_b (i=2)"),
        summary(1, 2, 2),
        code=1,
    )
    assert (outcome.passed, outcome.failed) == (0, 2)


def test_no_test_at_all_is_a_failure():
    assert read(summary(0, 0, 0)).failed == 1
    assert read().failed == 1


def test_an_error_in_the_log_is_a_failure():
    record = ("ERROR", "odoo.sql_db", "bad query")
    outcome = read(started("test_a"), record, summary(0, 0, 1))
    assert (outcome.passed, outcome.failed) == (1, 1)


def test_a_test_that_found_no_browser_is_a_failure():
    skipped = ("INFO", TESTS, "skipped TestX.test_a : Chrome executable not found")
    assert read(started("test_a"), skipped, summary(0, 0, 1)).failed == 1


def test_an_exit_code_without_a_failure_is_one():
    assert read(started("test_a"), summary(0, 0, 1), code=1).failed == 1


def test_pytest_without_results_is_a_failure(tmp_path):
    assert results.pytest_outcome(tmp_path / "none.xml", 0).failed == 1
    report = tmp_path / "empty.xml"
    report.write_text("<testsuites><testsuite tests='0'/></testsuites>")
    assert results.pytest_outcome(report, 5).failed == 1


def test_the_results_of_pytest_are_counted(tmp_path):
    report = tmp_path / "report.xml"
    report.write_text(
        "<testsuite><testcase classname='a' name='b'/>"
        "<testcase classname='a' name='c'><failure message='no'/></testcase>"
        "<testcase classname='a' name='d'><skipped/></testcase></testsuite>"
    )
    outcome = results.pytest_outcome(report, 1)
    assert (outcome.passed, outcome.failed, outcome.skipped) == (1, 1, 1)
