# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Routes with ``oauth_within_scopes``: what they read, and that they write nothing."""

from unittest.mock import patch

from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request
from odoo.tests import tagged
from odoo.tools import lazy

from ..json2 import current
from .test_json2 import SECRET
from .test_token_call import TYPES, RouteCase


@tagged("post_install", "-at_install")
class TestWithinScopes(RouteCase):
    def setUp(self):
        super().setUp()
        self.scope = self.create_api_scope(
            names=("name", "ref"),
            api_read=True,
            api_write=True,
            api_create=True,
            api_unlink=True,
        )
        self.token = self.get_token(self.scope)

    def within(self, run, kind="http"):
        answer = self.serve(self.token, run, kind, within=True)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertNotIn(SECRET, answer.text)
        return answer.json()["result"] if kind == "jsonrpc" else answer.json()

    def test_the_environment_reads_what_the_scopes_open(self):
        outside, inside = self.outside.ids, self.inside.ids

        def read():
            partners = request.env["res.partner"]
            return [
                sorted(partners.search([]).ids),
                sorted(one["name"] for one in partners.search_read([], ["name"])),
                partners.search_count([]),
                [one.name for one in partners.browse(inside)],
                partners.browse(outside + inside).exists()._filtered_access("read").ids,
            ]

        names = ["Inside 0", "Inside 1"]
        expected = [sorted(inside), names, 2, names, inside]
        for kind in TYPES:
            self.assertEqual(self.within(read, kind), expected)
        # Without the parameter there are all rights of the user
        found = self.serve(self.token, read).json()
        self.assertIn(outside[0], found[0])

    def test_what_the_scopes_do_not_open_is_refused(self):
        def refusals():
            partners = request.env["res.partner"]
            inside, outside = (
                partners.browse(self.inside.ids),
                partners.browse(self.outside.ids),
            )
            said = []
            for read in (
                lambda: inside[0].email,
                lambda: inside.read(["email"]),
                lambda: inside.mapped("comment"),
                lambda: inside[0]["street"],
                lambda: partners.search([("email", "=", SECRET)]),
                lambda: partners.search([], order="email"),
                lambda: partners.search([("parent_id.email", "=", SECRET)]),
                lambda: partners._read_group([], ["email"]),
                lambda: outside.name,
                lambda: outside.read(["name"]),
                lambda: request.env["res.country"].search([]),
                lambda: request.env["res.users"].search([]),
                lambda: request.env["res.users"].browse(request.env.uid).login,
            ):
                try:
                    said.append(str(read()))
                except (AccessError, MissingError) as error:
                    said.append(type(error).__name__)
            return said

        denied, missing = "AccessError", "MissingError"
        expected = [denied] * 8 + [missing] * 2 + [denied] * 3
        self.assertEqual(self.within(refusals), expected)

    def test_nothing_is_written(self):
        def refusals():
            partners = request.env["res.partner"]
            one = partners.browse(self.inside[0].id)
            tag = request.env["res.partner.category"].browse(self.tag.id)
            said = []

            def assign(record):
                record.name = "x"

            for write in (
                lambda: partners.create([{"name": "x"}]),
                lambda: partners.name_create("x"),
                one.unlink,
                lambda: tag.write({"name": "x"}),
                lambda: assign(tag),
                tag.unlink,
                tag.copy,
                # Its model reads other fields first
                lambda: one.write({"name": "x"}),
                lambda: assign(one),
            ):
                try:
                    write()
                    said.append("done")
                except RuntimeError as error:
                    said.append("oauth_token.call" in str(error))
                except AccessError:
                    said.append("denied")
            return said

        self.tag = self.env["res.partner.category"].create({"name": "Tag"})
        tags = self.create_api_scope(
            "tags",
            "res.partner.category",
            ("name", "parent_id", "color", "active", "partner_ids", "child_ids"),
            api_read=True,
            api_write=True,
            api_create=True,
            api_unlink=True,
        )
        self.token = self.get_token(self.scope, tags)
        self.assertEqual(self.within(refusals), [True] * 7 + ["denied"] * 2)
        self.assertEqual(self.inside[0].name, "Inside 0")
        self.assertEqual(self.tag.name, "Tag")

    def test_a_call_inside_changes_what_the_scopes_open(self):
        def run():
            token, partners = request.oauth_token, request.env["res.partner"]
            values = {"name": "New", "ref": "in"}
            (new,) = token.call("res.partner", "create", vals_list=[values])
            one = partners.browse(self.inside[0].id)
            names = [partners.browse(new).name, one.name]
            token.call("res.partner", "write", ids=one.ids, vals={"name": "Other"})
            names.append(one.name)
            for method, arguments in (
                ("read", {"ids": one.ids, "fields": ["email"]}),
                ("read", {"ids": self.outside.ids, "fields": ["name"]}),
                ("search", {"domain": "x"}),
            ):
                try:
                    token.call("res.partner", method, **arguments)
                    names.append("done")
                except (UserError, HTTPException):
                    names.append(current.access() is None)
            try:
                names.append(one.email)
            except AccessError:
                names.append("limited")
            try:
                one.name = "x"
            except (AccessError, RuntimeError):
                names.append("limited")
            return names

        limited = ["limited", "limited"]
        expected = ["New", "Inside 0", "Other", False, False, False, *limited]
        self.assertEqual(self.within(run), expected)
        self.env.invalidate_all()
        self.assertEqual(self.inside[0].name, "Other")
        self.assertTrue(self.Partner.search([("name", "=", "New")]))

    def test_the_superuser_is_not_limited(self):
        def run():
            one = request.env["res.partner"].browse(self.outside.id)
            one.sudo().function = "by sudo"
            return [one.sudo().email == SECRET, one.sudo().search_count([]) > 2]

        self.assertEqual(self.within(run), [True, True])
        self.env.invalidate_all()
        self.assertEqual(self.outside.function, "by sudo")

    def test_what_is_cached_is_checked_where_it_is_read(self):
        def run():
            partners = request.env["res.partner"]
            inside, outside = partners.browse(self.inside.ids), self.outside.ids
            outside = partners.browse(outside)
            (inside | outside).sudo().mapped("email")
            (inside | outside).sudo().mapped("name")
            said = []
            for read in (
                lambda: inside.read(["email"]),
                lambda: outside.read(["name"]),
                lambda: partners.search_read([], ["email"]),
                lambda: inside.web_read({"email": {}}),
            ):
                try:
                    said.append(str(read()))
                except (AccessError, MissingError) as error:
                    said.append(type(error).__name__)
            return said

        denied = "AccessError"
        expected = [denied, "MissingError", denied, denied]
        self.assertEqual(self.within(run), expected)

    def test_what_is_read_before_the_route_is_not_at_hand(self):
        seen = []
        controller = self.env.registry["ir.http"]
        before = controller._pre_dispatch.__func__

        def pre_dispatch(cls, rule, args):
            before(cls, rule, args)
            seen.append(request.env["res.partner"].browse(self.outside.id).name)

        with patch.object(controller, "_pre_dispatch", classmethod(pre_dispatch)):
            self.assertEqual(self.within(self.read_outside), "missing")
        self.assertEqual(seen, [self.outside.name])

    def test_what_a_call_has_read_is_not_at_hand(self):
        model, outside = type(self.Partner), self.outside
        search = model.search

        def reading(records, *args, **options):
            seen.append(outside.with_env(records.env).name)
            return search(records, *args, **options)

        def write(records, vals):
            return bool(reading(records, []))

        def run():
            request.oauth_token.call(
                "res.partner", "write", ids=self.inside.ids, vals={"name": "x"}
            )
            return self.read_outside()

        seen = []
        with patch.object(model, "write", write):
            self.assertEqual(self.within(run), "missing")
        self.assertEqual(seen, [outside.name])

    def read_outside(self):
        try:
            return request.env["res.partner"].browse(self.outside.id).name
        except MissingError:
            return "missing"

    def test_a_limit_is_gone_after_an_error_and_for_the_next_token(self):
        def fail():
            seen.append(current.access() is not None)
            raise ValueError(SECRET)

        def look():
            seen.append(current.access() is not None)
            return self.outside.with_env(request.env).email == SECRET

        seen = []
        answer = self.serve(self.token, fail, within=True)
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn(SECRET, answer.text)
        self.assertTrue(self.serve(self.token, look).json())
        self.assertIsNone(current.access())
        self.assertEqual(seen, [True, False])

    def test_nothing_is_evaluated_after_the_limit(self):
        def late():
            yield str(current.access() is not None)

        def stream():
            return http.Response(late(), mimetype="text/plain")

        answer = self.serve(self.token, stream, within=True)
        self.assertEqual(answer.text, "True")

        def lazily():
            return {"limited": lazy(lambda: current.access() is not None)}

        for kind in ("jsonrpc", "json2"):
            self.assertEqual(self.within(lazily, kind), {"limited": True})

    def test_a_token_with_full_access_reads_all_and_writes_nothing(self):
        full = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

        def run():
            one = self.outside.with_env(request.env)
            try:
                one.name = "x"
            except RuntimeError:
                return one.email == SECRET

        answer = self.serve(self.get_token(full), run, within=True)
        self.assertIs(answer.json(), True, answer.text)
