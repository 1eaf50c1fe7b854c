# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Contacts whose lists are changed by the commands of a caller."""

from .test_json2 import SECRET
from .test_json2_related import RelatedCase

ALL = {"api_read": True, "api_write": True, "api_create": True, "api_unlink": True}


class LinesCase(RelatedCase):
    """Contacts with bank accounts and tags, of which scopes open a part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Account = cls.env["res.partner.bank"]
        cls.Tag = cls.env["res.partner.category"]
        cls.owner, cls.other = cls.inside
        cls.owner.parent_id = False
        cls.mine = cls.add_account(cls.owner, "IN-1")
        cls.hidden = cls.add_account(cls.owner, "OUT-1")
        cls.theirs = cls.add_account(cls.other, "IN-2")
        cls.foreign = cls.add_account(cls.outside, "IN-3")

    @classmethod
    def add_account(cls, owner, number):
        return cls.Account.create({"acc_number": number, "partner_id": owner.id})

    @classmethod
    def create_with_domain(cls, code, model, names, domain, **values):
        own = cls.env["ir.filters"].create(
            {"name": code, "model_id": model, "domain": domain, "user_ids": False}
        )
        return cls.create_api_scope(code, model, names, filter_id=own.id, **values)

    def open_contacts(self, *names, **values):
        return self.create_api_scope(
            "contacts", names=("name", "ref", *names), **(values or ALL)
        )

    def open_accounts(self, *names, **values):
        """Return a scope on the accounts whose number begins with IN."""
        return self.create_with_domain(
            "accounts",
            "res.partner.bank",
            ("acc_number", *names),
            "[('sanitized_acc_number', '=like', 'IN%')]",
            **(values or ALL),
        )

    def open_tags(self, **values):
        return self.create_with_domain(
            "tags",
            "res.partner.category",
            ("name",),
            "[('name', '=like', 'IN%')]",
            **(values or ALL),
        )

    def change(self, token, record, **vals):
        """Write ``vals`` on ``record`` and return the response."""
        self.env.flush_all()
        response = self.call(token, "write", record._name, ids=record.ids, vals=vals)
        self.env.invalidate_all()
        return response

    def make(self, token, model="res.partner", **vals):
        """Create a record with ``vals`` and return the response."""
        self.env.flush_all()
        response = self.call(token, "create", model, vals_list=[vals])
        self.env.invalidate_all()
        return response

    def assert_status(self, response, status):
        self.assertEqual(response.status_code, status, response.text)
        self.assertNotIn(SECRET, response.text)
