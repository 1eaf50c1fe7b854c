# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token may call, as OpenAPI describes it."""

import base64
import json

from odoo.tests import tagged

from ..oauth2 import openapi
from .test_content import PNG
from .test_json2 import Json2Case

ORIGIN = "https://client.example.com"
HIDDEN = ("res.partner.bank", "res.groups", "oauth.provider", "res.company")

#: Fields of a method that are not those to read.
OWN_FIELDS = {"read_group": [], "load": ["name", "ref"]}


@tagged("post_install", "-at_install")
class TestOpenAPI(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("name", "country_id", "company_id", "barcode", "type", "child_ids")
        cls.reading = cls.create_api_scope(api_read=True, names=names)
        cls.countries = cls.create_api_scope(
            code="countries", model="res.country", names=("name",), api_read=True
        )
        cls.everything = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def get(self, token, status=200, route="openapi.json", **parameters):
        response = self.bearer(route, token, **parameters)
        self.assertEqual(response.status_code, status, response.text)
        return response

    def get_document(self, token, **parameters):
        return self.get(token, **parameters).json()

    def test_the_calls_of_a_narrow_token(self):
        token = self.get_token(self.reading, self.countries)
        response = self.get(token)
        found = response.json()
        self.assertEqual(found["openapi"], "3.1.0")
        paths = found["paths"]
        self.assertIn("/json/2/res.partner/search_read", paths)
        self.assertIn("/json/2/res.country/read", paths)
        self.assertIn("/json/2/res.users/context_get", paths)
        self.assertIn("/json/2/ir.model/search_read", paths)
        for path in (
            "/json/2/res.partner/create",
            "/json/2/res.partner/write",
            "/json/2/res.users/read",
            "/json/2/ir.model/write",
        ):
            self.assertNotIn(path, paths)
        fields = found["components"]["schemas"]["ResPartner"]["properties"]
        names = {"id", "name", "country_id", "company_id", "barcode", "type"}
        self.assertEqual(fields.keys(), names | {"child_ids"})
        self.assertEqual(fields["country_id"]["x-odoo-model"], "res.country")
        self.assertNotIn("x-odoo-model", fields["company_id"])
        self.assertIn("contact", fields["type"]["anyOf"][0]["enum"])
        self.assertEqual(fields["name"]["title"], "Name")
        for name in HIDDEN:
            self.assertNotIn(name, response.text)
        for secret in ("Inside", "Outside", token):
            self.assertNotIn(secret, response.text)

    def test_each_described_call_can_be_made(self):
        """No described method is refused, and no other one is open."""
        scope = self.create_api_scope(
            code="change",
            api_create=True,
            api_write=True,
            api_methods="address_get",
            names=("name", "ref", "email"),
        )
        token = self.get_token(self.reading, self.countries, scope)
        paths = self.get_document(token)["paths"]
        arguments = {
            "data": [["Made", "in"]],
            "field_names": ["name"],
            "fields_spec": {"name": {}},
            "fields_to_export": ["name"],
            "groupby": ["name"],
            "name": "Inside",
            "grouping_sets": [["name"]],
            "fields": ["name"],
            "specification": {"name": {}},
            "operation": "read",
            "values": {"name": "Made"},
            "vals_list": [{"name": "Made", "ref": "in"}],
            "vals": {"name": "Changed"},
            "domain": [],
            "ids": self.inside.ids,
        }
        for path, item in paths.items():
            model, method = path.removeprefix("/json/2/").split("/")
            body = item["post"]["requestBody"]["content"]["application/json"]["schema"]
            sent = {one: arguments[one] for one in body.get("required", ())}
            if "groupby" in body["properties"]:
                sent["groupby"] = arguments["groupby"]
            if "ids" in sent and model != "res.partner":
                found = self.call(token, "search", model, domain=[], limit=1)
                sent["ids"] = found.json()
            if method == "onchange":
                sent["ids"] = sent["ids"][:1]
            if method == "copy":
                # The copy has to be one that the scope opens
                sent["default"] = {"ref": "in"}
            if method in OWN_FIELDS:
                sent["fields"] = OWN_FIELDS[method]
            response = self.call(token, method, model, **sent)
            with self.subTest(path=path):
                self.assertEqual(response.status_code, 200, response.text)

    def test_the_files_of_binary_fields(self):
        paths = self.get_document(self.get_token(self.reading))["paths"]
        self.assertFalse([one for one in paths if one.startswith("/oauth2/")])
        scope = self.create_api_scope(
            code="files", api_read=True, names=("name", "image_128")
        )
        token = self.get_token(scope)
        paths = self.get_document(token)["paths"]
        [path] = [one for one in paths if one.startswith("/oauth2/")]
        self.assertEqual(path, "/oauth2/content/res.partner/{id}/image_128")
        described = paths[path]["get"]
        self.assertEqual(described["security"], [{"oauth2": ["files"]}])
        self.assertEqual(
            [one["name"] for one in described["parameters"]], ["id", "Range"]
        )
        self.inside[0].image_1920 = base64.b64encode(PNG)
        url = path.removeprefix("/oauth2/").replace("{id}", str(self.inside[0].id))
        self.get(token, route=url)
        paths = self.get_document(self.get_token(self.everything))["paths"]
        for path in ("{model}/{id}/{field}", "attachment/{id}"):
            self.assertIn(f"/oauth2/content/{path}", paths)

    def test_a_search_by_name_needs_a_name(self):
        calls = {
            f"/json/2/res.partner/{one}" for one in ("name_search", "web_name_search")
        }
        paths = self.get_document(self.get_token(self.reading))["paths"]
        self.assertFalse(calls & paths.keys())
        named = self.create_api_scope(
            code="named", api_read=True, names=("name", "display_name")
        )
        paths = self.get_document(self.get_token(named))["paths"]
        self.assertLessEqual(calls, paths.keys())

    def test_values_and_what_opens_them(self):
        scope = self.create_api_scope(
            code="change", api_create=True, names=("name", "parent_id")
        )
        further = self.create_api_scope(
            code="further", api_write=True, api_methods="address_get", names=("email",)
        )
        found = self.get_document(self.get_token(scope, further))
        self.assertNotIn("ResPartner", found["components"]["schemas"])
        made = found["components"]["schemas"]["ResPartnerCreate"]
        self.assertEqual(made["properties"].keys(), {"name", "parent_id"})
        changed = found["components"]["schemas"]["ResPartnerWrite"]
        self.assertEqual(changed["properties"].keys(), {"email"})
        create = found["paths"]["/json/2/res.partner/create"]["post"]
        self.assertEqual(create["security"], [{"oauth2": ["change"]}])
        called = found["paths"]["/json/2/res.partner/address_get"]["post"]
        self.assertEqual(called["security"], [{"oauth2": ["further"]}])
        flows = found["components"]["securitySchemes"]["oauth2"]["flows"]
        self.assertEqual(list(flows), ["clientCredentials"])
        flow = flows["clientCredentials"]
        self.assertEqual(flow["scopes"], {"change": "change", "further": "further"})
        self.assertTrue(flow["tokenUrl"].endswith("/oauth2/token"))

    def test_names_are_of_one_thing(self):
        found = self.get_document(self.get_token(self.reading, self.countries))
        names = [item["post"]["operationId"] for item in found["paths"].values()]
        self.assertEqual(len(set(names)), len(names))
        for name in names:
            self.assertTrue(name.isidentifier(), name)

    def test_only_some_models(self):
        token = self.get_token(self.reading, self.countries)
        found = self.get_document(token, model="res.country")
        self.assertEqual([one["name"] for one in found["tags"]], ["res.country"])
        answers = [
            self.get(token, 400, model=name).json()
            for name in ("res.groups", "no.such", "res.country,res.groups", ",", "x\n")
        ]
        self.assertTrue(all(one == {"error": "invalid_model"} for one in answers))
        many = ",".join(["res.country"] * 21)
        self.assertEqual(
            self.get(token, 400, model=many).json()["error"], "invalid_request"
        )

    def test_a_field_that_the_user_may_not_read_is_not_told(self):
        self.patch(
            self.env.registry["res.partner"]._fields["barcode"],
            "groups",
            "base.group_system",
        )
        writing = self.create_api_scope(
            code="write", api_write=True, names=("barcode", "name")
        )
        token = self.get_token(self.reading, writing)
        self.assertNotIn('"barcode"', self.get(token).text)

    def test_full_access_names_the_models(self):
        token = self.get_token(self.everything)
        found = self.get_document(token)
        calls = [one for one in found["paths"] if not one.startswith("/oauth2/")]
        self.assertEqual(calls, ["/json/2/{model}/{method}"])
        found = self.get_document(token, model="res.partner,res.country")
        paths = found["paths"]
        self.assertIn("/json/2/res.partner/write", paths)
        self.assertIn("/json/2/res.country/search", paths)
        self.assertNotIn("/json/2/res.country/write", paths)
        self.assertIn(
            "street", found["components"]["schemas"]["ResPartner"]["properties"]
        )
        self.get(token, 400, model="oauth.provider.client")
        self.get(token, 400, model="no.such")

    def test_who_is_refused(self):
        self.get("x" * 43, 401)
        self.assertEqual(self.url_open("/oauth2/openapi.json").status_code, 401)
        response = self.get(self.get_token(self.scopes("openid")[0]), 403)
        self.assertIn("insufficient_scope", response.headers["WWW-Authenticate"])
        token = self.get_token(self.reading)
        self.get(token)
        in_url = self.url_open(f"/oauth2/openapi.json?access_token={token}")
        self.assertEqual(in_url.status_code, 400, in_url.text)
        self.get(token, route=f"db/{self.env.cr.dbname}/openapi.json")
        self.assertEqual(self.bearer("db/nowhere/openapi.json", token).status_code, 404)
        posted = self.post("openapi.json", {}, Authorization=f"Bearer {token}")
        self.assertEqual(posted.status_code, 405)
        self.env["oauth.provider.token"].find(token).action_revoke()
        self.get(token, 401)

    def test_without_a_company_left(self):
        token = self.get_token(self.reading)
        grants = self.env.registry["oauth.provider.grant"]
        self.patch(grants, "is_without_company", lambda _self: True)
        response = self.get(token, 403)
        self.assertEqual(response.json(), {"error": "insufficient_scope"})

    def test_a_filter_that_cannot_be_used(self):
        # As the update of an addon leaves it
        self.env.cr.execute(
            "UPDATE ir_filters SET domain = %s WHERE id = %s",
            ["[('no_such_field', '=', 1)]", self.filter.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        token = self.get_token(self.reading, self.countries)
        self.assertIn("/json/2/res.country/search", self.get_document(token)["paths"])

    def test_there_is_an_end(self):
        self.patch(openapi, "MAX_MODELS", 2)
        found = self.get_document(self.get_token(self.reading, self.countries))
        self.assertEqual(
            [one["name"] for one in found["tags"]], ["ir.model", "res.country"]
        )
        self.assertEqual(found["x-odoo-models-left-out"], ["res.partner", "res.users"])

    def test_nobody_keeps_it_and_pages_of_clients_may_read_it(self):
        self.create_client()
        token = self.get_token(self.reading)
        headers = {"Authorization": f"Bearer {token}", "Origin": ORIGIN}
        response = self.url_open("/oauth2/openapi.json", headers=headers)
        self.assertEqual(response.headers["Access-Control-Allow-Origin"], ORIGIN)
        self.assertIn("private", response.headers["Cache-Control"])
        self.assertIn("no-store", response.headers["Cache-Control"])
        self.assertIn("Origin", response.headers["Vary"])
        self.assertNotIn("Set-Cookie", response.headers)

    def test_hostile_labels_are_text(self):
        text = '<script>"\\\u2028*/' + "x" * 10_000
        field = self.env["ir.model.fields"]._get("res.partner", "barcode")
        field.with_context(lang="en_US").field_description = text
        self.reading.name = text
        found = self.get_document(self.get_token(self.reading))
        fields = found["components"]["schemas"]["ResPartner"]["properties"]
        self.assertEqual(fields["barcode"]["title"], text)
        self.assertEqual(json.loads(json.dumps(found)), found)

    def test_the_database_of_a_host_with_several(self):
        token = self.get_token(self.reading)
        call = "/json/2/res.partner/search"
        found = self.get_document(token)
        self.assertNotIn("parameters", found["paths"][call]["post"])
        issuer = f"https://odoo.example.com/oauth2/db/{self.env.cr.dbname}"
        self.env["ir.config_parameter"].set_param("oauth_provider.issuer", issuer)
        found = self.get_document(token)
        [header] = found["paths"][call]["post"]["parameters"]
        self.assertEqual(header["name"], "X-Odoo-Database")
        self.assertEqual(header["schema"]["default"], self.env.cr.dbname)
        self.assertEqual(found["servers"], [{"url": "https://odoo.example.com"}])
