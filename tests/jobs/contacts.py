# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contacts."""

from . import Call, Job, Scope, create, find, method, write

ANY_CONTACT = Scope("res.partner")
PDF = "%PDF-1.4\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\n"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)

JOBS = [
    Job(
        "Create a contact from a registration form",
        [
            Scope("res.partner", "create", "name email phone street city country_id"),
            Scope("res.country", "read", "code"),
        ],
        [
            find("res.country", [["code", "=", "BE"]], "code", "country"),
            create(
                "res.partner",
                "contact",
                name="Rosa Registered",
                email="rosa@example.com",
                phone="+32 2 290 34 90",
                street="Rue de la Loi 16",
                city="Brussels",
                country_id="$country.0.id",
            ),
        ],
        [("$contact", {"email": "rosa@example.com", "country_id.code": "BE"})],
    ),
    Job(
        "Change the address of a contact that is found by its reference",
        [Scope("res.partner", "read write", "ref street zip city")],
        [
            find("res.partner", [["ref", "=", "CUSTOMER"]], "ref"),
            write("res.partner", "$found.0.id", street="New Street 1", zip="1000"),
            write("res.partner", "$found.0.id", city="Ghent"),
        ],
        [("$customer", {"street": "New Street 1", "zip": "1000", "city": "Ghent"})],
    ),
    Job(
        "Import contacts by the numbers of another system",
        [Scope("res.partner", "read create write", "name email")],
        [
            Call(
                "res.partner.load",
                {
                    "fields": ["id", "name", "email"],
                    "data": [
                        ["shop_1", "Ida Imported", "ida@example.com"],
                        ["shop_2", "Ivo Imported", "ivo@example.com"],
                    ],
                },
            ),
            Call(
                "res.partner.load",
                {"fields": ["id", "email"], "data": [["shop_2", "new@example.com"]]},
                "loaded",
            ),
            find("res.partner", [["name", "=", "Ivo Imported"]], "email"),
        ],
        [("$loaded.messages", []), ("$found.0.email", "new@example.com")],
    ),
    Job(
        "Export contacts",
        [Scope("res.partner", "read", "email")],
        [
            Call(
                "res.partner.export_data",
                {"ids": "$customer", "fields_to_export": [".id", "email"]},
                "rows",
            )
        ],
        [("$rows.datas.0.1", "customer@example.com")],
        groups="base.group_allow_export",
    ),
    Job(
        "Add a person to a company",
        [
            ANY_CONTACT,
            Scope("res.partner", "create", "name function email parent_id"),
        ],
        [
            create(
                "res.partner",
                "person",
                name="Paul Person",
                function="Buyer",
                email="paul@example.com",
                parent_id="$customer",
            )
        ],
        [("$person", {"parent_id": "$customer", "function": "Buyer"})],
    ),
    Job(
        "Add an address for deliveries",
        [
            ANY_CONTACT,
            Scope("res.partner", "create", "name type parent_id street city"),
        ],
        [
            create(
                "res.partner",
                "address",
                name="Warehouse",
                type="delivery",
                parent_id="$customer",
                street="Dock 4",
                city="Antwerp",
            )
        ],
        [("$address", {"parent_id": "$customer", "type": "delivery"})],
    ),
    Job(
        "Tag a contact",
        [
            Scope("res.partner", "write", "category_id"),
            Scope("res.partner.category", "read", "name"),
        ],
        [
            find("res.partner.category", [["name", "=", "Gold"]], "name"),
            write("res.partner", "$customer", category_id=[[4, "$found.0.id"]]),
        ],
        [("$customer", {"category_id": ["$tag"]})],
    ),
    Job(
        "Give a contact a picture",
        [Scope("res.partner", "write", "image_1920")],
        [write("res.partner", "$customer", image_1920=PIXEL)],
        [("$customer", {"image_1920": None, "image_128": None})],
    ),
    Job(
        "Archive a contact that a mailing tool calls dead",
        [Scope("res.partner", "action_archive", filter="[('ref', '=', 'CUSTOMER')]")],
        [method("res.partner.action_archive", "$customer")],
        [("$customer", {"active": False})],
    ),
    Job(
        "Log a note on a contact",
        [Scope("res.partner", "message_post")],
        [method("res.partner.message_post", "$customer", body="Called back.")],
        [("$customer", {"message_ids.0.preview": "Called back."})],
    ),
    Job(
        "Attach a PDF to a contact",
        [Scope("res.partner", "message_post")],
        [
            method(
                "res.partner.message_post",
                "$customer",
                body="The signed contract.",
                attachments=[["contract.pdf", PDF]],
            )
        ],
        [
            (
                "$customer",
                {
                    "message_ids.0.attachment_ids.name": "contract.pdf",
                    "message_ids.0.attachment_ids.mimetype": "application/pdf",
                },
            )
        ],
    ),
    Job(
        "Let a colleague follow a contact",
        [Scope("res.partner", "message_subscribe")],
        [
            method(
                "res.partner.message_subscribe",
                "$customer",
                partner_ids=["$colleague_partner"],
            )
        ],
        [("$customer", {"message_partner_ids": ["$colleague_partner"]})],
    ),
    Job(
        "Enter a bank account",
        [ANY_CONTACT, Scope("res.partner.bank", "create", "acc_number partner_id")],
        [
            create(
                "res.partner.bank",
                "account",
                acc_number="BE71 0961 2345 6769",
                partner_id="$customer",
            )
        ],
        [("$account", {"partner_id": "$customer"})],
    ),
    Job(
        "Remove a contact that asked for it",
        [Scope("res.partner", "read unlink", "email")],
        [
            find("res.partner", [["email", "=", "forget@example.com"]], "email"),
            method("res.partner.unlink", "$found.0.id"),
        ],
        [("$forgotten", {"exists()": False})],
    ),
]
