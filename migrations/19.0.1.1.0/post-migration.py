# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What OpenID Connect and signed access tokens add to clients from before."""

import logging

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ValidationError
from odoo.tools.sql import column_exists

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Keep what clients were told, and take the keys of ``oauth_provider_jwt`` over."""
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    clients = env["oauth.provider.client"].with_context(active_test=False).search([])
    _keep_groups(env, clients)
    if column_exists(cr, "oauth_provider_client", "jwt_private_key"):
        _take_keys_over(env, clients)
        cr.execute(
            "ALTER TABLE oauth_provider_client DROP COLUMN jwt_private_key CASCADE"
        )


def _keep_groups(env, clients):
    """Let clients with the scope ``groups`` be told of all groups, as before."""
    scope = env.ref("oauth_provider.scope_groups", raise_if_not_found=False)
    told = clients.filtered(
        lambda client: scope in client.scope_ids and not client.claim_group_ids
    )
    if told:
        groups = env["res.groups"].search([])
        told.claim_group_ids = groups.filtered(
            lambda group: group.get_external_id()[group.id]
        )


def _take_keys_over(env, clients):
    """Make keys of what the column of 9.0 holds in clear."""
    env.cr.execute(
        "SELECT id, jwt_private_key FROM oauth_provider_client"
        " WHERE jwt_private_key IS NOT NULL AND jwt_algorithm IS NOT NULL"
    )
    keys = dict(env.cr.fetchall())
    for client in clients.filtered(lambda client: client.token_type == "jwt"):
        try:
            if keys.get(client.id):
                env["oauth.provider.key"].make(
                    client.jwt_algorithm, client=client, value=keys[client.id]
                )
        except ValidationError as error:
            # 9.0 made keys on a curve that no algorithm allows
            _logger.warning(
                "The signing key of the OAuth client %s cannot be used any more, a new"
                " one takes its place: %s",
                client.identifier,
                error,
            )
        client.get_jwt_key()
