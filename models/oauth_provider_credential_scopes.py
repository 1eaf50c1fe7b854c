# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .oauth_provider_credential import CLOCKS


class OAuthProviderCredential(models.AbstractModel):
    """The scopes of a credential, which are a column of its row.

    Rows of a relation and their foreign keys would be a third of the time in which
    PostgreSQL stores a token. A scope that has been deleted since may still have its
    number here: it counts for nothing.
    """

    _inherit = "oauth.provider.credential"

    scope_numbers = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    scope_ids = fields.Many2many(
        comodel_name="oauth.provider.scope",
        string="Scopes",
        compute="_compute_scope_ids",
        compute_sudo=True,
        inverse="_inverse_scope_ids",
        search="_search_scope_ids",
        readonly=True,
    )

    @api.depends("scope_numbers")
    def _compute_scope_ids(self):
        scopes = self.env["oauth.provider.scope"]
        held = {record: set(record.scope_numbers or ()) for record in self}
        known = scopes.browse(set().union(*held.values())).exists()
        ordered = scopes.sort_ids(known._ids)
        for record, numbers in held.items():
            record.scope_ids = scopes.browse(n for n in ordered if n in numbers)

    def _inverse_scope_ids(self):
        for record in self:
            scopes = record.scope_ids
            record.sudo().scope_numbers = scopes.sort_ids(scopes.ids)

    @api.model
    def _search_scope_ids(self, operator, value):
        scopes = self.env["oauth.provider.scope"]
        if operator in ("any", "any!"):
            if isinstance(value, SQL):
                value = Domain("id", "any!", value)
            if isinstance(value, Domain):
                value = scopes._search(value, bypass_access=operator == "any!")
            return self._holds(value)
        if operator != "in":
            # The ORM asks for the opposite, and turns it round
            return NotImplemented
        ids = [one for one in value if isinstance(one, int) and one is not True and one]
        found = self._holds(scopes.browse(ids)._as_query(ordered=False))
        if False in value:
            found |= ~self._holds(scopes.sudo()._search(Domain.TRUE))
        return found

    def _holds(self, scopes):
        """Return the domain of the credentials that hold one of ``scopes`` (Query)."""

        def to_sql(model, alias, _query):
            # Nobody may read the column itself
            numbers = model._fields["scope_numbers"].to_sql(model.sudo(), alias)
            return SQL(
                "EXISTS (SELECT FROM jsonb_array_elements(%s) AS held"
                " WHERE held::int IN %s)",
                numbers,
                scopes.subselect(),
            )

        return Domain.custom(to_sql=to_sql)

    @api.model
    @api.private
    def count_by_scope(self, domain):
        """Return how many credentials of ``domain`` hold each scope: {id: number}."""
        column = self._fields["scope_numbers"].to_sql(self.sudo(), self._table)
        query = SQL(
            "SELECT held::int, count(*) FROM %s, jsonb_array_elements(%s) AS held"
            " WHERE %s IN %s GROUP BY 1",
            SQL.identifier(self._table),
            column,
            SQL.identifier(self._table, "id"),
            self._search(domain).subselect(),
        )
        return dict(self.env.execute_query(query))

    @api.model
    @api.private
    def get_removal(self, scope_ids, without_consent=False):
        """Return the statement (SQL) that takes scopes out of what may still be live.

        Also where the client has lost them meanwhile: it may have them again. What has
        expired opens nothing, on hosts whose clock is behind a day later; it keeps what
        it opened then, and the statement goes by the index on the time.

        :param scope_ids: ids (tuple)
        :param without_consent: leave out what opens no more than a person has allowed,
            which the grant says (see :meth:`allowed_scopes`)
        """
        wanted = SQL()
        if without_consent:
            wanted = SQL(
                " AND NOT EXISTS (SELECT FROM oauth_provider_grant AS allowed"
                " JOIN oauth_provider_client AS asking ON asking.id = allowed.client_id"
                " WHERE allowed.id = grant_id AND allowed.consented_at IS NOT NULL"
                " AND asking.skip_authorization IS NOT TRUE)"
            )
        return SQL(
            "UPDATE %s SET scope_numbers = (SELECT jsonb_agg(held ORDER BY place)"
            " FROM jsonb_array_elements(scope_numbers) WITH ORDINALITY AS"
            " every (held, place) WHERE held::int NOT IN %s)"
            " WHERE expires_at > %s"
            " AND scope_numbers @> ANY (%s::jsonb[])%s",
            SQL.identifier(self._table),
            scope_ids,
            fields.Datetime.now() - CLOCKS,
            [str(id_) for id_ in scope_ids],
            wanted,
        )
