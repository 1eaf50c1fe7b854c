# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""When and how the person of a browser's session signed in to Odoo.

Kept in Odoo's session, which ends with it. Pure: a session is any mapping.
"""

import secrets
import time
from dataclasses import dataclass

from . import sign_in_mark

#: Where it is in the session.
KEY = "oauth_provider"
#: Where it is in the session which marks of requests have been answered.
ANSWERED = "oauth_provider_answered"
#: How many of them are kept by name; older ones all count as answered.
MAX_ANSWERED = 50
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


def answer(session, mark):
    """Remember that the request of ``mark`` has been answered: it counts no more.

    :param mark: :class:`.sign_in_mark.Mark`
    """
    known = session.get(ANSWERED) or {}
    limit = max(known.get("until", 0), int(time.time()) - sign_in_mark.LIFETIME)
    marks = {h: at for h, at in known.get("marks", {}).items() if at > limit}
    marks[mark.handle] = mark.asked_at
    newest = sorted(marks.items(), key=lambda item: item[1], reverse=True)
    if len(newest) > MAX_ANSWERED:
        # What is forgotten must not count again
        limit = newest[MAX_ANSWERED][1]
        newest = [item for item in newest if item[1] > limit]
    session[ANSWERED] = {"until": limit, "marks": dict(newest)}


def is_answered(session, mark):
    """Tell whether the request of ``mark`` has been answered in ``session``."""
    known = session.get(ANSWERED) or {}
    is_old = mark.asked_at <= known.get("until", 0)
    return is_old or mark.handle in known.get("marks", {})


def read(session, uid, device, mark=None):
    """Return the :class:`SignIn` of the user ``uid`` (int) in ``session``.

    One that Odoo did not record, for it is older than the addon, gets its handle now.

    :param mark: :class:`.sign_in_mark.Mark` of the authorization request at hand, or
        None
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
        mark.asked_at if mark and not is_answered(session, mark) else None,
    )


def acr(methods):
    """Return the authentication context class (str) of ``methods`` (RFC 8176 names)."""
    single, multiple = ACR_VALUES
    return multiple if "mfa" in methods else single
