# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Purchase."""

from . import Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create a request for quotation with a line",
        [
            Scope("purchase.order", "create read", "partner_id origin"),
            Scope(
                "purchase.order.line",
                "create",
                "order_id product_id product_qty price_unit date_planned",
            ),
            Scope("res.partner"),
            Scope("product.product", "read", "default_code"),
        ],
        [
            find("product.product", [["default_code", "=", "CHAIR"]], "default_code"),
            create("purchase.order", "order", partner_id="$vendor", origin="MRP-9"),
            create(
                "purchase.order.line",
                "line",
                order_id="$order",
                product_id="$found.0.id",
                product_qty=12,
                price_unit=40.0,
                date_planned="$day+5 10:00:00",
            ),
        ],
        [("$order", {"partner_id": "$vendor", "amount_untaxed": 480.0})],
        given="chair",
    ),
    Job(
        "Confirm a request for quotation",
        [Scope("purchase.order", "button_confirm")],
        [method("purchase.order.button_confirm", "$rfq")],
        [("$rfq", {"state": "purchase"})],
    ),
    Job(
        "Note the vendor's own number",
        [Scope("purchase.order", "read write", "name partner_ref")],
        [
            find("purchase.order", [["name", "=", "$rfq.name"]], "name"),
            write("purchase.order", "$found.0.id", partner_ref="V-2026-1"),
        ],
        [("$rfq", {"partner_ref": "V-2026-1"})],
    ),
    Job(
        "Change quantity and price as the vendor confirmed them",
        [Scope("purchase.order.line", "write", "product_qty price_unit")],
        [
            write(
                "purchase.order.line",
                "$rfq.order_line",
                product_qty=8,
                price_unit=41.5,
            )
        ],
        [("$rfq", {"amount_untaxed": 332.0})],
    ),
    Job(
        "Postpone the arrival of a line",
        [Scope("purchase.order.line", "write", "date_planned")],
        [
            write(
                "purchase.order.line",
                "$rfq.order_line",
                date_planned="$day+20 09:00:00",
            )
        ],
        [("$rfq", {"order_line.date_planned": "$day+20 09:00:00"})],
    ),
    Job(
        "Cancel a request for quotation",
        [Scope("purchase.order", "button_cancel")],
        [method("purchase.order.button_cancel", "$rfq")],
        [("$rfq", {"state": "cancel"})],
    ),
    Job(
        "Log the vendor's answer",
        [Scope("purchase.order", "message_post")],
        [method("purchase.order.message_post", "$rfq", body="Late by a week.")],
        [("$rfq", {"message_ids.0.preview": "Late by a week."})],
    ),
    Job(
        "Read open orders of a vendor",
        [
            Scope(
                "purchase.order",
                "read",
                "name state amount_total partner_id",
                "[('state', 'in', ('draft', 'sent', 'purchase'))]",
            )
        ],
        [
            find(
                "purchase.order",
                [["partner_id", "=", "$vendor"]],
                "name state amount_total",
            )
        ],
        [("$found.0.name", "$rfq.name")],
    ),
]
