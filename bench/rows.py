# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rows by the million: what a provider has after years, written by COPY."""

import hashlib
import io
import itertools
import random
import secrets
from contextlib import closing

import psycopg2

#: Users that the many grants are of; each client has one of each.
GRANTS_PER_CLIENT = 10
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

    def sql(self, query, parameters=None):
        """Run a statement and commit; returns its rows (list)."""
        with closing(self._connect()) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(query, parameters)
                return cursor.fetchall() if cursor.description else []

    def _connect(self):
        return psycopg2.connect(dbname=self.database, **self._arguments)

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
        owner = {
            "client_id": known["id"],
            "user_id": self.made["user"],
            "grant_id": known["grant"],
            **columns,
        }
        rows = (
            (_digest(value), secrets.token_hex(16), *owner.values()) for value in values
        )
        self._copy(table, ("digest", "family", *owner), rows, len(values), scopes)
        return values

    def sample(self, number):
        """Return ``number`` access tokens (list of str) out of all that were loaded."""
        if not self._tokens:
            self.add_tokens(1000)
        chosen = random.Random(1)
        return [self._value(chosen.randrange(self._tokens)) for _ in range(number)]

    def add_tokens(self, number):
        """Store access tokens, of the client and the user that are asked about."""
        known = self.made["clients"][f"web-{self.made['owner']}"]
        first, self._tokens = self._tokens, self._tokens + number
        rows = (
            (
                _digest(self._value(n)),
                f"{n:032x}",
                known["id"],
                self.made["user"],
                known["grant"],
                "random",
            )
            for n in range(first, first + number)
        )
        columns = ("digest", "family", "client_id", "user_id", "grant_id", "token_type")
        scopes = self.made["scopes"]
        self._copy("oauth_provider_token", columns, rows, number, scopes)

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
            "INSERT INTO res_users (login, partner_id, company_id, active, share,"
            " oauth_identifier)"
            " SELECT p.name, p.id, u.company_id, true, true,"
            " md5(p.name) || md5(p.id::text) FROM res_partner p, res_users u"
            " WHERE p.name LIKE 'many %%' AND u.id = %s",
            (self.made["user"],),
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

    def analyze(self):
        """Tell the planner what there is now."""
        self.sql("VACUUM ANALYZE")

    def _copy(self, table, columns, rows, number, scopes):
        """Write ``number`` rows (iterable of tuples) with these scopes into a table."""
        with closing(self._connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"SELECT {LIFETIME}")
            expires_at = cursor.fetchone()[0].isoformat()
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", (table,))
            first = cursor.fetchone()[0] + 1
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)",
                (table, first + number),
            )
            lines = (
                "\t".join(map(str, (first + n, *row, expires_at, expires_at))) + "\n"
                for n, row in enumerate(rows)
            )
            names = ", ".join(["id", *columns, "expires_at", "create_date"])
            cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN", _Stream(lines))
            relation, column = _relation(table)
            pairs = (
                f"{first + n}\t{scope}\n" for n in range(number) for scope in scopes
            )
            cursor.copy_expert(
                f"COPY {relation} ({column}, oauth_provider_scope_id) FROM STDIN",
                _Stream(pairs),
            )
            connection.commit()


class _Stream(io.RawIOBase):
    """Lines (iterable of str) as the file that psycopg2 reads from."""

    def __init__(self, lines):
        self._lines = lines
        self._rest = b""

    def read(self, size=-1):
        while len(self._rest) < size:
            more = "".join(itertools.islice(self._lines, 1000))
            if not more:
                break
            self._rest += more.encode()
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def _relation(table):
    """Return (table, column) of the relation between a credential and its scopes."""
    name = "_".join(sorted([table, "oauth_provider_scope"])) + "_rel"
    return name, f"{table}_id"


def _digest(value):
    return hashlib.sha256(value.encode()).hexdigest()
