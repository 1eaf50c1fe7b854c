# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""An event of a revocation names the event that brought it about."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .ending_case import EndingCase


@tagged("post_install", "-at_install")
class TestCausedBy(EndingCase):
    def setUp(self):
        super().setUp()
        self.events = self.env["oauth.provider.event"]
        self.last = self.find_last()

    def find_last(self):
        return self.events.search([], limit=1, order="id desc").id

    def find_revoked(self):
        """Return what was revoked since the last call, and has a cause."""
        self.env.flush_all()
        self.env.invalidate_all()
        found = self.events.search(
            [("id", ">", self.last), ("caused_by_id", "!=", False)], order="id"
        )
        self.last = self.find_last()
        for event in found:
            self.assertEqual(event.kind, "revoked")
            self.assertLess(event.caused_by_id.id, event.id)
            self.assertEqual(event.caused_by_id.author_id, event.author_id)
        return found

    def test_a_reused_code(self):
        client, secret = self.create_client(refresh_token_grace=0)
        self.sign_in()
        code = self.get_code(client)
        self.assertTrue(self.redeem(code, client, secret).ok)
        self.assertFalse(self.find_revoked())
        self.redeem(code, client, secret)
        event = self.find_revoked()
        cause = event.caused_by_id
        self.assertEqual((event.reason, cause.kind), ("reused", "replayed"))
        self.assertEqual(cause.reason, "code")
        for one in (event, cause):
            self.assertEqual(one.client_id, client)
            self.assertEqual(one.user_id, self.user)
            self.assertTrue(one.grant_number)
            self.assertEqual(one.address, "127.0.0.1")
        # There is nothing left to revoke
        self.redeem(code, client, secret)
        self.assertFalse(self.find_revoked())

    def test_a_reused_refresh_token(self):
        data = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        self.assertTrue(self.post("token", data, self.client, self.secret).ok)
        self.post("token", data, self.client, self.secret)
        event = self.find_revoked()
        self.assertEqual(event.caused_by_id.kind, "replayed")
        self.assertEqual(event.caused_by_id.reason, "refresh_token")
        self.assertFalse(self.is_live(self.access))

    def test_what_becomes_of_a_user(self):
        for change, reason, of_user in (
            (self.reset_by_administrator, "password reset", "password reset"),
            (self.archive_user, "user archived", "archived"),
        ):
            change()
            event = self.find_revoked()
            self.assertEqual(event.reason, reason)
            self.assertEqual(event.user_id, self.user)
            cause = event.caused_by_id
            self.assertEqual((cause.kind, cause.reason), ("user_changed", of_user))
            self.assertEqual(cause.user_id, self.user)

    def test_log_out_from_all_devices(self):
        self.all_devices()
        cause = self.find_revoked().caused_by_id
        self.assertEqual((cause.kind, cause.reason), ("user_changed", "all devices"))

    def test_who_has_nothing_leaves_no_trace(self):
        self.other.password = "a new password"
        (self.other | self.manager).action_archive()
        self.archive_user()
        self.last = self.find_last()
        self.user.password = "a new password"
        self.archive_user()
        kinds = self.events.search([("id", ">", self.last)]).mapped("kind")
        self.assertFalse(kinds)

    def test_archived_clients(self):
        self.archive_clients()
        events = self.find_revoked()
        self.assertEqual(events.client_id, self.client | self.backend)
        for event in events:
            cause = event.caused_by_id
            self.assertEqual(cause.kind, "client_changed")
            self.assertEqual(cause.client_id, event.client_id)
            self.assertEqual(cause.author_id, self.manager)
            # It says so once
            of_client = [("client_id", "=", event.client_id.id)]
            changes = [*of_client, ("kind", "=", "client_changed")]
            self.assertEqual(self.events.search(changes, limit=1), cause)

    def test_what_was_archived_past_the_orm(self):
        self.env.cr.execute(
            "UPDATE oauth_provider_client SET active = false WHERE id = %s",
            self.client.ids,
        )
        self.env.invalidate_all()
        self.env["oauth.provider.deprovisioning"]._gc_archived()
        cause = self.find_revoked().caused_by_id
        self.assertEqual((cause.kind, cause.reason), ("client_changed", "archived"))

    def test_a_scope_that_opens_more(self):
        unused = self.env["oauth.provider.scope"].create(
            {"name": "Unused", "code": "unused", "model_id": self.drawn.model_id.id}
        )
        self.last = self.find_last()
        for change in (
            lambda: (self.drawn | unused).write({"api_read": True}),
            lambda: self.drawn.filter_id.write({"domain": "[]"}),
        ):
            self.grant.scope_ids |= self.drawn
            change()
            event = self.find_revoked()
            self.assertEqual(event.reason, "drawn: opens more")
            self.assertEqual(event.caused_by_id.kind, "scope_changed")
            self.assertTrue(event.caused_by_id.reason.startswith("drawn: "))
        self.drawn.description = "Another text"
        self.drawn.api_read = False
        self.assertFalse(self.find_revoked())

    def test_a_scope_of_which_there_are_only_tokens(self):
        self.grant.scope_ids -= self.drawn
        self.drawn.api_read = True
        self.assertEqual(self.find_revoked().reason, "drawn: opens more")

    def test_a_key_that_has_leaked(self):
        unused = self.env["oauth.provider.key"].ensure("ES256")
        self.last = self.find_last()
        (self.key | unused).action_withdraw()
        event = self.find_revoked()
        self.assertEqual(event.reason, "key withdrawn")
        self.assertEqual(event.caused_by_id.kind, "key_rotated")
        self.assertIn(self.key.kid, event.caused_by_id.reason)

    def test_what_is_rolled_back_has_caused_nothing(self):
        savepoint = self.env.cr.savepoint()
        self.archive_clients()
        savepoint.rollback()
        self.assertFalse(self.find_revoked())

    def test_a_cause_is_removed_before_what_it_caused(self):
        """Events are removed by their date; those of a cause come first."""
        self.archive_clients()
        events = self.find_revoked()
        self.env.cr.execute(
            "DELETE FROM oauth_provider_event WHERE id = ANY(%s)",
            [events.caused_by_id.ids],
        )
        self.env.invalidate_all()
        self.assertFalse(events.caused_by_id)
        self.assertEqual(len(events.exists()), 2)

    def test_the_removal_of_old_events_uses_an_index(self):
        self.env.cr.execute(
            "SELECT indexdef FROM pg_indexes WHERE tablename = 'oauth_provider_event'"
            " AND indexdef LIKE '%%(caused_by_id)%%'"
        )
        self.assertTrue(self.env.cr.fetchall())

    def test_managers_see_it_and_nobody_else(self):
        self.archive_clients()
        event = self.find_revoked()[:1]
        name = event.with_user(self.manager).web_read(
            {"caused_by_id": {"fields": {"display_name": {}}}}
        )[0]["caused_by_id"]["display_name"]
        self.assertIn("Client Changed", name)
        with self.assertRaises(AccessError):
            event.with_user(self.user).caused_by_id.read(["kind"])
        with self.assertRaises(AccessError):
            event.with_user(self.manager).caused_by_id = False
