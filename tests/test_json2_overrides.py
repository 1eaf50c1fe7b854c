# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Models that go their own way about an aggregate open nothing by it."""

from odoo.tests import tagged
from odoo.tools import SQL

from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2Overrides(Json2Case):
    def test_an_aggregate_that_a_model_makes_itself(self):
        """As the balance of analytic accounts, the margin of products."""
        model = self.registry["res.partner"]
        original = model._read_group_select

        def select(records, spec, query):
            if spec in ("street:max", "street:array_agg"):
                return SQL("MAX(street)")
            return original(records, spec, query)

        self.patch(model, "_read_group_select", select)
        token = self.get_token(self.create_api_scope(api_read=True))
        for method, arguments in (
            ("formatted_read_group", {"groupby": [], "aggregates": ["street:max"]}),
            (
                "formatted_read_grouping_sets",
                {"grouping_sets": [["name"], []], "aggregates": ["street:max"]},
            ),
            (
                "formatted_read_group",
                {
                    "groupby": ["name"],
                    "aggregates": ["__count"],
                    "having": [["street:max", "=", SECRET]],
                },
            ),
            (
                "formatted_read_group",
                {
                    "groupby": ["name"],
                    "aggregates": ["__count"],
                    "order": "street:max",
                },
            ),
            ("web_read_group", {"groupby": ["name"], "aggregates": ["street:max"]}),
            (
                "formatted_read_group",
                {"groupby": [], "aggregates": {"street:max": True}},
            ),
            ("read_group", {"groupby": ["name"], "fields": {"street:max": True}}),
            ("read_group", {"groupby": ["name"], "fields": ["street:max"]}),
            ("read_group", {"groupby": ["name"], "fields": ["x:array_agg(street)"]}),
            (
                "read_group",
                {"groupby": ["name"], "fields": [], "orderby": "street:max"},
            ),
        ):
            with self.subTest(method=method, **arguments):
                self.assert_refused(self.call(token, method, domain=[], **arguments))

    def test_ones_own_account(self):
        """Odoo reads a part of it as superuser, and describes more than it opens."""
        names = ("signature",)
        token = self.get_token(
            self.create_api_scope("own", "res.users", names=names, api_read=True)
        )
        hidden = {"login": True, "email": True, "group_ids": True}
        for names in (hidden, list(hidden), "login", [["login"]], [hidden]):
            for method, arguments in (
                ("read", {"ids": self.user.ids, "fields": names}),
                ("search_read", {"domain": [], "fields": names}),
            ):
                with self.subTest(method=method, names=names):
                    response = self.call(token, method, "res.users", **arguments)
                    self.assertIn(response.status_code, (403, 422), response.text)
                    self.assertNotIn(self.user.login, response.text)
        found = self.call(token, "read", "res.users", ids=self.user.ids, fields=["id"])
        self.assertEqual(found.json(), [{"id": self.user.id}])
        for arguments in ({}, {"allfields": ["signature", "login", "tz"]}):
            described = self.call(token, "fields_get", "res.users", **arguments)
            self.assertLessEqual(set(described.json()), {"id", "signature"})
