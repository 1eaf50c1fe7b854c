# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Sends requests one after the other and writes down what is answered."""

import base64
import hashlib
import http.client
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from lxml import html

#: How the provider is called from outside; the server is behind a proxy, as it were.
HOST = "op.example.com"
ISSUER = f"https://{HOST}"
CALLBACK = "https://client.example.com/callback"
VERIFIER = "a-verifier-that-is-the-same-in-every-run-of-this"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)
#: Headers of an answer that say nothing about it.
LEFT_OUT = {"date", "server", "connection", "keep-alive", "content-length"}


@dataclass
class Answer:
    """What came back.

    :ivar headers: list of (name, value)
    :ivar body: bytes
    """

    status: int
    headers: list
    body: bytes

    def header(self, name):
        """Return the value of a header (str), empty where there is none."""
        for key, value in self.headers:
            if key.lower() == name.lower():
                return value
        return ""

    @property
    def json(self):
        """The body read as JSON; an empty object where it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return {}

    @property
    def given(self):
        """Parameters of the address that a redirect leads to (dict of str)."""
        parts = urlsplit(self.header("Location"))
        found = parse_qs(parts.fragment or parts.query, keep_blank_values=True)
        return {name: values[0] for name, values in found.items()}

    def form(self):
        """Return (address, {name: value}) of the last form of the page."""
        found = html.fromstring(self.body or b"<p/>").xpath("//form")
        if not found:
            return "/", {}
        fields = {
            one.get("name"): one.get("value", "on")
            for one in found[-1].xpath(".//input[@name]")
            if one.get("type") != "checkbox" or one.get("checked") is not None
        }
        return found[-1].get("action") or "/", fields


@dataclass
class Browser:
    """Keeps cookies, as the browser of one person does."""

    cookies: dict = field(default_factory=dict)

    def take(self, answer):
        for name, value in answer.headers:
            if name.lower() == "set-cookie":
                key, _equals, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]

    @property
    def header(self):
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())


class Ask:
    """Sends requests and keeps the lines that describe the answers.

    :ivar made: what the clients and people are (dict, see :mod:`.prepare`)
    :ivar lines: list of lists of str, as they come
    :ivar number: of requests whose answers are kept
    """

    def __init__(self, port, database, made, mask):
        self.port = port
        self.database = database
        self.made = made
        self.mask = mask
        self.lines = []
        self.number = 0
        self._names = set()
        self._sign_ins = 0

    def __call__(self, name, target, *, kept=True, **how):
        """Send one request and return the :class:`Answer`.

        :param name: of the request, once in a run (str)
        :param target: method and path, such as ``GET /oauth2/jwks``
        :param kept: whether the answer is written down
        :param how: see :meth:`_prepare`; ``browser`` gets the cookies of the answer
        """
        if name in self._names:
            raise ValueError(f"There are two requests “{name}”.")
        self._names.add(name)
        method, _blank, path = target.partition(" ")
        path, headers, body = self._prepare(path, **how)
        answer = self._send(method, path, headers, body)
        if browser := how.get("browser"):
            browser.take(answer)
        self.mask.step = name
        if kept:
            self.number += 1
            self._write(name, f"{method} {path}", answer)
        return answer

    def _prepare(self, path, **how):
        """Return (path, headers, body) of a request.

        :param how: ``query`` and ``form`` (dict, or list of pairs), ``json``, ``raw``
            (bytes) as the body; ``client`` (name) sends its secret in the header,
            ``token`` is a bearer; ``headers`` (dict), ``browser``, ``address``
        """
        headers = {
            "Host": HOST,
            "X-Forwarded-Host": HOST,
            "X-Forwarded-Proto": "https",
            # An address for each, so that no rate limit is met by chance
            "X-Forwarded-For": how.get("address")
            or f"203.0.{len(self._names) // 200}.{len(self._names) % 200 + 1}",
        }
        if query := how.get("query"):
            path += ("&" if "?" in path else "?") + urlencode(query)
        body = how.get("raw")
        if (form := how.get("form")) is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form).encode()
        if "json" in how:
            headers["Content-Type"] = "application/json"
            body = json.dumps(how["json"]).encode()
        if client := how.get("client"):
            headers["Authorization"] = self.basic(client)
        if token := how.get("token"):
            headers["Authorization"] = f"Bearer {token}"
        if browser := how.get("browser"):
            headers["Cookie"] = browser.header
        headers.update(how.get("headers") or {})
        return path, headers, body

    def _send(self, method, path, headers, body):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.putrequest(
                method, path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in headers.items():
                if value is not None:
                    connection.putheader(name, value)
            if body is not None or method in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            reply = connection.getresponse()
            return Answer(reply.status, reply.getheaders(), reply.read())
        finally:
            connection.close()

    def _write(self, name, target, answer):
        key = ("answer", f"{self.number:03} {name}")
        self.lines.append([*key, "request", self.mask.text(target)[:300]])
        self.lines.append([*key, "status", str(answer.status)])
        body = self._body(answer)
        for header, value in sorted(answer.headers):
            if header == "Allow":
                value = ", ".join(sorted(value.split(", ")))
            if header == "Retry-After" and value != "5":
                value = "<seconds>"
            if header.lower() not in LEFT_OUT:
                self.lines.append(
                    [*key, "header", f"{header}: {self.mask.text(value)}"]
                )
        if "\n".join(body) == answer.body.decode(errors="replace"):
            length = answer.header("Content-Length")
            self.lines.append([*key, "header", f"Content-Length: {length}"])
        self.lines += [[*key, "body", line] for line in body if line.strip()]

    def _body(self, answer):
        kind = answer.header("Content-Type").partition(";")[0]
        if kind == "application/json" and answer.json != {}:
            known = self.mask.json(answer.json)
            return json.dumps(known, indent=1, ensure_ascii=False).split("\n")
        if kind.startswith("image/"):
            # The colour of an avatar depends on when its person was made
            return [f"<{kind}>"]
        text = answer.body.decode(errors="replace")
        if kind == "text/html":
            text = _spread(text)
        return self.mask.text(text).split("\n")

    # What requests are made of

    def identifier(self, client):
        """Return the identifier of a client by its name here (str)."""
        return self.made["clients"][client]["identifier"]

    def secret(self, client):
        """Return the secret of a client by its name here (str, or None)."""
        return self.made["clients"][client]["secret"]

    def basic(self, client):
        """Return the Authorization header of a client (str)."""
        pair = f"{self.identifier(client)}:{self.secret(client) or ''}"
        return f"Basic {base64.b64encode(pair.encode()).decode()}"

    def authorization(self, client, **parameters):
        """Return the parameters of an authorization request; None leaves one out."""
        values = {
            "response_type": "code",
            "client_id": self.identifier(client),
            "redirect_uri": CALLBACK,
            "state": "a state",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            **parameters,
        }
        return {name: value for name, value in values.items() if value is not None}

    def sign_in(self, login):
        """Return a new :class:`Browser` in which a person is signed in."""
        browser = Browser()
        number = self._sign_ins = self._sign_ins + 1
        name = f"login page {number}"
        page = self(name, "GET /web/login", browser=browser, kept=False)
        _action, fields = page.form()
        form = {**fields, "login": login, "password": f"{login}-password"}
        target = "POST /web/login"
        self(f"login {number}", target, form=form, browser=browser, kept=False)
        return browser

    def decide(self, name, page, browser, decision="allow", **further):
        """Press a button of a consent ``page``; returns the answer."""
        action, fields = page.form()
        form = {**fields, "oauth_decision": decision, **further}
        form = {key: value for key, value in form.items() if value is not None}
        return self(name, f"POST {action}", form=form, browser=browser)

    def code(self, name, client, browser, **parameters):
        """Return a code (str) of a client that skips the question."""
        answer = self(
            name,
            "GET /oauth2/authorize",
            query=self.authorization(client, **parameters),
            browser=browser,
        )
        return answer.given.get("code", "")

    def redeem(self, name, client, code, **form):
        """Exchange a code; returns the answer."""
        values = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            **form,
        }
        values = {key: value for key, value in values.items() if value is not None}
        if not self.secret(client):
            values.setdefault("client_id", self.identifier(client))
            return self(name, "POST /oauth2/token", form=values)
        return self(name, "POST /oauth2/token", form=values, client=client)

    def refresh(self, name, client, token, **form):
        """Use a refresh token; returns the answer."""
        values = {"grant_type": "refresh_token", "refresh_token": token, **form}
        if not self.secret(client):
            values["client_id"] = self.identifier(client)
            return self(name, "POST /oauth2/token", form=values)
        return self(name, "POST /oauth2/token", form=values, client=client)

    def backend_token(self, client, name=None, **form):
        """Return an access token (str) of a backend application."""
        answer = self(
            name or f"token of {client}",
            "POST /oauth2/token",
            form={"grant_type": "client_credentials", **form},
            client=client,
        )
        return answer.json.get("access_token", "")


def _spread(text):
    """Return a page with a line for each element (str)."""
    return text.replace("><", ">\n<").replace("\t", " ")
