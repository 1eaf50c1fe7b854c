# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Bad input to every route, and what is wrong with the answers."""

from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import html

from odoo.tools import mute_logger

from ..oauth2.authorize import POLICY_CAUSES
from ..tools.causes import CAUSES, TOKEN
from .test_json2 import Json2Case

METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
#: What is sent in place of the value of a parameter.
WRONG = ("", "x", "a\x00b", "é", "https://other.example.com/x")
#: Types of a body that is no form, and one.
BODIES = (("application/json", '{"token": "x"}'), ("text/plain", "token=x"))
#: Answers of the 9.0 module, and of Odoo to an API key.
TOKEN_ERRORS = {"invalid_or_expired_token", "invalid_token"}
OF_TOKENS = {cause.key for cause in TOKEN}
#: What OpenID Connect answers to a request that allows no page, whatever is due.
SILENT = {"login_required", "interaction_required"}
#: What is no refusal and no event (docs/ERRORS.md): (route, status).
NO_EVENT = {
    *(("/json/2", status) for status in (400, 404, 405, 415, 422)),
    ("/oauth2/picture", 404),
}
#: Whose client it is, which the authorization endpoint tells on a page.
OF_CLIENTS = {"unknown_client", "archived_client"}


class ErrorMatrixCase(Json2Case):
    """Sends requests, and notes each answer that is not on the list of errors."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.web, cls.web_secret = cls.create_client()
        cls.backend, cls.backend_secret = cls.create_client("backend application")
        cls.legacy, cls.legacy_secret = cls.create_client("legacy application")
        cls.mobile, _none = cls.create_client("mobile application")
        cls.judge, cls.judge_secret = cls.create_client(is_resource_server=True)
        cls.public, _none = cls.create_client(client_type="public")
        cls.archived, cls.archived_secret = cls.create_client("backend application")
        cls.archived.active = False

    def setUp(self):
        super().setUp()
        quiet = mute_logger("odoo.http", "odoo.sql_db")
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)
        self.reached = set()
        self.number = 0
        self.faults = []

    # Sending and checking

    def send(self, method, path, data=None, headers=(), **options):
        """Send a request, and check what is answered.

        :param data: parameters: pairs, in the body of a POST and else in the query; or
            the body (str)
        """
        if data is not None and not isinstance(data, str):
            text = urlencode(list(data))
            if method == "POST":
                data = text
                headers = {
                    "Content-Type": "application/x-www-form-urlencoded",
                    **dict(headers),
                }
            else:
                path, data = f"{path}?{text}" if text else path, None
        response = self.url_open(
            path,
            data=data,
            headers=dict(headers),
            method=method,
            allow_redirects=False,
            **options,
        )
        self.number += 1
        self.check(f"{method} {path} {str(data)[:300]}", path, response)
        return response

    def find_code(self, response):
        """Return the error code (str) of an answer; "" for one that has none.

        :return: None for an answer that is no error
        """
        if response.status_code in (302, 303):
            parts = urlsplit(response.headers["Location"])
            told = parse_qs(parts.fragment or parts.query)
            return told["error"][0] if "error" in told else None
        if response.status_code < 400:
            return None
        kind = response.headers.get("Content-Type", "")
        if response.request.method == "HEAD" or not response.content:
            return ""
        if kind.startswith("application/json"):
            return response.json().get("error", "")
        shown = html.fromstring(response.text).xpath("//main//pre")
        return shown[0].text_content().strip().partition(":")[0] if shown else ""

    def check(self, told, path, response):
        """Note what is wrong with an answer, and which cause its event names."""
        code = self.find_code(response)
        events = self.get_refusals()
        self.reached |= set(events.mapped("cause"))
        fault = self.find_fault(code, events.mapped("cause"), path, response)
        if fault:
            self.faults.append(
                f"{told}: {response.status_code} {code} {events.mapped('cause')}:"
                f" {fault}"
            )

    def find_fault(self, code, causes, path, response):
        if response.status_code >= 500 and response.status_code != 503:
            return "a failure"
        if code is None:
            return "refused, but answered" if causes else None
        if not causes:
            route = "/".join(urlsplit(path).path.split("/")[:3])
            is_known = (route, response.status_code) in NO_EVENT
            return None if is_known else "no event"
        if len(causes) > 1:
            return "several causes"
        cause = CAUSES.get(causes[0])
        if not cause or cause.key in ("unexpected", "other"):
            return "a cause that is not on the list"
        allowed = {cause.error}
        if cause.key in OF_TOKENS:
            allowed |= TOKEN_ERRORS
        if cause.error in SILENT:
            allowed |= SILENT
        # It has no body, or is a page that a person reads
        is_bare = response.request.method == "HEAD" or (
            cause.key in POLICY_CAUSES and response.status_code == 403
        )
        if urlsplit(path).path.endswith("/authorize") and cause.key in OF_CLIENTS:
            # RFC 6749 4.1.2.1 has no invalid_client: a page tells of it
            allowed = {"invalid_request"}
        if code not in allowed and not is_bare:
            return f"not the error of the cause, {cause.error}"
        return None

    def vary(self, base):
        """Yield parameters (list of pairs): ``base`` (dict) with one thing wrong."""
        for name in base:
            others = [pair for pair in base.items() if pair[0] != name]
            yield others
            yield [*base.items(), (name, base[name])]
            yield [*base.items(), (name, "other")]
            for value in WRONG:
                yield [*others, (name, value)]

    def get_pair(self, client, secret):
        return {"client_id": client.identifier, "client_secret": secret}

    def ask_wrongly(self, path, methods=METHODS):
        """Send what no route takes: other methods, other bodies, odd parameters."""
        for method in methods:
            self.send(method, path)
        for kind, body in BODIES:
            self.send("POST", path, body, {"Content-Type": kind})
        self.send("POST", path, [("a", "b")] * 3)
        self.send("GET", path, [("a", "b")] * 3)
        self.send("POST", f"{path}?token=x", [("token", "x")])
