# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a list of records says of the records that are in it."""

from odoo.tests import tagged

from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestJson2Lists(Json2Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.head = cls.inside[0]
        cls.tag = cls.env["res.partner.category"].create({"name": "Tag"})
        cls.head.category_id = cls.tag

    def test_a_list_leaves_out_what_is_archived_without_telling_it(self):
        gone = self.tag.copy({"name": "Gone", "active": False})
        self.head.category_id |= gone
        tags = self.create_api_scope(
            "tags", model="res.partner.category", api_read=True
        )
        token = self.get_token(
            self.create_api_scope(api_read=True, names=("name", "category_id")), tags
        )
        names, ids = {"fields": ["category_id"]}, {"ids": self.head.ids}
        specification = {"specification": {"category_id": {"fields": {"name": {}}}}}
        for method, arguments, expected in (
            ("read", names | ids, self.tag.ids),
            ("search_read", names, self.tag.ids),
            ("web_read", specification | ids, [{"id": self.tag.id, "name": "Tag"}]),
            (
                "web_search_read",
                specification | {"domain": []},
                [{"id": self.tag.id, "name": "Tag"}],
            ),
        ):
            with self.subTest(method=method):
                found = self.call(token, method, **arguments)
                self.assertEqual(found.status_code, 200, found.text)
                records = found.json()
                if method == "web_search_read":
                    records = records["records"]
                lists = {one["id"]: one["category_id"] for one in records}
                self.assertEqual(lists[self.head.id], expected)
        found = self.call(
            token, "read", "res.partner.category", ids=self.tag.ids, fields=["active"]
        )
        self.assert_refused(found)
