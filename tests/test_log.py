# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import logging
import threading
import time
from urllib.parse import quote, urlencode

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools.misc import dumpstacks

from ..tools import log_filter
from .common import OAuthCase


def nested(address):
    """Return queries (list of str) that hold ``address``, encoded ever more often."""
    queries = []
    for name in ("redirect", "state", "a", "b", "c", "d", "e", "f", "g", "h"):
        address = f"{name}={quote(address, safe='')}"
        queries.append(address)
        address = f"/web/login?{address}&z=1"
    return queries


@tagged("post_install", "-at_install")
class TestLog(OAuthCase):
    def test_no_credential_of_a_request_line_is_logged(self):
        for query in (
            "access_token=CREDENTIAL",
            "model=res.partner&access_token=CREDENTIAL",
            "%61ccess_token=CREDENTIAL",
            "ACCESS_TOKEN=CREDENTIAL",
            "client_secret=CREDENTIAL",
            "code=CREDENTIAL&state=kept",
            "refresh_token=CREDENTIAL",
            "password=CREDENTIAL",
            # Repeated, and with what ends a value elsewhere
            "token=CREDENTIAL&token=CREDENTIAL&TOKEN=CREDENTIAL",
            "password=a%22'?b=CREDENTIAL",
            "password=a%C2%A0CREDENTIAL",
            "password=a%26b%3DCREDENTIAL",
            "client%5Fsecret=CREDENTIAL",
            "client%255Fsecret=CREDENTIAL",
            # In the address of another request
            "redirect=/oauth2/authorize?id_token_hint=CREDENTIAL",
            *nested("/oauth2/authorize?state=x&id_token_hint=CREDENTIAL&a=b"),
            *nested("https://client.example.com/#access_token=CREDENTIAL"),
            *nested("code=CREDENTIAL&state=x"),
            *nested("/oauth2/tokeninfo?token=CREDENTIAL&token=CREDENTIAL"),
            *nested("/x?password=a%26CREDENTIAL"),
        ):
            with self.subTest(query=query), self.assertLogs("werkzeug") as logs:
                self.url_open(f"/oauth2/tokeninfo?{query}")
            self.assertNotIn("CREDENTIAL", "\n".join(logs.output))
            self.assertIn("***", "\n".join(logs.output))

    def test_the_address_of_a_login_page_hides_a_hint(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        hint = self.redeem(code, client, secret).json()["id_token"]
        self.url_open("/web/session/logout")
        with self.assertLogs("werkzeug") as logs:
            self.url_open(self.authorize_url(client, id_token_hint=hint))
        logged = "\n".join(logs.output)
        self.assertIn("/web/login?redirect=", logged)
        self.assertIn(client.identifier, logged)
        for part in hint.split("."):
            self.assertNotIn(part, logged)

    def test_a_request_line_without_a_credential_stays_as_it_is(self):
        for query in (
            "state=%7B%22d%22%3A+1%7D&r=%2Fa%3Fb%3D%2525",
            "code_challenge=abc&codes=1&scope=a+b%20c",
            "tokens=1&token_type=x&t=1&secrets=a&redirect=%2Fweb%253Ft%3D1",
            "state=%7B%22d%22%3A+%22t%22%2C+%22p%22%3A+1%2C+%22t%22%3A+%22%22%7D",
            "a=%ff%fe&b=%25ZZ&c=%&d==&&=e?f#g",
            "code=&token=",
            "a=b=c&state=abc==&a=b;c=d&x=[code]&response_type=code",
            'a={"x":"{\\"t\\":\\"\\"}","tokens":"b"}',
        ):
            line = f"GET /oauth2/authorize?{query} HTTP/1.1"
            self.assertEqual(log_filter.redact(line), line)

    def test_credentials_show_nowhere_in_an_address(self):
        secret = "s3cr3t-value"
        hint = f"/y%3Fid_token_hint={secret}"
        state = f'{{"d": "db", "p": 1, "t": "{secret}", "r": "kept"}}'
        authorize = "/oauth2/authorize?" + urlencode({"state": state})
        addresses = [
            # Where a separator is encoded more often than the equals sign, or less
            f"/web/login?redirect={quote(hint, safe='')}",
            f"/web/login?redirect=/y%253Fid_token_hint%3D{secret}",
            f"/web/login?redirect=/y%25253Fid_token_hint={secret}",
            f"/web/login?redirect=/y?a=1%2526token%3D{secret}",
            f"/web/login%3Fid_token_hint={secret}",
            f"/web/login%253Fid_token_hint={secret}",
            f"/web/login%3F%2569d_token_hint%3D{secret}",
            f"/web/login?password%3D{secret}",
            f"/x?a%26password={secret}",
            f"/x?a%2526password={secret}&b=c",
            f"/x?a=b;password={secret}%20x",
            f"/x%3Fpassword=***{secret}",
            f"/x%{'25' * 12}3Fpassword={secret}",
            # Odoo's auth_oauth has the token of an invitation in its state
            authorize,
            f"/oauth2/authorize?state={state.replace(' ', '%20')}",
            "/web/login?" + urlencode({"redirect": authorize}),
            "/x?" + urlencode({"a": f'{{"a": {{"access_token": "{secret}"}}}}'}),
            "/x?" + urlencode({"a": f'{{"a": [{{"password": "\\"{secret}"}}]}}'}),
            f"/x?a=%22t%22:%2522{secret}%2522",
            f"/x?a=%2522t%2522:%22{secret}%22",
            # The value of a parameter is another one, which was not encoded
            f"/web/login?redirect=access_token={secret}",
            f"/web/login?redirect=c%6Fde%3D{secret}%26code={secret}",
            f"/x?a=b;code={secret}",
            f'/x?a={{"r":"code={secret}"}}',
            f"/x?user[password]={secret}",
            # An object within a string of another one
            f'/x?state={{"d":"db","x":"{{\\"t\\":\\"{secret}\\"}}"}}',
            "/x?" + urlencode({"a": json.dumps({"x": json.dumps({"t": secret})})}),
            "/x?" + urlencode({"a": json.dumps([json.dumps([state])])}),
            f'/x?a={{"t":"{secret}%22}}&{{"t":"{secret}"}}',
            # A bad request line is logged in whole
            f"/x?password=a\t{secret}",
            f"/x?password=a\r{secret}",
        ]
        # As Odoo's portal sends it in e-mails, and what else is a credential
        addresses += [
            f"/my/orders/1?{name}={secret}"
            for name in (
                *("auth_signup_token", "new_password", "confirm_password", "api_key"),
                *("online_token", "X_API_KEY", "clientSecret", "session_id", "pwd"),
                *("of", "hash", "jwt", "sig", "signature"),
            )
        ]
        for address in addresses:
            for line in (
                f'"GET {address} HTTP/1.1" 200 -',
                f"# Thread: x (db:y) (url:http://h{address}) (qc:1)\nFile: z, line 1",
            ):
                with self.subTest(line=line):
                    redacted = log_filter.redact(line)
                    self.assertNotIn(secret, redacted)
                    self.assertIn(log_filter.HIDDEN, redacted)
                    # The rest is there
                    self.assertEqual(redacted[:5], line[:5])
                    self.assertEqual(redacted[-6:], line[-6:])
        self.assertIn("kept", log_filter.redact(authorize))

    def test_credentials_are_not_in_the_stacks_either(self):
        """Which Odoo logs at a time limit, and when it is asked by a signal."""
        thread = threading.current_thread()
        # As odoo.http.Application sets it for each request
        thread.url = "http://localhost/oauth2/tokeninfo?access_token=s3cr3t-value"
        self.addCleanup(delattr, thread, "url")
        with self.assertLogs("odoo.tools.misc", logging.INFO) as logs:
            dumpstacks(thread_idents=[thread.ident])
        [text] = logs.output
        self.assertIn("/oauth2/tokeninfo?access_token=***", text)
        self.assertNotIn("s3cr3t-value", text)
        self.assertIn("test_credentials_are_not_in_the_stacks_either", text)

    def test_every_logger_of_addresses_is_filtered_once(self):
        log_filter.install()
        for name in ("werkzeug", "longpolling", "odoo.tools.misc"):
            filters = logging.getLogger(name).filters
            own = [f for f in filters if isinstance(f, log_filter.CredentialFilter)]
            self.assertEqual(len(own), 1, name)

    def test_a_hostile_request_line_costs_no_time(self):
        started = time.process_time()
        for part in (
            *("a=?", "a=%3F", "%25", "?", "&", "=%253d", "%2525", '"a":'),
            *('%22t%22:"', "\\\\", '"t":"\\\\', "%3Fpassword=***", ";", "{"),
        ):
            log_filter.redact("GET /?" + part * (60_000 // len(part)) + " HTTP/1.1")
        self.assertLess(time.process_time() - started, 3)

    def test_a_hostile_address_takes_as_long_as_a_harmless_one(self):
        """But for a factor: the time grows with the length, and not with its square."""

        def seconds(address):
            started = time.process_time()
            log_filter.redact(f"GET /x?{address} HTTP/1.1")
            return time.process_time() - started

        size = 64_000
        parameter = "state=xyz&redirect=%2Fmy%2Forders%3Fa%3Db&"
        harmless = parameter * (size // len(parameter))
        limit = 60 * min(seconds(harmless) for _time in range(3))
        # Decoded again at each level
        deep = f"%{'25' * 7}41"
        for beginning in ("", '"', f'a={deep}"', f'{deep}"token":"'):
            for part in (
                *('"', '\\"', '\\\\"', "%22", "%5C%22", "%5C%5C%22", '\t"', '":', "\\"),
                *('"t":"', '"t":\\"', '"a"\t:\t', '"t":"",', '\\"t\\":\\"'),
                *("%22t%22:%22", "=", "a=", "code=", ";code=", "?code", "%3Dcode"),
                *("\xe9", "%", "%25", deep, f"%{'25' * 3}22", ";", "{", "?", "&"),
            ):
                address = beginning + part * (size // len(part))
                with self.subTest(beginning=beginning, part=part):
                    self.assertLess(seconds(address[:size]), limit)

    def test_no_line_of_a_log_is_the_callers(self):
        scopes = self.env["oauth.provider.scope"].create(
            [
                {"name": "All", "code": "all", "full_access": True},
                {
                    "name": "Write",
                    "code": "write",
                    "model_id": self.env["ir.model"]._get_id("res.partner"),
                    "api_write": True,
                },
            ]
        )
        for scope in scopes:
            client, secret = self.create_client(
                "backend application", scope_ids=[Command.set(scope.ids)]
            )
            data = {"grant_type": "client_credentials"}
            token = self.post("token", data, client, secret).json()["access_token"]
            for evil in ("\n", "\r\n", "\x1b[2J", "\x85", "\x9b2J", "\u2028", "\u202e"):
                name = f"x{evil}FORGED"
                paths = [
                    f"{name}/search",
                    f"res.partner/{name}",
                    f"res.partner/_{name}",
                ]
                if not scope.full_access:
                    paths.append("res.partner/write")
                for path in paths:
                    with self.subTest(path=path), self.assertLogs() as logs:
                        response = self.url_open(
                            f"/json/2/{quote(path)}",
                            json={"ids": [], "vals": {name: 1}},
                            headers={"Authorization": f"Bearer {token}"},
                        )
                    self.assertIn(response.status_code, (403, 404))
                    for record in logs.records:
                        self.assertNotIn(evil, record.getMessage())

    def test_a_whole_flow_logs_no_credential_at_the_debug_level(self):
        client, secret = self.create_client()
        self.sign_in()
        loggers = [logging.getLogger(name) for name in ("odoo", "oauthlib", "werkzeug")]
        records = []
        handler = logging.Handler()
        handler.emit = lambda record: records.append(record.getMessage())
        for logger in loggers:
            logger.addHandler(handler)
            self.addCleanup(logger.removeHandler, handler)
        code = self.get_code(client)
        tokens = self.redeem(code, client, secret).json()
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refreshed = self.post("token", data, client, secret).json()
        self.bearer("userinfo", refreshed["access_token"])
        self.redeem(code, client, secret)
        logged = "\n".join(records)
        self.assertIn("/oauth2/token", logged)
        for credential in (
            secret,
            code,
            self.verifier,
            tokens["access_token"],
            tokens["refresh_token"],
            refreshed["access_token"],
        ):
            self.assertNotIn(credential, logged)
