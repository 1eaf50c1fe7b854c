# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever methods there are and will be, called with hostile arguments."""

from odoo.tests import tagged
from odoo.tools import mute_logger

from .hostile_case import HostileCase
from .test_json2 import SECRET


@tagged("post_install", "-at_install")
class TestJson2Hostile(HostileCase):
    def test_a_search_follows_few_relations(self):
        names = ("name", "parent_id", "child_ids")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        nested = [["name", "=", "x"]]
        for _number in range(60):
            nested = [["child_ids", "any", nested]]
        for domain in ([["parent_id." * 60 + "name", "=", "x"]], nested):
            for method in ("search", "search_count", "search_read"):
                with self.subTest(method=method):
                    response = self.call(token, method, domain=domain)
                    self.assertEqual(response.status_code, 422, response.text)
                    self.assertIn("10 relations", response.text)
        few = [["parent_id." * 10 + "name", "=", "x"]]
        self.assertEqual(self.call(token, "search", domain=few).status_code, 200)

    @mute_logger("py.warnings", "odoo.sql_db", "odoo.domains")
    def test_every_public_method_of_contacts(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        inside, other = self.inside[0].id, self.outside.id
        count = self.check("res.partner", token, "comment", inside, other)
        self.assertGreater(count, 300)
        self.env.invalidate_all()
        self.assertEqual(self.outside.name, f"Outside {SECRET}")
        self.assertTrue(all(SECRET in text for text in self.inside.mapped("comment")))

    @mute_logger("py.warnings", "odoo.sql_db", "odoo.domains")
    def test_every_public_method_of_users_and_of_a_plain_model(self):
        self.user.partner_id.write({"comment": SECRET, "email": f"{SECRET}@x.example"})
        other = self.env.ref("base.user_admin")
        other.partner_id.name = f"Outside {SECRET}"
        names = ("name",)
        users = self.create_api_scope("me", "res.users", names, api_read=True)
        only = self.env["ir.filters"].create(
            {
                "name": "Belgium",
                "model_id": "res.country",
                "domain": "[('code', '=', 'BE')]",
                "user_ids": False,
            }
        )
        countries = self.create_api_scope(
            "be", "res.country", names, api_read=True, filter_id=only.id
        )
        token = self.get_token(users, countries)
        found = self.check("res.users", token, "email", self.user.id, other.id)
        self.assertGreater(found, 200)
        france = self.env.ref("base.fr")
        france.name = f"Outside {SECRET}"
        belgium = self.env.ref("base.be").id
        found = self.check("res.country", token, "code", belgium, france.id)
        self.assertGreater(found, 200)

    def test_a_domain_that_is_too_deep(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for depth in (100, 300, 3000):
            deep = [["name", "=", "x"]]
            for _level in range(min(depth, 300)):
                deep = [["parent_id", "any", deep]]
            for domain in (deep, ["!"] * depth + [["name", "=", "x"]]):
                response = self.call(token, "search", domain=domain)
                self.assertIn(response.status_code, (200, 400, 403, 422))
        scope = self.create_api_scope(
            "deep", api_read=True, names=("name", "parent_id")
        )
        token = self.get_token(scope)
        response = self.call(token, "search", domain=deep)
        self.assertIn(response.status_code, (200, 422), response.text[:300])

    def test_arguments_that_a_model_does_not_take(self):
        """As comparisons that a search method has no code for, and made-up columns."""

        def search(_records, _operator, _value):
            raise NotImplementedError

        field = self.registry["res.partner"]._fields["tz_offset"]
        self.patch(field, "search", search)
        names = ("parent_id", "tz_offset", "properties_base_definition_id")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        # A column of a plain number, which PostgreSQL takes for a place in the list
        number = "properties_base_definition_id"
        for method, arguments in (
            ("search", {"domain": [["tz_offset", "=", "x"]]}),
            ("search_count", {"domain": [["tz_offset", ">", 5]]}),
            ("search_count", {"domain": [["parent_id", "<", [[]]]]}),
            ("search_count", {"domain": [["parent_id", "<", {"a": 1}]]}),
            ("search", {"domain": [], "order": f"{number}, id"}),
            (
                "formatted_read_group",
                {"domain": [], "groupby": [number], "aggregates": ["__count"]},
            ),
        ):
            with self.subTest(method=method, arguments=arguments):
                with mute_logger("odoo.sql_db"):
                    answer = self.call(token, method, **arguments)
                self.assertIn(answer.status_code, (200, 422), answer.text)
