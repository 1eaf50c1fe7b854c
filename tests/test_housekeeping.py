# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import inspect
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, tagged

from odoo.addons.base.models.ir_autovacuum import is_autovacuum

from ..models import oauth_provider_housekeeping as housekeeping


@tagged("post_install", "-at_install")
class TestHousekeeping(TransactionCase):
    """What is old goes, in batches that are committed and told to the job."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(housekeeping, "BATCH", 10))
        self.startPatcher(patch.object(housekeeping, "REST", 0))
        self.client = self.env["oauth.provider.client"].create(
            {
                "name": "Test",
                "application_type": "backend application",
                "user_id": self.env.user.id,
            }
        )
        self.tokens = self.env["oauth.provider.token"]
        self.grants = self.env["oauth.provider.grant"]
        self.steps = []

        def commit(_model, processed=0, *, remaining=None, deactivate=False):
            self.steps.append((processed, remaining))
            return self.time_left.pop() if self.time_left else 60

        self.time_left = []
        cron = type(self.env["ir.cron"])
        self.startPatcher(patch.object(cron, "_commit_progress", commit))

    def issue(self, number, days):
        """Return access tokens (records) that expired some days ago."""
        issued = self.tokens
        for _each in range(number):
            issued |= self.tokens.issue(
                client=self.client,
                user=self.env.user,
                scopes=self.env["oauth.provider.scope"],
                lifetime=-days * 86400,
            )[0]
        return issued

    def test_batches_until_nothing_is_left(self):
        old, young = self.issue(25, days=31), self.issue(5, days=29)
        self.tokens._cron_clean()
        self.assertFalse(old.exists())
        self.assertEqual(young.exists(), young)
        told = [step for step in self.steps if step[0]]
        self.assertEqual([number for number, _left in told], [10, 10, 5])
        lefts = [left for _number, left in told]
        self.assertEqual(lefts[0] - lefts[2], 15)
        self.assertEqual(self.steps[-1][1], 0)

    def test_when_the_time_is_over_the_rest_is_for_later(self):
        old = self.issue(25, days=31)
        # Codes take one step, then the time of the first batch of tokens is over
        self.time_left = [0, 60]
        self.tokens._cron_clean()
        self.assertEqual(len(old.exists()), 15)
        self.assertGreaterEqual(self.steps[-1][1], 15)

    def test_settings(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.retention_days", "5")
        old = self.issue(1, days=6)
        self.tokens._cron_clean()
        self.assertFalse(old.exists())

    def test_zero_days_are_no_days(self):
        for name in ("retention_days", "event_retention_days"):
            self.env["ir.config_parameter"].set_param(f"oauth_provider.{name}", "0")
        expired, live = self.issue(1, days=1), self.issue(1, days=-1)
        events = self.env["oauth.provider.event"]
        events.log_event("issued", client=self.client)
        self.env.cr.execute(
            "UPDATE oauth_provider_event SET happened_at = now() - interval '1 minute'"
        )
        self.tokens._cron_clean()
        self.assertFalse(expired.exists())
        self.assertTrue(live.exists())
        self.assertFalse(events.search([]))

    def make_grant(self, days, **values):
        grant = self.grants.create(
            {"client_id": self.client.id, "user_id": self.env.user.id, **values}
        )
        then = fields.Datetime.now() - timedelta(days=days)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET create_date = %s WHERE id = %s",
            (then, grant.id),
        )
        grant.invalidate_recordset()
        return grant

    def test_grants_that_nobody_uses(self):
        now = fields.Datetime.now()
        withdrawn = self.make_grant(400, revoked_at=now - timedelta(days=390))
        lately = self.make_grant(400, revoked_at=now - timedelta(days=10))
        used = self.make_grant(400, last_used=now - timedelta(days=10))
        self.tokens._cron_clean()
        self.assertFalse(withdrawn.exists())
        self.assertTrue(lately.exists() and used.exists())
        used.last_used = now - timedelta(days=366)
        token = self.issue(1, days=1)
        token.grant_id = used
        self.env.flush_all()
        self.tokens._cron_clean()
        self.assertTrue(used.exists(), "a token is left below it")
        token.unlink()
        self.env.flush_all()
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.unused_grant_days", "0")
        self.tokens._cron_clean()
        self.assertTrue(used.exists(), "0 is for never")
        parameters.set_param("oauth_provider.unused_grant_days", "365")
        self.tokens._cron_clean()
        self.assertFalse(used.exists())

    def make_old_grants(self, number, **values):
        """Return grants (records) of users each, which nobody used for long."""
        users = self.env["res.users"].create(
            [{"name": "U", "login": f"unused.{n}"} for n in range(number)]
        )
        grants = self.grants
        for user in users:
            grants |= self.make_grant(400, user_id=user.id, **values)
        return grants

    def test_grants_go_in_batches_too_and_the_job_comes_back_for_the_rest(self):
        grants = self.make_old_grants(25)
        pauses = []
        self.startPatcher(patch.object(housekeeping, "REST", 1))
        self.startPatcher(patch.object(housekeeping.time, "sleep", pauses.append))
        # Four kinds of other rows take a step each, then the time is over
        self.time_left = [0, 60, 60, 60, 60]
        self.tokens._cron_clean()
        self.assertEqual(len(grants.exists()), 15)
        self.assertEqual(self.steps[-1], (10, 15))
        self.assertFalse(pauses)
        self.steps.clear()
        self.tokens._cron_clean()
        self.assertFalse(grants.exists())
        self.assertEqual(len(pauses), 1)
        told = [step for step in self.steps if step[0]]
        self.assertEqual(told, [(10, 5), (5, 0)])

    def test_a_grant_that_ends_for_want_of_use_is_told_of(self):
        live = self.make_old_grants(12)
        then = fields.Datetime.now() - timedelta(days=390)
        withdrawn = self.make_grant(400, revoked_at=then)
        self.tokens._cron_clean()
        self.assertFalse((live | withdrawn).exists())
        events = self.env["oauth.provider.event"].search([("reason", "=", "unused")])
        self.assertEqual(set(events.mapped("kind")), {"consent_expired"})
        # What had ended before does not end once more
        self.assertEqual(sorted(events.mapped("grant_number")), live.ids)
        self.assertEqual(events.client_id, self.client)
        self.assertEqual(len(events.user_id), 12)

    def test_every_clean_up_says_whether_something_is_left(self):
        for model in self.env.values():
            for name, method in inspect.getmembers(type(model), is_autovacuum):
                if "oauth_provider" in method.__module__:
                    with self.subTest(model=model._name, method=name):
                        done, is_left = method(model)
                        self.assertIsInstance(done, int)
                        self.assertFalse(is_left)

    def test_the_index_serves_the_batches(self):
        # Of a table that is nearly empty, any plan costs the same
        for name in ("seqscan", "bitmapscan", "sort"):
            self.env.cr.execute(f"SET LOCAL enable_{name} = off")
        for model, column, *_rule in housekeeping.RULES:
            self.env.cr.execute(
                f"EXPLAIN SELECT id FROM {self.env[model]._table}"
                f" WHERE {column} < now() ORDER BY {column} LIMIT 10"
            )
            plan = "\n".join(line for [line] in self.env.cr.fetchall())
            self.assertIn(f"_{column}_index", plan)
            self.assertNotIn("Sort", plan)
