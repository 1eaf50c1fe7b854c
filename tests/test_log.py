# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from urllib.parse import quote

from odoo.fields import Command
from odoo.tests import tagged

from .common import OAuthCase


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
        ):
            with self.subTest(query=query), self.assertLogs("werkzeug") as logs:
                self.url_open(f"/oauth2/tokeninfo?{query}")
            self.assertNotIn("CREDENTIAL", "\n".join(logs.output))
            self.assertIn("=***", "\n".join(logs.output))

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
