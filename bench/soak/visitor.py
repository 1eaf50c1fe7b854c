# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One person, from the sign-in to the sign-out, and the applications they use."""

import re
import secrets
from urllib.parse import parse_qs, urlsplit

import requests
from lxml import etree, html

from e2e.person import CHALLENGE, VERIFIER

from .provider import CALLBACK, PASSWORD

#: How often each step is taken in one visit: (name of a method, how often).
STEPS = (
    *(("consent", 3), ("authorize", 4), ("signed_token", 2), ("implicit", 2)),
    *(("password", 1), ("client_credentials", 8), ("assertion", 3), ("refresh", 12)),
    *(("reuse", 2), ("revoke", 4), ("introspect", 12), ("tokeninfo", 12)),
    *(("userinfo", 12), ("otherinfo", 4), ("api_read", 12), ("api_write", 8)),
    *(("api_full", 4), ("api_refused", 4), ("bad_token", 4), ("bad_secret", 2)),
    *(("bad_request", 4), ("bad_redirect", 2), ("discovery", 4), ("key_set", 4)),
    *(("applications", 2), ("withdraw", 1)),
)
#: The same of the one person who administers.
PAGES = (("page", 7),)
MODELS = tuple(
    f"oauth.provider.{name}" for name in ("client", "scope", "grant", "token", "event")
)
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Unexpected(Exception):
    """An answer is not the one that such a request gets."""


class Visitor:
    """Takes steps; each is a method that raises :class:`Unexpected`, or returns.

    Each person has tokens that no other one uses or ends.

    :param traffic: :class:`.traffic.Traffic`, which counts
    :param pace: has ``wait()``, called before each request
    :param number: of the person; 0 is the one who administers as well
    """

    def __init__(self, traffic, pace, number):
        self._traffic = traffic
        self._made = traffic.made
        self._pace = pace
        self._login = f"soak-{number}"
        self._is_admin = number == 0
        self._browser, self._admin = _session(), _session()
        self._client = _session()
        self._tokens = self._backend = None
        self._id_token = None

    def steps(self, chosen):
        """Yield (name, function) of each step of a visit.

        :param chosen: :class:`random.Random` that mixes them
        """
        found = [*STEPS, *(PAGES if self._is_admin else ())]
        # Each kind once, before any comes again
        once = [name for name, _times in found]
        again = [name for name, times in found for _time in range(times - 1)]
        chosen.shuffle(once)
        chosen.shuffle(again)
        names = [*once, *again]
        if self._traffic.extra:
            names = [each for name in names for each in (name, "extra")]
        first = ["sign_in", *(["admin_sign_in", "page"] if self._is_admin else [])]
        last = ["logout", *(["admin_sign_out"] if self._is_admin else [])]
        for name in [*first, *names, *last]:
            yield name, getattr(self, name)

    # Requests

    def _ask(self, method, path, status=200, by=None, **how):
        """Send a request; returns the answer.

        :param status: that is expected, or several (int or tuple)
        :param by: session of requests
        :raise Unexpected: if the status is another
        """
        self._pace.wait()
        answer = (by or self._client).request(
            method, self._traffic.url + path, allow_redirects=False, timeout=60, **how
        )
        self._traffic.count_request(answer.status_code)
        expected = status if isinstance(status, tuple) else (status,)
        if answer.status_code not in expected:
            text = " ".join(answer.text.split())[:80]
            raise Unexpected(f"{answer.status_code} {text}")
        if by is None:
            self._client.cookies.clear()
        return answer

    def _token(self, client, status=200, secret=None, **form):
        auth = self._made.clients[client]
        if secret:
            auth = (auth[0], secret)
        return self._ask("POST", "/oauth2/token", status, data=form, auth=auth)

    def _authorize(self, client, prompt=None, kind="code"):
        """Ask for a code or token, allow it if asked; returns what is given (dict)."""
        query = {
            "response_type": kind,
            "client_id": self._made.clients[client][0],
            "redirect_uri": CALLBACK,
            "scope": "openid profile email" + (" contacts" * (client == "web")),
            "state": secrets.token_hex(8),
        }
        if kind == "code":
            query |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        if prompt:
            query["prompt"] = prompt
        answer = self._ask(
            "GET", "/oauth2/authorize", (200, 303), self._browser, params=query
        )
        if answer.status_code == 200:
            form = {**_fields(answer), "oauth_decision": "allow"}
            answer = self._ask(
                "POST", "/oauth2/authorize", 303, self._browser, data=form
            )
        location = urlsplit(answer.headers.get("Location", ""))
        given = parse_qs(location.query) | parse_qs(location.fragment)
        wanted = "code" if kind == "code" else "access_token"
        if wanted not in given:
            raise Unexpected(f"no {wanted}: {sorted(given) or location.path}")
        return {name: values[0] for name, values in given.items()}

    def _redeem(self, client, code):
        return self._token(
            client,
            grant_type="authorization_code",
            code=code,
            redirect_uri=CALLBACK,
            code_verifier=VERIFIER,
        ).json()

    def _sign_in(self, browser, login, password):
        form = _fields(self._ask("GET", "/web/login", by=browser))
        form |= {"login": login, "password": password}
        answer = self._ask("POST", "/web/login", (200, 302, 303), browser, data=form)
        if answer.status_code == 200:
            raise Unexpected("the sign-in failed")

    def _bearer(self):
        if not self._tokens:
            self.authorize()
        return {"Authorization": f"Bearer {self._tokens['access_token']}"}

    def _api_token(self):
        if not self._backend:
            self.client_credentials()
        return {"Authorization": f"Bearer {self._backend}"}

    # A person

    def sign_in(self):
        self._sign_in(self._browser, self._login, PASSWORD)

    def consent(self):
        code = self._authorize("web", prompt="consent")["code"]
        self._tokens = self._redeem("web", code)

    def authorize(self):
        self._tokens = self._redeem("web", self._authorize("web")["code"])

    def signed_token(self):
        found = self._redeem("signed", self._authorize("signed")["code"])
        self._id_token = found.get("id_token")

    def implicit(self):
        token = self._authorize("mobile", kind="token")["access_token"]
        self._ask("GET", "/oauth2/tokeninfo", params={"access_token": token})

    def applications(self):
        self._ask("GET", "/my/applications", by=self._browser)

    def withdraw(self):
        page = self._ask("GET", "/my/applications", by=self._browser)
        form = {**_fields(page), "oauth_grant": "all"}
        self._ask("POST", "/my/applications", (302, 303), self._browser, data=form)
        self._tokens = self._id_token = None

    def logout(self):
        if self._id_token:
            query = {"id_token_hint": self._id_token}
            path = "/oauth2/logout"
            self._ask("GET", path, (200, 302, 303), self._browser, params=query)
        else:
            self._ask("GET", "/web/session/logout", (302, 303), self._browser)

    # Applications

    def password(self):
        self._token(
            "legacy", grant_type="password", username=self._login, password=PASSWORD
        )

    def client_credentials(self):
        answer = self._token("backend", grant_type="client_credentials")
        self._backend = answer.json()["access_token"]

    def assertion(self):
        path = "/.well-known/openid-configuration"
        issuer = self._ask("GET", path).json()["issuer"]
        signed = self._made.assertion(issuer, secrets.token_hex(16))
        form = {"grant_type": "client_credentials", "client_assertion": signed}
        form["client_assertion_type"] = ASSERTION
        self._ask("POST", "/oauth2/token", data=form)

    def refresh(self):
        if not self._tokens:
            self.authorize()
        used = self._tokens["refresh_token"]
        self._tokens = None
        answer = self._token("web", grant_type="refresh_token", refresh_token=used)
        self._tokens = answer.json()

    def reuse(self):
        if not self._tokens:
            self.authorize()
        used = self._tokens["refresh_token"]
        self.refresh()
        self._tokens = None
        self._token("web", 400, grant_type="refresh_token", refresh_token=used)

    def revoke(self):
        if not self._tokens:
            self.authorize()
        kind = "refresh_token" if "refresh_token" in self._tokens else "access_token"
        form, self._tokens = {"token": self._tokens[kind]}, None
        auth = self._made.clients["web"]
        self._ask("POST", "/oauth2/revoke_token", data=form, auth=auth)

    def introspect(self):
        token = self._bearer()["Authorization"].removeprefix("Bearer ")
        auth = self._made.clients["web"]
        path = "/oauth2/introspect"
        answer = self._ask("POST", path, data={"token": token}, auth=auth)
        if not answer.json()["active"]:
            self._tokens = None
            raise Unexpected("the token is not active")

    def tokeninfo(self):
        self._info("/oauth2/tokeninfo")

    def userinfo(self):
        self._info("/oauth2/userinfo")

    def otherinfo(self):
        self._info("/oauth2/otherinfo", model="res.partner")

    def _info(self, path, **query):
        try:
            self._ask("GET", path, headers=self._bearer(), params=query)
        except Unexpected:
            self._tokens = None
            raise

    def extra(self):
        self._ask("GET", self._traffic.extra)

    # Odoo's own API

    def _call(self, method, status=200, headers=None, model="res.partner", **arguments):
        return self._ask(
            "POST",
            f"/json/2/{model}/{method}",
            status,
            json=arguments,
            headers=headers or self._api_token(),
        )

    def api_read(self):
        domain = [["city", "=", "Namur"], ["name", "like", "Contact"]]
        fields = ["name", "city", "function"]
        self._call("search_read", domain=domain, fields=fields, limit=20)

    def api_write(self):
        vals = {"function": secrets.token_hex(8)}
        self._call("write", ids=[secrets.choice(self._made.partners)], vals=vals)

    def api_full(self):
        answer = self._token("full", grant_type="client_credentials").json()
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        self._call("context_get", headers=headers, model="res.users")

    def api_refused(self):
        partner = self._made.partners[0]
        self._call("read", 403, ids=[partner], fields=["email"])
        self._call("search_read", 403, model="res.users", domain=[], fields=["login"])

    # What is refused

    def bad_token(self):
        headers = {"Authorization": f"Bearer {secrets.token_urlsafe(32)}"}
        self._ask("GET", "/oauth2/userinfo", 401, headers=headers)
        self._call("context_get", 401, headers, model="res.users")

    def bad_secret(self):
        # Refused in either way: after some failures without being looked at
        kind = "client_credentials"
        self._token("signed", (401, 429), secrets.token_hex(20), grant_type=kind)

    def bad_request(self):
        self._token("web", 400, grant_type="authorization_code", code="nonsense")
        self._token("web", 400, grant_type="nonsense")

    def bad_redirect(self):
        query = {"response_type": "code", "client_id": self._made.clients["web"][0]}
        query["redirect_uri"] = "https://evil.example.com/"
        self._ask("GET", "/oauth2/authorize", 400, params=query)

    # Documents

    def discovery(self):
        self._ask("GET", "/.well-known/openid-configuration")

    def key_set(self):
        answer = self._ask("GET", "/oauth2/jwks")
        tag = {"If-None-Match": answer.headers.get("ETag", "")}
        self._ask("GET", "/oauth2/jwks", (200, 304), headers=tag)

    # Pages of an administrator, as the web client asks for them

    def admin_sign_in(self):
        self._sign_in(self._admin, "admin", "admin")

    def admin_sign_out(self):
        self._ask("GET", "/web/session/logout", (302, 303), self._admin)

    def page(self):
        self._ask("GET", "/odoo", by=self._admin)
        model = secrets.choice(MODELS)
        views = [[False, "list"], [False, "form"], [False, "search"]]
        found = self._rpc(model, "get_views", views=views, options={"toolbar": True})
        shown = {
            kind: _specification(found["views"][kind]["arch"], found["models"][model])
            for kind in ("list", "form")
        }
        listed = self._rpc(
            model,
            "web_search_read",
            domain=[],
            specification=shown["list"],
            limit=80,
            count_limit=10001,
        )
        ids = [record["id"] for record in (listed or {}).get("records", ())][:1]
        if ids:
            self._rpc(model, "web_read", ids, specification=shown["form"])
        self._rpc("res.partner", "name_search", name="Contact")

    def _rpc(self, model, method, *args, **kwargs):
        parameters = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        path = f"/web/dataset/call_kw/{model}/{method}"
        answer = self._ask("POST", path, by=self._admin, json=body).json()
        if "error" in answer:
            data = answer["error"].get("data", {})
            if data.get("name") == "odoo.exceptions.MissingError":
                # A job has just removed it
                return None
            raise Unexpected(f"{model}.{method}: {str(data.get('message'))[:80]}")
        return answer["result"]


def _session():
    session = requests.Session()
    # Never through a proxy: every address is the loopback interface
    session.trust_env = False
    return session


def _fields(page):
    """Return {name: value} of the fields of the forms of a page."""
    found = html.fromstring(page.content).xpath("//form//input[@name]")
    return {field.get("name"): field.get("value", "on") for field in found}


def _specification(arch, model):
    """Return what the web client reads for a view (dict).

    :param arch: of the view (str)
    :param model: what ``get_views`` says about the model (dict)
    """
    named = re.compile(r"\w+$").match
    nodes = etree.fromstring(arch).xpath("//field[not(ancestor::field)]/@name")
    names = [name for name in nodes if named(name) and name in model["fields"]]
    shown = {"fields": {"display_name": {}}}
    return {
        name: shown if model["fields"][name]["type"] == "many2one" else {}
        for name in names
    }
