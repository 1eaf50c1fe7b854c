# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which pages may read an answer by a script (Fetch standard, CORS protocol)."""

from ..tools import script_headers

#: Seconds for which a browser may remember the answer to a preflight.
MAX_AGE = 3600
#: In place of origins: anyone may read the answer, which is the same for all.
ANY_ORIGIN = "*"


def headers(env, origin, methods=None):
    """Return the headers (dict) that let the scripts of ``origin`` read an answer.

    Those of a client's own pages alone; and never with cookies: a script has what it
    was given, and no session.

    :param env: superuser environment; None will do without an origin
    :param origin: the Origin header (str or None)
    :param methods: HTTP methods to announce in the answer to a preflight
    """
    found = {"Vary": "Origin"}
    if origin and env["oauth.provider.origin"].is_allowed(origin):
        found.update(_allow(origin, methods))
    return found


def public_headers(methods=None):
    """Return the headers (dict) that let the scripts of any page read an answer.

    :param methods: see :func:`headers`
    """
    return _allow(ANY_ORIGIN, methods)


def _allow(origin, methods):
    found = {"Access-Control-Allow-Origin": origin}
    if methods:
        found["Access-Control-Allow-Methods"] = ", ".join(methods)
        found["Access-Control-Allow-Headers"] = script_headers.ALLOWED
        found["Access-Control-Max-Age"] = str(MAX_AGE)
    else:
        found["Access-Control-Expose-Headers"] = script_headers.EXPOSED
    return found
