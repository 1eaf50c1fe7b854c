# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The alias of others: whom it is linked to, receives their mail.

``mail.alias.mixin`` writes the alias in overrides, outside of what the guard watches.
"""

from odoo import fields, models
from odoo.tests import tagged

from .test_json2_ancestors import make_models
from .test_json2_related import RelatedCase


class Desk(models.Model):
    _name = "oauth.test.desk"
    _description = "Desk"
    _inherits = {"crm.team": "team_id"}
    _module = None

    team_id = fields.Many2one("crm.team", required=True, ondelete="cascade")


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestJson2Alias(RelatedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in (
            "account.group_account_manager",
            "sales_team.group_sale_manager",
            "project.group_project_manager",
            "base.group_system",
        ):
            cls.user.group_ids |= cls.env.ref(name)
        if not cls.env["mail.alias.domain"].search([], limit=1):
            cls.env["mail.alias.domain"].create({"name": "example.com"})
        cls.bills = cls.env["account.journal"].create(
            {
                "name": "Bills",
                "code": "BZZ",
                "type": "purchase",
                "alias_name": "bills-zz",
            }
        )
        cls.alias = cls.bills.alias_id
        cls.aliases = cls.create_api_scope("al", "mail.alias", names=(), api_read=True)

    def read_alias(self):
        self.env.invalidate_all()
        return (
            self.alias.alias_name,
            self.alias.alias_model_id.model,
            self.alias.alias_defaults,
            self.alias.alias_parent_model_id.model,
        )

    def make(self, token, model, vals):
        return self.call(token, "create", model, vals_list=[vals])

    def change(self, token, record, **vals):
        return self.call(token, "write", record._name, ids=record.ids, vals=vals)

    def test_creating_below_the_alias_of_others(self):
        before = self.read_alias()
        for model, values in (
            ("crm.team", {"name": "Mine"}),
            ("project.project", {"name": "Mine"}),
            ("account.journal", {"name": "M", "code": "MZZ", "type": "purchase"}),
        ):
            scope = self.create_api_scope(
                model[:4], model, (*values, "alias_id"), api_create=True
            )
            token = self.get_token(scope, self.aliases)
            with self.subTest(model=model):
                response = self.make(
                    token, model, {**values, "alias_id": self.alias.id}
                )
                self.assert_insufficient(response, "alias_id", "mail.alias")
                self.assertEqual(self.read_alias(), before)
                self.assertFalse(self.env[model].search([("name", "=", "Mine")]))
                self.assert_done(self.make(token, model, values))

    def test_the_permission_to_change_related_records_is_not_enough(self):
        before = self.read_alias()
        scope = self.create_api_scope(
            "team",
            "crm.team",
            ("name", "alias_id"),
            api_create=True,
            api_write_related=True,
        )
        token = self.get_token(scope, self.aliases)
        vals = {"name": "Mine", "alias_id": self.alias.id}
        response = self.make(token, "crm.team", vals)
        self.assert_insufficient(response, "alias_id", "mail.alias")
        self.assertEqual(self.read_alias(), before)

    def test_a_journal_that_takes_an_alias(self):
        """The mixin whose alias is optional has it as a plain link."""
        team = self.env["crm.team"].create({"name": "T", "alias_name": "sales-zz"})
        self.alias = team.alias_id
        before = self.read_alias()
        journal = self.env["account.journal"].create(
            {"name": "Own", "code": "OZZ", "type": "purchase"}
        )
        names = ("name", "alias_id", "alias_name")
        scope = self.create_filtered("j", "account.journal", names, journal)
        token = self.get_token(scope, self.aliases)
        for vals in (
            {"alias_id": self.alias.id, "alias_name": "taken"},
            # The name could come by a second call
            {"alias_id": self.alias.id},
        ):
            response = self.change(token, journal, **vals)
            self.assert_insufficient(response, "alias_id", "mail.alias")
            self.assertEqual(self.read_alias(), before)
            self.assertNotEqual(journal.alias_id, self.alias)

    def test_the_own_alias(self):
        """Who may write a journal names its address, as before."""
        names = ("name", "alias_id", "alias_name")
        scope = self.create_filtered("j", "account.journal", names, self.bills)
        token = self.get_token(scope, self.aliases)
        response = self.change(
            token, self.bills, alias_id=self.alias.id, alias_name="invoices-zz"
        )
        self.assert_done(response)
        self.assertEqual(self.alias.alias_name, "invoices-zz")

    def test_an_alias_that_the_token_may_write(self):
        names = ("alias_name",)
        scope = self.create_filtered("w", "mail.alias", names, self.alias)
        journal = self.env["account.journal"].create(
            {"name": "Own", "code": "OZZ", "type": "purchase"}
        )
        own = self.create_filtered(
            "j", "account.journal", ("alias_id", "alias_name"), journal
        )
        token = self.get_token(scope, own, self.aliases)
        vals = {"alias_id": self.alias.id, "alias_name": "taken"}
        self.assert_done(self.change(token, journal, **vals))
        self.assertEqual(self.alias.alias_name, "taken")

    def test_the_alias_of_what_it_is_made_of(self):
        model = "oauth.test.desk"
        make_models(self, Desk)
        desk = self.env[model].create({"name": "Mine", "alias_name": "own-zz"})
        before, own = self.read_alias(), desk.alias_id
        scope = self.create_filtered("d", model, ("alias_id", "alias_name"), desk)
        token = self.get_token(scope, self.aliases)
        self.assert_done(self.change(token, desk, alias_name="other-zz"))
        self.assertEqual(own.alias_name, "other-zz")
        response = self.change(token, desk, alias_id=self.alias.id)
        self.assert_insufficient(response, "alias_id", "mail.alias")
        self.assertEqual(desk.alias_id, own)
        self.assertEqual(self.read_alias(), before)
