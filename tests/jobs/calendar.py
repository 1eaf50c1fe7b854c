# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Calendar."""

from . import Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Book a meeting with attendees",
        [
            Scope("res.partner"),
            Scope(
                "calendar.event",
                "create",
                "name start stop partner_ids location description",
            ),
        ],
        [
            create(
                "calendar.event",
                "made",
                name="Demonstration",
                start="$day+3 09:00:00",
                stop="$day+3 10:00:00",
                partner_ids=[[6, 0, ["$customer", "$my_partner"]]],
                location="Room 2",
                description="<p>Bring the plan.</p>",
            )
        ],
        [
            ("$made", {"partner_ids": ["$customer", "$my_partner"]}),
            ("$made", {"attendee_ids.partner_id": ["$customer", "$my_partner"]}),
        ],
    ),
    Job(
        "Move a meeting",
        [Scope("calendar.event", "write", "start stop")],
        [
            write(
                "calendar.event",
                "$event",
                start="$day+8 13:00:00",
                stop="$day+8 14:30:00",
            )
        ],
        [("$event", {"start": "$day+8 13:00:00", "duration": 1.5})],
    ),
    Job(
        "Invite one more",
        [Scope("res.partner"), Scope("calendar.event", "write", "partner_ids")],
        [write("calendar.event", "$event", partner_ids=[[4, "$vendor", 0]])],
        [("$event", {"attendee_ids.partner_id": ["$my_partner", "$vendor"]})],
    ),
    Job(
        "Accept an invitation",
        [
            Scope(
                "calendar.attendee",
                "read do_accept",
                "event_id state",
                "[('partner_id.user_ids', 'in', [uid])]",
            )
        ],
        [
            find("calendar.attendee", [["event_id", "=", "$event"]], "state"),
            method("calendar.attendee.do_accept", "$found.0.id"),
        ],
        [("$event", {"attendee_ids.state": "accepted"})],
    ),
    Job(
        "Book a whole day",
        [Scope("calendar.event", "create", "name allday start_date stop_date")],
        [
            create(
                "calendar.event",
                "made",
                name="Fair",
                allday=True,
                start_date="$day+20",
                stop_date="$day+21",
            )
        ],
        [("$made", {"allday": True, "start_date": "$day+20", "stop_date": "$day+21"})],
    ),
    Job(
        "Remind of a meeting",
        [
            Scope("calendar.alarm", "read", "name"),
            Scope("calendar.event", "write", "alarm_ids"),
        ],
        [
            find("calendar.alarm", [["name", "!=", False]], "name"),
            write("calendar.event", "$event", alarm_ids=[[6, 0, ["$found.0.id"]]]),
        ],
        [("$event", {"alarm_ids": ["$found.0.id"]})],
    ),
    Job(
        "Cancel a meeting",
        [Scope("calendar.event", "unlink")],
        [method("calendar.event.unlink", "$event")],
        [("$event", {"exists()": False})],
    ),
    Job(
        "Read the agenda of a week",
        [Scope("calendar.event", "read", "name start stop")],
        [
            find(
                "calendar.event",
                [["start", ">=", "$day+0"], ["stop", "<", "$day+7"]],
                "name start stop",
            )
        ],
        [("$found.0.name", "Planning")],
        given="event",
    ),
]
