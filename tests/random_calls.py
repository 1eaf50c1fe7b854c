# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Strategies of Hypothesis: random scopes on three related models, and random calls.

A record is written as ``Place(model, n)``, the n-th of its model, until the records
are known: :func:`put_ids`.
"""

from collections import namedtuple

from hypothesis import strategies as st

from odoo.fields import Command

from .naive_access import LISTS, Scope

THING, PLACE, TAG = "x_oauth_thing", "x_oauth_place", "x_oauth_tag"
Place = namedtuple("Place", "model number")

_KINDS = [
    Command.create({"value": one, "name": one, "sequence": number})
    for number, one in enumerate(("big", "small"))
]
#: {model: {field: (type, values of the definition)}}
FIELDS = {
    TAG: {
        "x_name": ("char", {}),
        "x_size": ("integer", {}),
        "x_active": ("boolean", {}),
    },
    PLACE: {
        "x_name": ("char", {}),
        "x_code": ("char", {}),
        "x_rank": ("integer", {}),
        "x_open": ("boolean", {}),
        "x_tag_id": ("many2one", {"relation": TAG}),
        "x_thing_ids": (
            "one2many",
            {"relation": THING, "relation_field": "x_place_id"},
        ),
    },
    THING: {
        "x_name": ("char", {}),
        "x_code": ("char", {}),
        "x_color": ("integer", {}),
        "x_amount": ("float", {}),
        "x_done": ("boolean", {}),
        "x_kind": ("selection", {"selection_ids": _KINDS}),
        "x_day": ("date", {}),
        "x_place_id": ("many2one", {"relation": PLACE}),
        "x_parent_id": ("many2one", {"relation": THING}),
        "x_child_ids": (
            "one2many",
            {"relation": THING, "relation_field": "x_parent_id"},
        ),
        "x_tag_ids": ("many2many", {"relation": TAG}),
        "x_active": ("boolean", {}),
    },
}
ORDERS = {
    TAG: "x_name, id",
    PLACE: "x_rank desc, id",
    THING: "x_color, x_name desc, id",
}
NAME_FIELDS = {
    TAG: ["x_name"],
    PLACE: ["x_name", "x_code"],
    THING: ["x_name", "x_code"],
}
ACTIVE = {TAG: "x_active", THING: "x_active"}
PARENTS = {THING: "x_parent_id"}
#: How many records there are of each model.
SIZES = {TAG: 5, PLACE: 6, THING: 14}

ALL = {model: {**FIELDS[model], "display_name": ("char", {})} for model in FIELDS}
TYPES = {
    model: {name: kind for name, (kind, _) in fields.items()}
    for model, fields in ALL.items()
}
COMODELS = {
    (model, name): values["relation"]
    for model, fields in ALL.items()
    for name, (_, values) in fields.items()
    if "relation" in values
}

WORDS = ("ant", "bee", "cat", "dog", "eel")
VALUES = {
    "char": [*WORDS, False],
    "integer": [0, 1, 2, 3],
    "float": [0.0, 0.5, 1.5],
    "boolean": [True, False],
    "selection": ["big", "small", False],
    "date": ["2024-01-05", "2024-01-20", "2024-02-03", "2025-02-03", False],
}
EQUAL = ["=", "!=", "in", "not in"]
LIKE = ["like", "ilike", "not like", "not ilike"]
COMPARE = ["<", "<=", ">", ">="]


class Maker:
    """Draws parts of calls, by the names of fields that it is given.

    :ivar draw: as a strategy of Hypothesis is given it
    :ivar opened: {model: names} of fields that are named, but for a few; None for all
    :ivar left_out: names (set) of fields that are not named now
    """

    def __init__(self, draw, opened=None):
        self.draw = draw
        self.opened = opened
        self.left_out = set()

    def choose(self, values):
        return self.draw(st.sampled_from(values))

    def chance(self, percent):
        return self.draw(st.integers(0, 99)) >= 100 - percent

    def get_names(self, model):
        """Return the names (list) of the fields of ``model`` to choose from."""
        names = [name for name in ALL[model] if name not in self.left_out]
        if self.opened is None or self.chance(2):
            return names
        return [name for name in names if name in self.opened.get(model, ())] or ["id"]

    def make_domain(self, model, depth=2):
        """Return a domain (list) with at most ``depth`` relations in a row."""
        shape = self.choose(
            ["", "c", "c", "!c", "cc", "&cc", "|cc", "!|cc", "|!cc", "|c&cc", "c!c"]
        )
        return [
            self.make_condition(model, depth) if one == "c" else one for one in shape
        ]

    def make_condition(self, model, depth):
        """Return one condition (list) of a domain on ``model``."""
        name = self.choose(self.get_names(model))
        if self._has_hierarchy(model, name) and self.chance(30):
            return self._make_hierarchy(model, name)
        if name == "id":
            return ["id", self.choose(["in", "not in"]), self.make_places(model, 1)]
        if (model, name) in COMODELS:
            return self._make_relation(model, name, depth)
        kind = TYPES[model][name]
        values = VALUES[kind]
        operators = EQUAL
        if name == "display_name":
            operators, values = ["=", "!=", *LIKE], WORDS
        elif kind == "char":
            operators = EQUAL + LIKE
        elif kind in ("integer", "float", "date"):
            operators = EQUAL + COMPARE
        operator = self.choose(operators)
        if operator in ("in", "not in"):
            return [name, operator, self._several(values)]
        if operator in LIKE:
            return [name, operator, self.choose([*WORDS, "e", "A"])]
        if operator in COMPARE:
            values = [one for one in values if one is not False]
        return [name, operator, self.choose(values)]

    def _has_hierarchy(self, model, name):
        """Return whether ``child_of`` means something for the field ``name``."""
        walked = model if name == "id" else COMODELS.get((model, name))
        # A list of the same model is none, whoever asks
        is_own_list = walked == model and TYPES[model].get(name) in LISTS
        return walked in PARENTS and not is_own_list

    def _make_hierarchy(self, model, name):
        walked = COMODELS.get((model, name), model)
        value = self.choose([self.make_places(walked, 1), self.choose([*WORDS, "e"])])
        return [name, self.choose(["child_of", "parent_of"]), value]

    def _several(self, values):
        return self.draw(st.lists(st.sampled_from(values), min_size=1, max_size=3))

    def make_places(self, model, least=0):
        """Return a few records (list of Place) of ``model``, at least ``least``."""
        every = [Place(model, number) for number in range(SIZES[model])]
        return self.draw(
            st.lists(st.sampled_from(every), min_size=least, max_size=5, unique=True)
        )

    def _make_relation(self, model, name, depth):
        comodel = COMODELS[model, name]
        left_out = self.left_out
        if TYPES[model][name] in LISTS:
            # Odoo makes one condition of two on a list: what one says of archived
            # records would count for the other
            self.left_out = left_out | {ACTIVE.get(comodel)}
        try:
            return self._make_way(name, comodel, depth)
        finally:
            self.left_out = left_out

    def _make_way(self, name, comodel, depth):
        ways = ["same", "several", "name"]
        if depth and self._is_known(comodel):
            ways += ["path", "path", "any", "any"]
        elif self.opened is not None and comodel not in self.opened:
            ways.remove("name")
        way = self.choose(ways)
        places = [*(Place(comodel, number) for number in range(SIZES[comodel])), False]
        if way == "same":
            return [name, self.choose(["=", "!="]), self.choose(places)]
        if way == "several":
            return [name, self.choose(["in", "not in"]), self._several(places)]
        if way == "name":
            operator = self.choose(["=", "!=", "ilike", "not ilike"])
            return [name, operator, self.choose([*WORDS, "e"])]
        if way == "any":
            operator = self.choose(["any", "not any"])
            return [name, operator, self.make_domain(comodel, depth - 1)]
        path, operator, value = self.make_condition(comodel, depth - 1)
        return [f"{name}.{path}", operator, value]

    def make_order(self, model):
        """Return the text of an order, or None for that of the model."""
        names = [
            name
            for name in self.get_names(model)
            if TYPES[model].get(name) not in LISTS and name != "display_name"
        ]
        if not names or self.chance(30):
            return None
        chosen = self.draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
        parts = [f"{name}{self.choose(['', ' desc'])}" for name in chosen]
        order = ", ".join([*parts, self.choose(["id", "id desc"])])
        # Odoo takes one that reads like the model's own for that one
        return None if order == ORDERS[model] else order

    def make_page(self, model):
        """Return an order, and perhaps a limit and an offset (dict)."""
        page = {"order": self.make_order(model)}
        if self.chance(40):
            page["limit"] = self.choose([1, 2, 3, 5])
            page["offset"] = self.choose([0, 1, 2])
        return page

    def make_fields(self, model):
        """Return names of fields (list)."""
        names = self.get_names(model)
        return self.draw(
            st.lists(st.sampled_from(names), min_size=1, max_size=4, unique=True)
        )

    def make_specification(self, model):
        """Return what is to be read (dict), in part of related records, too."""
        return {
            name: self._make_wish(COMODELS.get((model, name)))
            for name in self.make_fields(model)
        }

    def _make_wish(self, comodel):
        if not comodel or not self._is_known(comodel) or self.chance(40):
            return {}
        return {"fields": {name: {} for name in self.make_fields(comodel)}}

    def _is_known(self, comodel):
        """Return whether to go on to ``comodel``, of which fields are to be named."""
        return self.opened is None or comodel in self.opened or self.chance(2)

    def make_groups(self, model):
        """Return the arguments of a grouping (dict)."""
        kinds = TYPES[model]
        names = [name for name in self.get_names(model) if name in FIELDS[model]]
        groups = [one for name in names for one in self._find_groups(model, name)]
        sums = [
            f"{name}:{function}"
            for name in names
            for function in ("sum", "min", "max")
            if kinds[name] in ("integer", "float")
        ]
        sums += [
            f"{name}:count_distinct"
            for name in names
            if kinds[name] in ("char", "many2one")
        ]
        groupby = self._several_of(groups)
        result = {
            "groupby": groupby,
            "aggregates": ["__count", *self._several_of(sums)],
        }
        if groupby and self.chance(50):
            order = self.draw(st.permutations(groupby))
            parts = [f"{spec}{self.choose(['', ' desc'])}" for spec in order]
            result |= {"order": ", ".join(parts), "limit": self.choose([1, 2, 100])}
        return result

    def _several_of(self, values):
        if not values:
            return []
        return self.draw(st.lists(st.sampled_from(values), max_size=2, unique=True))

    def _find_groups(self, model, name):
        """Return what there is to group by (list of str) by the field ``name``."""
        kind = TYPES[model][name]
        if kind in ("one2many", "float"):
            return []
        if kind == "date":
            return [f"{name}:month"]
        comodel = COMODELS.get((model, name))
        if kind != "many2one" or not self._is_known(comodel):
            return [name]
        below = [
            f"{name}.{one}"
            for one in self.get_names(comodel)
            if TYPES[comodel].get(one) in ("char", "integer", "boolean", "many2one")
            and one in FIELDS[comodel]
        ]
        return [name, *below]

    # Whole calls

    def make_call(self):
        """Return (model, method, arguments)."""
        model = self.choose([THING] * 4 + [one for one in self.opened if one != THING])
        method = self.choose(
            "search search_count search_read web_search_read web_read read name_search"
            " formatted_read_group formatted_read_group".split()
        )
        return model, method, getattr(self, f"_make_{method}")(model)

    def _make_search(self, model):
        return {"domain": self.make_domain(model), **self.make_page(model)}

    def _make_search_count(self, model):
        return {"domain": self.make_domain(model)}

    def _make_search_read(self, model):
        fields = {} if self.chance(20) else {"fields": self.make_fields(model)}
        return {**self._make_search(model), **fields}

    def _make_web_search_read(self, model):
        specification = self.make_specification(model)
        return {**self._make_search(model), "specification": specification}

    def _make_web_read(self, model):
        specification = self.make_specification(model)
        return {"ids": self.make_places(model, 1), "specification": specification}

    def _make_read(self, model):
        fields = {} if self.chance(20) else {"fields": self.make_fields(model)}
        return {"ids": self.make_places(model, 1), **fields}

    def _make_name_search(self, model):
        operator = self.choose(["ilike", "=", "not ilike"])
        # All names are like an empty one
        names = [*WORDS, "e"] if operator == "not ilike" else [*WORDS, "e", ""]
        return {
            "name": self.choose(names),
            "domain": self.make_domain(model, 1),
            "operator": operator,
            "limit": self.choose([100, 3]),
        }

    def _make_formatted_read_group(self, model):
        return {"domain": self.make_domain(model), **self.make_groups(model)}


@st.composite
def cases(draw, most, calls):
    """Draw the scopes of a token (list of Scope) and calls with it (list of tuples).

    :param most: scopes at most
    :param calls: how many calls
    """
    maker = Maker(draw)
    scopes = []
    for number in range(draw(st.integers(1, most))):
        model = maker.choose([THING, PLACE, TAG, THING]) if number else THING
        fields = draw(st.sets(st.sampled_from(list(TYPES[model])), min_size=2))
        others = draw(st.sets(st.sampled_from(["create", "unlink", "write"])))
        operations = {"read", *others} if maker.chance(85) else others or {"read"}
        domain = maker.make_domain(model, 1)
        scopes.append(Scope(model, frozenset(operations), frozenset(fields), domain))
    opened = {
        model: {
            name for scope in scopes if scope.model == model for name in scope.fields
        }
        for model in sorted({scope.model for scope in scopes})
    }
    maker = Maker(draw, opened)
    return scopes, [maker.make_call() for _ in range(calls)]


def put_ids(value, ids):
    """Return ``value`` with the id of each record in its place.

    :param ids: {model: list of ids}
    """
    if isinstance(value, Place):
        return ids[value.model][value.number]
    if isinstance(value, Scope):
        return value._replace(filter=put_ids(value.filter, ids))
    if isinstance(value, dict):
        return {name: put_ids(one, ids) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(put_ids(one, ids) for one in value)
    return value
