# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Project and timesheets."""

from . import Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create a task from a ticket",
        [
            Scope("project.project", "read", "name"),
            Scope("project.task", "create", "name project_id description priority"),
        ],
        [
            find("project.project", [["name", "=", "Website"]], "name"),
            create(
                "project.task",
                "made",
                name="Ticket 512",
                project_id="$found.0.id",
                description="<p>The form fails.</p>",
                priority="1",
            ),
        ],
        [("$made", {"project_id": "$project", "priority": "1"})],
    ),
    Job(
        "Move a task to another stage",
        [
            Scope("project.project"),
            Scope("project.task.type", "read", "name project_ids"),
            Scope("project.task", "write", "stage_id"),
        ],
        [
            find(
                "project.task.type",
                [["name", "=", "Doing"], ["project_ids", "in", ["$project"]]],
                "name",
            ),
            write("project.task", "$task", stage_id="$found.0.id"),
        ],
        [("$task", {"stage_id.name": "Doing"})],
    ),
    Job(
        "Assign a task",
        [Scope("project.task", "write", "user_ids")],
        [write("project.task", "$task", user_ids=[[6, 0, ["$me"]]])],
        [("$task", {"user_ids": ["$me"]})],
    ),
    Job(
        "Set deadline and planned hours",
        [Scope("project.task", "write", "date_deadline allocated_hours")],
        [
            write(
                "project.task",
                "$task",
                date_deadline="$day+12 12:00:00",
                allocated_hours=16.0,
            )
        ],
        [("$task", {"allocated_hours": 16.0})],
    ),
    Job(
        "Create a subtask",
        [
            Scope("project.task", "read"),
            Scope("project.task", "create", "name parent_id"),
        ],
        [create("project.task", "made", name="Part", parent_id="$task")],
        [("$made", {"parent_id": "$task", "project_id": "$project"})],
    ),
    Job(
        "Tag a task",
        [
            Scope("project.tags", "create read", "name"),
            Scope("project.task", "write", "tag_ids"),
        ],
        [
            create("project.tags", "made", name="from-git"),
            write("project.task", "$task", tag_ids=[[4, "$made", 0]]),
        ],
        [("$task", {"tag_ids": ["$made"]})],
    ),
    Job(
        "Mark a task as done",
        [Scope("project.task", "write", "state")],
        [write("project.task", "$task", state="1_done")],
        [("$task", {"state": "1_done"})],
    ),
    Job(
        "Record time on a task",
        [
            Scope("project.project"),
            Scope("project.task"),
            Scope(
                "account.analytic.line",
                "create",
                "name project_id task_id unit_amount date",
            ),
        ],
        [
            create(
                "account.analytic.line",
                "made",
                name="Repaired the form",
                project_id="$project",
                task_id="$task",
                unit_amount=2.5,
                date="$day+0",
            )
        ],
        [("$made", {"unit_amount": 2.5}), ("$task", {"effective_hours": 2.5})],
        given="my_employee",
    ),
    Job(
        "Correct the time of an entry",
        [Scope("account.analytic.line", "write", "unit_amount name")],
        [write("account.analytic.line", "$timesheet", unit_amount=4.0, name="Longer")],
        [("$timesheet", {"unit_amount": 4.0}), ("$task", {"effective_hours": 4.0})],
    ),
    Job(
        "Link a commit to a task",
        [Scope("project.task", "message_post")],
        [method("project.task.message_post", "$task", body="Commit 0adf714")],
        [("$task", {"message_ids.0.preview": "Commit 0adf714"})],
    ),
    Job(
        "Create a project of a customer",
        [
            Scope("res.partner"),
            Scope("project.project", "create", "name partner_id date_start date"),
        ],
        [
            create(
                "project.project",
                "made",
                name="Fair",
                partner_id="$customer",
                date_start="$day+1",
                date="$day+90",
            )
        ],
        [("$made", {"partner_id": "$customer", "date": "$day+90"})],
        groups="project.group_project_manager",
    ),
]
