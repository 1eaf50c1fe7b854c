# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What is sent: one request, again and again, or with a new value each time."""

import base64
from dataclasses import dataclass, field

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Request:
    """One kind of request.

    :ivar name: of the row in the table
    :ivar server: ``odoo`` or ``toolkit``
    :ivar values: list of str, each used once in the place of ``%s`` in the body; None
        where every request is the same
    :ivar refused_with: HTTP status of the refusal that it is answered with; None for a
        request that is accepted
    """

    name: str
    path: str
    server: str = "odoo"
    method: str = "GET"
    headers: dict = field(default_factory=dict)
    body: str = ""
    values: list | None = None
    refused_with: int | None = None


def bearer(token):
    """Return the headers (dict) of a request with an access token."""
    return {"Authorization": f"Bearer {token}"}


def form(identifier=None, secret=None):
    """Return the headers (dict) of a form that a client sends in its own name."""
    headers = {"Content-Type": FORM}
    if identifier:
        pair = base64.b64encode(f"{identifier}:{secret}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    return headers
