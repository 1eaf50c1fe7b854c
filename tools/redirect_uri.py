# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a redirect URI may look like (RFC 6749 section 3.1.2, RFC 8252 section 7)."""

import ipaddress
from urllib.parse import urlsplit

#: The usual port of each scheme that has web origins.
_PORTS = {"http": 80, "https": 443}
#: RFC 3986: every other character must be percent-encoded.
_URI_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "-._~:/?#[]@!$&'()*+,;=%"
)


class InvalidRedirectURI(ValueError):
    """A redirect URI that must not be registered; ``reason`` is one of

    ``characters``, ``relative``, ``scheme``, ``fragment``, ``credentials``,
    ``host``.
    """

    def __init__(self, reason):
        super().__init__(reason)
        self.reason = reason


def check(uri):
    """Raise :class:`InvalidRedirectURI` unless ``uri`` (str) may be registered.

    Absolute, without fragment (RFC 6749 section 3.1.2), no user information (it hides
    the real host from a person), and for private-use schemes a dot in the name (RFC
    8252 section 7.1), which no scheme has that a browser executes.
    """
    if not uri or not set(uri) <= _URI_CHARACTERS:
        raise InvalidRedirectURI("characters")
    try:
        parts = urlsplit(uri)
        has_port = parts.port is not None  # raises for a port that is no number
    except ValueError as error:
        raise InvalidRedirectURI("host") from error
    if not parts.scheme:
        raise InvalidRedirectURI("relative")
    if "#" in uri:
        raise InvalidRedirectURI("fragment")
    if parts.scheme in ("http", "https"):
        if not parts.hostname or (has_port and not parts.port):
            raise InvalidRedirectURI("host")
        if "@" in parts.netloc:
            raise InvalidRedirectURI("credentials")
    elif "." not in parts.scheme:
        raise InvalidRedirectURI("scheme")


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


def matches(registered, uri, any_localhost_port=False):
    """Tell whether ``uri`` (str) may stand for the ``registered`` one (str).

    To the letter (RFC 9700 section 2.1), except for the port of a loopback address,
    which a program on the device gets from its system at each start
    (RFC 8252 section 7.3).

    :param any_localhost_port: whether the name ``localhost`` counts as a loopback
        address, which RFC 8252 section 8.3 does not recommend
    """
    if uri == registered:
        return True
    if not is_loopback(registered) or not is_loopback(uri):
        return False
    if urlsplit(registered).hostname == "localhost" and not any_localhost_port:
        return False
    try:
        check(uri)
    except InvalidRedirectURI:
        return False
    return _without_port(uri) == _without_port(registered)


def _without_port(uri):
    """Return ``uri`` (str) without its port, the rest to the letter."""
    parts = urlsplit(uri)
    host = parts.netloc.rpartition(":")[0] if parts.port is not None else parts.netloc
    return uri.replace(parts.netloc, host, 1)


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
