# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Inventory."""

from . import Call, Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Count a product: set its quantity at a location",
        [
            Scope("product.product", "read", "default_code"),
            Scope("stock.location"),
            Scope(
                "stock.quant",
                "create action_apply_inventory",
                "product_id location_id inventory_quantity",
            ),
        ],
        [
            find("product.product", [["default_code", "=", "CHAIR"]], "default_code"),
            create(
                "stock.quant",
                "quant",
                product_id="$found.0.id",
                location_id="$shelf",
                inventory_quantity=40,
            ),
            method("stock.quant.action_apply_inventory", "$quant"),
        ],
        [("$chair", {"qty_available": 40.0})],
    ),
    Job(
        "Correct a counted quantity",
        [
            Scope(
                "stock.quant",
                "read write action_apply_inventory",
                "product_id location_id inventory_quantity",
                "[('location_id.usage', '=', 'internal')]",
            ),
        ],
        [
            find(
                "stock.quant",
                [
                    ["product_id", "=", "$table"],
                    ["location_id", "=", "$shelf"],
                ],
                "inventory_quantity",
            ),
            write("stock.quant", "$found.0.id", inventory_quantity=3),
            method("stock.quant.action_apply_inventory", "$found.0.id"),
        ],
        [("$table", {"qty_available": 3.0})],
    ),
    Job(
        "Announce a receipt",
        [
            Scope("stock.picking.type"),
            Scope("stock.location"),
            Scope("product.product"),
            Scope(
                "stock.picking",
                "create read action_confirm",
                "picking_type_id location_id location_dest_id origin",
            ),
            Scope(
                "stock.move",
                "create",
                "picking_id product_id product_uom_qty location_id location_dest_id",
            ),
        ],
        [
            create(
                "stock.picking",
                "picking",
                picking_type_id="$receipts",
                location_id="$vendors",
                location_dest_id="$shelf",
                origin="ASN-5",
            ),
            create(
                "stock.move",
                "move",
                picking_id="$picking",
                product_id="$chair",
                product_uom_qty=6,
                location_id="$vendors",
                location_dest_id="$shelf",
            ),
            method("stock.picking.action_confirm", "$picking"),
        ],
        [("$picking", {"state": "assigned", "origin": "ASN-5"})],
    ),
    Job(
        "Reserve and finish a delivery",
        [Scope("stock.picking", "read action_assign button_validate", "origin state")],
        [
            find("stock.picking", [["origin", "=", "DELIVERY"]], "origin state"),
            method("stock.picking.action_assign", "$found.0.id"),
            method("stock.picking.button_validate", "$found.0.id"),
        ],
        [("$delivery", {"state": "done"})],
    ),
    Job(
        "Enter what was picked",
        [
            Scope("stock.move", "read", "picking_id product_id"),
            Scope("stock.move", "write", "quantity picked", related=True),
        ],
        [
            find("stock.move", [["picking_id", "=", "$delivery"]], "product_id"),
            write("stock.move", "$found.0.id", quantity=1, picked=True),
        ],
        [("$delivery", {"move_ids.quantity": 1.0, "move_ids.picked": True})],
    ),
    Job(
        "Postpone a delivery",
        [Scope("stock.picking", "write", "scheduled_date", related=True)],
        [write("stock.picking", "$delivery", scheduled_date="$day+6 07:00:00")],
        [("$delivery", {"move_ids.date": "$day+6 07:00:00"})],
    ),
    Job(
        "Create a serial number",
        [
            Scope("product.product"),
            Scope("stock.lot", "create", "name product_id ref"),
        ],
        [create("stock.lot", "lot", name="SN-0001", product_id="$tracked", ref="Lab")],
        [("$lot", {"product_id": "$tracked", "ref": "Lab"})],
    ),
    Job(
        "Note the number of the parcel service",
        [Scope("stock.picking", "write message_post", "note")],
        [
            write("stock.picking", "$delivery", note="<p>Parcel 12</p>"),
            method("stock.picking.message_post", "$delivery", body="Parcel 12"),
        ],
        [("$delivery", {"message_ids.0.preview": "Parcel 12"})],
    ),
    Job(
        "Set a rule for reordering",
        [
            Scope("product.product"),
            Scope("stock.location"),
            Scope(
                "stock.warehouse.orderpoint",
                "create",
                "product_id location_id product_min_qty product_max_qty",
            ),
        ],
        [
            create(
                "stock.warehouse.orderpoint",
                "rule",
                product_id="$chair",
                location_id="$shelf",
                product_min_qty=5,
                product_max_qty=20,
            )
        ],
        [("$rule", {"product_min_qty": 5.0, "product_max_qty": 20.0})],
        groups="stock.group_stock_manager",
    ),
    Job(
        "Read the stock for a web shop",
        [
            Scope("product.product", "read", "default_code qty_available"),
            Scope("stock.quant", "read", "product_id quantity"),
        ],
        [
            find(
                "product.product",
                [["default_code", "=", "TABLE"]],
                "default_code qty_available",
            ),
            Call(
                "stock.quant.formatted_read_group",
                {
                    "domain": [["product_id", "=", "$found.0.id"]],
                    "aggregates": ["quantity:sum"],
                },
                "sums",
            ),
        ],
        [("$found.0.qty_available", 10.0)],
        given="table",
    ),
]
