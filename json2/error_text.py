# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the text of an error holds nothing but what stands in the code.

Business code puts names of records into its messages, of records too that the caller
does not see. Looked at is the code that raised the error, which the traceback knows: a
text that stands there as a whole cannot tell of any record.
"""

import dis
from types import CodeType

from odoo.tools.translate import LazyGettext, code_translations, get_translated_module

#: What our own modules are called, with the dot at the end.
_OURS = __name__.rpartition(".json2.")[0] + "."
_RAISE = dis.opmap["RAISE_VARARGS"]
#: A word alone may as well be a value that happens to stand in the code.
_FEWEST_WORDS = 2


def chain(error):
    """Yield ``error`` and each error behind it, those that are suppressed as well."""
    todo, seen = [error], set()
    while todo:
        one = todo.pop(0)
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            yield one
            todo += [one.__cause__, one.__context__]


def mark_ours(error):
    """Return ``error``, which this addon has made and the ORM will raise."""
    error.is_of_oauth_provider = True
    return error


def is_ours(error):
    """Tell whether a ``raise`` of this addon made ``error``, or it is marked.

    Not what Python raises by itself there: its text may hold any value.
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
    """Tell whether ``text`` stands word by word in the code that raised ``error``.

    Or is the translation of such a text. No query is sent for it: what Odoo has
    translated, it still knows.
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
    """Return where ``error`` was raised (str): the module and the line."""
    last = _last(error.__traceback__)
    if last is None:
        return "unknown"
    return f"{last.tb_frame.f_globals.get('__name__')}:{last.tb_lineno}"


def _last(step):
    while step is not None and step.tb_next is not None:
        step = step.tb_next
    return step


def _get_translations(frame):
    """Return what Odoo has loaded for the module of ``frame``: [{text: translation}]"""
    module = get_translated_module(frame.f_globals.get("__name__", ""))
    # Another thread may add a language
    loaded = tuple(code_translations.python_translations.items())
    return [texts for (of_module, _lang), texts in loaded if of_module == module]


def _constants(frame):
    """Yield the texts that the code of ``frame`` holds, or names as constants."""
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
