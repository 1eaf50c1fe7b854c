# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records that others are made of (``_inherits``)."""

from .current import held_to
from .write_reach import is_inherited


class Parents:
    """The parents that a call may write because of what is made of them."""

    def __init__(self, reach, model, own, sent):
        """
        :param reach: :class:`.write_reach.Reach`
        :param model: empty recordset of the call's model, as the token's user
        :param own: ids (set) of the call's own records, which may get more
        :param sent: fields (set of names) that the caller sent
        """
        self._reach = reach
        self._model = model
        self._own = own
        self._sent = sent

    def find_in_reach(self, parents, names, cause):
        """Return the ids (set) of those of which the token may write all that is made.

        Archived records count, and those of every model; a parent of none does not.

        :param names: fields (set) of the parents that are to be written
        :param cause: field (name) that the caller sent
        """
        found, closed = set(), set()
        for child_name in sorted(type(parents)._inherits_children):
            child = self._model.env[child_name].sudo().with_context(active_test=False)
            if child._abstract:
                continue
            link = child._inherits[parents._name]
            made = child.search([(link, "in", parents.ids)])
            found.update(made[link].ids)
            rest = made - self._filter_writable(made, parents._name, names, cause)
            closed.update(rest[link].ids)
        return found - closed

    def _filter_writable(self, made, parent_name, names, cause):
        """Return which records ``made`` of parents the token may write."""
        own = made.browse()
        if made._name == self._model._name:
            # Its own have been checked, and for the others the same fields are sent
            own = made.filtered(lambda one: one.id in self._own)
            names = {cause} | (names & self._sent)
        elif not all(is_inherited(made, name, parent_name) for name in names):
            return own
        rest = made - own
        if not rest:
            return made
        model = self._model.env[made._name]
        access = self._reach.access
        found = access.of(model._name, "write")
        if found is not None and names <= found.fields:
            if self._reach.may_write_fields(model, names):
                with held_to(access):
                    own += rest.browse(
                        model.browse(rest.ids)._filtered_access("write").ids
                    )
        if type(made)._inherits_children and made - own:
            # A record may be made of one that is made of another one
            own += rest.browse(self.find_in_reach(made - own, names, cause))
        return own
