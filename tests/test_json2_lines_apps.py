# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines in the same call, and what has to be open after it, in Odoo's own apps."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .lines_case import ALL, LinesCase


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestJson2LinesApps(LinesCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for name in (
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
            "purchase.group_purchase_user",
            "stock.group_stock_user",
            "project.group_project_user",
        ):
            cls.user.group_ids |= cls.env.ref(name)
        cls.open_product, cls.hidden_product = cls.env["product.product"].create(
            [
                {"name": "Open", "default_code": "OPEN", "list_price": 10.0},
                {"name": "Hidden", "default_code": "HIDDEN", "list_price": 99.0},
            ]
        )
        cls.products = cls.create_with_domain(
            "products",
            "product.product",
            ("default_code",),
            "[('default_code', '=', 'OPEN')]",
            api_read=True,
        )
        cls.contacts = cls.create_api_scope("contacts", api_read=True)

    def make_order(self, **values):
        line = {"product_id": self.open_product.id, "product_uom_qty": 2}
        return self.env["sale.order"].create(
            {"partner_id": self.other.id, "order_line": [(0, 0, line)], **values}
        )

    def open_orders(self, **values):
        return self.create_with_domain(
            "orders",
            "sale.order",
            ("partner_id", "order_line", "client_order_ref"),
            "[('state', '=', 'draft')]",
            **{**ALL, **values},
        )

    def open_lines(self, *names, **values):
        return self.create_with_domain(
            "lines",
            "sale.order.line",
            ("product_id", "product_uom_qty", "price_unit", *names),
            "[('product_id.default_code', '=', 'OPEN')]",
            **{**ALL, **values},
        )

    def get_token_for_orders(self, *scopes):
        return self.get_token(self.contacts, self.products, *scopes)

    def line(self, product=None, **values):
        return [0, 0, {"product_id": (product or self.open_product).id, **values}]

    def test_an_order_with_three_lines(self):
        token = self.get_token_for_orders(self.open_orders(), self.open_lines())
        lines = [self.line(product_uom_qty=n, price_unit=7.0) for n in (1, 2, 3)]
        response = self.make(
            token, "sale.order", partner_id=self.other.id, order_line=lines
        )
        self.assert_status(response, 200)
        order = self.env["sale.order"].browse(response.json())
        self.assertEqual(order.amount_untaxed, 42.0)

    def test_no_part_of_an_order_is_left(self):
        token = self.get_token_for_orders(self.open_orders(), self.open_lines())
        number = self.env["sale.order"].search_count([])
        for lines in (
            [self.line(), self.line(self.hidden_product)],
            [self.line(), [0, 0, {"name": "A note", "display_type": "line_note"}]],
            [self.line(), [0, 0, {"product_uom_qty": 1}]],
            [self.line(discount=90.0)],
            [self.line(order_id=self.make_order().id)],
        ):
            number = self.env["sale.order"].search_count([])
            with mute_logger("odoo.sql_db"):
                response = self.make(
                    token, "sale.order", partner_id=self.other.id, order_line=lines
                )
            self.assertIn(response.status_code, (403, 404, 422), response.text)
            self.assertEqual(self.env["sale.order"].search_count([]), number)

    def test_the_lines_of_a_hidden_order(self):
        token = self.get_token_for_orders(self.open_orders(), self.open_lines())
        own, sold = self.make_order(), self.make_order()
        sold.action_confirm()
        line = sold.order_line
        for commands in (
            [[4, line.id]],
            [[6, 0, [line.id]]],
            [[1, line.id, {"price_unit": 1.0}]],
            [[2, line.id]],
            [[3, line.id]],
        ):
            response = self.change(token, own, order_line=commands)
            self.assertIn(response.status_code, (403, 404, 422), response.text)
            self.assertEqual(line.order_id, sold)
            self.assertEqual(line.price_unit, 10.0)

    def test_lines_are_changed_with_their_order(self):
        token = self.get_token_for_orders(self.open_orders(), self.open_lines())
        order = self.make_order()
        line = order.order_line
        response = self.change(
            token,
            order,
            client_order_ref="R",
            order_line=[[1, line.id, {"product_uom_qty": 5}], self.line()],
        )
        self.assert_status(response, 200)
        self.assertEqual(order.order_line.mapped("product_uom_qty"), [5.0, 1.0])
        response = self.change(token, order, order_line=[[6, 0, line.ids]])
        self.assert_status(response, 200)
        self.assertEqual(order.order_line, line)
        vals = {"product_id": self.hidden_product.id}
        response = self.change(token, order, order_line=[[1, line.id, vals]])
        self.assertIn(response.status_code, (403, 404))
        self.assertEqual(line.product_id, self.open_product)

    def test_an_order_that_leaves_the_filter(self):
        scope = self.open_orders(api_methods="action_confirm")
        order = self.make_order()
        for may_leave, status in ((False, 403), (True, 200)):
            scope.api_may_leave_filter = may_leave
            token = self.get_token(scope)
            self.env.flush_all()
            response = self.call(token, "action_confirm", "sale.order", ids=order.ids)
            self.env.invalidate_all()
            self.assert_status(response, status)
            self.assertEqual(order.state, "sale" if may_leave else "draft")

    def test_an_invoice_with_lines(self):
        names = ("move_type", "partner_id", "invoice_line_ids")
        moves = self.create_api_scope("moves", "account.move", names, **ALL)
        lines = self.create_with_domain(
            "lines",
            "account.move.line",
            ("product_id", "quantity", "price_unit", "name"),
            "[('product_id.default_code', '=', 'OPEN')]",
            **ALL,
        )
        token = self.get_token_for_orders(moves, lines)
        vals = {"move_type": "out_invoice", "partner_id": self.other.id}
        new = [self.line(quantity=n, price_unit=10.0) for n in (1, 2)]
        response = self.make(token, "account.move", invoice_line_ids=new, **vals)
        self.assert_status(response, 200)
        move = self.env["account.move"].browse(response.json())
        self.assertEqual(move.amount_untaxed, 30.0)
        first = move.invoice_line_ids[0]
        commands = [[1, first.id, {"quantity": 4}], self.line(price_unit=1.0)]
        response = self.change(token, move, invoice_line_ids=commands)
        self.assert_status(response, 200)
        self.assertEqual(move.amount_untaxed, 61.0)
        # One that falls outside of the filter, and one that is not an invoice line
        text = [[0, 0, {"name": "x", "price_unit": 1.0}]]
        response = self.make(token, "account.move", invoice_line_ids=text, **vals)
        self.assert_status(response, 403)
        self.assertFalse(self.env["account.move.line"].search([("name", "=", "x")]))
        term = (move.line_ids - move.invoice_line_ids)[:1]
        for command in ([1, term.id, {"name": "x"}], [2, term.id], [3, term.id]):
            response = self.change(token, move, invoice_line_ids=[command])
            self.assertIn(response.status_code, (403, 404), response.text)
        self.assertTrue(term.exists())

    def test_a_purchase_with_lines(self):
        orders = self.create_api_scope(
            "orders", "purchase.order", ("partner_id", "order_line"), api_create=True
        )
        lines = self.create_api_scope(
            "lines",
            "purchase.order.line",
            ("product_id", "product_qty", "price_unit"),
            api_create=True,
        )
        token = self.get_token_for_orders(orders, lines)
        response = self.make(
            token,
            "purchase.order",
            partner_id=self.other.id,
            order_line=[self.line(product_qty=3, price_unit=2.0)],
        )
        self.assert_status(response, 200)
        order = self.env["purchase.order"].browse(response.json())
        self.assertEqual(order.amount_untaxed, 6.0)

    def test_tags_and_sub_tasks_of_a_task(self):
        project = self.env["project.project"].create({"name": "P"})
        names = ("name", "project_id", "tag_ids", "child_ids")
        scopes = (
            self.create_api_scope("tasks", "project.task", names, **ALL),
            self.create_api_scope("projects", "project.project", api_read=True),
            self.create_api_scope("tags", "project.tags", api_create=True),
        )
        token = self.get_token(*scopes)
        response = self.make(
            token,
            "project.task",
            name="T",
            project_id=project.id,
            tag_ids=[[0, 0, {"name": "urgent"}]],
            child_ids=[[0, 0, {"name": "Sub", "project_id": project.id}]],
        )
        self.assert_status(response, 200)
        task = self.env["project.task"].browse(response.json())
        self.assertEqual(task.tag_ids.name, "urgent")
        self.assertEqual(task.child_ids.name, "Sub")
