# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The check-up knows to which database the issuer was given."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Note it, where it is not known yet.

    A database with keys of another one is a copy of that. If its issuer has never been
    changed, it is still that of the original.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    parameters = env["ir.config_parameter"]
    if parameters.get_param("oauth_provider.issuer_owner"):
        return
    own = env["oauth.provider.key"]._get_database_uuid()
    foreign = env["oauth.provider.key"].search(
        [("database_uuid", "!=", own)], order="id desc", limit=1
    )
    is_changed = parameters.get_param("oauth_provider.former_issuers")
    env["oauth.provider"].claim_issuer(not is_changed and foreign.database_uuid)
