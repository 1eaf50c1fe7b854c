# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A method that a scope names may still take a record out of the scope's filter.

It could until now. A value could not: a scope that also writes values has to be ticked
by an administrator.
"""


def migrate(cr, version):
    """Tick *Records May Leave the Filter* where nothing more is opened by it."""
    if not version:
        return
    cr.execute(
        """
        UPDATE oauth_provider_scope
           SET api_may_leave_filter = TRUE
         WHERE filter_id IS NOT NULL
           AND coalesce(trim(api_methods), '') != ''
           AND api_write IS NOT TRUE
        """
    )
