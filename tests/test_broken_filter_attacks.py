# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who makes a filter look broken, and what runs twice because one is."""

from unittest.mock import patch

from odoo import api
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..storage import broken_filters
from .test_broken_filter import WAYS, BrokenFilterCase


@tagged("post_install", "-at_install")
class TestBrokenFilterAttacks(BrokenFilterCase):
    @mute_logger("odoo.http", "odoo.sql_db")
    def test_nothing_of_a_call_makes_a_sound_filter_broken(self):
        """The verdict holds for other clients of the same person, for a time."""
        scope = self.create_api_scope("sound", api_read=True)
        token = self.get_token(scope)
        before = self.call(token, "search_count", domain=[]).json()
        self.assertTrue(before)
        for context in (
            {"lang": "xx_XX"},
            {"lang": True},
            {"lang": "\x00"},
            {"lang": "en_US'"},
            {"tz": "No/Where"},
            {"allowed_company_ids": [0]},
        ):
            with self.subTest(context=context):
                broken_filters.forget()
                for arguments in ({"fields": ["nope"]}, {"domain": [["id", "=", {}]]}):
                    answer = self.call(
                        token, "search_read", context=context, **arguments
                    )
                    self.assertIn(answer.status_code, (403, 422))
                after = self.call(token, "search_count", domain=[])
                self.assertEqual(after.json(), before)
                self.assertFalse(self.get_failed_at(scope))

    def test_an_unknown_language_is_the_callers_fault(self):
        token = self.get_token(self.create_api_scope("sound", api_read=True))
        answer = self.call(token, "search", domain=[], context={"lang": "xx_XX"})
        self.assertEqual(answer.status_code, 422)
        self.assertIn("no such lang", answer.json()["message"])
        answer = self.call(token, "search", domain=[], context={"lang": "en_US"})
        self.assertEqual(answer.status_code, 200, answer.text)

    @mute_logger("odoo.http", "odoo.sql_db")
    def test_business_code_runs_once(self):
        text = WAYS["operator does not exist"]
        scope = self.break_filter(text, code="make", api_create=True)
        token, runs = self.get_token(scope), []
        model_class = self.registry["res.partner"]
        before = model_class.create

        @api.model_create_multi
        def create(records, vals_list):
            runs.append(records.env.uid)
            return before(records, vals_list)

        with patch.object(model_class, "create", create):
            answer = self.call(token, "create", vals_list=[{"name": "Twice"}])
        self.assertEqual(answer.status_code, 404, answer.text)
        self.assertLessEqual(len(runs), 1)
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Twice")]))
