# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools

from odoo.tests import tagged

from ..oauth2.metadata import (
    jwks_response,
    metadata_response,
    protected_resource_response,
    protected_route_response,
)
from .common import OAuthCase

WELL_KNOWN = "/.well-known/oauth-authorization-server"


@tagged("post_install", "-at_install")
class TestMetadata(OAuthCase):
    """RFC 8414."""

    def setUp(self):
        super().setUp()
        self.Client.search([]).active = False

    def test_every_form_of_the_address_answers_the_same(self):
        database = self.env.cr.dbname
        documents = [
            self.url_open(path).json()
            for path in (
                WELL_KNOWN,
                f"{WELL_KNOWN}/oauth2/db/{database}",
                f"/oauth2/db/{database}{WELL_KNOWN}",
            )
        ]
        self.assertEqual(documents[0], documents[1])
        self.assertEqual(documents[0], documents[2])
        self.assertEqual(documents[0]["issuer"], self.Provider.get_issuer())

    def test_a_cache_tells_databases_apart(self):
        """What may be kept depends on the headers that may name the database."""
        for path in (
            "/oauth2/jwks",
            f"/oauth2/db/{self.env.cr.dbname}/jwks",
            WELL_KNOWN,
            "/.well-known/oauth-protected-resource",
            "/.well-known/oauth-protected-resource/json/2",
        ):
            expected = {"X-Odoo-Database", "Cookie"}
            if path.endswith("/json/2"):
                # Its name is that of the host by which it was asked
                expected |= {"X-Forwarded-Host", "X-Forwarded-Proto"}
            for headers in ({}, {"Origin": "https://client.example.com"}):
                response = self.url_open(path, headers=headers)
                self.assertIn("public, max-age", response.headers["Cache-Control"])
                found = {name.strip() for name in response.headers["Vary"].split(",")}
                self.assertEqual(found, expected)
        response = self.url_open("/oauth2/public_key")
        self.assertEqual(response.headers["Vary"], "X-Odoo-Database, Cookie")

    def test_it_may_be_kept_for_a_while(self):
        headers = self.url_open(WELL_KNOWN).headers
        self.assertIn("max-age", headers["Cache-Control"])
        self.assertNotIn("Pragma", headers)
        self.assertNotIn("Set-Cookie", headers)

    def test_it_tells_what_the_server_can_do(self):
        """Whatever the clients of this database use."""
        document = self.url_open(WELL_KNOWN).json()
        self.assertEqual(
            document["response_types_supported"],
            [
                *("code", "code id_token", "code id_token token", "code token"),
                *("id_token", "id_token token", "token"),
            ],
        )
        self.assertEqual(document["response_modes_supported"], ["query", "fragment"])
        self.assertEqual(
            document["grant_types_supported"],
            [
                *("authorization_code", "client_credentials", "implicit", "password"),
                "refresh_token",
            ],
        )
        for name in ("id_token", "userinfo"):
            algorithms = document[f"{name}_signing_alg_values_supported"]
            self.assertEqual(algorithms, ["RS256", "ES256", "EdDSA"])
        self.assertEqual(document["code_challenge_methods_supported"], ["S256"])
        self.assertIs(document["authorization_response_iss_parameter_supported"], True)
        self.assertNotIn(
            "none", document["introspection_endpoint_auth_methods_supported"]
        )
        for application_type in ("web", "mobile", "backend"):
            self.create_client(
                f"{application_type} application",
                id_token_signed_response_alg="ES256",
            )
        self.assertEqual(self.url_open(WELL_KNOWN).json(), document)

    def test_it_costs_the_same_with_many_clients(self):
        self.create_client()
        self.url_open(WELL_KNOWN)

        def count():
            self.env.invalidate_all()
            self.env.flush_all()
            # What the worker keeps from before, the new clients have emptied
            self.env.registry.clear_cache()
            start = self.cr.sql_log_count
            metadata_response(self.env)
            return self.cr.sql_log_count - start

        few = count()
        for _number in range(20):
            self.create_client()
        self.assertLessEqual(count(), few)

    def test_the_documents_are_kept_by_the_worker(self):
        api = functools.partial(protected_route_response, path="/json/2")
        protected = protected_resource_response
        for make in (metadata_response, jwks_response, protected, api):
            make(self.env)
            self.env.invalidate_all()
            start = self.cr.sql_log_count
            make(self.env)
            # The name of the company, where it is told
            is_told = make is protected
            self.assertLessEqual(self.cr.sql_log_count - start, 3 * is_told)

    def test_a_changed_configuration_is_told_at_once(self):
        scope = self.env["oauth.provider.scope"].create({"name": "New", "code": "new"})

        def listed():
            return set(metadata_response(self.env).body["scopes_supported"])

        before = listed()
        self.assertNotIn("new", before)
        scope.is_published = True
        self.assertEqual(listed(), before | {"new"})
        scope.code = "newer"
        self.assertEqual(listed(), before | {"newer"})
        self.assertNotIn(scope.copy().code, listed())
        scope.is_published = False
        self.assertEqual(listed(), before)

    def test_the_scopes_of_the_addon_are_listed_in_their_order(self):
        self.env["oauth.provider.scope"].create({"name": "New", "code": "new"})
        codes = ["openid", "profile", "email", "phone", "address", "groups"]
        codes.append("offline_access")
        document = self.url_open(WELL_KNOWN).json()
        self.assertEqual(document["scopes_supported"], codes)

    def test_changing_what_is_listed_is_an_event(self):
        scope = self.env["oauth.provider.scope"].create({"name": "New", "code": "new"})
        scope.is_published = True
        event = self.env["oauth.provider.event"].search([], order="id desc", limit=1)
        self.assertEqual(event.kind, "scope_changed")
        self.assertEqual(event.reason, "new: listed in discovery switched on")

    def test_the_endpoints_follow_the_issuer(self):
        parameters = self.env["ir.config_parameter"]
        for issuer, token in (
            ("https://odoo.example.com", "https://odoo.example.com/oauth2/token"),
            (
                "https://odoo.example.com/oauth2/db/one",
                "https://odoo.example.com/oauth2/db/one/token",
            ),
        ):
            parameters.set_param("oauth_provider.issuer", issuer)
            document = self.url_open(WELL_KNOWN).json()
            self.assertEqual(document["issuer"], issuer)
            self.assertEqual(document["token_endpoint"], token)

    def test_every_endpoint_that_is_named_is_there(self):
        issuer = self.base_url()
        self.env["ir.config_parameter"].set_param("oauth_provider.issuer", issuer)
        document = self.url_open(WELL_KNOWN).json()
        for name, url in document.items():
            if name.endswith("_endpoint"):
                with self.subTest(name=name):
                    self.assertNotEqual(self.url_open(url).status_code, 404)
