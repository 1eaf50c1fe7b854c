# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import timedelta

import jwt

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import secret
from .oauth_provider_secret import NO_SECRETS

#: Written by the code that makes secrets alone.
SECRET_DATES = frozenset({"previous_secret_until", "secret_changed_at"})
#: How long the secret before goes on working when the button makes a new one.
SECRET_OVERLAP = timedelta(days=1)


class OAuthProviderClient(models.Model):
    """How a client proves itself: by a secret, or by a key of its own.

    A secret goes in, or is shown once, and is never read again.
    """

    _inherit = "oauth.provider.client"

    secret = fields.Char(
        string="Client Secret",
        compute="_compute_secret",
        inverse="_inverse_secret",
        copy=False,
        help="Write-only: a secret of your own, of at least 32 characters, for"
        " example from an import. Only its digest is kept, so nobody can read it"
        " again.",
    )
    previous_secret_until = fields.Datetime(
        string="Earlier Secret Works Until",
        readonly=True,
        copy=False,
        help="Until then the secret before the present one is good too, so that the"
        " application can be changed over without a break.",
    )
    secret_changed_at = fields.Datetime(
        string="Secret Since", readonly=True, copy=False
    )
    # Digests are in a table of their own: see oauth.provider.secret
    has_secret = fields.Boolean(compute="_compute_has_secret")
    secret_advice = fields.Text(compute="_compute_secret_advice", compute_sudo=True)
    token_endpoint_auth_method = fields.Selection(
        selection=[
            ("client_secret_basic", "Secret in the Authorization Header"),
            ("client_secret_post", "Secret in the Body"),
            ("private_key_jwt", "Signed Assertion (private_key_jwt)"),
        ],
        string="Authentication Method",
        help="The only way in which this client may prove itself. Empty: any of them.",
    )
    jwks = fields.Text(
        string="Key Set",
        help="The public keys of the application, as a JSON Web Key Set, if it proves"
        " itself by signed assertions instead of a secret.",
    )

    def _compute_secret(self):
        self.secret = False

    def _inverse_secret(self):
        # To take one away is no gain
        self.filtered("secret")._check_acts_as()
        for client in self:
            if not client.secret:
                client._set_secret(False)
                continue
            if client.client_type == "public":
                raise ValidationError(self.env._("A public client has no secret."))
            if len(client.secret) < secret.MIN_SECRET_LENGTH:
                raise ValidationError(
                    self.env._(
                        "This client secret is too short to be safe: it has"
                        " %(actual)s characters and needs at least %(minimum)s. Let"
                        " Odoo generate one instead.",
                        actual=len(client.secret),
                        minimum=secret.MIN_SECRET_LENGTH,
                    )
                )
            client._set_secret(client.secret)
        # Not even who has just written it reads it again
        self.invalidate_recordset(["secret"], flush=False)

    @api.depends("secret_changed_at")
    def _compute_has_secret(self):
        having = self.env["oauth.provider.secret"].filter_with_secret(self._origin.ids)
        for client in self:
            client.has_secret = client._origin.id in having

    @api.depends("identifier", "client_type", "secret_changed_at")
    def _compute_secret_advice(self):
        """Say how many wrong secrets were sent recently, and what to do about it."""
        failures = self.env["oauth.provider.failure"]
        limit, seconds = failures._get_limits()
        counts = failures.count_of_clients(self._origin)
        for client in self:
            client.secret_advice = False
            if not (count := counts.get(client._origin)):
                continue
            stored = self.env["oauth.provider.secret"].get_secrets(client._origin.id)
            if client.client_type == "confidential" and not stored.is_generated:
                advice = self.env._(
                    "From an address that sent %s of them, the application has to wait"
                    " as well, unless it uses a generated secret: nobody can guess that,"
                    " so it is always accepted. Generate one and enter it in the"
                    " application.",
                    limit,
                )
            else:
                advice = self.env._(
                    "They do not affect the application: there is nothing to guess."
                )
            client.secret_advice = self.env._(
                "Wrong secrets sent in the name of this application in the last"
                " %(seconds)s seconds: %(count)s. %(advice)s",
                seconds=seconds,
                count=count,
                advice=advice,
            )

    @api.constrains("jwks")
    def _check_jwks(self):
        # A key is as good as a secret, and none is as good as none
        clients = self.filtered("jwks")
        clients._check_acts_as()
        for client in clients:
            try:
                keys = json.loads(client.jwks)["keys"]
                parsed = [jwt.PyJWK(key) for key in keys]
            except (ValueError, TypeError, KeyError, jwt.PyJWTError) as error:
                raise ValidationError(
                    self.env._(
                        "This is no JSON Web Key Set with keys that can be used:"
                        " %(reason)s",
                        reason=error,
                    )
                ) from error
            if not parsed:
                raise ValidationError(self.env._("The key set holds no key."))
            if any("d" in key or "k" in key for key in keys):
                raise ValidationError(
                    self.env._(
                        "The key set holds a private key or a shared secret. Enter"
                        " public keys only, and replace that one: it is no longer"
                        " secret."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_secret_dates(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_secret_dates(vals)
        result = super().write(vals)
        if "client_type" in vals or "application_type" in vals:
            public = self.filtered(lambda client: client.client_type == "public")
            public.filtered("has_secret")._set_secret(False)
        return result

    def _check_secret_dates(self, vals):
        """Raise AccessError where an earlier secret would come to life again."""
        if not self.env.su and SECRET_DATES & vals.keys():
            raise AccessError(self.env._("The dates of a secret are not for you."))

    def _check_acts_as(self):
        """Raise AccessError where the environment's user would gain rights.

        Who knows the secret of a backend application has the rights of its user, and
        who receives what a trusted application is given silently those of everybody.
        So only an administrator makes such an application, or says how it proves
        itself, what it may ask for and where it is answered.
        """
        if self._acts_beyond_user():
            raise AccessError(
                self.env._(
                    "Only an administrator may let an application act as another user"
                    " or without a question, or change the secret, the keys, the"
                    " scopes and the addresses of such an application."
                )
            )

    def _acts_beyond_user(self):
        """Tell whether one of these clients may do more than the environment's user."""
        # Constraints run as superuser, on behalf of the environment's user
        user = self.env.user
        if user.id == SUPERUSER_ID or user.has_group("base.group_system"):
            return False
        # Archived ones too: who activates them must find them as they were
        clients = self.sudo()
        return bool(clients.user_id - user) or any(clients.mapped("skip_authorization"))

    @api.constrains("active")
    def _check_activation(self):
        # To stop an application is no gain
        self.filtered("active")._check_acts_as()

    @api.constrains(
        "application_type",
        "client_type",
        "identifier",
        "redirect_uri_ids",
        "scope_ids",
        "skip_authorization",
        "token_endpoint_auth_method",
    )
    def _check_privileges(self):
        self._check_acts_as()

    @api.private
    def check_secret(self, value):
        """Tell in constant time whether ``value`` (str) is the client's secret.

        Without a secret, and for no client at all, nothing matches.
        """
        return self._matches(value, any_origin=True)

    @api.private
    def check_generated_secret(self, value):
        """Tell in constant time whether ``value`` (str) is a secret beyond guessing.

        The current one, or the one before it while that still works, if Odoo has
        generated it: of 256 random bits, where RFC 6749 section 10.10 asks for 160
        against any number of guesses.
        """
        return self._matches(value, any_origin=False)

    def _matches(self, value, any_origin):
        """Tell whether ``value`` (str) is a secret of this client that works now.

        :param any_origin: whether one that Odoo has not generated counts as well
        """
        client = self.sudo()
        stored = NO_SECRETS
        if client.client_type == "confidential":
            stored = self.env["oauth.provider.secret"].get_secrets(client.id)
        counts = any_origin or stored.is_generated
        is_current = secret.matches(value, counts and stored.digest)
        overlaps = False
        if stored.previous_digest and (any_origin or stored.previous_is_generated):
            until = client.warm().previous_secret_until
            overlaps = bool(until) and until > fields.Datetime.now()
        is_previous = secret.matches(value, overlaps and stored.previous_digest)
        return is_current or is_previous

    def _set_secret(self, value, overlap=None, is_generated=False):
        """Make ``value`` (str, or False for none) the secret of these clients.

        :param overlap: timedelta for which the present one goes on working, or None
        :param is_generated: whether ``value`` is of :func:`~..tools.secret.generate`
        """
        now = fields.Datetime.now()
        secrets = self.env["oauth.provider.secret"]
        for client in self.sudo():
            keeps = bool(overlap and client.has_secret)
            secrets.set_secret(client.id, value, is_generated, keep_previous=keeps)
            client.write(
                {
                    "secret_changed_at": value and now,
                    "previous_secret_until": now + overlap if keeps else False,
                }
            )
        self.invalidate_recordset(["has_secret"], flush=False)

    def generate_secret(self, overlap=None):
        """Give the client a new random secret and return it (str).

        It is returned this once; the database keeps a digest. The old one dies, at once
        or after ``overlap`` (timedelta).
        """
        self.ensure_one()
        self.check_access("write")
        self._check_acts_as()
        if self.client_type != "confidential":
            raise UserError(self.env._("A public client has no secret."))
        value = secret.generate()
        self._set_secret(value, overlap, is_generated=True)
        return value

    def action_generate_secret(self):
        """Generate a secret and open the dialog that shows it once."""
        value = self.generate_secret(overlap=SECRET_OVERLAP)
        return self._show_once(self.env._("Client Secret"), value)

    def action_end_previous_secret(self):
        """Let the earlier secret work no more, before its time."""
        self.check_access("write")
        self.env["oauth.provider.secret"].drop_previous(self.ids)
        self.sudo().previous_secret_until = False

    def action_withdraw_secret(self):
        """Let no secret of these clients work any more, for one that has leaked.

        A button for managers, also where they may not make the next one.
        """
        self.check_access("write")
        self._set_secret(False)

    def _show_once(self, title, value):
        """Return the action that shows ``value`` (str) and keeps it nowhere."""
        return {
            "type": "ir.actions.act_window",
            "res_model": "oauth.provider.client.secret",
            "name": title,
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_secret": value,
                "default_identifier": self.identifier,
                "default_has_previous": bool(self.previous_secret_until),
            },
        }

    @api.private
    def get_authentication_methods(self):
        """Return the names (RFC 7591 section 2) of the methods this client may use."""
        self.ensure_one()
        if self.client_type == "public":
            return ("none",)
        if self.token_endpoint_auth_method:
            return (self.token_endpoint_auth_method,)
        return ("client_secret_basic", "client_secret_post", "private_key_jwt")

    @api.private
    def get_assertion_audiences(self):
        """Return the names of this provider for which an assertion may be made."""
        return [self.get_issuer(), self.get_endpoint_url("token")]
