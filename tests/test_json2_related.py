# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writes of a token that would reach records which its caller does not name."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .test_json2 import SECRET, Json2Case

WRITES = {"api_read": True, "api_write": True}


class RelatedCase(Json2Case):
    """Scopes with a filter on some records, and refusals that say what they are about."""

    @classmethod
    def create_filtered(cls, code, model, names, records, **values):
        """Return a scope on ``records`` and no others; to write, unless told."""
        own = cls.env["ir.filters"].create(
            {
                "name": code,
                "model_id": model,
                "domain": [("id", "in", records.ids)],
                "user_ids": False,
            }
        )
        values = {**WRITES, **values, "filter_id": own.id, "own_user_only": False}
        return cls.create_api_scope(code, model, names, **values)

    def assert_insufficient(self, response, field, model):
        """Check the 403 that names ``field`` and ``model``, and that nothing is kept."""
        self.assertEqual(response.status_code, 403, response.text)
        answer = response.json()
        self.assertEqual(answer["error"], "insufficient_scope", answer)
        self.assertIn(f" {field} ", answer["error_description"])
        self.assertIn(f" {model} ", answer["error_description"])
        header = response.headers["WWW-Authenticate"]
        self.assertIn('error="insufficient_scope"', header)
        self.assertNotIn(SECRET, response.text + header)
        self.env.invalidate_all()

    def assert_done(self, response):
        self.assertEqual(response.status_code, 200, response.text)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestJson2Parents(RelatedCase):
    """Records that are made of another one (``_inherits``)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_erp_manager")
        cls.mine = new_test_user(cls.env, "mine", name="Mine")
        cls.twin = new_test_user(cls.env, "twin", name="Twin")
        cls.twin.partner_id = cls.mine.partner_id

    def test_a_parent_of_others_is_not_written(self):
        scope = self.create_filtered("u", "res.users", ("name",), self.mine)
        token = self.get_token(scope)
        vals = {"name": "Renamed"}
        for active in (True, False):
            self.twin.active = active
            response = self.call(
                token, "write", "res.users", ids=self.mine.ids, vals=vals
            )
            self.assert_insufficient(response, "name", "res.partner")
            self.assertEqual(self.mine.name, "Mine")

    def test_a_parent_of_own_records_is_written(self):
        users = self.mine | self.twin
        scope = self.create_filtered("u", "res.users", ("name",), users)
        token = self.get_token(scope)
        for ids, name in ((self.mine.ids, "One"), (users.ids, "Both")):
            vals = {"name": name}
            response = self.call(token, "write", "res.users", ids=ids, vals=vals)
            self.assert_done(response)
            self.assertEqual(self.mine.partner_id.name, name)

    def test_creating_below_a_parent_of_others(self):
        names = ("name", "login", "partner_id")
        users = self.create_api_scope(
            "u",
            "res.users",
            names,
            api_create=True,
            api_read=True,
            own_user_only=False,
        )
        partners = self.create_api_scope("p", names=("name",), api_read=True)
        token = self.get_token(users, partners)
        for vals in (
            {"login": "new", "name": "New", "partner_id": self.inside[1].id},
            {"login": "new", "partner_id": self.inside[1].id},
        ):
            response = self.call(token, "create", "res.users", vals_list=[vals])
            self.assert_insufficient(response, "partner_id", "res.partner")
            self.assertEqual(self.inside[1].name, "Inside 1")
        vals = [{"login": f"new{n}", "name": f"New {n}"} for n in range(2)]
        response = self.call(token, "create", "res.users", vals_list=vals)
        self.assert_done(response)
        made = self.env["res.users"].browse(response.json())
        self.assertEqual(made.mapped("partner_id.name"), ["New 0", "New 1"])

    def test_company(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        company = self.user.company_id
        company.street = "Before"
        scope = self.create_filtered("c", "res.company", ("street",), company)
        token = self.get_token(scope)
        vals = {"street": "After"}
        response = self.call(
            token, "write", "res.company", ids=company.ids, vals=vals
        )
        self.assert_insufficient(response, "street", "res.partner")
        self.assertEqual(company.partner_id.street, "Before")
        response = self.call(
            token, "write", "res.company", ids=company.ids, vals={"street": "Before"}
        )
        self.assert_done(response)
        partner = self.create_filtered(
            "p", "res.partner", ("street",), company.partner_id
        )
        token = self.get_token(scope, partner)
        response = self.call(
            token, "write", "res.company", ids=company.ids, vals=vals
        )
        self.assert_done(response)
        self.assertEqual(company.partner_id.street, "After")
