# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Commands for lines that would do more than each of them may do by itself."""

from odoo.tests import new_test_user, tagged

from .lines_case import LinesCase
from .test_json2 import SECRET

#: All but to delete.
CHANGE = {"api_read": True, "api_write": True, "api_create": True}


@tagged("post_install", "-at_install")
class TestJson2LinesAttacks(LinesCase):
    def test_what_is_put_into_a_list_and_taken_out_of_it_is_deleted(self):
        self.hidden.unlink()
        for commands in (
            [[6, 0, [self.theirs.id]], [5]],
            [[4, self.theirs.id], [5]],
            [[4, self.theirs.id], [6, 0, [self.mine.id]]],
        ):
            with self.subTest(commands=commands):
                token = self.get_token(
                    self.open_contacts("bank_ids"), self.open_accounts(**CHANGE)
                )
                response = self.change(token, self.owner, bank_ids=commands)
                self.assertEqual(response.status_code, 403, response.text)
                self.env.invalidate_all()
                self.assertTrue(self.theirs.exists().active)
                self.assertEqual(self.theirs.partner_id, self.other)
            self.env["oauth.provider.scope"].search(
                [("code", "in", ("contacts", "accounts"))]
            ).unlink()

    def test_several_owners_hide_no_new_parent(self):
        self.user.group_ids |= self.env.ref("base.group_erp_manager")
        mine = new_test_user(self.env, "mine", name="Mine")
        before = mine.partner_id
        users = self.create_api_scope(
            "u", "res.users", ("name",), own_user_only=False, **CHANGE
        )
        read = self.create_api_scope(
            "p", names=("name",), filter_id=False, api_read=True
        )
        write = self.create_api_scope(
            "pw", names=("user_ids",), filter_id=False, api_write=True
        )
        token = self.get_token(users, read, write)
        for owners in ((0,), (0, 0), (1, 0), (0, 1)):
            ids = [self.inside[number].id for number in owners]
            vals = {"user_ids": [[4, mine.id]]}
            response = self.call(token, "write", ids=ids, vals=vals)
            self.assertEqual(response.status_code, 403, response.text)
            self.env.invalidate_all()
            self.assertEqual(mine.partner_id, before)

    def test_a_line_is_not_moved_under_the_filter_of_another_scope(self):
        self.mine.note = SECRET
        reading = self.create_with_domain(
            "b",
            "res.partner.bank",
            ("note",),
            f"[('partner_id', '=', {self.other.id})]",
            api_read=True,
        )
        token = self.get_token(
            self.open_contacts("bank_ids"), self.open_accounts(**CHANGE), reading
        )
        response = self.change(token, self.other, bank_ids=[[4, self.mine.id]])
        self.assertEqual(response.status_code, 403, response.text)
        self.assertIn("partner_id", response.json()["message"])
        # A new one shows nothing that the caller has not sent
        new = {"acc_number": "IN-77"}
        response = self.change(token, self.other, bank_ids=[[0, 0, new]])
        self.assertEqual(response.status_code, 200, response.text)

    def test_a_record_is_not_tagged_from_the_other_side(self):
        vip = self.Tag.create({"name": "VIP"})
        self.owner.phone = SECRET
        names = self.open_contacts(api_read=True)
        phones = self.create_with_domain(
            "b",
            "res.partner",
            ("phone",),
            "[('category_id.name', '=', 'VIP')]",
            api_read=True,
        )
        tags = self.create_api_scope(
            "t",
            "res.partner.category",
            ("partner_ids",),
            api_read=True,
            api_write=True,
        )
        token = self.get_token(names, phones, tags)
        response = self.change(token, vip, partner_ids=[[4, self.owner.id]])
        self.assertEqual(response.status_code, 403, response.text)
        self.env.invalidate_all()
        self.assertFalse(vip.partner_ids)

    def test_a_record_that_is_created_by_its_name_tells_no_closed_name(self):
        parent = self.Partner.create({"name": SECRET, "is_company": True})
        self.env["ir.default"].set("res.partner", "parent_id", parent.id)
        create = self.create_api_scope(
            "c", names=("name",), filter_id=False, api_create=True
        )
        read = self.create_with_domain(
            "r",
            "res.partner",
            ("display_name",),
            "[('ref', '=', 'nothing')]",
            api_read=True,
        )
        token = self.get_token(create, read)
        response = self.call(token, "name_create", name="x")
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.json()[1], "x")

    def test_a_tag_that_is_not_there_is_taken_away(self):
        tag = self.Tag.create({"name": "IN tag"})
        self.owner.category_id = tag
        token = self.get_token(self.open_contacts("category_id"), self.open_tags())
        owners = self.owner | self.other
        vals = {"category_id": [[3, tag.id]]}
        response = self.call(token, "write", ids=owners.ids, vals=vals)
        self.assertEqual(response.status_code, 200, response.text)
        self.env.invalidate_all()
        self.assertFalse(self.owner.category_id)
