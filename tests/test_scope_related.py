# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The box of a scope that lets fields change related records, and what fields show."""

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import OAuthCase, new_manager


@tagged("post_install", "-at_install")
class TestScopeRelated(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.scope = cls.create_scope("res.partner", "name", "parent_id", api_write=True)

    @classmethod
    def create_scope(cls, model, *names, **values):
        get_field = cls.env["ir.model.fields"]._get
        return cls.env["oauth.provider.scope"].create(
            {
                "name": "S",
                "code": f"s{cls.env['oauth.provider.scope'].search_count([])}",
                "model_id": cls.env["ir.model"]._get_id(model),
                "field_ids": [
                    Command.set([get_field(model, name).id for name in names])
                ],
                **values,
            }
        )

    # Who ticks it, and what it means to those who have allowed the scope

    def test_a_manager_does_not_tick_it(self):
        mine = self.scope.with_user(self.manager)
        for change in (
            lambda: mine.write({"api_write_related": True}),
            lambda: mine.create(
                {
                    "name": "X",
                    "code": "x",
                    "model_id": mine.model_id.id,
                    "api_write": True,
                    "api_write_related": True,
                }
            ),
            lambda: mine.copy({"code": "y", "api_write_related": True}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
            self.env.invalidate_all()
        rows = mine.load([".id", "api_write_related"], [[str(mine.id), "1"]])
        self.assertFalse(rows["ids"])
        self.env.invalidate_all()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            with Form(mine) as form:
                form.api_write_related = True
        self.env.invalidate_all()
        self.assertFalse(self.scope.api_write_related)
        with Form(self.scope) as form:
            form.api_write_related = True
        self.assertTrue(self.scope.api_write_related)
        # To clear it is no gain
        mine.api_write_related = False

    def test_ticking_it_asks_people_again(self):
        client, secret = self.create_client(scope_ids=[Command.set(self.scope.ids)])
        self.sign_in()
        code = self.scope.code
        tokens = self.redeem(self.get_code(client, scope=code), client, secret).json()
        self.assertEqual(tokens["scope"], code)
        self.assertFalse(self.scope.asks_again)
        with Form(self.scope) as form:
            form.api_write_related = True
            self.assertTrue(form.asks_again)
        answer = self.bearer("tokeninfo", tokens["access_token"])
        self.assertEqual(answer.json()["scopes"], "")
        page = self.url_open(self.authorize_url(client, scope=code))
        self.assertIn("change related records", page.text)

    def test_it_is_sensitive_and_said(self):
        self.scope.api_write_related = True
        self.assertTrue(self.scope.is_sensitive())
        self.assertIn("change related records", self.scope.describe_access())

    def test_it_needs_a_scope_that_writes(self):
        for values in (
            {"api_read": True},
            {"api_unlink": True},
            {},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self.create_scope("res.partner", api_write_related=True, **values)

    def test_it_is_not_for_what_governs_access(self):
        for model in (
            "res.users",
            "res.groups",
            "ir.filters",
            "ir.attachment",
            "oauth.provider.client",
        ):
            with self.subTest(model=model), self.assertRaises(ValidationError):
                self.create_scope(model, api_write=True, api_write_related=True)

    # What listed fields show of other records

    def test_copies_of_a_linked_record_are_named(self):
        scope = self.create_scope(
            "res.users", "partner_id", "email", "name", "login", api_write=True
        )
        text = str(scope.disclosures)
        self.assertIn("(partner_id)", text)
        self.assertIn("any Contact", text)
        self.assertIn("Email", text)
        self.assertNotIn("Login", text)
        # Who only reads links nothing, and without the link there is no choice
        scope.write({"api_write": False, "api_read": True})
        self.assertFalse(scope.disclosures)
        scope.write({"api_create": True})
        self.assertIn("Email", str(scope.disclosures))
        scope.field_ids = scope.field_ids.filtered(lambda one: one.name != "partner_id")
        self.assertFalse(scope.disclosures)

    def test_copies_by_way_of_other_fields_are_named(self):
        # commercial_company_name comes from the commercial entity of the parent
        scope = self.create_scope(
            "res.partner", "parent_id", "commercial_company_name", api_write=True
        )
        self.assertIn("(parent_id)", str(scope.disclosures))
        # That depends on the link alone
        banks = self.create_scope(
            "res.partner.bank", "partner_id", "acc_holder_name", api_create=True
        )
        self.assertIn("(partner_id)", str(banks.disclosures))

    def test_sums_of_other_records_are_named(self):
        reading = self.create_scope("ir.model", "name", "count")
        self.assertFalse(self.create_scope("ir.model", "name").disclosures)
        self.assertIn("filter", str(reading.disclosures))

    def test_the_form_says_it_while_fields_are_chosen(self):
        get_field = self.env["ir.model.fields"]._get
        with Form(self.scope) as form:
            self.assertFalse(form.disclosures)
            form.field_ids.add(get_field("res.partner", "commercial_company_name"))
            self.assertIn("(parent_id)", str(form.disclosures))


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestScopeDisclosuresOfApps(TestScopeRelated):
    """The same, and the fields of apps for which the warnings were made."""

    def test_a_lead_shows_the_address_of_any_contact(self):
        scope = self.create_scope(
            "crm.lead", "partner_id", "email_from", "phone", "priority", api_write=True
        )
        text = str(scope.disclosures)
        self.assertIn("(partner_id)", text)
        self.assertIn("Email", text)
        self.assertIn("Phone", text)
        self.assertNotIn("Priority", text)

    def test_a_balance_sums_up_what_the_filter_leaves_out(self):
        scope = self.create_scope("account.move.line", "name", "cumulated_balance")
        self.assertIn("Cumulated Balance", str(scope.disclosures))

    def test_an_order_shows_the_terms_of_any_customer(self):
        scope = self.create_scope(
            "sale.order", "partner_id", "payment_term_id", "note", api_create=True
        )
        self.assertIn("Payment Terms", str(scope.disclosures))
