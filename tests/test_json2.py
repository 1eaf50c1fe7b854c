# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Access tokens on Odoo's own API: the scopes, and nothing around them."""

import json
from datetime import datetime, timedelta

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import OAuthCase

SECRET = "s3cr3t-v4lue"
QUIET = (
    "odoo.http",
    "odoo.addons.base.models.ir_model",
    "odoo.addons.oauth_provider.json2.error_answer",
    "odoo.addons.oauth_provider.storage.broken_filters",
    "odoo.orm.models",
)


class Json2Case(OAuthCase):
    """Calls ``/json/2`` with the token of a client that has one scope."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.Partner = cls.env["res.partner"]
        cls.inside = cls.Partner.create(
            [
                {
                    "name": f"Inside {n}",
                    "ref": "in",
                    "comment": SECRET,
                    "street": SECRET,
                }
                for n in range(2)
            ]
        )
        cls.outside = cls.Partner.create(
            {"name": f"Outside {SECRET}", "ref": "out", "email": SECRET}
        )
        cls.inside[0].parent_id = cls.outside
        cls.filter = cls.env["ir.filters"].create(
            {
                "name": "Inside",
                "model_id": "res.partner",
                "domain": "[('ref', '=', 'in')]",
                "user_ids": False,
            }
        )

    @classmethod
    def create_api_scope(
        cls, code="api", model="res.partner", names=("name",), **values
    ):
        found = cls.env["ir.model"]._get(model)
        fields = found.field_id.filtered(lambda field: field.name in names)
        if model == "res.partner":
            values.setdefault("filter_id", cls.filter.id)
        return cls.env["oauth.provider.scope"].create(
            {
                "name": code,
                "code": code,
                "model_id": found.id,
                "field_ids": [Command.set(fields.ids)],
                **values,
            }
        )

    def get_token(self, *scopes, user=None):
        """Return the token of a client that has ``scopes`` (records)."""
        ids = [scope.id for scope in scopes]
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set(ids)],
            user_id=(user or self.user).id,
        )
        answer = self.post(
            "token", {"grant_type": "client_credentials"}, client, secret
        )
        return answer.json()["access_token"]

    def call(self, token, method, model="res.partner", /, **arguments):
        """Call a method and return the response."""
        return self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(arguments),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
            },
            cookies={},
        )

    def setUp(self):
        super().setUp()
        self.quiet = mute_logger(*QUIET)
        self.quiet.__enter__()
        self.addCleanup(self.quiet.__exit__, None, None, None)

    def assert_refused(self, response):
        self.assertIn(response.status_code, (400, 403, 404, 422, 500), response.text)
        self.assertNotEqual(response.status_code, 500, response.text)
        self.assertNotIn(SECRET, response.text)


@tagged("post_install", "-at_install")
class TestJson2(Json2Case):
    def test_reading_is_limited_to_filter_and_fields(self):
        names = ("name", "display_name")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        found = self.call(token, "search", domain=[])
        self.assertEqual(sorted(found.json()), sorted(self.inside.ids))
        found = self.call(token, "search_read", domain=[], fields=["name"]).json()
        self.assertEqual({values["name"] for values in found}, {"Inside 0", "Inside 1"})
        found = self.call(
            token, "web_search_read", domain=[], specification={"name": {}}
        ).json()
        self.assertEqual(found["length"], 2)
        self.assertEqual(self.call(token, "search_count", domain=[]).json(), 2)
        found = self.call(token, "name_search", name="side").json()
        self.assertEqual({pair[0] for pair in found}, set(self.inside.ids))
        found = self.call(token, "read_group", domain=[], fields=[], groupby=["name"])
        self.assertEqual(len(found.json()), 2)
        described = self.call(token, "fields_get").json()
        self.assertEqual(set(described), {"id", "name", "display_name"})

    def test_what_the_scopes_do_not_open_is_refused(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        inside, outside = self.inside[0].id, self.outside.id
        spec = {"parent_id": {"fields": {"name": {}}}}
        for method, arguments in (
            ("read", {"ids": [inside], "fields": ["comment"]}),
            ("read", {"ids": [inside], "fields": ["name", "street"]}),
            ("read", {"ids": [outside], "fields": ["name"]}),
            ("read", {"ids": [inside, outside], "fields": ["name"]}),
            ("read", {"ids": [10**8], "fields": ["name"]}),
            ("web_read", {"ids": [outside], "specification": {"name": {}}}),
            ("web_read", {"ids": [outside], "specification": {}}),
            ("web_read", {"ids": [inside], "specification": spec}),
            ("exists", {"ids": [outside]}),
            ("search", {"domain": [["comment", "ilike", SECRET]]}),
            ("search", {"domain": [["parent_id.name", "ilike", SECRET]]}),
            ("search", {"domain": [["parent_id", "any", [["name", "like", "O"]]]]}),
            ("search", {"domain": [["parent_id", "ilike", SECRET]]}),
            ("search", {"domain": [["user_ids.login", "=", "admin"]]}),
            ("search", {"domain": [["bank_ids.acc_number", "=", "1"]]}),
            ("search", {"domain": [["id", "any!", [["id", "=", 1]]]]}),
            ("search", {"domain": [["id", "child_of", outside], ["ref", "=", "x"]]}),
            ("search", {"domain": [["active", "=", False]]}),
            ("search", {"domain": ["|", ["name", "=", "x"], ["ref", "=", "in"]]}),
            ("search", {"domain": ["!", ["email", "=", SECRET]]}),
            ("search", {"domain": [], "order": "comment"}),
            ("search", {"domain": [], "order": "name, street desc"}),
            ("search", {"domain": [], "order": "parent_id.name"}),
            ("search_read", {"domain": [], "fields": ["comment"]}),
            ("search_read", {"domain": [], "fields": ["display_name"]}),
            ("name_search", {"name": "Inside"}),
            ("search_count", {"domain": [["street", "=", SECRET]]}),
            ("read_group", {"domain": [], "fields": [], "groupby": ["comment"]}),
            ("read_group", {"domain": [], "fields": ["color:max"], "groupby": []}),
            (
                "formatted_read_group",
                {"domain": [], "groupby": [], "aggregates": ["street:array_agg"]},
            ),
            (
                "formatted_read_group",
                {
                    "domain": [],
                    "groupby": ["name"],
                    "aggregates": ["__count"],
                    "having": [["color:max", ">", 1]],
                },
            ),
            ("web_read_group", {"domain": [], "groupby": ["parent_id"]}),
            ("name_search", {"name": "", "domain": [["street", "=", SECRET]]}),
            ("web_name_search", {"name": "", "specification": {"comment": {}}}),
        ):
            with self.subTest(method=method, arguments=arguments):
                self.assert_refused(self.call(token, method, **arguments))

    def test_a_search_by_name_does_not_guess_hidden_fields(self):
        """Odoo searches contacts by e-mail and reference too."""
        self.inside[0].email = f"{SECRET}@example.com"
        names = ("name", "display_name")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        for term in (f"{SECRET}@", "s3", "in"):
            expected = [r.id for r in self.inside if term in r.name.lower()]
            found = self.call(token, "name_search", name=term).json()
            self.assertEqual(sorted(pair[0] for pair in found), expected)
            domain = [["display_name", "ilike", term]]
            found = self.call(token, "search", domain=domain).json()
            self.assertEqual(sorted(found), expected)
            domain = [["display_name", "not ilike", term]]
            found = self.call(token, "search_count", domain=domain).json()
            self.assertEqual(found, len(self.inside) - len(expected))
        token = self.get_token(
            self.create_api_scope("bare", api_read=True, names=("display_name",))
        )
        self.assert_refused(self.call(token, "name_search", name="In"))

    def test_without_a_scope_for_it_nothing_is_open(self):
        # Scopes of otherinfo open nothing here
        token = self.get_token(self.create_api_scope("data"))
        for method, arguments in (
            ("search", {"domain": []}),
            ("read", {"ids": self.inside.ids, "fields": ["name"]}),
            ("create", {"vals_list": [{"name": "x"}]}),
            ("fields_get", {}),
        ):
            self.assert_refused(self.call(token, method, **arguments))
        token = self.get_token(self.create_api_scope(api_read=True))
        for model in ("res.users", "ir.model.fields", "ir.attachment", "res.company"):
            response = self.call(token, "search_read", model, domain=[], fields=["id"])
            self.assert_refused(response)
        self.assert_refused(self.call(token, "search", "no.such.model", domain=[]))
        self.assert_refused(self.call(token, "no_such_method"))
        self.assert_refused(self.call(token, "_search", domain=[]))
        self.assert_refused(self.call(token, "sudo"))

    def test_never_more_than_the_user_may(self):
        portal = new_test_user(self.env, "oauth_portal", groups="base.group_portal")
        scope = self.create_api_scope(
            api_read=True, api_write=True, api_create=True, filter_id=False
        )
        token = self.get_token(scope, user=portal)
        found = self.call(token, "search", domain=[]).json()
        self.assertEqual(found, self.Partner.with_user(portal).search([]).ids)
        self.assert_refused(
            self.call(token, "write", ids=self.inside.ids, vals={"name": "x"})
        )

    def test_several_scopes_open_what_each_of_them_lists(self):
        wide = self.create_api_scope("wide", filter_id=False, api_read=True)
        narrow = self.create_api_scope(
            "narrow", names=("name", "street"), api_read=True
        )
        token = self.get_token(wide, narrow)
        found = self.call(token, "search", domain=[["name", "like", "side"]]).json()
        every = self.inside | self.outside
        self.assertEqual(set(found), set(every.ids))
        for fields in (["street"], ["name", "street"]):
            answer = self.call(token, "read", ids=self.inside.ids, fields=fields)
            self.assertEqual({row["id"] for row in answer.json()}, set(self.inside.ids))
            answer = self.call(token, "read", ids=every.ids, fields=fields)
            self.assert_refused(answer)
            self.assertIn("street", answer.json()["message"])

    def test_full_access_is_what_the_user_may(self):
        scope = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        token = self.get_token(scope)
        found = self.call(token, "read", ids=self.outside.ids, fields=["email"]).json()
        self.assertEqual(found[0]["email"], SECRET)
        with self.assertRaises(ValidationError):
            scope.model_id = self.env["ir.model"]._get("res.partner")

    def test_a_model_with_rules_of_its_own_is_refused_in_the_form(self):
        for model in ("base", "ir.qweb"):
            with self.assertRaises(ValidationError):
                self.create_api_scope("x", model, ("name",), api_read=True)

    def test_a_method_that_every_model_has_cannot_be_named(self):
        names = (
            "_write search a-b web_save export_data copy copy_data onchange default_get"
            " name_create load update_field_translations get_metadata sudo with_user"
            " with_context with_env browse mapped filtered_domain web_resequence"
        )
        for name in names.split():
            with self.subTest(name=name), self.assertRaises(ValidationError):
                self.create_api_scope("y", api_methods=f"action_archive {name}")
        # Nor where a scope from before has one
        scope = self.create_api_scope(api_read=True, api_methods="action_archive")
        self.env.cr.execute(
            "UPDATE oauth_provider_scope SET api_methods = %s WHERE id = %s",
            [names, scope.id],
        )
        self.env.invalidate_all()
        token = self.get_token(scope)
        for method, arguments in (
            ("export_data", {"ids": self.inside.ids, "fields_to_export": ["comment"]}),
            ("copy_data", {"ids": self.inside.ids}),
            ("default_get", {"fields": ["comment"]}),
            ("name_create", {"name": "x"}),
            ("get_metadata", {"ids": self.inside.ids}),
            ("sudo", {"ids": self.inside.ids}),
            ("with_user", {"ids": self.inside.ids, "user": 1}),
            ("browse", {"ids": self.inside.ids}),
            ("mapped", {"ids": self.inside.ids, "func": "comment"}),
        ):
            with self.subTest(method=method):
                self.assert_refused(self.call(token, method, **arguments))

    def test_the_own_account_has_no_back_door(self):
        scope = self.create_api_scope("me", "res.users", ("name",), api_read=True)
        token = self.get_token(scope)
        found = self.call(token, "search", "res.users", domain=[]).json()
        self.assertEqual(found, self.user.ids)
        # Odoo lets everybody read this of the own account
        response = self.call(
            token, "read", "res.users", ids=self.user.ids, fields=["login", "lang"]
        )
        self.assert_refused(response)

    def test_without_named_fields_those_of_the_scope_are_read(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        found = self.call(token, "search_read", domain=[]).json()
        self.assertEqual(
            {frozenset(values) for values in found}, {frozenset({"id", "name"})}
        )

    def test_dead_and_foreign_tokens(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        record = self.env["oauth.provider.token"].find(token)
        for broken in ("x" * 43, token[:-1], token + "x", "a.b.c", ""):
            response = self.call(broken, "search", domain=[])
            self.assertEqual(response.status_code, 401)
        response = self.call("x" * 43, "search", domain=[])
        self.assertIn('error="invalid_token"', response.headers["WWW-Authenticate"])
        record.audience = "https://elsewhere.example.com"
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 401)
        record.audience = False
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 200)
        self.user.active = False
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 401)

    def test_api_keys_work_as_before(self):
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.user)
            ._generate("rpc", "test", datetime.now() + timedelta(days=1))
        )
        found = self.call(key, "read", ids=self.outside.ids, fields=["email"]).json()
        self.assertEqual(found[0]["email"], SECRET)
        self.assertEqual(self.call("0" * 40, "search", domain=[]).status_code, 401)

    def test_the_403_for_what_is_not_open_is_odoos_own_error_and_a_challenge(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        response = self.call(token, "unlink", ids=self.outside.ids)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.json()["name"], "odoo.exceptions.AccessError")
        self.assertTrue(response.json()["message"])
        challenge = response.headers["WWW-Authenticate"]
        self.assertIn('error="insufficient_scope"', challenge)
        self.assertNotIn(" scope=", challenge)

    def test_other_bearer_routes_need_full_access(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        bearer = {"Authorization": f"Bearer {token}"}
        response = self.url_open("/json/1/contacts", headers=bearer, cookies={})
        self.assertIn(response.status_code, (403, 404))

    def test_narrowing_ends_with_the_call(self):
        """Neither the cache of record rules nor the next request knows of a token."""
        scope = self.create_api_scope("me", "res.users", ("name",), api_read=True)
        partners = self.create_api_scope(api_read=True)
        self.env.registry.clear_all_caches()
        token = self.get_token(scope, partners)
        self.call(token, "search", "res.users", domain=[])
        self.call(token, "search", domain=[])
        users = self.env["res.users"].with_user(self.user)
        self.assertGreater(users.search_count([]), 1)
        key = (
            self.env["res.users.apikeys"]
            .with_user(self.user)
            ._generate("rpc", "test", datetime.now() + timedelta(days=1))
        )
        found = self.call(key, "search", domain=[["name", "ilike", SECRET]]).json()
        self.assertEqual(found, self.outside.ids)
