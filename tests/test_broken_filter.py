# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A filter that cannot be used for a person means no record, and nobody is shown it."""

from unittest.mock import patch

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..json2 import call as json2_call
from ..storage import broken_filters
from .common import REDIRECT_URI, new_manager
from .test_json2 import Json2Case

LOGGER = "odoo.addons.oauth_provider.storage.broken_filters"
#: What stands in every broken filter, and in no answer.
MARK = "hidden-mark"
#: Broken for the person {n} alone, in each of the ways. The rest finds all contacts.
WAYS = {
    "operator does not exist": (
        "[('name', '!=', '" + MARK + "'), ('id', '!=', context_today() if uid == {n}"
        " else 1)]"
    ),
    "invalid date": (
        "[('name', '!=', '" + MARK + "'), ('create_date', '>', '20-" + MARK + "' if"
        " uid == {n} else '2000-01-01')]"
    ),
    "division by zero": "[('name', '!=', '"
    + MARK
    + "'), ('id', '>', 0 / (uid - {n}))]",
    "unknown name": "[('name', '!=', '" + MARK + "' if uid != {n} else nonsense)]",
    "unknown field": "[('name' if uid != {n} else 'no_such', '!=', '" + MARK + "')]",
    "unknown field below": (
        "[('name' if uid != {n} else 'parent_id.no_such', '!=', '" + MARK + "')]"
    ),
    "unknown operator": "[('name', '!=' if uid != {n} else '%%', '" + MARK + "')]",
    "closed field": (
        "['|', ('name', '!=', '" + MARK + "'), ('name' if uid != {n} else"
        " 'user_ids.oauth_identifier', '!=', '" + MARK + "')]"
    ),
    "no text of PostgreSQL": (
        "[('name', '!=', '" + MARK + "' + ('\\x00' if uid == {n} else ''))]"
    ),
    "no domain": "[('name', '!=', '" + MARK + "')] if uid != {n} else 5",
    "other kind": (
        "[('name', '!=', '" + MARK + "'), ('id', 'in', [1, 'x'] if uid == {n} else"
        " [id for id in range(1, 9999)])]"
    ),
}


class BrokenFilterCase(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = new_test_user(
            cls.env,
            "oauth_other",
            groups="base.group_user,base.group_partner_manager",
            password="oauth_other_password",
        )

    def setUp(self):
        super().setUp()
        broken_filters.forget()
        broken_filters.buffer.reset()
        self.addCleanup(broken_filters.buffer.reset)
        self.addCleanup(broken_filters.forget)
        quiet = mute_logger("odoo.sql_db", LOGGER)
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def break_filter(self, text, **values):
        """Return a scope whose filter is ``text``, for this user, and put it in place.

        :param text: with {n} for the number of the user
        """
        code = values.pop("code", "broken")
        narrow = self.env["ir.filters"].create(
            {"name": "N", "model_id": "res.partner", "user_ids": False, "domain": "[]"}
        )
        names = values.pop("names", ("name",))
        scope = self.create_api_scope(
            code, names=names, filter_id=narrow.id, **{"api_read": True, **values}
        )
        self.replace(scope, text)
        return scope

    def replace(self, scope, text):
        """Put ``text`` into the filter, as the update of an addon does."""
        self.env.cr.execute(
            "UPDATE ir_filters SET domain = %s WHERE id = %s",
            [text.replace("{n}", str(self.user.id)), scope.filter_id.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def assert_hidden(self, response):
        """Assert that the answer says nothing of the filter."""
        text = response.text + str(response.headers)
        for word in (MARK, "no_such", "nonsense", "oauth_identifier", "context_today"):
            self.assertNotIn(word, text)

    def get_failed_at(self, scope):
        broken_filters.buffer.flush()
        self.env.invalidate_all()
        return scope.filter_failed_at


@tagged("post_install", "-at_install")
class TestBrokenFilter(BrokenFilterCase):
    def test_on_json2(self):
        inside = self.inside[0].id
        calls = (
            ("search", {"domain": []}, []),
            ("search", {"domain": [["name", "like", "Inside"]]}, []),
            ("search_count", {"domain": []}, 0),
            ("search_read", {"domain": [], "fields": ["name"]}, []),
            ("name_search", {"name": "Inside"}, []),
            ("formatted_read_group", {"domain": [], "groupby": ["name"]}, []),
            ("read", {"ids": [inside], "fields": ["name"]}, None),
            ("web_read", {"ids": [inside], "specification": {"name": {}}}, None),
        )
        for number, (way, text) in enumerate(WAYS.items()):
            scope = self.break_filter(
                text, code=f"b{number}", names=("name", "display_name")
            )
            token = self.get_token(scope)
            well = self.get_token(scope, user=self.other)
            for method, arguments, expected in calls:
                # As the first call of a worker, too
                broken_filters.forget()
                with self.subTest(way=way, method=method):
                    response = self.call(token, method, **arguments)
                    self.assert_hidden(response)
                    if expected is None:
                        self.assertEqual(response.status_code, 404, response.text)
                        continue
                    self.assertEqual(response.status_code, 200, response.text)
                    self.assertEqual(response.json(), expected)
            with self.subTest(way=way, who="other"):
                found = self.call(well, "search", domain=[["name", "like", "Inside"]])
                self.assertEqual(sorted(found.json()), self.inside.ids, found.text)

    def test_one_more_scope_on_the_model(self):
        for number, (way, text) in enumerate(WAYS.items()):
            good = self.create_api_scope(f"good{number}", api_read=True)
            broken = self.break_filter(text, code=f"b{number}")
            for scopes in ((good, broken), (broken, good)):
                token = self.get_token(*scopes)
                broken_filters.forget()
                with self.subTest(way=way):
                    found = self.call(token, "search", domain=[])
                    self.assertEqual(found.status_code, 200, found.text)
                    self.assertEqual(sorted(found.json()), self.inside.ids)
                    found = self.call(
                        token, "read", ids=self.inside.ids, fields=["name"]
                    )
                    self.assertEqual(len(found.json()), 2, found.text)
                    hidden = self.call(
                        token, "read", ids=self.outside.ids, fields=["name"]
                    )
                    self.assertEqual(hidden.status_code, 404)

    def test_the_broken_domain_of_a_caller_stays_the_callers(self):
        text = "[('name', '!=', 'x'), ('create_date', '>', '2000-01-01')]"
        scope = self.break_filter(text, names=("name", "create_date"))
        token = self.get_token(scope)
        before, runs = json2_call.call, []

        def call(*arguments):
            runs.append(arguments)
            return before(*arguments)

        domains = (
            [["create_date", ">", "20-x"]],
            [["id", "=", "x"]],
            [["name", "=", "a\x00b"]],
        )
        with patch.object(json2_call, "call", call):
            for domain in domains:
                with self.subTest(domain=domain):
                    response = self.call(token, "search", domain=domain)
                    self.assertEqual(response.status_code, 422, response.text)
        # None of them is run again
        self.assertEqual(len(runs), len(domains))
        # Both at once
        self.replace(scope, WAYS["operator does not exist"])
        response = self.call(token, "search", domain=[["create_date", ">", "20-x"]])
        self.assert_hidden(response)
        self.assertIn(response.status_code, (200, 422))
        self.assertEqual(self.call(token, "search", domain=[]).json(), [])

    def test_nothing_is_half_written(self):
        """What the refused run has written is rolled back, and the rest is written."""
        good = self.break_filter(
            "[('ref', '=', 'in'), ('create_date', '>', '2000-01-01')]",
            code="good",
            api_write=True,
        )
        reading = self.break_filter(WAYS["operator does not exist"])
        token = self.get_token(good, reading)
        before, runs = json2_call.call, []

        def call(access, records, name, method, kwargs):
            runs.append(dict(kwargs))
            if len(runs) == 1:
                records.browse(self.outside.id).sudo().write({"name": "Half"})
                records.env.flush_all()
            result = before(access, records, name, method, kwargs)
            # A business method goes on to search
            records.env["res.partner"].search([], limit=1)
            return result

        self.user.tz = "Europe/Berlin"
        with patch.object(json2_call, "call", call):
            response = self.call(
                token, "write", ids=self.inside[0].ids, vals={"name": "New"}
            )
        self.env.invalidate_all()
        # Writing needs no scope for reading: one run
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(self.inside[0].name, "New")
        runs.clear()
        self.outside.name = "Whole"
        self.env.flush_all()
        writing = self.break_filter(
            WAYS["operator does not exist"], code="bw", api_write=True
        )
        token = self.get_token(good, writing)
        broken_filters.forget()
        with patch.object(json2_call, "call", call):
            response = self.call(
                token, "write", ids=self.inside[0].ids, vals={"name": "Newer"}
            )
        self.env.invalidate_all()
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(len(runs), 2)
        self.assertEqual(self.inside[0].name, "Newer")
        self.assertEqual(self.outside.name, "Whole")
        # The broken scope alone
        token = self.get_token(writing)
        broken_filters.forget()
        runs.clear()
        with patch.object(json2_call, "call", call):
            for method, arguments in (
                ("write", {"ids": self.inside[0].ids, "vals": {"name": "No"}}),
                ("create", {"vals_list": [{"name": "No"}]}),
            ):
                response = self.call(token, method, **arguments)
                self.assertIn(response.status_code, (403, 404), response.text)
                self.assert_hidden(response)
        self.env.invalidate_all()
        self.assertFalse(self.Partner.search([("name", "=", "No")]))
        self.assertEqual(self.outside.name, "Whole")

    def test_a_created_record_is_checked(self):
        scope = self.break_filter(
            WAYS["operator does not exist"], api_create=True, api_unlink=True
        )
        token = self.get_token(scope)
        for _run in range(2):
            response = self.call(token, "create", vals_list=[{"name": "Not made"}])
            self.assertIn(response.status_code, (403, 404), response.text)
            self.assertFalse(self.Partner.search([("name", "=", "Not made")]))
        response = self.call(token, "unlink", ids=self.inside.ids)
        self.assertEqual(response.status_code, 404)
        self.assertEqual(len(self.inside.exists()), 2)

    def test_a_method_that_a_scope_names(self):
        scope = self.break_filter(
            WAYS["operator does not exist"], api_methods="action_archive"
        )
        token = self.get_token(scope)
        response = self.call(token, "action_archive", ids=self.inside.ids)
        self.assertEqual(response.status_code, 404, response.text)
        self.assert_hidden(response)
        self.assertTrue(all(self.inside.mapped("active")))

    def test_it_is_tried_once_a_minute(self):
        scope = self.break_filter(WAYS["operator does not exist"])
        token = self.get_token(scope)
        runs = []
        before = json2_call.call

        def call(*arguments):
            runs.append(arguments[2])
            return before(*arguments)

        with patch.object(json2_call, "call", call):
            for _each in range(3):
                self.call(token, "search", domain=[])
            self.assertEqual(len(runs), 4)
            # Corrected, it counts at once
            self.replace(scope, "[('ref', '=', 'in')]")
            found = self.call(token, "search", domain=[]).json()
            self.assertEqual(sorted(found), self.inside.ids)
            self.assertEqual(len(runs), 5)

    def test_a_filter_that_is_in_order_costs_nothing(self):
        scope = self.break_filter("[('create_date', '>', '2000-01-01')]")
        token = self.get_token(scope)
        well = lambda: self.call(token, "search", domain=[["id", "<", 9]])  # noqa: E731
        well()
        before = len(self.list_statements(well))
        # Nor does it while another one is known to be broken
        broken = self.break_filter(WAYS["operator does not exist"], code="b2")
        self.call(self.get_token(broken), "search", domain=[])
        well()
        self.assertEqual(len(self.list_statements(well)), before)

    def test_a_hidden_record_and_a_missing_one(self):
        scope = self.break_filter(WAYS["operator does not exist"])
        token = self.get_token(scope)
        there = self.call(token, "read", ids=self.inside[0].ids, fields=["name"])
        missing = self.call(token, "read", ids=[2**31 - 2], fields=["name"])
        self.assertEqual(there.content, missing.content)
        self.assertEqual(there.status_code, missing.status_code)


@tagged("post_install", "-at_install")
class TestBrokenFilterElsewhere(BrokenFilterCase):
    def test_on_otherinfo(self):
        for number, (way, text) in enumerate(WAYS.items()):
            broken = self.break_filter(text, code=f"b{number}")
            good = self.create_api_scope(f"good{number}", names=("ref",))
            for _run in range(2):
                with self.subTest(way=way):
                    token = self.get_token(broken)
                    answer = self.bearer("otherinfo", token, model="res.partner")
                    self.assertEqual((answer.status_code, answer.json()), (200, {}))
                    self.assertEqual(answer.headers["X-Total-Count"], "0")
                    token = self.get_token(broken, good)
                    answer = self.bearer("otherinfo", token, model="res.partner")
                    self.assertEqual(answer.status_code, 200, answer.text)
                    self.assertEqual(
                        set(answer.json()), {str(one) for one in self.inside.ids}
                    )
                    self.assert_hidden(answer)

    def test_what_the_person_may_not_read_is_no_broken_filter(self):
        narrow = self.env["ir.filters"].create(
            {
                "name": "N",
                "model_id": "ir.mail_server",
                "domain": "[('name', '!=', 'x')]",
                "user_ids": False,
            }
        )
        scope = self.create_api_scope(
            "servers", "ir.mail_server", names=("name",), filter_id=narrow.id
        )
        token = self.get_token(scope)
        answer = self.bearer("otherinfo", token, model="ir.mail_server")
        self.assertEqual(answer.status_code, 403)
        self.assertFalse(self.get_failed_at(scope))

    def test_on_userinfo(self):
        for number, text in enumerate(
            (
                "[('create_date', '>', '20-" + MARK + "')]",
                "[('no_such', '=', '" + MARK + "')]",
                "[('oauth_identifier', '!=', '" + MARK + "')]",
            )
        ):
            scope = self.create_api_scope(f"own{number}", "res.users", ("login",))
            scope.filter_id = self.env["ir.filters"].create(
                {"name": "N", "model_id": "res.users", "user_ids": False}
            )
            self.replace(scope, text)
            token = self.get_token(scope, *self.scopes("openid", "email"))
            answer = self.bearer("userinfo", token)
            self.assertEqual(answer.status_code, 200, answer.text)
            self.assertEqual(answer.json()["email"], "ann@example.com")
            self.assertNotIn("login", answer.json(), text)
            self.assert_hidden(answer)

    def test_on_the_consent_page(self):
        self.sign_in()
        for number, (way, text) in enumerate(WAYS.items()):
            scope = self.break_filter(text, code=f"b{number}")
            client, _secret = self.create_client(scope_ids=[Command.set(scope.ids)])
            broken_filters.forget()
            with self.subTest(way=way):
                page = self.url_open(self.authorize_url(client, scope=scope.code))
                self.assertEqual(page.status_code, 200)
                self.assertIn("0 of your records", page.text)
                self.assertIn(REDIRECT_URI.split("/")[2], page.text)
                self.assert_hidden(page)
                self.assertTrue(self.get_failed_at(scope))

    def test_the_log_is_bounded_and_says_nothing_of_it(self):
        scope = self.break_filter(WAYS["operator does not exist"])
        token = self.get_token(scope)
        with self.assertLogs(LOGGER, "WARNING") as logs:
            for _each in range(3):
                self.call(token, "search", domain=[])
                self.bearer("otherinfo", token, model="res.partner")
        self.assertEqual(len(logs.output), 1)
        self.assertIn(f"scope {scope.id} is broken for the user", logs.output[0])
        self.assertNotIn(MARK, logs.output[0])
        # Very many of them
        broken_filters.forget()
        with (
            patch.object(broken_filters, "MOST", 3),
            self.assertLogs(LOGGER, "WARNING") as logs,
        ):
            for number in range(9):
                use = broken_filters.Use("db", number, 1, "")
                now = fields.Datetime.now()
                broken_filters.note(self.env.registry, use, ValueError(), now)
        self.assertEqual(len(logs.output), 3)

    def test_the_event_of_a_refusal(self):
        scope = self.break_filter(WAYS["operator does not exist"])
        token = self.get_token(scope)
        self.get_refusals()
        self.call(token, "search", domain=[])
        self.assertFalse(self.get_refusals())
        self.call(token, "read", ids=self.inside.ids, fields=["name"])
        event = self.get_refusals()
        self.assertEqual(event.cause, "broken_filter")
        self.assertEqual(event.reason, "res.partner.read (scopes: broken)")
        self.assertEqual(event.user_id, self.user)
        self.assertTrue(event.advice)
        # Not where none is
        token = self.get_token(self.create_api_scope("good", api_read=True))
        self.call(token, "read", ids=self.outside.ids, fields=["name"])
        self.assertEqual(self.get_refusals().cause, "no_record")

    def test_the_check_up(self):
        manager = new_manager(self.env)
        scopes = self.env["oauth.provider.scope"].with_user(manager)
        Finding = self.env["oauth.provider.finding"].with_user(manager)

        def get_lines():
            self.env.invalidate_all()
            return [
                (one.severity, Finding._get_text(one))
                for one in Finding._find()
                if one.subject and one.subject._name == scopes._name
            ]

        self.assertFalse(get_lines())
        for way in ("operator does not exist", "division by zero", "closed field"):
            scope = self.break_filter(WAYS[way], code=way.split()[0])
            token = self.get_token(scope)
            # In order for the manager, until it fails for somebody
            self.assertFalse(scopes.browse(scope.id).get_warnings(), way)
            self.call(token, "search", domain=[])
            self.assertTrue(self.get_failed_at(scope))
            [(key, severity, what, advice, *_rest)] = scopes.browse(
                scope.id
            ).get_warnings()
            self.assertEqual((key, severity), ("filter_failed", "1"))
            self.assertIn(fields.Date.to_string(fields.Date.today()), what)
            self.assertNotIn(MARK, what + advice)
            self.assertEqual(get_lines(), [("1", f"{scope.name}: {what}")])
            # A change may be the remedy
            scope.filter_failed_at = "2000-01-01"
            self.assertFalse(get_lines())
            # As for a filter that is broken for everybody
            self.replace(scope, "[('no_such', '=', '" + MARK + "')]")
            [(key, _severity, what, advice, *_rest)] = scopes.browse(
                scope.id
            ).get_warnings()
            self.assertEqual(key, "broken_filter")
            self.assertNotIn("no_such", what + advice)
            self.assertEqual(len(get_lines()), 1)
            scope.unlink()

    def test_a_mark_grows_old(self):
        scope = self.create_api_scope("good", api_read=True)
        self.env.flush_all()
        for days, expected in ((31, False), (29, True), (1, True)):
            self.env.cr.execute(
                "UPDATE oauth_provider_scope SET filter_failed_at = now() AT TIME ZONE"
                " 'UTC' - %s * INTERVAL '1 day', write_date = '2020-01-01'"
                " WHERE id = %s",
                [days, scope.id],
            )
            self.env.cr.execute(
                "UPDATE ir_filters SET write_date = '2020-01-01' WHERE id = %s",
                [scope.filter_id.id],
            )
            self.env.invalidate_all()
            self.assertEqual(bool(scope.get_warnings()), expected, days)
        scope.filter_id.domain = "[('ref', '!=', 'x')]"
        self.assertFalse(scope.get_warnings())
