# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from logging import INFO
from unittest.mock import patch

from psycopg2.errors import UndefinedColumn

from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import config

from ..storage import prepared_statement

QUERY = "SELECT name FROM ir_module_module WHERE id = %s"
OTHER = "SELECT id FROM ir_module_module WHERE id = %s"
WRONG = "SELECT not_there FROM ir_module_module WHERE id = %s"
LOGGER = prepared_statement.__name__


@tagged("post_install", "-at_install")
class TestPreparedStatement(TransactionCase):
    """On connections of their own, to the database of the tests."""

    def setUp(self):
        super().setUp()
        for name in ("_kept", "_asked", "_refused"):
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
        self.assertIsNone(self.ask(prepared_statement.OFTEN - 1))
        self.now += prepared_statement.MINUTE + 1
        self.assertIsNone(self.ask(prepared_statement.OFTEN - 1))
        self.assertEqual(self.ask(), [("base",)])
        self.assertEqual(len(self.names()), 1)
        self.assertEqual(self.ask(query=OTHER), [(self.module.id,)])
        self.assertEqual(len(self.names()), 2)

    def test_what_is_not_there(self):
        self.ask(prepared_statement.OFTEN)
        with self.cursor() as cr:
            self.assertEqual(prepared_statement.fetch(cr, QUERY, -1), [])

    def test_it_only_reads(self):
        self.ask(prepared_statement.OFTEN)
        self.kept().cr.execute("SHOW transaction_read_only")
        self.assertEqual(self.kept().cr.fetchone(), ("on",))

    def test_what_others_commit_is_seen_at_once(self):
        self.ask(prepared_statement.OFTEN)
        before = self.kept().fetch("SELECT pg_current_snapshot()::text WHERE %s", True)
        with self.cursor() as cr:
            cr.execute("SELECT pg_current_xact_id()")
        after = self.kept().fetch("SELECT pg_current_snapshot()::text WHERE %s", True)
        self.assertNotEqual(before, after)

    def test_a_cursor_of_tests_asks_by_itself(self):
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            for _time in range(prepared_statement.OFTEN + 1):
                found = prepared_statement.fetch(cr, QUERY, self.module.id)
                self.assertIsNone(found)
        self.assertFalse(self.kept())

    def test_another_thread_asks_by_itself_meanwhile(self):
        self.ask(prepared_statement.OFTEN)
        with self.kept().lock:
            self.assertIsNone(self.ask())
        self.assertEqual(self.ask(), [("base",)])

    def test_where_the_connection_has_ended(self):
        self.ask(prepared_statement.OFTEN)
        pid = self.kept().cr.connection.get_backend_pid()
        with self.cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        with self.assertLogs(LOGGER, INFO) as logs:
            self.assertIsNone(self.ask())
        self.assertIn("no statements are prepared for now", logs.output[0])
        # Nothing is tried for a minute
        self.assertIsNone(self.ask(2 * prepared_statement.OFTEN))
        self.now += prepared_statement.REFUSED + 1
        self.assertEqual(self.ask(prepared_statement.OFTEN), [("base",)])

    def test_where_odoo_closes_the_connections(self):
        self.ask(prepared_statement.OFTEN)
        self.kept().cr.connection.close()
        with self.assertLogs(LOGGER, INFO):
            self.assertIsNone(self.ask())
        self.assertFalse(self.kept())

    def test_a_query_that_fails_is_left_to_the_caller(self):
        self.ask(prepared_statement.OFTEN)
        with self.assertLogs(LOGGER, INFO):
            self.assertIsNone(self.ask(query=WRONG))
        with self.cursor() as cr, self.assertRaises(UndefinedColumn):
            cr.execute(WRONG, [self.module.id], log_exceptions=False)

    def test_where_no_connection_can_be_had(self):
        refused = prepared_statement.PoolError("The Connection Pool Is Full")
        with (
            self.cursor() as cr,
            patch.object(prepared_statement, "db_connect", side_effect=refused) as asked,
            self.assertLogs(LOGGER, INFO),
        ):
            for _time in range(2 * prepared_statement.OFTEN):
                found = prepared_statement.fetch(cr, QUERY, self.module.id)
                self.assertIsNone(found)
        asked.assert_called_once()

    def test_plans_are_made_anew(self):
        self.ask(prepared_statement.OFTEN)
        kept = self.kept()
        kept.fetch(OTHER, self.module.id)
        self.now += prepared_statement.PLANNED + 1
        self.assertEqual(self.ask(), [("base",)])
        self.assertEqual(len(self.names()), 1)
        # An update of the addon makes other queries
        for number in range(prepared_statement.MOST_STATEMENTS + 1):
            kept.fetch(f"SELECT {number} WHERE %s", True)
        self.assertLessEqual(len(self.names()), prepared_statement.MOST_STATEMENTS)
        self.assertIs(self.kept(), kept)

    def test_an_unused_connection_makes_room(self):
        self.startPatcher(patch.object(prepared_statement, "MOST_DATABASES", 1))
        other = self.env.cr.dbname + " of others"
        prepared_statement._kept[other] = first = prepared_statement._Kept(
            self.env.cr.dbname
        )
        self.assertIsNone(self.ask(2 * prepared_statement.OFTEN))
        self.now += prepared_statement.MINUTE + 1
        self.assertEqual(self.ask(prepared_statement.OFTEN), [("base",)])
        self.assertTrue(first.cr.connection.closed)
        self.assertEqual(list(prepared_statement._kept), [self.env.cr.dbname])

    def test_a_small_pool_is_left_to_odoo(self):
        with patch.dict(config.options, {"db_maxconn": 7}):
            self.assertIsNone(self.ask(2 * prepared_statement.OFTEN))

    def test_the_configuration_file_switches_it_off(self):
        for value in ("False", "0", False):
            options = {prepared_statement.OPTION: value}
            with self.subTest(value), patch.dict(config.options, options):
                self.assertIsNone(self.ask(2 * prepared_statement.OFTEN))
