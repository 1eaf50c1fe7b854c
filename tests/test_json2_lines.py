# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Lines in the same call: the commands of lists in ``create`` and ``write``."""

from unittest.mock import patch

from odoo.tests import tagged

from ..json2.commands import MOST_COMMANDS, MOST_DEPTH
from .lines_case import ALL, LinesCase
from .test_json2 import SECRET


@tagged("post_install", "-at_install")
class TestJson2Lines(LinesCase):
    # A list whose lines disappear with their owner

    def test_a_record_with_its_lines(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        lines = [[0, 0, {"acc_number": "IN-8"}], [0, "v2", {"acc_number": "IN-9"}]]
        response = self.make(token, name="New", ref="in", bank_ids=lines)
        self.assert_status(response, 200)
        made = self.Partner.browse(response.json())
        self.assertEqual(made.bank_ids.mapped("acc_number"), ["IN-8", "IN-9"])

    def test_all_commands_in_one_call(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        more = [self.add_account(self.owner, f"IN-1{n}") for n in range(2)]
        commands = [
            [0, 0, {"acc_number": "IN-NEW"}],
            [1, self.mine.id, {"acc_number": "IN-CHANGED"}],
            [2, more[0].id],
            [3, more[1].id, 0],
            [4, self.theirs.id],
        ]
        response = self.change(token, self.owner, bank_ids=commands)
        self.assert_status(response, 200)
        self.assertEqual(
            set(self.owner.bank_ids.mapped("acc_number")),
            {"IN-NEW", "IN-CHANGED", "OUT-1", "IN-2"},
        )
        # The account cannot be without its owner
        self.assertFalse(any(one.exists().active for one in more))
        self.assertFalse(self.other.bank_ids)

    def test_a_list_that_is_replaced(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        self.hidden.unlink()
        more = self.add_account(self.owner, "IN-10")
        commands = [[6, 0, [more.id, self.theirs.id]]]
        self.assert_status(self.change(token, self.owner, bank_ids=commands), 200)
        self.assertEqual(self.owner.bank_ids, more | self.theirs)
        # Odoo archives an account that is deleted
        self.assertFalse(self.mine.exists().active)
        for value in ([[5]], [[5, 0, 0]], False, None, []):
            self.assert_status(self.change(token, self.owner, bank_ids=value), 200)
            self.assertFalse(self.owner.bank_ids)
        self.assertFalse(more.exists().active)

    def test_each_operation_needs_a_scope(self):
        contacts = self.open_contacts("bank_ids")
        commands = {
            "api_create": [0, 0, {"acc_number": "IN-9"}],
            "api_write": [1, self.mine.id, {"acc_number": "IN-9"}],
            "api_unlink": [2, self.mine.id],
        }
        before = self.owner.bank_ids
        token = self.get_token(contacts)
        for command in (*commands.values(), [3, self.mine.id], [4, self.theirs.id]):
            response = self.change(token, self.owner, bank_ids=[command])
            self.assert_status(response, 403)
        accounts = self.open_accounts(api_read=True)
        token = self.get_token(contacts, accounts)
        for missing, command in commands.items():
            allowed = {name: name != missing for name in commands}
            accounts.write({"api_read": True, **allowed})
            with self.subTest(missing=missing):
                token = self.get_token(contacts, accounts)
                response = self.change(token, self.owner, bank_ids=[command])
                self.assert_status(response, 403)
                if missing == "api_unlink":
                    for removal in ([3, self.mine.id], [5], [6, 0, []]):
                        response = self.change(token, self.owner, bank_ids=[removal])
                        self.assert_status(response, 403)
                if missing == "api_write":
                    command = [4, self.theirs.id]
                    response = self.change(token, self.owner, bank_ids=[command])
                    self.assert_status(response, 403)
        self.assertEqual(self.owner.bank_ids, before)
        self.assertEqual(self.mine.acc_number, "IN-1")

    def test_only_open_fields_of_lines(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        for values in (
            {"acc_number": "IN-9", "acc_holder_name": "x"},
            {"acc_number": "IN-9", "partner_id": self.owner.id},
            {"acc_number": "IN-9", "no_such": 1},
            {"acc_number": "IN-9", SECRET: 1},
        ):
            for command in ([0, 0, values], [1, self.mine.id, values]):
                response = self.change(token, self.owner, bank_ids=[command])
                self.assertEqual(response.status_code, 403, response.text)
            vals = {"name": "x", "ref": "in", "bank_ids": [[0, 0, values]]}
            self.assertEqual(self.make(token, **vals).status_code, 403)
        self.assertFalse(self.Account.search([("acc_number", "=", "IN-9")]))
        self.assertEqual(self.mine.acc_number, "IN-1")

    def test_each_line_has_its_own_open_fields(self):
        """Scopes on the other model add up as for a call of its own."""
        others = self.create_with_domain(
            "others",
            "res.partner.bank",
            ("acc_number", "acc_holder_name"),
            "[('sanitized_acc_number', '=like', 'OUT%')]",
            **ALL,
        )
        token = self.get_token(
            self.open_contacts("bank_ids"), self.open_accounts(), others
        )
        for line, values, status in (
            (self.mine, {"acc_number": "IN-5"}, 200),
            (self.hidden, {"acc_holder_name": "Ann"}, 200),
            (self.mine, {"acc_holder_name": "Ann"}, 403),
            # From one filter into the other, where both fields are not open
            (self.hidden, {"acc_number": "IN-6", "acc_holder_name": "Bob"}, 403),
        ):
            with self.subTest(line=line.acc_number, values=values):
                commands = [[1, line.id, values]]
                response = self.change(token, self.owner, bank_ids=commands)
                self.assert_status(response, status)
        both = {"acc_holder_name": "Ann"}
        for number, status in (("IN-7", 403), ("OUT-7", 200)):
            commands = [[0, 0, {"acc_number": number, **both}]]
            response = self.change(token, self.owner, bank_ids=commands)
            self.assert_status(response, status)
        self.assertEqual(self.hidden.acc_number, "OUT-1")

    def test_lines_fall_into_their_filter(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        out = {"acc_number": "OUT-9"}
        for commands in (
            [[0, 0, out]],
            [[0, 0, {"acc_number": "IN-9"}], [0, 0, out]],
            [[1, self.mine.id, out]],
        ):
            response = self.change(token, self.owner, name="X", bank_ids=commands)
            self.assert_status(response, 403)
        response = self.make(token, name="X", ref="in", bank_ids=[[0, 0, out]])
        self.assert_status(response, 403)
        self.assertFalse(self.Partner.search([("name", "=", "X")]))
        numbers = self.owner.bank_ids.mapped("acc_number")
        self.assertEqual(set(numbers), {"IN-1", "OUT-1"})

    def test_hidden_lines_stay_as_they_are(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        hidden, foreign = self.hidden.id, self.foreign.id
        before = self.Account.search([]).read(["acc_number", "partner_id"])
        for commands in (
            [[1, hidden, {"acc_number": "IN-9"}]],
            [[1, hidden, {}]],
            [[2, hidden]],
            [[3, hidden]],
            [[4, hidden]],
            [[6, 0, [hidden]]],
            # By dropping it
            [[5]],
            [[6, 0, []]],
            [[6, 0, [self.mine.id]]],
            [[6, 0, [self.mine.id, hidden]]],
            False,
            # Of a hidden contact, though the account itself is open
            [[4, foreign]],
            [[6, 0, [foreign]]],
            # In the list of somebody else
            [[1, self.theirs.id, {"acc_number": "IN-9"}]],
            [[2, self.theirs.id]],
            [[3, self.theirs.id]],
            [[1, foreign, {"acc_number": "IN-9"}]],
            [[2, foreign]],
            [[3, foreign]],
            [[1, 10**8, {}]],
            [[2, 10**8]],
            [[4, 10**8]],
            [[4, -1]],
            [[6, 0, [0]]],
            [[2, 2**70]],
            [[4, self.theirs.id], [1, self.theirs.id, {"acc_number": "IN-9"}]],
        ):
            with self.subTest(commands=commands):
                response = self.change(token, self.owner, bank_ids=commands)
                self.assertIn(response.status_code, (403, 404), response.text)
                self.assertNotIn(SECRET, response.text)
                after = self.Account.search([]).read(["acc_number", "partner_id"])
                self.assertEqual(after, before)
        for command in (
            [1, self.mine.id, {"acc_number": "IN-9"}],
            [2, self.mine.id],
            [3, self.mine.id],
            [4, foreign],
            [4, hidden],
            [6, 0, [hidden]],
        ):
            with self.subTest(command=command):
                response = self.make(token, name="X", ref="in", bank_ids=[command])
                self.assertIn(response.status_code, (403, 404), response.text)
        after = self.Account.search([]).read(["acc_number", "partner_id"])
        self.assertEqual(after, before)
        self.assertFalse(self.Partner.search([("name", "=", "X")]))

    def test_a_line_of_a_hidden_record_moves_where_its_own_field_is_open(self):
        """Then the caller could write that field as well."""
        accounts = self.open_accounts("partner_id")
        token = self.get_token(self.open_contacts("bank_ids"), accounts)
        commands = [[4, self.foreign.id]]
        self.assert_status(self.change(token, self.owner, bank_ids=commands), 200)
        self.assertEqual(self.foreign.partner_id, self.owner)
        # A new record takes one over, too
        response = self.make(
            token, name="X", ref="in", bank_ids=[[6, 0, [self.theirs.id]]]
        )
        self.assert_status(response, 200)
        self.assertEqual(self.theirs.partner_id.ids, response.json())

    def test_several_records_at_once(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        both = self.owner | self.other
        for command in (
            [1, self.mine.id, {"acc_number": "IN-9"}],
            [2, self.mine.id],
            [3, self.theirs.id],
        ):
            self.assert_status(self.change(token, both, bank_ids=[command]), 404)
        commands = [[0, 0, {"acc_number": "IN-9"}]]
        self.assert_status(self.change(token, both, bank_ids=commands), 200)
        made = self.Account.search([("acc_number", "=", "IN-9")])
        self.assertEqual(made.partner_id, both)

    # A list whose lines stay without their owner

    def test_lines_that_can_be_without_their_owner(self):
        token = self.get_token(self.open_contacts("child_ids"))
        child = {"name": "Child", "ref": "in"}
        self.assert_status(
            self.change(token, self.owner, child_ids=[[0, 0, child]]), 200
        )
        made = self.owner.child_ids
        self.assertEqual(made.mapped("name"), ["Child"])
        commands = [[1, made.id, {"name": "Changed"}], [4, self.other.id]]
        self.assert_status(self.change(token, self.owner, child_ids=commands), 200)
        self.assertEqual(made.name, "Changed")
        self.assertEqual(self.owner.child_ids, made | self.other)
        commands = [[3, self.other.id]]
        self.assert_status(self.change(token, self.owner, child_ids=commands), 200)
        self.assertFalse(self.other.parent_id)
        commands = [[6, 0, [self.other.id]]]
        self.assert_status(self.change(token, self.owner, child_ids=commands), 200)
        self.assertEqual(self.owner.child_ids, self.other)
        self.assertFalse(made.parent_id)
        self.assertTrue(made.exists())

    def test_hidden_lines_that_can_be_without_their_owner(self):
        token = self.get_token(self.open_contacts("child_ids"))
        hidden = self.Partner.create({"name": SECRET, "parent_id": self.owner.id})
        taken = self.Partner.create(
            {"name": "T", "ref": "in", "parent_id": self.outside.id}
        )
        for commands in (
            [[0, 0, {"name": "X"}]],
            [[0, 0, {"name": "X", "ref": "out"}]],
            [[0, 0, {"name": "X", "ref": "in", "parent_id": self.outside.id}]],
            [[1, hidden.id, {"name": "X"}]],
            [[2, hidden.id]],
            [[3, hidden.id]],
            [[4, self.outside.id]],
            [[4, taken.id]],
            [[6, 0, [taken.id]]],
            [[6, 0, [hidden.id]]],
            [[5]],
            False,
        ):
            with self.subTest(commands=commands):
                response = self.change(token, self.owner, child_ids=commands)
                self.assertIn(response.status_code, (403, 404), response.text)
                self.assertNotIn(SECRET, response.text)
        self.assertEqual(hidden.parent_id, self.owner)
        self.assertEqual(taken.parent_id, self.outside)
        self.assertFalse(self.Partner.search([("name", "=", "X")]))

    def test_a_line_that_is_taken_out_stays_in_its_filter(self):
        scope = self.create_with_domain(
            "owned",
            "res.partner",
            ("name", "ref", "child_ids"),
            f"['|', ('id', '=', {self.owner.id}), ('parent_id', '!=', False)]",
            **ALL,
        )
        self.other.parent_id = self.owner
        token = self.get_token(scope)
        for commands in ([[3, self.other.id]], [[5]]):
            response = self.change(token, self.owner, child_ids=commands)
            self.assert_status(response, 403)
        self.assertEqual(self.other.parent_id, self.owner)
        scope.api_may_leave_filter = True
        token = self.get_token(scope)
        commands = [[3, self.other.id]]
        self.assert_status(self.change(token, self.owner, child_ids=commands), 200)
        self.assertFalse(self.other.parent_id)

    def test_lines_of_lines(self):
        contacts = self.open_contacts("child_ids", "bank_ids")
        token = self.get_token(contacts, self.open_accounts())
        account = [[0, 0, {"acc_number": "IN-9"}]]
        child = {"name": "Child", "ref": "in", "bank_ids": account}
        response = self.make(token, name="X", ref="in", child_ids=[[0, 0, child]])
        self.assert_status(response, 200)
        made = self.Partner.browse(response.json())
        self.assertEqual(made.child_ids.bank_ids.acc_number, "IN-9")
        for values in ({"acc_number": "OUT-9"}, {"acc_number": "IN-9", "active": 0}):
            child["bank_ids"] = [[0, 0, values]]
            for response in (
                self.make(token, name="Y", ref="in", child_ids=[[0, 0, child]]),
                self.change(
                    token, made, child_ids=[[1, made.child_ids.id, dict(child)]]
                ),
            ):
                self.assert_status(response, 403)
        self.assertFalse(self.Partner.search([("name", "=", "Y")]))

    # Tags

    def test_tags_on_the_fly(self):
        token = self.get_token(self.open_contacts("category_id"), self.open_tags())
        known = self.Tag.create({"name": "IN known"})
        commands = [[0, 0, {"name": "IN new"}], [4, known.id]]
        self.assert_status(self.change(token, self.owner, category_id=commands), 200)
        new = self.owner.category_id - known
        self.assertEqual(new.name, "IN new")
        commands = [[1, known.id, {"name": "IN other"}], [2, new.id]]
        self.assert_status(self.change(token, self.owner, category_id=commands), 200)
        self.assertFalse(new.exists())
        self.assertEqual(known.name, "IN other")
        self.assert_status(self.change(token, self.owner, category_id=[[5]]), 200)
        self.assertFalse(self.owner.category_id)

    def test_hidden_tags(self):
        token = self.get_token(self.open_contacts("category_id"), self.open_tags())
        known, hidden, loose = self.Tag.create(
            [{"name": "IN known"}, {"name": f"OUT {SECRET}"}, {"name": "IN loose"}]
        )
        self.owner.category_id = known | hidden
        for commands in (
            [[0, 0, {"name": "OUT new"}]],
            [[0, 0, {"name": "IN new", "color": 3}]],
            [[1, hidden.id, {"name": "IN"}]],
            [[1, known.id, {"name": "OUT new"}]],
            [[1, loose.id, {"name": "IN new"}]],
            [[2, hidden.id]],
            [[2, loose.id]],
            [[3, hidden.id]],
            [[4, hidden.id]],
            [[5]],
            [[6, 0, [known.id]]],
            [[6, 0, [known.id, hidden.id]]],
            False,
        ):
            with self.subTest(commands=commands):
                response = self.change(token, self.owner, category_id=commands)
                self.assertIn(response.status_code, (403, 404), response.text)
                self.assertNotIn(SECRET, response.text)
                self.assertEqual(self.owner.category_id, known | hidden)
        self.assertEqual(known.name, "IN known")
        self.assertTrue(loose.exists())
        for commands in ([[3, known.id]], [[4, loose.id]]):
            response = self.change(token, self.owner, category_id=commands)
            self.assert_status(response, 200)
        self.assertEqual(self.owner.category_id, loose | hidden)

    # What the values of a line change besides

    def test_a_field_of_a_line_that_changes_others(self):
        """It is judged as if the line were written by a call of its own."""
        bank = self.env["res.bank"].create({"name": "Bank", "bic": "OLDBEBB"})
        (self.mine | self.theirs).bank_id = bank
        contacts, accounts = (
            self.open_contacts("bank_ids"),
            self.open_accounts("bank_bic"),
        )
        token = self.get_token(contacts, accounts)
        commands = [[1, self.mine.id, {"bank_bic": "NEWBEBB"}]]
        response = self.change(token, self.owner, bank_ids=commands)
        self.assert_insufficient(response, "bank_bic", "res.bank")
        self.assertEqual(bank.bic, "OLDBEBB")
        banks = self.create_filtered("b", "res.bank", ("bic",), bank)
        token = self.get_token(contacts, accounts, banks)
        self.assert_status(self.change(token, self.owner, bank_ids=commands), 200)
        self.assertEqual(bank.bic, "NEWBEBB")

    def test_a_field_of_a_line_that_changes_its_owner(self):
        """The token may write the line, and of the owner other fields."""
        scope = self.open_contacts("child_ids", "company_type")
        token = self.get_token(scope)
        self.other.parent_id = self.owner
        model_class = type(self.owner)

        def inverse(records):
            for record in records:
                (record.parent_id or record).sudo().comment = "changed"

        for child in ([1, self.other.id, {}], [0, 0, {"name": "N", "ref": "in"}]):
            child[2]["company_type"] = "company"
            with patch.object(model_class, "_write_company_type", inverse):
                response = self.change(token, self.owner, child_ids=[child])
            self.assert_insufficient(response, "company_type", "res.partner")
            self.assertNotEqual(str(self.owner.comment), "<p>changed</p>")

    def test_commands_that_code_carries_out_by_itself(self):
        """Their records have to be open afterwards, too."""
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        model_class = type(self.owner)
        inherited = model_class.write

        def write(records, vals):
            for _code, _id, values in vals.pop("bank_ids", ()):
                values["partner_id"] = records.id
                records.env["res.partner.bank"].create(values)
            return inherited(records, vals)

        for number, status in (("OUT-9", 403), ("IN-9", 200)):
            commands = [[0, 0, {"acc_number": number}]]
            with patch.object(model_class, "write", write):
                response = self.change(token, self.owner, bank_ids=commands)
            self.assert_status(response, status)
        numbers = self.owner.bank_ids.mapped("acc_number")
        self.assertEqual(set(numbers), {"IN-1", "IN-9", "OUT-1"})

    def test_other_lines_are_not_changed_by_one(self):
        """What an inverse method does to the lines beside it needs a scope, too."""
        accounts = self.open_accounts("bank_bic")
        token = self.get_token(self.open_contacts("bank_ids"), accounts)
        self.mine.bank_id = self.env["res.bank"].create({"name": "B"})
        hidden = self.hidden

        bank_class = type(self.env["res.bank"])
        inherited = bank_class.write

        def write(records, vals):
            hidden.with_env(records.env).sudo().acc_number = "IN-STOLEN"
            return inherited(records, vals)

        commands = [[1, self.mine.id, {"bank_bic": "NEWBEBB"}]]
        with patch.object(bank_class, "write", write):
            response = self.change(token, self.owner, bank_ids=commands)
        self.assert_status(response, 403)
        self.assertEqual(hidden.acc_number, "OUT-1")

    # Bad input

    def test_malformed_commands(self):
        token = self.get_token(
            self.open_contacts("bank_ids", "category_id"),
            self.open_accounts(),
            self.open_tags(),
        )
        number = self.mine.id
        for value in (
            "x",
            5,
            True,
            {},
            {"0": 1},
            [number],
            ["x"],
            [None],
            [[]],
            [{}],
            [[7, 0, 0]],
            [[-1, 0, 0]],
            [["0", 0, {}]],
            [[0.0, 0, {}]],
            [[False, 0, {}]],
            [[True, number, {}]],
            [[0]],
            [[0, 0]],
            [[0, 0, None]],
            [[0, 0, []]],
            [[0, 0, [["acc_number", "x"]]]],
            [[0, 0, "x"]],
            [[0, 0, {}, 0]],
            [[1]],
            [[1, number]],
            [[1, number, []]],
            [[1, "x", {}]],
            [[1, str(number), {}]],
            [[1, [number], {}]],
            [[1, None, {}]],
            [[2]],
            [[2, "x"]],
            [[3, True]],
            [[4, [number]]],
            [[4, {"id": number}]],
            [[4, 1.0]],
            [[6]],
            [[6, 0]],
            [[6, 0, number]],
            [[6, 0, "1"]],
            [[6, 0, [str(number)]]],
            [[6, 0, [[number]]]],
            [[6, 0, [True]]],
            [[6, [number]]],
            [[[0], 0, {}]],
        ):
            for name in ("bank_ids", "category_id"):
                with self.subTest(value=value, name=name):
                    for response in (
                        self.change(token, self.owner, **{name: value}),
                        self.make(token, name="X", ref="in", **{name: value}),
                    ):
                        self.assert_status(response, 422)
        self.assertFalse(self.Partner.search([("name", "=", "X")]))

    def test_nesting_and_number_are_limited(self):
        token = self.get_token(self.open_contacts("child_ids"))

        def nest(depth):
            values = {"name": f"D{depth}", "ref": "in"}
            for level in range(depth):
                commands = [[0, 0, values]]
                values = {"name": f"D{level}", "ref": "in", "child_ids": commands}
            return values

        self.assert_status(self.make(token, **nest(MOST_DEPTH + 1)), 422)
        self.assert_status(self.make(token, **nest(10)), 422)
        self.assert_status(self.make(token, **nest(300)), 422)
        many = [[0, 0, {"name": "Many", "ref": "in"}]] * (MOST_COMMANDS + 1)
        self.assert_status(self.make(token, name="X", ref="in", child_ids=many), 422)
        many = [[4, self.other.id]] * 10_000
        response = self.change(token, self.owner, child_ids=many)
        self.assert_status(response, 422)
        # Together, at all depths
        half = many[: MOST_COMMANDS // 2 + 1]
        child = {"name": "Many", "ref": "in", "child_ids": half}
        response = self.change(token, self.owner, child_ids=[[0, 0, child], *half])
        self.assert_status(response, 422)
        self.assertFalse(self.Partner.search([("name", "in", ("Many", "X", "D1"))]))
        self.assert_status(self.make(token, **nest(3)), 200)

    def test_default_values_are_no_way_around(self):
        token = self.get_token(self.open_contacts("bank_ids"), self.open_accounts())
        number = "OUT-DEFAULT"
        for context in (
            {"default_bank_ids": [[0, 0, {"acc_number": number}]]},
            {"default_acc_number": number, "default_partner_id": self.outside.id},
        ):
            self.call(
                token,
                "create",
                vals_list=[
                    {
                        "name": "X",
                        "ref": "in",
                        "bank_ids": [[0, 0, {"acc_number": "IN-9"}]],
                    }
                ],
                context=context,
            )
            self.env.invalidate_all()
            self.assertFalse(self.Account.search([("acc_number", "=", number)]))
            self.assertEqual(self.outside.bank_ids, self.foreign)

    def test_lists_that_are_no_lines(self):
        """Lists without a link, and those of another record, are written there."""
        scope = self.create_api_scope(
            "me", "res.users", ("name", "child_ids", "bank_ids"), **ALL
        )
        token = self.get_token(scope, self.open_contacts(), self.open_accounts())
        for vals in (
            {"bank_ids": [[0, 0, {"acc_number": "IN-9"}]]},
            {"child_ids": [[0, 0, {"name": "X", "ref": "in"}]]},
            {"child_ids": [[4, self.other.id]]},
            {"child_ids": [[5]]},
        ):
            response = self.change(token, self.user, **vals)
            self.assert_status(response, 403)

    def test_the_rights_of_the_user_count(self):
        self.user.group_ids -= self.env.ref("base.group_partner_manager")
        self.env["ir.model.access"].create(
            {
                "name": "contacts",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
                "perm_write": True,
            }
        )
        token = self.get_token(self.open_contacts("category_id"), self.open_tags())
        commands = [[0, 0, {"name": "IN new"}]]
        response = self.change(token, self.owner, category_id=commands)
        self.assert_status(response, 403)
        self.assertFalse(self.Tag.search([("name", "=", "IN new")]))

    def test_a_refusal_names_the_scope_that_opens_it(self):
        contacts, accounts = self.open_contacts("bank_ids"), self.open_accounts()
        token = self.get_token(contacts, accounts)
        record = self.env["oauth.provider.token"].find(token)
        record.scope_ids = contacts
        self.env.flush_all()
        commands = [[0, 0, {"acc_number": "IN-9"}]]
        response = self.change(token, self.owner, bank_ids=commands)
        self.assert_status(response, 403)
        challenge = response.headers["WWW-Authenticate"]
        self.assertIn('scope="accounts contacts"', challenge)
