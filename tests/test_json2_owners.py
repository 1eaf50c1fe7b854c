# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Attachments: the record that they belong to has to be open to the token as well."""

import base64

from odoo.tests import tagged

from .common import PIXEL
from .test_json2 import SECRET, Json2Case

FIELDS = ("name", "display_name", "res_model", "res_id", "res_field", "datas", "public")
ATTACHMENT = "ir.attachment"
ALL = {"api_read": True, "api_create": True, "api_write": True, "api_unlink": True}


class OwnersCase(Json2Case):
    """Rows of one model, those of records inside of a filter and those of others."""

    @classmethod
    def create_row(cls, name, record=None, user=None, **values):
        """Return an attachment of ``record``, made by ``user`` (the token's own)."""
        values.setdefault("raw", b"content")
        if record:
            values |= {"res_model": record._name, "res_id": record.id}
        values["name"] = name
        row = cls.env[ATTACHMENT].create(values)
        user = user or cls.user
        cls.env.cr.execute(
            "UPDATE ir_attachment SET create_uid = %s WHERE id = %s", [user.id, row.id]
        )
        row.invalidate_recordset()
        return row

    def get_names(self, response, key="name"):
        self.assertEqual(response.status_code, 200, response.text)
        self.assertNotIn(SECRET, response.text)
        return sorted(row[key] for row in response.json())


@tagged("post_install", "-at_install")
class TestJson2Owners(OwnersCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.row = cls.create_row("row", cls.inside[0])
        cls.other = cls.create_row("row 2", cls.inside[1])
        cls.hidden = cls.create_row(SECRET, cls.outside)
        cls.published = cls.create_row(SECRET, cls.outside, public=True)
        root = cls.env.ref("base.user_root")
        cls.orphan = cls.create_row("mine")
        cls.foreign = cls.create_row(SECRET, user=root, public=True)
        cls.half = cls.create_row(SECRET, user=root, res_model="res.partner")
        cls.closed = (cls.hidden, cls.published, cls.foreign, cls.half)
        cls.scope = cls.create_api_scope("att", ATTACHMENT, FIELDS, **ALL)
        cls.partners = cls.create_api_scope(api_read=True, names=("name",))
        cls.writing = cls.create_api_scope("w", api_write=True, names=("name",))

    def test_searching_finds_only_those_of_open_records(self):
        token = self.get_token(self.scope, self.partners)
        expected = ["mine", "row", "row 2"]
        for domain in (
            [],
            [["res_model", "=", "res.partner"]],
            [["res_model", "in", ["res.partner", False]]],
            [["name", "!=", "x"]],
            [["public", "in", [True, False]]],
            [["display_name", "ilike", ""]],
        ):
            names = [n for n in expected if n != "mine" or "=" not in str(domain[:1])]
            if domain[:1] == [["name", "!=", "x"]]:
                names = expected
            found = self.call(token, "search_read", ATTACHMENT, domain=domain)
            self.assertEqual(self.get_names(found), names, domain)
            count = self.call(token, "search_count", ATTACHMENT, domain=domain)
            self.assertEqual(count.json(), len(names), domain)
            found = self.call(
                token,
                "web_search_read",
                ATTACHMENT,
                domain=domain,
                specification={"name": {}},
            ).json()
            self.assertEqual(found["length"], len(names), domain)
        groups = self.call(
            token,
            "read_group",
            ATTACHMENT,
            domain=[],
            fields=[],
            groupby=["name"],
        )
        self.assertEqual(self.get_names(groups), expected)
        groups = self.call(
            token,
            "formatted_read_group",
            ATTACHMENT,
            domain=[],
            groupby=["res_model"],
            aggregates=["__count"],
        ).json()
        self.assertEqual({one["__count"] for one in groups}, {1, 2})
        found = self.call(token, "name_search", ATTACHMENT, name="").json()
        self.assertEqual(sorted(name for _id, name in found), expected)

    def test_a_domain_is_checked_before_odoo_searches_by_it_as_superuser(self):
        self.row.description = SECRET
        token = self.get_token(self.scope, self.partners)
        for domain in (
            [["description", "ilike", "s"]],
            [["create_uid.login", "ilike", "a"]],
            [["id", "any", [["description", "!=", False]]]],
        ):
            found = self.call(token, "search", ATTACHMENT, domain=domain)
            self.assertIn(found.status_code, (403, 422), found.text)
        order = self.call(token, "search", ATTACHMENT, domain=[], order="description")
        self.assertEqual(order.status_code, 403)

    def test_only_rows_on_which_a_field_is_open_are_compared(self):
        self.row.description = self.other.description = self.orphan.description = "d"
        one = self.env["ir.filters"].create(
            {
                "name": "One",
                "model_id": ATTACHMENT,
                "domain": [("id", "=", self.row.id)],
                "user_ids": False,
            }
        )
        told = self.create_api_scope(
            "d", ATTACHMENT, ("description",), api_read=True, filter_id=one.id
        )
        token = self.get_token(self.scope, self.partners, told)
        for domain in (
            [["description", "=", "d"]],
            [["description", "=", "d"], ["res_model", "=", "res.partner"]],
            [["description", "=", "d"], ["id", "in", (self.row + self.other).ids]],
            ["|", ["description", "=", "d"], ["name", "=", "x"]],
        ):
            found = self.call(token, "search", ATTACHMENT, domain=domain)
            self.assertEqual(found.json(), self.row.ids, domain)
            found = self.call(token, "search_count", ATTACHMENT, domain=domain)
            self.assertEqual(found.json(), 1, domain)

    def test_a_page_is_full(self):
        token = self.get_token(self.scope, self.partners)
        for order in ("name", "name desc", "id"):
            pages = [
                self.call(
                    token,
                    "search_read",
                    ATTACHMENT,
                    domain=[],
                    fields=["name"],
                    order=order,
                    offset=offset,
                    limit=2,
                )
                for offset in (0, 2)
            ]
            names = [row["name"] for page in pages for row in page.json()]
            found = self.call(
                token,
                "search_read",
                ATTACHMENT,
                domain=[],
                fields=["name"],
                order=order,
            )
            self.assertEqual(names, [row["name"] for row in found.json()])
            self.assertEqual(len(names), 3)
        self.assertEqual(len(pages[0].json()), 2)

    def test_reading_by_id(self):
        token = self.get_token(self.scope, self.partners)
        found = self.call(
            token, "read", ATTACHMENT, ids=self.row.ids, fields=["name", "datas"]
        )
        self.assertEqual(base64.b64decode(found.json()[0]["datas"]), b"content")
        self.assertEqual(
            self.get_names(
                self.call(token, "read", ATTACHMENT, ids=(self.row + self.orphan).ids)
            ),
            ["mine", "row"],
        )
        for one in self.closed:
            for ids in (one.ids, (one + self.row).ids):
                for method, arguments in (
                    ("read", {"fields": ["name"]}),
                    ("web_read", {"specification": {"name": {}}}),
                    ("export_data", {"fields_to_export": ["name"]}),
                    ("copy", {}),
                ):
                    found = self.call(token, method, ATTACHMENT, ids=ids, **arguments)
                    # Some apps have a copy of their own, which is refused anyway
                    expected = (403, 404) if method == "copy" else (404,)
                    self.assertIn(found.status_code, expected, (method, found.text))
            found = self.call(
                token, "has_access", ATTACHMENT, ids=one.ids, operation="read"
            )
            self.assertNotEqual(found.text, "true")

    def test_without_a_scope_on_either_model(self):
        for scopes in ([self.partners], [self.scope]):
            token = self.get_token(*scopes)
            for one in (self.row, self.hidden, self.published, self.foreign):
                found = self.call(token, "read", ATTACHMENT, ids=one.ids)
                self.assertIn(found.status_code, (403, 404))
        found = self.call(token, "search_read", ATTACHMENT, domain=[])
        self.assertEqual(self.get_names(found), ["mine"])
        token = self.get_token(self.partners)
        found = self.call(token, "search", ATTACHMENT, domain=[])
        self.assertEqual(found.status_code, 403)

    def test_writing_needs_a_record_that_may_be_written(self):
        reader = self.get_token(self.scope, self.partners)
        writer = self.get_token(self.scope, self.partners, self.writing)
        for token, row, status in (
            (reader, self.row, 404),
            (writer, self.hidden, 404),
            (writer, self.published, 404),
            (writer, self.foreign, 404),
            (writer, self.row, 200),
            (reader, self.orphan, 200),
        ):
            for method, arguments in (
                ("write", {"vals": {"name": "new"}}),
                ("write", {"vals": {"datas": "bmV3"}}),
                ("unlink", {}),
            ):
                before = row.name
                answer = self.call(token, method, ATTACHMENT, ids=row.ids, **arguments)
                self.assertEqual(answer.status_code, status, answer.text)
                self.env.invalidate_all()
                if status == 404:
                    self.assertEqual(row.name, before)
            self.assertEqual(bool(row.exists()), status == 404)

    def test_creating_needs_a_record_that_may_be_written(self):
        reader = self.get_token(self.scope, self.partners)
        writer = self.get_token(self.scope, self.partners, self.writing)
        self.env["res.bank"].create({"name": "Bank"})
        missing = self.Partner.search([], order="id desc", limit=1).id + 10000

        def create(token, **values):
            values = {"name": "made", "datas": "bmV3", **values}
            return self.call(token, "create", ATTACHMENT, vals_list=[values])

        for token, values, status in (
            (reader, {"res_model": "res.partner", "res_id": self.inside[0].id}, 403),
            (writer, {"res_model": "res.partner", "res_id": self.outside.id}, 404),
            (writer, {"res_model": "res.partner", "res_id": missing}, 404),
            (writer, {"res_model": "res.bank", "res_id": 1}, 403),
            (writer, {"res_model": "no.such", "res_id": 1}, 403),
            (writer, {"res_model": "base", "res_id": 1}, 403),
            (writer, {"res_model": ATTACHMENT, "res_id": self.row.id}, 403),
            (writer, {"res_model": "res.partner"}, 422),
            (writer, {"res_id": self.inside[0].id}, 422),
            (writer, {"res_model": "res.partner", "res_id": "1"}, 422),
            (writer, {"res_model": "res.partner", "res_id": -1}, 422),
            (writer, {"res_model": "res.partner", "res_id": True}, 422),
            (writer, {"res_model": ["res.partner"], "res_id": 1}, 422),
            (writer, {"res_model": "res.partner", "res_id": 2**40}, 422),
            (writer, {"res_field": "image_1920"}, 403),
        ):
            answer = create(token, **values)
            self.assertEqual(answer.status_code, status, (values, answer.text))
            self.assertNotIn(SECRET, answer.text)
        self.assertFalse(self.env[ATTACHMENT].search([("name", "=", "made")]))
        hidden, absent = (
            create(writer, res_model="res.partner", res_id=one).json()
            for one in (self.outside.id, missing)
        )
        self.assertEqual(hidden["message"], absent["message"])
        own = {"res_model": "res.partner", "res_id": self.inside[0].id}
        for values in (own, {}, {"res_model": False, "res_id": False}):
            answer = create(writer, **values)
            self.assertEqual(answer.status_code, 200, answer.text)
            made = self.env[ATTACHMENT].browse(answer.json())
            self.assertEqual(made.res_model or False, values.get("res_model", False))
            self.assertEqual(made.raw, b"new")
        context = {f"default_{name}": value for name, value in own.items()}
        for one, status in ((self.inside[0], 200), (self.outside, 404)):
            context["default_res_id"] = one.id
            answer = self.call(
                writer,
                "create",
                ATTACHMENT,
                vals_list=[{"name": "made", "datas": "bmV3"}],
                context=context,
            )
            self.assertEqual(answer.status_code, status, answer.text)

    def test_a_row_moves_only_between_records_that_may_be_written(self):
        writer = self.get_token(self.scope, self.partners, self.writing)

        def move(row, **vals):
            answer = self.call(writer, "write", ATTACHMENT, ids=row.ids, vals=vals)
            self.env.invalidate_all()
            return answer.status_code

        partner = {"res_model": "res.partner"}
        self.assertEqual(move(self.orphan, **partner, res_id=self.outside.id), 404)
        self.assertEqual(move(self.row, res_id=self.inside[1].id), 422)
        self.assertEqual(move(self.row, res_id=False), 422)
        self.assertEqual(self.row.res_id, self.inside[0].id)
        self.assertEqual(move(self.orphan, **partner, res_id=self.inside[1].id), 200)
        self.assertEqual(self.orphan.res_id, self.inside[1].id)
        self.assertEqual(move(self.row, res_model=False, res_id=False), 200)
        self.assertFalse(self.row.res_id)
        # One that somebody else made would be nobody's
        made = self.create_row("theirs", self.inside[0], self.env.ref("base.user_root"))
        self.assertEqual(move(made, res_model=False, res_id=False), 403)
        self.assertEqual(made.res_id, self.inside[0].id)

    def test_the_file_of_a_field_needs_the_field(self):
        self.inside[0].image_1920 = self.outside.image_1920 = PIXEL
        domain = [["res_field", "=", "image_1920"]]
        partners = self.env[ATTACHMENT].search(
            [*domain, ("res_model", "=", "res.partner")]
        )
        row = partners.filtered(lambda one: one.res_id == self.inside[0].id)
        image = self.create_api_scope("i", api_read=True, names=("image_1920",))
        changing = self.create_api_scope("iw", api_write=True, names=("image_1920",))
        other = self.env["ir.filters"].create(
            {
                "name": "Other",
                "model_id": "res.partner",
                "domain": [("id", "=", self.inside[1].id)],
                "user_ids": False,
            }
        )
        elsewhere = self.create_api_scope(
            "e", api_read=True, names=("image_1920",), filter_id=other.id
        )
        for scopes, is_open in (
            ([self.partners], False),
            ([self.partners, elsewhere], False),
            ([self.partners, image], True),
            ([image], True),
        ):
            token = self.get_token(self.scope, *scopes)
            found = self.call(token, "search", ATTACHMENT, domain=domain)
            self.assertEqual(found.json(), row.ids if is_open else [])
            ids = [["id", "in", partners.ids]]
            found = self.call(token, "search_count", ATTACHMENT, domain=ids)
            self.assertEqual(found.json(), int(is_open))
            found = self.call(token, "read", ATTACHMENT, ids=row.ids, fields=["datas"])
            self.assertEqual(found.status_code, 200 if is_open else 404, found.text)
            # Whoever does not name it, does not find it
            found = self.call(token, "search", ATTACHMENT, domain=[])
            self.assertNotIn(row.id, found.json())
            vals = {"name": "x"}
            answer = self.call(token, "write", ATTACHMENT, ids=row.ids, vals=vals)
            self.assertEqual(answer.status_code, 404)
        other_changing = self.create_api_scope(
            "ew", api_write=True, names=("image_1920",), filter_id=other.id
        )
        for scopes, status in (
            ([self.writing], 404),
            ([self.writing, other_changing], 404),
            ([changing], 200),
        ):
            token = self.get_token(self.scope, image, *scopes)
            answer = self.call(token, "write", ATTACHMENT, ids=row.ids, vals=vals)
            self.assertEqual(answer.status_code, status, answer.text)

    def test_rows_of_rows(self):
        below = self.create_row("below", self.row)
        hidden = self.create_row(SECRET, self.hidden)
        third = self.create_row("third", below)
        loop = self.create_row("loop", self.inside[0])
        loop.write({"res_model": ATTACHMENT, "res_id": loop.id})
        token = self.get_token(self.scope, self.partners)
        found = self.call(token, "search_read", ATTACHMENT, domain=[])
        self.assertEqual(self.get_names(found), ["below", "mine", "row", "row 2"])
        for row, status in ((below, 200), (hidden, 404), (third, 404), (loop, 404)):
            found = self.call(token, "read", ATTACHMENT, ids=row.ids)
            self.assertEqual(found.status_code, status, found.text)

    def test_the_rights_of_the_user_count_as_well(self):
        everywhere = self.create_api_scope(
            "every", names=("name",), api_read=True, api_write=True, filter_id=False
        )
        token = self.get_token(self.scope, everywhere)
        found = self.call(
            token, "search_count", ATTACHMENT, domain=[["name", "=", SECRET]]
        )
        self.assertEqual(found.json(), 2)
        self.env["ir.rule"].create(
            {
                "name": "Not theirs",
                "model_id": self.env.ref("base.model_res_partner").id,
                "domain_force": "[('ref', '!=', 'out')]",
            }
        )
        found = self.call(
            token, "search_count", ATTACHMENT, domain=[["name", "=", SECRET]]
        )
        self.assertEqual(found.json(), 0)
        found = self.call(token, "read", ATTACHMENT, ids=self.hidden.ids)
        self.assertEqual(found.status_code, 404)

    def test_odoo_decides_as_well(self):
        rows = self.registry[ATTACHMENT]
        original = rows._inaccessible_comodel_records
        hidden = ("res.partner", self.inside[1].id)

        def find_inaccessible(records, owners, operation):
            yield from original(records, owners, operation)
            yield hidden

        token = self.get_token(self.scope, self.partners)
        self.patch(rows, "_inaccessible_comodel_records", find_inaccessible)
        found = self.call(token, "search_read", ATTACHMENT, domain=[])
        self.assertEqual(self.get_names(found), ["mine", "row"])
        # Also where the page ends before
        found = self.call(
            token, "search_read", ATTACHMENT, domain=[], order="name", limit=2
        )
        self.assertEqual(self.get_names(found), ["mine", "row"])
        found = self.call(token, "read", ATTACHMENT, ids=self.other.ids)
        self.assertEqual(found.status_code, 404)

    def test_rows_come_by_load(self):
        token = self.get_token(self.scope, self.partners, self.writing)
        names = ["name", "res_model", "res_id"]
        for one, is_done in ((self.outside, False), (self.inside[0], True)):
            answer = self.call(
                token,
                "load",
                ATTACHMENT,
                fields=names,
                data=[["loaded", "res.partner", str(one.id)]],
            )
            self.env.invalidate_all()
            found = self.env[ATTACHMENT].search([("name", "=", "loaded")])
            self.assertEqual(found.mapped("res_id"), one.ids if is_done else [])
            self.assertNotIn(SECRET, answer.text)

    def test_a_method_that_a_scope_names(self):
        naming = self.create_api_scope(
            "m", ATTACHMENT, (), api_methods="generate_access_token"
        )
        token = self.get_token(self.scope, self.partners, self.writing, naming)
        for row, status in ((self.row, 200), (self.hidden, 404), (self.foreign, 404)):
            answer = self.call(token, "generate_access_token", ATTACHMENT, ids=row.ids)
            self.assertEqual(answer.status_code, status, answer.text)

    def test_a_method_may_not_carry_a_row_elsewhere(self):
        naming = self.create_api_scope(
            "m", ATTACHMENT, (), api_methods="generate_access_token"
        )
        token = self.get_token(self.partners, self.writing, naming)
        outside = self.outside.id

        def generate_access_token(rows):
            rows.sudo().res_id = outside
            return []

        rows = self.registry[ATTACHMENT]
        self.patch(rows, "generate_access_token", generate_access_token)
        answer = self.call(token, "generate_access_token", ATTACHMENT, ids=self.row.ids)
        self.assertEqual(answer.status_code, 403, answer.text)
        self.env.invalidate_all()
        self.assertEqual(self.row.res_id, self.inside[0].id)

    def test_many_rows_are_decided_about_together(self):
        token = self.get_token(self.scope, self.partners)

        def count():
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            found = self.call(token, "search_read", ATTACHMENT, domain=[])
            return len(found.json()), self.cr.sql_log_count - before

        count()
        rows, few = count()
        for number in range(60):
            self.create_row(f"n {number}", self.inside[number % 2])
        more_rows, many = count()
        self.assertEqual(more_rows, rows + 60)
        self.assertLessEqual(many, few + 2)

    def test_a_file_that_is_too_large(self):
        token = self.get_token(self.scope, self.partners)
        answer = self.url_open(
            f"/json/2/{ATTACHMENT}/create",
            data=b'{"vals_list": [{"name": "x", "datas": "%s"}]}'
            % (b"A" * 200_000_000),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
            },
            timeout=60,
        )
        self.assertEqual(answer.status_code, 413, answer.text[:200])
        self.assertFalse(self.env[ATTACHMENT].search([("name", "=", "x")]))
