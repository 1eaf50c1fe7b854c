# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models


class OAuthProviderClientSecret(models.AbstractModel):
    """The dialog that shows a new secret of a client, once. Nothing of it is stored."""

    _name = "oauth.provider.client.secret"
    _description = "OAuth Provider Client Secret"

    # The onchange that hands over the default values needs a field of this name.
    id = fields.Id()
    identifier = fields.Char(string="Client ID", readonly=True)
    secret = fields.Char(string="Client Secret", readonly=True)
    values = fields.Html(
        string="To Enter in the Application", readonly=True, sanitize=True
    )
    snippet_label = fields.Char(readonly=True)
    snippet = fields.Text(
        string="Command or Configuration",
        readonly=True,
        help="What makes the application know this client, without the secret.",
    )
    client_res_id = fields.Integer()
    has_previous = fields.Boolean(help="Whether an earlier secret still works.")
    is_shared = fields.Boolean(help="Whether it verifies tokens, too.")

    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        """Store nothing, and answer with no record.

        A browser that leaves the page saves what is open, this dialog too. There is no
        table, and the query that failed would be in the log, with the secret in it.
        """
        return self.browse()
