# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Odd sizes and bytes are a fault of the caller everywhere, and cost nothing much."""

import contextlib
import gc
import http.client
import itertools
import json
import time
from urllib.parse import quote, urlencode

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..oauth2.client_assertion import ASSERTION_TYPE
from .common import REDIRECT_URI
from .test_json2 import Json2Case

#: Seconds of processor time that one request may take.
LIMIT = 2
#: What is sent as a parameter's value: bytes as they are in a form.
VALUES = {
    "nothing": b"",
    "one": b"a",
    "4,097": b"a" * 4097,
    "100,000": b"a" * 100_000,
    "2,000,000": b"a" * 2_000_000,
    "many blanks": b"+a" * 8_000,
    "NUL": b"a%00b",
    "%00": b"a%2500b",
    "lone surrogate": b"a%ED%A0%80",
    "invalid UTF-8": b"a%FFb%C0%80",
    "raw bytes": b"a\xff\xfe",
    "other letters": quote("é\U0001f600\u202e\ufeffß").encode(),
    "negative": b"-1",
    "huge": b"9" * 5_000,
    "a power of ten": b"1e999",
    "empty list": b"[]",
    "list": b"%5B%22a%22%5D",
    "object": b"%7B%22a%22%3A%5B%5D%7D",
    "deep": b"%5B" * 5_000,
    "numbers": b"1," * 7_000,
    "a token of another alphabet": quote("éo9999999999").encode(),
}
#: How a parameter may be named: more than once, and as PHP names lists and objects.
NAMES = ("%s=a&%s", "%s[]", "%s[a]", "a[%s]")
#: What no query can have: servers limit the first line of a request.
MAX_QUERY = 60_000
#: Parameters by which a client authenticates.
CLIENT = ("client_id", "client_secret", "client_assertion", "client_assertion_type")
PASSWORD = ("grant_type", "username", "password", "scope", "resource")
CODE = ("code", "redirect_uri", "code_verifier", "refresh_token")
AUTHORIZE = (
    *("response_type", "client_id", "redirect_uri", "scope", "state", "nonce"),
    *("response_mode", "code_challenge", "code_challenge_method", "prompt", "max_age"),
    *("claims", "acr_values", "display", "id_token_hint", "login_hint", "ui_locales"),
    *("request", "request_uri", "registration", "resource"),
)
DECISION = ("oauth_decision", "oauth_shown", "oauth_duration", "csrf_token")
LOGOUT = (
    *("id_token_hint", "client_id", "post_logout_redirect_uri", "state"),
    *("logout_hint", "ui_locales", "oauth_decision", "csrf_token"),
)
PAGE = ("ids", "fields", "order", "limit", "offset", "archived", "binary", "many2one")
METADATA = (
    "/.well-known/oauth-authorization-server",
    "/.well-known/openid-configuration",
    "/.well-known/oauth-protected-resource",
)
#: Addresses of routes of ours with a part that may be anything, and others near them.
ROUTED = (
    b"/oauth2/db/%s/token",
    b"/oauth2/db/%s/authorize",
    b"/.well-known/openid-configuration/oauth2/db/%s",
    b"/oauth_provider/client/%s/auth_oauth.csv",
)
BESIDE = (
    b"/oauth2/%s",
    b"/oauth2/token/%s",
    b"/oauth2/db/x/%s",
    b"/.well-known/%s",
    b"/.well-known/openid-configuration/%s",
    b"/my/applications/%s",
)
#: What logs that Odoo cannot render the page of an error.
ROUTING = "odoo.addons.http_routing.models.ir_http"
#: Values of JSON where another one belongs, or a longer one than anybody would send.
JSON_VALUES = (
    *(None, True, -1, 0, 10**30, 1.5e300, "", "a" * 4097, "a" * 100_000, "a\x00b"),
    *("\ud800", [], {}, [[]], ["a", 1, None], {"a": {"b": []}}, [-1], [10**30]),
    [["id", "in", list(range(10_000))]],
    json.loads("[" * 200 + "]" * 200),
    list(range(10_000)),
)


@tagged("post_install", "-at_install")
class TestOddInput(Json2Case):
    """One table over all routes: never a 5xx, never more than seconds of work."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "100000"
        )
        cls.web, _secret = cls.create_client()
        cls.legacy, cls.secret = cls.create_client("legacy application")
        cls.database = quote(cls.env.cr.dbname)
        cls.failures = cls.env["oauth.provider.failure"]
        # To look over all that Odoo has loaded is no work of a request
        gc.collect()
        gc.freeze()
        cls.addClassCleanup(gc.unfreeze)

    def setUp(self):
        super().setUp()
        quiet = mute_logger("odoo.http", "odoo.sql_db", ROUTING)
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def ask(self, method, path, body=None, headers=(), media="x-www-form-urlencoded"):
        """Send a request as it is; return its status and its body, once it is checked.

        As :meth:`send`.
        """
        status, answer = self.send(method, path, body, headers, media)
        self.assertLess(status, 500, answer[:500])
        return status, answer

    def ask_beside(self, method, pattern, part):
        """Send a request to an address that no route of ours has.

        It is Odoo's to answer, like any other that there is not; with its website, a
        last part of thousands of digits is too much for that.
        """
        status, answer = self.send(method, pattern % part)
        if status >= 500:
            stock, _answer = self.send(method, b"/nobody/%s" % part)
            self.assertEqual(status, stock, answer[:500])

    def send(self, method, path, body=None, headers=(), media="x-www-form-urlencoded"):
        """Send a request as it is; return its status and its body, if it was quick.

        :param path: path and query (bytes)
        :param body: bytes, or None
        :param headers: pairs of str
        """
        self.env.flush_all()
        with self.allow_requests():
            connection = http.client.HTTPConnection(
                "127.0.0.1", self.http_port(), timeout=60
            )
            connection.putrequest(method, "/", skip_accept_encoding=True)
            connection._buffer[0] = b"%s %s HTTP/1.1" % (method.encode(), path)
            own = [f"{one.name}={one.value}" for one in self.opener.cookies]
            connection.putheader("Cookie", "; ".join(own))
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Type", f"application/{media}")
                connection.putheader("Content-Length", str(len(body)))
            start = time.process_time()
            # It may be refused before it is read
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.endheaders(body)
            try:
                answer = connection.getresponse()
                found = answer.status, answer.read()
            except ConnectionResetError:
                found = 413, b""
            took = time.process_time() - start
            connection.close()
        self.assertLess(took, LIMIT)
        return found

    def forms(self, path):
        """Return the addresses (list of str) of a route: with the database, without."""
        if path.startswith("/oauth2/"):
            return [path, path.replace("/oauth2/", f"/oauth2/db/{self.database}/", 1)]
        if path.startswith("/.well-known/"):
            further = f"/oauth2/db/{self.database}"
            return [path, path + further, further + path]
        return [path]

    def send_each(self, method, route, parameters, base=None, headers=()):
        """Send a request for each parameter and value, to both addresses of a route.

        :param base: further parameters (dict), so that the odd one is looked at
        """
        paths = self.forms(route)
        for position, name in enumerate(parameters):
            rest = {key: value for key, value in (base or {}).items() if key != name}
            rest = urlencode(rest).encode()
            pairs = [
                (kind, name.encode() + b"=" + value) for kind, value in VALUES.items()
            ]
            pairs += [
                (pattern, pattern.replace("%s", name).encode() + b"=a")
                for pattern in NAMES
            ]
            for number, (kind, pair) in enumerate(pairs, position):
                path = paths[number % len(paths)].encode()
                text = rest + b"&" * bool(rest) + pair
                with self.subTest(method=method, path=path, name=name, kind=kind):
                    if method == "POST":
                        self.ask(method, path, text, headers)
                    elif len(text) < MAX_QUERY:
                        self.ask(method, path + b"?" + text, None, headers)

    def credentials(self, **further):
        return {
            "client_id": self.legacy.identifier,
            "client_secret": self.secret,
            **further,
        }

    def authorize_base(self):
        return {
            "response_type": "code",
            "client_id": self.web.identifier,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid email",
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }

    def test_the_token_endpoint(self):
        password = self.credentials(**self.password_data("openid"))
        self.send_each("POST", "/oauth2/token", (*PASSWORD, *CLIENT, "db"), password)
        code = self.credentials(
            grant_type="authorization_code", code="x", code_verifier=self.verifier
        )
        self.send_each("POST", "/oauth2/token", CODE[:3], code)
        data = self.credentials(grant_type="refresh_token", refresh_token="x")
        self.send_each("POST", "/oauth2/token", (*CODE[3:], "scope"), data)
        data = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": "a.b.c",
        }
        self.send_each("POST", "/oauth2/token", CLIENT, data)

    def test_the_other_endpoints_for_programs(self):
        data = self.credentials(token="x")
        for route in ("revoke_token", "introspect"):
            names = ("token", "token_type_hint", *CLIENT)
            self.send_each("POST", f"/oauth2/{route}", names, data)
        for path in (*METADATA, f"{METADATA[2]}/json/2", "/oauth2/jwks"):
            self.send_each("GET", path, ("resource", "db"))
        self.send_each("GET", "/oauth2/public_key", ("client_id", "db"))
        self.send_each("GET", "/oauth2/picture", ("of", "unique"))

    def test_the_information_endpoints(self):
        answer = self.post(
            "token", self.password_data("openid profile"), self.legacy, self.secret
        )
        bearer = [("Authorization", f"Bearer {answer.json()['access_token']}")]
        for method in ("GET", "POST"):
            for route in ("tokeninfo", "userinfo"):
                self.send_each(method, f"/oauth2/{route}", ("access_token",))
            self.send_each(method, "/oauth2/otherinfo", ("access_token", "model"))
            data = {"model": "res.partner"}
            names = ("model", *PAGE)
            self.send_each(method, "/oauth2/otherinfo", names, data, bearer)

    def test_the_authorization_endpoint(self):
        base = self.authorize_base()
        self.sign_in()
        self.send_each("GET", "/oauth2/authorize", AUTHORIZE, base)
        self.send_each("GET", "/oauth2/consent", AUTHORIZE[:3], base)
        decided = {**base, "oauth_decision": "allow", "csrf_token": "x"}
        self.send_each("POST", "/oauth2/authorize", AUTHORIZE, decided)

    def test_the_decision_of_a_person(self):
        self.sign_in()
        page = self.url_open(self.authorize_url(self.web, scope="openid email"))
        token = page.text.partition('name="csrf_token" value="')[2].partition('"')[0]
        self.assertTrue(token)
        base = {**self.authorize_base(), "csrf_token": token}
        names = (*DECISION, "oauth_scope.openid", "oauth_company.1")
        self.send_each(
            "POST", "/oauth2/authorize", names, {**base, "oauth_decision": "allow"}
        )

    def test_the_pages_of_a_person(self):
        self.sign_in()
        names = ("oauth_notice", "oauth_grant", "csrf_token")
        for method in ("GET", "POST"):
            self.send_each(method, "/my/applications", names)
            self.send_each(method, "/oauth2/logout", LOGOUT)

    def test_a_part_of_an_address(self):
        self.sign_in()
        for kind, value in VALUES.items():
            if len(value) > MAX_QUERY:
                continue
            part = value.replace(b"+", b"%20").replace(b"\xff\xfe", b"%FF%FE")
            for method, pattern in itertools.product(("GET", "POST"), ROUTED + BESIDE):
                with self.subTest(method=method, pattern=pattern, kind=kind):
                    if pattern in BESIDE:
                        self.ask_beside(method, pattern, part)
                    else:
                        self.ask(method, pattern % part)

    def test_ten_thousand_parameters(self):
        self.sign_in()
        short = b"&".join(b"a" for _number in range(10_000))
        named = b"&".join(b"scope=a" for _number in range(10_000))
        numbered = b"&".join(b"a%d=b" % number for number in range(10_000))
        for route in (
            *("authorize", "consent", "logout", "token", "introspect", "revoke_token"),
            *("tokeninfo", "userinfo", "otherinfo", "jwks", "public_key", "picture"),
        ):
            for path in map(str.encode, self.forms(f"/oauth2/{route}")):
                for text in (short, named, numbered):
                    with self.subTest(path=path, text=text[:9]):
                        self.ask("POST", path, text)
                        self.ask("GET", path + b"?" + text[:MAX_QUERY])
        for method, path in (("GET", METADATA[0]), ("POST", "/my/applications")):
            with self.subTest(path=path):
                self.ask(method, path.encode() + b"?" + short)
                self.ask("POST", path.encode(), numbered)

    def test_json_where_a_form_belongs(self):
        for route in ("token", "introspect", "revoke_token", "userinfo", "authorize"):
            for path in map(str.encode, self.forms(f"/oauth2/{route}")):
                for value in (["a"], {"a": []}, -1, None, []):
                    body = json.dumps({"grant_type": value, "token": value}).encode()
                    for media in ("json", "x-www-form-urlencoded", "xml"):
                        with self.subTest(path=path, value=value, media=media):
                            self.ask("POST", path, body, media=media)

    def test_files_where_text_belongs(self):
        self.sign_in()
        for route, names in {
            "/oauth2/token": ("grant_type", "client_id", "password"),
            "/oauth2/introspect": ("token", "client_secret"),
            "/oauth2/userinfo": ("access_token",),
            "/oauth2/authorize": ("client_id", "state", "csrf_token", "oauth_decision"),
            "/oauth2/logout": ("client_id", "csrf_token", "oauth_decision"),
            "/my/applications": ("oauth_grant", "csrf_token", "oauth_notice"),
        }.items():
            for path in map(str.encode, self.forms(route)):
                for name in names:
                    head = f'Content-Disposition: form-data; name="{name}"'
                    for further in ("", '; filename="x"', '; filename="\x00"'):
                        body = f"--x\r\n{head}{further}\r\n\r\na\r\n--x--\r\n"
                        with self.subTest(path=path, name=name, further=further):
                            response = self.url_open(
                                path.decode(),
                                data=body.encode(),
                                headers={
                                    "Content-Type": "multipart/form-data; boundary=x"
                                },
                                allow_redirects=False,
                            )
                            self.assertLess(response.status_code, 500, response.text)

    def test_a_part_without_a_name(self):
        self.sign_in()
        for head in ("form-data", 'form-data; name="ab', "form-data; filename=a"):
            body = f"--x\r\nContent-Disposition: {head}\r\n\r\n1\r\n--x--\r\n"
            for route in ("token", "introspect", "userinfo", "authorize", "logout"):
                for path in self.forms(f"/oauth2/{route}"):
                    with self.subTest(head=head, path=path):
                        response = self.url_open(
                            path,
                            data=body.encode(),
                            headers={"Content-Type": "multipart/form-data; boundary=x"},
                            allow_redirects=False,
                        )
                        self.assertLess(response.status_code, 500, response.text)

    def test_an_authorization_header(self):
        headers = [
            f"{scheme} {text}"
            for scheme in ("Bearer", "Basic", "basic", "Digest", "", "\xff")
            for text in ("", "a", "a" * 4097, "a" * 60_000, "a" * 40, "Og==", "/" * 99)
        ]
        for route in ("token", "introspect", "userinfo", "otherinfo", "tokeninfo"):
            for number, value in enumerate(headers):
                paths = self.forms(f"/oauth2/{route}")
                path = paths[number % len(paths)].encode()
                with self.subTest(path=path, value=value[:20]):
                    header = [("Authorization", value.encode("latin-1"))]
                    self.ask("POST", path, b"grant_type=password", header)

    def test_odoos_own_api(self):
        scope = self.create_api_scope(names=("name", "ref"))
        bearer = [("Authorization", f"Bearer {self.get_token(scope)}")]
        for method, names in {
            "search_read": ("domain", "fields", "order", "limit", "offset", "context"),
            "read": ("ids", "fields", "load"),
            "search": ("domain", "order", "limit"),
        }.items():
            path = f"/json/2/res.partner/{method}".encode()
            for name in names:
                for value in JSON_VALUES:
                    with self.subTest(method=method, name=name, value=str(value)[:40]):
                        body = json.dumps({name: value}).encode()
                        self.ask("POST", path, body, bearer, "json")

    def count(self):
        return self.failures.search_count([])

    def test_a_password_of_any_size_is_one_failed_attempt(self):
        base = self.credentials(**self.password_data("openid"))
        del base["password"]
        for kind, value in VALUES.items():
            with self.subTest(kind=kind):
                before = self.count()
                text = urlencode(base).encode() + b"&password=" + value
                status, body = self.ask("POST", b"/oauth2/token", text)
                is_refused = b"invalid_grant" in body
                # Else nothing was compared: malformed, too long, or not there
                self.assertEqual(self.count() - before, int(is_refused), body)
                self.assertIn(status, (400, 413))
        for size in (4096, 4097, 100_000):
            before = self.count()
            text = urlencode({**base, "password": "a" * size}).encode()
            status, body = self.ask("POST", b"/oauth2/token", text)
            self.assertEqual((status, self.count() - before), (400, 1), body)

    def test_a_secret_of_any_size_is_one_failed_attempt(self):
        self.legacy.secret = "chosen" * 6
        base = {**self.password_data("openid"), "client_id": self.legacy.identifier}
        for kind, value in VALUES.items():
            with self.subTest(kind=kind):
                before = self.count()
                text = urlencode(base).encode() + b"&client_secret=" + value
                _status, body = self.ask("POST", b"/oauth2/token", text)
                is_refused = b"invalid_client" in body and bool(value)
                self.assertEqual(self.count() - before, int(is_refused), body)

    def test_a_login_of_any_size_is_one_failed_attempt(self):
        base = self.credentials(**self.password_data("openid"))
        del base["username"]
        for kind, value in VALUES.items():
            with self.subTest(kind=kind):
                before = self.count()
                text = urlencode(base).encode() + b"&username=" + value
                _status, body = self.ask("POST", b"/oauth2/token", text)
                is_refused = b"invalid_grant" in body
                self.assertEqual(self.count() - before, int(is_refused), body)
