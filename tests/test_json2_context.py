# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the context of a call may name: active records, and default values."""

from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2 import call_context
from .test_json2 import SECRET, Json2Case

WIZARD = "base.partner.merge.automatic.wizard"


@tagged("post_install", "-at_install")
class TestJson2Context(Json2Case):
    def get_wizard_token(self, *scopes):
        """Return a token that makes a wizard about contacts."""
        wizard = self.create_api_scope(
            f"wizard{len(self.env['oauth.provider.scope'].search([]))}",
            WIZARD,
            ("partner_ids", "dst_partner_id", "state"),
            api_create=True,
            api_read=True,
        )
        return self.get_token(wizard, *scopes)

    def active(self, *records, model="res.partner"):
        ids = [record.id for record in records]
        return {"active_model": model, "active_id": ids[0], "active_ids": ids}

    def test_a_wizard_learns_what_is_active(self):
        token = self.get_wizard_token(self.create_api_scope(api_read=True))
        context = self.active(*self.inside)
        names = ["partner_ids", "state"]
        response = self.call(
            token, "default_get", WIZARD, fields=names, context=context
        )
        self.assertEqual(response.status_code, 200, response.text)
        expected = [[6, 0, self.inside.ids]]
        self.assertEqual(
            response.json(), {"partner_ids": expected, "state": "selection"}
        )
        response = self.call(token, "create", WIZARD, vals_list=[{}], context=context)
        self.assertEqual(response.status_code, 200, response.text)
        wizard = self.env[WIZARD].browse(response.json())
        self.assertEqual(wizard.partner_ids, self.inside)
        # Without it, about nothing
        response = self.call(token, "create", WIZARD, vals_list=[{}])
        self.assertFalse(self.env[WIZARD].browse(response.json()).partner_ids)

    def test_what_is_hidden_cannot_be_active(self):
        token = self.get_wizard_token(self.create_api_scope(api_read=True))
        missing = self.Partner.browse(2**31 - 1)
        answers = set()
        for records in (
            [self.outside],
            [missing],
            [self.inside[0], self.outside],
            [self.inside[0], missing],
        ):
            for method, arguments in (
                ("create", {"vals_list": [{}]}),
                ("default_get", {"fields": ["partner_ids"]}),
                ("search_read", {"domain": [], "fields": ["state"]}),
            ):
                response = self.call(
                    token, method, WIZARD, context=self.active(*records), **arguments
                )
                answers.add((response.status_code, response.json()["message"]))
        self.assertEqual(answers, {(404, "Record does not exist or has been deleted.")})
        self.assertFalse(self.env[WIZARD].search([]).partner_ids)
        # Either key is checked
        for context in (
            {"active_model": "res.partner", "active_id": self.outside.id},
            {"active_model": "res.partner", "active_ids": self.outside.ids},
        ):
            response = self.call(
                token, "create", WIZARD, vals_list=[{}], context=context
            )
            self.assertEqual(response.status_code, 404, response.text)

    def test_a_model_without_a_scope_cannot_be_active(self):
        token = self.get_wizard_token()
        for record in (
            self.inside[0],
            self.env.ref("base.main_company"),
            self.env["ir.attachment"].create({"name": SECRET}),
        ):
            response = self.call(
                token,
                "create",
                WIZARD,
                vals_list=[{}],
                context=self.active(record, model=record._name),
            )
            self.assertEqual(response.status_code, 403, response.text)
            self.assertNotIn(SECRET, response.text)
        # A scope that does not read is not enough
        writing = self.create_api_scope("writing", api_write=True)
        response = self.call(
            self.get_wizard_token(writing),
            "create",
            WIZARD,
            vals_list=[{}],
            context=self.active(self.inside[0]),
        )
        self.assertEqual(response.status_code, 403, response.text)

    def test_a_refusal_names_the_scope_to_ask_for(self):
        reading = self.create_api_scope("reading", api_read=True)
        scope = self.create_api_scope("wizard", WIZARD, ("state",), api_create=True)
        client, secret = self.create_client(
            "backend application",
            scope_ids=[(6, 0, (reading | scope).ids)],
            user_id=self.user.id,
        )
        data = {"grant_type": "client_credentials", "scope": "wizard"}
        token = self.post("token", data, client, secret).json()["access_token"]
        # Also for a record that this scope does not open: that would tell of it
        for record in (self.inside[0], self.outside):
            response = self.call(
                token, "create", WIZARD, vals_list=[{}], context=self.active(record)
            )
            self.assertEqual(response.status_code, 403, response.text)
            challenge = response.headers["WWW-Authenticate"]
            self.assertIn('scope="reading wizard"', challenge)

    def test_a_model_on_which_scopes_cannot_be_enforced_is_not_active(self):
        token = self.get_wizard_token(self.create_api_scope(api_read=True))
        context = self.active(self.inside[0])
        refuses = patch.object(call_context, "is_enforceable", lambda *_: False)
        with refuses:
            response = self.call(
                token, "create", WIZARD, vals_list=[{}], context=context
            )
        self.assertEqual(response.status_code, 403, response.text)

    @mute_logger("odoo.sql_db")
    def test_malformed_active_records(self):
        token = self.get_wizard_token(self.create_api_scope(api_read=True))
        inside = self.inside[0].id
        for context in (
            {"active_model": "no.such.model", "active_id": inside},
            {"active_model": ["res.partner"], "active_id": inside},
            {"active_model": {"a": 1}},
            {"active_model": 5},
            {"active_model": "res.partner", "active_id": "1"},
            {"active_model": "res.partner", "active_id": True},
            {"active_model": "res.partner", "active_id": -1},
            {"active_model": "res.partner", "active_id": 0},
            {"active_model": "res.partner", "active_id": 2**40},
            {"active_model": "res.partner", "active_id": [inside]},
            {"active_model": "res.partner", "active_ids": inside},
            {"active_model": "res.partner", "active_ids": "abc"},
            {"active_model": "res.partner", "active_ids": {"a": 1}},
            {"active_model": "res.partner", "active_ids": [[inside]]},
            {"active_model": "res.partner", "active_ids": [None]},
            {"active_model": "res.partner", "active_ids": [2**70]},
            {"active_id": inside},
            {"active_ids": [inside]},
        ):
            with self.subTest(context=context):
                response = self.call(
                    token, "create", WIZARD, vals_list=[{}], context=context
                )
                self.assertEqual(response.status_code, 422, response.text)
        for context in (
            {"active_id": False, "active_ids": None, "active_model": False},
            {"active_model": "res.partner", "active_ids": []},
            {"active_model": "res.partner", "active_ids": [inside] * 10_000},
        ):
            response = self.call(
                token, "create", WIZARD, vals_list=[{}], context=context
            )
            self.assertEqual(response.status_code, 200, response.text)

    def test_what_is_to_be_read_has_no_active_records_of_its_own(self):
        token = self.get_token(
            self.create_api_scope(names=("name", "parent_id"), api_read=True)
        )
        response = self.call(
            token,
            "web_read",
            ids=self.inside.ids,
            specification={
                "parent_id": {"context": self.active(self.outside), "fields": {}}
            },
        )
        # Dropped there, as everything else that steers business code
        self.assertEqual(response.status_code, 200, response.text)

    # Defaults

    def test_defaults_are_values(self):
        scope = self.create_api_scope(
            names=("name", "ref", "street"), api_create=True, api_read=True
        )
        token = self.get_token(scope)
        context = {"default_ref": "in", "default_street": "Road"}
        response = self.call(
            token,
            "create",
            vals_list=[{"name": "A"}, {"name": "B", "street": "Lane"}],
            context=context,
        )
        self.assertEqual(response.status_code, 200, response.text)
        made = self.Partner.browse(response.json())
        self.assertEqual(made.mapped("street"), ["Road", "Lane"])
        self.assertEqual(made.mapped("ref"), ["in", "in"])
        response = self.call(token, "create", vals_list={"name": "C"}, context=context)
        self.assertEqual(self.Partner.browse(response.json()).street, "Road")
        response = self.call(
            token, "default_get", fields=["name", "street", "ref"], context=context
        )
        self.assertEqual(response.json(), {"street": "Road", "ref": "in"})

    def test_defaults_are_checked_like_values(self):
        scope = self.create_api_scope(
            names=("name", "ref", "parent_id"), api_create=True, api_read=True
        )
        token = self.get_token(scope)
        number = self.Partner.search_count([])
        for context in (
            {"default_comment": SECRET},
            {"default_no_such_field": 1},
            {"default_": 1},
            {"default_name": {"a": [1]}},
            {"default_parent_id": self.outside.id},
            {"default_parent_id": 10**9},
            {"default_parent_id": [[0, 0, {"name": "x"}]]},
            {"default_child_ids": [[0, 0, {"name": "x"}]]},
            {"default_ref": "out"},
            {f"default_x{n}": n for n in range(10_000)},
        ):
            with self.subTest(context=str(context)[:80]):
                values = {"name": "x"} | (
                    {} if "default_ref" in context else {"ref": "in"}
                )
                values = {
                    name: value
                    for name, value in values.items()
                    if f"default_{name}" not in context
                }
                self.assert_refused(
                    self.call(token, "create", vals_list=[values], context=context)
                )
        self.assertEqual(self.Partner.search_count([]), number)
        self.assert_refused(
            self.call(
                token,
                "default_get",
                fields=["name"],
                context={"default_comment": SECRET},
            )
        )

    def test_defaults_reach_no_other_model(self):
        """In the context they would be those of every record that code creates."""
        scope = self.create_api_scope(
            "users",
            "res.partner.category",
            ("name", "color"),
            api_create=True,
            api_read=True,
        )
        token = self.get_token(scope, user=self.env.ref("base.user_admin"))
        seen = []
        categories = type(self.env["res.partner.category"])

        def create(model, vals_list):
            seen.append(
                [one for one in model.env.context if one.startswith("default_")]
            )
            return categories_create(model, vals_list)

        categories_create = categories.create
        self.patch(categories, "create", create)
        response = self.call(
            token,
            "create",
            "res.partner.category",
            vals_list=[{"name": "x"}],
            context={"default_color": 3},
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(seen, [[]])
        made = self.env["res.partner.category"].browse(response.json())
        self.assertEqual(made.color, 3)

    def test_elsewhere_defaults_are_dropped(self):
        token = self.get_token(self.create_api_scope(api_read=True, api_write=True))
        context = {"default_comment": SECRET, "default_nonsense": {}}
        for method, arguments in (
            ("search_read", {"domain": [], "fields": ["name"]}),
            ("write", {"ids": self.inside[0].ids, "vals": {"name": "N"}}),
        ):
            response = self.call(token, method, context=context, **arguments)
            self.assertEqual(response.status_code, 200, response.text)
        for name in ("mail_create_nosubscribe", "tracking_disable", "no_such"):
            response = self.call(
                token, "search", domain=[], context={name: {"x": self.outside.id}}
            )
            self.assertEqual(response.status_code, 200, response.text)
