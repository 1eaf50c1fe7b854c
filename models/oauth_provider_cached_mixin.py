# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import functools
from collections import namedtuple

from odoo import api, models

from ..storage.cache import cached_committed, invalidate


@functools.lru_cache(64)
def _get_values_class(names):
    """Return the named tuple for the fields ``names``: of all records the same one."""
    return namedtuple("Values", ["id", *names])


class OAuthProviderCachedMixin(models.AbstractModel):
    """Records that every request needs and that hardly ever change.

    Each worker keeps their values, as Odoo keeps its access rights: in the registry's
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

    #: Names of the fields that a request with a token needs, see :meth:`prefetch_core`.
    _core = frozenset()

    @api.private
    def prefetch_core(self):
        """Return these records; the few values that nearly all requests need are there.

        Of all of them it takes longer to tell the ORM than to use a few.
        """
        cache = self.env.transaction.field_data
        for id_ in self._ids:
            for field, value in self._get_core(id_):
                cache[field].setdefault(id_, value)
        return self

    @api.model
    @cached_committed("id_")
    def _get_core(self, id_):
        """Return those of :meth:`_get_cached` that are core."""
        return tuple(one for one in self._get_cached(id_) if one[0].name in self._core)

    @api.model
    @api.private
    @cached_committed("id_")
    def get_values(self, id_):
        """Return the core of the record ``id_`` as plain values, or None.

        A named tuple by the names of the fields, beside ``id``; relations are ids.
        """
        core = {field.name: value for field, value in self._get_core(id_)}
        if not core:
            return None
        return _get_values_class(tuple(core))(id_, *core.values())

    @api.private
    def prefetch(self):
        """Return these records, whose stored values are at hand without a query."""
        cache = self.env.transaction.field_data
        # Nobody writes this one: where the ORM has read it, the rest takes a query
        mark = cache[self._fields["create_date"]]
        for id_ in self._ids:
            if id_ in mark:
                continue
            for field, value in self._get_cached(id_):
                # What this transaction has changed stays
                cache[field].setdefault(id_, value)
        return self

    @api.model
    @cached_committed("id_")
    def _get_cached(self, id_):
        """Return what is kept of the record ``id_``: tuple of (field, cache value)."""
        record = self.sudo().browse(id_).exists()
        if not record:
            return ()
        kept = []
        for name, field in self._fields.items():
            if self._is_cached(field):
                # Computes what is pending, and leaves the value in the cache
                record[name]  # pylint: disable=pointless-statement
                kept.append((field, field._get_cache(record.env)[id_]))
        return tuple(kept)

    @api.model
    def _is_cached(self, field):
        """Tell whether the value of ``field`` is the same for everybody."""
        return (
            field.store
            and field.name != "id"
            and (field.column_type or field.type == "many2many")
            and not field.translate
            and not field.company_dependent
            and field not in self.env._field_depends_context
        )
