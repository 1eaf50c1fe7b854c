# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..storage.cache import cached_committed
from .oauth_provider_key import DEFAULT_ALGORITHM, ID_TOKEN_ALGORITHMS

#: Response types by the response type of the application type, each in the order of
#: the alphabet (OAuth 2.0 Multiple Response Type Encoding Practices).
CODE_TYPES = ("code",)
HYBRID_TYPES = ("code", "code id_token", "code id_token token", "code token")
IMPLICIT_TYPES = ("id_token", "id_token token", "token")


class OAuthProviderClient(models.Model):
    """What a client gets told about who signed in (OpenID Connect)."""

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

    _id_token_lifetime_check = models.Constraint(
        "CHECK (id_token_lifetime > 0)", "The lifetime of ID tokens must be positive."
    )

    def _compute_issuer(self):
        self.issuer = self.env["oauth.provider"].get_issuer()

    @api.depends("application_type")
    def _compute_claims_in_id_token(self):
        for client in self:
            # An ID token that comes alone has nothing else to carry the claims
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
        # Made when an algorithm is chosen: what answers may run on a read-only cursor.
        # A client may be switched on again in a copy that has no key.
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
        return self._to_response_types(self.response_type, self.hybrid_flow)

    @api.model
    def _to_response_types(self, response_type, hybrid_flow):
        if response_type == "code":
            return HYBRID_TYPES if hybrid_flow else CODE_TYPES
        return IMPLICIT_TYPES if response_type == "token" else ()

    @api.model
    @api.private
    @cached_committed()
    def get_used(self):
        """Return what the active clients use, in one query however many there are.

        :return: dict of frozensets: ``grant_types``, ``response_types``,
            ``id_token_algorithms`` and ``userinfo_algorithms``
        """
        names = [
            "grant_type",
            "response_type",
            "hybrid_flow",
            "id_token_signed_response_alg",
            "userinfo_signed_response_alg",
        ]
        rows = self._read_group([], names, [])
        found = {
            "grant_types": {row[0] for row in rows},
            "response_types": {
                name for row in rows for name in self._to_response_types(*row[1:3])
            },
            "id_token_algorithms": {row[3] for row in rows},
            "userinfo_algorithms": {row[4] for row in rows},
        }
        return {name: frozenset(values - {False}) for name, values in found.items()}

    @api.private
    def match_post_logout_redirect_uri(self, uri):
        """Tell whether ``uri`` (str) is registered (RP-Initiated Logout section 3)."""
        self.ensure_one()
        return uri in self.post_logout_redirect_uri_ids.mapped("name")
