# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Methods that every model has beside those that read and write."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_json2 import SECRET, Json2Case

MISSING = 2**31 - 1
ALL = {"api_read": True, "api_create": True, "api_write": True}


class MethodsCase(Json2Case):
    def ok(self, token, method, *args, **kwargs):
        """Call a method, which has to be allowed, and return what it answers."""
        response = self.call(token, method, *args, **kwargs)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertNotIn(SECRET, response.text)
        return response.json()

    def create_town_scope(self, *names):
        """Return a scope on the contacts of one town."""
        shown = self.env["ir.filters"].create(
            {
                "name": "Town",
                "model_id": "res.partner",
                "domain": "[('city', '=', 'Town')]",
                "user_ids": False,
            }
        )
        return self.create_api_scope("town", names=names, filter_id=shown.id, **ALL)

    def refused(self, status, token, method, *args, **kwargs):
        response = self.call(token, method, *args, **kwargs)
        self.assertEqual(response.status_code, status, response.text)
        self.assertNotIn(SECRET, response.text)
        return response.json()["message"]


@tagged("post_install", "-at_install")
class TestJson2Access(MethodsCase):
    def test_the_answer_is_about_the_token(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        inside, outside = self.inside.ids, self.outside.ids
        for ids, operation, expected in (
            (inside, "read", True),
            (inside, "write", False),
            (inside, "unlink", False),
            ([], "read", True),
            ([], "create", False),
            (outside, "read", False),
            ([*inside, *outside], "read", False),
            ([MISSING], "read", False),
            ([*inside, MISSING], "read", False),
        ):
            with self.subTest(ids=ids, operation=operation):
                found = self.ok(token, "has_access", ids=ids, operation=operation)
                self.assertIs(found, expected)
        for operation, expected in (("read", True), ("write", False)):
            found = self.ok(
                token, "check_access_rights", operation=operation, raise_exception=False
            )
            self.assertIs(found, expected)
        self.assertIs(self.ok(token, "check_access_rights", operation="read"), True)
        self.refused(403, token, "check_access_rights", operation="write")
        self.assertIs(
            self.ok(token, "check_access_rule", ids=inside, operation="read"), True
        )
        self.refused(403, token, "check_access_rule", ids=outside, operation="read")
        self.refused(403, token, "check_access", ids=inside, operation="read")

    def test_no_more_than_the_user_may(self):
        admin = self.env.ref("base.user_admin")
        scope = self.create_api_scope("p", "ir.config_parameter", ("key",), **ALL)
        for user, expected in ((admin, True), (self.user, False)):
            token = self.get_token(scope, user=user)
            found = self.ok(
                token, "has_access", "ir.config_parameter", operation="read"
            )
            self.assertIs(found, expected)

    def test_models_without_a_scope(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for model in ("res.users", "ir.attachment", "base", "ir.qweb"):
            found = self.ok(token, "has_access", model, operation="read")
            self.assertIs(found, False)

    def test_malformed_questions(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for operation in ("nonsense", "", None, 5, ["read"], {"a": 1}, "x" * 10_000):
            with self.subTest(operation=str(operation)[:20]):
                self.refused(
                    422, token, "has_access", ids=self.inside.ids, operation=operation
                )
        self.refused(422, token, "has_access", ids="abc", operation="read")
        self.refused(404, token, "has_access", ids=[2**40], operation="read")


@tagged("post_install", "-at_install")
class TestJson2Defaults(MethodsCase):
    def test_only_fields_that_the_token_creates_are_answered(self):
        self.env["ir.default"].set("res.partner", "comment", SECRET)
        self.env["ir.default"].set("res.partner", "function", "Boss")
        token = self.get_token(
            self.create_api_scope(api_create=True, names=("name", "function", "lang"))
        )
        found = self.ok(
            token,
            "default_get",
            fields=["name", "function", "comment", "company_id", "no_such_field"],
        )
        self.assertEqual(found, {"function": "Boss"})
        reading = self.get_token(
            self.create_api_scope("r", api_read=True, names=("function",))
        )
        self.refused(403, reading, "default_get", fields=["function"])

    def test_hidden_links_are_left_out(self):
        other = self.outside
        self.env["ir.default"].set("res.partner", "parent_id", other.id)
        names = ("name", "ref", "parent_id", "user_id")
        token = self.get_token(self.create_api_scope(names=names, **ALL))
        self.assertEqual(self.ok(token, "default_get", fields=list(names)), {})
        other.ref = "in"
        self.assertEqual(
            self.ok(token, "default_get", fields=list(names)), {"parent_id": other.id}
        )

    def test_malformed_arguments(self):
        token = self.get_token(self.create_api_scope(api_create=True))
        for fields in ("name", None, 5, {"name": 1}, [["name"]], [{}], [None]):
            self.refused(422, token, "default_get", fields=fields)
        self.refused(422, token, "default_get")


@tagged("post_install", "-at_install")
class TestJson2Copy(MethodsCase):
    def make_copies(self, token, records, **arguments):
        return self.Partner.browse(self.ok(token, "copy", ids=records.ids, **arguments))

    def test_what_is_open_is_copied(self):
        self.inside.write({"function": "Boss"})
        names = ("name", "ref", "function")
        token = self.get_token(self.create_api_scope(names=names, **ALL))
        copies = self.make_copies(token, self.inside)
        self.assertEqual(len(copies), 2)
        self.assertEqual(copies.mapped("function"), ["Boss", "Boss"])
        self.assertEqual(copies.mapped("ref"), ["in", "in"])
        self.assertIn("Inside 0", copies[0].name)
        self.assertFalse(any(copies.mapped("comment")))
        self.assertFalse(any(copies.mapped("street")))
        self.assertFalse(copies.parent_id)

    def test_a_field_has_to_be_open_for_both(self):
        self.inside.write({"function": "Boss", "city": "Town"})
        token = self.get_token(
            self.create_api_scope(
                "a", names=("name", "ref", "function"), api_read=True
            ),
            self.create_api_scope("b", names=("name", "ref", "city"), api_create=True),
        )
        copies = self.make_copies(token, self.inside[0])
        self.assertEqual((copies.function, copies.city), (False, False))
        copies = self.make_copies(token, self.inside[0], default={"city": "Other"})
        self.assertEqual(copies.city, "Other")

    def test_both_operations_are_needed(self):
        for values in ({"api_read": True}, {"api_create": True}, {"api_write": True}):
            [operation] = values
            scope = self.create_api_scope(operation, names=("name", "ref"), **values)
            self.refused(403, self.get_token(scope), "copy", ids=self.inside.ids)

    def test_hidden_records_are_missing(self):
        token = self.get_token(self.create_api_scope(names=("name", "ref"), **ALL))
        number = self.Partner.search_count([])
        said = {
            self.refused(404, token, "copy", ids=ids)
            for ids in (
                self.outside.ids,
                [MISSING],
                [self.inside[0].id, self.outside.id],
                [self.inside[0].id, MISSING],
            )
        }
        self.assertEqual(len(said), 1)
        self.assertEqual(self.Partner.search_count([]), number)

    def test_defaults_are_values(self):
        token = self.get_token(
            self.create_api_scope(names=("name", "ref", "parent_id"), **ALL)
        )
        number = self.Partner.search_count([])
        inside = self.inside[1].ids
        for default in (
            {"comment": SECRET},
            {"no_such": 1},
            {"parent_id": self.outside.id},
            {"parent_id": MISSING},
            {"ref": "out"},
            {"child_ids": [[0, 0, {"name": "x"}]]},
            {"name": {"a": 1}},
            [["name", "x"]],
            "name",
            5,
        ):
            with self.subTest(default=default):
                self.assert_refused(
                    self.call(token, "copy", ids=inside, default=default)
                )
        self.assertEqual(self.Partner.search_count([]), number)
        copied = self.make_copies(token, self.inside[1], default={"name": "Mine"})
        self.assertEqual(copied.name, "Mine")

    def test_links_are_those_that_the_token_could_make(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "Open"}, {"name": SECRET}]
        )
        self.inside[1].category_id = tags
        names = ("name", "ref", "category_id", "parent_id")
        partners = self.create_api_scope(names=names, **ALL)
        shown = self.env["ir.filters"].create(
            {
                "name": "Open tags",
                "model_id": "res.partner.category",
                "domain": "[('name', '=', 'Open')]",
                "user_ids": False,
            }
        )
        reading = self.create_api_scope(
            "tags", "res.partner.category", filter_id=shown.id, api_read=True
        )
        copied = self.make_copies(self.get_token(partners, reading), self.inside[1])
        self.assertEqual(copied.category_id, tags[0])
        copied = self.make_copies(self.get_token(partners), self.inside[1])
        self.assertFalse(copied.category_id)
        # Its parent is hidden: what create refuses, copy refuses
        token = self.get_token(partners)
        self.refused(404, token, "copy", ids=self.inside[0].ids)
        default = {"parent_id": False}
        copied = self.make_copies(token, self.inside[0], default=default)
        self.assertFalse(copied.parent_id)

    def test_a_copy_has_to_be_within_the_filter(self):
        token = self.get_token(self.create_api_scope(names=("name",), **ALL))
        number = self.Partner.search_count([])
        # Its reference would be empty
        self.assert_refused(self.call(token, "copy", ids=self.inside[1].ids))
        self.assertEqual(self.Partner.search_count([]), number)

    def test_scopes_add_up_for_each_record(self):
        self.inside.write({"function": "Boss"})
        self.inside[0].write({"city": "Town", "parent_id": False})
        token = self.get_token(
            self.create_api_scope("a", names=("name", "ref"), **ALL),
            self.create_town_scope("name", "ref", "city", "function"),
        )
        copies = self.make_copies(token, self.inside)
        self.assertEqual(copies.mapped("function"), ["Boss", False])
        self.assertEqual(copies.mapped("city"), ["Town", False])

    def test_translations_of_open_fields_are_copied(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        tag = self.env["res.partner.category"].create({"name": "Blue"})
        tag.with_context(lang="fr_FR").name = "Bleu"
        scope = self.create_api_scope(
            "tags", "res.partner.category", ("name", "color"), **ALL
        )
        admin = self.env.ref("base.user_admin")
        token = self.get_token(scope, user=admin)
        [number] = self.ok(token, "copy", "res.partner.category", ids=tag.ids)
        copied = tag.browse(number)
        self.assertEqual(copied.with_context(lang="fr_FR").name, "Bleu")

    def test_a_model_that_copies_more_is_refused(self):
        admin = self.env.ref("base.user_admin")
        menu = self.env["ir.ui.menu"].create({"name": "Menu"})
        scope = self.create_api_scope("menu", "ir.ui.menu", ("name",), **ALL)
        token = self.get_token(scope, user=admin)
        said = self.refused(403, token, "copy", "ir.ui.menu", ids=menu.ids)
        self.assertIn("copies more than the record", said)


@tagged("post_install", "-at_install")
class TestJson2Export(MethodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.country = cls.env.ref("base.be")
        cls.inside.country_id = cls.country
        cls.tags = cls.env["res.partner.category"].create(
            [{"name": "Open"}, {"name": SECRET}]
        )
        cls.inside[1].category_id = cls.tags
        cls.inside[1].parent_id = cls.inside[0]

    def export(self, token, *paths, records=None):
        ids = (records or self.inside).ids
        return self.ok(token, "export_data", ids=ids, fields_to_export=list(paths))[
            "datas"
        ]

    def test_open_fields_are_exported(self):
        token = self.get_token(
            self.create_api_scope(names=("name", "ref", "country_id"), api_read=True)
        )
        found = self.export(token, ".id", "name", "ref", "country_id", "country_id/.id")
        self.assertEqual(
            found,
            [
                [str(one.id), one.name, "in", "Belgium", str(self.country.id)]
                for one in self.inside
            ],
        )
        [[xml_id]] = self.export(token, "id", records=self.inside[0])
        self.assertEqual(self.env.ref(xml_id), self.inside[0])

    def test_each_path_is_checked_on_its_own_model(self):
        names = ("name", "country_id", "category_id", "parent_id", "child_ids")
        partners = self.create_api_scope(names=names, api_read=True)
        token = self.get_token(partners)
        countries = self.create_api_scope("c", "res.country", ("name",), api_read=True)
        wider = self.get_token(partners, countries)
        ids = self.inside.ids
        for path in (
            "comment",
            "parent_id/comment",
            "child_ids/comment",
            "parent_id/parent_id/comment",
            "country_id/code",
            "category_id/name",
            "category_id/id",
            "country_id/id",
            "create_uid/login",
        ):
            with self.subTest(path=path):
                self.refused(
                    403, token, "export_data", ids=ids, fields_to_export=[path]
                )
                if path != "country_id/id":
                    self.refused(
                        403, wider, "export_data", ids=ids, fields_to_export=[path]
                    )
        found = self.export(wider, "country_id/name", "country_id/id")
        self.assertEqual(found, [["Belgium", "base.be"]] * 2)

    def test_hidden_records_on_the_way_are_left_out(self):
        names = ("name", "category_id", "parent_id", "child_ids", "display_name")
        shown = self.env["ir.filters"].create(
            {
                "name": "Open tags",
                "model_id": "res.partner.category",
                "domain": "[('name', '=', 'Open')]",
                "user_ids": False,
            }
        )
        partners = self.create_api_scope(names=names, api_read=True)
        tags = self.create_api_scope(
            "tags",
            "res.partner.category",
            ("name", "display_name"),
            filter_id=shown.id,
            api_read=True,
        )
        token = self.get_token(partners, tags)
        # The first one's parent is outside
        self.assertEqual(
            self.export(token, "name", "parent_id/name", "category_id/name"),
            [["Inside 0", "", ""], ["Inside 1", "Inside 0", "Open"]],
        )
        self.assertEqual(self.export(token, "category_id"), [[""], ["Open"]])
        hidden = self.Partner.create(
            {"name": SECRET, "parent_id": self.inside[0].id, "ref": "out"}
        )
        self.assertTrue(hidden.parent_id)
        found = self.export(token, "name", "child_ids/name", records=self.inside[0])
        self.assertEqual(found, [["Inside 0", "Inside 1"]])

    def test_hidden_records_are_missing(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for ids in (self.outside.ids, [MISSING], [*self.inside.ids, self.outside.id]):
            self.refused(404, token, "export_data", ids=ids, fields_to_export=["name"])
        unfiltered = self.create_api_scope("all", api_read=True, filter_id=False)
        self.refused(
            404,
            self.get_token(unfiltered),
            "export_data",
            ids=[*self.inside.ids, MISSING],
            fields_to_export=["name"],
        )
        writing = self.get_token(self.create_api_scope("w", api_write=True))
        self.refused(
            403, writing, "export_data", ids=self.inside.ids, fields_to_export=["name"]
        )

    def test_scopes_add_up_for_each_record(self):
        self.inside.write({"function": "Boss"})
        self.inside[1].parent_id = False
        # With an address of its own
        values = {"type": "other", "city": "Town", "parent_id": self.inside[1].id}
        self.inside[0].write(values)
        token = self.get_token(
            self.create_api_scope("a", names=("name", "parent_id"), api_read=True),
            self.create_town_scope("name", "function"),
        )
        first = self.inside[0]
        found = self.export(token, "function", records=first)
        self.assertEqual(found, [["Boss"]])
        ids, paths = self.inside.ids, ["name", "function"]
        self.refused(403, token, "export_data", ids=ids, fields_to_export=paths)
        # The parent has a name for the token, and no function
        found = self.export(token, "parent_id/name", records=first)
        self.assertEqual(found, [["Inside 1"]])
        found = self.export(token, "parent_id/function", records=first)
        self.assertEqual(found, [[""]])

    def test_the_user_has_to_have_the_right(self):
        self.user.group_ids -= self.env.ref("base.group_allow_export")
        token = self.get_token(self.create_api_scope(api_read=True))
        self.refused(
            422, token, "export_data", ids=self.inside.ids, fields_to_export=["name"]
        )

    def test_malformed_paths(self):
        names = ("name", "parent_id", "child_ids")
        token = self.get_token(self.create_api_scope(names=names, api_read=True))
        for paths in (
            "name",
            None,
            5,
            [5],
            [["name"]],
            [{}],
            [""],
            ["/"],
            ["name/"],
            ["name/x"],
            ["no_such"],
            ["id/name"],
            [".id/name"],
            ["name.x"],
            ["parent_id.name"],
            ["parent_id/no_such"],
            ["parent_id/" * 11 + "name"],
            ["x" * 10_000],
            ["parent_id/../comment"],
        ):
            with self.subTest(paths=str(paths)[:40]):
                self.refused(
                    422,
                    token,
                    "export_data",
                    ids=self.inside.ids,
                    fields_to_export=paths,
                )


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
