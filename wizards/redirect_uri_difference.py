# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Why a redirect URI does not match any registered one, explained to administrators.

Callers of the protocol learn nothing of this. The rule itself is in
:mod:`..models.oauth_provider_redirect_uri`.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from urllib.parse import unquote

from ..models.oauth_provider_redirect_uri import matches

#: RFC 3986 appendix B: splits any text and never fails.
_URI = re.compile(
    r"(?:(?P<scheme>[^:/?#]+):)?"
    r"(?://(?:(?P<userinfo>[^/?#@]*)@)?"
    r"(?P<host>\[[^]/?#]*\]|[^/?#:]*)(?::(?P<port>[^/?#]*))?)?"
    r"(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?(?:#(?P<fragment>.*))?",
    re.DOTALL,
)
#: What may differ, and how much it counts against two addresses being the same one.
WEIGHTS = {
    "host": 16,
    "path": 8,
    "scheme": 6,
    "port": 4,
    "query": 3,
    "userinfo": 2,
    "fragment": 2,
    "trailing_slash": 1,
    "case": 1,
    "encoding": 1,
    "blank": 1,
}
#: Characters of an address that are compared.
_COMPARED = 2000


@dataclass(frozen=True)
class Difference:
    """One thing in which two addresses differ.

    :ivar what: a key of :data:`WEIGHTS`
    :ivar registered: that part of the registered address (str); None for none
    :ivar sent: that part of the other one
    """

    what: str
    registered: str | None
    sent: str | None


@dataclass(frozen=True)
class Explanation:
    """Why an address does or does not match.

    :ivar nearest: the registered address (str) that it matches or is nearest to
    :ivar is_match: whether it matches
    :ivar differences: tuple of :class:`Difference`; with a match, only the free port
    """

    nearest: str
    is_match: bool
    differences: tuple

    def is_on_same_host(self):
        """Tell whether an answer would go to the program that gets it already."""
        elsewhere = {"scheme", "userinfo", "host", "port", "fragment"}
        return not elsewhere & {one.what for one in self.differences}


def explain(registered, uri, any_localhost_port=False):
    """Return the :class:`Explanation` of ``uri`` (str), or None if none is registered.

    :param registered: registered addresses (list of str)
    :param any_localhost_port: see :func:`matches`
    """
    found = []
    for known in registered:
        if matches(known, uri, any_localhost_port):
            return Explanation(known, True, differences(known, uri))
        found.append(Explanation(known, False, differences(known, uri)))
    return min(found, key=lambda one: _distance(one, uri), default=None)


def describe(env, found, uri):
    """Return in words what ``found`` (:class:`Explanation` or None) says (str).

    :param uri: what was compared (str), or an empty value
    """
    if not uri:
        return env._("Enter the redirect URI that the application sends.")
    if found is None:
        return env._("This client has no redirect URI: nothing can match.")
    if found.is_match and not found.differences:
        return env._("It is registered exactly like this.")
    if found.is_match:
        return env._(
            "It matches %s: the port is free on the person's own device.",
            found.nearest,
        )
    labels = _get_labels(env)
    lines = [env._("It is refused. The nearest one is %s", found.nearest)]
    for one in found.differences:
        if one.what == "blank":
            lines.append(labels["blank"])
            continue
        lines.append(
            env._(
                "%(what)s: registered “%(registered)s”, sent “%(sent)s”",
                what=labels[one.what],
                registered=_name_part(env, one.registered),
                sent=_name_part(env, one.sent),
            )
        )
    return "\n• ".join(lines)


def _name_part(env, part):
    return env._("(none)") if part is None else part


def _get_labels(env):
    return {
        "scheme": env._("Another scheme"),
        "userinfo": env._("A user name before the host"),
        "host": env._("Another host"),
        "port": env._("Another port"),
        "path": env._("Another path"),
        "trailing_slash": env._("A slash at the end of the path"),
        "query": env._("Another query, behind “?”"),
        "fragment": env._("A fragment, behind “#”"),
        "case": env._("Upper and lower case"),
        "encoding": env._("Characters written in another way"),
        "blank": env._("There are blanks before or after it."),
    }


def differences(registered, uri):
    """Return in what two addresses (str) differ, as a tuple of :class:`Difference`."""
    found = []
    if uri != uri.strip():
        found.append(Difference("blank", registered, uri))
    ours = _URI.fullmatch(registered.strip()).groupdict()
    theirs = _URI.fullmatch(uri.strip()).groupdict()
    for name in ours:
        one, other = ours[name], theirs[name]
        if one != other:
            found.append(Difference(_kind(name, one, other), one, other))
    return tuple(found)


def _kind(name, one, other):
    """Return what it is (a key of WEIGHTS) in which two different parts differ."""
    if one is None or other is None:
        return name
    if name == "path" and one.rstrip("/") == other.rstrip("/"):
        return "trailing_slash"
    if one.casefold() == other.casefold():
        return "case"
    if unquote(one) == unquote(other):
        return "encoding"
    return name


def _distance(explanation, uri):
    weight = sum(WEIGHTS[one.what] for one in explanation.differences)
    known = explanation.nearest[:_COMPARED]
    return weight, -SequenceMatcher(None, known, uri[:_COMPARED]).ratio()
