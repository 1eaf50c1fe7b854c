# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sales."""

from . import Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create a quotation with two lines from a web shop",
        [
            Scope("sale.order", "create read", "partner_id client_order_ref"),
            Scope(
                "sale.order.line",
                "create",
                "order_id product_id product_uom_qty price_unit",
            ),
            Scope("res.partner", "read", "email"),
            Scope("product.product", "read", "default_code"),
        ],
        [
            find(
                "res.partner", [["email", "=", "customer@example.com"]], "email", "who"
            ),
            find("product.product", [["default_code", "=", "CHAIR"]], "default_code"),
            create(
                "sale.order",
                "order",
                partner_id="$who.0.id",
                client_order_ref="WEB-1001",
            ),
            create(
                "sale.order.line",
                "first",
                order_id="$order",
                product_id="$found.0.id",
                product_uom_qty=3,
                price_unit=95.0,
            ),
            create(
                "sale.order.line",
                "second",
                order_id="$order",
                product_id="$found.0.id",
                product_uom_qty=1,
                price_unit=0.0,
            ),
        ],
        [
            ("$order", {"partner_id": "$customer", "client_order_ref": "WEB-1001"}),
            ("$order", {"order_line": ["$first", "$second"], "amount_untaxed": 285.0}),
        ],
        given="customer chair",
    ),
    Job(
        "Create a quotation and its lines in one call",
        [
            Scope("sale.order", "create", "partner_id client_order_ref order_line"),
            Scope("sale.order.line", "create", "product_id product_uom_qty price_unit"),
            Scope("res.partner", "read", "email"),
            Scope("product.product", "read", "default_code"),
        ],
        [
            find(
                "res.partner", [["email", "=", "customer@example.com"]], "email", "who"
            ),
            find("product.product", [["default_code", "=", "CHAIR"]], "default_code"),
            create(
                "sale.order",
                "order",
                partner_id="$who.0.id",
                client_order_ref="WEB-1002",
                order_line=[
                    [
                        0,
                        0,
                        {
                            "product_id": "$found.0.id",
                            "product_uom_qty": 3,
                            "price_unit": 95.0,
                        },
                    ],
                    [0, 0, {"product_id": "$found.0.id", "price_unit": 10.0}],
                ],
            ),
        ],
        [("$order", {"partner_id": "$customer", "amount_untaxed": 295.0})],
        given="customer chair",
    ),
    Job(
        "Confirm nothing but quotations",
        [
            Scope(
                "sale.order",
                "read action_confirm",
                "client_order_ref",
                filter="[('state', 'in', ('draft', 'sent'))]",
                leaves=True,
            )
        ],
        [
            find(
                "sale.order",
                [["client_order_ref", "=", "QUOTATION"]],
                "client_order_ref",
            ),
            method("sale.order.action_confirm", "$found.0.id"),
        ],
        [("$quotation", {"state": "sale"})],
    ),
    Job(
        "Confirm an order that was paid",
        [Scope("sale.order", "read action_confirm", "client_order_ref state")],
        [
            find(
                "sale.order",
                [["client_order_ref", "=", "QUOTATION"]],
                "client_order_ref state",
            ),
            method("sale.order.action_confirm", "$found.0.id"),
        ],
        [("$quotation", {"state": "sale"})],
    ),
    Job(
        "Change quantity and price of a line",
        [Scope("sale.order.line", "write", "product_uom_qty price_unit")],
        [
            write(
                "sale.order.line",
                "$quotation.order_line",
                product_uom_qty=7,
                price_unit=11.0,
            )
        ],
        [("$quotation", {"amount_untaxed": 77.0})],
    ),
    Job(
        "Set the delivery date of a quotation",
        [Scope("sale.order", "write", "commitment_date")],
        [write("sale.order", "$quotation", commitment_date="$day+9 08:00:00")],
        [("$quotation", {"commitment_date": "$day+9 08:00:00"})],
    ),
    Job(
        "Cancel an order",
        [Scope("sale.order", "action_cancel")],
        [method("sale.order.action_cancel", "$order")],
        [("$order", {"state": "cancel"})],
    ),
    Job(
        "Put the customer's number and notes on an order",
        [Scope("sale.order", "write", "client_order_ref note origin")],
        [
            write(
                "sale.order",
                "$order",
                client_order_ref="PO-77",
                note="<p>Ring twice.</p>",
                origin="Shop",
            )
        ],
        [("$order", {"client_order_ref": "PO-77", "origin": "Shop"})],
    ),
    Job(
        "Add a section with a text to an order",
        [
            Scope("sale.order", "read"),
            Scope("sale.order.line", "create", "order_id name display_type"),
        ],
        [
            create(
                "sale.order.line",
                "line",
                order_id="$quotation",
                name="Engraving: Ann",
                display_type="line_note",
            )
        ],
        [("$line", {"order_id": "$quotation", "display_type": "line_note"})],
    ),
    Job(
        "Enter the delivered quantity of a service",
        [Scope("sale.order.line", "write", "qty_delivered")],
        [write("sale.order.line", "$service_order.order_line", qty_delivered=2.0)],
        [("$service_order", {"order_line.qty_delivered": 2.0})],
    ),
    Job(
        "Invoice an order",
        [
            Scope("sale.order", "read"),
            Scope(
                "sale.advance.payment.inv",
                "create create_invoices",
                "advance_payment_method sale_order_ids",
            ),
        ],
        [
            create(
                "sale.advance.payment.inv",
                "wizard",
                advance_payment_method="delivered",
                sale_order_ids=[[6, 0, ["$order"]]],
            ),
            method("sale.advance.payment.inv.create_invoices", "$wizard"),
        ],
        [("$order", {"invoice_ids.state": "draft"})],
    ),
    Job(
        "Read what was ordered, for a warehouse",
        [
            Scope("sale.order", "read", "name state order_line"),
            Scope("sale.order.line", "read", "product_id product_uom_qty order_id"),
            Scope("product.product", "read", "display_name"),
        ],
        [
            find("sale.order", [["state", "=", "sale"]], "name order_line", "orders"),
            find(
                "sale.order.line",
                [["order_id", "in", ["$orders.0.id"]]],
                "product_id product_uom_qty",
                "lines",
            ),
        ],
        [("$lines.0.product_uom_qty", None)],
        given="order",
    ),
]
