# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is still open after a call that has changed records.

A call may not carry a record out of what the token opens: not by a value, nor by a
method that changes the state of an order. A scope may say that its records may leave.
"""

from odoo.exceptions import AccessError

from .current import limited_to_scopes
from .model_access import find_closed
from .need import needs
from .owner import keep_open


def check_records_open(access, records, operation):
    """Raise unless scopes open all ``records`` for ``operation``.

    :param access: :class:`.access.TokenAccess`
    :param records: recordset, as the token's user
    :raise AccessError: if no scope allows it on their model
    :raise MissingError: for a record that no scope opens
    """
    with limited_to_scopes(access):
        records.check_access(operation)


def _filter(records, domain):
    if domain.is_true() or not records:
        return records
    # The scopes decide here: what the user may do is checked elsewhere
    found = records.sudo().with_context(active_test=False).filtered_domain(domain)
    return records.browse(found.ids)


class AfterCheck:
    """The check of one call after it, which knows what was open before."""

    def __init__(self, access):
        """
        :param access: :class:`.access.TokenAccess`
        """
        self._access = access
        self._leaving = {}

    def note(self, records, operation, names=()):
        """Note before the call which of ``records`` may leave what a scope opens.

        :param operation: for which they are open
        :param names: names of the fields (iterable) that are to be written
        """
        scopes = self._access.get_scopes(records._name)
        scopes = scopes.filtered("api_may_leave_filter")
        if scopes and records:
            access = self._access.with_scopes(scopes)
            found = _filter(records, access.get_domain(records._name, operation))
            found -= find_closed(access, found, operation, names)
            key = (records._name, operation, frozenset(names))
            self._leaving.setdefault(key, set()).update(found.ids)

    def check(self, records, operation, names=()):
        """Raise AccessError unless all ``records`` are still open, or may leave.

        :param records: those that the call named or made, as the token's user
        :param names: names of the fields (iterable) that were written
        """
        key = (records._name, operation, frozenset(names))
        leaving = self._leaving.get(key, ())
        records = records.browse(one for one in records.ids if one not in leaving)
        if operation in ("create", "write"):
            # With the rights of the user, who may not see it any more either
            with limited_to_scopes(self._access):
                found = records._filtered_access(operation)
            found -= find_closed(self._access, found, operation, names)
        else:
            # A method may have deleted them
            records = records.exists()
            domain = self._access.get_domain(records._name, operation)
            found = keep_open(self._access, _filter(records, domain), "write")
        if records - found:
            error = AccessError(
                records.env._(
                    "This would leave a record of %(model)s outside of what this access"
                    " token opens. Nothing was changed.",
                    model=records._name,
                )
            )
            raise needs(error, records._name, None)
