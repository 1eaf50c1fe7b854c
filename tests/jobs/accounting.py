# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Accounting."""

from . import Call, Job, Scope, create, find, method, write

JOBS = [
    Job(
        "Create an invoice with a line and post it",
        [
            Scope("res.partner", "read", "email"),
            Scope("product.product", "read", "default_code"),
            Scope(
                "account.move",
                "create read action_post",
                "move_type partner_id invoice_date ref",
            ),
            Scope(
                "account.move.line",
                "create",
                "move_id product_id quantity price_unit name",
            ),
        ],
        [
            find(
                "res.partner", [["email", "=", "customer@example.com"]], "email", "who"
            ),
            find("product.product", [["default_code", "=", "WORK"]], "default_code"),
            create(
                "account.move",
                "made",
                move_type="out_invoice",
                partner_id="$who.0.id",
                invoice_date="$day+0",
                ref="SHOP-9",
            ),
            create(
                "account.move.line",
                "line",
                move_id="$made",
                product_id="$found.0.id",
                quantity=2,
                price_unit=50.0,
                name="Repair",
            ),
            method("account.move.action_post", "$made"),
        ],
        [("$made", {"state": "posted", "amount_untaxed": 100.0})],
        given="customer service",
    ),
    Job(
        "Create an invoice with its line in one call and post it",
        [
            Scope("res.partner", "read", "email"),
            Scope("product.product", "read", "default_code"),
            Scope(
                "account.move",
                "create action_post",
                "move_type partner_id invoice_date ref invoice_line_ids",
            ),
            Scope("account.move.line", "create", "product_id quantity price_unit name"),
        ],
        [
            find(
                "res.partner", [["email", "=", "customer@example.com"]], "email", "who"
            ),
            find("product.product", [["default_code", "=", "WORK"]], "default_code"),
            create(
                "account.move",
                "made",
                move_type="out_invoice",
                partner_id="$who.0.id",
                invoice_date="$day+0",
                ref="SHOP-10",
                invoice_line_ids=[
                    [
                        0,
                        0,
                        {
                            "product_id": "$found.0.id",
                            "quantity": 2,
                            "price_unit": 50.0,
                            "name": "Repair",
                        },
                    ]
                ],
            ),
            method("account.move.action_post", "$made"),
        ],
        [("$made", {"state": "posted", "amount_untaxed": 100.0})],
        given="customer service",
    ),
    Job(
        "Enter a vendor bill",
        [
            Scope("res.partner"),
            Scope("account.account", "read", "account_type"),
            Scope(
                "account.move",
                "create read",
                "move_type partner_id invoice_date ref invoice_date_due",
            ),
            Scope(
                "account.move.line",
                "create",
                "move_id name quantity price_unit account_id",
            ),
        ],
        [
            find("account.account", [["account_type", "=", "expense"]], "account_type"),
            create(
                "account.move",
                "made",
                move_type="in_invoice",
                partner_id="$vendor",
                invoice_date="$day+0",
                invoice_date_due="$day+30",
                ref="BILL-3",
            ),
            create(
                "account.move.line",
                "line",
                move_id="$made",
                name="Paper",
                quantity=1,
                price_unit=70.0,
                account_id="$found.0.id",
            ),
        ],
        [("$made", {"move_type": "in_invoice", "amount_untaxed": 70.0})],
    ),
    Job(
        "Register the payment of an invoice",
        [
            Scope("account.move", "read", "name"),
            Scope("account.move.line", "read", "move_id display_type"),
            Scope("account.journal", "read", "type"),
            Scope(
                "account.payment.register",
                "create action_create_payments",
                "line_ids journal_id payment_date",
            ),
        ],
        [
            find("account.move", [["name", "=", "$invoice.name"]], "name"),
            find(
                "account.move.line",
                [
                    ["move_id", "=", "$found.0.id"],
                    ["display_type", "=", "payment_term"],
                ],
                "display_type",
                "lines",
            ),
            find("account.journal", [["type", "=", "bank"]], "type", "banks"),
            create(
                "account.payment.register",
                "wizard",
                line_ids=[[6, 0, ["$lines.0.id"]]],
                journal_id="$banks.0.id",
                payment_date="$day+0",
            ),
            method("account.payment.register.action_create_payments", "$wizard"),
        ],
        [("$invoice", {"amount_residual": 0.0})],
    ),
    Job(
        "Register the payment of an invoice by the dialog of its form",
        [
            Scope("account.move"),
            Scope(
                "account.payment.register",
                "create action_create_payments",
                "payment_date communication",
            ),
        ],
        [
            Call(
                "account.payment.register.create",
                {
                    "vals_list": [{"payment_date": "$day+0"}],
                    "context": {
                        "active_model": "account.move",
                        "active_ids": ["$invoice"],
                        "default_communication": "BANK-7",
                    },
                },
                "wizard",
            ),
            method("account.payment.register.action_create_payments", "$wizard"),
        ],
        [
            ("$invoice", {"amount_residual": 0.0}),
            ("$invoice", {"matched_payment_ids.memo": "BANK-7"}),
        ],
    ),
    Job(
        "Enter a payment that is not assigned yet",
        [
            Scope("res.partner"),
            Scope("account.journal", "read", "type"),
            Scope(
                "account.payment",
                "create action_post",
                "payment_type partner_type partner_id amount journal_id memo",
            ),
        ],
        [
            find("account.journal", [["type", "=", "bank"]], "type"),
            create(
                "account.payment",
                "made",
                payment_type="inbound",
                partner_type="customer",
                partner_id="$customer",
                amount=25.0,
                journal_id="$found.0.id",
                memo="Transfer 8",
            ),
            method("account.payment.action_post", "$made"),
        ],
        [("$made", {"amount": 25.0, "memo": "Transfer 8"})],
    ),
    Job(
        "Import a line of a bank statement",
        [
            Scope("account.journal", "read", "type"),
            Scope(
                "account.bank.statement.line",
                "create",
                "journal_id date amount payment_ref",
            ),
        ],
        [
            find("account.journal", [["type", "=", "bank"]], "type"),
            create(
                "account.bank.statement.line",
                "made",
                journal_id="$found.0.id",
                date="$day+0",
                amount=115.0,
                payment_ref="Thank you",
            ),
        ],
        [("$made", {"amount": 115.0, "move_id.state": "posted"})],
        groups="account.group_account_user",
    ),
    Job(
        "Note a reference and the due date on a draft",
        [Scope("account.move", "write", "ref invoice_date_due payment_reference")],
        [
            write(
                "account.move",
                "$draft_invoice",
                ref="R-1",
                invoice_date_due="$day+60",
                payment_reference="+++000/0000/00000+++",
            )
        ],
        [("$draft_invoice", {"ref": "R-1", "invoice_date_due": "$day+60"})],
    ),
    Job(
        "Change the price of a line of a draft",
        [Scope("account.move.line", "write", "price_unit quantity")],
        [
            write(
                "account.move.line",
                "$draft_invoice.invoice_line_ids",
                price_unit=33.0,
                quantity=3,
            )
        ],
        [("$draft_invoice", {"amount_untaxed": 99.0})],
    ),
    Job(
        "Credit an invoice",
        [
            Scope("account.move"),
            Scope("account.journal"),
            Scope(
                "account.move.reversal",
                "create refund_moves",
                "move_ids reason journal_id",
            ),
        ],
        [
            create(
                "account.move.reversal",
                "wizard",
                move_ids=[[6, 0, ["$invoice"]]],
                reason="Returned",
                journal_id="$invoice.journal_id",
            ),
            method("account.move.reversal.refund_moves", "$wizard"),
        ],
        [("$invoice", {"reversal_move_ids.move_type": "out_refund"})],
    ),
    Job(
        "Read unpaid invoices for reminders",
        [
            Scope(
                "account.move",
                "read",
                "name partner_id amount_residual invoice_date_due payment_state",
                "[('move_type', '=', 'out_invoice')]",
            )
        ],
        [
            find(
                "account.move",
                [["payment_state", "=", "not_paid"], ["partner_id", "=", "$customer"]],
                "name amount_residual invoice_date_due",
            )
        ],
        [("$found.0.amount_residual", None)],
        given="invoice",
    ),
    Job(
        "Attach the signed PDF to an invoice",
        [Scope("account.move", "message_post")],
        [
            method(
                "account.move.message_post",
                "$invoice",
                body="Signed",
                attachments=[["signed.pdf", "%PDF-1.4\n"]],
            )
        ],
        [("$invoice", {"message_ids.0.attachment_ids.name": "signed.pdf"})],
    ),
]
