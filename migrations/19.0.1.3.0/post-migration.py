# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a person chose of the companies goes on to limit the grant."""


def migrate(cr, version):
    """Mark the grants that list companies as limited to them."""
    if not version:
        return
    cr.execute(
        "UPDATE oauth_provider_grant SET is_company_limited = TRUE"
        " WHERE id IN (SELECT oauth_provider_grant_id"
        " FROM oauth_provider_grant_company_rel)"
    )
