# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which new password, and which logout, ends the tokens that people have allowed."""

from unittest.mock import patch

from passlib.context import CryptContext

from odoo.fields import Command
from odoo.tests import tagged

from .ending_case import EndingCase

#: As long as Odoo's rules for passwords want it, where they are installed.
PASSWORD = "a new password"


@tagged("post_install", "-at_install")
class TestEndingPassword(EndingCase):
    def get_hash(self):
        """Return the hash of the user's password, as it is stored."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT password FROM res_users WHERE id = %s", (self.user.id,)
        )
        return self.env.cr.fetchone()

    def is_kept_after(self, change):
        """Tell whether the tokens that people allowed outlive ``change`` (function).

        Those of the backend application do in any case.
        """
        with self.env.cr.savepoint() as savepoint:
            change()
            state = self.get_state()
            savepoint.rollback()
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        self.assertEqual(state["backend"], "stays")
        self.assertEqual(state["grant"], "stays")
        self.assertEqual(state["access"], state["refresh"])
        return state["access"] == "stays"

    def test_who_sets_a_password_decides(self):
        admin, user = self.env.ref("base.user_admin"), self.user
        # Odoo lets nobody else write a password, be it the own one
        user.group_ids |= self.env.ref("base.group_erp_manager")

        def by_own_wizard():
            own = self.env["change.password.own"].with_user(user)
            wizard = own.create(
                {"new_password": PASSWORD, "confirm_password": PASSWORD}
            )
            self.proven(wizard, "change_password")

        def by_wizard_for_all():
            wizard = self.env["change.password.wizard"].with_user(user).sudo()
            lines = [Command.create({"user_id": user.id, "new_passwd": PASSWORD})]
            wizard.create({"user_ids": lines}).change_password_button()

        def write(by):
            return lambda: user.with_user(by).write({"password": PASSWORD})

        def write_both():
            (user | self.other).with_user(admin).write({"password": PASSWORD})

        for name, change, is_kept in (
            ("own write", write(user), True),
            ("own wizard", by_own_wizard, True),
            ("own line of the administrator's wizard", by_wizard_for_all, True),
            ("own, with the old one", self.change_password, True),
            ("administrator's write", write(admin), False),
            ("several at once", write_both, False),
            ("removed", lambda: user.with_user(admin).write({"password": ""}), False),
            (
                "a program",
                lambda: user.sudo().write({"password": PASSWORD}),
                False,
            ),
        ):
            with self.subTest(name):
                self.assertEqual(self.is_kept_after(change), is_kept)

    def test_a_person_writes_the_own_password_by_rpc(self):
        self.user.group_ids |= self.env.ref("base.group_erp_manager")
        self.authenticate(self.user.login, "oauth_user_password")
        before = self.get_hash()
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/res.users/write",
            {
                "model": "res.users",
                "method": "write",
                "args": [self.user.ids, {"password": PASSWORD}],
                "kwargs": {},
            },
        )
        self.assertNotEqual(self.get_hash(), before)
        self.assertEqual(set(self.get_state().values()), {"stays"})

    def test_a_link_resets_the_password_of_who_is_signed_in(self):
        self.sign_in()
        self.assertFalse(self.is_kept_after(self.reset_by_link))

    def test_the_settings_decide_about_passwords(self):
        settings = self.env["res.config.settings"]
        for reset, change in ((True, True), (False, False), (False, True)):
            values = {
                "oauth_reset_ends_tokens": reset,
                "oauth_change_ends_tokens": change,
            }
            settings.create(values).execute()
            with self.subTest(reset=reset, change=change):
                for method, ends in (
                    ("reset_by_link", reset),
                    ("reset_by_administrator", reset),
                    ("change_password", change),
                ):
                    kept = self.is_kept_after(getattr(self, method))
                    self.assertEqual(kept, not ends, method)

    def test_a_hash_that_is_made_stronger_is_no_new_password(self):
        context = CryptContext(["pbkdf2_sha512"], pbkdf2_sha512__rounds=2)
        users = type(self.env["res.users"])
        self.startPatcher(patch.object(users, "_crypt_context", lambda _users: context))
        before = self.get_hash()
        self.sign_in()
        self.assertNotEqual(self.get_hash(), before)
        self.assertEqual(set(self.get_state().values()), {"stays"})

    def test_applications_without_consent_end_too(self):
        legacy, secret = self.create_client("legacy application")
        answer = self.post("token", self.password_data("openid"), legacy, secret)
        token = answer.json()["access_token"]
        self.assertTrue(self.is_live(token))
        self.reset_by_administrator()
        self.assertFalse(self.is_live(token))

    def test_nobody_logs_others_out(self):
        def log_out(by):
            return lambda: self.proven(
                self.user.with_user(by), "action_revoke_all_devices"
            )

        self.assertTrue(self.is_kept_after(log_out(self.other)))
        self.assertTrue(self.is_kept_after(log_out(self.manager)))
        self.assertFalse(self.is_kept_after(log_out(self.env.ref("base.user_admin"))))
        self.assertFalse(self.is_kept_after(log_out(self.user)))

    def test_a_portal_user_who_leaves_ends(self):
        self.user.group_ids = self.env.ref("base.group_portal")
        self.user.with_user(self.user).sudo()._deactivate_portal_user()
        self.user.active = True
        self.assertEqual(set(self.get_state().values()), {"ends"})
