# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the forms and the check-up say of scopes that add up."""

from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import Form, tagged

from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestScopeSum(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wide = cls.create_api_scope(
            "wide", names=("name", "ref"), filter_id=False, api_read=True
        )
        cls.narrow = cls.create_api_scope(
            "narrow", names=("name", "street"), api_read=True
        )
        cls.writing = cls.create_api_scope(
            "writing", names=("ref",), filter_id=False, api_write=True
        )
        cls.client, _secret = cls.create_client("backend application")

    def set_scopes(self, *scopes):
        self.client.scope_ids = [Command.set([scope.id for scope in scopes])]

    def test_the_client_shows_what_its_scopes_open_together(self):
        self.set_scopes(self.wide, self.narrow)
        shown = self.client.combined_access
        self.assertIn("<td>Contact</td><td>Read</td><td>name, ref<br>", shown)
        self.assertIn("Records of “narrow” also: street", shown)
        self.assertNotIn("alert", shown)
        self.set_scopes(self.env.ref("oauth_provider.scope_email"))
        self.assertFalse(self.client.combined_access)

    def test_the_client_warns_of_a_write_that_moves_a_filter(self):
        self.set_scopes(self.narrow, self.writing)
        text = "“writing” may write ref, which the filter of “narrow” compares"
        self.assertIn(text, self.client.combined_access)
        self.assertIn(text, self.narrow.combinations)
        self.assertIn(text, self.writing.combinations)
        self.assertIn(self.client.name, self.writing.combinations)
        # A filter that is evaluated for each person
        self.filter.domain = "[('ref', '!=', uid), ('parent_id.name', '=', 'x')]"
        self.assertEqual(self.narrow._get_filter_fields(), {"ref", "parent_id"})
        self.env.cr.execute(
            "UPDATE ir_filters SET domain = 'nonsense' WHERE id = %s", self.filter.ids
        )
        self.env.invalidate_all()
        self.assertEqual(self.narrow._get_filter_fields(), set())

    def test_the_form_of_a_scope_shows_what_is_entered(self):
        self.set_scopes(self.narrow, self.wide)
        self.assertFalse(self.writing.combinations)
        with Form(self.narrow) as form:
            self.assertIn("also: street", form.combinations)
            form.api_read = False
            form.api_write = True
            self.assertNotIn("also: street", form.combinations)

    def test_hostile_names_are_text(self):
        self.client.name = "<img src=x onerror=alert(1)>"
        self.wide.code = "a<b"
        self.set_scopes(self.narrow, self.wide)
        self.assertNotIn("<img", self.wide.combinations)
        self.assertNotIn("a<b", self.client.combined_access)

    def find(self):
        return [one.key for one in self.client.get_warnings()]

    def test_the_check_up_names_clients_that_may_do_more(self):
        self.set_scopes(self.wide, self.narrow)
        self.assertNotIn("access_grows", self.find())
        parameters = self.env["ir.config_parameter"].sudo()
        later = fields.Datetime.now() + timedelta(days=1)
        parameters.set_param(
            "oauth_provider.scopes_add_up_since", fields.Datetime.to_string(later)
        )
        self.assertIn("access_grows", self.find())
        # The same records: those have always added up
        self.narrow.filter_id = False
        self.assertNotIn("access_grows", self.find())
        self.narrow.filter_id = self.filter
        # Another operation
        self.set_scopes(self.narrow, self.writing)
        self.assertNotIn("access_grows", self.find())
        self.set_scopes(self.wide, self.narrow)
        parameters.set_param("oauth_provider.scopes_add_up_since", "2000-01-01")
        self.assertNotIn("access_grows", self.find())
