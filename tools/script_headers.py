# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Headers that the scripts of other pages may send and read (Fetch, CORS protocol)."""

#: Of a request. Applications that have those of the Model Context Protocol and of
#: tracing send them to each address.
ALLOWED = (
    "Authorization, Content-Type, MCP-Protocol-Version, Mcp-Session-Id, traceparent,"
    " X-Requested-With, If-None-Match, If-Range, Range"
)
#: Of an answer, beside the usual ones.
EXPOSED = (
    "WWW-Authenticate, Retry-After, X-Total-Count, Mcp-Session-Id,"
    " Accept-Ranges, Content-Disposition, Content-Range, ETag"
)


def allow(origin, method, headers):
    """Let scripts use a protected route as the Model Context Protocol does.

    Where the route has ``cors``: Odoo itself lets no answer be read that refuses a
    token, and no header of one.

    :param origin: what the route has (str), or None
    :param method: of the request (str)
    :param headers: of the answer (werkzeug.datastructures.Headers)
    """
    if not origin:
        return
    headers.set("Access-Control-Allow-Origin", origin)
    if method == "OPTIONS":
        headers.set("Access-Control-Allow-Headers", ALLOWED)
    else:
        headers.set("Access-Control-Expose-Headers", EXPOSED)
