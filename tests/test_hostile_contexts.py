# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The context of a call, in whatever form a caller may send it, in Odoo's apps."""

from odoo.tests import new_test_user, tagged

from .job_records import Records
from .jobs import Scope
from .jobs_case import JobsCase
from .test_json2 import SECRET
from .watched_case import ANSWERED, REFUSED, WatchedCase

MISSING = 2**31 - 1
GROUPS = (
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
)
#: Values of the wrong kind for any key.
WRONG = (
    None,
    "x",
    "\x00",
    5,
    -1,
    2**70,
    1.5,
    True,
    [],
    [None],
    [[]],
    ["x"],
    {},
    {"a": 1},
    "x" * 10_000,
    [[[[[[[[[[1]]]]]]]]]],
    [2**70],
    [True],
)
#: Keys that Odoo's code looks at.
KEYS = (
    "active_test",
    "allowed_company_ids",
    "bin_size",
    "bin_size_image_1920",
    "current_company_id",
    "date_format",
    "default_",
    "default_no_such",
    "force_company",
    "formatted_display_name",
    "graph_groupbys",
    "import_file",
    "install_mode",
    "lang",
    "mail_create_nosubscribe",
    "mail_notify_force_send",
    "module",
    "name_create_enabled_fields",
    "no_recompute",
    "params",
    "pdf",
    "prefetch_fields",
    "prefetch_langs",
    "search_default_x",
    "search_view_ref",
    "su",
    "tracking_disable",
    "tz",
    "uid",
    "website_id",
    "",
    "__class__",
    "a\x00b",
    "x" * 10_000,
)


@tagged("-standard", "oauth_everything", "post_install", "-at_install")
class TestHostileContexts(JobsCase, WatchedCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.person = new_test_user(
            cls.env, "contexter", groups=",".join(GROUPS), email="c@example.com"
        )
        cls.given = Records(cls.env, cls.person)
        cls.seen = cls.inside[1]
        cls.spare = cls.Partner.create({"name": "Spare", "ref": "in"})
        # The name of a contact tells that of its company, and may do so
        cls.inside[0].parent_id = False
        cls.given.keep("customer", cls.seen.ids, "res.partner")
        cls.order = cls.given.find("$order")
        cls.order.client_order_ref = "MINE"
        cls.hidden_order = cls.given.find("$quotation")
        cls.hidden_order.note = SECRET
        cls.invoice = cls.given.find("$invoice")

    def get_token_for_all(self):
        return self.get_narrow_token(
            Scope(
                "res.partner",
                "read create write unlink action_archive",
                "name ref parent_id child_ids country_id display_name",
                "[('ref', '=', 'in')]",
            ),
            Scope(
                "sale.order",
                "read create write action_confirm",
                "partner_id client_order_ref display_name",
                "[('client_order_ref', '=', 'MINE')]",
            ),
            Scope(
                "sale.advance.payment.inv",
                "read create create_invoices",
                "advance_payment_method sale_order_ids",
            ),
            Scope(
                "account.payment.register",
                "read create action_create_payments",
                "payment_date amount",
            ),
            user=self.person,
        )

    def get_calls(self):
        """Return [(name, arguments)] of calls that are allowed without a context."""
        one, order = self.seen.ids, self.order.ids
        names = ["name", "ref"]
        new = {"name": "New", "ref": "in"}
        return [
            ("res.partner.read", {"ids": one, "fields": names}),
            ("res.partner.search", {"domain": []}),
            ("res.partner.search_read", {"domain": [], "fields": names}),
            ("res.partner.name_search", {"name": "Inside"}),
            ("res.partner.web_read", {"ids": one, "specification": {"name": {}}}),
            (
                "res.partner.formatted_read_group",
                {"domain": [], "groupby": ["ref"], "aggregates": ["__count"]},
            ),
            ("res.partner.fields_get", {}),
            ("res.partner.create", {"vals_list": [new]}),
            ("res.partner.write", {"ids": one, "vals": {"name": "x"}}),
            ("res.partner.copy", {"ids": one}),
            ("res.partner.load", {"fields": names, "data": [["x", "in"]]}),
            ("res.partner.default_get", {"fields": names}),
            (
                "res.partner.onchange",
                {"values": new, "field_names": ["name"], "fields_spec": {"name": {}}},
            ),
            ("res.partner.has_access", {"ids": one, "operation": "read"}),
            ("res.partner.action_archive", {"ids": one}),
            ("res.partner.unlink", {"ids": self.spare.ids}),
            ("sale.order.read", {"ids": order, "fields": ["client_order_ref"]}),
            (
                "sale.order.create",
                {"vals_list": [{"partner_id": one[0], "client_order_ref": "MINE"}]},
            ),
            ("sale.advance.payment.inv.create", {"vals_list": [{}]}),
            ("sale.advance.payment.inv.default_get", {"fields": ["sale_order_ids"]}),
            ("account.payment.register.create", {"vals_list": [{}]}),
            ("account.payment.register.default_get", {"fields": ["amount"]}),
            ("res.users.context_get", {}),
            ("ir.model.search_read", {"domain": [], "fields": ["model"]}),
        ]

    def get_hidden(self):
        """Yield contexts that name what the token does not see."""
        partner, order = self.outside.id, self.hidden_order.id
        for model, seen, hidden in (
            ("res.partner", self.seen.id, partner),
            ("sale.order", self.order.id, order),
            ("res.partner", self.seen.id, MISSING),
        ):
            for key in (
                {"active_id": hidden},
                {"active_ids": [hidden]},
                {"active_id": seen, "active_ids": [seen, hidden]},
                {"active_id": hidden, "active_ids": [seen]},
                {"active_ids": [hidden, seen] * 5_000},
            ):
                yield {"active_model": model, **key}
        for model, number in (
            ("res.company", self.env.company.id),
            ("account.move", self.invoice.id),
            ("res.users", self.person.id),
            ("no.such.model", 1),
            ("base", 1),
            ("ir.qweb", 1),
            ("res.partner\x00", 1),
            (["res.partner"], self.seen.id),
            ({"a": 1}, 1),
            (5, 1),
        ):
            yield {"active_model": model, "active_id": number, "active_ids": [number]}
        for wrong in ("x", {"a": 1}, [None], [[partner]], [-1], [0], [2**31], [2**70]):
            yield {"active_model": "res.partner", "active_ids": wrong}
        for wrong in ("x", {"a": 1}, [partner], -1, 0, 2**31, 2**70, 1.5, True):
            yield {"active_model": "res.partner", "active_id": wrong}
        yield {"active_id": partner}
        yield {"active_ids": [self.seen.id]}

    def get_odd(self):
        """Yield contexts that count for nothing, or are malformed."""
        for key in KEYS:
            for value in WRONG:
                yield {key: value}
        for wrong in WRONG:
            yield {"active_model": wrong} if wrong not in ("x", None) else {}

    def test_what_is_active(self):
        token = self.get_token_for_all()
        self.may_change(self.inside, self.spare, self.order, self.invoice)
        calls = self.get_calls()
        # Without a context each is answered, or asks for one
        for name, arguments in calls:
            is_wizard = name.startswith("account.payment.register")
            statuses = ANSWERED if is_wizard else {200}
            self.attempt(token, name, statuses, **arguments)
        for number, context in enumerate(self.get_hidden()):
            # Each of the calls with some of them
            for name, arguments in calls[number % 5 :: 5]:
                self.attempt(token, name, REFUSED, context=context, **arguments)
        self.conclude(200)

    def test_odd_values(self):
        token = self.get_token_for_all()
        self.may_change(self.inside, self.spare, self.order, self.invoice)
        calls = self.get_calls()
        for number, context in enumerate(self.get_odd()):
            name, arguments = calls[number % len(calls)]
            self.attempt(token, name, ANSWERED, context=context, **arguments)
        for number, context in enumerate(WRONG):
            for name, arguments in calls[number % 4 :: 4]:
                self.attempt(token, name, ANSWERED, context=context, **arguments)
        self.conclude(600)

    def test_defaults_of_every_field(self):
        """What the context says of a field that is not open is refused, or dropped."""
        token = self.get_token_for_all()
        self.may_change(self.inside, self.spare, self.order, self.invoice)
        partner = {"name": "New", "ref": "in"}
        order = {"partner_id": self.seen.id, "client_order_ref": "MINE"}
        for model, values, hidden in (
            ("res.partner", partner, self.outside.id),
            ("sale.order", order, self.hidden_order.id),
        ):
            opened = {"name", "ref", "parent_id", "child_ids", "country_id"} | {*order}
            for number, (name, field) in enumerate(self.env[model]._fields.items()):
                is_refused = name not in opened or field.relational
                odd = ("x", [[4, hidden]], [[0, 0, {"name": "x"}]])
                for value in (hidden, odd[number % 3]):
                    self.attempt(
                        token,
                        f"{model}.create",
                        REFUSED if is_refused and name not in values else ANSWERED,
                        vals_list=[values],
                        context={f"default_{name}": value},
                    )
                # Nothing is created: they are dropped
                if number % 8 == 0:
                    self.attempt(
                        token,
                        "res.partner.write",
                        {200},
                        ids=self.seen.ids,
                        vals={"name": "x"},
                        context={f"default_{name}": hidden},
                    )
        self.conclude(600)
