# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How often the records of a call are checked, and by whom: once, and by all scopes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from odoo.fields import Command, Domain
from odoo.tests import tagged

from ..json2.enforceable import reads_as_orm
from ..json2.plain_filter import is_plain
from .test_json2 import Json2Case

#: Domains that mean the same to Python and to PostgreSQL, and what they compare.
PLAIN = (
    ("id", "in", "ids"),
    ("id", "not in", "ids"),
    ("id", "=", "first"),
    ("ref", "=", "in"),
    ("ref", "!=", "in"),
    ("ref", "=", ""),
    ("ref", "=", False),
    ("ref", "!=", False),
    ("ref", "in", ["in", False]),
    ("ref", "not in", ["in", ""]),
    ("ref", "in", ["IN", "in "]),
    ("ref", "in", []),
    ("parent_id", "=", "parent"),
    ("parent_id", "!=", "parent"),
    ("parent_id", "=", False),
    ("parent_id", "in", ["parent", False]),
    ("parent_id", "not in", ["parent"]),
    ("active", "=", True),
    ("active", "=", False),
    ("active", "!=", True),
    ("color", "=", 3),
    ("color", "=", 0),
    ("color", "!=", 0),
    ("color", "in", [0, 3]),
    ("color", "not in", [3]),
    ("type", "=", "contact"),
    ("type", "!=", "contact"),
    ("type", "in", ["other", "contact"]),
)
#: Those that are to be looked up by a query, as the user.
NOT_PLAIN = (
    ("name", "ilike", "in"),
    ("ref", "=like", "i%"),
    ("ref", "<", "x"),
    ("ref", "=", 5),
    ("ref", "=?", "in"),
    ("parent_id", "=", "in"),
    ("parent_id", "=", 0),
    ("parent_id", "child_of", "parent"),
    ("parent_id.ref", "=", "out"),
    ("parent_id", "any", [("ref", "=", "out")]),
    ("category_id", "in", "ids"),
    ("color", "=", True),
    ("color", "=", 3.0),
    ("active", "=", 1),
    ("create_date", "!=", False),
    ("create_date", ">", "today"),
    ("display_name", "=", "in"),
    ("partner_latitude", "=", 0),
    ("barcode", "=", "x"),
    ("is_company", "in", "ids"),
    ("lang", "=", False),
)


@tagged("post_install", "-at_install")
class TestJson2Checks(Json2Case):
    # There is no replica, which would be asked first
    _registry_readonly_enabled = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.filters = cls.env["ir.filters"].create(
            [
                {
                    "name": f"Checked {number}",
                    "model_id": "res.partner",
                    "domain": f"[('id', 'in', {[*cls.inside.ids, number + 10**6]})]",
                    "user_ids": False,
                }
                for number in range(5)
            ]
        )

    def count(self, request):
        """Return how many statements a request takes that has been sent before."""
        request()
        request()
        return len(self.list_statements(request))

    def test_a_scoped_call_takes_no_more_statements_than_one_with_full_access(self):
        names = ("name", "street")
        rights = {"api_read": True, "api_write": True, "names": names}
        full = self.env["oauth.provider.scope"].create(
            {"name": "Full", "code": "full", "full_access": True}
        )
        five = [
            self.create_api_scope(f"s{one.id}", filter_id=one.id, **rights)
            for one in self.filters
        ]
        tokens = {
            "full": self.get_token(full),
            "one": self.get_token(five[0]),
            "five": self.get_token(*five),
        }
        titles = iter(range(100))
        calls = {
            "read": lambda token: self.call(
                token, "read", ids=self.inside.ids, fields=["name"]
            ),
            "search_read": lambda token: self.call(
                token,
                "search_read",
                domain=[["id", "in", self.inside.ids]],
                fields=["name"],
            ),
            "write": lambda token: self.call(
                token,
                "write",
                ids=self.inside.ids,
                vals={"street": f"Street {next(titles)}"},
            ),
        }
        for method, call in calls.items():
            with self.subTest(method=method):
                found = {
                    name: self.count(lambda token=token, call=call: call(token))
                    for name, token in tokens.items()
                }
                self.assertEqual(found["one"], found["full"], found)
                self.assertEqual(found["five"], found["full"], found)

    def test_what_no_scope_opens_is_not_read(self):
        """Hidden and missing records are the same to the caller, whatever is read."""
        token = self.get_token(
            self.create_api_scope(
                api_read=True, names=("name", "child_ids", "display_name", "active")
            )
        )
        inside, outside = self.inside.ids, self.outside.id
        for fields in (
            ["name"],
            ["id"],
            ["id", "name"],
            ["child_ids"],
            ["display_name"],
            ["active"],
            [],
            None,
        ):
            answer = self.call(token, "read", ids=inside[::-1], fields=fields)
            self.assertEqual([one["id"] for one in answer.json()], inside[::-1])
            twice = self.call(token, "read", ids=inside * 2, fields=fields)
            self.assertEqual({one["id"] for one in twice.json()}, set(inside))
            said = set()
            for ids in (
                [outside],
                [10**8],
                [*inside, outside],
                [*inside, 10**8],
                [10**8, outside, inside[0]],
            ):
                with self.subTest(fields=fields, ids=ids):
                    answer = self.call(token, "read", ids=ids, fields=fields)
                    self.assert_refused(answer)
                    said.add((answer.status_code, answer.text))
            self.assertEqual(len(said), 1, said)

    def test_a_model_that_reads_as_superuser_is_checked_before(self):
        """Odoo reads some fields of the own account without asking for access."""
        users = self.env["res.users"]
        self.assertFalse(reads_as_orm(users))
        self.assertTrue(reads_as_orm(self.Partner))
        others = self.env["ir.filters"].create(
            {
                "name": "Others",
                "model_id": "res.users",
                "domain": "[('id', '!=', uid)]",
                "user_ids": False,
            }
        )
        token = self.get_token(
            self.create_api_scope(
                model="res.users",
                api_read=True,
                own_user_only=False,
                filter_id=others.id,
                names=("name", "lang"),
            )
        )
        for fields in (["name"], ["lang"], ["name", "lang"]):
            answer = self.call(
                token, "read", "res.users", ids=self.user.ids, fields=fields
            )
            self.assert_refused(answer)

    def test_a_write_does_not_carry_a_record_out_of_a_plain_filter(self):
        fields = ("name", "ref", "parent_id")
        rights = {"api_read": True, "api_write": True, "names": fields}
        for text in (
            "[('ref', '=', 'in')]",
            "['|', ('ref', '=', 'in'), ('ref', '=', 'also')]",
            "['!', ('ref', 'not in', ['in'])]",
            f"[('parent_id', '!=', {self.filters[0].id + 10**6}), ('ref', '=', 'in')]",
        ):
            self.filter.domain = text
            scope = self.create_api_scope(f"s{len(text)}", **rights)
            token = self.get_token(scope)
            with self.subTest(text=text):
                person = self.inside[0]
                answer = self.call(
                    token, "write", ids=person.ids, vals={"ref": "moved"}
                )
                self.assert_refused(answer)
                self.env.invalidate_all()
                self.assertEqual(person.ref, "in")
                answer = self.call(
                    token, "write", ids=person.ids, vals={"name": "Moved"}
                )
                self.assertEqual(answer.status_code, 200, answer.text)
                answer = self.call(
                    token, "write", ids=self.outside.ids, vals={"ref": "in"}
                )
                self.assert_refused(answer)

    def fill(self, condition):
        """Return the Domain of a condition above, with the ids of the records."""
        name, operator, value = condition
        known = {
            "ids": self.people[:2].ids,
            "first": self.people[0].id,
            "parent": self.outside.id,
        }
        if isinstance(value, list):
            value = [known.get(one, one) if type(one) is str else one for one in value]
        elif isinstance(value, str):
            value = known.get(value, value)
        return Domain(name, operator, value)

    def test_what_is_plain_is_the_same_to_python_and_to_postgresql(self):
        self.people = self.Partner.create(
            [
                {"name": "a", "ref": "in", "color": 3, "parent_id": self.outside.id},
                {"name": "b", "ref": False, "color": 0, "active": False},
                {"name": "c", "ref": "IN", "color": -1, "type": "other"},
                {"name": "d", "ref": "x", "type": False},
                {"name": "e", "ref": "in ", "type": "contact"},
            ]
        )
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET ref = '', color = NULL WHERE id = %s",
            [self.people[3].id],
        )
        self.env.invalidate_all()
        model = self.Partner.with_user(self.user)
        searched = self.Partner.with_context(active_test=False)
        domains = [self.fill(one) for one in PLAIN]
        domains += [~one for one in domains]
        domains += [
            one & other if number % 2 else one | other
            for number, (one, other) in enumerate(
                zip(domains, domains[5:], strict=False)
            )
        ]
        for domain in domains:
            with self.subTest(domain=str(domain)):
                self.assertTrue(is_plain(model, domain))
                found = searched.search(domain & Domain("id", "in", self.people.ids))
                self.env.invalidate_all()
                filtered = self.people.sudo().filtered_domain(domain)
                self.assertEqual(set(found.ids), set(filtered.ids))
        for condition in NOT_PLAIN:
            with self.subTest(condition=condition):
                self.assertFalse(is_plain(model, self.fill(condition)))
                both = self.fill(condition) | domains[0]
                self.assertFalse(is_plain(model, both))

    def test_today_is_that_of_the_user_of_the_token(self):
        """Nor is it that of the superuser, or of whoever called before."""
        self.filter.domain = (
            "[('ref', '=', context_today().strftime('%Y-%m-%d')), ('id', '!=', uid)]"
        )
        token = self.get_token(self.create_api_scope(api_read=True))
        east, west = "Pacific/Kiritimati", "Pacific/Midway"
        for timezone, other in ((east, west), (west, east)):
            self.user.tz, self.env.ref("base.user_root").tz = timezone, other
            for person, zone in zip(self.inside, (timezone, other), strict=True):
                # Never the same day in both
                person.ref = datetime.now(ZoneInfo(zone)).date().isoformat()
            found = self.call(token, "search", domain=[])
            self.assertEqual(found.json(), self.inside[0].ids)

    def test_a_field_that_the_user_may_not_read_is_not_plain(self):
        field = self.Partner._fields["ref"]
        domain = Domain("ref", "=", "in")
        model = self.Partner.with_user(self.user)
        self.assertTrue(is_plain(model, domain))
        self.patch(field, "groups", "base.group_system")
        self.assertFalse(is_plain(model, domain))
        scope = self.create_api_scope(api_read=True)
        self.user.group_ids = [Command.unlink(self.env.ref("base.group_system").id)]
        token = self.get_token(scope)
        found = self.call(token, "search", domain=[])
        self.assertEqual((found.status_code, found.json()), (200, []))
        self.assert_refused(
            self.call(token, "read", ids=self.inside.ids, fields=["name"])
        )
