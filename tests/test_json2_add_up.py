# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Scopes on one model add up, for each record by itself."""

from unittest.mock import patch

from odoo.tests import tagged

from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2AddUp(Json2Case):
    """One scope opens the names of all, another also the streets of some."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls.Partner.create(
            [
                {
                    "name": f"Adding {number}",
                    "street": f"{SECRET} {number}" if number > 2 else f"Way {number}",
                    "ref": "near" if number < 3 else "far",
                    "color": number,
                }
                for number in range(6)
            ]
        )
        cls.near, cls.far = cls.people[:3], cls.people[3:]
        cls.near_filter = cls.env["ir.filters"].create(
            {
                "name": "Near",
                "model_id": "res.partner",
                "domain": f"[('id', 'in', {cls.near.ids})]",
                "user_ids": False,
            }
        )
        cls.wide = cls.create_api_scope(
            "wide", names=("name", "color"), filter_id=False, api_read=True
        )
        cls.narrow = cls.create_api_scope(
            "narrow",
            names=("name", "street"),
            filter_id=cls.near_filter.id,
            api_read=True,
        )
        cls.among = [["id", "in", cls.people.ids]]

    def setUp(self):
        super().setUp()
        self.token = self.get_token(self.wide, self.narrow)

    def answer(self, method, model="res.partner", /, **arguments):
        response = self.call(self.token, method, model, **arguments)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertNotIn(SECRET, response.text)
        return response.json()

    def test_a_search_sees_the_records_on_which_all_that_is_named_is_open(self):
        def search(**arguments):
            arguments.setdefault("domain", self.among)
            return set(self.answer("search", **arguments))

        near, every = set(self.near.ids), set(self.people.ids)
        self.assertEqual(search(), every)
        self.assertEqual(search(order="name desc"), every)
        self.assertEqual(search(order="street"), near)
        self.assertEqual(search(order="color, street desc"), near)
        for condition in (
            ["street", "!=", "x"],
            ["street", "not in", ["x"]],
            ["street", "!=", False],
            ["street", "like", "%"],
        ):
            with self.subTest(condition=condition):
                self.assertEqual(search(domain=[*self.among, condition]), near)
                domain = ["&", *self.among, "!", condition]
                self.assertLessEqual(search(domain=domain), near)
                domain = ["&", *self.among, "|", ["id", ">", 0], condition]
                self.assertEqual(search(domain=domain), near)
        guess = [["street", "=like", f"{SECRET}%"]]
        self.assertEqual(search(domain=guess), set())

    def test_what_is_read_counts_as_named(self):
        near, every = set(self.near.ids), set(self.people.ids)
        for fields, expected in (
            (["name"], every),
            (["color"], every),
            (["name", "street"], near),
            (["color", "street"], near),
        ):
            with self.subTest(fields=fields):
                rows = self.answer("search_read", domain=self.among, fields=fields)
                self.assertEqual({row["id"] for row in rows}, expected)
                found = self.answer(
                    "web_search_read",
                    domain=self.among,
                    specification={name: {} for name in fields},
                    limit=1,
                )
                self.assertEqual(found["length"], len(expected))
        self.assertEqual(self.answer("search_count", domain=self.among), 6)
        domain = [*self.among, ["street", "!=", "x"]]
        self.assertEqual(self.answer("search_count", domain=domain), 3)

    def test_without_fields_what_each_scope_lists_is_meant(self):
        rows = self.answer("search_read", domain=self.among)
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows[0].keys(), {"id", "name"})
        rows = self.answer("read", ids=self.far.ids)
        self.assertEqual([row.keys() for row in rows], [{"id", "name"}] * 3)
        # None in common
        self.narrow.field_ids -= self.narrow.field_ids.filtered(
            lambda field: field.name == "name"
        )
        self.token = self.get_token(self.wide, self.narrow)
        rows = self.answer("search_read", domain=self.among)
        self.assertEqual(rows[0].keys(), {"id"})

    def test_without_fields_scopes_of_the_same_records_count_each(self):
        other = self.narrow.copy({"code": "other.read"})
        other.filter_id = self.narrow.filter_id
        other.field_ids -= other.field_ids.filtered(lambda field: field.name == "name")
        self.token = self.get_token(self.narrow, other)
        rows = self.answer("search_read", domain=self.among)
        self.assertEqual(rows[0].keys(), {"id", "street"})
        rows = self.answer("search_read", domain=self.among, fields=["name", "street"])
        self.assertEqual(rows[0].keys(), {"id", "name", "street"})

    def test_groups_and_aggregates(self):
        def group(groupby, aggregates=("__count",), **arguments):
            rows = self.answer(
                "formatted_read_group",
                domain=self.among,
                groupby=groupby,
                aggregates=aggregates,
                **arguments,
            )
            return sum(row["__count"] for row in rows)

        self.assertEqual(group(["name"]), 6)
        self.assertEqual(group(["street"]), 3)
        self.assertEqual(group(["name", "street"]), 3)
        self.assertEqual(group([], ("__count", "color:sum")), 6)
        self.assertEqual(group([], ("__count", "street:max")), 3)
        self.assertEqual(group(["name"], having=[("street:max", "!=", "x")]), 3)
        sets = self.answer(
            "formatted_read_grouping_sets",
            domain=self.among,
            grouping_sets=[[], ["street"]],
            aggregates=["__count"],
        )
        self.assertEqual(sets[0][0]["__count"], 3)
        found = self.answer(
            "web_read_group",
            domain=self.among,
            groupby=["name"],
            aggregates=["__count"],
            auto_unfold=True,
            unfold_read_specification={"street": {}},
        )
        self.assertEqual(found["length"], 3)
        rows = self.answer(
            "read_group", domain=self.among, fields=["street:max"], groupby=["name"]
        )
        self.assertEqual(len(rows), 3)

    def test_named_records(self):
        for method, arguments in (
            ("read", {"fields": ["street"]}),
            ("read", {"fields": ["name", "street"]}),
            ("web_read", {"specification": {"street": {}}}),
        ):
            with self.subTest(method=method, **arguments):
                rows = self.answer(method, ids=self.near.ids, **arguments)
                self.assertEqual(rows[1]["street"], "Way 1")
                for ids in (self.far.ids, self.people.ids):
                    response = self.call(self.token, method, ids=ids, **arguments)
                    self.assert_refused(response)
                    self.assertEqual(response.status_code, 403)
                    self.assertIn("street", response.text)
                missing = [self.near[0].id, 2**31 - 2]
                response = self.call(self.token, method, ids=missing, **arguments)
                self.assertEqual(response.status_code, 404)
        self.assertEqual(len(self.answer("read", ids=self.people.ids)), 6)

    def test_a_name_is_searched_where_it_is_open(self):
        self.narrow.field_ids |= self.env["ir.model.fields"].search(
            [
                ("model", "=", "res.partner"),
                ("name", "in", ["display_name", "email", "ref"]),
            ]
        )
        self.wide.field_ids |= self.env["ir.model.fields"]._get(
            "res.partner", "display_name"
        )
        self.token = self.get_token(self.wide, self.narrow)
        self.people.write({"email": "findme@example.com"})

        def find(domain):
            return set(self.answer("search", domain=[*self.among, domain]))

        near, every = set(self.near.ids), set(self.people.ids)
        self.assertEqual(find(["display_name", "like", "Adding"]), every)
        self.assertEqual(find(["display_name", "like", "findme"]), near)
        self.assertEqual(find(["display_name", "not like", "findme"]), every - near)
        self.assertEqual(find(["display_name", "like", "near"]), near)
        self.assertEqual(find(["display_name", "like", "far"]), set())
        found = self.answer("name_search", name="findme", domain=self.among)
        self.assertEqual({pair[0] for pair in found}, near)
        found = self.answer("name_search", name="Adding", domain=self.among)
        self.assertEqual({pair[0] for pair in found}, every)

    def test_what_code_of_a_model_searches_by_counts_as_named(self):
        """As a country is found by its code, before its name is looked at."""

        def name_search(records, name="", domain=None, operator="ilike", limit=100):
            found = records.search([("street", "=", name), *(domain or [])])
            return [(one.id, one.id) for one in found]

        listed = self.env["ir.model.fields"]._get("res.partner", "display_name")
        self.wide.field_ids |= listed
        self.narrow.field_ids |= listed
        self.token = self.get_token(self.wide, self.narrow)
        with patch.object(type(self.Partner), "name_search", name_search):
            for one in self.people:
                found = self.answer("name_search", name=one.street, domain=self.among)
                expected = [[one.id, one.id]] if one in self.near else []
                self.assertEqual(found, expected)

    def test_a_search_method_looks_at_no_field_of_another_condition(self):
        """One that is open of some records is none that it may compare with."""
        field = self.Partner._fields["contact_address"]
        self.narrow.field_ids |= self.env["ir.model.fields"]._get(
            "res.partner", field.name
        )
        self.wide.field_ids |= self.env["ir.model.fields"]._get(
            "res.partner", field.name
        )
        self.token = self.get_token(self.wide, self.narrow)
        self.patch(field, "search", lambda _m, op, value: [("street", op, value)])
        for domain in (
            [["contact_address", "=like", f"{SECRET}%"]],
            [["contact_address", "=like", f"{SECRET}%"], ["street", "!=", "x"]],
            [["contact_address", "=like", f"{SECRET}%"], ["parent_id.street", "=", 1]],
        ):
            response = self.call(self.token, "search", domain=domain)
            self.assert_refused(response)

    def test_the_order_of_the_model_counts_only_where_it_is_open_everywhere(self):
        self.patch(type(self.Partner), "_order", "street, id")
        found = self.answer("search", domain=self.among)
        self.assertEqual(found, self.people.ids)
        found = self.answer("search_read", domain=self.among, fields=["name"])
        self.assertEqual([row["id"] for row in found], self.people.ids)

    def test_related_records_count_where_the_field_is_open(self):
        parents = self.people[1] | self.people[4]
        children = self.Partner.create(
            [{"name": f"Below {one.name}", "parent_id": one.id} for one in parents]
        )
        self.wide.field_ids |= self.env["ir.model.fields"].search(
            [("model", "=", "res.partner"), ("name", "in", ["parent_id", "child_ids"])]
        )
        self.token = self.get_token(self.wide, self.narrow)
        among = [["id", "in", children.ids]]

        def find(*condition):
            return self.answer("search", domain=[*among, *condition])

        first, both = children[:1].ids, children.ids
        self.assertEqual(find(["parent_id.name", "like", "Adding"]), both)
        self.assertEqual(find(["parent_id.street", "!=", "x"]), first)
        self.assertEqual(find(["parent_id", "any", [["street", "!=", "x"]]]), first)
        hidden = ["street", "=like", f"{SECRET}%"]
        self.assertEqual(find(["parent_id", "any", [hidden]]), [])
        self.assertEqual(find(["parent_id", "not any", [hidden]]), both)
        found = self.answer(
            "formatted_read_group",
            domain=among,
            groupby=["parent_id.street"],
            aggregates=["__count"],
        )
        self.assertEqual(
            {(row["parent_id.street"], row["__count"]) for row in found},
            {("Way 1", 1), (False, 1)},
        )
        for groupby in (
            ["parent_id.street", "parent_id.name"],
            ["parent_id.name", "parent_id.street"],
        ):
            found = self.answer(
                "formatted_read_group",
                domain=among,
                groupby=groupby,
                aggregates=["__count"],
            )
            self.assertEqual(
                {(row["parent_id.street"], row["parent_id.name"]) for row in found},
                {("Way 1", "Adding 1"), (False, False)},
            )
        rows = self.answer(
            "web_read",
            ids=children.ids,
            specification={
                "parent_id": {"fields": {"street": {}, "display_name": {}}},
            },
        )
        self.assertEqual(rows[0]["parent_id"]["street"], "Way 1")
        self.assertEqual(
            rows[1]["parent_id"],
            {"id": self.people[4].id, "display_name": self.people[4].display_name},
        )
        rows = self.answer(
            "web_read",
            ids=self.people[4].ids,
            specification={"child_ids": {"fields": {"street": {}}, "order": "street"}},
        )
        self.assertEqual(rows[0]["child_ids"], [])

    def test_a_write_needs_each_field_on_each_record(self):
        writing = self.create_api_scope(
            "write.wide", names=("color",), filter_id=False, api_write=True
        )
        streets = self.create_api_scope(
            "write.narrow",
            names=("street", "name"),
            filter_id=self.near_filter.id,
            api_write=True,
            api_create=True,
        )
        token = self.get_token(self.wide, writing, streets)
        for ids, values, status in (
            (self.people.ids, {"color": 9}, 200),
            (self.near.ids, {"street": "Moved", "color": 8}, 200),
            (self.people.ids, {"street": "Moved"}, 403),
            (self.far.ids, {"street": "Moved", "color": 7}, 403),
            ([*self.near.ids, 2**31 - 2], {"street": "Moved"}, 404),
        ):
            with self.subTest(values=values):
                response = self.call(token, "write", ids=ids, vals=values)
                self.assertEqual(response.status_code, status, response.text)
        self.assertEqual(set(self.far.mapped("color")), {9})
        self.assertNotIn("Moved", self.far.mapped("street"))
        # A new record is none of those that the scope is about
        response = self.call(
            token, "create", vals_list=[{"street": "New", "name": "New"}]
        )
        self.assertIn(response.status_code, (403, 404))

    def test_a_write_may_not_end_where_a_field_is_closed(self):
        self.near_filter.domain = "[('ref', '=', 'near')]"
        writing = self.create_api_scope(
            "write.wide", names=("ref",), filter_id=False, api_write=True
        )
        streets = self.create_api_scope(
            "write.narrow",
            names=("street",),
            filter_id=self.near_filter.id,
            api_write=True,
        )
        token = self.get_token(self.wide, writing, streets)
        ids = self.near[:1].ids
        response = self.call(
            token, "write", ids=ids, vals={"ref": "else", "street": "Gone"}
        )
        self.assertEqual(response.status_code, 403)
        self.env.invalidate_all()
        self.assertEqual(self.near[0].ref, "near")
        response = self.call(token, "write", ids=ids, vals={"ref": "else"})
        self.assertEqual(response.status_code, 200)


@tagged("post_install", "-at_install")
class TestJson2Relations(Json2Case):
    """Lists and hierarchies, as far as the token sees the records."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.top = cls.Partner.create({"name": "Top", "ref": "in"})
        cls.middle = cls.Partner.create(
            [
                {"name": "Open", "ref": "in", "parent_id": cls.top.id},
                {"name": "Hidden", "ref": "out", "parent_id": cls.top.id},
            ]
        )
        cls.low = cls.Partner.create(
            [
                {"name": f"Below {one.name}", "ref": "in", "parent_id": one.id}
                for one in cls.middle
            ]
        )
        cls.scope = cls.create_api_scope(
            api_read=True, names=("name", "display_name", "parent_id", "child_ids")
        )

    def test_a_hierarchy_is_walked_over_what_the_token_sees(self):
        token = self.get_token(self.scope)

        def find(*condition):
            response = self.call(token, "search", domain=[condition], order="id")
            self.assertEqual(response.status_code, 200, response.text)
            return response.json()

        opened = [self.top.id, self.middle[0].id, self.low[0].id]
        self.assertEqual(find("id", "child_of", self.top.id), opened)
        self.assertEqual(find("id", "child_of", [self.top.id]), opened)
        self.assertEqual(find("parent_id", "child_of", "Top"), opened)
        self.assertEqual(find("id", "child_of", self.middle[1].id), [])
        self.assertEqual(find("id", "parent_of", self.low[0].id), opened)
        self.assertEqual(find("id", "parent_of", self.low[1].id), [self.low[1].id])
        self.assertEqual(find("parent_id.id", "child_of", self.top.id), opened[1:])
        self.assertEqual(find("id", "child_of", False), [])
        for value in ([["id", "=", 1]], {"a": 1}, 1.5):
            response = self.call(token, "search", domain=[["id", "child_of", value]])
            self.assertEqual(response.status_code, 422, response.text)

    def test_a_loop_in_a_hierarchy_ends(self):
        self.env.cr.execute(
            "UPDATE res_partner SET parent_id = %s WHERE id = %s",
            [self.low[0].id, self.top.id],
        )
        self.env.invalidate_all()
        token = self.get_token(self.scope)
        for operator in ("child_of", "parent_of"):
            response = self.call(
                token, "search", domain=[["id", operator, self.top.id]], order="id"
            )
            self.assertEqual(
                response.json(), [self.top.id, self.middle[0].id, self.low[0].id]
            )

    def test_a_hierarchy_needs_the_field_of_the_parent(self):
        token = self.get_token(self.create_api_scope("flat", api_read=True))
        response = self.call(token, "search", domain=[["id", "child_of", self.top.id]])
        self.assertEqual(response.status_code, 403)
        self.assertIn("parent_id", response.json()["message"])

    def test_a_list_without_a_scope_on_its_model_is_empty(self):
        self.top.category_id = self.env["res.partner.category"].create({"name": "Tag"})
        scope = self.create_api_scope("tags", api_read=True, names=("category_id",))
        token = self.get_token(scope)
        for method, arguments in (
            ("read", {"ids": self.top.ids}),
            ("read", {"ids": self.top.ids, "fields": ["category_id"]}),
            ("search_read", {"domain": [["id", "=", self.top.id]]}),
            (
                "web_read",
                {"ids": self.top.ids, "specification": {"category_id": {}}},
            ),
        ):
            with self.subTest(method=method):
                rows = self.call(token, method, **arguments).json()
                self.assertEqual(rows[0]["category_id"], [])
        tags = self.create_api_scope(
            "names", "res.partner.category", names=("name",), api_read=True
        )
        token = self.get_token(scope, tags)
        rows = self.call(token, "read", ids=self.top.ids).json()
        self.assertEqual(rows[0]["category_id"], self.top.category_id.ids)

    def test_a_list_that_is_computed_has_what_the_token_sees(self):
        admin = self.env.ref("base.user_admin")
        scope = self.create_api_scope(
            "all.groups",
            "res.users",
            names=("all_group_ids",),
            own_user_only=False,
            api_read=True,
        )
        token = self.get_token(scope, user=admin)
        response = self.call(token, "read", "res.users", ids=admin.ids)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()[0]["all_group_ids"], [])

    def test_lists_hold_what_the_token_sees(self):
        token = self.get_token(self.scope)
        rows = self.call(token, "read", ids=self.top.ids, fields=["child_ids"]).json()
        self.assertEqual(rows[0]["child_ids"], self.middle[0].ids)
