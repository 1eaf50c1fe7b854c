# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the code that runs at this moment is held to the scopes of a token.

Not in the context of the environment, which a caller of ``/json/2`` may replace, nor in
the session. The variable belongs to the thread (or task) that serves the request, and
is set for the time of one call alone.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("oauth_provider_json2_access", default=None)
_companies = ContextVar("oauth_provider_json2_companies", default=None)
_write_guard = ContextVar("oauth_provider_json2_write_guard", default=None)
_is_internal = ContextVar("oauth_provider_json2_internal", default=False)
_is_fetching = ContextVar("oauth_provider_json2_fetching", default=False)
_is_rehearsing = ContextVar("oauth_provider_json2_rehearsing", default=False)
_asked = ContextVar("oauth_provider_json2_asked", default=None)
_checked = ContextVar("oauth_provider_json2_checked", default=None)
_whole_lists = ContextVar("oauth_provider_json2_whole_lists", default=None)


def access():
    """Return the access that holds now, or None for the user's own rights."""
    return _current.get()


def companies():
    """Return the ids (tuple) of the only companies that count now, or None for any."""
    return _companies.get()


def write_guard():
    """Return what each write has to pass now (WriteGuard), or None."""
    return _write_guard.get()


def is_internal():
    """Tell whether Odoo's own code asks, while it searches or fetches.

    It may read any field of a record: what the caller names has been checked before.
    """
    return _is_internal.get()


def is_rehearsing():
    """Tell whether the code of search methods is watched, before the search runs.

    They may look at other fields than the one that the caller names.
    """
    return _is_rehearsing.get()


def asked(model):
    """Return the fields (set) that the caller wants to have of ``model``, or None.

    :param model: name of the model
    """
    asked_model, fields = _asked.get() or (None, None)
    return fields if asked_model == model else None


def checked():
    """Return the model (name) for which the caller's own domain has been checked."""
    return _checked.get()


def whole_lists():
    """Return the fields (set) of lists in the cache that are not held to the token.

    None where no token holds the call.
    """
    return _whole_lists.get()


def is_fetching():
    """Tell whether the ORM gets values of fields that have been asked for and checked.

    A list is found by a field of the other model, which the caller need not know of.
    """
    return _is_fetching.get()


@contextmanager
def held_to(access):
    """Hold everything inside to ``access``; None gives the user's own rights back."""
    mark = _current.set(access)
    lists = None
    if access is not None and _whole_lists.get() is None:
        lists = _whole_lists.set(set())
    try:
        yield
    finally:
        if lists is not None:
            _whole_lists.reset(lists)
        _current.reset(mark)


@contextmanager
def guarded_by(guard):
    """Let each write inside pass by ``guard`` (WriteGuard); None lets all pass."""
    mark = _write_guard.set(guard)
    try:
        yield guard
    finally:
        _write_guard.reset(mark)


@contextmanager
def internal(is_internal=True):
    """Let Odoo's own code read what it needs for a search to run at all.

    :param is_internal: False gives the limits of the token back
    """
    marks = _is_internal.set(is_internal), _is_fetching.set(False)
    try:
        yield
    finally:
        _is_fetching.reset(marks[1])
        _is_internal.reset(marks[0])


@contextmanager
def rehearsing():
    """Let search methods look at the fields alone that the token opens."""
    mark = _is_rehearsing.set(True)
    try:
        with internal():
            yield
    finally:
        _is_rehearsing.reset(mark)


@contextmanager
def asking(model, fields):
    """Let inside be known which ``fields`` of ``model`` (name) the caller wants."""
    mark = _asked.set((model, frozenset(fields)))
    try:
        with internal():
            yield
    finally:
        _asked.reset(mark)


@contextmanager
def checked_for(model):
    """Let inside be known that the caller's domain on ``model`` (name) is checked."""
    mark = _checked.set(model)
    try:
        yield
    finally:
        _checked.reset(mark)


@contextmanager
def fetching():
    """Let the ORM have whatever fields it needs to get the values that it fetches."""
    marks = _is_internal.set(True), _is_fetching.set(True)
    try:
        yield
    finally:
        _is_fetching.reset(marks[1])
        _is_internal.reset(marks[0])


@contextmanager
def within(company_ids):
    """Let record rules know of these companies alone, whatever a context says.

    :param company_ids: ids (iterable), or None for those of the context
    """
    mark = _companies.set(None if company_ids is None else tuple(company_ids))
    try:
        yield
    finally:
        _companies.reset(mark)
