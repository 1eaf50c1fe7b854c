# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The everyday jobs of integrations, with the narrow scopes of ``tests/jobs``."""

import importlib
import json

from odoo.tests import new_test_user, tagged

from .job_records import Records
from .jobs import GROUPS
from .jobs_case import JobsCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestEverydayJobs(JobsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {
            app: new_test_user(
                cls.env,
                f"job_{app}",
                groups=",".join(("base.group_user", *groups)),
                email=f"job_{app}@example.com",
            )
            for app, groups in GROUPS.items()
        }

    def carry_out(self, app, job):
        """Do all calls of ``job`` with a token of its scopes, and see what came of it.

        :param app: whose people do it (str)
        :param job: :class:`.jobs.Job`
        """
        records = Records(self.env, self.people[app])
        for group in job.groups.split():
            records.user.group_ids |= self.env.ref(group)
        for name in job.given.split():
            records.find(f"${name}")
        made = {call.result for call in job.calls}
        named = self._names(
            [[call.arguments for call in job.calls], [list(one) for one in job.expects]]
        )
        for name in sorted(named - made):
            if not name.startswith("day+"):
                records.find(f"${name}")
        self.env.flush_all()
        token = self.get_narrow_token(*job.scopes, user=records.user)
        for call in job.calls:
            arguments = records.resolve(call.arguments)
            if isinstance(arguments.get("ids"), int):
                arguments["ids"] = [arguments["ids"]]
            response = self.call(token, call.method, call.model, **arguments)
            where = f"{call.name} {json.dumps(arguments)[:500]}: {response.text}"
            self.assertEqual(response.status_code, 200, where)
            if call.result:
                is_new = call.method == "create"
                model = call.model if is_new else None
                records.keep(call.result, response.json(), model)
        self.env.invalidate_all()
        for reference, expected in job.expects:
            self._look(records, reference, expected)

    def _look(self, records, reference, expected):
        found = records.find(reference)
        if not isinstance(expected, dict):
            self._compare(records, reference, found, expected)
            return
        for path, value in expected.items():
            seen = records.follow(found, path)
            self._compare(records, f"{reference}.{path}", seen, value)

    def _compare(self, records, where, seen, expected):
        if expected is None:
            self.assertTrue(seen, where)
            return
        expected = records.resolve(expected)
        if hasattr(seen, "_name"):
            ids = expected if isinstance(expected, list) else [expected]
            self.assertEqual(sorted(seen.ids), sorted(ids), where)
        elif isinstance(expected, float):
            self.assertAlmostEqual(seen, expected, msg=where)
        elif isinstance(expected, str):
            self.assertEqual(str(seen), expected, where)
        else:
            self.assertEqual(seen, expected, where)

    def _names(self, value):
        """Return the names (set) of the records that ``value`` refers to."""
        if isinstance(value, dict):
            return self._names(list(value.values()))
        if isinstance(value, list):
            return set().union(*(self._names(one) for one in value))
        if isinstance(value, str) and value.startswith("$"):
            return {value[1:].partition(".")[0]}
        return set()


def _test(app, job):
    def test(self):
        self.carry_out(app, job)

    test.__doc__ = job.name
    return test


for _app in GROUPS:
    _jobs = importlib.import_module(f"{__package__}.jobs.{_app}").JOBS
    for _number, _job in enumerate(_jobs, 1):
        setattr(TestEverydayJobs, f"test_{_app}_{_number:02}", _test(_app, _job))
