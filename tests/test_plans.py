# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A lookup costs the same however many rows there are: it goes by an index."""

import itertools
from datetime import timedelta

from odoo import SUPERUSER_ID, fields
from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..oauth2 import info
from ..oauth2.message import Message
from ..storage.revocation import remove_scopes
from ..storage.row_lookup import make_lookup

MODELS = (
    "oauth.provider.authorization.code",
    "oauth.provider.refresh.token",
    "oauth.provider.token",
)
ROWS = 20_000
#: The tables of grants and of what people have allowed.
GRANTS = (
    "oauth_provider_grant",
    "oauth_provider_grant_oauth_provider_scope_rel",
)
#: Columns that a table wants beside those that all of them have.
FURTHER = {
    "oauth.provider.authorization.code": {"redirect_uri": "https://example.com"},
    "oauth.provider.refresh.token": {},
    "oauth.provider.token": {"token_type": "random"},
}


@tagged("post_install", "-at_install")
class TestPlans(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls.env.ref("base.user_admin")
        clients = cls.env["oauth.provider.client"].create(
            [{"name": f"Client {number}"} for number in range(100)]
        )
        cls.env.cr.execute(
            SQL(
                "INSERT INTO oauth_provider_grant"
                " (client_id, user_id, create_date, revoked_at)"
                " SELECT id, %s, now(), CASE WHEN n = 1 THEN NULL ELSE now() END"
                " FROM oauth_provider_client, generate_series(1, %s) AS n"
                " WHERE id IN %s",
                cls.user.id,
                ROWS // len(clients),
                clients._ids,
            )
        )
        for model in MODELS:
            table = SQL.identifier(cls.env[model]._table)
            cls.env.cr.execute(
                SQL(
                    "INSERT INTO %s (digest, family, client_id, user_id, grant_id,"
                    " expires_at %s)"
                    " SELECT md5(n::text), md5(n::text), g.client_id, g.user_id, g.id,"
                    " now() + n * interval '1 second' %s"
                    " FROM generate_series(1, %s) AS n JOIN oauth_provider_grant g"
                    " ON g.client_id = %s + n %% %s AND g.revoked_at IS NULL",
                    table,
                    SQL("").join(
                        SQL(", %s", SQL.identifier(name)) for name in FURTHER[model]
                    ),
                    SQL("").join(
                        SQL(", %s", value) for value in FURTHER[model].values()
                    ),
                    ROWS,
                    min(clients._ids),
                    len(clients),
                )
            )
            cls.env.cr.execute(SQL("ANALYZE %s", table))
        cls.env.cr.execute(
            "INSERT INTO oauth_provider_grant_oauth_provider_scope_rel"
            " (oauth_provider_grant_id, oauth_provider_scope_id)"
            " SELECT g.id, s.id FROM oauth_provider_grant g, oauth_provider_scope s"
            " WHERE g.client_id IN %s AND s.code IN ('openid', 'profile', 'email')",
            (clients._ids,),
        )
        for table in GRANTS:
            cls.env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
        cls.grant = cls.env["oauth.provider.grant"].search(
            [("client_id", "in", clients.ids), ("revoked_at", "=", False)], limit=1
        )

    def assert_by_index(self, query, parameters=()):
        """Assert that the planner reads no table of credentials or grants in whole."""
        self.env.cr.execute(f"EXPLAIN {query}", parameters)
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        for table in (*(self.env[m]._table for m in MODELS), *GRANTS):
            self.assertNotRegex(plan, rf"Seq Scan on {table}\b")
        self.assertIn("Index", plan)

    def assert_search_by_index(self, model, domain):
        query = self.env[model].sudo()._search(domain).select()
        self.assert_by_index(query.code, query.params)

    def test_by_secret(self):
        for model, person in itertools.product(MODELS, (False, True)):
            table = self.env[model]._table
            query, _reader = make_lookup(self.env[model], person=person)
            for lock in ("", f" FOR UPDATE OF {table}"):
                with self.subTest(model=model, person=person, lock=lock):
                    self.assert_by_index(f"{query}{lock}", ("a" * 32,))

    def test_by_secret_with_a_plan_that_is_kept(self):
        for model in MODELS:
            query, _reader = make_lookup(self.env[model])
            self.env.cr.execute("SET LOCAL plan_cache_mode = force_generic_plan")
            whole = query.replace("%s", "$1")
            self.env.cr.execute(f"PREPARE kept_plan (text) AS {whole}")
            with self.subTest(model=model):
                self.assert_by_index("EXECUTE kept_plan ('a')")
            self.env.cr.execute("DEALLOCATE kept_plan")

    def test_by_family_grant_and_session(self):
        for model in MODELS:
            for domain in (
                [("revoked_at", "=", False), ("family", "in", ["a" * 32])],
                [("revoked_at", "=", False), ("grant_id", "in", self.grant.ids)],
                [("session_id", "in", [1]), ("revoked_at", "=", False)],
                [("client_id", "=", self.grant.client_id.id)],
            ):
                with self.subTest(model=model, domain=domain):
                    self.assert_search_by_index(model, domain)

    def test_what_goes_with_a_client_and_a_user(self):
        # As the trigger of a foreign key does, which knows the value later
        self.env.cr.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        links = ("grant_id", "backend_client_id", "backend_user_id")
        for model, link in itertools.product(MODELS, links):
            table = self.env[model]._table
            self.env.cr.execute(
                f"PREPARE kept_plan (int) AS DELETE FROM ONLY {table} WHERE $1 = {link}"
            )
            with self.subTest(model=model, link=link):
                self.assert_by_index("EXECUTE kept_plan (1)")
            self.env.cr.execute("DEALLOCATE kept_plan")

    def test_by_key_and_predecessor(self):
        self.assert_search_by_index("oauth.provider.token", [("key_id", "in", [1])])
        self.assert_search_by_index(
            "oauth.provider.refresh.token",
            [("predecessor_id", "=", 1), ("used_at", "!=", False)],
        )

    def test_by_expiry(self):
        before = fields.Datetime.now() + timedelta(seconds=100)
        for model in MODELS:
            with self.subTest(model=model):
                self.assert_by_index(
                    f"SELECT id FROM {self.env[model]._table} WHERE expires_at < %s"
                    " ORDER BY expires_at LIMIT 10000 FOR UPDATE SKIP LOCKED",
                    (before,),
                )

    def test_what_is_revoked_at_once(self):
        live = self.env["oauth.provider.token"].maybe_live_domain()
        for domain in (
            [("family", "in", ["a" * 32])],
            [("grant_id", "in", self.grant.ids)],
            [("key_id", "in", [1])],
        ):
            with self.subTest(domain=domain):
                self.assert_search_by_index(
                    "oauth.provider.token", live & Domain(domain)
                )

    def test_what_may_be_live_and_holds_a_scope(self):
        for model in MODELS:
            table = self.env[model]._table
            self.env.cr.execute(
                f"UPDATE {table} SET expires_at = expires_at - interval '1 month'"
                " WHERE id % 100 != 0"
            )
            self.env.cr.execute(f"ANALYZE {table}")
            for without_consent in (False, True):
                removal = remove_scopes(
                    self.env[model], (1, 2), without_consent
                ).get_statement()
                with self.subTest(model=model, without_consent=without_consent):
                    self.assert_by_index(removal.code, removal.params)

    def test_what_lists_of_tokens_are_filtered_and_sorted_by(self):
        tokens = self.env["oauth.provider.token"]
        table = tokens._table
        self.env.cr.execute(
            f"UPDATE {table} SET create_date = expires_at,"
            " revoked_at = CASE WHEN id % 1000 = 0 THEN expires_at END"
        )
        self.env.cr.execute(f"ANALYZE {table}")
        self.assert_search_by_index(tokens._name, [("revoked_at", "!=", False)])
        now = fields.Datetime.now()
        since, until = now + timedelta(seconds=100), now + timedelta(seconds=200)
        period = Domain("create_date", ">=", since) & Domain("create_date", "<", until)
        self.assert_search_by_index(tokens._name, period)
        query = tokens.sudo()._search(Domain.TRUE, limit=80, order="create_date desc")
        select = query.select()
        self.assert_by_index(select.code, select.params)

    def test_what_lists_of_grants_are_filtered_by(self):
        grants = self.env["oauth.provider.grant"]
        # So many of one person; it comes back with the end of the transaction
        self.env.cr.execute("DROP INDEX oauth_provider_grant_live_uniq")
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET"
            " create_date = now() - id % 1000 * interval '1 day',"
            " revoked_at = CASE WHEN id % 50 = 0 THEN now() END,"
            " expires_at = now() + (id % 100 - 2) * interval '1 day'"
            " WHERE revoked_at IS NOT NULL"
        )
        self.env.cr.execute("ANALYZE oauth_provider_grant")
        now = fields.Datetime.now()
        for domain in (
            [("revoked_at", "!=", False)],
            [("expires_at", "<=", now)],
            [("create_date", ">=", now - timedelta(days=20))],
        ):
            with self.subTest(domain=domain):
                self.assert_search_by_index(grants._name, domain)

    def test_kinds_of_events(self):
        events = self.env["oauth.provider.event"]
        self.env.cr.execute(
            "INSERT INTO oauth_provider_event (happened_at, kind, number)"
            " SELECT now(), CASE n %% 1000 WHEN 0 THEN 'key_rotated' ELSE 'issued'"
            " END, 1 FROM generate_series(1, %s) AS n",
            (ROWS,),
        )
        self.env.cr.execute("ANALYZE oauth_provider_event")
        query = events.sudo()._search([("kind", "=", "key_rotated")]).select()
        self.env.cr.execute(f"EXPLAIN {query.code}", query.params)
        plan = "\n".join(line for (line,) in self.env.cr.fetchall())
        self.assertIn("oauth_provider_event__kind_index", plan)
        # By trigrams, which Odoo uses where PostgreSQL has the extension
        for name in ("address", "reason"):
            self.assertEqual(events._fields[name].index, "trigram")

    def test_grants(self):
        client = self.grant.client_id
        self.assert_search_by_index(
            "oauth.provider.grant",
            [
                ("client_id", "=", client.id),
                ("user_id", "=", self.user.id),
                ("revoked_at", "=", False),
            ],
        )

    def test_a_column_may_have_become_another_type(self):
        value = self._issue()
        tokens = self.env["oauth.provider.token"]
        self.assertEqual(tokens.find(value).token_type, "random")
        self.env.cr.execute(
            "ALTER TABLE oauth_provider_token ALTER token_type TYPE text,"
            " ALTER key_id TYPE bigint, ALTER expires_at TYPE timestamp(0)"
        )
        for lock in (False, True):
            self.env.invalidate_all()
            with self.subTest(lock=lock):
                self.assertEqual(tokens.find(value, lock).token_type, "random")

    def test_one_query_answers_what_a_token_tells(self):
        message = Message("/oauth2", authorization=f"Bearer {self._issue()}")
        env = self.env(su=True, user=SUPERUSER_ID)
        self.grant.last_used = fields.Datetime.now()
        # A picture that may be written just now is looked for
        self.env.cr.execute("UPDATE res_partner SET write_date = '2020-01-01'")
        for respond in (info.tokeninfo_response, info.userinfo_response):
            self.assertEqual(respond(env, message).status, 200)
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(respond=respond.__name__), self.assertQueryCount(1):
                respond(env, message)

    def test_nothing_is_told_of_a_credential_that_is_not_there(self):
        for model in MODELS:
            with self.subTest(model=model):
                self.assertFalse(self.env[model].find("none"))
                self.assertFalse(self.env[model].find("none", lock=True, person=True))
                self.assertIsNone(self.env[model].read_live("none"))

    def _issue(self):
        _record, value = self.env["oauth.provider.token"].issue(
            client=self.grant.client_id,
            user=self.user,
            grant=self.grant,
            scopes=self.grant.client_id.scope_ids,
            lifetime=60,
        )
        return value

    def test_what_was_found_is_what_the_orm_would_have_read(self):
        value = self._issue()
        tokens = self.env["oauth.provider.token"].sudo()
        names = [
            name
            for name, field in tokens._fields.items()
            if field.store and name not in ("id", "create_uid", "write_uid")
        ]
        self.env.invalidate_all()
        found = {name: tokens.find(value, True, person=True)[name] for name in names}
        self.env.invalidate_all()
        token = tokens.search([("family", "=", found["family"])])
        self.assertEqual(found, {name: token[name] for name in names})
        self.assertTrue(found["scope_numbers"])
