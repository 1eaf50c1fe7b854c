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
    known = [name for name in sorted(names) if name in records._fields]
    return {record: {name: _read(record, name) for name in known} for record in records}


def describe(record, before, after):
    """Return what has changed of ``record`` (str), "" where nothing has.

    :param before: its values (dict) of :func:`read_values`
    :param after: the same, afterwards
    """
    changes = (
        _describe_one(record._fields[name], before[name], after[name])
        for name in before
        if before[name] != after[name]
    )
    return "; ".join(changes)


def _read(record, name):
    value, field = record[name], record._fields[name]
    if field.type in ("one2many", "many2many"):
        return frozenset(map(_name, value))
    if field.type == "many2one":
        return _name(value) if value else ""
    return value


def _name(record):
    """Return what ``record`` is called: a scope by its code, a field by its name."""
    for name in ("code", "name"):
        if name in record._fields:
            return record[name] or ""
    return record.display_name or ""


def _describe_one(field, before, after):
    label = LABELS.get(field.name) or field.string.lower()
    if isinstance(before, frozenset):
        said = [
            f"{verb} {_shorten(', '.join(sorted(names)))}"
            for verb, names in (("added", after - before), ("removed", before - after))
            if names
        ]
        return f"{label}: {'; '.join(said)}"
    if field.type == "boolean":
        return f"{label} {'switched on' if after else 'switched off'}"
    if field.type in UNSAID:
        return f"{label} changed"
    if not before:
        return f"{label} set to {_shorten(after)}"
    if not after:
        return f"{label} removed, was {_shorten(before)}"
    return f"{label} changed from {_shorten(before)} to {_shorten(after)}"


def _shorten(value):
    text = str(value)
    return text if len(text) <= LIMIT else f"{text[: LIMIT - 1]}…"
