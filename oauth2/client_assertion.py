# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Client authentication by a signed assertion: private_key_jwt (RFC 7523, OIDC 9)."""

import json
import time
from datetime import timedelta

import jwt

from ..tools.clock import naive

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Signatures that only the holder of a private key can make, by type of key.
ALGORITHMS = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
SIGNING_ALGORITHMS = tuple(name for names in ALGORITHMS.values() for name in names)
#: How far ahead an assertion may expire: so long its identifier is remembered.
MAX_LIFETIME = timedelta(minutes=10)
#: Longest identifier of an assertion, in characters.
MAX_JTI_LENGTH = 256
#: What two clocks may differ.
LEEWAY = timedelta(seconds=30)
#: What PyJWT raises for a text that is no assertion, or claims of the wrong kind.
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


def claimed_identifier(assertion):
    """Return the client that ``assertion`` (str) names, unproven, or None."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except UNREADABLE:
        return None
    subject = claims.get("sub")
    return subject if isinstance(subject, str) and "\x00" not in subject else None


def verify(env, client, assertion, audiences):
    """Tell whether ``assertion`` (str) proves ``client`` (record), this once.

    :param audiences: names of this provider that the assertion may be made for
    """
    if not client.jwks:
        return False
    claims = _decode(client, assertion, audiences)
    if claims is None or not _is_well_formed(claims):
        return False
    if claims["sub"] != client.identifier:
        return False
    if claims["exp"] > time.time() + (MAX_LIFETIME + LEEWAY).total_seconds():
        return False
    return env["oauth.provider.assertion"].use(
        client, claims["jti"], naive(claims["exp"]) + LEEWAY
    )


def _is_well_formed(claims):
    """Tell whether the claims (dict) are of the kinds of RFC 7519 section 4.1."""
    dates = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
    jti = claims["jti"]
    return (
        all(isinstance(date, int | float) for date in dates)
        and not any(isinstance(date, bool) for date in dates)
        and isinstance(jti, str)
        and 0 < len(jti) <= MAX_JTI_LENGTH
    )


def _decode(client, assertion, audiences):
    """Return the verified claims (dict), or None."""
    try:
        kid = jwt.get_unverified_header(assertion).get("kid")
        keys = jwt.PyJWKSet.from_dict(json.loads(client.jwks)).keys
    except UNREADABLE:
        return None
    for key in keys:
        if kid and key.key_id and key.key_id != kid:
            continue
        try:
            return jwt.decode(
                assertion,
                key.key,
                algorithms=ALGORITHMS.get(key.key_type, ()),
                audience=audiences,
                issuer=client.identifier,
                leeway=LEEWAY,
                options={"require": ["exp", "aud", "iss", "sub", "jti"]},
            )
        except UNREADABLE:
            continue
    return None
