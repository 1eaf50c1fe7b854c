# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The IP address of a caller, as rate limits count it."""

import ipaddress

#: A provider gives each of its customers at least that much of IPv6 (RFC 6177).
IPV6_PREFIX = 64
#: What an index takes, of an address that is none.
MAX_LENGTH = 64


def rate_limit_key(address):
    """Return the key (str) by which the requests from ``address`` (str) are counted.

    An IPv4 address as it is; of IPv6 the network, since whoever has one address there
    has billions; what is no address as it is.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address[:MAX_LENGTH]
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), IPV6_PREFIX), strict=False))
