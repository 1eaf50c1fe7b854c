# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from .common import new_manager


@tagged("post_install", "-at_install")
class TestSettings(TransactionCase):
    def test_what_is_set_is_used_and_zero_is_a_number(self):
        parameters = self.env["ir.config_parameter"]
        settings = Form(self.env["res.config.settings"])
        self.assertEqual(settings.oauth_retention_days, 30)
        self.assertEqual(settings.oauth_key_lifetime_days, 90)
        settings.oauth_issuer = "https://odoo.example.com"
        settings.oauth_key_lifetime_days = 0
        settings.oauth_event_retention_days = 7
        settings.save().execute()
        self.assertEqual(parameters.get_param("oauth_provider.key_lifetime_days"), "0")
        self.assertEqual(
            parameters._get_oauth_number("oauth_provider.event_retention_days", 90), 7
        )
        # What nobody changed follows the default of a later version
        self.assertFalse(parameters.get_param("oauth_provider.retention_days"))
        issuer = self.env["oauth.provider"].get_issuer()
        self.assertEqual(issuer, "https://odoo.example.com")
        self.assertEqual(
            Form(self.env["res.config.settings"]).oauth_key_lifetime_days, 0
        )

    def test_the_throttle_cannot_be_turned_off(self):
        failures = self.env["oauth.provider.failure"]
        for name in ("oauth_throttle_failures", "oauth_throttle_seconds"):
            for value in (0, -1):
                settings = Form(self.env["res.config.settings"])
                settings[name] = value
                with self.assertRaisesRegex(ValidationError, "at least 1"):
                    settings.save()
        # Whatever the system parameter says, the page shows what counts
        for name in ("throttle_failures", "throttle_seconds"):
            self.env["ir.config_parameter"].set_param(f"oauth_provider.{name}", "0")
        self.assertEqual(failures._get_limits(), (10, 60))
        settings = Form(self.env["res.config.settings"])
        self.assertEqual(settings.oauth_throttle_failures, 10)
        self.assertEqual(settings.oauth_throttle_seconds, 60)
        settings.oauth_throttle_seconds = 1
        settings.save().execute()
        self.assertEqual(failures._get_limits(), (10, 1))

    def test_a_number_of_any_length_is_one(self):
        parameters = self.env["ir.config_parameter"]
        for value, number in (("7", 7), ("9" * 19, 100_000), ("9" * 5_000, 100_000)):
            parameters.set_param("oauth_provider.retention_days", value)
            found = parameters._get_oauth_number("oauth_provider.retention_days", 30)
            self.assertEqual(found, number)

    def test_nothing_is_kept_for_less_than_no_time(self):
        settings = Form(self.env["res.config.settings"])
        settings.oauth_retention_days = -1
        with self.assertRaisesRegex(ValidationError, "at least 0"):
            settings.save()

    def test_what_a_new_password_ends_is_set(self):
        parameters = self.env["ir.config_parameter"]
        names = ("oauth_reset_ends_tokens", "oauth_change_ends_tokens")
        keys = ("password_reset_ends_tokens", "password_change_ends_tokens")
        settings = Form(self.env["res.config.settings"])
        self.assertEqual([settings[name] for name in names], [True, False])
        settings.save().execute()
        # What nobody changed follows the default of a later version
        for key in keys:
            self.assertFalse(parameters.get_param(f"oauth_provider.{key}"))
        settings.oauth_reset_ends_tokens = False
        settings.oauth_change_ends_tokens = True
        settings.save().execute()
        settings = Form(self.env["res.config.settings"])
        self.assertEqual([settings[name] for name in names], [False, True])
        for value, flag in (("0", False), ("1", True), ("true", True), ("x", None)):
            for key, default in zip(keys, (True, False), strict=True):
                key = f"oauth_provider.{key}"
                parameters.set_param(key, value)
                wanted = default if flag is None else flag
                self.assertIs(parameters._get_oauth_flag(key, default), wanted)

    def test_managers_are_no_administrators(self):
        manager = new_manager(self.env)
        with self.assertRaises(AccessError):
            self.env["res.config.settings"].with_user(manager).create({}).execute()
