# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ways around the scopes of a token: contexts, relations, names, groupings."""

from odoo.tests import tagged

from .test_json2 import SECRET, Json2Case

MAIL = f"{SECRET}@example.com"


@tagged("post_install", "-at_install")
class TestJson2Paths(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head, cls.branch = cls.inside
        cls.tag = cls.env["res.partner.category"].create({"name": "Tag"})
        cls.head.write({"email": MAIL, "category_id": [(4, cls.tag.id)]})
        cls.country = cls.env.ref("base.be")
        (cls.inside | cls.outside).country_id = cls.country
        cls.head.parent_id = False
        cls.branch.parent_id = cls.head
        # A child that the token does not see
        cls.hidden = cls.Partner.create(
            {"name": f"Hidden {SECRET}", "ref": "out", "parent_id": cls.branch.id}
        )

    def open_partners(self, *names, code="api", **values):
        """Return a token that reads these fields of the partners inside."""
        scope = self.create_api_scope(code, api_read=True, names=names, **values)
        return self.get_token(scope)

    def test_a_context_inside_a_specification_is_the_outer_one(self):
        token = self.open_partners("name", "display_name", "parent_id")
        context = {"show_email": True, "show_address": True, "show_vat": True}
        inner = {"display_name": {}}
        for wish in (
            {"parent_id": {"context": context, "fields": inner}},
            {"parent_id": {"context": context, "fields": {"id": {}, **inner}}},
        ):
            ids = self.branch.ids
            found = self.call(token, "web_read", ids=ids, specification=wish)
            self.assertEqual(found.status_code, 200, found.text)
            self.assertNotIn(SECRET, found.text)
            found = self.call(
                token, "web_search_read", domain=[["id", "in", ids]], specification=wish
            )
            self.assertEqual(found.json()["length"], 1)
            self.assertNotIn(SECRET, found.text)
            found = self.call(
                token, "web_name_search", name="Inside", specification=wish
            )
            self.assertNotIn(MAIL, found.text)
            for arguments in (
                {"auto_unfold": True, "unfold_read_specification": wish},
                {"groupby_read_specification": wish},
                {"groupby_read_specification": {"name": wish, "parent_id": wish}},
            ):
                for groupby in (["name"], ["parent_id"]):
                    found = self.call(
                        token, "web_read_group", domain=[], groupby=groupby, **arguments
                    )
                    self.assertNotIn(MAIL, found.text)
        for broken in (5, "x", [1], {"lang": {}}, {"lang": ["x"]}, {"tz": 5}):
            wish = {"parent_id": {"context": broken, "fields": inner}}
            found = self.call(
                token, "web_read", ids=self.branch.ids, specification=wish
            )
            self.assertIn(found.status_code, (200, 422), found.text)
            self.assertNotIn(SECRET, found.text)
            found = self.call(
                token, "read", ids=self.branch.ids, fields=["name"], context=broken
            )
            self.assertIn(found.status_code, (200, 422), found.text)

    def test_the_language_of_a_specification_still_counts(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.country.with_context(lang="fr_FR").name = "Belgique"
        token = self.open_partners("country_id")
        wish = {
            "country_id": {"context": {"lang": "fr_FR"}, "fields": {"display_name": {}}}
        }
        found = self.call(token, "web_read", ids=self.head.ids, specification=wish)
        self.assertEqual(found.json()[0]["country_id"]["display_name"], "Belgique")

    def test_domains_that_walk_around(self):
        names = ("name", "display_name", "parent_id", "create_date", "country_id")
        token = self.open_partners(*names)
        # What an error repeats is what the caller has sent
        hostile = [["email", "ilike", SECRET[:6]]]
        for domain in (
            [["id", "any", hostile]],
            [["id", "not any", hostile]],
            [["id", "any", [["id", "any", hostile]]]],
            [["id", "any", [["active", "=", True]]]],
            [["name", "any", hostile]],
            [["create_date", "any", hostile]],
            [["create_date.month_number", "any", hostile]],
            [["parent_id", "any", [["id", "any", hostile]]]],
            [["parent_id", "any", [["active", "=", True]]]],
            [["parent_id", "any", [["complete_name", "=", "x"]]]],
            [["parent_id.email", "like", "@"]],
            [["parent_id.parent_id.ref", "=", "out"]],
            [["id.parent_id", "=", 1]],
            [["name.x", "=", 1]],
            [["display_name.no_error", "=", 1]],
            [["create_date.nonsense", "=", 1]],
            [["country_id", "ilike", "Bel"]],
            [["country_id", "=", "Belgium"]],
            [["country_id", "not in", ["Belgium"]]],
            [["country_id.code", "=", "BE"]],
            [["country_id", "any", []]],
            [["id", "in", hostile]],
            [["id", "in", [hostile]]],
            [["id", "in", {"a": hostile}]],
            [["id", "any!", []]],
            [["name", "nonsense", "x"]],
            [["", "=", 1]],
            [[".", "=", 1]],
            [["parent_id.", "=", 1]],
            [["parent_id..name", "=", 1]],
            [[5, "=", 1]],
            [["name", 5, 1]],
            [["name", "="]],
            ["|", ["name", "=", "x"]],
            {"name": "x"},
            "name",
        ):
            for method, more in (
                ("search", {}),
                ("search_count", {"limit": 1}),
                ("search_read", {"fields": ["name"]}),
                ("read_group", {"fields": [], "groupby": ["name"]}),
            ):
                with self.subTest(method=method, domain=domain):
                    found = self.call(token, method, domain=domain, **more)
                    self.assert_refused(found)
        month = self.head.create_date.month
        for domain, expected in (
            ([["create_date.month_number", "=", month]], self.inside),
            ([["parent_id", "=", self.head.id]], self.branch),
            ([["parent_id", "any", [["name", "=", "Inside 0"]]]], self.branch),
            ([["parent_id.name", "=", "Inside 0"]], self.branch),
            ([["parent_id.display_name", "=", "Inside 0"]], self.branch),
            ([["parent_id", "ilike", "inside 0"]], self.branch),
            ([["parent_id", "not ilike", "inside 0"]], self.head),
            ([["parent_id", "=?", False]], self.inside),
            ([["name", "=?", "Inside 0"]], self.head),
            ([["name", "=like", "%0"]], self.head),
            ([["id", ">=", self.branch.id]], self.branch),
        ):
            with self.subTest(domain=domain):
                found = self.call(token, "search", domain=domain)
                self.assertEqual(sorted(found.json()), sorted(expected.ids), found.text)

    def test_a_name_searched_through_a_relation_does_not_guess(self):
        """Odoo searches contacts by e-mail and reference too."""
        token = self.open_partners("name", "display_name", "parent_id", "child_ids")
        for field in ("parent_id", "parent_id.display_name", "child_ids"):
            for operator in ("ilike", "=", "like", "in", "=ilike"):
                for term in (MAIL, "in", SECRET, "out"):
                    if term == "in" and operator.endswith("like"):
                        continue
                    value = [term] if operator == "in" else term
                    domain = [[field, operator, value]]
                    with self.subTest(domain=domain):
                        found = self.call(token, "search", domain=domain)
                        self.assertEqual(found.json(), [], found.text)

    def test_hidden_records_do_not_show_through_lists(self):
        token = self.open_partners("name", "child_ids")
        found = self.call(token, "read", ids=self.inside.ids, fields=["child_ids"])
        self.assertEqual(
            {one["id"]: one["child_ids"] for one in found.json()},
            {self.head.id: self.branch.ids, self.branch.id: []},
        )
        for domain, expected in (
            ([["child_ids", "in", self.hidden.ids]], []),
            ([["child_ids", "=", self.hidden.id]], []),
            ([["child_ids", "not in", self.hidden.ids]], self.inside.ids),
            ([["child_ids", "in", self.branch.ids]], self.head.ids),
            ([["child_ids", "=", False]], self.branch.ids),
            ([["child_ids", "!=", False]], self.head.ids),
            ([["child_ids", "any", []]], self.head.ids),
            ([["child_ids", "in", [False, self.branch.id]]], self.inside.ids),
            ([["child_ids.name", "ilike", SECRET]], []),
        ):
            with self.subTest(domain=domain):
                found = self.call(token, "search", domain=domain)
                self.assertEqual(sorted(found.json()), sorted(expected), found.text)

    def test_groupings_and_aggregates_of_hidden_fields(self):
        # With a scope on tags, so that it is the field that is refused
        tags = self.create_api_scope(
            "tags", "res.partner.category", ("name",), api_read=True
        )
        scope = self.create_api_scope(api_read=True, names=("name", "color"))
        token = self.get_token(scope, tags)
        for spec in ("category_id", "country_code", "country_code:array_agg"):
            is_aggregate = ":" in spec
            groups = {
                "groupby": ["name"] if is_aggregate else [spec],
                "aggregates": [spec] if is_aggregate else [],
            }
            self.assert_refused(
                self.call(token, "formatted_read_group", domain=[], **groups)
            )
            self.assert_refused(
                self.call(
                    token,
                    "formatted_read_grouping_sets",
                    domain=[],
                    grouping_sets=[groups["groupby"]],
                    aggregates=groups["aggregates"],
                )
            )
            if not is_aggregate:
                for method in ("read_group", "web_read_group"):
                    more = {"fields": []} if method == "read_group" else {}
                    found = self.call(token, method, domain=[], groupby=[spec], **more)
                    self.assert_refused(found)
        for more in (
            {"order": "email:array_agg"},
            {"order": "country_code:max"},
            {"having": [["country_code:max", "=", "BE"]]},
            {"having": [["email:count_distinct", ">", 0]]},
            {"aggregates": ["email:count_distinct"]},
            {"aggregates": ["email:array_agg"]},
            {"aggregates": ["credit_limit:sum_currency"]},
            {"groupby": ["create_date:month"]},
            {"groupby": ["parent_id.name"]},
            {"groupby": ["user_ids.login"]},
            {"groupby": ["properties.x"]},
        ):
            with self.subTest(more=more):
                values = {"domain": [], "groupby": ["name"], "aggregates": [], **more}
                self.assert_refused(self.call(token, "formatted_read_group", **values))
        opening = [
            {
                "value": "Inside 0",
                "folded": False,
                "offset": 0,
                "limit": 1,
                "progressbar_domain": [["email", "ilike", "@"]],
            }
        ]
        found = self.call(
            token,
            "web_read_group",
            domain=[],
            groupby=["name"],
            opening_info=opening,
            unfold_read_specification={"name": {}},
        )
        self.assert_refused(found)
        for order in ("country_code", "category_id", "name, email desc nulls first"):
            self.assert_refused(self.call(token, "search", domain=[], order=order))
        found = self.call(
            token,
            "read_group",
            domain=[],
            fields=["color:max"],
            groupby=["name"],
        )
        self.assertEqual(len(found.json()), 2)

    def test_nothing_tells_a_hidden_record_from_none(self):
        scope = self.create_api_scope(
            api_read=True, api_write=True, api_unlink=True, api_methods="action_archive"
        )
        token = self.get_token(scope)
        for method, arguments in (
            ("read", {"fields": ["name"]}),
            ("web_read", {"specification": {}}),
            ("web_read", {"specification": {"name": {}}}),
            ("exists", {}),
            ("write", {"vals": {"name": "x"}}),
            ("unlink", {}),
            ("action_archive", {}),
        ):
            answers = set()
            for identifier in (self.outside.id, 10**8, 0, -1):
                found = self.call(token, method, ids=[identifier], **arguments)
                self.assert_refused(found)
                # Odoo's own errors come with what raised them
                answers.add((found.status_code, found.text))
            with self.subTest(method=method):
                self.assertEqual(len(answers), 1, answers)

    def test_the_own_account_and_what_it_inherits(self):
        scope = self.create_api_scope(
            "me", "res.users", ("name", "display_name"), api_read=True
        )
        partners = self.create_api_scope(
            api_read=True, names=("name", "user_ids"), filter_id=False
        )
        token = self.get_token(scope, partners)
        name = self.user.name
        for domain in ([["name", "=", name]], [["display_name", "ilike", name]]):
            for order in ("name", "id"):
                found = self.call(
                    token, "search", "res.users", domain=domain, order=order
                )
                self.assertEqual(found.json(), self.user.ids, found.text)
        found = self.call(token, "search", domain=[["user_ids.name", "=", name]])
        self.assertEqual(found.json(), self.user.partner_id.ids)
        login = {"login": {}, "lang": {}}
        for method, arguments in (
            ("web_read", {"specification": login}),
            ("read", {"fields": ["login"]}),
        ):
            self.assert_refused(
                self.call(token, method, "res.users", ids=self.user.ids, **arguments)
            )
        wish = {"user_ids": {"fields": login}}
        ids = self.user.partner_id.ids
        self.assert_refused(self.call(token, "web_read", ids=ids, specification=wish))
        found = self.call(
            token,
            "web_read_group",
            domain=[["id", "in", ids]],
            groupby=["name"],
            auto_unfold=True,
            unfold_read_specification=wish,
        )
        self.assert_refused(found)
        for domain in (
            [["login", "=", self.user.login]],
            [["email", "=", self.user.email]],
            [["partner_id.email", "=", self.user.email]],
            [["display_name", "=", self.user.login]],
        ):
            found = self.call(token, "search", "res.users", domain=domain)
            self.assertIn(found.text, ("[]", found.text * (found.status_code >= 400)))
        for spec in ("email:array_agg", "partner_id.email", "lang"):
            key = "aggregates" if ":" in spec else "groupby"
            values = {"groupby": [], "aggregates": [], key: [spec]}
            self.assert_refused(
                self.call(
                    token, "formatted_read_group", "res.users", domain=[], **values
                )
            )

    def test_grouped_by_number_the_records_show_no_name(self):
        """Odoo answers such a group by the name of its record."""
        plain = self.get_token(self.create_api_scope(names=("ref",), api_read=True))
        named = self.get_token(
            self.create_api_scope("named", names=("display_name",), api_read=True)
        )
        for method, arguments in (
            ("formatted_read_group", {"groupby": ["id"], "aggregates": ["__count"]}),
            (
                "formatted_read_grouping_sets",
                {"grouping_sets": [["id"], ["id", "ref"]]},
            ),
            ("web_read_group", {"groupby": ["id"], "aggregates": []}),
            ("read_group", {"groupby": ["id"], "fields": []}),
        ):
            with self.subTest(method=method):
                answer = self.call(plain, method, domain=[], **arguments)
                self.assert_refused(answer)
                self.assertNotIn("Inside", answer.text)
        found = self.call(
            named, "formatted_read_group", domain=[], groupby=["id"], aggregates=[]
        )
        self.assertEqual(found.status_code, 200, found.text)
