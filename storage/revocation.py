# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Ending and removing many rows by one statement each.

There may be a million, which no request or job reads into its memory. What has expired
opens nothing, on hosts whose clock is behind a day later; it is left as it is, so that
the statements go by the index on the time.
"""

from dataclasses import dataclass

from odoo import fields
from odoo.tools import SQL

from .live_token import maybe_live_after


def revoke(credentials, query):
    """Revoke the rows that ``query`` (Query) finds.

    :param credentials: recordset of their model
    """
    credentials.env.flush_all()
    credentials.env.cr.execute(
        SQL(
            "UPDATE %s SET revoked_at = %s WHERE id IN %s",
            SQL.identifier(credentials._table),
            fields.Datetime.now(),
            query.subselect(),
        ),
        # Who comes second is retried: nothing to log as an error
        log_exceptions=False,
    )
    credentials.invalidate_model()


@dataclass(frozen=True)
class Revocation:
    """What users, clients or keys have, and what is written to revoke it.

    :ivar table: name
    :ivar link: name of the column that refers to them
    :ivar values: what is written (SQL)
    :ivar condition: which rows (SQL)
    """

    table: str
    link: str
    values: SQL
    condition: SQL

    def get_statement(self):
        """Return the statement (SQL) that revokes all; it answers who had any (ids)."""
        return SQL(
            "WITH ended AS (UPDATE %(table)s SET %(values)s WHERE %(condition)s"
            " RETURNING %(link)s) SELECT DISTINCT %(link)s FROM ended",
            **self._get_parts(),
        )

    def get_query(self):
        """Return the query (SQL) that answers who has any (ids)."""
        return SQL(
            "SELECT DISTINCT %(link)s FROM %(table)s WHERE %(condition)s",
            **self._get_parts(),
        )

    def _get_parts(self):
        return {
            "table": SQL.identifier(self.table),
            "link": SQL.identifier(self.link),
            "values": self.values,
            "condition": self.condition,
        }


def revoke_of(grants, link, ids):
    """Return the :class:`Revocation` of the grants of users or clients.

    :param grants: recordset of their model
    :param link: name of the column that refers to the users or clients
    :param ids: of the users or clients (list)
    """
    now, uid = fields.Datetime.now(), grants.env.uid
    values = SQL("revoked_at = %s, write_date = %s, write_uid = %s", now, now, uid)
    return Revocation(
        grants._table,
        link,
        values,
        SQL("%s = ANY(%s) AND revoked_at IS NULL", SQL.identifier(link), ids),
    )


def revoke_credentials_of(credentials, link, ids, includes_backends=True):
    """Return the same for codes or tokens.

    :param includes_backends: whether those without a grant end too
    """
    condition = SQL(
        "%s = ANY(%s) AND revoked_at IS NULL AND expires_at > %s",
        SQL.identifier(link),
        ids,
        maybe_live_after(),
    )
    if not includes_backends:
        condition = SQL("%s AND grant_id IS NOT NULL", condition)
    values = SQL("revoked_at = %s", fields.Datetime.now())
    return Revocation(credentials._table, link, values, condition)


def find_archived(owners, link, grants, credentials):
    """Return the archived users or clients (recordset) that still have anything.

    :param owners: recordset of the model of the users or clients
    :param link: name of the column that refers to them
    :param grants: recordset of the model of grants
    :param credentials: recordsets (list) of the models of codes and tokens
    """
    is_maybe_live = SQL(" AND h.expires_at > %s", maybe_live_after())
    has_any = [
        SQL(
            "EXISTS (SELECT FROM %s h WHERE h.%s = o.id AND h.revoked_at IS NULL%s)",
            SQL.identifier(model._table),
            SQL.identifier(link),
            SQL() if model is grants else is_maybe_live,
        )
        for model in (grants, *credentials)
    ]
    query = SQL(
        "SELECT id FROM %s o WHERE active IS NOT TRUE AND (%s)",
        SQL.identifier(owners._table),
        SQL(" OR ").join(has_any),
    )
    owners.env.flush_all()
    return owners.browse(id_ for (id_,) in owners.env.execute_query(query))


@dataclass(frozen=True)
class ScopeRemoval:
    """What takes scopes out of codes or tokens that may still be live.

    Also where the client has lost them meanwhile: it may have them again.

    :ivar table: name
    :ivar values: what is written (SQL)
    :ivar condition: which rows (SQL)
    """

    table: str
    values: SQL
    condition: SQL

    def get_statement(self):
        """Return the statement (SQL) that does it to all."""
        return SQL(
            "UPDATE %s SET %s WHERE %s",
            SQL.identifier(self.table),
            self.values,
            self.condition,
        )


def remove_scopes(credentials, scope_ids, without_consent=False):
    """Return the :class:`ScopeRemoval` of the scopes with these ids.

    :param credentials: recordset of the model of the codes or tokens
    :param scope_ids: ids (tuple)
    :param without_consent: leave out what opens no more than a person has allowed,
        which the grant says
    """
    condition = SQL(
        "expires_at > %s AND scope_numbers @> ANY (%s::jsonb[])",
        maybe_live_after(),
        [str(id_) for id_ in scope_ids],
    )
    if without_consent:
        condition = SQL(
            "%s AND NOT EXISTS (SELECT FROM oauth_provider_grant AS allowed"
            " JOIN oauth_provider_client AS asking ON asking.id = allowed.client_id"
            " WHERE allowed.id = grant_id AND allowed.consented_at IS NOT NULL"
            " AND asking.skip_authorization IS NOT TRUE)",
            condition,
        )
    values = SQL(
        "scope_numbers = (SELECT jsonb_agg(held ORDER BY place)"
        " FROM jsonb_array_elements(scope_numbers) WITH ORDINALITY AS"
        " every (held, place) WHERE held::int NOT IN %s)",
        scope_ids,
    )
    return ScopeRemoval(credentials._table, values, condition)


def count_expired(model, column, before):
    """Return how many rows of ``model`` have a ``column`` before a datetime."""
    query = SQL(
        "SELECT count(*) FROM %s WHERE %s < %s",
        SQL.identifier(model._table),
        SQL.identifier(column),
        before,
    )
    return model.env.execute_query(query)[0][0]


def remove_expired(model, column, before, start, limit):
    """Remove some rows of ``model`` whose ``column`` is before a datetime.

    Rows that a request has locked at this moment are left for the next run.

    :param start: where the batch before ended (datetime), or None: what has been
        removed is not walked through again
    :param limit: how many at most
    :return: tuple (how many, where it ended)
    """
    table, column = SQL.identifier(model._table), SQL.identifier(column)
    model.env.cr.execute(
        SQL(
            # As a subquery of the DELETE it could be run once a row
            "WITH old AS MATERIALIZED ("
            "SELECT id FROM %(table)s WHERE %(column)s < %(before)s%(since)s"
            " ORDER BY %(column)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED),"
            " removed AS (DELETE FROM %(table)s USING old"
            " WHERE %(table)s.id = old.id RETURNING %(column)s AS date)"
            " SELECT count(*), max(date) FROM removed",
            table=table,
            column=column,
            before=before,
            since=SQL(" AND %s >= %s", column, start) if start else SQL(),
            limit=limit,
        )
    )
    model.invalidate_model()
    removed, end = model.env.cr.fetchone()
    return removed, end or start
