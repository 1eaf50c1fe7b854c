# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""ID tokens (OpenID Connect Core section 2) and signed userinfo (section 5.3.2)."""

import time
from functools import cached_property

from ..tools import signing_key

#: Claims that data of a scope can never set or replace.
RESERVED_CLAIMS = frozenset(
    {
        "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "nonce", "auth_time",
        "acr", "amr", "at_hash", "c_hash", "s_hash", "sid", "scope", "client_id",
        "cnf", "act", "events",
    }
)  # fmt: skip


def make_id_token(token_user, session, nonce=None, **hashed):
    """Return an ID token (str).

    :param token_user: :class:`Subject` that it is about
    :param session: session (record) of the sign-in, or none
    :param nonce: that of the authorization request, or None
    :param hashed: ``access_token`` and ``code`` (str or None) that it comes with
    """
    client = token_user.client
    now = int(time.time())
    algorithm = client.id_token_signed_response_alg
    claims = {
        **token_user.id_token_claims(**hashed),
        "iss": client.env["oauth.provider"].get_issuer(),
        "sub": token_user.subject,
        "aud": client.identifier,
        "azp": client.identifier,
        "iat": now,
        "exp": now + client.id_token_lifetime,
        **session.get_claims(),
    }
    if nonce:
        claims["nonce"] = nonce
    for name, parameter in (("at_hash", "access_token"), ("c_hash", "code")):
        if hashed.get(parameter):
            claims[name] = signing_key.half_hash(algorithm, hashed[parameter])
    return client.env["oauth.provider.key"].ensure(algorithm).sign(claims)


def sign_userinfo(client, claims):
    """Return userinfo ``claims`` (dict) as a signed token (str), for ``client``."""
    keys = client.env["oauth.provider.key"]
    key = keys.ensure(client.userinfo_signed_response_alg)
    issuer = client.env["oauth.provider"].get_issuer()
    issued = {"iss": issuer, "aud": client.identifier}
    return key.sign({**claims, **issued})


class Subject:
    """Whom a token is about, for one client.

    :ivar client: client (record)
    :ivar subject: identifier of the user for this client (str)
    """

    def __init__(self, client, user, scopes, find_grant, requested=()):
        """
        :param user: user (record)
        :param scopes: scopes (records) that are granted
        :param find_grant: function that returns the grant (record) of the token, or
            none
        :param requested: names of claims that were asked for in the ID token
        """
        self.client = client
        self.user = user
        self.scopes = scopes
        self.find_grant = find_grant
        self.requested = frozenset(requested)

    @cached_property
    def subject(self):
        # A random access token does not say it
        return self.client.generate_user_id(self.user)

    def standard_claims(self):
        """Return the claims of the shipped scopes (dict, OpenID Connect Core 5.4)."""
        return self.scopes.get_standard_claims(self.user, self.client)

    def id_token_claims(self, access_token=None, code=None):
        """Return the claims about the person for the ID token (dict).

        All of them where the client wants them there, or where there is no access
        token to ask for them with (section 5.4); else what it asked for by name. That
        alone as well where a code comes along, through the browser's address bar: the
        client gets another ID token for it.

        :param access_token: what comes along (str), or None
        :param code: the same
        """
        wants_all = not code and (self.client.claims_in_id_token or not access_token)
        if not wants_all and not self.requested:
            return {}
        claims = self.standard_claims()
        if wants_all:
            return claims
        return {n: value for n, value in claims.items() if n in self.requested}
