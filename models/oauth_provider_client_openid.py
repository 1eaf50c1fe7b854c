# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import signing_key
from .oauth_provider_key import DEFAULT_ALGORITHM, ID_TOKEN_ALGORITHMS

#: Response types by the response type of the application type, each in the order of
#: the alphabet (OAuth 2.0 Multiple Response Type Encoding Practices).
CODE_TYPES = ("code",)
HYBRID_TYPES = ("code", "code id_token", "code id_token token", "code token")
IMPLICIT_TYPES = ("id_token", "id_token token", "token")


class OAuthProviderClient(models.Model):
    """The signed tokens of a client, and what they say about who signed in.

    ID tokens, userinfo and logout (OpenID Connect), and access tokens that are JSON
    Web Tokens (RFC 9068).
    """

    _inherit = "oauth.provider.client"

    id_token_signed_response_alg = fields.Selection(
        selection=[(name, name) for name in ID_TOKEN_ALGORITHMS],
        string="ID Token Algorithm",
        required=True,
        default=DEFAULT_ALGORITHM,
        help="Every application knows RS256; choose another one only if it says so.",
    )
    id_token_lifetime = fields.Integer(
        string="ID Token Lifetime",
        required=True,
        default=3600,
        help="Seconds until an ID token expires.",
    )
    claims_in_id_token = fields.Boolean(
        string="Claims in the ID Token",
        compute="_compute_claims_in_id_token",
        store=True,
        readonly=False,
        precompute=True,
        help="Put name, e-mail address and so on into the ID token as well, for an"
        " application that never asks at the userinfo address, such as OCA's"
        " auth_oidc.",
    )
    userinfo_signed_response_alg = fields.Selection(
        selection=[(name, name) for name in ID_TOKEN_ALGORITHMS],
        string="Userinfo Algorithm",
        help="Answer at the userinfo address with a signed token. Empty: plain JSON,"
        " which every application understands.",
    )
    hybrid_flow = fields.Boolean(
        help="Let the application ask for an ID token or an access token together with"
        " the code. Those go through the browser's address bar: only for an application"
        " that needs it.",
    )
    claim_group_ids = fields.Many2many(
        comodel_name="res.groups",
        relation="oauth_provider_client_claim_group_rel",
        string="Groups Told",
        help="The access groups that the scope “groups” tells this application about,"
        " where the user is in them. None of them: nothing.",
    )
    post_logout_redirect_uri_ids = fields.One2many(
        comodel_name="oauth.provider.post.logout.redirect.uri",
        inverse_name="client_id",
        string="Post-Logout Redirect URIs",
        copy=True,
        help="Where people may be sent after they have signed out of Odoo because this"
        " application wanted it.",
    )
    backchannel_logout_uri = fields.Char(
        string="Back-Channel Logout URI",
        help="Odoo calls it when a person who had signed in to this application signs"
        " out of Odoo, so that the application ends its session too.",
    )
    backchannel_internal = fields.Boolean(
        string="Internal Address Allowed",
        copy=False,
        help="Let the back-channel logout URI be on this machine or in a private"
        " network. Only an administrator may allow it, or change the URI then.",
    )
    issuer = fields.Char(
        compute="_compute_issuer",
        help="The one address from which an OpenID Connect library discovers the rest.",
    )
    jwt_algorithm = fields.Selection(
        selection=[(name, name) for name in signing_key.ALGORITHMS],
        string="Algorithm",
        default=DEFAULT_ALGORITHM,
        help="How the access tokens are signed. An algorithm that starts with HS uses a"
        " secret that whoever verifies the tokens must know, and could sign with too.",
    )
    jwt_scope_id = fields.Many2one(
        comodel_name="oauth.provider.scope",
        string="Data Scope",
        ondelete="restrict",
        domain=[("model", "=", "res.users")],
        help="A scope on users whose data are written into the access token, where the"
        " user has allowed that scope.",
    )
    jwt_audience = fields.Char(
        string="Audience",
        help="Who is to accept the access tokens, such as the address of an interface."
        " They open nothing here then, not even the userinfo address. Empty: the"
        " issuer.",
    )
    jwt_private_key = fields.Text(
        string="Private Key",
        compute="_compute_jwt_private_key",
        inverse="_inverse_jwt_private_key",
        copy=False,
        help="Write-only: a key of your own in PEM, or the secret of an HS algorithm,"
        " in place of the database's key. Nobody can read it again.",
    )
    jwt_key_ids = fields.One2many(
        comodel_name="oauth.provider.key",
        inverse_name="client_id",
        string="Own Keys",
        readonly=True,
    )
    jwt_public_key = fields.Text(
        string="Public Key",
        compute="_compute_jwt_public_key",
        compute_sudo=True,
        help="For whoever verifies the tokens without the key set (PEM).",
    )

    _id_token_lifetime_check = models.Constraint(
        "CHECK (id_token_lifetime > 0)", "The lifetime of ID tokens must be positive."
    )

    def _compute_issuer(self):
        self.issuer = self.env["oauth.provider"].get_issuer()

    @api.depends("application_type")
    def _compute_claims_in_id_token(self):
        for client in self:
            # Without an access token, only the ID token can carry the claims
            client.claims_in_id_token = (
                client.claims_in_id_token
                or client.application_type == "mobile application"
            )

    @api.constrains("backchannel_logout_uri")
    def _check_backchannel_logout_uri(self):
        for client in self.filtered("backchannel_logout_uri"):
            self.env["oauth.provider.uri"]._check_uri(
                client.backchannel_logout_uri, web_only=True
            )

    @api.constrains("backchannel_logout_uri", "backchannel_internal")
    def _check_backchannel_internal(self):
        # Constraints run as superuser, on behalf of the environment's user
        user = self.env.user
        if user.id == SUPERUSER_ID or user.has_group("base.group_system"):
            return
        if any(self.sudo().mapped("backchannel_internal")):
            raise AccessError(
                self.env._(
                    "Only an administrator may let Odoo call an address of the inner"
                    " network, or change such an address."
                )
            )

    @api.constrains(
        "active", "id_token_signed_response_alg", "userinfo_signed_response_alg"
    )
    def _check_signing_keys(self):
        # Made when an algorithm is chosen: a request may have a read-only cursor.
        # A client may be activated again in a copy of the database that has no key.
        clients = self.filtered("active")
        chosen = set(clients.mapped("id_token_signed_response_alg"))
        chosen.update(clients.mapped("userinfo_signed_response_alg"))
        for algorithm in sorted(filter(None, chosen)):
            self.env["oauth.provider.key"].ensure(algorithm)

    @api.private
    def get_response_types(self):
        """Return the response types that this client may ask for (tuple of str).

        Each with its words in the order of the alphabet.
        """
        self.ensure_one()
        if self.response_type == "code":
            return HYBRID_TYPES if self.hybrid_flow else CODE_TYPES
        return IMPLICIT_TYPES if self.response_type == "token" else ()

    @api.private
    def match_post_logout_redirect_uri(self, uri):
        """Tell whether ``uri`` (str) is registered (RP-Initiated Logout section 3)."""
        self.ensure_one()
        return uri in self.post_logout_redirect_uri_ids.mapped("name")

    # Access tokens that are JSON Web Tokens

    def _compute_jwt_private_key(self):
        self.jwt_private_key = False

    def _inverse_jwt_private_key(self):
        clients = self.filtered("jwt_private_key")
        # Anyone who knows the key could sign in the name of this provider
        if clients and not self.env.su and not self.env.user._is_system():
            raise AccessError(
                self.env._("Only an administrator may bring in a private key.")
            )
        for client in clients:
            client._set_dedicated_key(client.jwt_private_key)
        # Not even the person who has just written it can read it again
        self.invalidate_recordset(["jwt_private_key"], flush=False)

    @api.depends("token_type", "jwt_algorithm", "jwt_key_ids.retired_at")
    def _compute_jwt_public_key(self):
        for client in self:
            key = client.token_type == "jwt" and client._find_jwt_key()
            client.jwt_public_key = bool(key) and key.public_key

    @api.constrains("active", "token_type", "jwt_algorithm", "jwt_audience")
    def _check_jwt(self):
        clients = self.filtered("active")
        for client in clients.filtered(lambda client: client.token_type == "jwt"):
            if not client.jwt_algorithm:
                raise ValidationError(
                    self.env._("Choose the algorithm that signs the access tokens.")
                )
            if client._find_jwt_key():
                continue
            if signing_key.is_symmetric(client.jwt_algorithm):
                # With a shared secret for all, every verifier could sign for all
                client._set_dedicated_key(None)
            else:
                self.env["oauth.provider.key"].ensure(client.jwt_algorithm)

    def _find_jwt_key(self):
        """Return the key (record) that signs this client's access tokens, or none."""
        self.ensure_one()
        keys = self.env["oauth.provider.key"]
        own = keys.find_signing(self.jwt_algorithm, client=self)
        if own or signing_key.is_symmetric(self.jwt_algorithm):
            return own
        return keys.find_signing(self.jwt_algorithm)

    def _set_dedicated_key(self, value):
        self.ensure_one()
        keys = self.env["oauth.provider.key"]
        new = keys.make(self.jwt_algorithm, client=self, value=value)
        (self.sudo().jwt_key_ids - new).retire()
        return new

    @api.private
    def get_jwt_key(self):
        """Return the key (record) for this client's access tokens, made if missing."""
        self.ensure_one()
        key = self._find_jwt_key()
        if key:
            return key
        if signing_key.is_symmetric(self.jwt_algorithm):
            return self._set_dedicated_key(None)
        return self.env["oauth.provider.key"].ensure(self.jwt_algorithm)

    @api.private
    def get_audience(self, resource):
        """Return the audience of an access token (str); None for this provider.

        :param resource: the resource that was requested (RFC 8707, str), or None
        """
        self.ensure_one()
        named = self.token_type == "jwt" and self.jwt_audience
        return resource or named or None

    def generate_private_key(self):
        """Generate a dedicated signing key for this client and its algorithm.

        The previous one stops signing and stays published until the last token that it
        signed has expired.

        :return: the secret (str) of an HS algorithm, which those who verify the tokens
            need; False for a private key, which nobody needs
        """
        self.ensure_one()
        self.check_access("write")
        if self.token_type != "jwt" or not self.jwt_algorithm:
            raise UserError(
                self.env._("The access tokens of this client are not signed.")
            )
        self._check_may_grant_rights()
        key = self._set_dedicated_key(None)
        is_symmetric = signing_key.is_symmetric(self.jwt_algorithm)
        return key.get_private_key() if is_symmetric else False

    def action_generate_private_key(self):
        """Generate a dedicated key; a shared secret is shown once."""
        shared = self.generate_private_key()
        return self._show_shared_secret(shared) if shared else True

    def _show_shared_secret(self, value):
        """Return the action that shows ``value`` (str), which is not stored.

        :raise AccessError: where the environment's user would gain rights by it
        """
        self._check_may_grant_rights()
        action = self._open_secret_dialog(self.env._("Shared Secret"), value)
        action["context"]["default_is_shared"] = True
        return action
