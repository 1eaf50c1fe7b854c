# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""CRM."""

from . import Call, Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create a lead from a web form",
        [Scope("crm.lead", "create", "name contact_name email_from phone description")],
        [
            create(
                "crm.lead",
                "lead",
                name="Wants a quotation",
                contact_name="Lea Lead",
                email_from="lea@example.com",
                phone="+32 2 290 34 91",
                description="Twenty chairs, please.",
            )
        ],
        [("$lead", {"email_from": "lea@example.com", "contact_name": "Lea Lead"})],
    ),
    Job(
        "Create an opportunity of a customer",
        [
            Scope("crm.lead", "create", "name type partner_id expected_revenue"),
            Scope("res.partner", "read", "email"),
        ],
        [
            find("res.partner", [["email", "=", "customer@example.com"]], "email"),
            create(
                "crm.lead",
                "lead",
                name="Second floor",
                type="opportunity",
                partner_id="$found.0.id",
                expected_revenue=1200.0,
            ),
        ],
        [("$lead", {"partner_id": "$customer", "expected_revenue": 1200.0})],
    ),
    Job(
        "Copy an opportunity",
        [
            Scope("crm.lead", "read create", "name type partner_id expected_revenue"),
            Scope("res.partner"),
        ],
        [
            method("crm.lead.copy", "$opportunity", default={"name": "Once more"}),
            find("crm.lead", [["name", "=", "Once more"]], "expected_revenue"),
        ],
        [("$found.0.expected_revenue", 500.0)],
    ),
    Job(
        "Move an opportunity to another stage",
        [
            Scope("crm.lead", "write", "stage_id"),
            Scope("crm.stage", "read", "sequence"),
        ],
        [
            Call(
                "crm.stage.search",
                {"domain": [["sequence", ">=", 0]], "limit": 1},
                "stage",
            ),
            write("crm.lead", "$opportunity", stage_id="$stage.0"),
        ],
        [("$opportunity", {"stage_id": "$stage.0"})],
    ),
    Job(
        "Correct the e-mail address of a lead without a customer",
        [Scope("crm.lead", "read write", "name email_from phone")],
        [
            find("crm.lead", [["name", "=", "Plain lead"]], "name email_from"),
            write(
                "crm.lead",
                "$found.0.id",
                email_from="right@example.com",
                phone="+32 2 290 34 92",
            ),
        ],
        [("$lead_alone", {"email_from": "right@example.com"})],
    ),
    Job(
        "Take over expected revenue and closing date from a calculator",
        [Scope("crm.lead", "write", "expected_revenue probability date_deadline")],
        [
            write(
                "crm.lead",
                "$opportunity",
                expected_revenue=4321.0,
                probability=60,
                date_deadline="$day+30",
            )
        ],
        [("$opportunity", {"expected_revenue": 4321.0, "date_deadline": "$day+30"})],
    ),
    Job(
        "Take over a lead that nobody has",
        [Scope("crm.lead", "read write", "user_id")],
        [
            find("crm.lead", [["user_id", "=", False]], "user_id"),
            write("crm.lead", "$found.0.id", user_id="$me"),
        ],
        [("$lead_alone", {"user_id": "$me"})],
    ),
    Job(
        "Mark an opportunity as won",
        [Scope("crm.lead", "action_set_won")],
        [method("crm.lead.action_set_won", "$opportunity")],
        [("$opportunity", {"probability": 100.0, "stage_id.is_won": True})],
    ),
    Job(
        "Mark an opportunity as lost",
        [Scope("crm.lead", "action_set_lost")],
        [method("crm.lead.action_set_lost", "$opportunity")],
        [("$opportunity", {"active": False, "probability": 0.0})],
    ),
    Job(
        "Log a telephone call on a lead",
        [Scope("crm.lead", "message_post")],
        [method("crm.lead.message_post", "$lead_alone", body="Nobody answered.")],
        [("$lead_alone", {"message_ids.0.preview": "Nobody answered."})],
    ),
    Job(
        "Plan a reminder on an opportunity",
        [Scope("crm.lead", "activity_schedule")],
        [
            method(
                "crm.lead.activity_schedule",
                "$opportunity",
                act_type_xmlid="mail.mail_activity_data_call",
                date_deadline="$day+2",
                summary="Call again",
            )
        ],
        [("$opportunity", {"activity_ids.summary": "Call again"})],
    ),
    Job(
        "Sum up the pipeline by stage for a dashboard",
        [
            Scope("crm.lead", "read", "type stage_id expected_revenue"),
            Scope("crm.stage", "read", "display_name"),
        ],
        [
            Call(
                "crm.lead.formatted_read_group",
                {
                    "domain": [["type", "=", "opportunity"]],
                    "groupby": ["stage_id"],
                    "aggregates": ["expected_revenue:sum"],
                },
                "groups",
            )
        ],
        [("$groups.0.expected_revenue:sum", 500.0)],
        given="opportunity",
    ),
]
