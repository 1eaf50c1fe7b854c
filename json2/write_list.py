# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The commands of a caller while the ORM carries them out.

Each of them has a guard of its own, which judges what follows from its values as if the
caller had made the change by a call of its own.
"""

from .write_cause import find_list


class ListGuards:
    """The guards of the commands on the lists of one call, or of one command."""

    def __init__(self, records, lists, make_guard):
        """
        :param records: those that have the lists; none to be created
        :param lists: {name of a field: :class:`.commands.ListChange`}
        :param make_guard: function of records, operation, values (list of dict) and
            lists, which returns a guard
        """
        self._model = records.browse()
        self._lists = list(lists.values())
        # The ORM puts lines into the list of the last record
        owner = records[-1:].id
        self._creating, self._writing, self._moving = {}, {}, {}
        self._made, self._before = {}, {}
        for change in self._lists:
            key, model = change.field, change.model
            link = {change.inverse: owner} if change.inverse else {}
            if change.creates:
                self._before[key] = set(_read_list(records, key))
                values_list = [{**values, **link} for values in change.creates]
                self._creating[key] = make_guard(
                    model, "create", values_list, change.below_creates
                )
            for one, values_list in change.updates.items():
                self._writing[key, one] = make_guard(
                    model.browse(one), "write", values_list, change.below_updates[one]
                )
            if moved := change.get_moved():
                self._moving[key] = make_guard(model.browse(moved), "write", [link], {})

    def __iter__(self):
        """Yield each guard."""
        yield from self._creating.values()
        yield from self._writing.values()
        yield from self._moving.values()

    def find(self, records, operation, names=()):
        """Return the guard of the command by which ``records`` are about to change.

        :param operation: ``create`` or ``write``
        :param names: names of the fields (set) that are to be written
        :return: None where it is no command of the caller
        """
        change = self._find_change(records, operation)
        if change is None:
            return None
        if operation == "create":
            return self._creating.get(change.field)
        ids = set(records.ids)
        found = self._writing.get((change.field, *ids)) if len(ids) == 1 else None
        if found and names != {change.inverse}:
            return found
        is_moved = change.inverse in names and ids <= change.get_moved() | change.kept
        return self._moving.get(change.field) if is_moved else None

    def note_made(self, guard, records, vals_list):
        """Note that ``records`` were created by a command, with these values.

        :param guard: that of the command
        """
        for change in self._lists:
            if self._creating.get(change.field) is guard:
                made = self._made.setdefault(change.field, {})
                for one, vals in zip(records, vals_list, strict=True):
                    names = frozenset(change.created_names & vals.keys())
                    made.setdefault(names, []).append(one.id)

    def check_after(self, after, own_ids):
        """Check the records of all commands, after the call.

        :param after: :class:`.after.AfterCheck`
        :param own_ids: ids (set) of the records that have the lists
        """
        for change in self._lists:
            change.check_after(after)
            made = self._made.get(change.field)
            if made is None and change.creates:
                # Some code has carried the commands out in place of the ORM
                now = _read_list(self._model.browse(own_ids), change.field)
                new = set(now) - self._before[change.field] - change.linked
                made = {frozenset(change.created_names): new}
            for names, ids in (made or {}).items():
                after.check(change.model.browse(ids), "create", names)
        for guard in self:
            guard.commands.check_after(after, guard.own_ids)

    def may_unlink(self, records):
        """Return whether a command of the caller is about to delete ``records``."""
        change = self._find_change(records, "unlink")
        return change is not None and change.deleted.issuperset(records.ids)

    def _find_change(self, records, operation):
        """Return the ListChange that is being carried out on ``records``, or None."""
        if not any(one.model._name == records._name for one in self._lists):
            return None
        field = find_list(records, operation)
        if field is None or field.model_name != self._model._name:
            return None
        found = [one for one in self._lists if one.field == field]
        # Business code may write another field that holds the same records
        found += [one for one in self._lists if _is_same_list(one.field, field)]
        return found[0] if found else None

    def covers(self, records, operation):
        """Return whether commands of the caller change ``records`` in this way.

        :param operation: ``create``, ``write`` or ``unlink``
        """
        ids = set(records.ids)
        for change in self._lists:
            if change.model._name != records._name:
                continue
            if operation == "create" and change.creates:
                return True
            known = change.deleted
            if operation == "write":
                known = change.updates.keys() | change.get_moved() | change.kept
            if operation != "create" and ids and ids <= known:
                return True
        return False


def _read_list(records, field):
    """Return the ids of all that is in the list ``field`` of ``records``."""
    return records.sudo().with_context(active_test=False)[field.name].ids


def _is_same_list(one, other):
    """Return whether two fields of a model hold the same records, by other domains."""
    if one.type != other.type or one.comodel_name != other.comodel_name:
        return False
    if one.type == "one2many":
        return one.inverse_name == other.inverse_name
    return (one.relation, one.column1) == (other.relation, other.column1)
