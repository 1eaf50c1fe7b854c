# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The rows of a large installation, written by SQL, and of one to compare it with.

Rows have ages: what was stored later has a higher id and a later date, as where it was
stored one by one. Half of the tokens are live, one grant in twenty is withdrawn.
"""

from dataclasses import dataclass

from ..bulk import without_indexes
from ..rows import Rows

#: Days over which grants, tokens and events are spread.
DAYS = {"grant": 560, "token": 180, "event": 90}
#: One client in so many is of the password grant, or has full access.
LEGACY, FULL = 50, 100


@dataclass(frozen=True)
class Scale:
    """How many rows a database has."""

    tokens: int
    refresh_tokens: int
    events: int
    grants: int
    clients: int
    users: int

    @property
    def name(self):
        """Name of its database (str)."""
        return f"bench_pages_{self.tokens}"


#: What every large database is compared with.
FEW = Scale(1_000, 500, 1_000, 200, 20, 100)
MANY = Scale(1_000_000, 500_000, 1_000_000, 200_000, 1_000, 100_000)
#: For the code path only.
SMALL = Scale(20_000, 2_000, 20_000, 4_000, 100, 2_000)


def fill(cluster, scale, made):
    """Fill the database of ``scale``; returns its :class:`..rows.Rows`.

    :param made: result of :data:`.catalogue.MAKE` in the database it was copied from
    """
    rows = Rows(cluster, scale.name, made)
    values = {**made, **vars(scale), "legacy": LEGACY, "full": FULL}
    values |= {f"{name}_days": days for name, days in DAYS.items()}
    values["copied"] = ", ".join(
        f'"{name}"'
        for [name] in rows.sql(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'oauth_provider_client' AND column_name NOT IN"
            " ('id', 'identifier', 'name', 'application_type', 'grant_type')"
        )
    )
    with rows.connection() as connection, connection.cursor() as cursor:
        cursor.execute("SELECT setseed(0.5)")
        cursor.execute(_PEOPLE.format(**values))
        cursor.execute(_CLIENTS.format(**values))
        cursor.execute(_GRANTS.format(**values))
        cursor.execute("ANALYZE oauth_provider_grant")
        for table, statement in _LARGE.items():
            with without_indexes(cursor, [table]):
                cursor.execute(statement.format(**values))
        connection.commit()
    rows.settle()
    return rows


_PEOPLE = """
INSERT INTO res_partner (name, complete_name, email, active, type, create_date)
SELECT 'Person ' || n, 'Person ' || n, 'person-' || n || '@example.com', true,
    'contact', now()
FROM generate_series(1, {users}) AS n;
INSERT INTO res_users (login, partner_id, company_id, active, share, create_date)
SELECT email, id, (SELECT company_id FROM res_users WHERE id = {admin}), true, false,
    now()
FROM res_partner WHERE email LIKE 'person-%@example.com';
ANALYZE res_users;
INSERT INTO res_groups_users_rel (gid, uid)
SELECT {group_user}, id FROM res_users WHERE login LIKE 'person-%@example.com';
INSERT INTO res_company_users_rel (cid, user_id)
SELECT company_id, id FROM res_users WHERE login LIKE 'person-%@example.com';
INSERT INTO oauth_provider_subject (user_id, identifier)
SELECT id, md5(login) || md5(id::text) FROM res_users
ON CONFLICT DO NOTHING;
CREATE TEMP TABLE person AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM res_users
WHERE login LIKE 'person-%@example.com';
CREATE INDEX ON person (n);
"""

_CLIENTS = """
INSERT INTO oauth_provider_client
    (identifier, name, application_type, grant_type, {copied})
SELECT 'pages-' || n, 'Application ' || n,
    CASE WHEN n % {legacy} = 0 THEN 'legacy application' ELSE application_type END,
    CASE WHEN n % {legacy} = 0 THEN 'password' ELSE grant_type END, {copied}
FROM oauth_provider_client, generate_series(1, {clients}) AS n
WHERE oauth_provider_client.id = {client};
CREATE TEMP TABLE client AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id FROM oauth_provider_client
WHERE identifier LIKE 'pages-%';
CREATE INDEX ON client (n);
INSERT INTO oauth_provider_redirect_uri (client_id, sequence, name, origin)
SELECT c.id, 10, u.name, u.origin FROM client c, oauth_provider_redirect_uri u
WHERE u.client_id = {client};
INSERT INTO oauth_provider_client_oauth_provider_scope_rel
    (oauth_provider_client_id, oauth_provider_scope_id)
SELECT c.id, s.oauth_provider_scope_id
FROM client c, oauth_provider_client_oauth_provider_scope_rel s
WHERE s.oauth_provider_client_id = {client}
UNION ALL
SELECT id, {full_scope} FROM client WHERE (n + 1) % {full} = 0;
"""

# The administrator and the manager have allowed every application but the first
_GRANTS = """
INSERT INTO oauth_provider_grant (client_id, user_id, create_date, consented_at,
    last_used, last_address, expires_at, revoked_at)
SELECT c.id, p.id, g.at, g.at,
    CASE WHEN g.n % 10 > 0 THEN g.at + random() * (now() - g.at) END,
    '10.0.' || g.n % 200 || '.' || g.n % 250,
    CASE WHEN g.n % 4 = 0 THEN g.at + interval '1 year' END,
    CASE WHEN g.n % 20 = 7 THEN g.at + random() * (now() - g.at) END
FROM (
    SELECT n, now() - (1 - n::float / {grants}) * interval '{grant_days} days' AS at
    FROM generate_series(0, {grants} - 1) AS n
) g
JOIN person p ON p.n = g.n % {users}
JOIN client c ON c.n = (g.n % {users} * 7 + g.n / {users} * 13) % {clients}
ORDER BY g.n;
INSERT INTO oauth_provider_grant
    (client_id, user_id, create_date, consented_at, last_used)
SELECT c.id, u.id, now() - interval '5 days', now() - interval '5 days', now()
FROM client c, res_users u WHERE c.n > 0 AND u.id IN ({admin}, {manager});
INSERT INTO oauth_provider_grant_oauth_provider_scope_rel
    (oauth_provider_grant_id, oauth_provider_scope_id)
SELECT g.id, s.oauth_provider_scope_id FROM oauth_provider_grant g
JOIN oauth_provider_client_oauth_provider_scope_rel s
    ON s.oauth_provider_client_id = g.client_id
ON CONFLICT DO NOTHING;
CREATE TEMP TABLE held AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, id, client_id, user_id
FROM oauth_provider_grant;
CREATE INDEX ON held (n);
ANALYZE held;
"""

_CREDENTIALS = """
INSERT INTO {table} (digest, family, client_id, user_id, grant_id, create_date,
    expires_at, revoked_at, scope_numbers{columns})
SELECT encode(sha256(('{table} ' || t.n)::bytea), 'hex'), md5('{table} ' || t.n),
    g.client_id, g.user_id, g.id, t.at,
    t.at + CASE WHEN t.n % 2 = 0 THEN interval '1 day' ELSE interval '1 year' END,
    CASE WHEN t.n % 50 = 3 THEN t.at + interval '1 hour' END, '{{scopes}}'{values}
FROM (
    SELECT n, now() - (1 - n::float / {{{number}}}) * interval '{{token_days}} days'
        AS at
    FROM generate_series(0, {{{number}}} - 1) AS n
) t
JOIN held g ON g.n = t.n * 31 % (SELECT count(*) FROM held)
ORDER BY t.n;
"""

_EVENTS = """
INSERT INTO oauth_provider_event
    (number, client_id, user_id, grant_number, kind, address, reason, happened_at)
SELECT 1, g.client_id, g.user_id, g.id,
    CASE WHEN e.n % 100 < 45 THEN 'issued' WHEN e.n % 100 < 90 THEN 'refreshed'
        WHEN e.n % 100 < 96 THEN 'refused' WHEN e.n % 100 < 98 THEN 'consent_given'
        WHEN e.n % 100 < 99 THEN 'consent_withdrawn'
        WHEN e.n % 1000 = 99 THEN 'replayed' ELSE 'revoked' END,
    '10.' || e.n % 20 || '.' || e.n * 7 % 200 || '.' || e.n * 11 % 250,
    CASE WHEN e.n % 100 BETWEEN 90 AND 95
        THEN CASE WHEN e.n % 3 = 0 THEN 'invalid_client' ELSE 'invalid_grant' END END,
    e.at
FROM (
    SELECT n, now() - (1 - n::float / {events}) * interval '{event_days} days' AS at
    FROM generate_series(0, {events} - 1) AS n
) e
JOIN held g ON g.n = e.n * 17 % (SELECT count(*) FROM held)
ORDER BY e.n;
"""

_LARGE = {
    "oauth_provider_token": _CREDENTIALS.format(
        table="oauth_provider_token",
        number="tokens",
        columns=", token_type",
        values=", 'random'",
    ),
    "oauth_provider_refresh_token": _CREDENTIALS.format(
        table="oauth_provider_refresh_token",
        number="refresh_tokens",
        columns="",
        values="",
    ),
    "oauth_provider_event": _EVENTS,
}
