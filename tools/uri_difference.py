# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which part of an address differs from one that is registered."""

from urllib.parse import urlsplit

from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

SLASH = "slash at the end"
CASE = "upper and lower case"
SPELLING = "spelling"
WHOLE = "whole address"
#: What people call the parts.
LABELS = {
    "scheme": _lt("what stands before ://"),
    "user": _lt("what stands before @"),
    "host": _lt("host"),
    "port": _lt("port"),
    "path": _lt("path"),
    "query": _lt("what stands after the question mark"),
    "fragment": _lt("what stands after #"),
    SLASH: _lt("the slash at the end"),
    CASE: _lt("upper and lower case"),
    SPELLING: _lt("how a character is written"),
    WHOLE: _lt("the whole address"),
}


def find_difference(sent, registered):
    """Return what differs between two addresses, for people.

    :param sent: address (str) that a client sent
    :param registered: addresses (list of str), the nearest of which counts
    :return: names of parts (list of str, of :data:`LABELS`), such as ``["port",
        "path"]``; empty where nothing is registered
    """
    found = [_find_parts(sent, one) for one in registered]
    # Of two that differ in the path alone, the one with a slash too many is nearer
    small = (SLASH, CASE, SPELLING)
    return min(found, key=lambda parts: (len(parts), parts[0] not in small), default=[])


def _find_parts(sent, registered):
    """Return the names (list) of the parts in which two addresses differ."""
    try:
        ours, theirs = _split(registered), _split(sent)
    except ValueError:
        return [WHOLE]
    parts = [name for name, value in ours.items() if theirs[name] != value]
    if not parts:
        # Spelled differently: %2F and %2f, or an empty query
        return [SPELLING]
    if parts == ["path"]:
        if ours["path"].rstrip("/") == theirs["path"].rstrip("/"):
            return [SLASH]
        if ours["path"].lower() == theirs["path"].lower():
            return [CASE]
    return parts


def _split(uri):
    """Return the parts (dict) of an address that people tell apart."""
    parts = urlsplit(uri)
    return {
        "scheme": parts.scheme,
        "user": (parts.username, parts.password),
        "host": parts.hostname or "",
        "port": parts.port,
        "path": parts.path,
        "query": parts.query,
        "fragment": parts.fragment,
    }
