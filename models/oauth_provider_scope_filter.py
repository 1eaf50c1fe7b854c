# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools.safe_eval import datetime, dateutil, safe_eval, time

from ..json2.access import TokenAccess, names_field, record_set
from ..json2.broken_filter import BROKEN_FILTER
from ..json2.domain import get_names
from ..json2.model_access import Opening
from ..json2.owner import get_condition, is_owned
from ..json2.plain_filter import is_plain
from ..storage import broken_filters
from ..storage.cache import cached_committed
from ..tools import filter_text
from ..tools.finding import CRITICAL, Finding

#: Records that are looked for where a filter is tried.
TRIED = 1000
#: For how long the check-up tells of a filter that has failed.
FAILURE_TOLD = timedelta(days=30)


class OAuthProviderScope(models.Model):
    """The filter of a scope: which records it means, and what if it cannot be used.

    It is evaluated for one person, and compared with the rights of that person: it may
    be broken for one and in order for another. A broken one means no record. Nobody is
    shown its text or what it compares; the log, the check-up and, where a request is
    refused for it, the event say of which scope it is.
    """

    _inherit = "oauth.provider.scope"

    filter_failed_at = fields.Datetime(
        string="Filter Failed On",
        readonly=True,
        copy=False,
        help="When the filter last could not be used for somebody, to the hour.",
    )

    # What it means

    def _get_domain(self, user, res_id=None):
        """Return the domain (Domain) of this scope for ``user`` (record).

        :param res_id: id of the only record to look at
        :raise BROKEN_FILTER: when the filter cannot be used
        """
        domain = Domain.TRUE if res_id is None else Domain("id", "=", res_id)
        if (ids := self.env.context.get("oauth_ids")) is not None:
            domain &= Domain("id", "in", ids)
        if self.filter_id:
            domain &= Domain(self._evaluate_filter(user))
        if self.model == "res.users" and self.own_user_only:
            domain &= Domain("id", "=", user.id)
        return domain

    def _evaluate_filter(self, user):
        """Return what the text of the filter means for ``user`` (record), now."""
        text = self.filter_id.domain
        if found := filter_text.read_for(text, user.id):
            return found[0]

        def context_today():
            # In the timezone of that user, not of the environment's
            return fields.Date.context_today(user.with_user(user))

        return safe_eval(
            text,
            {
                "uid": user.id,
                "time": time,
                "datetime": datetime,
                "relativedelta": dateutil.relativedelta.relativedelta,
                "context_today": context_today,
            },
        )

    def _get_shown_domain(self, records):
        """Return the domain (Domain) of what a search of this scope shows.

        With what the ORM adds to a search, which a filter may say itself: searched
        together with others, it is not added for each.

        :param records: recordset of the model, as the user
        """
        domain = self._get_domain(records.env.user)
        name = records._active_name
        is_tested = name and records.env.context.get("active_test", True)
        if is_tested and not names_field(domain, name):
            domain &= Domain(name, "=", True)
        return domain

    # What it finds

    def _search_records(self, records, res_id=None, limit=None):
        """Return the records of this scope, as the user of ``records``.

        :raise BROKEN_FILTER: when the filter cannot be used
        """
        if not self.filter_id:
            domain = self._get_domain(records.env.user, res_id)
            domain &= self._get_owner_condition(records)
            return records.search(domain, limit=limit)
        # PostgreSQL aborts the transaction for a value of the wrong type
        with self.env.cr.savepoint(flush=False):
            domain = self._get_domain(records.env.user, res_id)
            domain &= self._get_owner_condition(records)
            return records.search(domain, limit=limit)

    def _get_owner_condition(self, records):
        """Return the condition (Domain) that the token opens what a row belongs to.

        As on ``/json/2``. That of all rows where no token asks, or none has an owner.
        """
        token = self.env.context.get("oauth_token")
        if not token or not is_owned(records):
            return Domain.TRUE
        return get_condition(TokenAccess(token), records)

    def _find_records(self, records, res_id=None, limit=None):
        """Return the records of this scope, as the user of ``records``.

        :return: records; None if the filter is broken
        :raise AccessError: if the user may read no record of the model
        """
        return self._use_filter(
            records, lambda: self._search_records(records, res_id, limit)
        )

    def _count_records(self, records, limit=None):
        """Return how many records of this scope the user of ``records`` sees (int).

        None of them if the filter is broken.

        :param limit: largest number that matters, or None
        :raise AccessError: if the user may read no record of the model
        """

        def count():
            with self.env.cr.savepoint(flush=False):
                domain = self._get_domain(records.env.user)
                return records.search_count(domain, limit=limit)

        return self._use_filter(records, count) or 0

    def _use_filter(self, records, use):
        """Return ``use()``, or None if the filter is broken for that user.

        :param records: recordset of the model, as the user
        :param use: function that uses the filter, in a savepoint
        :raise AccessError: if the user may read no record of the model
        """
        # That is the right of the person; another AccessError is due to the filter
        records.browse().check_access("read")
        if not self.filter_id:
            return use()
        user = records.env.user
        if broken_filters.is_broken(self._get_use(user)):
            return None
        try:
            return use()
        except BROKEN_FILTER as error:
            self.note_broken(user, error)
            if isinstance(error, psycopg2.Error):
                # To run it takes a savepoint, and a line of Odoo in the log
                broken_filters.remember(self._get_use(user), broken=True)
            return None

    # On Odoo's own API, together with what the caller searches

    @api.private
    def get_usable_domain(self, user):
        """Return the domain (Domain) of this scope for ``user`` (record).

        :return: None if the filter of the scope is known to be broken
        """
        if self.filter_id and broken_filters.is_broken(self._get_use(user)):
            return None
        try:
            return self._get_domain(user)
        except BROKEN_FILTER as error:
            self.note_broken(user, error)
            return None

    @api.private
    def prefetch_usable_domain(self, user, opening=None):
        """Return the same as :meth:`get_usable_domain`, without a query.

        :param opening: :class:`~..json2.model_access.Opening` of this scope, or None:
            where it has the records, nothing of the scope is read
        """
        is_known = opening is not None and opening.records is not None
        if not is_known or "oauth_ids" in self.env.context:
            return self.prefetch().get_usable_domain(user)
        text = opening.filter_text
        if text and broken_filters.is_broken(self._get_use(user, text)):
            return None
        return opening.records

    @api.model
    @api.private
    @cached_committed("id_")
    def get_opening(self, id_):
        """Return what the scope ``id_`` opens, as it is for every caller.

        :return: :class:`~..json2.model_access.Opening`; None where it does not exist or
            has no model
        """
        scope = self.sudo().browse(id_).exists().prefetch()
        if not scope.model or scope.model not in self.env:
            return None
        return Opening(
            id_,
            scope.model,
            frozenset(scope.get_operations()),
            record_set(scope),
            scope.get_field_names(),
            scope.filter_id.domain or "",
            *scope._get_shared_records(),
        )

    def _get_shared_records(self):
        """Return the records of this scope that are the same for everybody.

        All calls of a worker share the Domain: the ORM notes on it how far it is worked
        out, which is then done once.

        :return: (records, compared) of an Opening
        """
        is_replaced = any(
            getattr(type(self), name) is not getattr(OAuthProviderScope, name)
            for name in ("_get_domain", "_evaluate_filter", "get_usable_domain")
        )
        if is_replaced or (self.model == "res.users" and self.own_user_only):
            return None, None
        if not self.filter_id:
            return Domain.TRUE, ()
        constant = filter_text.read_constant(self.filter_id.domain)
        if not constant:
            return None, None
        model = self.env(user=SUPERUSER_ID, su=True, context={})[self.model]
        try:
            domain = Domain(constant[0])
            if is_plain(model, domain):
                found, names = domain.optimize_full(model), get_names(domain)
                # One that a condition is left out of does not say what it is about
                if get_names(found) == names:
                    return found, tuple(names)
        except BROKEN_FILTER:
            # Evaluated where it is used, so that it is known for whom it fails
            return None, None
        # Code of a model is given the values, and may change them
        values = [one.value for one in domain.iter_conditions()]
        return (None if any(map(filter_text.can_change, values)) else domain), None

    @api.private
    def has_broken_filter(self, user):
        """Try each filter of these scopes by itself, and tell whether one is broken.

        From then on those open nothing to ``user``, see :meth:`get_usable_domain`. One
        that was tried a moment ago is not tried again.

        :param user: record
        """
        return any([scope._is_broken(user) for scope in self.sudo() if scope.filter_id])

    def _is_broken(self, user):
        """Return whether the filter of this scope fails for ``user`` (record)."""
        use = self._get_use(user)
        broken = broken_filters.is_broken(use)
        if broken is not None:
            return broken
        # The verdict is not only for this request: nothing of its context counts
        clean = self.env(user=user.id, su=False, context={"active_test": False})
        records = clean[self.model]
        try:
            with self.env.cr.savepoint(flush=False):
                # Several: a value of one record may be what it cannot compare
                domain = self._get_domain(records.env.user)
                records.search_count(domain, limit=TRIED)
        except BROKEN_FILTER as error:
            self.note_broken(user, error)
            broken = True
        broken_filters.remember(use, bool(broken))
        return bool(broken)

    @api.private
    def note_broken(self, user, error):
        """Let the administrator know that the filter is broken for ``user`` (record).

        Whatever becomes of the transaction.
        """
        now = fields.Datetime.now()
        broken_filters.note(self.env.registry, self._get_use(user), error, now)

    def _get_use(self, user, text=None):
        """Return what is remembered of the filter for ``user`` (record).

        :param text: of the filter, where it is known
        """
        text = text or self.filter_id.domain
        return broken_filters.Use(self.env.cr.dbname, self.id, user.id, text)

    # In the check-up

    @api.private
    def get_warnings(self):
        """Return the warnings about this scope: see :class:`~..tools.finding.Finding`.

        The severity is one of the check-up. The filter is tried with the rights of the
        environment's user: what it compares may be a secret.
        """
        self.ensure_one()
        scope = self.sudo()
        if not scope.filter_id or scope.model not in self.env:
            return []
        advice = self.env._(
            "It opens no record where it fails. Correct the filter; it may name a field"
            " that is gone, or compare what PostgreSQL cannot."
        )
        # Only its digest is kept
        evidence = scope.filter_id.domain
        try:
            scope._try_filter(self.env[scope.model].with_user(self.env.user))
        except BROKEN_FILTER:
            what = self.env._("its filter cannot be used")
            return [Finding("broken_filter", CRITICAL, what, advice, evidence)]
        failed_at = scope.filter_failed_at
        # A change of either may have been the remedy
        changed_at = max(scope.write_date, scope.filter_id.write_date)
        if not failed_at or failed_at < changed_at.replace(microsecond=0):
            return []
        if failed_at < fields.Datetime.now() - FAILURE_TOLD:
            return []
        what = self.env._(
            "its filter cannot be used for some people, last on %s",
            fields.Date.to_string(failed_at),
        )
        return [Finding("filter_failed", CRITICAL, what, advice, evidence)]
