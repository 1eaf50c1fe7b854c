# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

from ..storage.after_commit import lock_rows

#: Fields on which :meth:`OAuthProviderClient._get_safeguards` depends.
SAFEGUARDS = frozenset(
    {
        "active",
        "application_type",
        "claim_group_ids",
        "client_type",
        "group_ids",
        "hybrid_flow",
        "max_sign_in_age",
        "pkce_required",
        "scope_ids",
        "second_factor_required",
    }
)
#: Fields by which a scope comes to a trusted client.
TRUSTING = frozenset({"active", "scope_ids", "skip_authorization"})
HOUR = 3600
DAY = 24 * HOUR
#: Seconds that a person may choose from, the shortest first.
DURATIONS = (HOUR, DAY, 30 * DAY, 90 * DAY)
#: Stands for "until I withdraw it".
UNLIMITED = 0


class OAuthProviderClient(models.Model):
    """Who may use a client, how well they must sign in, for how long and for what.

    And what only an administrator may change about it.
    """

    _inherit = "oauth.provider.client"

    skip_authorization = fields.Boolean(
        help="This application is trusted: whoever is signed in to Odoo is signed in"
        " there without a question. Never applies where the answer goes to a program"
        " on the user's own device (a loopback address or a private scheme), nor when"
        " the application itself asks for consent.",
    )
    group_ids = fields.Many2many(
        comodel_name="res.groups",
        relation="oauth_provider_client_group_rel",
        string="Allowed Groups",
        # Without its last group, a client would be open to everybody
        ondelete="restrict",
        help="Only users in one of these groups get in. None of them: every user.",
    )
    second_factor_required = fields.Boolean(
        string="Require a Second Factor",
        help="Only who has signed in with a second factor or a passkey gets in.",
    )
    max_sign_in_age = fields.Integer(
        string="Maximum Age of the Sign-In",
        help="Minutes after which a person has to sign in to Odoo anew before this"
        " application is let in. 0: any age will do.",
    )
    duration_choice = fields.Boolean(
        string="Let People Choose for How Long",
        help="The consent page offers an hour, a day, 30 and 90 days, beside “until I"
        " withdraw it”. Afterwards the application is asked for again as a new one.",
    )
    max_duration = fields.Integer(
        string="Longest Consent",
        help="Days after which what a person has allowed ends by itself. 0: it lasts"
        " until it is withdrawn.",
    )
    authorization_code_lifetime = fields.Integer(
        string="Code Lifetime",
        default=60,
        help="Seconds within which an authorization code must be exchanged.",
    )
    access_token_lifetime = fields.Integer(
        default=3600, help="Seconds until an access token expires."
    )
    refresh_token_lifetime = fields.Integer(
        default=30 * 24 * 3600, help="Seconds until an unused refresh token expires."
    )
    refresh_token_policy = fields.Selection(
        selection=[
            ("always", "Always"),
            ("offline_access", "With the Scope offline_access"),
            ("never", "Never"),
        ],
        string="Refresh Tokens",
        required=True,
        default="always",
        help="Let the application renew its access without the user: always, where the"
        " user allowed it to stay connected, or never. Applies to web and legacy"
        " applications.",
    )
    refresh_token_grace = fields.Integer(
        string="Refresh Grace Period",
        default=10,
        help="Seconds in which a refresh token that was just used gets another answer,"
        " for applications that renew twice at once or lost the first answer."
        " Afterwards its reuse ends everything that was issued from it."
        " 0 for none.",
    )
    resource_ids = fields.Many2many(
        comodel_name="oauth.provider.resource",
        relation="oauth_provider_resource_client_rel",
        column1="client_id",
        column2="resource_id",
        string="Resource Servers",
        domain=[("all_clients", "=", False)],
        help="Other services for which the application may ask for tokens (parameter"
        " “resource”), besides those that are for all applications. Such tokens open"
        " nothing here.",
    )

    _max_sign_in_age_check = models.Constraint(
        "CHECK (max_sign_in_age >= 0)",
        "The maximum age of the sign-in cannot be negative.",
    )

    _max_duration_check = models.Constraint(
        "CHECK (max_duration BETWEEN 0 AND 3650)",
        "The longest consent may be from 0 to 3650 days.",
    )

    _lifetimes_check = models.Constraint(
        "CHECK (authorization_code_lifetime BETWEEN 1 AND 600"
        " AND access_token_lifetime > 0 AND refresh_token_lifetime > 0"
        " AND refresh_token_grace BETWEEN 0 AND 300)",
        "A code may live from 1 to 600 seconds, the grace period 300 at most; the"
        " lifetimes of tokens must be positive.",
    )

    @api.private
    def allows_user(self, user):
        """Tell whether ``user`` (record) is in a group that may use this client."""
        self.ensure_one()
        groups = self.sudo().group_ids
        return not groups or bool(groups & user.sudo().all_group_ids)

    # For how long

    @api.private
    def get_durations(self):
        """Return the durations (list of int, seconds) that a person may choose from.

        The longest first: it applies where nothing is chosen. UNLIMITED stands for no
        end.
        """
        self.ensure_one()
        longest = self.max_duration * DAY or UNLIMITED
        if not self.duration_choice:
            return [longest]
        shorter = [one for one in DURATIONS if not longest or one < longest]
        return [longest, *reversed(shorter)]

    @api.private
    def describe_duration(self, seconds):
        """Return a duration of :meth:`get_durations` in words (str)."""
        if seconds == UNLIMITED:
            return self.env._("Until I withdraw it")
        if seconds == HOUR:
            return self.env._("1 hour")
        if seconds == DAY:
            return self.env._("1 day")
        return self.env._("%s days", seconds // DAY)

    # What only an administrator may do

    @api.constrains("active")
    def _check_activation(self):
        # Archiving a client grants nothing
        self.filtered("active")._check_may_grant_rights()

    @api.constrains(
        "application_type",
        "backchannel_logout_uri",
        "client_type",
        "identifier",
        "jwt_audience",
        "redirect_uri_ids",
        "resource_ids",
        "scope_ids",
        "skip_authorization",
        "token_endpoint_auth_method",
    )
    def _check_privileges(self):
        self._check_may_grant_rights()

    def _check_may_grant_rights(self):
        """Raise AccessError where the environment's user would gain rights.

        Anyone who knows the secret of a backend application has the rights of its user,
        and anyone who receives the answers to a trusted application has those of all
        users. So only an administrator may create such an application or change how it
        authenticates, its keys, its scopes and its addresses.
        """
        if not self._is_administrator():
            # At this moment an administrator may trust it, without having seen this
            self.lock(["skip_authorization", "user_id"])
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
        if self._is_administrator():
            return False
        user = self.env.user
        # Archived clients too: they must be unchanged when they are activated again
        clients = self.sudo()
        return bool(clients.user_id - user) or any(clients.mapped("skip_authorization"))

    def _is_administrator(self):
        """Tell whether the environment's user may grant any rights.

        Constraints run as superuser, on behalf of that user.
        """
        user = self.env.user
        return user.id == SUPERUSER_ID or user._is_system()

    def _get_safeguards_before(self, vals):
        """Return {client: its safeguards} if writing ``vals`` (dict) may change them.

        An empty dict where nothing has to be checked afterwards.
        """
        if not SAFEGUARDS & vals.keys():
            return {}
        return {client: client._get_safeguards() for client in self}

    def _get_safeguards(self):
        """Return what protects people from this client (dict), and its full access."""
        self.ensure_one()
        client = self.sudo()
        return {
            "active": client.active,
            "pkce": client.pkce_required,
            "hybrid": client.hybrid_flow,
            "second_factor": client.second_factor_required,
            "max_age": client.max_sign_in_age or float("inf"),
            "groups": set(client.group_ids.ids),
            "told_groups": set(client.claim_group_ids.ids),
            "full_access": set(client.scope_ids.filtered("full_access").ids),
        }

    def _hold_trusted_scopes(self, names):
        """Keep the scopes that trusted ones of these clients have from changing.

        The administrator who decides sees what they open now: a manager who changes
        one at this moment does it again afterwards, as one of a trusted client.

        :param names: fields (iterable of str) that were written
        """
        if TRUSTING & set(names):
            scopes = self.sudo().filtered("skip_authorization").scope_ids
            if scopes:
                lock_rows(scopes)

    def _check_safeguards(self, before):
        """Raise AccessError for changes that only an administrator may make.

        These are: adding a scope with full access, activating a client that has one,
        and lowering the safeguards of a trusted client. A manager who clears *Skip
        Authorization* may lower them: an administrator who trusts the client again sees
        them.

        :param before: {client: what ``_get_safeguards`` returned, None for a new one}
        """
        if self._is_administrator():
            return
        # None of them may come to have full access at this moment
        self.sudo().browse(client.id for client in before).scope_ids.lock()
        for client, earlier in before.items():
            now = client._get_safeguards()
            if _has_gained(now, earlier):
                raise AccessError(
                    self.env._(
                        "Only an administrator may allow an application a scope with"
                        " full access."
                    )
                )
            is_trusted = client.sudo().skip_authorization
            if earlier and is_trusted and _is_lower(now, earlier):
                raise AccessError(
                    self.env._(
                        "Only an administrator may lower what protects a trusted"
                        " application: PKCE, its allowed groups, the second factor and"
                        " the age of the sign-in."
                    )
                )


def _has_gained(now, before):
    """Tell whether a change of safeguards (dicts) gives a client full access.

    :param before: None for a new client
    """
    if not before:
        return bool(now["full_access"])
    is_activated = now["active"] and not before["active"]
    return bool(now["full_access"] - (set() if is_activated else before["full_access"]))


def _is_lower(now, before):
    """Tell whether the safeguards ``now`` allow more than those ``before`` (dicts)."""
    is_restricted = bool(before["groups"])
    return (
        (before["pkce"] and not now["pkce"])
        # Access tokens that come without a code need no verifier
        or (now["hybrid"] and not before["hybrid"])
        or (before["second_factor"] and not now["second_factor"])
        or now["max_age"] > before["max_age"]
        # Nobody is asked, and tokens that are out tell of them too
        or bool(now["told_groups"] - before["told_groups"])
        or (
            is_restricted
            and (not now["groups"] or bool(now["groups"] - before["groups"]))
        )
    )
