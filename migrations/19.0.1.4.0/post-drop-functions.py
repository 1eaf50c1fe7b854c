# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Credentials are found by a query, no longer by functions of the database."""


def migrate(cr, version):
    """Drop the functions that earlier versions stored."""
    if not version:
        return
    cr.execute(
        "SELECT oid::regprocedure FROM pg_proc"
        " WHERE pronamespace = current_schema::regnamespace AND proname ~"
        " '^oauth_provider_(authorization_code|refresh_token|token)"
        "_(find|lock)_[0-9a-f]{12}$'"
    )
    for (function,) in cr.fetchall():
        # pylint: disable=sql-injection
        cr.execute(f"DROP FUNCTION {function}")
