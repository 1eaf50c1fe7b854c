# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What ends a token: each row of the table in the documentation."""

import re
import warnings
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from lxml import html
from passlib.context import CryptContext

from odoo import fields, http
from odoo.exceptions import ConcurrencyError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import new_test_user, tagged

from ..tools.secret import digest
from .common import OAuthCase, new_manager

#: The heading of the table, and its columns after the first one.
HEADING = "## What ends a token"
COLUMNS = ("access", "refresh", "grant", "backend")
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
    "*Skip Authorization* is switched off": ("clear_trust", "stays stays stays –"),
    "*Acts As* gets another user": ("act_as_another", "– – – stays"),
    "The secret is replaced, or *The Secret Has Leaked*": (
        "leak_secret",
        "stays stays stays stays",
    ),
    "A key is replaced": ("rotate_key", "stays stays stays stays"),
    "*It Has Leaked* on a key that signed the access token": (
        "leak_key",
        "ends stays stays ends",
    ),
    "The issuer is changed": ("change_issuer", "stays stays stays stays"),
    "The database is neutralized": ("neutralize", "ends ends ends ends"),
}


@tagged("post_install", "-at_install")
class TestEnding(OAuthCase):
    """Over the wire, from what may be a replica: one test for each row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.drawn = cls.env["oauth.provider.scope"].create(
            {
                "name": "Drawn",
                "code": "drawn",
                "model_id": cls.env["ir.model"]._get_id("res.partner"),
                "domain": "[('id', '=', 1)]",
            }
        )
        scopes = cls.scopes("openid", "profile", "email") | cls.drawn
        cls.client, cls.secret = cls.create_client(
            refresh_token_grace=0, scope_ids=scopes.ids
        )
        cls.backend, cls.backend_secret = cls.create_client(
            "backend application", scope_ids=scopes.ids
        )
        cls.judge, cls.judge_secret = cls.create_client(is_resource_server=True)
        # Whatever else there is of this user and of other users stays
        cls.other = new_test_user(cls.env, "oauth_other", "base.group_user")
        cls.key = cls.env["oauth.provider.key"].ensure("RS256")
        cls.grant = cls.env["oauth.provider.grant"].ensure(cls.client, cls.user)
        cls.grant.consent(cls.client.scope_ids, cls.client.scope_ids)
        cls.signed_in = cls.env["oauth.provider.session"].create(
            {
                "client_id": cls.client.id,
                "user_id": cls.user.id,
                "handle_digest": digest("handle"),
                "device_digest": digest("device"),
            }
        )
        cls.access = cls.issue("token", key_id=cls.key.id)
        cls.refresh = cls.issue("refresh.token")
        cls.code = cls.issue(
            "authorization.code", redirect_uri="https://client.example.com/callback"
        )
        cls.backend_token = cls.issue(
            "token", client=cls.backend, grant=None, key_id=cls.key.id, family="b"
        )
        cls.others = cls.issue(
            "token",
            client=cls.judge,
            user=cls.other,
            grant=cls.env["oauth.provider.grant"].ensure(cls.judge, cls.other),
            session_id=False,
            family="o",
        )
        cls.env.flush_all()

    @classmethod
    def issue(cls, model, **vals):
        """Return a new credential (str) of the web application, or as ``vals`` say."""
        return cls.env[f"oauth.provider.{model}"].issue(
            **{
                "client": cls.client,
                "user": cls.user,
                "scopes": cls.client.scope_ids,
                "grant": cls.grant,
                "lifetime": 3600,
                "family": "f",
                "session_id": cls.signed_in.id,
                **vals,
            }
        )[1]

    def setUp(self):
        super().setUp()
        self.modes = modes = []

        def serve(request, rule, args, serve=http.Request._serve_ir_http):
            modes.append("replica" if request.env.cr.readonly else "primary")
            return serve(request, rule, args)

        self.startPatcher(patch.object(http.Request, "_serve_ir_http", serve))

    def is_live(self, value):
        """Tell whether the credential ``value`` (str) opens anything.

        By an introspection, and by its own use if it is an access token. What is known
        of the replica is answered by the replica.
        """
        self.env.flush_all()
        self.modes.clear()
        answer = self.post(
            "introspect", {"token": value}, self.judge, self.judge_secret
        )
        is_live = answer.json()["active"]
        tokens = self.env["oauth.provider.token"]
        if tokens.knows(value):
            status = self.bearer("tokeninfo", value).status_code
            self.assertEqual(status, 200 if is_live else 401)
            self.assertEqual(self.modes, ["replica"] * 2)
        for model in ("token", "refresh.token", "authorization.code"):
            records = self.env[f"oauth.provider.{model}"]
            record = records.find(value)
            if record:
                self.assertEqual(record.is_live(), bool(records.read_live(value)))
        return is_live

    def is_code_live(self):
        self.env.flush_all()
        return bool(self.env["oauth.provider.authorization.code"].read_live(self.code))

    def get_state(self):
        """Return what is left (dict by COLUMNS, "ends" or "stays")."""
        self.env.invalidate_all()
        grant = self.grant.exists()
        is_live = {
            "access": self.is_live(self.access),
            "refresh": self.is_live(self.refresh),
            "grant": bool(grant) and grant.is_live(),
            "backend": self.is_live(self.backend_token),
        }
        return {name: "stays" if live else "ends" for name, live in is_live.items()}

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

    # What happens in each row; a method returns what undoes it, if something does

    def expire_access(self):
        for value in (self.access, self.backend_token):
            token = self.env["oauth.provider.token"].find(value)
            token.expires_at = fields.Datetime.now()

    def expire_refresh(self):
        token = self.env["oauth.provider.refresh.token"].find(self.refresh)
        token.expires_at = fields.Datetime.now()

    def expire_grant(self):
        self.grant.expires_at = fields.Datetime.now()

    def revoke_by_client(self):
        for value, client, secret in (
            (self.access, self.client, self.secret),
            (self.backend_token, self.backend, self.backend_secret),
        ):
            self.post("revoke_token", {"token": value}, client, secret)

    def revoke_by_manager(self):
        for value in (self.access, self.backend_token):
            token = self.env["oauth.provider.token"].find(value)
            token.with_user(self.manager).action_revoke()

    def withdraw_by_person(self):
        applications = self.env["oauth.provider.application"].with_user(self.user)
        self.proven(applications.search([]), "action_withdraw")

    def withdraw_by_manager(self):
        self.grant.with_user(self.manager).action_withdraw()

    def replay_code(self):
        code = self.env["oauth.provider.authorization.code"].find(self.code)
        code.used_at = fields.Datetime.now()
        answer = self.redeem(self.code, self.client, self.secret)
        self.assertEqual(answer.json()["error"], "invalid_grant")

    def reuse_refresh(self):
        token = self.env["oauth.provider.refresh.token"].find(self.refresh)
        token.used_at = fields.Datetime.now() - timedelta(minutes=1)
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        answer = self.post("token", data, self.client, self.secret)
        self.assertEqual(answer.json()["error"], "invalid_grant")

    def sign_out(self):
        self.env["oauth.provider.session"].end_by_handle("handle")

    def sign_out_back_channel(self):
        self.client.backchannel_logout_uri = "https://client.example.com/logout"
        self.env["oauth.provider.session"].end_by_device(["device"])

    def all_devices(self):
        self.proven(self.user.with_user(self.user), "action_revoke_all_devices")

    def reset_by_link(self):
        partner = self.user.partner_id
        partner.signup_prepare(signup_type="reset")
        url = f"/web/reset_password?token={partner._generate_signup_token()}"
        form = html.fromstring(self.url_open(url).content).xpath("//form")[-1]
        values = {
            field.get("name"): field.get("value", "")
            for field in form.xpath(".//input[@name]")
        }
        values.update(password="a new password", confirm_password="a new password")
        self.url_open(url, data=values)
        # Whoever has the link has the account
        found = self.env["res.users"].authenticate(
            {"login": self.user.login, "password": "a new password", "type": "password"},
            {"interactive": True},
        )
        self.assertEqual(found["uid"], self.user.id)

    def reset_by_administrator(self):
        admin = self.env.ref("base.user_admin")
        wizard = self.env["change.password.wizard"].with_user(admin)
        wizard = wizard.with_context(
            active_model="res.users", active_ids=self.user.ids
        ).create({})
        wizard.user_ids.new_passwd = "a new password"
        wizard.change_password_button()

    def change_password(self):
        users = self.env["res.users"].with_user(self.user)
        users.change_password("oauth_user_password", "a new password")

    def archive_user(self):
        self.user.action_archive()
        return self.user.action_unarchive

    def archive_clients(self):
        clients = self.client | self.backend
        clients.with_user(self.manager).sudo().action_archive()
        return clients.action_unarchive

    def delete_user(self):
        self.backend.user_id = self.other
        self.user.unlink()

    def delete_clients(self):
        (self.client | self.backend).unlink()

    def leave_groups(self):
        clients = self.client | self.backend
        group = self.env["res.groups"].create({"name": "Others"})
        clients.group_ids = group

        def join():
            self.user.group_ids |= group

        return join

    def take_scope(self):
        (self.client | self.backend).scope_ids = [Command.clear()]
        for value in (self.access, self.backend_token):
            self.assertEqual(self.bearer("tokeninfo", value).json()["scopes"], "")

        def give_back():
            self.client.scope_ids = self.scopes("openid")
            answer = self.bearer("tokeninfo", self.access)
            self.assertEqual(answer.json()["scopes"], "openid")

        return give_back

    def widen_scope(self):
        self.drawn.api_read = True
        for value in (self.access, self.backend_token):
            scopes = self.bearer("tokeninfo", value).json()["scopes"].split()
            self.assertNotIn("drawn", scopes)
            self.assertIn("profile", scopes)

    def clear_trust(self):
        self.client.skip_authorization = True
        self.client.skip_authorization = False

    def act_as_another(self):
        self.backend.user_id = self.other

    def leak_secret(self):
        (self.client | self.backend).action_withdraw_secret()
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        answer = self.post("token", data, self.client, self.secret)
        self.assertEqual(answer.json()["error"], "invalid_client")

    def rotate_key(self):
        self.key.action_rotate()

    def leak_key(self):
        self.key.action_withdraw()

    def change_issuer(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.issuer", "https://other.example.com"
        )

    def neutralize(self):
        path = Path(get_module_path("oauth_provider"), "data/neutralize.sql")
        self.env.flush_all()
        self.env.cr.execute(path.read_text())
        # Else nothing could be asked
        self.judge.invalidate_recordset()
        self.judge.active = True
        self.env.registry.clear_cache()

        def activate():
            (self.client | self.backend).active = True

        return activate

    def proven(self, records, method):
        """Call a ``method`` of ``records`` that wants an identity check."""
        return getattr(type(records), method).__wrapped__(records)

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
            ("all_devices", "reset_by_administrator", "archive_user")
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
            wizard = own.create({"new_password": "xyz", "confirm_password": "xyz"})
            self.proven(wizard, "change_password")

        def by_wizard_for_all():
            wizard = self.env["change.password.wizard"].with_user(user).sudo()
            lines = [Command.create({"user_id": user.id, "new_passwd": "xyz"})]
            wizard.create({"user_ids": lines}).change_password_button()

        def write(by):
            return lambda: user.with_user(by).write({"password": "a new password"})

        def write_both():
            (user | self.other).with_user(admin).write({"password": "a new password"})

        for name, change, is_kept in (
            ("own write", write(user), True),
            ("own wizard", by_own_wizard, True),
            ("own line of the administrator's wizard", by_wizard_for_all, True),
            ("own, with the old one", self.change_password, True),
            ("administrator's write", write(admin), False),
            ("several at once", write_both, False),
            ("removed", lambda: user.with_user(admin).write({"password": ""}), False),
            ("a program", lambda: user.sudo().write({"password": "xyz"}), False),
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
                "args": [self.user.ids, {"password": "a new password"}],
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

    def test_the_update_ends_what_archived_ones_have(self):
        script = "migrations/19.0.1.7.0/post-ending.py"
        path = f"{get_module_path('oauth_provider')}/{script}"
        migration = load_script(path, "oauth_provider_ending")
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
            lambda: self.issue("token", holds_user=True),
        ):
            with self.assertRaises(ConcurrencyError), self.env.cr.savepoint():
                issue()

    def test_who_was_archived_past_the_orm_ends_with_the_housekeeping(self):
        self.env.cr.execute(
            "UPDATE res_users SET active = false WHERE id = %s", (self.user.id,)
        )
        self.env.invalidate_all()
        ending = self.env["oauth.provider.ending"]
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
