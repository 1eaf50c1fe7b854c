# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What addons add to pages of people who are signed in holds for authorizations too.

With the addons themselves: e2e/test_locks.py.
"""

from contextlib import ExitStack, contextmanager
from unittest.mock import patch
from urllib.parse import parse_qs, urlsplit

import psycopg2
from werkzeug.exceptions import abort

from odoo import http
from odoo.exceptions import AccessDenied
from odoo.http import SessionExpiredException, request
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OAuthCase


class IdentityCheck(SessionExpiredException):
    """What an addon raises to have the person confirm who it is."""


@tagged("post_install", "-at_install")
class TestPersonPart(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client()
        self.sign_in()
        self.ir_http = self.env.registry["ir.http"]
        self.seen = []

    def open_url(self, **parameters):
        url = self.authorize_url(self.client, **parameters)
        return self.url_open(url, allow_redirects=False)

    @contextmanager
    def hook(self, name, act):
        """Let ``act`` come before a method of ir.http, for people's pages only.

        As an addon does: by the route's ``auth``. Something that ``act`` returns is
        the response.
        """
        original = getattr(self.ir_http, name).__func__

        def hooked(cls, *args, **kwargs):
            endpoint = getattr(args[0], "endpoint", args[0])
            if endpoint.routing["auth"] == "user":
                self.seen.append(request.httprequest.full_path)
                if response := act():
                    return response
            return original(cls, *args, **kwargs)

        with patch.object(self.ir_http, name, classmethod(hooked)):
            yield

    def test_the_route_is_a_real_one_in_both_forms(self):
        rules = {
            rule.rule: rule.endpoint.routing["auth"]
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.rule.endswith("/consent")
        }
        forms = ("/oauth2/consent", "/oauth2/db/<string:database>/consent")
        self.assertEqual(rules, dict.fromkeys(forms, "user"))
        without = http._generate_routing_rules(["oauth_provider"], nodb_only=True)
        twins = {u: e.routing["auth"] for u, e in without if u.endswith("/consent")}
        self.assertEqual(twins, dict.fromkeys(forms, "none"))

    def test_its_own_address_leads_to_the_endpoint(self):
        url = self.authorize_url(self.client)
        name = self.env.cr.dbname
        for prefix in ("/oauth2/", f"/oauth2/db/{name}/"):
            wanted = url.replace("/oauth2/", prefix)
            response = self.url_open(
                wanted.replace("authorize?", "consent?"), allow_redirects=False
            )
            self.assertEqual(response.status_code, 303)
            self.assertEqual(response.headers["Location"], wanted)
        hostile = "/oauth2/consent?x=%E9%0D%0AY:%201&redirect=//evil.example.com"
        response = self.url_open(hostile, allow_redirects=False)
        location = response.headers["Location"]
        self.assertTrue(location.startswith("/oauth2/authorize?x="))
        self.assertNotIn("Y", response.headers)
        # Nothing but the address names this database
        for path in ("%0D%0AY:%201", "%0A", "%3Fa", "..%5Cx", "%E2%80%A8"):
            response = self.url_open(
                f"/oauth2/db/{path}/consent?a=1", allow_redirects=False
            )
            self.assertEqual(response.status_code, 303, path)
            wanted = f"/oauth2/db/{path.replace(':', '%3A')}/authorize?a=1"
            self.assertEqual(response.headers["Location"], wanted)
            self.assertNotIn("Y", response.headers)
        response = self.url_open("/oauth2/consent", data={"a": 1})
        self.assertEqual(response.status_code, 405)

    def test_every_hook_sees_a_get_of_the_endpoint(self):
        with ExitStack() as hooks:
            for name in ("_authenticate", "_pre_dispatch", "_dispatch"):
                hooks.enter_context(self.hook(name, lambda: None))
            page = self.open_url(junk="1")
            self.assertEqual(page.status_code, 200)
            self.assertEqual(len(self.seen), 3)
            self.assertIn("code", self.answer(self.decide(page))[1])
            self.assertEqual(len(self.seen), 6)
        self.assertEqual(len(set(self.seen)), 1)
        self.assertTrue(self.seen[0].startswith("/oauth2/authorize?response_type="))
        self.assertNotIn("junk", self.seen[0])

    def interrupt(self, name):
        """Let a hook send the person to a page of terms, and back afterwards."""

        def act():
            terms = request.redirect_query(
                "/terms", {"redirect": request.httprequest.full_path}
            )
            if name == "_dispatch":
                return terms
            return abort(terms)

        return self.hook(name, act)

    def test_an_addon_may_ask_for_something_first(self):
        page = self.open_url()
        for name in ("_authenticate", "_pre_dispatch", "_dispatch"):
            with self.subTest(name=name), self.interrupt(name):
                for response in (self.open_url(), self.decide(page)):
                    parts = urlsplit(response.headers["Location"])
                    self.assertEqual(parts.path, "/terms")
                    back = parse_qs(parts.query)["redirect"][0]
                    self.assertTrue(back.startswith("/oauth2/authorize?"))
                    self.assertIn(self.client.identifier, back)
                self.get_refusals()
                answer = self.answer(self.open_url(prompt="none"))[1]
                self.assertEqual(answer["error"], "interaction_required")
                self.assertEqual(self.get_refusals().cause, "interaction")

    def test_trusted_clients_are_stopped_as_well(self):
        self.client.skip_authorization = True
        self.assertIn("code", self.answer(self.open_url())[1])
        with self.interrupt("_authenticate"):
            self.assertIn("/terms?", self.open_url().headers["Location"])
            answer = self.answer(self.open_url(prompt="none"))[1]
            self.assertEqual(answer["error"], "interaction_required")

    def test_an_expired_session_signs_in_once(self):
        def act():
            raise SessionExpiredException("expired")

        with self.hook("_authenticate", act):
            before = self.opener.cookies["session_id"]
            answer = self.answer(self.open_url(prompt="none"))[1]
            self.assertEqual(answer["error"], "login_required")
            # Asking silently changes nothing
            self.assertEqual(self.opener.cookies["session_id"], before)
            response = self.open_url(prompt="login", login_hint="ann")
            values = parse_qs(urlsplit(response.headers["Location"]).query)
            self.assertEqual(values["login"], ["ann"])
            self.assertFalse(http.root.session_store.get(before).uid)
        self.sign_in()
        page = self.url_open(values["redirect"][0], allow_redirects=False)
        self.assertEqual(page.status_code, 200)

    def test_an_addon_answers_its_own_exceptions(self):
        def act():
            raise IdentityCheck("locked")

        def handle(cls, exception):
            if isinstance(exception, IdentityCheck):
                self.assertEqual(request.dispatcher.routing_type, "http")
                return request.redirect_query(
                    "/check", {"redirect": request.httprequest.full_path}
                )
            return original(cls, exception)

        page = self.open_url()
        original = self.ir_http._handle_error.__func__
        self.startPatcher(
            patch.object(self.ir_http, "_handle_error", classmethod(handle))
        )
        with mute_logger("odoo.http"), self.hook("_authenticate", act):
            for response in (self.open_url(), self.decide(page)):
                parts = urlsplit(response.headers["Location"])
                self.assertEqual(parts.path, "/check")
                back = parse_qs(parts.query)["redirect"][0]
                self.assertTrue(back.startswith("/oauth2/authorize?response_type="))
            answer = self.answer(self.open_url(prompt="none"))[1]
            self.assertEqual(answer["error"], "login_required")

    def test_access_denied_is_no_consent(self):
        def act():
            raise AccessDenied()

        with mute_logger("odoo.http"), self.hook("_authenticate", act):
            self.assertEqual(self.open_url().status_code, 403)
            answer = self.answer(self.open_url(prompt="none"))[1]
            self.assertEqual(answer["error"], "login_required")

    def test_a_person_who_was_signed_out_on_the_way_signs_in(self):
        """As OCA's auth_session_timeout does it, which raises nothing."""

        def act():
            request.session.logout(keep_db=True)

        with self.hook("_dispatch", act):
            location = self.open_url().headers["Location"]
        self.assertTrue(location.startswith("/web/login?"))

    def test_a_decision_is_tried_again_as_it_came(self):
        page = self.open_url()
        failures = [psycopg2.errors.SerializationFailure("try again")]
        grants = self.env.registry["oauth.provider.grant"]
        original = grants.consent

        def consent(*args):
            if failures:
                error = failures.pop()
                raise _Retried(error)
            return original(*args)

        self.startPatcher(patch.object(grants, "consent", consent))
        self.startPatcher(patch("odoo.service.model.random.uniform", lambda *_a: 0))
        answer = self.answer(self.decide(page))[1]
        self.assertIn("code", answer)
        self.assertFalse(failures)

    def test_what_the_person_is_not_served_makes_no_session_younger(self):
        store = http.root.session_store
        session = store.get(self.opener.cookies["session_id"])
        session["create_time"] -= 30 * 24 * 3600
        store.save(session)
        created = session["create_time"]
        with self.interrupt("_authenticate"):
            self.open_url()
            self.open_url(prompt="none")
        self.open_url(scope="no.such.scope")
        self.open_url(client_id="unknown")
        self.url_open("/oauth2/logout")
        self.assertEqual(self.opener.cookies["session_id"], session.sid)
        self.assertEqual(store.get(session.sid)["create_time"], created)
        self.assertEqual(self.open_url().status_code, 200)
        self.assertNotEqual(self.opener.cookies["session_id"], session.sid)

    def test_one_may_sign_out_whatever_is_asked_for(self):
        with self.interrupt("_authenticate"):
            page = self.url_open("/oauth2/logout")
            self.assertIn("oauth_decision", page.text)
            self.decide(page, "logout")
        self.assertIn("/web/login?", self.open_url().headers["Location"])


class _Retried(psycopg2.errors.SerializationFailure):
    """A failure of PostgreSQL that Odoo answers by trying again."""

    pgcode = "40001"

    def __init__(self, error):
        super().__init__(*error.args)
