# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from contextlib import nullcontext

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..json2 import current
from ..json2 import domain as json2_domain


class Base(models.AbstractModel):
    """The access hooks of the ORM, which it asks for every path to a value.

    Without a token on Odoo's own API none of them does anything.
    """

    _inherit = "base"

    @property
    def _table_sql(self):
        if current.access() is None:
            return super()._table_sql
        # What a report is made of is the user's own affair
        with current.held_to(None):
            return super()._table_sql

    @api.model
    def _has_field_access(self, field, operation):
        has_access = super()._has_field_access(field, operation)
        access = current.access()
        if access is None or not has_access or self.env.su:
            return has_access
        return self._oauth_allows_field(access, field, operation)

    def _oauth_allows_field(self, access, field, operation):
        """Tell whether ``access``, which holds now, opens a field to who asks.

        :param access: :class:`..json2.access.ApiAccess`
        """
        if operation != "read" or not current.is_internal():
            return access.allows_field(self, field, operation)
        if current.is_fetching() or not current.is_rehearsing():
            return True
        # Who calls, and for which company, is the same for each record searched
        user = self.env.user
        own = {"res.users": user._ids, "res.company": self.env.companies._ids}
        if self._ids and set(self._ids) <= set(own.get(self._name, ())):
            return True
        return access.allows_field(self, field, operation, internal=True)

    # Searching: what the caller names is checked first, then Odoo's own code runs

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        if not self._oauth_is_named_by_caller():
            return super().search_fetch(domain, field_names, offset, limit, order)
        json2_domain.check_search(self, domain, order)
        fields = self._determine_fields_to_fetch(field_names)
        if field_names is None:
            field_names = [field.name for field in fields]
        if not order or order == self._order:
            order = json2_domain.own_order(self)
        with current.asking(self._name, fields):
            return super().search_fetch(domain, field_names, offset, limit, order)

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        if not self._oauth_is_named_by_caller():
            return super().search_count(domain, limit)
        json2_domain.check_search(self, domain)
        with current.internal():
            return super().search_count(domain, limit)

    @api.model
    def _search(
        self,
        domain,
        offset=0,
        limit=None,
        order=None,
        *,
        active_test=True,
        bypass_access=False,
    ):
        access = current.access()
        if access is not None and not self.env.su:
            if not current.is_internal():
                json2_domain.check_search(self, domain, order)
            domain = json2_domain.narrow(access, self, Domain(domain))
            # A field that is marked to skip the rules of its model does not here
            bypass_access = False
            with current.internal():
                # What the ORM asks of no record is asked for a condition
                return super(Base, self.browse())._search(
                    domain, offset, limit, order, active_test=active_test
                )
        return super()._search(
            domain,
            offset,
            limit,
            order,
            active_test=active_test,
            bypass_access=bypass_access,
        )

    @api.private
    def sorted(self, key=None, reverse=False):
        if not current.is_internal() or current.is_fetching() or self.env.su:
            return super().sorted(key, reverse)
        if current.access() is None or current.asked(self._name) is None:
            return super().sorted(key, reverse)
        # The order of an answer says as much as the values that it is made by
        try:
            with current.internal(False):
                return super().sorted(key, reverse)
        except AccessError as error:
            raise AccessError(
                self.env._(
                    "%(model)s are sorted by it: list the field in the scope, or ask"
                    " for another order. %(reason)s",
                    model=self._name,
                    reason=error.args[0],
                )
            ) from None

    def _oauth_is_named_by_caller(self):
        """Tell whether a caller with a token has sent the names that are at hand."""
        if current.access() is None or self.env.su:
            return False
        return not current.is_internal()

    # Fetching

    @api.private
    def fetch(self, field_names=None):
        if current.access() is None or self.env.su or current.is_fetching():
            return super().fetch(field_names)
        if current.is_internal():
            with current.held_to(None):
                return super().fetch(field_names)
        fields = self._determine_fields_to_fetch(field_names)
        if field_names is None:
            field_names = [field.name for field in fields]
        self._oauth_forget_whole_lists(fields)
        with current.asking(self._name, fields):
            return super().fetch(field_names)

    def _fetch_field(self, field):
        is_own = current.is_internal() and not current.is_fetching()
        if not is_own or current.access() is None or self.env.su:
            return super()._fetch_field(field)
        # Odoo's own code reads a value that nobody has named
        with current.held_to(None):
            return super()._fetch_field(field)

    def _fetch_query(self, query, fields):
        if current.access() is None or self.env.su:
            lists = current.whole_lists()
            if lists is not None:
                lists.update(field for field in fields if not field.column_type)
            return super()._fetch_query(query, fields)
        asked = current.asked(self._name)
        named = [
            field
            for field in fields
            if asked is None or field in asked or field.column_type
        ]
        self._oauth_forget_whole_lists(named)
        # The fields have been checked. A list among them has a domain and an order of
        # its own, which no caller has written.
        with current.fetching():
            fetched = super()._fetch_query(query, named)
        for field in fields:
            if fetched and field not in named:
                # Odoo's own code needs it whole, and nobody else gets it
                with current.held_to(None):
                    field.read(fetched)
                current.whole_lists().add(field)
        return fetched

    def _oauth_forget_whole_lists(self, fields):
        """Take lists that are not held to the token out of the cache."""
        lists = current.whole_lists()
        for field in lists.intersection(fields) if lists else ():
            field._invalidate_cache(self.env)
            lists.discard(field)

    def _field_to_sql(self, alias, field_expr, query=None):
        if current.access() is None or self.env.su:
            return super()._field_to_sql(alias, field_expr, query)
        field = self._fields.get(field_expr.partition(".")[0])
        if field is None or not field.related or field.store:
            return super()._field_to_sql(alias, field_expr, query)
        # The ORM asks about the field that it is taken from, as superuser
        self._check_field_access(field, "read")
        with current.held_to(None):
            return super()._field_to_sql(alias, field_expr, query)

    # Grouping

    @api.model
    def _read_group(
        self,
        domain,
        groupby=(),
        aggregates=(),
        having=(),
        offset=0,
        limit=None,
        order=None,
    ):
        arguments = domain, groupby, aggregates, having, offset, limit, order
        if not self._oauth_is_named_by_caller():
            return super()._read_group(*arguments)
        json2_domain.check_search(self, domain)
        with current.internal():
            return super()._read_group(*arguments)

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        if not self._oauth_is_named_by_caller():
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        json2_domain.check_search(self, domain)
        with current.internal():
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    def _read_group_groupby(self, alias, groupby_spec, query):
        if current.access() is None or self.env.su:
            return super()._read_group_groupby(alias, groupby_spec, query)
        name = groupby_spec.partition(":")[0].partition(".")[0]
        # Records by number are answered with their names
        name = "display_name" if name == "id" else name
        with current.internal(False):
            if name in self._fields:
                # The ORM does not ask for a many2many
                self._check_field_access(self._fields[name], "read")
            return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        with self._oauth_named():
            return super()._read_group_select(aggregate_spec, query)

    def _read_group_orderby(self, order, groupby_terms, query):
        with self._oauth_named():
            return super()._read_group_orderby(order, groupby_terms, query)

    def _oauth_named(self):
        """Return the context in which the limits of a token hold for what is named."""
        if current.access() is None or self.env.su:
            return nullcontext()
        return current.internal(False)

    @api.model
    def _read_group_fill_results(
        self,
        domain,
        groupby,
        annoted_aggregates,
        read_group_result,
        read_group_order=None,
    ):
        if current.access() is not None and not self.env.su:
            # What would be added are groups that no record of the answer belongs to
            return read_group_result
        return super()._read_group_fill_results(
            domain,
            groupby,
            annoted_aggregates,
            read_group_result,
            read_group_order=read_group_order,
        )

    def web_read(self, specification):
        access = current.access()
        if access is not None and not self.env.su:
            specification = access.hold_specification(self, specification)
        return super().web_read(specification)

    def _order_to_sql(self, order, query, alias=None, reverse=False):
        is_own = not order or order == self._order
        if is_own and current.access() is not None and not self.env.su:
            order = json2_domain.own_order(self)
        return super()._order_to_sql(order, query, alias, reverse)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        if current.access() is None or self.env.su or current.is_internal():
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )
        name = field_name.partition(".")[0].partition(":")[0]
        if name in self._fields:
            self._check_field_access(self._fields[name], "read")
        # A many2one is ordered by what its model is ordered by
        with current.internal():
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )

    @api.private
    def filtered(self, func):
        is_by_active = isinstance(func, str) and func == self._active_name
        if not is_by_active or current.access() is None:
            return super().filtered(func)
        # The ORM leaves what is archived out of each list, whatever of it is open
        with current.internal():
            return super().filtered(func)

    def _compute_field_value(self, field):
        if current.access() is None and current.write_guard() is None:
            return super()._compute_field_value(field)
        # The token opens the value; what it is made of is the user's own affair, and
        # what follows from other values by itself no caller has sent
        with current.held_to(None), current.guarded_by(None):
            return super()._compute_field_value(field)

    # What a write reaches

    @api.model_create_multi
    def create(self, vals_list):
        guard = current.write_guard()
        if guard is None:
            return super().create(vals_list)
        return guard.on_create(self, vals_list, super().create)

    def write(self, vals):
        guard = current.write_guard()
        if guard is None:
            return super().write(vals)
        return guard.on_write(self, vals, super().write)

    def unlink(self):
        guard = current.write_guard()
        if guard is None:
            return super().unlink()
        return guard.on_unlink(self, super().unlink)

    def _parent_store_create(self):
        guard = current.write_guard()
        if guard is not None:
            # The first thing that happens to new records
            guard.on_new(self)
        return super()._parent_store_create()

    # Errors that a caller with a token is told of

    def _check_field_access(self, field, operation):
        try:
            return super()._check_field_access(field, operation)
        except AccessError:
            if current.access() is None or self.env.su:
                raise
            # Odoo's own text may name more than the field
            raise AccessError(
                self.env._(
                    "This access token does not allow to %(operation)s “%(field)s” on"
                    " %(model)s.",
                    operation=operation,
                    field=field.name,
                    model=self._name,
                )
            ) from None

    @api.model
    def _sql_error_to_message(self, exc):
        answer = self.env["ir.http"]._oauth_get_error_answer()
        if answer is None:
            return super()._sql_error_to_message(exc)
        return answer.describe_result(exc, self.env.context.get("lang"))

    def _load_records(self, data_list, update=False):
        answer = self.env["ir.http"]._oauth_get_error_answer()
        if answer is None:
            return super()._load_records(data_list, update)
        try:
            return super()._load_records(data_list, update)
        except Exception as error:
            # The text of this one becomes a part of the result
            said = answer.replace_in_result(error, self.env.context.get("lang"))
            if said is error:
                raise
            raise said from error

    @api.model
    def load(self, fields, data):
        result = super().load(fields, data)
        answer = self.env["ir.http"]._oauth_get_error_answer()
        if answer is not None:
            lang = self.env.context.get("lang")
            answer.clean_result(result["messages"], fields, self._name, lang)
        return result
