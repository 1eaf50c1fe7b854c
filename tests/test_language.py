# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever language a program's HTTP library prefers, it is answered all the same."""

from odoo.fields import Command
from odoo.tests import tagged

from .common import OAuthCase

#: A language that is not installed, as an HTTP library of a foreign system sends it.
FOREIGN = {"Accept-Language": "de-DE,de;q=0.9"}
PASSWORD = "oauth_user_password"


@tagged("post_install", "-at_install")
class TestLanguage(OAuthCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"].search([("code", "=", "de_DE")]).active = False
        parameters = cls.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.throttle_failures", "3")

    def test_wrong_passwords_are_counted(self):
        client, secret = self.create_client("legacy application")
        data = {"grant_type": "password", "username": self.user.login}
        statuses = [
            self.post(
                "token", {**data, "password": password}, client, secret, **FOREIGN
            ).status_code
            for password in ("wrong", "wrong", "wrong", PASSWORD)
        ]
        self.assertEqual(statuses, [400, 400, 400, 429])

    def test_the_cooldown_of_odoo_does_not_count_here(self):
        self.env["ir.config_parameter"].set_param("base.login_cooldown_after", "1")
        self.addCleanup(self.registry.__dict__.pop, "_login_failures", None)
        self.registry.__dict__.pop("_login_failures", None)
        client, secret = self.create_client("legacy application")
        data = {"grant_type": "password", "username": self.user.login}
        for password, status in (("wrong", 400), (PASSWORD, 200)):
            answer = self.post(
                "token", {**data, "password": password}, client, secret, **FOREIGN
            )
            self.assertEqual(answer.status_code, status, answer.text)

    def test_wrong_secrets_are_counted(self):
        client, _secret = self.create_client()
        for route in ("token", "introspect", "revoke_token"):
            self.env["oauth.provider.failure"].search([]).unlink()
            data = {"grant_type": "authorization_code", "token": "t"}
            statuses = [
                self.post(route, data, client, "wrong", **FOREIGN).status_code
                for _time in range(4)
            ]
            self.assertEqual(statuses, [401, 401, 401, 429], route)

    def test_a_token_opens_what_it_opens(self):
        name = self.env["ir.model.fields"]._get("res.partner", "name")
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "Partners",
                "code": "partners",
                "model_id": name.model_id.id,
                "field_ids": [Command.set(name.ids)],
                "api_read": True,
            }
        )
        scopes = scope + self.scopes("openid", "profile", "email")
        client, secret = self.create_client("backend application", scope_ids=scopes.ids)
        data = {"grant_type": "client_credentials"}
        answer = self.post("token", data, client, secret, **FOREIGN)
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        for route in ("tokeninfo", "userinfo", "otherinfo?model=res.partner"):
            answer = self.url_open(f"/oauth2/{route}", headers={**bearer, **FOREIGN})
            self.assertEqual(answer.status_code, 200, answer.text)
        answer = self.url_open(
            "/json/2/res.partner/read",
            headers={**bearer, **FOREIGN},
            json={"ids": self.user.partner_id.ids, "fields": ["name"]},
            method="POST",
        )
        self.assertEqual(answer.status_code, 200, answer.text)
