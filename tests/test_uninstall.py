# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an uninstallation takes along of tables that are Odoo's own."""

from odoo.tests import TransactionCase, tagged

from ..hooks import uninstall_hook


@tagged("post_install", "-at_install")
class TestUninstall(TransactionCase):
    def create_filter(self, **values):
        return self.env["ir.filters"].create(
            {"model_id": "res.partner", "domain": "[('id', '<', 9)]", **values}
        )

    def create_scope(self, code, **values):
        model = self.env["ir.model"]._get_id("res.partner")
        return self.env["oauth.provider.scope"].create(
            {"name": code, "code": code, "model_id": model, **values}
        )

    def test_filters_that_people_made_stay(self):
        drawn = self.create_scope("drawn", domain="[('id', '<', 5)]").filter_id
        made = self.create_filter(name="OAuth scope drawn", active=False)
        used = self.create_filter(name="Used", active=False)
        self.create_scope("used", filter_id=used.id)
        mistaken = self.create_filter(name="Mistaken")
        self.create_scope("mistaken", filter_id=mistaken.id, has_own_filter=True)
        uninstall_hook(self.env)
        self.assertFalse(drawn.exists())
        self.assertEqual((made | used | mistaken).exists(), made | used | mistaken)

    def test_settings_go_and_those_of_others_stay(self):
        parameters = self.env["ir.config_parameter"]
        for key in ("oauth_provider.issuer", "oauth_provider.retention_days"):
            parameters.set_param(key, "1")
        others = ("oauth_provider_more.x", "oauthXprovider.x", "web.base.url")
        for key in others:
            parameters.set_param(key, "https://odoo.example.com")
        # Of an issuer that nobody has changed, too
        parameters.search([("key", "=", "oauth_provider.former_issuers")]).unlink()
        uninstall_hook(self.env)
        left = parameters.search([]).mapped("key")
        self.assertFalse([key for key in left if key.startswith("oauth_provider.")])
        self.assertTrue(set(others) <= set(left))
