# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import binascii

from werkzeug.exceptions import NotFound

from odoo import http
from odoo.tools.misc import verify_hash_signed

from ..models.oauth_provider_scope_claims import PICTURE_PURPOSE
from .common import oauth_route, superuser_env


class PictureController(http.Controller):
    @oauth_route("picture", ["GET"], readonly=True)
    def oauth_picture(self, message):
        """The picture of a person, for a client that was told its address."""
        env = superuser_env()
        try:
            name = message.query.get("of") or ""
            values = verify_hash_signed(env, PICTURE_PURPOSE, name)
        except (ValueError, binascii.Error):
            values = None
        user = env["oauth.provider.grant"].browse(values or []).get_pictured_user()
        if not user:
            raise NotFound()
        stream = env["ir.binary"]._get_image_stream_from(user, "image_256")
        return stream.get_response(max_age=3600)
