# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.exceptions import UserError
from odoo.http import request

#: Parameter that says whether nothing may be issued.
CLOSED = "oauth_provider_note.is_closed"


class OAuthProviderToken(models.Model):
    _inherit = "oauth.provider.token"

    def store(self, parts):
        token = super().store(parts)
        # Not the environment of the token: another transaction would not see it
        noted = token.with_env(request.env).sudo()
        parameters = noted.env["ir.config_parameter"]
        parameters.set_param(f"noted.{noted.digest}", request.env.uid or "nobody")
        if parameters.get_param(CLOSED):
            raise UserError("Closed")
        return token
