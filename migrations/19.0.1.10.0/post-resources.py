# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Resource servers are records, in place of a text on each client."""

import logging
from collections import defaultdict
from urllib.parse import urlsplit

from odoo import SUPERUSER_ID, api
from odoo.fields import Command
from odoo.tools.sql import column_exists

from odoo.addons.oauth_provider.models.oauth_provider_resource import MAX_LENGTH
from odoo.addons.oauth_provider.tools import uri_parts

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Make a record of each address, for the clients that had it.

    The column is dropped by Odoo, with the field.
    """
    table = "oauth_provider_client"
    if not version or not column_exists(cr, table, "resource_uris"):
        return
    cr.execute(
        "SELECT id, resource_uris FROM oauth_provider_client"
        " WHERE coalesce(trim(resource_uris), '') != '' ORDER BY id"
    )
    texts = cr.fetchall()
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    resources, provider = env["oauth.provider.resource"], env["oauth.provider"]
    known = {one.compared_uri: one for one in resources.search([])}
    clients, written = defaultdict(set), {}
    for client_id, text in texts:
        for uri in filter(None, map(str.strip, text.splitlines())):
            compared = uri_parts.normalize(uri)
            if compared is None or len(uri) > MAX_LENGTH:
                _logger.warning("Client %s had a resource that is no URI", client_id)
            elif not provider.find_own_resource(uri):
                clients[compared].add(client_id)
                written.setdefault(compared, uri)
    for compared, client_ids in clients.items():
        links = {"client_ids": [Command.link(id_) for id_ in sorted(client_ids)]}
        if compared in known:
            known[compared].write(links)
        else:
            name = urlsplit(compared).netloc
            resources.create({"name": name, "uri": written[compared], **links})
