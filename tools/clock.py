# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Time as Odoo has it, and as the RFCs want it."""

from datetime import datetime, timezone


def timestamp(value):
    """Return a naive UTC datetime as seconds since the epoch (int, RFC 7519 2)."""
    return int(value.replace(tzinfo=timezone.utc).timestamp())


def naive(seconds):
    """Return seconds since the epoch (int) as a naive UTC datetime."""
    return datetime.fromtimestamp(seconds, timezone.utc).replace(tzinfo=None)
