# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a write really changes: what it leaves as it is needs no reason."""

from odoo.fields import Command

#: Types of fields whose values are not compared: what they hold is elsewhere.
_UNCOMPARED = frozenset({"properties", "properties_definition"})


def changed_names(record, values):
    """Return the fields (set of names) that ``values`` change on ``record``.

    :param record: one record; compared in its company and language
    :param values: dict, as ``write`` takes it
    """
    record = record.sudo().with_context(bin_size=False, active_test=False)
    return {
        name
        for name, value in values.items()
        if name not in record._fields or _changes(record, record._fields[name], value)
    }


def _changes(record, field, value):
    if field.type in _UNCOMPARED:
        return True
    if field.type in ("one2many", "many2many"):
        return _changes_list(set(record[field.name].ids), value)
    try:
        new = field.convert_to_cache(value, record)
    except (AssertionError, TypeError, ValueError):
        return True
    if new != field.convert_to_cache(record[field.name], record):
        return True
    if field.store and field.translate and record.env.lang:
        # The text of another language shows where there is none of this one
        stored = field._get_stored_translations(record) or {}
        return bool(new) and record.env.lang not in stored
    return False


def _changes_list(before, commands):
    """Return whether ``commands`` change a list that has the ids ``before`` (set)."""
    if commands is None or commands is False:
        return bool(before)
    if not isinstance(commands, list):
        # The records themselves, in whichever form
        return True
    after = set(before)
    for command in commands:
        if not isinstance(command, list | tuple) or not command:
            return True
        if command[0] == Command.LINK:
            after.add(command[1])
        elif command[0] == Command.UNLINK:
            after.discard(command[1])
        elif command[0] == Command.CLEAR:
            after.clear()
        elif command[0] == Command.SET:
            after = set(command[2])
        else:
            return True
    return after != before
