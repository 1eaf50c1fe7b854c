# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which of some records a token sees or may link, for code with its user's rights."""

from .current import limited_to_scopes
from .model_access import find_closed
from .stand_in import as_readable


def find_visible(access, records, names=()):
    """Return those of ``records`` that the token sees (recordset).

    :param access: :class:`.access.TokenAccess`
    :param names: names of fields that have to be open on them for reading
    """
    if not records:
        return records
    readable = as_readable(records)
    with limited_to_scopes(access):
        if not readable.browse().has_access("read"):
            return records.browse()
        found = readable.exists()._filtered_access("read")
    if names:
        found -= find_closed(access, found, "read", names)
    return records.browse(found._ids)


def find_linkable(access, records):
    """Return those of ``records`` that the token may link (recordset).

    It may always link the user and the companies that it acts in.
    """
    known = {"res.company": access.companies, "res.users": (records.env.uid,)}
    kept = {*known.get(records._name, ()), *find_visible(access, records)._ids}
    return records.browse(one for one in records._ids if one in kept)


def make_plain(value):
    """Return ``value`` of the ORM as JSON has it: lists and plain numbers.

    The ORM writes its commands as tuples, with a number that has a name.
    """
    if isinstance(value, list | tuple):
        return [make_plain(one) for one in value]
    if isinstance(value, dict):
        return {name: make_plain(one) for name, one in value.items()}
    return int(value) if isinstance(value, int) and type(value) is not bool else value
