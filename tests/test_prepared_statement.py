# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from logging import ERROR, INFO
from unittest.mock import patch

from psycopg2.errors import UndefinedColumn
from psycopg2.extensions import STATUS_READY
from psycopg2.pool import PoolError

import odoo
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ..storage import prepared_statement
from ..storage.row_lookup import make_lookup

QUERY = "SELECT name FROM ir_module_module WHERE id = %s"
OTHER = "SELECT id FROM ir_module_module WHERE id = %s"
WRONG = "SELECT not_there FROM ir_module_module WHERE id = %s"
LOGGER = prepared_statement.__name__


@tagged("post_install", "-at_install")
class TestPreparedStatement(TransactionCase):
    """On connections of their own, to the database of the tests."""

    def setUp(self):
        super().setUp()
        for name in ("_kept", "_asked", "_retry_at"):
            self.startPatcher(patch.dict(getattr(prepared_statement, name), clear=True))
        self.addCleanup(self.close)
        self.now = prepared_statement.time.monotonic()
        self.startPatcher(
            patch.object(prepared_statement.time, "monotonic", lambda: self.now)
        )
        self.module = self.env.ref("base.module_base")

    def close(self):
        for kept in prepared_statement._kept.values():
            kept.close()

    @contextmanager
    def cursor(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            yield cr

    def ask(self, times=1, query=QUERY):
        """Return what the last of so many requests finds."""
        found = []
        with self.cursor() as cr:
            for _time in range(times):
                found = prepared_statement.fetch(cr, query, self.module.id)
        return found

    def kept(self):
        return prepared_statement._kept.get(self.env.cr.dbname)

    def names(self):
        """Return the statements that PostgreSQL has prepared."""
        self.kept().cr.execute("SELECT name FROM pg_prepared_statements")
        return [name for (name,) in self.kept().cr.fetchall()]

    def test_from_the_fifth_request_of_a_minute_on(self):
        self.assertIsNone(self.ask(prepared_statement.MIN_REQUESTS - 1))
        self.now += prepared_statement.MINUTE + 1
        self.assertIsNone(self.ask(prepared_statement.MIN_REQUESTS - 1))
        self.assertEqual(self.ask(), [("base",)])
        self.assertEqual(len(self.names()), 1)
        self.assertEqual(self.ask(query=OTHER), [(self.module.id,)])
        self.assertEqual(len(self.names()), 2)

    def test_what_is_not_there(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        with self.cursor() as cr:
            self.assertEqual(prepared_statement.fetch(cr, QUERY, -1), [])

    def test_it_changes_no_setting_of_the_session(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        self.kept().cr.execute("SELECT name FROM pg_settings WHERE source = 'session'")
        self.assertEqual(self.kept().cr.fetchall(), [])

    def test_what_others_commit_is_seen_at_once(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        before = self.kept().fetch("SELECT pg_current_snapshot()::text WHERE %s", True)
        with self.cursor() as cr:
            cr.execute("SELECT pg_current_xact_id()")
        after = self.kept().fetch("SELECT pg_current_snapshot()::text WHERE %s", True)
        self.assertNotEqual(before, after)

    def test_a_cursor_of_tests_asks_by_itself(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            for _time in range(prepared_statement.MIN_REQUESTS + 1):
                found = prepared_statement.fetch(cr, QUERY, self.module.id)
                self.assertIsNone(found)
        self.assertFalse(self.kept())

    def test_a_cursor_of_the_replica_asks_by_itself(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        with self.cursor() as cr:
            cr.connection.set_session(readonly=True)
            found = prepared_statement.fetch(cr, QUERY, self.module.id)
        self.assertIsNone(found)

    def test_a_transaction_that_has_begun_keeps_its_locks_out_of_it(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        for ends, expected in ((False, None), (True, [("base",)])):
            with self.cursor() as cr:
                cr.execute("SELECT 1")
                found = prepared_statement.fetch(cr, QUERY, self.module.id, ends)
                self.assertEqual(found, expected)
                is_in_transaction = cr.connection.status != STATUS_READY
                self.assertEqual(is_in_transaction, not ends)

    def test_another_thread_asks_by_itself_meanwhile(self):
        with prepared_statement._lock:
            self.assertIsNone(self.ask(prepared_statement.MIN_REQUESTS))
        self.assertEqual(self.ask(), [("base",)])
        with self.kept().lock:
            self.assertIsNone(self.ask())
        self.assertEqual(self.ask(), [("base",)])

    def test_where_the_connection_has_ended(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        pid = self.kept().cr.connection.get_backend_pid()
        with self.cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with (
            self.assertLogs(LOGGER, INFO) as logs,
            self.assertNoLogs("odoo.sql_db", ERROR),
        ):
            self.assertIsNone(self.ask())
        self.assertIn("no prepared statements for 60 seconds", logs.output[0])
        # Neither the query nor its values
        self.assertNotIn("EXECUTE", logs.output[0])
        self.assertNotIn("\n", logs.output[0])
        # Nothing is tried for a minute
        self.assertIsNone(self.ask(2 * prepared_statement.MIN_REQUESTS))
        self.now += prepared_statement.RETRY_AFTER + 1
        self.assertEqual(self.ask(prepared_statement.MIN_REQUESTS), [("base",)])

    def test_where_odoo_closes_the_connections(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        self.assertIn(self.kept().cr.connection, odoo.sql_db._Pool._connections)
        self.kept().cr.connection.close()
        with self.assertLogs(LOGGER, INFO):
            self.assertIsNone(self.ask())
        self.assertFalse(self.kept())

    def test_a_query_that_fails_is_left_to_the_caller(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        with self.assertLogs(LOGGER, INFO):
            self.assertIsNone(self.ask(query=WRONG))
        with self.cursor() as cr, self.assertRaises(UndefinedColumn):
            cr.execute(WRONG, [self.module.id], log_exceptions=False)

    def test_where_no_connection_can_be_had(self):
        refused = PoolError("The Connection Pool Is Full")
        with (
            self.cursor() as cr,
            patch.object(prepared_statement, "db_connect", side_effect=refused) as ask,
            self.assertLogs(LOGGER, INFO),
        ):
            for _time in range(2 * prepared_statement.MIN_REQUESTS):
                found = prepared_statement.fetch(cr, QUERY, self.module.id)
                self.assertIsNone(found)
        ask.assert_called_once()

    def test_a_connection_makes_room_for_a_new_one(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        first = self.kept().cr.connection
        self.kept().fetch(OTHER, self.module.id)
        self.now += prepared_statement.MAX_AGE + 1
        self.assertEqual(self.ask(), [("base",)])
        self.assertTrue(first.closed)
        self.assertEqual(len(self.names()), 1)

    def test_an_update_of_the_addon_makes_other_queries(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        for number in range(2 * prepared_statement.MAX_STATEMENTS):
            self.kept().fetch(f"SELECT {number} WHERE %s", True)
            self.assertLessEqual(len(self.names()), prepared_statement.MAX_STATEMENTS)

    def test_the_query_of_a_token_stays_planned(self):
        self.ask(prepared_statement.MIN_REQUESTS)
        for person in (False, True):
            query, _reader = make_lookup(self.env["oauth.provider.token"], person)
            self.kept().names.clear()
            self.kept().cr.execute("DEALLOCATE ALL")
            for _time in range(10):
                self.assertEqual(self.kept().fetch(query, "none"), [])
            [name] = self.names()
            self.kept().cr.execute(f"EXPLAIN EXECUTE {name} ('none')")
            plan = str(self.kept().cr.fetchall())
            # One that is made for this value would name it
            self.assertIn("$1", plan)
            self.assertNotIn("none", plan)

    def test_a_pooler_that_shares_the_connection(self):
        for forget in (
            # The statements were made on another one
            lambda kept: kept.cr.execute("DEALLOCATE ALL"),
            # Another process has prepared the same on this one
            lambda kept: kept.names.clear(),
        ):
            self.ask(prepared_statement.MIN_REQUESTS)
            forget(self.kept())
            with (
                self.assertLogs(LOGGER, INFO),
                self.assertNoLogs("odoo.sql_db", ERROR),
            ):
                self.assertIsNone(self.ask())
            self.now += prepared_statement.RETRY_AFTER + 1

    def test_an_unused_connection_makes_room(self):
        self.startPatcher(patch.object(prepared_statement, "MAX_DATABASES", 1))
        other = self.env.cr.dbname + " of others"
        prepared_statement._kept[other] = first = prepared_statement._KeptConnection(
            self.env.cr.dbname
        )
        self.assertIsNone(self.ask(2 * prepared_statement.MIN_REQUESTS))
        self.now += prepared_statement.MINUTE + 1
        self.assertEqual(self.ask(prepared_statement.MIN_REQUESTS), [("base",)])
        self.assertTrue(first.cr.connection.closed)
        self.assertEqual(list(prepared_statement._kept), [self.env.cr.dbname])

    def test_a_small_pool_is_left_to_odoo(self):
        with patch.dict(config.options, {"db_maxconn": 7}):
            self.assertIsNone(self.ask(2 * prepared_statement.MIN_REQUESTS))
        sizes = {"db_maxconn": 64, "db_maxconn_gevent": 16}
        with patch.dict(config.options, sizes):
            self.assertEqual(prepared_statement._get_max_databases(), 8)
            with patch.object(odoo, "evented", True):
                self.assertEqual(prepared_statement._get_max_databases(), 2)

    def test_the_configuration_file_switches_it_off(self):
        for value in ("False", "0", "no", " OFF ", False):
            options = {prepared_statement.OPTION: value}
            with self.subTest(value), patch.dict(config.options, options):
                self.assertIsNone(self.ask(2 * prepared_statement.MIN_REQUESTS))
        with patch.dict(config.options, {prepared_statement.OPTION: "True"}):
            self.assertTrue(self.ask(prepared_statement.MIN_REQUESTS))
