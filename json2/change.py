# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One call that changes records, from its checks before to those after it.

It runs with the rights of the user, because Odoo's code reads other fields on the way.
"""

from .after import AfterCheck
from .commands import ValueCheck
from .current import guarded_by, limited_to_scopes
from .model_access import check_open, find_closed
from .write_guard import WriteGuard


def change(access, records, operation, values_list, run):
    """Create or write records, limited to the scopes of a token.

    :param access: :class:`.access.TokenAccess`
    :param records: the records that the caller names, as the token's user; none to be
        created
    :param operation: ``create`` or ``write``
    :param values_list: list of the dicts of the caller; one for ``write``
    :param run: function that makes the change
    :return: what ``run`` returns: the new records
    :raise AccessError: for what the scopes do not allow, or would not open afterwards
    :raise MissingError: for a record that the token does not see
    :raise ValueError: for malformed values
    :raise InsufficientScope: for a change of further records
    """
    lists = ValueCheck(access).check(records, operation, values_list)
    after = AfterCheck(access)
    # Odoo's code adds more to the values
    names_list = [frozenset(values) for values in values_list]
    if operation == "write":
        check_open(access, records, operation, names_list[0])
        after.note(records, operation, names_list[0])
    for one in lists.values():
        one.note_before(after)
    guard = WriteGuard(access, records, operation, values_list, lists)
    with guarded_by(guard):
        result = run()
    # As at the commit: what is deferred finds nothing left to be computed, which mail
    # would log as a change of the new record
    records.env.flush_all()
    with guarded_by(guard):
        guard.run_deferred()
    # A change may not carry a record out of what the token sees
    records.env.flush_all()
    if operation == "write":
        after.check(records, operation, names_list[0])
    else:
        for names, ids in _group_by_names(result, names_list).items():
            after.check(result.browse(ids), operation, names)
    guard.commands.check_after(after, guard.own_ids)
    guard.finish()
    return result


def _group_by_names(records, names_list):
    """Return {names of fields (frozenset): ids (list)} of what was created."""
    groups = {}
    for one, names in zip(records, names_list, strict=True):
        groups.setdefault(names, []).append(one.id)
    return groups


def create_by_name(access, model, name):
    """Create a record of which nothing but its name is known, as ``name_create`` does.

    Modules make more of the text than the name, or answer a record that there is: here
    it is written as it is.

    :param model: empty recordset of the model, as the token's user
    :param name: value that should be a text
    :return: its id and its name (list)
    """
    values = get_named(model, name)
    with limited_to_scopes(access):
        model.check_access("create")
    record = change(access, model, "create", [values], lambda: model.create([values]))
    with limited_to_scopes(access):
        is_open = record.has_access("read")
    is_closed = find_closed(access, record, "read", ["display_name"])
    return [record.id, record.display_name if is_open and not is_closed else name]


def get_named(model, name):
    """Return the values (dict) by which ``name_create`` creates a record.

    :raise ValueError: for a model without names, or a name that is no text
    """
    if not model._rec_name or not isinstance(name, str):
        raise ValueError("A record is created by a name, if the model has names.")
    return {model._rec_name: name}


def run_method(access, records, name, run):
    """Run a method that a scope names, and check what became of the records.

    What it changes besides is its own business.

    :param records: the records that the caller names
    :param name: name of the method
    :param run: function that calls it
    :return: what ``run`` returns
    :raise AccessError: for a record that the scopes would not open afterwards
    """
    after = AfterCheck(access)
    after.note(records, name)
    result = run()
    if records:
        records.env.flush_all()
        after.check(records, name)
    return result
