# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models


class OAuthProviderPostLogoutRedirectURI(models.Model):
    """Where a person may be sent after signing out (RP-Initiated Logout section 3)."""

    _name = "oauth.provider.post.logout.redirect.uri"
    _inherit = ["oauth.provider.uri"]
    _description = "OAuth Provider Post-Logout Redirect URI"

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this post-logout redirect URI."
    )
