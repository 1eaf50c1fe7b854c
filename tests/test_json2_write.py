# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Access tokens that change records through Odoo's own API, and bad arguments."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2 import values as value_checks
from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2Write(Json2Case):
    def test_writing_is_limited_to_filter_and_fields(self):
        scope = self.create_api_scope(api_write=True, names=("name", "ref"))
        token = self.get_token(scope)
        inside, outside = self.inside[0], self.outside
        response = self.call(token, "write", ids=[inside.id], vals={"name": "New"})
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(inside.name, "New")
        for ids, values in (
            ([outside.id], {"name": "x"}),
            ([inside.id, outside.id], {"name": "x"}),
            ([inside.id], {"comment": "x"}),
            ([inside.id], {"name": "x", "email": "y"}),
            # Out of what the token sees
            ([inside.id], {"ref": "out"}),
            ([inside.id], {"child_ids": [[0, 0, {"name": "x"}]]}),
        ):
            with self.subTest(values=values):
                self.assert_refused(self.call(token, "write", ids=ids, vals=values))
        self.env.invalidate_all()
        self.assertEqual((inside.name, inside.ref), ("New", "in"))
        self.assertEqual(outside.name, f"Outside {SECRET}")
        for method, arguments in (
            ("read", {"ids": [inside.id], "fields": ["name"]}),
            ("create", {"vals_list": [{"name": "x"}]}),
            ("unlink", {"ids": [inside.id]}),
            ("copy", {"ids": [inside.id]}),
            ("web_save", {"ids": [inside.id], "vals": {}, "specification": {}}),
        ):
            self.assert_refused(self.call(token, method, **arguments))

    def test_no_record_is_moved_below_one_of_another_model(self):
        admin = self.env.ref("base.user_admin")
        record = self.env["ir.model.data"].create(
            {
                "module": "oauth_provider_test",
                "name": "moved",
                "model": "res.partner",
                "res_id": self.inside[0].id,
            }
        )
        scope = self.create_api_scope(
            "names",
            "ir.model.data",
            ("model", "noupdate"),
            api_write=True,
            domain=f"[('id', '=', {record.id})]",
        )
        token = self.get_token(scope, user=admin)
        for values, status in (
            ({"noupdate": True}, 200),
            ({"model": "res.users"}, 403),
            ({"model": False}, 403),
        ):
            response = self.call(
                token, "write", "ir.model.data", ids=[record.id], vals=values
            )
            self.assertEqual(response.status_code, status, response.text)
        self.env.invalidate_all()
        self.assertEqual(record.model, "res.partner")

    @mute_logger("odoo.addons.oauth_provider.models.oauth_provider_scope_data")
    def test_a_filter_that_fails_for_one_person_opens_nothing_to_that_person(self):
        number = self.user.id
        scope = self.create_api_scope(
            api_read=True,
            filter_id=False,
            domain=f"[('id', '!=', 1 // (uid - {number}))]",
        )
        token = self.get_token(scope)
        response = self.call(token, "search_read", domain=[], fields=["name"])
        self.assertEqual((response.status_code, response.json()), (200, []))

    def test_our_own_texts_name_no_record_to_an_application(self):
        admin = self.env.ref("base.user_admin")
        hidden = self.env["ir.filters"].create(
            {"name": f"F {SECRET}", "model_id": "res.partner", "domain": "[]"}
        )
        self.create_api_scope(f"s-{SECRET}", filter_id=hidden.id)
        scope = self.create_api_scope(
            "filters",
            "ir.filters",
            ("model_id", "domain"),
            api_write=True,
            domain=f"[('id', '=', {hidden.id})]",
        )
        token = self.get_token(scope, user=admin)
        for values in (
            {"model_id": "res.users"},
            {"domain": "[('nope', '=', 1)]"},
            {"domain": "[('id', '=', int(str(datetime)))]"},
        ):
            with self.subTest(values=values):
                response = self.call(
                    token, "write", "ir.filters", ids=[hidden.id], vals=values
                )
                status = 403 if "domain" in values else 422
                self.assertEqual(response.status_code, status, response.text)
                self.assertNotIn(SECRET, response.text)
                self.assertNotIn(".py", response.text)

    def test_creating_is_limited_to_filter_and_fields(self):
        scope = self.create_api_scope(
            api_create=True, names=("name", "ref", "category_id")
        )
        tags = self.create_api_scope(
            "tags", "res.partner.category", ("name",), api_read=True
        )
        token = self.get_token(scope, tags)
        created = self.call(
            token, "create", vals_list=[{"name": "Made", "ref": "in"}]
        ).json()
        self.assertEqual(self.Partner.browse(created).name, "Made")
        tag = self.env["res.partner.category"].create({"name": "Tag"})
        linked = {"name": "L", "ref": "in", "category_id": [[4, tag.id, 0]]}
        self.assertEqual(self.call(token, "create", vals_list=linked).status_code, 200)
        for values in (
            {"name": "x", "ref": "out"},
            {"name": "x"},
            {"name": "x", "ref": "in", "email": "e"},
            {"name": "x", "ref": "in", "category_id": [[0, 0, {"name": "t"}]]},
            {"name": "x", "ref": "in", "category_id": [[1, tag.id, {"name": "t"}]]},
            {"name": "x", "ref": "in", "category_id": [[2, tag.id, 0]]},
            {"name": "x", "ref": "in", "no_such_field": 1},
        ):
            with self.subTest(values=values):
                self.assert_refused(self.call(token, "create", vals_list=[values]))
        # A default of the context is a value too
        context = {"default_email": SECRET}
        values = [{"name": "x", "ref": "in"}]
        self.assert_refused(
            self.call(token, "create", vals_list=values, context=context)
        )
        self.assertFalse(self.Partner.search([("name", "=", "x")]))

    def test_what_is_linked_has_to_be_open(self):
        """Or its name could be read in the record afterwards."""
        names = ("name", "ref", "parent_id", "category_id", "company_id", "user_id")
        values = {"api_read": True, "api_write": True, "api_create": True}
        token = self.get_token(
            self.create_api_scope(names=(*names, "country_id", "child_ids"), **values)
        )
        inside, other = self.inside
        company, stranger = self.user.company_id, self.env.ref("base.user_admin")
        tag = self.env["res.partner.category"].create({"name": f"Tag {SECRET}"})
        foreign = self.env["res.company"].create({"name": f"Company {SECRET}"})
        self.Partner.create({"name": SECRET, "parent_id": inside.id, "ref": "out"})
        before = inside.read((*names, "child_ids"))
        for vals in (
            {"parent_id": self.outside.id},
            {"parent_id": 10**8},
            {"parent_id": [self.outside.id, "x"]},
            {"parent_id": str(self.outside.id)},
            {"parent_id": True},
            {"parent_id": {"name": "x"}},
            {"country_id": self.env.ref("base.be").id},
            {"category_id": [[4, tag.id]]},
            {"category_id": [[6, 0, [tag.id]]]},
            {"category_id": [tag.id]},
            {"category_id": [[6, 0, tag.id]]},
            {"category_id": [[4, [tag.id]]]},
            {"category_id": [[True, tag.id, {"name": "x"}]]},
            {"category_id": "x"},
            {"category_id": {}},
            {"company_id": foreign.id},
            {"user_id": stranger.id},
            {"child_ids": [[4, self.outside.id]]},
            {"child_ids": False},
            {"child_ids": [[5]]},
        ):
            if vals in ({"child_ids": False}, {"child_ids": [[5]]}):
                # What is taken out of the list has to be open, too
                arguments = {"ids": inside.ids, "vals": vals}
                self.assert_refused(self.call(token, "write", **arguments))
                continue
            for method, arguments in (
                ("write", {"ids": inside.ids, "vals": vals}),
                ("create", {"vals_list": [{"name": "x", "ref": "in", **vals}]}),
            ):
                with self.subTest(method=method, vals=vals):
                    self.assert_refused(self.call(token, method, **arguments))
        self.env.invalidate_all()
        self.assertEqual(inside.read((*names, "child_ids")), before)
        for vals in (
            {"parent_id": other.id},
            {"parent_id": False},
            {"company_id": company.id},
            {"user_id": self.user.id},
            {"category_id": [[5]]},
            {"category_id": False},
            {"child_ids": []},
        ):
            with self.subTest(vals=vals):
                response = self.call(token, "write", ids=inside.ids, vals=vals)
                self.assertEqual(response.status_code, 200, response.text)

    def test_links_of_many_values_are_looked_up_together(self):
        token = self.get_token(
            self.create_api_scope(
                names=("name", "ref", "parent_id"), api_read=True, api_create=True
            )
        )
        parents = self.Partner.create(
            [{"name": f"P{n}", "ref": "in"} for n in range(9)]
        )

        def create(linked):
            vals_list = [{"name": "x", "ref": "in", "parent_id": n} for n in linked]
            return self.call(token, "create", vals_list=vals_list)

        look = value_checks.as_readable
        with patch.object(value_checks, "as_readable", side_effect=look) as looked_up:
            self.assertEqual(create(parents.ids).status_code, 200)
        self.assertEqual(looked_up.call_count, 1)
        before = self.Partner.search_count([])
        for hidden in (self.outside.id, 10**8):
            linked = [*parents.ids, hidden]
            for one in (linked, linked[::-1], [hidden], [parents[0].id, hidden]):
                self.assertEqual(create(one).status_code, 404)
        self.assertEqual(self.Partner.search_count([]), before)

    def test_other_records_are_not_written_through_a_field(self):
        names = ("name", "login", "email", "tz_offset", "contact_address", "lang")
        own = {"api_read": True, "api_write": True}
        scope = self.create_api_scope("me", "res.users", names, **own)
        country = self.env.ref("base.be")
        partners = self.create_api_scope(
            names=("name", "ref", "country_code", "image_128", "commercial_partner_id"),
            **own,
        )
        countries = self.create_api_scope("c", "res.country", ("code",), api_read=True)
        token = self.get_token(scope, partners, countries)
        inside = self.inside[0]
        inside.country_id = country
        self.assert_refused(
            self.call(token, "write", ids=inside.ids, vals={"country_code": "XX"})
        )
        self.env.invalidate_all()
        self.assertEqual(country.code, "BE")
        # No rights of the user's own on accounts
        vals = {"email": "x@example.com"}
        self.assert_refused(
            self.call(token, "write", "res.users", ids=self.user.ids, vals=vals)
        )

    def test_definitions_of_properties_are_not_written(self):
        field = self.Partner._fields.get("properties")
        if field is None or field.type != "properties":
            self.skipTest("Contacts have no properties here")
        self.inside[1].parent_id = self.inside[0]
        scope = self.create_api_scope(
            api_read=True,
            api_write=True,
            api_create=True,
            names=("name", "ref", "properties"),
        )
        token = self.get_token(scope)
        definition = {"name": "x", "type": "char", "string": "X", "value": "y"}
        for value in ([{**definition, "definition_changed": True}], {"x": "y"}):
            vals = {"name": "x", "ref": "in", "properties": value}
            self.assert_refused(
                self.call(token, "write", ids=self.inside[1].ids, vals=vals)
            )
            self.assert_refused(self.call(token, "create", vals_list=[vals]))

    def test_deleting_is_limited_to_the_filter(self):
        token = self.get_token(self.create_api_scope(api_unlink=True))
        self.assert_refused(self.call(token, "unlink", ids=self.outside.ids))
        gone = self.inside[1]
        self.assertEqual(self.call(token, "unlink", ids=gone.ids).status_code, 200)
        self.assertFalse(gone.exists())
        self.assertTrue(self.outside.exists())

    def test_a_method_has_to_be_named(self):
        scope = self.create_api_scope(api_methods="action_archive")
        token = self.get_token(scope)
        self.assert_refused(self.call(token, "action_archive", ids=self.outside.ids))
        self.assert_refused(self.call(token, "action_unarchive", ids=self.inside.ids))
        response = self.call(token, "action_archive", ids=self.inside[1].ids)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertFalse(self.inside[1].active)

    def test_arguments_of_the_wrong_kind(self):
        names = ("name", "child_ids")
        token = self.get_token(
            self.create_api_scope(api_read=True, api_write=True, names=names)
        )
        inside = self.inside.ids
        for method, arguments in (
            ("read", {"ids": "abc", "fields": ["name"]}),
            ("read", {"ids": {"a": 1}, "fields": ["name"]}),
            ("read", {"ids": [{}], "fields": ["name"]}),
            ("read", {"ids": [None], "fields": ["name"]}),
            ("read", {"ids": ["x"], "fields": ["name"]}),
            ("read", {"ids": inside, "fields": [{}]}),
            ("read", {"ids": inside, "fields": "comment"}),
            ("read", {"ids": inside, "fields": ["name"], "context": [1]}),
            ("read", {"ids": inside, "fields": ["name"], "context": "x"}),
            ("search", {"domain": [["id", "=", "abc"]]}),
            ("search", {"domain": [["name", "=", {}]]}),
            ("search", {"domain": 5}),
            ("search", {"domain": [], "order": 5}),
            ("search", {"domain": [], "order": "name nonsense"}),
            ("search", {"domain": [], "limit": "many"}),
            ("search", {"domain": [], "limit": [1]}),
            ("search", {"domain": [], "limit": True}),
            ("search_count", {"domain": [["child_ids", "=", True]]}),
            ("web_read", {"ids": inside, "specification": ["name"]}),
            ("web_read", {"ids": inside, "specification": {"name": 5}}),
            ("read_group", {"domain": [], "fields": [], "groupby": [5]}),
            ("read_group", {"domain": [], "fields": [], "orderby": "comment"}),
            ("write", {"ids": inside, "vals": 5}),
            ("write", {"ids": inside, "vals": {"name": {}}}),
            ("write", {"ids": inside}),
            ("search", {"nonsense": 1}),
        ):
            with self.subTest(method=method, arguments=arguments):
                with mute_logger("odoo.sql_db"):
                    response = self.call(token, method, **arguments)
                self.assertNotEqual(response.status_code, 500, response.text[:300])
                self.assertNotIn(SECRET, response.text)

    def test_a_value_that_is_none_of_its_field_is_not_stored(self):
        names = ("name", "ref", "comment", "image_1920")
        scope = self.create_api_scope(names=names, api_write=True, api_create=True)
        token = self.get_token(scope)
        record = self.inside[0]
        for name in names:
            for value in ({}, [], [1], [[0, 0, {"name": "x"}]], {"en_US": "x"}):
                with self.subTest(name=name, value=value):
                    vals = {"name": "x", "ref": "in", name: value}
                    for method, arguments in (
                        ("write", {"ids": record.ids, "vals": vals}),
                        ("create", {"vals_list": [vals]}),
                    ):
                        response = self.call(token, method, **arguments)
                        self.assertEqual(response.status_code, 422, response.text)
        self.env.invalidate_all()
        self.assertEqual(record.name, "Inside 0")
        self.assertFalse(self.Partner.search([("name", "=", "x")]))
