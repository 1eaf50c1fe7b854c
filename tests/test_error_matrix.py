# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Every error that applications or their browsers are answered is on the one list.

A matrix of bad input to every route for them: each parameter missing, empty, wrong and
twice, each method, other types of a body, other credentials, each way in which a token
or code is bad. Each answer that is an error has a cause of the list, whose error code
it has, and an event says so.
"""

import ast
import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from ..oauth2.client_assertion import ASSERTION_TYPE
from ..tools.causes import CAUSES
from ..tools.key_encryption import SigningUnavailableError
from .common import REDIRECT_URI, new_manager
from .error_matrix_case import METHODS, WRONG, ErrorMatrixCase

#: What is asked for in the parameter claims.
ACR = '{"id_token": {"acr": {"essential": true, "value": "x"}}}'
SUBJECT = '{"id_token": {"sub": {"value": "x"}}}'
#: Causes that need more than bad input, and the tests that bring them about.
ELSEWHERE = {
    "broken_filter": ("test_broken_filter", "test_the_event_of_a_refusal"),
    "no_file": ("test_content", "test_a_file_that_is_lost"),
    "interaction": ("test_person_part", "test_an_addon_may_ask_for_something_first"),
    "other": ("test_refusals", "test_a_flood_has_a_bounded_number_of_rows_and_lines"),
}
#: What would be a gap in the list.
NEVER = {"unexpected"}


@tagged("post_install", "-at_install")
class TestErrorMatrix(ErrorMatrixCase):
    # The parts

    def ask_token(self):
        password = {
            **self.get_pair(self.legacy, self.legacy_secret),
            **self.password_data("openid"),
        }
        refresh = {
            **self.get_pair(self.web, self.web_secret),
            "grant_type": "refresh_token",
            "refresh_token": "x",
            "scope": "openid",
        }
        code = {
            **self.get_pair(self.web, self.web_secret),
            "grant_type": "authorization_code",
            "code": "x",
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
        }
        backend = {
            **self.get_pair(self.backend, self.backend_secret),
            "grant_type": "client_credentials",
            "scope": "openid",
            "resource": "https://odoo.example.com",
        }
        for base in (password, refresh, code, backend):
            for data in self.vary(base):
                self.send("POST", "/oauth2/token", data, cookies={})
        self.ask_with_codes()
        for client in (self.web, self.backend, self.legacy, self.mobile, self.public):
            for grant in ("implicit", "password", "client_credentials"):
                data = {"grant_type": grant, "client_id": client.identifier}
                self.send("POST", "/oauth2/token", data.items(), cookies={})

    def ask_with_codes(self):
        """Exchange codes and refresh tokens, of which each is bad in another way."""
        self.web.refresh_token_grace = 0
        codes = self.env["oauth.provider.authorization.code"]
        ends = {
            "used": lambda _found: None,
            "expired": lambda found: found.write(
                {"expires_at": fields.Datetime.now() - timedelta(seconds=1)}
            ),
            "ended": lambda found: found.revoke_family(),
        }
        good = {
            **self.get_pair(self.web, self.web_secret),
            "grant_type": "authorization_code",
            "redirect_uri": REDIRECT_URI,
            "code_verifier": self.verifier,
        }
        other = self.get_pair(*self.create_client())
        wrong_ways = [
            {"redirect_uri": f"{REDIRECT_URI}/"},
            {"redirect_uri": None},
            {"code_verifier": "v" * 43},
            {"code_verifier": None},
            {"code_verifier": "short"},
            other,
        ]
        for wrong in wrong_ways:
            self.ask_code({**good, **wrong, "code": self.get_code(self.web)})
        tokens = []
        for name, end in ends.items():
            code = self.get_code(self.web)
            if name == "used":
                tokens.append(self.ask_code({**good, "code": code}).json())
            end(codes.find(code))
            self.env.flush_all()
            self.ask_code({**good, "code": code})
        plain = {"code_challenge": None, "code_challenge_method": None}
        self.web.pkce_required = False
        code = self.get_code(self.web, **plain)
        self.ask_code({**good, "code": code})
        self.web.pkce_required = True
        self.ask_with_refresh_tokens(good, ends, other)

    def ask_code(self, data):
        pairs = [(name, value) for name, value in data.items() if value is not None]
        return self.send("POST", "/oauth2/token", pairs, cookies={})

    def ask_with_refresh_tokens(self, good, ends, other):
        refreshing = {
            **self.get_pair(self.web, self.web_secret),
            "grant_type": "refresh_token",
        }
        for name, end in ends.items():
            code = self.get_code(self.web)
            answer = self.ask_code({**good, "code": code}).json()
            data = {**refreshing, "refresh_token": answer["refresh_token"]}
            self.ask_code({**data, **other})
            self.ask_code({**data, "scope": "openid address phone"})
            self.ask_code({**data, "resource": "https://other.example.com"})
            if name == "used":
                self.ask_code(data)
            end(self.env["oauth.provider.refresh.token"].find(data["refresh_token"]))
            self.env.flush_all()
            self.ask_code(data)

    def ask_credentials(self):
        """Every way to authenticate wrongly, at every endpoint that wants it."""
        basic, _secret = self.create_client(
            "backend application", token_endpoint_auth_method="client_secret_basic"
        )
        page = {"Origin": "https://client.example.com"}
        typed, _secret = self.create_client("backend application")
        typed.secret = "a secret that somebody has thought out"
        for route in ("token", "revoke_token", "introspect"):
            path = f"/oauth2/{route}"
            good = {"grant_type": "client_credentials", "token": "x"}
            for pair in (
                {},
                {"client_id": self.backend.identifier},
                {"client_id": "unknown"},
                {"client_id": "unknown", "client_secret": "x" * 43},
                self.get_pair(self.backend, "wrong"),
                self.get_pair(self.archived, self.archived_secret),
                self.get_pair(basic, "x"),
                self.get_pair(self.public, "x"),
                {"client_id": self.public.identifier},
                {"client_assertion": "a.b.c", "client_assertion_type": ASSERTION_TYPE},
                {"client_assertion": "a.b.c", "client_assertion_type": "x"},
                {"client_assertion": "a.b.c"},
            ):
                data = {**good, **pair}.items()
                self.send("POST", path, data, cookies={})
                self.send("POST", path, data, page, cookies={})
            for header in ("Basic !!!", "Basic YQ==", "Bearer x", "nonsense", "Basic"):
                for further in ({}, {"client_id": self.backend.identifier}):
                    self.send(
                        "POST",
                        path,
                        {**good, **further}.items(),
                        {"Authorization": header},
                        cookies={},
                    )
            self.send("POST", path, {**good, **self.get_pair(typed, "x")}.items(), page)
            self.ask_wrongly(path)
        two = {"client_secret": self.backend_secret, "client_id": "other"}
        for name in two:
            data = {"grant_type": "client_credentials", name: two[name]}
            header = self.get_basic(self.backend, self.backend_secret)
            self.send("POST", "/oauth2/token", data.items(), header, cookies={})

    def get_basic(self, client, secret):
        """Return the header (dict) by which a client authenticates."""
        with patch.object(type(self), "url_open", lambda _self, _url, **sent: sent):
            return self.post("token", {}, client, secret)["headers"]

    def ask_rate_limits(self):
        self.env["ir.config_parameter"].set_param(
            "oauth_provider.throttle_failures", "2"
        )
        self.env["oauth.provider.failure"].search([]).unlink()
        typed, _secret = self.create_client("backend application")
        typed.secret = "a secret that somebody has thought out"
        wrong = {**self.password_data("openid"), "password": "wrong"}
        for data in (
            {"grant_type": "client_credentials", **self.get_pair(typed, "x")},
            {**wrong, **self.get_pair(self.legacy, self.legacy_secret)},
        ):
            for _number in range(4):
                self.send("POST", "/oauth2/token", data.items(), cookies={})
        self.env["oauth.provider.failure"].search([]).unlink()

    def ask_revocation_and_introspection(self):
        for route, client, secret in (
            ("revoke_token", self.web, self.web_secret),
            ("introspect", self.judge, self.judge_secret),
            ("introspect", self.public, ""),
        ):
            base = {**self.get_pair(client, secret), "token": "x"}
            if not secret:
                del base["client_secret"]
            for data in self.vary({**base, "token_type_hint": "x"}):
                self.send("POST", f"/oauth2/{route}", data, cookies={})

    def ask_authorize(self):
        for client, kind in ((self.web, "code"), (self.mobile, "token")):
            base = {
                "response_type": kind,
                "client_id": client.identifier,
                "redirect_uri": REDIRECT_URI,
                "scope": "openid",
                "state": "s",
                "nonce": "n",
                "code_challenge": self.challenge,
                "code_challenge_method": "S256",
                "prompt": "none",
                "max_age": "1000",
                "claims": '{"userinfo": {}}',
                "id_token_hint": "x.y.z",
                "response_mode": "query",
            }
            for data in self.vary(base):
                self.send("GET", "/oauth2/authorize", data)
            for name in ("request", "request_uri", "registration"):
                self.send("GET", "/oauth2/authorize", [*base.items(), (name, "x")])
        self.ask_wrongly("/oauth2/authorize")
        self.send("GET", "/oauth2/authorize", [])
        for client in (self.archived, self.backend, self.legacy):
            self.send("GET", self.authorize_url(client, response_type="code"))

    def ask_silently(self, is_person=True):
        """Requests that allow no page, of somebody or nobody who is signed in."""
        group = self.env["res.groups"].create({"name": "Some"})
        few, _none = self.create_client(group_ids=[(6, 0, group.ids)])
        asked, _none = self.create_client()
        for client in (asked, few):
            for prompt in ("none", "consent"):
                if is_person:
                    # What was asked before may have signed the person out
                    self.sign_in()
                for further in (
                    {},
                    {"prompt": "none login"},
                    {"scope": "openid", "claims": ACR},
                    {"scope": "openid", "claims": SUBJECT},
                    {"max_age": "0"},
                    {"response_type": "token"},
                    {"scope": "no.such"},
                    {"scope": "openid", "response_type": "code id_token"},
                    {"resource": "https://other.example.com"},
                    {"scope": "email", "claims": '{"id_token": {}}'},
                    {"acr_values": "x"},
                    {"response_mode": "x"},
                    {"code_challenge": "x"},
                    {"code_challenge_method": "plain"},
                    {"code_challenge_method": "x"},
                    {"code_challenge": None},
                    {"code_challenge": None, "code_challenge_method": None},
                ):
                    url = self.authorize_url(client, **{"prompt": prompt, **further})
                    self.send("GET", url)

    def ask_of_people(self):
        """What a page of ours comes before: a consent, or a policy."""
        self.sign_in()
        asked, _none = self.create_client()
        page = self.url_open(self.authorize_url(asked))
        self.check("Deny", "/oauth2/authorize", self.decide(page, "deny"))
        safe, _none = self.create_client(second_factor_required=True)
        self.send("GET", self.authorize_url(safe))
        self.sign_in()
        self.send("GET", self.authorize_url(safe))
        self.sign_in()
        bare, _none = self.create_client(redirect_uri_ids=False)
        self.send("GET", self.authorize_url(bare, redirect_uri=None))
        hybrid, _none = self.create_client(hybrid_flow=True)
        for further in ({"scope": "profile", "nonce": "n"}, {"scope": "openid"}):
            kind = {"response_type": "code id_token"}
            self.send("GET", self.authorize_url(hybrid, **kind, **further))
        code = self.get_code(self.web, scope="openid")
        hint = self.redeem(code, self.web, self.web_secret).json()["id_token"]
        url = self.authorize_url(
            self.web, scope="openid", claims=SUBJECT, id_token_hint=hint
        )
        self.send("GET", url)
        # Who has just signed in for it is not asked again
        for claims in (ACR, SUBJECT):
            url = self.authorize_url(self.web, scope="openid", claims=claims)
            self.send("GET", url)
            self.sign_in()
            self.send("GET", url)

    def ask_of_servers(self):
        """What the provider or its administrator has to mend."""
        good = self.get_pair(self.backend, self.backend_secret)
        data = {**good, "grant_type": "client_credentials"}
        self.backend.user_id = acts_as = self.manager_of_backend()
        acts_as.active = False
        self.env.flush_all()
        self.send("POST", "/oauth2/token", data.items(), cookies={})
        self.backend.user_id = self.user
        for client, headers in (
            (self.create_client("legacy application", second_factor_required=True), {}),
            (
                self.create_client("legacy application", client_type="public"),
                {"Origin": "https://other.example.com"},
            ),
        ):
            pair = {"client_id": client[0].identifier}
            if client[1] and not headers:
                pair["client_secret"] = client[1]
            data = {**self.password_data("openid"), **pair}
            self.send("POST", "/oauth2/token", data.items(), headers, cookies={})
        legacy = self.get_pair(self.legacy, self.legacy_secret)
        odd = {**self.password_data("openid"), **legacy, "username": "a\nb"}
        self.send("POST", "/oauth2/token", odd.items(), cookies={})
        code = self.get_code(self.web, scope="openid")
        keys = type(self.env["oauth.provider.key"])
        broken = SigningUnavailableError("broken")
        with patch.object(keys, "find_signing", side_effect=broken):
            answer = self.redeem(code, self.web, self.web_secret)
            self.check("No key", "/oauth2/token", answer)
        self.user.active = False
        self.env.flush_all()
        odd["username"] = self.user.login
        self.send("POST", "/oauth2/token", odd.items(), cookies={})
        self.user.active = True

    def manager_of_backend(self):
        return new_manager(self.env)

    def ask_logout(self):
        base = {
            "id_token_hint": "x.y.z",
            "client_id": self.web.identifier,
            "post_logout_redirect_uri": "https://other.example.com",
            "state": "s",
        }
        for data in (*self.vary(base), [("client_id", "unknown")], [*base.items()][1:]):
            for method in ("GET", "POST"):
                self.send(method, "/oauth2/logout", data)
        self.ask_wrongly("/oauth2/logout")

    def make_tokens(self):
        """Return {what is wrong with it: access token}."""
        tokens = {"": "", "unknown": "x" * 43, "odd": "a b", "é": "é"}
        scopes = {"whole": "openid", "expired": "openid", "ended": "openid"}
        Token = self.env["oauth.provider.token"]
        for name, scope in scopes.items():
            answer = self.post(
                "token", self.password_data(scope), self.legacy, self.legacy_secret
            )
            tokens[name] = answer.json()["access_token"]
        Token.find(tokens["expired"]).expires_at = "2020-01-01"
        Token.find(tokens["ended"]).revoke_family()
        for_other = Token.issue(
            client=self.web,
            user=self.user,
            scopes=self.scopes("openid"),
            lifetime=600,
            audience="https://other.example.com",
        )
        tokens["audience"] = for_other[1]
        self.env.flush_all()
        return tokens

    def ask_information(self):
        tokens = self.make_tokens()
        for route in ("tokeninfo", "userinfo", "otherinfo"):
            path = f"/oauth2/{route}"
            self.ask_wrongly(path)
            for token in tokens.values():
                bearer = {"Authorization": f"Bearer {token}".encode()}
                for method in ("GET", "POST"):
                    self.send(method, path, [], bearer)
                    self.send(method, path, [("access_token", token)])
                    self.send(method, path, [("access_token", token)], bearer)
                    self.send(method, path, [("access_token", token)] * 2)
            for header in ("Basic !!!", "Bearer", "nonsense", "Bearer a b"):
                self.send("GET", path, [], {"Authorization": header})
        scope = self.create_api_scope("matrix")
        bearer = {"Authorization": f"Bearer {self.get_token(scope)}"}
        base = {
            "model": "res.partner",
            "limit": "1",
            "offset": "0",
            "order": "id",
            "ids": "1",
            "fields": "name",
        }
        unread = self.create_api_scope(
            "matrix.unread", "ir.config_parameter", (), filter_id=False
        )
        header = {"Authorization": f"Bearer {self.get_token(unread)}"}
        self.send("GET", path, [("model", "ir.config_parameter")], header)
        for data in (*self.vary(base), [("model", "res.users")], [("model", "base")]):
            for method in ("GET", "POST"):
                self.send(method, "/oauth2/otherinfo", data, bearer)

    def ask_api(self):
        tokens = self.make_tokens()
        scope = self.create_api_scope("matrix.api", api_read=True, api_write=True)
        tokens["scoped"] = scoped = self.get_token(scope)
        paths = ("res.partner/read", "res.users/read", "no.such/read", "res.partner/no")
        path = "/json/2/res.partner/read"
        for token in tokens.values():
            header = {
                "Authorization": f"Bearer {token}".encode(),
                "Content-Type": "application/json",
            }
            for name in paths:
                self.send("POST", f"/json/2/{name}", "{}", header)
        header = {
            "Authorization": f"Bearer {scoped}",
            "Content-Type": "application/json",
        }
        inside, outside = self.inside[0].id, self.outside.id
        for called, arguments in (
            ("read", {"ids": [inside], "fields": ["email"]}),
            ("read", {"ids": [outside], "fields": ["name"]}),
            ("read", {"ids": [10**9], "fields": ["name"]}),
            ("read", {"ids": "x"}),
            ("read", {"nonsense": 1}),
            ("read", []),
            ("write", {"ids": [inside], "vals": {"email": "x"}}),
            ("write", {"ids": [inside], "vals": {"parent_id": 1}}),
            ("create", {"vals_list": [{"name": "x"}]}),
            ("unlink", {"ids": [inside]}),
            ("search", {"domain": [["email", "=", "x"]]}),
            ("search", {"domain": "x"}),
            ("_read", {"ids": [inside]}),
            ("sudo", {"ids": [inside]}),
        ):
            body = json.dumps(arguments)
            self.send("POST", f"/json/2/res.partner/{called}", body, header)
        self.ask_api_of_records(header)
        for kind in ("text/plain", "application/x-www-form-urlencoded"):
            self.send("POST", path, "x=y", {**header, "Content-Type": kind})
        self.send("POST", path, "{", header)
        for method in METHODS:
            if method != "POST":
                self.send(method, path, headers=header)

    def ask_api_of_records(self, header):
        """Calls that a token, a right of its person or a related record forbids."""
        bank = self.env["res.bank"].create({"name": "Bank", "bic": "OLDBEBB"})
        account = self.env["res.partner.bank"].create(
            {"acc_number": "1", "partner_id": self.inside[0].id, "bank_id": bank.id}
        )
        names = ("bank_bic", "acc_number")
        rights = {"api_read": True, "api_write": True}
        scope = self.create_api_scope(
            "matrix.bank", "res.partner.bank", names, filter_id=False, **rights
        )
        header = {**header, "Authorization": f"Bearer {self.get_token(scope)}"}
        body = json.dumps({"ids": account.ids, "vals": {"bank_bic": "NEWBEBB"}})
        self.send("POST", "/json/2/res.partner.bank/write", body, header)
        scope = self.create_api_scope(
            "matrix.user", "res.company", ("name",), filter_id=False, **rights
        )
        header["Authorization"] = f"Bearer {self.get_token(scope)}"
        body = json.dumps({"ids": self.env.company.ids, "vals": {"name": "x"}})
        self.send("POST", "/json/2/res.company/write", body, header)
        code = self.get_code(self.web)
        token = self.redeem(code, self.web, self.web_secret).json()["access_token"]
        grant = self.env["oauth.provider.grant"].find_live(self.web, self.user)
        grant.write({"is_company_limited": True, "allowed_company_ids": [(5,)]})
        self.env.flush_all()
        header["Authorization"] = f"Bearer {token}"
        self.send("POST", "/json/2/res.company/read", "{}", header)
        grant.withdraw()

    def ask_protected_routes(self):
        """A route of another addon, with ``auth="oauth"`` or Odoo's ``"bearer"``."""
        # Each website has a map of its own
        websites = self.env["website"].search([]).ids if "website" in self.env else []
        rules = [
            rule
            for key in (None, *websites)
            for rule in self.env["ir.http"].routing_map(key).iter_rules()
            if rule.rule == "/web/health"
        ]
        tokens = self.make_tokens()
        for auth, scopes in (("oauth", []), ("oauth", ["address"]), ("bearer", [])):
            routing = {"auth": auth, "oauth_scopes": scopes}
            with ExitStack() as patched:
                for rule in rules:
                    patched.enter_context(patch.dict(rule.endpoint.routing, routing))
                for token in tokens.values():
                    bearer = {"Authorization": f"Bearer {token}".encode()}
                    self.send("GET", "/web/health", headers=bearer)
                for header in ("Basic !!!", "nonsense", f"Bearer {'0' * 40}"):
                    self.send("GET", "/web/health", headers={"Authorization": header})
                self.send("GET", "/web/health")

    def ask_documents(self):
        for path in (
            "/.well-known/oauth-authorization-server",
            "/.well-known/openid-configuration",
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/json/2",
            "/oauth2/jwks",
            "/oauth2/public_key",
            "/oauth2/picture",
        ):
            self.ask_wrongly(path)
            for name in ("of", "client_id", "resource"):
                for value in WRONG:
                    self.send("GET", path, [(name, value)])

    # The test

    def test_every_error_is_on_the_list(self):
        self.ask_silently(is_person=False)
        self.sign_in()
        for part in (
            self.ask_token,
            self.ask_credentials,
            self.ask_rate_limits,
            self.ask_revocation_and_introspection,
            self.ask_logout,
            self.ask_information,
            self.ask_api,
            self.ask_protected_routes,
            self.ask_documents,
            self.ask_of_people,
            self.ask_of_servers,
            self.ask_silently,
            self.ask_authorize,
        ):
            part()
        self.assertFalse(self.faults, "\n".join(["", *self.faults[:50]]))
        self.assertGreater(self.number, 1_000)
        self.assertEqual(set(CAUSES) - self.reached, set(ELSEWHERE) | NEVER)

    def test_what_is_brought_about_elsewhere(self):
        """The tests that are named have the cause in an assertion."""
        for cause, (module, name) in ELSEWHERE.items():
            tree = ast.parse((Path(__file__).parent / f"{module}.py").read_text())
            [found] = [
                node
                for node in ast.walk(tree)
                if isinstance(node, ast.FunctionDef) and node.name == name
            ]
            with self.subTest(cause):
                self.assertIn(f'"{cause}"', ast.unparse(found).replace("'", '"'))
