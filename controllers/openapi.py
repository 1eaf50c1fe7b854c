# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import http

from ..oauth2 import openapi
from ..oauth2.replica import can_answer
from .common import json_response, oauth_route, superuser_env


class OpenAPIController(http.Controller):
    @oauth_route("openapi.json", ["GET"], readonly=can_answer, cors=True)
    def oauth_openapi(self, message):
        """What the access token may call on Odoo's own API (OpenAPI 3.1)."""
        return json_response(openapi.openapi_response(superuser_env(), message))
