# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rows by the million: what a provider has after years, written by COPY."""

import hashlib
import json
import random
import secrets
from contextlib import closing, nullcontext

import psycopg2

from .bulk import Lines, without_indexes

#: Users that the many grants are of; each client has one of each.
GRANTS_PER_CLIENT = 10
#: Of so many access tokens one is of the client that asks about them.
ASKED = 10
#: Rows that PostgreSQL may well read in whole.
FEW = 1000
LIFETIME = "now() AT TIME ZONE 'UTC' + interval '7 days'"


class Rows:
    """Writes into the database of the provider, beside Odoo.

    :param made: what the clients and the user are (dict, see :mod:`.odoo_side`)
    """

    def __init__(self, cluster, database, made):
        self.database = database
        self.made = made
        names = {"PGHOST": "host", "PGPORT": "port", "PGUSER": "user"}
        names["PGPASSWORD"] = "password"
        given = cluster.environment
        self._arguments = {k: given[name] for name, k in names.items() if name in given}
        self._run = secrets.token_hex(4)
        self._tokens = 0
        self._chosen = random.Random(1)
        self._is_ours = not cluster.external

    def sql(self, query, parameters=None):
        """Run a statement and commit; returns its rows (list)."""
        with self.connection() as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []

    def connection(self):
        """Return a new connection to the database, ended by a ``with``."""
        return closing(psycopg2.connect(dbname=self.database, **self._arguments))

    def add_codes(self, client, number, callback, openid=False):
        """Store codes of ``client`` (name) and return them (list of str).

        :param openid: whether an ID token is to come with the access token
        """
        columns = {"redirect_uri": callback, "redirect_uri_sent": "t"}
        table = "oauth_provider_authorization_code"
        scopes = self.made["scopes" if openid else "plain_scopes"]
        return self._add_credentials(table, client, number, columns, scopes)

    def add_refresh_tokens(self, client, number):
        """Store refresh tokens of ``client`` (name) and return them (list of str)."""
        table = "oauth_provider_refresh_token"
        scopes = self.made["plain_scopes"]
        return self._add_credentials(table, client, number, {}, scopes)

    def _add_credentials(self, table, client, number, columns, scopes):
        known = self.made["clients"][client]
        values = [secrets.token_urlsafe(32) for _number in range(number)]
        columns = {
            "client_id": known["id"],
            "user_id": self.made["user"],
            "grant_id": known["grant"],
            **columns,
        }
        tail = "\t".join(map(str, columns.values()))

        def make_row(n):
            return f"{_digest(values[n])}\t{secrets.token_hex(16)}\t{tail}"

        self._copy(table, list(columns), number, make_row, scopes)
        return values

    def sample(self, number):
        """Return ``number`` access tokens (list of str) out of all that were loaded."""
        return [
            self._value(self._chosen.randrange(0, self._tokens, ASKED))
            for _number in range(number)
        ]

    def add_tokens(self, number):
        """Store access tokens of all grants; for once in a database.

        Each tenth is of the client and the user that are asked about.
        """
        known = self.made["clients"][f"web-{self.made['owner']}"]
        asked = f"{known['id']}\t{self.made['user']}\t{known['grant']}"
        grants = self.sql("SELECT client_id, user_id, id FROM oauth_provider_grant")
        owners = ["\t".join(map(str, grant)) for grant in grants]
        self._tokens = number

        def make_row(n):
            owner = owners[n % len(owners)] if n % ASKED else asked
            return f"{_digest(self._value(n))}\t{n:032x}\t{owner}\trandom"

        columns = ["client_id", "user_id", "grant_id", "token_type"]
        scopes = self.made["scopes"]
        table = "oauth_provider_token"
        self._copy(table, columns, number, make_row, scopes, many=True)

    def _value(self, number):
        return f"{self._run}-{number:034d}"

    def add_clients(self, number):
        """Store clients, and grants of ten users to each."""
        like = self.made["clients"]["web-random"]["id"]
        self.sql(
            "INSERT INTO res_partner (name, active, type) SELECT 'many ' || n, true,"
            " 'contact' FROM generate_series(1, %s) AS n",
            (GRANTS_PER_CLIENT,),
        )
        self.sql(
            "INSERT INTO res_users (login, partner_id, company_id, active, share)"
            " SELECT p.name, p.id, u.company_id, true, true"
            " FROM res_partner p, res_users u"
            " WHERE p.name LIKE 'many %%' AND u.id = %s",
            (self.made["user"],),
        )
        self.sql(
            "INSERT INTO oauth_provider_subject (user_id, identifier)"
            " SELECT id, md5(login) || md5(id::text) FROM res_users"
            " WHERE login LIKE 'many %%' ON CONFLICT DO NOTHING"
        )
        columns = [
            row[0]
            for row in self.sql(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = 'oauth_provider_client'"
                " AND column_name NOT IN ('id', 'identifier')"
            )
        ]
        copied = ", ".join(f'"{name}"' for name in columns)
        self.sql(
            f"INSERT INTO oauth_provider_client (identifier, {copied})"
            f" SELECT 'many-' || n, {copied} FROM oauth_provider_client,"
            " generate_series(1, %s) AS n WHERE oauth_provider_client.id = %s",
            (number, like),
        )
        self.sql(
            "INSERT INTO oauth_provider_grant (client_id, user_id, create_date)"
            " SELECT c.id, u.id, now() FROM oauth_provider_client c, res_users u"
            " WHERE c.identifier LIKE 'many-%%' AND u.login LIKE 'many %%'"
        )

    def settle(self):
        """Tell the planner what there is now, and have it written to the disk.

        And have it in the memory of PostgreSQL, as of a server that has been running.
        """
        self.sql("VACUUM ANALYZE")
        if self._is_ours:
            self.sql("CHECKPOINT")
            self.sql("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
            self.sql(
                "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i')"
                " AND starts_with(relname, 'oauth_provider_')"
            )

    def whole_reads(self):
        """Return {table of the provider: how often all its rows were read so far}.

        Of tables with few rows nothing is said: to read them so is right.
        """
        found = self.sql(
            "SELECT relname, seq_scan FROM pg_stat_user_tables"
            " WHERE starts_with(relname, 'oauth_provider_') AND n_live_tup > %s",
            (FEW,),
        )
        return dict(found)

    def _copy(self, table, columns, number, make_row, scopes, many=False):
        """Write rows with the same scopes into the table of a credential.

        :param columns: names (list) of those behind ``digest`` and ``family``
        :param number: how many rows
        :param make_row: function of the place of a row, from 0, that returns what is in
            the columns (str), by tabulators
        :param many: whether there are so many that indexes are better made afterwards
        """
        with self.connection() as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT {LIFETIME}")
            expires_at = cursor.fetchone()[0].isoformat()
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", (table,))
            first = cursor.fetchone()[0] + 1
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                (table, first + number),
            )
            names = ["id", "digest", "family", *columns]
            names += ["expires_at", "create_date", "scope_numbers"]
            tail = f"{expires_at}\t{expires_at}\t{json.dumps(scopes)}"
            with without_indexes(cursor, [table]) if many else nullcontext():
                cursor.copy_expert(
                    f"COPY {table} ({', '.join(names)}) FROM STDIN",
                    Lines(number, lambda n: f"{first + n}\t{make_row(n)}\t{tail}\n"),
                )
            connection.commit()


def _digest(value):
    return hashlib.sha256(value.encode()).hexdigest()
