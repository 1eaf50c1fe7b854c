# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo import api, models, tools
from odoo.tools import SQL

from ..storage.row_reader import RowReader, to_datetime
from ..tools import secret

#: What is read along with a credential: (field of it that leads there, fields there).
#: The ORM reads the others when they are wanted.
READ = (
    # Odoo asks for the last three of the user of every call to its API
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
            "declined_numbers",
        ),
    ),
)
#: The same, where the claims about the user are wanted: (fields of the user beside
#: those, fields of the partner).
PERSON = (
    ("write_date",),
    ("name", "lang", "tz", "email", "phone", "write_date"),
)
#: Fields whose values are the same in JSON, or a date in the way of ISO 8601.
PLAIN = frozenset(
    (
        *("boolean", "char", "datetime", "integer"),
        *("json", "many2one", "selection", "text"),
    )
)
#: What decides on a credential.
NEEDED = frozenset(
    (
        *("client_id", "user_id", "grant_id", "audience", "scope_numbers"),
        *("create_date", "expires_at", "revoked_at", "used_at"),
    )
)
#: Arguments that a function of PostgreSQL takes at most, but for the id and others.
MOST = 90


def _is_plain(field):
    """Tell whether the value of ``field`` in the table can be read through JSON."""
    return (
        field.store
        and field.name != "id"
        and field.type in PLAIN
        and bool(field.column_type)
        and not field.translate
        and not field.company_dependent
    )


def _is_identifier(field):
    """Tell whether the value of ``field`` is in ``oauth.provider.subject``."""
    return field.name == "oauth_identifier" and not field.store


class OAuthProviderCredential(models.AbstractModel):
    """Finding a credential, and all that decides what it is good for, in one query.

    The values go where the ORM keeps what it has read, so that the rules are written
    as anywhere else. Those of the client are kept, see
    :class:`.oauth_provider_cached_mixin.OAuthProviderCachedMixin`.
    """

    _inherit = "oauth.provider.credential"

    @api.model
    def _get_left_out(self):
        """Return the names (set) of fields that few requests want.

        Of a record that has been found the ORM reads them when they are wanted.
        """
        return {
            *("digest", "backend_client_id", "backend_user_id"),
            *("create_uid", "write_uid", "write_date"),
        }

    @api.private
    def find(self, value):
        """Return the record of the credential ``value`` (str), dead or alive."""
        return self._as_record(*self._look_up(value))

    @api.private
    def knows(self, value):
        """Tell whether there is a credential ``value`` (str), dead or alive."""
        row, _reader = self._look_up(value)
        return bool(row)

    @api.private
    def find_and_lock(self, value, person=False):
        """Like :meth:`find`, and lock the row until the end of the transaction.

        :param person: whether to read along what the claims about its user are made of

        Of two workers that present the same credential at once, the second waits, is
        then retried by Odoo on a fresh snapshot and sees what the first one did.
        """
        return self._as_record(*self._look_up(value, lock=True, person=person))

    def _look_up(self, value, lock=False, person=False):
        """Return what is found of the credential ``value`` (str), as plain values.

        :return: (row or None, :class:`~..storage.row_reader.RowReader` that made it)
        """
        query, reader = self._get_lookup(person)
        if not value:
            return None, reader
        self.env.flush_all()
        if lock:
            query = f"{query} FOR UPDATE OF {self._table}"
        # A worker that came second is retried: nothing to log as an error
        digest = secret.digest(value)
        self.env.cr.execute(query, (digest,), log_exceptions=not lock)
        found = self.env.cr.fetchone()
        return found and reader.parse(json.loads(found[0])), reader

    def _as_record(self, row, reader):
        """Return the record of what was found, which the ORM knows from now on."""
        if not row:
            return self.browse()
        reader.keep(self.env.transaction.field_data, row)
        record = self.browse(row.id)
        record.client_id.prefetch_core()
        return record

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

        :param person: see :meth:`find_and_lock`
        :return: (query as str, :class:`~..storage.row_reader.RowReader`)
        """
        names = [
            name
            for name, field in self._fields.items()
            if _is_plain(field) and name not in self._get_left_out()
        ]
        # Addons may have many fields; these are looked at in any case
        names.sort(key=lambda name: name not in NEEDED)
        inner = []
        for link, wanted in READ:
            further = []
            if person and link == "user_id":
                wanted = (*wanted, *PERSON[0])
                further = [
                    ("partner_id", self._keep_read("res.partner", PERSON[1]), ())
                ]
            comodel = self._fields[link].comodel_name
            inner.append((link, self._keep_read(comodel, wanted), further))
        found, reader = self._read_as_json(self, self._table, names[:MOST], inner)
        table, digest = self._table, SQL.identifier(self._table, "digest")
        query = SQL(
            "SELECT %s::text FROM %s WHERE %s = ", found, SQL.identifier(table), digest
        )
        return f"{query.code}%s", reader

    @api.model
    @api.private
    def reads_whole_person(self):
        """Tell whether all that the claims about a person are made of is read along.

        An addon may have made one of the fields another kind, which takes the ORM.
        """
        of_user = (*dict(READ)["user_id"], *PERSON[0])
        return all(
            self._keep_read(model, names) == names
            for model, names in (("res.users", of_user), ("res.partner", PERSON[1]))
        )

    @api.model
    def _keep_read(self, model, names):
        """Return those of ``names`` (tuple) of fields of ``model`` that can be read."""
        known = self.env[model]._fields
        return tuple(
            name
            for name in names
            if _is_plain(known[name])
            or _is_identifier(known[name])
            or (known[name].type == "many2many" and known[name].store)
        )

    @api.model
    def _read_as_json(self, model, alias, names, inner):
        """Return how a record is written to JSON and read from it.

        :param model: of the record
        :param alias: of its table (str)
        :param names: of the fields that are read
        :param inner: what is read along, of each record: (field of this one that leads
            there, names, inner)
        :return: (SQL, :class:`~..storage.row_reader.RowReader`)
        """
        values, fields, inner_readers = [SQL.identifier(alias, "id")], [], []
        for name in names:
            value, convert = self._value_as_json(model._fields[name], alias)
            values.append(value)
            fields.append((model._fields[name], convert))
        for link, its_names, its_inner in inner:
            comodel = self.env[model._fields[link].comodel_name]
            found, reader = self._read_as_json(comodel, link, its_names, its_inner)
            inner_readers.append((link, reader))
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
        return found, RowReader(fields, inner_readers)

    @api.model
    def _value_as_json(self, field, alias):
        """Return how the value of ``field`` is written to JSON, and read from it.

        :param alias: of the table that it is in (str)
        :return: (SQL, function of what JSON holds or None)
        """
        if field.type == "many2many":
            ids = SQL(
                "ARRAY(SELECT %s FROM %s WHERE %s = %s)",
                SQL.identifier(field.column2),
                SQL.identifier(field.relation),
                SQL.identifier(field.column1),
                SQL.identifier(alias, "id"),
            )
            return ids, tuple
        if _is_identifier(field):
            return self.env["oauth.provider.subject"].to_sql(alias), None
        # JSON has dates as ISO 8601 wants them, whatever DateStyle says
        convert = to_datetime if field.type == "datetime" else None
        return SQL.identifier(alias, field.name), convert
