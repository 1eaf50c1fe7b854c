# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What was changed of a record, in words for the log of events (in English)."""

#: Characters of one value.
LIMIT = 60
#: What people call a field, where its label says too little.
LABELS = {"domain": "filter", "filter_id": "filter"}
#: Types of fields whose values are too long to read, or no text.
UNSAID = frozenset({"binary", "html", "image", "json", "properties", "text"})


def read_values(records, names):
    """Return the values of fields, to be compared: {record: {name: value}}.

    :param records: recordset, as somebody who may read all of it
    :param names: of fields (iterable of str); others are left out
    """
    fields = records._fields
    # What a write leaves of a value that is not stored is only what was sent
    known = [
        name
        for name in sorted(names)
        if name in fields and (fields[name].store or fields[name].inverse)
    ]
    return {record: {name: _read(record, name) for name in known} for record in records}


def describe(record, before, after):
    """Return what has changed of ``record`` (str), "" where nothing has.

    :param before: its values (dict) of :func:`read_values`
    :param after: the same, afterwards
    """
    changes = (
        _describe_one(record._fields[name], before[name], after[name])
        for name in before
        if _differ(record._fields[name], before[name], after[name])
    )
    return "; ".join(changes)


def _differ(field, before, after):
    """Tell whether two values differ, of relations by their records.

    Lines that were written may differ in what they hold.
    """
    if field.type == "one2many":
        return True
    if field.relational:
        return before.keys() != after.keys()
    return before != after


def _read(record, name):
    field = record._fields[name]
    if not field.store:
        # Computed by whoever reads it: its parts may be closed to the one who writes
        return object()
    value = record[name]
    if field.relational:
        return {one.id: _name(one) for one in value}
    return value


def _name(record):
    """Return what ``record`` is called: a scope by its code, a field by its name."""
    if "code" in record._fields:
        return record["code"] or ""
    if record._name == "ir.model.fields":
        return record["name"]
    return record.display_name or ""


def _describe_one(field, before, after):
    label = LABELS.get(field.name) or field.string.lower()
    if field.type in ("one2many", "many2many"):
        changes = ("added", after, before), ("removed", before, after)
        said = [
            f"{verb} {_shorten(', '.join(names))}"
            for verb, new, old in changes
            if (names := [_tell_apart(id_, new) for id_ in new if id_ not in old])
        ]
        return f"{label}: {'; '.join(said)}" if said else f"{label} changed"
    if field.type == "many2one":
        is_same_name = [*before.values()] == [*after.values()]
        before, after = (
            " ".join(f"{name} ({id_})" if is_same_name else name for id_, name in one)
            for one in (before.items(), after.items())
        )
    if field.type == "boolean":
        return f"{label} {'switched on' if after else 'switched off'}"
    if field.type in UNSAID or not field.store:
        return f"{label} changed"
    if not before:
        return f"{label} set to {_shorten(after)}"
    if not after:
        return f"{label} removed, was {_shorten(before)}"
    return f"{label} changed from {_shorten(before)} to {_shorten(after)}"


def _tell_apart(id_, names):
    """Return the name of ``id_``, with its number where others are called the same."""
    is_only_one = list(names.values()).count(names[id_]) == 1
    return names[id_] if is_only_one else f"{names[id_]} ({id_})"


def _shorten(value):
    """Return ``value`` as a short text; of an address without what may be a secret."""
    text = str(value)
    if "://" in text:
        # Not who signs in there, nor parameters
        scheme, _separator, rest = text.partition("://")
        place = rest.partition("?")[0].partition("#")[0]
        authority, slash, path = place.partition("/")
        text = f"{scheme}://{authority.rpartition('@')[2]}{slash}{path}"
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 1]}…"
