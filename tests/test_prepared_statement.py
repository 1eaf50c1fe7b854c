# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import contextmanager
from logging import ERROR, INFO
from unittest.mock import patch

from psycopg2.errors import (
    DivisionByZero,
    NotNullViolation,
    SerializationFailure,
    UndefinedColumn,
)
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

    def end_connection(self):
        """Let PostgreSQL close the connection."""
        pid = self.kept().cr.connection.get_backend_pid()
        with self.cursor() as cr:
            cr.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    def test_a_connection_that_has_ended_is_replaced(self):
        kept = self.warm()
        endings = (
            self.end_connection,
            # As Odoo closes those to a database
            lambda: kept.cr.connection.close(),
        )
        for end in endings:
            end()
            with self.assertNoLogs("odoo.sql_db", ERROR):
                self.assertEqual(self.ask(), [("base",)])
            self.assertIs(self.kept(), kept)
            self.assertIn(kept.cr.connection, odoo.sql_db._Pool._connections)
            end()
            with self.assertNoLogs("odoo.sql_db", ERROR):
                self.assertTrue(self.transact(self.is_kept))

    def test_where_the_connection_ends_at_this_moment(self):
        kept = self.warm()
        self.end_connection()
        with (
            patch.object(type(kept), "_has_ended", return_value=False),
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
            self.kept().statements.clear()
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
            lambda kept: kept.statements.clear(),
        ):
            self.ask(prepared_statement.MIN_REQUESTS)
            forget(self.kept())
            with (
                self.assertLogs(LOGGER, INFO),
                self.assertNoLogs("odoo.sql_db", ERROR),
            ):
                self.assertIsNone(self.ask())
            self.now += prepared_statement.RETRY_AFTER + 1

    # Transactions

    def transact(self, function, times=1, ends=None):
        """Return what the last of so many calls of ``function`` in requests returns.

        :param ends: function of the environment of the last request, called before
        """
        for time in range(times):
            with self.cursor() as cr:
                env = self.env(cr=cr)
                if ends and time == times - 1:
                    ends(env)
                found = prepared_statement.run_transaction(env, function)
        return found

    def warm(self):
        """Let a connection be kept."""
        self.ask(prepared_statement.MIN_REQUESTS)
        return self.kept()

    def is_kept(self, env):
        """Tell whether ``env`` is that of the dedicated connection."""
        return bool(self.kept()) and env.cr is self.kept().cr

    def begin(self, env):
        """Return the number of the transaction of ``env``, which it has from now on."""
        env.cr.execute("SELECT pg_current_xact_id()::text")
        return env.cr.fetchone()[0]

    def status(self, number):
        """Return what has become of a transaction."""
        with self.cursor() as cr:
            cr.execute("SELECT pg_xact_status(%s::xid8)", [number])
            return cr.fetchone()[0]

    def test_a_transaction_from_the_fifth_request_of_a_minute_on(self):
        self.assertFalse(
            self.transact(self.is_kept, prepared_statement.MIN_REQUESTS - 1)
        )
        self.assertTrue(self.transact(self.is_kept))

    def test_a_transaction_is_committed_before_the_request_ends(self):
        self.warm()
        found = []
        with self.cursor() as cr:
            function = lambda env: found.append(self.begin(env))  # noqa: E731
            prepared_statement.run_transaction(self.env(cr=cr), function)
            self.assertEqual(self.status(found[0]), "committed")
            self.assertEqual(cr.connection.status, STATUS_READY)

    def test_a_transaction_is_as_odoo_begins_one(self):
        kept = self.warm()

        def read(env):
            env.cr.execute("SHOW transaction_isolation")
            return env.cr.fetchone()[0], env.uid, env.su, dict(env.context)

        env = self.env
        expected = ("repeatable read", env.uid, env.su, dict(env.context))
        self.assertEqual(self.transact(read), expected)
        # Then each query commits by itself again, with no setting of the session
        kept.cr.execute("SHOW transaction_isolation")
        self.assertEqual(kept.cr.fetchone()[0], "read committed")
        kept.cr.execute("SELECT name FROM pg_settings WHERE source = 'session'")
        self.assertEqual(kept.cr.fetchall(), [])
        self.assertEqual(kept.cr.connection.status, STATUS_READY)

    def test_nothing_is_left_for_the_next_transaction(self):
        self.warm()
        found = []

        def remember(env):
            found.append(env)
            env.cr.cache["x"] = self.module.with_env(env).name
            self.assertEqual(len(env.cr.cache), 1)

        self.transact(remember, times=2)
        self.assertTrue(self.is_kept(found[1]))
        self.assertIsNot(found[0], found[1])
        self.assertIsNot(found[0].transaction, found[1].transaction)
        self.assertFalse(found[0].cr.cache)

    def test_what_waits_for_the_commit_is_done_after_it(self):
        self.warm()
        done = []

        def wait(env):
            number = self.begin(env)
            env.cr.postcommit.add(lambda: done.append(self.status(number)))

        self.transact(wait)
        self.assertEqual(done, ["committed"])

    def test_an_exception_undoes_it(self):
        kept = self.warm()
        numbers, done = [], []

        def fail(env):
            numbers.append(self.begin(env))
            env.cr.postcommit.add(lambda: done.append("committed"))
            raise KeyError

        with self.assertRaises(KeyError):
            self.transact(fail)
        self.assertEqual(self.status(numbers[0]), "aborted")
        self.assertIs(self.kept(), kept)
        self.assertTrue(self.transact(self.is_kept))
        self.assertFalse(done)

    def test_what_odoo_runs_again_has_its_own_transaction(self):
        kept = self.warm()
        ways = []

        def lose(env):
            ways.append(self.is_kept(env))
            raise SerializationFailure

        with self.cursor() as cr:
            env = self.env(cr=cr)
            for _time in range(2):
                with self.assertRaises(SerializationFailure):
                    prepared_statement.run_transaction(env, lose)
                # As Odoo does
                cr.rollback()
        self.assertEqual(ways, [True, False])
        self.assertIs(self.kept(), kept)

    def test_an_error_of_the_database_is_left_to_the_caller(self):
        self.warm()
        ways, numbers = [], []

        def fail(env):
            ways.append(self.is_kept(env))
            numbers.append(self.begin(env))
            env.cr.execute(WRONG, [self.module.id], log_exceptions=False)

        with self.assertLogs(LOGGER, INFO), self.assertRaises(UndefinedColumn):
            self.transact(fail)
        self.assertEqual(ways, [True, False])
        for number in numbers:
            self.assertEqual(self.status(number), "aborted")
        self.assertFalse(self.kept())

    def test_a_row_that_may_not_be_is_no_fault_of_the_connection(self):
        kept = self.warm()
        queries = [
            (NotNullViolation, "INSERT INTO ir_module_module DEFAULT VALUES"),
            (DivisionByZero, "SELECT 1 / 0"),
        ]
        numbers = []

        def fail(env):
            _error, query = queries[len(numbers)]
            numbers.append(self.begin(env))
            env.cr.execute(query, log_exceptions=False)

        for error, _query in queries:
            with self.assertRaises(error):
                self.transact(fail)
            self.assertIs(self.kept(), kept)
        self.assertEqual([self.status(n) for n in numbers], ["aborted"] * 2)
        self.assertTrue(self.transact(self.is_kept))

    def test_a_transaction_where_the_connection_ends_at_this_moment(self):
        self.warm()
        ways, numbers = [], []

        def write(env):
            ways.append(self.is_kept(env))
            numbers.append(self.begin(env))
            if len(ways) == 1:
                self.end_connection()
                prepared_statement.execute(env.cr, QUERY, (self.module.id,))

        with (
            self.assertLogs(LOGGER, INFO),
            self.assertNoLogs("odoo.sql_db", ERROR),
        ):
            self.transact(write)
        self.assertEqual(ways, [True, False])
        self.assertEqual([self.status(n) for n in numbers], ["aborted", "committed"])
        self.assertFalse(self.kept())

    def test_nothing_is_run_again_that_may_be_committed(self):
        kept = self.warm()
        numbers = []

        def cut(env):
            numbers.append(self.begin(env))
            # PostgreSQL has committed, and the answer is lost
            hooks = env.cr.postcommit
            hooks.add(env.cr.connection.close)
            hooks.add(lambda: env.cr.execute("SELECT 1", log_exceptions=False))

        with self.assertRaisesRegex(RuntimeError, "whether it is committed"):
            self.transact(cut)
        self.assertEqual([self.status(n) for n in numbers], ["committed"])
        self.assertFalse(kept.lock.locked())
        self.assertTrue(self.transact(self.is_kept))

    def test_a_transaction_that_has_begun_goes_on(self):
        self.warm()
        numbers = []
        begin = lambda env: numbers.append(self.begin(env))  # noqa: E731
        number = self.transact(self.begin, ends=begin)
        self.assertEqual([number], numbers)

    def test_a_transaction_in_another_thread(self):
        self.warm()
        with self.kept().lock:
            self.assertFalse(self.transact(self.is_kept))
        # Within one, further queries are the caller's
        fetch = prepared_statement.fetch
        query = lambda env: fetch(env.cr, QUERY, self.module.id)  # noqa: E731
        self.assertIsNone(self.transact(query))

    def test_a_transaction_of_tests_and_of_a_replica(self):
        self.warm()
        readonly = lambda env: env.cr.connection.set_session(readonly=True)  # noqa: E731
        self.assertFalse(self.transact(self.is_kept, ends=readonly))
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            env = self.env(cr=cr)
            found = prepared_statement.run_transaction(env, self.is_kept)
            self.assertFalse(found)

    def test_statements_of_a_transaction_stay_planned(self):
        self.warm()
        query = "SELECT name FROM ir_module_module WHERE id = %s AND name = %s"

        def execute(env):
            values = (self.module.id, "base")
            prepared_statement.execute(env.cr, query, values)
            return env.cr.fetchall()

        before = len(self.names())
        for _time in range(2):
            self.assertEqual(self.transact(execute), [("base",)])
            self.assertEqual(len(self.names()), before + 1)
        with self.kept().lock:
            self.assertEqual(self.transact(execute), [("base",)])

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
