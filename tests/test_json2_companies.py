# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A token stays in the companies that a person chose, whatever becomes of these."""

from odoo.fields import Command
from odoo.tests import tagged

from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestJson2Companies(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first = cls.user.company_id
        cls.second, cls.third = cls.env["res.company"].create(
            [{"name": "Second Company"}, {"name": "Third Company"}]
        )
        cls.user.company_ids |= cls.second
        cls.inside[0].company_id = cls.first
        cls.inside[1].company_id = cls.second
        cls.narrow = cls.create_api_scope(
            api_read=True, api_write=True, names=("name", "company_id")
        )
        cls.full = cls.env["oauth.provider.scope"].create(
            {"name": "All", "code": "all", "full_access": True}
        )

    def get_limited(self, scope, untick):
        """Return (client, secret, token): all but the company ``untick`` are chosen."""
        client, secret = self.create_client(scope_ids=[Command.set(scope.ids)])
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        names = [f"oauth_company.{company.id}" for company in untick]
        code = self.answer(self.decide(page, untick=names))[1]["code"]
        return client, self.redeem(code, client, secret).json()["access_token"]

    def found(self, token, **context):
        ids = [["id", "in", self.inside.ids]]
        return self.call(token, "search", domain=ids, context=context)

    def assert_nothing(self, token):
        """Assert that ``token`` opens no record anywhere, and still says who it is."""
        for context in (
            {},
            {"allowed_company_ids": []},
            {"allowed_company_ids": [self.first.id]},
            {"allowed_company_ids": [self.first.id, self.third.id]},
        ):
            self.assertEqual(self.found(token, **context).status_code, 403)
        ids = self.inside.ids
        for method, arguments in (
            ("read", {"ids": ids, "fields": ["name"]}),
            ("write", {"ids": ids, "vals": {"name": "x"}}),
        ):
            response = self.call(token, method, **arguments)
            self.assertEqual(response.status_code, 403)
            self.assertIn("insufficient_scope", response.headers["WWW-Authenticate"])
        response = self.bearer("otherinfo", token, model="res.partner")
        self.assertEqual(
            (response.json(), response.headers["X-Total-Count"]), ({}, "0")
        )
        self.assertEqual(self.bearer("tokeninfo", token).status_code, 200)
        record = self.env["oauth.provider.token"].find(token)
        self.assertFalse(record.get_data_for_model("res.partner"))

    def leave(self, company):
        self.user.company_ids -= company

    def archive(self, company):
        company.active = False

    def empty_list(self, _company):
        self.env.cr.execute("DELETE FROM oauth_provider_grant_company_rel")

    def create_bare_company(self, name):
        """Return a company without the records that modules make for a new one.

        Warehouses, payment providers and the like would keep it from being deleted.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "INSERT INTO res_company SELECT (jsonb_populate_record(model, own)).*"
            " FROM res_company model, LATERAL (SELECT nextval('res_company_id_seq') id)"
            " AS new, LATERAL (SELECT jsonb_build_object('id', new.id, 'name', %s,"
            " 'partner_id', %s, 'parent_path', new.id || '/') AS own) AS values"
            " WHERE model.id = %s RETURNING id",
            (name, self.Partner.create({"name": name}).id, self.third.id),
        )
        self.env.registry.clear_cache()
        return self.env["res.company"].browse(self.env.cr.fetchone())

    def test_when_none_is_left_nothing_is_open(self):
        self.sign_in()
        for scope in (self.narrow, self.full):
            name = f"Gone from {scope.code}"
            gone = self.env["res.company"].create({"name": name})
            for end in (self.leave, self.archive, self.empty_list):
                gone.active = True
                self.user.company_ids |= gone
                with self.subTest(scope=scope.code):
                    _client, token = self.get_limited(scope, self.first | self.second)
                    self.assertEqual(self.found(token).status_code, 200)
                    end(gone)
                    self.env.invalidate_all()
                    self.env.registry.clear_cache()
                    self.assert_nothing(token)
                    # Nor in a company that comes later
                    self.user.company_ids |= self.third
                    self.assert_nothing(token)
                    self.user.company_ids -= self.third
            self.user.company_ids -= gone

    def test_a_company_that_is_deleted(self):
        self.sign_in()
        gone = self.create_bare_company("Gone Company")
        self.user.company_ids |= gone
        _client, token = self.get_limited(self.narrow, self.first | self.second)
        grant = self.env["oauth.provider.token"].find(token).grant_id
        self.user.company_ids -= gone
        gone.unlink()
        self.env.invalidate_all()
        self.assertFalse(grant.allowed_company_ids)
        self.assert_nothing(token)

    def test_the_person_is_asked_again(self):
        self.sign_in()
        client, token = self.get_limited(self.narrow, self.first)
        self.user.company_ids -= self.second
        page = self.url_open(self.authorize_url(client), allow_redirects=False)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f"oauth_company.{self.first.id}", page.text)
        self.assertEqual(self.found(token).status_code, 403)
        response = self.decide(page)
        self.assertIn("code", self.answer(response)[1])
        self.assertEqual(self.found(token).json(), self.inside[0].ids)

    def test_the_others_go_on(self):
        self.sign_in()
        self.user.company_ids |= self.third
        _client, token = self.get_limited(self.narrow, self.first)
        self.assertEqual(self.found(token).json(), self.inside[1].ids)
        self.user.company_ids -= self.third
        self.assertEqual(self.found(token).json(), self.inside[1].ids)
        # The user's own company is not one of those
        self.assertEqual(self.user.company_id, self.first)
        wider = {"allowed_company_ids": [self.first.id]}
        self.assertEqual(self.found(token, **wider).json(), self.inside[1].ids)

    def test_a_record_cannot_be_moved_to_another_company(self):
        self.sign_in()
        _client, token = self.get_limited(self.narrow, self.first)
        for company in (self.first, self.third):
            for allowed in ([], [company.id], [company.id, self.second.id]):
                response = self.call(
                    token,
                    "write",
                    ids=self.inside[1].ids,
                    vals={"company_id": company.id},
                    context={"allowed_company_ids": allowed},
                )
                self.assert_refused(response)
        self.env.invalidate_all()
        self.assertEqual(self.inside[1].company_id, self.second)
        response = self.call(
            token, "write", ids=self.inside[1].ids, vals={"company_id": False}
        )
        self.assertEqual(response.status_code, 200, response.text)
        self.assert_refused(
            self.call(token, "write", ids=self.inside[0].ids, vals={"name": "x"})
        )

    def test_no_value_of_another_company(self):
        """Some fields have a value in each company; a context may come in anywhere."""
        self.sign_in()
        parent, child = self.inside
        self.inside.company_id = False
        child.parent_id = parent
        for company in (self.first, self.second, self.third):
            parent.with_company(company).barcode = f"of {company.name}"
        self.user.company_ids |= self.third
        _client, token = self.get_limited(self.full, self.first | self.third)
        for wanted in ([self.first.id], [self.third.id], [], False, None):
            inner = {"context": {"allowed_company_ids": wanted}}
            spec = {"parent_id": {**inner, "fields": {"barcode": {}}}}
            listed = {"child_ids": {**inner, "fields": spec}}
            for method, arguments in (
                ("read", {"ids": parent.ids, "fields": ["barcode"], **inner}),
                ("web_read", {"ids": child.ids, "specification": spec}),
                ("web_read", {"ids": parent.ids, "specification": listed}),
                ("web_save", {"ids": child.ids, "vals": {}, "specification": spec}),
                (
                    "web_search_read",
                    {"domain": [["id", "=", child.id]], "specification": spec},
                ),
            ):
                with self.subTest(method=method, wanted=wanted):
                    response = self.call(token, method, **arguments)
                    self.assertEqual(response.status_code, 200, response.text)
                    self.assertIn("of Second Company", response.text)
                    self.assertNotIn("of Third", response.text)
                    self.assertNotIn(f"of {self.first.name}", response.text)
        deep = []
        for _level in range(600):
            deep = [deep]
        response = self.call(token, "search", domain=deep)
        self.assertEqual(response.status_code, 422, response.text[:300])
