# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The WWW-Authenticate header of a protected resource (RFC 6750 section 3)."""

import json

from odoo.http import Response

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


def make_answer(status, header, parameters):
    """Return the answer (Response) that refuses a request, with a body in JSON.

    :param status: HTTP status (int)
    :param header: challenge (str), see :func:`bearer`
    :param parameters: of the challenge (dict), which the body repeats
    """
    said = {"error": "invalid_token"}
    for name in ("error", "error_description"):
        if name in parameters:
            said[name] = parameters[name]
    headers = {
        "WWW-Authenticate": header,
        "Content-Type": "application/json; charset=utf-8",
        "Cache-Control": "no-store",
    }
    return Response(json.dumps(said), status=status, headers=headers)
