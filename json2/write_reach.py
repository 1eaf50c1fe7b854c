# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a token may change by a call of its own."""

from odoo.exceptions import AccessError, MissingError, UserError

from .access import is_enforceable
from .current import held_to
from .values import check_values


class Reach:
    """The changes that the scopes of a token open.

    :ivar access: :class:`.access.ApiAccess`
    :ivar env: environment of the call, as the token's user
    """

    def __init__(self, access, env):
        self.access = access
        self.env = env

    def may_change(self, records, operation, vals_list):
        """Tell whether the token could make this change by a call of its own."""
        model = self.env[records._name]
        if not self.access.allows_model(model._name, operation):
            return False
        try:
            if not is_enforceable(model, self.access):
                return False
            target = model.browse(records.ids)
            with held_to(self.access):
                target.check_access(operation)
            if operation == "unlink":
                return True
            for values in vals_list:
                values = _as_sent(values)
                check_values(self.access, model, operation, values)
                if not self.may_write_fields(model, values):
                    return False
                if self.find_bad_link(target, values):
                    return False
        except (AccessError, MissingError, UserError, ValueError):
            return False
        return True

    def may_write_fields(self, model, names):
        with held_to(self.access):
            return all(
                name in model._fields
                and model._has_field_access(model._fields[name], "write")
                for name in names
            )

    def find_bad_link(self, records, values):
        """Return the link to a parent in ``values`` that opens more than there is.

        Below a parent of others, a record would have what is theirs for its own.

        :param records: the records that are to get it; none for new ones
        :return: name of the field, or None
        """
        for parent, link in records._inherits.items():
            new = values.get(link)
            if type(new) is not int or (
                records and all(one[link].id == new for one in records.sudo())
            ):
                continue
            names, is_any = self._find_reached(records, link)
            if not names and not is_any:
                continue
            target = self.env[parent].browse(new)
            found = self.access.of(parent, "write")
            if found is None or not names <= found.fields:
                return link
            with held_to(self.access):
                is_open = target.has_access("write")
            if not is_open or not self.may_write_fields(target.browse(), names):
                return link
        return None

    def _find_reached(self, model, link):
        """Return what may be written of the parent through ``model``.

        By this token, or by another one of its client: that may have asked for the
        scope of the link first, and for that of the fields later.

        :return: fields (set of names), and whether a method may write others as well
        """
        scopes = self.access.scopes | self.access.token.client_id.scope_ids
        found = scopes.filtered(
            lambda scope: (
                scope.model == model._name
                and (scope.allows("write") or scope.allows("create"))
            )
        )
        fields = [model._fields[name] for name in found.field_ids.mapped("name")]
        fields = [field for field in fields if field.inverse]
        paths = [field.related.split(".") for field in fields if field.related]
        names = {path[1] for path in paths if path[0] == link and len(path) == 2}
        return names, any(not field.related for field in fields)


def is_inherited(model, name, parent_name):
    """Tell whether the field ``name`` of ``model`` is its parent's."""
    field = model._fields.get(name)
    if field is None or not field.inherited:
        return False
    return field.related.partition(".")[0] == model._inherits.get(parent_name)


def _as_sent(values):
    """Return ``values`` (dict) that code wrote as a caller would have sent them."""
    return {
        name: [list(one) for one in value]
        if isinstance(value, list | tuple)
        and all(isinstance(one, list | tuple) for one in value)
        else value
        for name, value in values.items()
    }
