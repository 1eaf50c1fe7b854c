# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The commands of lists, in whatever form a caller may send them, in Odoo's apps."""

from dataclasses import dataclass, field

from odoo.tests import new_test_user, tagged

from ..json2.commands import MOST_COMMANDS
from .job_records import Records
from .jobs import Scope
from .jobs_case import JobsCase
from .test_json2 import SECRET
from .watched_case import ANSWERED, REFUSED, WatchedCase

ALL = "read create write unlink"
MISSING = 2**31 - 1
#: Numbers that no record has, or none can have.
NO_IDS = (MISSING, 2**31, 2**63, 2**70, -1, 0)
GROUPS = (
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
    "purchase.group_purchase_user",
    "project.group_project_manager",
    "stock.group_stock_user",
)


@dataclass
class Lines:
    """A list of one record that a token changes.

    :ivar owner: the record
    :ivar name: name of the list
    :ivar line: a record in the list that the token sees
    :ivar hidden: records of the same model that it does not see
    :ivar opened: {name: value} of fields that it may write on a line
    :ivar closed: {name: value} of one that it may not
    :ivar values: what a new owner needs beside the list
    :ivar stranger: an owner that the token does not see
    """

    owner: object
    name: str
    line: object
    hidden: object
    opened: dict
    closed: dict
    values: dict
    stranger: object = None
    others: list = field(default_factory=list)

    @property
    def inverse(self):
        found = self.owner._fields[self.name]
        return found.inverse_name if found.type == "one2many" else None

    def get_malformed(self):
        """Yield values that are no commands."""
        one, hidden = self.line.id, self.hidden[:1].id
        good = self.opened
        for code in (-1, 7, 99, 2**70, "0", "4", None, True, 1.5, [], {}, "x" * 10_000):
            yield [[code, hidden, good]]
        yield from ("x", "[]", 5, 1.5, True, {}, {"a": 1}, [hidden], [None], ["x"])
        yield from ([[]], [[[]]], [0, 0, good], [[4, one], None], [{"a": 1}])
        yield from ([[0]], [[0, 0]], [[0, 0, None]], [[0, 0, "x"]], [[0, 0, [good]]])
        yield from ([[0, 0, good, 1]], [[1]], [[1, one]], [[1, "x", good]])
        yield from ([[1, [one], good]], [[1, True, good]], [[1, None, good]])
        yield from ([[code] for code in (2, 3, 4, 6)],)
        for code in (2, 3, 4):
            for wrong in (None, "x", [one], 1.0, True, {"id": hidden}, False):
                yield [[code, wrong]]
        for wrong in (None, "x", hidden, [None], ["x"], [[hidden]], {"a": 1}, [True]):
            yield [[6, 0, wrong]]

    def get_hidden(self):
        """Yield commands about records that the token does not see."""
        one, good = self.line.id, self.opened
        for number in (*NO_IDS, *self.others):
            yield from ([[1, number, good]], [[2, number]], [[4, number]])
            yield [[6, 0, [one, number]]]
        for number in self.hidden.ids:
            for command in (
                [1, number, good],
                [1, number, {}],
                [2, number],
                [4, number],
                [6, 0, [number]],
                [6, 0, [one, number]],
            ):
                yield [command]
            yield [[4, one], [1, number, good]]
            yield [[4, number], [3, number]]
            yield [[6, 0, [number]], [5]]
            yield [[0, 0, good], [2, number]]

    def get_values(self):
        """Yield commands whose values are not open."""
        one, good = self.line.id, self.opened
        wrong = [self.closed, {"no_such": 1}, {"": 1}, {"id": self.hidden[:1].id}]
        wrong += [{name: {"a": 1}} for name in good] + [{name: [[]]} for name in good]
        if self.inverse and self.stranger:
            wrong.append({self.inverse: self.stranger.id})
        for values in wrong:
            yield [[0, 0, {**good, **values}]]
            yield [[1, one, values]]

    def get_large(self):
        """Yield commands that are too many, or nested too deep."""
        good, one = self.opened, self.line.id
        for depth in (10, 60, 300):
            value = [[0, 0, good]]
            for _level in range(depth):
                value = [[0, 0, {self.name: value}]]
            yield value
            value = [[4, self.hidden[:1].id]]
            for _level in range(depth):
                value = [[1, one, {self.name: value}]]
            yield value
        number = 2 * MOST_COMMANDS
        yield [[0, 0, good]] * number
        yield [[1, one, good]] * number
        yield [[4, self.hidden[:1].id]] * number
        yield [[6, 0, list(range(1, number + 1))]]
        yield [[2, n] for n in range(1, number + 1)]


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestHostileLists(JobsCase, WatchedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = new_test_user(
            cls.env, "lister", groups=",".join(GROUPS), email="lister@example.com"
        )
        cls.given = Records(cls.env, cls.person)
        cls.given.keep("customer", cls.inside[1].ids, "res.partner")

    def check_lines(self, lines, token):
        """Send everything that is hostile, by each method that takes values."""
        self.may_change(lines.owner, lines.line)
        # The token may do something, or its refusals would say nothing
        known = [[1, lines.line.id, lines.opened]]
        self.attempt(
            token,
            f"{lines.owner._name}.write",
            REFUSED if lines.line._name == "res.users" else {200},
            ids=lines.owner.ids,
            vals={lines.name: known},
        )
        for values in (lines.get_malformed, lines.get_hidden, lines.get_values):
            for value in values():
                self.send(lines, token, value)
        for value in lines.get_large():
            self.attempt(
                token,
                f"{lines.owner._name}.write",
                ids=lines.owner.ids,
                vals={lines.name: value},
            )

    def send(self, lines, token, value):
        """Send ``value`` by a write, and in turn by each other way."""
        model, vals = lines.owner._name, {lines.name: value}
        self.attempt(token, f"{model}.write", ids=lines.owner.ids, vals=vals)
        way = self.number // 2 % 4
        if way == 0:
            created = [{**lines.values, **vals}]
            self.attempt(token, f"{model}.create", vals_list=created)
        elif way == 1:
            self.attempt(
                token,
                f"{model}.create",
                vals_list=[lines.values],
                context={f"default_{lines.name}": value},
            )
        elif way == 2:
            # What it would be like: a list is not answered, and nothing is kept
            self.attempt(
                token,
                f"{model}.onchange",
                ANSWERED,
                ids=lines.owner.ids,
                values=vals,
                field_names=[lines.name],
                fields_spec={},
            )
        else:
            ids = [*lines.owner.ids, *(lines.stranger or lines.owner).ids]
            self.attempt(token, f"{model}.write", ids=ids, vals=vals)

    def find_other_ids(self, model, *others):
        """Return ids that records of ``others`` have and none of ``model`` has."""
        known = set(self.env[model].with_context(active_test=False).search([]).ids)
        return [
            max(set(self.env[name].search([]).ids) - known, default=MISSING)
            for name in others
        ]

    # The lists

    def test_contacts(self):
        tags = self.env["res.partner.category"].create(
            [{"name": "Seen"}, {"name": f"Outside {SECRET}"}]
        )
        owner = self.inside[1]
        child = self.Partner.create({"name": "C", "ref": "in", "parent_id": owner.id})
        account = self.env["res.partner.bank"].create(
            {"acc_number": "IN-1", "partner_id": owner.id}
        )
        hidden_account = self.env["res.partner.bank"].create(
            {
                "acc_number": "OUT-1",
                "acc_holder_name": SECRET,
                "partner_id": self.outside.id,
            }
        )
        owner.category_id = tags
        token = self.get_narrow_token(
            Scope(
                "res.partner",
                ALL,
                "name ref child_ids category_id bank_ids",
                "[('ref', '=', 'in')]",
            ),
            Scope("res.partner.category", ALL, "name", "[('name', '=', 'Seen')]"),
            Scope(
                "res.partner.bank",
                ALL,
                "acc_number",
                "[('sanitized_acc_number', '=like', 'IN%')]",
            ),
            user=self.person,
        )
        values = {"name": "New", "ref": "in"}
        others = self.find_other_ids("res.partner", "ir.model.fields")
        for lines in (
            Lines(
                owner,
                "child_ids",
                child,
                self.outside,
                {"name": "x", "ref": "in"},
                {"comment": "x"},
                values,
                self.outside,
                others,
            ),
            Lines(
                owner,
                "category_id",
                tags[0],
                tags[1],
                {"name": "Seen"},
                {"color": 5},
                values,
                self.outside,
            ),
            Lines(
                owner,
                "bank_ids",
                account,
                hidden_account,
                {"acc_number": "IN-2"},
                {"acc_holder_name": "x"},
                values,
                self.outside,
            ),
        ):
            self.check_lines(lines, token)
        self.conclude(600)

    def test_orders(self):
        find = self.given.find
        order, sold = find("$quotation"), find("$order")
        chair = find("$chair")
        hidden = self.env["product.product"].create(
            {"name": f"Outside {SECRET}", "default_code": "HIDDEN"}
        )
        sold.order_line.name = SECRET
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", "[('ref', '=', 'in')]"),
            Scope("product.product", "read", "", "[('default_code', '=', 'CHAIR')]"),
            Scope(
                "sale.order", ALL, "partner_id order_line", "[('state', '=', 'draft')]"
            ),
            Scope(
                "sale.order.line",
                ALL,
                "product_id product_uom_qty",
                "[('product_id.default_code', '=', 'CHAIR')]",
            ),
            user=self.person,
        )
        lines = Lines(
            order,
            "order_line",
            order.order_line,
            sold.order_line,
            {"product_id": chair.id},
            {"discount": 5.0},
            {"partner_id": self.inside[1].id},
            sold,
            self.find_other_ids("sale.order.line", "res.partner", "ir.model.fields"),
        )
        self.check_lines(lines, token)
        for number in (hidden.id, MISSING):
            values = {"product_id": number}
            for command in ([0, 0, values], [1, order.order_line.id, values]):
                self.send(lines, token, [command])
        self.conclude(200)

    def test_invoices(self):
        find = self.given.find
        invoice, posted = find("$draft_invoice"), find("$invoice")
        posted.invoice_line_ids.name = SECRET
        invoice.ref = "MINE"
        line = invoice.invoice_line_ids
        self.may_change(invoice.line_ids)
        token = self.get_narrow_token(
            Scope("res.partner", "read", "", "[('ref', '=', 'in')]"),
            Scope(
                "account.move",
                ALL,
                "move_type partner_id ref invoice_line_ids",
                "[('ref', '=', 'MINE')]",
            ),
            Scope(
                "account.move.line",
                ALL,
                "name quantity",
                "[('move_id.ref', '=', 'MINE')]",
            ),
            user=self.person,
        )
        lines = Lines(
            invoice,
            "invoice_line_ids",
            line,
            posted.line_ids,
            {"name": "x"},
            {"discount": 5.0},
            {
                "move_type": "out_invoice",
                "partner_id": self.inside[1].id,
                "ref": "MINE",
            },
            posted,
        )
        self.check_lines(lines, token)
        self.conclude(200)

    def test_tasks(self):
        task = self.given.find("$task")
        child, hidden = self.env["project.task"].create(
            [
                {
                    "name": "Seen",
                    "project_id": task.project_id.id,
                    "parent_id": task.id,
                },
                {
                    "name": f"Outside {SECRET}",
                    "description": SECRET,
                    "project_id": task.project_id.id,
                    "parent_id": task.id,
                },
            ]
        )
        tags = self.env["project.tags"].create(
            [{"name": "Seen"}, {"name": f"Outside {SECRET}"}]
        )
        task.tag_ids = tags
        shown = f"[('id', 'in', {[task.id, child.id]})]"
        token = self.get_narrow_token(
            Scope("project.task", ALL, "name child_ids tag_ids user_ids", shown),
            Scope("project.tags", ALL, "name", "[('name', '=', 'Seen')]"),
            user=self.person,
        )
        values = {"name": "Seen"}
        admin = self.env.ref("base.user_admin")
        for lines in (
            Lines(task, "child_ids", child, hidden, values, {"priority": "1"}, values),
            Lines(task, "tag_ids", tags[0], tags[1], values, {"color": 5}, values),
            Lines(
                task,
                "user_ids",
                self.person,
                admin | self.user,
                {"name": "x"},
                {"login": "x"},
                values,
            ),
        ):
            self.check_lines(lines, token)
        self.conclude(600)
