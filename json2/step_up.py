# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Which further scopes would open a call that was refused (RFC 6750 section 3.1).

The answer to a call names the scopes to ask for next: those that the token has, and the
fewest of its client's others that open the call. Some applications ask for exactly
what is named, and do so after each refusal: nothing is named that does not help.

No record is looked at. The token does not have these scopes: whether they open a record
would tell it that there is one. So a call on a record that they do not open either ends
as one on a missing record after the step-up, and is not refused again.

What the call needs is found by trying its checks on no record, each time with what was
missing before. Then the scopes are combined by the rules of :mod:`.access`, and the
result is tried once more.
"""

import logging
from collections import Counter
from dataclasses import replace
from typing import NamedTuple

from odoo.exceptions import AccessError

from .access import TokenAccess, record_set
from .broken_filter import BROKEN_FILTER
from .model_access import ModelAccess
from .need import get_need, missing
from .stand_in import counts_on, get_models

_logger = logging.getLogger(__name__)

#: Up to how many further scopes the fewest are found. Beyond, one that meets the most
#: needs is added at a time.
MOST_EXACT = 3
MOST_ADDED = 10
#: How often the checks of a call are tried to learn what it needs, and how many
#: combinations are looked at.
MOST_TRIALS = 30
MOST_STEPS = 3000
OPERATIONS = frozenset({"read", "create", "write", "unlink"})


def find(access, env, need, check):
    """Return the scopes to ask for (sorted list of codes), or None if none help.

    :param access: :class:`.access.TokenAccess` of the token
    :param env: environment of the call, as the token's user
    :param need: :class:`.need.Need` for which the call was refused
    :param check: function of an access that checks the call on no record, and raises
        as the call does
    """
    try:
        added = _Search(access, env, check).run(need)
    except Exception as error:  # noqa: BLE001 it is an answer to an error already
        _logger.error("No further scopes are found, for a %s", type(error).__name__)
        return None
    if added is None:
        return None
    return sorted({*access.scopes.mapped("code"), *added.mapped("code")})


def find_for_related(access, env, needs, check):
    """Return the scopes to ask for where a change of other records was refused.

    The parameters are those of :func:`find`, but ``needs``, the list of what the token
    needs to make that change by itself. It may have all of that, and not for those
    records: further scopes are no answer then.
    """

    def check_both(trial):
        check(trial)
        for need in needs:
            found = trial.get_model_access(need.model, need.operation)
            if found is None or not need.fields <= found.fields:
                raise missing(AccessError("missing"), need)

    try:
        # As below, on no record: those that the call names are known by now
        check_both(_Trial(access, access.scopes))
    except AccessError as error:
        need = get_need(error)
        return find(access, env, need, check_both) if need else None
    except Exception as error:  # noqa: BLE001 it is an answer to an error already
        _logger.error("No further scopes are found, for a %s", type(error).__name__)
    return None


class _Trial(TokenAccess):
    """The access that a token would have with other scopes.

    :ivar granted: {(model, operation): names of fields} that count as open besides
    """

    checks_records = False

    def __init__(self, access, scopes, granted=None):
        self.token, self.scopes, self.companies = access.token, scopes, access.companies
        self.broken, self.defaults, self.notes = {}, access.defaults, access.notes
        self.granted = granted or {}
        self._limited = None
        self._by_operation = {}
        self._by_scope = {}

    def get_model_access(self, model, operation):
        found = super().get_model_access(model, operation)
        names = self.granted.get((model, operation))
        if names is None:
            return found
        if found is None:
            return ModelAccess((), self._with_user_rights, frozenset(names))
        return replace(found, granted=frozenset(names))


class _Facts(NamedTuple):
    """What of one scope matters here."""

    id: int
    code: str
    model: str
    operations: frozenset
    fields: frozenset
    records: tuple

    @classmethod
    def of(cls, scopes):
        """Return those (list) of each of ``scopes`` (records)."""
        return [
            cls(
                scope.id,
                scope.code,
                scope.model,
                frozenset(scope.get_operations()),
                frozenset(scope.field_ids.mapped("name")),
                record_set(scope),
            )
            for scope in scopes
        ]

    def allows(self, need):
        """Return whether it opens the model of ``need`` for its operation."""
        is_on = counts_on(self.model, need.model, need.operation)
        return is_on and need.operation in self.operations

    def helps(self, need):
        """Return whether it is one that meeting ``need`` may take."""
        return self.allows(need) and (
            not need.fields or not need.fields.isdisjoint(self.fields)
        )


class _Search:
    """The search for the fewest further scopes that open one call."""

    def __init__(self, access, env, check):
        self._access, self._env, self._check = access, env, check
        others = access.token.client_id.scope_ids - access.scopes
        self._others = others.prefetch().sorted("code")
        self._held = _Facts.of(access.scopes)
        self._trials = self._steps = 0
        self._needs = []

    def run(self, need):
        """Return the scopes (records) that open a call with this ``need``, or None."""
        if not self._others:
            return None
        if self._find_needs(need):
            usable = self._others.filtered(lambda scope: not scope.full_access)
            found = self._find_fewest(_Facts.of(usable))
            if found is not None:
                return found
        full = self._others.filtered("full_access")[:1]
        return full if full and self._is_right_of_user() else None

    def _try(self, scopes, granted=None):
        """Return the :class:`.need.Need` that is left, True for none, None if unknown.

        :param scopes: of the token (records)
        """
        self._trials += 1
        try:
            self._check(_Trial(self._access, scopes, granted))
        except AccessError as error:
            return get_need(error)
        except BROKEN_FILTER:
            # The caller may have sent nonsense besides
            return None
        return True

    def _find_needs(self, need):
        """Find all that the call needs, and tell whether scopes can open it."""
        granted = {}
        while need is not True:
            if need is None or need in self._needs or self._trials >= MOST_TRIALS:
                return False
            self._needs.append(need)
            if need.operation is None:
                return False
            names = granted.setdefault((need.model, need.operation), set())
            names.update(need.fields)
            need = self._try(self._access.scopes, granted)
        return True

    def _is_right_of_user(self):
        """Return whether the user may do what the call needs, as far as is known."""
        for need in self._needs:
            model = self._env[need.model]
            right = need.operation if need.operation in OPERATIONS else "read"
            kind = "read" if right == "read" else "write"
            if not model.has_access(right):
                return False
            fields = [model._fields[name] for name in need.fields]
            if fields and not any(model._has_field_access(f, kind) for f in fields):
                return False
        return True

    # Combining

    def _find_fewest(self, others):
        """Return the fewest of ``others`` (_Facts) that open the call, or None."""
        added = self._combine(self._without_equals(others))
        if added is None:
            return None
        scopes = self._others.browse([one.id for one in added])
        return scopes if self._try(self._access.scopes | scopes) is True else None

    def _combine(self, others):
        """Return the fewest of ``others`` (_Facts) that meet the needs, or None."""
        for number in range(1, MOST_EXACT + 1):
            found = set()
            self._collect(others, frozenset(), number, found)
            if found:
                return min(found, key=lambda one: sorted(scope.code for scope in one))
        return self._add_up(others)

    def _collect(self, others, added, number, found):
        """Add to ``found`` (set) each combination of ``added`` and ``number`` more."""
        self._steps += 1
        unmet = self._get_unmet(added)
        if unmet is None:
            found.add(added)
            return
        for scope in others if number else ():
            if self._steps > MOST_STEPS:
                return
            if scope not in added and scope.helps(unmet):
                self._collect(others, added | {scope}, number - 1, found)

    def _add_up(self, others):
        """Return what meets the needs, adding the best scope at a time, or None."""
        added = frozenset()
        while (unmet := self._get_unmet(added)) is not None:
            helping = [one for one in others if one not in added and one.helps(unmet)]
            if not helping or len(added) >= MOST_ADDED:
                return None
            # Of equal ones the first by its code
            added |= {max(helping, key=lambda one: self._count_met(added | {one}))}
        return added

    def _get_unmet(self, added):
        """Return the first need that is not met with ``added`` (frozenset), or None."""
        scopes = [*self._held, *added]
        return next((one for one in self._needs if not _meets(scopes, one)), None)

    def _count_met(self, added):
        scopes = [*self._held, *added]
        return sum(_meets(scopes, one) for one in self._needs)

    def _without_equals(self, others):
        """Return ``others`` without those that open the same of what is needed.

        The first by its code stays. Those with a filter of their own are equal too.
        """
        models = {need.model for need in self._needs}
        named = frozenset(name for need in self._needs for name in need.fields)
        operations = frozenset(need.operation for need in self._needs)
        others = [one for one in others if not models.isdisjoint(get_models(one.model))]
        shared = Counter(scope.records for scope in others)
        shared.update(scope.records for scope in self._held)
        first = {}
        for scope in others:
            key = (
                scope.model,
                scope.records if shared[scope.records] > 1 else None,
                scope.operations & operations,
                scope.fields & named,
            )
            first.setdefault(key, scope)
        return list(first.values())


def _meets(scopes, need):
    """Return whether ``scopes`` (_Facts) together meet ``need``.

    Scopes add up: one that helps is enough.
    """
    return any(scope.helps(need) for scope in scopes)
