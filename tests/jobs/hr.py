# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Employees, their public profiles, and what lies around them."""

from . import Call, Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create a department below another one",
        [Scope("hr.department", "create read", "name parent_id")],
        [
            find("hr.department", [["name", "=", "Research"]], "name"),
            create("hr.department", "made", name="Lab", parent_id="$found.0.id"),
        ],
        [("$made", {"parent_id": "$department"})],
        given="department",
    ),
    Job(
        "Rename a department",
        [Scope("hr.department", "read write", "name")],
        [
            find("hr.department", [["name", "=", "Research"]], "name"),
            write("hr.department", "$found.0.id", name="Science"),
        ],
        [("$department", {"name": "Science"})],
    ),
    Job(
        "Archive a department",
        [
            Scope(
                "hr.department", "action_archive", filter="[('member_ids', '=', False)]"
            )
        ],
        [method("hr.department.action_archive", "$department")],
        [("$department", {"active": False})],
    ),
    Job(
        "Log a note on a department",
        [Scope("hr.department", "message_post")],
        [method("hr.department.message_post", "$department", body="Moved to floor 2")],
        [("$department", {"message_ids.0.preview": "Moved to floor 2"})],
    ),
    Job(
        "Create a job position",
        [
            Scope("hr.department"),
            Scope("hr.job", "create", "name department_id description"),
        ],
        [
            create(
                "hr.job",
                "made",
                name="Glassblower",
                department_id="$department",
                description="<p>Makes flasks.</p>",
            )
        ],
        [("$made", {"department_id": "$department"})],
        groups="hr_recruitment.group_hr_recruitment_user",
    ),
    Job(
        "Change the title in a contract",
        [Scope("hr.version", "write", "job_title")],
        [write("hr.version", "$employee.version_id", job_title="Head")],
        [("$employee", {"job_title": "Head"})],
    ),
    Job(
        "Take over the private address from the payroll",
        [Scope("hr.version", "write", "private_street private_city private_zip")],
        [
            write(
                "hr.version",
                "$employee.version_id",
                private_street="Lane 3",
                private_city="Leuven",
                private_zip="3000",
            )
        ],
        [("$employee", {"private_city": "Leuven"})],
    ),
    Job(
        "Create a place of work",
        [
            Scope("res.partner"),
            Scope("hr.work.location", "create", "name location_type address_id"),
        ],
        [
            create(
                "hr.work.location",
                "made",
                name="Annex",
                location_type="office",
                address_id="$customer",
            )
        ],
        [("$made", {"address_id": "$customer", "location_type": "office"})],
        groups="hr.group_hr_manager",
    ),
    Job(
        "Enter a public holiday",
        [Scope("resource.calendar.leaves", "create", "name date_from date_to")],
        [
            create(
                "resource.calendar.leaves",
                "made",
                name="Feast",
                date_from="2027-05-13 00:00:00",
                date_to="2027-05-13 22:00:00",
            )
        ],
        [("$made", {"name": "Feast"})],
        groups="hr_holidays.group_hr_holidays_user",
    ),
    Job(
        "Enter a new employee",
        [Scope("hr.department"), Scope("hr.employee", "create", "name department_id")],
        [
            create(
                "hr.employee",
                "made",
                name="Nora New",
                department_id="$department",
            )
        ],
        [("$made", {"name": "Nora New", "department_id": "$department"})],
    ),
    Job(
        "Change the title of an employee",
        [Scope("hr.employee", "read write", "work_email job_title")],
        [
            find("hr.employee", [["work_email", "=", "emil@example.com"]], "job_title"),
            write("hr.employee", "$found.0.id", job_title="Chemist"),
        ],
        [("$employee", {"job_title": "Chemist"})],
        given="employee",
    ),
    Job(
        "Read the directory",
        [Scope("hr.employee.public", "read", "name work_email job_title")],
        [
            find(
                "hr.employee.public",
                [["work_email", "=", "emil@example.com"]],
                "name work_email job_title",
            )
        ],
        [("$found.0.name", "Emil Employee")],
        given="employee",
    ),
    Job(
        "Count the people of a department",
        [Scope("hr.employee.public", "read", "work_email")],
        [
            Call(
                "hr.employee.public.search_count",
                {"domain": [["work_email", "ilike", "@example.com"]]},
                "count",
            )
        ],
        [("$count", None)],
        given="employee",
    ),
]
