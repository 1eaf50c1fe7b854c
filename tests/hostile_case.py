# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Hostile arguments for whatever methods there are and will be."""

import inspect

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

from ..json2.call import READ_METHODS
from ..json2.orm_methods import QUESTIONS
from .test_json2 import SECRET, Json2Case

#: What a caller might try, by the name of the argument. ``{open}`` is a field that the
#: scope opens, ``{hidden}`` one that none does, ``{other}`` the id of a hidden record.
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
        [["{open}", "any", [["id", "any", [["{hidden}", "=", 1]]]]]],
    ),
    "specification": (
        {"{open}": {}, "{hidden}": {}},
        {"create_uid": {"fields": {"login": {}}}},
        {"create_uid": {"context": {"show_email": 1}, "fields": {"display_name": {}}}},
        ["{hidden}"],
        "{hidden}",
    ),
    "fields": (
        ["{open}", "{hidden}"],
        ["{hidden}"],
        ["{hidden}:array_agg"],
        ["x:array_agg({hidden})"],
        ["create_uid.login"],
        "{hidden}",
    ),
    "field_names": (["{hidden}"], ["{open}", "{hidden}"]),
    "groupby": (
        ["{hidden}"],
        ["{open}", "{hidden}"],
        ["create_uid.login"],
        ["create_date:month_number"],
        "{hidden}",
    ),
    "grouping_sets": ([["{hidden}"]], [["{open}"], ["create_uid"]]),
    "aggregates": (
        ["{hidden}:array_agg"],
        ["{hidden}:count_distinct"],
        ["create_uid:recordset"],
        ["{hidden}:max"],
    ),
    "having": ([["{hidden}:count_distinct", ">", 0]],),
    "order": ("{hidden}", "{open}, {hidden} desc", "create_uid.login", "create_uid"),
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
    "groupby_read_specification": ({"{open}": {"{hidden}": {}}},),
}
#: Arguments that a call needs, harmless by themselves.
HARMLESS = {
    "domain": [],
    "specification": {"{open}": {}},
    "fields": ["{open}"],
    "field_names": ["{open}"],
    "groupby": ["{open}"],
    "grouping_sets": [["{open}"]],
    "aggregates": ["__count"],
    "order": "{open}",
    "name": "Outside",
    "values": {"{open}": "x"},
    "vals": {"{open}": "x"},
    "vals_list": [{"{open}": "x"}],
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


class HostileCase(Json2Case):
    def parameters(self, method):
        """Return the names of the arguments that ``method`` takes."""
        found = list(inspect.signature(method).parameters.values())[1:]
        kinds = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
        return {one.name: one for one in found if one.kind not in kinds}

    def calls(self, model, hidden, inside, other, opened="name"):
        """Yield (method, arguments, whether they must be refused) for a model.

        :param hidden: a field that is not open, ``opened`` one that is
        :param inside: id of a record that the token sees, ``other`` of one it does not
        """
        words = {"hidden": hidden, "other": other, "open": opened}
        for name in sorted(dir(self.env.registry[model])):
            try:
                method = get_public_method(self.env[model], name)
                parameters = self.parameters(method)
            except (AttributeError, ValueError, TypeError, AccessError):
                continue
            needs = {
                key: fill(HARMLESS.get(key, "{open}"), **words)
                for key, one in parameters.items()
                if key in HARMLESS or one.default is one.empty
            }
            is_bare = hasattr(method, "_api_model")
            some = {} if is_bare else {"ids": [inside]}
            # Every token for the API may ask for the context of its user
            is_read = name in READ_METHODS or (model, name) == CONTEXT_METHOD
            yield name, {**some, **needs}, not is_read
            if not is_bare:
                yield name, {"ids": [inside, other], **needs}, True
            if name not in READ_METHODS:
                continue
            for key in parameters.keys() & HOSTILE.keys():
                for value in HOSTILE[key]:
                    value = fill(value, **words)
                    is_mild = {(name, None), (name, key)} & MILD
                    yield name, {**some, **needs, key: value}, not is_mild

    def check(self, model, token, hidden, inside, other, opened="name"):
        """Make all :meth:`calls`; returns how many they are."""
        count = 0
        for method, arguments, is_refused in self.calls(
            model, hidden, inside, other, opened
        ):
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
