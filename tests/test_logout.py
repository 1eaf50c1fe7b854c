# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""RP-Initiated Logout 1.0, and who is told of a logout."""

from datetime import timedelta
from urllib.parse import urlencode

from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from .common import OAuthCase

AFTER = "https://client.example.com/web/login"


@tagged("post_install", "-at_install")
class TestLogout(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            post_logout_redirect_uri_ids=[Command.create({"name": AFTER})]
        )

    def get_tokens(self, client=None, secret=None):
        client, secret = client or self.client, secret or self.secret
        return self.redeem(self.get_code(client), client, secret).json()

    def logout(self, **parameters):
        return self.url_open(
            f"/oauth2/logout?{urlencode(parameters)}", allow_redirects=False
        )

    def is_signed_in(self):
        return self.url_open("/odoo", allow_redirects=False).status_code == 200

    def press(self, page, decision):
        form = html.fromstring(page.content).xpath("//form")[0]
        values = {f.get("name"): f.get("value") for f in form.xpath(".//input")}
        return self.url_open(
            form.get("action"),
            data={**values, "oauth_decision": decision},
            allow_redirects=False,
        )

    def test_with_a_token_of_the_person_nothing_is_asked(self):
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        self.assertTrue(self.is_signed_in())
        parameters = {
            "id_token_hint": hint,
            "post_logout_redirect_uri": AFTER,
            "state": "a&b",
        }
        # The second time is like the first
        for _number in range(2):
            response = self.logout(**parameters)
            self.assertEqual(response.status_code, 303)
            self.assertEqual(response.headers["Location"], f"{AFTER}?state=a%26b")
            self.assertFalse(self.is_signed_in())

    def assert_asked(self, page):
        self.assertEqual(page.status_code, 200, page.text)
        self.assertIn("Sign out of Odoo?", page.text)
        self.assertTrue(self.is_signed_in())

    def set_issuer(self, issuer):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.issuer", issuer)

    def test_a_token_of_a_former_issuer_is_a_hint(self):
        issuers = [self.Provider.get_issuer()]
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        for issuer in (
            "https://first.example.com",
            "https://second.example.com/oauth2/db/x",
            # Then it is web.base.url
            False,
            "https://first.example.com",
        ):
            self.set_issuer(issuer)
            issuers.append(self.Provider.get_issuer())
            self.assertEqual(set(self.Provider.get_known_issuers()), set(issuers))
            self.assertEqual(self.Provider.get_known_issuers()[0], issuers[-1])
        for parameters in ({}, {"client_id": self.client.identifier}):
            response = self.logout(
                id_token_hint=hint, post_logout_redirect_uri=AFTER, **parameters
            )
            self.assertEqual(response.headers["Location"], AFTER)
            self.assertFalse(self.is_signed_in())
            self.sign_in()
        # It is about the same person at the authorization endpoint as well
        url = self.authorize_url(self.client, prompt="none", id_token_hint=hint)
        response = self.url_open(url, allow_redirects=False)
        self.assertIn("code", self.answer(response)[1])

    def test_the_issuer_of_nobody_is_no_hint(self):
        self.sign_in()
        tokens = self.get_tokens()
        claims = self.verify_token(tokens["id_token"], self.client.identifier)
        key = self.env["oauth.provider.key"].ensure()
        for issuer in ("https://evil.example.com", "", f"{claims['iss']}/"):
            hint = key.sign({**claims, "iss": issuer})
            self.assertEqual(self.logout(id_token_hint=hint).status_code, 400)
            self.assert_asked(
                self.logout(id_token_hint=hint, client_id=self.client.identifier)
            )

    def test_a_system_parameter_is_remembered_however_it_is_changed(self):
        parameters = self.env["ir.config_parameter"]
        issuer = parameters.search([("key", "=", "oauth_provider.issuer")])
        self.set_issuer("https://first.example.com")
        settings = self.env["res.config.settings"].create({})
        settings.oauth_issuer = "https://second.example.com"
        settings.execute()
        issuer.key = "oauth_provider.other"
        self.set_issuer("https://third.example.com")
        parameters.search([("key", "=", "oauth_provider.issuer")]).unlink()
        parameters.create(
            {"key": "oauth_provider.issuer", "value": "https://fourth.example.com/"}
        )
        known = self.Provider.get_known_issuers()
        for name in ("first", "second", "third", "fourth"):
            self.assertIn(f"https://{name}.example.com", known)
        self.assertEqual(len(known), len(set(known)))

    def test_a_bad_hint_beside_a_client_asks_the_person(self):
        self.sign_in()
        other, other_secret = self.create_client()
        tokens = self.get_tokens()
        foreign = self.get_tokens(other, other_secret)["id_token"]
        key = self.env["oauth.provider.key"].ensure()
        gone = key.sign(
            {"iss": self.Provider.get_issuer(), "aud": "x", "sub": "y", "exp": 1}
        )
        header, payload, signature = tokens["id_token"].split(".")
        for hint in (
            "x.y.z",
            "nonsense",
            foreign,
            gone,
            f"{header}.{payload}.{signature[::-1]}",
            tokens["access_token"],
        ):
            query = {"id_token_hint": hint, "client_id": self.client.identifier}
            with self.subTest(hint=hint[:20]):
                page = self.logout(**query, post_logout_redirect_uri=AFTER, state="s")
                self.assert_asked(page)
                self.assertIn(self.client.name, page.text)
                stay = self.press(page, "stay")
                self.assertEqual(stay.headers["Location"], "/odoo")
                response = self.press(page, "logout")
                self.assertEqual(response.headers["Location"], f"{AFTER}?state=s")
                self.assertFalse(self.is_signed_in())
            self.sign_in()

    def test_a_hint_for_a_client_that_is_archived_asks_the_person(self):
        self.sign_in()
        gone, secret = self.create_client()
        hint = self.get_tokens(gone, secret)["id_token"]
        gone.active = False
        page = self.logout(id_token_hint=hint)
        self.assert_asked(page)
        self.assertIn("You are signed out", self.press(page, "logout").text)

    def test_a_refused_request_lets_people_sign_out(self):
        identifier = self.client.identifier
        requests = (
            {"id_token_hint": "x.y.z"},
            {"id_token_hint": "x.y.z", "post_logout_redirect_uri": AFTER},
            {"client_id": identifier, "post_logout_redirect_uri": AFTER + "/"},
            {"client_id": "nobody"},
            {"state": "x" * 20_000},
        )
        for parameters in requests:
            page = self.logout(**parameters)
            self.assertEqual(page.status_code, 400)
            self.assertNotIn("Sign Out", page.text)
        for parameters in requests:
            self.sign_in()
            page = self.logout(**parameters)
            self.assertEqual(page.status_code, 400)
            self.assertTrue(self.is_signed_in())
            link = html.fromstring(page.content).xpath("//a[text()='Sign Out']/@href")
            page = self.url_open(link[0], allow_redirects=False)
            self.assert_asked(page)
            self.assertIn("You are signed out", self.press(page, "logout").text)
            self.assertFalse(self.is_signed_in())

    def test_a_token_whose_key_is_no_longer_published_is_known(self):
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        key = self.env["oauth.provider.key"].ensure()
        key.action_rotate()
        key.published_until = fields.Datetime.now() - timedelta(days=30)
        key.action_withdraw()
        self.assertEqual(self.logout(id_token_hint=hint).status_code, 400)
        self.assertTrue(self.is_signed_in())
        # Whoever holds a leaked key can sign nobody out
        self.assert_asked(
            self.logout(id_token_hint=hint, client_id=self.client.identifier)
        )
        key.is_withdrawn = False
        response = self.logout(id_token_hint=hint, post_logout_redirect_uri=AFTER)
        self.assertEqual(response.headers["Location"], AFTER)
        self.assertFalse(self.is_signed_in())

    def test_without_a_token_the_person_is_asked(self):
        self.sign_in()
        parameters = {
            "client_id": self.client.identifier,
            "post_logout_redirect_uri": AFTER,
        }
        page = self.logout(**parameters)
        self.assertEqual(page.status_code, 200)
        self.assertEqual(page.headers["X-Frame-Options"], "DENY")
        self.assertIn(self.user.name.replace("'", "&#39;"), page.text)
        stay = self.press(page, "stay")
        self.assertEqual(stay.headers["Location"], "/odoo")
        self.assertTrue(self.is_signed_in())
        gone = self.press(page, "logout")
        self.assertEqual(gone.headers["Location"], AFTER)
        self.assertFalse(self.is_signed_in())

    def test_another_page_cannot_sign_anybody_out(self):
        self.sign_in()
        response = self.url_open(
            "/oauth2/logout",
            data={"oauth_decision": "logout", "csrf_token": "x"},
            allow_redirects=False,
        )
        self.assertEqual(response.headers["Location"], "/oauth2/logout")
        other = new_test_user(self.env, "oauth_other")
        key = self.env["oauth.provider.key"].ensure()
        hint = key.sign(
            {
                "iss": self.Provider.get_issuer(),
                "aud": self.client.identifier,
                "sub": self.client.generate_user_id(other),
                "exp": 1,
            }
        )
        self.assertEqual(self.logout(id_token_hint=hint).status_code, 200)
        self.assertTrue(self.is_signed_in())

    def test_nobody_is_sent_where_it_is_not_registered(self):
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        identifier = self.client.identifier
        for parameters in (
            {"post_logout_redirect_uri": AFTER},
            {"client_id": identifier, "post_logout_redirect_uri": AFTER + "/"},
            {"id_token_hint": hint, "post_logout_redirect_uri": "https://evil.test/"},
            {"client_id": "nobody", "post_logout_redirect_uri": AFTER},
            {"id_token_hint": "x.y.z", "post_logout_redirect_uri": AFTER},
            {"id_token_hint": hint, "client_id": "other"},
            {"client_id": "\\x00"},
        ):
            response = self.logout(**parameters)
            self.assertEqual(response.status_code, 400, parameters)
            self.assertTrue(self.is_signed_in())

    def test_a_request_by_post_comes_back_as_get(self):
        self.sign_in()
        response = self.url_open(
            "/oauth2/logout",
            data={"client_id": self.client.identifier},
            allow_redirects=False,
        )
        expected = f"/oauth2/logout?client_id={self.client.identifier}"
        self.assertEqual(response.headers["Location"], expected)

    def test_no_form_of_another_site_makes_a_session(self):
        for route in ("logout", "authorize"):
            for query in ("", "?db=nope", "?client_id=nobody"):
                self.opener.cookies.clear()
                response = self.url_open(
                    f"/oauth2/{route}{query}",
                    data={"oauth_decision": "x"},
                    allow_redirects=False,
                )
                with self.subTest(route=route, query=query):
                    self.assertIn(response.status_code, (303, 400, 404))
                    self.assertNotIn("Set-Cookie", response.headers)

    def test_without_anything_it_signs_out_and_says_so(self):
        self.assertIn("You are signed out", self.logout().text)
        self.sign_in()
        page = self.press(self.logout(), "logout")
        self.assertIn("You are signed out", page.text)

    def test_clients_are_told_of_a_logout(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        tokens = self.get_tokens(told, secret)
        claims = self.verify_token(tokens["id_token"], told.identifier)
        self.assertEqual(
            self.bearer("tokeninfo", tokens["access_token"]).status_code, 200
        )
        self.logout(id_token_hint=hint)
        queue = self.env["oauth.provider.logout"].search([])
        self.assertEqual(queue.client_id, told)
        # What hangs on the session of a client that is told ends with it
        self.assertEqual(
            self.bearer("tokeninfo", tokens["access_token"]).status_code, 401
        )
        token = self.verify_token(queue._make_token(), told.identifier)
        self.assertEqual((token["sub"], token["sid"]), (claims["sub"], claims["sid"]))
        self.assertEqual(
            token["events"], {"http://schemas.openid.net/event/backchannel-logout": {}}
        )
        self.assertNotIn("nonce", token)
        again = self.verify_token(queue._make_token(), told.identifier)
        self.assertNotEqual(token["jti"], again["jti"])

    def test_access_for_the_time_of_absence_survives_a_logout(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel",
            scope_ids=[Command.set(self.scopes("openid", "offline_access").ids)],
        )
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        token = self.get_tokens(told, secret)["access_token"]
        self.logout(id_token_hint=hint)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_a_code_from_before_a_logout_ends_with_it(self):
        address = "https://client.example.com/backchannel"
        for uri, codes, status in (
            (address, ("openid",), 400),
            (address, ("openid", "offline_access"), 200),
            (False, ("openid",), 200),
        ):
            client, secret = self.create_client(
                backchannel_logout_uri=uri,
                scope_ids=[Command.set(self.scopes(*codes).ids)],
            )
            self.sign_in()
            hint = self.get_tokens()["id_token"]
            code = self.get_code(client)
            self.logout(id_token_hint=hint)
            with self.subTest(uri=uri, codes=codes):
                answer = self.redeem(code, client, secret)
                self.assertEqual(answer.status_code, status, answer.text)

    def test_a_refresh_token_from_the_moment_of_a_logout_ends_with_it(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        refresh_token = self.get_tokens(told, secret)["refresh_token"]
        record = self.env["oauth.provider.refresh.token"].find(refresh_token)
        # As if it had been stored while the session ended
        record.session_id.ended_at = fields.Datetime.now()
        data = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        self.assertEqual(self.post("token", data, told, secret).status_code, 400)

    def test_a_code_from_the_moment_of_a_logout_ends_with_it(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        code = self.get_code(told)
        record = self.env["oauth.provider.authorization.code"].find(code)
        # As if it had been stored while the session ended
        record.session_id.ended_at = fields.Datetime.now()
        self.assertFalse(record.revoked_at)
        self.assertEqual(self.redeem(code, told, secret).status_code, 400)

    def test_a_logout_writes_the_codes_which_somebody_may_just_exchange(self):
        told, _secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        hint = self.get_tokens()["id_token"]
        code = self.get_code(told)
        self.logout(id_token_hint=hint)
        record = self.env["oauth.provider.authorization.code"].find(code)
        self.assertTrue(record.revoked_at)

    def test_a_device_that_is_revoked_ends_its_sessions(self):
        told, secret = self.create_client(
            backchannel_logout_uri="https://client.example.com/backchannel"
        )
        self.sign_in()
        self.get_tokens(told, secret)
        identifier = self.opener.cookies["session_id"][:42]
        self.env["oauth.provider.session"].end_by_device([identifier])
        session = self.env["oauth.provider.session"].search([])
        self.assertTrue(session.ended_at)
        self.assertEqual(self.env["oauth.provider.logout"].search([]).client_id, told)
