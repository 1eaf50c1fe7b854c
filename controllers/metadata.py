# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from ..oauth2 import metadata
from .common import json_response, oauth_route, superuser_env

WELL_KNOWN = "/.well-known/oauth-authorization-server"


class MetadataController(http.Controller):
    @oauth_route(
        "metadata",
        ["GET"],
        readonly=True,
        cors=True,
        routes=[
            WELL_KNOWN,
            # RFC 8414 section 3.1: the path of the issuer comes behind the suffix
            f"{WELL_KNOWN}/oauth2/db/<string:database>",
            # where clients look that append the suffix to the issuer
            f"/oauth2/db/<string:database>{WELL_KNOWN}",
        ],
    )
    def oauth_metadata(self, message):
        """Authorization server metadata (RFC 8414)."""
        return json_response(metadata.metadata_response(superuser_env()))
