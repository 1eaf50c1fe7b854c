# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``name_create``: a record by nothing but its name."""

from odoo.tests import tagged

from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestJson2NameCreate(Json2Case):
    def create_by_name(self, token, name, model="res.partner.category"):
        self.env.flush_all()
        response = self.call(token, "name_create", model, name=name)
        self.env.invalidate_all()
        return response

    def open_tags(self, *names, **values):
        return self.create_api_scope("tags", "res.partner.category", names, **values)

    def test_by_a_scope_that_creates_with_the_name(self):
        token = self.get_token(self.open_tags("name", api_create=True))
        response = self.create_by_name(token, "New")
        self.assertEqual(response.status_code, 200, response.text)
        number, name = response.json()
        self.assertEqual(name, "New")
        self.assertEqual(self.env["res.partner.category"].browse(number).name, "New")

    def test_not_without(self):
        for names, values in (
            (("name",), {"api_read": True, "api_write": True}),
            (("color",), {"api_create": True}),
            ((), {"api_create": True}),
        ):
            scope = self.open_tags(*names, **values)
            token = self.get_token(scope)
            response = self.create_by_name(token, "New")
            self.assertEqual(response.status_code, 403, response.text)
            scope.unlink()
        self.assertFalse(
            self.env["res.partner.category"].search([("name", "=", "New")])
        )

    def test_within_the_filter(self):
        token = self.get_token(self.create_api_scope(api_create=True))
        response = self.create_by_name(token, "New", "res.partner")
        self.assertEqual(response.status_code, 403, response.text)
        self.assertFalse(self.Partner.search([("name", "=", "New")]))

    def test_nothing_but_the_name_is_written(self):
        """Odoo takes the address out of the name of a contact."""
        scope = self.create_api_scope(api_create=True, filter_id=False)
        token = self.get_token(scope)
        text = "Ann <ann@example.com>"
        response = self.create_by_name(token, text, "res.partner")
        self.assertEqual(response.status_code, 200, response.text)
        made = self.Partner.browse(response.json()[0])
        self.assertEqual((made.name, made.email), (text, False))

    def test_names_that_are_none(self):
        token = self.get_token(self.open_tags("name", api_create=True))
        for name in (None, 5, True, [], {}, ["x"], {"name": "x"}, False):
            response = self.create_by_name(token, name)
            self.assertEqual(response.status_code, 422, response.text)
        response = self.call(token, "name_create", "res.partner.category")
        self.assertEqual(response.status_code, 422, response.text)
        response = self.create_by_name(token, "x" * 10_000)
        self.assertEqual(response.status_code, 200, response.text)
