# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The IP address of a caller, as rate limits count it."""

import ipaddress

#: A provider gives each of its customers at least that much of IPv6 (RFC 6177).
IPV6_PREFIX = 64
#: Prefix of IPv4 addresses behind a translator (RFC 6052 section 2.1).
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
#: What an index takes, of an address that is none.
MAX_LENGTH = 64


def rate_limit_key(address):
    """Return the key (str) by which the requests from ``address`` (str) are counted.

    An IPv4 address as it is, also within one of IPv6; of IPv6 the network, since
    whoever has one address there has billions; what is no address as it is. A port does
    not count: some proxies send it in ``X-Forwarded-For``, one for each connection.
    """
    try:
        parsed = ipaddress.ip_address(_without_port(address))
    except ValueError:
        return address[:MAX_LENGTH]
    if parsed.version == 4:
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if parsed in NAT64:
        return str(ipaddress.IPv4Address(parsed.packed[-4:]))
    return str(ipaddress.ip_network((int(parsed), IPV6_PREFIX), strict=False))


def _without_port(address):
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address
