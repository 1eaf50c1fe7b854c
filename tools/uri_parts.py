# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a URI says: its host, its web origin, and whose program may receive it."""

import ipaddress
from urllib.parse import urlsplit

#: The usual port of each scheme that has web origins.
_PORTS = {"http": 80, "https": 443}


def is_loopback(uri):
    """Tell whether ``uri`` is http on the user's own device (RFC 8252 section 7.3)."""
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    if parts.scheme != "http" or not parts.hostname:
        return False
    if parts.hostname == "localhost":
        return True
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return False


def is_private_use(uri):
    """Tell whether ``uri`` has a private-use scheme (RFC 8252 section 7.1)."""
    return urlsplit(uri).scheme not in ("http", "https")


def may_be_claimed_by_any_program(uri):
    """Tell whether any program on the user's device could receive ``uri``."""
    return is_loopback(uri) or is_private_use(uri)


def origin(uri):
    """Return the web origin of ``uri`` (RFC 6454 section 6.2), or None if it has none.

    Browsers send it in lower case and without the usual port.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    if port in (None, _PORTS[parts.scheme]):
        return f"{parts.scheme}://{host}"
    return f"{parts.scheme}://{host}:{port}"


def host(uri):
    """Return the host name of ``uri`` (str, lower case), or None."""
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None


def display_host(uri):
    """Return what a person should see of ``uri``: host and port, or the scheme."""
    parts = urlsplit(uri)
    if is_private_use(uri):
        return f"{parts.scheme}:"
    return parts.netloc
