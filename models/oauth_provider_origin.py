# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import uri_parts


class OAuthProviderOrigin(models.Model):
    """A web origin whose scripts may call the provider, beside the redirect URIs'."""

    _name = "oauth.provider.origin"
    _description = "OAuth Provider Web Origin"
    _order = "name, id"

    name = fields.Char(
        string="Origin",
        required=True,
        index=True,
        help="Scheme, host and port of a page, such as https://app.example.com",
    )
    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        ondelete="cascade",
    )

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this origin."
    )

    @api.model_create_multi
    def create(self, vals_list):
        origins = super().create(vals_list)
        origins._log_change("added")
        return origins

    def write(self, vals):
        result = super().write(vals)
        self._log_change("now")
        return result

    @api.ondelete(at_uninstall=False)
    def _log_deletion(self):
        self._log_change("removed")

    def _log_change(self, what):
        """Log what was done to these origins, as a change of their clients."""
        for origin in self:
            reason = f"web origin {what} {origin.name}"
            origin.client_id._log_event("client_changed", reason)

    @api.constrains("name", "client_id")
    def _check_name(self):
        self.client_id._check_may_grant_rights()
        for origin in self:
            # None but the form in which browsers send it, or it would never be allowed
            sent = uri_parts.origin(uri_parts.in_ascii(origin.name) or "")
            if sent and sent != origin.name and not origin.name.isascii():
                raise ValidationError(
                    self.env._(
                        "Browsers send the origin “%(origin)s” in another form: enter"
                        " “%(proposal)s”.",
                        origin=origin.name,
                        proposal=sent,
                    )
                )
            host = uri_parts.host(origin.name) or ""
            if sent != origin.name or not uri_parts.is_host(host):
                raise ValidationError(
                    self.env._(
                        "The origin “%s” cannot be used: write scheme, host and, if it"
                        " is not the usual one, port, such as https://app.example.com,"
                        " in lower case and without a slash at the end.",
                        origin.name,
                    )
                )

    @api.private
    def is_allowed(self, origin, client=None):
        """Tell whether scripts of ``origin`` (str) may call the provider.

        These are the origins of the redirect URIs of active clients, and those that
        are listed on them.

        :param client: the only client (record) to look at, or None for all
        """
        if "\x00" in origin:
            return False
        domain = [("client_id.active", "=", True)]
        if client is not None:
            domain.append(("client_id", "=", client.id))
        return bool(
            self.env["oauth.provider.redirect.uri"].search_count(
                [("origin", "=", origin), *domain], limit=1
            )
            or self.search_count([("name", "=", origin), *domain], limit=1)
        )
