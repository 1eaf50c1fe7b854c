# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from dev.settings import ROOT


def test_every_test_that_the_table_of_standards_names_is_there():
    table = (ROOT / "readme" / "STANDARDS.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", table))
    written = set()
    for folder in ("tests", "e2e"):
        for path in (ROOT / folder).glob("test_*.py"):
            written.update(re.findall(r"def (test_\w+)\(", path.read_text()))
    assert len(named) > 20
    assert named <= written, sorted(named - written)
