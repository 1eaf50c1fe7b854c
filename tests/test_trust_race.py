# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An administrator trusts a client while a manager widens its scope."""

from psycopg2.errors import SerializationFailure

from odoo import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common import CommittedCase


@tagged("post_install", "-at_install")
class TestTrustRace(CommittedCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            group = "oauth_provider.group_oauth_provider_manager"
            self.manager_id = new_test_user(env, "trust_race", group).id
            env.cr.commit()
        self.addCleanup(self.remove, "res.users", [self.manager_id])

    def remove(self, model, ids):
        with self.transaction() as env:
            env[model].browse(ids).exists().unlink()
            env.cr.commit()

    @mute_logger("odoo.sql_db")
    def test_a_scope_that_an_administrator_accepts_does_not_change(self):
        decisions = {
            "link": lambda client, scope: client.write(
                {"skip_authorization": True, "scope_ids": [Command.link(scope.id)]}
            ),
            "trust": lambda client, _scope: client.write({"skip_authorization": True}),
            "create": lambda client, scope: client.create(
                {
                    "name": "Trust race",
                    "skip_authorization": True,
                    "scope_ids": [Command.set(scope.ids)],
                }
            ),
        }
        changes = {
            "filter": lambda scope: scope.write({"domain": "[('id', '>', 0)]"}),
            "filter itself": lambda scope: scope.filter_id.write({"domain": "[]"}),
            "API": lambda scope: scope.write({"api_read": True}),
        }
        for decision in decisions:
            for change in changes:
                with self.subTest(decision=decision, change=change):
                    self.race(decisions[decision], changes[change], decision == "trust")

    def race(self, decide, change, is_linked):
        with self.transaction() as env:
            scope = env["oauth.provider.scope"].create(
                {
                    "name": "Trust race",
                    "code": "trust_race",
                    "model_id": env["ir.model"]._get_id("res.partner"),
                    "domain": "[('ref', '=', 'x')]",
                }
            )
            values = {"scope_ids": [Command.set(scope.ids)]} if is_linked else {}
            client = env["oauth.provider.client"].create(
                {"name": "Trust race", **values}
            )
            env.cr.commit()
        try:
            with self.transaction() as one, self.transaction() as other:
                one = one(user=one.ref("base.user_admin").id, su=False)
                other = other(user=self.manager_id, su=False)
                widened = other["oauth.provider.scope"].browse(scope.id)
                widened.read(["name"])
                decide(
                    one["oauth.provider.client"].browse(client.id),
                    one["oauth.provider.scope"].browse(scope.id),
                )
                one.cr.flush()
                one.cr.commit()
                with self.assertRaises(SerializationFailure):
                    change(widened)
                    other.flush_all()
                    other.cr.commit()
                other.cr.rollback()
        finally:
            with self.transaction() as env:
                clients = env["oauth.provider.client"]
                clients.search([("name", "=", "Trust race")]).unlink()
                env["oauth.provider.scope"].browse(scope.id).unlink()
                env.cr.commit()
