# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who may sign in to a client, and what becomes of a copy of the database."""

from odoo.fields import Command
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import tagged

from .common import OAuthCase


@tagged("post_install", "-at_install")
class TestPolicy(OAuthCase):
    def authorize(self, client, **parameters):
        url = self.authorize_url(client, **parameters)
        return self.url_open(url, allow_redirects=False)

    def test_only_users_of_the_groups_get_in_and_stay_in(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        client, secret = self.create_client(group_ids=[Command.set(group.ids)])
        self.sign_in()
        for parameters in ({}, {"prompt": "none"}, {"prompt": "login"}):
            answer = self.answer(self.authorize(client, **parameters))[1]
            self.assertEqual(answer["error"], "access_denied")
        self.user.group_ids |= group
        tokens = self.redeem(self.get_code(client), client, secret).json()
        token = tokens["access_token"]
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.user.group_ids -= group
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        answer = self.post("token", data, client, secret)
        self.assertEqual(answer.json()["error"], "invalid_grant")

    def test_a_password_is_no_way_around_it(self):
        group = self.env["res.groups"].create({"name": "Wiki"})
        for values in (
            {"group_ids": [Command.set(group.ids)]},
            {"second_factor_required": True},
        ):
            client, secret = self.create_client("legacy application", **values)
            data = {
                "grant_type": "password",
                "username": self.user.login,
                "password": "oauth_user_password",
            }
            answer = self.post("token", data, client, secret)
            self.assertEqual(answer.json()["error"], "invalid_grant")

    def test_a_client_may_want_a_second_factor_and_a_fresh_sign_in(self):
        client, _secret = self.create_client(second_factor_required=True)
        self.sign_in()
        response = self.authorize(client)
        self.assertIn("/web/login?", response.headers["Location"])
        answer = self.answer(self.authorize(client, prompt="none"))[1]
        self.assertEqual(answer["error"], "login_required")
        client.write({"second_factor_required": False, "max_sign_in_age": 60})
        self.sign_in()
        self.assertEqual(self.authorize(client).status_code, 200)

    def test_a_neutralized_copy_is_nobodys_provider(self):
        client, secret = self.create_client()
        self.sign_in()
        token = self.redeem(self.get_code(client), client, secret).json()
        self.env.flush_all()
        for query in get_neutralization_queries(["oauth_provider"]):
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(
            self.bearer("tokeninfo", token["access_token"]).status_code, 401
        )
        self.assertFalse(self.Client.search([]))
        self.assertFalse(self.env["oauth.provider.key"].search([]))
        self.assertEqual(self.url_open("/oauth2/jwks").json(), {"keys": []})
        client.active = True
        grants = self.env["oauth.provider.grant"]
        self.assertFalse(grants.find_live(client, self.user))
        # What a tester then allows works, with a key of the copy's own
        token = self.redeem(self.get_code(client), client, secret).json()
        self.verify_token(token["id_token"], client.identifier)
