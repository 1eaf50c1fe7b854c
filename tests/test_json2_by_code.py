# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What code of a model searches, groups or names for a token opens nothing more."""

from odoo.tests import tagged

from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2ByCode(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.followed = cls.Partner.create({"name": "Followed", "ref": "in"})
        # Who follows a record is found as superuser
        cls.followed.message_subscribe(cls.outside.ids)
        cls.scope = cls.create_api_scope(
            api_read=True, names=("name", "ref", "display_name", "message_partner_ids")
        )

    def test_a_list_that_code_searches_has_what_the_token_sees(self):
        token = self.get_token(self.scope)
        hidden, name = self.outside.id, self.outside.name
        for condition, found in (
            (["message_partner_ids", "any", [["name", "=like", f"{name[:9]}%"]]], 0),
            (["message_partner_ids.name", "=", name], 0),
            (["message_partner_ids", "=", name], 0),
            (["message_partner_ids", "like", name[:9]], 0),
            (["message_partner_ids", "in", [hidden]], 0),
            (["message_partner_ids", "=", hidden], 0),
            (["message_partner_ids", "any", []], 0),
            (["message_partner_ids", "!=", False], 0),
            (["message_partner_ids", "=", False], 1),
            (["message_partner_ids", "not in", [hidden]], 1),
            (["message_partner_ids", "not any", [["name", "=", name]]], 1),
        ):
            with self.subTest(condition=condition):
                domain = [["id", "=", self.followed.id], condition]
                response = self.call(token, "search_count", domain=domain)
                self.assertEqual(response.status_code, 200, response.text)
                self.assertEqual(response.json(), found)
        self.followed.message_subscribe(self.inside[0].ids)
        for condition in (
            ["message_partner_ids.name", "=", self.inside[0].name],
            ["message_partner_ids", "in", self.inside[0].ids],
            ["message_partner_ids", "!=", False],
        ):
            response = self.call(
                token, "search", domain=[["id", "=", self.followed.id], condition]
            )
            self.assertEqual(response.json(), self.followed.ids)

    def test_such_a_list_is_answered_with_what_the_token_sees(self):
        self.followed.message_subscribe(self.inside[0].ids)
        token = self.get_token(self.scope)
        ids = self.followed.ids
        rows = self.call(token, "read", ids=ids, fields=["message_partner_ids"]).json()
        self.assertEqual(rows[0]["message_partner_ids"], self.inside[0].ids)
        fields = {"fields": {"name": {}}}
        rows = self.call(
            token, "web_read", ids=ids, specification={"message_partner_ids": fields}
        ).json()
        self.assertEqual(
            rows[0]["message_partner_ids"],
            [{"id": self.inside[0].id, "name": self.inside[0].name}],
        )

    def test_the_groups_of_a_list_have_names_that_are_open(self):
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        self.followed.category_id = tags
        listing = self.create_api_scope("tags", api_read=True, names=("category_id",))
        filter_ = self.env["ir.filters"].create(
            {
                "name": "Some",
                "model_id": "res.partner.category",
                "domain": f"[('id', '=', {tags[0].id})]",
                "user_ids": False,
            }
        )
        values = {"api_read": True, "filter_id": filter_.id}
        for names, status in ((("color",), 403), (("display_name",), 200)):
            scope = self.create_api_scope(
                f"of.{names[0]}", "res.partner.category", names=names, **values
            )
            response = self.call(
                self.get_token(listing, scope),
                "formatted_read_group",
                domain=[["id", "=", self.followed.id]],
                groupby=["category_id"],
                aggregates=["__count"],
            )
            self.assertEqual(response.status_code, status, response.text)
        groups = {tuple(row["category_id"] or ()) for row in response.json()}
        self.assertEqual(groups, {(tags[0].id, "A")})

    def test_a_limited_list_is_nothing_that_odoo_goes_on_with(self):
        """Odoo caches for everybody which groups somebody has."""
        admin = self.env.ref("base.user_admin")
        group = self.env.ref("base.group_user")
        filter_ = self.env["ir.filters"].create(
            {
                "name": "Some",
                "model_id": "res.groups",
                "domain": f"[('id', '=', {group.id})]",
                "user_ids": False,
            }
        )
        users = self.create_api_scope(
            "users",
            "res.users",
            names=("name", "group_ids", "role"),
            own_user_only=False,
            api_read=True,
        )
        groups = self.create_api_scope(
            "some.groups",
            "res.groups",
            names=("name",),
            api_read=True,
            filter_id=filter_.id,
        )
        self.user.group_ids |= self.env.ref("base.group_system")
        token = self.get_token(users, groups)
        expected = admin._get_group_ids()
        self.env.registry.clear_cache("groups")
        self.env.registry.clear_cache()
        row = {}
        for fields in (["group_ids", "role"], ["role", "group_ids"]):
            response = self.call(
                token, "read", "res.users", ids=admin.ids, fields=fields
            )
            row = response.json()[0]
            self.assertEqual(row["role"], "group_system")
            self.assertLessEqual(set(row["group_ids"]), set(group.ids))
        self.assertEqual(set(admin._get_group_ids()), set(expected))

    def test_groups_come_as_texts_in_a_list(self):
        token = self.get_token(self.scope)
        for method, arguments in (
            ("formatted_read_group", {"groupby": {"activity_state": 1}}),
            ("formatted_read_group", {"groupby": [{"activity_state": 1}]}),
            ("formatted_read_group", {"groupby": ["name", ["street"]]}),
            ("formatted_read_group", {"groupby": 5}),
            ("formatted_read_grouping_sets", {"grouping_sets": [{"street": 1}]}),
            ("web_read_group", {"groupby": {"street": 1}}),
            ("read_group", {"groupby": {"street": 1}, "fields": [], "lazy": False}),
        ):
            with self.subTest(method=method, **arguments):
                response = self.call(token, method, domain=[], **arguments)
                self.assertIn(response.status_code, (403, 422), response.text)

    def test_a_formatted_name_says_no_more_than_the_name(self):
        def compute(partners):
            more = partners.env.context.get("formatted_display_name")
            for partner in partners:
                partner.display_name = f"{partner.name}{SECRET if more else ''}"

        self.patch(type(self.Partner), "_compute_display_name", compute)
        token = self.get_token(self.scope)
        response = self.call(
            token, "web_name_search", name="Fol", specification={"display_name": {}}
        )
        self.assertEqual(
            response.json(),
            [
                {
                    "id": self.followed.id,
                    "display_name": "Followed",
                    "__formatted_display_name": "Followed",
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestJson2MeaningfulValues(Json2Case):
    """Values that name records, or fields, in a way of their own."""

    def test_a_text_that_is_a_domain_is_not_written(self):
        scope = self.create_api_scope(
            "filters", "ir.filters", names=("name", "domain"), api_write=True
        )
        self.env["ir.filters"].search([]).write({"user_ids": False})
        token = self.get_token(scope)
        ids = self.filter.ids
        for value in (
            f"[('comment', 'like', '{SECRET}')]",
            " [(1, '=', 1)]",
            "1 and []",
        ):
            response = self.call(
                token, "write", "ir.filters", ids=ids, vals={"domain": value}
            )
            self.assert_refused(response)
            self.assertEqual(response.status_code, 403)
            self.assertIn("domain", response.json()["message"])

    def test_a_name_that_code_takes_apart_is_not_written(self):
        self.patch(self.Partner._fields["display_name"], "inverse", "_compute_name")
        scope = self.create_api_scope(
            api_read=True, api_write=True, names=("display_name",)
        )
        token = self.get_token(scope)
        vals = {"display_name": "Buy milk @Zaphod"}
        response = self.call(token, "write", ids=self.inside.ids, vals=vals)
        self.assertEqual(response.status_code, 403)
