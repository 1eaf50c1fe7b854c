# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What holds a code or a token in the database, and how it goes."""

import itertools
from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, mute_logger


@tagged("post_install", "-at_install")
class TestHeld(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Client = cls.env["oauth.provider.client"]
        cls.Token = cls.env["oauth.provider.token"]
        cls.user = new_test_user(cls.env, "oauth_held")
        cls.client = cls.Client.create({"name": "Web"})

    def issue(self, **values):
        return self.Token.issue(
            client=self.client,
            user=self.user,
            scopes=self.client.scope_ids,
            lifetime=3600,
            **values,
        )[0]

    def test_users_and_clients_with_tokens_can_be_deleted(self):
        codes = self.env["oauth.provider.authorization.code"]
        for has_grant, deletes_user in itertools.product((True, False), repeat=2):
            client = self.Client.create({"name": "X"})
            user = new_test_user(self.env, f"oauth_deleted_{has_grant}_{deletes_user}")
            vals = {"client": client, "user": user}
            if has_grant:
                vals["grant"] = self.env["oauth.provider.grant"].ensure(client, user)
            vals.update(scopes=client.scope_ids, lifetime=60)
            refresh_tokens = self.env["oauth.provider.refresh.token"]
            held = [
                self.Token.issue(**vals)[0],
                refresh_tokens.issue(**vals)[0],
                codes.issue(redirect_uri="https://client.example.com/", **vals)[0],
            ]
            other = self.issue()
            with self.subTest(has_grant=has_grant, deletes_user=deletes_user):
                (user if deletes_user else client).unlink()
                self.assertFalse(any(record.exists() for record in held))
                self.assertFalse(vals.get("grant", codes).exists())
                self.assertTrue(other.exists())

    def test_postgresql_keeps_nothing_that_nobody_deletes(self):
        grant = self.env["oauth.provider.grant"].ensure(self.client, self.user)
        token, backend = self.issue(grant=grant), self.issue()
        self.assertFalse(token.backend_client_id or token.backend_user_id)
        self.assertEqual(backend.backend_client_id, self.client)
        self.assertEqual(backend.backend_user_id, self.user)
        other = self.Client.create({"name": "X"})
        admin = self.env.ref("base.user_admin")
        of_other = self.env["oauth.provider.grant"].ensure(other, self.user)
        for record, column, value in (
            (token, "grant_id", None),
            (token, "grant_id", of_other.id),
            (token, "client_id", other.id),
            (token, "user_id", admin.id),
            (backend, "backend_client_id", None),
            (backend, "backend_user_id", None),
            (backend, "backend_client_id", other.id),
            (backend, "backend_user_id", admin.id),
        ):
            with self.subTest(column=column, value=value), mute_logger("odoo.sql_db"):
                with self.assertRaises(psycopg2.IntegrityError):
                    with self.env.cr.savepoint():
                        self.env.cr.execute(
                            SQL(
                                "UPDATE oauth_provider_token SET %s = %s WHERE id = %s",
                                SQL.identifier(column),
                                value,
                                record.id,
                            )
                        )
        # As tools do that make one user of two
        self.env.cr.execute(
            "UPDATE oauth_provider_grant SET user_id = %s WHERE id = %s",
            (admin.id, grant.id),
        )
        self.env.invalidate_all()
        self.assertEqual(token.user_id, admin)

    def test_one_foreign_key_holds_client_user_and_grant(self):
        names = ("client_id", "user_id", "grant_id")
        for name in ("authorization.code", "refresh.token", "token"):
            model = self.env[f"oauth.provider.{name}"]
            self.env.cr.execute(
                "SELECT array_agg(attname ORDER BY attname)::text FROM pg_constraint"
                " JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY(conkey)"
                " WHERE contype = 'f' AND conrelid = %s::regclass GROUP BY conname"
                " HAVING array_agg(attname::text) && %s",
                (model._table, list(names)),
            )
            found = [columns for (columns,) in self.env.cr.fetchall()]
            self.assertEqual(found, ["{client_id,grant_id,user_id}"])
            for name in names:
                field = self.env["ir.model.fields"]._get(model._name, name)
                self.assertEqual((field.on_delete, field.index), ("cascade", True))
                self.assertEqual(field.required, name != "grant_id")

    def test_a_refresh_token_goes_and_its_successor_stays(self):
        refresh_tokens = self.env["oauth.provider.refresh.token"]
        grant = self.env["oauth.provider.grant"].ensure(self.client, self.user)
        vals = {"client": self.client, "user": self.user, "grant": grant}
        vals.update(scopes=self.client.scope_ids, lifetime=60)
        first, _value = refresh_tokens.issue(**vals)
        second, _value = refresh_tokens.issue(predecessor_id=first.id, **vals)
        third, _value = refresh_tokens.issue(predecessor_id=second.id, **vals)
        second.used_at = fields.Datetime.now()
        self.assertTrue(second.is_in_grace())
        # PostgreSQL runs no statement of a foreign key for what refers to it
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE contype = 'f'"
            " AND confrelid = 'oauth_provider_refresh_token'::regclass"
        )
        self.assertFalse(self.env.cr.fetchall())
        first.unlink()
        self.env.invalidate_all()
        self.assertEqual(second.read(["predecessor_id"])[0]["predecessor_id"], False)
        self.assertEqual(
            refresh_tokens.search([("predecessor_id", "=", second.id)]), third
        )
        self.assertTrue(second.is_live())
        third.used_at = fields.Datetime.now()
        self.assertFalse(second.is_live())

    def test_however_many_are_revoked_by_one_statement_of_each_kind(self):
        vals = {"client": self.client, "user": self.user, "lifetime": 60}
        vals["scopes"] = self.client.scope_ids
        tokens = self.env["oauth.provider.token"]
        counts = []
        for number in (1, 2, 30):
            grant = self.env["oauth.provider.grant"].ensure(self.client, self.user)
            held = tokens.concat(
                *(tokens.issue(grant=grant, **vals)[0] for _n in range(number))
            )
            expired, _value = tokens.issue(grant=grant, **vals)
            expired.expires_at -= timedelta(days=2)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            grant.withdraw()
            counts.append(self.env.cr.sql_log_count - before)
            self.assertTrue(all(token.revoked_at for token in held))
            # It says how it ended, and opens nothing
            self.assertFalse(expired.revoked_at)
        # The first has asked what is kept from then on
        self.assertEqual(*counts[1:])
