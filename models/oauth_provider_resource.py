# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import itertools
from collections import namedtuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import ValidationError

from ..storage.cache import cached_committed
from ..tools import audience, change_words, uri_parts

#: Characters of an address: an index takes no more.
MAX_LENGTH = 2000
#: The values of a resource that are cached. Ids are None where there is no limit.
ResourceInfo = namedtuple("ResourceInfo", ["uri", "client_ids", "scope_ids"])


class OAuthProviderResource(models.Model):
    """A service outside this Odoo that accepts tokens of this provider (RFC 8707).

    Odoo's API and the routes that take tokens are resources too: see
    :meth:`oauth.provider.find_resource_path`.
    """

    _name = "oauth.provider.resource"
    _inherit = ["oauth.provider.cached.mixin"]
    _description = "OAuth Provider Resource"
    _order = "name, id"

    name = fields.Char(required=True)
    uri = fields.Char(
        string="Address",
        required=True,
        help="The audience of its tokens, exactly as the service expects it.",
    )
    compared_uri = fields.Char(
        compute="_compute_compared_uri",
        store=True,
        precompute=True,
        readonly=True,
        help="The address in the form in which requests are compared with it.",
    )
    active = fields.Boolean(default=True)
    all_clients = fields.Boolean(
        string="All Applications",
        help="Every application may ask for tokens for this service.",
    )
    client_ids = fields.Many2many(
        comodel_name="oauth.provider.client",
        relation="oauth_provider_resource_client_rel",
        column1="resource_id",
        column2="client_id",
        string="Applications",
        context={"active_test": False},
        help="The applications that may ask for tokens for this service.",
    )
    all_scopes = fields.Boolean(
        default=True,
        help="Tokens for this service may have every scope of the application.",
    )
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        relation="oauth_provider_resource_scope_rel",
        column1="resource_id",
        column2="scope_id",
        string="Scopes",
        help="The scopes that tokens for this service may have, besides openid and"
        " offline_access.",
    )

    _compared_uri_uniq = models.UniqueIndex(
        "(compared_uri)", "Another resource server already has this address."
    )

    @api.depends("uri")
    def _compute_compared_uri(self):
        for resource in self:
            resource.compared_uri = uri_parts.normalize(resource.uri)

    @api.constrains("uri", "compared_uri")
    def _check_uri(self):
        provider = self.env["oauth.provider"]
        for resource in self:
            expected = uri_parts.normalize(resource.uri)
            if not expected or len(resource.uri) > MAX_LENGTH:
                raise ValidationError(
                    self.env._(
                        "The address “%s” cannot be used: it must be absolute, without"
                        " a fragment, a user name and blanks, such as"
                        " https://api.example.com.",
                        (resource.uri or "")[:MAX_LENGTH],
                    )
                )
            if resource.compared_uri != expected:
                # It is stored: writing it would open another address
                raise ValidationError(
                    self.env._("Odoo sets this field; it cannot be changed by hand.")
                )
            if provider.find_own_resource(resource.uri):
                raise ValidationError(
                    self.env._(
                        "The address “%s” belongs to this Odoo: applications may ask"
                        " for tokens for it anyway.",
                        resource.uri,
                    )
                )

    @api.constrains(
        "active", "all_clients", "all_scopes", "client_ids", "scope_ids", "uri"
    )
    def _check_privileges(self):
        clients = self.env["oauth.provider.client"].with_context(active_test=False)
        affected = self.sudo().with_context(active_test=False).client_ids
        if any(self.mapped("all_clients")):
            affected = clients.search([])  # pylint: disable=no-search-all
        affected.with_env(self.env)._check_may_grant_rights()

    # Changes

    @api.model_create_multi
    def create(self, vals_list):
        resources = super().create(vals_list)
        resources._log_event("created")
        return resources

    def write(self, vals):
        # What is read below, for the log, is nobody's who may not write
        self.check_access("write")
        before = change_words.read_values(self.sudo(), vals)
        result = super().write(vals)
        for resource, after in change_words.read_values(self.sudo(), vals).items():
            if what := change_words.describe(resource, before[resource], after):
                resource._log_event(what)
        return result

    @api.ondelete(at_uninstall=False)
    def _log_deletion(self):
        self._log_event("deleted")

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for resource, vals in zip(self, vals_list, strict=True):
            if not (default and "name" in default):
                vals["name"] = self.env._("%s (copy)", resource.name)
            if not (default and "uri" in default):
                vals["uri"] = resource._get_free_uri()
        return vals_list

    def _get_free_uri(self):
        """Return an address for a copy that no resource server has (str)."""
        mark = "&" if "?" in self.uri else "?"
        every = self.with_context(active_test=False)
        taken = set(every.search([]).mapped("uri"))  # pylint: disable=no-search-all
        candidates = (f"{self.uri}{mark}copy{n or ''}" for n in itertools.count())
        return next(uri for uri in candidates if uri not in taken)

    def _log_event(self, what):
        """Log that ``what`` (str) happened to these resources."""
        if self.env.context.get("install_mode") and self.env.uid == SUPERUSER_ID:
            return
        for resource in self:
            self.env["oauth.provider.event"].log_event(
                "resource_changed", reason=f"{resource.uri}: {what}"
            )

    # Which tokens an application may ask for

    @api.model
    @api.private
    @cached_committed()
    def get_infos(self):
        """Return {address in the form that is compared: :class:`ResourceInfo`}."""
        resources = self.sudo().with_context(active_test=False)
        return {
            resource.compared_uri: ResourceInfo(
                resource.uri,
                None if resource.all_clients else frozenset(resource.client_ids.ids),
                None if resource.all_scopes else frozenset(resource.scope_ids.ids),
            )
            for resource in resources.search([("active", "=", True)])
        }

    @api.model
    @api.private
    def find_info(self, uri, client):
        """Return the :class:`ResourceInfo` of ``uri`` (str), or None.

        :param client: client (record) that asks for a token
        """
        info = self.get_infos().get(uri_parts.normalize(uri))
        if info and (info.client_ids is None or client.id in info.client_ids):
            return info
        return None

    @api.model
    @api.private
    def find_name(self, uri, client):
        """Return the name (str) of the resource that a client asks a token for.

        As it is the audience of the token: that of a service as the administrator wrote
        it. What belongs to this provider takes precedence.

        :param uri: what the client sends (str)
        :param client: client (record)
        :return: None where the client may not ask for it
        """
        if own := self.env["oauth.provider"].find_own_resource(uri):
            return own
        info = self.find_info(uri, client)
        return info and info.uri

    @api.model
    @api.private
    def is_for(self, recipients, at):
        """Tell whether a token opens something of this provider.

        One without a resource or for the issuer opens everything, one for a route or
        for Odoo's API only that, and what tells of the token itself.

        :param recipients: of the token (str, see :mod:`..tools.audience`), or None for
            this provider
        :param at: path (str) of the protected resource, ``audience.ITSELF``, or None
            for everything else
        """
        provider, names = self.env["oauth.provider"], audience.split(recipients)
        if not names or any(map(provider.is_issuer, names)):
            return True
        if at is None:
            return False
        paths = filter(None, map(provider.find_resource_path, names))
        return any(at in (path, audience.ITSELF) for path in paths)

    @api.model
    @api.private
    def is_same(self, one, other):
        """Tell whether two names (str) are those of one resource."""
        compared = uri_parts.normalize(one)
        if one == other or (compared and compared == uri_parts.normalize(other)):
            return True
        find_path = self.env["oauth.provider"].find_resource_path
        path = find_path(one)
        return path is not None and path == find_path(other)

    @api.model
    @api.private
    def limit_scopes(self, scopes, recipients, client):
        """Return those of ``scopes`` (records) that tokens for resources may have.

        One that is for several has what each of them may have: any of them can use it.

        :param recipients: of the token (str, see :mod:`..tools.audience`), or None for
            this provider
        :param client: client (record) that the token is for
        """
        limits = []
        for name in audience.split(recipients):
            if self.env["oauth.provider"].find_own_resource(name):
                continue
            info = self.find_info(name, client)
            if not info or info.scope_ids is not None:
                limits.append(info.scope_ids if info else frozenset())
        if not limits:
            return scopes
        allowed = frozenset.intersection(*limits)
        about_sign_in = scopes.with_codes(("openid", "offline_access"))
        return scopes.filtered(lambda s: s.id in allowed or s in about_sign_in)
