# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.exceptions import AccessError

from ..json2 import current, orm, owner
from ..json2.loading import current_load


class Base(models.AbstractModel):
    """The hooks of the ORM that every read and every write passes through.

    Without a token on Odoo's own API none of them does anything. What they do for a
    token is in :mod:`..json2.orm` and :mod:`..json2.write_guard`.
    """

    _inherit = "base"

    @property
    def _table_sql(self):
        if current.access() is None:
            return super()._table_sql
        # What a report is made of is read with the rights of the user
        with current.limited_to_scopes(None):
            return super()._table_sql

    @api.model
    def _has_field_access(self, field, operation):
        has_access = super()._has_field_access(field, operation)
        if not has_access or not current.limits(self):
            return has_access
        return orm.allows_field(self, field, operation)

    def _check_field_access(self, field, operation):
        try:
            return super()._check_field_access(field, operation)
        except AccessError:
            if not current.limits(self):
                raise
            raise orm.make_field_error(self, field, operation) from None

    # Access to records

    @api.private
    def check_access(self, operation):
        if not self or not current.limits(self) or not owner.is_owned(self):
            return super().check_access(operation)
        return owner.check_access(self, operation)

    def has_access(self, operation):
        if not self or not current.limits(self) or not owner.is_owned(self):
            return super().has_access(operation)
        return owner.filter_access(self, operation) == self

    def _filtered_access(self, operation):
        if not self or not current.limits(self) or not owner.is_owned(self):
            return super()._filtered_access(operation)
        return owner.filter_access(self, operation)

    def _check_access(self, operation):
        is_search = operation != "read" and current.is_internal()
        if not is_search or not current.limits(self):
            return super()._check_access(operation)
        return orm.check_for_search(self, super()._check_access, operation)

    # Searching

    @api.model
    @api.private
    @api.readonly
    def search_fetch(self, domain, field_names=None, offset=0, limit=None, order=None):
        run = super().search_fetch
        if not current.is_from_caller(self):
            return run(domain, field_names, offset, limit, order)
        return orm.search_fetch(self, run, domain, field_names, offset, limit, order)

    @api.model
    @api.readonly
    def search_count(self, domain, limit=None):
        with orm.checked_search(self, domain):
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
        if not current.limits(self):
            return super()._search(
                domain,
                offset,
                limit,
                order,
                active_test=active_test,
                bypass_access=bypass_access,
            )
        # What the ORM asks of no record is asked for a condition
        run = super(Base, self.browse())._search
        return orm.search(self, run, domain, offset, limit, order, active_test)

    @api.private
    def sorted(self, key=None, reverse=False):
        if not current.is_in_answer(self):
            return super().sorted(key, reverse)
        return orm.sort_answer(self, super().sorted, key, reverse)

    @api.private
    def filtered(self, func):
        is_by_active = isinstance(func, str) and func == self._active_name
        if not is_by_active or current.access() is None:
            return super().filtered(func)
        # The ORM leaves archived records out of each list, whatever of them is open
        with current.internal():
            return super().filtered(func)

    def _order_to_sql(self, order, query, alias=None, reverse=False):
        order = orm.get_order(self, order)
        return super()._order_to_sql(order, query, alias, reverse)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        with orm.checked_order_field(self, field_name):
            return super()._order_field_to_sql(
                alias, field_name, direction, nulls, query
            )

    # Fetching

    @api.private
    def fetch(self, field_names=None):
        if not current.limits(self) or current.is_fetching():
            return super().fetch(field_names)
        return orm.fetch(self, super().fetch, field_names)

    def _fetch_field(self, field):
        is_own = current.is_internal() and not current.is_fetching()
        if not is_own or not current.limits(self):
            return super()._fetch_field(field)
        # Odoo's own code reads a value that no caller has named
        with current.limited_to_scopes(None):
            return super()._fetch_field(field)

    def _fetch_query(self, query, fields):
        if not current.limits(self):
            return super()._fetch_query(query, fields)
        return orm.fetch_query(self, super()._fetch_query, query, fields)

    def _field_to_sql(self, alias, field_expr, query=None):
        if not current.limits(self):
            return super()._field_to_sql(alias, field_expr, query)
        return orm.field_to_sql(self, super()._field_to_sql, alias, field_expr, query)

    def _read_format(self, fnames, load="_classic_read"):
        if not current.limits(self):
            return super()._read_format(fnames, load)
        return orm.read_format(self, super()._read_format, fnames, load)

    def web_read(self, specification):
        if not current.limits(self):
            return super().web_read(specification)
        return orm.web_read(
            self, lambda some, limited: super().web_read(limited), specification
        )

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
        with orm.checked_search(self, domain):
            return super()._read_group(
                domain, groupby, aggregates, having, offset, limit, order
            )

    @api.model
    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        with orm.checked_search(self, domain):
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    def _read_group_groupby(self, alias, groupby_spec, query):
        with orm.checked_groupby(self, groupby_spec):
            return super()._read_group_groupby(alias, groupby_spec, query)

    def _read_group_select(self, aggregate_spec, query):
        with orm.named_by_caller(self):
            return super()._read_group_select(aggregate_spec, query)

    def _read_group_orderby(self, order, groupby_terms, query):
        with orm.named_by_caller(self):
            return super()._read_group_orderby(order, groupby_terms, query)

    @api.model
    def _read_group_fill_results(
        self,
        domain,
        groupby,
        annoted_aggregates,
        read_group_result,
        read_group_order=None,
    ):
        if current.limits(self):
            # What would be added are groups that no record of the answer belongs to
            return read_group_result
        return super()._read_group_fill_results(
            domain,
            groupby,
            annoted_aggregates,
            read_group_result,
            read_group_order=read_group_order,
        )

    # Writing

    def _compute_field_value(self, field):
        if current.access() is None and current.write_guard() is None:
            return super()._compute_field_value(field)
        if current.limits(self) and orm.is_searched_by_caller(self, field):
            with current.internal(), current.guarded_by(None):
                return super()._compute_field_value(field)
        # The token opens the value. It is computed with the rights of the user, and no
        # caller has sent what follows from other values.
        with current.limited_to_scopes(None), current.guarded_by(None):
            return super()._compute_field_value(field)

    @api.model_create_multi
    def create(self, vals_list):
        guard = current.write_guard()
        if guard is None:
            return super().create(vals_list)
        return guard.on_create(self, vals_list, super().create)

    @api.model
    def _add_missing_default_values(self, values):
        completed = super()._add_missing_default_values(values)
        guard = current.write_guard()
        return (
            completed if guard is None else guard.on_defaults(self, values, completed)
        )

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

    # Importing

    def _load_records_create(self, vals_list):
        load = current_load()
        if load is None:
            return super()._load_records_create(vals_list)
        return load.create_rows(self, vals_list)

    def _load_records_write(self, values):
        load = current_load()
        if load is None:
            return super()._load_records_write(values)
        return load.write_row(self, values)

    # Errors that are part of a result

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
        run, load = super()._load_records, current_load()
        try:
            if load is not None:
                return load.load_records(self, data_list, run)
            return run(data_list, update)
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
