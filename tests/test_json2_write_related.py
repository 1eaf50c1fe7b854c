# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The permission of a scope to change related records through its fields."""

from unittest.mock import patch

from odoo.tests import tagged

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
