# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Several changes as one SQL statement: each statement costs a round trip."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A query, or several, of a WITH clause. All see the database as it was before.

    :ivar text: ``name AS (query)``, with ``%s`` for each value; the names are not those
        of another part of the same statement
    :ivar values: tuple
    """

    text: str
    values: tuple


def execute(cr, parts, result=None):
    """Run all ``parts`` (list of Part) at once, with the cursor ``cr``.

    :param result: name of a query of theirs that returns an ``id``, or None
    :return: that id (int), or None
    """
    wanted = f"id FROM {result}" if result else "NULL"
    text = f"WITH {', '.join(part.text for part in parts)} SELECT {wanted}"
    cr.execute(text, [value for part in parts for value in part.values])
    return cr.fetchone()[0]
