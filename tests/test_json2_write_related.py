# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The permission of a scope to change related records through its fields."""

from unittest.mock import patch

from odoo.tests import tagged

from .test_json2 import SECRET
from .test_json2_related import WRITES, RelatedCase


@tagged("post_install", "-at_install")
class TestJson2WriteRelated(RelatedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["res.bank"].create({"name": "Bank", "bic": "OLDBEBB"})
        cls.account = cls.env["res.partner.bank"].create(
            {
                "acc_number": "123",
                "partner_id": cls.inside[0].id,
                "bank_id": cls.bank.id,
            }
        )

    def write_bic(self, *scopes):
        """Write a field of the bank with a token of ``scopes``; return the response."""
        return self.call(
            self.get_token(*scopes),
            "write",
            "res.partner.bank",
            ids=self.account.ids,
            vals={"bank_bic": "NEWBEBB"},
        )

    def create_account_scope(self, code, names, permitted):
        """Return a scope on bank accounts, with the permission if ``permitted``."""
        return self.create_api_scope(
            code, "res.partner.bank", names, api_write_related=permitted, **WRITES
        )

    def test_the_permission_opens_related_records(self):
        names = ("bank_bic", "acc_number")
        permitted = self.create_account_scope("permitted", names, True)
        self.assert_done(self.write_bic(permitted))
        self.assertEqual(self.bank.bic, "NEWBEBB")

    def test_the_permission_counts_for_fields_of_its_scope_only(self):
        """Each field that changes others has to come from a scope that has it."""
        permitted = self.create_account_scope("permitted", ("acc_number",), True)
        other = self.create_account_scope("other", ("bank_bic",), False)
        self.assert_insufficient(
            self.write_bic(permitted, other), "bank_bic", "res.bank"
        )
        permitted = self.create_account_scope("more", ("bank_bic", "bank_name"), True)
        self.assert_insufficient(
            self.write_bic(permitted, other), "bank_bic", "res.bank"
        )
        self.assertEqual(self.bank.bic, "OLDBEBB")
        other.field_ids = permitted.field_ids.filtered(
            lambda one: one.name == "bank_name"
        )
        self.assert_done(self.write_bic(permitted, other))

    def test_the_permission_never_opens_accounts_and_configuration(self):
        contact, user = self.inside[1], self.user
        client = self.create_client()[0]
        scope = self.create_api_scope(
            names=("company_type", "ref"), api_write_related=True, **WRITES
        )
        token = self.get_token(scope)
        parameters = self.env["ir.config_parameter"].sudo()
        model_class = type(contact)
        for record, vals in (
            (user, {"signature": "x"}),
            (self.env.ref("base.group_user"), {"name": "x"}),
            (client, {"name": "x"}),
            (parameters.search([], limit=1), {"value": "x"}),
            (self.env.ref("base.menu_administration"), {"name": "x"}),
        ):
            for operation in ("create", "write", "unlink"):
                method = self.make_inverse(record, operation, vals)
                with (
                    self.subTest(model=record._name, operation=operation),
                    patch.object(model_class, "_write_company_type", method),
                ):
                    response = self.call(
                        token,
                        "write",
                        ids=contact.ids,
                        vals={"company_type": "company"},
                    )
                    self.assert_insufficient(response, "company_type", record._name)

    def make_inverse(self, record, operation, vals):
        """Return an inverse method that does ``operation`` on ``record``."""

        def inverse(records):
            other = record.with_env(records.env).sudo()
            if operation == "create":
                other.browse().create(vals)
            elif operation == "write":
                other.write(vals)
            else:
                other.unlink()

        return inverse

    def test_the_permission_never_opens_the_contact_of_an_account(self):
        """A reset of the password would be sent to its new address."""
        contact, other = self.inside[1], self.outside
        made = {"partner_id": other.id, "name": "Made", "login": "made_of_it"}
        account = self.env["res.users"].create(made)
        scope = self.create_api_scope(
            names=("company_type", "ref"), api_write_related=True, **WRITES
        )
        token = self.get_token(scope)

        def by_field(records):
            other.with_env(records.env).sudo().email = "evil@example.com"

        def by_list(records):
            commands = [(1, other.id, {"email": "evil@example.com"})]
            records.sudo().child_ids = commands

        def by_deletion(records):
            other.with_env(records.env).sudo().unlink()

        def by_bank(records):
            # A record below it is not the contact itself
            values = {"acc_number": str(account.active), "partner_id": other.id}
            records.env["res.partner.bank"].sudo().create(values)

        for active in (True, False):
            account.active = active
            for inverse in (by_field, by_list, by_deletion, by_bank):
                with (
                    self.subTest(inverse=inverse.__name__, active=active),
                    patch.object(type(contact), "_write_company_type", inverse),
                ):
                    contact.is_company = False
                    response = self.call(
                        token,
                        "write",
                        ids=contact.ids,
                        vals={"company_type": "company"},
                    )
                    if inverse is by_bank:
                        self.assert_done(response)
                        continue
                    self.assert_insufficient(response, "company_type", "res.partner")
                    self.assertEqual(other.exists().email, SECRET)

    def test_a_company_with_the_contact_of_an_account(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        company = self.user.company_id
        names = ("street", "report_footer")
        scope = self.create_filtered(
            "c", "res.company", names, company, api_write_related=True
        )
        call = ("write", "res.company")
        vals = {"street": "New"}
        token = self.get_token(scope)
        self.assert_done(self.call(token, *call, ids=company.ids, vals=vals))
        made = {"partner_id": company.partner_id.id, "login": "company", "name": "C"}
        self.env["res.users"].create(made).active = False
        response = self.call(token, *call, ids=company.ids, vals={"street": "Other"})
        self.assert_insufficient(response, "street", "res.partner")
        self.assertEqual(company.street, "New")


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestJson2WriteRelatedApps(RelatedCase):
    def test_the_lead_of_an_employee(self):
        admin = self.env.ref("base.user_admin")
        admin.email = "admin@example.com"
        # Without these rights Odoo itself refuses to change contacts of employees
        self.user.group_ids |= self.env.ref("base.group_erp_manager")
        self.user.group_ids |= self.env.ref("sales_team.group_sale_manager")
        customers = admin.partner_id, self.inside[1]
        names = ("name", "email_from", "phone")
        for customer in customers:
            lead = self.env["crm.lead"].create(
                {"name": "L", "partner_id": customer.id, "type": "opportunity"}
            )
            code = f"l{lead.id}"
            scope = self.create_filtered(
                code, "crm.lead", names, lead, api_write_related=True
            )
            response = self.call(
                self.get_token(scope),
                "write",
                "crm.lead",
                ids=lead.ids,
                vals={"email_from": "evil@example.com"},
            )
            if customer == customers[0]:
                self.assert_insufficient(response, "email_from", "res.partner")
                self.assertEqual(admin.email, "admin@example.com")
            else:
                self.assert_done(response)
                self.assertEqual(customer.email, "evil@example.com")
