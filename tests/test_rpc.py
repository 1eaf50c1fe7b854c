# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the web client does, a program does by XML-RPC.

Which has no way to send nothing: a method that returns None, or something with None in
it, is a fault there, after it has changed what it is to change.
"""

from xmlrpc.client import Fault

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..wizards.recipe import RECIPES
from .test_public_methods import CALLABLE, FINDING, OWN, PublicMethodsCase

PASSWORD = "a-long-password"
OURS = "oauth.provider."
#: What is needed to create a record, where that is more than a name.
NEEDED = {
    "oauth.provider.client.secret": {},
    "oauth.provider.client.wizard": {},
    "oauth.provider.finding": FINDING,
    "oauth.provider.resource": {"name": "X", "uri": "https://x.example.com"},
    "oauth.provider.scope": {"name": "X", "code": "x"},
    "oauth.provider.scope.preview": {"scope_id": "oauth.provider.scope"},
    "oauth.provider.trial": {"client_id": "oauth.provider.client"},
    "oauth.provider.origin": {
        "name": "https://x.example.com",
        "client_id": "oauth.provider.client",
    },
    "oauth.provider.redirect.uri": {
        "name": "https://x.example.com/cb",
        "client_id": "oauth.provider.client",
    },
    "oauth.provider.post.logout.redirect.uri": {
        "name": "https://x.example.com/out",
        "client_id": "oauth.provider.client",
    },
}
#: Fields of a client with which a method may be called.
STATES = {
    "action_dismiss": {"reason": "It is as it should be"},
    "generate_private_key": {"token_type": "jwt"},
    "action_generate_private_key": {"token_type": "jwt"},
    "action_download_auth_oauth": {"application_type": "mobile application"},
}


@tagged("post_install", "-at_install")
class TestRpc(PublicMethodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "oauth_provider.group_oauth_provider_manager,base.group_system"
        cls.admin = new_test_user(cls.env, "rpc_admin", groups, password=PASSWORD)

    def create_one(self, model):
        record = super().create_one(model)
        # Each manager has the own ones
        own = self.env[model].with_user(self.admin)
        if model == "oauth.provider.trial":
            return own.create({"client_id": record.client_id.id})
        if model == "oauth.provider.finding":
            return own.create(FINDING)
        return record

    def call(self, model, method, *args, user=None, **kwargs):
        """Return the answer by XML-RPC; a fault is an exception."""
        user = user or self.admin
        password = PASSWORD if user == self.admin else "oauth_user_password"
        with mute_logger("odoo.addons.rpc.controllers.xmlrpc"):
            return self.xmlrpc_object.execute_kw(
                self.env.cr.dbname, user.id, password, model, method, args, kwargs
            )

    def assertAnswers(self, record, method, user=None):
        is_model = hasattr(getattr(type(record), method), "_api_model")
        with self.subTest(model=record._name, method=method):
            self.env.flush_all()
            answer = self.call(
                record._name, method, *([] if is_model else [record.ids]), user=user
            )
            self.assertIsNotNone(answer)
            return answer

    def test_every_public_method_answers(self):
        for model, names in CALLABLE.items():
            for name in sorted(names):
                record = self.create_one(model)
                if name in STATES:
                    record.write(STATES[name])
                self.assertAnswers(record, name)

    @mute_logger("odoo.http")
    def test_what_takes_a_confirmed_identity_changes_nothing(self):
        client, _secret = self.create_client()
        grant = self.env["oauth.provider.grant"].ensure(client, self.user)
        grant.consent(client.scope_ids, client.scope_ids)
        records = {
            "oauth.provider.application": self.user.oauth_application_ids,
            "res.users": self.user,
        }
        self.assertEqual(records.keys(), OWN.keys())
        self.env.flush_all()
        for model, names in OWN.items():
            for name in names:
                # Odoo wants a browser for it
                with (
                    self.subTest(model=model),
                    self.assertRaisesRegex(Fault, "only be accessed over HTTP"),
                ):
                    self.call(model, name, records[model].ids, user=self.user)
        self.env.invalidate_all()
        self.assertFalse(grant.revoked_at)
        withdraw = type(records["oauth.provider.application"]).action_withdraw
        answer = withdraw.__wrapped__(self.user.oauth_application_ids)
        self.assertEqual(answer["type"], "ir.actions.act_window_close")
        self.assertTrue(grant.revoked_at)

    def test_buttons_change_what_they_say(self):
        client, secret = self.create_client()
        self.assertIs(
            self.call(client._name, "action_withdraw_secret", client.ids), True
        )
        self.env.invalidate_all()
        self.assertFalse(client.check_secret(secret))
        grant = self.env["oauth.provider.grant"].ensure(client, self.user)
        self.assertIs(self.call(grant._name, "action_withdraw", grant.ids), True)
        self.env.invalidate_all()
        self.assertTrue(grant.revoked_at)

    def test_a_shared_secret_is_handed_over(self):
        for name in ("generate_private_key", "action_generate_private_key"):
            client, _secret = self.create_client(
                "backend application", token_type="jwt", jwt_algorithm="HS256"
            )
            self.assertTrue(self.assertAnswers(client, name))
            for method in ("action_rotate", "action_withdraw"):
                self.env.invalidate_all()
                key = client.jwt_key_ids.filtered(lambda one: not one.retired_at)
                answer = self.assertAnswers(key, method)
                self.assertTrue(answer["context"]["default_secret"])

    def test_what_can_be_created_needs_only_what_is_required(self):
        rights = self.env["ir.model.access"].with_user(self.admin)
        for model in sorted(self.registry):
            if not model.startswith(OURS) or self.env[model]._abstract:
                continue
            if not rights.check(model, "create", raise_exception=False):
                continue
            needed = NEEDED.get(model, {"name": "X"})
            values = {
                name: self.create_one(value).id if value.startswith(OURS) else value
                for name, value in needed.items()
            }
            self.env.flush_all()
            with self.subTest(model=model):
                number = self.call(model, "create", values)
                if model == "oauth.provider.client.secret":
                    self.assertFalse(number)
                    continue
                self.assertEqual(len(self.call(model, "read", [number])), 1)
                if rights.check(model, "write", raise_exception=False):
                    self.assertTrue(self.call(model, "write", [number], values))
                if rights.check(model, "unlink", raise_exception=False):
                    self.assertTrue(self.call(model, "unlink", [number]))

    def test_all_fields_of_all_models_can_be_read(self):
        client, _secret = self.create_client(
            "backend application",
            token_type="jwt",
            scope_ids=[Command.set(self.scopes("openid", "email").ids)],
        )
        client.generate_private_key()
        self.create_one("oauth.provider.token")
        self.create_one("oauth.provider.grant")
        self.env.flush_all()
        rights = self.env["ir.model.access"].with_user(self.admin)
        for model in sorted(self.registry):
            if model.startswith(OURS) and not self.env[model]._abstract:
                if rights.check(model, "read", raise_exception=False):
                    with self.subTest(model=model):
                        self.call(model, "search_read", [], limit=5)

    def test_a_wizard_without_a_name(self):
        wizards = "oauth.provider.client.wizard"
        for key, recipe in RECIPES.items():
            values = {"recipe": key, "user_id": self.user.id}
            if recipe.path is not None:
                values["address"] = "https://app.example.com"
            name = recipe.proposed_name
            if key == "assistant":
                values["endpoint"] = "https://app.example.com/mcp"
                name = "Claude"
            with self.subTest(recipe=key):
                number = self.call(wizards, "create", values)
                [found] = self.call(wizards, "read", [number], ["name"])
                self.assertEqual(found["name"], name)
                answer = self.call(wizards, "action_create", [number])
                client = self.Client.browse(answer["context"]["default_client_res_id"])
                self.assertEqual(client.name, name)
        number = self.call(wizards, "create", {"recipe": "auth_oauth", "name": "Mine"})
        [found] = self.call(wizards, "read", [number], ["name"])
        self.assertEqual(found["name"], "Mine")
        # Nor in the web client, nor where several are made at once
        made = self.env[wizards].create([{}, {"name": "A"}, {"recipe": "auth_oidc"}])
        self.assertEqual(made[1].name, "A")
        self.assertTrue(all(made.mapped("name")))
