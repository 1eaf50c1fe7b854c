# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from urllib.parse import urlencode

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import json_default

from ..oauth2 import round_trip
from ..tools.causes import CAUSES
from ..tools.claim_value import make_claims
from . import authorization_request
from .redirect_uri_difference import describe, explain


class OAuthProviderTrial(models.TransientModel):
    """Tries a client out before the application does: *Try It* on its form.

    It builds the address that the application would send people to, says what the
    provider answers, and reads what people would release. Nothing is issued by that.
    *Run It* goes all the way, as the person who presses it: the answer comes back here
    and not to the application, and what was issued is revoked at once.
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
    request_url = fields.Char(
        string="Request",
        help="Paste here the address to which the application sends the browser, and"
        " read what the provider answers.",
    )
    scope = fields.Char(
        string="Scopes Sent",
        compute="_compute_from_client",
        store=True,
        readonly=False,
        help="As in the request, with blanks between them.",
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
    can_add_redirect_uri = fields.Boolean(compute="_compute_verdict")
    is_accepted = fields.Boolean(compute="_compute_answer")
    answer = fields.Text(compute="_compute_answer")
    has_failed_request = fields.Boolean(compute="_compute_has_failed_request")
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
    is_running = fields.Boolean(
        readonly=True,
        copy=False,
        help="Whether the answer to this request comes back here.",
    )
    can_run = fields.Boolean(compute="_compute_can_run")
    result = fields.Selection(
        selection=[("done", "It works"), ("failed", "It failed")], readonly=True
    )
    result_text = fields.Text(readonly=True)
    result_token = fields.Text(string="Token Response", readonly=True)
    result_access_token = fields.Text(string="Access Token, Decoded", readonly=True)
    result_id_token = fields.Text(string="ID Token, Decoded", readonly=True)
    result_userinfo = fields.Text(string="Answer of Userinfo", readonly=True)
    result_call = fields.Char(string="Sample Call", readonly=True)
    result_records = fields.Text(string="Answer to the Call", readonly=True)

    _state_index = models.Index("(state) WHERE is_running")

    @api.depends("client_id")
    def _compute_display_name(self):
        for trial in self:
            trial.display_name = self.env._("Try “%s”", trial.client_id.name)

    @api.depends("client_id", "request_url")
    def _compute_from_client(self):
        for trial in self:
            client = trial.client_id
            trial.scope_ids = client.scope_ids
            trial.redirect_uri = client.redirect_uri_ids[:1].name
            trial.scope = False
            if not trial.request_url:
                continue
            _address, sent = authorization_request.parse(trial.request_url)
            trial.redirect_uri = sent.get("redirect_uri")
            trial.scope = sent.get("scope")
            codes = set((trial.scope or "").split())
            trial.scope_ids = client.scope_ids.filtered_domain([("code", "in", codes)])

    @api.onchange("request_url", "scope", "scope_ids", "redirect_uri")
    def _onchange_request(self):
        # What came back was the answer to another request
        self.result = False

    def _get_parameters(self):
        """Return the parameters (dict of str) of the request that is tried.

        Those that were pasted, with the values of the form. State, nonce and code
        challenge are new ones, where there were any.
        """
        client, sent = self.client_id, {}
        verifier = self.code_verifier or ""
        if self.request_url:
            _address, sent = authorization_request.parse(self.request_url)
            scope = self.scope
        else:
            scope = " ".join(self.scope_ids.mapped("code"))
            sent = {"response_type": client.response_type}
            sent["client_id"] = client.identifier
            if client.response_type == "code":
                sent |= {"code_challenge": "", "code_challenge_method": "S256"}
        # What an event has kept names no client
        sent.setdefault("client_id", client.identifier)
        sent |= {"redirect_uri": (self.redirect_uri or "").strip(), "scope": scope}
        sent["state"] = self.state
        if "code_challenge" in sent and verifier:
            sent["code_challenge"] = authorization_request.make_challenge(verifier)
        if "nonce" in sent:
            sent["nonce"] = self.state
        return {name: value for name, value in sent.items() if value}

    def _is_interactive(self):
        """Tell whether a browser takes part (bool)."""
        return self.client_id.response_type in ("code", "token")

    @api.depends(
        *("client_id", "request_url", "scope", "scope_ids"),
        *("redirect_uri", "state", "code_verifier"),
    )
    def _compute_url(self):
        endpoint = self.env["oauth.provider"].get_endpoint_url("authorize")
        for trial in self:
            trial.url = trial._is_interactive() and authorization_request.build(
                endpoint, trial._get_parameters()
            )

    @api.depends(
        *("client_id", "request_url", "scope", "scope_ids"),
        *("redirect_uri", "code_verifier"),
    )
    def _compute_answer(self):
        for trial in self:
            trial.answer = trial._is_interactive() and trial._find_fault()
            trial.is_accepted = not trial.answer

    def _find_fault(self):
        """Return in words why the request is refused (str), or None."""
        sent = self._get_parameters()
        if self.request_url:
            fault = authorization_request.find_fault(self.client_id, self.request_url)
            if fault:
                return fault
        address = self.env["ir.http"]._oauth_get_address()
        env = self.env(user=SUPERUSER_ID, su=True)
        error = round_trip.find_refusal(env, sent, address)
        if error is None:
            return None
        return self._describe_refusal(
            CAUSES.get(error.cause), error.error, error.description
        )

    def _describe_refusal(self, cause, code, description):
        """Return in words why a request is refused (str).

        :param cause: Cause, or None
        :param code: error code that the application gets (str)
        :param description: ``error_description`` that it gets (str), or None
        """
        said = ": ".join(filter(None, (code, description)))
        lines = [self.env._("The application gets %s", said)]
        if cause:
            lines[:0] = [self.env._(cause.sentence), self.env._(cause.advice)]
        return "\n".join(lines)

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
        url = self.env["oauth.provider"].get_endpoint_url("token")
        asked = {"grant_type": client.grant_type, **asked}
        return authorization_request.make_command(url, client, asked)

    @api.depends("client_id", "redirect_uri")
    def _compute_verdict(self):
        for trial in self:
            found = explain(
                [uri for uri in trial.client_id.redirect_uri_ids.mapped("name") if uri],
                trial.redirect_uri or "",
                trial.client_id.any_localhost_port,
            )
            trial.is_match = bool(found and found.is_match)
            trial.verdict = describe(self.env, found, trial.redirect_uri)
            trial.can_add_redirect_uri = bool(
                found
                and not found.is_match
                # Anybody may have sent it
                and found.is_on_same_host()
                and trial._is_interactive()
                and trial.client_id.has_access("write")
            )

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

    # The whole way

    @api.depends("client_id", "user_id")
    def _compute_can_run(self):
        for trial in self:
            client = trial.client_id
            is_backend = client.grant_type == "client_credentials"
            trial.can_run = client.active and (
                trial._is_interactive()
                # A person would read what the client's user may read
                or (is_backend and not client._acts_beyond_user())
            )

    def _check_can_run(self):
        """Raise AccessError where the person would act as somebody else."""
        self.check_access("write")
        if not self.can_run:
            raise AccessError(
                self.env._(
                    "This client is archived, or acts as somebody else: then only an"
                    " administrator may run it."
                )
            )

    def _compute_has_failed_request(self):
        for trial in self:
            trial.has_failed_request = bool(trial._find_failed_request())

    def _find_failed_request(self):
        """Return the last event (record) of a refused request of this client."""
        return self.env["oauth.provider.event"].search(
            [
                ("client_id", "=", self.client_id.id),
                ("kind", "=", "refused"),
                ("request", "!=", False),
            ],
            order="last_at desc, id desc",
            limit=1,
        )

    def _get_token_user(self):
        """Return the user (record) of all that is issued: whose way it is."""
        return self.env.user if self._is_interactive() else self.client_id.user_id

    def _reopen(self):
        """Return the action that shows this record again, where it is a dialog."""
        if not self.env.context.get("dialog_size"):
            # A page stays where it is
            return True
        return {
            **self.client_id.action_try(),
            "res_id": self.id,
            "context": {"dialog_size": "extra-large"},
        }

    def action_add_redirect_uri(self):
        """Register the redirect URI that was sent for the client, if it is not.

        :raise UserError: for one of another host, which anybody may have sent
        """
        self.ensure_one()
        if self.is_match:
            return self._reopen()
        if not self.can_add_redirect_uri:
            raise UserError(
                self.env._(
                    "The client has no address on this host: add it on its form, if it"
                    " is the application's."
                )
            )
        name = (self.redirect_uri or "").strip()
        self.client_id.write({"redirect_uri_ids": [Command.create({"name": name})]})
        self.redirect_uri = name
        return self._reopen()

    def action_replay(self):
        """Fill in the last request of the client that was refused."""
        self.ensure_one()
        if event := self._find_failed_request():
            self.request_url = event.get_request_url()
        return self._reopen()

    def action_run(self):
        """Send the browser on the way that the application would send it."""
        self.ensure_one()
        self._check_can_run()
        self.write({"is_running": True, "result": False})
        url = self.url
        if not self._is_interactive():
            url = f"{round_trip.PATH}?{urlencode({'state': self.state})}"
        return {"type": "ir.actions.act_url", "url": url, "target": "self"}

    @api.model
    @api.private
    def find_running(self, state, uid):
        """Return the trial (record, as superuser) that an answer is for, or none.

        It is that of the person who has begun it, and counts once: see :meth:`finish`.

        :param state: of the answer (str), or None
        :param uid: id of the user who is signed in (int), or None
        """
        trials = self.sudo().browse()
        if not uid or not authorization_request.is_own_state(state):
            return trials
        return trials.search(
            [
                ("state", "=", state),
                ("is_running", "=", True),
                ("create_uid", "=", uid),
            ],
            limit=1,
        )

    @api.private
    def finish(self, answer):
        """Go on with an authorization response, and keep what came of it.

        :param answer: its parameters (dict of str)
        :raise AccessError: where the person may not do this for the client any more
        """
        self.ensure_one()
        self = self.sudo(False)
        self._check_can_run()
        sent = self._get_parameters()
        form = {"resource": sent.get("resource")}
        if self._is_interactive():
            form["redirect_uri"] = sent.get("redirect_uri")
            form["code_verifier"] = sent.get("code_challenge") and self.code_verifier
        else:
            form["scope"] = sent.get("scope")
        env = self.env(user=SUPERUSER_ID, su=True)
        outcome = round_trip.go_on(
            env,
            self.client_id.with_env(env),
            self._get_token_user().with_env(env),
            answer,
            form,
            self.env["ir.http"]._oauth_get_address(),
        )
        said = self.env._("All steps worked. What was issued has been revoked.")
        if outcome.error:
            said = self._describe_refusal(
                outcome.cause, outcome.error, outcome.description
            )
        names = ("token", "access_token", "id_token", "userinfo", "call", "records")
        self.write(
            {
                "is_running": False,
                # An answer counts once, and so does a request
                "state": authorization_request.new_state(),
                "code_verifier": authorization_request.new_verifier(),
                "result": "failed" if outcome.error else "done",
                "result_text": said,
                **{f"result_{name}": outcome.texts.get(name) for name in names},
            }
        )

    def _to_text(self, claims):
        return json.dumps(claims, indent=2, default=json_default, ensure_ascii=False)
