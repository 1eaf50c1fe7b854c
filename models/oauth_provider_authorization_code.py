# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models


class OAuthProviderAuthorizationCode(models.Model):
    _name = "oauth.provider.authorization.code"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Authorization Code"

    redirect_uri = fields.Char(
        string="Redirect URI",
        required=True,
        readonly=True,
        help="Where the code was sent, to the letter (RFC 6749 section 4.1.3).",
    )
    redirect_uri_sent = fields.Boolean(
        readonly=True,
        help="Whether the authorization request named the redirect URI. If it did, the"
        " token request must name the same one.",
    )
    code_challenge = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    code_challenge_method = fields.Char(readonly=True)
    nonce = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    id_token_claims = fields.Char(
        string="ID Token Claims",
        readonly=True,
        help="Claims that the client asked for in the ID token (OpenID Connect Core"
        " 5.5), separated by blanks.",
    )
    used_at = fields.Datetime(string="Used On", readonly=True, copy=False)

    _digest_uniq = models.UniqueIndex("(digest)")
