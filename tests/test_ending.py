# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What ends a token: each row of the table in the documentation."""

import re
import warnings
from datetime import timedelta
from pathlib import Path

from odoo import fields
from odoo.exceptions import ConcurrencyError
from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import new_test_user, tagged

from .ending_case import COLUMNS, EndingCase

#: The heading of the table, and its columns after the first one.
HEADING = "## What ends a token"
#: {first column of the table: (method here, what becomes of the columns)}; a backend
#: application has no refresh token and no grant.
ROWS = {
    "The access token expires": ("expire_access", "ends stays stays ends"),
    "The refresh token is not used for its lifetime": (
        "expire_refresh",
        "stays ends stays –",
    ),
    "The time that the person chose, or *Longest Consent*, is over": (
        "expire_grant",
        "ends ends ends –",
    ),
    "The application revokes a token": ("revoke_by_client", "ends ends stays ends"),
    "A manager presses *Revoke* on a token": (
        "revoke_by_manager",
        "ends ends stays ends",
    ),
    "The person withdraws the application": (
        "withdraw_by_person",
        "ends ends ends stays",
    ),
    "A manager presses *Withdraw* on the grant": (
        "withdraw_by_manager",
        "ends ends ends –",
    ),
    "An authorization code is presented twice": (
        "replay_code",
        "ends ends stays –",
    ),
    "A used refresh token is presented again, after the grace period": (
        "reuse_refresh",
        "ends ends stays –",
    ),
    "The person signs out of Odoo, or the device is signed out": (
        "sign_out",
        "stays stays stays stays",
    ),
    "The same, where the client has a *Back-Channel Logout URI*": (
        "sign_out_back_channel",
        "ends ends stays stays",
    ),
    "*Log out from all devices*": ("all_devices", "ends ends stays stays"),
    "The password is reset by a link": ("reset_by_link", "ends ends stays stays"),
    "An administrator sets the password": (
        "reset_by_administrator",
        "ends ends stays stays",
    ),
    "The person changes the own password": (
        "change_password",
        "stays stays stays stays",
    ),
    "The user is archived": ("archive_user", "ends ends ends ends"),
    "The client is archived": ("archive_clients", "ends ends ends ends"),
    "The user is deleted": ("delete_user", "ends ends ends ends"),
    "The client is deleted": ("delete_clients", "ends ends ends ends"),
    "The user leaves the *Allowed Groups*": (
        "leave_groups",
        "pauses pauses stays pauses",
    ),
    "A scope is taken from the client": ("take_scope", "stays stays stays stays"),
    "A scope comes to open more": ("widen_scope", "stays stays stays stays"),
    "The person allows less when asked again": (
        "allow_less",
        "stays stays stays stays",
    ),
    "None of the companies is left that the person chose": (
        "leave_companies",
        "stays stays stays stays",
    ),
    "*Refresh Tokens* of the client is set to *Never*": (
        "refuse_refreshing",
        "stays stays stays –",
    ),
    "Nobody uses the application for long (*Keep Unused Grants*)": (
        "remove_unused",
        "ends ends ends –",
    ),
    "*Skip Authorization* is switched off": ("clear_trust", "stays stays stays –"),
    "*Acts As* gets another user": ("act_as_another", "– – – stays"),
    "The secret is replaced, or *The Secret Has Leaked*": (
        "leak_secret",
        "stays stays stays stays",
    ),
    "The client becomes public": ("become_public", "stays ends stays –"),
    "A web application becomes another type that is confidential": (
        "change_type",
        "stays stays stays –",
    ),
    "A redirect URI is removed": ("remove_redirect_uri", "stays stays stays –"),
    "A key is replaced": ("rotate_key", "stays stays stays stays"),
    "*It Has Leaked* on a key that signed the access token": (
        "leak_key",
        "ends stays stays ends",
    ),
    "The issuer is changed": ("change_issuer", "stays stays stays stays"),
    "The database is neutralized": ("neutralize", "ends ends ends ends"),
}


@tagged("post_install", "-at_install")
@tagged("post_install", "-at_install")
class TestEnding(EndingCase):
    """Over the wire, from what may be a replica: one test for each row."""

    def check(self, name):
        """Bring the row ``name`` about, and check what becomes of each column."""
        method, wanted = ROWS[name]
        self.assertEqual(set(self.get_state().values()), {"stays"})
        back = getattr(self, method)()
        state = self.get_state()
        for column, effect in zip(COLUMNS, wanted.split(), strict=True):
            with self.subTest(column=column):
                if effect == "–":
                    self.assertEqual(state[column], "stays")
                else:
                    wants = "ends" if effect == "pauses" else effect
                    self.assertEqual(state[column], wants)
        self.assertEqual(self.is_live(self.others), method != "neutralize")
        if back:
            back()
            again = self.get_state()
            for column, effect in zip(COLUMNS, wanted.split(), strict=True):
                wants = {"pauses": "stays", "–": "stays"}.get(effect, effect)
                self.assertEqual(again[column], wants, column)

    # The table

    def read_table(self):
        """Return the rows of the table in the documentation (list of lists of str)."""
        text = Path(get_module_path("oauth_provider"), "readme/CONFIGURE.md")
        text = text.read_text(encoding="utf-8").partition(f"\n{HEADING}\n")[2]
        section = text.partition("\n## ")[0]
        lines = [line for line in section.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]

    def test_the_table_says_what_is_so(self):
        told = {}
        for name, *cells in self.read_table():
            # What is said of an effect follows it
            told[name] = " ".join(re.split(r"\W", cell)[0] or "–" for cell in cells)
        self.assertEqual(told, {name: wanted for name, (_m, wanted) in ROWS.items()})

    # What goes with the rows

    def events(self, reason):
        return self.env["oauth.provider.event"].search([("reason", "=", reason)])

    def test_a_code_ends_with_the_tokens(self):
        for number, name in enumerate(
            ("all_devices", "reset_by_administrator", "archive_user", "become_public")
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.assertTrue(self.is_code_live(), number)
                getattr(self, name)()
                self.assertFalse(self.is_code_live())
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_refreshing_ends_too(self):
        self.archive_user()()
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        answer = self.post("token", data, self.client, self.secret)
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(answer.json()["error"], "invalid_grant")

    def test_a_user_is_archived_in_many_ways(self):
        def toggle():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                self.user.toggle_active()

        def import_it():
            xmlid = self.user._BaseModel__ensure_xml_id()
            [(_record, xmlid)] = list(xmlid)
            result = self.env["res.users"].load(["id", "active"], [[xmlid, "False"]])
            self.assertFalse(result["messages"])

        ways = {
            "write": lambda: self.user.write({"active": False}),
            "toggle": toggle,
            "archive": lambda: self.user.action_archive(),
            "import": import_it,
            "several": lambda: (self.user | self.other).write({"active": False}),
        }
        for name, archive in ways.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                archive()
                self.user.active = True
                self.assertEqual(set(self.get_state().values()), {"ends"})
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_who_archives_needs_no_right_on_tokens(self):
        new_test_user(
            self.env,
            "oauth_hr",
            "base.group_user,base.group_erp_manager",
            password="oauth_hr_password",
        )
        self.authenticate("oauth_hr", "oauth_hr_password")
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/res.users/action_archive",
            {
                "model": "res.users",
                "method": "action_archive",
                "args": [self.user.ids],
                "kwargs": {},
            },
        )
        self.user.active = True
        self.assertEqual(set(self.get_state().values()), {"ends"})
        event = self.events("user archived")
        self.assertEqual(event.author_id.login, "oauth_hr")
        self.assertEqual(event.user_id, self.user)

    def test_a_portal_user_who_is_removed_ends(self):
        self.user.group_ids = self.env.ref("base.group_portal")
        partner = self.user.partner_id
        if "portal.wizard" in self.env:
            wizard = self.env["portal.wizard"].create({"partner_ids": partner.ids})
            wizard.user_ids.action_revoke_access()
        else:
            # As the wizard does
            public = self.env.ref("base.group_public")
            self.user.write({"group_ids": [(6, 0, public.ids)], "active": False})
        self.assertFalse(self.user.active)
        self.user.active = True
        self.assertEqual(set(self.get_state().values()), {"ends"})

    def test_each_ending_is_an_event_once(self):
        for archive, reason, role in (
            (self.archive_user, "user archived", "user_id"),
            (self.archive_clients, "client archived", "client_id"),
        ):
            archive()
            archive()
            if role == "user_id":
                self.assertEqual(self.events(reason).user_id, self.user)
                self.assertEqual(len(self.events(reason)), 1)
        # Nothing was left to end
        self.assertFalse(self.events("client archived"))
        self.assertEqual(self.events("user archived").mapped("kind"), ["revoked"])

    def test_what_ended_before_keeps_its_date(self):
        token = self.env["oauth.provider.token"].find(self.access)
        token.revoked_at = self.grant.revoked_at = before = fields.Datetime.now() - (
            timedelta(days=1)
        )
        self.archive_user()
        self.env.invalidate_all()
        self.assertEqual(token.revoked_at, before)
        self.assertEqual(self.grant.revoked_at, before)

    def test_however_many_end_by_one_statement_of_each_kind(self):
        counts, grant = [], self.grant
        for number in (1, 2, 30):
            for _number in range(number):
                self.issue("token", grant=grant)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.client.active = False
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
            self.client.active = True
            grant = grant.ensure(self.client, self.user)
        self.assertEqual(*counts[1:])

    def test_the_backend_ends_with_its_user_only(self):
        self.reset_by_administrator()
        self.all_devices()
        self.assertTrue(self.is_live(self.backend_token))
        self.archive_user()
        self.assertFalse(self.is_live(self.backend_token))

    def test_the_update_ends_what_archived_ones_have(self):
        script = "migrations/19.0.1.7.0/post-ending.py"
        path = f"{get_module_path('oauth_provider')}/{script}"
        migration = load_script(path, "oauth_provider_deprovisioning")
        for table, ids in (
            ("res_users", self.user.ids),
            ("oauth_provider_client", (self.client | self.backend).ids),
        ):
            with self.subTest(table), self.env.cr.savepoint() as savepoint:
                for is_active in ("false", "true"):
                    self.env.cr.execute(
                        f"UPDATE {table} SET active = {is_active} WHERE id = ANY(%s)",
                        (ids,),
                    )
                    self.env.invalidate_all()
                    self.env.registry.clear_cache()
                    migration.migrate(self.env.cr, "19.0.1.6.0")
                self.assertEqual(set(self.get_state().values()), {"ends"})
                self.assertTrue(self.is_live(self.others))
                savepoint.rollback()
            self.env.invalidate_all()
            self.env.registry.clear_cache()

    def test_nothing_is_issued_to_who_is_archived(self):
        grants = self.env["oauth.provider.grant"]
        self.archive_user()
        for issue in (
            lambda: grants.ensure(self.client, self.user),
            lambda: self.issue("token", locks_user=True),
        ):
            with self.assertRaises(ConcurrencyError), self.env.cr.savepoint():
                issue()

    def test_who_was_archived_past_the_orm_ends_with_the_housekeeping(self):
        self.env.cr.execute(
            "UPDATE res_users SET active = false WHERE id = %s", (self.user.id,)
        )
        self.env.invalidate_all()
        ending = self.env["oauth.provider.deprovisioning"]
        self.assertEqual(ending._gc_archived(), (1, False))
        self.assertEqual(ending._gc_archived(), (0, False))
        self.user.active = True
        self.assertEqual(set(self.get_state().values()), {"ends"})
        self.assertTrue(self.is_live(self.others))


def _add_rows():
    """Give the class one test for each row of the table."""
    for name, (method, _wanted) in ROWS.items():

        def test(self, name=name):
            self.check(name)

        test.__name__ = f"test_row_{method}"
        test.__doc__ = None
        setattr(TestEnding, test.__name__, test)


_add_rows()
