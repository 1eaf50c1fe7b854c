# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When and how the person of a browser's session signed in to Odoo.

Kept in Odoo's session, which ends with it. Pure: a session is any mapping.
"""

import secrets
import time
from dataclasses import dataclass

#: Where it is in the session.
KEY = "oauth_provider"
#: Where it is in the session which requests have asked for a new sign-in, and when.
ASKED = "oauth_provider_asked"
#: Seconds that a person may take for it.
ASKED_LIFETIME = 3600
#: How many such requests count at once: a browser has a few tabs.
MAX_ASKED = 10
#: Names of RFC 8176 for what Odoo calls the method of a sign-in. Odoo asks a passkey to
#: verify its person, and takes it for two factors.
METHODS = {
    "password": ("pwd",),
    "ldap": ("pwd",),
    "passkey": ("pop", "user", "mfa"),
    "totp": ("otp", "mfa"),
    "totp_mail": ("otp", "mfa"),
}
#: Methods that come on top of another one.
SECOND_FACTORS = frozenset({"totp", "totp_mail"})
#: Authentication context classes (OpenID Connect Core section 2): one factor, or more.
ACR_VALUES = ("1", "2")


@dataclass(frozen=True)
class SignIn:
    """How a person signed in.

    :ivar handle: random name (str) of the sign-in, for the server alone
    :ivar device: what Odoo calls the device (str): the constant part of its session's
        identifier
    :ivar time: seconds since the epoch (int), 0 where it is not known
    :ivar methods: tuple of RFC 8176 names
    :ivar asked_at: when the request at hand has sent the person to sign in anew
        (seconds since the epoch), or None
    """

    handle: str
    device: str = ""
    time: int = 0
    methods: tuple = ()
    asked_at: int | None = None


def note(session, uid, method):
    """Remember in ``session`` that the user ``uid`` (int) has just proven who it is.

    :param method: Odoo's name of the method (str), such as ``password``
    :return: the handle (str) of somebody else's sign-in that ends by this, or None
    """
    known = session.get(KEY) or {}
    is_same = known.get("uid") == uid
    names = METHODS.get(method, ())
    if is_same and method in SECOND_FACTORS:
        names = tuple(dict.fromkeys((*known["methods"], *names)))
    session[KEY] = {
        "uid": uid,
        "handle": known["handle"] if is_same else secrets.token_urlsafe(24),
        "time": int(time.time()),
        "methods": list(names),
    }
    return None if is_same else known.get("handle")


def ask(session, request):
    """Remember that ``request`` sends the person of ``session`` to sign in anew.

    Of the request there is its digest alone. What makes the sign-in new is thus known
    to this browser's session only, for this request only, and until it is answered
    (:func:`answer`): whoever comes to the browser later and goes back in its history,
    or brings an address along, has to sign in. What is forgotten, for a session has
    ended or for too many requests, makes a person sign in once more, and nothing else.

    :param request: digest (str) of all that the request asks for
    """
    asked = {name: at for name, at in _asked(session).items() if name != request}
    newest = sorted(asked.items(), key=lambda item: item[1])[1 - MAX_ASKED :]
    session[ASKED] = {**dict(newest), request: int(time.time())}


def answer(session, request):
    """Forget what :func:`ask` remembered: the next time it is asked for again."""
    asked = session.get(ASKED) or {}
    if request in asked:
        session[ASKED] = {name: at for name, at in asked.items() if name != request}


def _asked(session):
    """Return the requests that count (dict of their times)."""
    limit = time.time() - ASKED_LIFETIME
    asked = session.get(ASKED) or {}
    return {name: at for name, at in asked.items() if at >= limit}


def read(session, uid, device, request=None):
    """Return the :class:`SignIn` of the user ``uid`` (int) in ``session``.

    One that Odoo did not record, for it is older than the addon, gets its handle now.

    :param request: digest (str) of the authorization request at hand, see :func:`ask`
    """
    known = session.get(KEY) or {}
    if known.get("uid") != uid:
        known = {"uid": uid, "handle": secrets.token_urlsafe(24), "time": 0}
        known["methods"] = []
        session[KEY] = known
    return SignIn(
        known["handle"],
        device,
        known["time"],
        tuple(known["methods"]),
        _asked(session).get(request),
    )


def acr(methods):
    """Return the authentication context class (str) of ``methods`` (RFC 8176 names)."""
    single, multiple = ACR_VALUES
    return multiple if "mfa" in methods else single
