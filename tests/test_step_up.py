# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A refusal names the scopes to ask for next, and only if they open the call."""

import re
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from ..json2 import step_up
from .test_json2 import Json2Case

EVERY = "[('id', '>', 0)]"


@tagged("post_install", "-at_install")
class TestStepUp(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client, cls.secret = cls.create_client("backend application")
        cls.country = cls.env.ref("base.be")
        cls.inside.country_id = cls.country

    def scope(self, code, model="res.partner", names=("name",), **values):
        """Create a scope of the client, which reads unless it says otherwise."""
        if not values:
            values["api_read"] = True
        scope = self.create_api_scope(code, model, names, **values)
        self.client.scope_ids |= scope
        return scope

    def token_of(self, codes):
        data = {"grant_type": "client_credentials", "scope": codes}
        answer = self.post("token", data, self.client, self.secret)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()["access_token"]

    def read_header(self, response):
        """Return the parameters (dict) of the challenge of ``response``."""
        header = response.headers.get("WWW-Authenticate", "")
        self.assertNotIn("  ", header)
        return dict(re.findall(r'([a-z_]+)="([^"]*)"', header))

    def refused(self, codes, method, model="res.partner", /, **arguments):
        """Call with a token of ``codes``, and return the scope that is named."""
        response = self.call(self.token_of(codes), method, model, **arguments)
        self.assertEqual(response.status_code, 403, response.text)
        self.assert_refused(response)
        parameters = self.read_header(response)
        self.assertEqual(parameters.get("error"), "insufficient_scope", response.text)
        self.assertIn("resource_metadata", parameters)
        return parameters.get("scope")

    def assert_steps_up(self, codes, expected, method, *model, **arguments):
        """Assert what a refused call names, and that it opens the call."""
        named = self.refused(codes, method, *model, **arguments)
        self.assertEqual(named, expected)
        response = self.call(self.token_of(named), method, *model, **arguments)
        self.assertEqual(response.status_code, 200, response.text)
        return response

    def test_a_model(self):
        self.scope("partners")
        self.scope("countries", "res.country", ("name", "code"))
        arguments = {"domain": [], "fields": ["code"], "limit": 1}
        self.assert_steps_up(
            "partners",
            "countries partners",
            "search_read",
            "res.country",
            **arguments,
        )
        # Of the same reach, the first by its code
        self.scope("atlas", "res.country", ("code",))
        self.assert_steps_up(
            "partners", "atlas partners", "search_read", "res.country", **arguments
        )
        # None that does not list the field
        self.scope("aaa", "res.country", ("name",))
        self.assert_steps_up(
            "partners", "atlas partners", "search_read", "res.country", **arguments
        )

    def test_an_operation(self):
        self.scope("a.create", api_create=True)
        self.scope("read")
        self.scope("write", api_write=True)
        self.scope("remove", api_unlink=True, names=())
        ids = self.inside[0].ids
        self.assert_steps_up(
            "read", "read write", "write", ids=ids, vals={"name": "Inside 0"}
        )
        made = self.Partner.create({"name": "Old", "ref": "in"})
        self.assert_steps_up("read", "read remove", "unlink", ids=made.ids)

    def test_fields(self):
        self.scope("base", names=("name", "ref"))
        self.scope("more", names=("street", "email"))
        self.scope("a.phone", names=("phone",))
        for method, arguments, expected in (
            ("read", {"ids": self.inside.ids, "fields": ["street"]}, "base more"),
            ("read", {"ids": self.inside.ids, "fields": ["phone"]}, "a.phone base"),
            (
                "read",
                {"ids": self.inside.ids, "fields": ["name", "phone", "email"]},
                "a.phone base more",
            ),
            ("search", {"domain": [["street", "!=", "x"]]}, "base more"),
            ("search", {"domain": [], "order": "phone desc"}, "a.phone base"),
            (
                "search_read",
                {
                    "domain": ["|", ["street", "=", "x"], ["ref", "=", "in"]],
                    "fields": ["name"],
                    "order": "phone",
                },
                "a.phone base more",
            ),
            (
                "formatted_read_group",
                {"domain": [], "groupby": ["street"], "aggregates": ["__count"]},
                "base more",
            ),
            (
                "web_search_read",
                {"domain": [], "specification": {"name": {}, "email": {}}},
                "base more",
            ),
        ):
            with self.subTest(method=method, arguments=arguments):
                self.assert_steps_up("base", expected, method, **arguments)

    def test_fields_to_write(self):
        self.scope("base", names=("name",), api_write=True)
        self.scope("more", names=("street",), api_write=True)
        self.scope("other", names=("phone",), api_create=True)
        ids = self.inside[0].ids
        self.assert_steps_up(
            "base", "base more", "write", ids=ids, vals={"name": "N", "street": "S"}
        )
        self.assertIsNone(
            self.refused("base", "write", ids=ids, vals={"phone": "1", "street": "S"})
        )

    def test_properties(self):
        self.scope("base", api_write=True)
        self.scope("more", names=("properties",), api_write=True)
        self.assert_steps_up(
            "base",
            "base more",
            "write",
            ids=self.inside[0].ids,
            vals={"properties": {}},
        )

    def test_two_models(self):
        self.scope("partners", names=("name", "country_id"))
        self.scope("countries", "res.country", ("name",))
        self.scope("z.codes", "res.country", ("name", "code"))
        wish = {"name": {}, "country_id": {"fields": {"code": {}}}}
        self.assert_steps_up(
            "partners",
            "partners z.codes",
            "web_search_read",
            domain=[],
            specification=wish,
        )
        self.scope("log", "res.lang", ("name",))
        # The path of a domain, and nothing at all before
        self.assert_steps_up(
            "log",
            "log partners z.codes",
            "search",
            domain=[["country_id.code", "=", "BE"]],
        )
        self.scope("names", names=("display_name", "name"))
        self.assert_steps_up("log", "log names", "name_search", name="Inside")
        # By its name
        self.assert_steps_up(
            "log",
            "countries log partners",
            "search",
            domain=[["country_id", "ilike", "belg"]],
        )

    def test_a_link(self):
        self.scope("base", names=("name", "country_id"), api_write=True)
        self.scope("countries", "res.country", ("name",))
        self.assert_steps_up(
            "base",
            "base countries",
            "write",
            ids=self.inside[0].ids,
            vals={"country_id": self.country.id},
        )

    def test_a_method(self):
        self.scope("base")
        self.scope("archive", api_methods="action_archive toggle_active")
        self.scope("archive.read", api_methods="action_archive", api_read=True)
        self.assert_steps_up(
            "base", "archive base", "action_archive", ids=self.inside[1].ids
        )
        # Of a model that the token opens nothing of
        self.scope("log", "res.lang", ("name",))
        self.inside.active = True
        self.assert_steps_up(
            "log", "archive log", "action_archive", ids=self.inside[1].ids
        )

    def test_a_change_of_other_records(self):
        """What the caller sends is a field of another record."""
        bank = self.env["res.bank"].create({"name": "Bank", "bic": "OLDBEBB"})
        other = self.env["res.bank"].create({"name": "Other", "bic": "OTHRBEBB"})
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "1",
                "partner_id": self.inside[0].id,
                "bank_id": bank.id,
            }
        )
        self.scope(
            "base",
            "res.partner.bank",
            ("bank_bic", "acc_number"),
            api_read=True,
            api_write=True,
        )
        self.scope("bank.read", "res.bank", ("bic",), api_read=True)
        self.scope("bank.name", "res.bank", ("name",), api_write=True)
        arguments = {"ids": account.ids, "vals": {"bank_bic": "NEWBEBB"}}
        # None of those that the client may have
        self.assertIsNone(
            self.refused("base", "write", "res.partner.bank", **arguments)
        )
        self.scope("bank.write", "res.bank", ("bic",), api_write=True)
        found = self.refused("base", "write", "res.partner.bank", **arguments)
        self.assertEqual(found, "bank.write base")
        # The token does not see what it writes there
        narrow = self.env["ir.filters"].create(
            {
                "name": "Other bank",
                "model_id": "res.bank",
                "domain": f"[('id', '=', {other.id})]",
                "user_ids": False,
            }
        )
        scopes = self.client.scope_ids
        scopes.filtered(lambda one: one.code == "bank.write").filter_id = narrow
        # Which records it opens is found out by having it, and asked once
        found = self.refused("base", "write", "res.partner.bank", **arguments)
        self.assertEqual(found, "bank.write base")
        self.assertIsNone(self.refused(found, "write", "res.partner.bank", **arguments))
        self.assertEqual(bank.bic, "OLDBEBB")
        scopes.filtered(lambda one: one.code == "bank.write").filter_id = False
        self.assert_steps_up(
            "base", "bank.write base", "write", "res.partner.bank", **arguments
        )
        self.env.invalidate_all()
        self.assertEqual(bank.bic, "NEWBEBB")

    def test_where_nothing_helps(self):
        self.scope("base", names=("name",))
        narrow = self.env["ir.filters"].create(
            {
                "name": "Other",
                "model_id": "res.partner",
                "domain": EVERY,
                "user_ids": False,
            }
        )
        # It may open the field of this record: only looking at the record could tell
        self.scope("wide", names=("name", "email"), filter_id=narrow.id, api_read=True)
        ids = self.inside.ids
        for method, arguments in (
            ("read", {"ids": ids, "fields": ["phone"]}),
            ("unlink", {"ids": ids}),
            ("action_archive", {"ids": ids}),
            ("search", {"domain": [["id", "child_of", ids]]}),
            ("copy", {"ids": ids}),
            ("search_count", {"domain": [["country_id.code", "=", "BE"]]}),
        ):
            with self.subTest(method=method, arguments=arguments):
                self.assertIsNone(self.refused("base", method, **arguments))
        self.assert_steps_up("base", "base wide", "read", ids=ids, fields=["email"])
        response = self.call(self.token_of("base"), "_search", domain=[])
        self.assertIn(response.status_code, (403, 404))
        self.assertNotIn("WWW-Authenticate", response.headers)

    def test_what_the_user_may_not_do(self):
        self.scope("base")
        self.scope("servers", "ir.mail_server", ("name",))
        # The token refuses, and so would Odoo
        self.assertIsNone(self.refused("base", "search", "ir.mail_server", domain=[]))
        # Odoo refuses
        token = self.token_of("servers")
        response = self.call(token, "search", "ir.mail_server", domain=[])
        self.assertEqual(response.status_code, 403)
        self.assertNotIn("WWW-Authenticate", response.headers)
        field = self.Partner._fields["street"]
        self.scope("streets", names=("street",))
        self.patch(field, "groups", "base.group_system")
        self.assertIsNone(
            self.refused("base", "read", ids=self.inside.ids, fields=["street"])
        )

    def test_full_access_is_the_last_resort(self):
        full = self.env["oauth.provider.scope"].create(
            {"name": "A", "code": "a.all", "full_access": True}
        )
        self.client.scope_ids |= full
        self.scope("base")
        self.scope("streets", names=("street",))
        ids = self.inside.ids
        self.assert_steps_up("base", "base streets", "read", ids=ids, fields=["street"])
        self.assert_steps_up("base", "a.all base", "read", ids=ids, fields=["phone"])
        self.assert_steps_up("base", "a.all base", "search", "res.country", domain=[])
        self.assert_steps_up(
            "base", "a.all base", "search", domain=[["id", "child_of", ids]]
        )
        self.assertIsNone(self.refused("base", "search", "ir.mail_server", domain=[]))

    def test_a_hidden_record_and_a_missing_one(self):
        self.scope("base", names=("name",))
        self.scope("streets", names=("street",))
        self.scope("write", api_write=True)
        missing = 2**31 - 2
        for method, arguments in (
            ("read", {"fields": ["street"]}),
            ("read", {"fields": ["phone"]}),
            ("web_read", {"specification": {"street": {}}}),
            ("write", {"vals": {"name": "x"}}),
            ("unlink", {}),
        ):
            answers = []
            for record_id in (self.outside.id, missing, self.inside[0].id):
                token = self.token_of("base")
                answer = self.call(token, method, ids=[record_id], **arguments)
                headers = dict(answer.headers)
                headers.pop("Date", None)
                answers.append((answer.status_code, answer.content, headers))
            with self.subTest(method=method):
                self.assertEqual(answers[0], answers[1])
                self.assertEqual(answers[2][0], 403)
                if method != "web_read":
                    # That one looks for the record first
                    self.assertEqual(answers[1], answers[2])
        # With it, all are missing, and nobody is asked again
        token = self.token_of("base streets")
        for record_id in (self.outside.id, missing):
            answer = self.call(token, "read", ids=[record_id], fields=["street"])
            self.assertEqual(answer.status_code, 404)
            self.assertNotIn("WWW-Authenticate", answer.headers)
        # The link to a record that the wider token does not see
        self.scope("link", names=("parent_id",), api_write=True)
        found = {
            self.refused(
                "base",
                "write",
                ids=self.inside[1].ids,
                vals={"parent_id": record_id},
            )
            for record_id in (self.outside.id, missing, self.inside[0].id)
        }
        self.assertEqual(found, {"base link"})

    def test_very_many_scopes(self):
        fields = self.env["ir.model"]._get("res.partner").field_id
        plain = fields.filtered(
            lambda f: f.store and f.ttype == "char" and f.name not in ("name", "ref")
        ).sorted("name")[:8]
        self.scope("base")
        scopes = self.env["oauth.provider.scope"].create(
            [
                {
                    "name": f"S {number}",
                    "code": f"s{number:03}",
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "filter_id": self.filter.id,
                    "api_read": True,
                    "field_ids": [Command.set(plain[number % 8].ids)],
                }
                for number in range(300)
            ]
        )
        self.client.scope_ids |= scopes
        names = plain.mapped("name")
        ids = self.inside.ids
        self.assert_steps_up(
            "base",
            "base s000 s001 s007",
            "read",
            ids=ids,
            fields=[names[0], names[1], names[7]],
        )
        tried = []
        before = step_up._Search._try

        def count(search, *arguments):
            tried.append(search)
            return before(search, *arguments)

        with patch.object(step_up._Search, "_try", count):
            # Beyond three, one after the other
            self.assert_steps_up(
                "base",
                " ".join(["base", *(f"s{number:03}" for number in range(8))]),
                "read",
                ids=ids,
                fields=list(names),
            )
        self.assertEqual(len(tried), 9)
        self.assertLessEqual(tried[0]._steps, 2 * step_up.MOST_STEPS)
        # A call that works looks for nothing
        token = self.token_of("base")
        with patch.object(step_up, "find") as find:
            self.call(token, "read", ids=ids, fields=["name"])
            find.assert_not_called()
            self.call(token, "read", ids=ids, fields=["street"])
            find.assert_called_once()
        # Nor is anything named for which that takes too long
        with patch.object(step_up, "MOST_TRIALS", 3):
            self.assertIsNone(self.refused("base", "read", ids=ids, fields=list(names)))
        with patch.object(step_up, "MOST_STEPS", 3):
            self.assert_steps_up(
                "base", "base s000 s001", "read", ids=ids, fields=list(names[:2])
            )

    def test_nothing_is_done_on_the_way(self):
        """Neither what was refused nor what is tried changes anything."""
        self.scope("base")
        self.scope("write", api_write=True, api_methods="action_archive")
        for method, arguments in (
            ("write", {"ids": self.inside.ids, "vals": {"name": "Changed"}}),
            ("action_archive", {"ids": self.inside.ids}),
        ):
            self.assertEqual(self.refused("base", method, **arguments), "base write")
        self.env.invalidate_all()
        self.assertEqual(self.inside.mapped("name"), ["Inside 0", "Inside 1"])
        self.assertTrue(all(self.inside.mapped("active")))

    def test_what_does_not_open_the_call_is_not_named(self):
        self.scope("base")
        self.scope("streets", names=("street",))
        wrong = self.scope("wrong", names=("phone",))
        facts = frozenset(step_up._Facts.of(wrong))
        with patch.object(step_up._Search, "_combine", return_value=facts):
            named = self.refused("base", "read", ids=self.inside.ids, fields=["street"])
        self.assertIsNone(named)

    def test_nonsense_besides(self):
        self.scope("base")
        self.scope("streets", names=("street",))
        with self.assertNoLogs(step_up.__name__, "ERROR"):
            named = self.refused(
                "base",
                "search_read",
                domain=[],
                fields=["street", "no_such"],
            )
            self.assertIsNone(named)

    def test_an_error_on_the_way(self):
        self.scope("base")
        self.scope("streets", names=("street",))
        with (
            patch.object(step_up._Search, "_try", side_effect=KeyError("x")),
            self.assertLogs(step_up.__name__, "ERROR") as logs,
        ):
            named = self.refused("base", "read", ids=self.inside.ids, fields=["street"])
        self.assertIsNone(named)
        self.assertIn("KeyError", logs.output[0])
