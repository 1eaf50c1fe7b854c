# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which other records one write of a token may change.

Those that the token may change by a call of its own (:class:`DirectAccess`), the
parents of what it may write (:class:`Parents`), and the parts of its own records
(:class:`Parts`).
No default value of a new record is for one that the caller links (:class:`Linked`).
"""

from odoo.exceptions import AccessError, MissingError, UserError
from odoo.fields import Command

from .current import limited_to_scopes
from .enforceable import is_enforceable
from .model_access import check_open, find_closed
from .values import check_values, get_links

#: Models whose records belong to what they name by ``res_model`` and ``res_id``.
_ATTACHED = frozenset({"ir.attachment", "mail.followers"})
_ALIAS = "mail.alias"


def may_be_opened(model):
    """Return whether a scope may open related records of ``model`` (name) at all.

    Not accounts, groups, what governs access, nor what this addon stores.
    """
    return model not in ("res.users", "res.groups") and not model.startswith(
        ("ir.", "oauth.provider.", "res.users.", "res.groups.")
    )


def parent_links(model):
    """Yield each (parent's model, field that links it) of ``model`` (recordset).

    The alias of a model that need not have one is a parent in all but name: the code of
    ``mail.alias.mixin.optional`` writes it in an override, where no guard asks.
    """
    yield from model._inherits.items()
    field = model._fields.get("alias_id")
    if field is not None and field.comodel_name == _ALIAS:
        if _ALIAS not in model._inherits:
            yield _ALIAS, field.name


def find_new_links(records, values):
    """Yield each (parent's model, field, id) that ``values`` (dict) link as a parent.

    :param records: the records that are to get it; none for new ones
    """
    for parent, link in parent_links(records):
        new = values.get(link)
        is_new = not records or any(one[link].id != new for one in records.sudo())
        if type(new) is int and is_new:
            yield parent, link, new


def has_closed_child(records):
    """Return whether a record that no scope may open is made of one of ``records``.

    As an account is made of its contact. Archived ones count.
    """
    for name in sorted(type(records)._inherits_children):
        child = records.env[name].sudo().with_context(active_test=False)
        if child._abstract:
            continue
        link = child._inherits[records._name]
        children = child.search([(link, "in", records.ids)])
        if children and (not may_be_opened(name) or has_closed_child(children)):
            return True
    return False


def is_inherited(model, name, parent_name):
    """Return whether the field ``name`` of ``model`` (recordset) is its parent's.

    :param parent_name: name of the parent's model
    """
    field = model._fields.get(name)
    if field is None or not field.inherited:
        return False
    return field.related.partition(".")[0] == model._inherits.get(parent_name)


class DirectAccess:
    """The changes that a token may make by a call of its own.

    :ivar access: :class:`.access.TokenAccess`
    :ivar env: environment of the call, as the token's user
    """

    def __init__(self, access, env):
        self.access = access
        self.env = env

    def may_change(self, records, operation, vals_list):
        """Return whether the token could make this change by a call of its own.

        :param records: the records to change; none to be created
        :param operation: ``create``, ``write`` or ``unlink``
        :param vals_list: list of dicts of values; one for ``write``
        """
        model = self.env[records._name]
        if not self.access.allows_model(model._name, operation):
            return False
        try:
            if not is_enforceable(model, self.access):
                return False
            target = model.browse(records.ids)
            with limited_to_scopes(self.access):
                target.check_access(operation)
            if operation == "unlink":
                return True
            for values in vals_list:
                values = _as_sent(values)
                check_values(self.access, model, operation, values)
                check_open(self.access, target, operation, values)
                if not self.may_write_fields(model, values):
                    return False
                if self.find_widening_link(target, values):
                    return False
        except (AccessError, MissingError, UserError, ValueError):
            return False
        return True

    def may_write_fields(self, model, names):
        """Return whether the token and its user may write all fields ``names``."""
        with limited_to_scopes(self.access):
            return all(
                name in model._fields
                and model._has_field_access(model._fields[name], "write")
                for name in names
            )

    def may_write_related(self, model, operation, sent):
        """Return whether the scopes let a call change related records of its own.

        :param model: recordset of the call's model
        :param operation: ``create`` or ``write``
        :param sent: fields (set of names) that the caller sent
        """
        scopes = self.access.get_scopes(model._name)
        scopes = scopes.filtered(lambda scope: scope.allows(operation))
        permitting = scopes.filtered("api_write_related")
        if permitting == scopes:
            return bool(permitting)
        # Another scope gives some fields, or some records
        others = (scopes - permitting).field_ids.mapped("name")
        return not any(
            model._fields[name].inverse or model._fields[name].inherited
            for name in sent.intersection(others)
        )

    def find_widening_link(self, records, values):
        """Return the link to a parent in ``values`` that opens more than is open now.

        Below the parent of other records, a record would share what is theirs, and what
        is theirs of the records that this parent is made of.

        :param records: the records that are to get it; none for new ones
        :param values: dict, as ``write`` takes it
        :return: name of the field, or None
        """
        for parent, link, new in find_new_links(records, values):
            ancestors = _get_ancestors(self.env[parent].sudo().browse(new))
            shared = self._get_shared(records, ancestors.keys())
            for name, fields in shared.items():
                if not self._may_write(ancestors[name].with_env(self.env), fields):
                    return link
        return None

    def _may_write(self, record, names):
        """Return whether the token may write the fields ``names`` (set) of ``record``.

        Without names: whether it may write anything of it.
        """
        if not self._lists(record._name, names):
            return False
        with limited_to_scopes(self.access):
            if not record.has_access("write"):
                return False
        if find_closed(self.access, record, "write", names):
            return False
        return self.may_write_fields(record.browse(), names)

    def _lists(self, model, names):
        """Return whether the scopes list all fields ``names`` of ``model`` to write."""
        found = self.access.get_model_access(model, "write")
        return found is not None and names <= found.fields

    def _get_shared(self, model, ancestors):
        """Return what may be written of ancestors of ``model`` (recordset) through it.

        By whichever path a field leads there: what is written of an ancestor is judged
        by the records that are made of it, and not by the path.

        :param ancestors: names of the models of the ancestors
        :return: {name of a model: its fields (set of names)}; the set is empty where
            a method may write whichever
        """
        shared = {}
        for field in self._get_writable(model):
            ends = list(_follow_related(field, self.env))
            if ends[-1].inverse:
                # A method of its own
                for name in ancestors:
                    shared.setdefault(name, set())
            found = [(one.model_name, one.name) for one in ends[1:]]
            found = [one for one in found if one[0] in ancestors]
            if found:
                # An account's e-mail address is that of its contact: each will do
                listed = (one for one in found if self._lists(one[0], {one[1]}))
                name, end = next(listed, found[0])
                shared.setdefault(name, set()).add(end)
        return shared

    def _get_writable(self, model):
        """Return the fields (set) that are carried out, of ``model`` and its children.

        That this token may write, or another one of its client: that may have asked for
        the scope of the link first, and for that of the fields later. And those of the
        models that are made of this one, for which its link is theirs.
        """
        scopes = self.access.scopes | self.access.token.client_id.scope_ids
        names = _get_made_of(model)
        fields = {
            self.env[scope.model]._fields[name]
            for scope in scopes
            if scope.model in names
            and (scope.allows("write") or scope.allows("create"))
            for name in scope.field_ids.mapped("name")
        }
        return {field for field in fields if field.inverse}


def _get_ancestors(record):
    """Return {name of a model: record} of ``record`` and of all that it is made of."""
    found = {record._name: record}
    for _parent, link in parent_links(record):
        for name, one in _get_ancestors(record.exists()[link]).items():
            found.setdefault(name, one)
    return found


def _get_made_of(model):
    """Return the names (set) of ``model`` and of all models that are made of it."""
    found = {model._name}
    for name in type(model)._inherits_children:
        found |= _get_made_of(model.env[name])
    return found


def _follow_related(field, env):
    """Yield ``field``, the one that it is related to, the one that this is, and so on.

    Up to one that is not related, or has a method of its own to write it.
    """
    yield field
    while field.related and field.inverse == field._inverse_related:
        *path, last = field.related.split(".")
        model = env[field.model_name]
        for step in path:
            model = env[model._fields[step].comodel_name]
        field = model._fields[last]
        yield field


def _as_sent(values):
    """Return ``values`` (dict) that code wrote as a caller would have sent them."""
    return {
        name: [list(one) for one in value]
        if isinstance(value, list | tuple)
        and all(isinstance(one, list | tuple) for one in value)
        else value
        for name, value in values.items()
    }


class Parents:
    """The parents (``_inherits``) that a call may write, for what is below them."""

    def __init__(self, direct, model, own_ids, sent):
        """
        :param direct: :class:`DirectAccess`
        :param model: empty recordset of the call's model, as the token's user
        :param own_ids: ids (set) of the call's own records, which may get more
        :param sent: fields (set of names) that the caller sent
        """
        self._direct = direct
        self._model = model
        self._own_ids = own_ids
        self._sent = sent

    def find_writable(self, parents, names, cause):
        """Return which of ``parents`` have only children that the token may write.

        Archived children count, and those of every model. A parent without any is not
        among them.

        :param names: fields (set) of the parents that are to be written
        :param cause: field (name) that the caller sent
        :return: ids (set)
        """
        found, closed = set(), set()
        for child_name in sorted(type(parents)._inherits_children):
            child = self._model.env[child_name].sudo().with_context(active_test=False)
            if child._abstract:
                continue
            link = child._inherits[parents._name]
            children = child.search([(link, "in", parents.ids)])
            found.update(children[link].ids)
            writable = self._filter_writable(children, parents._name, names, cause)
            closed.update((children - writable)[link].ids)
        return found - closed

    def _filter_writable(self, children, parent_name, names, cause):
        """Return which ``children`` of parents the token may write."""
        writable = children.browse()
        if children._name == self._model._name:
            # Its own have been checked, and for the others the same fields are sent
            writable = children.filtered(lambda one: one.id in self._own_ids)
            names = {cause} | (names & self._sent)
        elif not all(is_inherited(children, name, parent_name) for name in names):
            return writable
        rest = children - writable
        if not rest:
            return children
        model = self._model.env[children._name]
        access = self._direct.access
        found = access.get_model_access(model._name, "write")
        if found is not None and names <= found.fields:
            if self._direct.may_write_fields(model, names):
                with limited_to_scopes(access):
                    open_ = model.browse(rest.ids)._filtered_access("write")
                open_ -= find_closed(access, open_, "write", names)
                writable += rest.browse(open_.ids)
        if type(children)._inherits_children and children - writable:
            # A record may be the child of one that is the child of another one
            writable += rest.browse(
                self.find_writable(children - writable, names, cause)
            )
        return writable


class Parts:
    """The records that are deleted together with the own records of a call."""

    def __init__(self, model, own_ids):
        """
        :param model: empty recordset of the call's model
        :param own_ids: ids (set) of the call's own records, which may get more
        """
        self._model = model
        self._own_ids = own_ids
        self._written = {}

    def note_written(self, name, ids):
        """Note that the call may write the records ``ids`` of the model ``name``."""
        self._written.setdefault(name, set()).update(ids)

    def filter_parts(self, records, vals):
        """Return which of ``records`` are parts of own ones, before and after a write.

        :param vals: dict that is to be written on them
        """
        found = records.browse()
        for one in records.sudo():
            before = self._read_links(one)
            if self.is_part(one, before) and self.is_part(one, before | vals):
                found |= records.browse(one.id)
        return found

    def is_part(self, model, values):
        """Return whether a record with these ``values`` is part of an own record.

        :param model: recordset of its model
        """
        if model._name in _ATTACHED:
            owner, number = values.get("res_model"), values.get("res_id")
            if owner == self._model._name and number in self._own_ids:
                return True
            # A value that is stored so, and who follows a record that is being made
            is_part = model._name == "mail.followers" or values.get("res_field")
            return bool(is_part) and number in self._written.get(owner, ())
        return any(values.get(link) in self._own_ids for link in self._cascades(model))

    def get_links(self, name):
        """Return the links (names of fields) of own records to the model ``name``."""
        return [
            link.name
            for link in self._model._fields.values()
            if link.type == "many2one" and link.store and link.comodel_name == name
        ]

    def find_linked(self, name):
        """Return the records (set of ids) of the model ``name`` that own ones link."""
        own = self._model.browse(self._own_ids).sudo().exists()
        return {one for link in self.get_links(name) for one in own[link].ids}

    def _read_links(self, record):
        if record._name not in _ATTACHED:
            return {link: record[link].id for link in self._cascades(record)}
        names = {"res_model", "res_id", "res_field"} & record._fields.keys()
        return {name: record[name] for name in names}

    def _cascades(self, model):
        """Return the links (names) of ``model`` that cascade from an own record."""
        return [
            link.name
            for link in model._fields.values()
            if link.type == "many2one"
            and link.store
            and link.comodel_name == self._model._name
            and link.ondelete == "cascade"
        ]


class Linked:
    """The records that the values of a caller link, whatever else it may do to them."""

    def __init__(self, model, values_list):
        """
        :param model: empty recordset of the call's model
        :param values_list: list of the dicts that the caller sent, which were checked
        """
        self._links = {}
        self._related = {}
        self._names = {name for values in values_list for name in values}
        for values in values_list:
            for name, value in values.items():
                value = _without_changes(value)
                found = get_links(model._fields[name], value) if value else ()
                for comodel, ids in found:
                    links = self._links.setdefault(comodel, {})
                    links.update(dict.fromkeys(ids, name))

    def find_link(self, records):
        """Return the field (name) that leads to one of ``records``, or None.

        One that a linked record links belongs to that one.
        """
        ids = set(records._ids)
        for comodel, links in self._links.items():
            for one in records.env[comodel].sudo().browse(links).exists():
                found = {one.id} if comodel == records._name else set()
                for field in one._fields.values():
                    if field.type == "many2one" and field.store:
                        if field.comodel_name == records._name:
                            found.add(one[field.name].id)
                if not found.isdisjoint(ids):
                    return links[one.id]
        return None

    def without_defaults(self, model, values, completed):
        """Return ``completed`` without default values that belong to a linked record.

        Odoo would write them there. It leaves out those of a parent that is given, for
        the same reason.

        :param model: the model of a new record
        :param values: dict of its values, and ``completed`` with the default ones
        """
        added = self._get_related(model) & (completed.keys() - values.keys())
        dropped = {name for name in added if self._is_linked(model, name, completed)}
        if not dropped:
            return completed
        return {name: one for name, one in completed.items() if name not in dropped}

    def _get_related(self, model):
        """Return the names (set) of fields of ``model`` that write another record."""
        if model._name not in self._related:
            self._related[model._name] = {
                name
                for name, field in model._fields.items()
                if field.related and field.inverse
            }
        return self._related[model._name]

    def _is_linked(self, model, name, values):
        """Return whether the related field ``name`` is of a record that is linked."""
        link = model._fields[model._fields[name].related.partition(".")[0]]
        if link.type == "many2one":
            return values.get(link.name) in self._links.get(link.comodel_name, ())
        return link.name in self._names


def _without_changes(value):
    if not isinstance(value, list):
        return value
    return [one for one in value if one[0] > Command.DELETE]


def real_ids(records):
    """Return the ids (set) of those ``records`` that are in the database."""
    return {one for one in records._ids if isinstance(one, int)}
