# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Parts of one SQL statement that makes several changes: each costs a round trip."""

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
