# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The file in a binary field, for a token that may read this field of the record."""

from odoo.exceptions import MissingError
from odoo.service.model import get_public_method

from ..tools.file_name import make_safe
from .call import call
from .current import limited_to_scopes
from .model_access import check_open, find_closed, make_missing
from .stand_in import as_readable

ATTACHMENT = "ir.attachment"
#: Fields that hold the file of an attachment: reading one reads all of the file.
CONTENT = ("raw", "datas")
NO_FILE = "There is no file in this field. An attachment that is a link has none."
#: Types of content that no browser carries out, by their beginnings.
_PASSIVE = (
    "application/json",
    "application/msword",
    "application/pdf",
    "application/vnd.ms-",
    "application/vnd.oasis.",
    "application/vnd.openxmlformats-",
    "application/zip",
    "audio/",
    "font/",
    "image/",
    "text/csv",
    "text/plain",
    "video/",
)
_UNKNOWN = "application/octet-stream"


class NoFileError(Exception):
    """There is no file to send.

    :ivar status: HTTP status of the answer (int)
    """

    def __init__(self, status, text):
        self.status = status
        super().__init__(text)


def open_file(access, record, name):
    """Return the file in the field ``name`` of ``record`` (:class:`odoo.http.Stream`).

    It has a file name and a type that are safe, and no time of its last change.

    :param access: :class:`.access.TokenAccess`, with full access or without
    :param record: of any model, as the token's user
    :raise AccessError: for what the scopes or the user's rights do not open
    :raise MissingError: for a record that the token does not see
    :raise NoFileError: where the field holds no file
    """
    record = as_readable(record)
    called = _find_name(access, record)
    if record._name == ATTACHMENT and name in CONTENT:
        _check_attachment(access, record, name, called)
    else:
        # What it would answer is checked, without the content
        sizes = record.with_context(bin_size=True)
        has_content = _read(access, sizes, [name])[name]
        if record._fields[name].type != "binary":
            raise NoFileError(422, "The field holds no file.")
        if not has_content:
            raise NoFileError(404, NO_FILE)
    label = record[called] if called else ""
    return _open(record, name, label)


def _find_name(access, record):
    """Return the field (name) with the name of the file, if the token may read it."""
    field = record._fields.get("name")
    if field is None or field.type != "char":
        return None
    with limited_to_scopes(None if access.is_full else access):
        if not record._has_field_access(field, "read"):
            return None
    is_open = access.is_full or not find_closed(access, record, "read", ["name"])
    return "name" if is_open else None


def _check_attachment(access, record, name, called):
    """Raise what :func:`open_file` raises, without reading the file."""
    _read(access, record, [called or "id"])
    with limited_to_scopes(None if access.is_full else access):
        access.check_fields(record.browse(), [name])
    if not access.is_full:
        check_open(access, record, "read", [name])
    found = record.sudo()
    if found.type == "url" or (found.url and not found.file_size):
        raise NoFileError(404, NO_FILE)


def _read(access, record, names):
    """Return the values (dict) of the fields ``names`` (list) as ``/json/2`` does."""
    if access.is_full:
        rows = record.read(names)
    else:
        method = get_public_method(record, "read")
        rows = call(access, record, "read", method, {"fields": names})
    if not rows:
        raise make_missing(record)
    return rows[0]


def _open(record, name, label):
    """Return the file, which has been found to be open to the token."""
    with limited_to_scopes(None):
        try:
            stream = record.env["ir.binary"]._get_stream_from(
                record, name, filename=f"{record._table}-{record.id}-{name}"
            )
        except (MissingError, FileNotFoundError):
            raise NoFileError(404, NO_FILE) from None
    if stream.type == "url":
        # Nothing is fetched, and nobody is sent anywhere
        raise NoFileError(404, NO_FILE)
    stream.download_name = make_safe(label, stream.download_name)
    kind = (stream.mimetype or "").lower()
    if not kind.startswith(_PASSIVE) or "svg" in kind or not kind.isascii():
        stream.mimetype = _UNKNOWN
    stream.last_modified = None
    return stream
