# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..tools.log_line import format_line
from .common import OAuthCase, new_manager

LOGGER = "odoo.addons.oauth_provider.events"


@tagged("post_install", "-at_install")
class TestEvents(OAuthCase):
    """What happens to an access leaves a row and a line."""

    def setUp(self):
        super().setUp()
        self.events = self.env["oauth.provider.event"]
        self.last = self.events.search([], limit=1).id
        self.commit_hooks()

    def new_events(self):
        """Return what has happened since the last call, the oldest first."""
        self.env.invalidate_all()
        events = self.events.search([("id", ">", self.last or 0)], order="id")
        self.last = events[-1:].id or self.last
        return events

    def test_a_flow_from_consent_to_revocation(self):
        client, secret = self.create_client()
        self.sign_in()
        self.new_events()
        with self.assertLogs(LOGGER) as logs:
            code = self.get_code(client)
            tokens = self.redeem(code, client, secret).json()
            data = {
                "grant_type": "refresh_token",
                "refresh_token": tokens["refresh_token"],
            }
            refreshed = self.post("token", data, client, secret).json()
            self.post(
                "revoke_token", {"token": refreshed["access_token"]}, client, secret
            )
        events = self.new_events()
        kinds = ["consent_given", "issued", "refreshed", "revoked"]
        self.assertEqual(events.mapped("kind"), kinds)
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        for event in events:
            self.assertEqual(event.client_id, client)
            self.assertEqual(event.user_id, self.user)
            self.assertEqual(event.grant_number, grant.id)
            self.assertEqual(event.address, "127.0.0.1")
            self.assertFalse(event.author_id)
        self.assertEqual(len(logs.output), len(kinds))
        for kind, line in zip(kinds, logs.output, strict=True):
            self.assertIn(
                f"event={kind} client={client.identifier} user={self.user.id}"
                f" grant={grant.id} address=127.0.0.1",
                line,
            )
        for credential in (code, tokens["access_token"], tokens["refresh_token"]):
            self.assertNotIn(credential, "".join(logs.output))

    def test_what_is_presented_twice(self):
        client, secret = self.create_client(refresh_token_grace=0)
        self.sign_in()
        code = self.get_code(client)
        tokens = self.redeem(code, client, secret).json()
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        self.post("token", data, client, secret)
        self.new_events()
        self.post("token", data, client, secret)
        event, ended = self.new_events()
        self.assertEqual((event.kind, event.reason), ("replayed", "refresh_token"))
        self.assertEqual((ended.kind, ended.reason), ("revoked", "reused"))
        self.assertEqual(ended.caused_by_id, event)
        self.assertEqual(self.get_refusals().cause, "used_refresh_token")
        self.new_events()
        self.redeem(code, client, secret)
        event = self.new_events()
        self.assertEqual((event.kind, event.reason), ("replayed", "code"))
        self.assertEqual(self.get_refusals().cause, "used_code")

    def test_nobody_fills_the_table_without_a_credential(self):
        client, _none = self.create_client(client_type="public")
        self.new_events()
        self.env.cr.postcommit.run()
        with self.assertLogs(LOGGER) as logs:
            # A theft is not hidden by what anybody can bring about
            for _number in range(15):
                self.events.log_event("replayed", client=client)
            self.env.cr.postcommit.run()
        self.assertEqual(len(logs.output), 15)
        self.assertEqual(self.new_events().mapped("kind"), ["replayed"] * 10)
        # From any number of addresses, in the whole
        addresses = iter(range(1000))
        with patch.object(
            type(self.env["ir.http"]),
            "_oauth_get_address",
            lambda _model: f"192.0.2.{next(addresses) % 250}",
        ):
            for _number in range(120):
                self.events.log_event("replayed", client=client)
        self.assertEqual(len(self.new_events()), 90)
        # Whoever has a credential is still seen
        self.events.log_event("issued", client=client)
        self.assertEqual(self.new_events().kind, "issued")

    def test_nobody_fills_the_table_from_a_network_of_ipv6(self):
        client, _none = self.create_client(client_type="public")
        self.new_events()

        def record(addresses):
            for address in addresses:
                with patch.object(
                    type(self.env["ir.http"]),
                    "_oauth_get_address",
                    lambda _model, address=address: address,
                ):
                    self.events.log_event("replayed", client=client)
            return self.new_events().mapped("address")

        kept = record(f"2001:db8:0:1::{number:x}" for number in range(15))
        # Each row still says which address it was
        self.assertEqual(len(set(kept)), 10)
        self.assertEqual(record(["2001:db8:0:2::1"]), ["2001:db8:0:2::1"])

    def test_what_managers_do(self):
        manager = new_manager(self.env)
        client, _secret = self.create_client()
        grant = self.env["oauth.provider.grant"].ensure(client, self.user)
        key = self.env["oauth.provider.key"].ensure()
        self.new_events()
        as_manager = client.with_user(manager)
        as_manager.name = "Another"
        as_manager.redirect_uri_ids.name = "https://another.example.com/callback"
        as_manager.action_generate_secret()
        self.scopes("profile").with_user(manager).description = "Other words"
        grant.with_user(manager).action_withdraw()
        key.with_user(manager).action_rotate()
        events = self.new_events()
        self.assertEqual(
            events.mapped("kind"),
            [
                "client_changed",
                "client_changed",
                "secret_changed",
                "scope_changed",
                "consent_withdrawn",
                "key_rotated",
                "key_rotated",
            ],
        )
        self.assertEqual(events.author_id, manager)
        self.assertEqual(events[0].reason, "name changed from Test to Another")
        self.assertEqual(
            events[1].reason,
            "redirect URI now https://another.example.com/callback",
        )
        self.assertEqual(events[3].reason, "profile: description changed")
        identifier = client.identifier
        client.unlink()
        event = self.new_events()[-1:]
        self.assertEqual(event.reason, f"deleted {identifier}")

    def test_addresses_of_a_client_wherever_they_are_changed(self):
        client, _secret = self.create_client()
        manager = new_manager(self.env)
        values = {"client_id": client.id, "name": "https://a.example.com"}
        for model, label in (
            ("redirect.uri", "redirect URI"),
            ("post.logout.redirect.uri", "post-logout redirect URI"),
            ("origin", "web origin"),
        ):
            self.new_events()
            records = self.env[f"oauth.provider.{model}"].with_user(manager)
            record = records.create(values)
            record.name = "https://b.example.com"
            record.unlink()
            events = self.new_events()
            self.assertEqual(
                events.mapped("reason"),
                [
                    f"{label} added https://a.example.com",
                    f"{label} now https://b.example.com",
                    f"{label} removed https://b.example.com",
                ],
            )
            self.assertEqual(events.mapped("client_id"), client)
            self.assertEqual(events.author_id, manager)
        client.with_user(manager).write(
            {"origin_ids": [Command.create({"name": "https://a.example.com"})]}
        )
        [event] = self.new_events()
        self.assertEqual(event.reason, "web origin added https://a.example.com")

    def test_what_is_rolled_back_has_not_happened(self):
        client, _secret = self.create_client()
        self.new_events()
        hooks = self.env.cr.postcommit
        hooks.clear()
        with self.assertNoLogs(LOGGER), self.env.cr.savepoint() as savepoint:
            self.events.log_event("issued", client=client)
            savepoint.rollback()
        self.assertFalse(self.new_events())
        self.assertEqual(len(hooks._funcs), 1, "the line waits for the commit")
        with self.assertNoLogs(LOGGER):
            hooks.run()

    def test_the_log_has_what_is_kept_of_several_savepoints(self):
        client, _secret = self.create_client()
        hooks = self.env.cr.postcommit
        hooks.clear()
        with self.env.cr.savepoint(flush=False):
            self.events.log_event("issued", client=client, reason="kept")
            with self.env.cr.savepoint(flush=False) as inner:
                self.events.log_event("issued", client=client, reason="inner")
                inner.rollback()
                self.events.log_event("issued", client=client, reason="after it")
        with suppress(ZeroDivisionError), self.env.cr.savepoint():
            with self.env.cr.savepoint():
                self.events.log_event("issued", client=client, reason="outer")
            raise ZeroDivisionError
        with self.assertLogs(LOGGER) as logs:
            hooks.run()
        self.assertEqual(len(logs.output), 2)
        for line, reason in zip(logs.output, ("kept", '"after it"'), strict=True):
            self.assertIn(f"reason={reason} ", line)

    def test_managers_read_and_nobody_writes(self):
        client, _secret = self.create_client()
        self.events.log_event("issued", client=client)
        event = self.new_events()[-1:]
        manager = new_manager(self.env)
        self.assertEqual(event.with_user(manager).kind, "issued")
        admin = self.env.ref("base.user_admin")
        for user in (manager, admin):
            as_user = event.with_user(user)
            with self.assertRaises(AccessError):
                as_user.write({"reason": "x"})
            with self.assertRaises(AccessError):
                as_user.unlink()
            with self.assertRaises(AccessError):
                as_user.create({"kind": "issued", "happened_at": "2026-01-01"})
        with self.assertRaises(AccessError):
            event.with_user(self.user).read(["kind"])

    def test_one_insert_and_nothing_else(self):
        client, _secret = self.create_client()
        self.env.flush_all()
        self.events.log_event("issued", client=client, user=self.user)
        with self.assertQueryCount(1):
            self.events.log_event("issued", client=client, user=self.user)

    def test_a_change_is_told_by_records_and_not_by_names(self):
        client, _secret = self.create_client()
        first, second = self.env["res.groups"].create([{"name": "Same"}] * 2)
        client.group_ids = first
        self.new_events()
        client.group_ids = second
        reason = self.new_events().reason
        self.assertEqual(reason, "allowed groups: added Same; removed Same")
        client.write({"group_ids": [Command.set(second.ids)]})
        self.assertFalse(self.new_events())
        client.group_ids |= first
        self.assertIn(f"added Same ({first.id})", self.new_events().reason)
        client.pkce_required = False
        self.assertEqual(self.new_events().reason, "require pkce switched off")
        client.client_uri = "https://a.example.com/?token=secret"
        self.assertIn("https://a.example.com/", self.new_events().reason)
        client.client_uri = "https://b.example.com/?token=secret"
        self.assertNotIn("secret", self.new_events().reason)

    def test_an_event_tells_nothing_that_its_author_may_not_read(self):
        manager = new_manager(self.env)
        private = self.env["ir.filters"].create(
            {
                "name": "Private",
                "model_id": "res.partner",
                "domain": "[('name', '=', 'HIDDEN')]",
                "user_ids": [Command.set(self.user.ids)],
            }
        )
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "Some",
                "code": "some",
                "model_id": self.env.ref("base.model_res_partner").id,
                "filter_id": private.id,
            }
        )
        self.new_events()
        self.env.invalidate_all()
        as_manager = scope.with_user(manager)
        for values in ({"domain": "[('id', '=', 1)]"}, {"domain": False}):
            with suppress(AccessError):
                as_manager.write(values)
            self.env.invalidate_all()
        self.assertNotIn("HIDDEN", "".join(self.new_events().mapped("reason")))

    def test_an_event_tells_of_nothing_that_did_not_happen(self):
        manager = new_manager(self.env)
        client, _secret = self.create_client()
        self.new_events()
        as_manager = client.with_user(manager)
        as_manager.write({"display_name": "X; require pkce switched on"})
        self.assertFalse(self.new_events())
        as_manager.policy_uri = "https://user:SECRET@a.example.com/p?t=SECRET#SECRET"
        [event] = self.new_events()
        self.assertIn("https://a.example.com/p", event.reason)
        self.assertNotIn("SECRET", event.reason)

    def test_nobody_is_silent_about_a_change(self):
        manager = new_manager(self.env)
        self.new_events()
        scope = self.scopes("profile").with_user(manager)
        scope.with_context(install_mode=True).description = "Other words"
        self.assertEqual(self.new_events().kind, "scope_changed")

    def test_who_may_not_write_learns_of_no_client(self):
        client, _secret = self.create_client()
        nobody = client.with_user(self.user)
        for record in (nobody, nobody.browse(2**31 - 1)):
            with self.assertRaises(AccessError):
                record.write({"name": "x"})

    def test_old_events_are_removed(self):
        client, _secret = self.create_client()
        self.events.log_event("issued", client=client)
        old = self.new_events()[-1:]
        old.happened_at = fields.Datetime.now() - timedelta(days=91)
        self.events.log_event("issued", client=client)
        young = self.new_events()
        self.env.flush_all()
        self.patch(self.env.cr, "commit", lambda: None)
        self.env["oauth.provider.credential"]._cron_clean()
        self.assertFalse(old.exists())
        self.assertTrue(young.exists())

    def test_no_value_breaks_a_line(self):
        line = format_line(
            {
                "event": "refused",
                "reason": 'a\nevent=issued "b" \x1b[31m é\u2028',
                "long": "x" * 1000,
                "none": None,
            }
        )
        self.assertTrue(line.isascii() and line.isprintable())
        self.assertEqual(line.count("\n"), 0)
        self.assertTrue(
            line.startswith('event=refused reason="a\\nevent=issued \\"b\\" \\u001b')
        )
        self.assertTrue(line.endswith("long=" + "x" * 200))
