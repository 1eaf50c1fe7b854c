# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Kinds 4 to 7: lines and tags in the same call, wizards, properties."""

from odoo.tests import tagged

from .jobs import Scope
from .kinds_case import CUSTOMER, KindsCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestKindsOfChanges(KindsCase):
    # 4

    def test_4_lines_of_an_order(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        customer, chair = given.find("$customer"), given.find("$chair")
        given.find("$table")
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", CUSTOMER),
            Scope("product.product", "read", "", "[('default_code', '=', 'CHAIR')]"),
            Scope(
                "sale.order",
                "create read write action_confirm",
                "partner_id order_line state",
            ),
            Scope(
                "sale.order.line",
                "create read write unlink",
                "product_id product_uom_qty price_unit",
            ),
            user=given.user,
        )
        lines = [
            [0, 0, {"product_id": chair.id, "product_uom_qty": n, "price_unit": 10.0}]
            for n in (1, 2, 3)
        ]
        order = self.make(token, "sale.order", partner_id=customer.id, order_line=lines)
        self.assertEqual(order.amount_untaxed, 60.0)
        first, second, third = order.order_line.ids
        commands = [
            [1, first, {"product_uom_qty": 5, "price_unit": 10.0}],
            [2, second],
            [4, third],
        ]
        self.do(token, "sale.order.write", ids=order.ids, vals={"order_line": commands})
        self.assertEqual(order.amount_untaxed, 80.0)
        self.do(token, "sale.order.action_confirm", ids=order.ids)
        self.assertEqual(order.state, "sale")
        # Nothing is left of an order of which one line is refused
        number = self.env["sale.order"].search_count([])
        lines.append([0, 0, {"product_id": given.find("$table").id}])
        values = {"partner_id": customer.id, "order_line": lines}
        self.refuse(404, token, "sale.order.create", vals_list=[values])
        self.assertEqual(self.env["sale.order"].search_count([]), number)

    def test_4_lines_of_an_invoice(self):
        given = self.become("account.group_account_invoice")
        customer, work = given.find("$customer"), given.find("$service")
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", CUSTOMER),
            Scope("product.product", "read", "", "[('default_code', '=', 'WORK')]"),
            Scope(
                "account.move",
                "create read action_post",
                "move_type partner_id invoice_date invoice_line_ids state",
            ),
            Scope("account.move.line", "create", "product_id quantity price_unit name"),
            user=given.user,
        )
        line = {"product_id": work.id, "quantity": 3, "price_unit": 20.0}
        invoice = self.make(
            token,
            "account.move",
            move_type="out_invoice",
            partner_id=customer.id,
            invoice_date="2027-01-04",
            invoice_line_ids=[[0, 0, line], [0, 0, {**line, "name": "More"}]],
        )
        self.assertEqual(invoice.amount_untaxed, 120.0)
        self.do(token, "account.move.action_post", ids=invoice.ids)
        self.assertEqual(invoice.state, "posted")
        line["discount"] = 50.0
        values = {"move_type": "out_invoice", "invoice_line_ids": [[0, 0, line]]}
        self.refuse(403, token, "account.move.create", vals_list=[values])

    def test_4_lines_of_a_purchase(self):
        given = self.become("purchase.group_purchase_user")
        vendor, chair = given.find("$vendor"), given.find("$chair")
        token = self.get_narrow_token(
            Scope("res.partner"),
            Scope("product.product"),
            Scope(
                "purchase.order",
                "create button_confirm",
                "partner_id partner_ref order_line",
            ),
            Scope("purchase.order.line", "create", "product_id product_qty price_unit"),
            user=given.user,
        )
        line = {"product_id": chair.id, "product_qty": 4, "price_unit": 2.5}
        order = self.make(
            token,
            "purchase.order",
            partner_id=vendor.id,
            partner_ref="V-1",
            order_line=[[0, 0, line]],
        )
        self.assertEqual(order.amount_untaxed, 10.0)
        self.do(token, "purchase.order.button_confirm", ids=order.ids)
        self.assertEqual(order.state, "purchase")

    # 5

    def test_5_tags_on_the_fly(self):
        given = self.become(
            "base.group_partner_manager",
            "sales_team.group_sale_salesman_all_leads",
            "project.group_project_user",
        )
        token = self.get_narrow_token(
            Scope("res.partner", "create write", "name ref category_id", CUSTOMER),
            Scope("res.partner.category", "create", "name"),
            Scope("crm.lead", "create", "name tag_ids"),
            Scope("crm.tag", "create read", "name color"),
            Scope("project.project"),
            Scope("project.task", "create write", "name project_id tag_ids"),
            Scope("project.tags", "create read", "name"),
            user=given.user,
        )
        tag = [[0, 0, {"name": "Fair"}]]
        customer, task = given.find("$customer"), given.find("$task")
        self.do(token, "res.partner.write", ids=customer.ids, vals={"category_id": tag})
        self.assertEqual(customer.category_id.name, "Fair")
        made = self.make(
            token, "res.partner", name="Fay", ref="CUSTOMER", category_id=tag
        )
        self.assertEqual(made.category_id.name, "Fair")
        lead = self.make(token, "crm.lead", name="Seen at the fair", tag_ids=tag)
        self.assertEqual(lead.tag_ids.name, "Fair")
        self.do(token, "project.task.write", ids=task.ids, vals={"tag_ids": tag})
        self.assertEqual(task.tag_ids.name, "Fair")
        made = self.make(
            token,
            "project.task",
            name="Sort cards",
            project_id=task.project_id.id,
            tag_ids=[[4, task.tag_ids.id], [0, 0, {"name": "Cards"}]],
        )
        self.assertEqual(set(made.tag_ids.mapped("name")), {"Fair", "Cards"})
        tag[0][2]["active"] = False
        values = {"name": "x", "ref": "CUSTOMER", "category_id": tag}
        self.refuse(403, token, "res.partner.create", vals_list=[values])

    def test_5_records_by_their_name(self):
        given = self.become(
            "sales_team.group_sale_manager", "project.group_project_manager"
        )
        token = self.get_narrow_token(
            Scope("crm.tag", "create", "name"),
            Scope("project.tags", "create read", "name"),
            Scope("crm.lead", "create", "name tag_ids"),
            user=given.user,
        )
        number, name = self.do(token, "crm.tag.name_create", name="Trade")
        self.assertEqual(self.env["crm.tag"].browse(number).name, "Trade")
        self.assertEqual(name, "Trade")
        number, _name = self.do(token, "project.tags.name_create", name="Urgent")
        self.assertEqual(self.env["project.tags"].browse(number).name, "Urgent")
        self.refuse(403, token, "crm.lost.reason.name_create", name="x")

    # 6

    def active(self, records):
        return {
            "active_model": records._name,
            "active_id": records[:1].id,
            "active_ids": records.ids,
        }

    def test_6_the_invoice_of_an_order(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        order, other = given.find("$order"), given.find("$quotation")
        order.client_order_ref = "PAID"
        token = self.get_narrow_token(
            Scope("sale.order", "read", "", "[('client_order_ref', '=', 'PAID')]"),
            Scope(
                "sale.advance.payment.inv",
                "create read create_invoices",
                "advance_payment_method sale_order_ids amount",
            ),
            user=given.user,
        )
        wizard = self.make(
            token,
            "sale.advance.payment.inv",
            context=self.active(order),
            advance_payment_method="delivered",
        )
        self.assertEqual(wizard.sale_order_ids, order)
        self.do(
            token,
            "sale.advance.payment.inv.create_invoices",
            ids=wizard.ids,
            context=self.active(order),
        )
        self.assertEqual(order.invoice_ids.state, "draft")
        down = self.make(
            token,
            "sale.advance.payment.inv",
            context=self.active(order),
            advance_payment_method="percentage",
            amount=10.0,
        )
        self.assertEqual(down.sale_order_ids, order)
        self.refuse(
            404,
            token,
            "sale.advance.payment.inv.create",
            vals_list=[{}],
            context=self.active(order | other),
        )

    def test_6_the_payment_of_an_invoice(self):
        given = self.become("account.group_account_invoice")
        invoice, other = given.find("$invoice"), given.find("$draft_invoice")
        token = self.get_narrow_token(
            Scope("account.move", "read", "", "[('state', '=', 'posted')]"),
            Scope(
                "account.payment.register",
                "create read action_create_payments",
                "payment_date amount communication",
            ),
            user=given.user,
        )
        values = {"payment_date": "2027-01-05", "communication": "Bank 17"}
        found = self.do(
            token,
            "account.payment.register.default_get",
            fields=["payment_date", "amount"],
            context=self.active(invoice),
        )
        self.assertIn("payment_date", found)
        wizard = self.make(
            token, "account.payment.register", context=self.active(invoice), **values
        )
        self.assertEqual(wizard.amount, invoice.amount_total)
        self.do(
            token,
            "account.payment.register.action_create_payments",
            ids=wizard.ids,
            context=self.active(invoice),
        )
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.refuse(
            404,
            token,
            "account.payment.register.create",
            vals_list=[values],
            context=self.active(other),
        )

    def test_6_what_was_delivered_comes_back(self):
        given = self.become("stock.group_stock_user")
        picking = given.find("$delivery")
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        token = self.get_narrow_token(
            Scope("stock.picking", "read", "", "[('origin', '=', 'DELIVERY')]"),
            Scope(
                "stock.return.picking",
                "create read action_create_returns_all",
                "picking_id product_return_moves",
            ),
            user=given.user,
        )
        wizard = self.make(token, "stock.return.picking", context=self.active(picking))
        self.assertEqual(wizard.picking_id, picking)
        self.do(
            token,
            "stock.return.picking.action_create_returns_all",
            ids=wizard.ids,
            context=self.active(picking),
        )
        self.assertTrue(picking.return_ids)

    def test_6_a_lead_that_is_lost(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        lead = given.find("$opportunity")
        reason = self.env["crm.lost.reason"].create({"name": "Too far away"})
        token = self.get_narrow_token(
            Scope("crm.lead", "read", "", "[('type', '=', 'opportunity')]"),
            Scope("crm.lost.reason", "read", "name"),
            Scope(
                "crm.lead.lost",
                "create action_lost_reason_apply",
                "lead_ids lost_reason_id",
            ),
            user=given.user,
        )
        wizard = self.make(
            token,
            "crm.lead.lost",
            # As Odoo's own button says it
            context={**self.active(lead), "default_lead_ids": [[6, 0, lead.ids]]},
            lost_reason_id=reason.id,
        )
        self.do(token, "crm.lead.lost.action_lost_reason_apply", ids=wizard.ids)
        self.assertEqual((lead.active, lead.lost_reason_id), (False, reason))

    # 7

    def test_7_properties_of_a_task(self):
        given = self.become("project.group_project_user")
        task = given.find("$task")
        task.project_id.task_properties_definition = [
            {"name": "ticket", "string": "Ticket", "type": "char"},
            {"name": "tested", "string": "Tested", "type": "boolean"},
            {
                "name": "asked_by",
                "string": "Asked By",
                "type": "many2one",
                "comodel": "res.partner",
            },
        ]
        definition = task.project_id.task_properties_definition
        customer, vendor = given.find("$customer"), given.find("$vendor")
        token = self.get_narrow_token(
            Scope("res.partner", "read", "display_name", CUSTOMER),
            Scope("project.project"),
            Scope(
                "project.task", "create read write", "name project_id task_properties"
            ),
            user=given.user,
        )
        vals = {"ticket": "T-1", "tested": True, "asked_by": customer.id}
        self.do(
            token,
            "project.task.write",
            ids=task.ids,
            vals={"task_properties": vals},
        )
        self.assertEqual(task.task_properties["ticket"], "T-1")
        self.assertEqual(task.task_properties["asked_by"], customer)
        [read] = self.do(
            token, "project.task.read", ids=task.ids, fields=["task_properties"]
        )
        values = {one["name"]: one.get("value") for one in read["task_properties"]}
        self.assertEqual(values["ticket"], "T-1")
        self.assertEqual(values["asked_by"][0], customer.id)
        made = self.make(
            token,
            "project.task",
            name="Paint",
            project_id=task.project_id.id,
            task_properties={"ticket": "T-2"},
        )
        self.assertEqual(made.task_properties["ticket"], "T-2")
        found = self.do(
            token,
            "project.task.search_read",
            domain=[["task_properties.ticket", "=", "T-2"]],
            fields=["name"],
        )
        self.assertEqual([one["id"] for one in found], made.ids)
        vals["asked_by"] = vendor.id
        self.refuse(
            404,
            token,
            "project.task.write",
            ids=task.ids,
            vals={"task_properties": vals},
        )
        self.assertEqual(task.project_id.task_properties_definition, definition)

    def test_7_properties_of_a_lead(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        lead, other = given.find("$opportunity"), given.find("$lead_alone")
        team = lead.team_id or self.env["crm.team"].create({"name": "Shop"})
        team.lead_properties_definition = [
            {"name": "form", "string": "Form", "type": "char"},
            {
                "name": "way",
                "string": "Way",
                "type": "selection",
                "selection": [["web", "Web"], ["shop", "Shop"]],
            },
        ]
        (lead | other).team_id = team
        token = self.get_narrow_token(
            Scope(
                "crm.lead",
                "read write create",
                "name type team_id lead_properties",
                "[('type', '=', 'opportunity')]",
            ),
            Scope("crm.team"),
            user=given.user,
        )
        vals = {"lead_properties": {"form": "Contact us", "way": "web"}}
        self.do(token, "crm.lead.write", ids=lead.ids, vals=vals)
        self.assertEqual(lead.lead_properties["form"], "Contact us")
        [read] = self.do(
            token, "crm.lead.read", ids=lead.ids, fields=["lead_properties"]
        )
        values = {one["name"]: one["value"] for one in read["lead_properties"]}
        self.assertEqual(values["way"], "web")
        made = self.make(
            token,
            "crm.lead",
            name="Third floor",
            type="opportunity",
            team_id=team.id,
            lead_properties={"way": "shop"},
        )
        self.assertEqual(made.lead_properties["way"], "Shop")
        self.refuse(404, token, "crm.lead.write", ids=other.ids, vals=vals)
