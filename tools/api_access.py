# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether the code that runs at this moment is held to the scopes of a token.

Not in the context of the environment, which a caller of ``/json/2`` may replace, nor in
the session. The variable belongs to the thread (or task) that serves the request, and
is set for the time of one call alone.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_current = ContextVar("oauth_provider_api_access", default=None)
_companies = ContextVar("oauth_provider_api_companies", default=None)
_write_guard = ContextVar("oauth_provider_api_write_guard", default=None)
_is_internal = ContextVar("oauth_provider_api_internal", default=False)
_is_fetching = ContextVar("oauth_provider_api_fetching", default=False)


def current():
    """Return the access that holds now, or None for the user's own rights."""
    return _current.get()


def companies():
    """Return the ids (tuple) of the only companies that count now, or None for any."""
    return _companies.get()


def write_guard():
    """Return what each write has to pass now (WriteGuard), or None."""
    return _write_guard.get()


def is_internal():
    """Tell whether the ORM itself asks, for an order or a name that nobody sees."""
    return _is_internal.get()


def is_fetching():
    """Tell whether the ORM gets values of fields that have been asked for and checked.

    A list is found by a field of the other model, which the caller need not know of.
    """
    return _is_fetching.get()


@contextmanager
def held_to(access):
    """Hold everything inside to ``access``; None gives the user's own rights back."""
    mark = _current.set(access)
    try:
        yield
    finally:
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
def internal():
    """Let the ORM have the fields that it needs for a search to run at all."""
    mark = _is_internal.set(True)
    try:
        yield
    finally:
        _is_internal.reset(mark)


@contextmanager
def fetching():
    """Let the ORM have whatever fields it needs to get the values that it fetches."""
    mark = _is_fetching.set(True)
    try:
        with internal():
            yield
    finally:
        _is_fetching.reset(mark)


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
