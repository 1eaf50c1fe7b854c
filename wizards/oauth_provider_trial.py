# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
import shlex

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import json_default

from ..tools.claim_value import make_claims
from . import authorization_request
from .redirect_uri_difference import explain


class OAuthProviderTrial(models.TransientModel):
    """Tries a client out before the application does: *Try It* on its form.

    It issues nothing and allows nothing: it builds the address that the application
    would send people to, and reads what they would release.
    """

    _name = "oauth.provider.trial"
    _inherit = ["oauth.provider.preview"]
    _description = "OAuth Provider Try It"

    client_id = fields.Many2one(
        comodel_name="oauth.provider.client", required=True, readonly=True
    )
    response_type = fields.Selection(related="client_id.response_type")
    allowed_scope_ids = fields.Many2many(
        related="client_id.scope_ids", string="Allowed Scopes"
    )
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Scopes",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        domain="[('id', 'in', allowed_scope_ids)]",
        help="What the application asks for.",
    )
    redirect_uri = fields.Char(
        string="Redirect URI",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        help="Paste here what the application sends, and read why it is refused.",
    )
    is_match = fields.Boolean(compute="_compute_verdict")
    verdict = fields.Text(compute="_compute_verdict")
    state = fields.Char(
        default=lambda self: authorization_request.new_state(),
        help="A random value by which the application recognises its own request.",
    )
    code_verifier = fields.Char(
        default=lambda self: authorization_request.new_verifier(),
        help="The secret half of PKCE (RFC 7636). Its digest goes along with the"
        " request, itself with the exchange of the code.",
    )
    url = fields.Char(
        string="Authorization URL",
        compute="_compute_url",
        help="Where the application sends the browser.",
    )
    command = fields.Char(
        string="Then, for a Token",
        compute="_compute_command",
        help="What the application does afterwards, to be typed in a shell.",
    )
    hurdle = fields.Text(compute="_compute_hurdle")
    userinfo = fields.Text(compute="_compute_released")
    id_token = fields.Text(string="ID Token", compute="_compute_released")
    records = fields.Html(compute="_compute_released")

    @api.depends("client_id")
    def _compute_from_client(self):
        for trial in self:
            client = trial.client_id
            trial.scope_ids = client.scope_ids
            trial.redirect_uri = client.redirect_uri_ids[:1].name

    @api.depends("client_id", "scope_ids", "redirect_uri", "state", "code_verifier")
    def _compute_url(self):
        for trial in self:
            client = trial.client_id
            if client.response_type not in ("code", "token"):
                trial.url = False
                continue
            trial.url = authorization_request.build(
                self.env["oauth.provider"].get_endpoint_url("authorize"),
                verifier=client.response_type == "code" and trial.code_verifier,
                response_type=client.response_type,
                client_id=client.identifier,
                redirect_uri=(trial.redirect_uri or "").strip(),
                scope=" ".join(trial.scope_ids.mapped("code")),
                state=trial.state,
            )

    @api.depends("client_id", "scope_ids", "redirect_uri", "code_verifier")
    def _compute_command(self):
        for trial in self:
            trial.command = trial._get_command()

    def _get_command(self):
        client = self.client_id
        scope = " ".join(self.scope_ids.mapped("code"))
        asked = {
            "authorization_code": {
                "code": "CODE",
                "redirect_uri": self.redirect_uri,
                "code_verifier": self.code_verifier,
            },
            "password": {"username": "LOGIN", "password": "PASSWORD", "scope": scope},
            "client_credentials": {"scope": scope},
        }.get(client.grant_type)
        if asked is None:
            return False
        asked = {"grant_type": client.grant_type, **asked}
        words = ["curl"]
        if client.client_type == "public":
            asked["client_id"] = client.identifier
        else:
            words += ["-u", f"{client.identifier}:SECRET"]
        for name, value in asked.items():
            if value:
                words += ["--data-urlencode", f"{name}={value}"]
        url = self.env["oauth.provider"].get_endpoint_url("token")
        return shlex.join([*words, url])

    @api.depends("client_id", "redirect_uri")
    def _compute_verdict(self):
        for trial in self:
            found = explain(
                [uri for uri in trial.client_id.redirect_uri_ids.mapped("name") if uri],
                trial.redirect_uri or "",
                trial.client_id.any_localhost_port,
            )
            trial.is_match = bool(found and found.is_match)
            trial.verdict = trial._explain(found)

    def _explain(self, found):
        """Return in words what ``found`` (Explanation or None) says (str)."""
        if not self.redirect_uri:
            return self.env._("Enter the redirect URI that the application sends.")
        if found is None:
            return self.env._("This client has no redirect URI: nothing can match.")
        if found.is_match and not found.differences:
            return self.env._("It is registered, to the letter.")
        if found.is_match:
            return self.env._(
                "It matches %s: the port is free on the person's own device.",
                found.nearest,
            )
        labels = self._get_labels()
        lines = [self.env._("It is refused. The nearest one is %s", found.nearest)]
        for one in found.differences:
            if one.what == "blank":
                lines.append(labels["blank"])
                continue
            lines.append(
                self.env._(
                    "%(what)s: registered “%(registered)s”, sent “%(sent)s”",
                    what=labels[one.what],
                    registered=self._name_part(one.registered),
                    sent=self._name_part(one.sent),
                )
            )
        return "\n• ".join(lines)

    def _name_part(self, part):
        return self.env._("(none)") if part is None else part

    def _get_labels(self):
        return {
            "scheme": self.env._("Another scheme"),
            "userinfo": self.env._("A user name before the host"),
            "host": self.env._("Another host"),
            "port": self.env._("Another port"),
            "path": self.env._("Another path"),
            "trailing_slash": self.env._("A slash at the end of the path"),
            "query": self.env._("Another query, behind “?”"),
            "fragment": self.env._("A fragment, behind “#”"),
            "case": self.env._("Upper and lower case"),
            "encoding": self.env._("Characters written in another way"),
            "blank": self.env._("There are blanks before or after it."),
        }

    @api.depends("client_id", "user_id")
    def _compute_hurdle(self):
        for trial in self:
            client, person = trial.client_id, trial.user_id
            hurdles = (
                (
                    not client.active,
                    self.env._("The client is archived: every request is refused."),
                ),
                (
                    bool(person) and not client.allows_user(person),
                    self.env._("This person is in none of the allowed groups."),
                ),
                (
                    bool(client.user_id) and person != client.user_id,
                    self.env._(
                        "This application acts as %s: choose that user to see what it"
                        " reads.",
                        client.user_id.name,
                    ),
                ),
                (
                    client.second_factor_required,
                    self.env._("Signing in takes a second factor."),
                ),
            )
            trial.hurdle = "\n".join(text for hit, text in hurdles if hit)

    @api.depends("client_id", "scope_ids", "user_id")
    def _compute_released(self):
        for trial in self:
            trial.userinfo = trial.id_token = trial.records = False
            if trial.client_id and trial.user_id:
                trial._read_released()

    def _read_released(self):
        """Fill in what the person would release, read with the person's own rights."""
        person, client = self._get_person(), self.client_id
        chosen = self.scope_ids._origin & client.scope_ids
        self.records = self._show_records(chosen)
        if client.application_type == "backend application":
            return
        scopes = self._as_person(chosen)
        claims = self._read_claims(scopes, person)
        subject = {"sub": client.generate_user_id(person)}
        try:
            data = scopes.get_data_for_model("res.users", res_id=person.id)
        except AccessError:
            data = {}
        self.userinfo = self._to_text({**make_claims(data), **claims, **subject})
        # There is none where nobody signs in with a browser
        has_id_token = client.grant_type != "password"
        if has_id_token and "openid" in chosen.mapped("code"):
            issuer = self.env["oauth.provider"].get_issuer()
            issued = {"iss": issuer, "aud": client.identifier}
            told = claims if client.claims_in_id_token else {}
            self.id_token = self._to_text({**issued, **subject, **told})

    def _read_claims(self, scopes, person):
        """Return the claims (dict) that ``scopes`` (records) carry about ``person``.

        The picture has an address once the person has pressed Allow.
        """
        client, partner = self.client_id, person.partner_id
        claims = scopes.get_standard_claims(person, client)
        partners = self.env["res.partner"]
        if (
            "profile" in scopes.mapped("code")
            and "picture" not in claims
            and partners.oauth_has_picture(partner.id, partner.write_date)
        ):
            claims["picture"] = self.env["oauth.provider"].get_endpoint_url(
                "picture?of=…"
            )
        return claims

    def _to_text(self, claims):
        return json.dumps(claims, indent=2, default=json_default, ensure_ascii=False)
