# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Values of records that cannot be made of required fields alone."""

import base64
import io

from reportlab.pdfgen import canvas


def _pdf():
    """Return a PDF of one page, in base64."""
    content = io.BytesIO()
    pdf = canvas.Canvas(content)
    pdf.showPage()
    pdf.save()
    return base64.b64encode(content.getvalue())


def _website_page(maker):
    view = {"name": "Walk", "type": "qweb", "key": "walk.page", "arch": "<t/>"}
    return {
        "name": "Walk",
        "name_slugified": "walk",
        "model_id": maker.env["ir.model"]._get_id("res.partner"),
        "view_id": maker.env["ir.ui.view"].create(view).id,
    }


def _one(maker, model, *domain):
    """Return the id of a record of ``model`` that is there."""
    return maker.env[model].search(list(domain), limit=1).id


def _product(maker):
    values = {"name": "Walk", "is_storable": True}
    if "is_storable" not in maker.env["product.product"]._fields:
        values.pop("is_storable")
    return maker.env["product.product"].create(values).id


def _move_line(maker):
    journal = _one(maker, "account.journal", ("type", "=", "general"))
    move = maker.env["account.move"].create({"journal_id": journal})
    account = _one(maker, "account.account", ("account_type", "=", "expense"))
    return {"move_id": move.id, "account_id": account, "name": "Walk"}


def _statement_line(maker):
    journal = _one(maker, "account.journal", ("type", "=", "bank"))
    return {"journal_id": journal, "payment_ref": "Walk", "amount": 1.0}


def _leave(maker):
    kind = {"name": "Walk", "requires_allocation": False}
    return {
        "employee_id": maker.env["hr.employee"].create({"name": "Walk"}).id,
        "holiday_status_id": maker.env["hr.leave.type"].create(kind).id,
        "request_date_from": "2031-05-05",
        "request_date_to": "2031-05-06",
    }


def _allocation(maker):
    kind = {"name": "Walk", "requires_allocation": True}
    return {
        "employee_id": maker.env["hr.employee"].create({"name": "Walk"}).id,
        "holiday_status_id": maker.env["hr.leave.type"].create(kind).id,
        "number_of_days": 2,
    }


def _stock_move(maker):
    warehouse = maker.env["stock.warehouse"].search([], limit=1)
    return {
        "product_id": _product(maker),
        "location_id": maker.env.ref("stock.stock_location_suppliers").id,
        "location_dest_id": warehouse.lot_stock_id.id,
        "product_uom_qty": 2,
    }


def _quant(maker):
    warehouse = maker.env["stock.warehouse"].search([], limit=1)
    return {"product_id": _product(maker), "location_id": warehouse.lot_stock_id.id}


GIVEN = {
    "account.bank.statement.line": _statement_line,
    "account.move.line": _move_line,
    "account.report.line": lambda maker: {
        "name": "Walk",
        "report_id": maker.make("account.report").id,
    },
    "calendar.recurrence": lambda maker: {"mon": True, "count": 2},
    "crm.lead": lambda maker: {"name": "Walk"},
    "fleet.vehicle.log.services": lambda maker: {
        "vehicle_id": maker.make("fleet.vehicle").id
    },
    "hr.expense": lambda maker: {
        "name": "Walk",
        "employee_id": maker.make("hr.employee").id,
    },
    "hr.leave": _leave,
    "hr.leave.allocation": _allocation,
    "mail.activity": lambda maker: {
        "res_model_id": maker.env["ir.model"]._get_id("res.partner"),
        "res_id": maker.make("res.partner").id,
        "user_id": maker.env.ref("base.user_admin").id,
    },
    "mail.mail": lambda maker: {
        "subject": "Walk",
        "model": "res.partner",
        "res_id": maker.make("res.partner").id,
        "author_id": maker.env.ref("base.user_admin").partner_id.id,
        "message_type": "comment",
    },
    "mrp.production": lambda maker: {"product_id": _product(maker)},
    "mrp.unbuild": lambda maker: {"product_id": _product(maker)},
    "mrp.workorder": lambda maker: {"production_id": maker.make("mrp.production").id},
    "product.product": lambda maker: {"name": "Walk"},
    "project.task": lambda maker: {
        "name": "Walk",
        "project_id": maker.make("project.project").id,
    },
    "purchase.order.line": lambda maker: {
        "order_id": maker.make("purchase.order").id,
        "product_id": _product(maker),
    },
    "quotation.document": lambda maker: {"name": "Walk", "datas": _pdf()},
    "res.company": lambda maker: {"name": "Walk"},
    "res.partner": lambda maker: {"name": "Walk"},
    "res.users": lambda maker: {"name": "Walk", "login": "walk@example.com"},
    "sale.order.line": lambda maker: {
        "order_id": maker.make("sale.order").id,
        "product_id": _product(maker),
    },
    "slide.slide": lambda maker: {
        "name": "Walk",
        "channel_id": maker.make("slide.channel").id,
    },
    "stock.move": _stock_move,
    "stock.quant": _quant,
    "stock.warehouse.orderpoint": lambda maker: {"product_id": _product(maker)},
    "website.controller.page": _website_page,
}
