# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How ``make test`` runs two test runners side by side."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from dev import apps, postgres, testing
from dev.console import Stop


def test_the_programs_of_a_command_share_its_postgresql(monkeypatch):
    monkeypatch.delenv(postgres.SHARED, raising=False)
    monkeypatch.setattr(postgres, "_filestore", Path)
    running = postgres.Cluster("test-9", Path("test-9"), {"PGHOST": "/socket"})
    with postgres.shared(running):
        with postgres.cluster("test") as found:
            assert found == running
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


def test_tags_with_all_modules_name_tests_that_need_them_and_tests_that_do_not():
    assert (
        testing.everything_tags("") == "oauth_everything/oauth_provider,/oauth_provider"
    )
    tags = "/oauth_provider:TestA, -/oauth_provider:TestB"
    assert testing.everything_tags(tags) == (
        "oauth_everything/oauth_provider:TestA,/oauth_provider:TestA,"
        "-/oauth_provider:TestB"
    )
    assert testing.everything_tags("oauth_everything/oauth_provider") == (
        "oauth_everything/oauth_provider"
    )
    with pytest.raises(Stop):
        testing.everything_tags("/crm:TestA")


def test_all_apps_that_can_be_installed_are_installed():
    found = apps.manifests()
    listed = [name for step in apps.steps() for name in step.split(",")]
    assert set(apps.NAMED) <= set(listed)
    assert len(listed) == len(set(listed))
    applications = {name for name in found if found[name].get("application")}
    assert applications <= set(listed)
    assert "website" in listed and "point_of_sale" in listed


def test_so_are_all_other_modules_but_those_of_one_country_or_of_a_test():
    found = apps.wanted()
    listed = [name for step in apps.steps() for name in step.split(",")]
    there = apps._installed_with([*apps.PRESENT, *listed], found)
    assert there == set(found)
    every = apps.manifests()
    for name in set(every) - there:
        is_complete = apps._is_complete(name, every)
        assert name.startswith(apps.LEFT_OUT) or not is_complete, name
    # No step names what an earlier one has installed
    [named, others, rest] = [step.split(",") for step in apps.steps()]
    before = apps._installed_with([*apps.PRESENT, *named, *others], found)
    assert len(before) > 150 and not before & set(rest)


def test_a_module_without_a_package_that_it_needs_is_left_out():
    needs = {"external_dependencies": {"python": ["no_such_package"]}}
    assert apps._missing(needs) == ["no_such_package"]
    assert not apps._missing({"external_dependencies": {"python": ["psycopg2"]}})
    assert not apps._missing({})
