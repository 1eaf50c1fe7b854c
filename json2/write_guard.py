# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What one write of a token changes beside the records that its caller names.

One value may change many records: a field is inherited from a parent, is taken from
another record, or has a method that writes its value somewhere else. Everything that
the ORM's own ``create`` and ``write`` do because of a value that the caller sent passes
here, whether as superuser or not, and needs a reason.
"""

from dataclasses import dataclass
from dataclasses import field as dataclass_field

from .current import guarded_by, held_to
from .insufficient_scope import InsufficientScope
from .write_cause import ASIDE, find_field, find_override
from .write_equal import changed_names
from .write_parents import Parents
from .write_parts import Parts
from .write_reach import Reach, is_inherited

#: What Odoo itself notes about a change: nothing that the caller decides.
_NOTES = frozenset(
    {
        "bus.bus",
        "mail.mail",
        "mail.message",
        "mail.notification",
        "mail.tracking.value",
    }
)
#: Addons that put work off to the commit to write these notes.
_NOTING = ("odoo.addons.mail.", "odoo.addons.bus.")


def may_be_any(model):
    """Tell whether related records of ``model`` (str) can be opened by a box at all.

    Not accounts, groups, what governs access, nor what this addon keeps.
    """
    return model not in ("res.users", "res.groups") and not model.startswith(
        ("ir.", "oauth.provider.", "res.users.", "res.groups.")
    )


@dataclass
class _Body:
    """One run of the ORM's own ``create`` or ``write``.

    :ivar model: name of the model
    :ivar ids: its records (set), those of a ``create`` as soon as there are any
    :ivar is_making: whether it makes records that there are not yet
    :ivar made_parents: {model name: ids (set)} of what they are to be made of
    """

    model: str
    ids: set
    is_making: bool = False
    made_parents: dict = dataclass_field(default_factory=dict)


class WriteGuard:
    """Watches one call of ``create`` or ``write`` in the name of a token.

    :ivar refusal: the :class:`InsufficientScope` that was raised, should business code
        have caught it
    """

    def __init__(self, access, records, operation, values_list):
        """
        :param access: :class:`.access.ApiAccess`
        :param records: the records that the caller names, as the token's user
        :param operation: ``create`` or ``write``
        :param values_list: list of the dicts that the caller sent
        """
        self.access = access
        self.model = records.browse()
        self.operation = operation
        self.sent = {name for values in values_list for name in values}
        self.own = set(records.ids)
        self.refusal = None
        self._reach = Reach(access, self.model.env)
        self._parts = Parts(self.model, self.own)
        self._parents = Parents(self._reach, self.model, self.own, self.sent)
        self._bodies = []
        self._allowed_itself = {}
        self._made = {}
        self._put_off = []
        self._boxed = None
        links = [self._reach.find_bad_link(records, values) for values in values_list]
        for link in filter(None, links):
            raise InsufficientScope(link, self.model._fields[link].comodel_name)
        if operation == "write":
            self._check_parents(records, values_list[0])

    # Entered by the hooks of the ORM

    def on_create(self, model, vals_list, body):
        """Check and do a creation (``body`` is the ORM's own); return the records."""
        if not self._bodies:
            if model._name != self.model._name or self.operation != "create":
                return body(vals_list)
            return self._run(_Body(model._name, set(), True), body, vals_list)
        is_parent = self._is_parent_of_new(model)
        reason, cause = "parent", None
        if not is_parent:
            reason, cause = self._judge(model.browse(), "create", vals_list)
        above = self._bodies[-1]
        records = self._run(_Body(model._name, set(), True), body, vals_list)
        self._parts.note(model._name, records.ids)
        if is_parent:
            above.made_parents.setdefault(model._name, set()).update(records.ids)
        if reason == "itself":
            self._remember(records, "create", cause)
        elif reason == "linked":
            made = self._made.setdefault(model._name, {})
            made.update(dict.fromkeys(records.ids, cause))
        return records

    def on_write(self, records, vals, body):
        """Check and do a write (``body`` is the ORM's own)."""
        ids = {one for one in records._ids if isinstance(one, int)}
        is_own = records._name == self.model._name and not ids.isdisjoint(self.own)
        if not self._bodies:
            if not is_own:
                return body(vals)
        elif ids:
            if is_own:
                self._check_own_link(records.browse(ids & self.own), vals)
            others = records.browse(ids - self._own_ids(records))
            if self._judge(others, "write", [vals])[0] != "equal":
                self._parts.note(records._name, ids)
        return self._run(_Body(records._name, ids), body, vals)

    def on_unlink(self, records, body):
        """Check and do a deletion (``body`` is the ORM's own)."""
        if self._bodies:
            ids = {one for one in records._ids if isinstance(one, int)}
            self._judge(records.browse(ids - self._own_ids(records)), "unlink", [{}])
        with guarded_by(None):
            return body()

    def on_new(self, records):
        """Note the records that the running ``create`` has made."""
        if self._bodies and self._bodies[-1].is_making:
            body = self._bodies[-1]
            if body.model != records._name:
                return
            body.ids.update(records.ids)
            body.is_making = False
            self._parts.note(body.model, body.ids)
            if len(self._bodies) == 1:
                self.own.update(records.ids)

    def finish(self):
        """Check at the end of the call what can only be told then.

        :raise InsufficientScope: if something was refused and the refusal was caught
        :raise AccessError: if a record was carried out of what the token sees
        """
        if self.refusal:
            raise self.refusal
        for (name, operation, cause), ids in self._allowed_itself.items():
            records = self.model.env[name].browse(ids).exists()
            records.flush_recordset()
            with held_to(self.access):
                is_open = records.has_access(operation)
            if not is_open:
                raise InsufficientScope(cause, name)
        for name, made in self._made.items():
            linked = self._parts.find_linked(name)
            for one, cause in made.items():
                if one not in linked:
                    raise InsufficientScope(cause, name)

    def carry_out_rest(self):
        """Do what has been put off to the commit, which no guard would see there."""
        while self._put_off:
            function = self._put_off.pop(0)
            self._run(_Body(self.model._name, set(self.own)), function)

    def _run(self, _body, method, *args):
        # The queue has no other way to tell what is in it
        queue = self.model.env.cr.precommit._funcs
        before = len(queue)
        self._bodies.append(_body)
        try:
            result = method(*args)
        finally:
            self._bodies.pop()
        if not self._bodies:
            for function in list(queue)[before:]:
                if not getattr(function, "__module__", "").startswith(_NOTING):
                    queue.remove(function)
                    self._put_off.append(function)
        return result

    def _own_ids(self, records):
        """Return which ids (set) of the model of ``records`` are the call's own."""
        if records._name != self.model._name:
            return set()
        # What an override writes along with them, it has chosen itself
        return self.own | self._bodies[0].ids

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
        if operation == "create" and records._name in _NOTES:
            return "note", None
        cause = cause or self._find_cause(names)
        if cause is None:
            return "unsent", None
        if self._is_open_by_box(records._name):
            return "box", cause
        if self._is_code_of_own_write(records, operation):
            return "override", cause
        if operation == "create":
            if all(self._parts.vanishes_by(records, values) for values in vals_list):
                return "part", cause
            if self._may_get_linked(records):
                return "linked", cause
        else:
            records = self._without_parts(
                records, operation, vals_list[0], names, cause
            )
            if not records:
                return "part", cause
        if not self._reach.may_change(records, operation, vals_list):
            self.refusal = InsufficientScope(cause, records._name)
            raise self.refusal
        self._remember(records, operation, cause)
        return "itself", cause

    def _is_code_of_own_write(self, records, operation):
        """Tell whether the code of an override changes ``records``.

        That is not covered where the token makes the write itself. Nor is it where the
        ORM does so for the token, which could make it, or on a part of an own record.
        """
        found = find_override(records, operation)
        if found is None:
            return False
        above, operation, values = found
        values = values if isinstance(values, list) else [values or {}]
        if operation == "create":
            if all(self._parts.vanishes_by(above, one) for one in values):
                return True
        else:
            above = above.browse(set(above.ids) - self._own_ids(above))
            above -= self._parts.find(above, values[0])
            if not above:
                return True
        return self._reach.may_change(above, operation, values)

    def _without_parts(self, records, operation, vals, names, cause):
        """Return ``records`` without parts and parents of own ones."""
        made = self._made.get(records._name, ())
        records = records.filtered(lambda one: one.id not in made)
        records -= self._parts.find(records, vals)
        if operation == "write":
            making = [body.made_parents for body in self._bodies if body.is_making]
            records = records.browse(
                set(records.ids)
                - self._parents.find_in_reach(records, names, cause)
                # Still being made, as the record that is to be made of it
                - set().union(*(made.get(records._name, ()) for made in making))
            )
        return records

    def _remember(self, records, operation, cause):
        if operation != "unlink":
            key = (records._name, operation, cause)
            self._allowed_itself.setdefault(key, set()).update(records.ids)

    # Parents

    def _is_parent_of_new(self, model):
        """Tell whether a new record of ``model`` is the parent of a new record."""
        body = self._bodies[-1]
        parents = self.model.env[body.model]._inherits
        return body.is_making and model._name in parents

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
                # Of the new one, should there be a link too, has been asked before
                parents = records.sudo()[link]
                self._judge(parents, "write", [vals], min(vals))

    def _check_own_link(self, records, vals):
        """Check a link to a parent that the caller's values lead to."""
        link = self._reach.find_bad_link(records, vals)
        if link:
            cause = self._find_cause({link})
            if cause is not None:
                comodel = records._fields[link].comodel_name
                self.refusal = InsufficientScope(cause, comodel)
                raise self.refusal

    # What is made for an own record

    def _may_get_linked(self, model):
        """Tell whether a new record of ``model`` may be one that an own record links.

        So does the contact of a new applicant come to be. :meth:`finish` sees whether
        it is linked.
        """
        body = self._bodies[-1]
        is_direct = body.model == self.model._name and body.ids <= self.own
        has_link = bool(self._parts.get_links(model._name))
        return is_direct and has_link and may_be_any(model._name)

    # The box of the scope

    def _is_open_by_box(self, name):
        """Tell whether the scopes let these fields change related records."""
        if not may_be_any(name) or not may_be_any(self.model._name):
            return False
        if self._boxed is None:
            self._boxed = self._find_boxed()
        return self._boxed

    def _find_boxed(self):
        model, operation = self.model, self.operation
        scopes = self.access.scopes.filtered(
            lambda scope: scope.model == model._name and scope.allows(operation)
        )
        boxed = scopes.filtered("api_write_related")
        if boxed == scopes:
            return bool(boxed)
        # Another scope gives some fields, or some records
        unboxed = (scopes - boxed).field_ids.mapped("name")
        return not any(
            model._fields[name].inverse or model._fields[name].inherited
            for name in self.sent.intersection(unboxed)
        )

    # What the caller sent

    def _find_cause(self, names):
        """Return the field that the caller sent and that is being carried out.

        :param names: fields (set) of the other record that are to be written
        :return: name of the field; None if this is done for no value of the caller
        """
        first = self._bodies[0]
        cause = find_field(
            self.model._name,
            lambda frame: frame.f_code is _RUN and frame.f_locals["_body"] is first,
        )
        if cause is ASIDE:
            return None
        if cause is not None:
            return self._sent_with(cause)
        # A parent is written directly
        for name in (
            *sorted(names),
            *self.model._inherits.values(),
            *sorted(self.sent),
        ):
            if name in self.sent:
                return name
        return None

    def _sent_with(self, cause):
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
