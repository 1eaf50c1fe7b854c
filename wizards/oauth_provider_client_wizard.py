# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import uri_parts
from .recipe import RECIPES

#: A host, perhaps with a port and a path: what people type in place of an address.
BARE_HOST = re.compile(r"[\w.-]+(:\d+)?(/.*)?")


class OAuthProviderClientWizard(models.TransientModel):
    """Makes the client for a well-known application, and says what to enter there."""

    _name = "oauth.provider.client.wizard"
    _description = "OAuth Provider New Client"

    recipe = fields.Selection(
        selection=[(key, recipe.label) for key, recipe in RECIPES.items()],
        string="New Client For",
        required=True,
        default="auth_oauth",
    )
    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        # Or a wizard that is created without a name violates the constraint
        precompute=True,
        readonly=False,
        help="What people will read on the consent page.",
    )
    address = fields.Char(
        help="Where the application is, such as https://wiki.example.com",
    )
    redirect_uri = fields.Char(
        string="Redirect URI",
        compute="_compute_redirect_uri",
        store=True,
        readonly=False,
        help="Where it wants people back. Correct it if the application wants another"
        " address.",
    )
    user_id = fields.Many2one(comodel_name="res.users", string="Acts As")
    needs_browser = fields.Boolean(compute="_compute_needs_browser")

    @api.depends("recipe")
    def _compute_name(self):
        # What is there and none of these, somebody has entered
        proposed = {recipe.proposed_name for recipe in RECIPES.values()}
        for wizard in self:
            if not wizard.name or wizard.name in proposed:
                wizard.name = RECIPES[wizard.recipe].proposed_name

    @api.depends("recipe")
    def _compute_needs_browser(self):
        for wizard in self:
            wizard.needs_browser = RECIPES[wizard.recipe].path is not None

    @api.depends("recipe", "address")
    def _compute_redirect_uri(self):
        for wizard in self:
            path = RECIPES[wizard.recipe].path
            base = wizard._get_base()
            wizard.redirect_uri = base + path if base and path is not None else False

    def _get_base(self):
        """Return the address (str) with a scheme, and without a slash at the end.

        As browsers send it, if its host has other letters than those of ASCII.
        """
        base = (self.address or "").strip().rstrip("/")
        base = f"https://{base}" if BARE_HOST.fullmatch(base) else base
        return uri_parts.in_ascii(base) or base

    def action_create(self):
        """Make the client and open the dialog with the values for the other side.

        The secret is in that dialog alone, which keeps nothing.
        """
        self.ensure_one()
        recipe = RECIPES[self.recipe]
        if recipe.path is not None and not self.redirect_uri:
            raise ValidationError(
                self.env._("Enter the address of the application, or its redirect URI.")
            )
        values = {**recipe.values, "name": self.name}
        if recipe.path is not None:
            values["redirect_uri_ids"] = [
                fields.Command.create({"name": self.redirect_uri})
            ]
        else:
            values["user_id"] = self.user_id.id
        if recipe.after and self._get_base():
            uri = self._get_base() + recipe.after
            values["post_logout_redirect_uri_ids"] = [
                fields.Command.create({"name": uri})
            ]
        client = self.env["oauth.provider.client"].create(values)
        secret = None
        if client.client_type == "confidential":
            secret = client.generate_secret()
        return self._show(client, recipe, secret)

    def _show(self, client, recipe, secret):
        provider = self.env["oauth.provider"]
        known = {
            "issuer": provider.get_issuer(),
            "base": provider.get_endpoint_url("").rstrip("/"),
            "id": client.identifier,
            "secret": secret or "",
        }
        rows = Markup().join(
            # A phone is narrower than most addresses
            Markup("<tr><th>%s</th><td><code class='text-break'>%s</code></td></tr>")
            % (label, text % known)
            for label, text in recipe.entries
        )
        values = Markup("<table class='table table-sm'>%s</table>") % rows
        if client.grant_type == "implicit":
            values += Markup(
                "<p><a class='btn btn-primary me-2' href='%s'>%s</a> %s</p>"
            ) % (
                client.action_download_auth_oauth()["url"],
                self.env._("File for the Other Odoo"),
                self.env._(
                    "Import it there in OAuth Providers, and nothing is left to type."
                ),
            )
        action = client._open_secret_dialog(
            self.env._("To Enter in the Application"), secret
        )
        action["context"].update(
            default_values=values,
            default_client_res_id=client.id,
        )
        return action
