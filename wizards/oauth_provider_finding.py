# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.tools import config

from ..tools import redirect_uri

#: After this time a secret has been seen by too many.
OLD_SECRET = timedelta(days=365)


class OAuthProviderFinding(models.TransientModel):
    """Something about the provider that should be mended: a line of the check-up."""

    _name = "oauth.provider.finding"
    _description = "OAuth Provider Check-Up"
    _order = "severity, id"

    severity = fields.Selection(
        selection=[("1", "Mend"), ("2", "Look At")], required=True, readonly=True
    )
    name = fields.Char(string="What", required=True, readonly=True)
    advice = fields.Char(string="What to Do", readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)

    @api.model
    def action_check(self):
        """Look at the whole configuration and open what was found."""
        self.search([("create_uid", "=", self.env.uid)]).unlink()
        self.check_access("create")
        findings = self.create(self._find())
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "oauth_provider.oauth_provider_finding_action"
            ),
            "domain": [("id", "in", findings.ids)],
        }

    def action_open(self):
        """Open the place where this is mended."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def _find(self):
        """Return the values (list of dict) of all findings."""
        clients = self.env["oauth.provider.client"].search([("active", "=", True)])
        found = self._find_server(clients)
        for client in clients:
            found += [
                {
                    "severity": severity,
                    "name": f"{client.name}: {what}",
                    "advice": advice,
                    "res_model": client._name,
                    "res_id": client.id,
                }
                for severity, what, advice in self._find_client(client)
            ]
        return found

    def _find_server(self, clients):
        parameters = self.env["ir.config_parameter"].sudo()
        issuer = clients.get_issuer()
        base = parameters.get_param("web.base.url") or ""
        parameter = parameters.search([("key", "=", "oauth_provider.issuer")], limit=1)
        is_https = issuer.startswith("https://")
        is_local = redirect_uri.is_loopback(issuer)
        same_host = urlsplit(issuer).netloc == urlsplit(base).netloc
        checks = (
            (
                "1",
                not is_https and not is_local,
                self.env._("The issuer is not https, so that anybody may listen."),
                self.env._("Use https, and correct the issuer before clients use it."),
            ),
            (
                "2",
                not same_host,
                self.env._("The issuer is another host than this database is used at."),
                self.env._("If the host has changed for good, correct the issuer."),
            ),
            (
                "1",
                is_https and not config["proxy_mode"],
                self.env._("Odoo does not know of its proxy (proxy_mode is off)."),
                self.env._(
                    "Set proxy_mode, or failures count for all callers at once."
                ),
            ),
            (
                "2",
                "oauth_provider" not in config["server_wide_modules"],
                self.env._("The addon is not loaded for the whole server."),
                self.env._(
                    "Needed with several databases: add it to server_wide_modules."
                ),
            ),
        )
        return [
            {
                "severity": severity,
                "name": what,
                "advice": advice,
                "res_model": parameter._name if parameter else False,
                "res_id": parameter.id,
            }
            for severity, applies, what, advice in checks
            if applies
        ]

    def _find_client(self, client):
        """Return what is to say of ``client``: tuples (severity, what, advice)."""
        uris = client.redirect_uri_ids.mapped("name")
        plain = [u for u in uris if u.startswith("http:")]
        host = urlsplit(client.get_issuer()).hostname
        has_browser = client.response_type in ("code", "token")
        limit = fields.Datetime.now() - OLD_SECRET
        is_unproven = (
            client.client_type == "confidential"
            and not client.has_secret
            and not client.jwks
        )
        checks = (
            (
                "1",
                any(not redirect_uri.is_loopback(uri) for uri in plain),
                self.env._("answers travel over http"),
                self.env._("Let the application have a redirect URI with https."),
            ),
            (
                "1",
                any(scope.full_access for scope in client.scope_ids),
                self.env._("may ask for full access"),
                self.env._("Draw a scope for what it really needs."),
            ),
            (
                "2",
                client.grant_type in ("implicit", "password"),
                self.env._("uses a legacy grant"),
                self.env._("Make it a web application, if it can do that."),
            ),
            (
                "2",
                client.grant_type == "authorization_code" and not client.pkce_required,
                self.env._("does not need PKCE"),
                self.env._("Switch it on, if the application can do it."),
            ),
            (
                "2",
                has_browser and not uris,
                self.env._("has no redirect URI"),
                self.env._("Enter where people are to be sent back."),
            ),
            (
                "2",
                is_unproven,
                self.env._("cannot prove itself"),
                self.env._("Generate a secret, or archive it."),
            ),
            (
                "2",
                bool(client.secret_changed_at) and client.secret_changed_at < limit,
                self.env._("has had its secret for more than a year"),
                self.env._("Generate a new one; the old one overlaps for a day."),
            ),
            (
                "2",
                client.skip_authorization,
                self.env._("is trusted: people are not asked"),
                self.env._("Keep it so for applications of your own alone."),
            ),
            (
                "1",
                client.grant_type == "implicit"
                and any(urlsplit(uri).hostname == host for uri in uris),
                self.env._("has the host name of this provider, and so one cookie"),
                self.env._("Give the two Odoos different host names."),
            ),
        )
        return [
            (severity, what, advice) for severity, hit, what, advice in checks if hit
        ]
