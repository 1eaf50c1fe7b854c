# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A filter that speaks of archived records opens them, by every way to read them."""

from odoo.tests import tagged

from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestArchived(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.archived, cls.active = cls.Partner.create(
            [
                {"name": "Archived", "ref": "mixed", "active": False, "color": 1},
                {"name": "Active", "ref": "mixed", "color": 2},
            ]
        )

    def create_filtered_scope(self, domain, code="api", **values):
        own = self.env["ir.filters"].create(
            {
                "name": code,
                "model_id": "res.partner",
                "domain": domain,
                "user_ids": False,
            }
        )
        values.setdefault("api_read", True)
        values.setdefault("names", ("name", "color"))
        return self.create_api_scope(code, filter_id=own.id, **values)

    def read_everywhere(self, token, **arguments):
        """Return {way: set of ids} of the ways to find records."""
        domain = arguments.get("domain", [])
        found = self.bearer("otherinfo", token, model="res.partner")
        ways = {"otherinfo": {int(number) for number in found.json()}}
        self.assertEqual(found.headers["X-Total-Count"], str(len(ways["otherinfo"])))
        search = self.call(token, "search", domain=domain)
        ways["search"] = set(search.json())
        rows = self.call(token, "search_read", domain=domain, fields=["name"]).json()
        ways["search_read"] = {row["id"] for row in rows}
        count = self.call(token, "search_count", domain=domain).json()
        self.assertEqual(count, len(ways["search"]))
        groups = self.call(
            token,
            "formatted_read_group",
            domain=domain,
            groupby=["color"],
            aggregates=["__count"],
        ).json()
        self.assertEqual(sum(one["__count"] for one in groups), count)
        named = self.call(token, "name_search", name="A", domain=domain)
        if named.status_code == 200:
            self.assertEqual({row[0] for row in named.json()}, ways["search"])
        return ways

    def assertFound(self, token, *records):
        expected = {record.id for record in records}
        for way, found in self.read_everywhere(token).items():
            with self.subTest(way=way):
                self.assertEqual(found, expected)

    def test_a_filter_decides_on_archived_records(self):
        mixed = "('ref', '=', 'mixed')"
        both = (self.archived, self.active)
        for number, (domain, records) in enumerate(
            (
                (f"[('active', '=', False), {mixed}]", (self.archived,)),
                (f"[('active', 'in', [True, False]), {mixed}]", both),
                (f"['|', ('active', '=', False), ('color', '=', 2), {mixed}]", both),
                (f"[('active', '!=', False), {mixed}]", (self.active,)),
                (f"[{mixed}]", (self.active,)),
            )
        ):
            with self.subTest(domain=domain):
                scope = self.create_filtered_scope(domain, f"scope{number}")
                self.assertFound(self.get_token(scope), *records)

    def test_one_scope_of_archived_records_beside_another_of_active_ones(self):
        inactive = self.create_filtered_scope(
            "[('active', '=', False), ('color', '=', 1)]", "inactive"
        )
        others = self.create_filtered_scope("[('ref', '=', 'mixed')]", "others")
        hidden = self.active.copy({"name": "A hidden one", "active": False})
        hidden.ref = "mixed"
        self.assertFound(self.get_token(others), self.active)
        # What only the other scope opens stays hidden as long as nobody asks for it
        token = self.get_token(inactive, others)
        self.assertFound(token, self.active, self.archived)
        response = self.call(token, "search", domain=[], context={"active_test": False})
        everything = {*self.active.ids, *self.archived.ids, *hidden.ids}
        self.assertEqual(set(response.json()), everything)

    def test_a_caller_who_says_something_of_it(self):
        scope = self.create_filtered_scope(
            "[('active', 'in', [True, False]), ('ref', '=', 'mixed')]",
            names=("name", "active"),
        )
        token = self.get_token(scope)
        for domain, records in (
            ([], self.archived | self.active),
            ([["active", "=", True]], self.active),
            ([["active", "=", False]], self.archived),
            ([["name", "=", "Archived"]], self.archived),
        ):
            found = self.call(token, "search", domain=domain).json()
            self.assertEqual(set(found), set(records.ids), domain)

    def test_of_one_record_and_of_a_change(self):
        scope = self.create_filtered_scope(
            "[('active', '=', False), ('ref', '=', 'mixed')]", api_write=True
        )
        token = self.get_token(scope)
        ids = self.archived.ids
        [row] = self.call(token, "read", ids=ids, fields=["name"]).json()
        self.assertEqual(row["name"], "Archived")
        self.assertTrue(self.call(token, "write", ids=ids, vals={"name": "B"}).json())
        self.assert_refused(
            self.call(token, "write", ids=self.active.ids, vals={"name": "B"})
        )
        shown = self.env["oauth.provider.scope.preview"].create({"scope_id": scope.id})
        self.assertIn("1 records", shown.records)
        self.assertIn("1 of your records", shown.access)
