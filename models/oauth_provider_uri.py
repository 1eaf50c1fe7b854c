# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import redirect_uri


class OAuthProviderURI(models.AbstractModel):
    """An address of a client that a browser may be sent to."""

    _name = "oauth.provider.uri"
    _description = "OAuth Provider URI"
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

    @api.constrains("name", "client_id")
    def _check_name(self):
        for record in self:
            self._check_uri(record.name)
        self.client_id._check_may_grant_rights()

    @api.model
    def _check_uri(self, uri, web_only=False):
        """Raise ValidationError unless ``uri`` (str) may be registered.

        :param web_only: whether it must be http or https
        """
        try:
            redirect_uri.check(uri)
            if web_only and urlsplit(uri).scheme not in ("http", "https"):
                raise redirect_uri.InvalidRedirectURI("scheme")
        except redirect_uri.InvalidRedirectURI as error:
            message = self._get_messages()[error.reason]
            raise ValidationError(message % {"uri": uri}) from error

    def _get_messages(self):
        """Return {reason of InvalidRedirectURI: message with a place for the uri}."""
        return {
            "characters": self.env._(
                "The URI “%(uri)s” holds a character that a URI may not have, such as a"
                " blank. Write it percent-encoded."
            ),
            "relative": self.env._(
                "The URI “%(uri)s” must be absolute, such as https://host/path."
            ),
            "scheme": self.env._(
                "The URI “%(uri)s” must start with https:// or http://, or, for an"
                " application on a device, with a scheme that has a dot, such as"
                " com.example.app:/"
            ),
            "fragment": self.env._(
                "The URI “%(uri)s” must not have a fragment (the part behind #)."
            ),
            "credentials": self.env._(
                "The URI “%(uri)s” must not hold a user name or a password before the"
                " host."
            ),
            "host": self.env._("The URI “%(uri)s” has no valid host or port."),
        }
