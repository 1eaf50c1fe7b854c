# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ways around the record that an attachment, a message or an activity belongs to."""

from odoo.tests import tagged

from .test_json2 import SECRET
from .test_json2_owners import ALL, ATTACHMENT, FIELDS, OwnersCase


@tagged("post_install", "-at_install")
class TestJson2OwnersAround(OwnersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.row = cls.create_row("row", cls.inside[0])
        cls.hidden = cls.create_row(SECRET, cls.outside)
        names = (*FIELDS, "store_fname")
        cls.scope = cls.create_api_scope("att", ATTACHMENT, names, **ALL)
        cls.partners = cls.create_api_scope(api_read=True, names=("name",))
        # It may write each record, and reads some
        cls.writing = cls.create_api_scope(
            "w", api_write=True, names=("comment",), filter_id=False
        )

    def test_otherinfo_asks_for_the_record_too(self):
        partner = {"model": "res.partner", "message_type": "comment"}
        seen, unseen = self.env["mail.message"].create(
            [
                {"body": "seen", "res_id": self.inside[0].id, **partner},
                {"body": SECRET, "res_id": self.outside.id, **partner},
            ]
        )
        messages = self.create_api_scope("m", "mail.message", ("body",), api_read=True)
        token = self.get_token(self.scope, self.partners, messages)
        for opened, closed in ((self.row, self.hidden), (seen, unseen)):
            ids = f"{opened.id},{closed.id}"
            for more in ({}, {"ids": ids}, {"ids": ids, "limit": 5}):
                found = self.bearer("otherinfo", token, model=opened._name, **more)
                self.assertIn(str(opened.id), found.json())
                self.assertNotIn(str(closed.id), found.json())
                self.assertNotIn(SECRET, found.text)
            self.assertEqual(found.headers["X-Total-Count"], "1")
        alone = self.bearer(
            "otherinfo", self.get_token(self.scope), model=ATTACHMENT, ids=ids
        )
        self.assertEqual(alone.json(), {})

    def test_what_is_not_read_is_not_moved_to_where_it_is(self):
        token = self.get_token(self.scope, self.partners, self.writing)
        vals = {"res_model": "res.partner", "res_id": self.inside[0].id}
        moved = self.call(token, "write", ATTACHMENT, ids=self.hidden.ids, vals=vals)
        self.assertEqual(moved.status_code, 404, moved.text)
        self.assertEqual(self.hidden.res_id, self.outside.id)
        vals["res_id"] = self.inside[1].id
        moved = self.call(token, "write", ATTACHMENT, ids=self.row.ids, vals=vals)
        self.assertEqual(moved.status_code, 200, moved.text)

    def test_onchange_computes_no_content_of_another_file(self):
        token = self.get_token(self.scope, self.partners, self.writing)
        for ids in ([], self.row.ids):
            found = self.call(
                token,
                "onchange",
                ATTACHMENT,
                ids=ids,
                values={"store_fname": self.hidden.store_fname},
                field_names=["store_fname"],
                fields_spec={"datas": {}},
            )
            self.assertEqual(found.status_code, 403, found.text)

    def test_onchange_tells_no_name_of_what_is_only_written(self):
        names = ("res_model_id", "res_id", "res_name")
        scope = self.create_api_scope("a", "mail.activity", names, **ALL)
        token = self.get_token(scope, self.partners, self.writing)
        model = self.env["ir.model"]._get_id("res.partner")
        for record, status in ((self.inside[0], 200), (self.outside, 404)):
            found = self.call(
                token,
                "onchange",
                "mail.activity",
                ids=[],
                values={"res_model_id": model, "res_id": record.id},
                field_names=["res_id"],
                fields_spec={"res_name": {}},
            )
            self.assertEqual(found.status_code, status, found.text)

    def test_without_a_limit(self):
        token = self.get_token(self.scope, self.partners)
        for limit in (None, False, 0):
            found = self.call(token, "search_read", ATTACHMENT, domain=[], limit=limit)
            self.assertEqual(self.get_names(found), ["row"], limit)
