# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Services outside Odoo that accept tokens of this provider."""

import jwt
from psycopg2.errors import UniqueViolation

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.modules import get_module_path
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..tools import uri_parts
from .common import OAuthCase, new_manager

API = "https://api.example.com"


def read_claims(token):
    return jwt.decode(token, options={"verify_signature": False})


@tagged("post_install", "-at_install")
class TestResourceServer(OAuthCase):
    def setUp(self):
        super().setUp()
        self.client, self.secret = self.create_client(
            "backend application", token_type="jwt"
        )
        self.Resource = self.env["oauth.provider.resource"]

    def ask(self, resource, client=None, secret=None, **data):
        """Return the answer to a request for a token for ``resource``."""
        data = {"grant_type": "client_credentials", "resource": resource, **data}
        client, secret = client or self.client, secret or self.secret
        return self.post("token", data, client, secret).json()

    def test_addresses_are_compared_as_urls(self):
        for one, same in (
            ("https://api.example.com", "https://api.example.com/"),
            ("https://api.example.com", "HTTPS://API.Example.COM:443"),
            ("http://api.example.com:80/a", "http://API.example.com/a"),
            ("https://api.example.com:/", "https://api.example.com"),
            ("https://[2001:DB8::1]:443/x", "https://[2001:db8::1]/x"),
            ("https://a.example.com?x=1", "https://a.example.com/?x=1"),
            ("api://Some-Name/x", "api://some-name/x"),
        ):
            with self.subTest(one=one):
                self.assertTrue(uri_parts.normalize(one))
                self.assertEqual(uri_parts.normalize(one), uri_parts.normalize(same))
        for other in (
            *("http://api.example.com", "https://api.example.com:444"),
            *("https://api.example.com/A", "https://api.example.com/a/"),
            *("https://api.example.com/a?", "https://api.example.com/%61"),
            "https://api.example.com./a",
        ):
            with self.subTest(other=other):
                self.assertTrue(uri_parts.normalize(other))
                self.assertNotEqual(
                    uri_parts.normalize(other), uri_parts.normalize(f"{API}/a")
                )

    def test_what_is_no_address_is_the_same_as_nothing_else(self):
        is_same = self.Resource.is_same
        self.assertTrue(is_same("an audience", "an audience"))
        for other in ("another", API, self.Provider.get_issuer(), f"{API}#"):
            self.assertFalse(is_same("an audience", other))
            self.assertFalse(is_same(other, "an audience"))

    def test_the_audience_is_what_the_service_expects(self):
        for uri in (API, f"{API.upper()}:443/v1/"):
            self.create_resource(uri, self.client)
            for sent in (uri, uri.lower(), uri_parts.normalize(uri)):
                token = self.ask(sent)["access_token"]
                self.assertEqual(read_claims(token)["aud"], uri)
                found = {"token": token}
                found = self.post("introspect", found, self.client, self.secret).json()
                self.assertEqual(found["aud"], uri)

    def test_what_cannot_be_asked_for(self):
        self.create_resource(API, self.client)
        other, secret = self.create_client("backend application")
        self.assertEqual(self.ask(API, other, secret)["error"], "invalid_target")
        for resource in (
            *(f"{API}#a", f"{API}#", f"{API}/other", "http://api.example.com"),
            *("https://user@api.example.com", "//api.example.com", "api.example.com"),
            *("/", "x", " ", "https://", "https://[", f"{API}:99999", f"{API}\\"),
            *(f"{API}/\u202e", f"{API}/é", f"{API}/\r\nX: y", "https:" + "/" * 10_000),
        ):
            with self.subTest(resource=resource):
                self.assertEqual(self.ask(resource)["error"], "invalid_target")

    def test_an_administrator_can_take_it_back(self):
        client, secret = self.create_client(token_type="jwt")
        resource = self.create_resource(API, client)
        self.sign_in()
        tokens = self.redeem(self.get_code(client, resource=API), client, secret).json()

        def refresh(value):
            data = {"grant_type": "refresh_token", "refresh_token": value}
            return self.post("token", data, client, secret).json()

        tokens = refresh(tokens["refresh_token"])
        self.assertEqual(read_claims(tokens["access_token"])["aud"], API)
        code = self.get_code(client, resource=API)
        for values in ({"active": False}, {"client_ids": [Command.clear()]}):
            resource.write(values)
            answer = refresh(tokens["refresh_token"])
            self.assertEqual(answer["error"], "invalid_target")
            answer = self.redeem(code, client, secret).json()
            self.assertEqual(answer["error"], "invalid_target")
        resource.write({"active": True, "all_clients": True})
        self.assertIn("access_token", refresh(tokens["refresh_token"]))
        self.assertIn("access_token", self.redeem(code, client, secret).json())

    def test_for_all_applications(self):
        resource = self.create_resource(API, all_clients=True)
        self.assertIn("access_token", self.ask(API))
        resource.all_clients = False
        self.assertEqual(self.ask(API)["error"], "invalid_target")
        # One that is deleted leaves the resource to nobody
        other, _secret = self.create_client()
        resource.client_ids = other
        other.unlink()
        self.assertEqual(self.ask(API)["error"], "invalid_target")
        self.client.resource_ids = resource
        self.assertIn("access_token", self.ask(API))

    def test_scopes_that_make_sense_there(self):
        scopes = self.scopes("openid", "email", "phone", "offline_access")
        values = {"scope_ids": [Command.set(scopes.ids)]}
        self.client.write(values)
        self.create_resource(
            API, all_clients=True, all_scopes=False, scope_ids=self.scopes("email").ids
        )
        self.assertEqual(self.ask(API)["scope"], "openid email offline_access")
        self.assertEqual(self.ask(API, scope="email")["scope"], "email")
        self.assertEqual(self.ask(API, scope="email phone")["error"], "invalid_scope")
        self.assertEqual(self.ask(None, scope="email phone")["scope"], "email phone")
        client, secret = self.create_client(**values)
        self.sign_in()
        url = self.authorize_url(client, resource=API, scope="openid email phone")
        page = self.url_open(url, allow_redirects=False)
        self.assertNotIn("oauth_scope.phone", page.text)
        code = self.answer(self.decide(page))[1]["code"]
        tokens = self.redeem(code, client, secret).json()
        self.assertEqual(tokens["scope"], "openid email")
        # A code for anything, and a token for this service
        code = self.get_code(client, scope="openid email phone")
        tokens = self.redeem(code, client, secret, resource=API).json()
        self.assertEqual(tokens["scope"], "openid email")
        data = {"grant_type": "refresh_token", "scope": "email phone"}
        data["refresh_token"] = tokens["refresh_token"]
        answer = self.post("token", data, client, secret).json()
        self.assertEqual(answer["scope"], "email")

    def test_a_token_for_several_has_what_each_of_them_may_have(self):
        scopes = self.scopes("openid", "email", "phone", "profile")
        self.client.scope_ids = scopes
        other, free = f"{API}/other", f"{API}/free"
        for uri, codes in ((API, ("email", "phone")), (other, ("phone", "profile"))):
            limited = {"all_scopes": False, "scope_ids": self.scopes(*codes).ids}
            self.create_resource(uri, all_clients=True, **limited)
        self.create_resource(free, all_clients=True)
        issuer = self.Provider.get_issuer()
        api = f"{issuer}/json/2"
        for resources, expected in (
            ([API], "openid email phone"),
            ([API, other], "openid phone"),
            # What Odoo itself opens does not widen what the service may have
            ([API, issuer], "openid email phone"),
            ([api, API], "openid email phone"),
            ([API, free], "openid email phone"),
            ([free, api], " ".join(scopes.list_codes())),
        ):
            with self.subTest(resources=resources):
                answer = self.ask(resources)
                self.assertEqual(set(answer["scope"].split()), set(expected.split()))
        answer = self.ask([API, issuer], scope="email profile")
        self.assertEqual(answer["error"], "invalid_scope")

    def test_what_is_no_address_of_a_service(self):
        issuer = self.Provider.get_issuer()
        for uri in (
            *("nonsense", "/relative", f"{API}#a", f"{API}/a b", "https://[x", ""),
            *("https://", f"{API}/\n", f"{API}/é", "https://a@b", "urn:a:b"),
            *(f"{API}/{'x' * 2000}", "<script>"),
            # Its own
            *(issuer, f"{issuer}/", f"{issuer.upper()}/json/2".replace("JSON", "json")),
        ):
            with self.subTest(uri=uri), self.assertRaises(ValidationError):
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint():
                    self.create_resource(uri)
        resource = self.create_resource(API)
        with self.assertRaises(ValidationError):
            resource.compared_uri = "https://other.example.com/"
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.create_resource("HTTPS://api.example.com:443/")

    def test_a_copy_is_another_one(self):
        resource = self.create_resource(API, self.client)
        copy = resource.copy()
        self.assertNotEqual(copy.compared_uri, resource.compared_uri)
        self.assertEqual(copy.client_ids, self.client)
        self.assertTrue(resource.copy().exists())

    def test_changes_are_events(self):
        events = self.env["oauth.provider.event"]
        resource = self.create_resource(API)
        resource.all_clients = True
        resource.client_ids = self.client
        resource.unlink()
        reasons = events.search([("kind", "=", "resource_changed")], order="id")
        self.assertEqual(
            [reason.split(": ", 1)[1] for reason in reasons.mapped("reason")],
            [
                "created",
                "all applications switched on",
                "applications: added Test",
                "deleted",
            ],
        )

    def test_who_may_see_and_change_them(self):
        resource = self.create_resource(API)
        person = new_test_user(self.env, "resource_person", "base.group_user")
        for call in (
            lambda one: one.read(["uri"]),
            lambda one: one.write({"all_clients": True}),
            lambda one: one.create({"name": "R", "uri": f"{API}/2"}),
            lambda one: one.unlink(),
            lambda one: one.search([]).read(["name"]),
        ):
            with self.assertRaises(AccessError):
                call(resource.with_user(person))

    def test_a_manager_opens_nothing_for_a_trusted_application(self):
        client, _secret = self.create_client(skip_authorization=True)
        plain, _secret = self.create_client()
        # No backend application that acts as another user than the manager
        self.client.unlink()
        manager = new_manager(self.env)
        free, used = self.create_resource(API), self.create_resource(f"{API}/2", client)
        archived = self.create_resource(f"{API}/3", client, active=False)
        limited = self.create_resource(f"{API}/6", client, all_scopes=False)
        free, used, archived, limited = (
            one.with_user(manager) for one in (free, used, archived, limited)
        )
        for name, change in {
            "link": lambda: free.write({"client_ids": [Command.link(client.id)]}),
            "all": lambda: free.write({"all_clients": True}),
            "address": lambda: used.write({"uri": f"{API}/4"}),
            "scopes": lambda: used.write(
                {"scope_ids": [Command.link(self.scopes("phone").id)]}
            ),
            "all scopes": lambda: limited.write({"all_scopes": True}),
            "again": lambda: archived.write({"active": True}),
            "client": lambda: client.with_user(manager).write(
                {"resource_ids": [Command.link(free.id)]}
            ),
            "new": lambda: free.create(
                {"name": "R", "uri": f"{API}/5", "client_ids": [(4, client.id)]}
            ),
        }.items():
            with self.subTest(change=name), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    change()
        free.write({"client_ids": [Command.link(plain.id)]})
        used.write({"client_ids": [Command.clear()]})

    def test_texts_become_records(self):
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.10.0"
        script = load_script(f"{path}/post-resources.py", "oauth_resources")
        cr = self.env.cr
        cr.execute("ALTER TABLE oauth_provider_client ADD COLUMN resource_uris text")
        other, _secret = self.create_client()
        archived, _secret = self.create_client()
        archived.active = False
        issuer = self.Provider.get_issuer()
        for client, text in (
            (self.client, f"{API}\n\n  https://b.example.com/x \n{issuer}/json/2"),
            (other, f"{API.upper().replace('HTTPS', 'https')}/\r\nhttps://ü.example"),
            (archived, f"{API}\n{API}/{'x' * 3000}"),
        ):
            self.env.flush_all()
            query = "UPDATE oauth_provider_client SET resource_uris = %s WHERE id = %s"
            cr.execute(query, (text, client.id))
        # The second run finds nothing to do
        for _number in range(2):
            with mute_logger("oauth_resources"):
                script.migrate(cr, "19.0.1.9.0")
            self.env.invalidate_all()
            found = self.Resource.search([])
            self.assertEqual(
                {one.uri: one.client_ids for one in found},
                {
                    API: self.client | other | archived,
                    "https://b.example.com/x": self.client,
                },
            )
            self.assertEqual(set(found.mapped("all_clients")), {False})
        self.assertEqual(read_claims(self.ask(API)["access_token"])["aud"], API)
