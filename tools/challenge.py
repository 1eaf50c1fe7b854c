# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The WWW-Authenticate header of a protected resource (RFC 6750 section 3)."""

REALM = "OAuth"


def bearer(**parameters):
    """Return the challenge (str) with those ``parameters`` that have a value.

    Without any, for a request that has no token, it names the scheme and nothing else
    but where to learn more (``resource_metadata``, RFC 9728 section 5.1).
    """
    named = {"realm": REALM, **parameters}
    return "Bearer " + ", ".join(f'{k}="{v}"' for k, v in named.items() if v)


def read_bearer(header):
    """Return the credential (str) of a Bearer Authorization ``header``, or None."""
    scheme, _blank, value = (header or "").strip().partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None
