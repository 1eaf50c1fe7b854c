# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a search view offers, as the web client makes domains of it."""

from dataclasses import dataclass, field

from .arch import group_spec, periods, value

#: Fields that are searched for a text (``search_bar.js``).
BY_TEXT = ("char", "html", "many2many", "many2one", "one2many", "text")
#: Suggestions below a field, and one more that tells whether there are others.
SUGGESTIONS = 9


@dataclass(frozen=True)
class Search:
    """A search view.

    :ivar filters: {what it says: domain}; among them those that name a value
    :ivar picks: names of the filters that name a value (frozenset)
    :ivar groupings: {what it says: group-by}
    :ivar suggestions: list of (field, model, domain) of the lists of suggestions
    :ivar by_name: {name of a filter or group-by: what it says}
    """

    filters: dict = field(default_factory=dict)
    picks: frozenset = frozenset()
    groupings: dict = field(default_factory=dict)
    suggestions: list = field(default_factory=list)
    by_name: dict = field(default_factory=dict)

    def default(self, context):
        """Return what is chosen at first: (label, domain, group-bys).

        :param context: of the action (dict)
        """
        names = [
            self.by_name[key.removeprefix("search_default_")]
            for key, chosen in context.items()
            if key.startswith("search_default_")
            and chosen
            and key.removeprefix("search_default_") in self.by_name
        ]
        domain = [leaf for n in names if n in self.filters for leaf in self.filters[n]]
        groups = [self.groupings[name] for name in names if name in self.groupings]
        for key, chosen in context.items():
            name = key.removeprefix("search_default_")
            if key != name and name not in self.by_name and name != "":
                domain.append((name, "=", chosen))
        return ", ".join(names) or "all", domain, groups


def read(node, fields, find_value, names):
    """Return the :class:`Search` of a search view.

    :param node: its element
    :param fields: {name: description} of the model
    :param find_value: function of a field's name that returns a value of some record
        (many2one: tuple of id and display name), or None
    :param names: what domains and contexts may name (dict)
    """
    filters, picks, groupings, suggestions, by_name = {}, set(), {}, [], {}
    for element in node.iter("field", "filter"):
        if element.getparent().tag == "filter" or _is_invisible(element):
            continue
        if element.tag == "field":
            found, suggested = _field(element, fields, find_value, names)
            filters |= found
            picks |= set(found)
            suggestions += suggested
            continue
        label = element.get("string") or element.get("name")
        context = value(element.get("context"), names) or {}
        if "group_by" in context:
            groupings[label] = group_spec(context["group_by"], fields)
        elif element.get("date"):
            name = element.get("date")
            described = element.get("string") or fields[name]["string"]
            found = periods(name, element)
            label = f"{described} {next(iter(found))}"
            filters |= {f"{described} {each}": domain for each, domain in found.items()}
        elif element.get("domain"):
            filters[label] = value(element.get("domain"), names)
        if element.get("name"):
            by_name[element.get("name")] = label
    return Search(filters, frozenset(picks), groupings, suggestions, by_name)


def _is_invisible(element):
    return any(
        parent.get("invisible") in ("1", "True")
        for parent in (element, *element.iterancestors())
    )


def _field(element, fields, find_value, names):
    """Return the filters ({label: domain}) and suggestions (list) of a search field."""
    name = element.get("name")
    described = fields[name]
    label = element.get("string") or described["string"]
    kind, found = described["type"], find_value(name)
    if found is None:
        return {}, []
    suggested = []
    if kind in ("many2one", "many2many"):
        domain = value(element.get("domain"), names) or []
        suggested = [(label, described["relation"], domain, found[1])]
    text = found[1] if isinstance(found, (tuple, list)) else found
    if element.get("filter_domain"):
        given = {**names, "self": text}
        return {f"{label} “{text}”": value(element.get("filter_domain"), given)}, (
            suggested
        )
    typed = element.get("operator") or ("ilike" if kind in BY_TEXT else "=")
    filters = {f"{label} “…”": [(name, typed, text)]}
    if suggested:
        operator = element.get("operator") or "="
        filters[f"{label} chosen"] = [(name, operator, found[0])]
    return filters, suggested
