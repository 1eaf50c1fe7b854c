# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``load``: rows that become records."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_json2 import SECRET
from .test_json2_methods import ALL, MISSING, MethodsCase


@tagged("post_install", "-at_install")
class TestJson2Load(MethodsCase):
    names = (
        "name",
        "display_name",
        "ref",
        "parent_id",
        "country_id",
        "category_id",
        "child_ids",
    )

    def load(self, token, fields, *data):
        return self.ok(token, "load", fields=list(fields), data=list(data))

    def token(self, *scopes):
        return self.get_token(self.create_api_scope(names=self.names, **ALL), *scopes)

    def test_rows_are_created_and_written(self):
        token = self.token()
        fields = ("id", "name", "ref")
        answer = self.load(token, fields, ["one", "One", "in"], ["two", "Two", "in"])
        self.assertEqual(answer["messages"], [])
        made = self.Partner.browse(answer["ids"])
        self.assertEqual(made.mapped("name"), ["One", "Two"])
        self.assertEqual(self.env.ref("__import__.two"), made[1])
        again = self.load(token, fields, ["two", "Zwei", "in"])
        self.assertEqual(again["ids"], made[1].ids)
        self.env.invalidate_all()
        self.assertEqual(made[1].name, "Zwei")
        by_number = self.load(token, (".id", "name"), [str(made[0].id), "Eins"])
        self.assertEqual(by_number["ids"], made[0].ids)
        self.env.invalidate_all()
        self.assertEqual(made[0].name, "Eins")

    def test_all_operations_and_columns_are_checked(self):
        number = self.Partner.search_count([])
        for values in ({"api_create": True}, {"api_write": True}, {"api_read": True}):
            scope = self.create_api_scope(
                next(iter(values)), names=self.names, **values
            )
            self.refused(
                403,
                self.get_token(scope),
                "load",
                fields=["name", "ref"],
                data=[["x", "in"]],
            )
        token = self.token()
        for field in ("comment", "street", "create_uid", "child_ids/comment"):
            self.assert_refused(
                self.call(
                    token,
                    "load",
                    fields=["name", "ref", field],
                    data=[["x", "in", "1"]],
                )
            )
        self.assertEqual(self.Partner.search_count([]), number)

    def test_rows_out_of_the_filter_are_refused_together(self):
        token = self.token()
        number = self.Partner.search_count([])
        self.assert_refused(
            self.call(
                token,
                "load",
                fields=["name", "ref"],
                data=[["Good", "in"], ["Bad", "out"]],
            )
        )
        self.assertEqual(self.Partner.search_count([]), number)

    def test_no_hidden_record_is_written(self):
        token = self.token()
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "hidden",
                "model": "res.partner",
                "res_id": self.outside.id,
            }
        )
        # Those of other models, and names of modules, tell no more
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": "country",
                "model": "res.country",
                "res_id": self.inside[0].id,
            }
        )
        fields = ["id", "name", "ref"]
        said = {
            self.refused(404, token, "load", fields=fields, data=[[xml_id, "x", "in"]])
            for xml_id in (
                "hidden",
                "country",
                "base.main_company",
                "base.main_partner",
                "base.no_such_record",
                "web.nothing",
            )
        }
        self.assertEqual(len(said), 1)
        answers = []
        for number in (self.outside.id, MISSING):
            answer = self.load(token, (".id", "name", "ref"), [str(number), "x", "in"])
            self.assertFalse(answer["ids"])
            answers.append(str(answer).replace(str(number), "N"))
        self.assertEqual(answers[0], answers[1])
        self.env.invalidate_all()
        self.assertEqual(self.outside.name, f"Outside {SECRET}")
        self.assertFalse(self.env.ref("base.no_such_record", raise_if_not_found=False))

    def test_links_find_only_what_the_token_sees(self):
        token = self.token()
        for record, name in ((self.outside, "hidden"), (self.inside[0], "seen")):
            self.env["ir.model.data"].create(
                {
                    "module": "__import__",
                    "name": name,
                    "model": "res.partner",
                    "res_id": record.id,
                }
            )
        pairs = (
            ("parent_id/id", "hidden", "nothing"),
            ("parent_id/.id", str(self.outside.id), str(MISSING)),
            ("parent_id", f"Outside {SECRET}", "Outside nobody"),
            ("parent_id/id", "base.main_company", "nothing"),
        )
        for field, hidden, missing in pairs:
            with self.subTest(field=field, hidden=hidden):
                answers = []
                for value in (hidden, missing):
                    response = self.call(
                        token,
                        "load",
                        fields=["name", "ref", field],
                        data=[["x", "in", value]],
                    )
                    self.assertFalse(response.json()["ids"])
                    answers.append(response.text.replace(value, "V"))
                self.assertEqual(answers[0], answers[1])
        # Accounting copies fields from the parent that not everybody may read
        admin = self.env.ref("base.user_admin")
        scope = self.create_api_scope("admin", names=self.names, **ALL)
        token = self.get_token(scope, user=admin)
        for field, value in (
            ("parent_id/id", "seen"),
            ("parent_id/.id", str(self.inside[0].id)),
            ("parent_id", "Inside 0"),
        ):
            answer = self.load(token, ("name", "ref", field), ["x", "in", value])
            self.assertEqual(answer["messages"], [])
            made = self.Partner.browse(answer["ids"])
            self.assertEqual(made.parent_id, self.inside[0])

    def test_links_need_a_scope(self):
        number = self.Partner.search_count([])
        token = self.token()
        for field, value in (
            ("country_id/.id", str(self.env.ref("base.be").id)),
            ("country_id/id", "base.be"),
            ("country_id", "Belgium"),
            ("category_id", "Belgium"),
        ):
            response = self.call(
                token, "load", fields=["name", "ref", field], data=[["x", "in", value]]
            )
            self.assertTrue(
                response.status_code == 403 or not response.json()["ids"], response.text
            )
        self.assertEqual(self.Partner.search_count([]), number)
        countries = self.create_api_scope(
            "countries", "res.country", ("name",), api_read=True
        )
        token = self.token_with(countries)
        answer = self.load(
            token,
            ("name", "ref", "country_id/id"),
            ["x", "in", "base.be"],
        )
        self.assertEqual(
            self.Partner.browse(answer["ids"]).country_id, self.env.ref("base.be")
        )

    def token_with(self, *scopes):
        scope = self.create_api_scope("wide", names=self.names, **ALL)
        return self.get_token(scope, *scopes)

    def test_lists_of_tags(self):
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        scope = self.create_api_scope(
            "tags", "res.partner.category", ("name", "display_name"), api_read=True
        )
        answer = self.load(
            self.token_with(scope), ("name", "ref", "category_id"), ["x", "in", "A,B"]
        )
        self.assertEqual(self.Partner.browse(answer["ids"]).category_id, tags)

    @mute_logger("odoo.sql_db")
    def test_malformed_rows(self):
        token = self.token()
        number = self.Partner.search_count([])
        for fields, data in (
            ("name", [["x"]]),
            (["name"], "x"),
            (["name"], ["x"]),
            (["name"], [[{"a": 1}]]),
            (["name"], [[["x"]]]),
            (["name", "ref"], [["x"]]),
            ([5], [["x"]]),
            (["no_such"], [["x"]]),
            (["name/x"], [["x"]]),
            (["parent_id/name"], [["x"]]),
            (["id/x"], [["x"]]),
            (["properties.x"], [["x"]]),
            ([""], [["x"]]),
            (None, None),
        ):
            with self.subTest(fields=fields, data=data):
                self.refused(422, token, "load", fields=fields, data=data)
        for value in ("x", "-1", "0", "9" * 30, "1.5", "1 OR 1=1", "\u0661"):
            response = self.call(
                token, "load", fields=[".id", "name", "ref"], data=[[value, "x", "in"]]
            )
            self.assertNotEqual(response.status_code, 500, response.text)
            response = self.call(
                token,
                "load",
                fields=["parent_id/.id", "name", "ref"],
                data=[[value, "x", "in"]],
            )
            self.assertNotEqual(response.status_code, 500, response.text)
            self.assertFalse(response.json().get("ids"))
        for value in ("a b", "a.b.c", "x" * 10_000, "<script>", ".", "x.", ".x"):
            response = self.call(
                token, "load", fields=["id", "name", "ref"], data=[[value, "", "in"]]
            )
            self.assertNotEqual(response.status_code, 500, response.text)
        self.assertEqual(self.Partner.search_count([("name", "=", "x")]), 0)
        self.assertGreaterEqual(self.Partner.search_count([]), number)

    def test_what_the_context_says_of_an_import_is_dropped(self):
        token = self.token_with(
            self.create_api_scope(
                "tags", "res.partner.category", ("name", "display_name"), api_read=True
            )
        )
        response = self.call(
            token,
            "load",
            fields=["id", "name", "ref", "category_id"],
            data=[["mine", "x", "in", "New"]],
            context={
                "module": "base",
                "install_mode": True,
                "name_create_enabled_fields": {"category_id": True},
            },
        )
        self.assertFalse(response.json()["ids"])
        self.assertFalse(
            self.env["res.partner.category"].search([("name", "=", "New")])
        )
        self.assertFalse(self.env.ref("base.mine", raise_if_not_found=False))
