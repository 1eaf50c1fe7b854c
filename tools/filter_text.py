# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The text of a filter: which one means the same always, and what it means."""

import ast
from functools import lru_cache

#: What stands for the number of the user in a text that has been read.
_UID = object()
#: What a text that cannot be read raises.
_UNREADABLE = (MemoryError, RecursionError, SyntaxError, TypeError, ValueError)


def read_constant(text):
    """Return the value that ``text`` (str) is, if nothing in it is to be evaluated.

    A text that names the user or the date is not constant, nor is one that is broken.

    :return: tuple of the value, of which nobody else has a part; or ()
    """
    return _copy(_parse(text), None)


def read_for(text, uid):
    """Return the value that ``text`` (str) is for the user with the id ``uid``.

    :return: tuple of the value, of which nobody else has a part, if nothing but ``uid``
        has to be evaluated; otherwise ()
    """
    return _copy(_parse(text, with_uid=True), uid)


def can_change(value):
    """Tell whether code that is given the literal ``value`` could change it."""
    if isinstance(value, tuple):
        return any(map(can_change, value))
    return isinstance(value, list | dict | set)


@lru_cache(512)
def _parse(text, with_uid=False):
    try:
        tree = ast.parse(text.strip(), mode="eval")
        return (ast.literal_eval(_WithoutName().visit(tree) if with_uid else tree),)
    except _UNREADABLE:
        return ()


class _WithoutName(ast.NodeTransformer):
    """Puts :data:`_UID` in the place of the name."""

    def visit_Name(self, node):
        return ast.Constant(_UID) if node.id == "uid" else node


def _copy(value, uid):
    """Return a copy of a literal, with ``uid``: its lists and dicts can be changed."""
    if value is _UID:
        return uid
    if isinstance(value, list | tuple):
        return type(value)(_copy(one, uid) for one in value)
    if isinstance(value, dict):
        return {_copy(key, uid): _copy(one, uid) for key, one in value.items()}
    if isinstance(value, set):
        return {_copy(one, uid) for one in value}
    return value
