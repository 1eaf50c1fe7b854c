# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Records that a token's scopes open, in pages or all of them, in flat memory."""

import json
import tempfile
from dataclasses import dataclass

from oauthlib.oauth2 import InvalidRequestError

from odoo.tools import json_default, split_every

#: Records that are read at once.
BATCH = 1000
#: Bytes of an answer that are kept in memory; a longer one goes through a file.
SPOOL = 1 << 20
#: Records that one request may name.
MAX_IDS = 10_000
MAX_NUMBER = 2**31 - 1
MAX_DIGITS = len(str(MAX_NUMBER))


@dataclass(frozen=True)
class Page:
    """What a request wants of the records.

    :ivar ids: ids of the only records to look at (tuple), or None
    :ivar fields: names of the only fields to send (frozenset), or None
    :ivar order: list of (field name, whether descending)
    :ivar limit: largest number of records, or None
    :ivar offset: records to leave out at the beginning
    :ivar archived: whether archived records count too
    :ivar sizes: whether binaries are told by their size
    :ivar pairs: whether a many2one is ``{"id", "name"}``
    """

    ids: tuple | None = None
    fields: frozenset | None = None
    order: tuple = ()
    limit: int | None = None
    offset: int = 0
    archived: bool = False
    sizes: bool = False
    pairs: bool = False

    @classmethod
    def parse(cls, values):
        """Return the page that the parameters ``values`` (dict of str) describe.

        :raise InvalidRequestError: for a malformed one
        """
        ids = values.get("ids")
        if ids is not None:
            ids = tuple(_number(part, "ids") for part in ids.split(","))
            if len(ids) > MAX_IDS:
                raise InvalidRequestError(description="Too many ids.")
        fields = values.get("fields")
        order = tuple(
            _order(part) for part in values.get("order", "").split(",") if part
        )
        limit = values.get("limit")
        return cls(
            ids=ids,
            fields=fields and frozenset(fields.split(",")),
            order=order,
            limit=None if limit is None else _number(limit, "limit"),
            offset=_number(values.get("offset", "0"), "offset"),
            archived=_choice(values, "archived", "0", "1") == "1",
            sizes=_choice(values, "binary", "base64", "size") == "size",
            pairs=_choice(values, "many2one", "name", "pair") == "pair",
        )

    def check(self, allowed):
        """Raise InvalidRequestError for a field that is not in ``allowed`` (set)."""
        named = {name for name, _descending in self.order} | (self.fields or set())
        if named - allowed - {"id"}:
            raise InvalidRequestError(
                description="The scopes of the token do not open a field."
            )

    def check_order(self, records):
        """Raise InvalidRequestError for an order that the database does not have.

        By what is computed, kept elsewhere or a list.

        :param records: recordset of the model, as the user
        """
        names = [name for name, _descending in self.order if name != "id"]
        described = records.fields_get(names, ["sortable"]) if names else {}
        if not all(described.get(name, {}).get("sortable") for name in names):
            raise InvalidRequestError(description="Records have no such order.")


def write_records(token, model, page):
    """Return (file with the JSON answer, number of records that there are).

    :param token: live token (record)
    :param model: name of the model
    :param page: :class:`Page`
    """
    with token.logging_left_out() as scopes:
        page.check(scopes.get_listed_fields(model))
        page.check_order(scopes.env(su=False)[model])
        scopes = scopes.with_context(
            active_test=not page.archived,
            bin_size=page.sizes,
            oauth_fields=page.fields,
            oauth_pairs=page.pairs,
        )
        order = ", ".join(
            f"{name} {'desc' if down else 'asc'}" for name, down in page.order
        )
        ids, total = scopes.search_ids(
            model, page.ids, order, page.limit, page.offset, page.fields or ()
        )
        return _write(scopes, model, ids), total


def _write(scopes, model, ids):
    """Return the file with the records ``ids`` (list), as JSON."""
    spool = tempfile.SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115
    spool.write(b"{")
    is_first = True
    for batch in split_every(BATCH, ids):
        opened = scopes.with_context(oauth_ids=tuple(batch)).get_data_for_model(model)
        for identifier in batch:
            values = opened.get(identifier)
            if values is None:
                continue
            text = json.dumps(values, default=json_default)
            spool.write(f'{"" if is_first else ", "}"{identifier}": {text}'.encode())
            is_first = False
        # What has been sent is not kept
        scopes.env.invalidate_all()
    spool.write(b"}")
    spool.seek(0)
    return spool


def _number(text, name):
    text = text.strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS
    if not is_number or int(text) > MAX_NUMBER:
        raise InvalidRequestError(description=f"Malformed {name}.")
    return int(text)


def _order(part):
    name, _blank, direction = part.strip().partition(" ")
    if direction.strip().lower() not in ("", "asc", "desc"):
        raise InvalidRequestError(description="Malformed order.")
    return name, direction.strip().lower() == "desc"


def _choice(values, name, *known):
    value = values.get(name, known[0])
    if value not in known:
        raise InvalidRequestError(description=f"Malformed {name}.")
    return value
