# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Resource indicators, companies, and what a person has to agree to."""

import jwt
from lxml import html

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .test_json2 import Json2Case

ELSEWHERE = "https://api.example.com"


@tagged("post_install", "-at_install")
class TestResource(Json2Case):
    def test_a_token_for_another_resource_opens_nothing_here(self):
        client, secret = self.create_client("backend application", token_type="jwt")
        self.create_resource(ELSEWHERE, client)
        data = {"grant_type": "client_credentials", "resource": ELSEWHERE}
        token = self.post("token", data, client, secret).json()["access_token"]
        self.assertEqual(self.verify_token(token, ELSEWHERE)["aud"], ELSEWHERE)
        for route in ("tokeninfo", "userinfo", "otherinfo"):
            self.assertEqual(self.bearer(route, token).status_code, 401)
        self.assertEqual(self.call(token, "search", domain=[]).status_code, 401)
        found = self.post("introspect", {"token": token}, client, secret).json()
        self.assertEqual(found["aud"], ELSEWHERE)
        data["resource"] = self.Provider.get_issuer()
        token = self.post("token", data, client, secret).json()["access_token"]
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_the_resource_of_the_authorization_holds(self):
        client, secret = self.create_client(token_type="jwt")
        self.create_resource(ELSEWHERE, client)
        self.sign_in()
        code = self.get_code(client, resource=ELSEWHERE)
        own = self.Provider.get_issuer()
        refused = self.redeem(code, client, secret, resource=own)
        self.assertEqual(refused.json()["error"], "invalid_target")
        tokens = self.redeem(code, client, secret).json()
        claims = jwt.decode(tokens["access_token"], options={"verify_signature": False})
        self.assertEqual(claims["aud"], ELSEWHERE)
        data = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        refused = self.post("token", {**data, "resource": own}, client, secret)
        self.assertEqual(refused.json()["error"], "invalid_target")
        renewed = self.post("token", data, client, secret).json()["access_token"]
        claims = jwt.decode(renewed, options={"verify_signature": False})
        self.assertEqual(claims["aud"], ELSEWHERE)

    def test_unknown_resources(self):
        client, secret = self.create_client("backend application")
        for resource in ("https://evil.example.com", "nonsense", "https://a#b"):
            data = {"grant_type": "client_credentials", "resource": resource}
            answer = self.post("token", data, client, secret)
            self.assertEqual(answer.json()["error"], "invalid_target")
        web, _secret = self.create_client()
        url = self.authorize_url(web, resource="https://evil.example.com")
        answer = self.answer(self.url_open(url, allow_redirects=False))[1]
        self.assertEqual(answer["error"], "invalid_target")

    def test_metadata_of_the_protected_resource(self):
        for path in ("", "/json/2", f"/json/2?db={self.env.cr.dbname}"):
            address = f"/.well-known/oauth-protected-resource{path}"
            document = self.url_open(address).json()
            # What it was asked for (RFC 9728 section 3.3)
            self.assertEqual(document["resource"], self.Provider.get_issuer() + path)
            self.assertEqual(
                document["authorization_servers"], [self.Provider.get_issuer()]
            )
            # No scope of the addon opens anything of Odoo's API
            self.assertEqual("openid" in document.get("scopes_supported", ()), not path)

    def test_a_token_for_the_api_that_the_challenge_describes(self):
        client, secret = self.create_client("backend application", token_type="jwt")
        database = self.env.cr.dbname
        base = self.Provider.get_issuer()
        for issuer, path in (
            (base, "/json/2"),
            (f"{base}/oauth2/db/{database}", f"/json/2?db={database}"),
        ):
            parameters = self.env["ir.config_parameter"]
            parameters.set_param("oauth_provider.issuer", issuer)
            described = f"{base}/.well-known/oauth-protected-resource{path}"
            for token in ("x", ""):
                refused = self.call(token, "search", domain=[])
                self.assertEqual(refused.status_code, 401)
                challenge = refused.headers["WWW-Authenticate"]
                self.assertIn(f'resource_metadata="{described}"', challenge)
            document = self.url_open(described.removeprefix(base)).json()
            self.assertEqual(document["resource"], base + path)
            self.assertEqual(document["authorization_servers"], [issuer])
            for resource in (document["resource"], f"{base}/json/2", issuer):
                data = {"grant_type": "client_credentials", "resource": resource}
                answer = self.post("token", data, client, secret).json()
                token = answer["access_token"]
                claims = jwt.decode(token, options={"verify_signature": False})
                self.assertEqual(claims["aud"], resource)
                self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)

    def test_a_person_chooses_the_companies(self):
        first = self.user.company_id
        second = self.env["res.company"].create({"name": "Second Company"})
        self.user.company_ids |= second
        self.inside[0].company_id = first
        self.inside[1].company_id = second
        scope = self.create_api_scope(api_read=True)
        client, secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        self.sign_in()
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertIn("Second Company", page.text)
        response = self.decide(page, untick=[f"oauth_company.{first.id}"])
        code = self.answer(response)[1]["code"]
        token = self.redeem(code, client, secret).json()["access_token"]
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertEqual(grant.allowed_company_ids, second)
        for context in ({}, {"allowed_company_ids": [first.id, second.id]}):
            found = self.call(token, "search", domain=[], context=context).json()
            self.assertEqual(found, self.inside[1].ids)
        found = self.bearer("otherinfo", token, model="res.partner").json()
        self.assertEqual(set(found), {str(self.inside[1].id)})
        self.check_full_access(second)
        # All of them means those of tomorrow as well
        page = self.url_open(
            self.authorize_url(client, prompt="consent"), allow_redirects=False
        )
        self.decide(page)
        self.assertFalse(grant.allowed_company_ids)
        # Nobody is asked who has one company, nor where no records are opened
        plain, _secret = self.create_client()
        page = self.url_open(self.authorize_url(plain), allow_redirects=False)
        self.assertNotIn("Second Company", page.text)

    def check_full_access(self, company):
        """No context, wherever it is, opens another company than the one chosen."""
        scope = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        client, secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        first = self.user.company_id
        response = self.decide(page, untick=[f"oauth_company.{first.id}"])
        code = self.answer(response)[1]["code"]
        token = self.redeem(code, client, secret).json()["access_token"]
        every = {"allowed_company_ids": [first.id, company.id]}
        tag = self.env["res.partner.category"].create({"name": "Both"})
        self.inside.category_id = tag
        ids = self.inside.ids
        for context in ({}, every, {"lang": "en_US"}):
            arguments = {"domain": [["id", "in", ids]], "context": context}
            found = self.call(token, "search", **arguments).json()
            self.assertEqual(found, self.inside[1].ids)
        wish = {"partner_ids": {"context": every, "fields": {"name": {}}}}
        found = self.call(
            token, "web_read", "res.partner.category", ids=tag.ids, specification=wish
        )
        self.assertNotIn(self.inside[0].name, found.text)

    def test_what_changes_something_is_never_ticked_nor_silent(self):
        harmless = self.create_api_scope("harmless", api_read=True)
        writing = self.create_api_scope("writing", api_write=True)
        everything = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        scopes = harmless | writing | everything
        client, secret = self.create_client(
            scope_ids=[Command.set(scopes.ids)], skip_authorization=True
        )
        self.sign_in()
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        boxes = html.fromstring(page.content).xpath("//input[@type='checkbox']")
        ticked = {box.get("name"): "checked" in box.attrib for box in boxes}
        self.assertEqual(
            ticked,
            {
                "oauth_scope.harmless": True,
                "oauth_scope.writing": False,
                "oauth_scope.all": False,
            },
        )
        self.assertIn("as if it were you", page.text)
        self.assertIn("Contact: change", page.text)
        self.assertIn("2 of your records: Name", page.text)
        self.decide(page, untick=["oauth_scope.writing", "oauth_scope.all"])
        code = self.get_code(client)
        token = self.redeem(code, client, secret).json()
        self.assertEqual(token["scope"], "harmless")

    def test_use_is_noted_once_a_minute(self):
        client, secret = self.create_client()
        self.sign_in()
        self.redeem(self.get_code(client), client, secret)
        grant = self.env["oauth.provider.grant"].find_live(client, self.user)
        self.assertFalse(grant.last_used)
        # What the request leaves for afterwards
        hooks = self.env.cr.postcommit
        hooks.clear()
        grant.record_use()
        self.assertEqual(len(hooks._funcs), 1)
        hooks.run()
        grant.invalidate_recordset()
        self.assertTrue(grant.last_used)
        self.assertLessEqual(grant.last_used, fields.Datetime.now())
        grant.record_use()
        self.assertFalse(hooks._funcs)

    def test_a_change_says_who_made_it(self):
        scope = self.create_api_scope(api_write=True)
        token = self.get_token(scope)
        record = self.env["oauth.provider.token"].find(token)
        self.assertEqual(record.get_context()["oauth_client"], record.client_id.name)
        self.call(token, "write", ids=self.inside[0].ids, vals={"name": "N"})
        self.assertEqual(self.inside[0].write_uid, self.user)
