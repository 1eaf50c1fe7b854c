# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The lists of grants and tokens: every filter and grouping works and finds the right
ones."""

from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import new_manager

MODELS = (
    "oauth.provider.client",
    "oauth.provider.grant",
    "oauth.provider.scope",
    "oauth.provider.token",
)


@tagged("post_install", "-at_install")
class TestOverview(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)

    def get_filters(self, model):
        """Return {name: (domain or None, name of the field to group by or None)}."""
        arch = self.env[model].with_user(self.manager).get_view(view_type="search")
        found = {}
        for node in etree.fromstring(arch["arch"]).iter("filter"):
            domain = node.get("domain")
            context = safe_eval(node.get("context") or "{}")
            found[node.get("name")] = (
                domain and safe_eval(domain),
                context.get("group_by"),
            )
        return found

    def search(self, model, name):
        domain, _group = self.get_filters(model)[name]
        return self.env[model].with_user(self.manager).search(domain)

    def test_every_filter_and_grouping_works(self):
        for model in MODELS:
            records = self.env[model].with_user(self.manager)
            for name, (domain, group) in self.get_filters(model).items():
                with self.subTest(model=model, name=name):
                    if domain:
                        records.search(domain)
                    if group:
                        records.formatted_read_group([], [group], ["__count"])

    def test_what_the_filters_find(self):
        clients = self.env["oauth.provider.client"].create(
            [
                {"name": "Web"},
                {"name": "Old", "application_type": "mobile application"},
            ]
        )
        now = fields.Datetime.now()
        old = now - timedelta(days=91)
        grants = self.env["oauth.provider.grant"]
        unused = grants.ensure(clients[0], self.manager)
        legacy = grants.ensure(clients[1], self.manager)
        legacy.last_used = now
        self.env.flush_all()
        self.env.cr.execute("UPDATE oauth_provider_grant SET create_date = %s", [old])
        self.env.invalidate_all()
        self.assertIn(unused, self.search(grants._name, "unused"))
        self.assertNotIn(legacy, self.search(grants._name, "unused"))
        self.assertIn(legacy, self.search(grants._name, "legacy"))
        self.assertNotIn(unused, self.search(grants._name, "legacy"))
        tokens = self.env["oauth.provider.token"]
        both = tokens
        for lifetime in (60, -60):
            both += tokens.issue(
                client=clients[1],
                user=self.manager,
                scopes=clients[1].scope_ids,
                lifetime=lifetime,
                grant=legacy,
            )[0]
        self.assertEqual(self.search(tokens._name, "expired") & both, both[1])
        self.assertEqual(self.search(tokens._name, "live") & both, both[0])
        self.assertEqual(self.search(tokens._name, "legacy") & both, both)
        legacy.withdraw()
        self.assertIn(legacy, self.search(grants._name, "withdrawn"))
        self.assertNotIn(legacy, self.search(grants._name, "live"))

    def test_every_list_says_what_it_is_for_when_it_is_empty(self):
        for model in (*MODELS, "oauth.provider.key", "oauth.provider.finding"):
            actions = self.env["ir.actions.act_window"].search(
                [("res_model", "=", model), ("target", "!=", "new")]
            )
            self.assertTrue(actions)
            for action in actions:
                self.assertTrue(action.help, action.name)

    def test_a_manager_opens_every_view(self):
        for model in MODELS:
            records = self.env[model].with_user(self.manager)
            for kind in ("list", "form", "search"):
                records.get_view(view_type=kind)
