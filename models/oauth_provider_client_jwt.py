# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import signing_key
from .oauth_provider_key import DEFAULT_ALGORITHM


class OAuthProviderClient(models.Model):
    """Access tokens that say themselves what they are good for (RFC 9068)."""

    _inherit = "oauth.provider.client"

    token_type = fields.Selection(
        selection_add=[("jwt", "JSON Web Token")], ondelete={"jwt": "set default"}
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

    def _compute_jwt_private_key(self):
        self.jwt_private_key = False

    def _inverse_jwt_private_key(self):
        clients = self.filtered("jwt_private_key")
        # Whoever knows a key could sign in the name of this provider
        if clients and not self.env.su and not self.env.user._is_system():
            raise AccessError(
                self.env._("Only an administrator may bring in a private key.")
            )
        for client in clients:
            client._set_own_key(client.jwt_private_key)
        # Not even who has just written it reads it again
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
                # A secret of the database would let every verifier sign for all
                client._set_own_key(None)
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

    def _set_own_key(self, value):
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
            return self._set_own_key(None)
        return self.env["oauth.provider.key"].ensure(self.jwt_algorithm)

    @api.private
    def get_audience(self, resource):
        """Return who is to accept an access token (str); None for this provider.

        :param resource: what the token was asked for (RFC 8707, str), or None
        """
        self.ensure_one()
        named = self.token_type == "jwt" and self.jwt_audience
        return resource or named or None

    def generate_private_key(self):
        """Give this client a signing key of its own for its algorithm.

        The one that it had signs no more, and stays published until the last token
        that it signed has expired.

        :return: the secret (str) of an HS algorithm, which whoever verifies the tokens
            must know; None for a private key, which nobody needs
        """
        self.ensure_one()
        self.check_access("write")
        if self.token_type != "jwt" or not self.jwt_algorithm:
            raise UserError(
                self.env._("The access tokens of this client are not signed.")
            )
        is_symmetric = signing_key.is_symmetric(self.jwt_algorithm)
        if is_symmetric:
            # Whoever knows it signs in the name of whomever the client acts as
            self._check_acts_as()
        key = self._set_own_key(None)
        return key.get_private_key() if is_symmetric else None

    def action_generate_private_key(self):
        """Generate a key of the client's own; a shared secret is shown once."""
        shared = self.generate_private_key()
        return self._show_shared_secret(shared) if shared else None

    def _show_shared_secret(self, value):
        """Return the action that shows ``value`` (str) and keeps it nowhere.

        :raise AccessError: where the environment's user would gain rights by it
        """
        self._check_acts_as()
        action = self._show_once(self.env._("Shared Secret"), value)
        action["context"]["default_is_shared"] = True
        return action
