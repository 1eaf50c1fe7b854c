# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Writes on records that are made of another one (``_inherits``)."""

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import PIXEL
from .test_json2_related import WRITES, RelatedCase


@tagged("post_install", "-at_install")
class TestJson2Parents(RelatedCase):
    """Records that are made of another one (``_inherits``)."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_erp_manager")
        cls.mine = new_test_user(cls.env, "mine", name="Mine")
        cls.twin = new_test_user(cls.env, "twin", name="Twin")
        cls.twin.partner_id = cls.mine.partner_id

    def test_a_parent_of_others_is_not_written(self):
        scope = self.create_filtered("u", "res.users", ("name",), self.mine)
        token = self.get_token(scope)
        vals = {"name": "Renamed"}
        for active in (True, False):
            self.twin.active = active
            response = self.call(
                token, "write", "res.users", ids=self.mine.ids, vals=vals
            )
            self.assert_insufficient(response, "name", "res.partner")
            self.assertEqual(self.mine.name, "Mine")

    def test_a_parent_of_own_records_is_written(self):
        users = self.mine | self.twin
        scope = self.create_filtered("u", "res.users", ("name",), users)
        token = self.get_token(scope)
        for ids, name in ((self.mine.ids, "One"), (users.ids, "Both")):
            vals = {"name": name}
            response = self.call(token, "write", "res.users", ids=ids, vals=vals)
            self.assert_done(response)
            self.assertEqual(self.mine.partner_id.name, name)

    def test_creating_below_a_parent_of_others(self):
        names = ("name", "login", "partner_id")
        users = self.create_api_scope(
            "u",
            "res.users",
            names,
            api_create=True,
            api_read=True,
            own_user_only=False,
        )
        partners = self.create_api_scope("p", names=("name",), api_read=True)
        token = self.get_token(users, partners)
        for vals in (
            {"login": "new", "name": "New", "partner_id": self.inside[1].id},
            {"login": "new", "partner_id": self.inside[1].id},
        ):
            response = self.call(token, "create", "res.users", vals_list=[vals])
            self.assert_insufficient(response, "partner_id", "res.partner")
            self.assertEqual(self.inside[1].name, "Inside 1")
        vals = [{"login": f"new{n}", "name": f"New {n}"} for n in range(2)]
        response = self.call(token, "create", "res.users", vals_list=vals)
        self.assert_done(response)
        made = self.env["res.users"].browse(response.json())
        self.assertEqual(made.mapped("partner_id.name"), ["New 0", "New 1"])

    def test_company(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        company = self.user.company_id
        company.street = "Before"
        scope = self.create_filtered("c", "res.company", ("street",), company)
        token = self.get_token(scope)
        vals = {"street": "After"}
        response = self.call(token, "write", "res.company", ids=company.ids, vals=vals)
        self.assert_insufficient(response, "street", "res.partner")
        self.assertEqual(company.partner_id.street, "Before")
        response = self.call(
            token, "write", "res.company", ids=company.ids, vals={"street": "Before"}
        )
        self.assert_done(response)
        partner = self.create_filtered(
            "p", "res.partner", ("street",), company.partner_id
        )
        token = self.get_token(scope, partner)
        response = self.call(token, "write", "res.company", ids=company.ids, vals=vals)
        self.assert_done(response)
        self.assertEqual(company.partner_id.street, "After")

    def test_company_whose_address_writes_more_along(self):
        """As base_geolocalize forgets the place of an address that is changed."""
        self.user.group_ids |= self.env.ref("base.group_system")
        model = self.registry["res.partner"]
        original = model.write

        def write(records, vals):
            if "street" in vals:
                vals.update(partner_latitude=0.0, partner_longitude=0.0)
            return original(records, vals)

        self.patch(model, "write", write)
        company = self.user.company_id
        partner = company.partner_id
        token = self.get_token(
            self.create_filtered("c", "res.company", ("street",), company),
            self.create_filtered("p", "res.partner", ("street",), partner),
        )
        for latitude, street in ((0.0, "After"), (51.0, "Later")):
            partner.partner_latitude = latitude
            response = self.call(
                token,
                "write",
                "res.company",
                ids=company.ids,
                vals={"street": street},
            )
            if latitude:
                self.assert_insufficient(response, "street", "res.partner")
                self.assertEqual(partner.partner_latitude, latitude)
            else:
                self.assert_done(response)
            self.assertEqual(partner.street, "After")

    def test_moving_below_a_parent_of_others(self):
        """Or the record would take what is theirs along, and be the only one of it."""
        names = ("name", "partner_id")
        users = self.create_filtered("u", "res.users", names, self.mine)
        contact = self.inside[1]
        partners = self.create_api_scope("p", names=("ref",), **WRITES)
        token = self.get_token(users, partners)
        for vals in (
            {"partner_id": contact.id},
            {"partner_id": contact.id, "name": "Taken"},
            {"name": "Taken", "partner_id": contact.id},
        ):
            response = self.call(
                token, "write", "res.users", ids=self.mine.ids, vals=vals
            )
            self.assert_insufficient(response, "partner_id", "res.partner")
            self.assertEqual(contact.name, "Inside 1")
            self.assertNotEqual(self.mine.partner_id, contact)
        self.create_api_scope("n", names=("name", "ref"), **WRITES)
        token = self.get_token(users, self.scopes("n"))
        vals = {"partner_id": contact.id}
        response = self.call(token, "write", "res.users", ids=self.mine.ids, vals=vals)
        self.assert_done(response)
        self.assertEqual(self.mine.partner_id, contact)

    def test_a_link_and_its_fields_by_two_tokens_of_one_client(self):
        """Each scope asked for alone opens no more than both together."""
        link = self.create_filtered("l", "res.users", ("partner_id",), self.mine)
        fields = self.create_filtered("f", "res.users", ("name",), self.mine)
        partners = self.create_api_scope("p", names=("name",), api_read=True)
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set((link | fields | partners).ids)],
            user_id=self.user.id,
        )
        contact = self.inside[1]
        for scope, vals in (
            ("l p", {"partner_id": contact.id}),
            ("f", {"name": "Taken"}),
        ):
            data = {"grant_type": "client_credentials", "scope": scope}
            token = self.post("token", data, client, secret).json()["access_token"]
            response = self.call(
                token, "write", "res.users", ids=self.mine.ids, vals=vals
            )
            field = next(iter(vals))
            self.assert_insufficient(response, field, "res.partner")
        self.assertEqual(contact.name, "Inside 1")
        self.assertNotEqual(self.mine.partner_id, contact)

    def test_several_at_once(self):
        """One bad record stops all of a call."""
        other = new_test_user(self.env, "other", name="Other")
        users = self.mine | other
        scope = self.create_filtered("u", "res.users", ("name",), users)
        token = self.get_token(scope)
        response = self.call(
            token, "write", "res.users", ids=users.ids, vals={"name": "x"}
        )
        self.assert_insufficient(response, "name", "res.partner")
        self.assertEqual((users.mapped("name")), ["Mine", "Other"])
        response = self.call(
            token, "write", "res.users", ids=other.ids, vals={"name": "x"}
        )
        self.assert_done(response)
        self.assertEqual(other.partner_id.name, "x")

    def test_creating_several_at_once(self):
        contact = self.inside[1]
        names = ("name", "login", "partner_id")
        values = {"api_create": True, "api_read": True, "own_user_only": False}
        users = self.create_api_scope("u", "res.users", names, **values)
        contacts = self.create_api_scope("c", names=("ref",), **WRITES)
        token = self.get_token(users, contacts)
        vals = [
            {"login": "new1", "name": "New"},
            {"login": "new2", "name": "New", "partner_id": contact.id},
        ]
        response = self.call(token, "create", "res.users", vals_list=vals)
        self.assert_insufficient(response, "partner_id", "res.partner")
        self.assertFalse(self.env["res.users"].search([("login", "like", "new_")]))
        self.assertEqual(contact.name, "Inside 1")

    def test_images_of_the_parent(self):
        other = new_test_user(self.env, "other", name="Other")
        names = ("name", "image_1920")
        scope = self.create_filtered("u", "res.users", names, self.mine | other)
        token = self.get_token(scope)
        vals = {"image_1920": PIXEL}
        response = self.call(token, "write", "res.users", ids=other.ids, vals=vals)
        self.assert_done(response)
        self.assertTrue(other.partner_id.image_128)
        response = self.call(token, "write", "res.users", ids=self.mine.ids, vals=vals)
        self.assert_insufficient(response, "image_1920", "res.partner")

    def test_children_of_the_parent_are_others(self):
        """An address is passed on to contacts below, which are not of the user."""
        other = new_test_user(self.env, "other", name="Other")
        child = self.Partner.create(
            {"name": "Child", "parent_id": other.partner_id.id, "type": "contact"}
        )
        scope = self.create_filtered("u", "res.users", ("street", "ref"), other)
        token = self.get_token(scope)
        response = self.call(
            token, "write", "res.users", ids=other.ids, vals={"street": "New"}
        )
        self.assert_insufficient(response, "street", "res.partner")
        self.assertFalse(child.street)
        response = self.call(
            token, "write", "res.users", ids=other.ids, vals={"ref": "New"}
        )
        self.assert_done(response)
