# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""``load``: rows of texts that become records, created and written as by the token.

Odoo's own code reads the rows, limited to the scopes, so that names and ids only find
what the token sees. Each record is then created or written with all the checks of these
operations.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from odoo.exceptions import AccessError, MissingError
from odoo.models import fix_import_export_id_paths

from . import current
from .call_context import MAX_ID
from .current import limited_to_scopes
from .linkable import find_linkable, make_plain
from .model_access import make_missing
from .need import InsufficientScope, needs

_load = ContextVar("oauth_provider_json2_load", default=None)
#: Columns that stand for the record itself: its external and its database id.
_IDS = frozenset({"id", ".id"})
#: How a column may name the record that it links.
_REFERENCES = ([], ["id"], [".id"])
#: What a cell may hold.
_CELLS = (str, int, float, type(None))


def current_load():
    """Return the :class:`Load` that is running, or None."""
    return _load.get()


def check(access, model, kwargs):
    """Raise for what ``load`` needs, but for its rows.

    :raise AccessError: for a column that the token may not create and write
    :raise ValueError: for malformed columns or rows
    """
    columns, rows = kwargs.get("fields"), kwargs.get("data")
    if not isinstance(columns, list) or not all(isinstance(c, str) for c in columns):
        raise ValueError("The fields must be a list of names.")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise ValueError("The data must be a list of rows.")
    if any(len(row) != len(columns) for row in rows):
        raise ValueError("Each row needs a value for each of the fields.")
    if not all(isinstance(cell, _CELLS) for row in rows for cell in row):
        raise ValueError("The values of rows must be texts.")
    for column in columns:
        _check_column(access, model, fix_import_export_id_paths(column))


def _check_column(access, model, path):
    name, *below = path
    if name in _IDS:
        if below:
            raise ValueError(f"There is nothing below {name} on {model._name}.")
        return
    field = model._fields.get(name)
    if field is None:
        raise ValueError(f"Invalid field {name!r} on {model._name}")
    for operation in ("create", "write"):
        opened = access.get_model_access(model._name, operation)
        if opened is None or name not in opened.fields:
            error = AccessError(
                model.env._(
                    "This access token does not allow to %(operation)s “%(field)s” on"
                    " %(model)s.",
                    operation=operation,
                    field=name,
                    model=model._name,
                )
            )
            raise needs(error, model._name, operation, [name])
    is_link = field.type in ("many2one", "many2many")
    if field.type != "one2many" and below not in (_REFERENCES if is_link else ([],)):
        raise ValueError(f"Invalid path below {name} on {model._name}")


def load(access, model, method, kwargs, change):
    """Return what ``load`` answers, after the checks of each record.

    :param change: see :func:`.orm_methods.run`
    :raise AccessError: for a value that the scopes do not allow
    :raise MissingError: for an external id that the token cannot use
    :raise InsufficientScope: for a change of further records
    """
    rows = [[_get_text(cell) for cell in row] for row in kwargs["data"]]
    running = Load(access, change)
    with limited_to_scopes(access), _running(running):
        result = method(model, **{**kwargs, "data": rows})
    if running.refusal is not None:
        # Odoo has made a message of it, and tried the next row
        raise running.refusal
    return result


def _get_text(cell):
    return "" if cell is None or cell is False else str(cell)


@contextmanager
def _running(running):
    mark = _load.set(running)
    try:
        yield
    finally:
        _load.reset(mark)


class Load:
    """One call of ``load``, as the hooks of the ORM see it.

    :ivar refusal: the error for the first thing that the scopes do not allow, or None
    """

    def __init__(self, access, change):
        self.access, self.change = access, change
        self.refusal = None

    def load_records(self, model, data_list, run):
        """Check the external ids of ``data_list``, and return its records.

        :param run: the ORM's own ``_load_records``
        """
        with self._noting_refusals():
            for xml_id in {data["xml_id"] for data in data_list if data.get("xml_id")}:
                self._check_external_id(model, xml_id)
        with limited_to_scopes(None):
            return run(data_list)

    def create_rows(self, model, vals_list):
        """Create the records of some rows (the new records)."""
        arguments = {"vals_list": [make_plain(values) for values in vals_list]}
        return self._change(model.browse(), "create", arguments)

    def write_row(self, record, values):
        """Write the values of a row."""
        values = {name: one for name, one in values.items() if name != "id"}
        return self._change(record, "write", {"vals": make_plain(values)})

    def _change(self, records, operation, arguments):
        method = getattr(type(records), operation)
        # Business code may load records of its own
        with self._noting_refusals(), _running(None):
            return self.change(self.access, records, operation, method, arguments)

    @contextmanager
    def _noting_refusals(self):
        try:
            yield
        except (AccessError, InsufficientScope, MissingError) as error:
            self.refusal = self.refusal or error
            raise

    def _check_external_id(self, model, xml_id):
        """Raise MissingError unless the token may use an external id.

        That is one of a record that it may write, or one that nothing has. Those that
        begin with the name of a module are that module's. None of the others tells
        whether there is such a record.
        """
        module, _dot, name = xml_id.partition(".")
        found = model.env["ir.model.data"].sudo()._lookup_xmlids([xml_id], model)
        for _id, _module, _name, model_name, _number, _noupdate, exists in found:
            if model_name != model._name:
                raise make_missing(model)
            if exists:
                # Whether the token may write it is checked there
                return
        modules = model.env["ir.module.module"].sudo()
        if not name or modules.search_count([("name", "=", module)], limit=1):
            raise make_missing(model)


# References to other records, as Odoo's converter of fields finds them


def limits(records):
    """Return whether the references of a ``load`` of a token are being looked up."""
    return _load.get() is not None and current.limits(records)


def check_reference(converter, field, value):
    """Raise ValueError unless the token may link the record of a database id.

    :param converter: ir.fields.converter (recordset)
    :param field: field that links it
    :param value: text of the row
    """
    number = int(value) if value.isascii() and value.isdecimal() else 0
    linked = converter.env[field.comodel_name].browse([number] if number else ())
    if not 0 < number <= MAX_ID or not find_linkable(current.access(), linked):
        raise converter._format_import_error(
            ValueError,
            converter.env._(
                "No matching record found for the database id '%(value)s' in field"
                " '%%(field)s'"
            ),
            {"value": value},
        )


def find_external(model, run):
    """Return the id that ``run`` finds for an external id, if the token may link it."""
    try:
        number = run()
    except ValueError:
        # It is one of another model
        return None
    linked = model.browse([number] if number else ())
    return number if find_linkable(current.access(), linked) else None
