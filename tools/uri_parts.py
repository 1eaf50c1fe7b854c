# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a URI says: its host, its web origin, and whose program may receive it."""

import ipaddress
import re
from urllib.parse import quote, urlencode, urlsplit

import idna

#: The usual port of each scheme that has web origins.
_PORTS = {"http": 80, "https": 443}
#: RFC 3986: every other character must be percent-encoded.
URI_CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
    "-._~:/?#[]@!$&'()*+,;=%"
)
#: A part of a host name (RFC 1035 section 2.3.1); inner networks have "_" in theirs.
_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
#: Characters of a host name (RFC 1035 section 2.3.4).
_MAX_HOST = 253
#: What browsers take for the end of an IPv4 address.
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9a-fA-F]*")


def normalize(uri):
    """Return ``uri`` (str) in the form in which it is compared, or None.

    RFC 3986 sections 6.2.2.1 and 6.2.3: scheme and host in lower case, no default port,
    and ``/`` for an empty path. Only an absolute URI with a host, and without fragment
    and user information, has such a form.
    """
    if not uri or "#" in uri or not set(uri) <= URI_CHARACTERS:
        return None
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not parts.scheme or not host or "@" in parts.netloc:
        return None
    host = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS.get(parts.scheme):
        host = f"{host}:{port}"
    # As it was sent: parsed and written again, it may lose an empty query
    rest = uri.partition("://")[2][len(parts.netloc) :]
    slash = "" if rest.startswith("/") else "/"
    return f"{parts.scheme}://{host}{slash}{rest}"


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


def is_host(name):
    """Tell whether a browser could reach a host ``name`` (str), as ``hostname`` has it.

    A name of DNS in ASCII, or an IP address in its usual form.
    """
    labels = name.removesuffix(".").split(".")
    if ":" in name or _NUMBER.fullmatch(labels[-1]):
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True
    return len(name) <= _MAX_HOST and all(map(_LABEL.fullmatch, labels))


def in_ascii(uri):
    """Return ``uri`` (str) as browsers send it, in ASCII, or None if they cannot.

    The host by IDNA (RFC 5891), all else percent-encoded in UTF-8.
    """
    # An import may have none
    uri = uri or ""
    try:
        authority = urlsplit(uri).netloc
        host = authority.rpartition("@")[2].partition(":")[0]
        if not host.isascii():
            uri = uri.replace(host, idna.encode(host, uts46=True).decode(), 1)
        return quote(uri, "".join(URI_CHARACTERS))
    except ValueError:
        # What is no text, and no host, is one too
        return None


def display_host(uri):
    """Return what a person should see of ``uri``: host and port, or the scheme."""
    parts = urlsplit(uri)
    if is_private_use(uri):
        return f"{parts.scheme}:"
    return parts.netloc


def add_parameters(uri, parameters, in_fragment=False):
    """Return ``uri`` (str) with parameters appended; not a character of it changes.

    A client that registers ``/cb?flag`` or ``app:///cb`` gets its answer exactly there
    (RFC 6749 section 3.1.2: the query component MUST be retained). Parsing a URI and
    writing it again drops an empty authority or query and encodes the rest anew.

    :param parameters: list of (name, value), or dict
    :param in_fragment: whether they go into the fragment, else into the query
    """
    mark = "#" if in_fragment else "?"
    _base, found, component = uri.partition(mark)
    separator = "&" if component and not component.endswith("&") else ""
    return f"{uri}{separator if found else mark}{urlencode(parameters)}"
