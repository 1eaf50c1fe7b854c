# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A naive model of what scopes open: plain Python over records that were read before.

It follows the rules of the documentation word by word, with no thought for speed, and
shares no code with the addon. It knows the domains of Odoo as far as the tests that
compare with it use them.
"""

from collections import namedtuple
from functools import cmp_to_key

#: A field of a model: its type, and the model that it relates to.
Field = namedtuple("Field", "type comodel", defaults=(None,))
#: A model: {name: Field}, its order as [(name, is descending)], the fields by which a
#: name is searched, the names of its fields ``active`` and ``parent`` or None, and
#: {id: {name: value}}. A many2one is an id or False, a list of records is a tuple of
#: ids, archived ones included.
Model = namedtuple("Model", "fields order name_fields active parent records")
#: What a scope opens: model, operations, names of fields, and its filter as a domain.
Scope = namedtuple("Scope", "model operations fields filter")

LISTS = ("one2many", "many2many")
HIERARCHIES = ("child_of", "parent_of")
NEGATIVE = {
    "!=": "=",
    "not in": "in",
    "not like": "like",
    "not ilike": "ilike",
    "not any": "any",
}
#: What an empty value counts as in a comparison.
EMPTY = {"char": "", "integer": 0, "float": 0.0}
FULL_ACCESS = None


class Refused(Exception):
    """The call is refused: the token does not allow it (403)."""


class Closed(Refused):
    """The call is refused for a field that no scope opens on any record."""


class Missing(Exception):
    """A record does not exist, or not for the token (404)."""


class NaiveAccess:
    """What one token may read.

    :ivar models: {name: Model}
    :ivar scopes: list of Scope, or FULL_ACCESS
    :ivar hides_archived: whether a search shows no archived records by itself
    """

    def __init__(self, models, scopes, hides_archived=True):
        self.models = models
        self.scopes = scopes
        self.hides_archived = hides_archived
        self._readers = {model: [] for model in models}
        for scope in scopes or ():
            if "read" in scope.operations:
                # As a record rule, a filter is about archived records, too
                everything = NaiveAccess(models, FULL_ACCESS, hides_archived=False)
                found = everything.match(scope.model, scope.filter)
                self._readers[scope.model].append((scope.fields, found, scope.filter))

    # What is open

    def is_open(self, model, record_id, name):
        """Return whether the field ``name`` of a record is open for reading."""
        return self.scopes is FULL_ACCESS or any(
            record_id in found and (name == "id" or name in fields)
            for fields, found, _ in self._readers[model]
        )

    def has_scope(self, model):
        """Return whether any scope reads ``model`` (name)."""
        return self.scopes is FULL_ACCESS or bool(self._readers[model])

    def is_open_everywhere(self, model, name):
        """Return whether the scopes say so of ``name``, whatever records there are.

        Each scope that reads the model lists it, or one that has no filter.
        """
        readers = self._readers[model]
        return self.scopes is FULL_ACCESS or bool(
            name == "id"
            or (readers and all(name in fields for fields, _, _ in readers))
            or any(name in fields and not domain for fields, _, domain in readers)
        )

    def open_ids(self, model, names):
        """Return the ids (set) of the records on which all of ``names`` are open."""
        return {
            one
            for one in self.models[model].records
            if all(self.is_open(model, one, name) for name in ["id", *names])
        }

    def check_names(self, model, names):
        """Raise Refused where no scope opens one of ``names`` on ``model`` at all."""
        if self.scopes is FULL_ACCESS:
            return
        readers = self._readers[model]
        if not readers:
            raise Refused(model)
        for name in names:
            if name != "id" and not any(name in fields for fields, _, _ in readers):
                raise Closed(f"{model}.{name}")

    def _check_has_name(self, model):
        """Raise Refused where no scope opens a field by which a name is searched."""
        names = self.models[model].name_fields
        if self.scopes is not FULL_ACCESS and not any(
            name in fields for fields, _, _ in self._readers[model] for name in names
        ):
            raise Refused(f"{model}: no name")

    def default_fields(self, model):
        """Return the fields that are meant where the caller lists none (set).

        Those that every scope lists that reads.
        """
        if self.scopes is FULL_ACCESS:
            return {*self.models[model].fields, "id"}
        listed = [fields for fields, _, _ in self._readers[model]]
        return {"id"}.union(frozenset.intersection(*listed)) if listed else {"id"}

    # Which records a domain means

    def search(self, model, domain, names_beside=(), active_test=True):
        """Return the ids (set) of the records that a search sees.

        :param names_beside: what the caller names elsewhere: fields, order, groups
        :raise Refused: for a field that no scope opens
        """
        known = self.models[model]
        names = {*names_in(domain), *names_beside}
        self.check_names(model, names)
        # A search by name has a look of its own at what is open
        names = names_in(domain) - {"display_name"} | set(names_beside)
        found = self.open_ids(model, names) & self.match(model, domain)
        is_said = any(term[0] == known.active for term in conditions_of(domain))
        return self._drop_hidden(model, found) if active_test and not is_said else found

    def _drop_hidden(self, model, ids):
        """Return those of ``ids`` that a search shows by itself: not archived ones.

        Archived ones are shown where the filter of a scope says something of them.
        """
        known = self.models[model]
        shown = set()
        for _fields, found, domain in self._readers[model]:
            if any(term[0] == known.active for term in conditions_of(domain)):
                shown |= found
        return {
            one
            for one in ids
            if not known.active
            or not self.hides_archived
            or known.records[one][known.active]
            or one in shown
        }

    def match(self, model, domain):
        """Return the ids (set) of the records that ``domain`` means.

        Its fields on the model itself count on any record, those of related records
        only where they are open.
        """
        every = set(self.models[model].records)
        stack = []
        for term in reversed(as_prefix(domain)):
            if term == "!":
                stack.append(every - stack.pop())
            elif term == "&":
                stack.append(stack.pop() & stack.pop())
            elif term == "|":
                stack.append(stack.pop() | stack.pop())
            else:
                stack.append(self._match_condition(model, every, *term))
        return stack.pop()

    def _match_condition(self, model, every, path, operator, value):
        name, _dot, rest = path.partition(".")
        if rest:
            return self._match_condition(
                model, every, name, "any", [[rest, operator, value]]
            )
        if operator in NEGATIVE:
            return every - self._match_condition(
                model, every, name, NEGATIVE[operator], value
            )
        if operator in HIERARCHIES:
            return self._match_hierarchy(model, every, name, operator, value)
        if name == "id":
            return every & set(value if operator == "in" else [value])
        if name == "display_name":
            return self._match_name(model, operator, value)
        field = self.models[model].fields[name]
        matches = self._make_test(field, operator, value)
        records = self.models[model].records
        return {one for one in every if matches(records[one][name])}

    def _make_test(self, field, operator, value):
        if not field.comodel:
            return lambda found: compare(field.type, found, operator, value)
        if operator == "any":
            related = self.search(field.comodel, value, active_test=field.type in LISTS)
        elif isinstance(value, str):
            related = self._search_named(field, operator, value)
        else:
            values = value if operator == "in" else [value]
            related = {one for one in values if one}
            if field.type in LISTS:
                return self._make_list_test(field, related, False in values)
            related |= {False} & set(values)
        if field.type in LISTS:
            return lambda found: bool(related & set(found))
        return lambda found: found in related

    def _make_list_test(self, field, ids, is_empty):
        """Return the test whether a list has one of ``ids``, or ``is_empty``."""
        self.check_names(field.comodel, [])
        if self.scopes is FULL_ACCESS:
            # Odoo looks at archived records here, too
            seen = set(self.models[field.comodel].records)
        else:
            seen = self._drop_hidden(field.comodel, self.open_ids(field.comodel, []))
        return lambda found: (
            bool(ids & seen & set(found)) or (is_empty and not seen & set(found))
        )

    def see(self, field, ids):
        """Return those of the ``ids`` of a list that the token sees in it (list)."""
        known = self.models[field.comodel]
        return [
            one
            for one in ids
            if (not known.active or known.records[one][known.active])
            and self.is_open(field.comodel, one, "id")
        ]

    def _search_named(self, field, operator, value):
        """Return the ids (set) of what ``field`` relates to that has such a name."""
        self.check_names(field.comodel, [])
        found = self._match_name(field.comodel, operator, value)
        found &= self.open_ids(field.comodel, [])
        return self._drop_hidden(field.comodel, found) if field.type in LISTS else found

    def _match_hierarchy(self, model, every, name, operator, value):
        """Return the ids (set) of what is below or above a record, step by step.

        Each record on the way is visible, and its link to the parent open.
        """
        field = self.models[model].fields.get(name) or Field("many2one", model)
        walked = field.comodel
        parent = (
            name if walked == model and name != "id" else self.models[walked].parent
        )
        self.check_names(walked, [parent])
        seen = self.open_ids(walked, [])
        if isinstance(value, str):
            found = self._search_named(field, "ilike", value)
            if name == "id":
                found = self._drop_hidden(walked, found)
        else:
            found = seen & set(value if isinstance(value, list) else [value])
        records = self.models[walked].records
        linked = self.open_ids(walked, [parent])
        while True:
            if operator == "child_of":
                step = {one for one in linked if records[one][parent] in found}
            else:
                step = seen & {records[one][parent] for one in found & linked}
            if step <= found:
                break
            found |= step
        if walked == model:
            return found
        records = self.models[model].records
        if field.type in LISTS:
            if self.scopes is not FULL_ACCESS:
                found = self._drop_hidden(walked, found)
            return {one for one in every if found & set(records[one][name])}
        return {one for one in every if records[one][name] in found}

    def _match_name(self, model, operator, value):
        """Return the ids (set) of the records of which an open name matches."""
        self._check_has_name(model)
        known = self.models[model]
        return {
            one
            for one, values in known.records.items()
            if any(
                self.is_open(model, one, name)
                and compare("char", values[name], operator, value)
                for name in known.name_fields
            )
        }

    # In which order

    def sort(self, model, ids, order=None):
        """Return ``ids`` as a list in the ``order`` of a caller or of the model.

        :param order: list of (name, whether it is descending), or None
        """
        return sorted(ids, key=cmp_to_key(self._make_order(model, order)))

    def _make_order(self, model, order):
        known = self.models[model]
        if not order:
            order = known.order
            if not all(self.is_open_everywhere(model, name) for name, _ in order):
                order = [("id", False)]

        def place(one, other):
            for name, is_descending in order:
                result = self._compare_places(model, one, other, name)
                if result:
                    return -result if is_descending else result
            return 0

        return place

    def _compare_places(self, model, one, other, name):
        """Return -1, 0 or 1: where one record stands to another, by one field."""
        if name == "id" or one is None or other is None:
            # No record is one without values
            return compare_values(
                *(self._get_value(model, n, name) for n in (one, other))
            )
        return self.compare_order(
            self.models[model].fields[name],
            self.models[model].records[one][name],
            self.models[model].records[other][name],
        )

    def _get_value(self, model, record_id, name):
        if record_id is None or name == "id":
            return record_id
        value = self.models[model].records[record_id][name]
        return None if value is False else value

    def compare_order(self, field, left, right):
        """Return -1, 0 or 1: where one value of ``field`` stands to another."""
        if field.type == "boolean":
            return compare_values(left, right)
        left, right = (None if one is False else one for one in (left, right))
        if left != right and field.type == "many2one":
            # As the other model is ordered
            return self._make_order(field.comodel, None)(left, right)
        return compare_values(left, right)


def as_prefix(domain):
    """Return ``domain`` (list) with each ``&`` written out, in prefix notation."""
    if not domain:
        return [["id", "!=", 0]]
    result, expected = [], 1
    for term in domain:
        if not expected:
            result.insert(0, "&")
            expected = 1
        result.append(term)
        if term in ("&", "|"):
            expected += 1
        elif term != "!":
            expected -= 1
    return result


def conditions_of(domain):
    """Return the conditions (list) in ``domain``."""
    return [term for term in domain if not isinstance(term, str)]


def names_in(domain):
    """Return the fields (set) that ``domain`` names on the model that is searched."""
    return {term[0].partition(".")[0] for term in conditions_of(domain)}


def compare(kind, found, operator, value):
    """Return whether the value ``found`` of a field of the type ``kind`` matches."""
    empty = EMPTY.get(kind, False)
    found = found or empty
    if operator == "in":
        return found in [one or empty for one in value]
    value = value or empty
    if operator == "=":
        return found == value
    if operator in ("like", "ilike"):
        if operator == "ilike":
            found, value = found.lower(), value.lower()
        return value in found
    if found is False or value is False:
        # No comparison with NULL is true
        return False
    return {
        "<": found < value,
        "<=": found <= value,
        ">": found > value,
        ">=": found >= value,
    }[operator]


def compare_values(left, right):
    """Return -1, 0 or 1 as PostgreSQL orders two values: none at all is the largest."""
    if left == right:
        return 0
    if left is None or right is None:
        return 1 if left is None else -1
    return -1 if left < right else 1
