# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from urllib.parse import urlsplit

from markupsafe import Markup

from odoo import api, fields, models

from ..tools import redirect_uri

#: After this time a secret has been seen by too many.
OLD_SECRET = timedelta(days=365)
#: After this time an application is hardly in use any more.
UNUSED = timedelta(days=90)
#: What the form says in a place of its own.
SAID_ELSEWHERE = ("legacy", "unproven")


class OAuthProviderClient(models.Model):
    """What an administrator should mend of a client, or look at."""

    _inherit = "oauth.provider.client"

    warnings = fields.Html(compute="_compute_warnings")
    has_danger = fields.Boolean(compute="_compute_warnings")

    @api.depends(
        "application_type",
        "client_type",
        "pkce_required",
        "redirect_uri_ids.name",
        "scope_ids.full_access",
        "secret_changed_at",
        "skip_authorization",
    )
    def _compute_warnings(self):
        for client in self:
            found = [
                one for one in client.get_warnings() if one[0] not in SAID_ELSEWHERE
            ]
            items = Markup().join(
                # The check-up puts the name of the client before it
                Markup("<li><strong>%s</strong>: %s</li>")
                % (what[:1].upper() + what[1:], advice)
                for _key, _severity, what, advice in found
            )
            client.warnings = found and Markup("<ul class='mb-0 ps-3'>%s</ul>") % items
            client.has_danger = any(one[1] == "1" for one in found)

    @api.private
    def get_warnings(self):
        """Return what is to say of this client: tuples (key, severity, what, advice).

        Severity ``1`` is to be mended, ``2`` to be looked at.
        """
        self.ensure_one()
        uris = [uri for uri in self.redirect_uri_ids.mapped("name") if uri]
        plain = [u for u in uris if u.startswith("http:")]
        host = urlsplit(self.env["oauth.provider"].get_issuer()).hostname
        has_browser = self.response_type in ("code", "token")
        limit = fields.Datetime.now() - OLD_SECRET
        is_public = self.client_type == "public"
        is_unproven = not is_public and not self.has_secret and not self.jwks
        checks = (
            (
                "plain",
                "1",
                any(not redirect_uri.is_loopback(uri) for uri in plain),
                self.env._("answers travel over http"),
                self.env._("Let the application have a redirect URI with https."),
            ),
            (
                "full_access",
                "1",
                any(scope.full_access for scope in self.scope_ids),
                self.env._("may ask for full access"),
                self.env._("Draw a scope for what it really needs."),
            ),
            (
                "silent_public",
                "1",
                is_public and self.skip_authorization,
                self.env._("is trusted, but proves itself by nothing"),
                self.env._("Make it confidential, or let people be asked."),
            ),
            (
                "legacy",
                "2",
                self.grant_type == "implicit",
                self.env._("uses the legacy implicit grant"),
                # Nothing is to be done about the very client that the wizard makes
                self.env._(
                    "Fine for another Odoo with its own auth_oauth, which knows no"
                    " other. Make anything else a web application."
                ),
            ),
            (
                "legacy",
                "2",
                self.grant_type == "password",
                self.env._("uses the legacy password grant"),
                self.env._("Make it a web application, if it can do that."),
            ),
            (
                "pkce",
                "2",
                self.grant_type == "authorization_code" and not self.pkce_required,
                self.env._("does not need PKCE"),
                self.env._("Switch it on, if the application can do it."),
            ),
            (
                "no_uri",
                "2",
                has_browser and not uris,
                self.env._("has no redirect URI"),
                self.env._("Enter where people are to be sent back."),
            ),
            (
                "unproven",
                "2",
                is_unproven,
                self.env._("cannot prove itself"),
                self.env._("Generate a secret, or archive it."),
            ),
            (
                "old_secret",
                "2",
                bool(self.secret_changed_at) and self.secret_changed_at < limit,
                self.env._("has had its secret for more than a year"),
                self.env._("Generate a new one; the old one overlaps for a day."),
            ),
            (
                "trusted",
                "2",
                self.skip_authorization and not is_public,
                self.env._("is trusted: people are not asked"),
                self.env._("Keep it so for applications of your own alone."),
            ),
            (
                "cookie",
                "1",
                self.grant_type == "implicit"
                and any(redirect_uri.host(uri) == host for uri in uris),
                self.env._("has the host name of this provider, and so one cookie"),
                self.env._("Give the two Odoos different host names."),
            ),
        )
        return [
            (key, severity, what, advice)
            for key, severity, hit, what, advice in checks
            if hit
        ]

    @api.private
    def find_unused(self):
        """Return those of these clients that nobody has used for a long time.

        Two queries, however many clients there are.
        """
        limit = fields.Datetime.now() - UNUSED
        old = self.filtered(lambda client: client.create_date < limit)
        of_old = [("client_id", "in", old.ids)]
        last = {client: [] for client in old}
        for model, name in (
            ("oauth.provider.grant", "last_used"),
            ("oauth.provider.token", "create_date"),
        ):
            for client, when in self.env[model]._read_group(
                of_old, ["client_id"], [f"{name}:max"]
            ):
                last[client].append(when)
        return old.filtered(
            lambda client: not any(when and when > limit for when in last[client])
        )
