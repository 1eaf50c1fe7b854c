# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Links by which Odoo searches past the rules of the other model open nothing more."""

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2Bypass(Json2Case):
    def setUp(self):
        super().setUp()
        self.partner = self.user.partner_id
        self.partner.email = f"{SECRET}@example.com"

    def open(self, domain, **values):
        """Return a token that reads users' links, and partners of ``domain``."""
        filter_ = self.env["ir.filters"].create(
            {
                "name": "Some",
                "model_id": "res.partner",
                "domain": domain,
                "user_ids": False,
            }
        )
        users = self.create_api_scope(
            "users",
            "res.users",
            names=("partner_id", "category_id"),
            own_user_only=False,
            api_read=True,
        )
        partners = self.create_api_scope(
            "partners",
            names=("email", "complete_name", "display_name", "category_id"),
            filter_id=filter_.id,
            api_read=True,
            **values,
        )
        return self.get_token(users, partners)

    def search(self, token, condition):
        for method, count in (("search", None), ("search_count", int)):
            found = self.call(token, method, "res.users", domain=[condition])
            self.assertEqual(found.status_code, 200, found.text)
            if count is None:
                ids = found.json()
        self.assertEqual(found.json(), len(ids))
        return ids

    def test_a_hidden_record_is_not_found_by_what_is_open_of_others(self):
        """The field is marked ``bypass_search_access``: the ORM joins the table."""
        self.assertTrue(
            self.env["res.users"]._fields["partner_id"].bypass_search_access
        )
        name = self.partner.display_name
        conditions = (
            ["partner_id.email", "=like", f"{SECRET}%"],
            ["partner_id", "any", [["email", "=like", f"{SECRET}%"]]],
            ["partner_id", "ilike", name],
            ["partner_id", "=", name],
            ["partner_id", "in", [name]],
        )
        hidden = self.open(f"[('id', '!=', {self.partner.id})]")
        for condition in conditions:
            with self.subTest(condition=condition):
                self.assertNotIn(self.user.id, self.search(hidden, condition))
        # Whatever the hidden value is, the answer is the same
        condition = ["partner_id", "not any", [["email", "=like", f"{SECRET}%"]]]
        before = self.search(hidden, condition)
        self.partner.email = "other@example.com"
        self.assertEqual(self.search(hidden, condition), before)

    def test_an_open_one_is_found(self):
        name = self.partner.display_name
        seen = self.open(f"[('id', '=', {self.partner.id})]")
        for condition in (
            ["partner_id.email", "=like", f"{SECRET}%"],
            ["partner_id", "any", [["email", "=like", f"{SECRET}%"]]],
            ["partner_id", "ilike", name],
            ["partner_id", "=", name],
            ["partner_id", "=", self.partner.id],
        ):
            with self.subTest(condition=condition):
                self.assertEqual(self.search(seen, condition), [self.user.id])
        condition = ["partner_id", "not any", [["email", "=like", f"{SECRET}%"]]]
        self.assertNotIn(self.user.id, self.search(seen, condition))

    def test_a_list_below_such_a_link(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "Open tag"}, {"name": "Hidden tag"}]
        )
        self.partner.category_id = [Command.set(tags.ids)]
        filter_ = self.env["ir.filters"].create(
            {
                "name": "Open tags",
                "model_id": "res.partner.category",
                "domain": f"[('id', '=', {tags[0].id})]",
                "user_ids": False,
            }
        )
        self.create_api_scope(
            "tags",
            "res.partner.category",
            names=("name", "display_name"),
            filter_id=filter_.id,
            api_read=True,
        )
        self.open("[]")
        scopes = self.scopes("tags", "users", "partners")
        token = self.get_token(*scopes)
        found = [self.search(token, ["category_id", "in", [tag.id]]) for tag in tags]
        self.assertEqual(found[1], [], "hidden")
        self.assertEqual(found[0], [self.user.id])

    def test_a_group_that_a_model_makes_itself(self):
        """As the state of activities, and the analytic accounts of a distribution."""
        model = self.registry["res.partner"]
        original = model._read_group_groupby

        def groupby(records, alias, spec, query):
            if spec == "street":
                return SQL("%s.street", SQL.identifier(alias))
            return original(records, alias, spec, query)

        self.patch(model, "_read_group_groupby", groupby)
        token = self.get_token(self.create_api_scope(api_read=True))
        count = {"aggregates": ["__count"]}
        for method, arguments in (
            ("formatted_read_group", {"groupby": ["street"], **count}),
            ("formatted_read_group", {"groupby": ["name", "street"], **count}),
            (
                "formatted_read_grouping_sets",
                {"grouping_sets": [["name"], ["street"]], **count},
            ),
            ("web_read_group", {"groupby": ["street"], **count}),
            ("read_group", {"groupby": ["street"], "fields": []}),
            ("read_group", {"groupby": "street", "fields": []}),
        ):
            with self.subTest(method=method, **arguments):
                self.assert_refused(self.call(token, method, domain=[], **arguments))
