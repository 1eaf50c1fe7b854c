# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Time off, of one's own and of other employees."""

from . import Job, Scope, create, find, method, write
from .contacts import PDF

JOBS = [
    Job(
        "Approve a request",
        [Scope("hr.leave", "read action_approve", "state")],
        [
            find(
                "hr.leave",
                [["state", "=", "confirm"], ["id", "=", "$leave"]],
                "state",
            ),
            method("hr.leave.action_approve", "$found.0.id"),
        ],
        [("$leave", {"state": "validate"})],
    ),
    Job(
        "Refuse a request",
        [Scope("hr.leave", "action_refuse")],
        [method("hr.leave.action_refuse", "$leave")],
        [("$leave", {"state": "refuse"})],
    ),
    Job(
        "Change the days of a request",
        [Scope("hr.leave", "write", "request_date_from request_date_to")],
        [
            write(
                "hr.leave",
                "$leave",
                request_date_from="2027-06-07",
                request_date_to="2027-06-08",
            )
        ],
        [("$leave", {"number_of_days": 2.0})],
    ),
    Job(
        "Request days off for an employee",
        [
            Scope("hr.employee", "read", "work_email"),
            Scope("hr.leave.type"),
            Scope(
                "hr.leave",
                "create",
                "employee_id holiday_status_id request_date_from request_date_to",
            ),
        ],
        [
            find("hr.employee", [["work_email", "=", "emil@example.com"]], "id"),
            create(
                "hr.leave",
                "made",
                employee_id="$found.0.id",
                holiday_status_id="$leave_type",
                request_date_from="2027-07-05",
                request_date_to="2027-07-06",
            ),
        ],
        [("$made", {"employee_id": "$employee", "number_of_days": 2.0})],
        given="employee",
    ),
    Job(
        "Enter extra days of one's own",
        [
            Scope("hr.leave.type"),
            Scope(
                "hr.leave.allocation",
                "create",
                "name holiday_status_id number_of_days date_from",
            ),
        ],
        [
            create(
                "hr.leave.allocation",
                "made",
                name="Extra days",
                holiday_status_id="$allocated_type",
                number_of_days=4.0,
                date_from="2027-01-01",
            ),
        ],
        [("$made", {"employee_id": "$my_employee", "number_of_days": 4.0})],
        given="my_employee",
    ),
    Job(
        "Read who is away",
        [
            Scope(
                "hr.leave",
                "read",
                "date_from date_to state",
                "[('state', 'in', ('confirm', 'validate'))]",
            )
        ],
        [
            find(
                "hr.leave",
                [["id", "=", "$leave"]],
                "date_from date_to state",
            )
        ],
        [("$found.0.state", "confirm")],
    ),
    Job(
        "Delete a request that was entered twice",
        [Scope("hr.leave", "unlink", filter="[('state', '=', 'confirm')]")],
        [method("hr.leave.unlink", "$leave")],
        [("$leave", {"exists()": False})],
    ),
    Job(
        "Approve an allocation",
        [Scope("hr.leave.allocation", "action_approve")],
        [method("hr.leave.allocation.action_approve", "$allocation")],
        [("$allocation", {"state": "validate"})],
    ),
    Job(
        "Attach a certificate to a request",
        [Scope("hr.leave", "message_post")],
        [
            method(
                "hr.leave.message_post",
                "$leave",
                body="Certificate",
                attachments=[["certificate.pdf", PDF]],
            )
        ],
        [("$leave", {"message_ids.0.attachment_ids.name": "certificate.pdf"})],
    ),
]
