# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the text of an error contains nothing but what is written in the code.

Business code puts names of records into its messages, also of records that the caller
does not see. The traceback shows the code that raised the error: a text that is written
there as a whole cannot name any record.
"""

import dis
from types import CodeType

import psycopg2

from odoo.tools.translate import LazyGettext, code_translations, get_translated_module

#: Beginning of the names of our own modules, up to the dot.
_OURS = __name__.rpartition(".json2.")[0] + "."
_RAISE = dis.opmap["RAISE_VARARGS"]
#: A single word may as well be a value that happens to be in the code.
_FEWEST_WORDS = 2


def chain(error):
    """Yield ``error`` and each error that led to it, suppressed ones as well."""
    todo, seen = [error], set()
    while todo:
        one = todo.pop(0)
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__cause__, one.__context__]


def find_database_error(error):
    """Return the error of PostgreSQL that ``error`` is or was caused by, or None."""
    found = (one for one in chain(error) if isinstance(one, psycopg2.Error))
    return next(found, None)


def mark_ours(error):
    """Return ``error``, which this addon has made and the ORM will raise."""
    error.is_of_oauth_provider = True
    return error


def is_ours(error):
    """Return whether a ``raise`` of this addon made ``error``, or it is marked.

    Not what Python itself raises there: its text may contain any value.
    """
    if getattr(error, "is_of_oauth_provider", False):
        return True
    last = _last(error.__traceback__)
    if last is None:
        return False
    code = last.tb_frame.f_code.co_code
    name = last.tb_frame.f_globals.get("__name__", "")
    return name.startswith(_OURS) and code[last.tb_lasti] == _RAISE


def is_constant(error, text):
    """Return whether ``text`` is in the code that raised ``error``, word by word.

    Or is the translation of such a text, which Odoo has in memory: no query is sent.
    """
    words = text.split()
    if len(words) < _FEWEST_WORDS:
        return False
    step, seen = error.__traceback__, set()
    while step is not None:
        frame, step = step.tb_frame, step.tb_next
        if frame.f_code in seen:
            # A recursion of a thousand frames
            continue
        seen.add(frame.f_code)
        translations = _get_translations(frame)
        for constant in _constants(frame):
            said = (constant, *(texts.get(constant, "") for texts in translations))
            if any(one.split() == words for one in said):
                return True
    return False


def get_place(error):
    """Return where ``error`` was raised (str): module and line."""
    last = _last(error.__traceback__)
    if last is None:
        return "unknown"
    return f"{last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}"


def _last(step):
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step


def _get_translations(frame):
    """Return the translations for the module of ``frame``: [{text: translation}]"""
    module = get_translated_module(frame.f_globals.get("__name__", ""))
    # Another thread may add a language
    loaded = tuple(code_translations.python_translations.items())
    return [texts for (of_module, _lang), texts in loaded if of_module == module]


def _constants(frame):
    """Yield the texts in the code of ``frame``, and those of constants it names."""
    yield from _texts(frame.f_code)
    for name in frame.f_code.co_names:
        value = frame.f_globals.get(name)
        if isinstance(value, LazyGettext):
            value = value._source
        if isinstance(value, str):
            yield value


def _texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, CodeType):
        for constant in value.co_consts:
            yield from _texts(constant)
    elif isinstance(value, tuple | frozenset):
        for one in value:
            yield from _texts(one)
