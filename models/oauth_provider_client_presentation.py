# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import hashlib
from datetime import timedelta
from urllib.parse import urlsplit

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import capped_count, uri_parts
from ..tools.finding import Finding

#: Fields with an address that people are shown (RFC 7591 section 2).
LINKS = ("client_uri", "tos_uri", "policy_uri")
#: Computed field, and the endpoint whose address it shows.
ENDPOINTS = {
    "authorize_url": "authorize",
    "token_url": "token",
    "tokeninfo_url": "tokeninfo",
    "userinfo_url": "userinfo",
    "jwks_url": "jwks",
}
#: The warnings in the order in which they are listed, and the severity of each:
#: ``1`` has to be fixed, ``2`` reviewed.
WARNINGS = {
    "plain": "1",
    "full_access": "1",
    "silent_public": "1",
    "implicit": "2",
    "password": "2",
    "pkce": "2",
    "no_uri": "2",
    "no_user": "1",
    "admin_user": "1",
    "unproven": "2",
    "old_secret": "2",
    "trusted": "2",
    "cookie": "1",
    "access_grows": "2",
}
#: Warnings that the form shows in a place of their own.
SHOWN_ELSEWHERE = frozenset({"implicit", "password", "unproven"})
#: Age at which a secret has been seen by too many.
OLD_SECRET = timedelta(days=365)
#: Time after which an application is hardly in use any more.
UNUSED = timedelta(days=90)


class OAuthProviderClient(models.Model):
    """What people and administrators see of a client.

    People read it on the consent page; an administrator copies the entries into the
    application, and the check-up warns of what has to be fixed.
    """

    _inherit = "oauth.provider.client"

    combined_access = fields.Html(
        string="What the Scopes Open Together", compute="_compute_combined_access"
    )
    logo = fields.Image(
        max_width=256,
        max_height=256,
        help="Shown on the consent page. A larger picture is made smaller.",
    )
    client_uri = fields.Char(
        string="Home Page", help="Where people read what the application is."
    )
    tos_uri = fields.Char(string="Terms of Service")
    policy_uri = fields.Char(string="Privacy Policy")
    grant_count = fields.Integer(compute="_compute_counts", help=capped_count.HELP)
    token_count = fields.Integer(compute="_compute_counts", help=capped_count.HELP)
    grant_count_text = fields.Char(string="Grants", compute="_compute_counts")
    token_count_text = fields.Char(string="Live Tokens", compute="_compute_counts")
    event_count_text = fields.Char(
        string="Events of 7 Days", compute="_compute_event_count_text"
    )
    last_used = fields.Datetime(
        string="Last Used On",
        compute="_compute_last_used",
        help="When the application last used what a person allowed it, to the minute."
        " Of a backend application: when it last got a token. Empty if that is longer"
        " ago than grants and tokens are kept.",
    )
    authorize_url = fields.Char(
        string="Authorization URL", compute="_compute_endpoint_urls"
    )
    token_url = fields.Char(string="Token URL", compute="_compute_endpoint_urls")
    tokeninfo_url = fields.Char(
        string="Token Information URL", compute="_compute_endpoint_urls"
    )
    userinfo_url = fields.Char(
        string="User Information URL", compute="_compute_endpoint_urls"
    )
    jwks_url = fields.Char(string="Key Set URL", compute="_compute_endpoint_urls")
    discovery_url = fields.Char(
        string="Discovery URL",
        compute="_compute_discovery_url",
        help="Where an OpenID Connect application reads all the addresses by itself.",
    )
    scope_codes = fields.Char(
        string="Scope",
        compute="_compute_scope_codes",
        help="What the application asks for, separated by blanks.",
    )
    warnings = fields.Html(compute="_compute_warnings")
    has_danger = fields.Boolean(compute="_compute_warnings")

    @api.constrains(*LINKS)
    def _check_links(self):
        for client in self:
            for name in LINKS:
                uri = client[name]
                if uri and not uri.lower().startswith(("https://", "http://")):
                    raise ValidationError(
                        self.env._(
                            "The address “%s” must start with https:// or http://.", uri
                        )
                    )

    def _compute_counts(self):
        grants = self.env["oauth.provider.grant"].live_domain()
        now = fields.Datetime.now()
        tokens = Domain("revoked_at", "=", False) & Domain("expires_at", ">", now)
        for model, name, live in (
            ("oauth.provider.grant", "grant_count", grants),
            ("oauth.provider.token", "token_count", tokens),
        ):
            counted = self._count_own(model, live)
            for client in self:
                client[name] = counted.get(client.id, 0)
                client[f"{name}_text"] = capped_count.describe(self.env, client[name])

    def _compute_last_used(self):
        last_used = self._find_last_used()
        for client in self:
            client.last_used = last_used.get(client.id, False)

    def _find_last_used(self):
        """Return when each of these clients was used last: {id: datetime}.

        By two queries, however many there are, of what is there anyway: no request
        writes anything for it.
        """
        grants, tokens = (
            self.env["oauth.provider.grant"],
            self.env["oauth.provider.token"],
        )
        # Only a backend application has tokens without a grant
        backends = self.filtered(
            lambda client: client.application_type == "backend application"
        )
        found = [
            *grants._read_group(
                [("client_id", "in", self.ids), ("last_used", "!=", False)],
                ["client_id"],
                ["last_used:max"],
            ),
            *tokens._read_group(
                [("client_id", "in", backends.ids), ("grant_id", "=", False)],
                ["client_id"],
                ["create_date:max"],
            ),
        ]
        last_used = {}
        for client, when in found:
            # An application may have been of another type before
            before = last_used.get(client.id)
            if when and not (before and before > when):
                last_used[client.id] = when
        return last_used

    def _compute_event_count_text(self):
        recent = Domain("happened_at", ">=", "today -6d")
        counted = self._count_own("oauth.provider.event", recent)
        for client in self:
            number = counted.get(client.id, 0)
            client.event_count_text = capped_count.describe(self.env, number)

    def _count_own(self, model, domain):
        """Return how many records of ``model`` (str) each client has: {id: number}.

        Up to :data:`~..tools.capped_count.LIMIT` and one more.
        """
        own, most = Domain("client_id", "in", self.ids) & domain, capped_count.LIMIT + 1
        if len(self.ids) == 1:
            return {self.ids[0]: self.env[model].search_count(own, limit=most)}
        # A limit for each of many takes three times as long: the same pages are read
        # for each of them
        counted = self.env[model]._read_group(own, ["client_id"], ["__count"])
        return {client.id: min(number, most) for client, number in counted}

    @api.private
    def get_consent_fingerprint(self):
        """Return what the consent page says of this client (list that JSON takes)."""
        self.ensure_one()
        logo = hashlib.sha256(self.logo or b"").hexdigest()
        links = [self[name] or "" for name in LINKS]
        return [self.name, logo, links, self.get_durations()]

    # Entries for the application

    def _compute_endpoint_urls(self):
        for field, endpoint in ENDPOINTS.items():
            self[field] = self.env["oauth.provider"].get_endpoint_url(endpoint)

    def _compute_discovery_url(self):
        issuer = self.env["oauth.provider"].get_issuer()
        self.discovery_url = f"{issuer}/.well-known/openid-configuration"

    @api.depends("scope_ids.code")
    def _compute_scope_codes(self):
        for client in self:
            client.scope_codes = " ".join(client.scope_ids.mapped("code"))

    def action_try(self):
        """Open the dialog that tries this client out."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try “%s”", self.name),
            "res_model": "oauth.provider.trial",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_client_id": self.id, "dialog_size": "extra-large"},
        }

    @api.private
    def get_auth_oauth_values(self):
        """Return the record of ``auth.oauth.provider`` for another Odoo (dict of str).

        With the names of the fields of stock ``auth_oauth``.
        """
        self.ensure_one()
        company, provider = self.env.company.name, self.env["oauth.provider"]
        return {
            "name": company,
            "body": self.env._("Log in with %s", company),
            "client_id": self.identifier,
            "enabled": "True",
            "auth_endpoint": provider.get_endpoint_url("authorize"),
            "scope": "openid profile email",
            "validation_endpoint": provider.get_endpoint_url("tokeninfo"),
            "data_endpoint": provider.get_endpoint_url("userinfo"),
        }

    def action_download_auth_oauth(self):
        """Download the record for another Odoo, for its import."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_url",
            "url": f"/oauth_provider/client/{self.id}/auth_oauth.csv",
            "target": "download",
        }

    def action_view_grants(self):
        """Open the grants of this client."""
        return self._view_own("oauth_provider_grant_action")

    def action_view_tokens(self):
        """Open the tokens of this client."""
        return self._view_own("oauth_provider_token_action")

    def action_view_events(self):
        """Open the events of this client in the last seven days."""
        context = {"search_default_last_week": 1}
        return {**self._view_own("oauth_provider_event_action"), "context": context}

    def _view_own(self, name):
        self.ensure_one()
        self.check_access("read")
        actions = self.env["ir.actions.act_window"]
        return {
            **actions._for_xml_id(f"oauth_provider.{name}"),
            "domain": [("client_id", "=", self.id)],
            # As many as the button counts; the others are one filter away
            "context": {"search_default_live": 1},
        }

    @api.depends("scope_ids")
    def _compute_combined_access(self):
        for client in self:
            client.combined_access = client.scope_ids.describe_sum() or False

    # Check-up

    @api.depends(
        "application_type",
        "client_type",
        "pkce_required",
        "redirect_uri_ids.name",
        "scope_ids.full_access",
        "secret_changed_at",
        "skip_authorization",
        "user_id",
    )
    def _compute_warnings(self):
        for client in self:
            warnings = [
                one for one in client.get_warnings() if one.key not in SHOWN_ELSEWHERE
            ]
            items = Markup().join(
                # The check-up puts the name of the client in front
                Markup("<li><strong>%s</strong>: %s</li>")
                % (one.what[:1].upper() + one.what[1:], one.advice)
                for one in warnings
            )
            client.warnings = (
                warnings and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items
            )
            client.has_danger = any(one.severity == "1" for one in warnings)

    @api.private
    def get_warnings(self):
        """Return the warnings about this client (list of :class:`Finding`).

        The key and the severity are of :data:`WARNINGS`. The check-up asks for them,
        and puts the name of the client in front.
        """
        self.ensure_one()
        evidence, texts = self._find_warnings(), self._get_warning_texts()
        texts["access_grows"] = self._get_growth_text()
        return [
            Finding(key, severity, *texts[key], evidence=evidence[key])
            for key, severity in WARNINGS.items()
            if key in evidence
        ]

    def _find_warnings(self):
        """Return {key: evidence} of the warnings that apply to this client.

        The evidence is that of :class:`Finding`: what was accepted when the warning was
        dismissed.
        """
        uris = [uri for uri in self.redirect_uri_ids.mapped("name") if uri]
        plain = [uri for uri in uris if uri.startswith("http:")]
        host = urlsplit(self.env["oauth.provider"].get_issuer()).hostname
        has_browser = self.response_type in ("code", "token")
        limit = fields.Datetime.now() - OLD_SECRET
        is_public, is_trusted = self.client_type == "public", self.skip_authorization
        is_backend = self.grant_type == "client_credentials"
        user = self.sudo().user_id
        checks = {
            "plain": any(not uri_parts.is_loopback(uri) for uri in plain),
            "full_access": any(scope.full_access for scope in self.scope_ids),
            "silent_public": is_public and is_trusted,
            "implicit": self.grant_type == "implicit",
            "password": self.grant_type == "password",
            "pkce": self.grant_type == "authorization_code" and not self.pkce_required,
            "no_uri": has_browser and not uris,
            "no_user": is_backend and not user.active,
            "admin_user": is_backend and user.active and user._is_admin(),
            "unproven": not is_public and not self.has_secret and not self.jwks,
            "old_secret": self.secret_changed_at and self.secret_changed_at < limit,
            "trusted": is_trusted and not is_public,
            "cookie": self.grant_type == "implicit"
            and any(uri_parts.host(uri) == host for uri in uris),
        }
        growing = self._find_growing_scopes()
        checks["access_grows"] = bool(growing)
        scopes, changed = sorted(self.scope_ids.ids), self.secret_changed_at
        evidence = {
            "plain": sorted(plain),
            "full_access": sorted(self.scope_ids.filtered("full_access").ids),
            "silent_public": [scopes, sorted(uris)],
            "no_user": user.id,
            "admin_user": [user.id, scopes],
            "old_secret": changed and fields.Datetime.to_string(changed),
            "trusted": [scopes, sorted(uris)],
            "cookie": sorted(uris),
            "access_grows": sorted(growing.ids),
        }
        return {key: evidence.get(key) for key, applies in checks.items() if applies}

    @api.model
    def _get_growth_text(self):
        """Return (what, advice) for scopes that open more than they once did."""
        return (
            self.env._("may do more since scopes add up"),
            self.env._(
                "Its scopes on one model were cut to the fields that all of them list."
                " Now each opens what it lists: see the tab Scopes."
            ),
        )

    def _find_growing_scopes(self):
        """Return the scopes (records) that open more since scopes add up.

        To a client from before: who makes one now, sees what they open together.
        """
        parameters = self.env["ir.config_parameter"].sudo()
        since = parameters.get_param("oauth_provider.scopes_add_up_since")
        if not since or fields.Datetime.to_string(self.create_date) >= since:
            return self.scope_ids.browse()
        return self.scope_ids.find_growing()

    @api.model
    def _get_warning_texts(self):
        """Return {key of :data:`WARNINGS`: (what, advice)}."""
        return {
            "plain": (
                self.env._("answers travel over http"),
                self.env._("Let the application have a redirect URI with https."),
            ),
            "full_access": (
                self.env._("may ask for full access"),
                self.env._("Draw a scope for what it really needs."),
            ),
            "silent_public": (
                self.env._("is trusted, but proves itself by nothing"),
                self.env._("Make it confidential, or let people be asked."),
            ),
            "implicit": (
                self.env._("uses the legacy implicit grant"),
                # The wizard makes such clients, with which nothing is wrong
                self.env._(
                    "Fine for another Odoo with its own auth_oauth, which knows no"
                    " other. Make anything else a web application."
                ),
            ),
            "password": (
                self.env._("uses the legacy password grant"),
                self.env._("Make it a web application, if it can do that."),
            ),
            "pkce": (
                self.env._("does not need PKCE"),
                self.env._("Switch it on, if the application can do it."),
            ),
            "no_uri": (
                self.env._("has no redirect URI"),
                self.env._("Enter where people are to be sent back."),
            ),
            "no_user": (
                self.env._("acts as a user who is archived or deleted"),
                self.env._("It gets no tokens. Choose another user, or archive it."),
            ),
            "admin_user": (
                self.env._("acts as an administrator"),
                self.env._("Give it a user with only the rights that it needs."),
            ),
            "unproven": (
                self.env._("cannot prove itself"),
                self.env._("Generate a secret, or archive it."),
            ),
            "old_secret": (
                self.env._("has had its secret for more than a year"),
                self.env._("Generate a new one; the old one overlaps for a day."),
            ),
            "trusted": (
                self.env._("is trusted: people are not asked"),
                self.env._("Keep it so for applications of your own alone."),
            ),
            "cookie": (
                self.env._("has the host name of this provider, and so one cookie"),
                self.env._("Give the two Odoos different host names."),
            ),
        }

    @api.private
    def find_unused(self):
        """Return those of these clients that have not been used for a long time.

        By two queries, however many clients there are.
        """
        limit = fields.Datetime.now() - UNUSED
        old = self.filtered(lambda client: client.create_date < limit)
        last_used = old._find_last_used()
        return old.filtered(lambda client: last_used.get(client.id, limit) <= limit)
