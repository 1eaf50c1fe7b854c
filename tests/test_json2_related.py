# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writes of a token that would reach records which its caller does not name."""

from contextlib import suppress
from unittest.mock import patch

from odoo.tests import tagged

from ..json2.write_changes import changed_names
from .common import PIXEL
from .test_json2 import SECRET, Json2Case

WRITES = {"api_read": True, "api_write": True}


class RelatedCase(Json2Case):
    """Scopes with a filter on some records, and refusals that say why."""

    @classmethod
    def create_filtered(cls, code, model, names, records, **values):
        """Return a scope on ``records`` and no others; to write, unless told."""
        own = cls.env["ir.filters"].create(
            {
                "name": code,
                "model_id": model,
                "domain": [("id", "in", records.ids)],
                "user_ids": False,
            }
        )
        values = {**WRITES, **values, "filter_id": own.id, "own_user_only": False}
        return cls.create_api_scope(code, model, names, **values)

    def assert_insufficient(self, response, field, model):
        """Check that it is the 403 that names ``field`` and ``model``."""
        self.assertEqual(response.status_code, 403, response.text)
        answer = response.json()
        self.assertEqual(answer["error"], "insufficient_scope", answer)
        self.assertIn(f" {field} ", answer["error_description"])
        self.assertIn(f" {model} ", answer["error_description"])
        header = response.headers["WWW-Authenticate"]
        self.assertIn('error="insufficient_scope"', header)
        self.assertNotIn(SECRET, response.text + header)
        self.env.invalidate_all()

    def assert_done(self, response):
        self.assertEqual(response.status_code, 200, response.text)
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestJson2Related(RelatedCase):
    """Fields that are taken from another record, or written to one by a method."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["res.bank"].create({"name": "Bank", "bic": "OLDBEBB"})
        cls.account = cls.env["res.partner.bank"].create(
            {
                "acc_number": "123",
                "partner_id": cls.inside[0].id,
                "bank_id": cls.bank.id,
            }
        )

    def test_a_related_field(self):
        names = ("bank_bic", "acc_number")
        scope = self.create_filtered("a", "res.partner.bank", names, self.account)
        token = self.get_token(scope)
        call = ("write", "res.partner.bank")
        vals = {"bank_bic": "NEWBEBB"}
        response = self.call(token, *call, ids=self.account.ids, vals=vals)
        self.assert_insufficient(response, "bank_bic", "res.bank")
        self.assertEqual(self.bank.bic, "OLDBEBB")
        # Nothing would change, or there is nothing to change
        for bank, vals in (
            (self.bank, {"bank_bic": "OLDBEBB", "acc_number": "124"}),
            (self.bank.browse(), {"bank_bic": "NEWBEBB"}),
        ):
            self.account.bank_id = bank
            response = self.call(token, *call, ids=self.account.ids, vals=vals)
            self.assert_done(response)
        self.assertEqual(self.account.acc_number, "124")
        # What it may change anyway
        self.account.bank_id = self.bank
        banks = self.create_filtered("b", "res.bank", ("bic",), self.bank)
        token = self.get_token(scope, banks)
        vals = {"bank_bic": "NEWBEBB"}
        response = self.call(token, *call, ids=self.account.ids, vals=vals)
        self.assert_done(response)
        self.assertEqual(self.bank.bic, "NEWBEBB")

    def test_the_other_record_stays_within_its_filter(self):
        accounts = self.create_filtered(
            "a", "res.partner.bank", ("bank_bic",), self.account
        )
        own = self.env["ir.filters"].create(
            {
                "name": "Old",
                "model_id": "res.bank",
                "domain": "[('bic', '=like', 'OLD%')]",
                "user_ids": False,
            }
        )
        banks = self.create_api_scope(
            "b", "res.bank", ("bic",), filter_id=own.id, **WRITES
        )
        token = self.get_token(accounts, banks)
        call = ("write", "res.partner.bank")
        vals = {"bank_bic": "OLDXXXX"}
        self.assert_done(self.call(token, *call, ids=self.account.ids, vals=vals))
        vals = {"bank_bic": "NEWBEBB"}
        response = self.call(token, *call, ids=self.account.ids, vals=vals)
        self.assert_insufficient(response, "bank_bic", "res.bank")
        self.assertEqual(self.bank.bic, "OLDXXXX")

    def test_default_values_are_not_written_on_a_linked_record(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        company = self.create_api_scope(
            "c", "res.company", ("name", "partner_id"), api_create=True, api_read=True
        )
        contacts = self.create_filtered(
            "p", "res.partner", ("name",), self.outside, api_write=False
        )
        token = self.get_token(company, contacts)
        contact = self.outside
        contact.write({"image_1920": PIXEL, "street": "Old", "email": "o@example.com"})
        before = contact.read(["image_1920", "street", "email", "is_company"])

        def create(*values):
            response = self.call(token, "create", "res.company", vals_list=values)
            self.env.invalidate_all()
            return response

        linking = {"name": contact.name, "partner_id": contact.id}
        fields = self.env["res.company"]._fields
        # What a method writes, nobody knows before
        with patch.object(fields["street"], "default", lambda model: "New"):
            self.assert_insufficient(create(linking), "partner_id", "res.partner")
            self.assert_done(create({"name": "Third"}))
        self.assertEqual(contact.street, "Old")

        # One that the contact belongs to
        def inverse(companies):
            for company in companies:
                company.partner_id.parent_id.sudo().street = "New"

        parent = self.inside[1]
        parent.street, contact.parent_id = "Old", parent
        with (
            patch.object(fields["street"], "default", lambda model: "New"),
            patch.object(type(self.env["res.company"]), "_inverse_street", inverse),
        ):
            self.assert_insufficient(create(linking), "partner_id", "res.partner")
            self.assert_done(create({"name": "Fourth"}))
        self.assertEqual(parent.street, "Old")
        contact.parent_id = False
        # The logo and the e-mail are those of the contact
        with patch.object(fields["email"], "default", lambda model: "n@example.com"):
            response = create(linking, {"name": "Other"})
        self.assert_done(response)
        linked, other = self.env["res.company"].browse(response.json())
        self.assertEqual(linked.partner_id, contact)
        self.assertEqual(
            contact.read(["image_1920", "street", "email", "is_company"]), before
        )
        self.assertEqual(linked.logo.decode(), PIXEL)
        self.assertEqual(linked.email, "o@example.com")
        self.assertTrue(other.logo)
        self.assertEqual(other.email, "n@example.com")

    def test_an_activity_of_another_person(self):
        contact = self.inside[1]
        activity = self.env["mail.activity"].create(
            {
                "res_id": contact.id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "summary": "Call",
                "user_id": self.env.ref("base.user_admin").id,
            }
        )
        names = ("name", "activity_summary")
        scope = self.create_filtered("p", "res.partner", names, contact)
        token = self.get_token(scope)
        response = self.call(
            token, "write", ids=contact.ids, vals={"activity_summary": "x"}
        )
        self.assert_insufficient(response, "activity_summary", "mail.activity")
        self.assertEqual(activity.summary, "Call")

    def test_followers_are_parts_of_a_record(self):
        contact = self.inside[1]
        names = ("name", "message_partner_ids")
        scope = self.create_filtered("p", "res.partner", names, self.inside)
        token = self.get_token(scope)
        for command in ([4, self.inside[0].id], [3, self.inside[0].id]):
            response = self.call(
                token,
                "write",
                ids=contact.ids,
                vals={"message_partner_ids": [command]},
            )
            self.assert_done(response)
            self.assertEqual(
                self.inside[0] in contact.message_partner_ids, command[0] == 4
            )

    def test_attachments_are_parts_of_a_record(self):
        scope = self.create_api_scope(names=("name", "ref", "image_1920"), **WRITES)
        token = self.get_token(scope)
        for image in (PIXEL, False):
            response = self.call(
                token, "write", ids=self.inside.ids, vals={"image_1920": image}
            )
            self.assert_done(response)
            self.assertEqual(
                [bool(one.image_128) for one in self.inside], [bool(image)] * 2
            )

    def test_code_that_catches_the_refusal(self):
        """Nothing is kept of what was done before and after."""
        self.user.group_ids |= self.env.ref("base.group_system")
        company = self.user.company_id
        company.write({"street": "Before", "city": "Before"})
        model_class = type(company)

        def inverse(records, inverse=model_class._inverse_street):
            with suppress(Exception):
                inverse(records)

        names = ("street", "report_footer")
        scope = self.create_filtered("c", "res.company", names, company)
        token = self.get_token(scope)
        with patch.object(model_class, "_inverse_street", inverse):
            response = self.call(
                token,
                "write",
                "res.company",
                ids=company.ids,
                vals={"street": "After", "report_footer": "<p>After</p>"},
            )
        self.assert_insufficient(response, "street", "res.partner")
        self.assertEqual(company.street, "Before")
        self.assertNotIn("After", company.report_footer or "")

    def test_work_that_is_put_off_to_the_commit(self):
        contact, other = self.inside
        model_class = type(contact)
        done = []

        def inverse(records):
            bank = self.bank.with_env(records.env).sudo()

            def later():
                done.append(True)
                if records.company_type == "company":
                    bank.bic = "NEWBEBB"

            records.env.cr.precommit.add(later)

        scope = self.create_filtered("p", "res.partner", ("company_type",), other)
        token = self.get_token(scope)
        with patch.object(model_class, "_write_company_type", inverse):
            call = {"ids": other.ids, "vals": {"company_type": "company"}}
            response = self.call(token, "write", **call)
            self.assert_insufficient(response, "company_type", "res.bank")
            self.assertEqual((self.bank.bic, done), ("OLDBEBB", [True]))
            call["vals"]["company_type"] = "person"
            self.assert_done(self.call(token, "write", **call))
        self.assertEqual(len(done), 2)

    def test_work_that_is_put_off_after_a_savepoint(self):
        """A savepoint runs what is queued, and failing, drops it."""
        contact, bank = self.inside[1], self.bank

        def put_off(records, is_failing=False):
            own = bank.with_env(records.env).sudo()
            precommit = records.env.cr.precommit
            precommit.add(lambda: None)
            with suppress(ZeroDivisionError), records.env.cr.savepoint():
                precommit.add(lambda: None)
                if is_failing:
                    raise ZeroDivisionError
            precommit.add(lambda: own.write({"bic": "NEWBEBB"}))

        def before_it(records):
            own = bank.with_env(records.env).sudo()
            records.env.cr.precommit.add(lambda: own.write({"bic": "NEWBEBB"}))
            with records.env.cr.savepoint():
                pass

        names = ("company_type", "email")
        token = self.get_token(self.create_filtered("p", "res.partner", names, contact))
        for inverse in (
            put_off,
            lambda records: put_off(records, True),
            before_it,
        ):
            with patch.object(type(contact), "_write_company_type", inverse):
                # The address is tracked: the queue is not empty when the ORM writes
                response = self.call(
                    token,
                    "write",
                    ids=contact.ids,
                    vals={"email": "new@example.com", "company_type": "company"},
                )
            self.assert_insufficient(response, "company_type", "res.bank")
            self.assertEqual(bank.bic, "OLDBEBB")

    def test_work_that_is_put_off_finds_all_computed(self):
        """As at the commit: mail would log what is still computed as a change."""
        contact, found = self.inside[1], []

        def inverse(records):
            pending = records.env.transaction.tocompute
            records.env.cr.precommit.add(lambda: found.append(any(pending.values())))

        names = ("company_type", "name")
        token = self.get_token(self.create_filtered("p", "res.partner", names, contact))
        with patch.object(type(contact), "_write_company_type", inverse):
            vals = {"name": "New", "company_type": "company"}
            self.assert_done(self.call(token, "write", ids=contact.ids, vals=vals))
        self.assertEqual(found, [False])

    def test_deleting_through_a_field(self):
        """An inverse method that deletes is limited like one that writes."""
        contact, other = self.inside
        model_class = type(contact)
        contact.message_subscribe(other.ids)
        follower = contact.message_follower_ids

        def inverse(records):
            records.env["mail.followers"].sudo().browse(follower.ids).unlink()

        for record, is_part in ((other, False), (contact, True)):
            names = ("name", "company_type")
            scope = self.create_filtered(f"p{record.id}", "res.partner", names, record)
            token = self.get_token(scope)
            with patch.object(model_class, "_write_company_type", inverse):
                response = self.call(
                    token, "write", ids=record.ids, vals={"company_type": "company"}
                )
            if is_part:
                self.assert_done(response)
            else:
                self.assert_insufficient(response, "company_type", "mail.followers")
            self.assertEqual(bool(follower.exists()), not is_part)

    def test_what_a_method_writes_as_another_person(self):
        """With any user, and through links in both directions."""
        contact, other = self.inside
        model_class = type(contact)
        tag = self.env["res.partner.category"].create({"name": "Tag"})
        admin = self.env.ref("base.user_admin")

        def as_superuser(records):
            other.with_env(records.env).sudo().name = "x"

        def as_somebody(records):
            other.with_env(records.env).with_user(admin).write({"name": "x"})

        def as_list(records):
            other.with_env(records.env).sudo().child_ids = [(0, 0, {"name": "x"})]

        def as_new_line(records):
            records.sudo().category_id = [(0, 0, {"name": "x"})]

        def as_changed_line(records):
            records.sudo().category_id = [(1, tag.id, {"name": "x"})]

        def as_other_link(records):
            tag.with_env(records.env).sudo().partner_ids = [(4, records.id)]

        def by_name(records):
            records.env["res.partner"].sudo().name_create("x")

        def by_copy(records):
            other.with_env(records.env).sudo().copy({"name": "x"})

        def by_archiving(records):
            other.with_env(records.env).sudo().action_archive()

        scope = self.create_filtered("p", "res.partner", ("company_type",), contact)
        token = self.get_token(scope)
        for inverse in (
            as_superuser,
            as_somebody,
            as_list,
            as_new_line,
            as_changed_line,
            as_other_link,
            by_copy,
            by_archiving,
        ):
            with (
                self.subTest(inverse=inverse.__name__),
                patch.object(model_class, "_write_company_type", inverse),
            ):
                response = self.call(
                    token, "write", ids=contact.ids, vals={"company_type": "company"}
                )
                self.assertEqual(response.status_code, 403, response.text)
                self.assertIn("company_type", response.json()["error_description"])
                self.env.invalidate_all()
                self.assertFalse(self.Partner.search([("name", "=", "x")]))
                self.assertEqual((tag.name, other.active), ("Tag", True))
                self.assertFalse(tag.partner_ids)

        def by_creation(records):
            records.env["res.partner"].sudo().create({"name": "x"})

        for inverse in (by_creation, by_name):
            with patch.object(model_class, "_write_company_type", inverse):
                response = self.call(
                    token, "write", ids=contact.ids, vals={"company_type": "company"}
                )
            self.assert_insufficient(response, "company_type", "res.partner")
            self.assertFalse(self.Partner.search([("name", "=", "x")]))

    def test_what_is_computed_from_it_follows(self):
        child = self.Partner.create({"name": "Child", "parent_id": self.inside[1].id})
        token = self.get_token(self.create_api_scope(**WRITES))
        response = self.call(
            token, "write", ids=self.inside[1].ids, vals={"name": "Parent"}
        )
        self.assert_done(response)
        self.assertIn("Parent", child.complete_name)


@tagged("post_install", "-at_install")
class TestWriteEqual(RelatedCase):
    def test_every_form_of_an_empty_list(self):
        """Odoo takes each for the command to clear the list."""
        contact = self.inside[0]
        tags = self.env["res.partner.category"].create({"name": "Tag"})
        for value in (None, False, (), tags.browse(), [(5,)], [(6, 0, [])]):
            contact.category_id = tags
            with self.subTest(value=value):
                self.assertEqual(
                    changed_names(contact, {"category_id": value}), {"category_id"}
                )
                contact.write({"category_id": value})
                self.assertFalse(contact.category_id)
        for value in (None, False, [], [(5,)], [(3, tags.id)]):
            self.assertFalse(changed_names(contact, {"category_id": value}))
