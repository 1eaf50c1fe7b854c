# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from ..tools.clock import timestamp


class TokenValidator:
    """What oauthlib asks of tokens that have been issued.

    A part of :class:`.validator.OdooValidator`, which has the attributes.
    """

    # Use of a token (RFC 6750)

    def validate_bearer_token(self, token, scopes, request):
        """Tell whether ``token`` (str) opens what wants ``scopes`` (list of str).

        Then the request knows whose it is (RFC 6750 section 3.1).
        """
        record = self.env["oauth.provider.token"].find_open(token)
        if not record:
            return False
        held = record.allowed_codes()
        if not set(scopes or ()) <= set(held):
            return False
        self.client = record.client_id
        self.user = record.user_id
        request.client = self.client
        request.user = self.user
        request.scopes = held
        request.access_token = record
        return True

    # Revocation (RFC 7009)

    def revoke_token(self, token, token_type_hint, request, *args, **kwargs):
        """Revoke ``token``, if it was issued to the authenticated client.

        It takes everything along that was issued from the same authorization
        (section 2.1); the hint only saves time, so it is ignored.
        """
        record = self._find_token(token)
        if record and record.client_id == self.client:
            if not record.revoked_at:
                record.record("revoked", reason="client")
            record.revoke_family()

    def _find_token(self, token):
        """Return the access or refresh token (record) of ``token`` (str), or none."""
        return self.env["oauth.provider.token"].find(token) or self.env[
            "oauth.provider.refresh.token"
        ].find(token)

    # Introspection (RFC 7662)

    def introspect_token(self, token, token_type_hint, request, *args, **kwargs):
        """Return what is known of ``token`` (dict), or None if it is dead.

        A client sees its own tokens; a resource server those of every client. What it
        may not see is answered like what does not exist (section 2.2).
        """
        access_tokens = self.env["oauth.provider.token"]
        refresh_tokens = self.env["oauth.provider.refresh.token"]
        access_token = access_tokens.read_live(token)
        opened = access_token or refresh_tokens.read_live(token)
        if not opened:
            return None
        client = opened.client
        if client.id != self.client.id and not self.client.is_resource_server:
            return None
        issuer = self.env["oauth.provider"].get_issuer()
        claims = {
            "scope": " ".join(opened.allowed_codes()),
            "client_id": client.identifier,
            "exp": timestamp(opened.get_end()),
            "iat": timestamp(opened.row.create_date),
            "sub": opened.generate_user_id(),
            "iss": issuer,
        }
        if opened.row.audience:
            claims["aud"] = opened.row.audience
        elif access_token and access_token.row.token_type == "jwt":
            # What the token itself says
            claims["aud"] = issuer
        if access_token:
            claims["token_type"] = "Bearer"
        return claims
