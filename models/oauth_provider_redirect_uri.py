# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import redirect_uri


class OAuthProviderRedirectURI(models.Model):
    _name = "oauth.provider.redirect.uri"
    _description = "OAuth Provider Redirect URI"
    _order = "sequence, id"

    sequence = fields.Integer(
        default=10, help="The first one is used when a client names none."
    )
    name = fields.Char(
        string="URI",
        required=True,
        help="Where the browser is sent with the answer. The application must send"
        " exactly this address.",
    )
    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        ondelete="cascade",
    )

    origin = fields.Char(
        compute="_compute_origin",
        store=True,
        index=True,
        help="Scripts of pages there may call the provider.",
    )

    _name_client_uniq = models.UniqueIndex(
        "(client_id, name)", "This client already has this redirect URI."
    )

    @api.depends("name")
    def _compute_origin(self):
        for record in self:
            record.origin = redirect_uri.origin(record.name or "")

    @api.constrains("name")
    def _check_name(self):
        for record in self:
            try:
                redirect_uri.check(record.name)
            except redirect_uri.InvalidRedirectURI as error:
                message = self._get_messages()[error.reason]
                raise ValidationError(message % {"uri": record.name}) from error

    def _get_messages(self):
        """Return {reason of InvalidRedirectURI: message with a place for the uri}."""
        return {
            "characters": self.env._(
                "The redirect URI “%(uri)s” holds a character that a URI may not have,"
                " such as a blank. Write it percent-encoded."
            ),
            "relative": self.env._(
                "The redirect URI “%(uri)s” must be absolute, such as"
                " https://host/path."
            ),
            "scheme": self.env._(
                "The redirect URI “%(uri)s” must start with https:// or http://, or,"
                " for an application on a device, with a scheme that has a dot, such as"
                " com.example.app:/"
            ),
            "fragment": self.env._(
                "The redirect URI “%(uri)s” must not have a fragment (the part behind"
                " #)."
            ),
            "credentials": self.env._(
                "The redirect URI “%(uri)s” must not hold a user name or a password"
                " before the host."
            ),
            "host": self.env._("The redirect URI “%(uri)s” has no valid host or port."),
        }
