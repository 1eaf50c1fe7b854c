# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Back-Channel Logout 1.0: whom the job calls, when, and where it never does."""

import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch
from urllib.parse import parse_qs

import jwt

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models import oauth_provider_logout
from ..tools.outbound import is_allowed
from .common import OAuthCase, new_manager

#: Nobody listens there.
DEAD = "http://127.0.0.1:1/logout"


@contextmanager
def application(answer=lambda path, sid: 200):
    """Run an application that is told of logouts; yields (address, list of sids).

    :param answer: called with the path and the sid; returns a status, or the bytes
        that the application lets fall one by one
    """
    told = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            token = parse_qs(body)["logout_token"][0]
            claims = jwt.decode(token, options={"verify_signature": False})
            told.append(claims["sid"])
            result = answer(self.path, claims["sid"])
            if isinstance(result, bytes):
                self.drip(result)
                return
            self.send_response(result)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def drip(self, text):
            try:
                for byte in text:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.1)
            except OSError:
                self.close_connection = True

        def log_message(self, *_arguments):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/logout", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@tagged("post_install", "-at_install")
class TestBackChannel(OAuthCase):
    def create_told(self, uri, internal=True):
        client, _secret = self.create_client(
            backchannel_logout_uri=uri, backchannel_internal=internal
        )
        return client

    def end_sessions(self, client, number=1):
        """Let ``number`` sign-ins to ``client`` end; returns what is to be told."""
        sessions = self.env["oauth.provider.session"].create(
            [
                {
                    "client_id": client.id,
                    "user_id": self.user.id,
                    "handle_digest": f"{client.id}-{index}",
                }
                for index in range(number)
            ]
        )
        sessions.end()
        logouts = self.env["oauth.provider.logout"].search(
            [("session_id", "in", sessions.ids)]
        )
        return logouts.sorted("id")

    def run_job(self):
        self.env.ref("oauth_provider.cron_logout").method_direct_trigger()

    def wait(self, logouts):
        """Let the waiting time of ``logouts`` be over, in their order."""
        now = fields.Datetime.now()
        for number, logout in enumerate(logouts):
            logout.next_attempt_at = now - timedelta(seconds=60 - number)

    def test_a_session_that_is_refused_holds_up_no_other_one(self):
        refused = []
        with application(lambda _path, sid: 500 if sid in refused else 200) as (
            uri,
            told,
        ):
            logouts = self.end_sessions(self.create_told(uri), 3)
            refused.append(logouts[1].session_id.sid)
            self.wait(logouts[2] + logouts[1] + logouts[0])
            self.run_job()
            in_order = [logouts[2], logouts[1], logouts[0]]
            self.assertEqual(told, [logout.session_id.sid for logout in in_order])
            self.assertTrue(logouts[0].sent_at and logouts[2].sent_at)
            self.assertEqual((logouts[1].attempts, logouts[1].error), (1, "HTTP 500"))
            refused.clear()
            self.wait(logouts[1])
            self.run_job()
            self.assertTrue(logouts[1].sent_at)
            # Who knows is not told again
            self.run_job()
            self.assertEqual(len(told), 4)

    def test_a_dead_client_delays_nobody_and_its_sessions_lose_no_attempt(self):
        with application() as (uri, told):
            dead = self.end_sessions(self.create_told(DEAD), 3)
            living = self.end_sessions(self.create_told(uri), 2)
            dead[2].attempts = 4
            self.wait(dead[2] + living[0] + dead[0] + dead[1] + living[1])
            self.run_job()
            self.assertEqual(len(told), 2)
            self.assertEqual(dead.mapped("attempts"), [0, 0, 5])
            limit = fields.Datetime.now() + timedelta(minutes=1)
            for logout in dead[:2]:
                self.assertLessEqual(logout.next_attempt_at, limit)
            self.assertGreater(dead[2].next_attempt_at, limit)
            # The job comes back by itself when their time has come
            triggers = self.env["ir.cron.trigger"].search(
                [("cron_id", "=", self.env.ref("oauth_provider.cron_logout").id)]
            )
            self.assertIn(dead[0].next_attempt_at, triggers.mapped("call_at"))
            # Back again, it is told of all of them
            dead.client_id.backchannel_logout_uri = uri
            self.wait(dead)
            self.run_job()
            self.assertTrue(all(dead.mapped("sent_at")))

    def test_who_is_dead_for_a_day_is_given_up(self):
        logouts = self.end_sessions(self.create_told(DEAD), 2)
        self.env.cr.execute(
            "UPDATE oauth_provider_logout SET create_date = create_date - INTERVAL"
            " '2 days' WHERE id IN %s",
            (tuple(logouts.ids),),
        )
        self.wait(logouts)
        self.run_job()
        self.assertFalse(logouts[1].next_attempt_at)
        self.assertFalse(logouts[1].sent_at)
        self.assertTrue(logouts[1].error)

    def test_who_answers_byte_by_byte_does_not_hold_the_job_up(self):
        slow = b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 600
        with (
            application(lambda _path, _sid: slow) as (uri, told),
            patch.object(oauth_provider_logout, "TIMEOUT", 1),
        ):
            logout = self.end_sessions(self.create_told(uri))
            start = time.monotonic()
            self.run_job()
            self.assertLess(time.monotonic() - start, 10)
            self.assertEqual(len(told), 1)
            self.assertFalse(logout.sent_at)
            self.assertEqual(logout.attempts, 1)

    def test_no_redirect_is_followed_and_no_proxy_is_asked(self):
        paths = []

        def answer(path, _sid):
            paths.append(path)
            return 307

        proxies = {"http_proxy": "http://127.0.0.1:1", "no_proxy": ""}
        with application(answer) as (uri, _told), patch.dict("os.environ", proxies):
            logout = self.end_sessions(self.create_told(uri))
            self.run_job()
        self.assertEqual(paths, ["/logout"])
        self.assertEqual(logout.error, "HTTP 307")

    def test_the_inner_network_is_called_only_where_an_administrator_allows_it(self):
        with application() as (uri, told):
            names = (uri, uri.replace("127.0.0.1", "localhost"))
            for name in names:
                logout = self.end_sessions(self.create_told(name, internal=False))
                self.run_job()
                self.assertEqual(told, [])
                self.assertIn("Refused", logout.error)
            logout.client_id.backchannel_internal = True
            self.wait(logout)
            self.run_job()
            self.assertEqual(told, [logout.session_id.sid])

    def test_a_manager_opens_no_way_into_the_inner_network(self):
        manager = new_manager(self.env)
        plain = self.create_told("https://client.example.com/logout", internal=False)
        own = plain.with_user(manager)
        own.backchannel_logout_uri = "https://other.example.com/logout"
        for values in (
            {"backchannel_internal": True},
            {"backchannel_internal": True, "backchannel_logout_uri": DEAD},
        ):
            with self.assertRaises(AccessError), self.cr.savepoint():
                own.write(values)
            with self.assertRaises(AccessError), self.cr.savepoint():
                self.Client.with_user(manager).create(
                    {"name": "X", "application_type": "web application", **values}
                )
        plain.backchannel_internal = True
        with self.assertRaises(AccessError), self.cr.savepoint():
            own.backchannel_logout_uri = DEAD
        self.assertFalse(own.copy().backchannel_internal)
        own.backchannel_internal = False

    def test_which_addresses_may_be_called(self):
        for address, expected in (
            ("93.184.216.34", (True, True)),
            ("2606:4700::1", (True, True)),
            ("64:ff9b::808:808", (True, True)),
            ("127.0.0.1", (False, True)),
            ("::1", (False, True)),
            ("10.0.0.1", (False, True)),
            ("172.16.0.1", (False, True)),
            ("192.168.1.1", (False, True)),
            ("100.64.0.1", (False, True)),
            ("fd12::1", (False, True)),
            ("::ffff:10.0.0.1", (False, True)),
            ("2002:7f00:1::", (False, True)),
            # Whoever allows it
            ("169.254.169.254", (False, False)),
            ("::ffff:169.254.169.254", (False, False)),
            ("64:ff9b::a9fe:a9fe", (False, False)),
            ("2002:a9fe:a9fe::", (False, False)),
            ("fe80::1", (False, False)),
            ("fe80::1%eth0", (False, False)),
            ("fd00:ec2::254", (False, False)),
            ("fd00:ec2::23", (False, False)),
            ("fd00:42::42", (False, False)),
            ("fd20:ce::254", (False, False)),
            ("100.100.100.200", (False, False)),
            ("168.63.129.16", (False, False)),
            ("0.0.0.0", (False, False)),
            ("0.1.2.3", (False, False)),
            ("::", (False, False)),
            ("224.0.0.1", (False, False)),
            ("ff02::1", (False, False)),
            ("255.255.255.255", (False, False)),
            ("fec0::1", (False, False)),
            ("::7f00:1", (False, False)),
        ):
            found = (is_allowed(address), is_allowed(address, internal=True))
            self.assertEqual(found, expected, address)
