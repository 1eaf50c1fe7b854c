# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The records that everyday jobs start from, each made when a job names it."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command


class Records:
    """What ``$name`` stands for: records made by the methods, and answers of calls.

    :ivar env: environment of a superuser
    :ivar user: the user (record) of the token
    """

    def __init__(self, env, user):
        self.env = env
        self.user = user
        self.known = {}

    def keep(self, name, value, model=None):
        """Let ``$name`` be ``value``: records of ``model`` if that is given."""
        self.known[name] = value if model is None else self.env[model].browse(value)

    def resolve(self, value):
        """Return ``value`` with what it names in its place, as JSON takes it."""
        if isinstance(value, dict):
            return {name: self.resolve(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.resolve(one) for one in value]
        if isinstance(value, str) and value.startswith("$"):
            return self._plain(self.find(value))
        return value

    def find(self, reference):
        """Return what ``reference`` (``$name.path``) stands for."""
        if reference.startswith("$day+"):
            number, _blank, hour = reference.removeprefix("$day+").partition(" ")
            day = fields.Date.today() + timedelta(days=int(number))
            return f"{day} {hour}".strip()
        name, _dot, path = reference.removeprefix("$").partition(".")
        if name not in self.known:
            self.known[name] = getattr(self, name)()
            self.env.flush_all()
        return self.follow(self.known[name], path)

    @staticmethod
    def follow(found, path):
        """Return what is at ``path`` (names and numbers with dots) below ``found``."""
        for part in path.split(".") if path else ():
            if part == "exists()":
                found = bool(found.exists())
            elif part.isdecimal():
                found = found[int(part)]
            elif hasattr(found, "mapped"):
                values = found.mapped(part)
                is_one = isinstance(values, list) and len(values) == 1
                found = values[0] if is_one else values
            else:
                found = found[part]
        return found

    @staticmethod
    def _plain(found):
        if hasattr(found, "_name"):
            return found.id if len(found) == 1 else found.ids
        return found

    # People

    def me(self):
        return self.user

    def my_partner(self):
        return self.user.partner_id

    def customer(self):
        return self.env["res.partner"].create(
            {
                "name": "Customer",
                "ref": "CUSTOMER",
                "email": "customer@example.com",
                "is_company": True,
            }
        )

    def vendor(self):
        return self.env["res.partner"].create(
            {"name": "Vendor", "email": "vendor@example.com", "is_company": True}
        )

    def forgotten(self):
        values = {"name": "Forget me", "email": "forget@example.com"}
        return self.env["res.partner"].create(values)

    def colleague_partner(self):
        return self.env.ref("base.user_admin").partner_id

    def tag(self):
        return self.env["res.partner.category"].create({"name": "Gold"})

    # CRM

    def lead_alone(self):
        return self.env["crm.lead"].create(
            {
                "name": "Plain lead",
                "type": "lead",
                "email_from": "wrong@example.com",
                "user_id": False,
            }
        )

    def opportunity(self):
        return self.env["crm.lead"].create(
            {
                "name": "Opportunity",
                "type": "opportunity",
                "partner_id": self.find("$customer").id,
                "expected_revenue": 500.0,
                "user_id": self.user.id,
            }
        )

    # Products

    def chair(self):
        return self._product("Chair", "CHAIR", is_storable=True, list_price=90.0)

    def table(self):
        table = self._product("Table", "TABLE", is_storable=True)
        self._put(table, 10)
        return table

    def tracked(self):
        return self._product("Laser", "LASER", is_storable=True, tracking="serial")

    def service(self):
        return self._product("Work", "WORK", type="service", list_price=50.0)

    def pricelist(self):
        return self.env["product.pricelist"].create({"name": "Partners"})

    def _product(self, name, code, **values):
        return self.env["product.product"].create(
            {"name": name, "default_code": code, "taxes_id": False, **values}
        )

    # Sales and purchase

    def quotation(self):
        return self._order(self.find("$chair"), client_order_ref="QUOTATION")

    def order(self):
        order = self._order(self.find("$service"))
        order.action_confirm()
        return order

    def service_order(self):
        return self.order()

    def _order(self, product, **values):
        line = {"product_id": product.id, "product_uom_qty": 2, "price_unit": 10.0}
        return self.env["sale.order"].create(
            {
                "partner_id": self.find("$customer").id,
                "user_id": self.user.id,
                "order_line": [Command.create(line)],
                **values,
            }
        )

    def rfq(self):
        line = {
            "product_id": self.find("$chair").id,
            "product_qty": 5,
            "price_unit": 40.0,
            "tax_ids": False,
        }
        return self.env["purchase.order"].create(
            {
                "partner_id": self.find("$vendor").id,
                "order_line": [Command.create(line)],
            }
        )

    # Inventory

    def warehouse(self):
        company = self.user.company_id
        domain = [("company_id", "=", company.id)]
        return self.env["stock.warehouse"].search(domain, limit=1)

    def shelf(self):
        return self.find("$warehouse").lot_stock_id

    def receipts(self):
        return self.find("$warehouse").in_type_id

    def vendors(self):
        return self.env.ref("stock.stock_location_suppliers")

    def delivery(self):
        picking = self.env["stock.picking"].create(
            {
                "picking_type_id": self.find("$warehouse").out_type_id.id,
                "location_id": self.find("$shelf").id,
                "location_dest_id": self.env.ref("stock.stock_location_customers").id,
                "origin": "DELIVERY",
                "move_ids": [
                    Command.create(
                        {
                            "product_id": self.find("$table").id,
                            "product_uom_qty": 2,
                            "location_id": self.find("$shelf").id,
                            "location_dest_id": self.env.ref(
                                "stock.stock_location_customers"
                            ).id,
                        }
                    )
                ],
            }
        )
        picking.action_confirm()
        return picking

    def _put(self, product, quantity):
        self.env["stock.quant"]._update_available_quantity(
            product, self.find("$shelf"), quantity
        )

    # Projects and calendar

    def project(self):
        project = self.env["project.project"].create(
            {"name": "Website", "privacy_visibility": "employees"}
        )
        for number, name in enumerate(("To do", "Doing")):
            self.env["project.task.type"].create(
                {"name": name, "sequence": number, "project_ids": project.ids}
            )
        return project

    def task(self):
        values = {"name": "Task", "project_id": self.find("$project").id}
        return self.env["project.task"].create({**values, "user_ids": False})

    def timesheet(self):
        return self.env["account.analytic.line"].create(
            {
                "name": "Work",
                "project_id": self.find("$project").id,
                "task_id": self.find("$task").id,
                "unit_amount": 1.0,
                "employee_id": self.find("$my_employee").id,
            }
        )

    def event(self):
        day = self.find("$day+1")
        return (
            self.env["calendar.event"]
            .with_user(self.user)
            .create(
                {
                    "name": "Planning",
                    "start": f"{day} 09:00:00",
                    "stop": f"{day} 10:00:00",
                    "partner_ids": self.user.partner_id.ids,
                }
            )
            .with_env(self.env)
        )

    # People at work

    def department(self):
        return self.env["hr.department"].create({"name": "Research"})

    def employee(self):
        return self.env["hr.employee"].create(
            {"name": "Emil Employee", "work_email": "emil@example.com"}
        )

    def manager(self):
        return self.env["hr.employee"].create({"name": "Mona Manager"})

    def my_employee(self):
        found = self.user.employee_id
        return found or self.env["hr.employee"].create({"user_id": self.user.id})

    def vacancy(self):
        values = {"name": "Chemist", "user_id": self.user.id}
        return self.env["hr.job"].create(values)

    def applicant(self):
        return self.env["hr.applicant"].create(
            {
                "partner_name": "Anna Applicant",
                "email_from": "anna@example.com",
                "job_id": self.find("$vacancy").id,
            }
        )

    def leave_type(self):
        return self.env["hr.leave.type"].create(
            {
                "name": "Holidays",
                "requires_allocation": False,
                "leave_validation_type": "hr",
            }
        )

    def allocated_type(self):
        return self.env["hr.leave.type"].create(
            {
                "name": "Extra days",
                "requires_allocation": True,
                "allocation_validation_type": "hr",
            }
        )

    def leave(self):
        return self.env["hr.leave"].create(
            {
                "name": "Holidays",
                "employee_id": self.find("$employee").id,
                "holiday_status_id": self.find("$leave_type").id,
                "request_date_from": "2027-05-03",
                "request_date_to": "2027-05-05",
            }
        )

    def allocation(self):
        return self.env["hr.leave.allocation"].create(
            {
                "name": "Extra days",
                "employee_id": self.find("$employee").id,
                "holiday_status_id": self.find("$allocated_type").id,
                "number_of_days": 2.0,
                "date_from": "2027-01-01",
            }
        )

    # Accounting

    def draft_invoice(self):
        line = {"name": "Repair", "quantity": 1, "price_unit": 20.0, "tax_ids": False}
        return self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.find("$customer").id,
                "invoice_date": fields.Date.today(),
                "invoice_line_ids": [Command.create(line)],
            }
        )

    def invoice(self):
        invoice = self.draft_invoice()
        invoice.action_post()
        return invoice
