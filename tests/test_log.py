# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

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
