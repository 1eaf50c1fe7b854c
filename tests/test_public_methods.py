# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What may be called from outside, by the web client and by Odoo's own API."""

import inspect
from datetime import timedelta

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import OAuthCase

PACKAGE = "odoo.addons.oauth_provider."
#: Methods of the ORM and of Odoo that the addon extends, with their own checks.
EXTENDED = {
    "authenticate",
    "check",
    "copy_data",
    "create",
    "db_id_for",
    "get_values",
    "has_access",
    "load",
    "search_count",
    "set_values",
    "unlink",
    "web_read",
    "write",
}
#: Every other method that may be called from outside, by model.
CALLABLE = {
    "oauth.provider.client": {
        "action_download_auth_oauth",
        "action_end_previous_secret",
        "action_generate_private_key",
        "action_generate_secret",
        "action_try",
        "action_view_events",
        "action_view_grants",
        "action_view_tokens",
        "action_withdraw_secret",
        "application_type_mapping",
        "generate_private_key",
        "generate_secret",
    },
    "oauth.provider.client.wizard": {"action_create"},
    "oauth.provider.connection": {"check_steps", "propose"},
    "oauth.provider.event": {"action_explain", "action_try"},
    "oauth.provider.finding": {
        "action_ask_reason",
        "action_check",
        "action_dismiss",
        "action_open",
        "action_restore",
    },
    "oauth.provider.grant": {"action_withdraw"},
    "oauth.provider.key": {"action_rotate", "action_withdraw"},
    "oauth.provider.scope": {
        "action_preview",
        "action_view_clients",
        "action_view_grants",
        "action_view_tokens",
    },
    "oauth.provider.token": {"action_revoke"},
    "oauth.provider.trial": {
        "action_add_redirect_uri",
        "action_replay",
        "action_run",
    },
}
#: What everybody may do with what is their own.
OWN = {
    "oauth.provider.application": {"action_withdraw"},
    "res.users": {"action_withdraw_oauth_applications"},
}
#: What tells no more than the metadata that everybody may read.
HARMLESS = {"application_type_mapping"}
PASSWORD = "a-long-password"
#: A line of the check-up.
FINDING = {
    "severity": "1",
    "name": "X",
    "key": "x",
    "subject": "server",
    "fingerprint": "x",
}


class PublicMethodsCase(OAuthCase):
    def create_one(self, model):
        """Return a record of ``model`` that a method could be called on."""
        if model == "oauth.provider.key":
            return self.env[model].ensure()
        if self.env[model]._abstract:
            return self.env[model]
        client, _secret = self.create_client()
        if model == "oauth.provider.event":
            return self.env[model].search([("client_id", "=", client.id)], limit=1)
        if model == "oauth.provider.client":
            return client
        grants = self.env["oauth.provider.grant"]
        if model == "oauth.provider.grant":
            return grants.ensure(client, self.user)
        if model == "oauth.provider.token":
            record, _value = self.env[model].issue(
                client=client, user=self.user, scopes=client.scope_ids, lifetime=60
            )
            return record
        if model == "oauth.provider.scope":
            return client.scope_ids[:1]
        if model == "oauth.provider.finding":
            return self.env[model].create(FINDING)
        if model == "oauth.provider.trial":
            return self.env[model].create({"client_id": client.id})
        return self.env[model].create({"name": "X", "redirect_uri": "https://x.y/z"})


@tagged("post_install", "-at_install")
class TestPublicMethods(PublicMethodsCase):
    maxDiff = None

    def find_public(self, model):
        """Return the names of the methods that the addon gives to a model (set)."""
        names = set()
        model_class = type(self.env[model])
        for one in model_class.mro():
            if one.__module__.startswith(PACKAGE):
                names |= {
                    name
                    for name, value in vars(one).items()
                    if inspect.isfunction(getattr(value, "__func__", value))
                }
        return {
            name
            for name in names
            if not name.startswith("_")
            and not any(
                getattr(getattr(one, name, None), "_api_private", False)
                for one in model_class.mro()
            )
        }

    def test_what_may_be_called_is_on_the_list(self):
        found = {model: self.find_public(model) for model in self.registry}
        found = {model: names - EXTENDED for model, names in found.items()}
        found = {model: names for model, names in found.items() if names}
        self.assertEqual(found, {**CALLABLE, **OWN})

    def calls(self):
        """Yield (record, method) of all that may be called."""
        for model, names in CALLABLE.items():
            record = self.create_one(model)
            for name in sorted(names):
                yield record, name

    def test_nobody_but_a_manager_gets_anything_by_the_web_client(self):
        for group in ("user", "portal", None):
            user = group and new_test_user(
                self.env, f"user_{group}", f"base.group_{group}", password=PASSWORD
            )
            self.authenticate(user and user.login, user and PASSWORD)
            for record, name in self.calls():
                is_model = hasattr(getattr(type(record), name), "_api_model")
                for kind in ("call_kw", "call_button"):
                    with (
                        self.subTest(group=group, model=record._name, method=name),
                        mute_logger("odoo.http", "odoo.addons.web.controllers.utils"),
                    ):
                        answer = self.url_open(
                            f"/web/dataset/{kind}/{record._name}/{name}",
                            json={
                                "jsonrpc": "2.0",
                                "params": {
                                    "model": record._name,
                                    "method": name,
                                    "args": [] if is_model else [record.ids],
                                    "kwargs": {},
                                },
                            },
                        ).json()
                    if name not in HARMLESS or not user:
                        self.assertIn("error", answer)
                        self.assertRegex(
                            answer["error"]["data"]["name"],
                            r"AccessError|AccessDenied|SessionExpired",
                        )

    def test_nobody_but_a_manager_gets_anything_by_the_api(self):
        for group in ("user", "portal"):
            user = new_test_user(self.env, f"user_{group}", f"base.group_{group}")
            key = (
                self.env["res.users.apikeys"]
                .with_user(user)
                .sudo()
                ._generate(None, "Test", fields.Datetime.now() + timedelta(days=1))
            )
            for record, name in self.calls():
                is_model = hasattr(getattr(type(record), name), "_api_model")
                with (
                    self.subTest(group=group, model=record._name, method=name),
                    mute_logger("odoo.http"),
                ):
                    answer = self.url_open(
                        f"/json/2/{record._name}/{name}",
                        json={} if is_model else {"ids": record.ids},
                        headers={"Authorization": f"Bearer {key}"},
                    )
                if name not in HARMLESS:
                    self.assertIn(answer.status_code, (403, 404))
