# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's and OCA's addons do to a session holds for authorizations, too.

With auth_timeout of Odoo, and auth_session_timeout and password_security of OCA. One
server without a dbfilter, so that the path form goes through Odoo's router without a
database.
"""

import base64
import hashlib
import hmac
import json
import os
import re
import time
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import cbor2
import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import html

from dev import odoo_cli, other_addons
from dev.server import OdooServer
from dev.settings import settings
from e2e.person import CHALLENGE, VERIFIER

ADDON = "oauth_provider"
DATABASE = "e2e_locks"
CALLBACK = "https://app.example.com/callback"
OCA = ("auth_session_timeout", "password_security")
#: Where the person's part of a request may be asked for.
FORMS = ("/oauth2", f"/oauth2/db/{DATABASE}")
PASSWORD = "a-Password-of-1-person"
TOTP = base64.b32encode(b"a secret of 20 bytes").decode()
MAKE = """
from datetime import timedelta
from odoo import fields
parameters = env["ir.config_parameter"]
parameters.set_param("web.base.url", values["url"])
parameters.set_param("web.base.url.freeze", "True")
parameters.set_param("inactive_session_time_out_delay", "7200")
internal = env.ref("base.group_user")
internal.write({"lock_timeout": 24 * 60, "lock_timeout_inactivity": 15})
# One by one, as password_security wants it
ann, old, otp, key = (env["res.users"].create({
    "name": name.title(), "login": name, "password": values["password"],
    "email": f"{name}@example.com", "group_ids": [(6, 0, internal.ids)],
}) for name in ("ann", "old", "otp", "key"))
old.password_write_date = fields.Datetime.now() - timedelta(days=100)
otp.sudo().totp_secret = values["totp"]
passkey = env["auth.passkey.key"].with_user(key).sudo().create({
    "name": "Key", "credential_identifier": values["credential"],
})
env.cr.execute(
    "UPDATE auth_passkey_key SET public_key = %s, create_uid = %s WHERE id = %s",
    [values["public_key"], key.id, passkey.id],
)
result = {
    "api_key": env["res.users.apikeys"].with_user(old)._generate(
        "rpc", "test", fields.Datetime.now() + timedelta(days=1)
    )
}
for name, extra in {
    "web": {},
    "trusted": {"skip_authorization": True},
    "legacy": {"application_type": "legacy application"},
}.items():
    if name != "legacy":
        extra["redirect_uri_ids"] = [(0, 0, {"name": values["callback"]})]
    client = env["oauth.provider.client"].create({"name": name.title(), **extra})
    result[name] = [client.identifier, client.generate_secret()]
"""


class Passkey:
    """A device that signs for its person, in software (WebAuthn)."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential = _encode(os.urandom(16))
        numbers = self.key.public_key().public_numbers()
        x, y = (n.to_bytes(32, "big") for n in (numbers.x, numbers.y))
        self.public_key = _encode(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y}))
        self.count = 0

    def sign(self, challenge, url):
        """Return the answer (str) to ``challenge`` of the site at ``url``."""
        self.count += 1
        client = {"type": "webauthn.get", "challenge": challenge, "origin": url}
        client = json.dumps(client).encode()
        site = hashlib.sha256(urlsplit(url).hostname.encode()).digest()
        # Present, and verified
        data = site + b"\x05" + self.count.to_bytes(4, "big")
        signed = data + hashlib.sha256(client).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return json.dumps(
            {
                "id": self.credential,
                "rawId": self.credential,
                "type": "public-key",
                "response": {
                    "authenticatorData": _encode(data),
                    "clientDataJSON": _encode(client),
                    "signature": _encode(signature),
                },
            }
        )


def _encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Visitor:
    """A browser, as a session of requests."""

    def __init__(self, server):
        self.server = server
        self.http = requests.Session()

    def get(self, path, **options):
        """GET ``path`` of the server, without following redirects."""
        options.setdefault("allow_redirects", False)
        return self.http.get(f"{self.server.url}{path}", **options)

    def post(self, path, data, **options):
        """POST ``data`` to ``path``, without following redirects."""
        options.setdefault("allow_redirects", False)
        return self.http.post(f"{self.server.url}{path}", data, **options)

    def call(self, path, **parameters):
        """Call a JSON-RPC route and return its result."""
        data = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self.http.post(f"{self.server.url}{path}", json=data).json()
        assert "error" not in answer, answer
        return answer.get("result")

    def sign_in(self, login, path=f"/web/login?db={DATABASE}", **values):
        """Give login and password where ``path`` asks for them; return the answer."""
        page = self.get(path, allow_redirects=True)
        data = form_of(page)
        data.update({"login": login, "password": PASSWORD, **values})
        return self.http.post(page.url, data, allow_redirects=False)

    def sign_in_by_passkey(self, passkey, path):
        """Give a passkey where ``path`` asks for a sign-in; return the answer."""
        page = self.get(path, allow_redirects=True)
        options = self.call("/auth/passkey/start-auth")
        answer = passkey.sign(options["challenge"], self.server.url)
        data = form_of(page)
        data.update(type="webauthn", login="", password="", webauthn_response=answer)
        return self.http.post(page.url, data, allow_redirects=False)

    def ask(self, form="/oauth2", client="web", **parameters):
        """Send the authorization request of a client and return the response."""
        if not self.sid and form == "/oauth2":
            # No session tells the database
            parameters["db"] = DATABASE
        query = {
            "response_type": "code",
            "client_id": self.server.made[client][0],
            "redirect_uri": CALLBACK,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
            "state": "s t&a=te",
            **parameters,
        }
        return self.get(f"{form}/authorize?{urlencode(query)}")

    def answer(self, response):
        """Allow what ``response`` asks for, if it does, and return the last one."""
        return self.decide(response) if response.status_code == 200 else response

    def decide(self, page, decision="allow"):
        """Press a button of a consent page and return the response."""
        form = html.fromstring(page.content).xpath("//form")[0]
        data = {**form_of(page), "oauth_decision": decision}
        return self.post(form.get("action"), data)

    @property
    def sid(self):
        """The identifier of Odoo's session (str)."""
        return self.http.cookies.get("session_id")

    @property
    def session_file(self):
        """Where Odoo keeps the session (Path)."""
        folder = odoo_cli.data_folder(self.server.cluster, self.server.name)
        return folder / "sessions" / self.sid[:2] / self.sid

    def change_session(self, **values):
        """Let the session be one in which this has happened."""
        data = json.loads(self.session_file.read_text())
        self.session_file.write_text(json.dumps({**data, **values}))

    def read_session(self):
        """Return what Odoo keeps of the session (dict)."""
        return json.loads(self.session_file.read_text())

    def lock(self):
        """Let the person have been away for longer than 15 minutes."""
        self.change_session(**{"identity-check-next": time.time() - 60})

    def confirm_identity(self):
        """Give the password to Odoo's identity check."""
        path = "/auth-timeout/session/check-identity"
        assert self.call(path, type="password", password=PASSWORD) is None


def form_of(page):
    """Return the fields (dict) of the first form of ``page``."""
    form = html.fromstring(page.content).xpath("//form[.//input]")[0]
    return {
        field.get("name"): field.get("value", "on")
        for field in form.xpath(".//input[@name]")
    }


def answer_of(response):
    """Return the parameters (dict) that are sent to the client."""
    assert response.status_code == 303, response.text
    location = response.headers["Location"]
    assert location.startswith(CALLBACK), location
    return {name: v[0] for name, v in parse_qs(urlsplit(location).query).items()}


def way_back(response, path):
    """Return where the page ``path`` that ``response`` leads to leads back to."""
    assert response.status_code in (302, 303), response.text
    parts = urlsplit(response.headers["Location"])
    assert parts.path == path, response.headers["Location"]
    return parse_qs(parts.query)["redirect"][0]


@pytest.fixture(scope="module")
def passkey():
    return Passkey()


@pytest.fixture(scope="module")
def server(postgres, databases, passkey):
    """A server of a database with the addons; ``made`` holds clients and an API key."""
    odoo_cli.add_addons(other_addons.folder())
    databases.create(DATABASE, ["web", "portal", "auth_timeout", ADDON])
    databases.odoo(DATABASE, "--init", ",".join(OCA))
    odoo = OdooServer(postgres, "locks", host="localhost", load=[ADDON])
    odoo.made = databases.shell(
        DATABASE,
        MAKE,
        url=odoo.url,
        password=PASSWORD,
        totp=TOTP,
        callback=CALLBACK,
        credential=passkey.credential,
        public_key=passkey.public_key,
    )
    with odoo:
        yield odoo


@pytest.fixture
def ann(server):
    """A person who is signed in and has allowed nothing."""
    visitor = Visitor(server)
    visitor.sign_in("ann")
    assert visitor.get("/my").status_code == 200
    return visitor


def test_the_addons_are_there(server, databases):
    names = ["auth_timeout", *OCA]
    with databases.sql(DATABASE) as execute:
        rows = execute(
            "SELECT name, latest_version FROM ir_module_module"
            " WHERE state = 'installed' AND name = ANY(%s)",
            (names,),
        )
    assert {name for name, _version in rows} == set(names)
    pinned = other_addons.REQUIREMENTS.read_text()
    for name, version in rows:
        if name in OCA:
            assert re.search(rf"^odoo-addon-{name}=={re.escape(version)}", pinned, re.M)


@pytest.mark.parametrize("form", FORMS)
def test_a_locked_session_confirms_the_identity_and_comes_back(server, ann, form):
    ann.lock()
    assert way_back(ann.get("/my"), "/auth-timeout/check-identity")
    for parameters in ({}, {"client": "trusted"}, {"prompt": "consent"}):
        back = way_back(ann.ask(form, **parameters), "/auth-timeout/check-identity")
        assert back.startswith(f"{form}/authorize?")
        # It stays locked
        way_back(ann.get(back), "/auth-timeout/check-identity")
    sid = ann.sid
    back = way_back(ann.ask(form), "/auth-timeout/check-identity")
    ann.confirm_identity()
    answer = answer_of(ann.answer(ann.get(back)))
    assert answer["state"] == "s t&a=te"
    assert "code" in answer
    assert "code" in answer_of(ann.ask(form, client="trusted", prompt="none"))
    assert ann.sid == sid


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("client", ["web", "trusted"])
def test_silently_a_locked_session_is_none(server, ann, form, client):
    if client == "web":
        ann.decide(ann.ask(form, prompt="consent"))
    assert "code" in answer_of(ann.ask(form, client, prompt="none"))
    ann.lock()
    for _time in range(2):
        answer = answer_of(ann.ask(form, client, prompt="none"))
        assert answer["error"] == "login_required"
    ann.confirm_identity()
    assert "code" in answer_of(ann.ask(form, client, prompt="none"))
    ann.change_session(create_time=time.time() - 48 * 3600)
    before = ann.read_session()
    for _time in range(2):
        answer = answer_of(ann.ask(form, client, prompt="none"))
        assert answer["error"] == "login_required"
        # Nothing that is no page of the person makes it younger
        ann.get(f"{form}/logout")
        ann.ask(form, client, redirect_uri="https://evil.example.com")
        ann.ask(form, client, scope="no.such.scope")
    assert ann.read_session() == before


@pytest.mark.parametrize("form", FORMS)
def test_a_decision_of_a_locked_session_comes_back_as_a_question(server, ann, form):
    page = ann.ask(form, prompt="consent")
    ann.lock()
    response = ann.decide(page)
    back = way_back(response, "/auth-timeout/check-identity")
    assert back.startswith(f"{form}/authorize?")
    ann.confirm_identity()
    page = ann.get(back)
    assert page.status_code == 200
    assert "code" in answer_of(ann.decide(page))


def test_a_request_by_post_comes_back_as_get(server, ann):
    ann.lock()
    location = ann.ask().headers["Location"]
    query = urlsplit(way_back(ann.ask(), "/auth-timeout/check-identity")).query
    response = ann.post("/oauth2/authorize", dict(parse_qs(query)))
    assert response.status_code == 303
    assert ann.get(response.headers["Location"]).headers["Location"] == location


@pytest.mark.parametrize("form", FORMS)
def test_a_session_that_is_too_old_signs_in_once(server, ann, form):
    ann.change_session(create_time=time.time() - 48 * 3600)
    old = ann.session_file
    for parameters in ({"prompt": "login"}, {"max_age": "0"}, {}):
        response = ann.ask(form, **parameters)
        back = way_back(response, "/web/login")
        assert not old.exists()
        response = ann.sign_in("ann", response.headers["Location"])
        page = ann.get(response.headers["Location"])
        assert "code" in answer_of(ann.answer(page))
        if parameters:
            # One sign-in answers one request
            way_back(ann.get(back), "/web/login")
        else:
            assert "code" in answer_of(ann.get(back))
            break
        ann.sign_in("ann")
        ann.change_session(create_time=time.time() - 48 * 3600)
        old = ann.session_file


def test_a_session_that_odoo_ends_ends_for_clients(server, ann, databases):
    newest = (
        "SELECT id, ended_at IS NULL FROM oauth_provider_session"
        " ORDER BY id DESC LIMIT 1"
    )
    for path in ("/my", "/web/webclient/load_menus", "/oauth2/authorize"):
        assert "code" in answer_of(ann.answer(ann.ask()))
        with databases.sql(DATABASE) as execute:
            (before,) = execute(newest)
        assert before[1]
        ann.change_session(create_time=time.time() - 48 * 3600)
        response = ann.ask() if path == "/oauth2/authorize" else ann.get(path)
        way_back(response, "/web/login")
        with databases.sql(DATABASE) as execute:
            (after,) = execute(newest)
        assert after == (before[0], False), path
        ann.sign_in("ann")


@pytest.mark.parametrize("form", FORMS)
def test_signing_out_works_while_locked(server, ann, form):
    ann.lock()
    page = ann.get(f"{form}/logout")
    assert "Ann" in page.text
    ann.decide(page, "logout")
    assert ann.read_session()["uid"] is None
    way_back(ann.ask(form), "/web/login")


@pytest.mark.parametrize("form", FORMS)
def test_a_session_that_was_not_used_for_two_hours_has_expired(server, ann, form):
    long_ago = time.time() - 3 * 3600
    os.utime(ann.session_file, (long_ago, long_ago))
    answer = answer_of(ann.ask(form, client="trusted", prompt="none"))
    assert answer["error"] == "login_required"
    ann.sign_in("ann")
    assert "code" in answer_of(ann.ask(form, client="trusted", prompt="none"))
    for parameters in ({"client": "trusted"}, {}):
        os.utime(ann.session_file, (long_ago, long_ago))
        response = ann.ask(form, **parameters)
        way_back(response, "/web/login")
        response = ann.sign_in("ann", response.headers["Location"])
        assert ann.get(response.headers["Location"]).status_code in (200, 303)
    page = ann.ask(form, prompt="consent")
    os.utime(ann.session_file, (long_ago, long_ago))
    assert ann.decide(page).status_code == 303
    assert ann.read_session()["uid"] is None


@pytest.mark.parametrize("form", FORMS)
def test_using_it_keeps_a_session_alive(server, ann, form):
    an_hour_ago = time.time() - 3600
    os.utime(ann.session_file, (an_hour_ago, an_hour_ago))
    assert "code" in answer_of(ann.ask(form, client="trusted", prompt="none"))
    assert ann.session_file.stat().st_mtime > an_hour_ago + 3000


def test_an_expired_password_signs_nobody_in(server):
    visitor = Visitor(server)
    response = visitor.ask(client="trusted")
    back = way_back(response, "/web/login")
    response = visitor.sign_in("old", response.headers["Location"])
    assert "/web/reset_password" in response.headers["Location"]
    way_back(visitor.get(back), "/web/login")
    answer = answer_of(visitor.ask(client="trusted", prompt="none"))
    assert answer["error"] == "login_required"


def test_the_password_grant_refuses_an_expired_password(server, databases):
    def ask(username, password):
        return requests.post(
            f"{server.url}/oauth2/db/{DATABASE}/token",
            {"grant_type": "password", "username": username, "password": password},
            auth=tuple(server.made["legacy"]),
        )

    assert ask("ann", PASSWORD).status_code == 200
    refused = [ask("old", PASSWORD), ask("old", server.made["api_key"])]
    for response in [*refused, ask("old", "wrong")]:
        assert response.status_code == 400
        assert response.json() == ask("nobody", "wrong").json()
    # Not for its own sake: a new password is let in
    with databases.sql(DATABASE) as execute:
        execute("UPDATE res_users SET password_write_date = now() WHERE login = 'old'")
    assert ask("old", PASSWORD).status_code == 200
    with databases.sql(DATABASE) as execute:
        execute(
            "UPDATE res_users SET password_write_date = now() - interval '100 days'"
            " WHERE login = 'old'"
        )
    assert ask("old", PASSWORD).status_code == 400


def totp_code():
    """Return the code (str) of the moment (RFC 6238)."""
    counter = int(time.time() / 30).to_bytes(8, "big")
    mac = hmac.digest(base64.b32decode(TOTP), counter, "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


@pytest.mark.parametrize("form", FORMS)
def test_a_new_sign_in_with_a_second_factor(server, databases, form):
    visitor = Visitor(server)
    with databases.sql(DATABASE) as execute:
        # Odoo takes a code once
        execute("UPDATE res_users SET totp_last_counter = NULL WHERE login = 'otp'")
    response = visitor.ask(form, prompt="login")
    back = way_back(response, "/web/login")
    response = visitor.sign_in("otp", response.headers["Location"])
    assert "/web/login/totp" in response.headers["Location"]
    # With one factor nobody is signed in yet
    way_back(visitor.get(back), "/web/login")
    page = visitor.http.get(f"{server.url}{response.headers['Location']}")
    data = {**form_of(page), "totp_token": totp_code()}
    # Odoo would name the device by a browser, which this is not
    data.pop("remember", None)
    response = visitor.http.post(page.url, data, allow_redirects=False)
    page = visitor.get(response.headers["Location"])
    assert "code" in answer_of(visitor.answer(page))
    # From the history of the browser
    way_back(visitor.get(back), "/web/login")


@pytest.mark.parametrize("form", FORMS)
def test_a_new_sign_in_with_a_passkey(server, passkey, form):
    visitor = Visitor(server)
    response = visitor.ask(form, prompt="login")
    back = way_back(response, "/web/login")
    response = visitor.sign_in_by_passkey(passkey, response.headers["Location"])
    page = visitor.get(response.headers["Location"])
    answer = answer_of(visitor.answer(page))
    token = requests.post(
        f"{server.url}/oauth2/db/{DATABASE}/token",
        {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
        },
        auth=tuple(server.made["web"]),
    ).json()["id_token"]
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "==="))
    assert claims["amr"] == ["pop", "user", "mfa"]
    way_back(visitor.get(back), "/web/login")


@pytest.mark.parametrize("form", FORMS)
def test_anonymous_requests_leave_no_session(server, form):
    folder = odoo_cli.data_folder(server.cluster, server.name) / "sessions"

    def stored():
        return {path.name for path in folder.glob("*/*")}

    before = stored()
    for parameters in ({}, {"prompt": "login"}, {"prompt": "none"}, {"client": "web"}):
        for _time in range(10):
            response = Visitor(server).ask(f"/oauth2/db/{DATABASE}", **parameters)
            assert response.status_code == 303
            assert "session_id" not in response.headers.get("Set-Cookie", "")
            response = Visitor(server).ask(db=DATABASE, **parameters)
            assert response.status_code == 303
    location = urlsplit(Visitor(server).ask(form, db=DATABASE).headers["Location"])
    assert parse_qs(location.query)["db"] == [DATABASE]
    assert stored() == before


def test_a_person_sees_the_identity_check_and_comes_back(server, page):
    page.goto(f"{server.url}/web/login?db={DATABASE}")
    page.fill("input[name=login]", "ann")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/odoo**")
    visitor = Visitor(server)
    for cookie in page.context.cookies():
        visitor.http.cookies.set(cookie["name"], cookie["value"])
    page.goto("about:blank")
    time.sleep(1)
    visitor.lock()
    query = {
        "response_type": "code",
        "client_id": server.made["web"][0],
        "redirect_uri": CALLBACK,
        "prompt": "consent",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "state": "s t&a=te",
    }
    page.goto(f"{server.url}/oauth2/authorize?{urlencode(query)}")
    page.wait_for_selector("text=Confirm access")
    page.wait_for_selector("input[type=password]")
    pictures = Path(settings().folder("screenshots"))
    page.screenshot(path=str(pictures / "locked.png"))
    page.fill("input[type=password]", PASSWORD)
    page.press("input[type=password]", "Enter")
    page.wait_for_selector("button[value=allow]")
    page.screenshot(path=str(pictures / "unlocked.png"))
    page.route("**/callback**", lambda route: route.fulfill(body="back"))
    page.click("button[value=allow]")
    page.wait_for_url(f"{CALLBACK}?**")
    answer = parse_qs(urlsplit(page.url).query)
    assert answer["state"] == ["s t&a=te"]
    assert "code" in answer
