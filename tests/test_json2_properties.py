# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records inside properties are answered as those of other fields are."""

from odoo.tests import tagged

from .test_json2 import SECRET, Json2Case


@tagged("post_install", "-at_install")
class TestJson2Properties(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.record = cls.inside[0]
        cls.country = cls.env.ref("base.be")
        cls.groups = cls.env.ref("base.group_user") | cls.env.ref("base.group_system")
        cls.record.country_id = cls.country
        cls.parameter = cls.env["ir.config_parameter"].create(
            {"key": "oauth.test", "value": SECRET}
        )
        definitions = (
            ("one", "many2one", "res.country", cls.country.id),
            ("many", "many2many", "res.groups", cls.groups.ids),
            ("closed", "many2one", "ir.config_parameter", cls.parameter.id),
            ("text", "char", None, "plain"),
        )
        cls.record.properties = [
            {
                "name": name,
                "string": name,
                "type": kind,
                "value": value,
                "definition_changed": True,
                **({"comodel": comodel} if comodel else {}),
            }
            for name, kind, comodel, value in definitions
        ]
        cls.env.flush_all()

    def values(self, properties):
        return {one["name"]: one.get("value") for one in properties}

    def read_both(self, token):
        """Return the properties (dict) as both interfaces answer them."""
        names = ["name", "properties", "country_id"]
        [row] = self.call(token, "read", ids=self.record.ids, fields=names).json()
        self.assertEqual(row["country_id"], [self.country.id, self.country.name])
        self.assertEqual(row["name"], self.record.name)
        [other] = self.call(
            token,
            "search_read",
            domain=[["id", "=", self.record.id]],
            fields=names,
        ).json()
        self.assertEqual(other, row)
        found = self.bearer(
            "otherinfo", token, model="res.partner", ids=self.record.id
        ).json()
        found = found[str(self.record.id)]["properties"]
        return self.values(row["properties"]), self.values(found)

    def test_names_come_with_the_property(self):
        scope = self.create_api_scope(
            names=("name", "properties", "country_id"), api_read=True
        )
        for api, otherinfo in (self.read_both(self.get_token(scope)),):
            self.assertEqual(api, otherinfo)
            self.assertEqual(api["one"], [self.country.id, self.country.name])
            self.assertEqual(api["text"], "plain")

    def test_the_rights_of_the_user_still_count(self):
        scope = self.create_api_scope(
            names=("name", "properties", "country_id"), api_read=True
        )
        api, otherinfo = self.read_both(self.get_token(scope))
        # Who may not read the model is told the number alone, as in the web client
        self.assertEqual(api["closed"], [self.parameter.id, None])
        self.assertEqual(otherinfo["closed"], api["closed"])
        self.assertEqual(api["many"], otherinfo["many"])
        user = self.record.with_user(self.user)
        expected = self.values(user.read(["properties"])[0]["properties"])
        self.assertEqual(
            [list(one) for one in expected["many"]], [list(one) for one in api["many"]]
        )

    def test_only_names_come_along(self):
        scope = self.create_api_scope(
            names=("name", "properties", "country_id"), api_read=True
        )
        token = self.get_token(scope)
        for specification in (
            {"properties": {"fields": {"display_name": {}}}},
            {"country_id": {"fields": {"code": {}}}},
        ):
            response = self.call(
                token, "web_read", ids=self.record.ids, specification=specification
            )
            self.assertNotIn('"code"', response.text)
            self.assertNotEqual(response.status_code, 500)
        self.assert_refused(
            self.call(token, "read", "res.country", ids=self.country.ids, fields=[])
        )
        # Without the field, nothing of it
        closed = self.create_api_scope("closed", api_read=True)
        self.assert_refused(
            self.call(
                self.get_token(closed),
                "read",
                ids=self.record.ids,
                fields=["properties"],
            )
        )

    # Writing

    def get_writing_token(self, *scopes):
        return self.get_token(
            self.create_api_scope(
                names=("name", "ref", "properties"),
                api_read=True,
                api_create=True,
                api_write=True,
            ),
            *scopes,
        )

    def read_definition(self):
        self.env.invalidate_all()
        link = self.Partner._fields["properties"].definition_record
        name = self.Partner._fields["properties"].definition_record_field
        return self.record[link][name]

    def write_values(self, token, value, status=200):
        response = self.call(
            token, "write", ids=self.record.ids, vals={"properties": value}
        )
        self.assertEqual(response.status_code, status, response.text)
        self.assertNotIn(SECRET, response.text)
        self.env.invalidate_all()
        return response

    def test_values_are_written(self):
        token = self.get_writing_token()
        before = self.read_definition()
        self.write_values(token, {"text": "new", "one": False, "many": None})
        self.assertEqual(self.record.properties["text"], "new")
        self.assertFalse(self.record.properties["one"])
        self.write_values(token, False)
        self.assertFalse(self.record.properties["text"])
        response = self.call(
            token,
            "create",
            vals_list=[{"name": "x", "ref": "in", "properties": {"text": "made"}}],
        )
        self.assertEqual(response.status_code, 200, response.text)
        made = self.Partner.browse(response.json())
        self.assertEqual(made.properties["text"], "made")
        self.assertEqual(self.read_definition(), before)

    def test_records_inside_have_to_be_open(self):
        only = self.env["ir.filters"].create(
            {
                "name": "Belgium",
                "model_id": "res.country",
                "domain": "[('code', '=', 'BE')]",
                "user_ids": False,
            }
        )
        countries = self.create_api_scope(
            "be", "res.country", ("name",), api_read=True, filter_id=only.id
        )
        token = self.get_writing_token(countries)
        france = self.env.ref("base.fr")
        for value, status in (
            ({"one": france.id}, 404),
            ({"one": 2**31 - 1}, 404),
            ({"many": self.groups.ids}, 403),
            ({"closed": self.parameter.id}, 403),
            ({"one": self.country.id}, 200),
        ):
            with self.subTest(value=value):
                self.write_values(token, value, status)
        self.assertEqual(self.record.properties["one"], self.country)
        values = {"name": "x", "ref": "in", "properties": {"one": france.id}}
        response = self.call(token, "create", vals_list=[values])
        self.assertEqual(response.status_code, 404, response.text)
        self.assertFalse(self.Partner.search([("name", "=", "x")]))

    def test_definitions_and_malformed_values_are_refused(self):
        token = self.get_writing_token()
        before = self.read_definition()
        definition = {"name": "text", "type": "char", "string": SECRET}
        for value in (
            [{**definition, "value": "x"}],
            [{**definition, "value": "x", "definition_changed": True}],
            [{**definition, "definition_deleted": True}],
            [],
            "x",
            '{"text": "x"}',
            5,
            True,
            {"no_such": "x"},
            {"": "x"},
            {"text": 5},
            {"text": True},
            {"text": ["x"]},
            {"text": {"definition_changed": True}},
            {"one": "1"},
            {"one": True},
            {"one": [1]},
            {"one": [self.country.id, "x"]},
            {"one": -1},
            {"one": 0},
            {"one": 2**40},
            {"many": 1},
            {"many": [[4, 1]]},
            {"many": [True]},
            {"many": ["1"]},
            {"many": [2**70]},
            {f"x{n}": n for n in range(10_000)},
        ):
            with self.subTest(value=str(value)[:60]):
                self.write_values(token, value, 422)
                response = self.call(
                    token,
                    "create",
                    vals_list=[{"name": "x", "ref": "in", "properties": value}],
                )
                self.assertEqual(response.status_code, 422, response.text)
        self.assertEqual(self.record.properties["text"], "plain")
        self.assertEqual(self.read_definition(), before)
        self.assertFalse(self.Partner.search([("name", "=", "x")]))

    def test_the_scope_has_to_list_the_field(self):
        scope = self.create_api_scope(names=("name",), api_read=True, api_write=True)
        self.write_values(self.get_token(scope), {"text": "x"}, 403)
        self.assertEqual(self.record.properties["text"], "plain")
