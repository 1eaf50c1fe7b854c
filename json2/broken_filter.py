# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""By which errors a filter of a scope shows that it cannot be used."""

import psycopg2
from psycopg2 import errors

from odoo.exceptions import UserError

from .error_text import find_database_error

#: What a filter that cannot be used raises, from its text to PostgreSQL. AccessError
#: is one of them: it compares what the person may not read.
BROKEN_FILTER = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError),
    *(NameError, NotImplementedError, RecursionError, SyntaxError, TypeError),
    *(UserError, ValueError),
    *(psycopg2.DataError, psycopg2.NotSupportedError, psycopg2.ProgrammingError),
    errors.StatementTooComplex,
)


def may_be_cause(error):
    """Return whether ``error`` of a whole call may come from a filter in it."""
    in_database = find_database_error(error)
    if in_database is None:
        return isinstance(error, BROKEN_FILTER) and not isinstance(error, UserError)
    # Business code may have gone on after it
    aborted = errors.InFailedSqlTransaction
    return isinstance(in_database, (*BROKEN_FILTER, aborted))
