# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Methods that every model has beside those that read and write."""

from odoo.tests import tagged

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
