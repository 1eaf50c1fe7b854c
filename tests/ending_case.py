# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What ends a token, one method for each thing that does."""

from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.fields import Command
from odoo.modules.module import get_module_path
from odoo.tests import new_test_user

from ..tools.secret import digest
from .common import OAuthCase, new_manager

#: What becomes of what, in the table of the documentation.
COLUMNS = ("access", "refresh", "grant", "backend")


class EndingCase(OAuthCase):
    """Tokens of a web application and of a backend, over the wire."""

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
        if tokens.find(value):
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
            {
                "login": self.user.login,
                "password": "a new password",
                "type": "password",
            },
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
        clients.with_user(self.manager).action_archive()
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

    def allow_less(self):
        scopes = self.client.scope_ids
        self.grant.consent(scopes, scopes - self.scopes("email"))
        held = self.bearer("tokeninfo", self.access).json()["scopes"].split()
        self.assertNotIn("email", held)
        self.assertIn("profile", held)

    def leave_companies(self):
        company = self.env["res.company"].create({"name": "Another"})
        self.user.company_ids |= company
        self.grant.limit_to_companies(company)
        self.user.company_ids -= company
        self.assertTrue(self.grant.is_without_company())

    def refuse_refreshing(self):
        self.client.refresh_token_policy = "never"
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        answer = self.post("token", data, self.client, self.secret)
        self.assertEqual(answer.json()["error"], "unauthorized_client")

    def remove_unused(self):
        for model, value in (
            ("token", self.access),
            ("refresh.token", self.refresh),
            ("authorization.code", self.code),
        ):
            self.env[f"oauth.provider.{model}"].find(value).unlink()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET create_date = '2020-01-01',"
            " consented_at = '2020-01-01' WHERE id = %s",
            (self.grant.id,),
        )
        self.assertEqual(
            self.env["oauth.provider.housekeeping"]._remove_unused_grants(None)[0], 1
        )

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

    def become_public(self):
        self.client.with_user(self.manager).client_type = "public"

    def change_type(self):
        self.client.with_user(self.manager).application_type = "legacy application"

    def remove_redirect_uri(self):
        self.client.with_user(self.manager).redirect_uri_ids.unlink()

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
