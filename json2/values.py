# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The values that a caller of Odoo's own API sends to be written."""

from contextlib import suppress

from odoo.exceptions import AccessError, MissingError

from .current import limited_to_scopes
from .need import get_need, needs
from .owner import check_owner, get_owner_names
from .stand_in import as_readable

#: Commands of a many2many that change the relation and no record of the other model,
#: with the place of the ids that they are about.
_LINK_COMMANDS = {3: 1, 4: 1, 5: None, 6: 2}
_UNLINK = 3
#: Types of fields whose value means more than it shows: properties also define those of
#: other records, a many2one_reference means nothing without the field of its model.
_REFUSED_TYPES = frozenset(
    {"properties", "properties_definition", "many2one_reference", "one2many"}
)

#: Fields of JSON whose keys are ids, and the model of these.
_LINKING_JSON = {"analytic_distribution": "account.analytic.account"}
#: Fields of an attachment that say what it belongs to: as the file of a field it would
#: be that field of the other record.
_OWNER_FIELDS = frozenset({"res_field", "res_model"})
#: Types of fields that hold one plain value: of anything else they would keep the text
#: that Python writes, or fail in PostgreSQL.
_PLAIN_TYPES = frozenset(
    {"binary", "boolean", "char", "date", "datetime", "html", "selection", "text"}
)
#: Types of fields that link no record.
_SIMPLE_TYPES = _PLAIN_TYPES | {"float", "integer", "monetary"}


def check_values(access, model, operation, values, check_list=None, seen=None):
    """Raise for a value that the scopes do not allow the caller to write.

    A record that is linked has to be open too, or its name could be read in the linking
    record afterwards.

    :param access: :class:`.access.TokenAccess`
    :param model: empty recordset of the model, as the token's user
    :param operation: ``create`` or ``write``
    :param values: dict of the caller
    :param check_list: function of a field that is a list and its value, which checks
        the commands of it; without one, only links are allowed
    :param seen: see :func:`check_link`
    :raise AccessError: for a field that may not be written
    :raise MissingError: for a record that the token does not see
    :raise ValueError: for a malformed value
    """
    allowed = access.get_model_access(model._name, operation).fields
    owner_names, simple = get_owner_names(model), _get_simple(access, model)
    for name, value in values.items():
        field = model._fields.get(name)
        if field is None or name not in allowed:
            error = AccessError(
                model.env._(
                    "This access token does not allow to write “%(field)s” on"
                    " %(model)s.",
                    # Odoo logs the message: a made-up name may contain anything
                    field=name if field else repr(name),
                    model=model._name,
                )
            )
            raise needs(error, model._name, operation, [name]) if field else error
        if isinstance(value, list | dict) and field.type in _PLAIN_TYPES:
            raise ValueError(f"Malformed value for {field.name}.")
        if name in owner_names or name in simple:
            continue
        _check_domain(model, field, value)
        if check_list is not None and takes_commands(model, field):
            check_list(field, value)
            continue
        is_refused = _is_refused(name, field) or _says_owner(access, model, field)
        if value in (False, None, []) and not is_refused:
            continue
        if is_refused or (field.related and not field.inverse):
            if field.type == "one2many" and value == []:
                continue
            error = AccessError(
                model.env._(
                    "A token cannot write “%(field)s” on %(model)s: that changes other"
                    " records. Change those themselves.",
                    field=name,
                    model=model._name,
                )
            )
            raise needs(error, model._name, None)
        for comodel, ids in get_links(field, value):
            check_link(access, model, field, comodel, ids, seen)
    if any(name in values for name in owner_names):
        check_owner(access, model, operation, values)


def _get_simple(access, model):
    """Return the fields (names) of ``model`` whose value is what it shows, no more."""
    key = ("simple", model._name)
    if key not in access.notes:
        access.notes[key] = {
            name
            for name, field in model._fields.items()
            if field.type in _SIMPLE_TYPES
            and not field.related
            and not _may_hold_domain(field)
            and not _is_refused(name, field)
            and not _says_owner(access, model, field)
        }
    return access.notes[key]


def takes_commands(model, field):
    """Return whether ``field`` is a list whose records a caller may change through it.

    Not one that is computed or belongs to another record: what is done with the value
    is known to the code of that field alone.
    """
    if field.type not in ("one2many", "many2many"):
        return False
    if not field.store or field.related or field.compute and field.readonly:
        return False
    if field.type == "many2many":
        return True
    inverse = model.env[field.comodel_name]._fields.get(field.inverse_name)
    return inverse is not None and inverse.type == "many2one" and inverse.store


def _is_refused(name, field):
    """Tell whether a value of ``field`` (its ``name``) means more than it shows."""
    if name == "display_name":
        # Where it can be written, code takes it apart: a task finds people and tags
        return True
    if field.type == "json":
        # Any other may name records anywhere in it
        return field.name not in _LINKING_JSON
    if field.type == "integer" and field.name.endswith("res_id"):
        # A number of a record whose model another field names
        return True
    return field.type in _REFUSED_TYPES


def _may_hold_domain(field):
    """Tell whether ``field`` may keep a domain as a text."""
    return field.type in ("char", "text") and field.name.endswith("domain")


def _check_domain(model, field, value):
    """Raise AccessError if ``value`` (JSON) is a domain that ``field`` keeps as a text.

    Code searches by it, with all the rights of the user.
    """
    is_domain = (
        _may_hold_domain(field)
        and isinstance(value, str)
        # The name of a host is called a domain as well
        and not {"[", "("}.isdisjoint(value)
    )
    if is_domain:
        error = AccessError(
            model.env._(
                "A token cannot write a domain in “%(field)s” on %(model)s: what"
                " matches it would tell of fields that are not open.",
                field=field.name,
                model=model._name,
            )
        )
        raise needs(error, model._name, None)


def _says_owner(access, model, field):
    """Tell whether ``field`` says of which model the record is that this one is about.

    With another one it would belong to a record that the caller may not know.
    """
    field = field.base_field
    if field.model_name == "ir.attachment" and field.name in _OWNER_FIELDS:
        return True
    key = ("owners", field.model_name)
    if key not in access.notes:
        access.notes[key] = _find_owners(model.env[field.model_name]._fields)
    return field.name in access.notes[key]


def _find_owners(fields):
    """Return which of ``fields`` ({name: field}) say of which model a number is.

    Or are what such a field is related to.

    :return: set of names
    """
    owners = {
        fields[other.model_field]
        for other in fields.values()
        if other.type == "many2one_reference" and other.model_field in fields
    }
    related = {(owner.related or "").partition(".")[0] for owner in owners}
    return {owner.name for owner in owners} | related


def get_links(field, value):
    """Return the [(model name, ids)] of the records that ``value`` links to.

    :param value: what a caller sent for ``field``, neither empty nor refused
    :raise ValueError: if it is malformed
    """
    if field.type == "many2one":
        return [(field.comodel_name, _ids([value]))]
    if field.type == "many2many":
        return [(field.comodel_name, _ids(_commanded(field, value)))]
    if field.type == "json":
        return [(_LINKING_JSON[field.name], _keys(field, value))]
    if field.type == "reference":
        comodel, _comma, number = str(value).partition(",")
        if not (number.isascii() and number.isdecimal()):
            raise ValueError(f"Malformed value for {field.name}.")
        return [(comodel, _ids([int(number)]))]
    return []


def _keys(field, value):
    """Return the ids that the keys of ``value`` (dict) of a JSON field link to.

    Several in one key are separated by commas.
    """
    if not isinstance(value, dict):
        raise ValueError(f"Malformed value for {field.name}.")
    numbers = [one.strip() for key in value for one in str(key).split(",")]
    if not all(one.isascii() and one.isdecimal() for one in numbers):
        raise ValueError(f"Malformed value for {field.name}.")
    return _ids([int(one) for one in numbers])


def _commanded(field, commands):
    """Return the ids that ``commands`` (list) of a many2many link to."""
    ids = []
    for command in commands if isinstance(commands, list) else [None]:
        if not isinstance(command, list) or not command:
            raise ValueError(f"Malformed commands for {field.name}.")
        if type(command[0]) is not int or command[0] not in _LINK_COMMANDS:
            raise ValueError(
                f"Through {field.name} a token only links records that there are."
            )
        place = _LINK_COMMANDS[command[0]]
        if place is not None:
            found = command[place] if len(command) > place else None
            found = _ids(found if isinstance(found, list) else [found])
            ids += found if command[0] != _UNLINK else []
    return ids


def _ids(values):
    if any(type(value) is not int for value in values):
        raise ValueError("A link must be the id of a record.")
    return values


def check_link(access, model, field, comodel, ids, seen=None):
    """Raise unless the token sees all of the records that are linked.

    It may always link the user and the companies that it acts in.

    :param field: field that links them
    :param comodel: name of their model
    :param ids: iterable of int
    :param seen: {name of a model: ids (set)} of records that have been found visible
        while nothing has changed; those that are found now are added
    :raise AccessError: if no scope opens them for reading
    :raise MissingError: for one that the token does not see
    """
    if comodel not in model.env:
        raise ValueError(f"Malformed value for {field.name}.")
    known = {"res.company": access.companies, "res.users": (model.env.uid,)}
    visible = set() if seen is None else seen.setdefault(comodel, set())
    ids = set(ids).difference(known.get(comodel, ()), visible)
    if not ids:
        return
    with limited_to_scopes(access):
        records = as_readable(model.env[comodel])
        records = records.browse(ids if access.checks_records else ())
        try:
            records.check_access("read")
        except AccessError as refusal:
            error = AccessError(
                model.env._(
                    "To link records through “%(field)s”, a scope of the token has to"
                    " open %(model)s for reading.",
                    field=field.name,
                    model=comodel,
                )
            )
            error.need = get_need(refusal)
            raise error from None
    visible |= ids


def find_linked(access, model, values_list, seen):
    """Note the records that several values link, and that the token sees, at once.

    Each by itself would take a query. What is not seen is left to :func:`check_link`,
    which says of which field it is the value.

    :param values_list: list of the dicts of a caller
    :param seen: what to note it in, see :func:`check_link`
    """
    linked = {}
    for values in values_list:
        for name, value in values.items():
            field = model._fields.get(name)
            if field and field.type == "many2one" and type(value) is int:
                linked.setdefault(field, set()).add(value)
    for field, ids in linked.items():
        if len(ids) > 1:
            with suppress(AccessError, MissingError):
                check_link(access, model, field, field.comodel_name, ids, seen)
