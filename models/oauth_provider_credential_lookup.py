# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime

from odoo import api, models, tools
from odoo.tools import SQL

from ..tools import secret

#: What is read along with a credential: (path to it, its fields). None: all that its
#: table holds.
READ = (
    ("", None),
    (
        "user_id",
        (
            "active",
            "oauth_identifier",
            "partner_id",
            "login",
            "share",
            "write_date",
            "oauth_has_picture",
        ),
    ),
    (
        "user_id.partner_id",
        ("name", "lang", "tz", "email", "phone", "write_date"),
    ),
    (
        "grant_id",
        (
            "client_id",
            "user_id",
            "expires_at",
            "revoked_at",
            "is_company_limited",
            "last_used",
            "declined_scope_ids",
            "allowed_company_ids",
        ),
    ),
)
#: Fields whose values are the same in JSON; dates are written in the way that Python
#: reads. The ORM reads the others when they are wanted.
PLAIN = ("boolean", "char", "integer", "many2one", "selection", "text")
#: Left out of a credential: it was found by the one, and few who wrote it when.
LEFT_OUT = ("digest", "create_uid", "write_uid", "write_date")
#: Arguments that a function of PostgreSQL takes at most, one of which is the id.
MOST = 99


def _is_read(field):
    """Tell whether the value of ``field`` in the table is what the ORM keeps."""
    return (
        field.store
        and field.name != "id"
        and field.name not in LEFT_OUT
        and field.type in (*PLAIN, "datetime")
        and bool(field.column_type)
        and not field.translate
        and not field.company_dependent
    )


def _to_datetime(_env, text):
    return text and datetime.fromisoformat(text)


def _to_ids(_env, ids):
    return tuple(ids)


def _to_scope_ids(env, ids):
    return tuple(env["oauth.provider.scope"].in_order(ids) if ids else ids)


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
        queries, groups = self._get_lookup()
        # A worker that came second is retried: nothing to log as an error
        self.env.cr.execute(
            queries[lock], (secret.digest(value),), log_exceptions=not lock
        )
        row = self.env.cr.fetchone()
        if not row or not row[0]:
            return self.browse()
        found = json.loads(row[0])
        # Where the ORM keeps what it has read; what this transaction changed stays
        cache = self.env.transaction.field_data
        for fields, (id_, *values) in zip(groups, found, strict=True):
            if not id_:
                continue
            for (field, convert), known in zip(fields, values, strict=True):
                if convert:
                    known = convert(self.env, known)
                cache[field].setdefault(id_, known)
        record = self.browse(found[0][0])
        record.client_id.warm()
        return record

    def init(self):
        """Store the query as a function, whose plan PostgreSQL keeps.

        To plan it takes longer than to run it, and a request does little else.
        """
        super().init()
        if self._abstract:
            return
        query, _groups = self._make_query()
        functions = dict(self._make_function(query, lock) for lock in (False, True))
        self._drop_functions(keep=functions)
        for name, definition in functions.items():
            # pylint: disable=sql-injection
            self.env.cr.execute(f"CREATE OR REPLACE FUNCTION {name}{definition}")

    def _drop_functions(self, keep=()):
        for name in set(self._find_functions()).difference(keep):
            self.env.cr.execute(SQL("DROP FUNCTION %s", SQL.identifier(name)))

    def _make_function(self, query, lock):
        """Return the name of the function of ``query``, and what follows it (str)."""
        found = self._finish(query, "wanted", lock, into=" INTO found")
        definition = (
            "(wanted text) RETURNS text LANGUAGE plpgsql"
            f" {'VOLATILE' if lock else 'STABLE'} AS $$ DECLARE found text;"
            f" BEGIN {found}; RETURN found; END $$"
        )
        # Another one, because an addon has added a column, has another name
        suffix = secret.digest(definition)[:12]
        return f"{self._table}_{'lock' if lock else 'find'}_{suffix}", definition

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

    def _finish(self, query, parameter, lock, into=""):
        """Return the whole statement (str) for what :meth:`_make_query` returns."""
        lock = f" FOR UPDATE OF {self._table}" if lock else ""
        selected, source = query
        return f"SELECT {selected}{into} FROM {source}{parameter}{lock}"  # noqa: S608

    @api.model
    @tools.ormcache()
    def _get_lookup(self):
        """Return how a credential is found by its digest.

        :return: ({whether to lock: query as str}, groups), see :meth:`_make_query`
        """
        query, groups = self._make_query()
        known = self._find_functions()
        queries = {}
        for lock in (False, True):
            name, _definition = self._make_function(query, lock)
            # Slower where an addon came since, until this one is updated
            plain = self._finish(query, "%s", lock)
            stored = f"SELECT {name}(%s)"
            queries[lock] = stored if name in known else plain
        return queries, groups

    @api.model
    def _make_query(self):
        """Return what finds a credential, and how to read what was found.

        It is one text, in JSON: PostgreSQL plans and sends many columns more slowly.

        :return: ((what is selected, from where without the digest at its end), groups);
            a group is of one record, whose id comes first and which may be missing:
            tuple of (field, function that makes its value of an environment and what
            the JSON holds, or None)
        """
        source = SQL.identifier(self._table)
        models_by_path, aliases = {"": self}, {"": self._table}
        groups, selected = [], []
        for path, names in READ:
            if path:
                start, _dot, name = path.rpartition(".")
                comodel = models_by_path[start]._fields[name].comodel_name
                models_by_path[path] = self.env[comodel]
                aliases[path] = path.replace(".", "__")
                source = SQL(
                    "%s LEFT JOIN %s AS %s ON %s = %s",
                    source,
                    SQL.identifier(models_by_path[path]._table),
                    SQL.identifier(aliases[path]),
                    SQL.identifier(aliases[path], "id"),
                    SQL.identifier(aliases[start], name),
                )
            model, alias = models_by_path[path], aliases[path]
            fields = [model._fields[name] for name in names or ("scope_ids",)]
            if not names:
                fields += filter(_is_read, model._fields.values())
                del fields[MOST:]
            read = [self._read_as_json(field, alias) for field in fields]
            groups.append(
                tuple(
                    (field, convert)
                    for field, (_sql, convert) in zip(fields, read, strict=True)
                )
            )
            values = [SQL.identifier(alias, "id"), *(sql for sql, _convert in read)]
            selected.append(SQL("json_build_array(%s)", SQL(", ").join(values)))
        found = SQL("json_build_array(%s)::text", SQL(", ").join(selected))
        source = SQL("%s WHERE %s = ", source, SQL.identifier(self._table, "digest"))
        return (found.code, source.code), tuple(groups)

    @api.model
    def _read_as_json(self, field, alias):
        """Return how ``field`` of the table ``alias`` (str) is put in JSON and read.

        :return: (SQL, function as in :meth:`_make_query`)
        """
        if field.name == "oauth_has_picture":
            user = SQL.identifier(alias, "partner_id")
            return self.env["res.users"]._get_picture_query(user), None
        if field.type == "many2many":
            ids = SQL(
                "ARRAY(SELECT %s FROM %s WHERE %s = %s)",
                SQL.identifier(field.column2),
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(alias, "id"),
            )
            is_scopes = field.comodel_name == "oauth.provider.scope"
            return ids, _to_scope_ids if is_scopes else _to_ids
        column = SQL.identifier(alias, field.name)
        if field.type == "datetime":
            # Whatever DateStyle says, and always with six digits
            return SQL("to_char(%s, 'YYYY-MM-DD HH24:MI:SS.US')", column), _to_datetime
        return column, None
