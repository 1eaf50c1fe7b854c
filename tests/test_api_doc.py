# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The documents of Odoo's module api_doc, as a narrow token gets them."""

from odoo.tests import tagged

from ..json2.discovery import MODEL_FIELDS, MODEL_METHODS
from .test_json2 import Json2Case

HIDDEN = ("res.partner.bank", "res.groups", "oauth.provider", "res.company")


@tagged("post_install", "-at_install")
class TestApiDoc(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("name", "country_id", "parent_id", "company_id", "barcode")
        cls.reading = cls.create_api_scope(api_read=True, names=names)
        cls.countries = cls.create_api_scope(
            code="countries", model="res.country", names=("name",), api_read=True
        )

    def setUp(self):
        super().setUp()
        # Odoo installs it by itself: without it nothing here would be tested
        module = self.env["ir.module.module"]._get("api_doc")
        self.assertEqual(module.state, "installed")

    def get(self, token, name="index", status=200, **headers):
        headers["Authorization"] = f"Bearer {token}"
        url = f"/doc-bearer/{name}.json"
        response = self.url_open(url, headers=headers, cookies={})
        self.assertEqual(response.status_code, status, response.text)
        return response

    def get_kept(self):
        """Return the documents (records) that Odoo keeps."""
        kept = [("name", "=like", "odoo-doc-index-%")]
        return self.env["ir.attachment"].sudo().search(kept)

    def test_the_index_is_that_of_the_token(self):
        token = self.get_token(self.reading, self.countries)
        response = self.get(token)
        models = {one["model"]: one for one in response.json()["models"]}
        self.assertEqual(
            list(models), ["ir.model", "res.country", "res.partner", "res.users"]
        )
        partner = models["res.partner"]
        self.assertEqual(
            set(partner["fields"]),
            {"id", "name", "country_id", "parent_id", "company_id", "barcode"},
        )
        self.assertEqual(partner["name"], "Contact")
        self.assertIn("search_read", partner["methods"])
        for name in ("create", "write", "unlink", "copy", "web_save", "load"):
            self.assertNotIn(name, partner["methods"])
        self.assertEqual(models["res.users"]["methods"], ["context_get"])
        self.assertEqual(models["res.users"]["fields"], {})
        self.assertEqual(set(models["ir.model"]["methods"]), MODEL_METHODS)
        self.assertEqual(set(models["ir.model"]["fields"]), set(MODEL_FIELDS))
        self.assertEqual(response.headers["Cache-Control"], "private, no-store")
        self.assertNotIn("ETag", response.headers)
        for name in HIDDEN:
            self.assertNotIn(name, response.text)

    def test_a_model_names_no_hidden_one(self):
        token = self.get_token(self.reading, self.countries)
        response = self.get(token, "res.partner")
        found = response.json()
        self.assertEqual(found["fields"]["country_id"]["relation"], "res.country")
        self.assertEqual(found["fields"]["parent_id"]["relation"], "res.partner")
        self.assertNotIn("relation", found["fields"]["company_id"])
        self.assertEqual(found["fields"]["name"]["type"], "char")
        self.assertEqual(
            list(found["methods"]["search_read"]["parameters"])[:3],
            ["domain", "fields", "offset"],
        )
        self.assertIn("model", found["methods"]["search_read"]["api"])
        self.assertNotIn("model", found["methods"]["read"]["api"])
        for name in HIDDEN:
            self.assertNotIn(name, response.text)

    def test_each_operation_and_method_that_a_scope_allows(self):
        scopes = (
            self.create_api_scope(code="make", api_create=True, names=("name",)),
            self.create_api_scope(
                code="do",
                names=("name",),
                api_write=True,
                api_unlink=True,
                api_methods="address_get",
            ),
        )
        token = self.get_token(*scopes)
        found = self.get(token, "res.partner").json()
        methods = found["methods"].keys()
        self.assertLessEqual({"create", "write", "unlink", "address_get"}, methods)
        for name in ("read", "search", "web_save", "export_data", "action_archive"):
            self.assertNotIn(name, methods)
        self.assertEqual(found["fields"], {})
        self.assertEqual(list(found["methods"]["create"]["parameters"]), ["vals_list"])

    def test_other_models_are_not_found(self):
        token = self.get_token(self.reading)
        answers = [
            self.get(token, name, 404).json()["message"]
            for name in ("res.groups", "no.such", "oauth.provider.client", "index.x")
        ]
        self.assertEqual(len(set(answers)), 1)

    def test_a_field_that_the_user_may_not_read_is_not_told(self):
        self.patch(
            self.env.registry["res.partner"]._fields["barcode"],
            "groups",
            "base.group_system",
        )
        token = self.get_token(self.reading)
        for name in ("index", "res.partner"):
            self.assertNotIn('"barcode"', self.get(token, name).text)

    def test_nothing_is_kept_for_others_nor_taken_from_them(self):
        everything = self.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )
        self.user.group_ids |= self.env.ref("base.group_system")
        before = self.get_kept()
        token, wide = self.get_token(self.reading), self.get_token(everything)
        narrow = self.get(token).json()
        self.assertEqual(self.get_kept(), before)
        whole = self.get(wide)
        models = {one["model"] for one in whole.json()["models"]}
        self.assertIn("res.groups", models)
        kept = self.get_kept()
        self.assertEqual(len(kept - before), 1)
        again = self.get(token, **{"If-None-Match": whole.headers["ETag"]})
        self.assertEqual(again.json(), narrow)
        self.assertEqual(self.get_kept(), kept)
        self.assertEqual(self.get(wide).json(), whole.json())

    def test_who_is_refused(self):
        self.get("x" * 43, status=401)
        token = self.get_token(self.scopes("openid")[0])
        self.get(token, status=403)
        self.get(token, "res.users", status=403)
        token = self.get_token(self.reading)
        self.get(token)
        self.env["oauth.provider.token"].find(token).action_revoke()
        self.get(token, status=401)
        self.get(token, "res.partner", status=401)

    def test_a_body_names_nothing(self):
        token = self.get_token(self.reading)
        response = self.url_open(
            "/doc-bearer/index.json",
            json={"model_name": ["res.groups"]},
            headers={"Authorization": f"Bearer {token}"},
            cookies={},
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assertEqual(len(response.json()["models"]), 3)
