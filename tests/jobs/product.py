# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Products."""

from . import Job, Scope, create, find, method, write
from .contacts import PIXEL

JOBS = [
    Job(
        "Create a product from a catalogue",
        [
            Scope(
                "product.template",
                "create",
                "name default_code barcode list_price type description_sale",
            )
        ],
        [
            create(
                "product.template",
                "product",
                name="Lamp",
                default_code="LAMP",
                barcode="5901234123457",
                list_price=35.0,
                type="consu",
                description_sale="Warm light.",
            )
        ],
        [
            ("$product", {"list_price": 35.0, "barcode": "5901234123457"}),
            ("$product", {"product_variant_ids.default_code": "LAMP"}),
        ],
    ),
    Job(
        "Change the price of a product",
        [Scope("product.template", "read write", "default_code list_price")],
        [
            find("product.template", [["default_code", "=", "CHAIR"]], "default_code"),
            write("product.template", "$found.0.id", list_price=88.0),
        ],
        [("$chair", {"list_price": 88.0})],
    ),
    Job(
        "Rename a product by its only variant",
        [Scope("product.product", "read write", "default_code name description_sale")],
        [
            find("product.product", [["default_code", "=", "CHAIR"]], "default_code"),
            write(
                "product.product",
                "$found.0.id",
                name="Better chair",
                description_sale="With arms.",
            ),
        ],
        [("$chair", {"product_tmpl_id.name": "Better chair"})],
    ),
    Job(
        "Create a product by its variant",
        [Scope("product.product", "create", "name default_code list_price")],
        [
            create(
                "product.product",
                "product",
                name="Stool",
                default_code="STOOL",
                list_price=20.0,
            )
        ],
        [("$product", {"product_tmpl_id.name": "Stool", "lst_price": 20.0})],
    ),
    Job(
        "Set code, barcode and weight of a variant",
        [Scope("product.product", "write", "default_code barcode weight volume")],
        [
            write(
                "product.product",
                "$chair",
                default_code="CHAIR-2",
                barcode="4006381333931",
                weight=4.5,
                volume=0.1,
            )
        ],
        [("$chair", {"barcode": "4006381333931", "weight": 4.5})],
    ),
    Job(
        "Set code and weight of a product with one variant",
        [Scope("product.template", "write", "default_code barcode weight")],
        [
            write(
                "product.template",
                "$chair.product_tmpl_id",
                default_code="C-1",
                barcode="4006381333948",
                weight=5.0,
            )
        ],
        [("$chair", {"default_code": "C-1", "barcode": "4006381333948"})],
    ),
    Job(
        "Give a product a picture",
        [Scope("product.template", "write", "image_1920")],
        [write("product.template", "$chair.product_tmpl_id", image_1920=PIXEL)],
        [("$chair", {"image_1920": None})],
    ),
    Job(
        "Set the cost of a variant",
        [Scope("product.product", "write", "standard_price")],
        [write("product.product", "$service", standard_price=12.5)],
        [("$service", {"standard_price": 12.5})],
    ),
    Job(
        "Enter a vendor's price",
        [
            Scope("res.partner"),
            Scope("product.template"),
            Scope(
                "product.supplierinfo",
                "create",
                "partner_id product_tmpl_id price min_qty product_code delay",
            ),
        ],
        [
            create(
                "product.supplierinfo",
                "price",
                partner_id="$vendor",
                product_tmpl_id="$chair.product_tmpl_id",
                price=39.0,
                min_qty=10,
                product_code="V-CH",
                delay=4,
            )
        ],
        [("$price", {"product_tmpl_id": "$chair.product_tmpl_id", "price": 39.0})],
    ),
    Job(
        "Add a price to a price list",
        [
            Scope("product.pricelist"),
            Scope("product.template"),
            Scope(
                "product.pricelist.item",
                "create",
                "pricelist_id applied_on product_tmpl_id compute_price fixed_price",
            ),
        ],
        [
            create(
                "product.pricelist.item",
                "item",
                pricelist_id="$pricelist",
                applied_on="1_product",
                product_tmpl_id="$chair.product_tmpl_id",
                compute_price="fixed",
                fixed_price=77.0,
            )
        ],
        [("$item", {"fixed_price": 77.0, "pricelist_id": "$pricelist"})],
    ),
    Job(
        "Take a product out of the catalogue",
        [Scope("product.template", "write", "active")],
        [write("product.template", "$chair.product_tmpl_id", active=False)],
        [("$chair", {"active": False})],
        groups="stock.group_stock_user",
    ),
    Job(
        "Archive a variant",
        [Scope("product.product", "action_archive")],
        [method("product.product.action_archive", "$chair")],
        [("$chair", {"active": False})],
        groups="stock.group_stock_user",
    ),
]
