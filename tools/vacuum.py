# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What Odoo's daily vacuum (``api.autovacuum``) removes of ours."""

#: Rows that one call removes; the vacuum calls again.
LIMIT = 10_000


def remove(model, domain):
    """Remove some of the records of ``model`` (recordset) that ``domain`` finds.

    :return: tuple (how many are removed, whether there may be more), as Odoo wants it
        of a method of its vacuum
    """
    found = model.search(domain, limit=LIMIT)
    found.unlink()
    return len(found), len(found) == LIMIT
