# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Signed cookies by which an authorization request knows that it asked for a sign-in.

Nothing is stored for a person who is not signed in. What makes a sign-in new is known
to one browser only, for one request of one database, for an hour and until it has been
answered: anyone who comes to the browser later and goes back in its history, or brings
an address along, has to sign in. A mark that is lost, forged or too old makes a person
sign in once more, and nothing else.
"""

import binascii
import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from odoo.tools.misc import hash_sign, verify_hash_signed

#: How the names of these cookies begin.
PREFIX = "oauth_sign_in_"
#: Where browsers send them: to the addresses of this addon.
PATH = "/oauth2"
#: Seconds that a person may take to sign in.
LIFETIME = 3600
#: How many of them a browser keeps: it has a few tabs.
MAX_MARKS = 10
#: For what the database signs them.
PURPOSE = "oauth_provider.sign_in_mark"


@dataclass(frozen=True)
class Mark:
    """That a request has sent the person to sign in.

    :ivar handle: random name (str)
    :ivar asked_at: when (seconds since the epoch)
    """

    handle: str
    asked_at: int


def cookie_name(env, request):
    """Return the name (str) of the cookie of one request in one database.

    :param request: digest (str) of all that the request asks for
    """
    text = json.dumps([env.cr.dbname, request])
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:32]


def make(env, request, at):
    """Return the value (str) of the cookie that marks ``request``.

    :param env: superuser environment: the database's own secret signs
    :param request: digest (str) of all that the request asks for
    :param at: when it sends the person to sign in (seconds since the epoch, float)
    """
    values = [env.cr.dbname, request, secrets.token_urlsafe(12), int(at)]
    expires = datetime.fromtimestamp(int(at) + LIFETIME)
    # Milliseconds in front, by which the oldest one is found: see surplus()
    return f"{int(at * 1000)}.{hash_sign(env, PURPOSE, values, expiration=expires)}"


def read(env, request, cookies):
    """Return the :class:`Mark` of ``request`` among ``cookies``, or None.

    :param env: superuser environment
    :param request: digest (str) of all that the request asks for
    :param cookies: mapping of the browser's cookies (str)
    """
    value = cookies.get(cookie_name(env, request), "").partition(".")[2]
    try:
        values = verify_hash_signed(env, PURPOSE, value)
    except (ValueError, binascii.Error):
        return None
    if not values or values[:2] != [env.cr.dbname, request]:
        return None
    return Mark(*values[2:])


def surplus(cookies, name):
    """Return the names (list of str) of cookies that make room for ``name``.

    The oldest of any database on this host, by the time that each claims.
    """
    others = [key for key in cookies if key.startswith(PREFIX) and key != name]
    others.sort(key=lambda key: _claimed_time(cookies[key]), reverse=True)
    return others[MAX_MARKS - 1 :]


def _claimed_time(value):
    text = value.partition(".")[0]
    is_time = text.isascii() and text.isdecimal() and len(text) < 16
    return int(text) if is_time else 0
