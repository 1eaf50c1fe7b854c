# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Routes of addons that act for a token, as ``/json/2`` would."""

import json
import re
from contextlib import suppress
from unittest.mock import patch

import psycopg2
import psycopg2.errors
from werkzeug.exceptions import HTTPException

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.http import request
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2 import current
from ..json2.token_call import _Undoing
from .common import CommittedCase
from .test_error_text import business
from .test_json2 import SECRET, Json2Case

COUNT = "SELECT count(*) FROM ir_config_parameter WHERE key LIKE 'oauth_undoing.%'"
TYPES = ("http", "jsonrpc", "json2")


class RouteCase(Json2Case):
    """Serves a function of a test as a route of each type."""

    #: What the routes run; the class is in the controllers only while a test runs
    served = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_controller()

    @classmethod
    def _make_controller(cls):
        def serve(_self, **_parameters):
            result = RouteCase.served()
            is_http = request.dispatcher.routing_type == "http"
            is_made = isinstance(result, http.Response)
            return (
                request.make_json_response(result)
                if is_http and not is_made
                else result
            )

        routes = {}
        for kind in TYPES:
            for within in (False, True):
                name = f"{kind}_{'within' if within else 'all'}"

                def route(self, _serve=serve, **parameters):
                    return _serve(self, **parameters)

                route.__name__ = name
                routes[name] = http.route(
                    f"/oauth_test/{name}",
                    type=kind,
                    auth="oauth",
                    methods=["POST"],
                    oauth_within_scopes=within,
                )(route)
        module = "odoo.addons.oauth_provider.controllers"
        known = http.Controller.children_classes["oauth_provider"]
        before = list(known)
        type("RouteTest", (http.Controller,), {"__module__": module, **routes})
        cls.env.registry.clear_cache("routing")

        def restore():
            known[:] = before
            cls.env.registry.clear_cache("routing")

        cls.addClassCleanup(restore)

    def serve(self, token, run, kind="http", within=False):
        """Return the response of a route that runs ``run``."""
        with patch.object(RouteCase, "served", staticmethod(run)):
            return self.url_open(
                f"/oauth_test/{kind}_{'within' if within else 'all'}",
                data=json.dumps({"params": {}}),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                },
                cookies={},
            )

    def act(self, token, method, model="res.partner", /, kind="http", **arguments):
        """Return the response of a route that calls this and nothing else."""

        def run():
            return request.oauth_token.call(model, method, **arguments)

        return self.serve(token, run, kind)


@tagged("post_install", "-at_install")
class TestTokenCall(RouteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.full = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def test_a_call_leaves_no_savepoint(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        opened = []

        def watch(env):
            undoing = _Undoing(env)
            opened.append(undoing._savepoint)
            return undoing

        def run():
            for ids in (self.inside.ids, self.outside.ids):
                with suppress(UserError):
                    request.oauth_token.call(
                        "res.partner", "read", ids=ids, fields=["name"]
                    )
            return [savepoint.closed for savepoint in opened]

        with patch("odoo.addons.oauth_provider.json2.token_call._Undoing", watch):
            self.assertEqual(self.serve(token, run).json(), [True, True])

    def test_a_call_has_the_result_of_the_api(self):
        scope = self.create_api_scope(api_read=True, api_write=True)
        limited, full = self.get_token(scope), self.get_token(self.full)
        for token in (limited, full):
            for method, model, arguments in (
                ("search", "res.partner", {"domain": [("name", "ilike", "inside")]}),
                ("search_read", "res.partner", {"domain": [], "fields": ["name"]}),
                ("read", "res.partner", {"ids": self.inside.ids, "fields": ["name"]}),
                (
                    "write",
                    "res.partner",
                    {"ids": self.inside[0].ids, "vals": {"name": "Other"}},
                ),
                ("search_count", "res.partner", {"domain": [["name", "ilike", "in"]]}),
                ("context_get", "res.users", {}),
                ("search", "res.country", {"domain": [], "limit": 2}),
            ):
                expected = self.call(token, method, model, **arguments)
                is_open = token == full or model != "res.country"
                if method != "search" or token == limited:
                    self.assertEqual(
                        expected.status_code, 200 if is_open else 403, expected.text
                    )
                for kind in TYPES:
                    got = self.act(token, method, model, kind=kind, **arguments)
                    self.assertEqual(got.status_code, expected.status_code, got.text)
                    value = got.json()
                    if kind == "jsonrpc" and got.status_code == 200:
                        value = value["result"]
                    self.assertEqual(value, expected.json(), (method, kind))

    @staticmethod
    def fail_with_secret():
        raise ValueError(SECRET)

    @staticmethod
    def without_number(response):
        text = re.sub(r"Reference: \d+", "Reference", response.json()["message"])
        return {**response.json(), "message": text}

    @mute_logger("odoo.sql_db")
    def test_a_refusal_is_the_answer_of_the_api_on_each_type(self):
        scope = self.create_api_scope(api_read=True, api_write=True)
        wider = self.create_api_scope("wider", api_read=True, names=("name", "email"))
        client, secret = self.create_client(
            "backend application",
            scope_ids=[Command.set((scope | wider).ids)],
            user_id=self.user.id,
        )
        data = {"grant_type": "client_credentials", "scope": "api"}
        token = self.post("token", data, client, secret).json()["access_token"]
        inside, outside = self.inside[0].ids, self.outside.ids
        for status, model, method, arguments in (
            (403, "res.partner", "read", {"ids": inside, "fields": ["email"]}),
            (403, "res.partner", "unlink", {"ids": inside}),
            (403, "res.country", "search", {"domain": []}),
            (403, "res.partner", "_search", {"domain": []}),
            (404, "res.partner", "read", {"ids": outside, "fields": ["name"]}),
            (404, "res.partner", "write", {"ids": outside, "vals": {"name": "x"}}),
            (404, "res.partner", "no_such", {}),
            (404, "no.such", "read", {}),
            (422, "res.partner", "read", {"ids": "x", "fields": ["name"]}),
            (422, "res.partner", "search", {"ids": [1], "domain": []}),
            (422, "res.partner", "search", {"domain": [], "nonsense": 1}),
            (422, "res.partner", "search", {"domain": "x"}),
            (422, "res.partner", "search", {"domain": [], "context": "x"}),
            (422, "res.partner", "write", {"ids": inside, "vals": {"name": False}}),
        ):
            expected = self.call(token, method, model, **arguments)
            self.assertEqual(expected.status_code, status, expected.text)
            for kind in TYPES:
                with self.subTest(kind=kind, model=model, method=method, **arguments):
                    got = self.act(token, method, model, kind=kind, **arguments)
                    self.assertEqual(got.status_code, status, got.text)
                    self.assertEqual(*(self.without_number(x) for x in (got, expected)))
                    name = "WWW-Authenticate"
                    got, said = got.headers.get(name), expected.headers.get(name)
                    self.assertEqual(
                        got and got.split(", resource")[0],
                        said and said.split(", resource")[0],
                    )
        header = self.act(token, "read", ids=inside, fields=["email"]).headers
        self.assertIn(' scope="api wider"', header["WWW-Authenticate"])
        self.assertIn('error="insufficient_scope"', header["WWW-Authenticate"])

    def test_a_refusal_counts_as_one_of_the_api(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        self.get_refusals()

        def run():
            try:
                request.oauth_token.call("res.partner", "unlink", ids=self.inside.ids)
            except AccessError:
                return "caught"

        self.assertEqual(self.serve(token, run).json(), "caught")
        caught = self.get_refusals()
        self.act(token, "unlink", ids=self.inside.ids)
        left = self.get_refusals()
        self.call(token, "unlink", ids=self.inside.ids)
        expected = self.get_refusals()
        self.assertTrue(expected)
        self.assertEqual(repr(caught), repr(expected))
        self.assertEqual(repr(left), repr(expected))

    def test_what_a_refused_call_did_is_undone_and_nothing_else(self):
        self.env["ir.model.fields"].flush_model()
        token = self.get_token(self.create_api_scope(api_read=True, api_write=True))

        def run():
            calls = request.oauth_token.call
            request.env.user.partner_id.function = "by the route"
            calls("res.partner", "write", ids=self.inside[0].ids, vals={"name": "One"})
            try:
                # It leaves the filter, and is refused after it is written
                calls(
                    "res.partner",
                    "write",
                    ids=self.inside.ids,
                    vals={"name": "Two", "ref": "out"},
                )
            except AccessError as error:
                return [str(error), calls("res.partner", "search_count", domain=[])]

        answer = self.serve(token, run)
        self.assertEqual(answer.status_code, 200, answer.text)
        self.assertEqual(answer.json()[1], 2)
        self.env.invalidate_all()
        self.assertEqual(self.inside.mapped("name"), ["One", "Inside 1"])
        self.assertEqual(self.user.partner_id.function, "by the route")

    def test_a_call_that_fails_in_the_database_leaves_the_route_a_transaction(self):
        token = self.get_token(self.create_api_scope(api_read=True, api_write=True))
        domain = [("id", "=", 2**70)]

        def run():
            said = []
            for method, arguments in (
                ("search", {"domain": domain}),
                ("write", {"ids": self.inside.ids, "vals": {"name": False}}),
            ):
                try:
                    request.oauth_token.call("res.partner", method, **arguments)
                except (UserError, HTTPException) as error:
                    said.append(type(error).__name__)
            count = request.oauth_token.call("res.partner", "search_count", domain=[])
            return [*said, count]

        with mute_logger("odoo.sql_db"):
            answer = self.serve(token, run)
        self.assertEqual(answer.json()[-1], 2, answer.text)
        self.assertIn("ValidationError", answer.json())

    def test_a_caught_error_says_nothing_of_what_is_closed(self):
        token = self.get_token(self.create_api_scope(api_create=True, api_write=True))
        model = type(self.Partner)

        code = business(UserError, self.fail_with_secret)

        def write(records, vals):
            code.from_none(records)

        def run():
            try:
                request.oauth_token.call(
                    "res.partner", "write", ids=self.inside.ids[:1], vals={"name": "x"}
                )
            except UserError as error:
                return str(error)

        with patch.object(model, "write", write):
            answer = self.serve(token, run)
            self.assertIn("Odoo refuses this", answer.text)
            self.assertNotIn(SECRET, answer.text)

    def test_nothing_stays_on_after_a_call_of_any_end(self):
        token = self.get_token(self.create_api_scope(api_read=True, api_write=True))
        other = self.get_token(
            self.create_api_scope(
                "emails", names=("email",), api_read=True, filter_id=False
            )
        )
        seen = []

        def run():
            for method, arguments in (
                ("read", {"ids": self.inside.ids, "fields": ["name"]}),
                ("read", {"ids": self.inside.ids, "fields": ["email"]}),
                ("read", {"ids": self.outside.ids, "fields": ["name"]}),
                ("write", {"ids": self.inside.ids, "vals": {"ref": "x"}}),
                ("read", {"ids": "x"}),
                ("no_such", {}),
            ):
                with suppress(UserError, HTTPException):
                    request.oauth_token.call("res.partner", method, **arguments)
                seen.append(
                    (current.access(), current.write_guard(), current.companies())
                )
                # All rights of the user
                seen.append(self.outside.with_env(request.env).email == SECRET)
            return True

        for _number in range(2):
            self.assertEqual(self.serve(token, run).status_code, 200)
            found = self.act(other, "read", ids=self.outside.ids, fields=["email"])
            self.assertEqual(found.json()[0]["email"], SECRET)
        self.assertEqual(seen, [(None, None, None), True] * 12)

    def test_only_the_token_of_the_request_acts(self):
        scope = self.create_api_scope(api_read=True)
        token = self.get_token(scope)
        other = self.env["oauth.provider.token"].find(self.get_token(scope))
        with self.assertRaises(ValueError):
            other.call("res.partner", "search", domain=[])

        def run():
            try:
                other.with_env(request.oauth_token.env).call(
                    "res.partner", "search", domain=[]
                )
            except ValueError as error:
                return str(error)

        self.assertIn("came with", self.serve(token, run).json())

    def test_the_token_acts_in_whatever_environment_it_is_held(self):
        token = self.get_token(self.create_api_scope(api_read=True))

        def run():
            held = request.oauth_token.with_env(request.env)
            request.update_context(active_test=False, oauth_client="other")
            found = held.call("res.partner", "search", domain=[])
            return sorted(found)

        self.assertEqual(self.serve(token, run).json(), sorted(self.inside.ids))

    def test_arguments_are_what_they_are_in_json(self):
        token = self.get_token(self.create_api_scope(api_read=True))

        def run():
            call = request.oauth_token.call
            said = [
                call("res.partner", "search_count", domain=[("name", "like", "In")])
            ]
            for ids, domain in (
                (self.inside.with_env(request.env), []),
                ((), [("id", "in", self.outside.with_env(request.env).sudo())]),
                ((), object()),
            ):
                try:
                    said.append(call("res.partner", "search", ids=ids, domain=domain))
                except HTTPException as error:
                    said.append(error.code)
            return said

        self.assertEqual(self.serve(token, run).json(), [2, 422, 422, 422])

    def test_odoo_runs_the_request_again_where_it_would_for_the_api(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        tries = []

        def search(*_args, **_options):
            tries.append(1)
            raise psycopg2.errors.LockNotAvailable()

        def run():
            try:
                return request.oauth_token.call("res.partner", "search", domain=[])
            except (UserError, HTTPException):
                return "caught"

        with patch.object(type(self.Partner), "search", search):
            answer = self.serve(token, run)
        self.assertEqual(answer.status_code, 500)
        self.assertNotIn("caught", answer.text)
        self.assertTrue(tries)


@tagged("post_install", "-at_install")
class TestUndoing(CommittedCase):
    """What a call does is undone, whether business code ends the transaction or not."""

    def add(self, env, key):
        env.cr.execute(
            "INSERT INTO ir_config_parameter (key, value) VALUES (%s, 'x')",
            (f"oauth_undoing.{key}",),
        )

    def count(self, env):
        env.cr.execute(COUNT)
        return env.cr.fetchone()[0]

    def test_what_came_before_stays(self):
        with self.transaction() as env:
            self.add(env, "before")
            undoing = _Undoing(env)
            for _number in range(2):
                self.add(env, "inside")
                undoing.undo()
                self.assertEqual(self.count(env), 1)
            self.add(env, "kept")
            undoing.keep()
            self.assertEqual(self.count(env), 2)
            env.cr.rollback()

    def test_the_transaction_may_end_inside(self):
        with self.transaction() as env:
            for end in (env.cr.commit, env.cr.rollback):
                undoing = _Undoing(env)
                end()
                undoing.keep()
                undoing = _Undoing(env)
                end()
                self.add(env, "inside")
                undoing.undo()
                self.assertEqual(self.count(env), 0)

    def test_what_is_kept_is_written_wherever_the_transaction_ended(self):
        with self.transaction() as env:
            partner = env.ref("base.main_partner")
            for end in (env.cr.flush, env.cr.commit):
                undoing = _Undoing(env)
                end()
                partner.comment = "Kept"
                undoing.keep()
                env.invalidate_all(flush=False)
                self.assertIn("Kept", partner.comment or "")
                env.cr.rollback()
                env.invalidate_all(flush=False)

    def test_a_failed_statement_leaves_a_transaction(self):
        with self.transaction() as env, mute_logger("odoo.sql_db"):
            undoing = _Undoing(env)
            with self.assertRaises(psycopg2.Error):
                env.cr.execute("SELECT nonsense")
            undoing.undo()
            self.assertEqual(self.count(env), 0)
