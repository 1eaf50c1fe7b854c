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
#: Longest identifier of an assertion, in characters.
MAX_JTI_LENGTH = 256
#: What two clocks may differ.
LEEWAY = timedelta(seconds=30)
#: Claims that an assertion must have (RFC 7523 section 3, OpenID Connect Core 9).
REQUIRED = ("exp", "aud", "iss", "sub", "jti")
#: Why an assertion is refused, by what PyJWT raises: first what it finds once the
#: signature is verified, as another key of the client may have raised the rest.
FAULTS = {
    jwt.ExpiredSignatureError: "expired",
    jwt.ImmatureSignatureError: "not valid yet",
    jwt.InvalidAudienceError: "aud is not this provider",
    jwt.InvalidIssuerError: "iss is not the client",
    jwt.MissingRequiredClaimError: "without %(claim)s",
    jwt.InvalidSignatureError: "signed with none of the client's keys",
    jwt.InvalidAlgorithmError: "the algorithm does not fit the client's key",
}
MALFORMED = "malformed"
#: What PyJWT raises for a text that is no assertion, or claims of the wrong kind.
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


def claimed_identifier(assertion):
    """Return the client that ``assertion`` (str) names, unproven, or None."""
    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except UNREADABLE:
        return None
    subject = claims.get("sub")
    # No client is called by what a database cannot hold, or half of a surrogate pair
    is_text = isinstance(subject, str) and "\x00" not in subject
    return subject if is_text and subject.isprintable() else None


def find_fault(env, client, assertion, audiences):
    """Return why ``assertion`` (str) does not prove ``client`` (record).

    None if it does, this once. The reason is for administrators, and a text of ours.

    :param audiences: names of this provider that the assertion may be made for
    """
    if not client.jwks:
        return "the client has no key set"
    claims, fault = _decode(client, assertion, audiences)
    if fault:
        return fault
    if not _is_well_formed(claims):
        return MALFORMED
    if claims["sub"] != client.identifier:
        return "sub is not the client"
    if claims["exp"] > time.time() + client.get_assertion_lifetime() + LEEWAY.seconds:
        return "valid for too long"
    is_new = env["oauth.provider.assertion"].use(
        client, claims["jti"], naive(claims["exp"]) + LEEWAY
    )
    return None if is_new else "used before"


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
    """Return (verified claims (dict) or None, why there are none (str) or None)."""
    try:
        kid = jwt.get_unverified_header(assertion).get("kid")
        keys = jwt.PyJWKSet.from_dict(json.loads(client.jwks)).keys
    except UNREADABLE:
        return None, MALFORMED
    faults = []
    for key in keys:
        if kid and key.key_id and key.key_id != kid:
            continue
        try:
            claims = jwt.decode(
                assertion,
                key.key,
                algorithms=ALGORITHMS.get(key.key_type, ()),
                audience=audiences,
                issuer=client.identifier,
                leeway=LEEWAY,
                options={"require": REQUIRED},
            )
        except UNREADABLE as error:
            faults.append(error)
        else:
            return claims, None
    return None, _describe(faults)


def _describe(faults):
    """Return why no key has verified an assertion (str).

    :param faults: what was raised, for each key of the client that the assertion may be
        signed with (list)
    """
    if not faults:
        return "no key of the client has its kid"
    for kind, reason in FAULTS.items():
        for fault in faults:
            if isinstance(fault, kind):
                return reason % vars(fault)
    return MALFORMED
