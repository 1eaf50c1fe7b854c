# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Kinds 8 and 9: further methods of every model, and what a client asks first."""

from odoo.tests import tagged

from .jobs import Scope
from .kinds_case import CUSTOMER, KindsCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestKindsOfMethods(KindsCase):
    # 8

    def test_8_copies(self):
        given = self.become(
            "sales_team.group_sale_salesman_all_leads", "stock.group_stock_user"
        )
        lead, picking = given.find("$opportunity"), given.find("$delivery")
        # Hidden from the token, and not copied
        lead.description = "Pays late"
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", CUSTOMER),
            Scope("crm.lead", "read create", "name type partner_id expected_revenue"),
            Scope("product.product"),
            Scope("stock.location"),
            Scope("stock.picking.type"),
            Scope(
                "stock.picking",
                "read create",
                "picking_type_id location_id location_dest_id origin move_ids",
            ),
            Scope(
                "stock.move",
                "read create",
                "product_id product_uom_qty location_id location_dest_id",
            ),
            user=given.user,
        )
        ids = self.do(
            token, "crm.lead.copy", ids=lead.ids, default={"name": "Third floor"}
        )
        copied = lead.browse(ids)
        self.assertEqual(copied.name, "Third floor")
        self.assertEqual(copied.expected_revenue, 500.0)
        self.assertFalse(copied.description)
        ids = self.do(
            token, "stock.picking.copy", ids=picking.ids, default={"origin": "AGAIN"}
        )
        copied = picking.browse(ids)
        self.assertEqual(copied.origin, "AGAIN")
        self.assertEqual(copied.move_ids.product_id, picking.move_ids.product_id)
        self.assertEqual(copied.move_ids.product_uom_qty, 2.0)

    def test_8_what_odoo_copies_beside_the_record(self):
        """It is refused with the reason, and the way that it names is open."""
        given = self.become("sales_team.group_sale_salesman_all_leads")
        order = given.find("$quotation")
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", CUSTOMER),
            Scope("product.product"),
            Scope("sale.order", "read create", "partner_id order_line"),
            Scope("sale.order.line", "read create", "product_id product_uom_qty"),
            user=given.user,
        )
        response = self.ask(token, "sale.order.copy", ids=order.ids)
        self.assertEqual(response.status_code, 403, response.text)
        self.assertIn("read it and create another", response.text)
        [read] = self.do(
            token,
            "sale.order.web_read",
            ids=order.ids,
            specification={
                "partner_id": {},
                "order_line": {"fields": {"product_id": {}, "product_uom_qty": {}}},
            },
        )
        lines = [
            [0, 0, {name: line[name] for name in ("product_id", "product_uom_qty")}]
            for line in read["order_line"]
        ]
        made = self.make(
            token, "sale.order", partner_id=read["partner_id"], order_line=lines
        )
        self.assertEqual(made.partner_id, order.partner_id)
        self.assertEqual(made.order_line.product_uom_qty, 2.0)

    def test_8_rows(self):
        given = self.become(
            "product.group_product_manager",
            "base.group_partner_manager",
            "base.group_allow_export",
        )
        token = self.get_narrow_token(
            Scope("res.country", "read", "code display_name"),
            Scope("res.partner", "read create write", "name ref country_id", CUSTOMER),
            Scope(
                "product.template",
                "read create write",
                "name default_code list_price categ_id",
            ),
            Scope("product.category", "read", "name display_name"),
            user=given.user,
        )
        self.env["product.category"].create({"name": "Furniture"})
        answer = self.do(
            token,
            "product.template.load",
            fields=["id", "name", "list_price", "categ_id"],
            data=[
                ["shop_chair", "Armchair", "120.5", "Furniture"],
                ["shop_bench", "Bench", "80", "Furniture"],
            ],
        )
        self.assertEqual(answer["messages"], [])
        made = self.env["product.template"].browse(answer["ids"])
        self.assertEqual(made.mapped("list_price"), [120.5, 80.0])
        self.assertEqual(made.categ_id.name, "Furniture")
        answer = self.do(
            token,
            "product.template.load",
            fields=["id", "list_price"],
            data=[["shop_chair", "99"]],
        )
        self.assertEqual(answer["ids"], made[:1].ids)
        self.assertEqual(made[0].list_price, 99.0)
        answer = self.do(
            token,
            "res.partner.load",
            fields=["name", "ref", "country_id/id"],
            data=[["Ida", "CUSTOMER", "base.be"]],
        )
        ida = self.env["res.partner"].browse(answer["ids"])
        self.assertEqual(ida.country_id.code, "BE")
        exported = self.do(
            token,
            "res.partner.export_data",
            ids=ida.ids,
            fields_to_export=[".id", "name", "country_id/code"],
        )
        self.assertEqual(exported["datas"], [[str(ida.id), "Ida", "BE"]])
        exported = self.do(
            token,
            "product.template.export_data",
            ids=made.ids,
            fields_to_export=["name", "categ_id/name"],
        )
        self.assertEqual(exported["datas"][0], ["Armchair", "Furniture"])
        self.refuse(
            403,
            token,
            "res.partner.export_data",
            ids=ida.ids,
            fields_to_export=["email"],
        )

    def test_8_questions_and_defaults(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        order, sold = given.find("$quotation"), given.find("$order")
        token = self.get_narrow_token(
            Scope(
                "sale.order",
                "read create",
                "partner_id state date_order client_order_ref",
                "[('state', '=', 'draft')]",
            ),
            user=given.user,
        )
        for ids, operation, expected in (
            (order.ids, "read", True),
            (order.ids, "write", False),
            (sold.ids, "read", False),
            ([], "create", True),
        ):
            found = self.do(
                token, "sale.order.has_access", ids=ids, operation=operation
            )
            self.assertIs(found, expected)
            found = self.do(
                token,
                "sale.order.check_access_rights",
                operation=operation,
                raise_exception=False,
            )
            self.assertIs(found, operation != "write")
        found = self.do(
            token, "sale.order.default_get", fields=["state", "date_order", "note"]
        )
        self.assertEqual(found["state"], "draft")
        self.assertIn("date_order", found)
        self.assertNotIn("note", found)
        found = self.do(
            token,
            "sale.order.default_get",
            fields=["client_order_ref"],
            context={"default_client_order_ref": "WEB"},
        )
        self.assertEqual(found, {"client_order_ref": "WEB"})

    def test_8_what_a_record_would_be_like(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        customer, chair = given.find("$customer"), given.find("$chair")
        terms = self.env["account.payment.term"].create({"name": "At once"})
        customer.property_payment_term_id = terms
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", CUSTOMER),
            Scope("product.product"),
            Scope("account.payment.term"),
            Scope("sale.order", "read create", "partner_id payment_term_id"),
            Scope(
                "sale.order.line",
                "read create write",
                "order_id product_id product_uom_qty price_unit name",
            ),
            user=given.user,
        )
        answer = self.do(
            token,
            "sale.order.onchange",
            values={"partner_id": customer.id},
            field_names=["partner_id"],
            fields_spec={"partner_id": {}, "payment_term_id": {}},
        )
        self.assertEqual(answer["value"]["payment_term_id"], terms.id)
        order = given.find("$quotation")
        answer = self.do(
            token,
            "sale.order.line.onchange",
            values={"order_id": order.id, "product_id": chair.id},
            field_names=["product_id"],
            fields_spec={"product_id": {}, "price_unit": {}, "name": {}},
        )
        self.assertEqual(answer["value"]["price_unit"], 90.0)
        self.assertEqual(len(order.order_line), 1)

    # 9

    def test_9_what_a_client_asks_first(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        token = self.get_narrow_token(
            Scope("sale.order", "read create", "partner_id order_line state"),
            Scope("sale.order.line", "read", "product_id"),
            Scope("res.partner", "read", "name", CUSTOMER),
            user=given.user,
        )
        given.user.tz = "Europe/Brussels"
        context = self.do(token, "res.users.context_get")
        self.assertEqual(context["uid"], given.user.id)
        self.assertEqual(context["tz"], "Europe/Brussels")
        found = self.do(
            token, "ir.model.search_read", domain=[], fields=["model", "name"]
        )
        self.assertEqual(
            {one["model"] for one in found},
            {"sale.order", "sale.order.line", "res.partner"},
        )
        described = self.do(token, "sale.order.fields_get", attributes=["type"])
        self.assertEqual(described["order_line"]["type"], "one2many")
        self.assertNotIn("note", described)
        self.refuse(403, token, "res.users.read", ids=given.user.ids)

    def test_9_the_documents(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        token = self.get_narrow_token(
            Scope("sale.order", "read action_confirm", "partner_id state"),
            Scope("crm.lead", "create", "name email_from"),
            user=given.user,
        )
        response = self.get(token, "/doc-bearer/index.json")
        self.assertEqual(response.status_code, 200, response.text)
        models = {one["model"]: one for one in response.json()["models"]}
        self.assertEqual(
            set(models), {"ir.model", "res.users", "sale.order", "crm.lead"}
        )
        self.assertIn("action_confirm", models["sale.order"]["methods"])
        response = self.get(token, "/doc-bearer/sale.order.json")
        self.assertEqual(response.status_code, 200, response.text)
        self.assertIn("partner_id", response.json()["fields"])
        self.assertNotIn("amount_total", response.text)
        response = self.get(token, "/oauth2/openapi.json")
        self.assertEqual(response.status_code, 200, response.text)
        paths = response.json()["paths"]
        self.assertIn("/json/2/sale.order/action_confirm", paths)
        self.assertIn("/json/2/crm.lead/create", paths)
        self.assertNotIn("/json/2/crm.lead/read", paths)
        self.assertNotIn("/json/2/sale.order/write", paths)
