# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Kinds 1 to 3: employees, attachments and files, messages and activities."""

import base64

from odoo.tests import tagged

from .common import PIXEL
from .jobs import Scope
from .kinds_case import CUSTOMER, KindsCase

EMIL = "[('work_email', '=', 'emil@example.com')]"
TEXT = base64.b64encode(b"Signed by both").decode()


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestKindsOfRecords(KindsCase):
    # 1

    def test_1_time_off_of_an_employee(self):
        given = self.become("hr_holidays.group_hr_holidays_user")
        emil, other = given.find("$employee"), given.find("$manager")
        kind = given.find("$leave_type")
        token = self.get_narrow_token(
            Scope("hr.employee", "read", "name work_email", EMIL),
            Scope("hr.leave.type", "read", "name"),
            Scope(
                "hr.leave",
                "read create action_approve",
                "employee_id holiday_status_id request_date_from request_date_to",
            ),
            user=given.user,
        )
        [found] = self.do(
            token,
            "hr.employee.search_read",
            domain=[["work_email", "=", "emil@example.com"]],
            fields=["name"],
        )
        self.assertEqual(found, {"id": emil.id, "name": "Emil Employee"})
        values = {
            "holiday_status_id": kind.id,
            "request_date_from": "2027-05-03",
            "request_date_to": "2027-05-05",
        }
        leave = self.make(token, "hr.leave", employee_id=found["id"], **values)
        self.do(token, "hr.leave.action_approve", ids=leave.ids)
        self.assertEqual((leave.employee_id, leave.state), (emil, "validate"))
        [read] = self.do(
            token,
            "hr.leave.search_read",
            domain=[["employee_id.name", "=", "Emil Employee"]],
            fields=["employee_id"],
        )
        self.assertEqual(read["id"], leave.id)
        values["employee_id"] = other.id
        self.refuse(404, token, "hr.leave.create", vals_list=[values])

    def test_1_an_expense_of_an_employee(self):
        given = self.become("hr_expense.group_hr_expense_user")
        emil, other = given.find("$employee"), given.find("$manager")
        # Of whom nobody approves expenses, Odoo does so by itself
        emil.expense_manager_id = given.user
        trip = self.env["product.product"].create(
            {"name": "Trip", "can_be_expensed": True, "standard_price": 0.0}
        )
        token = self.get_narrow_token(
            Scope("hr.employee", "read", "", EMIL),
            Scope("product.product", "read", "", "[('can_be_expensed', '=', True)]"),
            Scope(
                "hr.expense",
                "create read action_submit action_approve",
                "name employee_id product_id total_amount_currency state",
            ),
            user=given.user,
        )
        values = {"name": "Train", "product_id": trip.id, "total_amount_currency": 9.5}
        expense = self.make(token, "hr.expense", employee_id=emil.id, **values)
        self.do(token, "hr.expense.action_submit", ids=expense.ids)
        self.assertEqual((expense.employee_id, expense.state), (emil, "submitted"))
        self.do(token, "hr.expense.action_approve", ids=expense.ids)
        self.assertEqual(expense.state, "approved")
        values["employee_id"] = other.id
        self.refuse(404, token, "hr.expense.create", vals_list=[values])

    def test_1_timesheets_of_others(self):
        given = self.become(
            "hr_timesheet.group_hr_timesheet_approver", "project.group_project_manager"
        )
        emil, other = given.find("$employee"), given.find("$manager")
        task = given.find("$task")
        token = self.get_narrow_token(
            # A person who is no officer of HR reads the public part of an employee
            Scope("hr.employee", "read", "name work_email", EMIL),
            Scope("project.project"),
            Scope("project.task"),
            Scope(
                "account.analytic.line",
                "create read",
                "name project_id task_id employee_id unit_amount",
            ),
            user=given.user,
        )
        [found] = self.do(
            token,
            "hr.employee.public.search_read",
            domain=[["name", "=", "Emil Employee"]],
            fields=["name"],
        )
        self.assertEqual(found["id"], emil.id)
        values = {
            "name": "Assembled",
            "project_id": task.project_id.id,
            "task_id": task.id,
            "unit_amount": 2.5,
        }
        line = self.make(token, "account.analytic.line", employee_id=emil.id, **values)
        self.assertEqual((line.employee_id, line.unit_amount), (emil, 2.5))
        [read] = self.do(
            token, "account.analytic.line.read", ids=line.ids, fields=["employee_id"]
        )
        self.assertEqual(read["employee_id"][0], emil.id)
        values["employee_id"] = other.id
        self.refuse(404, token, "account.analytic.line.create", vals_list=[values])

    # 2

    def test_2_attachments(self):
        given = self.become("base.group_partner_manager")
        customer, vendor = given.find("$customer"), given.find("$vendor")
        Attachment = self.env["ir.attachment"]
        theirs = Attachment.create(
            {
                "name": "theirs.txt",
                "datas": TEXT,
                "res_model": "res.partner",
                "res_id": vendor.id,
            }
        )
        token = self.get_narrow_token(
            Scope("res.partner", "read write", "name ref", CUSTOMER),
            Scope(
                "ir.attachment",
                "read create",
                "name datas mimetype res_model res_id",
            ),
            user=given.user,
        )
        values = {"name": "contract.txt", "datas": TEXT, "res_model": "res.partner"}
        made = self.make(token, "ir.attachment", res_id=customer.id, **values)
        self.assertEqual(made.raw, b"Signed by both")
        domain = [["res_model", "=", "res.partner"], ["res_id", "=", customer.id]]
        [found] = self.do(
            token, "ir.attachment.search_read", domain=domain, fields=["name"]
        )
        self.assertEqual(found, {"id": made.id, "name": "contract.txt"})
        [read] = self.do(token, "ir.attachment.read", ids=made.ids, fields=["datas"])
        self.assertEqual(read["datas"], TEXT)
        listed = self.do(token, "ir.attachment.search", domain=[])
        self.assertNotIn(theirs.id, listed)
        self.refuse(404, token, "ir.attachment.read", ids=theirs.ids, fields=["datas"])
        values["res_id"] = vendor.id
        self.assert_refused(self.ask(token, "ir.attachment.create", vals_list=[values]))
        self.assertEqual(Attachment.search_count([("res_id", "=", vendor.id)]), 1)

    def test_2_files(self):
        given = self.become("base.group_partner_manager")
        customer = given.find("$customer")
        customer.image_1920 = PIXEL
        made = self.env["ir.attachment"].create(
            {
                "name": "contract.txt",
                "datas": TEXT,
                "res_model": "res.partner",
                "res_id": customer.id,
            }
        )
        token = self.get_narrow_token(
            Scope("res.partner", "read", "name image_1920", CUSTOMER),
            Scope("ir.attachment", "read", "name datas raw"),
            user=given.user,
        )
        path = f"/oauth2/content/attachment/{made.id}"
        response = self.get(token, path)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.content, b"Signed by both")
        self.assertIn("contract.txt", response.headers["Content-Disposition"])
        path = f"/oauth2/content/res.partner/{customer.id}/image_1920"
        response = self.get(token, path)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.content, base64.b64decode(PIXEL))

    # 3

    def test_3_messages(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        lead, other = given.find("$opportunity"), given.find("$lead_alone")
        lead.message_post(body="Called twice.")
        other.message_post(body="Not for everybody.")
        token = self.get_narrow_token(
            Scope(
                "crm.lead",
                "read message_post",
                "name message_ids",
                "[('type', '=', 'opportunity')]",
            ),
            Scope("mail.message", "read", "body date model res_id message_type"),
            user=given.user,
        )
        self.do(token, "crm.lead.message_post", ids=lead.ids, body="From the telephone")
        domain = [["model", "=", "crm.lead"], ["res_id", "=", lead.id]]
        found = self.do(
            token,
            "mail.message.search_read",
            domain=domain,
            fields=["body", "message_type"],
            order="id desc",
        )
        bodies = " ".join(one["body"] for one in found)
        self.assertIn("From the telephone", bodies)
        self.assertIn("Called twice.", bodies)
        [read] = self.do(
            token, "crm.lead.read", ids=lead.ids, fields=["name", "message_ids"]
        )
        self.assertEqual(set(read["message_ids"]), set(lead.message_ids.ids))
        hidden = other.message_ids
        self.refuse(404, token, "mail.message.read", ids=hidden.ids, fields=["body"])
        domain[1][2] = other.id
        self.assertEqual(self.do(token, "mail.message.search", domain=domain), [])

    def test_3_activities(self):
        given = self.become("sales_team.group_sale_salesman_all_leads")
        lead, other = given.find("$opportunity"), given.find("$lead_alone")
        mine, hidden = (
            one.activity_schedule(
                "mail.mail_activity_data_todo", summary="Call", user_id=given.user.id
            )
            for one in (lead, other)
        )
        token = self.get_narrow_token(
            Scope("crm.lead", "read write", "activity_ids", "[('type', '!=', 'lead')]"),
            Scope(
                "mail.activity",
                "read write action_feedback",
                "summary date_deadline res_model res_id",
            ),
            user=given.user,
        )
        [found] = self.do(
            token,
            "mail.activity.search_read",
            domain=[["summary", "=", "Call"]],
            fields=["summary", "res_model", "res_id"],
        )
        self.assertEqual((found["id"], found["res_id"]), (mine.id, lead.id))
        [read] = self.do(token, "crm.lead.read", ids=lead.ids, fields=["activity_ids"])
        self.assertEqual(read["activity_ids"], mine.ids)
        self.do(
            token, "mail.activity.write", ids=mine.ids, vals={"summary": "Call again"}
        )
        self.assertEqual(mine.summary, "Call again")
        self.do(token, "mail.activity.action_feedback", ids=mine.ids)
        self.assertFalse(mine.exists().active)
        self.refuse(404, token, "mail.activity.write", ids=hidden.ids, vals={})
        self.refuse(404, token, "mail.activity.action_feedback", ids=hidden.ids)
