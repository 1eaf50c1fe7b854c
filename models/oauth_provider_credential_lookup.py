# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json
from datetime import datetime

from odoo import api, models, tools
from odoo.tools import SQL

from ..tools import secret

#: What is read along with a credential: (field of it that leads there, fields there).
READ = (
    ("user_id", ("active", "oauth_identifier", "partner_id", "login", "share")),
    (
        "grant_id",
        (
            "client_id",
            "user_id",
            "expires_at",
            "revoked_at",
            "is_company_limited",
            "last_used",
            "consented_at",
            "scope_ids",
            "declined_scope_ids",
        ),
    ),
)
#: The same, where the claims about the user are wanted: (fields of the user beside
#: those, fields of the partner).
PERSON = (
    ("write_date", "oauth_has_picture"),
    ("name", "lang", "tz", "email", "phone", "write_date"),
)
#: Fields whose values are the same in JSON; dates are written in the way that Python
#: reads. The ORM reads the others when they are wanted.
PLAIN = ("boolean", "char", "integer", "json", "many2one", "selection", "text")
#: Left out of a credential: it was found by the one, and few who wrote it when.
LEFT_OUT = ("digest", "create_uid", "write_uid", "write_date")
#: Arguments that a function of PostgreSQL takes at most, but for the id and others.
MOST = 90


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
    def find(self, value, person=False):
        """Return the record of the credential ``value`` (str), dead or alive.

        :param person: whether to read along what the claims about its user are made of
        """
        return self._find(value, person=person)

    @api.private
    def find_and_lock(self, value, person=False):
        """Like :meth:`find`, and lock the row until the end of the transaction.

        Of two workers that present the same credential at once, the second waits, is
        then retried by Odoo on a fresh snapshot and sees what the first one did.
        """
        return self._find(value, lock=True, person=person)

    def _find(self, value, lock=False, person=False):
        if not value:
            return self.browse()
        digest = secret.digest(value)
        if not lock and (id_ := self.env.cr.cache.pop((self._name, digest), None)):
            return self.browse(id_)
        self.env.flush_all()
        query, group = self._get_lookup(person)
        if lock:
            query = f"{query} FOR UPDATE OF {self._table}"
        # A worker that came second is retried: nothing to log as an error
        self.env.cr.execute(query, (digest,), log_exceptions=not lock)
        row = self.env.cr.fetchone()
        return self._take(group, row[0]) if row else self.browse()

    def _take(self, group, text):
        """Return the record of what was found (str), which the ORM knows from now on.

        :param group: see :meth:`_make_query`
        """
        found = json.loads(text)
        self._keep(self.env.transaction.field_data, group, found)
        record = self.browse(found[0])
        record.client_id.warm()
        return record

    @api.private
    def look_beside(self, value, query, parameters):
        """Return another query that looks for the credential ``value`` (str) as well.

        :param query: that returns one row (str)
        :param parameters: of it (tuple)
        :return: (query as str, parameters); the last column of the row is for
            :meth:`keep_for_find`
        """
        self.env.flush_all()
        lookup, _group = self._get_lookup(False)
        whole = f"SELECT beside.*, ({lookup}) FROM ({query}) AS beside"  # noqa: S608
        return whole, (secret.digest(value), *parameters)

    @api.private
    def keep_for_find(self, value, text):
        """Let the next :meth:`find` of ``value`` do without a query of its own.

        :param text: what was found (str), or None
        """
        if text:
            _query, group = self._get_lookup(False)
            key = (self._name, secret.digest(value))
            self.env.cr.cache[key] = self._take(group, text).id

    def _keep(self, cache, group, found):
        """Put what was found where the ORM keeps what it has read.

        :param cache: of the transaction; what it has changed itself stays
        :param group: see :meth:`_make_query`
        :param found: id of a record and the values of the group (list), or None
        """
        if not found:
            return
        fields, groups = group
        id_, *values = found
        for (field, convert), known in zip(fields, values, strict=False):
            cache[field].setdefault(id_, convert(self.env, known) if convert else known)
        for inner, known in zip(groups, values[len(fields) :], strict=True):
            self._keep(cache, inner, known)

    @api.model
    @tools.ormcache("person")
    def _get_lookup(self, person):
        """Return how a credential is found by its digest; see :meth:`_make_query`."""
        return self._make_query(person)

    @api.model
    def _make_query(self, person=False):
        """Return what finds a credential by its digest, and how to read what it finds.

        The value is one text in JSON. Each record in it is a query of its own:
        PostgreSQL plans a few of those in half the time that it takes for one join of
        all. It plans them for each request, for Odoo makes it forget (DISCARD ALL) what
        a connection has prepared, and the plans of functions too.

        :param person: see :meth:`find`
        :return: (query as str, group); a group is of one record: (its fields, groups of
            the records read along), each field with the function that makes its value
            of an environment and what JSON holds, or None
        """
        names = [name for name, field in self._fields.items() if _is_read(field)]
        inner = []
        for link, wanted in READ:
            further = []
            if person and link == "user_id":
                wanted, further = (*wanted, *PERSON[0]), [("partner_id", PERSON[1], ())]
            inner.append((link, wanted, further))
        found, group = self._read_as_json(self, self._table, names[:MOST], inner)
        table, digest = self._table, SQL.identifier(self._table, "digest")
        query = SQL(
            "SELECT %s::text FROM %s WHERE %s = ", found, SQL.identifier(table), digest
        )
        return f"{query.code}%s", group

    @api.model
    def _read_as_json(self, model, alias, names, inner):
        """Return how a record is written to JSON and read from it.

        :param model: of the record
        :param alias: of its table (str)
        :param names: of the fields that are read
        :param inner: what is read along, of each record: (field of this one that leads
            there, names, inner)
        :return: (SQL, group); see :meth:`_make_query`
        """
        values, fields, groups = [SQL.identifier(alias, "id")], [], []
        for name in names:
            value, convert = self._value_as_json(model._fields[name], alias)
            values.append(value)
            fields.append((model._fields[name], convert))
        for link, its_names, its_inner in inner:
            comodel = self.env[model._fields[link].comodel_name]
            found, group = self._read_as_json(comodel, link, its_names, its_inner)
            groups.append(group)
            values.append(
                SQL(
                    "(SELECT %s FROM %s AS %s WHERE %s = %s)",
                    found,
                    SQL.identifier(comodel._table),
                    SQL.identifier(link),
                    SQL.identifier(link, "id"),
                    SQL.identifier(alias, link),
                )
            )
        found = SQL("json_build_array(%s)", SQL(", ").join(values))
        return found, (tuple(fields), tuple(groups))

    @api.model
    def _value_as_json(self, field, alias):
        """Return how the value of ``field`` is written to JSON, and read from it.

        :param alias: of the table that it is in (str)
        :return: (SQL, function as in :meth:`_make_query`)
        """
        if field.name == "oauth_has_picture":
            partner = SQL.identifier(alias, "partner_id")
            return self.env["res.users"]._get_picture_query(partner), None
        if field.type == "many2many":
            ids = SQL(
                "ARRAY(SELECT %s FROM %s WHERE %s = %s)",
                SQL.identifier(field.column2),
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(alias, "id"),
            )
            return ids, _to_scope_ids
        column = SQL.identifier(alias, field.name)
        if field.type == "datetime":
            # Whatever DateStyle says, and always with six digits
            return SQL("to_char(%s, 'YYYY-MM-DD HH24:MI:SS.US')", column), _to_datetime
        return column, None
