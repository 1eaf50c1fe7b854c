# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Keys that sign JSON Web Tokens: generating, checking and using them."""

import base64
import functools
import hashlib
import json
import secrets

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

RSA_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
#: RFC 7518 section 3.4: the curve belongs to the algorithm.
EC_CURVES = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1, "ES512": ec.SECP521R1}
#: Bytes that the shared secret of each HMAC algorithm needs (RFC 7518 section 3.2).
HMAC_SIZES = {"HS256": 32, "HS384": 48, "HS512": 64}
#: Every algorithm, the asymmetric ones first.
ALGORITHMS = (*RSA_ALGORITHMS, *EC_CURVES, "EdDSA", *HMAC_SIZES)
#: Bits below which an RSA key is not safe (RFC 7518 section 3.3).
MIN_RSA_BITS = 2048
#: Members of a key of each type that its thumbprint covers (RFC 7638 section 3.2).
_THUMBPRINT_MEMBERS = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


class InvalidKey(ValueError):
    """A key that an algorithm cannot sign with.

    :ivar reason: ``unreadable``, ``encrypted``, ``public``, ``type``, ``curve``,
        ``size`` or ``short``
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def is_symmetric(algorithm):
    """Tell whether anyone who can verify ``algorithm`` (str) could sign as well."""
    return algorithm in HMAC_SIZES


def generate(algorithm):
    """Return a new private key for ``algorithm`` (str): PEM, or a secret for HMAC."""
    if is_symmetric(algorithm):
        return secrets.token_urlsafe(HMAC_SIZES[algorithm])
    if algorithm in RSA_ALGORITHMS:
        key = rsa.generate_private_key(65537, MIN_RSA_BITS)
    elif algorithm in EC_CURVES:
        key = ec.generate_private_key(EC_CURVES[algorithm]())
    else:
        key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def check(algorithm, value):
    """Raise :class:`InvalidKey` unless ``algorithm`` can sign with ``value``.

    :param algorithm: name of RFC 7518 or RFC 8037
    :param value: private key in PEM, or the shared secret of an HMAC algorithm (str)
    """
    if is_symmetric(algorithm):
        if len(value.encode()) < HMAC_SIZES[algorithm]:
            raise InvalidKey("short")
        return
    key = _load(value)
    if algorithm in RSA_ALGORITHMS:
        if not isinstance(key, rsa.RSAPrivateKey):
            raise InvalidKey("type")
        if key.key_size < MIN_RSA_BITS:
            raise InvalidKey("size")
    elif algorithm in EC_CURVES:
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise InvalidKey("type")
        if not isinstance(key.curve, EC_CURVES[algorithm]):
            raise InvalidKey("curve")
    elif not isinstance(key, ed25519.Ed25519PrivateKey):
        raise InvalidKey("type")


def public_pem(value):
    """Return the public key (PEM, str) of the private key ``value`` (PEM, str)."""
    return (
        _load(value)
        .public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        .decode()
    )


def public_jwk(algorithm, value):
    """Return the public JSON Web Key (dict, RFC 7517) of a private key in PEM.

    Its ``kid`` is the thumbprint of RFC 7638, so that it is the same everywhere.
    """
    key = jwt.get_algorithm_by_name(algorithm)
    jwk = key.to_jwk(_load(value).public_key(), as_dict=True)
    members = _THUMBPRINT_MEMBERS[jwk["kty"]]
    canonical = json.dumps(
        {name: jwk[name] for name in members}, sort_keys=True, separators=(",", ":")
    )
    kid = _base64url(hashlib.sha256(canonical.encode()).digest())
    public = {name: jwk[name] for name in members}
    return {**public, "kid": kid, "use": "sig", "alg": algorithm}


def sign(algorithm, value, claims, kid=None, typ="JWT"):
    """Return ``claims`` (dict) as a signed JSON Web Token (str, RFC 7515).

    :param value: private key in PEM, or the shared secret of an HMAC algorithm
    :param kid: name of the key for the header
    :param typ: media type for the header, such as ``at+jwt`` (RFC 9068 section 2.1)
    """
    headers = {"typ": typ, **({"kid": kid} if kid else {})}
    key = value if is_symmetric(algorithm) else _load_to_sign(value)
    return jwt.encode(claims, key, algorithm=algorithm, headers=headers)


def half_hash(algorithm, value):
    """Return ``at_hash`` or ``c_hash`` of ``value`` (OpenID Connect Core 3.1.3.6).

    By the hash of the algorithm that signs the ID token; Ed25519 has SHA-512.
    """
    if algorithm == "EdDSA":
        digest = hashlib.sha512(value.encode()).digest()
    else:
        signer = jwt.get_algorithm_by_name(algorithm)
        digest = signer.compute_hash_digest(value.encode())
    return _base64url(digest[: len(digest) // 2])


@functools.lru_cache(maxsize=64)
def _load_to_sign(value):
    # Checking an RSA key takes thirty times as long as signing
    return _load(value)


def _load(value):
    try:
        return serialization.load_pem_private_key(value.strip().encode(), None)
    except TypeError as error:
        # cryptography raises it for a missing password
        raise InvalidKey("encrypted") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        is_public = "PUBLIC KEY" in value or "CERTIFICATE" in value
        raise InvalidKey("public" if is_public else "unreadable") from error


def _base64url(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
