# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The text of a filter: which one means the same always, and what it means."""

import ast
from functools import lru_cache


def read_constant(text):
    """Return the value that ``text`` (str) is, if nothing in it is to be evaluated.

    A text that names the user or the date is not constant, nor is one that is broken.

    :return: tuple of the value, of which nobody else has a part; or ()
    """
    return _copy(_parse(text))


@lru_cache(256)
def _parse(text):
    try:
        return (ast.literal_eval(text.strip()),)
    except (MemoryError, RecursionError, SyntaxError, TypeError, ValueError):
        return ()


def _copy(value):
    """Return a copy of a literal: only its lists and dicts can be changed."""
    if isinstance(value, list | tuple):
        return type(value)(map(_copy, value))
    if isinstance(value, dict):
        return {_copy(key): _copy(one) for key, one in value.items()}
    return set(value) if isinstance(value, set) else value
