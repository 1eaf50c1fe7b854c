# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools
from collections import namedtuple

from odoo import api, models
from odoo.tools import SQL

from ..storage import prefetch
from ..storage.cache import cached_committed, invalidate


@functools.lru_cache(64)
def _get_values_class(names):
    """Return the named tuple for the fields ``names``: of all records the same one."""
    return namedtuple("Values", ["id", *names])


class OAuthProviderCachedMixin(models.AbstractModel):
    """Records that every request needs and that hardly ever change: configuration.

    Each worker caches their values, as Odoo caches its access rights: in the registry's
    cache, which every change empties, in the other workers before their next request.
    """

    _name = "oauth.provider.cached.mixin"
    _description = "OAuth Provider Configuration"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        invalidate(self.env)
        return records

    def write(self, vals):
        result = super().write(vals)
        invalidate(self.env)
        return result

    def unlink(self):
        result = super().unlink()
        invalidate(self.env)
        return result

    @api.private
    def lock(self, names=None):
        """Keep these records from changing until this transaction ends.

        Their cached values are dropped and read from the database again.

        :param names: fields that are needed; all by default
        :raise psycopg2.errors.SerializationFailure: where one has changed since this
            transaction began; Odoo runs the request again
        """
        if ids := self._origin.ids:
            query = SQL(
                "SELECT FROM %s WHERE id = ANY(%s) FOR SHARE",
                SQL.identifier(self._table),
                ids,
            )
            self.env.cr.execute(query, log_exceptions=False)
            self.invalidate_recordset(names)

    @api.model
    @api.private
    @cached_committed("id_")
    def get_values(self, id_):
        """Return the cached values of the record ``id_`` as plain values, or None.

        A named tuple by the names of the fields, beside ``id``; relations are ids.
        """
        values = {field.name: value for field, value in self._get_cached(id_)}
        if not values:
            return None
        return _get_values_class(tuple(values))(id_, *values.values())

    @api.private
    def prefetch(self):
        """Return these records, whose stored values need no query."""
        # Nobody writes this one: where the ORM has read it, the rest takes a query
        mark = self.env.transaction.field_data[self._fields["create_date"]]
        for id_ in self._ids:
            if id_ not in mark:
                for one, values in self._list_cached(id_):
                    prefetch.fill(self.env, one, values)
        return self

    def _list_cached(self, id_):
        """Return what is cached for the record ``id_``: [(id, values)], see prefetch.

        The ids may be those of other records, too.
        """
        return [(id_, self._get_cached(id_))]

    @api.model
    @cached_committed("id_")
    def _get_cached(self, id_):
        """Return the cached values of the record ``id_``, see prefetch.read, or ()."""
        record = self.sudo().browse(id_).exists()
        cached = filter(self._is_cached, self._fields.values())
        return prefetch.read(record, cached) if record else ()

    @api.model
    def _is_cached(self, field):
        """Tell whether ``field`` has one stored value, the same for every user."""
        return (
            field.store
            and field.name != "id"
            and (field.column_type or field.type == "many2many")
            and not field.translate
            and not field.company_dependent
            and field not in self.env._field_depends_context
        )
