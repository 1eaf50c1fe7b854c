# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Pages, order and selection of otherinfo."""

import json

from odoo.tests import tagged

from .common import PIXEL
from .test_json2 import Json2Case


@tagged("post_install", "-at_install")
class TestOtherinfo(Json2Case):
    def setUp(self):
        super().setUp()
        self.names = [f"Other {number:02}" for number in range(25)]
        self.others = self.Partner.create(
            [{"name": name, "ref": "in", "color": 1} for name in self.names]
        )
        self.everything = self.inside | self.others
        scope = self.create_api_scope(
            names=("name", "country_id", "image_1920", "child_ids", "create_date")
        )
        self.token = self.get_token(scope)

    def get(self, **parameters):
        return self.bearer("otherinfo", self.token, model="res.partner", **parameters)

    def test_without_parameters_all_records_come(self):
        response = self.get()
        self.assertEqual(set(response.json()), {str(i) for i in self.everything.ids})
        self.assertEqual(response.headers["X-Total-Count"], "27")
        self.assertEqual(response.headers["Cache-Control"], "no-store")

    def test_pages_in_an_order(self):
        found = []
        for offset in (0, 10, 20):
            response = self.get(
                order="name desc", limit=10, offset=offset, fields="name"
            )
            self.assertEqual(response.headers["X-Total-Count"], "27")
            # The text itself is in order, whatever a parser makes of it
            found += [v["name"] for v in json.loads(response.text).values()]
        self.assertEqual(found, sorted(self.everything.mapped("name"), reverse=True))

    def test_some_records_and_some_fields(self):
        ids = [self.others[0].id, self.outside.id, 10**9]
        response = self.get(ids=",".join(map(str, ids)), fields="name")
        self.assertEqual(
            response.json(), {str(ids[0]): {"id": ids[0], "name": "Other 00"}}
        )
        self.assertEqual(response.headers["X-Total-Count"], "1")

    def test_kinds_of_values(self):
        country = self.env.ref("base.be")
        record = self.others[0]
        child = self.Partner.create({"name": "Child", "parent_id": record.id})
        record.write({"country_id": country.id, "image_1920": PIXEL})
        [values] = self.get(ids=record.id).json().values()
        self.assertEqual(values["country_id"], country.name)
        self.assertEqual(values["child_ids"], child.ids)
        self.assertGreater(len(values["image_1920"]), 50)
        self.assertRegex(values["create_date"], r"^\d{4}-\d\d-\d\d ")
        [values] = (
            self.get(ids=record.id, many2one="pair", binary="size").json().values()
        )
        self.assertEqual(values["country_id"], {"id": country.id, "name": country.name})
        self.assertLess(len(values["image_1920"]), 20)

    def test_archived_records_on_demand_alone(self):
        self.others[0].active = False
        self.assertEqual(len(self.get(fields="name").json()), 26)
        self.assertEqual(len(self.get(fields="name", archived=1).json()), 27)

    def test_malformed_parameters(self):
        for parameters in (
            {"limit": "-1"},
            {"limit": "many"},
            {"limit": "0" * 12 + "9" * 30},
            {"ids": "0" * 12 + "9" * 5000},
            {"offset": "1.5"},
            {"offset": "9" * 30},
            {"ids": "1,x"},
            {"ids": ",".join("1" * 10_001)},
            {"fields": "name,comment"},
            {"fields": "no_such"},
            {"order": "comment"},
            {"order": "name; DROP TABLE res_partner"},
            {"order": "name sideways"},
            {"order": "country_id.code"},
            {"archived": "perhaps"},
            {"binary": "x"},
            {"many2one": "x"},
        ):
            with self.subTest(parameters=str(parameters)[:40]):
                response = self.get(**parameters)
                self.assertEqual(response.status_code, 400)
                self.assertEqual(response.json()["error"], "invalid_request")

    def test_orders_that_there_are_not(self):
        names = (
            "name child_ids category_id image_1920 avatar_128 comment country_id"
            " country_code properties contact_address is_company create_date color"
            " company_id barcode active_lang_count vat"
        ).split()
        self.token = self.get_token(self.create_api_scope("odd", names=names))
        refused = ("child_ids", "category_id", "image_1920", "avatar_128")
        for name in names:
            if name not in self.Partner._fields:
                continue
            for order in (name, f"{name} desc", f"name, {name}"):
                with self.subTest(order=order):
                    response = self.get(order=order, fields="name", limit=3)
                    self.assertIn(response.status_code, (200, 400), response.text)
                    if name in refused:
                        self.assertEqual(response.json()["error"], "invalid_request")
        for order in ("name", "country_id desc", "country_code", "id asc, id desc"):
            self.assertEqual(self.get(order=order, limit=3).status_code, 200, order)
        for order in (
            "child_ids.name",
            "country_id.name",
            "country_id.id",
            "name:upper",
            "name nulls first",
            "name\x00",
            "\x00",
            "NAME",
            "name asc desc",
            " ",
            "no_such",
            "company_id.id desc",
        ):
            with self.subTest(order=order):
                response = self.get(order=order)
                self.assertEqual(response.status_code, 400, response.text)
                self.assertEqual(response.json()["error"], "invalid_request")

    def test_odd_parameters(self):
        number = self.others[0].id
        for parameters, status, count in (
            ({"ids": f"{number},{number}, {number}"}, 200, 1),
            ({"ids": "0"}, 200, 0),
            ({"ids": str(2**31 - 1)}, 200, 0),
            ({"ids": str(2**31)}, 400, None),
            ({"ids": "٣"}, 400, None),
            ({"ids": "1\x00"}, 400, None),
            ({"ids": "1,"}, 400, None),
            ({"offset": str(2**31 - 1)}, 200, 0),
            ({"offset": "²"}, 400, None),
            ({"limit": str(2**31 - 1)}, 200, 27),
            ({"limit": "0"}, 200, 0),
            ({"fields": "name,name"}, 200, 27),
            ({"fields": "id"}, 200, 27),
            ({"fields": "name\x00"}, 400, None),
            ({"fields": ","}, 400, None),
            ({"fields": "name,"}, 400, None),
            ({"fields": ""}, 200, 27),
            ({"order": ""}, 200, 27),
            ({"ids": ""}, 200, 27),
        ):
            with self.subTest(parameters=parameters):
                response = self.get(**parameters)
                self.assertEqual(response.status_code, status, response.text)
                if status == 200:
                    self.assertEqual(len(response.json()), count)

    def test_an_order_does_not_tell_of_hidden_values(self):
        wide = self.create_api_scope("wide", names=("name",), filter_id=False)
        narrow = self.create_api_scope("narrow", names=("name", "street"))
        self.token = self.get_token(wide, narrow)
        every = self.get().json()
        opened = {key for key, values in every.items() if "street" in values}
        self.assertLess(opened, every.keys())
        self.assertTrue(opened)
        # The place of another record would tell of its street
        for arguments in ({"order": "street"}, {"fields": "street"}):
            self.assertEqual(self.get(**arguments).json().keys(), opened)
        self.assertEqual(len(self.get(fields="street", limit=1).json()), 1)
