# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's own code reads while it searches, and what a caller names meanwhile."""

from odoo.fields import Command, Domain
from odoo.tests import tagged
from odoo.tools import SQL

from ..json2 import current
from ..json2.access import TokenAccess
from .test_json2 import SECRET, Json2Case


class Json2SearchCase(Json2Case):
    def names(self, token, method="search_read", model="res.partner", **arguments):
        arguments.setdefault("domain", [])
        answer = self.call(token, method, model, **arguments)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()


@tagged("post_install", "-at_install")
class TestJson2Search(Json2SearchCase):
    """Code of Odoo that runs inside a search may read what nobody has named."""

    def patch_method(self, model, name, make):
        model_class = self.registry[model]
        self.patch(model_class, name, make(getattr(model_class, name)))

    def test_a_model_reads_in_its_own_search(self):
        """As time off types, which look for the employee of the user."""

        def make(original):
            def search(records, domain, *args, **kwargs):
                assert records.env.user.login and records.env.company.street is not None
                return original(records, domain, *args, **kwargs)

            return search

        token = self.get_token(self.create_api_scope(api_read=True))
        self.patch_method("res.partner", "_search", make)
        found = self.names(token, fields=["name"])
        self.assertEqual({one["id"] for one in found}, set(self.inside.ids))
        self.assertEqual(self.names(token, "search_count"), 2)
        grouped = self.names(
            token, "formatted_read_group", groupby=["name"], aggregates=["__count"]
        )
        self.assertEqual(len(grouped), 2)

    def test_the_token_is_not_asked_about_each_value(self):
        """That would take as long as everything else, where many records are read."""
        scope = self.create_api_scope("all", api_read=True, filter_id=False)
        token, asked = self.get_token(scope), []
        original = TokenAccess.allows_field

        def allows_field(access, model, field, operation, **kwargs):
            asked.append(field.name)
            return original(access, model, field, operation, **kwargs)

        self.env["res.partner"].create([{"name": f"Many {n}"} for n in range(50)])
        self.names(token, fields=["name"], limit=1)
        self.patch(TokenAccess, "allows_field", allows_field)
        self.names(token, fields=["name"], limit=2)
        for_few = len(asked)
        self.assertGreater(for_few, 0)
        self.assertGreater(len(self.names(token, fields=["name"], limit=50)), 40)
        self.assertEqual(len(asked), 2 * for_few)

    def test_a_model_adds_a_condition_of_its_own(self):
        def make(original):
            def search(records, domain, *args, **kwargs):
                if current.access() is not None and not records.env.su:
                    domain = Domain(domain) & Domain("street", "=", SECRET)
                return original(records, domain, *args, **kwargs)

            return search

        self.inside[1].street = "Elsewhere"
        token = self.get_token(self.create_api_scope(api_read=True))
        self.patch_method("res.partner", "_search", make)
        self.assertEqual(self.names(token, "search"), self.inside[0].ids)
        web = self.names(token, "web_search_read", specification={"name": {}})
        self.assertEqual([one["id"] for one in web["records"]], self.inside[0].ids)

    def test_a_table_made_by_code(self):
        """As reports, which convert amounts into the currency of the company."""

        def table(records):
            currency = records.env.company.currency_id
            assert currency.rounding
            return SQL("SELECT * FROM res_country_state WHERE %s > 0", currency.id)

        scope = self.create_api_scope("s", "res.country.state", api_read=True)
        token = self.get_token(scope)
        self.patch(self.registry["res.country.state"], "_table_query", property(table))
        found = self.names(token, model="res.country.state", fields=["name"], limit=2)
        self.assertEqual(len(found), 2)
        count = self.names(token, "search_count", "res.country.state")
        self.assertGreater(count, 2)

    def test_a_model_without_a_table_cannot_be_narrowed(self):
        """As the codes of an account, which its own search makes up."""
        scope = self.create_api_scope("s", "res.country.state", api_read=True)
        token = self.get_token(scope)
        self.patch(self.registry["res.country.state"], "_table_query", "0")
        answer = self.call(token, "search", "res.country.state", domain=[])
        self.assertEqual(answer.status_code, 403, answer.text)
        self.assertIn("cannot be enforced", answer.text)

    def fetch_with_list(self, name):
        """Let contacts need one more list when they are fetched, as events do."""

        def make(original):
            def fetch_query(records, query, fields):
                extra = records._fields[name]
                if records.env.su:
                    return original(records, query, fields)
                fetched = original(records, query, [*fields, extra])
                self.seen |= {one for record in fetched for one in record[name].ids}
                return fetched

            return fetch_query

        self.seen = set()
        self.patch_method("res.partner", "_fetch_query", make)

    def test_a_list_of_a_model_that_is_closed(self):
        """As the attendees of an event, of whom the user may be one."""
        category = self.env["res.partner.category"].create({"name": SECRET})
        self.inside[0].category_id = category
        token = self.get_token(self.create_api_scope(api_read=True))
        self.fetch_with_list("category_id")
        for method, arguments in (
            ("search_read", {"domain": [], "fields": ["name"]}),
            ("web_search_read", {"domain": [], "specification": {"name": {}}}),
        ):
            with self.subTest(method=method):
                self.seen.clear()
                answer = self.call(token, method, **arguments)
                self.assertEqual(answer.status_code, 200, answer.text)
                self.assertNotIn(SECRET, answer.text)
                # Odoo's own code has to see all of it, or it decides wrongly
                self.assertEqual(self.seen, set(category.ids))
        answer = self.call(token, "read", ids=self.inside.ids, fields=["category_id"])
        self.assert_refused(answer)

    def test_what_odoo_needs_whole_nobody_is_answered(self):
        self.inside[0].parent_id = False
        self.inside[1].parent_id = self.inside[0]
        hidden = self.Partner.create({"name": SECRET, "parent_id": self.inside[0].id})
        scope = self.create_api_scope(
            names=("name", "parent_id", "child_ids"), api_read=True
        )
        token = self.get_token(scope)
        self.fetch_with_list("child_ids")
        spec = {"name": {}, "parent_id": {"fields": {"child_ids": {"fields": {}}}}}
        for method, arguments in (
            ("web_search_read", {"domain": [], "specification": spec}),
            (
                "web_search_read",
                {"domain": [], "specification": spec, "order": "name desc", "limit": 9},
            ),
        ):
            with self.subTest(method=method):
                answer = self.call(token, method, **arguments)
                self.assertEqual(answer.status_code, 200, answer.text)
                self.assertIn(hidden.id, self.seen)
                found = answer.json()
                rows = found if isinstance(found, list) else found["records"]
                child = next(row for row in rows if row["id"] == self.inside[1].id)
                self.assertEqual(
                    [one["id"] for one in child["parent_id"]["child_ids"]],
                    self.inside[1].ids,
                )
                self.seen.clear()

    def test_a_model_that_sorts_by_itself_says_which_field_to_list(self):
        """As time off types, by the days that are left."""

        def make(original):
            def search(records, domain, offset=0, limit=None, order=None, **kwargs):
                if order != records._order:
                    return original(records, domain, offset, limit, order, **kwargs)
                found = records.browse(original(records, domain, **kwargs))
                return found.sorted(lambda one: one.street or "")._as_query()

            return search

        names = ("name", "complete_name")
        token = self.get_token(self.create_api_scope(names=names, api_read=True))
        self.patch_method("res.partner", "_search", make)
        for method, arguments in (("search", {}), ("search_read", {"fields": ["id"]})):
            answer = self.call(token, method, domain=[], **arguments)
            self.assertEqual(answer.status_code, 403, answer.text)
            self.assertIn("“street”", answer.json()["message"])
            self.assertIn("list the field", answer.json()["message"])
        self.assertEqual(
            self.names(token, "search", order="id"), sorted(self.inside.ids)
        )


@tagged("post_install", "-at_install")
class TestJson2SearchAttack(Json2SearchCase):
    """Nothing that a caller names gets past the check by way of Odoo's own code."""

    def open_computed(self, search):
        """Return a token of a scope with a computed field that ``search`` searches."""
        field = self.registry["res.partner"]._fields["tz_offset"]
        self.patch(field, "search", search)
        names = ("name", "tz_offset", "child_ids", "parent_id")
        self.inside[1].parent_id = self.inside[0]
        return self.get_token(self.create_api_scope(names=names, api_read=True))

    def attack(self, token):
        """Compare the hidden street with a value, in every way that there is."""
        condition = ["tz_offset", "in", [SECRET]]
        for domain in (
            [condition],
            ["!", condition],
            ["|", ["id", "=", 0], condition],
            [["child_ids", "any", [condition]]],
            [["parent_id", "any", [condition]]],
            [["parent_id.tz_offset", "in", [SECRET]]],
            [["child_ids.tz_offset", "=", SECRET]],
        ):
            for method, arguments in (
                ("search", {}),
                ("search_read", {"fields": ["name"]}),
                ("search_count", {}),
                ("name_search", {"name": ""}),
                ("web_search_read", {"specification": {"name": {}}}),
                (
                    "formatted_read_group",
                    {"groupby": ["name"], "aggregates": ["__count"]},
                ),
                ("web_read_group", {"groupby": ["name"], "aggregates": ["__count"]}),
            ):
                with self.subTest(method=method, domain=domain):
                    answer = self.call(token, method, domain=domain, **arguments)
                    self.assertEqual(answer.status_code, 403, answer.text)
                    self.assertNotIn(SECRET, answer.text)

    def test_a_search_method_of_a_stored_field(self):
        field = self.registry["res.partner"]._fields["function"]
        self.patch(field, "search", lambda _, __, value: [("street", "in", value)])
        token = self.get_token(
            self.create_api_scope(names=("name", "function"), api_read=True)
        )
        for domain in (
            [["function", "in", [SECRET]]],
            ["!", ["function", "=", SECRET]],
            ["|", ["name", "=", "x"], ["function", "=", SECRET]],
        ):
            for method in ("search", "search_read", "search_count", "name_search"):
                with self.subTest(method=method, domain=domain):
                    arguments = {"name": ""} if method == "name_search" else {}
                    answer = self.call(token, method, domain=domain, **arguments)
                    self.assert_refused(answer)

    def test_an_account_number_is_found_without_its_spaces(self):
        """What is stored beside it is made of nothing else."""
        model = "res.partner.bank"
        values = {"acc_number": "BE 1", "partner_id": self.inside[0].id}
        account = self.env[model].create(values)
        scope = self.create_api_scope("b", model, ("acc_number",), api_read=True)
        domain = [["acc_number", "=", "BE1"]]
        found = self.names(self.get_token(scope), "search", model, domain=domain)
        self.assertEqual(found, account.ids)

    def test_a_search_method_that_answers_a_condition(self):
        self.attack(
            self.open_computed(lambda _, operator, value: [("street", "in", value)])
        )

    def test_a_search_method_that_searches(self):
        self.attack(
            self.open_computed(
                lambda model, operator, value: [
                    ("id", "in", model.search([("street", "in", list(value))]).ids)
                ]
            )
        )

    def test_a_search_method_that_answers_a_query(self):
        self.attack(
            self.open_computed(
                lambda model, operator, value: [
                    ("id", "in", model._search([("street", "in", list(value))]))
                ]
            )
        )

    def test_a_search_method_that_compares_in_python(self):
        self.attack(
            self.open_computed(
                lambda model, operator, value: [
                    (
                        "id",
                        "in",
                        model.search([]).filtered(lambda one: one.street in value).ids,
                    )
                ]
            )
        )

    def test_a_search_method_that_looks_at_the_caller(self):
        """As those for one's favorites, which depend on no record."""

        def search(model, operator, value):
            user, company = model.env.user, model.env.company
            assert user.login and company.currency_id.id
            return [("id", "not in", user.partner_id.ids)]

        token = self.open_computed(search)
        found = self.names(token, "search", domain=[["tz_offset", "in", ["x"]]])
        self.assertEqual(set(found), set(self.inside.ids))

    def test_a_search_method_of_the_fields_that_are_open(self):
        token = self.open_computed(
            lambda _, operator, value: [("name", "in", value)],
        )
        domain = [["tz_offset", "in", ["Inside 0", "Outside " + SECRET]]]
        found = self.names(token, "search", domain=domain)
        self.assertEqual(found, self.inside[0].ids)

    def test_a_search_method_finds_no_hidden_record(self):
        """What it finds by itself is limited to the filter of the scope too."""
        token = self.open_computed(
            lambda model, operator, value: [
                ("id", "in", model.search([]).parent_id.ids)
            ]
        )
        self.inside[0].parent_id = self.outside
        found = self.names(token, "search", domain=[["tz_offset", "in", ["x"]]])
        self.assertEqual(found, self.inside[0].ids)

    def test_orders_groups_and_aggregates(self):
        token = self.get_token(
            self.create_api_scope(names=("name", "child_ids"), api_read=True)
        )
        group = {"domain": [], "groupby": ["name"], "aggregates": ["__count"]}
        nested = {"fields": {"name": {}}, "order": "street"}
        for method, arguments in (
            ("search", {"domain": [], "order": "street"}),
            ("search_read", {"domain": [], "order": "name, street desc"}),
            ("search_read", {"domain": [], "fields": ["name", "street"]}),
            (
                "web_search_read",
                {"domain": [], "specification": {"name": {}, "street": {}}},
            ),
            (
                "web_search_read",
                {"domain": [], "specification": {"child_ids": nested}},
            ),
            (
                "web_search_read",
                {
                    "domain": [],
                    "specification": {"child_ids": {"fields": {"street": {}}}},
                },
            ),
            ("formatted_read_group", {**group, "groupby": ["street"]}),
            ("formatted_read_group", {**group, "groupby": ["name", "country_id"]}),
            ("formatted_read_group", {**group, "groupby": ["category_id"]}),
            ("formatted_read_group", {**group, "aggregates": ["street:max"]}),
            ("formatted_read_group", {**group, "aggregates": ["color:sum"]}),
            ("formatted_read_group", {**group, "having": [["color:sum", ">", 1]]}),
            ("formatted_read_group", {**group, "order": "street:max"}),
            (
                "formatted_read_grouping_sets",
                {"domain": [], "grouping_sets": [["name"], ["street"]]},
            ),
            (
                "formatted_read_grouping_sets",
                {"domain": [], "grouping_sets": [[]], "aggregates": ["street:max"]},
            ),
            ("web_read_group", {**group, "groupby": ["street"]}),
            ("read_group", {"domain": [], "fields": [], "groupby": ["street"]}),
        ):
            with self.subTest(method=method, **arguments):
                self.assert_refused(self.call(token, method, **arguments))

    def test_the_domain_stays_checked_below_the_one_of_the_call(self):
        """A search that the caller causes elsewhere is none that has been checked."""
        scope = self.create_api_scope(names=("name",), api_read=True)
        other = self.create_api_scope(
            "c", "res.country.state", names=("name", "country_id"), api_read=True
        )
        token = self.get_token(scope, other)
        for model, domain in (
            ("res.country.state", [["country_id.name", "=", "Belgium"]]),
            ("res.country.state", [["country_id", "any", [["code", "=", "BE"]]]]),
            ("res.country.state", [["country_id", "like", "Bel"]]),
            ("res.partner", [["state_id.name", "=", "x"]]),
            ("res.partner", [["display_name", "child_of", 1]]),
        ):
            with self.subTest(model=model, domain=domain):
                self.assert_refused(self.call(token, "search", model, domain=domain))


@tagged("post_install", "-at_install")
class TestJson2Order(Json2SearchCase):
    """The order of an answer says nothing of a field that is not open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # By name the other way around than by id
        cls.inside[0].name, cls.inside[1].name = "Zoe", "Adam"

    def found(self, *names, model="res.partner", order=None, domain=(), **values):
        scope = self.create_api_scope("o", model, names=names, api_read=True, **values)
        token = self.get_token(scope)
        arguments = {"order": order} if order else {}
        found = self.names(token, "search", model, domain=list(domain), **arguments)
        with_values = self.names(
            token, model=model, domain=list(domain), fields=["id"], **arguments
        )
        self.assertEqual(found, [one["id"] for one in with_values])
        return found

    def test_a_hidden_order_is_replaced_by_the_id(self):
        self.assertEqual(self.found("ref"), sorted(self.inside.ids))

    def test_an_order_that_is_open_is_kept(self):
        found = self.found("complete_name")
        self.assertEqual(found, self.inside[::-1].ids)

    def test_a_caller_who_names_the_model_s_own_order(self):
        order = self.Partner._order
        self.assertEqual(self.found("ref", order=order), sorted(self.inside.ids))

    def test_the_same_order_in_other_words_is_refused(self):
        token = self.get_token(self.create_api_scope(names=("ref",), api_read=True))
        for order in ("complete_name", "complete_name asc, id desc", "id, name"):
            answer = self.call(token, "search", domain=[], order=order)
            self.assert_refused(answer)

    def test_other_models(self):
        states = self.env["res.country.state"].create(
            [
                {
                    "name": f"S{n}",
                    "code": code,
                    "country_id": self.env.ref("base.be").id,
                }
                for n, code in enumerate(("ZZ1", "AA1"))
            ]
        )
        categories = self.env["res.partner.category"].create(
            [{"name": "Zzz"}, {"name": "Aaa"}]
        )
        companies = self.env["res.company"].create(
            [{"name": "J1", "sequence": 9}, {"name": "J2", "sequence": 1}]
        )
        self.user.company_ids |= companies
        for records, hidden, opened in (
            (states, ("name",), ("name", "code")),
            (categories, ("color",), ("name",)),
            (companies, ("name",), ("name", "sequence")),
        ):
            domain = [("id", "in", records.ids)]
            for names, expected in (
                (hidden, sorted(records.ids)),
                (opened, records[::-1].ids),
            ):
                with self.subTest(model=records._name, names=names):
                    self.env["oauth.provider.scope"].search(
                        [("code", "=", "o")]
                    ).code = f"o{records._name}{len(names)}{names[0]}"
                    found = self.found(*names, model=records._name, domain=domain)
                    self.assertEqual(found, expected)

    def test_a_many2one_is_ordered_by_what_is_open_of_its_model(self):
        belgium = self.env.ref("base.be").id
        states = self.env["res.country.state"].create(
            [
                {"name": "1", "code": code, "country_id": belgium}
                for code in ("ZZ2", "AA2")
            ]
        )
        self.inside[0].state_id, self.inside[1].state_id = states
        partners = self.create_api_scope(names=("name", "state_id"), api_read=True)
        model = "res.country.state"
        hidden = self.create_api_scope("h", model, names=("name",), api_read=True)
        opened = self.create_api_scope(
            "c", model, names=("name", "code"), api_read=True
        )
        for scopes, expected in (
            ((partners,), self.inside),
            ((partners, hidden), self.inside),
            ((partners, opened), self.inside[::-1]),
        ):
            token = self.get_token(*scopes)
            for order, wanted in (
                ("state_id", expected.ids),
                ("state_id desc", expected[::-1].ids),
            ):
                with self.subTest(scopes=len(scopes), order=order):
                    found = self.names(token, "search", order=order)
                    self.assertEqual(found, wanted)

    def test_a_list_is_ordered_by_what_is_open_of_its_model(self):
        categories = self.env["res.partner.category"].create(
            [{"name": "Zzz"}, {"name": "Aaa"}]
        )
        self.inside[0].category_id = [Command.set(categories.ids)]
        partners = self.create_api_scope(names=("name", "category_id"), api_read=True)
        model = "res.partner.category"
        hidden = self.create_api_scope("h", model, names=("color",), api_read=True)
        opened = self.create_api_scope("c", model, names=("name",), api_read=True)
        for scope, expected in (
            (hidden, sorted(categories.ids)),
            (opened, categories[::-1].ids),
        ):
            token = self.get_token(partners, scope)
            domain = [["id", "=", self.inside[0].id]]
            found = self.names(token, domain=domain, fields=["category_id"])
            self.assertEqual(found[0]["category_id"], expected)
