# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whatever methods there are and will be, called with hostile arguments."""

import inspect

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..json2.call import READ_METHODS
from ..json2.orm_methods import QUESTIONS
from .test_json2 import SECRET, Json2Case

#: What a caller might try, by the name of the argument. ``{hidden}`` is a field that no
#: scope opens, ``{other}`` the id of a record outside of the filter.
HOSTILE = {
    "domain": (
        [["{hidden}", "ilike", "s"]],
        ["!", ["{hidden}", "=", False]],
        ["|", ["id", ">", 0], ["{hidden}", "!=", False]],
        [["id", "any", [["{hidden}", "ilike", "s"]]]],
        [["id", "not any", [["id", "any", [["{hidden}", "=like", "s%"]]]]]],
        [["{hidden}.x", "=", 1]],
        [["id", "child_of", ["{other}"]]],
        [["id", "parent_of", ["{other}"]]],
        [["create_uid.login", "like", "a"]],
        [["create_uid", "any", [["login", "like", "a"]]]],
        [["create_uid", "ilike", "a"]],
        [["write_date.month_number", ">", 0]],
        [["id", "in", [["{hidden}", "ilike", "s"]]]],
        [["id", "any!", []]],
        ["&"] * 30,
        [["name", "any", [["id", "any", [["{hidden}", "=", 1]]]]]],
    ),
    "specification": (
        {"name": {}, "{hidden}": {}},
        {"create_uid": {"fields": {"login": {}}}},
        {"create_uid": {"context": {"show_email": 1}, "fields": {"display_name": {}}}},
        ["{hidden}"],
        "{hidden}",
    ),
    "fields": (
        ["name", "{hidden}"],
        ["{hidden}"],
        ["{hidden}:array_agg"],
        ["x:array_agg({hidden})"],
        ["create_uid.login"],
        "{hidden}",
    ),
    "field_names": (["{hidden}"], ["name", "{hidden}"]),
    "groupby": (
        ["{hidden}"],
        ["name", "{hidden}"],
        ["create_uid.login"],
        ["create_date:month_number"],
        "{hidden}",
    ),
    "grouping_sets": ([["{hidden}"]], [["name"], ["create_uid"]]),
    "aggregates": (
        ["{hidden}:array_agg"],
        ["{hidden}:count_distinct"],
        ["create_uid:recordset"],
        ["{hidden}:max"],
    ),
    "having": ([["{hidden}:count_distinct", ">", 0]],),
    "order": ("{hidden}", "name, {hidden} desc", "create_uid.login", "create_uid"),
    "orderby": ("{hidden}", "{hidden}:max"),
    "opening_info": (
        [
            {
                "value": "x",
                "folded": False,
                "offset": 0,
                "limit": 1,
                "progressbar_domain": [["{hidden}", "ilike", "s"]],
            }
        ],
    ),
    "unfold_read_specification": ({"{hidden}": {}},),
    "groupby_read_specification": ({"name": {"{hidden}": {}}},),
}
#: Arguments that a call needs, harmless by themselves.
HARMLESS = {
    "domain": [],
    "specification": {"name": {}},
    "fields": ["name"],
    "field_names": ["name"],
    "groupby": ["name"],
    "grouping_sets": [["name"]],
    "aggregates": ["__count"],
    "order": "name",
    "name": "Outside",
    "values": {"name": "x"},
    "vals": {"name": "x"},
    "vals_list": [{"name": "x"}],
    "operator": "ilike",
    "user": 1,
    "mode": "read",
    "operation": "read",
    "limit": 100,
    "offset": 0,
    "auto_unfold": True,
}
#: Where an answer leaves out what is not open, or not needed, instead of refusing.
MILD = {
    ("fields_get", None),
    ("read_group", "fields"),
    ("read_group", "groupby"),
    ("web_read_group", "opening_info"),
}
#: What a caller might say of the context: of these, the first two count.
CONTEXT_METHOD = ("res.users", "context_get")
CONTEXT = {
    "allowed_company_ids": [1, 2, 3],
    "active_test": False,
    "su": True,
    "uid": 1,
    "show_email": True,
    "show_address": True,
    "read_group_expand": True,
    "default_comment": "x",
    "oauth_ids": [1],
    "oauth_fields": ["comment"],
    "__m2o_order_seen": [],
    "prefetch_fields": False,
}


def fill(value, **known):
    """Return ``value`` with the ``{words}`` of its texts put in."""
    if isinstance(value, dict):
        return {fill(k, **known): fill(v, **known) for k, v in value.items()}
    if isinstance(value, list):
        return [fill(one, **known) for one in value]
    if value == "{other}":
        return known["other"]
    return value.format(**known) if isinstance(value, str) else value


@tagged("post_install", "-at_install")
class TestJson2Hostile(Json2Case):
    def parameters(self, method):
        """Return the names of the arguments that ``method`` takes."""
        found = list(inspect.signature(method).parameters.values())[1:]
        kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        return {one.name: one for one in found if one.kind not in kinds}

    def calls(self, model, hidden, inside, other):
        """Yield (method, arguments, whether they must be refused) for a model."""
        for name in sorted(dir(self.env.registry[model])):
            try:
                method = get_public_method(self.env[model], name)
                parameters = self.parameters(method)
            except (AttributeError, ValueError, TypeError, AccessError):
                continue
            needs = {
                key: HARMLESS.get(key, "name")
                for key, one in parameters.items()
                if key in HARMLESS or one.default is one.empty
            }
            is_bare = hasattr(method, "_api_model")
            some = {} if is_bare else {"ids": [inside]}
            # Every token for the API may ask for the context of its user
            is_open = name in READ_METHODS or (model, name) == CONTEXT_METHOD
            yield name, {**some, **needs}, not is_open
            if not is_bare:
                yield name, {"ids": [inside, other], **needs}, True
            if name not in READ_METHODS:
                continue
            for key in parameters.keys() & HOSTILE.keys():
                for value in HOSTILE[key]:
                    value = fill(value, hidden=hidden, other=other)
                    is_mild = {(name, None), (name, key)} & MILD
                    yield name, {**some, **needs, key: value}, not is_mild

    def check(self, model, token, hidden, inside, other):
        count = 0
        for method, arguments, is_refused in self.calls(model, hidden, inside, other):
            with self.subTest(model=model, method=method, arguments=arguments):
                response = self.call(token, method, model, context=CONTEXT, **arguments)
                told = response.text.replace('"Outside"', "")
                self.assertNotIn(SECRET, told)
                self.assertNotIn("Outside", told)
                if method in QUESTIONS:
                    is_seen = other not in arguments.get("ids", ())
                    said = response.status_code == 200 and response.json()
                    self.assertIs(said, is_seen, told)
                elif is_refused:
                    self.assertIn(response.status_code, (400, 403, 404, 422), told)
                count += 1
        return count

    def test_a_search_follows_few_relations(self):
        names = ("name", "parent_id", "child_ids")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        nested = [["name", "=", "x"]]
        for _number in range(60):
            nested = [["child_ids", "any", nested]]
        for domain in ([["parent_id." * 60 + "name", "=", "x"]], nested):
            for method in ("search", "search_count", "search_read"):
                with self.subTest(method=method):
                    response = self.call(token, method, domain=domain)
                    self.assertEqual(response.status_code, 422, response.text)
                    self.assertIn("10 relations", response.text)
        few = [["parent_id." * 10 + "name", "=", "x"]]
        self.assertEqual(self.call(token, "search", domain=few).status_code, 200)

    @mute_logger("py.warnings", "odoo.sql_db", "odoo.domains")
    def test_every_public_method_of_contacts(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        inside, other = self.inside[0].id, self.outside.id
        count = self.check("res.partner", token, "comment", inside, other)
        self.assertGreater(count, 300)
        self.env.invalidate_all()
        self.assertEqual(self.outside.name, f"Outside {SECRET}")
        self.assertTrue(all(SECRET in text for text in self.inside.mapped("comment")))

    @mute_logger("py.warnings", "odoo.sql_db", "odoo.domains")
    def test_every_public_method_of_users_and_of_a_plain_model(self):
        self.user.partner_id.write({"comment": SECRET, "email": f"{SECRET}@x.example"})
        other = self.env.ref("base.user_admin")
        other.partner_id.name = f"Outside {SECRET}"
        names = ("name",)
        users = self.create_api_scope("me", "res.users", names, api_read=True)
        only = self.env["ir.filters"].create(
            {
                "name": "Belgium",
                "model_id": "res.country",
                "domain": "[('code', '=', 'BE')]",
                "user_ids": False,
            }
        )
        countries = self.create_api_scope(
            "be", "res.country", names, api_read=True, filter_id=only.id
        )
        token = self.get_token(users, countries)
        found = self.check("res.users", token, "email", self.user.id, other.id)
        self.assertGreater(found, 200)
        france = self.env.ref("base.fr")
        france.name = f"Outside {SECRET}"
        belgium = self.env.ref("base.be").id
        found = self.check("res.country", token, "code", belgium, france.id)
        self.assertGreater(found, 200)

    def test_a_domain_that_is_too_deep(self):
        token = self.get_token(self.create_api_scope(api_read=True))
        for depth in (100, 300, 3000):
            deep = [["name", "=", "x"]]
            for _level in range(min(depth, 300)):
                deep = [["parent_id", "any", deep]]
            for domain in (deep, ["!"] * depth + [["name", "=", "x"]]):
                response = self.call(token, "search", domain=domain)
                self.assertIn(response.status_code, (200, 400, 403, 422))
        scope = self.create_api_scope(
            "deep", api_read=True, names=("name", "parent_id")
        )
        token = self.get_token(scope)
        response = self.call(token, "search", domain=deep)
        self.assertIn(response.status_code, (200, 422), response.text[:300])

    def test_arguments_that_a_model_does_not_take(self):
        """As comparisons that a search method has no code for, and made-up columns."""

        def search(_records, _operator, _value):
            raise NotImplementedError

        field = self.registry["res.partner"]._fields["tz_offset"]
        self.patch(field, "search", search)
        names = ("parent_id", "tz_offset", "properties_base_definition_id")
        token = self.get_token(self.create_api_scope(api_read=True, names=names))
        # A column of a plain number, which PostgreSQL takes for a place in the list
        number = "properties_base_definition_id"
        for method, arguments in (
            ("search", {"domain": [["tz_offset", "=", "x"]]}),
            ("search_count", {"domain": [["tz_offset", ">", 5]]}),
            ("search_count", {"domain": [["parent_id", "<", [[]]]]}),
            ("search_count", {"domain": [["parent_id", "<", {"a": 1}]]}),
            ("search", {"domain": [], "order": f"{number}, id"}),
            (
                "formatted_read_group",
                {"domain": [], "groupby": [number], "aggregates": ["__count"]},
            ),
        ):
            with self.subTest(method=method, arguments=arguments):
                with mute_logger("odoo.sql_db"):
                    answer = self.call(token, method, **arguments)
                self.assertIn(answer.status_code, (200, 422), answer.text)
