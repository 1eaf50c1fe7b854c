# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The filter of a scope is read with the rights of the person, and so are its answers.

A manager writes it; what it compares would tell a manager of anything.
"""

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from .common import new_manager
from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestPrivilegeFilter(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env, "base.group_partner_manager")

    def draw(self, model, domain, code, **values):
        """Return a scope on ``model`` that the manager has drawn."""
        return (
            self.env["oauth.provider.scope"]
            .with_user(self.manager)
            .create(
                {
                    "name": code,
                    "code": code,
                    "model_id": self.env["ir.model"]._get_id(model),
                    "domain": domain,
                    "api_read": True,
                    **values,
                }
            )
        )

    def count(self, model, domain, code):
        """Return how many records a scope of the manager's own opens to the manager."""
        scope = self.draw(model, domain, code)
        token = self.get_token(scope, user=self.manager)
        answer = self.call(token, "search_count", model, domain=[])
        if answer.status_code != 200:
            self.assert_refused(answer)
            return 0
        found = self.call(token, "search", model, domain=[]).json()
        self.assertEqual(len(found), answer.json())
        return answer.json()

    def test_a_filter_tells_nothing_of_a_field_that_nobody_reads(self):
        own = f"('id', '=', {self.manager.id})"
        identifier = self.manager.sudo().oauth_identifier
        self.assertTrue(identifier)
        for number, domain in enumerate(
            (
                f"[{own}, ('oauth_identifier', '=', '{identifier}')]",
                f"[{own}, ('oauth_identifier', '!=', 'x')]",
                f"[{own}, '!', ('oauth_identifier', '=', 'x')]",
                f"[{own}, ('login', '!=', 'x'),"
                " ('partner_id.user_ids.oauth_identifier', '!=', False)]",
            )
        ):
            with self.subTest(domain=domain):
                self.assertFalse(self.count("res.users", domain, f"k{number}"))
        self.assertEqual(self.count("res.users", f"[{own}]", "plain"), 1)

    def test_a_filter_tells_nothing_of_records_that_the_person_may_not_read(self):
        hidden = self.Partner.create(
            {"name": "Below", "parent_id": self.inside[1].id, "ref": "Rue"}
        )
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": f"[('id', '!=', {hidden.id})]",
                "groups": [Command.link(self.env.ref("base.group_user").id)],
            }
        )
        for number, domain in enumerate(
            (
                "[('child_ids.ref', '=', 'Rue')]",
                "[('child_ids', 'any', [('ref', '=like', 'R%')])]",
                f"[('id', '=', {self.inside[1].id}), ('child_ids.ref', '!=', 'x')]",
            )
        ):
            with self.subTest(domain=domain):
                scope = self.draw("res.partner", domain, f"p{number}")
                token = self.get_token(scope, user=self.manager)
                found = self.call(token, "search", domain=[]).json()
                self.assertEqual(found, [])
                self.assert_refused(
                    self.call(token, "read", ids=self.inside[1].ids, fields=["id"])
                )

    def test_a_manager_does_not_widen_a_scope_that_changes_something(self):
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "W",
                "code": "w",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain": "[('ref', '=', 'in')]",
                "api_write": True,
            }
        )
        mine = scope.with_user(self.manager)
        everything = "[('id', '>', 0)]"
        for change in (
            lambda: mine.write({"filter_id": False}),
            lambda: mine.write({"domain": everything}),
            lambda: mine.filter_id.write({"domain": everything}),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
            self.env.invalidate_all()
            self.assertEqual(scope.filter_id.domain, "[('ref', '=', 'in')]")
        # An administrator may
        scope.filter_id.domain = everything
        reading = self.draw("res.partner", "[('ref', '=', 'in')]", "r")
        reading.domain = everything

    def test_an_employee_does_not_take_the_filter_of_a_scope(self):
        scope = self.draw("res.partner", "[('id', '=', 1)]", "narrow")
        mine = self.env["ir.filters"].with_user(self.user).browse(scope.filter_id.id)
        for vals in (
            {"user_ids": [Command.set(self.user.ids)]},
            {"user_ids": [Command.link(self.user.id)]},
            {"active": True},
            {"domain": "[]"},
            {"model_id": "res.users"},
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                mine.write(vals)
        # A favorite that a scope uses is shared with everybody, too
        shared = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "user_ids": False}
        )
        shared.with_user(self.user).user_ids = self.user
        shared.user_ids = False
        scope.filter_id = shared
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            shared.with_user(self.user).user_ids = self.user
        self.assertFalse(shared.user_ids)

    def test_a_scope_whose_filter_somebody_has_taken(self):
        """As it was possible before: its copy is as narrow, and it can be deleted."""
        scope = self.draw("res.partner", "[('id', '=', 1)]", "narrow")
        own = scope.filter_id
        own.sudo().user_ids = self.user
        self.env.flush_all()
        self.env.invalidate_all()
        copy = scope.copy()
        self.assertEqual(copy.sudo().filter_id.domain, "[('id', '=', 1)]")
        self.assertNotEqual(copy.filter_id, own)
        scope.unlink()
        self.assertFalse(own.sudo().exists())
        # Not the favorite of somebody, which a scope only uses
        favorite = self.env["ir.filters"].create(
            {"name": "F", "model_id": "res.partner", "user_ids": self.user.ids}
        )
        copy.sudo().filter_id = favorite
        twin = copy.copy()
        self.assertEqual(twin.sudo().filter_id, favorite)
        (copy | twin).unlink()
        self.assertTrue(favorite.exists())

    def test_a_changed_filter_is_logged(self):
        scope = self.draw("res.partner", "[('id', '=', 1)]", "narrow")
        scope.filter_id.domain = "[('id', '=', 2)]"
        event = self.env["oauth.provider.event"].search([], limit=1)
        self.assertEqual(event.reason, "narrow: filter domain")
        self.assertEqual(event.author_id, self.manager)
