# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ordinary issues of tokens are counted, and others are single events."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

import psycopg2

from odoo import SUPERUSER_ID, api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged

from ..storage import count_buffer, issue_counts
from .common import OAuthCase

LOGGER = "odoo.addons.oauth_provider.events"
COUNTS_LOGGER = "odoo.addons.oauth_provider.storage.count_buffer"
HOUR = datetime(2026, 3, 1, 10)


class IssueCase(OAuthCase):
    def setUp(self):
        super().setUp()
        self.commit_hooks()
        issue_counts.buffer.reset()
        self.addCleanup(issue_counts.buffer.reset)
        self.events = self.env["oauth.provider.event"]
        self.client, self.secret = self.create_client("backend application")

    def at(self, address):
        """Let the next requests come from ``address`` (str)."""
        self.startPatcher(
            patch.object(
                type(self.env["ir.http"]), "_oauth_get_address", lambda _self: address
            )
        )

    def issue(self, number=1, **data):
        """Get tokens of the client, by its own credentials."""
        data = {"grant_type": "client_credentials", **data}
        for _each in range(number):
            answer = self.post("token", data, self.client, self.secret)
            self.assertEqual(answer.status_code, 200, answer.text)

    def find(self, *kinds, client=None):
        """Return the events (recordset) of a client, the oldest first."""
        self.env.invalidate_all()
        client = client or self.client
        kinds = kinds or ("issued", "refreshed")
        return self.events.search(
            [("client_id", "=", client.id), ("kind", "in", kinds)], order="id"
        )

    def count(self, at, address="192.0.2.1", client=None, user=None, grant=None):
        """Count one issue that happened at a moment (datetime)."""
        hour = at.replace(minute=0, second=0)
        client, user = client or self.client.id, user or self.user.id
        key = issue_counts.Issue(hour, "issued", client, user, grant)
        issue_counts.add(self.env.registry, key, at, address, "client_credentials")


@tagged("post_install", "-at_install")
class TestIssueCounts(IssueCase):
    def test_the_first_is_an_event_and_the_others_are_counted(self):
        with self.assertLogs(LOGGER) as logs:
            self.issue(5)
        single, counted = self.find()
        self.assertFalse(single.last_at or single.hour)
        self.assertEqual((single.number, counted.number), (1, 4))
        self.assertEqual(counted.address, "127.0.0.1")
        self.assertEqual(counted.reason, "client_credentials")
        self.assertEqual(counted.user_id, self.user)
        self.assertFalse(counted.author_id or counted.grant_number)
        self.assertGreaterEqual(counted.last_at, counted.happened_at)
        self.assertGreaterEqual(counted.happened_at, single.happened_at)
        self.assertEqual(len(logs.output), 5)
        for line in logs.output:
            self.assertIn(f"event=issued client={self.client.identifier}", line)

    def test_an_ordinary_issue_stores_no_event(self):
        self.issue()
        with patch.object(issue_counts, "add") as add:
            self.issue(3)
        self.assertEqual(len(self.find()), 1)
        self.assertEqual(add.call_count, 3)

    def test_an_address_that_is_new_is_an_event(self):
        self.issue(2)
        for address in ("192.0.2.1", "192.0.2.2"):
            self.at(address)
            self.issue(2)
        # Of IPv6 a network is what one caller has
        for address in ("2001:db8:0:1::1", "2001:db8:0:1::2"):
            self.at(address)
            self.issue()
        events = self.find()
        single = events.filtered(lambda event: not event.hour)
        self.assertEqual(
            single.mapped("address"),
            ["127.0.0.1", "192.0.2.1", "192.0.2.2", "2001:db8:0:1::1"],
        )
        [counted] = events - single
        self.assertEqual(counted.number, 4)
        self.assertEqual(
            counted.address, "127.0.0.1, 192.0.2.1, 192.0.2.2, 2001:db8:0:1::2"
        )
        # What is known of one client and user is not known of another
        other, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials"}
        self.post("token", data, other, secret)
        self.assertFalse(self.find(client=other).hour)

    def test_an_address_that_was_rolled_back_stays_new(self):
        tokens = type(self.env["oauth.provider.token"])
        with (
            patch.object(tokens, "store", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.http", "ERROR"),
            self.assertNoLogs(LOGGER),
        ):
            data = {"grant_type": "client_credentials"}
            answer = self.post("token", data, self.client, self.secret)
            self.assertEqual(answer.status_code, 500)
        self.assertFalse(self.find())
        self.issue(2)
        self.assertEqual(self.find().mapped("number"), [1, 1])
        with (
            patch.object(tokens, "store", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.http", "ERROR"),
        ):
            self.post("token", data, self.client, self.secret)
        self.assertEqual(self.find().mapped("number"), [1, 1])

    def test_one_with_full_access_is_an_event(self):
        scope = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        self.client.scope_ids |= scope
        self.issue(2, scope="all openid")
        self.issue(2, scope="openid")
        self.assertEqual(
            [(bool(event.hour), event.number) for event in self.find()],
            [(False, 1), (False, 1), (True, 2)],
        )

    def test_the_first_of_a_grant_is_an_event(self):
        self.client, self.secret = self.create_client()
        self.sign_in()
        tokens = self.redeem(self.get_code(self.client), self.client, self.secret)
        for _each in range(3):
            data = {"grant_type": "refresh_token"}
            data["refresh_token"] = tokens.json()["refresh_token"]
            tokens = self.post("token", data, self.client, self.secret)
        self.redeem(self.get_code(self.client), self.client, self.secret)
        grant = self.env["oauth.provider.grant"].find_live(self.client, self.user)
        events = self.find()
        self.assertEqual(
            [(event.kind, bool(event.hour), event.number) for event in events],
            [("issued", False, 1), ("refreshed", True, 3), ("issued", True, 1)],
        )
        self.assertEqual(set(events.mapped("grant_number")), {grant.id})
        grant.withdraw()
        self.redeem(self.get_code(self.client), self.client, self.secret)
        event = self.find()[-1]
        self.assertEqual((event.kind, event.number), ("issued", 1))
        self.assertFalse(event.hour)
        self.assertNotEqual(event.grant_number, grant.id)

    def test_a_setting_makes_each_one_an_event(self):
        settings = self.env["res.config.settings"].create({})
        self.assertFalse(settings.oauth_event_of_each_token)
        settings.oauth_event_of_each_token = True
        settings.execute()
        self.issue(3)
        events = self.find()
        self.assertEqual(events.mapped("number"), [1, 1, 1])
        self.assertFalse(any(events.mapped("hour")))

    def test_who_has_no_room_stores_events(self):
        self.issue()
        with patch.object(count_buffer, "MOST_ROWS", 0), self.buffering():
            self.count(HOUR)
            self.issue(2)
        self.assertEqual(self.find().mapped("number"), [1, 1, 1, 1])
        self.assertEqual(len(self.find().filtered("hour")), 1)

    @contextmanager
    def buffering(self):
        """Gather, and write at the end."""
        with patch.object(issue_counts.buffer, "window", 60):
            yield
        issue_counts.buffer.flush()

    def test_a_thousand_are_one_row(self):
        with self.buffering():
            for number in range(1000):
                self.count(HOUR + timedelta(seconds=number))
        self.count(HOUR + timedelta(seconds=1800))
        self.count(HOUR)
        [event] = self.find()
        self.assertEqual(event.number, 1002)
        self.assertEqual(event.happened_at, HOUR)
        self.assertEqual(event.last_at, HOUR + timedelta(seconds=1800))

    def test_each_hour_has_a_row(self):
        with self.buffering():
            for minutes in (59, 60, 61, 119, 120):
                self.count(HOUR + timedelta(minutes=minutes))
        self.assertEqual(
            [(event.hour.hour, event.number) for event in self.find()],
            [(10, 1), (11, 3), (12, 1)],
        )

    def test_ten_addresses_are_named(self):
        addresses = [f"192.0.2.{number}" for number in range(12)]
        with self.buffering():
            for address in (*addresses[:4], *addresses[:2]):
                self.count(HOUR, address)
        self.assertEqual(self.find().address, ", ".join(addresses[:4]))
        for address in ("", addresses[3], *addresses[2:7]):
            self.count(HOUR, address)
        self.assertEqual(self.find().address, ", ".join(addresses[:7]))
        with self.buffering():
            for address in addresses:
                self.count(HOUR, address)
        self.assertEqual(self.find().address, ", ".join(addresses[:10]))
        self.assertEqual(self.find().number, 25)
        with self.buffering():
            for address in addresses:
                self.count(HOUR + timedelta(hours=1), address)
        self.assertEqual(self.find()[-1].address, ", ".join(addresses[:10]))

    def test_grants_of_one_pair_have_a_row_each(self):
        for grant in (7, 8, None, 7):
            self.count(HOUR, grant=grant)
        self.assertEqual(
            [(event.grant_number, event.number) for event in self.find()],
            [(7, 2), (8, 1), (0, 1)],
        )

    def test_who_was_deleted_meanwhile_is_left_out(self):
        gone, _secret = self.create_client("backend application")
        last = self.events.search([], limit=1).id or 0
        with self.buffering():
            self.count(HOUR)
            self.count(HOUR, client=gone.id)
            self.count(HOUR, user=2**31 - 1)
            gone.unlink()
            self.env.flush_all()
        events = self.events.search([("id", ">", last), ("kind", "=", "issued")])
        self.assertEqual(
            {(event.client_id, event.user_id, event.number) for event in events},
            {
                (self.client, self.user, 1),
                (self.Client, self.user, 1),
                (self.client, self.env["res.users"], 1),
            },
        )

    def test_what_cannot_be_written_is_written_later(self):
        now = self.startPatcher(patch.object(count_buffer.time, "monotonic"))
        now.return_value = 100.0
        with (
            patch.object(issue_counts, "STATEMENT", "SELECT 1/0"),
            self.assertLogs(COUNTS_LOGGER, "WARNING"),
        ):
            self.count(HOUR)
            self.count(HOUR)
        self.assertFalse(self.find())
        self.count(HOUR + timedelta(minutes=1))
        [event] = self.find()
        self.assertEqual((event.number, event.happened_at), (3, HOUR))
        self.assertFalse(issue_counts.buffer.waiting)

    def test_what_is_being_written_takes_its_room(self):
        """It may have to wait again: no more may come together than there is room."""
        rooms = []

        def write(_registry, counts):
            rooms.append(buffer.has_room(self.env.cr.dbname))
            raise ZeroDivisionError

        buffer = count_buffer.CountBuffer("things", write)
        self.addCleanup(count_buffer.CountBuffer.all.remove, buffer)
        with (
            patch.object(count_buffer, "MOST_ROWS", 2),
            self.assertLogs(COUNTS_LOGGER, "WARNING"),
        ):
            for key in range(2):
                self.assertTrue(buffer.has_room(self.env.cr.dbname))
                buffer.add(
                    self.registry, key, issue_counts._Count(HOUR, HOUR, 1, [], "")
                )
            self.assertFalse(buffer.has_room(self.env.cr.dbname))
            buffer.flush()
            self.assertEqual(rooms, [False])
            self.assertFalse(buffer.has_room(self.env.cr.dbname))

    def test_it_is_not_tried_for_ever(self):
        with patch.object(issue_counts, "STATEMENT", "SELECT 1/0"), self.buffering():
            self.count(HOUR)
            with self.assertLogs(COUNTS_LOGGER, "INFO") as logs:
                for _each in range(count_buffer.MOST_ATTEMPTS):
                    issue_counts.buffer.flush()
        self.assertIn("1 issued tokens are not counted", logs.output[-1])
        self.assertFalse(issue_counts.buffer.waiting)
        # No table, no hope
        with patch.object(issue_counts, "STATEMENT", "SELECT FROM no_table"):
            with self.assertLogs(COUNTS_LOGGER, "WARNING") as logs:
                self.count(HOUR)
        self.assertIn("UndefinedTable", logs.output[0])
        self.assertFalse(issue_counts.buffer.waiting)

    def test_a_database_that_is_gone_keeps_no_other_from_its_counts(self):
        class Gone:
            db_name = "no_such_database"

            def cursor(self):
                raise psycopg2.OperationalError("no such database")

        key = issue_counts.Issue(HOUR, "issued", 1, 1, None)
        with self.assertLogs(COUNTS_LOGGER) as logs, self.buffering():
            issue_counts.add(Gone(), key, HOUR, "192.0.2.1", "")
            self.count(HOUR)
            issue_counts.buffer.flush()
        self.assertIn("no_such_database", logs.output[0])
        self.assertEqual(self.find().number, 1)

    def test_a_request_that_reads_from_a_replica_is_counted_on_the_primary(self):
        self.issue()
        with self.env.registry.cursor(readonly=True) as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            issue_counts.remember(cr.dbname, self.client.id, self.user.id, "")
            parts = env["oauth.provider.event"].prepare_issue(
                "issued",
                client=self.client.with_env(env),
                user=self.user.with_env(env),
                grant=None,
                scopes=self.scopes("openid").with_env(env),
            )
            self.assertFalse(parts)
            env.cr.commit()
        self.assertEqual(self.find().mapped("number"), [1, 1])

    def test_a_process_that_ends_gathers_no_more(self):
        with self.buffering():
            self.count(HOUR)
            self.assertFalse(self.find())
            issue_counts.buffer.end()
            self.assertEqual(self.find().number, 1)
            self.count(HOUR)
            self.assertEqual(self.find().number, 2)

    def test_where_no_thread_can_start_it_is_written_at_once(self):
        with (
            patch.object(issue_counts.buffer, "window", 60),
            patch.object(count_buffer, "is_testing", lambda: False),
            patch.object(
                count_buffer.threading.Timer, "start", side_effect=RuntimeError
            ),
        ):
            self.count(HOUR)
        self.assertEqual(self.find().number, 1)

    def test_what_is_known_is_bounded(self):
        self.startPatcher(patch.object(issue_counts, "_known", [{}, {}]))
        self.startPatcher(patch.object(issue_counts, "MOST_KNOWN", 10))
        self.assertFalse(issue_counts.is_known("db", 1, 1, "192.0.2.1"))
        issue_counts.remember("db", 1, 1, "192.0.2.1")
        for number in range(100):
            self.assertTrue(issue_counts.is_known("db", 1, 1, "192.0.2.1"), number)
            self.assertFalse(issue_counts.is_known("db", 2, number, "192.0.2.1"))
            issue_counts.remember("db", 2, number, "192.0.2.1")
        self.assertFalse(issue_counts.is_known("db", 2, 1, "192.0.2.1"))
        self.assertLess(sum(map(len, issue_counts._known)), 30)

    def test_a_child_process_leaves_to_its_parent_what_that_has_gathered(self):
        with self.buffering():
            self.count(HOUR)
            before = issue_counts.buffer.waiting
            issue_counts.buffer.reset()
            self.assertFalse(issue_counts.buffer.waiting)
            issue_counts.buffer.waiting = before
        self.assertEqual(self.find().number, 1)

    def test_old_counts_are_removed(self):
        self.count(HOUR)
        self.patch(self.env.cr, "commit", lambda: None)
        self.startPatcher(
            patch("odoo.fields.Datetime.now", lambda *_args: HOUR + timedelta(days=91))
        )
        self.env["oauth.provider.credential"]._cron_clean()
        self.assertFalse(self.find())

    def test_graphs_add_up_what_was_counted(self):
        self.issue(4)
        [[number]] = self.events._read_group(
            [("id", "in", self.find().ids)], aggregates=["number:sum"]
        )
        self.assertEqual(number, 4)
        for kind in ("graph", "pivot"):
            arch = self.events.get_view(view_type=kind)["arch"]
            self.assertIn('name="number" type="measure"', arch)


class _Registry:
    """That of a process: its cursors are not those of a test."""

    def __init__(self, name):
        self.db_name = name

    def cursor(self):
        return db_connect(self.db_name).cursor()


@tagged("post_install", "-at_install")
class TestIssueCountsApart(TransactionCase):
    """What processes do that count at the same time."""

    def setUp(self):
        super().setUp()
        self.registry_of_process = _Registry(self.env.cr.dbname)
        with self.transaction() as env:
            self.last = env["oauth.provider.event"].search([], limit=1).id or 0
            client = env["oauth.provider.client"].create({"name": "Counted"})
            self.client_id = client.id
            env.cr.commit()
        self.addCleanup(self.remove)

    @contextmanager
    def transaction(self):
        with closing(self.registry_of_process.cursor()) as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})

    def remove(self):
        with self.transaction() as env:
            env["oauth.provider.client"].browse(self.client_id).exists().unlink()
            env.cr.execute(
                "DELETE FROM oauth_provider_event WHERE id > %s", (self.last,)
            )
            env.cr.commit()

    def add(self, at=HOUR, number=1):
        """Count ``number`` issues, as one process has gathered them."""
        hour = at.replace(minute=0, second=0)
        key = issue_counts.Issue(hour, "issued", self.client_id, SUPERUSER_ID, None)
        count = issue_counts._Count(at, at, number, ["192.0.2.1"], "apart")
        issue_counts._write(self.registry_of_process, {key: count})

    def find(self):
        with self.transaction() as env:
            env.cr.execute(
                "SELECT client_id, number FROM oauth_provider_event"
                " WHERE id > %s AND kind = 'issued' ORDER BY id",
                (self.last,),
            )
            return env.cr.fetchall()

    def test_one_that_waits_for_another_adds_to_what_that_has_written(self):
        self.add()
        with self.transaction() as env, ThreadPoolExecutor(1) as pool:
            env.cr.execute("UPDATE oauth_provider_event SET number = number + 2")
            waiting = pool.submit(self.add, HOUR + timedelta(minutes=1), 4)
            with self.assertRaises(TimeoutError):
                waiting.result(0.3)
            env.cr.commit()
            waiting.result(10)
        self.assertEqual(self.find(), [(self.client_id, 7)])

    def test_many_at_once(self):
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _number: self.add(), range(100)))
        self.assertEqual(self.find(), [(self.client_id, 100)])

    def test_who_is_being_deleted_is_waited_for(self):
        with self.transaction() as env, ThreadPoolExecutor(1) as pool:
            env["oauth.provider.client"].browse(self.client_id).unlink()
            waiting = pool.submit(self.add)
            with self.assertRaises(TimeoutError):
                waiting.result(0.3)
            env.cr.commit()
            waiting.result(10)
        self.assertEqual(self.find(), [(None, 1)])

    def test_a_cursor_that_comes_next_is_as_ever(self):
        for _each in range(3):
            self.add()
            with self.transaction() as env:
                env.cr.execute(
                    "SELECT current_setting('transaction_isolation'),"
                    " current_setting('lock_timeout')"
                )
                self.assertEqual(env.cr.fetchone(), ("repeatable read", "0"))
