# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import uuid

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..storage.cache import cached_committed
from ..tools import change_words
from ..tools.subject import make_subject

#: Application types that determine the client type.
FIXED_CLIENT_TYPES = {
    "mobile application": "public",
    "backend application": "confidential",
}
#: Fields whose changes are logged as events of their own: secrets and addresses.
LOGGED_ELSEWHERE = frozenset(
    {
        "origin_ids",
        "post_logout_redirect_uri_ids",
        "redirect_uri_ids",
        "secret",
        "secret_changed_at",
        "previous_secret_until",
    }
)


class OAuthProviderClient(models.Model):
    """An application that may use this provider.

    Further files: how it authenticates, OpenID Connect and JSON Web Tokens, the policy
    for it, and what people and administrators see of it.
    """

    _name = "oauth.provider.client"
    _inherit = ["oauth.provider.cached.mixin"]
    _description = "OAuth Provider Client"
    _order = "name, id"

    name = fields.Char(
        required=True,
        help="Name of the application, as the users read it on the consent page.",
    )
    active = fields.Boolean(
        default=True,
        help="An archived client gets no tokens. To archive it ends its tokens and what"
        " people have allowed it, for good.",
    )
    identifier = fields.Char(
        string="Client ID",
        required=True,
        copy=False,
        default=lambda self: str(uuid.uuid4()),
        help="Public identifier of the application. Enter it there as “client ID”.",
    )
    application_type = fields.Selection(
        selection=[
            ("web application", "Web Application"),
            ("mobile application", "Mobile Application"),
            ("legacy application", "Legacy Application"),
            ("backend application", "Backend Application"),
        ],
        required=True,
        default="web application",
        help="Web application: signs users in by an authorization code. The right"
        " choice for nearly everything, mobile and single-page applications included.\n"
        "Mobile application: implicit grant, for the “Log in with…” of another Odoo.\n"
        "Legacy application: sends the user's password, for software that knows"
        " nothing better.\n"
        "Backend application: server to server, without a person, as one fixed user.",
    )
    client_type = fields.Selection(
        selection=[("confidential", "Confidential"), ("public", "Public")],
        compute="_compute_client_type",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Confidential: runs on a server and keeps a secret.\n"
        "Public: runs in a browser or on a device, where no secret can be kept.",
    )
    grant_type = fields.Selection(
        selection=[
            ("authorization_code", "Authorization Code"),
            ("implicit", "Implicit"),
            ("password", "Resource Owner Password Credentials"),
            ("client_credentials", "Client Credentials"),
        ],
        compute="_compute_grant_response_type",
        store=True,
        help="Grant type of the application type (RFC 6749 section 1.3).",
    )
    response_type = fields.Selection(
        selection=[
            ("code", "Authorization Code"),
            ("token", "Token"),
            ("none", "None"),
        ],
        compute="_compute_grant_response_type",
        store=True,
        help="Response type of the application type (RFC 6749 section 3.1.1).",
    )
    token_type = fields.Selection(
        selection=[("random", "Randomly Generated"), ("jwt", "JSON Web Token")],
        required=True,
        default="random",
        help="Kind of the access tokens that this client gets.",
    )
    pkce_required = fields.Boolean(
        string="Require PKCE",
        compute="_compute_pkce_required",
        store=True,
        readonly=False,
        default=True,
        help="Refuse an authorization request without an S256 code challenge"
        " (RFC 7636). Always on for public clients. Switch it off only for an old"
        " application that cannot send one.",
    )
    is_resource_server = fields.Boolean(
        string="Resource Server",
        help="May introspect the tokens of every client, to guard an interface of its"
        " own with them. Other clients see only theirs.",
    )
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Allowed Scopes",
        default=lambda self: self._default_scope_ids(),
        help="What this client may ask for. It gets all of them when it asks for none.",
    )
    redirect_uri_ids = fields.One2many(
        comodel_name="oauth.provider.redirect.uri",
        inverse_name="client_id",
        string="Redirect URIs",
        copy=True,
    )
    any_localhost_port = fields.Boolean(
        string="Any Port of localhost",
        help="Take a redirect URI on http://localhost with any port, as on 127.0.0.1"
        " and [::1]. For programs that register the name.",
    )
    origin_ids = fields.One2many(
        comodel_name="oauth.provider.origin",
        inverse_name="client_id",
        string="Web Origins",
        copy=True,
        help="Pages whose scripts may call the provider, beside those of the redirect"
        " URIs.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Acts As",
        compute="_compute_user_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="set null",
        help="The user whose rights a backend application has. Give it a user of its"
        " own, with the rights that it needs and no more.",
    )

    _identifier_uniq = models.UniqueIndex(
        "(identifier)", "Another client already has this client ID."
    )

    @property
    def client_id(self):
        """The identifier under the name by which oauthlib asks for it."""
        return self.identifier

    # Defaults and computed fields

    @api.model
    def _default_scope_ids(self):
        return self.env["oauth.provider.scope"].search(
            [("code", "in", ("openid", "profile", "email"))]
        )

    @api.model
    def application_type_mapping(self):
        """Return {application type: (grant type, response type)}, RFC 6749 section 1.3.

        The extension point for further application types.
        """
        return {
            "web application": ("authorization_code", "code"),
            "mobile application": ("implicit", "token"),
            "legacy application": ("password", "none"),
            "backend application": ("client_credentials", "none"),
        }

    @api.depends("application_type")
    def _compute_grant_response_type(self):
        mapping = self.application_type_mapping()
        for client in self:
            client.grant_type, client.response_type = mapping.get(
                client.application_type, (False, False)
            )

    @api.depends("application_type")
    def _compute_client_type(self):
        for client in self:
            fixed = FIXED_CLIENT_TYPES.get(client.application_type)
            if fixed:
                client.client_type = fixed
            elif client.id:
                client.client_type = client.client_type or "confidential"
            else:
                # In the form, on the way back from a type that is always public
                client.client_type = client._origin.client_type or "confidential"

    @api.depends("client_type")
    def _compute_pkce_required(self):
        for client in self:
            client.pkce_required = (
                client.client_type == "public" or client.pkce_required
            )

    @api.depends("application_type")
    def _compute_user_id(self):
        # The user of a backend application must not survive a change of the type:
        # every grant but client credentials acts for the user who signed in.
        for client in self:
            if client.application_type != "backend application":
                client.user_id = False

    # Constraints

    @api.constrains("identifier")
    def _check_identifier(self):
        for client in self:
            # RFC 6749 appendix A.1, without blanks; PostgreSQL refuses an empty one
            identifier = client.identifier or ""
            if not all("!" <= character <= "~" for character in identifier):
                raise ValidationError(
                    self.env._(
                        "The client ID “%s” may hold ASCII letters, digits and"
                        " punctuation only, without blanks.",
                        client.identifier,
                    )
                )

    @api.constrains("application_type", "grant_type", "response_type")
    def _check_grant_response_type(self):
        # They are computed and stored: writing them would bypass PKCE
        mapping = self.application_type_mapping()
        for client in self:
            expected = mapping.get(client.application_type, (False, False))
            if (client.grant_type, client.response_type) != expected:
                raise ValidationError(
                    self.env._(
                        "The grant type and the response type are those of the"
                        " application type."
                    )
                )

    @api.constrains("application_type", "client_type", "pkce_required")
    def _check_client_type(self):
        labels = {
            value: label
            for name in ("application_type", "client_type")
            for value, label in self._fields[name]._description_selection(self.env)
        }
        for client in self:
            expected = FIXED_CLIENT_TYPES.get(
                client.application_type, client.client_type
            )
            if client.client_type != expected:
                raise ValidationError(
                    self.env._(
                        "A client of the type “%(application)s” is always “%(type)s”.",
                        application=labels[client.application_type],
                        type=labels[expected],
                    )
                )
            if client.client_type == "public" and not client.pkce_required:
                raise ValidationError(
                    self.env._("A public client cannot go without PKCE.")
                )

    @api.constrains("application_type", "user_id")
    def _check_user_id(self):
        for client in self:
            is_backend = client.application_type == "backend application"
            if is_backend and not client.user_id:
                raise ValidationError(
                    self.env._("Choose the user that the backend application acts as.")
                )
            if client.user_id and not is_backend:
                raise ValidationError(
                    self.env._("Only a backend application acts as a fixed user.")
                )
        self._check_may_grant_rights()

    # Changes

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_secret_dates(vals)
            # An import has empty cells where a value is computed
            if not vals.get("client_type", True):
                del vals["client_type"]
        clients = super().create(vals_list)
        clients._check_safeguards(dict.fromkeys(clients))
        clients._hold_trusted_scopes({name for vals in vals_list for name in vals})
        clients._log_event("client_changed", "created")
        return clients

    def write(self, vals):
        # What is read below, for the log, is nobody's who may not write
        self.check_access("write")
        self._check_secret_dates(vals)
        safeguards = self._get_safeguards_before(vals)
        deprovisioning = self.env["oauth.provider.deprovisioning"]
        revived = deprovisioning.find_revived(self, vals)
        logged = vals.keys() - LOGGED_ELSEWHERE
        before = change_words.read_values(self.sudo(), logged)
        confidential = self._get_confidential(vals)
        result = super().write(vals)
        events = {}
        for client, after in change_words.read_values(self.sudo(), logged).items():
            if reason := change_words.describe(client, before[client], after):
                events.update(client._log_event("client_changed", reason))
        if "active" in vals:
            deprovisioning.end_revived(revived)
            deprovisioning.end_archived(self, events)
        if "client_type" in vals or "application_type" in vals:
            self._remove_secrets_of_public()
        confidential._end_with_secret()
        self._check_safeguards(safeguards)
        self._hold_trusted_scopes(vals)
        return result

    def unlink(self):
        self.check_access("unlink")
        self.env["oauth.provider.deprovisioning"].remove_before(self)
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _log_deletion(self):
        for client in self:
            self.env["oauth.provider.event"].log_event(
                "client_changed", reason=f"deleted {client.identifier}"
            )

    def _log_event(self, kind, reason):
        """Log an event for each of these clients; see oauth.provider.event.

        :return: {client: event}
        """
        log_event = self.env["oauth.provider.event"].log_event
        return {
            client: log_event(kind, client=client, reason=reason)
            for client in self.sudo()
        }

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        if not (default and "name" in default):
            for client, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", client.name)
        return vals_list

    # Lookup

    @api.private
    def find_by_identifier(self, identifier):
        """Return the active client with this ``identifier`` (str), or none."""
        client = self.find_any_by_identifier(identifier)
        return client if client.active else client.browse()

    @api.private
    def find_any_by_identifier(self, identifier):
        """Return the client with this ``identifier``, archived or not, or none."""
        if identifier and "\x00" in identifier:
            return self.browse()
        try:
            return self.browse(self._get_id(identifier)).prefetch()
        except LookupError:
            return self.browse()

    @api.model
    @cached_committed("identifier")
    def _get_id(self, identifier):
        """Return the id of the client with this ``identifier``, archived or not.

        :raise LookupError: if there is none. It is not cached: anyone could fill the
            cache with identifiers that do not exist
        """
        clients = self.with_context(active_test=False)
        return clients.search([("identifier", "=", identifier)], limit=1)._ids[0]

    @api.private
    def match_redirect_uri(self, uri):
        """Tell whether ``uri`` (str) is registered (RFC 9700 2.1, RFC 8252 7.3)."""
        return bool(self.find_redirect_uri(uri))

    @api.private
    def find_redirect_uri(self, uri):
        """Return the redirect URI (record) that ``uri`` (str) matches, or none."""
        self.ensure_one()
        return self.redirect_uri_ids.find_match(uri, self.any_localhost_port)

    # Extension points

    @api.private
    def get_oauth2_server(self, validator=None, **kwargs):
        """Return the oauthlib server for this client: the OCA extension point.

        :param validator: an OdooValidator, made for this client by default
        :param kwargs: keyword arguments of :class:`..oauth2.server.OdooServer`
        """
        # The one place where a model imports the protocol side: addons that extend the
        # provider override this method, as they did in 9.0.
        from ..oauth2 import server
        from ..oauth2 import validator as validators

        if validator is None:
            validator = validators.OdooValidator(self.env, client=self)
        return server.OdooServer(validator, **kwargs)

    @api.model
    @api.private
    def has_custom_server(self):
        """Tell whether an addon replaces :meth:`get_oauth2_server`: so it is asked."""
        own = OAuthProviderClient.get_oauth2_server
        return type(self).get_oauth2_server is not own

    @api.private
    def generate_user_id(self, user):
        """Return the subject identifier (str) of ``user`` (record) for this client.

        See :func:`..tools.subject.make_subject`.
        """
        self.ensure_one()
        return make_subject(self.identifier, user.sudo().oauth_identifier)
