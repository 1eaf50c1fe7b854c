# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What an ID token tells of a second factor (OpenID Connect Core 2, RFC 8176)."""

import base64
import time

from lxml import html

from odoo.tests import tagged

from .common import OAuthCase

try:
    from odoo.addons.auth_totp.models.totp import hotp
except ImportError:
    hotp = None


@tagged("post_install", "-at_install")
class TestSecondFactor(OAuthCase):
    def setUp(self):
        super().setUp()
        if "totp_secret" not in self.user._fields:
            self.skipTest("auth_totp is not installed")
        self.client, self.secret = self.create_client()

    def give(self, code, **values):
        """Send ``code`` (int) to the page of the second factor."""
        page = self.url_open("/web/login/totp")
        token = html.fromstring(page.content).xpath(
            "//input[@name='csrf_token']/@value"
        )
        data = {"csrf_token": token[0], "totp_token": str(code), **values}
        # Odoo names a trusted device by its browser
        headers = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0"}
        return self.url_open(
            "/web/login/totp", data=data, headers=headers, allow_redirects=False
        )

    def tell(self):
        """Return (methods, class) of the ID token that the person gets now."""
        code = self.get_code(self.client)
        token = self.redeem(code, self.client, self.secret).json()["id_token"]
        claims = self.verify_token(token, self.client.identifier)
        return claims["amr"], claims["acr"]

    def set_up_application(self):
        secret = base64.b32encode(b"a secret of 20 bytes").decode()
        self.user.sudo().totp_secret = secret
        return base64.b32decode(secret)

    def test_a_code_of_an_application_is_a_second_factor(self):
        key = self.set_up_application()
        self.sign_in()
        wrong = self.give((hotp(key, int(time.time() / 30)) + 1) % 1_000_000)
        self.assertEqual(wrong.status_code, 200)
        self.give(hotp(key, int(time.time() / 30)))
        self.assertEqual(self.tell(), (["pwd", "otp", "mfa"], "2"))

    def test_a_code_by_mail_is_a_second_factor(self):
        if not hasattr(self.user, "_get_totp_mail_code"):
            self.skipTest("auth_totp_mail is not installed")
        self.env["ir.config_parameter"].set_param("auth_totp.policy", "all_required")
        self.sign_in()
        self.env.invalidate_all()
        code, _lifetime = self.user._get_totp_mail_code()
        self.give(int(code))
        self.assertEqual(self.tell(), (["pwd", "otp", "mfa"], "2"))

    def test_a_trusted_device_is_none(self):
        key = self.set_up_application()
        self.sign_in()
        self.give(hotp(key, int(time.time() / 30)), remember="1")
        self.assertEqual(self.tell()[1], "2")
        self.url_open("/web/session/logout")
        self.sign_in()
        self.assertEqual(self.tell(), (["pwd"], "1"))
        self.client.second_factor_required = True
        url = self.authorize_url(self.client, prompt="none")
        answer = self.answer(self.url_open(url, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "login_required")
