# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

#: Fields on which :meth:`OAuthProviderClient._get_safeguards` depends.
SAFEGUARDS = frozenset(
    {
        "active",
        "application_type",
        "client_type",
        "group_ids",
        "max_sign_in_age",
        "pkce_required",
        "scope_ids",
        "second_factor_required",
    }
)


class OAuthProviderClient(models.Model):
    """Who may sign in to a client, and how well."""

    _inherit = "oauth.provider.client"

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

    _max_sign_in_age_check = models.Constraint(
        "CHECK (max_sign_in_age >= 0)",
        "The maximum age of the sign-in cannot be negative.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        clients = super().create(vals_list)
        clients._check_safeguards({})
        return clients

    def write(self, vals):
        if not SAFEGUARDS & vals.keys():
            return super().write(vals)
        before = {client: client._get_safeguards() for client in self}
        result = super().write(vals)
        self._check_safeguards(before)
        return result

    def _get_safeguards(self):
        """Return what protects people from this client, and what it may ask for."""
        self.ensure_one()
        client = self.sudo()
        return {
            "active": client.active,
            "pkce": client.pkce_required,
            "second_factor": client.second_factor_required,
            "max_age": client.max_sign_in_age or float("inf"),
            "groups": set(client.group_ids.ids),
            "full_access": set(client.scope_ids.filtered("full_access").ids),
        }

    def _check_safeguards(self, before):
        """Raise AccessError for what only an administrator may do to these clients.

        That is to attach a scope with full access, or to activate a client that has
        one, and to lower the safeguards of a trusted client. Whoever clears *Skip
        Authorization* may lower them: an administrator who trusts the client again sees
        what they are.

        :param before: {client: what ``_get_safeguards`` returned}, empty for new ones
        """
        user = self.env.user
        if user.id == SUPERUSER_ID or user._is_system():
            return
        for client in self:
            now, known = client._get_safeguards(), before.get(client)
            if _has_gained(now, known):
                raise AccessError(
                    self.env._(
                        "Only an administrator may allow an application a scope with"
                        " full access."
                    )
                )
            is_trusted = client.sudo().skip_authorization
            if known and is_trusted and _is_lower(now, known):
                raise AccessError(
                    self.env._(
                        "Only an administrator may lower what protects a trusted"
                        " application: PKCE, its allowed groups, the second factor and"
                        " the age of the sign-in."
                    )
                )

    @api.private
    def allows_user(self, user):
        """Tell whether ``user`` (record) is in a group that may use this client."""
        self.ensure_one()
        groups = self.sudo().group_ids
        return not groups or bool(groups & user.sudo().all_group_ids)


def _has_gained(now, before):
    """Tell whether a client gets full access by a change of its safeguards (dicts).

    :param before: None for a new client
    """
    if not before:
        return bool(now["full_access"])
    is_activated = now["active"] and not before["active"]
    return bool(now["full_access"] - (set() if is_activated else before["full_access"]))


def _is_lower(now, before):
    """Tell whether the safeguards ``now`` let in more than those ``before`` (dicts)."""
    is_restricted = bool(before["groups"])
    return (
        (before["pkce"] and not now["pkce"])
        or (before["second_factor"] and not now["second_factor"])
        or now["max_age"] > before["max_age"]
        or (
            is_restricted
            and (not now["groups"] or bool(now["groups"] - before["groups"]))
        )
    )
