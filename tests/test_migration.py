# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import json

from odoo.modules.migration import load_script
from odoo.modules.module import get_module_path
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL
from odoo.tools.sql import column_exists

from ..tools import secret as secrets

SCRIPT = "migrations/19.0.1.0.0/pre-migration.py"


@tagged("post_install", "-at_install")
class TestMigration(TransactionCase):
    """An upgrade from the 9.0 module, on its tables as it made them."""

    def migrate(self):
        path = f"{get_module_path('oauth_provider')}/{SCRIPT}"
        load_script(path, "oauth_provider_pre_migration").migrate(
            self.env.cr, "9.0.1.0.0"
        )

    def test_secrets_become_digests_and_tokens_end(self):
        client = self.env["oauth.provider.client"].create({"name": "Old"})
        other = self.env["oauth.provider.client"].create({"name": "Short"})
        public = self.env["oauth.provider.client"].create({"name": "Public"})
        self.env["oauth.provider.token"].issue(
            client=client,
            user=self.env.user,
            scopes=client.scope_ids,
            lifetime=60,
        )
        self.env.flush_all()
        for statement in (
            "ALTER TABLE oauth_provider_client DROP COLUMN client_type",
            "ALTER TABLE oauth_provider_client DROP COLUMN pkce_required",
            "ALTER TABLE oauth_provider_client ADD COLUMN secret varchar",
            "ALTER TABLE oauth_provider_token DROP COLUMN digest",
            "ALTER TABLE oauth_provider_token ADD COLUMN token varchar NOT NULL"
            " DEFAULT 'clear'",
            "ALTER TABLE oauth_provider_token ADD COLUMN refresh_token varchar",
        ):
            self.env.cr.execute(statement)
        for record, value in ((client, "s" * 40), (other, "short"), (public, "")):
            self.env.cr.execute(
                SQL(
                    "UPDATE oauth_provider_client SET secret = %s WHERE id = %s",
                    value,
                    record.id,
                )
            )
        self.migrate()
        self.env.cr.execute(
            "SELECT id, secret_digest, client_type FROM oauth_provider_client"
        )
        rows = {row[0]: row[1:] for row in self.env.cr.fetchall()}
        self.assertEqual(rows[client.id], (secrets.digest("s" * 40), "confidential"))
        self.assertEqual(rows[other.id], (None, "confidential"))
        self.assertEqual(rows[public.id], (None, "public"))
        self.env.cr.execute("SELECT count(*) FROM oauth_provider_token")
        self.assertEqual(self.env.cr.fetchone(), (0,))
        for table, column in (
            ("oauth_provider_client", "secret"),
            ("oauth_provider_token", "token"),
            ("oauth_provider_token", "refresh_token"),
        ):
            self.assertFalse(column_exists(self.env.cr, table, column))

    def test_a_scope_of_the_administrator_stands_for_the_shipped_one(self):
        xmlid = "oauth_provider.scope_email"
        scope = self.env.ref(xmlid)
        self.env["ir.model.data"].search(
            [("module", "=", "oauth_provider"), ("name", "=", "scope_email")]
        ).unlink()
        self.env.flush_all()
        self.migrate()
        self.env.registry.clear_cache()
        self.assertEqual(self.env.ref(xmlid), scope)

    def test_the_issuer_is_fixed_where_there_was_none(self):
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("oauth_provider.issuer", False)
        parameters.set_param("web.base.url", "https://odoo.example.com/")
        path = get_module_path("oauth_provider") + "/migrations/19.0.1.0.0/"
        script = load_script(f"{path}post-migration.py", "oauth_provider_post")
        script.migrate(self.env.cr, "9.0.1.0.0")
        self.assertEqual(
            parameters.get_param("oauth_provider.issuer"), "https://odoo.example.com"
        )

    def test_secrets_and_identifiers_move_to_their_own_tables(self):
        """From 19.0.1.6.0, from before it, and from 9.0; twice, and with rows there."""
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.7.0"
        script = load_script(f"{path}/pre-secrets.py", "oauth_provider_pre_secrets")
        clients = self.env["oauth.provider.client"].create(
            [{"name": name} for name in ("generated", "chosen", "none")]
        )
        generated, chosen, none = clients
        users = self.env["res.users"].with_context(active_test=False).search([])
        subjects = clients[0].generate_user_id
        before = {user: subjects(user) for user in users}
        for columns in (
            ("secret_digest", "has_generated_secret", "previous_secret_digest"),
            ("secret_digest", "previous_secret_digest"),
            ("secret_digest",),
        ):
            self.env.flush_all()
            for column in columns:
                kind = "boolean" if column == "has_generated_secret" else "varchar"
                self.env.cr.execute(
                    f"ALTER TABLE oauth_provider_client ADD COLUMN {column} {kind}"
                )
            self.env.cr.execute("ALTER TABLE res_users ADD oauth_identifier varchar")
            self.env.cr.execute(
                "UPDATE res_users SET oauth_identifier = identifier"
                " FROM oauth_provider_subject WHERE user_id = res_users.id"
            )
            for client, value in ((generated, "g" * 40), (chosen, "c" * 40)):
                values = {
                    "secret_digest": secrets.digest(value),
                    "has_generated_secret": client == generated,
                    "previous_secret_digest": secrets.digest("p" * 40),
                }
                for column in columns:
                    self.env.cr.execute(
                        f"UPDATE oauth_provider_client SET {column} = %s WHERE id = %s",
                        (values[column], client.id),
                    )
            self.env.cr.execute("DROP TABLE oauth_provider_secret")
            self.env.cr.execute("DROP TABLE oauth_provider_subject")
            for _number in range(2):
                script.migrate(self.env.cr, "19.0.1.6.0")
            self.env["oauth.provider.subject"].init()
            self.env.registry.clear_cache()
            self.env.invalidate_all()
            has_kind = "has_generated_secret" in columns
            self.assertTrue(generated.check_secret("g" * 40))
            self.assertEqual(generated.check_generated_secret("g" * 40), has_kind)
            self.assertTrue(chosen.check_secret("c" * 40))
            self.assertFalse(chosen.check_generated_secret("c" * 40))
            self.assertFalse(none.has_secret)
            chosen.previous_secret_until = "2100-01-01"
            has_previous = "previous_secret_digest" in columns
            self.assertEqual(chosen.check_secret("p" * 40), has_previous)
            self.assertFalse(chosen.check_generated_secret("p" * 40))
            self.assertEqual({user: subjects(user) for user in users}, before)
            for column in columns:
                self.assertFalse(
                    column_exists(self.env.cr, "oauth_provider_client", column)
                )
            self.assertFalse(
                column_exists(self.env.cr, "res_users", "oauth_identifier")
            )

    def test_of_two_equal_redirect_uris_one_stays(self):
        client = self.env["oauth.provider.client"].create({"name": "Old"})
        self.env.flush_all()
        self.env.cr.execute("DROP INDEX oauth_provider_redirect_uri_name_client_uniq")
        for _number in range(2):
            self.env.cr.execute(
                "INSERT INTO oauth_provider_redirect_uri (client_id, name)"
                " VALUES (%s, 'https://old.example.com/')",
                (client.id,),
            )
        self.migrate()
        client.invalidate_recordset()
        self.assertEqual(len(client.redirect_uri_ids), 1)

    def test_a_second_run_changes_nothing(self):
        client = self.env["oauth.provider.client"].create({"name": "New"})
        client.secret = "s" * 40
        self.env.flush_all()
        self.migrate()
        client.invalidate_recordset()
        self.assertTrue(client.check_secret("s" * 40))

    def test_companies_that_were_chosen_go_on_to_limit_a_grant(self):
        companies = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        user = self.env.ref("base.user_admin")
        user.company_ids |= companies
        client = self.env["oauth.provider.client"].create({"name": "Client"})
        grant = self.env["oauth.provider.grant"].ensure(client, user)
        grant.limit_to_companies(companies[0])
        self.env.flush_all()
        self.env.cr.execute("UPDATE oauth_provider_grant SET is_company_limited = NULL")
        script = "migrations/19.0.1.3.0/post-migration.py"
        path = f"{get_module_path('oauth_provider')}/{script}"
        load_script(path, "oauth_provider_companies").migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual(grant.get_companies(), companies[0])

    def test_functions_of_earlier_versions_are_dropped(self):
        name = "oauth_provider_token_find_0123456789ab"
        count = "SELECT count(*) FROM pg_proc WHERE proname = %s"
        self.env.cr.execute(
            f"CREATE FUNCTION {name}(wanted text) RETURNS text LANGUAGE sql AS"
            " $$ SELECT wanted $$"
        )
        script = "migrations/19.0.1.4.0/post-drop-functions.py"
        path = f"{get_module_path('oauth_provider')}/{script}"
        load_script(path, "oauth_provider_functions").migrate(self.env.cr, "19.0.1.3.0")
        self.env.cr.execute(count, (name,))
        self.assertEqual(self.env.cr.fetchone(), (0,))

    def test_scopes_go_from_the_relation_into_the_row(self):
        client = self.env["oauth.provider.client"].create({"name": "Client"})
        scopes = client.scope_ids
        self.env.flush_all()
        held = {}
        for model, values in (
            ("authorization.code", {"redirect_uri": "https://client.example.com/"}),
            ("refresh.token", {}),
            ("token", {}),
        ):
            name = f"oauth.provider.{model}"
            relation = self.make_relation(self.env[name]._table)
            for count in (3, 1, 0):
                record, _value = self.env[name].issue(
                    client=client,
                    user=self.env.user,
                    scopes=scopes.browse(),
                    lifetime=60,
                    **values,
                )
                held[record] = scopes[:count]
                for scope in reversed(scopes[:count]):
                    self.env.cr.execute(
                        f"INSERT INTO {relation} VALUES (%s, %s)",
                        (record.id, scope.id),
                    )
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.5.0"
        script = load_script(f"{path}/post-migration.py", "oauth_provider_scopes")
        # The second run finds nothing to do
        for _number in range(2):
            script.migrate(self.env.cr, "19.0.1.4.0")
            for record, its_scopes in held.items():
                self.assertEqual(record.scope_ids, its_scopes)
                self.assertEqual(record.scope_numbers or [], its_scopes.ids)
        self.env.cr.execute(
            "SELECT name FROM ir_model_relation WHERE name LIKE 'oauth%_rel'"
            " UNION SELECT tablename FROM pg_tables WHERE tablename LIKE 'oauth%_rel'"
        )
        left = {name for (name,) in self.env.cr.fetchall()}
        self.assertFalse({name for name in left if "token" in name or "code" in name})

    def test_without_a_grant_columns_of_their_own_hold_client_and_user(self):
        table = "oauth_provider_token"
        client = self.env["oauth.provider.client"].create({"name": "Client"})
        user = self.env.ref("base.user_admin")
        vals = {"client": client, "user": user, "lifetime": 60}
        vals["scopes"] = client.scope_ids
        tokens = self.env["oauth.provider.token"]
        grant = self.env["oauth.provider.grant"].ensure(client, user)
        held, _value = tokens.issue(grant=grant, **vals)
        backend, _value = tokens.issue(**vals)
        comodels = {
            "client_id": "oauth_provider_client",
            "user_id": "res_users",
            "grant_id": "oauth_provider_grant",
        }
        self.env.cr.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {table}_held_by_grant,"
            " DROP COLUMN backend_client_id, DROP COLUMN backend_user_id"
        )
        for link, comodel in comodels.items():
            self.env.cr.execute(
                f"ALTER TABLE {table} ADD FOREIGN KEY ({link}) REFERENCES {comodel}"
                " ON DELETE CASCADE"
            )
            self.env["ir.model.constraint"]._reflect_constraint(
                tokens, f"{table}_{link}_fkey", "f", None, "oauth_provider"
            )
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.6.0"
        script = load_script(f"{path}/pre-migration.py", "oauth_provider_held")
        # The second run finds nothing to do
        for _number in range(2):
            script.migrate(self.env.cr, "19.0.1.5.0")
        self.env.invalidate_all()
        self.assertEqual(backend.backend_client_id, client)
        self.assertEqual(backend.backend_user_id, user)
        self.assertFalse(held.backend_client_id or held.backend_user_id)
        self.env.cr.execute(
            "SELECT conname FROM pg_constraint WHERE conname = ANY(%(names)s)"
            " UNION SELECT name FROM ir_model_constraint WHERE name = ANY(%(names)s)",
            {"names": [f"{table}_{link}_fkey" for link in comodels]},
        )
        self.assertFalse(self.env.cr.fetchall())

    def test_the_description_of_the_profile_names_the_picture_where_it_is_ours(self):
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.6.0"
        script = load_script(f"{path}/post-migration.py", "oauth_provider_picture")
        scope = self.env.ref("oauth_provider.scope_profile")
        old = {code: texts[0] for code, texts in script.DESCRIPTIONS.items()}
        new = {code: texts[1] for code, texts in script.DESCRIPTIONS.items()}
        self.assertEqual(scope.with_context(lang="en_US").description, new["en"])
        client = self.env["oauth.provider.client"].create({"name": "Client"})
        user = self.env.ref("base.user_admin")
        grant = self.env["oauth.provider.grant"].ensure(client, user)
        grant.consent(scope, scope)
        events = self.env["oauth.provider.event"]
        for before, after in (
            (
                {"en_US": old["en"], "de_CH": old["de"], "es_419": old["es"]},
                {"en_US": new["en"], "de_CH": new["de"], "es_419": new["es"]},
            ),
            (
                {"en_US": old["en"], "fr_FR": old["fr"], "it_IT": "Mio", "nl_NL": ""},
                {"en_US": new["en"], "fr_FR": new["fr"], "it_IT": "Mio", "nl_NL": ""},
            ),
            (
                {"en_US": "My own", "it_IT": old["it"], "nl_BE": old["nl"]},
                {"en_US": "My own", "it_IT": new["it"], "nl_BE": new["nl"]},
            ),
            (None, None),
        ):
            self.env.cr.execute(
                "UPDATE oauth_provider_scope SET description = %s WHERE id = %s"
                " RETURNING write_date",
                (before and json.dumps(before), scope.id),
            )
            written, told = self.env.cr.fetchone(), events.search_count([])
            # The second run finds nothing to do
            for _number in range(2):
                script.migrate(self.env.cr, "19.0.1.5.0")
            self.env.cr.execute(
                "SELECT description, write_date FROM oauth_provider_scope"
                " WHERE id = %s",
                (scope.id,),
            )
            self.assertEqual(self.env.cr.fetchone(), (after, *written))
            self.env.invalidate_all()
            # Nobody is asked again
            self.assertTrue(grant.covers(scope))
            self.assertEqual(events.search_count([]), told)

    def test_an_event_has_happened_once_and_is_not_written(self):
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.9.0"
        script = load_script(f"{path}/pre-event-number.py", "oauth_provider_number")
        events = self.env["oauth.provider.event"]
        events.log_event("issued", user=self.env.user)
        query = "SELECT id, ctid, xmin FROM oauth_provider_event"
        self.env.cr.execute("ALTER TABLE oauth_provider_event DROP COLUMN number")
        self.env.cr.execute(query)
        before = self.env.cr.fetchall()
        # The second run finds nothing to do
        for _number in range(2):
            script.migrate(self.env.cr, "19.0.1.8.0")
        self.env.cr.execute(query)
        self.assertEqual(self.env.cr.fetchall(), before)
        self.assertEqual(set(events.search([]).mapped("number")), {1})
        self.env.cr.execute(
            "INSERT INTO oauth_provider_event (kind, happened_at)"
            " VALUES ('issued', now()) RETURNING number"
        )
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_the_predecessor_of_a_refresh_token_has_no_foreign_key(self):
        table = "oauth_provider_refresh_token"
        name = f"{table}_predecessor_id_fkey"
        self.env.cr.execute(
            f"ALTER TABLE {table} ADD FOREIGN KEY (predecessor_id)"
            f" REFERENCES {table} ON DELETE SET NULL"
        )
        self.env["ir.model.constraint"]._reflect_constraint(
            self.env["oauth.provider.refresh.token"], name, "f", None, "oauth_provider"
        )
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.9.0"
        script = load_script(f"{path}/pre-predecessor.py", "oauth_provider_predecessor")
        query = (
            "SELECT conname FROM pg_constraint WHERE conname = %(name)s"
            " UNION ALL SELECT name FROM ir_model_constraint WHERE name = %(name)s"
        )
        self.env.cr.execute(query, {"name": name})
        self.assertEqual(len(self.env.cr.fetchall()), 2)
        # The second run finds nothing to do
        for _number in range(2):
            script.migrate(self.env.cr, "19.0.1.8.0")
            self.env.cr.execute(query, {"name": name})
            self.assertFalse(self.env.cr.fetchall())

    def test_discovery_lists_the_scopes_that_it_listed(self):
        path = f"{get_module_path('oauth_provider')}/migrations/19.0.1.10.0"
        script = load_script(f"{path}/post-published-scopes.py", "oauth_published")
        scopes = self.env["oauth.provider.scope"].search([])
        scopes |= scopes.create({"name": "Old", "code": "old"})
        scopes.is_published = False
        self.env.flush_all()
        script.migrate(self.env.cr, "19.0.1.9.0")
        self.env.invalidate_all()
        self.assertEqual(set(scopes.mapped("is_published")), {True})
        # A new database has published what comes with the addon
        scopes.is_published = False
        self.env.flush_all()
        script.migrate(self.env.cr, None)
        self.env.invalidate_all()
        self.assertEqual(set(scopes.mapped("is_published")), {False})

    def make_relation(self, table):
        """Make the relation of credentials and scopes that earlier versions had.

        :return: its name
        """
        name = "_".join(sorted([table, "oauth_provider_scope"])) + "_rel"
        self.env.cr.execute(
            f"CREATE TABLE {name} ({table}_id integer REFERENCES {table}"
            " ON DELETE CASCADE, oauth_provider_scope_id integer REFERENCES"
            " oauth_provider_scope ON DELETE CASCADE)"
        )
        module = self.env.ref("base.module_oauth_provider")
        self.env["ir.model.relation"].create(
            {
                "name": name,
                "model": self.env["ir.model"]._get_id("oauth.provider.token"),
                "module": module.id,
            }
        )
        return name
