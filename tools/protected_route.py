# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Routes that take access tokens, as Odoo's routing map has them.

No record is read: what a route says of itself is in its parameters.
"""

import logging
import re
from urllib.parse import quote

import psycopg2
from werkzeug.exceptions import BadRequestKeyError, HTTPException

_logger = logging.getLogger(__name__)

#: What each call of Odoo's API begins with: one resource, whatever is called.
API_PATH = "/json/2"
#: An address may have several routes, each for some of these.
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
#: Characters of a path as it is written in a URL: a header has to hold it.
MAX_LENGTH = 2000
#: No address of a route: a segment that is empty or leads elsewhere, a character that
#: no proxy passes on as it is.
UNUSABLE = re.compile(r"//|/\.{1,2}(/|$)|[\x00-\x1f\x7f\\\ufffd\ud800-\udfff]")
#: RFC 6749 section 3.3: a scope token.
SCOPE_TOKEN = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
#: Asks for a refresh token, and for nothing that a resource would have.
OFFLINE_ACCESS = "offline_access"
#: What RFC 3986 section 3.3 allows in a path.
SAFE = "/:@!$&'()*+,;=~"


def is_api(path):
    """Return whether ``path`` (str) is Odoo's API or below it."""
    return path == API_PATH or path.startswith(f"{API_PATH}/")


def is_usable(path):
    """Return whether ``path`` (str, decoded) can be that of a described route."""
    if len(path) > MAX_LENGTH or not path.startswith("/") or UNUSABLE.search(path):
        return False
    return len(quote_path(path)) <= MAX_LENGTH


def find(routing_map, path):
    """Return the routes with ``auth="oauth"`` at ``path``, each with its parameters.

    :param routing_map: of Odoo (werkzeug.routing.Map)
    :param path: path (str) of a URL, decoded, with the slash at its beginning
    :return: list of dicts, empty where there is none
    """
    if not is_usable(path):
        return []
    adapter = routing_map.bind("localhost")
    found = []
    for method in METHODS:
        try:
            rule, _args = adapter.match(path, method=method, return_rule=True)
        except HTTPException:
            continue
        except RuntimeError:
            # A converter looks for a record of the request: there is none in an update
            continue
        routing = rule.endpoint.routing
        if routing.get("auth") == "oauth" and routing not in found:
            found.append(routing)
    return found


def get_scopes(routing):
    """Return the scopes that a route describes (list of str), or None if it does not.

    :param routing: parameters of the route (dict)
    """
    scopes = routing.get("oauth_scopes") or ()
    if callable(scopes):
        scopes = routing.get("oauth_scopes_described")
        if scopes is None:
            return None
    return list(dict.fromkeys(filter(_is_described, as_codes(scopes))))


def find_needed(routing, request):
    """Return the scopes that a request to a route needs (set of codes).

    :param routing: parameters of the route (dict)
    :param request: current request, which the route's own function looks at
    :return: None where that function fails for this request
    """
    scopes = routing.get("oauth_scopes") or ()
    if not callable(scopes):
        return set(as_codes(scopes))
    try:
        # None too is no answer
        return set(as_codes(scopes(request)))
    except Exception as error:
        is_answer = isinstance(error, HTTPException)
        is_missing_key = isinstance(error, BadRequestKeyError)
        if isinstance(error, psycopg2.Error) or (is_answer and not is_missing_key):
            raise
        # It has looked for something that this request does not have
        place = getattr(scopes, "__qualname__", "?")
        _logger.error("%s finds no scopes, for a %s", place, type(error).__name__)
        return None


def as_codes(scopes):
    """Return the codes (list of str) that a route gives as its ``scopes``.

    :param scopes: iterable of codes, or a text of codes with blanks between them
    """
    if isinstance(scopes, str):
        return scopes.split()
    # A set has another order in each process
    return (
        sorted(scopes, key=str) if isinstance(scopes, set | frozenset) else list(scopes)
    )


def _is_described(code):
    is_code = isinstance(code, str) and SCOPE_TOKEN.fullmatch(code)
    return bool(is_code) and code != OFFLINE_ACCESS


def quote_path(path):
    """Return ``path`` (str, decoded) as it is written in a URL."""
    return quote(path, safe=SAFE)
