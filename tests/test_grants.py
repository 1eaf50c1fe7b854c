# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlencode

from lxml import html

from odoo.fields import Command
from odoo.tests import tagged

from .common import REDIRECT_URI, OAuthCase


@tagged("post_install", "-at_install")
class TestGrants(OAuthCase):
    """The four application types, each from its first request to its last token."""

    def test_code_flow_from_consent_to_revocation(self):
        client, secret = self.create_client()
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        self.assertIn("Ann", page.text)
        address, answer = self.answer(self.decide(page))
        self.assertEqual(address, REDIRECT_URI)
        self.assertEqual(answer["state"], '{"d": "ü b"}')
        self.assertEqual(answer["iss"], self.Provider.get_issuer())
        response = self.redeem(answer["code"], client, secret)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertNotIn("Set-Cookie", response.headers)
        tokens = response.json()
        self.assertEqual(set(tokens["scope"].split()), {"openid", "profile", "email"})
        self.assertNotIn("user", tokens)

        info = self.bearer("userinfo", tokens["access_token"]).json()
        self.assertEqual(info["email"], "ann@example.com")
        self.assertNotIn("id", info)
        tokeninfo = self.bearer("tokeninfo", tokens["access_token"]).json()
        self.assertEqual(tokeninfo["user_id"], info["sub"])
        self.assertEqual(tokeninfo["audience"], client.identifier)

        refreshed = self.post(
            "token",
            {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
            client,
            secret,
        ).json()
        self.assertNotEqual(refreshed["refresh_token"], tokens["refresh_token"])
        revoked = self.post(
            "revoke_token", {"token": refreshed["access_token"]}, client, secret
        )
        self.assertEqual(revoked.status_code, 200)
        dead = self.bearer("tokeninfo", refreshed["access_token"])
        self.assertEqual(dead.status_code, 401)
        self.assertEqual(dead.json(), {"error": "invalid_or_expired_token"})
        self.assertIn("invalid_token", dead.headers["WWW-Authenticate"])

    def test_code_is_used_once_and_a_replay_takes_its_tokens_along(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        token = self.redeem(code, client, secret).json()["access_token"]
        replay = self.redeem(code, client, secret)
        self.assertEqual(replay.json()["error"], "invalid_grant")
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)

    def test_code_needs_its_verifier(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client)
        response = self.redeem(code, client, secret, code_verifier="x" * 43)
        self.assertEqual(response.json()["error"], "invalid_grant")

    def test_token_request_does_not_widen_the_scope(self):
        client, secret = self.create_client()
        self.sign_in()
        code = self.get_code(client, scope="openid")
        tokens = self.redeem(code, client, secret, scope="openid email").json()
        self.assertEqual(tokens["scope"], "openid")

    def test_unticked_scope_is_not_granted(self):
        client, secret = self.create_client()
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        everything = {f"oauth_scope.{code}" for code in ("openid", "profile", "email")}
        response = self.decide(page, untick=everything)
        code = self.answer(response)[1]["code"]
        self.assertEqual(self.redeem(code, client, secret).json()["scope"], "openid")

    def test_deny_goes_back_with_an_error_and_stores_nothing(self):
        client, _secret = self.create_client()
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        _address, answer = self.answer(self.decide(page, "deny"))
        self.assertEqual(answer["error"], "access_denied")
        self.assertFalse(
            self.env["oauth.provider.grant"].search([("client_id", "=", client.id)])
        )

    def test_implicit_flow_answers_in_the_fragment(self):
        client, _secret = self.create_client("mobile application", scope_ids=False)
        self.sign_in()
        page = self.url_open(self.authorize_url(client, scope="openid profile email"))
        response = self.decide(page)
        self.assertIn("#access_token=", response.headers["Location"])
        answer = self.answer(response)[1]
        tokeninfo = self.url_open(
            "/oauth2/tokeninfo?" + urlencode({"access_token": answer["access_token"]})
        ).json()
        self.assertTrue(tokeninfo["user_id"])

    def test_errors_of_the_implicit_flow_are_in_the_fragment_too(self):
        client, _secret = self.create_client("mobile application")
        self.sign_in()
        page = self.url_open(self.authorize_url(client))
        for response, error in (
            (self.decide(page, "deny"), "access_denied"),
            (
                self.url_open(
                    self.authorize_url(client, response_mode="query"),
                    allow_redirects=False,
                ),
                "invalid_request",
            ),
        ):
            location = response.headers["Location"]
            self.assertTrue(location.startswith(f"{REDIRECT_URI}#error={error}"))
            answer = self.answer(response)[1]
            self.assertEqual(answer["iss"], self.Provider.get_issuer())
            self.assertEqual(answer["state"], '{"d": "ü b"}')

    def test_password_flow(self):
        client, secret = self.create_client("legacy application")
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
        }
        response = self.post("token", data, client, secret)
        self.assertEqual(response.status_code, 200, response.text)
        self.assertNotIn("Set-Cookie", response.headers)
        wrong = self.post("token", {**data, "password": "wrong"}, client, secret)
        self.assertEqual(wrong.json()["error"], "invalid_grant")

    def test_password_is_not_tried_for_another_type_of_client(self):
        client, secret = self.create_client()
        data = {
            "grant_type": "password",
            "username": self.user.login,
            "password": "oauth_user_password",
        }
        response = self.post("token", data, client, secret)
        self.assertEqual(response.json()["error"], "unauthorized_client")

    def test_backend_application_acts_as_its_user(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials", "user": "2", "client": "x"}
        tokens = self.post("token", data, client, secret).json()
        self.assertNotIn("refresh_token", tokens)
        info = self.bearer("userinfo", tokens["access_token"]).json()
        self.assertEqual(info["preferred_username"], self.user.login)
        for wrong in ("", "wrong"):
            refused = self.post("token", data, client, wrong)
            self.assertEqual(refused.status_code, 401)
            self.assertEqual(refused.json()["error"], "invalid_client")
            self.assertIn("Basic", refused.headers["WWW-Authenticate"])

    def test_backend_application_without_an_active_user_gets_nothing(self):
        client, secret = self.create_client("backend application")
        data = {"grant_type": "client_credentials"}
        self.user.active = False
        refused = self.post("token", data, client, secret)
        self.assertEqual(refused.json()["error"], "unauthorized_client")
        self.user.unlink()
        refused = self.post("token", data, client, secret)
        self.assertEqual(refused.json()["error"], "unauthorized_client")

    def test_backend_application_without_a_secret_gets_nothing(self):
        client, _secret = self.create_client("backend application")
        client.secret = False
        data = {"grant_type": "client_credentials", "client_id": client.identifier}
        self.assertEqual(self.post("token", data).json()["error"], "invalid_client")

    def test_foreign_redirect_uri_is_answered_by_a_page(self):
        client, _secret = self.create_client()
        self.sign_in()
        response = self.url_open(
            self.authorize_url(client, redirect_uri="https://evil.example.com/"),
            allow_redirects=False,
        )
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.headers["X-Frame-Options"], "DENY")

    def test_consent_is_asked_once_and_again_for_a_new_scope(self):
        client, _secret = self.create_client()
        self.sign_in()
        self.get_code(client, scope="openid")
        url = self.authorize_url(client, scope="openid")
        self.assertEqual(self.url_open(url, allow_redirects=False).status_code, 303)
        url = self.authorize_url(client, scope="openid email")
        self.assertEqual(self.url_open(url, allow_redirects=False).status_code, 200)
        url = self.authorize_url(client, scope="openid", prompt="consent")
        self.assertEqual(self.url_open(url, allow_redirects=False).status_code, 200)

    def test_what_was_left_out_is_neither_asked_for_nor_given_later(self):
        client, secret = self.create_client()
        self.sign_in()
        url = self.authorize_url(client)
        page = self.url_open(url, allow_redirects=False)
        self.decide(page, untick=["oauth_scope.email"])
        code = self.get_code(client)
        self.assertEqual(
            self.redeem(code, client, secret).json()["scope"], "openid profile"
        )
        page = self.url_open(f"{url}&prompt=consent", allow_redirects=False)
        boxes = html.fromstring(page.content).xpath("//input[@type='checkbox']")
        ticked = {box.get("name"): "checked" in box.attrib for box in boxes}
        self.assertFalse(ticked["oauth_scope.email"])
        self.assertTrue(ticked["oauth_scope.profile"])
        self.decide(page)
        scopes = self.redeem(self.get_code(client), client, secret).json()["scope"]
        self.assertEqual(scopes, "openid profile email")

    def test_a_trusted_client_is_not_asked_for_unless_it_wants_it(self):
        client, _secret = self.create_client(skip_authorization=True)
        self.sign_in()
        response = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertIn("code", self.answer(response)[1])
        url = self.authorize_url(client, prompt="consent")
        self.assertEqual(self.url_open(url, allow_redirects=False).status_code, 200)
        client.skip_authorization = False
        response = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertEqual(response.status_code, 200)

    def test_a_program_on_the_device_is_never_answered_without_a_question(self):
        for uri in ("http://127.0.0.1:8000/callback", "com.example.app:/callback"):
            client, _secret = self.create_client(
                skip_authorization=True,
                redirect_uri_ids=[Command.create({"name": uri})],
            )
            self.sign_in()
            url = self.authorize_url(client, redirect_uri=uri)
            response = self.url_open(url, allow_redirects=False)
            self.assertEqual(response.status_code, 200)
            location = self.decide(response).headers["Location"]
            self.assertTrue(location.startswith(f"{uri}?code="), location)

    def test_prompt_none_shows_no_page(self):
        client, _secret = self.create_client()
        url = self.authorize_url(client, prompt="none")
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(self.answer(response)[1]["error"], "login_required")
        self.sign_in()
        response = self.url_open(url, allow_redirects=False)
        self.assertEqual(self.answer(response)[1]["error"], "consent_required")
        self.get_code(client)
        response = self.url_open(url, allow_redirects=False)
        self.assertIn("code", self.answer(response)[1])

    def test_without_a_redirect_uri_the_first_in_the_list_is_used(self):
        client, secret = self.create_client(
            redirect_uri_ids=[
                Command.create({"name": "https://b.example.com/", "sequence": 2}),
                Command.create({"name": REDIRECT_URI, "sequence": 1}),
            ]
        )
        self.sign_in()
        code = self.get_code(client, redirect_uri=None)
        response = self.redeem(code, client, secret, redirect_uri=None)
        self.assertEqual(response.status_code, 200, response.text)
        code = self.get_code(client, redirect_uri=None)
        wrong = self.redeem(code, client, secret, redirect_uri="https://b.example.com/")
        self.assertEqual(wrong.status_code, 400)
        code = self.get_code(client)
        missing = self.redeem(code, client, secret, redirect_uri=None)
        self.assertEqual(missing.status_code, 400)

    def test_a_public_client_names_itself_and_proves_the_code_by_pkce(self):
        client, _secret = self.create_client(client_type="public")
        self.sign_in()
        data = {
            "grant_type": "authorization_code",
            "code": self.get_code(client),
            "redirect_uri": REDIRECT_URI,
            "client_id": client.identifier,
        }
        self.assertEqual(self.post("token", data).json()["error"], "invalid_request")
        data["code"] = self.get_code(client)
        data["code_verifier"] = self.verifier
        self.assertEqual(self.post("token", data).status_code, 200)
        data["code"] = self.get_code(client)
        data["client_secret"] = "x" * 43
        self.assertEqual(self.post("token", data).json()["error"], "invalid_client")

    def test_a_verifier_without_a_challenge_is_a_downgrade(self):
        client, secret = self.create_client(pkce_required=False)
        self.sign_in()
        code = self.get_code(client, code_challenge=None, code_challenge_method=None)
        response = self.redeem(code, client, secret)
        self.assertEqual(response.json()["error"], "invalid_grant")
        response = self.redeem(code, client, secret, code_verifier=None)
        self.assertEqual(response.status_code, 200, response.text)

    def test_a_refresh_narrows_one_token_and_not_the_next(self):
        client, secret = self.create_client()
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        narrow = self.post("token", {**data, "scope": "openid"}, client, secret).json()
        self.assertEqual(narrow["scope"], "openid")
        data["refresh_token"] = narrow["refresh_token"]
        wide = self.post("token", data, client, secret).json()
        self.assertEqual(set(wide["scope"].split()), {"openid", "profile", "email"})
        data.update(refresh_token=wide["refresh_token"], scope="openid groups")
        wider = self.post("token", data, client, secret)
        self.assertEqual(wider.json()["error"], "invalid_scope")

    def test_a_client_without_refresh_tokens_gets_none(self):
        client, secret = self.create_client(refresh_token_policy="never")
        self.sign_in()
        tokens = self.redeem(self.get_code(client), client, secret).json()
        self.assertNotIn("refresh_token", tokens)
        data = {"grant_type": "refresh_token", "refresh_token": "x"}
        refused = self.post("token", data, client, secret)
        self.assertEqual(refused.json()["error"], "unauthorized_client")
