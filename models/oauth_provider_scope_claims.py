# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools
from odoo.tools.misc import hash_sign

from ..storage.row_lookup import reads_whole_person
from ..tools import claim_value
from ..tools.clock import timestamp

#: What the address of a picture is signed for.
PICTURE_PURPOSE = "oauth_provider.picture"
#: Codes of the shipped scopes whose claims need only what the token's query reads.
PLAIN_CLAIMS = frozenset({"profile", "email", "phone"})


class OAuthProviderScope(models.Model):
    """The standard claims of the shipped scopes (OpenID Connect Core section 5).

    A method for each scope takes the user and the client, as records or as plain values
    with the same names (:mod:`..storage.row_reader`), and the id of the grant.
    """

    _inherit = "oauth.provider.scope"

    @api.private
    def as_user(self, user):
        """Return these scopes in the environment of ``user``, language included.

        The language is the user's own, whatever the application asks for.
        """
        context = self.env["res.users"].with_user(user).context_get()
        return self.with_user(user).with_context(**context)

    @api.private
    def get_standard_claims(self, user, client, grant_id=None):
        """Return the standard claims of the shipped scopes about ``user`` (dict).

        OpenID Connect Core sections 5.1 and 5.4. Claims without a value are left out.

        :param user: res.users record, the token's own user
        :param client: client (record) that receives them
        :param grant_id: id of the grant that allows it, if known
        """
        return self._get_claims(self.list_codes(), user.sudo(), client.sudo(), grant_id)

    @api.model
    @api.private
    def get_plain_claims(self, ids, user, client, grant_id):
        """Return the same from plain values, or None if it needs records.

        :param ids: of the scopes (list)
        :param user: values of the user and its partner (named tuple)
        :param client: values of the client (named tuple)
        :param grant_id: id of the grant that allows it, or None
        """
        if self._has_own_claims():
            return None
        infos, standard = self.get_infos(), self._standard_codes()
        scopes = [infos[id_] for id_ in ids if id_ in infos]
        codes = [scope.code for scope in scopes]
        is_of_user = any(scope.model == "res.users" for scope in scopes)
        if is_of_user or not PLAIN_CLAIMS.issuperset(c for c in codes if c in standard):
            return None
        return self._get_claims(codes, user, client, grant_id)

    @api.model
    @tools.ormcache()
    def _has_own_claims(self):
        """Tell whether an addon changes claims or fields, which may need records."""
        if not reads_whole_person(self.env):
            return True
        names = [name for name in dir(OAuthProviderScope) if "_claims" in name]
        names += ["_get_picture_url", "_get_update_time"]
        names += ["_is_verified", "_standard_codes"]
        return any(
            getattr(type(self), name) is not getattr(OAuthProviderScope, name)
            for name in names
            if callable(getattr(OAuthProviderScope, name))
        )

    @api.model
    def _get_claims(self, codes, user, client, grant_id):
        """Return the claims (dict) that the scopes with these ``codes`` carry."""
        claims, standard = {}, self._standard_codes()
        for code in codes:
            method = code in standard and getattr(self, f"_claims_{code}", None)
            if method:
                claims.update(method(user, client, grant_id))
        return {
            name: value
            for name, value in claims.items()
            if value is False
            and name.endswith("_verified")
            or value not in (False, "", None)
            and not (isinstance(value, str) and value.isspace())
        }

    @api.model
    def _standard_codes(self):
        """Return the codes of the shipped scopes that carry claims."""
        return ("profile", "email", "phone", "address", "groups")

    def _claims_profile(self, user, client, grant_id):
        partner = user.partner_id
        return {
            "name": partner.name,
            "preferred_username": user.login,
            "locale": claim_value.language_tag(partner.lang),
            "zoneinfo": claim_value.zone(partner.tz),
            "picture": self._get_picture_url(user, client, grant_id),
            "updated_at": self._get_update_time(user, partner),
        }

    def _get_update_time(self, user, partner):
        """Return when one of them was written (seconds since the epoch), or None."""
        # A row that SQL has inserted has no date
        dates = list(filter(None, (user.write_date, partner.write_date)))
        return timestamp(max(dates)) if dates else None

    def _get_picture_url(self, user, client, grant_id):
        """Return the URL (str) of the picture of ``user`` for the client, or False.

        The address reveals nothing about the user, and ends with the grant.
        """
        partner = user.partner_id
        partners = self.env["res.partner"].sudo()
        if not partners.oauth_has_picture(partner.id, partner.write_date):
            return False
        if not grant_id:
            grants = self.env["oauth.provider.grant"].sudo()
            grant_id = grants.find_live(client, user).id
        if not grant_id:
            return False
        name = hash_sign(self.sudo().env, PICTURE_PURPOSE, [grant_id])
        return self.env["oauth.provider"].get_endpoint_url(f"picture?of={name}")

    def _claims_email(self, user, client, grant_id):
        email = claim_value.addr_spec(user.partner_id.email)
        if not email:
            return {}
        return {"email": email, "email_verified": self._is_verified(user)}

    def _is_verified(self, user):
        """Tell whether the address is confirmed by anyone but the person.

        Only administrators set the login of an internal user. Every person may change
        their e-mail address, and people who sign up choose their login themselves.
        """
        address = claim_value.addr_spec(user.partner_id.email)
        login = claim_value.addr_spec(user.login)
        is_login = bool(address and login) and address.lower() == login.lower()
        return is_login and not user.share

    def _claims_phone(self, user, client, grant_id):
        phone = claim_value.phone_number(user.partner_id.phone)
        if not phone:
            return {}
        # Odoo verifies no phone numbers
        return {"phone_number": phone, "phone_number_verified": False}

    def _claims_address(self, user, client, grant_id):
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

    def _claims_groups(self, user, client, grant_id):
        groups = user.all_group_ids & client.claim_group_ids
        names = groups.get_external_id().values()
        return {"groups": sorted(filter(None, names))}
