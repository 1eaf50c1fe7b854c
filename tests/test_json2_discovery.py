# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a narrow token may ask about itself on Odoo's own API."""

from odoo.tests import new_test_user, tagged

from ..json2.discovery import MODEL_FIELDS
from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestJson2Discovery(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.reading = cls.create_api_scope(api_read=True)
        cls.countries = cls.create_api_scope(
            code="countries", model="res.country", names=("name",), api_read=True
        )

    def names(self, token, domain=(), **arguments):
        found = self.call(
            token,
            "search_read",
            "ir.model",
            domain=list(domain),
            fields=["model"],
            **arguments,
        )
        self.assertEqual(found.status_code, 200, found.text)
        return [one["model"] for one in found.json()]

    def assert_hides(self, response, *statuses):
        """Check that a call is refused in order, and that no model is named."""
        self.assertIn(response.status_code, statuses or (403, 404, 422), response.text)
        for name in ("res.partner.bank", "res.groups", "oauth.provider.client"):
            self.assertNotIn(name, response.text)

    def test_the_context_of_the_user(self):
        token = self.get_token(self.reading)
        self.user.write({"lang": "en_US", "tz": "Europe/Brussels"})
        answer = self.call(token, "context_get", "res.users")
        self.assertEqual(
            answer.json(),
            {"lang": "en_US", "tz": "Europe/Brussels", "uid": self.user.id},
        )
        refused = self.call(token, "context_get", "res.users", ids=[self.user.id])
        self.assert_hides(refused, 422)
        self.assert_hides(self.call(token, "read", "res.users", ids=[2]), 403)
        self.assert_hides(self.call(token, "context_get"), 404)

    def test_the_models_that_the_token_opens(self):
        token = self.get_token(self.reading, self.countries)
        self.assertEqual(self.names(token), ["res.country", "res.partner"])
        self.assertEqual(
            self.names(token, order="model desc"), ["res.partner", "res.country"]
        )
        self.assertEqual(self.names(token, order="model", limit=1), ["res.country"])
        ids = self.call(token, "search", "ir.model", domain=[]).json()
        partner = self.env["ir.model"]._get("res.partner")
        country = self.env["ir.model"]._get("res.country")
        self.assertEqual(sorted(ids), sorted((partner | country).ids))
        count = self.call(token, "search_count", "ir.model", domain=[]).json()
        self.assertEqual(count, 2)
        [row] = self.call(token, "read", "ir.model", ids=[partner.id]).json()
        self.assertEqual(row["model"], "res.partner")
        self.assertEqual(row.keys(), set(MODEL_FIELDS))
        described = self.call(token, "fields_get", "ir.model").json()
        self.assertEqual(described.keys(), set(MODEL_FIELDS))
        described = self.call(
            token, "fields_get", "ir.model", attributes=["type"], allfields=["info"]
        )
        self.assertEqual(described.json(), {})

    def test_domains_find_nothing_else(self):
        token = self.get_token(self.reading)
        for domain in (
            [["model", "!=", "res.partner"]],
            ["!", ["model", "=", "res.partner"]],
            [["model", "in", ["res.users", "oauth.provider.client"]]],
            [["id", "=", self.env["ir.model"]._get_id("res.users")]],
            [["display_name", "ilike", "user"]],
            [["model", "=", "\x00"]],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.names(token, domain), [])
        for domain in (
            ["|", ["model", "=", "res.users"], ["transient", "=", False]],
            ["&", ["transient", "=", False], "!", ["model", "=like", "ir.%"]],
            [["model", "not in", ["base"]]],
        ):
            with self.subTest(domain=domain):
                self.assertEqual(self.names(token, domain), ["res.partner"])

    def test_no_other_field_is_named_in_any_way(self):
        token = self.get_token(self.reading)
        ids = [self.env["ir.model"]._get_id("res.partner")]
        for method, arguments in (
            ("read", {"ids": ids, "fields": ["model", "access_ids"]}),
            ("read", {"ids": ids, "fields": "model"}),
            ("read", {"ids": ids, "fields": [["model"]]}),
            ("search_read", {"fields": ["count"]}),
            ("search_read", {"fields": {"model": 1}}),
            ("search", {"domain": [["field_id.name", "=", "email"]]}),
            ("search", {"domain": [["access_ids", "any", [["id", ">", 0]]]]}),
            ("search", {"domain": [["modules", "like", "base"]]}),
            ("search", {"domain": [["id", "child_of", "User"]]}),
            ("search", {"domain": [["info", "!=", False]]}),
            ("search", {"domain": {"model": "res.users"}}),
            ("search", {"domain": [["model", "=", "x"] * 2]}),
            ("search", {"domain": [], "order": "info"}),
            ("search", {"domain": [], "order": "model, count desc"}),
            ("search", {"domain": [], "order": "model; DROP TABLE ir_model"}),
            ("search", {"domain": [], "order": ["model"]}),
            ("search", {"domain": [], "limit": "x"}),
            ("search_count", {"domain": [["state", "=", "base"]]}),
            ("fields_get", {"allfields": "model"}),
        ):
            with self.subTest(method=method, arguments=arguments):
                response = self.call(token, method, "ir.model", **arguments)
                self.assert_hides(response)

    def test_no_other_method_is_open(self):
        token = self.get_token(self.reading)
        ids = [self.env["ir.model"]._get_id("res.partner")]
        for method, arguments in (
            ("write", {"ids": ids, "vals": {"name": "x"}}),
            ("create", {"vals_list": [{"name": "x", "model": "x_x"}]}),
            ("unlink", {"ids": ids}),
            ("name_search", {"name": "user"}),
            ("web_search_read", {"domain": [], "specification": {"model": {}}}),
            ("read_group", {"domain": [], "fields": [], "groupby": ["model"]}),
            ("formatted_read_group", {"domain": [], "groupby": ["model"]}),
            ("get_available_models", {}),
            ("display_name_for", {"models": ["res.users"]}),
            ("export_data", {"ids": ids, "fields_to_export": ["model"]}),
        ):
            with self.subTest(method=method):
                response = self.call(token, method, "ir.model", **arguments)
                self.assert_hides(response)

    def test_a_hidden_model_is_missing(self):
        token = self.get_token(self.reading)
        hidden = self.env["ir.model"]._get_id("res.users")
        answers = [
            self.call(token, "read", "ir.model", ids=[one], fields=["model"])
            for one in (hidden, 2**30)
        ]
        self.assertEqual([one.status_code for one in answers], [404, 404])
        self.assertEqual(*[one.json()["message"] for one in answers])

    def test_a_model_that_the_user_may_not_use_is_none_of_it(self):
        portal = new_test_user(self.env, "oauth_portal", groups="base.group_portal")
        scope = self.create_api_scope(
            code="companies",
            model="ir.cron",
            names=("name",),
            api_read=True,
            api_methods="method_direct_trigger",
        )
        writing = self.create_api_scope(
            code="writing", model="res.country", names=("name",), api_write=True
        )
        self.assertEqual(self.names(self.get_token(scope, writing, user=portal)), [])
        token = self.get_token(scope, writing, self.reading, user=portal)
        self.assertEqual(self.names(token), ["res.partner"])

    def test_a_token_without_a_scope_of_the_api(self):
        token = self.get_token(self.scopes("openid", "profile")[0])
        for method, model in (
            ("context_get", "res.users"),
            ("search_read", "ir.model"),
            ("search_count", "ir.model"),
            ("fields_get", "ir.model"),
        ):
            with self.subTest(model=model, method=method):
                arguments = (
                    {} if method in ("context_get", "fields_get") else {"domain": []}
                )
                response = self.call(token, method, model, **arguments)
                self.assert_hides(response, 403)

    def test_a_token_that_has_ended(self):
        token = self.get_token(self.reading)
        self.assertEqual(self.names(token), ["res.partner"])
        self.env["oauth.provider.token"].find(token).action_revoke()
        for method, model in (("context_get", "res.users"), ("search", "ir.model")):
            self.assertEqual(self.call(token, method, model).status_code, 401)

    def test_a_scope_on_the_list_itself_counts(self):
        self.user.group_ids |= self.env.ref("base.group_system")
        scope = self.create_api_scope(
            code="models", model="ir.model", names=("model", "state"), api_read=True
        )
        token = self.get_token(scope)
        self.assertIn("res.users", self.names(token))
        found = self.call(
            token, "search_read", "ir.model", domain=[], fields=["state"], limit=1
        )
        self.assertEqual(found.status_code, 200)
