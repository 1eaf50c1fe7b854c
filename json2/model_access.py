# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What several scopes on one model open together, for one operation.

A field of a record is open if one of the scopes lists it and matches the record. So no
record has one set of open fields: which records a call sees depends on the fields that
its caller names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Domain
from odoo.orm.domains import DomainCustom
from odoo.tools import SQL

from . import current

#: Types of fields that hold several records.
LISTS = frozenset({"one2many", "many2many"})


@dataclass(frozen=True, slots=True)
class Opening:
    """What one scope opens, as it is for every caller.

    :ivar scope_id: its id
    :ivar model: name of its model
    :ivar operations: names (frozenset) of the operations and methods that it allows
    :ivar record_set: key that scopes share which open the same records
    :ivar fields: names of the fields that it lists (frozenset)
    :ivar filter_text: text of its filter; empty where it has none
    :ivar records: its records (Domain) where they are the same for everybody; None
        where each call has to evaluate the filter
    :ivar compared: names of the columns (tuple) that ``records`` compares with plain
        values, and nothing else; None where each call has to find out
    """

    scope_id: int
    model: str
    operations: frozenset
    record_set: tuple
    fields: frozenset
    filter_text: str
    records: Domain | None
    compared: tuple | None


@dataclass(frozen=True)
class Part:
    """What the scopes with the same records open.

    :ivar scope: one of them (record), which says which records these are
    :ivar records: those records (Domain)
    :ivar is_plain: whether anyone who looks ``records`` up finds the same
    :ivar fields: names of the fields that one of them lists (frozenset)
    :ivar listed: names of the fields that each of them lists (frozenset)
    """

    scope: object
    records: Domain
    is_plain: bool
    fields: frozenset
    listed: frozenset


@dataclass(frozen=True)
class ModelAccess:
    """What one operation may touch on one model.

    :ivar parts: one or more (tuple of :class:`Part`)
    :ivar look_up: function of scopes (list) that returns their records (Domain), looked
        up with the rights of the user
    :ivar granted: fields (frozenset of names) that count as open on every record
    """

    parts: tuple
    look_up: Callable
    granted: frozenset = frozenset()
    _domains: dict = dataclass_field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def fields(self):
        """Names of the fields (frozenset) that are open on any record."""
        return self.granted.union(*(part.fields for part in self.parts))

    @property
    def common_fields(self):
        """Names of the fields (frozenset) that are open whichever part has a record."""
        opened = [part.fields for part in self.parts]
        return self.granted | (frozenset.intersection(*opened) if opened else set())

    @property
    def default_fields(self):
        """Names of the fields (frozenset) that every scope lists.

        They are meant where a caller names none.
        """
        listed = [part.listed for part in self.parts]
        return self.granted | (frozenset.intersection(*listed) if listed else set())

    @property
    def domain(self):
        """The records (Domain) that are there for the token."""
        return self._get_records(frozenset(range(len(self.parts))))

    def get_domain(self, names):
        """Return the records (Domain) on which each of the fields ``names`` is open."""
        limit = self.get_limit(names)
        return self.domain if limit is None else self.domain & limit

    def get_limit(self, names):
        """Return what narrows the records to those on which all ``names`` are open.

        :param names: of fields (iterable of str); ``id`` is open on each record
        :return: Domain, or None where they are open on every record that is there
        """
        every = frozenset(range(len(self.parts)))
        wanted = {self._find_listing(name) for name in names if name != "id"}
        wanted.discard(every)
        if not wanted:
            return None
        return Domain.AND(map(self._get_records, sorted(wanted, key=sorted)))

    def is_open_everywhere(self, name):
        """Return whether the field ``name`` is open on every record that is there."""
        return self.get_limit((name,)) is None

    def _find_listing(self, name):
        """Return which parts (frozenset of numbers) open the field ``name``."""
        parts = list(enumerate(self.parts))
        found = frozenset(number for number, part in parts if name in part.fields)
        is_every = name in self.granted or any(
            self.parts[number].records.is_true() for number in found
        )
        return frozenset(range(len(parts))) if is_every else found

    def _get_records(self, numbers):
        """Return the records (Domain) of the parts with these ``numbers``."""
        if numbers not in self._domains:
            parts = [self.parts[number] for number in sorted(numbers)]
            found = Domain.OR(part.records for part in parts if part.is_plain)
            others = [part.scope for part in parts if not part.is_plain]
            if others and not found.is_true():
                # Together: each of them would take a query of its own
                others = self.look_up(others)
                found = others if found.is_false() else Either(found, others)
            self._domains[numbers] = found
        return self._domains[numbers]


def to_sql(domain, model, alias, query):
    """Return the condition (SQL) of ``domain`` for ``query`` on ``model``."""
    return domain.optimize_full(model)._to_sql(model, alias, query)


def _join(word, domains, searched):
    """Return the condition (SQL) of ``domains``, joined by ``word`` (AND or OR).

    :param searched: (model, alias, query), see :func:`to_sql`
    """
    found = [to_sql(domain, *searched) for domain in domains]
    return SQL("(%s)", SQL(f" {word} ").join(found))


class _Pair(DomainCustom):
    """Two domains as one condition: the ORM does not try to simplify them together."""

    __slots__ = ("_first", "_second")

    def __new__(cls, first, second, condition):
        """
        :param condition: function of a model, alias and Query that returns SQL
        """
        self = super().__new__(cls, condition)
        object.__setattr__(self, "_first", first)
        object.__setattr__(self, "_second", second)
        return self


class Either(_Pair):
    """The records of either domain.

    Records at hand are compared first; only the others are looked up.
    """

    __slots__ = ()

    def __new__(cls, compared, looked_up):
        """
        :param compared: Domain that records at hand are compared with
        :param looked_up: Domain by which they are looked up
        """
        both = (compared, looked_up)
        return super().__new__(
            cls, *both, lambda *searched: _join("OR", both, searched)
        )

    def _as_predicate(self, records):
        matched = set(records.filtered(self._first._as_predicate(records))._ids)
        others = records.browse(one for one in records._ids if one not in matched)
        if others:
            found = others.filtered(self._second._as_predicate(others))
            matched.update(found._ids)
        return lambda record: record._ids[0] in matched


class Rule(_Pair):
    """The record rules of a model, and what the scopes open.

    The ORM looks records up by it, or asks it about records that are at hand. What the
    scopes open is left out of a search that is known to find nothing else.
    """

    __slots__ = ()

    def __new__(cls, rules, records, is_known):
        """
        :param rules: what the record rules say (Domain)
        :param records: those that are open (Domain)
        :param is_known: function of a Query and the alias of the model in it
        """

        def condition(model, alias, query):
            parts = [rules] if is_known(query, alias) else [rules, records]
            return _join("AND", parts, (model, alias, query))

        return super().__new__(cls, rules, records, condition)

    def _as_predicate(self, records):
        return (self._first & self._second)._as_predicate(records)


def as_condition(domain):
    """Return ``domain`` as one that nobody takes for conditions of a caller.

    What a caller says of a field has a meaning of its own, such as which records a
    search shows by itself.

    :param domain: Domain, or None
    :return: Domain; the one of all records for None
    """
    if domain is None or domain.is_true() or domain.is_false():
        return Domain.TRUE if domain is None else domain

    def condition(model, alias, query):
        context = {**model.env.context, "active_test": False}
        model = model.with_env(model.env(su=True, context=context))
        with current.limited_to_scopes(None):
            return SQL("(%s)", to_sql(domain, model, alias, query))

    return Domain.custom(to_sql=condition)


def find_closed(access, records, operation, names):
    """Return those of ``records`` on which one of the fields ``names`` is closed.

    Where a field is open on every record, this does not look whether the records are
    there for the token: what it sees is a question of its own.

    :param access: :class:`.access.TokenAccess`
    :param records: recordset, of which each exists
    :param operation: ``read``, ``create`` or ``write``
    :param names: names of fields (iterable)
    """
    found = access.get_model_access(records._name, operation)
    if found is None:
        return records
    limit = found.get_limit(names)
    if limit is None or not records or not access.checks_records:
        return records.browse()
    with current.limited_to_scopes(None):
        every = records.sudo().with_context(active_test=False)
        domain = Domain("id", "in", records.ids) & as_condition(limit)
        return records - records.browse(every._search(domain))


def make_missing(model):
    """Return the error for a record that does not exist, or not for the token."""
    return MissingError(model.env._("Record does not exist or has been deleted."))


def check_open(access, records, operation, names):
    """Raise AccessError unless each of the fields ``names`` is open on all records.

    The parameters are those of :func:`find_closed`.

    :raise MissingError: for records that do not exist
    """
    names = sorted(names)
    closed = find_closed(access, records, operation, names)
    if not closed:
        return
    if closed - closed.sudo().exists().sudo(False):
        raise make_missing(records)
    name = next(
        (one for one in names if find_closed(access, records, operation, [one])),
        names[0],
    )
    if operation == "read":
        text = records.env._(
            "This access token does not allow to read “%(field)s” on each of these"
            " records of %(model)s.",
            field=name,
            model=records._name,
        )
    else:
        text = records.env._(
            "This access token does not allow to write “%(field)s” on each of these"
            " records of %(model)s.",
            field=name,
            model=records._name,
        )
    raise AccessError(text)
