# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The commands by which a caller changes lists: the lines of an order, its tags.

Each command has to be open as if the caller made it by a call of its own: a scope on
the other model allows to create, write or delete these records and fields. Only the
field that links a line to its list need not be listed. :mod:`.write_guard` watches what
the commands change besides.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Command, Domain
from odoo.models import BaseModel

from .after import check_records_open
from .call_context import MAX_ID
from .current import limited_to_scopes
from .enforceable import check_enforceable
from .model_access import check_open, find_closed, make_missing
from .need import get_need
from .orm import make_field_error
from .owner import check_moved
from .properties import check_properties, without_properties
from .values import check_link, check_values, find_linked

#: Commands of one call, at all depths together, and how deep they may be nested.
MOST_COMMANDS = 5000
MOST_DEPTH = 9
#: Commands that name a record which is in the list.
_NAMING = {Command.UPDATE: "update", Command.DELETE: "delete", Command.UNLINK: "unlink"}


@dataclass
class ListChange:
    """What the commands of a caller do with one list, of all records of a call.

    :ivar field: the one2many or many2many
    :ivar model: empty recordset of its records, as the token's user
    :ivar creates: values (list of dict) of new records, to which code may add later
    :ivar updates: {id: values (list of dict)}, likewise
    :ivar created_names: fields (set of names) that the caller sent for new records
    :ivar updated_names: {id: fields (set of names) that the caller sent}
    :ivar linked: ids (set) of records that are linked
    :ivar kept: ids (set) of those that the caller links and that were in the list
    :ivar unlinked: ids (set) of those that are only taken out of the list
    :ivar deleted: ids (set) of those that are deleted
    :ivar below_creates: {name of a field: ListChange} in the new records
    :ivar below_updates: {id: {name of a field: ListChange}}
    """

    field: object
    model: BaseModel
    creates: list = dataclass_field(default_factory=list)
    updates: dict = dataclass_field(default_factory=dict)
    created_names: set = dataclass_field(default_factory=set)
    updated_names: dict = dataclass_field(default_factory=dict)
    linked: set = dataclass_field(default_factory=set)
    kept: set = dataclass_field(default_factory=set)
    unlinked: set = dataclass_field(default_factory=set)
    deleted: set = dataclass_field(default_factory=set)
    below_creates: dict = dataclass_field(default_factory=dict)
    below_updates: dict = dataclass_field(default_factory=dict)

    @property
    def inverse(self):
        """Return the field (name) of the other model that is the list, or None."""
        return self.field.inverse_name if self.field.type == "one2many" else None

    def get_moved(self):
        """Return the ids (set) of those of which :attr:`inverse` is written."""
        return self.linked | self.unlinked if self.inverse else set()

    def note_before(self, after):
        """Tell ``after`` (AfterCheck) which records it is about, before the call."""
        for names, ids in self._group_updates().items():
            after.note(self.model.browse(ids), "write", names)
        after.note(self.model.browse(self.get_moved()), "write")
        for lists in (self.below_creates, *self.below_updates.values()):
            for below in lists.values():
                below.note_before(after)

    def check_after(self, after):
        """Check the records that it has changed and not made, with ``after``."""
        for names, ids in self._group_updates().items():
            after.check(self.model.browse(ids), "write", names)
        moved = self.model.browse(self.get_moved() - self.deleted)
        after.check(moved, "write")

    def _group_updates(self):
        """Return {names of fields (frozenset): ids (list)} of what is updated."""
        groups = {}
        for one, names in self.updated_names.items():
            if one not in self.deleted:
                groups.setdefault(frozenset(names), []).append(one)
        return groups


class ValueCheck:
    """The check of all values that one call writes, with those inside of commands."""

    def __init__(self, access):
        """
        :param access: :class:`.access.TokenAccess`
        """
        self._access = access
        self._number = 0
        # Nothing changes while values are checked
        self._seen = {}

    def check(self, records, operation, values_list, lists=None, depth=0):
        """Raise for a value or a command that the scopes do not allow.

        :param records: those to be written, as the token's user; none to be created
        :param operation: ``create`` or ``write``
        :param values_list: list of the dicts of the caller; one for ``write``
        :param lists: what to add to and return
        :return: {name of a field: ListChange} of the lists that they change
        :raise AccessError: for what no scope allows
        :raise MissingError: for a record that the token does not see or that is not in
            the list
        :raise ValueError: for malformed, too many or too deeply nested commands
        """
        lists = {} if lists is None else lists
        model = records.browse()

        def check_list(field, value):
            commands = self._read(model, field, value, depth)
            if field.name not in lists:
                comodel = model.env[field.comodel_name]
                lists[field.name] = ListChange(field, comodel)
            self._check_list(records, lists[field.name], commands, depth)

        find_linked(self._access, model, values_list, self._seen)
        for values in values_list:
            others = without_properties(self._access, records, operation, values)
            check_values(self._access, model, operation, others, check_list, self._seen)
            check_properties(self._access, records, operation, values)
            check_moved(self._access, records, values)
        return lists

    # The form of commands

    def _read(self, model, field, value, depth):
        """Return the commands (list of lists) that ``value`` of ``field`` is.

        :raise ValueError: for anything else
        """
        if value is None or value is False:
            return [[Command.CLEAR]]
        if not isinstance(value, list):
            raise ValueError(f"Malformed commands for {field.name}.")
        self._number += len(value)
        if self._number > MOST_COMMANDS:
            raise ValueError(f"A call may have {MOST_COMMANDS} commands at most.")
        if value and depth >= MOST_DEPTH:
            raise ValueError("The commands are nested too deep.")
        for command in value:
            self._check_form(model, field, command)
            if command[0] == Command.SET:
                self._number += len(command[2])
        return value

    def _check_form(self, model, field, command):
        is_list = isinstance(command, list) and 1 <= len(command) <= 3
        kind = command[0] if is_list and type(command[0]) is int else None
        if kind == Command.CLEAR:
            return
        second, third = ([*command[1:], None, None] if is_list else (None, None))[:2]
        if kind == Command.CREATE:
            is_right = isinstance(third, dict)
        elif kind == Command.UPDATE:
            is_right = type(second) is int and isinstance(third, dict)
        elif kind in (Command.DELETE, Command.UNLINK, Command.LINK):
            is_right = type(second) is int
        elif kind == Command.SET:
            is_right = isinstance(third, list) and all(type(n) is int for n in third)
        else:
            is_right = False
        if not is_right:
            raise ValueError(f"Malformed commands for {field.name}.")
        ids = third if kind == Command.SET else [second]
        if kind != Command.CREATE and any(not 0 < one <= MAX_ID for one in ids):
            # The ORM would make a new record of it
            raise make_missing(model)

    # What they do

    def _check_list(self, records, change, commands, depth):
        """Check the ``commands`` (list) on the list of ``records``, and note them."""
        named = {kind: set() for kind in _NAMING}
        creates, updates, links, kept = [], {}, set(), None
        dropped = set()
        for command in commands:
            kind = command[0]
            if kind == Command.CREATE:
                creates.append(command[2])
            elif kind in named:
                named[kind].add(command[1])
                if kind == Command.UPDATE:
                    updates.setdefault(command[1], []).append(command[2])
            elif kind == Command.LINK:
                links.add(command[1])
            else:
                ids = set(command[2]) if kind == Command.SET else set()
                # What the commands before have put there, or made visible there
                dropped |= (links | updates.keys()) - ids
                links |= ids
                kept = ids if kept is None else kept & ids
        # Odoo does nothing where a tag that is taken away is not there
        unlinked = () if change.inverse else named[Command.UNLINK]
        self._check_in_list(
            records, change, set().union(*named.values()).difference(unlinked)
        )
        if creates:
            self._check_creates(change, creates, depth)
        if updates:
            self._check_updates(change, updates, depth)
        self._check_deletion(change, named[Command.DELETE])
        self._check_removal(change, named[Command.UNLINK])
        if links:
            self._check_links(records, change, set(links))
        if dropped and records:
            self._check_removal(change, dropped)
        if kept is not None and records:
            self._check_rest(records, change, kept)

    def _check_in_list(self, records, change, ids):
        """Raise MissingError unless all ``ids`` are in the list of all ``records``."""
        if not ids or not self._access.checks_records:
            return
        if not records or not ids <= self._get_common(records, change):
            raise make_missing(records)

    def _get_common(self, records, change):
        """Return the ids (set) of what is in the list of each of ``records``."""
        records = records.sudo().with_context(active_test=False)
        lists = [set(record[change.field.name].ids) for record in records]
        return set.intersection(*lists) if lists else set()

    def _browse(self, change, ids):
        """Return the records ``ids``; none where records are not looked at."""
        return change.model.browse(ids if self._access.checks_records else ())

    def _check_creates(self, change, values_list, depth):
        check_enforceable(change.model, self._access)
        with limited_to_scopes(self._access):
            change.model.check_access("create")
        change.creates += values_list
        change.created_names.update(*values_list)
        self.check(change.model, "create", values_list, change.below_creates, depth + 1)

    def _check_updates(self, change, updates, depth):
        check_enforceable(change.model, self._access)
        check_records_open(self._access, self._browse(change, updates), "write")
        for one, values_list in updates.items():
            change.updates.setdefault(one, []).extend(values_list)
            below = change.below_updates.setdefault(one, {})
            record = self._browse(change, [one])
            self.check(record, "write", values_list, below, depth + 1)
            names = change.updated_names.setdefault(one, set())
            names.update(*values_list)
            check_open(self._access, record, "write", names)

    def _check_deletion(self, change, ids):
        if ids:
            check_enforceable(change.model, self._access)
            check_records_open(self._access, self._browse(change, ids), "unlink")
            change.deleted |= ids

    def _check_removal(self, change, ids):
        """Check that the records ``ids`` may be taken out of the list.

        The ORM deletes those that cannot be without it.
        """
        if not ids:
            return
        self._check_mirror(change)
        if not change.inverse:
            records = self._browse(change, ids)
            check_link(
                self._access,
                change.model,
                change.field,
                records._name,
                records.ids,
                self._seen,
            )
        elif change.model._fields[change.inverse].ondelete == "cascade":
            self._check_deletion(change, ids)
            return
        else:
            check_enforceable(change.model, self._access)
            check_records_open(self._access, self._browse(change, ids), "write")
        change.unlinked |= ids

    def _check_rest(self, records, change, kept):
        """Check that all that is in the list but ``kept`` (ids) may be removed."""
        if not self._access.checks_records:
            return
        ids = self._find_in_list(records, change) - kept
        try:
            self._check_removal(change, ids)
        except (AccessError, MissingError) as refusal:
            error = AccessError(
                records.env._(
                    "“%(field)s” on %(model)s holds records that this access token may"
                    " not take out of it.",
                    field=change.field.name,
                    model=records._name,
                )
            )
            if need := get_need(refusal):
                error.need = need
            raise error from None

    def _find_in_list(self, records, change):
        """Return the ids (set) of what the ORM takes out of the list."""
        field = change.field
        if not change.inverse:
            return set(records[field.name].ids)
        comodel = change.model.with_context(**field.context)
        domain = field.get_comodel_domain(records.browse())
        return set(
            comodel.search(domain & Domain(change.inverse, "in", records.ids)).ids
        )

    def _check_links(self, records, change, ids):
        """Check that the records ``ids`` may get into the list."""
        field, model = change.field, change.model
        check_link(self._access, model, field, model._name, ids, self._seen)
        self._check_mirror(change)
        if not change.inverse:
            change.linked |= ids
            return
        check_enforceable(model, self._access)
        if self._access.checks_records:
            change.kept |= ids & self._get_common(records, change)
        ids -= change.kept
        change.linked |= ids
        lines = self._browse(change, ids)
        check_records_open(self._access, lines, "write")
        self._check_taken(records, change, lines)

    def _check_mirror(self, change):
        """Check the field that the list is in the other model, where a filter needs it.

        It need not be listed, unless the filter of a scope compares it: to link a
        record would bring it under that filter, which opens more of it.
        """
        model = change.model
        opened = self._access.get_model_access(model._name, "write")
        mirrors = model.pool.field_inverses[change.field]
        names = {one.name for one in mirrors if one.model_name == model._name}
        names &= self._access.get_filter_names(model._name)
        for name in sorted(names - (opened.fields if opened else set())):
            raise make_field_error(model, model._fields[name], "write")

    def _check_taken(self, records, change, lines):
        """Check that ``lines`` may leave the lists of other records.

        Where the token may change those lists, or the field of the line that says whose
        it is.
        """
        inverse = change.inverse
        others = lines.sudo()[inverse].sudo(False) - records
        if not others:
            return
        with limited_to_scopes(self._access):
            writable = others._filtered_access("write")
        writable -= find_closed(self._access, writable, "write", [change.field.name])
        closed = (others - writable).ids
        taken = lines.filtered(lambda line: line.sudo()[inverse].id in closed)
        if taken:
            check_values(self._access, change.model, "write", {inverse: False})
            check_open(self._access, taken, "write", [inverse])
