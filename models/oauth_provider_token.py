# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.http import request
from odoo.tools.misc import get_lang

from ..json2.describe import describe_for
from ..json2.token_call import act
from ..storage import batches
from ..tools import left_out
from .oauth_provider_client import OAuthProviderClient


class OAuthProviderToken(models.Model):
    _name = "oauth.provider.token"
    _inherit = ["oauth.provider.credential"]
    _description = "OAuth Provider Token"

    token_type = fields.Selection(
        selection=[("random", "Randomly Generated"), ("jwt", "JSON Web Token")],
        required=True,
        default="random",
        readonly=True,
    )
    key_id = fields.Many2one(
        comodel_name="oauth.provider.key",
        string="Signed By",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    state = fields.Selection(
        selection=[
            ("live", "Live"),
            ("suspended", "Suspended"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ],
        compute="_compute_state",
        compute_sudo=True,
        help="Suspended: its user may not use the application at the moment, for want"
        " of an allowed group.",
    )

    _digest_uniq = models.UniqueIndex("(digest)")
    # For periods, and for lists, which are sorted by it; it only ever grows at its end
    _issued_index = models.Index("(create_date)")
    _revoked_index = models.Index("(create_date) WHERE revoked_at IS NOT NULL")

    @api.depends(
        "expires_at",
        "revoked_at",
        "client_id.active",
        "user_id.active",
        "grant_id.revoked_at",
        "grant_id.expires_at",
    )
    def _compute_state(self):
        now = fields.Datetime.now()
        for token in self:
            if token.revoked_at or token.grant_id.revoked_at:
                token.state = "revoked"
            elif token.expires_at and token.get_end() <= now:
                token.state = "expired"
            elif token.is_live():
                token.state = "live"
            else:
                token.state = "suspended"

    @api.private
    def generate_user_id(self):
        """Return the subject identifier of the token's user for the token's client.

        See :meth:`oauth.provider.client.generate_user_id`.
        """
        self.ensure_one()
        return self.client_id.generate_user_id(self.user_id)

    @api.model
    @api.private
    def has_custom_user_id(self):
        """Tell whether an addon replaces :meth:`generate_user_id`: then it is asked.

        Here or of the client: what the addon makes it of is not known.
        """
        clients = type(self.env["oauth.provider.client"])
        return (
            type(self).generate_user_id is not OAuthProviderToken.generate_user_id
            or clients.generate_user_id is not OAuthProviderClient.generate_user_id
        )

    @api.private
    def read_open(self, value, person=False, at=None):
        """Return the token ``value`` (str or None), if it is live and opens this.

        :param person: see :meth:`find`
        :param at: what it has to open, see :meth:`oauth.provider.resource.is_for`
        :return: :class:`~..storage.live_token.LiveToken`, or None
        """
        live = self.read_live(value, person=person)
        is_for = self.env["oauth.provider.resource"].is_for
        return live if live and is_for(live.row.audience, at) else None

    @api.private
    def log_refusal(self, value):
        """Let the administrator know why :meth:`read_open` returns none.

        :param value: what was presented as a token (str), or None
        """
        token = self.find(value)
        if not token:
            cause = "unknown_token" if value else "no_token"
        else:
            cause = "audience" if token.is_live() else f"{token.find_end()}_token"
        self.env["oauth.provider.event"].log_refusal(
            cause, client=token.client_id, user=token.user_id
        )

    @api.private
    def get_companies(self):
        """Return the companies (records) that this token may act in."""
        self.ensure_one()
        if self.grant_id:
            return self.grant_id.get_companies()
        return self.env["res.company"].browse(self.user_id.sudo()._get_company_ids())

    @api.private
    def get_context(self):
        """Return the context (dict) in which this token acts.

        The user's own language and time zone, the companies that the user allowed, and
        who acts: ``oauth_client`` is the name of the client.
        """
        self.ensure_one()
        context = dict(self.env["res.users"].with_user(self.user_id).context_get())
        context["oauth_client"] = self.client_id.name
        return {**context, **self.grant_id.get_company_context()}

    @api.private
    def call(self, model, method, /, ids=(), context=None, **kwargs):
        """Call a method of ``model`` as ``/json/2/<model>/<method>`` calls it.

        For the code of a route with ``auth="oauth"``: on ``request.oauth_token``, and
        on no other. What the token's scopes do not open is refused, before and after;
        if it fails, all that this call did is undone, and no more.

        :param model: name of the model
        :param method: name of a public method
        :param ids: of the records that it is called on
        :param context: what ``/json/2`` takes as the context (dict), or None
        :param kwargs: arguments of the method; they are what they are in JSON
        :return: what the method returns; for records, their ids (list)
        :raise AccessError: (403) for what the token does not open. Left alone, it
            becomes the answer of ``/json/2``, with the scopes to ask for.
        :raise MissingError: (404) for a record that the token does not see
        :raise UserError: (422) for what Odoo refuses
        :raise HTTPException: 403 for a change of further records, 404 for what does not
            exist, 422 for arguments that the method does not take
        :raise ValueError: for a token that has not come with the request
        """
        token, env = self._get_acting()
        return act(token, env, model, method, ids, context or {}, kwargs)

    @api.private
    def describe(self, models=()):
        """Return what :meth:`call` may do: {name of a model: its description}.

        For documents of it, such as the schemas of tools. On ``request.oauth_token``
        alone, as :meth:`call`.

        :param models: names to describe for a token with full access, which opens all
        :return: dict of :class:`~..json2.describe.Description`
        """
        token, env = self._get_acting()
        return describe_for(token, env, models)

    def _get_acting(self):
        """Return this token (record) and the environment in which it acts."""
        self.ensure_one()
        if not request or getattr(request, "oauth_token", None) != self:
            raise ValueError("A token acts within the request that it came with.")
        token, own = request.oauth_token, self.get_context()
        env = token.env(user=token.user_id.id, su=False, context=own)
        # As ir.http completes the context of a request
        return token, env(context={**own, "lang": get_lang(env).code})

    @api.private
    def get_data_for_model(self, model, res_id=None, all_scopes_match=False):
        """Return the data that this token opens on ``model``, read as its user.

        See :meth:`oauth.provider.scope.get_data_for_model` for the parameters and the
        result. Scopes that the client has lost since give nothing, and what the user
        may not read becomes an event.
        """
        self.ensure_one()
        if model not in self.allowed_scopes().mapped("model"):
            return {}
        with self.logging_left_out() as scopes:
            return scopes.get_data_for_model(
                model, res_id=res_id, all_scopes_match=all_scopes_match
            )

    @api.private
    def logging_left_out(self):
        """Return the context with the scopes that open records, as their user.

        See :func:`..tools.left_out.logged`.
        """
        self.ensure_one()
        scopes = self.record_scopes().with_context(oauth_token=self)
        return left_out.logged(scopes, self.client_id, self.user_id, self.grant_id)

    @api.model
    @api.private
    def has_own_data(self):
        """Tell whether an addon replaces :meth:`get_data_for_model`: so it is asked."""
        own = OAuthProviderToken.get_data_for_model
        return type(self).get_data_for_model is not own

    @api.private
    def record_scopes(self):
        """Return the scopes that open records, in the environment of the token's user.

        None where no company is left in which the token may act: without any, Odoo
        would take all of the user's.
        """
        scopes = self.scopes_as_user()
        return scopes.browse() if self.grant_id.is_without_company() else scopes

    @api.private
    def get_wider_scope(self, missing):
        """Return the scope (str) to ask for in order to have ``missing`` as well.

        :param missing: codes (iterable)
        :return: None if the client may not have all of them: asking would not help
        """
        missing = set(missing)
        if not missing or not missing <= set(self.client_id.scope_ids.mapped("code")):
            return None
        return " ".join(sorted({*self.allowed_codes(), *missing}))

    @api.private
    def scopes_as_user(self):
        """Return the scopes in the environment of the token's user."""
        self.ensure_one()
        token = self.sudo()
        scopes = token.allowed_scopes()
        context = {**scopes.env.context, **token.get_context()}
        # What with_user and with_context do, in one step
        env = scopes.env(user=token.user_id.id, su=False, context=context)
        return scopes.with_env(env)

    def action_revoke(self):
        """End the access that these tokens stand for: the button of the token views.

        Refresh tokens go along, or the application would get a new token at once.
        Managers only.
        """
        self.check_access("read")
        left = batches.change_apart(self.sudo(), OAuthProviderToken._revoke)
        left._revoke()
        return True

    def _revoke(self):
        self.revoke_family()
        self.env["oauth.provider.event"].log_each("revoked", self, reason="manager")
