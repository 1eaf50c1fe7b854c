# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a caller names inside another argument: domains, orders, fields, groupings."""

import inspect

from odoo.tests import tagged

from ..json2.call import CHANGE_METHODS, READ_METHODS
from .test_json2 import SECRET, Json2Case

#: Every argument of the methods that tokens may call, and nothing else: one that Odoo
#: adds may name fields too, and needs a check (see ``json2/call.py``) and tests.
KNOWN_ARGUMENTS = frozenset(
    {
        "aggregates",
        "allfields",
        "attributes",
        "auto_unfold",
        "count_limit",
        "domain",
        "field_names",
        "fields",
        "groupby",
        "groupby_read_specification",
        "grouping_sets",
        "having",
        "lazy",
        "limit",
        "load",
        "name",
        "offset",
        "opening_info",
        "operator",
        "order",
        "orderby",
        "specification",
        "unfold_read_default_limit",
        "unfold_read_specification",
        "vals",
        "vals_list",
    }
)
#: Domains that would tell whether a guess of a hidden value is right.
HOSTILE = (
    [["street", "=", SECRET]],
    [["street", "=like", f"{SECRET[:3]}%"]],
    ["!", ["comment", "ilike", SECRET]],
    ["|", ["name", "=", "x"], ["street", "=", SECRET]],
    [["parent_id.email", "=", SECRET]],
    [["parent_id", "any", [["email", "=", SECRET]]]],
    [["id", "any", [["street", "=", SECRET]]]],
    [["parent_id." * 11 + "name", "=", "x"]],
)


@tagged("post_install", "-at_install")
class TestJson2Nested(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scope = cls.create_api_scope(
            names=("name", "complete_name", "parent_id", "type", "tz_offset"),
            api_read=True,
        )

    def open_group(self, token, domain, depth=1, **arguments):
        """Open the group of the first contact, narrowed by a nested domain."""
        groupby = ["name", "parent_id", "type"][:depth]
        values = [self.inside[0].name, self.outside.id, self.inside[0].type]
        info = None
        for value in reversed(values[:depth]):
            folded = {"value": value, "folded": False, "limit": 80, "offset": 0}
            nested = {"groups": info} if info else {"progressbar_domain": domain}
            info = [{**folded, **nested}]
        arguments = {"unfold_read_specification": {"name": {}}, **arguments}
        return self.call(
            token,
            "web_read_group",
            domain=[],
            groupby=groupby,
            aggregates=["__count"],
            opening_info=info,
            **arguments,
        )

    def test_a_domain_for_an_opened_group(self):
        token = self.get_token(self.scope)
        for domain in HOSTILE:
            with self.subTest(domain=domain):
                self.assert_refused(self.open_group(token, domain))
        for name, found in ((self.inside[0].name, 1), ("x", 0)):
            answer = self.open_group(token, [["name", "=", name]])
            self.assertEqual(answer.status_code, 200, answer.text)
            records = [
                record
                for group in answer.json()["groups"]
                for record in group.get("__records", ())
            ]
            self.assertEqual(len(records), found)

    def test_a_domain_for_a_group_in_a_group(self):
        names = ("name", "display_name", "parent_id", "type")
        scope = self.create_api_scope("grouped", names=names, api_read=True)
        token = self.get_token(scope)
        self.outside.ref = "in"
        for depth in (2, 3):
            answer = self.open_group(token, [["name", "like", "In"]], depth)
            self.assertEqual(answer.status_code, 200, answer.text)
            self.assertIn("__records", answer.text)
            for domain in HOSTILE:
                with self.subTest(depth=depth, domain=domain):
                    self.assert_refused(self.open_group(token, domain, depth))

    def test_a_domain_that_is_not_followed(self):
        """It is checked wherever it stands, used or not."""
        token = self.get_token(self.scope)
        domain = [["street", "=", SECRET]]
        for info in (
            [{"value": "x", "folded": True, "progressbar_domain": domain}],
            [{"value": "x", "domain": domain}],
            [[{"value": "x", "groups": [{"progressbar_domain": domain}]}]],
        ):
            answer = self.call(
                token,
                "web_read_group",
                domain=[],
                groupby=["name"],
                opening_info=info,
            )
            self.assert_refused(answer)

    def test_a_malformed_domain(self):
        token = self.get_token(self.scope)
        for domain in ("x", 5, [5], [["name"]], {"name": "x"}, [["name", "=", {}]]):
            with self.subTest(domain=domain):
                answer = self.open_group(token, domain)
                self.assertNotEqual(answer.status_code, 500, answer.text)

    def test_a_search_method(self):
        field = self.registry["res.partner"]._fields["tz_offset"]
        self.patch(field, "search", lambda _, __, value: [("street", "in", value)])
        token = self.get_token(self.scope)
        for depth in (1, 2):
            domain = [["tz_offset", "in", [SECRET]]]
            self.assert_refused(self.open_group(token, domain, depth))

    def test_an_order_inside_a_specification(self):
        self.inside[0].child_ids = self.inside[1]
        names = ("name", "display_name", "child_ids")
        token = self.get_token(
            self.create_api_scope("lists", names=names, api_read=True)
        )
        for order, is_open in (
            ("street", False),
            ("name, comment desc", False),
            ("parent_id.street", False),
            ("name desc", True),
        ):
            wish = {"child_ids": {"fields": {"name": {}}, "order": order}}
            deeper = {"child_ids": {"fields": wish}}
            for specification in (wish, deeper):
                for method, arguments in (
                    ("web_read", {"ids": self.inside.ids}),
                    ("web_search_read", {"domain": []}),
                    ("web_name_search", {"name": ""}),
                ):
                    with self.subTest(method=method, specification=specification):
                        answer = self.call(
                            token, method, specification=specification, **arguments
                        )
                        if is_open:
                            self.assertEqual(answer.status_code, 200, answer.text)
                        else:
                            self.assert_refused(answer)
                answer = self.call(
                    token,
                    "web_read_group",
                    domain=[],
                    groupby=["name"],
                    auto_unfold=True,
                    unfold_read_specification=specification,
                )
                if is_open:
                    self.assertEqual(answer.status_code, 200, answer.text)
                else:
                    self.assert_refused(answer)

    def test_opening_groups_asks_for_no_order(self):
        """Odoo adds what is left of the model's own order to the caller's."""
        for model, names in (
            ("res.partner", ("name", "type")),
            ("res.country.state", ("name",)),
            ("res.partner.category", ("name",)),
            ("ir.filters", ("domain",)),
        ):
            code = model.replace(".", "")
            scope = self.create_api_scope(code, model, names=names, api_read=True)
            token = self.get_token(scope)
            for order in (None, names[-1], f"{names[0]} desc"):
                with self.subTest(model=model, order=order):
                    answer = self.call(
                        token,
                        "web_read_group",
                        model,
                        domain=[],
                        groupby=[names[0]],
                        aggregates=["__count"],
                        limit=2,
                        order=order,
                        auto_unfold=True,
                        unfold_read_specification={names[-1]: {}},
                    )
                    self.assertEqual(answer.status_code, 200, answer.text)

    def test_an_order_for_groups_that_the_caller_sends(self):
        token = self.get_token(self.create_api_scope("n", names=("name",), api_read=1))
        own = self.Partner._order.split(",")[0]
        for order in (own, f"name, {own}", f"{own}, name", "street", "complete_name"):
            with self.subTest(order=order):
                answer = self.call(
                    token,
                    "web_read_group",
                    domain=[],
                    groupby=["name"],
                    order=order,
                    auto_unfold=True,
                    unfold_read_specification={"name": {}},
                )
                self.assert_refused(answer)

    def test_groupings_and_conditions_in_lists(self):
        token = self.get_token(self.scope)
        for method, arguments in (
            ("formatted_read_grouping_sets", {"grouping_sets": [["name"], ["street"]]}),
            (
                "formatted_read_grouping_sets",
                {"grouping_sets": [["name"]], "aggregates": ["street:array_agg"]},
            ),
            (
                "formatted_read_group",
                {
                    "groupby": ["name"],
                    "aggregates": ["__count"],
                    "having": ["|", ["__count", ">", 1], ["color:max", ">", 1]],
                },
            ),
            ("web_read_group", {"groupby": ["name", "street"], "auto_unfold": True}),
            (
                "web_read_group",
                {"groupby": ["name"], "order": "street", "auto_unfold": True},
            ),
            (
                "web_read_group",
                {
                    "groupby": ["parent_id"],
                    "groupby_read_specification": {"parent_id": {"email": {}}},
                },
            ),
        ):
            with self.subTest(method=method, arguments=arguments):
                self.assert_refused(self.call(token, method, domain=[], **arguments))

    def test_a_field_is_described_by_the_company_of_the_user(self):
        """As the countries of contract types; not by what a record holds."""
        field = self.registry["res.partner"]._fields["parent_id"]

        def by_company(model):
            return [("id", "in", model.env.companies.country_id.ids)]

        def by_records(model):
            found = model.env["res.partner"].search([])
            return [("name", "in", found.mapped("street"))]

        token = self.get_token(self.scope)
        self.patch(field, "domain", by_company)
        answer = self.call(token, "fields_get")
        self.assertEqual(answer.status_code, 200, answer.text)
        names = set(self.scope.field_ids.mapped("name")) | {"id"}
        self.assertEqual(set(answer.json()), names)
        self.patch(field, "domain", by_records)
        self.assert_refused(self.call(token, "fields_get"))

    def test_every_argument_is_known(self):
        for model_name, model_class in self.registry.items():
            for name in READ_METHODS | CHANGE_METHODS:
                method = getattr(model_class, name)
                for one in (method, inspect.unwrap(method)):
                    parameters = list(inspect.signature(one).parameters.values())[1:]
                    found = {
                        parameter.name
                        for parameter in parameters
                        if parameter.kind
                        not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
                    }
                    with self.subTest(model=model_name, method=name):
                        self.assertLessEqual(found, KNOWN_ARGUMENTS)
