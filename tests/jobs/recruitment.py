# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Recruitment."""

from . import Call, Job, Scope, create, find, method, write
from .contacts import PDF

JOBS = [
    Job(
        "Create an applicant from a job portal",
        [
            Scope("hr.job", "read", "name"),
            Scope(
                "hr.applicant",
                "create",
                "partner_name email_from partner_phone job_id",
            ),
        ],
        [
            find("hr.job", [["name", "=", "Chemist"]], "name"),
            create(
                "hr.applicant",
                "made",
                partner_name="Alan Applicant",
                email_from="alan@example.com",
                partner_phone="+32 2 290 34 95",
                job_id="$found.0.id",
            ),
        ],
        [("$made", {"job_id": "$vacancy", "email_from": "alan@example.com"})],
    ),
    Job(
        "Attach a curriculum vitae",
        [Scope("hr.applicant", "message_post")],
        [
            method(
                "hr.applicant.message_post",
                "$applicant",
                body="Curriculum vitae",
                attachments=[["cv.pdf", PDF]],
            )
        ],
        [("$applicant", {"message_ids.0.attachment_ids.name": "cv.pdf"})],
    ),
    Job(
        "Move an applicant to another stage",
        [
            Scope("hr.recruitment.stage"),
            Scope("hr.applicant", "write", "stage_id"),
        ],
        [
            Call("hr.recruitment.stage.search", {"domain": []}, "stages"),
            write("hr.applicant", "$applicant", stage_id="$stages.1"),
        ],
        [("$applicant", {"stage_id": "$stages.1"})],
    ),
    Job(
        "Rate an applicant after a test",
        [Scope("hr.applicant", "write", "priority applicant_notes")],
        [
            write(
                "hr.applicant",
                "$applicant",
                priority="2",
                applicant_notes="<p>91 of 100</p>",
            )
        ],
        [("$applicant", {"priority": "2"})],
    ),
    Job(
        "Correct the e-mail address of an applicant and of the contact behind",
        [
            Scope("res.partner", "write", "email"),
            Scope("hr.applicant", "write", "email_from"),
        ],
        [write("hr.applicant", "$applicant", email_from="anna@example.net")],
        [
            ("$applicant", {"email_from": "anna@example.net"}),
            ("$applicant", {"partner_id.email": "anna@example.net"}),
        ],
    ),
    Job(
        "Enter what an applicant asks for",
        [Scope("hr.applicant", "write", "salary_expected availability")],
        [
            write(
                "hr.applicant",
                "$applicant",
                salary_expected=3200.0,
                availability="$day+40",
            )
        ],
        [("$applicant", {"salary_expected": 3200.0})],
    ),
    Job(
        "Give an applicant an interviewer",
        [Scope("hr.applicant", "write", "interviewer_ids")],
        [write("hr.applicant", "$applicant", interviewer_ids=[[4, "$me", 0]])],
        [("$applicant", {"interviewer_ids": ["$me"]})],
    ),
    Job(
        "Open a vacancy",
        [
            Scope("hr.department"),
            Scope("hr.job", "create", "name department_id no_of_recruitment"),
        ],
        [
            create(
                "hr.job",
                "made",
                name="Physicist",
                department_id="$department",
                no_of_recruitment=2,
            )
        ],
        [("$made", {"department_id": "$department", "no_of_recruitment": 2})],
    ),
    Job(
        "Archive an applicant",
        [Scope("hr.applicant", "action_archive")],
        [method("hr.applicant.action_archive", "$applicant")],
        [("$applicant", {"active": False})],
    ),
]
