# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The table of everyday jobs: complete, narrow and published."""

import json
import re

from dev import jobs

APPS = 12
#: Jobs that change another model through a field: no call names it.
THROUGH = ("Correct the e-mail address of an applicant and of the contact behind",)

#: Operations of a scope that a method consists of.
CONSIST_OF = {"copy": ("create",), "load": ("create", "write")}
#: Operations on the other model that the first commands of a list are.
COMMANDS = ("create", "write", "unlink")


def test_every_app_has_its_jobs():
    found = jobs.by_app()
    assert len(found) == APPS
    assert all(len(listed) >= 5 for _title, _groups, listed in found)
    names = [job.name for _title, _groups, listed in found for job in listed]
    assert len(names) >= 60
    assert all(job.expects for _title, _groups, listed in found for job in listed)


def test_the_scopes_are_narrow():
    """No scope lists a field, and allows an operation, that no call of the job uses."""
    for _title, _groups, listed in jobs.by_app():
        for job in listed:
            for scope in job.scopes:
                _check_narrow(job, scope)


def _check_narrow(job, scope):
    if job.name in THROUGH:
        return
    own = [call for call in job.calls if call.model == scope.model]
    # Lines come with what they belong to
    others = [call.arguments for call in job.calls if call not in own]
    commands = list(_find_commands(others))
    said = json.dumps([[call.arguments for call in own], commands])
    methods = {call.method for call in own}
    methods |= {COMMANDS[command[0]] for command in commands}
    # A copy takes every field that is listed
    listed = () if "copy" in methods else scope.fields.split()
    # A link is answered with the name of the record
    for name in set(listed) - {"display_name"}:
        assert re.search(rf"(\b|default_){name}\b", said), (job.name, scope.model, name)
    used = methods.union(*(CONSIST_OF.get(name, ()) for name in methods))
    for operation in set(scope.operations.split()) - {"read"}:
        assert operation in used, (job.name, scope.model, operation)


def _find_commands(value):
    """Yield each command in ``value`` that makes, changes or deletes a line."""
    is_command = isinstance(value, list) and value[:1] and type(value[0]) is int
    if is_command and value[0] < len(COMMANDS) and len(value) > 1:
        yield value
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _find_commands(one)


def test_the_table_is_published():
    assert jobs.PATH.read_text() == jobs.text(), "python3 -m dev readme"
