# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""How a request came to Odoo: through a proxy or not, and under which address."""

from typing import NamedTuple
from urllib.parse import urlsplit

from odoo.tools import config

from . import uri_parts

#: What proxies say of a request. Odoo reads none of it without the first.
FORWARDED_HOST = "X-Forwarded-Host"
FORWARDED_PROTO = "X-Forwarded-Proto"
FORWARDED_FOR = "X-Forwarded-For"
HEADERS = (FORWARDED_HOST, FORWARDED_PROTO, FORWARDED_FOR, "Forwarded")
DEFAULT_PORTS = {"http": 80, "https": 443}
#: How much of a header is shown: it may hold anything.
MOST_SHOWN = 100


class Arrival(NamedTuple):
    """A request as Odoo sees it.

    :ivar scheme: ``http`` or ``https``, or what a proxy says
    :ivar host: host (str) with the port, unless that is the scheme's own
    :ivar headers: those of :data:`HEADERS` that it has (frozenset of str)
    """

    scheme: str
    host: str
    headers: frozenset

    @property
    def origin(self):
        """Return the web origin (str) that the caller used, or None if it has none."""
        return uri_parts.origin(f"{self.scheme}://{self.host}")

    @property
    def is_forwarded(self):
        """Whether Odoo has read the headers of the proxy, as ``odoo.http`` does it."""
        return bool(config["proxy_mode"]) and FORWARDED_HOST in self.headers


def read(http_request):
    """Return the :class:`Arrival` of ``http_request`` (of werkzeug or of Odoo)."""
    headers = http_request.headers
    return Arrival(
        scheme=(http_request.scheme or "").lower()[:MOST_SHOWN],
        host=(http_request.host or "").lower()[:MOST_SHOWN],
        headers=frozenset(name for name in HEADERS if headers.get(name)),
    )


def host_of(url):
    """Return the host of ``url`` (str) as :attr:`Arrival.host` has it."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].lower()
    port = DEFAULT_PORTS.get(parts.scheme)
    return host.removesuffix(f":{port}") if port else host
