# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What the methods that read answer to a token, by the rules of ``naive_access``."""

from functools import cmp_to_key

from .naive_access import (
    LISTS,
    Field,
    Missing,
    NaiveAccess,
    Refused,
    as_prefix,
)


class NaiveCalls(NaiveAccess):
    """The methods of a model that a token may call, with their arguments."""

    def call(self, model, method, arguments):
        """Return the answer of ``method`` in plain values, as JSON has them.

        :raise Refused: for what the token does not allow
        :raise Missing: for a record that is not there for it
        """
        return getattr(self, f"call_{method}")(model, **arguments)

    # Searching

    def call_search(self, model, domain, order=None, offset=0, limit=None, names=()):
        """Return the ids (list) of the records that are found.

        :param names: further fields that the caller names
        """
        order = parse_order(order)
        found = self.search(model, domain, {*names, *(name for name, _ in order)})
        return self.sort(model, found, order)[offset:][:limit]

    def call_search_count(self, model, domain):
        """Return how many records are found."""
        return len(self.search(model, domain))

    def call_search_read(self, model, domain, fields=None, **options):
        """Return the values of the records that are found (list of dict)."""
        if fields is None:
            self.check_names(model, [])
            fields = self.default_fields(model)
        found = self.call_search(model, domain, names=fields, **options)
        return [self.show(model, one, fields) for one in found]

    def call_web_search_read(
        self, model, domain, specification, offset=0, limit=None, order=None
    ):
        """Return one page of records, and how many there are in all."""
        found = self.call_search(model, domain, order, names=specification)
        self.check_specification(model, specification)
        page = found[offset:][:limit]
        shown = [self.show_specified(model, one, specification) for one in page]
        # Odoo says so, too, of a page past the end
        return {"length": len(found) if shown else 0, "records": shown}

    def call_name_search(self, model, name="", domain=(), operator="ilike", limit=100):
        """Return the records (list of [id, name]) that have such a name."""
        domain = ["&", ["display_name", operator, name], *as_prefix(domain)]
        found = self.sort(model, self.search(model, domain, ["display_name"]))
        return [[one, self.get_name(model, one)] for one in found[:limit]]

    # Reading

    def call_read(self, model, ids, fields=None):
        """Return the values of the records ``ids`` (list of dict)."""
        names = self.default_fields(model) if fields is None else fields
        self.check_records(model, ids, names)
        return [self.show(model, one, names) for one in ids]

    def call_web_read(self, model, ids, specification):
        """Return the values of the records ``ids`` (list of dict)."""
        self.check_records(model, ids, specification)
        self.check_specification(model, specification)
        return [self.show_specified(model, one, specification) for one in ids]

    def check_records(self, model, ids, names):
        """Raise what reading the fields ``names`` of the records ``ids`` raises.

        :raise Missing: for a record that no scope opens
        :raise Refused: for a field that is not open on one of the others
        """
        self.check_names(model, [])
        if set(ids) - self.open_ids(model, []):
            # A field that is closed on each record may be told of first
            self.check_names(model, names)
            raise Missing(model)
        self.check_names(model, names)
        if set(ids) - self.open_ids(model, names):
            raise Refused(model)

    def check_specification(self, model, specification):
        """Raise Refused for a field of a related record that no scope opens."""
        for name, wish in specification.items():
            field = self.models[model].fields.get(name)
            if field and field.comodel and wish:
                names = without_own_name(field, wish["fields"])
                # Ids come with the field; a list without a scope has no records
                is_empty = field.type in LISTS and not self.has_scope(field.comodel)
                if names - {"id"} and not is_empty:
                    self.check_names(field.comodel, names)

    def get_name(self, model, record_id):
        """Return the display name of a record (str or False)."""
        return self.models[model].records[record_id]["display_name"]

    def show(self, model, record_id, names, is_named=True):
        """Return the values (dict) of a record, as ``read`` answers them.

        :param is_named: whether a many2one comes with its name
        """
        shown = {"id": record_id}
        for name in set(names) - {"id"}:
            value = self.models[model].records[record_id][name]
            field = self.models[model].fields[name]
            if field.type in LISTS:
                value = self.sort(field.comodel, self.see(field, value))
            elif field.type == "many2one" and value and is_named:
                value = [value, self.get_name(field.comodel, value)]
            shown[name] = value
        return shown

    def show_specified(self, model, record_id, specification):
        """Return the values (dict) of a record, as ``web_read`` answers them."""
        shown = self.show(model, record_id, specification, is_named=False)
        for name, wish in specification.items():
            field = self.models[model].fields.get(name)
            if not field or not field.comodel or not wish:
                continue
            value = shown[name]
            if field.type in LISTS:
                shown[name] = [self._show_related(field, one, wish) for one in value]
            elif value:
                shown[name] = self._show_related(field, value, wish)
        return shown

    def _show_related(self, field, record_id, wish):
        """Return what is seen of a related record: its id, where a field is closed."""
        names = without_own_name(field, wish["fields"])
        shown = {"id": record_id}
        if record_id in self.open_ids(field.comodel, names):
            shown = self.show(field.comodel, record_id, names, is_named=False)
        if len(names) < len(wish["fields"]):
            shown["display_name"] = self.get_name(field.comodel, record_id)
        return shown

    # Grouping

    def call_formatted_read_group(
        self, model, domain, groupby, aggregates, order=None, limit=None
    ):
        """Return the groups (list of dict), without the domain of each."""
        groups = self._group(model, domain, groupby, aggregates)
        order = parse_order(order) or [(spec, False) for spec in groupby]
        fields = {spec: self._find_grouped(model, spec) for spec in groupby}

        def place(one, other):
            for spec, is_descending in order:
                at = groupby.index(spec)
                result = self.compare_order(fields[spec], one[at], other[at])
                if result:
                    return -result if is_descending else result
            return 0

        return [
            {
                **{
                    spec: self._show_group(fields[spec], value)
                    for spec, value in zip(groupby, key, strict=True)
                },
                **{
                    spec: self._aggregate(model, spec, groups[key])
                    for spec in aggregates
                },
            }
            for key in sorted(groups, key=cmp_to_key(place))[:limit]
        ]

    def _group(self, model, domain, groupby, aggregates):
        """Return {values: ids} of the records that are found; a list has several."""
        names = [self._get_head(part) for part in (*groupby, *aggregates)]
        names = [name for name in names if name != "__count"]
        for spec in groupby:
            field = self.models[model].fields[self._get_head(spec)]
            below = spec.partition(".")[2]
            if field.type in LISTS:
                # The groups come with the names of these records
                below = "display_name"
            if below:
                self.check_names(field.comodel, [below])
        groups = {} if groupby else {(): []}
        for one in sorted(self.search(model, domain, names)):
            keys = [()]
            for spec in groupby:
                values = self._find_groups(model, one, spec, groupby)
                keys = [(*key, value) for key in keys for value in values]
            for key in keys:
                groups.setdefault(key, []).append(one)
        return groups

    @staticmethod
    def _get_head(spec):
        return spec.partition(":")[0].partition(".")[0]

    def _find_grouped(self, model, spec):
        """Return the Field whose values the groups of ``spec`` have."""
        field = self.models[model].fields[self._get_head(spec)]
        below = spec.partition(".")[2]
        field = self.models[field.comodel].fields[below] if below else field
        # Those of a list and at the end of a path are ordered by their ids
        is_by_id = field.type in LISTS or (below and field.comodel)
        return Field("integer", field.comodel) if is_by_id else field

    def _find_groups(self, model, record_id, spec, groupby):
        """Return the values (list) of the groups of ``spec`` that a record is in.

        :param groupby: all that is grouped by (list of str)
        """
        name = self._get_head(spec)
        value = self.models[model].records[record_id][name]
        field = self.models[model].fields[name]
        below = spec.partition(".")[2]
        if field.type in LISTS:
            named = self.open_ids(field.comodel, ["display_name"])
            return [one for one in self.see(field, value) if one in named] or [False]
        if below:
            # All that is named of the related records is to be open on them
            paths = [one.partition(".") for one in groupby]
            named = [rest for head, _dot, rest in paths if rest and head == name]
            is_open = value in self.open_ids(field.comodel, named)
            return [self._find_below(field, value if is_open else None, below)]
        return [value and f"{value[:7]}-01"] if spec.endswith(":month") else [value]

    def _find_below(self, field, record_id, name):
        """Return the value of a related record to group by: that of none is None."""
        is_flag = self.models[field.comodel].fields[name].type == "boolean"
        record = self.models[field.comodel].records.get(record_id)
        value = record[name] if record else False
        return None if value is False and not is_flag else value

    def _show_group(self, field, value):
        if value is None:
            return False
        if field.comodel and value:
            return [value, self.get_name(field.comodel, value)]
        return value

    def _aggregate(self, model, spec, ids):
        if spec == "__count":
            return len(ids)
        name, _colon, function = spec.partition(":")
        values = [self.models[model].records[one][name] for one in ids]
        if function == "count_distinct":
            return len({one for one in values if one is not False})
        return {"sum": sum, "min": min, "max": max}[function](values) if ids else False


def without_own_name(field, names):
    """Return ``names`` (set) of related fields without what comes with ``field``."""
    return set(names) - ({"display_name"} if field.type == "many2one" else set())


def parse_order(order):
    """Return the text of an order as a list of (name, whether it is descending)."""
    parts = [part.split() for part in (order or "").split(",") if part.strip()]
    return [(part[0], part[-1].lower() == "desc") for part in parts]
