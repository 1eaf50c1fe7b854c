# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``onchange``: what a record would be like."""

from odoo.tests import tagged

from .test_json2 import SECRET
from .test_json2_methods import ALL, MISSING, MethodsCase


@tagged("post_install", "-at_install")
class TestJson2Onchange(MethodsCase):
    names = ("name", "ref", "parent_id", "email", "country_id", "state_id")

    def token(self, *scopes):
        return self.get_token(self.create_api_scope(names=self.names, **ALL), *scopes)

    def onchange(self, token, values, names, spec, ids=()):
        return self.ok(
            token,
            "onchange",
            ids=list(ids),
            values=values,
            field_names=names,
            fields_spec=dict.fromkeys(spec, {}),
        )

    def test_what_follows_is_answered(self):
        state = self.env["res.country.state"].create(
            {
                "name": "Test",
                "code": "T1",
                "country_id": self.env.ref("base.be").id,
            }
        )
        scopes = [
            self.create_api_scope(name, model, ("name",), api_read=True)
            for name, model in (("s", "res.country.state"), ("c", "res.country"))
        ]
        token = self.token(*scopes)
        for ids in ((), self.inside[1].ids):
            answer = self.onchange(
                token, {"state_id": state.id}, ["state_id"], ["country_id"], ids
            )
            self.assertEqual(set(answer), {"value"})
            found = answer["value"]["country_id"]
            self.assertEqual(found, self.env.ref("base.be").id)
        self.env.invalidate_all()
        self.assertFalse(self.inside[1].state_id)

    def test_defaults_of_a_new_record(self):
        self.env["ir.default"].set("res.partner", "email", "x@example.com")
        self.env["ir.default"].set("res.partner", "comment", SECRET)
        answer = self.ok(
            self.token(),
            "onchange",
            values={},
            field_names=[],
            fields_spec={"email": {}, "name": {}, "ref": {}},
            context={"default_ref": "in"},
        )
        self.assertEqual(
            answer["value"], {"email": "x@example.com", "name": False, "ref": "in"}
        )

    def test_fields_records_and_values_are_checked(self):
        token = self.token()
        new, inside, outside = [], self.inside.ids[:1], self.outside.ids
        for status, ids, values, names, spec in (
            (403, new, {"comment": "x"}, ["comment"], {"name": {}}),
            (403, new, {"name": "x"}, ["name"], {"comment": {}}),
            (404, new, {"parent_id": outside[0]}, ["parent_id"], {"name": {}}),
            (404, new, {"parent_id": MISSING}, ["parent_id"], {"name": {}}),
            (404, outside, {"name": "x"}, ["name"], {"name": {}}),
            (404, [MISSING], {"name": "x"}, ["name"], {"name": {}}),
            (422, self.inside.ids, {"name": "x"}, ["name"], {"name": {}}),
            (422, inside, {"name": "x"}, ["no_such"], {"name": {}}),
            (422, inside, {"name": "x"}, "name", {"name": {}}),
            (422, inside, [], ["name"], {"name": {}}),
            (422, inside, {"name": "x"}, ["name"], []),
            (422, inside, {"name": "x"}, ["name"], {"name": 5}),
            (422, inside, {"name": {}}, ["name"], {"name": {}}),
            (
                422,
                inside,
                {"name": "x"},
                ["name"],
                {"parent_id": {"fields": {"comment": {}}}},
            ),
        ):
            with self.subTest(values=values, names=names, spec=spec):
                self.refused(
                    status,
                    token,
                    "onchange",
                    ids=ids,
                    values=values,
                    field_names=names,
                    fields_spec=spec,
                )
        lists = self.get_token(
            self.create_api_scope("l", names=("name", "child_ids"), **ALL)
        )
        self.refused(
            403,
            lists,
            "onchange",
            values={},
            field_names=[],
            fields_spec={"child_ids": {}},
        )

    def test_operations_are_needed(self):
        for values in ({"api_read": True}, {"api_write": True}, {"api_create": True}):
            scope = self.create_api_scope(next(iter(values)), names=("name",), **values)
            token = self.get_token(scope)
            for ids in ([], self.inside.ids[:1]):
                for spec in ({"name": {}}, {}):
                    self.refused(
                        403,
                        token,
                        "onchange",
                        ids=ids,
                        values={"name": "x"},
                        field_names=["name"],
                        fields_spec=spec,
                    )

    def test_scopes_add_up_for_each_record(self):
        self.inside[0].write({"city": "Town"})
        token = self.get_token(
            self.create_api_scope("a", names=("name",), **ALL),
            self.create_town_scope("name", "email"),
        )
        for record, status in ((self.inside[0], 200), (self.inside[1], 403)):
            for name, asked in (("email", "name"), ("name", "email")):
                response = self.call(
                    token,
                    "onchange",
                    ids=record.ids,
                    values={name: "x"},
                    field_names=[name],
                    fields_spec={asked: {}},
                )
                self.assertEqual(response.status_code, status, response.text)

    def test_nothing_that_it_does_is_kept(self):
        outside = self.outside
        partners = type(self.Partner)
        run = partners._apply_onchange_methods

        def apply(model, name, result):
            outside.sudo().write({"name": "Changed"})
            outside.env.flush_all()
            result["warnings"].add((SECRET, SECRET, "dialog"))
            return run(model, name, result)

        self.patch(partners, "_apply_onchange_methods", apply)
        answer = self.onchange(self.token(), {"name": "x"}, ["name"], ["email"])
        self.assertNotIn("warning", answer)
        self.env.invalidate_all()
        self.assertEqual(outside.name, f"Outside {SECRET}")
