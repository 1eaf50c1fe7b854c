# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one write of a token changes besides the records that its caller names.

One value may change many records: a field is inherited from a parent, is related to
another record, or has a method that writes its value somewhere else. Everything that
the ORM's own ``create`` and ``write`` do because of a value that the caller sent passes
here, as superuser too, and needs a reason.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from .current import guarded_by, limited_to_scopes
from .deferred_queue import DeferredQueue
from .model_access import find_closed
from .need import InsufficientScope
from .write_cause import NO_FIELD, find_field, find_override
from .write_changes import changed_names
from .write_list import ListGuards
from .write_related import (
    DirectAccess,
    Linked,
    Parents,
    Parts,
    find_new_links,
    has_closed_child,
    is_inherited,
    may_be_opened,
    real_ids,
)

#: What Odoo itself records about a change: the caller decides nothing about it.
_NOTES = frozenset(
    {
        "bus.bus",
        "mail.mail",
        "mail.message",
        "mail.notification",
        "mail.tracking.value",
    }
)
#: Reasons for a change where its links are checked already, or are those of code.
_LINKS_CHECKED = frozenset({"direct", "override"})
#: Addons that defer work to the commit to write these notes.
_NOTING = ("odoo.addons.mail.", "odoo.addons.bus.")


@dataclass
class _Run:
    """One run of the ORM's own ``create`` or ``write``.

    :ivar model: name of the model
    :ivar ids: its records (set), those of a ``create`` as soon as there are any
    :ivar is_creating: whether its records do not exist yet
    :ivar new_parents: {model name: ids (set)} of parents created for its records
    :ivar defaults: fields (set of names) of which a new record has the default value
    """

    model: str
    ids: set
    is_creating: bool = False
    new_parents: dict = dataclass_field(default_factory=dict)
    defaults: set = dataclass_field(default_factory=set)


class WriteGuard:
    """Watches one call of ``create`` or ``write`` with a token.

    :ivar access: :class:`.access.TokenAccess`
    :ivar model: empty recordset of the call's model, as the token's user
    :ivar operation: ``create`` or ``write``
    :ivar sent: fields (set of names) that the caller sent
    :ivar own_ids: ids (set) of the records that the caller names or creates
    :ivar commands: :class:`.write_list.ListGuards` of the commands in its values
    :ivar refusal: the :class:`InsufficientScope` that was raised, in case business code
        has caught it
    """

    def __init__(self, access, records, operation, values_list, lists, above=None):
        """
        :param access: :class:`.access.TokenAccess`
        :param records: the records that the caller names, as the token's user
        :param operation: ``create`` or ``write``
        :param values_list: list of the dicts that the caller sent, one after the other
        :param lists: {name of a field: :class:`.commands.ListChange`} of what commands
            in them do
        :param above: guard of the call that a command is part of
        :raise InsufficientScope: for what can be refused before the call
        """
        self.access = access
        self.model = records.browse()
        self.operation = operation
        self.sent = {name for values in values_list for name in values}
        self.own_ids = set(records.ids)
        self.refusal = None
        self._direct = DirectAccess(access, self.model.env)
        self._parts = Parts(self.model, self.own_ids)
        self._parents = Parents(self._direct, self.model, self.own_ids, self.sent)
        self._runs = []
        self._allowed_directly = {}
        self._expected_links = {}
        self._deferred = []
        self._may_write_related = None
        self._sent_links = Linked(self.model, values_list)
        self._linked = {}
        self._above = above
        for values in values_list:
            for parent, link, new in find_new_links(records, values):
                self._linked.setdefault(parent, {})[new] = link
            if link := self._direct.find_widening_link(records, values):
                raise InsufficientScope(link, self.model._fields[link].comodel_name)

        def make_guard(*arguments):
            return WriteGuard(access, *arguments, above=self)

        self.commands = ListGuards(records, lists, make_guard)
        for values in values_list if operation == "write" else ():
            self._check_parents(records, values)

    # Called by the hooks of the ORM

    def on_create(self, model, vals_list, run):
        """Check and do a creation.

        :param run: the ORM's own ``create``
        :return: the new records
        """
        if not self._runs:
            if model._name != self.model._name or self.operation != "create":
                return run(vals_list)
            return self._run(_Run(model._name, set(), True), run, vals_list)
        if below := self._find_command(model, "create"):
            with guarded_by(below):
                records = below.on_create(model, vals_list, run)
            self.commands.note_made(below, records, vals_list)
            self._parts.note_written(model._name, records.ids)
            return records
        is_parent = self._is_parent_of_new(model)
        reason, cause = "parent", None
        if not is_parent:
            reason, cause = self._judge(model.browse(), "create", vals_list)
        for values in vals_list if reason not in _LINKS_CHECKED else ():
            self._check_link(model.browse(), values)
        # Of a parent its own code may write more as soon as it is there
        new = self._runs[-1].new_parents.setdefault(model._name, set())
        below = _Run(model._name, new if is_parent else set(), True)
        records = self._run(below, run, vals_list)
        self._parts.note_written(model._name, records.ids)
        if reason == "direct":
            self._remember(records, "create", cause, set().union(*vals_list))
        elif reason == "linked":
            expected = self._expected_links.setdefault(model._name, {})
            expected.update(dict.fromkeys(records.ids, cause))
        return records

    def on_write(self, records, vals, run):
        """Check and do a write (``run`` is the ORM's own)."""
        ids = real_ids(records)
        is_own = records._name == self.model._name and not ids.isdisjoint(self.own_ids)
        if not self._runs:
            if not is_own:
                self._check_linked(records, vals)
                return run(vals)
        elif below := self._find_command(records, "write", vals.keys()):
            with guarded_by(below):
                return below.on_write(records, vals, run)
        elif ids:
            if is_own:
                self._check_link(records.browse(ids & self.own_ids), vals)
            others = records.browse(ids - self._get_own_ids(records))
            reason, _cause = self._judge(others, "write", [vals])
            if others and reason not in _LINKS_CHECKED:
                self._check_link(others, vals)
            if reason != "equal":
                self._parts.note_written(records._name, ids)
        return self._run(_Run(records._name, ids), run, vals)

    def on_unlink(self, records, run):
        """Check and do a deletion (``run`` is the ORM's own)."""
        is_command = len(self._runs) == 1 and self.commands.may_unlink(records)
        if self._runs and not is_command:
            others = records.browse(real_ids(records) - self._get_own_ids(records))
            self._judge(others, "unlink", [{}])
        with guarded_by(None):
            return run()

    def on_new(self, records):
        """Note the records that the running ``create`` has made."""
        if self._runs and self._runs[-1].is_creating:
            current = self._runs[-1]
            if current.model != records._name:
                return
            current.ids.update(records.ids)
            current.is_creating = False
            self._parts.note_written(current.model, current.ids)
            if len(self._runs) == 1:
                self.own_ids.update(records.ids)

    def on_defaults(self, model, values, completed):
        """Return the values (dict) of a new record, ``values`` and the default ones.

        :param completed: the same, as Odoo found them
        """
        if not self._runs or not self._runs[-1].is_creating:
            return completed
        completed = self._sent_links.without_defaults(model, values, completed)
        self._runs[-1].defaults |= completed.keys() - values.keys()
        return completed

    # Called at the end of the call

    def run_deferred(self):
        """Run what has been deferred to the commit, where no guard would see it."""
        while self._deferred:
            function = self._deferred.pop(0)
            self._run(_Run(self.model._name, set(self.own_ids)), function)

    def finish(self):
        """Check what can only be told when everything is written.

        :raise InsufficientScope: if a record was carried out of what the token sees, if
            one that was created is not linked, or if a refusal was caught
        """
        if self.refusal:
            raise self.refusal
        for below in self.commands:
            below.finish()
        for (name, operation, cause, names), ids in self._allowed_directly.items():
            records = self.model.env[name].browse(ids).exists()
            records.flush_recordset()
            with limited_to_scopes(self.access):
                is_open = records.has_access(operation)
            if not is_open or find_closed(self.access, records, operation, names):
                raise InsufficientScope(cause, name)
        for name, expected in self._expected_links.items():
            linked = self._parts.find_linked(name)
            for one, cause in expected.items():
                if one not in linked:
                    raise InsufficientScope(cause, name)

    def _find_command(self, records, operation, names=()):
        """Return the guard of the command that the ORM is carrying out, or None."""
        if len(self._runs) != 1:
            return None
        return self.commands.find(records, operation, names)

    def _run(self, _of_orm, method, *args):
        precommit = self.model.env.cr.precommit
        is_outermost = not self._runs and self._above is None
        if is_outermost:
            # The queue has no other way to tell what is in it
            precommit._funcs = DeferredQueue(precommit._funcs)
        self._runs.append(_of_orm)
        try:
            result = method(*args)
        finally:
            self._runs.pop()
        if is_outermost:
            added = precommit._funcs.pop_added()
            for function in added:
                is_note = getattr(function, "__module__", "").startswith(_NOTING)
                (precommit._funcs if is_note else self._deferred).append(function)
        return result

    def _get_own_ids(self, records):
        """Return which ids (set) of the model of ``records`` are the call's own."""
        if records._name != self.model._name:
            return set()
        # What an override writes along with them, it has chosen itself
        return self.own_ids | self._runs[0].ids

    # The reasons

    def _judge(self, records, operation, vals_list, cause=None):
        """Return why a change is allowed; raise InsufficientScope if it is not.

        :param records: those to be changed that are not the call's own
        :param cause: field (name) that the caller sent, where it is known
        :return: (reason, field that the caller sent), either a str, the latter or None
        """
        if operation != "create" and not records:
            return "own", None
        names = set().union(*vals_list)
        if operation == "write":
            changed = {one.id: changed_names(one, vals_list[0]) for one in records}
            records = records.browse(one for one, names in changed.items() if names)
            if not records:
                return "equal", None
            names = set().union(*changed.values())
            # What an override adds may change nothing
            vals_list = [{name: vals_list[0][name] for name in names}]
        if operation == "create" and records._name in _NOTES:
            return "note", None
        cause = cause or self._find_cause(names, records)
        if cause is None:
            return "not sent", None
        if self._is_opened_by_scope(records):
            return "write related", cause
        if self._is_code_of_own_write(records, operation):
            return "override", cause
        if operation == "create":
            if all(self._parts.is_part(records, values) for values in vals_list):
                return "part", cause
            if self._may_get_linked(records):
                return "linked", cause
        else:
            records = self._without_parts(
                records, operation, vals_list[0], names, cause
            )
            if not records:
                return "part", cause
        if not self._direct.may_change(records, operation, vals_list):
            self._refuse(cause, records._name, operation, sorted(names))
        self._remember(records, operation, cause, names)
        return "direct", cause

    def _refuse(self, cause, model, *needed):
        self.refusal = InsufficientScope(cause, model, *needed)
        raise self.refusal

    def _remember(self, records, operation, cause, names):
        """Note a change that the token could make itself, for :meth:`finish`.

        :param names: of the fields that are written (set)
        """
        if operation != "unlink":
            key = (records._name, operation, cause, frozenset(names))
            self._allowed_directly.setdefault(key, set()).update(records.ids)

    def _is_code_of_own_write(self, records, operation):
        """Return whether the code of an override changes ``records``.

        Such code is not watched where the token makes the write itself. Nor is it where
        the ORM makes a write that the token could make, or one on a part of an own
        record.
        """
        found = find_override(records, operation)
        if found is None:
            return False
        above, operation, values = found
        if self.commands.covers(above, operation):
            return True
        values = values if isinstance(values, list) else [values or {}]
        if operation == "create":
            if all(self._parts.is_part(above, one) for one in values):
                return True
        else:
            above = above.browse(set(above.ids) - self._get_own_ids(above))
            above -= self._parts.filter_parts(above, values[0])
            if not above:
                return True
        return self._direct.may_change(above, operation, values)

    def _without_parts(self, records, operation, vals, names, cause):
        """Return ``records`` without parts and parents of own ones."""
        expected = self._expected_links.get(records._name, ())
        records = records.filtered(lambda one: one.id not in expected)
        records -= self._parts.filter_parts(records, vals)
        if operation == "write":
            creating = [
                run.new_parents
                for run in self._runs
                if run.is_creating or self._finds_parent(run.model, records._name)
            ]
            records = records.browse(
                set(records.ids)
                - self._parents.find_writable(records, names, cause)
                # Still being created, as the record below it
                - set().union(*(new.get(records._name, ()) for new in creating))
            )
        return records

    # Parents

    def _finds_parent(self, model, parent):
        """Return whether code finds the parent of a new record, which no column has."""
        link = self.model.env[model]._inherits.get(parent)
        return bool(link) and not self.model.env[model]._fields[link].store

    def _is_parent_of_new(self, model):
        """Return whether a new record of ``model`` is the parent of a new record."""
        run = self._runs[-1]
        parents = self.model.env[run.model]._inherits
        return run.is_creating and model._name in parents

    def _check_parents(self, records, values):
        """Check what the caller sends for parents of ``records``.

        Some models write their parents in an override, before the ORM would.
        """
        for parent_name, link in self.model._inherits.items():
            vals = {
                name: value
                for name, value in values.items()
                if is_inherited(self.model, name, parent_name)
            }
            if vals:
                # Should a new parent be linked too, that has been checked before
                parents = records.sudo()[link]
                self._judge(parents, "write", [vals], min(vals))
                if found := self._direct.find_widening_link(parents, vals):
                    self._refuse(found, parents._fields[found].comodel_name)

    def _check_link(self, records, vals):
        """Check a link to a parent, at any level, that the caller's values lead to.

        :param records: the records that are to get it; none for new ones
        """
        link = self._direct.find_widening_link(records, vals)
        if link:
            cause = self._find_cause({link})
            if cause is not None:
                self._refuse(cause, records._fields[link].comodel_name)

    def _check_linked(self, records, vals):
        """Check what code of an override writes on a parent that the caller links.

        As mail does with the alias of a new team: whose it was, would lose its mail.
        """
        linked = self._linked.get(records._name, {})
        for one in records.browse(real_ids(records) & linked.keys()):
            names = changed_names(one, vals)
            changed = {name: vals[name] for name in names}
            if not names or self._direct.may_change(one, "write", [changed]):
                continue
            self._refuse(min(names & self.sent, default=linked[one.id]), one._name)

    # What is created for an own record

    def _may_get_linked(self, model):
        """Return whether a new record of ``model`` may be one that an own record links.

        The contact of a new applicant is created like that. :meth:`finish` checks that
        it is linked.
        """
        run = self._runs[-1]
        is_direct = run.model == self.model._name and run.ids <= self.own_ids
        has_link = bool(self._parts.get_links(model._name))
        return is_direct and has_link and may_be_opened(model._name)

    # Scopes that may change related records

    def _is_opened_by_scope(self, records):
        """Return whether the scopes let the fields sent change related ``records``."""
        if not may_be_opened(records._name) or not may_be_opened(self.model._name):
            return False
        if self._may_write_related is None:
            self._may_write_related = self._direct.may_write_related(
                self.model, self.operation, self.sent
            )
        return self._may_write_related and not has_closed_child(records)

    # What the caller sent

    def _find_cause(self, names, records=None):
        """Return the field that the caller sent and that is being carried out.

        A default value is nothing that was sent, unless it goes to a record that is.

        :param names: fields (set) of the other record that are to be written
        :param records: those other records, where they are not new
        :return: name of the field; None if this is done for no value of the caller
        """
        first = self._runs[0]
        cause = find_field(
            self.model._name,
            lambda frame: frame.f_code is _RUN and frame.f_locals["_of_orm"] is first,
        )
        if cause is NO_FIELD:
            return None
        if cause is not None:
            found = self._find_sent(cause)
            if found is None and records and cause.name in first.defaults:
                return self._sent_links.find_link(records)
            return found
        # A parent is written directly
        for name in (
            *sorted(names),
            *self.model._inherits.values(),
            *sorted(self.sent),
        ):
            if name in self.sent:
                return name
        return None

    def _find_sent(self, cause):
        """Return the field (name) of the caller that ``cause`` (field) stands for."""
        if cause.name in self.sent:
            return cause.name
        if cause.inverse:
            # One method may carry out several fields, of which the ORM names the first
            for name in sorted(self.sent):
                if self.model._fields[name].inverse == cause.inverse:
                    return name
        return None


_RUN = WriteGuard._run.__code__
