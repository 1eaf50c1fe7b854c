# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Deletion, withdrawal and revocation of many: few statements, in batches."""

import threading
from contextlib import closing
from types import SimpleNamespace
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import ConcurrencyError
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import SQL

from ..storage import batches
from .common import new_manager


@tagged("post_install", "-at_install")
class TestBatches(HttpCase):
    """Here all is one transaction; ``e2e/test_batches.py`` has several."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_manager(cls.env)
        cls.person = new_test_user(cls.env, "oauth_user")
        cls.clients = cls.env["oauth.provider.client"].create(
            [{"name": f"Client {number}"} for number in range(30)]
        )
        cls.grants = cls.env["oauth.provider.grant"]
        cls.tokens = cls.env["oauth.provider.token"]
        for client in cls.clients:
            grant = cls.grants.ensure(client, cls.person)
            cls.grants |= grant
            for model in ("token", "refresh.token"):
                credential, _value = cls.env[f"oauth.provider.{model}"].issue(
                    client=client,
                    user=cls.person,
                    grant=grant,
                    scopes=client.scope_ids,
                    lifetime=60,
                    family=f"family {grant.id}",
                )
                if model == "token":
                    cls.tokens |= credential
        cls.env.flush_all()

    def count_queries(self, action):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        action()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def get_events(self, kind):
        self.env.flush_all()
        return self.env["oauth.provider.event"].search(
            [("kind", "=", kind), ("client_id", "in", self.clients.ids)]
        )

    def get_open(self, model="oauth.provider.token"):
        return self.env[model].search_count(
            [("revoked_at", "=", False), ("client_id", "in", self.clients.ids)]
        )

    def test_the_number_of_queries_does_not_grow(self):
        for records, method in (
            (self.grants, "action_withdraw"),
            (self.tokens, "action_revoke"),
        ):
            few, many = records[:2], records[2:]
            counts = []
            for some in (records.browse(few.ids), records.browse(many.ids)):
                act = getattr(some.with_user(self.manager), method)
                counts.append(self.count_queries(act))
            with self.subTest(method=method):
                self.assertLessEqual(counts[1], counts[0])
                self.assertLess(counts[1], 25)
                self.assertFalse([one for one in records if not one.revoked_at])

    def test_each_has_its_event(self):
        self.grants[:20].with_user(self.manager).action_withdraw()
        events = self.get_events("consent_withdrawn")
        self.assertEqual(
            {event.grant_number: event.client_id for event in events},
            {grant.id: grant.client_id for grant in self.grants[:20]},
        )
        self.assertEqual(events.author_id, self.manager)
        self.assertEqual(events.user_id, self.person)
        self.tokens[20:].with_user(self.manager).action_revoke()
        events = self.get_events("revoked")
        self.assertEqual(sorted(events.mapped("grant_number")), self.grants[20:].ids)
        self.assertEqual(set(events.mapped("reason")), {"manager"})
        self.assertEqual(self.get_open(), 0)
        self.assertEqual(self.get_open("oauth.provider.refresh.token"), 0)

    def test_an_expired_one_expires_and_one_withdrawn_stays(self):
        first, second, third = self.grants[:3]
        self.env.cr.execute(
            SQL(
                "UPDATE oauth_provider_grant SET expires_at = '2020-01-01'"
                " WHERE id = %s",
                first.id,
            )
        )
        self.env.invalidate_all()
        second.withdraw()
        end = second.revoked_at
        (first | second | third).withdraw()
        self.assertEqual(self.get_events("consent_expired").grant_number, first.id)
        withdrawn = self.get_events("consent_withdrawn")
        self.assertEqual(
            sorted(withdrawn.mapped("grant_number")), [second.id, third.id]
        )
        self.assertEqual(second.revoked_at, end)

    def test_many_go_in_batches(self):
        self.patch(batches, "RECORDS", 7)
        sizes = []
        change = batches._change_batch

        def change_batch(records, *args):
            ids = change(records, *args)
            sizes.append((len(records), len(ids)))
            return ids

        self.startPatcher(patch.object(batches, "_change_batch", change_batch))
        self.grants.with_user(self.manager).action_withdraw()
        self.assertEqual(sizes, [(7, 7)] * 4 + [(2, 2)])
        self.assertEqual(len(self.get_events("consent_withdrawn")), 30)
        self.assertEqual(self.get_open(), 0)
        self.assertFalse([one for one in self.grants if not one.revoked_at])

    def test_a_client_is_deleted_in_batches(self):
        client = self.clients[0]
        identifier = client.identifier
        people = self.env["res.users"].search([], limit=3) | self.person
        for person in people:
            grant = self.env["oauth.provider.grant"].ensure(client, person)
            for _number in range(5):
                self.env["oauth.provider.token"].issue(
                    client=client,
                    user=person,
                    grant=grant,
                    scopes=client.scope_ids,
                    lifetime=60,
                )
        events = self.env["oauth.provider.event"].search(
            [("client_id", "=", client.id)]
        )
        self.assertTrue(events)
        self.patch(batches, "SIZE", 4)
        found, remove = [], batches.remove

        def count(registry, table, condition):
            found.append((table, remove(registry, table, condition)))
            return found[-1][1]

        self.startPatcher(patch.object(batches, "remove", count))
        client.with_user(self.manager).unlink()
        ended = self.env["oauth.provider.event"].search(
            [("kind", "=", "client_changed"), ("author_id", "=", self.manager.id)]
        )
        self.assertEqual(
            sorted(ended.mapped("reason")),
            [f"deleted {identifier}", f"deletion of {identifier}"],
        )
        self.assertEqual(
            {table: number for table, number in found if number},
            {
                "oauth_provider_token": 5 * len(people) + 1,
                "oauth_provider_refresh_token": 1,
                "oauth_provider_grant": len(people),
            },
        )
        self.assertFalse(client.exists())
        self.assertFalse(events.client_id)
        self.assertEqual(events.exists(), events)
        self.assertEqual(self.get_open(), 29)

    def test_a_client_with_little_is_deleted_as_ever(self):
        with patch.object(batches, "_run") as run:
            self.clients[0].with_user(self.manager).unlink()
        run.assert_not_called()
        self.assertEqual(self.get_open(), 29)

    def test_what_an_archived_client_has_ends_in_batches(self):
        client = self.clients[0]
        self.env.cr.postcommit.clear()
        self.patch(batches, "SIZE", 0)
        later = patch.object(
            batches, "update_after_commit", wraps=batches.update_after_commit
        )
        with patch.object(batches, "update") as at_once, later as update:
            client.with_user(self.manager).active = False
            self.env.flush_all()
            update.assert_not_called()
            # Dead, and not yet revoked
            self.assertEqual(self.get_open(), 30)
            self.assertFalse(self.tokens[0].is_live())
            [event] = self.get_events("revoked")
            self.assertEqual(event.reason, "client archived")
            self.patch(batches, "SIZE", 5)
            self.env.cr.postcommit.run()
        at_once.assert_not_called()
        self.assertTrue(update.called)
        self.assertEqual(self.get_open(), 29)

    def test_nothing_is_live_again_with_its_client_or_user(self):
        for table, record in (
            ("oauth_provider_client", self.clients[0]),
            ("res_users", self.person),
        ):
            for much in (False, True):
                self.env.cr.execute(
                    f"UPDATE {table} SET active = false WHERE id = %s", (record.id,)
                )
                self.env.cr.execute("UPDATE oauth_provider_token SET revoked_at = NULL")
                self.env.cr.execute("UPDATE oauth_provider_grant SET revoked_at = NULL")
                self.env.invalidate_all()
                with (
                    self.subTest(table=table, much=much),
                    patch.object(batches, "has_many", return_value=much),
                ):
                    record.active = True
                    self.env.flush_all()
                    self.env.invalidate_all()
                    self.assertTrue(record.active)
                    self.assertFalse(self.tokens[0].is_live())
                    self.assertTrue(self.grants[0].revoked_at)

    def archive_without_orm(self, table, record):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET active = false WHERE id = %s",
                SQL.identifier(table),
                record.id,
            )
        )
        self.env.invalidate_all()

    def test_who_comes_back_waits_for_what_is_in_the_way_of_many(self):
        for table, record in (
            ("oauth_provider_client", self.clients[0]),
            ("res_users", self.person),
        ):
            self.archive_without_orm(table, record)
            with (
                self.subTest(table=table),
                patch.object(batches, "has_many", return_value=True),
                # As if each attempt had met a lock
                patch.object(batches, "ATTEMPTS", 0),
                self.assertLogs(batches.__name__, "WARNING") as log,
                self.assertRaises(ConcurrencyError),
                self.env.cr.savepoint(),
            ):
                record.active = True
            self.assertIn("oauth_provider_token are in use", str(log.output))
            self.env.invalidate_all()
            self.assertFalse(record.active)

    def test_who_comes_back_waits_for_what_is_in_the_way_of_few(self):
        self.env.cr.execute(
            "CREATE FUNCTION pg_temp.conflict() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '40001'; END $$;"
            " CREATE TRIGGER conflict BEFORE UPDATE ON oauth_provider_token"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.conflict()"
        )
        for table, record in (
            ("oauth_provider_client", self.clients[0]),
            ("res_users", self.person),
        ):
            self.archive_without_orm(table, record)
            with (
                self.subTest(table=table),
                self.assertRaises(SerializationFailure),
                self.env.cr.savepoint(),
            ):
                record.active = True
            self.env.invalidate_all()
            self.assertFalse(record.active)

    def test_a_scope_that_opens_more_leaves_many_tokens_in_batches(self):
        scope = self.env["oauth.provider.scope"].create(
            {"name": "Names", "code": "names", "model_id": self.get_partner_model()}
        )
        self.clients.scope_ids |= scope
        numbers = [*self.clients[0].scope_ids.ids]
        self.env.cr.execute(
            "UPDATE oauth_provider_token SET scope_numbers = %s::jsonb", (str(numbers),)
        )
        self.env.invalidate_all()
        self.assertIn(scope, self.tokens[29].scope_ids)
        self.env.cr.postcommit.clear()
        self.patch(batches, "SIZE", 4)
        with patch.object(batches, "update", wraps=batches.update) as update:
            scope.api_read = True
            self.env.flush_all()
            # Nobody was asked for these, so that they lose it at once
            self.assertTrue(update.called)
            self.assertNotIn(scope, self.tokens.scope_ids)
        # Whatever is left in these would stay open: they wait for longer
        again = patch.object(
            batches, "update_after_commit", wraps=batches.update_after_commit
        )
        with again as update:
            self.env.cr.postcommit.run()
            self.assertTrue(update.called)
        self.assertEqual(
            self.tokens[29].scope_ids.ids, [n for n in numbers if n != scope.id]
        )

    def get_partner_model(self):
        return self.env["ir.model"]._get_id("res.partner")


@tagged("post_install", "-at_install")
class TestLockedRows(TransactionCase):
    def test_rows_that_stay_locked_are_left_and_logged(self):
        self.patch(batches, "TIMEOUT", "20ms")
        connection = db_connect(self.env.cr.dbname)
        registry = SimpleNamespace(cursor=connection.cursor)
        row = SQL("id = %s", self.env.ref("base.lang_en").id)
        # Changes nothing: it is committed
        change = (registry, "res_lang", SQL("name = name"), row)
        with closing(connection.cursor()) as other:
            other.execute(SQL("SELECT FROM res_lang WHERE %s FOR UPDATE", row))
            with self.assertLogs(batches.__name__, "WARNING") as logs:
                self.assertEqual(batches.update(*change), 0)
            self.assertIn("of res_lang are in use", logs.output[0])
            with self.assertNoLogs(batches.__name__, "WARNING"):
                self.assertEqual(batches.update(*change, waits=False), 0)
        self.assertEqual(batches.update(*change), 1)

    def test_after_the_commit_it_waits_for_longer(self):
        """What a password reset ends is live until then: nothing else would end it."""
        self.patch(batches, "TIMEOUT", "50ms")
        connection = db_connect(self.env.cr.dbname)
        registry = SimpleNamespace(cursor=connection.cursor)
        row = SQL("id = %s", self.env.ref("base.lang_en").id)
        with closing(connection.cursor()) as other:
            other.execute(SQL("SELECT FROM res_lang WHERE %s FOR UPDATE", row))
            end = threading.Timer(0.3, other.rollback)
            end.start()
            self.addCleanup(end.join)
            written = batches.update_after_commit(
                registry, "res_lang", SQL("name = name"), row
            )
            end.join()
        self.assertEqual(written, 1)
