# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Messages of Odoo's apps that name records which a token with scopes does not see."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_error_answer import ErrorCase
from .test_error_text import REFUSED
from .test_json2 import SECRET

TAKEN = "4006381333931"


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestErrorApps(ErrorCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env.ref("base.user_admin")

    def narrow(self, model, record, *names):
        """Return a token that may read and write ``names`` of one ``record``."""
        only = self.env["ir.filters"].create(
            {
                "name": f"One of {model}",
                "model_id": model,
                "domain": f"[('id', '=', {record.id})]",
                "user_ids": False,
            }
        )
        scope = self.create_api_scope(
            f"one-{model}", model, names, filter_id=only.id, api_write=True
        )
        scope.api_read = True
        return self.get_token(scope)

    def check(self, model, record, values, status=422):
        """Write ``values`` by a scoped token; return what the caller is told."""
        token = self.narrow(model, record, *values)
        arguments = {"ids": record.ids, "vals": values}
        response = self.call(token, "write", model, **arguments)
        scoped = self.assert_bare(response, status)
        # Such a message there is: whoever has all rights of the user receives it
        response = self.call(self.get_token(self.full), "write", model, **arguments)
        self.assertEqual(response.json()["debug"], "")
        return scoped, response.json()["message"]

    def assert_hidden(self, model, record, values):
        scoped, full = self.check(model, record, values)
        self.assertIn(REFUSED, scoped)
        self.assertIn(SECRET, full)

    def test_the_barcode_of_a_hidden_product(self):
        Product = self.env["product.product"]
        Product.create({"name": f"Hidden {SECRET}", "barcode": TAKEN})
        own = Product.create({"name": "Own"})
        self.assert_hidden("product.product", own, {"barcode": TAKEN})

    def test_the_name_of_a_hidden_tax(self):
        Tax = self.env["account.tax"]
        company = self.env["res.company"].create({"name": f"Company {SECRET}"})
        company.country_id = self.env.ref("base.be")
        self.user.company_ids |= company
        Tax = Tax.with_company(company)
        group = self.env["account.tax.group"].create(
            {"name": "Group", "company_id": company.id}
        )
        values = {"company_id": company.id, "tax_group_id": group.id, "amount": 5}
        Tax.create({"name": "Taken", **values})
        own = Tax.create({"name": "Own", **values})
        self.assert_hidden("account.tax", own, {"name": "Taken"})

    def test_the_product_of_a_lot(self):
        product = self.env["product.product"].create(
            {"name": f"Hidden {SECRET}", "tracking": "lot"}
        )
        values = {"product_id": product.id, "company_id": self.env.company.id}
        self.env["stock.lot"].create({"name": TAKEN, **values})
        own = self.env["stock.lot"].create({"name": "Own", **values})
        self.assert_hidden("stock.lot", own, {"name": TAKEN})

    def test_the_name_of_a_company_that_is_in_use(self):
        company = self.env["res.company"].create({"name": f"Hidden {SECRET}"})
        self.user.copy(
            {"company_id": company.id, "company_ids": company.ids, "login": "other"}
        )
        self.user.company_ids |= company
        self.assert_hidden("res.company", company, {"active": False})

    @mute_logger("odoo.sql_db")
    def test_fixed_texts_are_said(self):
        Tag = self.env["project.tags"]
        Tag.create({"name": "Taken"})
        own = Tag.create({"name": "Own"})
        scoped, full = self.check("project.tags", own, {"name": "Taken"})
        self.assertIn(scoped, full)
        self.assertIn("already exists", scoped)
        product = self.env["product.product"].create(
            {"name": f"Hidden {SECRET}", "barcode": TAKEN}
        )
        packaging = self.env["product.uom"].create(
            {
                "barcode": "1",
                "product_id": product.id,
                "uom_id": self.env.ref("uom.product_uom_dozen").id,
            }
        )
        scoped, full = self.check("product.uom", packaging, {"barcode": TAKEN})
        self.assertEqual(scoped, full)
        self.assertEqual(scoped, "A product already uses the barcode")
