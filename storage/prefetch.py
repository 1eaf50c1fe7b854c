# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Putting cached values where the ORM keeps what it has read: no query reads them."""


def read(record, fields):
    """Return the values of ``fields`` of ``record`` as the ORM's cache has them.

    :param fields: iterable of fields
    :return: tuple of (field, value), for :func:`fill`
    """
    found = []
    for field in fields:
        # Computes what is pending, and leaves the value in the cache
        record[field.name]  # pylint: disable=pointless-statement
        found.append((field, field._get_cache(record.env)[record.id]))
    return tuple(found)


def look(record, name):
    """Return the value of a stored field of ``record`` to look at, not to change.

    Of JSON the ORM makes a copy at each access, which takes longer than to look.

    :param record: record, as superuser or as somebody who may read the field; or none
    :param name: name of the field
    """
    if record.env.su and record._ids:
        cache = record._fields[name]._get_cache(record.env)
        if record.id in cache:
            return cache[record.id]
    return record[name]


def fill(env, id_, values):
    """Put ``values`` of the record ``id_`` into the ORM's cache.

    What this transaction has changed itself stays.

    :param values: what :func:`read` returns
    """
    cache = env.transaction.field_data
    for field, value in values:
        cache[field].setdefault(id_, value)
