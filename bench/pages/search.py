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
    :ivar sections: {what a filter says: number of its group}; those of search fields
        are not among them, for each of these is a group of its own
    :ivar dated: numbers of the groups that have a date filter (frozenset)
    """

    filters: dict = field(default_factory=dict)
    picks: frozenset = frozenset()
    groupings: dict = field(default_factory=dict)
    suggestions: list = field(default_factory=list)
    by_name: dict = field(default_factory=dict)
    sections: dict = field(default_factory=dict)
    dated: frozenset = frozenset()

    def default(self, context):
        """Return what is chosen at first: (label, domain, group-bys).

        :param context: of the action (dict)
        """
        names = self._chosen(context)
        domain = [leaf for n in names if n in self.filters for leaf in self.filters[n]]
        groups = [self.groupings[name] for name in names if name in self.groupings]
        for key, chosen in context.items():
            name = key.removeprefix("search_default_")
            if key != name and name not in self.by_name and name != "":
                domain.append((name, "=", chosen))
        return ", ".join(names) or "all", domain, groups

    def beside(self, context, name):
        """Return the default filters that stay when a person chooses another.

        Odoo combines filters of a group by "or" and groups by "and": those of the same
        group are taken to be removed, for they would only add rows.

        :param context: of the action (dict)
        :param name: what the filter says
        :return: (domain, whether the default period is gone)
        """
        domain, is_wide = [], False
        for default in self.default_filters(context):
            if self.sections[default] != self.sections.get(name):
                domain += self.filters[default]
            elif self.sections[default] in self.dated:
                is_wide = True
        return domain, is_wide

    def has_period(self, context):
        """Tell whether an action (its context) shows some period at first."""
        found = {self.sections[name] for name in self.default_filters(context)}
        return bool(found & self.dated)

    def default_filters(self, context):
        """Return what the filters say that an action (its context) chooses (list)."""
        return [name for name in self._chosen(context) if name in self.filters]

    def _chosen(self, context):
        names = [
            key.removeprefix("search_default_")
            for key, chosen in context.items()
            if key.startswith("search_default_") and chosen
        ]
        return [self.by_name[name] for name in names if name in self.by_name]


def read(node, fields, find_value, names):
    """Return the :class:`Search` of a search view.

    :param node: its element
    :param fields: {name: description} of the model
    :param find_value: function of a field's name that returns a value of some record
        (many2one: tuple of id and display name), or None
    :param names: what domains and contexts may name (dict)
    """
    filters, picks, groupings, suggestions, by_name = {}, set(), {}, [], {}
    sections, dated, section = {}, set(), 0
    for element in node.iter("field", "filter", "separator"):
        section += element.tag != "filter"
        if element.tag == "separator":
            continue
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
            made = {f"{described} {each}": domain for each, domain in found.items()}
            filters |= made
            sections |= dict.fromkeys(made, section)
            dated.add(section)
        elif element.get("domain"):
            filters[label] = value(element.get("domain"), names)
            sections[label] = section
        if element.get("name"):
            by_name[element.get("name")] = label
    return Search(
        filters,
        frozenset(picks),
        groupings,
        suggestions,
        by_name,
        sections,
        frozenset(dated),
    )


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
