# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``export_data``: each path, checked on its own models."""

from odoo.tests import tagged

from .test_json2 import SECRET
from .test_json2_methods import MISSING, MethodsCase


@tagged("post_install", "-at_install")
class TestJson2Export(MethodsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user.group_ids |= cls.env.ref("base.group_allow_export")
        cls.country = cls.env.ref("base.be")
        cls.inside.country_id = cls.country
        cls.tags = cls.env["res.partner.category"].create(
            [{"name": "Open"}, {"name": SECRET}]
        )
        cls.inside[1].category_id = cls.tags
        cls.inside[1].parent_id = cls.inside[0]

    def export(self, token, *paths, records=None):
        ids = (records or self.inside).ids
        return self.ok(token, "export_data", ids=ids, fields_to_export=list(paths))[
            "datas"
        ]

    def test_open_fields_are_exported(self):
        token = self.get_token(
            self.create_api_scope(names=("name", "ref", "country_id"), api_read=True)
        )
        found = self.export(token, ".id", "name", "ref", "country_id", "country_id/.id")
        self.assertEqual(
            found,
            [
                [str(one.id), one.name, "in", "Belgium", str(self.country.id)]
                for one in self.inside
            ],
        )
        [[xml_id]] = self.export(token, "id", records=self.inside[0])
        self.assertEqual(self.env.ref(xml_id), self.inside[0])

    def test_each_path_is_checked_on_its_own_model(self):
        names = ("name", "country_id", "category_id", "parent_id", "child_ids")
        partners = self.create_api_scope(names=names, api_read=True)
        token = self.get_token(partners)
        countries = self.create_api_scope("c", "res.country", ("name",), api_read=True)
        wider = self.get_token(partners, countries)
        ids = self.inside.ids
        for path in (
            "comment",
            "parent_id/comment",
            "child_ids/comment",
            "parent_id/parent_id/comment",
            "country_id/code",
            "category_id/name",
            "category_id/id",
            "country_id/id",
            "create_uid/login",
        ):
            with self.subTest(path=path):
                self.refused(
                    403, token, "export_data", ids=ids, fields_to_export=[path]
                )
                if path != "country_id/id":
                    self.refused(
                        403, wider, "export_data", ids=ids, fields_to_export=[path]
                    )
        found = self.export(wider, "country_id/name", "country_id/id")
        self.assertEqual(found, [["Belgium", "base.be"]] * 2)

    def test_hidden_records_on_the_way_are_left_out(self):
        names = ("name", "category_id", "parent_id", "child_ids", "display_name")
        shown = self.env["ir.filters"].create(
            {
                "name": "Open tags",
                "model_id": "res.partner.category",
                "domain": "[('name', '=', 'Open')]",
                "user_ids": False,
            }
        )
        partners = self.create_api_scope(names=names, api_read=True)
        tags = self.create_api_scope(
            "tags",
            "res.partner.category",
            ("name", "display_name"),
            filter_id=shown.id,
            api_read=True,
        )
        token = self.get_token(partners, tags)
        # The first one's parent is outside
        self.assertEqual(
            self.export(token, "name", "parent_id/name", "category_id/name"),
            [["Inside 0", "", ""], ["Inside 1", "Inside 0", "Open"]],
        )
        self.assertEqual(self.export(token, "category_id"), [[""], ["Open"]])
        hidden = self.Partner.create(
            {"name": SECRET, "parent_id": self.inside[0].id, "ref": "out"}
        )
        self.assertTrue(hidden.parent_id)
        found = self.export(token, "name", "child_ids/name", records=self.inside[0])
        self.assertEqual(found, [["Inside 0", "Inside 1"]])

    def test_hidden_records_are_missing(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for ids in (self.outside.ids, [MISSING], [*self.inside.ids, self.outside.id]):
            self.refused(404, token, "export_data", ids=ids, fields_to_export=["name"])
        unfiltered = self.create_api_scope("all", api_read=True, filter_id=False)
        self.refused(
            404,
            self.get_token(unfiltered),
            "export_data",
            ids=[*self.inside.ids, MISSING],
            fields_to_export=["name"],
        )
        writing = self.get_token(self.create_api_scope("w", api_write=True))
        self.refused(
            403, writing, "export_data", ids=self.inside.ids, fields_to_export=["name"]
        )

    def test_scopes_add_up_for_each_record(self):
        self.inside.write({"function": "Boss"})
        self.inside[1].parent_id = False
        # With an address of its own
        values = {"type": "other", "city": "Town", "parent_id": self.inside[1].id}
        self.inside[0].write(values)
        token = self.get_token(
            self.create_api_scope("a", names=("name", "parent_id"), api_read=True),
            self.create_town_scope("name", "function"),
        )
        first = self.inside[0]
        found = self.export(token, "function", records=first)
        self.assertEqual(found, [["Boss"]])
        ids, paths = self.inside.ids, ["name", "function"]
        self.refused(403, token, "export_data", ids=ids, fields_to_export=paths)
        # The parent has a name for the token, and no function
        found = self.export(token, "parent_id/name", records=first)
        self.assertEqual(found, [["Inside 1"]])
        found = self.export(token, "parent_id/function", records=first)
        self.assertEqual(found, [[""]])

    def test_the_user_has_to_have_the_right(self):
        self.user.group_ids -= self.env.ref("base.group_allow_export")
        token = self.get_token(self.create_api_scope(api_read=True))
        self.refused(
            422, token, "export_data", ids=self.inside.ids, fields_to_export=["name"]
        )

    def test_malformed_paths(self):
        names = ("name", "parent_id", "child_ids")
        token = self.get_token(self.create_api_scope(names=names, api_read=True))
        for paths in (
            "name",
            None,
            5,
            [5],
            [["name"]],
            [{}],
            [""],
            ["/"],
            ["name/"],
            ["name/x"],
            ["no_such"],
            ["id/name"],
            [".id/name"],
            ["name.x"],
            ["parent_id.name"],
            ["parent_id/no_such"],
            ["parent_id/" * 11 + "name"],
            ["x" * 10_000],
            ["parent_id/../comment"],
        ):
            with self.subTest(paths=str(paths)[:40]):
                self.refused(
                    422,
                    token,
                    "export_data",
                    ids=self.inside.ids,
                    fields_to_export=paths,
                )
