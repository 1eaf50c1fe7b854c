# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Discovery lists the scopes that an administrator published."""


def migrate(cr, version):
    """Publish what there is: discovery listed every scope until now."""
    if version:
        cr.execute("UPDATE oauth_provider_scope SET is_published = TRUE")
