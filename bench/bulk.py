# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""COPY of millions of rows in seconds: indexes are made once, and not row by row."""

import io
from contextlib import contextmanager

#: What an index may take to be sorted in; that of a production server is no help.
MEMORY = "1GB"
#: Rows that are made text at once.
PIECE = 2000


@contextmanager
def without_indexes(cursor, tables):
    """Leave ``tables`` (list) without foreign keys and indexes, and make them anew.

    In the transaction of ``cursor``, exactly as they were; the foreign keys are checked
    once for all rows. Primary keys stay: others may refer to them.
    """
    cursor.execute(f"SET LOCAL maintenance_work_mem = '{MEMORY}'")
    cursor.execute(
        "SELECT conrelid::regclass, quote_ident(conname), pg_get_constraintdef(oid)"
        " FROM pg_constraint WHERE conrelid = ANY(%s::regclass[])"
        " AND contype IN ('f', 'u') ORDER BY contype DESC, conname",
        (tables,),
    )
    constraints = cursor.fetchall()
    for table, name, _definition in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    cursor.execute(
        "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY(%s::regclass[]) AND NOT indisprimary",
        (tables,),
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


class Lines(io.RawIOBase):
    """Rows as the file that psycopg2 reads from.

    :param number: how many rows
    :param make_line: function of the place of a row, from 0, that returns its line
    """

    def __init__(self, number, make_line):
        self._pieces = (
            "".join(map(make_line, range(start, min(start + PIECE, number)))).encode()
            for start in range(0, number, PIECE)
        )
        self._rest = b""

    def read(self, size=-1):
        if not self._rest:
            self._rest = next(self._pieces, b"")
        found, self._rest = self._rest[:size], self._rest[size:]
        return found
