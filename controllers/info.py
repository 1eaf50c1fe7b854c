# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools

from odoo import http

from ..oauth2 import info
from ..oauth2.ahead import read_token
from ..oauth2.replica import can_answer
from .common import json_response, oauth_route, superuser_env


class InfoController(http.Controller):
    @oauth_route(
        "tokeninfo",
        ["GET", "POST"],
        readonly=can_answer,
        ahead=read_token,
        cors=True,
    )
    def oauth_tokeninfo(self, message):
        """What is known about the access token itself."""
        return json_response(info.tokeninfo_response(superuser_env(), message))

    @oauth_route(
        "userinfo",
        ["GET", "POST"],
        readonly=can_answer,
        ahead=functools.partial(read_token, person=True),
        cors=True,
    )
    def oauth_userinfo(self, message):
        """Claims about the token's user (OpenID Connect Core section 5.3)."""
        return json_response(info.userinfo_response(superuser_env(), message))

    @oauth_route("otherinfo", ["GET", "POST"], readonly=can_answer, cors=True)
    def oauth_otherinfo(self, message):
        """Records that the token's scopes open."""
        return json_response(info.otherinfo_response(superuser_env(), message))
