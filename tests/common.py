# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import hashlib
import secrets
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from lxml import html

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.sql_db import db_connect
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.test_cursor import TestCursor

from ..storage import issue_counts, refusal_counts

REDIRECT_URI = "https://client.example.com/callback"
#: A PNG of one pixel, in base64.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)


def sees_signals(case):
    """Let tests of the class ``case`` keep what a process keeps.

    Odoo counts what it has to tell other processes there, and tells them nothing.
    """
    registry = case.env.registry

    def get_sequences(_cr):
        return registry.registry_sequence, dict(registry.cache_sequences)

    case.startClassPatcher(patch.object(registry, "get_sequences", get_sequences))
    if not case._registry_readonly_enabled:
        # In tests, Odoo has a replica otherwise
        case.startClassPatcher(patch.object(registry, "_db_readonly", None))


def new_manager(env, *groups, **values):
    """Return a user who configures the provider and is no administrator.

    :param groups: external identifiers of further groups
    :param values: further values of the user
    """
    group = "oauth_provider.group_oauth_provider_manager"
    values.setdefault("password", "oauth_user_password")
    return new_test_user(
        env, "oauth_manager", ",".join(("base.group_user", group, *groups)), **values
    )


class CommittedCase(TransactionCase):
    """Tests of what is kept between transactions that commit, as those of threads."""

    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sees_signals(cls)

    @contextmanager
    def transaction(self):
        """Give an environment of a transaction of its own, as another thread has."""
        cr = db_connect(self.env.cr.dbname).cursor()
        try:
            yield api.Environment(cr, SUPERUSER_ID, {})
        finally:
            cr.close()


class OAuthCase(HttpCase):
    """Drives the provider over the wire, as an application and as a browser do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sees_signals(cls)
        cls.Client = cls.env["oauth.provider.client"]
        cls.Provider = cls.env["oauth.provider"]
        cls.user = new_test_user(
            cls.env,
            "oauth_user",
            groups="base.group_user",
            password="oauth_user_password",
            name="Ann O'Auth",
            email="ann@example.com",
        )

    @classmethod
    def create_client(cls, application_type="web application", **values):
        """Return (client, secret or None) with a redirect URI where one is needed."""
        if application_type in ("web application", "mobile application"):
            values.setdefault(
                "redirect_uri_ids", [Command.create({"name": REDIRECT_URI})]
            )
        if application_type == "backend application":
            values.setdefault("user_id", cls.user.id)
        client = cls.Client.create(
            {"name": "Test", "application_type": application_type, **values}
        )
        is_confidential = client.client_type == "confidential"
        return client, client.generate_secret() if is_confidential else None

    @classmethod
    def create_resource(cls, uri, *clients, **values):
        """Return a resource server with the address ``uri``, for ``clients``."""
        ids = [client.id for client in clients]
        return cls.env["oauth.provider.resource"].create(
            {"name": "Test", "uri": uri, "client_ids": [Command.set(ids)], **values}
        )

    @classmethod
    def scopes(cls, *codes):
        """Return the scopes that have these codes."""
        return cls.env["oauth.provider.scope"].search([("code", "in", codes)])

    def setUp(self):
        super().setUp()
        refusal_counts.buffer.reset()
        self.verifier = secrets.token_urlsafe(48)
        digest = hashlib.sha256(self.verifier.encode()).digest()
        self.challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def url_open(self, url, *arguments, timeout=60, **options):
        """Open ``url``, and wait longer for the answer than Odoo's tests do.

        With all modules of Odoo, a full garbage collection stops the process for
        seconds, and on a busy machine for many.
        """
        return super().url_open(url, *arguments, timeout=timeout, **options)

    def commit_hooks(self):
        """Let this test's requests do what comes after them, which Odoo leaves out.

        :return: list that has a member for each thing done
        """
        done = []

        def commit(cursor, commit=TestCursor.commit):
            hooks = list(cursor.postcommit._funcs)
            commit(cursor)
            for hook in hooks:
                if "oauth_provider" in hook.__module__:
                    done.append(hook)
                    hook()

        self.startPatcher(patch.object(TestCursor, "commit", commit))
        # A thread could not share the cursor of the test
        self.startPatcher(patch.object(issue_counts.buffer, "window", 0))
        return done

    def get_refusals(self):
        """Return the events (recordset) of what was refused since the last call.

        One that was refused before counts once more, in the same row.
        """
        events = self.env["oauth.provider.event"]
        refused = [("kind", "=", "refused")]
        self.env.invalidate_all()
        before = {event.id: event.number for event in events.search(refused)}
        refusal_counts.buffer.flush()
        self.env.invalidate_all()
        return events.search(refused, order="id").filtered(
            lambda event: event.number > before.get(event.id, 0)
        )

    def sign_in(self):
        """Sign the browser of this test in, through the login form."""
        page = self.url_open("/web/login")
        token = html.fromstring(page.content).xpath(
            "//input[@name='csrf_token']/@value"
        )
        self.url_open(
            "/web/login",
            data={
                "csrf_token": token[0],
                "login": self.user.login,
                "password": "oauth_user_password",
            },
        )

    def authorize_url(self, client, /, **parameters):
        """Return the address of an authorization request; None leaves one out."""
        values = {
            "response_type": client.response_type,
            "client_id": client.identifier,
            "redirect_uri": REDIRECT_URI,
            "state": '{"d": "ü b"}',
        }
        if client.response_type == "code":
            values.update(code_challenge=self.challenge, code_challenge_method="S256")
        values.update(parameters)
        query = {name: value for name, value in values.items() if value is not None}
        return f"/oauth2/authorize?{urlencode(query)}"

    def decide(self, page, decision="allow", untick=(), tick=(), **further):
        """Press a button of the consent ``page`` and return the response.

        :param untick: names of boxes that are left out
        :param tick: names of boxes that are ticked
        :param further: values of other fields
        """
        form = html.fromstring(page.content).xpath("//form")[0]
        values = {
            field.get("name"): field.get("value", "on")
            for field in form.xpath(".//input")
            if field.get("name") not in untick
        }
        values.update(dict.fromkeys(tick, "on"), oauth_decision=decision, **further)
        return self.url_open(form.get("action"), data=values, allow_redirects=False)

    def answer(self, response):
        """Return (base address, parameters) of a redirect to the client."""
        self.assertEqual(response.status_code, 303)
        parts = urlsplit(response.headers["Location"])
        values = parse_qs(parts.fragment or parts.query, keep_blank_values=True)
        flat = {name: value[0] for name, value in values.items()}
        return f"{parts.scheme}://{parts.netloc}{parts.path}", flat

    def get_code(self, client, **parameters):
        """Return a code that the signed-in user allowed, now or before."""
        url = self.authorize_url(client, **parameters)
        response = self.url_open(url, allow_redirects=False)
        if response.status_code == 200:
            response = self.decide(response)
        return self.answer(response)[1]["code"]

    def post(self, route, data, client=None, secret=None, **headers):
        """POST a form without any cookie, with Basic authentication for a client."""
        if client:
            pair = base64.b64encode(f"{client.identifier}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        return self.url_open(
            f"/oauth2/{route}",
            data=data,
            headers=headers,
            cookies={},
            allow_redirects=False,
            method="POST",
        )

    def redeem(self, code, client, secret, **data):
        """Exchange ``code`` and return the response of the token endpoint."""
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
            **data,
        }
        values = {name: value for name, value in values.items() if value is not None}
        return self.post("token", values, client, secret)

    def password_data(self, scope):
        """Return the form of a token request by the user's password (dict)."""
        return {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
            "scope": scope,
        }

    def verify_token(self, token, audience, algorithms=("RS256",)):
        """Return the claims of a signed token, verified by the published keys alone."""
        kid = jwt.get_unverified_header(token)["kid"]
        keys = self.url_open("/oauth2/jwks").json()["keys"]
        found = [key for key in keys if key["kid"] == kid]
        self.assertEqual(len(found), 1)
        return jwt.decode(
            token,
            jwt.PyJWK(found[0]),
            algorithms=list(algorithms),
            audience=audience,
            issuer=self.Provider.get_issuer(),
        )

    def bearer(self, route, token, **parameters):
        """GET an information route with ``token`` in the header."""
        return self.url_open(
            f"/oauth2/{route}",
            params=parameters,
            headers={"Authorization": f"Bearer {token}"},
        )

    def list_statements(self, request):
        """Return the statements (list of str) that a successful ``request`` takes.

        :param request: function that sends it and returns the response
        """
        run, before = [], TestCursor.execute

        def execute(cursor, query, *args, **options):
            run.append(getattr(query, "code", query))
            return before(cursor, query, *args, **options)

        with patch.object(TestCursor, "execute", execute):
            response = request()
        self.assertEqual(response.status_code, 200, response.text)
        return run
