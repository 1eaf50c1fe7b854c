# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import protected_route, uri_parts
from .assistant import ASSISTANTS
from .recipe import RECIPES

#: A host, perhaps with a port and a path: what people type in place of an address.
BARE_HOST = re.compile(r"[\w.-]+(:\d+)?(/.*)?")
#: Names of clients that are proposed. Another one, somebody has entered.
PROPOSED = {entry.proposed_name for entry in RECIPES.values()} | {
    assistant.label for assistant in ASSISTANTS.values()
}


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
    same_name_client_id = fields.Many2one(
        comodel_name="oauth.provider.client", compute="_compute_same_name_client_id"
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
    needs_browser = fields.Boolean(compute="_compute_needs")
    needs_user = fields.Boolean(compute="_compute_needs")
    assistant = fields.Selection(
        selection=[(key, assistant.label) for key, assistant in ASSISTANTS.items()],
        default="claude",
    )
    asks_redirect_uri = fields.Boolean(compute="_compute_needs")
    endpoint = fields.Char(
        string="MCP Server URL",
        help="The address that the assistant calls. Tokens that it gets are for this"
        " address.",
    )
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Scopes",
        compute="_compute_scope_ids",
        store=True,
        readonly=False,
        help="What the assistant may ask people for: those that the tools of the MCP"
        " server need.",
    )

    @api.depends("recipe", "assistant")
    def _compute_name(self):
        for wizard in self:
            if not wizard.name or wizard.name in PROPOSED:
                wizard.name = wizard._get_proposed_name()

    def _get_proposed_name(self):
        assistant = self._get_assistant()
        if assistant and self.assistant != "other":
            return assistant.label
        return RECIPES[self.recipe].proposed_name

    @api.depends("name")
    def _compute_same_name_client_id(self):
        clients = self.env["oauth.provider.client"]
        for wizard in self:
            name = wizard.name and [("name", "=", wizard.name)]
            wizard.same_name_client_id = name and clients.search(name, limit=1)

    @api.depends("recipe", "assistant")
    def _compute_needs(self):
        for wizard in self:
            recipe, assistant = RECIPES[wizard.recipe], wizard._get_assistant()
            backend = recipe.values.get("application_type") == "backend application"
            wizard.needs_browser = recipe.path is not None
            wizard.needs_user = backend
            wizard.asks_redirect_uri = bool(assistant and assistant.asks_redirect_uri)

    @api.depends("endpoint")
    def _compute_scope_ids(self):
        for wizard in self:
            codes = wizard._find_described_scopes()
            scopes = wizard.env["oauth.provider.scope"]
            found = scopes.search([("code", "in", codes)])
            wizard.scope_ids = found or wizard.scope_ids or wizard._default_scope_ids()

    def _default_scope_ids(self):
        return self.env["oauth.provider.client"]._default_scope_ids()

    def _find_described_scopes(self):
        """Return the codes (list of str) that the route at the endpoint needs.

        None for what is no route of this Odoo, or does not say.
        """
        provider = self.env["oauth.provider"]
        path = provider.find_resource_path(_complete(self.endpoint))
        routes = provider.find_protected_routes(path) if path else []
        found = map(protected_route.get_scopes, routes)
        return [code for codes in found for code in codes or ()]

    @api.depends("recipe", "address")
    def _compute_redirect_uri(self):
        for wizard in self:
            path = RECIPES[wizard.recipe].path
            base = wizard._get_base()
            wizard.redirect_uri = base + path if base and path is not None else False

    def _get_assistant(self):
        """Return the :class:`Assistant` that is connected, or None."""
        if self.recipe != "assistant":
            return None
        return ASSISTANTS.get(self.assistant) or ASSISTANTS["other"]

    def _get_base(self):
        """Return the address (str) with a scheme, and without a slash at the end.

        As browsers send it, if its host has other letters than those of ASCII.
        """
        base = _complete(self.address).rstrip("/")
        return uri_parts.in_ascii(base) or base

    def _get_endpoint(self):
        """Return the MCP server's address (str) as assistants send it (RFC 8707).

        :raise ValidationError: for one that an assistant could not call, or must not:
            it would send tokens there in clear text
        """
        if not (self.endpoint or "").strip():
            raise ValidationError(self.env._("Enter the URL of the MCP server."))
        uri = _complete(self.endpoint)
        if not uri.isascii():
            uri = uri_parts.in_ascii(uri) or uri
        self.env["oauth.provider.redirect.uri"]._check_uri(uri, web_only=True)
        uri = uri_parts.normalize(uri)
        if self._get_assistant().is_hosted and uri_parts.is_loopback(uri):
            raise ValidationError(
                self.env._(
                    "%(assistant)s calls from its own servers: “%(uri)s” is an address"
                    " of this device only.",
                    assistant=self._get_assistant().label,
                    uri=uri,
                )
            )
        if not uri.startswith("https:") and not uri_parts.is_loopback(uri):
            raise ValidationError(
                self.env._(
                    "The MCP server URL “%s” must start with https://. Assistants call"
                    " http:// on their own device only.",
                    uri,
                )
            )
        return uri

    def action_create(self):
        """Make the client and open the dialog with the values for the other side.

        The secret is in that dialog alone, which keeps nothing.
        """
        self.ensure_one()
        recipe, assistant = RECIPES[self.recipe], self._get_assistant()
        known = {}
        if assistant:
            known["endpoint"] = self._get_endpoint()
            values = self._get_assistant_values(assistant, known["endpoint"])
        else:
            values = self._get_values(recipe)
        client = self.env["oauth.provider.client"].create(
            {**recipe.values, **values, "name": self.name}
        )
        if assistant:
            self._allow_resource(client, known["endpoint"])
        known["secret"] = ""
        if client.client_type == "confidential":
            known["secret"] = client.generate_secret()
        return self._show(client, assistant or recipe, known)

    def _get_values(self, recipe):
        """Return what a client of ``recipe`` has, beside what the recipe says (dict).

        :raise ValidationError: without the address that it needs
        """
        if recipe.path is None:
            return {"user_id": self.user_id.id}
        if not self.redirect_uri:
            raise ValidationError(
                self.env._("Enter the address of the application, or its redirect URI.")
            )
        values = {
            "redirect_uri_ids": [fields.Command.create({"name": self.redirect_uri})]
        }
        if recipe.after and self._get_base():
            uri = self._get_base() + recipe.after
            values["post_logout_redirect_uri_ids"] = [
                fields.Command.create({"name": uri})
            ]
        return values

    def _get_assistant_values(self, assistant, endpoint):
        """Return what the client of ``assistant`` for ``endpoint`` (str) has (dict).

        :raise ValidationError: without the redirect URI that only the assistant tells
        """
        uris = list(assistant.redirect_uris)
        if assistant.per_endpoint:
            uris.insert(0, assistant.per_endpoint(endpoint))
        if assistant.asks_redirect_uri:
            typed = (self.redirect_uri or "").strip()
            if not typed:
                raise ValidationError(
                    self.env._("Enter the redirect URI that the assistant shows.")
                )
            uris = [typed, *(uri for uri in uris if uri != typed)]
        kind = "confidential" if assistant.is_hosted else "public"
        on_localhost = any(uri_parts.host(uri) == "localhost" for uri in uris)
        return {
            "client_type": kind,
            "redirect_uri_ids": [fields.Command.create({"name": uri}) for uri in uris],
            "any_localhost_port": assistant.any_localhost_port and on_localhost,
            "scope_ids": [fields.Command.set(self.scope_ids.ids)],
        }

    def _allow_resource(self, client, endpoint):
        """Let ``client`` (record) ask for tokens for the MCP server at ``endpoint``.

        A route of this Odoo is open to every client. A server outside becomes a record,
        if it is none yet.

        :raise ValidationError: for one that an administrator has archived
        """
        resources = self.env["oauth.provider.resource"].with_context(active_test=False)
        if resources.find_name(endpoint, client):
            return
        name = uri_parts.normalize(endpoint)
        found = resources.search([("compared_uri", "=", name)])
        if not found:
            values = {"name": uri_parts.display_host(endpoint), "uri": endpoint}
            found = resources.create(values)
        if not found.active:
            raise ValidationError(
                self.env._(
                    "The resource server “%s” is archived. Restore it first, if"
                    " applications may use it.",
                    found.name,
                )
            )
        found.client_ids |= client

    def _show(self, client, recipe, known):
        """Return the dialog (action) that says what to enter on the other side.

        :param recipe: Recipe or Assistant
        :param known: secret and endpoint (dict of str), where there are such
        """
        provider = self.env["oauth.provider"]
        known |= {
            "issuer": provider.get_issuer(),
            "base": provider.get_endpoint_url("").rstrip("/"),
            "id": client.identifier,
            "scope": " ".join(client.scope_ids.mapped("code")),
        }
        rows = Markup().join(
            # A phone is narrower than most addresses
            Markup("<tr><th>%s</th><td><code class='text-break'>%s</code></td></tr>")
            % (label, text % known)
            for label, text in recipe.entries
        )
        values = Markup("<table class='table table-sm'>%s</table>") % rows
        if not rows:
            values = Markup()
        if client.grant_type == "implicit":
            values += self._show_button(
                client.action_download_auth_oauth()["url"],
                self.env._("File for the Other Odoo"),
                self.env._(
                    "Import it there in OAuth Providers, and nothing is left to type."
                ),
            )
        snippet = {}
        if recipe in ASSISTANTS.values():
            if recipe.link:
                values += self._show_button(
                    recipe.link(known),
                    self.env._("Add to %s", recipe.label),
                    self.env._("It opens on this device."),
                )
            if recipe.snippet:
                snippet["default_snippet"] = recipe.snippet(known)
                snippet["default_snippet_label"] = recipe.snippet_label
        action = client._open_secret_dialog(
            self.env._("To Enter in the Application"), known["secret"] or None
        )
        action["context"].update(
            default_values=values, default_client_res_id=client.id, **snippet
        )
        return action

    def _show_button(self, url, label, text):
        return Markup("<p><a class='btn btn-primary me-2' href='%s'>%s</a> %s</p>") % (
            url,
            label,
            text,
        )


def _complete(address):
    """Return ``address`` (str), as somebody has typed it, with a scheme."""
    address = (address or "").strip()
    return f"https://{address}" if BARE_HOST.fullmatch(address) else address
