# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models, tools
from odoo.tools import SQL

from ..tools import secret

#: What is read along with a credential: (path to it, its fields). None: all that the
#: table holds.
JOINED = (
    (
        "user_id",
        ("active", "oauth_identifier", "partner_id", "login", "share", "write_date"),
    ),
    (
        "user_id.partner_id",
        ("name", "lang", "tz", "email", "phone", "write_date"),
    ),
    ("grant_id", None),
)
#: Relations that are read along: (path to the record, field). "" is the credential.
RELATIONS = (
    ("", "scope_ids"),
    ("grant_id", "declined_scope_ids"),
    ("grant_id", "allowed_company_ids"),
)


def _columns(model):
    """Return the names of the columns of ``model``, but for who wrote it when."""
    return [
        name
        for name, field in model._fields.items()
        if field.store
        and field.column_type
        and name not in ("id", "create_uid", "write_uid", "write_date")
    ]


class OAuthProviderCredential(models.AbstractModel):
    """Finding a credential, and all that decides what it is good for, in one query.

    The values go where the ORM keeps what it has read, so that the rules are written
    as anywhere else. Those of the client are kept, see
    :class:`.oauth_provider_configuration.OAuthProviderConfiguration`.
    """

    _inherit = "oauth.provider.credential"

    @api.private
    def find(self, value):
        """Return the record of the credential ``value`` (str), dead or alive."""
        return self._find(value)

    @api.private
    def find_and_lock(self, value):
        """Like :meth:`find`, and lock the row until the end of the transaction.

        Of two workers that present the same credential at once, the second waits, is
        then retried by Odoo on a fresh snapshot and sees what the first one did.
        """
        return self._find(value, lock=True)

    def _find(self, value, lock=False):
        if not value:
            return self.browse()
        self.env.flush_all()
        queries, columns, relations = self._get_lookup()
        # A worker that came second is retried: nothing to log as an error
        self.env.cr.execute(
            queries[lock], (secret.digest(value),), log_exceptions=not lock
        )
        row = self.env.cr.fetchone()
        if not row:
            return self.browse()
        # Where the ORM keeps what it has read; what this transaction changed stays
        cache = self.env.transaction.field_data
        for number, field, place in columns:
            if id_ := row[place]:
                cache[field].setdefault(id_, row[number])
        for number, field, place in relations:
            if id_ := row[place]:
                ids = row[number]
                if ids and field.comodel_name == "oauth.provider.scope":
                    ids = self.env[field.comodel_name].in_order(ids)
                cache[field].setdefault(id_, tuple(ids))
        record = self.browse(row[0])
        record.client_id.warm()
        return record

    def init(self):
        """Store the query as a function, whose plan PostgreSQL keeps.

        To plan it takes longer than to run it, and a request does little else.
        """
        super().init()
        if self._abstract:
            return
        query, columns, relations = self._make_query()
        types = dict.fromkeys((place for _n, _f, place in columns), "int4")
        types.update((number, field.column_type[1]) for number, field, _p in columns)
        types.update((number, "int4[]") for number, _field, _place in relations)
        result = ", ".join(f"c{number} {types[number]}" for number in sorted(types))
        names = {lock: self._function_name(query, lock) for lock in (False, True)}
        self._drop_functions(keep=names.values())
        for lock, name in names.items():
            # pylint: disable=sql-injection
            self.env.cr.execute(
                f"CREATE OR REPLACE FUNCTION {name}(wanted text)"
                f" RETURNS TABLE ({result})"
                f" LANGUAGE plpgsql {'VOLATILE' if lock else 'STABLE'} AS $$ BEGIN"
                f" RETURN QUERY {self._finish(query, 'wanted', lock)}; END $$"
            )

    def _drop_functions(self, keep=()):
        for name in set(self._find_functions()).difference(keep):
            self.env.cr.execute(SQL("DROP FUNCTION %s", SQL.identifier(name)))

    def _function_name(self, query, lock):
        # Another query, because an addon has added a column, has another name
        suffix = secret.digest(query)[:12]
        return f"{self._table}_{'lock' if lock else 'find'}_{suffix}"

    def _find_functions(self):
        """Return the names (list) of the functions of this model."""
        self.env.cr.execute(
            SQL(
                "SELECT proname FROM pg_proc WHERE proname ~ %s"
                " AND pronamespace = current_schema::regnamespace",
                f"^{self._table}_(find|lock)_[0-9a-f]{{12}}$",
            )
        )
        return [name for (name,) in self.env.cr.fetchall()]

    def _finish(self, query, parameter, lock):
        return f"{query}{parameter}{f' FOR UPDATE OF {self._table}' if lock else ''}"

    @api.model
    @tools.ormcache()
    def _get_lookup(self):
        """Return how a credential is found by its digest.

        :return: ({whether to lock: query as str}, columns, relations), see
            :meth:`_make_query`
        """
        query, columns, relations = self._make_query()
        known = self._find_functions()
        queries = {}
        for lock in (False, True):
            name = self._function_name(query, lock)
            # Slower where an addon came since, until this one is updated
            plain = self._finish(query, "%s", lock)
            stored = f"SELECT * FROM {name}(%s)"  # noqa: S608
            queries[lock] = stored if name in known else plain
        return queries, columns, relations

    @api.model
    def _make_query(self):
        """Return (query as str without the digest at its end, columns, relations).

        The latter are lists of (place in the row, field, place of the id of the record
        that the field is of).
        """
        columns, relations, selected = [], [], []
        source = SQL.identifier(self._table)
        models_by_path, places, aliases = {"": self}, {}, {"": self._table}

        def add(path, names):
            model, places[path] = models_by_path[path], len(selected)
            selected.append(SQL.identifier(aliases[path], "id"))
            for name in names:
                columns.append((len(selected), model._fields[name], places[path]))
                selected.append(SQL.identifier(aliases[path], name))

        add("", _columns(self))
        for path, names in JOINED:
            start, _dot, name = path.rpartition(".")
            comodel = models_by_path[start]._fields[name].comodel_name
            model = models_by_path[path] = self.env[comodel]
            aliases[path] = path.replace(".", "__")
            source = SQL(
                "%s LEFT JOIN %s AS %s ON %s = %s",
                source,
                SQL.identifier(model._table),
                SQL.identifier(aliases[path]),
                SQL.identifier(aliases[path], "id"),
                SQL.identifier(aliases[start], name),
            )
            add(path, names or _columns(model))
        for path, name in RELATIONS:
            field = models_by_path[path]._fields[name]
            relations.append((len(selected), field, places[path]))
            selected.append(
                SQL(
                    "ARRAY(SELECT %s FROM %s WHERE %s = %s)",
                    SQL.identifier(field.column2),
                    SQL.identifier(field.relation),
                    SQL.identifier(field.column1),
                    SQL.identifier(aliases[path], "id"),
                )
            )
        query = SQL(
            "SELECT %s FROM %s WHERE %s = ",
            SQL(", ").join(selected),
            source,
            SQL.identifier(self._table, "digest"),
        )
        return query.code, columns, relations
