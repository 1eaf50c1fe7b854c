# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""HTTP calls to addresses that a manager has entered, safe against SSRF.

Server-side request forgery: a manager who enters an address must not make the server
reach hosts of the internal network, nor the metadata service of a cloud. What is
checked is the IP address that is really connected to: a host name may resolve to
another one a moment later (DNS rebinding). No Odoo.
"""

import ipaddress
import os
import socket
import threading
import time

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

#: Networks that are refused always: metadata services of clouds (beside link-local
#: addresses), and addresses that mean this host or have been withdrawn.
NEVER = tuple(
    ipaddress.ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:42::42/128",
        "fd00:ec2::/32",
        "fd20:ce::254/128",
        "fec0::/10",
    )
)
#: IPv6 addresses that are an IPv4 address in their last 32 bits (RFC 6052).
NAT64 = ipaddress.ip_network("64:ff9b::/96")


class RefusedAddress(Exception):
    """The host is not one that may be called. Nothing was sent to it."""


def is_allowed(address, internal=False):
    """Tell whether ``address`` (str, IPv4 or IPv6) may be called.

    :param internal: whether loopback and private networks are all right
    """
    ip = _unwrap(ipaddress.ip_address(address))
    if ip.is_loopback:
        return internal
    if ip.is_link_local or ip.is_multicast or ip.is_unspecified or ip.is_reserved:
        return False
    if any(ip in network for network in NEVER):
        return False
    return ip.is_global or internal


def post(uri, data, *, seconds, internal=False):
    """Post the form ``data`` (dict) to ``uri`` and return the HTTP status (int).

    No redirect is followed, no proxy of the environment asked, no body read.

    :param seconds: how long all of it may take once the name is resolved
    :param internal: see :func:`is_allowed`
    :raise RefusedAddress: for an address that may not be called
    :raise requests.RequestException: where there is no answer
    :raise ValueError: for what is no address
    """
    line = _Line(seconds, internal)
    watchdog = threading.Timer(seconds, line.cut)
    watchdog.daemon = True
    with requests.Session() as session:
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        session.mount("https://", _Adapter(line))
        session.mount("http://", _Adapter(line))
        watchdog.start()
        try:
            response = session.post(
                uri, data=data, timeout=seconds, allow_redirects=False, stream=True
            )
            response.close()
        finally:
            watchdog.cancel()
            line.close()
    return response.status_code


class _Line:
    """The one connection of a call: where it goes, and how long it lasts."""

    def __init__(self, seconds, internal):
        self._end = time.monotonic() + seconds
        self._internal = internal
        self._handle = None

    def connect(self, connection):
        """Return a socket to the host of ``connection`` (urllib3), which is checked.

        :raise RefusedAddress: where any of its addresses may not be called
        :raise OSError: where none of them answers
        """
        found = socket.getaddrinfo(
            connection.host, connection.port, type=socket.SOCK_STREAM
        )
        addresses = list(dict.fromkeys(entry[4][0] for entry in found))
        if not all(is_allowed(address, self._internal) for address in addresses):
            raise RefusedAddress(connection.host)
        failure = OSError("The name has no address.")
        for address in addresses:
            remaining = self._end - time.monotonic()
            if remaining <= 0:
                raise TimeoutError("The host does not answer.")
            try:
                sock = create_connection(
                    (address, connection.port),
                    timeout=remaining,
                    socket_options=connection.socket_options,
                )
            except OSError as error:
                failure = error
                continue
            # TLS takes the socket over: this one stays ours
            self._handle = sock.dup()
            if time.monotonic() > self._end:
                sock.close()
                raise TimeoutError("The host does not answer.")
            return sock
        raise failure

    def cut(self):
        """End the call: who answers byte by byte does not hold us up."""
        if self._handle:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                # It has ended by itself
                return

    def close(self):
        if self._handle:
            self._handle.close()


class _Adapter(HTTPAdapter):
    """Lets requests use the connections of a :class:`_Line` alone."""

    def __init__(self, line):
        self._line = line
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):  # pylint: disable=missing-return
        # Which returns nothing
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _guarded(HTTPConnectionPool, self._line),
            "https": _guarded(HTTPSConnectionPool, self._line),
        }


def _guarded(pool, line):
    """Return a subclass of ``pool`` (urllib3) that connects by ``line`` (_Line)."""

    class Connection(pool.ConnectionCls):
        def _new_conn(self):
            return line.connect(self)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


def _unwrap(ip):
    """Return the IPv4 address that an IPv6 address stands for, else ``ip`` itself."""
    if ip.version == 4:
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
