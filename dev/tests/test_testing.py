# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How ``make test`` runs two test runners side by side."""

import os
import subprocess
import sys
from pathlib import Path

from dev import postgres, testing


def test_the_programs_of_a_command_share_its_postgresql(monkeypatch):
    monkeypatch.delenv(postgres.SHARED, raising=False)
    running = postgres.Cluster("test-9", Path("/nowhere"), {"PGHOST": "/socket"})
    with postgres.shared(running):
        with postgres.cluster("test") as found:
            assert (found.name, found.environment) == ("test-9", {"PGHOST": "/socket"})
    assert postgres.SHARED not in os.environ


def test_somebodys_own_postgresql_is_found_by_its_own_variables(monkeypatch):
    monkeypatch.delenv(postgres.SHARED, raising=False)
    running = postgres.Cluster("external-1", Path("/nowhere"))
    with postgres.shared(running):
        assert postgres.SHARED not in os.environ


def test_what_a_program_says_is_shown_to_its_last_line(tmp_path, capsys):
    path = tmp_path / "log"
    with open(path, "wb") as log:
        code = "print('first'); import time; time.sleep(0.7); print('last')"
        process = subprocess.Popen([sys.executable, "-c", code], stdout=log)
    testing._show(path, process)
    assert capsys.readouterr().out == "first\nlast\n"
