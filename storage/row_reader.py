# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rows that a query has returned in JSON, as plain values."""

from collections import namedtuple
from datetime import datetime

#: Characters of a date without and with a fraction.
SECONDS, MICROSECONDS = len("2000-01-01T00:00:00"), len("2000-01-01T00:00:00.000000")


def to_datetime(text):
    """Return the datetime of ``text`` (ISO 8601 as PostgreSQL writes it), or None."""
    if not text:
        return None
    if len(text) > SECONDS:
        # PostgreSQL leaves out the zeros at the end, which Python 3.10 wants
        text = text.ljust(MICROSECONDS, "0")
    return datetime.fromisoformat(text)


class RowReader:
    """Reads one record, with the records that the query returns inside it.

    :param fields: list of (field, function that converts what JSON has to its value, or
        None); the record is a list in JSON: its id, their values, the inner records
    :param inner: list of (name of the field that refers to a record, its RowReader)
    :param of_row: names of the first of ``fields``, in the same order, where the list
        in JSON begins with an object, the whole row, in place of the id and their
        values
    """

    def __init__(self, fields, inner, of_row=()):
        names = [field.name for field, _convert in fields]
        self._columns = ["id", *of_row] if of_row else None
        self._make = namedtuple("Row", ["id", *names])._make
        self._size = 1 + len(names)
        self._converts = [
            (place, convert)
            for place, (_field, convert) in enumerate(fields, start=1)
            if convert
        ]
        links = {name: 1 + names.index(name) for name, _reader in inner}
        #: (place of the record, place of its reference, field of that, RowReader)
        self._inner = [
            (place, links[name], fields[links[name] - 1][0], reader)
            for place, (name, reader) in enumerate(inner, start=self._size)
        ]
        self._fields = [
            (place, field)
            for place, (field, _convert) in enumerate(fields, start=1)
            if field.name not in links
        ]

    def parse(self, found):
        """Return the record in the list ``found`` as a named tuple, by field names.

        A reference to an inner record is the named tuple of that record, or None.
        """
        if self._columns:
            row, *others = found
            found = [*map(row.__getitem__, self._columns), *others]
        for place, convert in self._converts:
            found[place] = convert(found[place])
        for place, link, _field, reader in self._inner:
            record = found[place]
            found[link] = reader.parse(record) if record else None
        return self._make(found[: self._size])

    def fill(self, cache, row):
        """Put the values of ``row`` into the cache of the ORM.

        :param cache: ``field_data`` of the transaction; what it has changed itself
            stays
        """
        id_ = row[0]
        for place, field in self._fields:
            cache[field].setdefault(id_, row[place])
        for _place, link, field, reader in self._inner:
            record = row[link]
            cache[field].setdefault(id_, record and record[0])
            if record:
                reader.fill(cache, record)
