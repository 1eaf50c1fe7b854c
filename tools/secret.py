# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Random credentials and their digests.

Codes and tokens carry 256 random bits, so a single SHA-256 is as strong as a slow
password hash and costs nothing on the path of each request. Client secrets may be
chosen by a person: :data:`MIN_SECRET_LENGTH` keeps those out of reach of a search.
"""

import hashlib
import hmac
import secrets

#: Shortest client secret that is accepted, in characters.
MIN_SECRET_LENGTH = 32


def generate():
    """Return a new credential: 43 URL-safe characters, 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(value):
    """Return the SHA-256 digest of the credential ``value`` (str), in hexadecimal."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


#: Compared with where there is nothing to compare with, so that it takes as long.
_NO_DIGEST = digest(generate())


def matches(value, expected_digest):
    """Tell in constant time whether ``value`` (str) has ``expected_digest``.

    An empty or missing value or digest never matches, and takes as long to say so.
    """
    is_equal = hmac.compare_digest(digest(value or ""), expected_digest or _NO_DIGEST)
    return bool(value and expected_digest and is_equal)
