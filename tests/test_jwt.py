# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Access tokens that are JSON Web Tokens (RFC 9068), over the wire."""

import jwt

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools import signing_key
from .common import OAuthCase

GRANT = {"grant_type": "client_credentials"}


@tagged("post_install", "-at_install")
class TestJWT(OAuthCase):
    def create_backend(self, **values):
        return self.create_client("backend application", token_type="jwt", **values)

    def get_token(self, client, secret):
        response = self.post("token", GRANT, client, secret)
        return response.json()["access_token"]

    def test_what_is_in_a_token(self):
        client, secret = self.create_backend(jwt_audience="https://api.example.com")
        token = self.get_token(client, secret)
        header = jwt.get_unverified_header(token)
        self.assertEqual((header["typ"], header["alg"]), ("at+jwt", "RS256"))
        claims = self.verify_token(token, "https://api.example.com")
        self.assertEqual(claims["client_id"], client.identifier)
        self.assertEqual(claims["sub"], client.generate_user_id(self.user))
        self.assertEqual(set(claims["scope"].split()), {"openid", "profile", "email"})
        self.assertEqual(claims["exp"] - claims["iat"], client.access_token_lifetime)
        second = self.verify_token(
            self.get_token(client, secret), "https://api.example.com"
        )
        # Two of one second are two tokens
        self.assertNotEqual(claims["jti"], second["jti"])

    def test_it_works_here_and_can_be_revoked_here(self):
        client, secret = self.create_backend()
        token = self.get_token(client, secret)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        # Nothing but what was issued counts: not even our own signature
        key = self.env["oauth.provider.key"].ensure()
        claims = jwt.decode(token, options={"verify_signature": False})
        forged = key.sign({**claims, "jti": "other"}, typ="at+jwt")
        self.assertEqual(self.bearer("tokeninfo", forged).status_code, 401)
        self.post("revoke_token", {"token": token}, client, secret)
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 401)

    @mute_logger("odoo.http")
    def test_what_the_token_says_of_its_audience_holds_here_too(self):
        api, issuer = "https://api.example.com", self.Provider.get_issuer()
        client, secret = self.create_client(token_type="jwt", jwt_audience=api)
        self.create_resource("https://x.example.com", client)
        self.sign_in()
        data = {"grant_type": "refresh_token"}
        for resource, audience, status in (
            (None, api, 401),
            ("https://x.example.com", "https://x.example.com", 401),
            (issuer, issuer, 200),
        ):
            with self.subTest(resource=resource):
                code = self.get_code(client)
                values = {"resource": resource} if resource else {}
                tokens = self.redeem(code, client, secret, **values).json()
                data["refresh_token"] = tokens["refresh_token"]
                renewed = self.post("token", data, client, secret).json()
                for token in (tokens["access_token"], renewed["access_token"]):
                    self.verify_token(token, audience)
                    answer = self.post("introspect", {"token": token}, client, secret)
                    self.assertEqual(answer.json()["aud"], audience)
                    for route in ("tokeninfo", "userinfo", "otherinfo?model=res.users"):
                        self.assertEqual(self.bearer(route, token).status_code, status)
                    call = self.url_open(
                        "/json/2/res.users/search",
                        json={"domain": []},
                        headers={"Authorization": f"Bearer {token}"},
                    )
                    self.assertEqual(call.status_code, status if status == 401 else 403)
        # Without one of its own, the issuer's
        client.jwt_audience = False
        token = self.redeem(self.get_code(client), client, secret).json()
        answer = self.post(
            "introspect", {"token": token["access_token"]}, client, secret
        )
        self.assertEqual(answer.json()["aud"], issuer)
        self.verify_token(token["access_token"], issuer)
        self.assertEqual(
            self.bearer("userinfo", token["access_token"]).status_code, 200
        )

    def test_every_algorithm_with_the_right_key(self):
        for algorithm in signing_key.ALGORITHMS:
            with self.subTest(algorithm=algorithm):
                client, secret = self.create_backend(jwt_algorithm=algorithm)
                token = self.get_token(client, secret)
                self.assertEqual(jwt.get_unverified_header(token)["alg"], algorithm)
                if signing_key.is_symmetric(algorithm):
                    shared = client.jwt_key_ids.private_key
                    jwt.decode(
                        token, shared, [algorithm], audience=self.Provider.get_issuer()
                    )
                    self.assertFalse(client.jwt_public_key)
                else:
                    self.verify_token(token, self.Provider.get_issuer(), [algorithm])

    def test_an_own_key_and_its_successor(self):
        client, secret = self.create_backend(jwt_algorithm="ES384")
        database_key = client.jwt_public_key
        self.assertFalse(client.generate_private_key())
        self.assertNotEqual(client.jwt_public_key, database_key)
        first = self.get_token(client, secret)
        client.generate_private_key()
        second = self.get_token(client, secret)
        for token in (first, second):
            self.verify_token(token, self.Provider.get_issuer(), ["ES384"])
            self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        self.assertNotEqual(
            jwt.get_unverified_header(first)["kid"],
            jwt.get_unverified_header(second)["kid"],
        )

    def test_a_shared_secret_is_shown_once(self):
        client, _secret = self.create_backend(jwt_algorithm="HS256")
        action = client.action_generate_private_key()
        shown = action["context"]["default_secret"]
        self.assertEqual(client._find_jwt_key().private_key, shown)
        self.assertFalse(client.jwt_private_key)
        published = self.url_open("/oauth2/jwks").text
        self.assertNotIn(shown, published)

    def test_a_rotation_between_two_requests_breaks_nobody(self):
        client, secret = self.create_backend()
        web, web_secret = self.create_client()
        self.sign_in()
        tokens = self.redeem(self.get_code(web), web, web_secret).json()
        before = self.get_token(client, secret)
        self.env["oauth.provider.key"].ensure().action_rotate()
        after = self.get_token(client, secret)
        self.verify_token(tokens["id_token"], web.identifier)
        for token in (before, after):
            self.verify_token(token, self.Provider.get_issuer())
            self.assertEqual(self.bearer("userinfo", token).status_code, 200)
        url = self.authorize_url(web, id_token_hint=tokens["id_token"])
        answer = self.answer(self.url_open(url, allow_redirects=False))[1]
        self.assertIn("code", answer)

    def test_data_of_a_scope_in_the_token(self):
        model = self.env["ir.model"]._get("res.users")
        names = model.field_id.filtered(lambda f: f.name in ("name", "company_id"))
        scope = self.env["oauth.provider.scope"].create(
            {
                "name": "Company",
                "code": "company",
                "model_id": model.id,
                "field_ids": [Command.set(names.ids)],
            }
        )
        client, secret = self.create_backend(jwt_scope_id=scope.id)
        claims = self.verify_token(
            self.get_token(client, secret), self.Provider.get_issuer()
        )
        # The client may not have the scope
        self.assertNotIn("company_id", claims)
        client.scope_ids |= scope
        claims = self.verify_token(
            self.get_token(client, secret), self.Provider.get_issuer()
        )
        self.assertEqual(claims["name"], self.user.name)
        self.assertEqual(claims["company_id"], self.user.company_id.display_name)
        self.assertNotIn("id", claims)

    def test_data_never_replace_what_the_provider_says(self):
        model = self.env["ir.model"]._get("res.users")
        self.env["ir.model.fields"].create(
            {"name": "x_sub", "model_id": model.id, "ttype": "char"}
        )
        scope = self.env["oauth.provider.scope"].create(
            {"name": "Data", "code": "data", "model_id": model.id}
        )
        client, secret = self.create_backend(
            jwt_scope_id=scope.id, scope_ids=[Command.set(scope.ids)]
        )
        hostile = {"sub": "admin", "iss": "https://evil", "aud": "x", "exp": 1, "a": 2}
        self.patch(
            self.env.registry["oauth.provider.scope"],
            "get_data_for_model",
            lambda *_arguments, **_options: dict(hostile),
        )
        claims = self.verify_token(
            self.get_token(client, secret), self.Provider.get_issuer()
        )
        self.assertEqual(claims["sub"], client.generate_user_id(self.user))
        self.assertEqual(claims["a"], 2)

    def test_the_public_key_of_one_client(self):
        client, _secret = self.create_backend()
        response = self.url_open(f"/oauth2/public_key?client_id={client.identifier}")
        self.assertEqual(response.text, client.jwt_public_key)
        self.assertIn("BEGIN PUBLIC KEY", response.text)
        other, _secret = self.create_client()
        for identifier in (other.identifier, "nobody", ""):
            response = self.url_open(f"/oauth2/public_key?client_id={identifier}")
            self.assertEqual((response.status_code, response.text), (200, ""))

    def test_keys_are_cached_and_asked_for_again_cheaply(self):
        for address in ("/oauth2/jwks", "/.well-known/openid-configuration"):
            response = self.url_open(address)
            self.assertIn("public, max-age=", response.headers["Cache-Control"])
            tag = {"If-None-Match": response.headers["ETag"]}
            again = self.url_open(address, headers=tag)
            self.assertEqual((again.status_code, again.content), (304, b""))
        self.assertNotIn('"d"', self.url_open("/oauth2/jwks").text)


@tagged("post_install", "-at_install")
class TestJwtCompanies(OAuthCase):
    """A signed token says no more of the companies than the userinfo address does."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.left_out = cls.user.company_id
        hidden, shown = cls.env["res.country"].create(
            [
                {"name": label, "code": code, "vat_label": label}
                for label, code in (("hidden", "X1"), ("shown", "X2"))
            ]
        )
        cls.left_out.country_id = hidden
        cls.chosen = cls.env["res.company"].create(
            {"name": "Chosen", "country_id": shown.id}
        )
        cls.user.company_ids |= cls.chosen
        get = cls.env["ir.model.fields"]._get
        cls.companies_field = get("res.users", "company_ids")
        cls.scope = cls.env["oauth.provider.scope"].create(
            {
                "name": "S",
                "code": "own",
                "model_id": cls.env["ir.model"]._get_id("res.users"),
                # Its value depends on the company, in every module
                "field_ids": [Command.link(get("res.users", "vat_label").id)],
            }
        )
        cls.client, cls.secret = cls.create_client(
            token_type="jwt",
            jwt_scope_id=cls.scope.id,
            scope_ids=[Command.set(cls.scope.ids)],
        )
        cls.grant = cls.env["oauth.provider.grant"].ensure(cls.client, cls.user)
        cls.grant.consent(cls.scope, cls.scope)

    def get_data(self):
        """Return what a new token and the userinfo address tell of the user (dicts)."""
        _record, value = self.env["oauth.provider.refresh.token"].issue(
            client=self.client,
            user=self.user,
            grant=self.grant,
            scopes=self.scope,
            lifetime=600,
        )
        data = {"grant_type": "refresh_token", "refresh_token": value}
        token = self.post("token", data, self.client, self.secret).json()
        token = token["access_token"]
        claims = jwt.decode(token, options={"verify_signature": False})
        names = ("vat_label", "company_ids")
        told = {name: claims[name] for name in names if name in claims}
        return told, self.bearer("userinfo", token).json()

    def test_all_companies(self):
        self.scope.field_ids |= self.companies_field
        self.grant.consent(self.scope, self.scope)
        told, userinfo = self.get_data()
        self.assertEqual(told["vat_label"], "hidden")
        self.assertEqual(set(told["company_ids"]), set(self.user.company_ids.ids))
        self.assertEqual(set(userinfo), {"sub", "id", "vat_label", "company_ids"})

    def test_only_the_chosen_company(self):
        self.grant.limit_to_companies(self.chosen)
        told, userinfo = self.get_data()
        self.assertEqual((told["vat_label"], userinfo["vat_label"]), ("shown", "shown"))

    def test_the_own_company_comes_first_among_the_chosen(self):
        self.user.company_ids |= self.env["res.company"].create({"name": "Other"})
        self.grant.limit_to_companies(self.left_out | self.chosen)
        told, userinfo = self.get_data()
        self.assertEqual(
            (told["vat_label"], userinfo["vat_label"]), ("hidden", "hidden")
        )

    def test_not_which_companies_there_are(self):
        self.scope.field_ids |= self.companies_field
        self.grant.consent(self.scope, self.scope)
        self.grant.limit_to_companies(self.chosen)
        told, userinfo = self.get_data()
        # Reading them fails for the company that was left out: both do without
        self.assertEqual(told, {"vat_label": "shown"})
        self.assertEqual(set(userinfo), {"sub", "id", "vat_label"})

    def test_nothing_once_no_company_is_left(self):
        self.grant.limit_to_companies(self.chosen)
        self.user.company_ids -= self.chosen
        self.assertTrue(self.grant.is_without_company())
        told, userinfo = self.get_data()
        self.assertEqual((told, list(userinfo)), ({}, ["sub"]))
