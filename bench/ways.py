# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The ways in which Odoo finds the database of a request, side by side.

With a ``dbfilter``, which nearly every production server has, or with several
databases, Odoo opens a connection to PostgreSQL to list them, for each request without
a session. What that costs is in processes that have ended a moment later.
"""

from dataclasses import dataclass, replace

from dev.nginx import Nginx
from dev.server import LOOPBACK, OdooServer
from dev.settings import ADDON

from .goals import BARE
from .odoo_side import DATABASE, FOREVER
from .provider import Provider
from .rows import Rows

#: What is measured, of all that the provider is asked.
ROWS = (
    *(BARE, "/json/2, API key", "/json/2, OAuth token", "tokeninfo", "userinfo"),
    *("introspection", "client credentials, random", "code, random"),
    *("refresh, random", "code, jwt ES256", "refresh, jwt ES256"),
)
#: Rows that have no path of a database: Odoo's own.
WITHOUT_PATH = (BARE, "/json/2, API key", "/json/2, OAuth token")
SECOND = f"{DATABASE}_second"
#: A host whose first part is the name of the database.
HOST = f"{DATABASE}.example.com"
PREFIX = "/oauth2/"
IN_PATH = f"/oauth2/db/{DATABASE}/"
UNKNOWN = "unknown name in the path"
#: Of docs/DEPLOYMENT.md, without TLS: that is the work of nginx, which is not counted.
SITE = """
access_log off;
upstream odoo {{ server {loopback}:{odoo}; }}
server {{
    listen {loopback}:{port};
    proxy_set_header Host $host;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    location / {{ proxy_pass http://odoo; proxy_next_upstream off; }}
}}
"""


@dataclass(frozen=True)
class Way:
    """One way.

    :ivar name: as the tables have it
    :ivar server: key in :data:`SERVERS`
    :ivar headers: that each request has besides (dict)
    :ivar in_path: whether the path names the database
    :ivar is_proxied: whether nginx stands before the server
    """

    name: str
    server: str
    headers: tuple = ()
    in_path: bool = False
    is_proxied: bool = False

    def of(self, request):
        """Return a request of :class:`.provider.Provider` in this way; None for none.

        :param request: :class:`.requests.Request`
        """
        if self.in_path:
            if request.name in WITHOUT_PATH:
                return None
            path = request.path.replace(PREFIX, IN_PATH, 1)
            request = replace(request, path=path)
        return replace(request, headers={**request.headers, **dict(self.headers)})


#: {name: (databases, dbfilter, further options)}.
SERVERS = {
    "name": ([DATABASE], None, ()),
    "literal": ([DATABASE], f"^{DATABASE}$", ("--proxy-mode",)),
    "host": ([DATABASE], "^%d$", ()),
    "pattern": ([DATABASE], f"^{DATABASE[:-1]}[a-z]$", ()),
    # Both are loaded by the first request to each
    "several": ([], f"^{DATABASE}(_second)?$", ()),
}
BASE = "db_name"
WAYS = (
    Way(BASE, "name"),
    Way("dbfilter", "literal"),
    Way("dbfilter ^%d$", "host", (("Host", HOST),)),
    Way("dbfilter, pattern", "pattern"),
    Way("two databases, path", "several", in_path=True),
    Way("two databases, header", "several", (("X-Odoo-Database", DATABASE),)),
    Way("nginx, dbfilter", "literal", is_proxied=True),
)


@dataclass(frozen=True)
class Place:
    """Where a way leads to.

    :ivar way: :class:`Way`
    :ivar url: address, without a slash at the end
    :ivar server: running :class:`dev.server.OdooServer`, whose work counts
    """

    way: Way
    url: str
    server: object


def prepare(databases):
    """Make the second database; nobody may be connected to the first one.

    :param databases: :class:`dev.databases.Databases`
    """
    databases.clone(DATABASE, SECOND)


def start(stack, cluster):
    """Start all servers until ``stack`` ends; returns the places (list of Place).

    One worker each, so that one sees at once whatever it has to find out.
    """
    servers = {}
    for key, (names, dbfilter, options) in SERVERS.items():
        servers[key] = OdooServer(
            cluster,
            f"bench-{key}",
            names,
            workers=1,
            load=[ADDON],
            dbfilter=dbfilter,
            options=[FOREVER, *options],
        )
    # All at once
    for server in servers.values():
        stack.callback(server.stop)
        server.start()
    for server in servers.values():
        server.wait_ready()
    nginx = stack.enter_context(Nginx("bench"))
    odoo = servers["literal"].port
    nginx.start(SITE.format(loopback=LOOPBACK, odoo=odoo, port=nginx.port))
    proxied = f"http://{LOOPBACK}:{nginx.port}"
    return [
        Place(way, proxied if way.is_proxied else found.url, found)
        for way in WAYS
        for found in [servers[way.server]]
    ]


def requests(cluster, made, number):
    """Return the requests of each place ({name of a way: {row: Request}}).

    Each has values of its own, as many as are sent.

    :param made: what the clients and the user are (dict, see :mod:`.odoo_side`)
    :param number: of codes and refresh tokens
    """
    provider = Provider(made, Rows(cluster, DATABASE, made))
    found = {}
    for way in WAYS:
        given = {one.name: one for one in provider.requests(number)}
        sent = {name: way.of(given[name]) for name in ROWS}
        found[way.name] = {name: one for name, one in sent.items() if one}
    return found
