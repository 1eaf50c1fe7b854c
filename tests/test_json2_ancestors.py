# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writes on records that are made of one that is made of another one (``_inherits``).

Odoo's own applications have no such model; those of others do: a student that is made
of an account, which is made of a contact.
"""

from odoo import fields, models
from odoo.fields import Command
from odoo.orm.model_classes import add_to_registry
from odoo.tests import new_test_user, tagged

from .test_json2_related import WRITES, RelatedCase

EVIL = "evil@example.com"


class Student(models.Model):
    _name = "oauth.test.student"
    _description = "Student"
    _inherits = {"res.users": "user_id"}
    _module = None

    user_id = fields.Many2one("res.users", required=True, ondelete="cascade")
    other_id = fields.Many2one("res.partner")
    contact_id = fields.Many2one(
        string="Person", related="user_id.partner_id", readonly=False
    )
    number = fields.Char(
        string="Number", related="user_id.partner_id.ref", readonly=False
    )
    address = fields.Char(string="Address", related="partner_id.email", readonly=False)
    other_email = fields.Char(
        string="Other Address", related="other_id.email", readonly=False
    )
    nickname = fields.Char(
        compute="_compute_nickname", inverse="_inverse_nickname", store=False
    )

    def _compute_nickname(self):
        for one in self:
            one.nickname = one.user_id.partner_id.ref

    def _inverse_nickname(self):
        for one in self:
            one.user_id.partner_id.ref = one.nickname


class Member(models.Model):
    _name = "oauth.test.member"
    _description = "Member"
    _inherits = {"res.partner": "partner_id"}
    _module = None

    partner_id = fields.Many2one("res.partner", required=True, ondelete="cascade")
    invoice_email = fields.Char(
        string="Invoice Address", related="commercial_partner_id.email", readonly=False
    )


class Guest(models.Model):
    _name = "oauth.test.guest"
    _description = "Guest"
    _inherits = {"oauth.test.member": "member_id"}
    _module = None

    member_id = fields.Many2one("oauth.test.member", required=True, ondelete="cascade")


def make_models(case, *definitions):
    """Make models that exist for the tests of one class, or for one test, only.

    They belong to no module: they would be those of each database that is loaded later.

    :param case: the class, or the test
    :param definitions: classes of the models
    """
    env, registry = case.env, case.env.registry
    names = [one._name for one in definitions]
    parents = {name for one in definitions for name in one._inherits} - set(names)

    def forget():
        for name in names:
            del registry[name]
        for name in parents:
            registry[name]._inherits_children.difference_update(names)

    is_class = isinstance(case, type)
    (case.addClassCleanup if is_class else case.addCleanup)(forget)
    for one in definitions:
        add_to_registry(registry, one)
    registry._setup_models__(env.cr, [*names, *parents])
    registry.init_models(env.cr, names, {"module": "oauth_provider"})
    for name in names:
        env["ir.model.access"].create(
            {
                "name": name,
                "model_id": env["ir.model"]._get_id(name),
                "group_id": env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
                "perm_create": True,
            }
        )


class AncestorsCase(RelatedCase):
    """Models that are made of accounts, of contacts, and of such a one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        env = cls.env
        make_models(cls, Student, Member, Guest)
        cls.user.group_ids |= env.ref("base.group_erp_manager")
        cls.victim = env["res.partner"].create({"name": "V", "email": "v@example.com"})
        cls.reading = cls.create_api_scope(
            "rp", names=("name",), api_read=True, filter_id=False
        ) | cls.create_api_scope(
            "ru", "res.users", ("login",), api_read=True, own_user_only=False
        )

    def change(self, token, record, **vals):
        return self.call(token, "write", record._name, ids=record.ids, vals=vals)


@tagged("post_install", "-at_install")
class TestJson2Ancestors(AncestorsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pupil = new_test_user(cls.env, "pupil", name="P", email="p@example.com")
        cls.contact = cls.pupil.partner_id
        cls.student = cls.env["oauth.test.student"].create({"user_id": cls.pupil.id})
        cls.teacher = new_test_user(cls.env, "teacher", name="T", email="t@example.com")

    def get_student_token(self, *names, **values):
        model = "oauth.test.student"
        scope = self.create_filtered("s", model, names, self.student, **values)
        return self.get_token(scope, *self.reading)

    def test_what_it_is_made_of_is_written(self):
        names = ("email", "address", "number", "nickname", "login")
        token = self.get_student_token(*names)
        for vals in (
            {"email": "a@example.com"},
            {"address": "b@example.com"},
            {"number": "N"},
            {"nickname": "K", "login": "new"},
            # As it is
            {"email": "b@example.com"},
        ):
            self.assert_done(self.change(token, self.student, **vals))
        self.assertEqual(self.contact.email, "b@example.com")
        self.assertEqual((self.contact.ref, self.pupil.login), ("K", "new"))

    def test_contact_of_its_account(self):
        """The link is inherited itself, or a field that is related to it."""
        names = ("email", "partner_id", "contact_id")
        for values in ({}, {"api_write_related": True}):
            token = self.get_student_token(*names, **values)
            for name in ("partner_id", "contact_id"):
                response = self.change(token, self.student, **{name: self.victim.id})
                self.assert_insufficient(response, name, "res.partner")
                self.assertEqual(self.pupil.partner_id, self.contact)
                # That it has already
                response = self.change(token, self.student, **{name: self.contact.id})
                self.assert_done(response)
            self.scopes("s").unlink()

    def test_contact_that_an_override_writes_first(self):
        """Before the ORM would, where no guard asks."""
        model = self.registry["oauth.test.student"]
        original = model.write

        def write(records, vals):
            if "partner_id" in vals:
                records.user_id.write({"partner_id": vals["partner_id"]})
            return original(records, vals)

        self.patch(model, "write", write)
        token = self.get_student_token("email", "partner_id")
        response = self.change(token, self.student, partner_id=self.victim.id)
        self.assert_insufficient(response, "partner_id", "res.partner")
        self.assertEqual(self.pupil.partner_id, self.contact)

    def test_contact_that_the_token_may_write(self):
        contacts = self.create_filtered("c", "res.partner", ("email",), self.victim)
        self.reading |= contacts
        token = self.get_student_token("email", "partner_id")
        vals = {"partner_id": self.victim.id}
        self.assert_done(self.change(token, self.student, **vals))
        self.assertEqual(self.pupil.partner_id, self.victim)

    def test_account(self):
        """By whichever path a field leads to its contact."""
        for name in ("address", "number", "nickname", "other_email"):
            token = self.get_student_token(name, "user_id", "other_id")
            for user in (self.env.ref("base.user_admin"), self.teacher):
                before = user.email, user.partner_id.ref
                self.change(token, self.student, other_id=user.partner_id.id)
                response = self.change(token, self.student, user_id=user.id)
                self.assert_insufficient(response, "user_id", "res.users")
                self.change(token, self.student, **{name: EVIL})
                self.env.invalidate_all()
                self.assertEqual((user.email, user.partner_id.ref), before)
            self.scopes("s").unlink()

    def test_account_whose_contact_the_token_may_write(self):
        """An address is that of the contact: either scope opens it."""
        contact = self.teacher.partner_id
        for model, record in (("res.partner", contact), ("res.users", self.teacher)):
            scope = self.create_filtered("x", model, ("email",), record)
            own = self.create_filtered(
                "s", "oauth.test.student", ("email", "user_id"), self.student
            )
            token = self.get_token(scope, own, *self.reading)
            vals = {"user_id": self.teacher.id}
            self.assert_done(self.change(token, self.student, **vals))
            self.student.user_id = self.pupil
            (scope | own).unlink()

    def test_new_student(self):
        values = {"api_create": True, "api_read": True, "own_user_only": False}
        names = ("name", "login", "partner_id", "contact_id", "email")
        scope = self.create_api_scope("n", "oauth.test.student", names, **values)
        token = self.get_token(scope, *self.reading)
        for name in ("partner_id", "contact_id"):
            vals = {"login": "new", "name": "V", name: self.victim.id}
            response = self.call(
                token, "create", "oauth.test.student", vals_list=[vals]
            )
            # Modules let a new account write further records
            self.assertEqual(response.status_code, 403, response.text)
            said = response.json()["error_description"]
            self.assertIn(f"Writing the field {name} changes records of", said)
            self.env.invalidate_all()
            self.assertFalse(self.victim.user_ids)

    def test_link_and_field_by_scopes_of_two_models(self):
        """By two tokens of one client too."""
        accounts = self.create_filtered("a", "res.users", ("partner_id",), self.pupil)
        students = self.create_filtered(
            "s", "oauth.test.student", ("email",), self.student
        )
        both = accounts | students | self.reading
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set(both.ids)],
            user_id=self.user.id,
        )
        for scope in ("a s rp ru", "a rp ru"):
            data = {"grant_type": "client_credentials", "scope": scope}
            token = self.post("token", data, client, secret).json()["access_token"]
            response = self.change(token, self.pupil, partner_id=self.victim.id)
            self.assert_insufficient(response, "partner_id", "res.partner")
            self.assertEqual(self.pupil.partner_id, self.contact)
        # Without a field of the contact, the link opens nothing
        client.scope_ids -= students
        response = self.change(token, self.pupil, partner_id=self.victim.id)
        self.assert_done(response)


@tagged("post_install", "-at_install")
class TestJson2AncestorsByPath(AncestorsCase):
    def test_path_that_begins_with_an_inherited_link(self):
        member = self.env["oauth.test.member"].create({"name": "M"})
        names = ("partner_id", "invoice_email")
        scope = self.create_filtered("s", "oauth.test.member", names, member)
        token = self.get_token(scope, *self.reading)
        contact = member.partner_id
        self.assert_done(self.change(token, member, invoice_email="m@example.com"))
        self.assertEqual(contact.email, "m@example.com")
        response = self.change(token, member, partner_id=self.victim.id)
        self.assert_insufficient(response, "partner_id", "res.partner")
        self.assertEqual(member.partner_id, contact)
        contacts = self.create_api_scope("c", names=("email",), **WRITES)
        contacts.filter_id = False
        token = self.get_token(scope, contacts, *self.reading)
        self.assert_done(self.change(token, member, partner_id=self.victim.id))
        self.assertEqual(member.partner_id, self.victim)

    def test_new_records_with_all_that_they_are_made_of(self):
        values = {"api_create": True, "api_write": True, "api_read": True}
        names = ("name", "email", "partner_id")
        scope = self.create_api_scope(
            "g", "oauth.test.guest", names, own_user_only=False, **values
        )
        token = self.get_token(scope, *self.reading)
        call = (token, "create", "oauth.test.guest")
        for vals in (
            {"name": "New", "partner_id": self.victim.id},
            {"partner_id": self.victim.id},
        ):
            response = self.call(*call, vals_list=[vals])
            self.assert_insufficient(response, "partner_id", "res.partner")
        self.assertFalse(self.env["oauth.test.member"].search([]))
        vals = {"name": "New", "email": "n@example.com"}
        response = self.call(*call, vals_list=[vals])
        self.assert_done(response)
        guest = self.env["oauth.test.guest"].browse(response.json())
        self.assertEqual(guest.member_id.partner_id.email, "n@example.com")
        self.assert_done(self.change(token, guest, email="m@example.com"))
        self.assertEqual(guest.member_id.partner_id.email, "m@example.com")
        response = self.change(token, guest, partner_id=self.victim.id)
        self.assert_insufficient(response, "partner_id", "res.partner")
