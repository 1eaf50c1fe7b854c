# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import contextlib
from contextvars import ContextVar

from passlib.utils import MAX_PASSWORD_SIZE

from odoo import api, fields, models
from odoo.exceptions import AccessDenied, ValidationError

from odoo.addons.base.models.res_users import check_identity

from ..json2 import current, orm
from ..storage import prefetch
from ..storage.cache import cached_committed, invalidate
from ..tools.sign_in import SECOND_FACTORS

#: What the tokens of a backend application need of the user it acts as.
CACHED_FIELDS = ("active", "oauth_identifier")
#: Key of the context: it is the person who changes the own password.
OWN_CHANGE = "oauth_own_password"
#: Whether a new password ends tokens: (system parameter, answer without it).
PASSWORD_RULES = {
    "reset": ("oauth_provider.password_reset_ends_tokens", True),
    "change": ("oauth_provider.password_change_ends_tokens", False),
}
#: Whether the password grant is checking a password: its failures are counted in
#: PostgreSQL, by login and address.
_is_password_grant = ContextVar("oauth_provider_password_grant", default=False)


class ResUsers(models.Model):
    _inherit = "res.users"

    oauth_identifier = fields.Char(
        string="OAuth Identifier",
        help="Random value from which the identifier shown to each OAuth client is"
        " derived. Nobody may read it: with it, two clients could compare their users.",
        # In a table of its own: see oauth.provider.subject
        compute="_compute_oauth_identifier",
        inverse="_inverse_oauth_identifier",
        search="_search_oauth_identifier",
        copy=False,
        groups=fields.NO_ACCESS,
    )

    oauth_application_ids = fields.One2many(
        comodel_name="oauth.provider.application",
        inverse_name="user_id",
        string="Connected applications",
        # Not searched by: who has any is nobody else's business
        compute="_compute_oauth_application_ids",
    )

    def _compute_oauth_identifier(self):
        found = self.env["oauth.provider.subject"].get_identifiers(self._origin.ids)
        for user in self:
            user.oauth_identifier = found.get(user._origin.id, False)

    def _inverse_oauth_identifier(self):
        for user in self:
            if not user.oauth_identifier:
                raise ValidationError(
                    self.env._("A user needs an OAuth identifier: it cannot be empty.")
                )
            self.env["oauth.provider.subject"].set_identifier(
                user.id, user.oauth_identifier
            )
        invalidate(self.env)

    def _search_oauth_identifier(self, operator, value):
        # The ORM checks no access where a field has a search method
        self._check_field_access(self._fields["oauth_identifier"], "read")
        subjects = self.env["oauth.provider.subject"].sudo()
        found = subjects.search([("identifier", operator, value)])
        return [("id", "in", found.user_id.ids)]

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["oauth_application_ids"]

    def _compute_oauth_application_ids(self):
        applications = self.env["oauth.provider.application"]
        found = applications.search([("user_id", "in", self.ids)]).grouped("user_id")
        for user in self:
            user.oauth_application_ids = found.get(user._origin, applications)

    @check_identity
    def action_withdraw_oauth_applications(self):
        """Withdraw everything that the person has allowed any application."""
        return self.env.user.oauth_application_ids.action_withdraw()

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        self.env["oauth.provider.subject"].ensure(users.ids)
        users.invalidate_recordset(["oauth_identifier"], flush=False)
        return users

    def write(self, vals):
        # Odoo's own methods write as the superuser, of one's own account too
        is_by_person = not self.env.su or self.env.context.get(OWN_CHANGE)
        deprovisioning = self.env["oauth.provider.deprovisioning"]
        revived = deprovisioning.find_revived(self, vals)
        result = super().write(vals)
        if not vals.keys().isdisjoint(CACHED_FIELDS):
            invalidate(self.env)
        if "active" in vals:
            deprovisioning.end_revived(revived)
            deprovisioning.end_archived(self)
        if "password" in vals:
            is_own = self.env.uid in self._ids and is_by_person
            own = self.browse(self.env.uid) if is_own else self.browse()
            own._oauth_end_by_password("change")
            (self - own)._oauth_end_by_password("reset")
        return result

    def _change_password(self, new_passwd):
        self = self.with_context(**{OWN_CHANGE: True})
        return super()._change_password(new_passwd)

    def _oauth_end_by_password(self, how):
        """End the tokens of these users, as the settings say of a new password.

        :param how: "change" by the person, or "reset" by a link or by somebody else
        """
        key, default = PASSWORD_RULES[how]
        if self and self.env["ir.config_parameter"]._get_oauth_flag(key, default):
            self.env["oauth.provider.deprovisioning"].end_tokens(
                self, f"password {how}"
            )

    def _action_revoke_all_devices(self):
        result = super()._action_revoke_all_devices()
        # Odoo lets everybody call it for everybody, and finds no device then
        if self.has_access("write"):
            self.env["oauth.provider.deprovisioning"].end_tokens(self, "all devices")
        return result

    def unlink(self):
        result = super().unlink()
        invalidate(self.env)
        return result

    @api.private
    def oauth_prefetch(self):
        """Return this user, whose state and identifier need no query.

        For the users that backend applications act as: each worker caches them, see
        :class:`.oauth_provider_cached_mixin.OAuthProviderCachedMixin`.
        """
        prefetch.fill(self.env, self.id, self._oauth_get_cached(self.id))
        return self

    @api.model
    @cached_committed("id_")
    def _oauth_get_cached(self, id_):
        """Return the CACHED_FIELDS of the user ``id_``, see prefetch.read, or ()."""
        user = self.sudo().browse(id_).exists()
        fields_ = [self._fields[name] for name in CACHED_FIELDS]
        return prefetch.read(user, fields_) if user else ()

    @api.model
    def _has_field_access(self, field, operation):
        # Odoo opens some fields of one's own account beside what the ORM says
        has_access = super()._has_field_access(field, operation)
        if not has_access or not current.limits(self):
            return has_access
        return orm.allows_field(self, field, operation)

    def authenticate(self, credential, user_agent_env):
        auth_info = super().authenticate(credential, user_agent_env)
        if user_agent_env and user_agent_env.get("interactive"):
            method = auth_info.get("auth_method")
            self.env["ir.http"]._oauth_note_sign_in(auth_info["uid"], method)
        return auth_info

    @api.model
    @api.private
    def authenticate_for_client(self, client, login, password):
        """Return the user (record) whom the password grant proves, or none.

        A refusal tells nothing of the account: it takes as long as a wrong password,
        whether there is no such user, the user has a second factor (and gives an API
        key instead), or may not use the client. The caller counts it.

        :param client: client (record) that sent login and password (str)
        """
        if len(password) > MAX_PASSWORD_SIZE:
            # Nobody has it: passlib hashes no longer one, and raises an error
            self._crypt_context().hash(password[:MAX_PASSWORD_SIZE])
            return self.browse()
        credential = {"type": "password", "login": login, "password": password}
        # Not interactive: no password where there is a second factor. Without
        # base_location the sign-in of an administrator leaves web.base.url alone.
        agent = {"interactive": False, "oauth_client": client, "oauth_hashed": False}
        mark = _is_password_grant.set(True)
        try:
            return self.browse(self.authenticate(credential, agent)["uid"])
        except AccessDenied:
            if not agent["oauth_hashed"]:
                self._crypt_context().hash(password)
            return self.browse()
        finally:
            _is_password_grant.reset(mark)

    def _check_credentials(self, credential, env):
        client = env and env.get("oauth_client")
        if client:
            env["oauth_hashed"] = not self._rpc_api_keys_only()
        try:
            auth_info = super()._check_credentials(credential, env)
        except AccessDenied:
            if client and not self._oauth_has_password():
                env["oauth_hashed"] = False
            raise
        if client and (
            not client.allows_user(self) or self._oauth_is_password_expired()
        ):
            raise AccessDenied()
        return auth_info

    @api.private
    def oauth_find_login_fault(self, login):
        """Return why a password for ``login`` (str) may be wrong, for administrators.

        By one query, whether there is such a user or not: how long it takes tells
        nothing of the account.

        :return: (key of a cause, user (record) or none)
        """
        users = self.with_context(active_test=False)
        user = users.search_fetch([("login", "=", login)], ["active"], limit=1)
        if not user:
            return "unknown_login", user
        return ("wrong_password" if user.active else "archived_user"), user

    def _oauth_has_password(self):
        """Tell whether there is a password to compare with.

        Not of people who are invited, or who sign in by LDAP or another provider.
        """
        self.env.cr.execute(
            "SELECT COALESCE(password, '') != '' FROM res_users WHERE id = %s",
            [self.id],
        )
        return self.env.cr.fetchone()[0]

    def _on_login_cooldown(self, failures, previous):
        if _is_password_grant.get():
            return False
        return super()._on_login_cooldown(failures, previous)

    def _oauth_is_password_expired(self):
        """Tell whether an addon wants the person to choose a new password first.

        OCA's ``password_security`` is asked, which does so at Odoo's login page; others
        may extend this. The password grant has no page for it and refuses the account.
        """
        self.ensure_one()
        is_expired = getattr(self, "_password_has_expired", None)
        return bool(is_expired and is_expired())

    @contextlib.contextmanager
    def _oauth_keep_cooldown(self):
        """Leave Odoo's own cooldown of the address as it is, to the sign-in page.

        In one worker, it would stop everybody at this address, and a success ends it.

        :return: context manager of a function to be called before Odoo changes it
        """
        address = self.env["ir.http"]._oauth_get_address()
        kept = []

        def keep():
            kept.append(self._oauth_get_cooldowns().get(address))

        try:
            yield keep
        finally:
            cooldowns = self._oauth_get_cooldowns()
            if kept and kept[-1]:
                cooldowns[address] = kept[-1]
            elif kept:
                cooldowns.pop(address, None)

    def _oauth_get_cooldowns(self):
        """Return what Odoo counts by address (dict), in this worker."""
        return getattr(self.env.registry, "_login_failures", {})

    @contextlib.contextmanager
    def _assert_can_auth(self, user=None):
        if _is_password_grant.get():
            # What addons add is done
            with self._oauth_keep_cooldown() as keep, super()._assert_can_auth(user):
                try:
                    yield
                finally:
                    keep()
            return
        # Around the check of a second factor too, of whatever addon: those answer in
        # their own _check_credentials, which may come before ours. Whom a trusted
        # device spares the second factor is not checked, and has not proven it
        with super()._assert_can_auth(user=user):
            yield
        if len(self) == 1 and self.id == user and self._mfa_type() in SECOND_FACTORS:
            self.env["ir.http"]._oauth_note_second_factor(self)
