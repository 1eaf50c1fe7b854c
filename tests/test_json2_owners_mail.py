# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Messages and activities: the record that they belong to has to be open as well."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_json2 import SECRET
from .test_json2_owners import ALL, ATTACHMENT, OwnersCase

MESSAGE = "mail.message"
ACTIVITY = "mail.activity"


@tagged("post_install", "-at_install")
class TestJson2OwnersMail(OwnersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.create_api_scope(
            api_read=True, names=("name", "message_ids", "activity_ids")
        )
        cls.writing = cls.create_api_scope("w", api_write=True, names=("name",))
        names = ("body", "subject", "model", "res_id", "attachment_ids", "author_id")
        cls.messages = cls.create_api_scope("m", MESSAGE, names, **ALL)
        names = ("summary", "res_model", "res_id", "res_model_id", "note", "user_id")
        cls.activities = cls.create_api_scope("a", ACTIVITY, names, **ALL)
        cls.own = cls.user.partner_id
        cls.env[MESSAGE].search(
            [("res_id", "in", (cls.inside + cls.outside).ids)]
        ).unlink()
        cls.message = cls.tell("inside", cls.inside[0])
        cls.theirs = [
            cls.tell(SECRET, cls.outside, author_id=cls.own.id),
            cls.tell(SECRET, cls.outside, partner_ids=[Command.set(cls.own.ids)]),
            cls.tell(SECRET, partner_ids=[Command.set(cls.own.ids)]),
            cls.tell(SECRET, author_id=cls.own.id),
        ]
        cls.notify(cls.theirs[1])
        cls.activity = cls.plan("inside", cls.inside[0])
        cls.assigned = [
            cls.plan(SECRET, cls.outside, user_id=cls.user.id),
            cls.plan(SECRET, user_id=cls.user.id),
        ]
        cls.private = cls.plan("own", user_id=cls.user.id)
        cls.set_creator(cls.private, cls.user)
        cls.note = cls.tell("own", author_id=cls.own.id)
        cls.set_creator(cls.note, cls.user)

    @classmethod
    def set_creator(cls, row, user):
        row.flush_recordset()
        query = f"UPDATE {row._table} SET create_uid = %s WHERE id = %s"
        cls.env.cr.execute(query, [user.id, row.id])
        row.invalidate_recordset()

    @classmethod
    def tell(cls, subject, record=None, **values):
        values = {
            "subject": subject,
            "body": subject,
            "message_type": "comment",
        } | values
        values.setdefault("author_id", cls.env.ref("base.partner_root").id)
        if record:
            values |= {"model": record._name, "res_id": record.id}
        return cls.env[MESSAGE].create(values)

    @classmethod
    def notify(cls, message):
        cls.env["mail.notification"].create(
            {
                "mail_message_id": message.id,
                "res_partner_id": cls.own.id,
                "notification_type": "inbox",
            }
        )

    @classmethod
    def plan(cls, summary, record=None, **values):
        values = {"summary": summary, **values}
        values.setdefault("user_id", cls.env.ref("base.user_admin").id)
        if record:
            values["res_model_id"] = cls.env["ir.model"]._get(record._name).id
            values["res_id"] = record.id
        quick = cls.env[ACTIVITY].with_context(mail_activity_quick_update=True)
        return quick.create(values)

    def test_searching_finds_only_those_of_open_records(self):
        token = self.get_token(self.messages, self.activities, self.partners)
        for model, name, hidden in (
            (MESSAGE, "subject", self.theirs),
            (ACTIVITY, "summary", self.assigned),
        ):
            mine = [["create_uid", "=", self.user.id]]
            self.assertTrue(self.env[model].with_user(self.user).search(mine))
            for domain in (
                [[name, "in", ["inside", "own", SECRET]]],
                [["res_id", "in", [self.inside[0].id, self.outside.id, False, 0]]],
            ):
                found = self.call(token, "search_read", model, domain=domain)
                self.assertEqual(self.get_names(found, name), ["inside", "own"])
                count = self.call(token, "search_count", model, domain=domain)
                self.assertEqual(count.json(), 2)
                page = self.call(token, "search", model, domain=domain, limit=2)
                self.assertEqual(len(page.json()), 2)
                groups = self.call(
                    token,
                    "formatted_read_group",
                    model,
                    domain=domain,
                    groupby=[name],
                    aggregates=["__count"],
                )
                self.assertEqual(self.get_names(groups, name), ["inside", "own"])
            for one in hidden:
                self.assertTrue(one.with_user(self.user).has_access("read"))
                found = self.call(token, "read", model, ids=one.ids, fields=[name])
                self.assertEqual(found.status_code, 404, found.text)
        token = self.get_token(self.messages, self.activities)
        for model in (MESSAGE, ACTIVITY):
            found = self.call(token, "search_count", model, domain=[])
            self.assertEqual(found.json(), 1)

    def test_odoo_decides_as_well(self):
        told = self.tell("told", self.inside[0], message_type="user_notification")
        token = self.get_token(self.messages, self.partners)
        domain = [["res_id", "=", self.inside[0].id]]
        found = self.call(token, "search_read", MESSAGE, domain=domain)
        self.assertEqual(self.get_names(found, "subject"), ["inside"])
        found = self.call(token, "read", MESSAGE, ids=told.ids)
        self.assertEqual(found.status_code, 404)

    def test_paths_through_the_lists_of_a_record(self):
        token = self.get_token(self.messages, self.activities, self.partners)
        self.inside[1].message_post(body="second", author_id=self.own.id)
        rows = self.call(
            token, "read", ids=self.inside.ids, fields=["message_ids", "activity_ids"]
        ).json()
        self.assertEqual(rows[0]["message_ids"], self.message.ids)
        self.assertEqual(rows[0]["activity_ids"], self.activity.ids)
        specification = {"message_ids": {"fields": {"subject": {}}}}
        rows = self.call(
            token, "web_read", ids=self.inside[0].ids, specification=specification
        ).json()
        self.assertEqual(
            rows[0]["message_ids"], [{"id": self.message.id, "subject": "inside"}]
        )
        for domain, expected in (
            ([["message_ids.subject", "=", "inside"]], self.inside[0]),
            ([["message_ids", "any", [["subject", "=", "inside"]]]], self.inside[0]),
            ([["activity_ids.summary", "=", "inside"]], self.inside[0]),
            ([["message_ids.subject", "=", SECRET]], self.inside[:0]),
            ([["activity_ids.summary", "=", SECRET]], self.inside[:0]),
        ):
            found = self.call(token, "search", domain=domain)
            self.assertEqual(found.json(), expected.ids, (domain, found.text))
        # A consent to contacts does not open what is said about them
        token = self.get_token(self.partners)
        rows = self.call(
            token,
            "read",
            ids=self.inside[0].ids,
            fields=["message_ids", "activity_ids"],
        ).json()
        self.assertEqual((rows[0]["message_ids"], rows[0]["activity_ids"]), ([], []))
        for name in ("message_ids.subject", "activity_ids.summary"):
            found = self.call(token, "search", domain=[[name, "=", "inside"]])
            self.assertEqual(found.status_code, 403)

    def test_writing_needs_a_record_that_may_be_written(self):
        if "account.move" in self.env:
            # Odoo looks at its audit trail with the rights of the user
            self.user.group_ids |= self.env.ref("account.group_account_readonly")
        scopes = (self.messages, self.activities, self.partners)
        reader, writer = self.get_token(*scopes), self.get_token(*scopes, self.writing)
        for token, row, name, status in (
            (reader, self.message, "body", 404),
            (reader, self.activity, "summary", 404),
            *((writer, one, "body", 404) for one in self.theirs),
            *((writer, one, "summary", 404) for one in self.assigned),
            (writer, self.message, "body", 200),
            (writer, self.activity, "summary", 200),
            (reader, self.private, "summary", 200),
        ):
            for method, arguments in (
                ("write", {"vals": {name: "new"}}),
                ("unlink", {}),
            ):
                answer = self.call(token, method, row._name, ids=row.ids, **arguments)
                self.assertEqual(answer.status_code, status, (row, answer.text))
            self.env.invalidate_all()
            self.assertEqual(bool(row.exists()), status == 404)

    def test_a_filter_of_the_scope_holds_where_odoo_looks_at_the_record_alone(self):
        own = self.env["ir.filters"].create(
            {
                "name": "No such",
                "model_id": ACTIVITY,
                "domain": [("summary", "=", "other")],
                "user_ids": False,
            }
        )
        narrow = self.create_api_scope(
            "n", ACTIVITY, ("summary",), filter_id=own.id, **ALL
        )
        token = self.get_token(narrow, self.partners, self.writing)
        for method, arguments in (
            ("read", {}),
            ("write", {"vals": {"summary": "other"}}),
            ("unlink", {}),
        ):
            answer = self.call(
                token, method, ACTIVITY, ids=self.activity.ids, **arguments
            )
            self.assertEqual(answer.status_code, 404, (method, answer.text))
        self.activity.summary = "other"
        vals = {"summary": "left"}
        answer = self.call(token, "write", ACTIVITY, ids=self.activity.ids, vals=vals)
        self.assertEqual(answer.status_code, 403)

    def test_creating_needs_a_record_that_may_be_written(self):
        scopes = (self.messages, self.activities, self.partners)
        reader, writer = self.get_token(*scopes), self.get_token(*scopes, self.writing)
        number = self.env["ir.model"]._get("res.partner").id
        banks = self.env["ir.model"]._get("res.bank").id
        for model, link, partner, bank, text in (
            (MESSAGE, "model", "res.partner", "res.bank", "body"),
            (ACTIVITY, "res_model_id", number, banks, "summary"),
        ):
            for token, values, status in (
                (reader, {link: partner, "res_id": self.inside[0].id}, 403),
                (writer, {link: partner, "res_id": self.outside.id}, 404),
                (writer, {link: bank, "res_id": 1}, 403),
                (writer, {link: 10**6 if model == ACTIVITY else "x", "res_id": 1}, 403),
                (writer, {link: [partner], "res_id": 1}, 422),
                (writer, {link: partner}, 422),
                (writer, {"res_id": self.inside[0].id}, 422),
                (writer, {link: partner, "res_id": self.inside[0].id}, 200),
            ):
                values = {text: "made", **values}
                answer = self.call(token, "create", model, vals_list=[values])
                self.assertEqual(answer.status_code, status, (values, answer.text))
            made = self.env[model].browse(answer.json())
            self.assertEqual(made.res_id, self.inside[0].id)
            found = self.env[model].search_count([(text, "ilike", "made")])
            self.assertEqual(found, 1)
        vals = {"user_id": self.user.id, "summary": "mine"}
        answer = self.call(reader, "create", ACTIVITY, vals_list=[vals])
        self.assertEqual(answer.status_code, 200, answer.text)

    def test_the_attachments_of_a_message(self):
        attachments = self.create_api_scope(
            "f", ATTACHMENT, ("name", "datas", "res_model", "res_id"), **ALL
        )
        row = self.create_row("row", self.inside[0])
        hidden = self.create_row(SECRET, self.outside)
        self.message.attachment_ids = row + hidden
        scopes = (self.messages, self.partners, self.writing)
        token = self.get_token(*scopes, attachments)
        names = ["attachment_ids"]
        rows = self.call(token, "read", MESSAGE, ids=self.message.ids, fields=names)
        self.assertEqual(rows.json()[0]["attachment_ids"], row.ids)
        closed = self.get_token(*scopes)
        rows = self.call(closed, "read", MESSAGE, ids=self.message.ids, fields=names)
        self.assertEqual(rows.json()[0]["attachment_ids"], [])
        spec = {"attachment_ids": {"fields": {"name": {}}}}
        rows = self.call(
            token, "web_read", MESSAGE, ids=self.message.ids, specification=spec
        )
        self.assertEqual(
            [one["name"] for one in rows.json()[0]["attachment_ids"]], ["row"]
        )
        for domain, expected in (
            ([["attachment_ids.name", "=", "row"]], self.message.ids),
            ([["attachment_ids.name", "=", SECRET]], []),
        ):
            found = self.call(token, "search", MESSAGE, domain=domain)
            self.assertEqual(found.json(), expected, found.text)
        inside = {"res_model": "res.partner", "res_id": self.inside[0].id}
        outside = {**inside, "res_id": self.outside.id}
        for command, status in (
            ([4, hidden.id], 404),
            ([0, 0, {"name": "made", "datas": "bmV3", **outside}], 404),
            ([1, hidden.id, {"name": "made"}], 404),
            ([2, hidden.id], 404),
            ([0, 0, {"name": "made", "datas": "bmV3", **inside}], 200),
        ):
            vals = {"attachment_ids": [command]}
            answer = self.call(token, "write", MESSAGE, ids=self.message.ids, vals=vals)
            self.assertEqual(answer.status_code, status, (command, answer.text))
        self.env.invalidate_all()
        self.assertEqual(hidden.name, SECRET)
        made = self.env[ATTACHMENT].search([("name", "=", "made")])
        self.assertEqual(made.res_id, self.inside[0].id)

    def test_attachments_that_belong_to_messages_and_activities(self):
        names = ("name", "res_model", "res_id")
        attachments = self.create_api_scope("f", ATTACHMENT, names, **ALL)
        rows = [
            self.create_row(record._name, record)
            for record in (self.message, self.activity)
        ]
        hidden = [self.create_row(SECRET, one) for one in self.theirs + self.assigned]
        scopes = (attachments, self.partners, self.messages)
        for given, expected in (
            ((*scopes, self.activities), [ACTIVITY, MESSAGE]),
            (scopes, [MESSAGE]),
            (scopes[:2], []),
            ((attachments, self.messages), []),
        ):
            token = self.get_token(*given)
            for domain in ([], [["res_model", "in", [ACTIVITY, MESSAGE]]]):
                found = self.call(token, "search_read", ATTACHMENT, domain=domain)
                self.assertEqual(self.get_names(found), expected)
            for row in (*rows, *hidden):
                found = self.call(token, "read", ATTACHMENT, ids=row.ids)
                status = 200 if row.name in expected else 404
                self.assertEqual(found.status_code, status, found.text)

    def test_odoo_goes_on_to_write_messages_by_itself(self):
        token = self.get_token(
            self.create_api_scope("c", api_create=True, api_read=True)
        )
        answer = self.call(token, "create", vals_list=[{"name": "New"}])
        self.assertEqual(answer.status_code, 403, answer.text)
        everywhere = self.create_api_scope(
            "cc", api_create=True, api_read=True, filter_id=False
        )
        token = self.get_token(everywhere)
        answer = self.call(token, "create", vals_list=[{"name": "New"}])
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertTrue(self.Partner.browse(answer.json()).message_ids)
