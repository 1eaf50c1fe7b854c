# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What has to be open after a call, and the box that lets records leave the filter."""

from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import Form, tagged

from .common import OAuthCase, new_manager
from .test_json2 import SECRET, Json2Case

SCRIPT = "migrations/19.0.1.9.0/post-leave-filter.py"


@tagged("post_install", "-at_install")
class TestJson2After(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.active = cls.env["ir.filters"].create(
            {
                "name": "Active",
                "model_id": "res.partner",
                "domain": "[('ref', '=', 'in'), ('active', '=', True)]",
                "user_ids": False,
            }
        )

    def create_active(self, code="a", **values):
        return self.create_api_scope(code, filter_id=self.active.id, **values)

    def archive(self, *scopes):
        """Archive a contact with a token of ``scopes``, and return the response."""
        self.env.flush_all()
        ids = self.inside[1].ids
        response = self.call(self.get_token(*scopes), "action_archive", ids=ids)
        self.env.invalidate_all()
        return response

    def assert_left(self, response):
        """Check that the call was refused because a record would have left."""
        self.assertEqual(response.status_code, 403, response.text)
        self.assertIn("outside", response.json()["message"])
        self.assertNotIn(SECRET, response.text)
        self.assertIn("insufficient_scope", response.headers["WWW-Authenticate"])

    def test_a_method_that_takes_a_record_out_of_the_filter(self):
        scope = self.create_active(api_methods="action_archive")
        self.assert_left(self.archive(scope))
        self.assertTrue(self.inside[1].active)
        scope.api_may_leave_filter = True
        self.assertEqual(self.archive(scope).status_code, 200)
        self.assertFalse(self.inside[1].active)

    def test_a_method_that_leaves_it_in_the_filter(self):
        scope = self.create_api_scope(api_methods="action_archive")
        self.assertEqual(self.archive(scope).status_code, 200)

    def test_another_scope_opens_it_afterwards(self):
        one = self.create_active(api_methods="action_archive")
        archived = self.env["ir.filters"].create(
            {
                "name": "Archived",
                "model_id": "res.partner",
                "domain": "[('active', '=', False)]",
                "user_ids": False,
            }
        )
        other = self.create_api_scope(
            "other", filter_id=archived.id, api_methods="toggle_active"
        )
        self.assert_left(self.archive(one, other))
        other.api_methods = "action_archive"
        self.assertEqual(self.archive(one, other).status_code, 200)

    def test_the_box_counts_for_the_records_of_its_scope(self):
        one = self.create_active(api_methods="action_archive")
        outside = self.env["ir.filters"].create(
            {
                "name": "Outside",
                "model_id": "res.partner",
                "domain": "[('ref', '=', 'out'), ('active', '=', True)]",
                "user_ids": False,
            }
        )
        other = self.create_api_scope(
            "other",
            filter_id=outside.id,
            api_methods="action_archive",
            api_may_leave_filter=True,
        )
        self.assert_left(self.archive(one, other))
        self.assertTrue(self.inside[1].active)
        # And for what its scope allows
        other.write({"filter_id": self.filter.id, "api_methods": "toggle_active"})
        self.assert_left(self.archive(one, other))

    def test_records_that_a_method_deletes(self):
        scope = self.create_active(api_methods="action_archive")

        def action_archive(records):
            records.unlink()

        with patch.object(type(self.inside), "action_archive", action_archive):
            response = self.archive(scope)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertFalse(self.inside[1].exists())

    def test_what_a_method_makes_beside_is_its_own_business(self):
        scope = self.create_api_scope(api_methods="action_archive")

        def action_archive(records):
            records.create({"name": "Made beside", "ref": "out"})

        with patch.object(type(self.inside), "action_archive", action_archive):
            self.assertEqual(self.archive(scope).status_code, 200)
        self.assertTrue(self.Partner.search([("name", "=", "Made beside")]))

    def test_a_value_that_takes_a_record_out_of_the_filter(self):
        scope = self.create_api_scope(names=("name", "ref"), api_write=True)
        record = self.inside[1]
        for may_leave in (False, True):
            scope.api_may_leave_filter = may_leave
            token = self.get_token(scope)
            vals = {"name": "New", "ref": "out"}
            response = self.call(token, "write", ids=record.ids, vals=vals)
            self.env.invalidate_all()
            if not may_leave:
                self.assert_left(response)
                self.assertEqual((record.name, record.ref), ("Inside 1", "in"))
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual((record.name, record.ref), ("New", "out"))
        # It has left
        response = self.call(token, "write", ids=record.ids, vals={"name": "x"})
        self.assertEqual(response.status_code, 404)

    def test_the_box_opens_no_further_record_and_field(self):
        scope = self.create_api_scope(
            names=("name", "ref"),
            api_write=True,
            api_create=True,
            api_may_leave_filter=True,
        )
        token = self.get_token(scope)
        ids, vals = self.outside.ids, {"name": "x"}
        response = self.call(token, "write", ids=ids, vals=vals)
        self.assertEqual(response.status_code, 404)
        ids, vals = self.inside.ids, {"ref": "out", "street": "x"}
        response = self.call(token, "write", ids=ids, vals=vals)
        self.assertEqual(response.status_code, 403)
        vals = {"name": "x", "ref": "out"}
        self.assert_left(self.call(token, "create", vals_list=[vals]))
        self.env.invalidate_all()
        self.assertFalse(self.Partner.search([("name", "=", "x")]))


@tagged("post_install", "-at_install")
class TestScopeMayLeave(OAuthCase):
    """The box of a scope that lets its records leave the filter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.scope = cls.env["oauth.provider.scope"].create(
            {
                "name": "S",
                "code": "s",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "api_methods": "action_archive",
            }
        )

    def test_a_manager_does_not_tick_it(self):
        mine = self.scope.with_user(self.manager)
        ticked = {"api_may_leave_filter": True}
        new = {"name": "X", "code": "x", "model_id": mine.model_id.id}
        for change in (
            lambda: mine.write(ticked),
            lambda: mine.create({**new, "api_methods": "action_archive", **ticked}),
            lambda: mine.copy({"code": "y", **ticked}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
            self.env.invalidate_all()
        self.assertFalse(self.scope.api_may_leave_filter)
        with Form(self.scope) as form:
            form.api_may_leave_filter = True
        self.assertTrue(self.scope.api_may_leave_filter)
        # To clear it is no gain
        mine.api_may_leave_filter = False

    def test_ticking_it_asks_people_again(self):
        client, secret = self.create_client(scope_ids=[Command.set(self.scope.ids)])
        self.sign_in()
        tokens = self.redeem(self.get_code(client, scope="s"), client, secret).json()
        self.assertEqual(tokens["scope"], "s")
        with Form(self.scope) as form:
            self.assertFalse(form.asks_again)
            form.api_may_leave_filter = True
            self.assertTrue(form.asks_again)
        answer = self.bearer("tokeninfo", tokens["access_token"])
        self.assertEqual(answer.json()["scopes"], "")
        page = self.url_open(self.authorize_url(client, scope="s"))
        self.assertIn("leave what this opens", page.text)
        self.assertTrue(self.scope.is_sensitive())

    def test_the_update_keeps_what_methods_could_do(self):
        """It opens nothing more: a scope that writes values is left as it is."""
        own = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "domain": "[('id', '!=', 0)]"}
        )
        filtered, writing = (self.scope.copy({"code": code}) for code in ("f", "w"))
        (filtered | writing).filter_id = own
        writing.api_write = True
        reading = filtered.copy({"code": "r", "api_methods": False, "api_read": True})
        self.env.flush_all()
        path = f"{get_module_path('oauth_provider')}/{SCRIPT}"
        script = load_script(path, "oauth_provider_leave_filter")
        script.migrate(self.env.cr, None)
        self.env.invalidate_all()
        self.assertFalse(filtered.api_may_leave_filter)
        script.migrate(self.env.cr, "19.0.1.8.0")
        self.env.invalidate_all()
        self.assertTrue(filtered.api_may_leave_filter)
        for scope in (writing, reading, self.scope):
            self.assertFalse(scope.api_may_leave_filter)

    def test_it_needs_a_scope_that_changes_records(self):
        for values in ({}, {"api_read": True}, {"api_read": True, "api_create": True}):
            values = {"api_methods": False, "api_may_leave_filter": True, **values}
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.scope.write(values)
            self.env.invalidate_all()
