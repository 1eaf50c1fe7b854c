# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the web client makes of a view (``addons/web/static/src`` of Odoo 19)."""

import ast
from datetime import date, timedelta

from lxml import etree

from dev.console import Stop

#: Widgets that show the names of records (``relatedFields`` in ``views/fields``).
TAGS = ("many2many_tags", "many2many_tags_avatar", "many2many_avatar_user")
X2MANY = ("one2many", "many2many")
#: Types that have an aggregate in groups (``model/relational_model/utils.js``).
AGGREGATED = ("float", "integer", "monetary")
#: Rows of an embedded list (``views/fields/field.js``).
EMBEDDED = 40


def parse(arch):
    """Return the element of a view (str)."""
    return etree.fromstring(arch)


def value(text, names=None):
    """Return what an expression of a view means: a literal, with known names.

    :param text: such as a domain or a context (str); empty is None
    :param names: {name: value}
    :raise Stop: if it is anything else, which is to be taught here
    """

    class Names(ast.NodeTransformer):
        def visit_Name(self, node):
            if node.id in (names or {}):
                return ast.copy_location(ast.Constant(names[node.id]), node)
            return node

    try:
        tree = Names().visit(ast.parse(text.strip(), mode="eval")) if text else None
        return ast.literal_eval(tree) if tree else None
    except (SyntaxError, ValueError):
        raise Stop(f"bench/pages cannot evaluate this yet: {text}") from None


def known(text, names):
    """Return a domain (str) as ``value`` does; empty if it depends on a record."""
    try:
        return value(text, names) or []
    except Stop:
        return []


def own_fields(node):
    """Return the elements of the fields of a view, without those of embedded views."""
    found = []
    for child in node:
        if child.tag == "field":
            found.append(child)
        elif isinstance(child.tag, str) and child.tag not in ("header", "control"):
            found += own_fields(child)
    return found


class Specification:
    """Makes the ``specification`` of what is read (``getFieldsSpec``).

    :param get_views: function of (model, type of view) that returns what Odoo's method
        ``get_views`` does, for views that are embedded without an arch
    """

    def __init__(self, get_views):
        self._get_views = get_views

    def make(self, node, model, models):
        """Return the specification (dict) of a view.

        :param node: its element
        :param models: {model: {"fields": {name: description}}}
        """
        fields = models[model]["fields"]
        found = {}
        for field in own_fields(node):
            name = field.get("name")
            described = fields[name]
            spec = self._make_one(field, described, models, node.tag == "form")
            found[name] = {**found.get(name, {}), **spec}
        return found

    def _make_one(self, field, described, models, in_form):
        kind = described["type"]
        if kind in ("many2one", "reference"):
            hidden = is_hidden(field)
            return {"fields": {} if hidden else {"display_name": {}}}
        if kind not in X2MANY or is_hidden(field):
            return {}
        if field.get("widget") in TAGS:
            return {"fields": {"display_name": {}}}
        relation = described["relation"]
        embedded = [child for child in field if child.tag in ("list", "kanban")]
        if embedded:
            return self._embedded(embedded[0], relation, models)
        if not in_form or field.get("widget"):
            return {"fields": {}}
        mode = field.get("mode", "list").split(",")[0]
        found = self._get_views(relation, mode)
        node = parse(found["views"][mode]["arch"])
        return self._embedded(node, relation, found["models"])

    def _embedded(self, node, model, models):
        spec = {"fields": self.make(node, model, models)}
        spec["limit"] = int(node.get("limit") or EMBEDDED)
        if order := default_order(node):
            spec["order"] = order
        return spec


def is_hidden(field):
    """Tell whether a field is never shown."""
    return any(
        field.get(name) in ("1", "True") for name in ("invisible", "column_invisible")
    )


def default_order(node):
    """Return the order (str, maybe empty) in which a list or kanban is shown."""
    if order := node.get("default_order"):
        return order
    handles = [f for f in own_fields(node) if f.get("widget") == "handle"]
    return f"{handles[0].get('name')}, id" if handles and node.tag == "list" else ""


def aggregates(node, fields):
    """Return what a grouped list sums up (list of str)."""
    names = dict.fromkeys(field.get("name") for field in own_fields(node))
    return [
        f"{name}:{fields[name]['aggregator']}"
        for name in names
        if fields[name].get("aggregator") and fields[name]["type"] in AGGREGATED
    ]


def group_spec(spec, fields):
    """Return a group-by (str) with the interval that dates have by default."""
    name, _colon, interval = spec.partition(":")
    if fields[name]["type"] in ("date", "datetime"):
        return f"{name}:{interval or 'month'}"
    return name


def graph(node, fields):
    """Return the group-bys (list of str) of a graph."""
    return [group_spec(_with_interval(f), fields) for f in _groupings(node)]


def pivot(node, fields):
    """Return the group-bys of the rows and of the columns of a pivot (two lists)."""
    found = {"row": [], "col": []}
    for field in _groupings(node):
        if field.get("type") in found:
            found[field.get("type")].append(group_spec(_with_interval(field), fields))
    return found["row"], found["col"]


def measures(node, fields):
    """Return what a graph or pivot sums up (list of str), besides the count."""
    names = [
        field.get("name")
        for field in own_fields(node)
        if field.get("type") == "measure" and not is_hidden(field)
    ]
    if node.tag == "graph":
        names = names[-1:]
    return [f"{name}:{fields[name]['aggregator']}" for name in names]


def _groupings(node):
    return [
        field
        for field in own_fields(node)
        if not is_hidden(field) and field.get("type") != "measure"
    ]


def _with_interval(field):
    interval = field.get("interval")
    return f"{field.get('name')}:{interval}" if interval else field.get("name")


def periods(field, node):
    """Return {name: domain} of the periods that a date filter offers first."""
    start = date.today().replace(day=1)
    last = (start - timedelta(days=1)).replace(day=1)
    found = {
        "this month": _period(
            field, start, (start + timedelta(days=32)).replace(day=1)
        ),
        "last month": _period(field, last, start),
        "this year": _period(
            field, start.replace(month=1), start.replace(year=start.year + 1, month=1)
        ),
    }
    for option in node.findall("filter"):
        found[option.get("string")] = value(option.get("domain"))
    return found


def _period(field, start, end):
    return [(field, ">=", f"{start} 00:00:00"), (field, "<", f"{end} 00:00:00")]
