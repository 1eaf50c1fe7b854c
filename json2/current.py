# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The limits that apply to the code that is running now.

They are context variables: each belongs to the thread (or task) that serves the request
and is set for one call only. They are not in the context of the environment, which a
caller of ``/json/2`` may replace, nor in the session.
"""

from contextlib import contextmanager
from contextvars import ContextVar

_access = ContextVar("oauth_provider_json2_access", default=None)
_companies = ContextVar("oauth_provider_json2_companies", default=None)
_write_guard = ContextVar("oauth_provider_json2_write_guard", default=None)
_is_internal = ContextVar("oauth_provider_json2_internal", default=False)
_is_fetching = ContextVar("oauth_provider_json2_fetching", default=False)
_dry_run = ContextVar("oauth_provider_json2_dry_run", default=None)
_is_sorting = ContextVar("oauth_provider_json2_sorting", default=False)
_named = ContextVar("oauth_provider_json2_named", default=None)
_requested = ContextVar("oauth_provider_json2_requested", default=None)
_checked = ContextVar("oauth_provider_json2_checked", default=None)
#: What each of them is where nothing is set.
_DEFAULTS = {
    _access: None,
    _companies: None,
    _write_guard: None,
    _is_internal: False,
    _is_fetching: False,
    _dry_run: None,
    _is_sorting: False,
    _named: None,
    _requested: None,
    _checked: None,
}

# Asked by the hooks of the ORM


def access():
    """Return the access that limits this code (TokenAccess), or None."""
    return _access.get()


def limits(records):
    """Return whether an access limits what this code may do with ``records``.

    The superuser is never limited.
    """
    return _access.get() is not None and not records.env.su


def is_from_caller(records):
    """Return whether names that are used on ``records`` were sent by a limited caller.

    Otherwise they come from Odoo's own code, see :func:`is_internal`.
    """
    return _access.get() is not None and not records.env.su and not _is_internal.get()


def companies():
    """Return the ids (tuple) of the only allowed companies, or None for any."""
    return _companies.get()


def write_guard():
    """Return the WriteGuard that checks each write, or None."""
    return _write_guard.get()


def is_internal():
    """Return whether Odoo's own code is running, as part of a search or a fetch.

    It may read any field of a record: what the caller named has been checked before.
    """
    return _is_internal.get()


def is_fetching():
    """Return whether the ORM is fetching fields that were requested and checked.

    It finds the records of a list by a field of the other model, which need not be open
    to the caller.
    """
    return _is_fetching.get()


def dry_run_names():
    """Return the fields that a caller names in a search that is only tried, or None.

    It is built to see which fields it compares: search methods may look at others.

    :return: {(model name, field name)}
    """
    return _dry_run.get()


def is_sorting():
    """Return whether the code that sorts the records of an answer is running."""
    return _is_sorting.get()


def named_limit(model):
    """Return what limits a search of ``model`` (name) for what its caller names.

    :return: Domain, or None
    """
    named = _named.get()
    return named[1] if named and named[0] == model else None


def is_named_within(access):
    """Return whether it was named within the limits of ``access`` (TokenAccess)."""
    named = _named.get()
    return named is not None and named[4] is access


def named_fields(model):
    """Return the fields (set of names) of ``model`` (name) that a caller names.

    None where that is not known.
    """
    named = _named.get()
    return named[2] if named and named[0] == model else None


def requested_fields(model):
    """Return the fields (frozenset) of ``model`` (name) that the caller requests.

    None where the caller requests no fields of this model.
    """
    requested_model, fields = _requested.get() or (None, None)
    return fields if requested_model == model else None


def is_in_answer(records):
    """Return whether ``records`` are being prepared as the answer to a limited caller.

    Not while the ORM fetches their values.
    """
    if not _is_internal.get() or _is_fetching.get() or records.env.su:
        return False
    return _access.get() is not None and requested_fields(records._name) is not None


def is_domain_checked(model):
    """Return whether the caller's domain on ``model`` (name) has been checked."""
    return _checked.get() == model


# Set around a call, or a part of it


class _Setting:
    """A context in which one of the variables has a value.

    As a generator it would take twice as long, and there are hundreds in a call.
    """

    __slots__ = ("_mark", "_value", "_variable")

    def __init__(self, variable, value):
        self._variable = variable
        self._value = value

    def __enter__(self):
        self._mark = self._variable.set(self._value)
        return self._value

    def __exit__(self, *exc_info):
        self._variable.reset(self._mark)


@contextmanager
def without_limits():
    """Let the code inside begin as that of a request does: nothing limits it."""
    marks = [(variable, variable.set(value)) for variable, value in _DEFAULTS.items()]
    try:
        yield
    finally:
        for variable, mark in marks:
            variable.reset(mark)


def limited_to_scopes(limit):
    """Limit the code inside to an access.

    :param limit: TokenAccess, or None to lift the limit: the rights of the user apply
    """
    return _Setting(_access, limit)


@contextmanager
def limited_to_companies(company_ids):
    """Limit record rules inside to these companies, whatever a context says.

    :param company_ids: ids (iterable), or None for those of the context
    """
    mark = _companies.set(None if company_ids is None else tuple(company_ids))
    try:
        yield
    finally:
        _companies.reset(mark)


def guarded_by(guard):
    """Let ``guard`` (WriteGuard) check each write inside; None for no checks."""
    return _Setting(_write_guard, guard)


@contextmanager
def internal(is_internal=True):
    """Mark the code inside as Odoo's own, which reads what a search needs to run.

    :param is_internal: False marks it as running for the caller again
    """
    marks = _is_internal.set(is_internal), _is_fetching.set(False)
    try:
        yield
    finally:
        _is_fetching.reset(marks[1])
        _is_internal.reset(marks[0])


@contextmanager
def fetching():
    """Mark the code inside as the ORM's fetching of fields that have been checked."""
    marks = _is_internal.set(True), _is_fetching.set(True)
    try:
        yield
    finally:
        _is_fetching.reset(marks[1])
        _is_internal.reset(marks[0])


@contextmanager
def dry_run(names=frozenset()):
    """Allow search methods inside to look only at fields that the token opens.

    :param names: {(model name, field name)} of what the caller itself compares
    """
    mark = _dry_run.set(names)
    try:
        with internal():
            yield
    finally:
        _dry_run.reset(mark)


@contextmanager
def sorting():
    """Mark the code inside as sorting the records of an answer for the caller."""
    mark = _is_sorting.set(True)
    try:
        with internal(False):
            yield
    finally:
        _is_sorting.reset(mark)


def group_paths(model, name):
    """Return the fields below the field ``name`` by which a caller groups.

    :param model: name of the model that is grouped
    :return: set of names
    """
    named = _named.get()
    return named[3].get(name, set()) if named and named[0] == model else set()


@contextmanager
def naming(model, limit, names=None, paths=None):
    """Limit each search of ``model`` (name) to records that ``limit`` (Domain) matches.

    Not the searches that such a search leads to. None for both lifts the limit.

    :param names: fields (set of names) that the caller names, where all are known
    :param paths: {field: fields (set) of its records} by which the caller groups
    """
    before = _named.get()
    if before and before[0] == model:
        # What the call names goes on to hold
        names, paths = names or before[2], paths or before[3]
    new = (model, limit, names, paths or {}, _access.get())
    mark = _named.set(None if model is None else new)
    try:
        yield
    finally:
        _named.reset(mark)


@contextmanager
def requesting(model, fields):
    """Note that the caller requests ``fields`` (iterable) of ``model`` (name)."""
    mark = _requested.set((model, frozenset(fields)))
    try:
        with internal():
            yield
    finally:
        _requested.reset(mark)


@contextmanager
def domain_checked(model):
    """Note that the caller's domain on ``model`` (name) has been checked."""
    mark = _checked.set(model)
    try:
        yield
    finally:
        _checked.reset(mark)
