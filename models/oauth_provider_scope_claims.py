# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools

from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.misc import hash_sign

from ..tools.clock import timestamp

#: To parse an address takes a while, and the same ones come again.
_normalized = functools.lru_cache(1024)(email_normalize)
#: What the address of a picture is signed for.
PICTURE_PURPOSE = "oauth_provider.picture"


class OAuthProviderScope(models.Model):
    """The standard claims of the shipped scopes (OpenID Connect Core section 5)."""

    _inherit = "oauth.provider.scope"

    @api.private
    def as_user(self, user):
        """Return these scopes in the environment of ``user``, language included.

        The language is the user's own, whatever the application asks for.
        """
        context = self.env["res.users"].with_user(user).context_get()
        return self.with_user(user).with_context(**context)

    @api.private
    def get_standard_claims(self, user, client):
        """Return the standard claims of the shipped scopes about ``user`` (dict).

        OpenID Connect Core sections 5.1 and 5.4. Claims without a value are left out.

        :param user: res.users record, the token's own user
        :param client: client (record) that is told
        """
        claims = {}
        user, client, standard = user.sudo(), client.sudo(), self._standard_codes()
        for code in self.sudo().mapped("code"):
            method = code in standard and getattr(self, f"_claims_{code}", None)
            if method:
                claims.update(method(user, client))
        return {
            name: value
            for name, value in claims.items()
            if value is False
            and name.endswith("_verified")
            or value not in (False, "", None)
        }

    @api.model
    def _standard_codes(self):
        """Return the codes of the shipped scopes that carry claims."""
        return ("profile", "email", "phone", "address", "groups")

    def _claims_profile(self, user, client):
        partner = user.partner_id
        return {
            "name": partner.name,
            "preferred_username": user.login,
            "locale": (partner.lang or "").replace("_", "-"),
            "zoneinfo": partner.tz,
            "picture": self._get_picture_url(user, client),
            "updated_at": timestamp(max(user.write_date, partner.write_date)),
        }

    def _get_picture_url(self, user, client):
        """Return where the client finds the picture of ``user`` (str), or False.

        The address says nothing of the user, and is dead once the grant is withdrawn.
        """
        if not user.oauth_has_picture:
            return False
        grants = client.env["oauth.provider.grant"].sudo()
        known = self.env.context.get("oauth_grant")
        grant = grants.browse(known) if known else grants.find_live(client, user)
        if not grant:
            return False
        name = hash_sign(grant.env, PICTURE_PURPOSE, [grant.id])
        return client.get_endpoint_url(f"picture?of={name}")

    def _claims_email(self, user, client):
        email = user.partner_id.email
        if not email:
            return {}
        return {"email": email, "email_verified": self._is_verified(user)}

    def _is_verified(self, user):
        """Tell whether somebody else than the person vouches for the address.

        The login of an internal user is set by administrators alone; every person may
        change the e-mail address, and whoever signs up freely chooses the login too.
        """
        address = _normalized(user.partner_id.email)
        is_login = bool(address) and address == _normalized(user.login)
        return is_login and user._is_internal()

    def _claims_phone(self, user, client):
        phone = user.partner_id.phone
        if not phone:
            return {}
        # Odoo verifies no phone numbers
        return {"phone_number": phone, "phone_number_verified": False}

    def _claims_address(self, user, client):
        partner = user.partner_id
        address = {
            "formatted": partner._display_address(without_company=True).strip(),
            "street_address": "\n".join(
                filter(None, (partner.street, partner.street2))
            ),
            "locality": partner.city,
            "region": partner.state_id.name,
            "postal_code": partner.zip,
            "country": partner.country_id.name,
        }
        return {
            "address": {key: value for key, value in address.items() if value} or False
        }

    def _claims_groups(self, user, client):
        groups = user.all_group_ids & client.claim_group_ids
        names = groups.get_external_id().values()
        return {"groups": sorted(filter(None, names))}
