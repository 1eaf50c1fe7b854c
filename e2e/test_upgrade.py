# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""A real ``odoo --update`` of a database that has the tables of the 9.0 module."""

NINE = """
for identifier, kind in (("old-web", "web"), ("old-implicit", "mobile")):
    client = env["oauth.provider.client"].create({
        "name": identifier, "identifier": identifier,
        "application_type": f"{kind} application",
    })
    env["oauth.provider.token"].issue(
        client=client, user=env.user, scopes=client.scope_ids, lifetime=60
    )
env.flush_all()
for statement in (
    "DELETE FROM ir_model_data WHERE module = 'oauth_provider'"
    " AND name LIKE 'scope!_%' ESCAPE '!'",
    "DELETE FROM oauth_provider_scope WHERE code != 'email'",
    "ALTER TABLE res_users ADD COLUMN oauth_identifier varchar",
    "UPDATE res_users SET oauth_identifier = '0f6bcd62-1111-4222-8333-944455566677'"
    " WHERE login = 'admin'",
    "DROP TABLE oauth_provider_secret, oauth_provider_subject",
    "ALTER TABLE oauth_provider_client DROP COLUMN client_type,"
    " DROP COLUMN pkce_required,"
    " ADD COLUMN secret varchar",
    "ALTER TABLE oauth_provider_token DROP COLUMN digest, DROP COLUMN family,"
    " DROP COLUMN grant_id, DROP COLUMN backend_client_id,"
    " DROP COLUMN backend_user_id,"
    " ADD COLUMN token varchar, ADD COLUMN refresh_token varchar",
    "DROP TABLE oauth_provider_refresh_token, oauth_provider_authorization_code,"
    " oauth_provider_origin, oauth_provider_failure, oauth_provider_assertion,"
    " oauth_provider_grant, oauth_provider_event CASCADE",
    "DROP INDEX oauth_provider_redirect_uri_name_client_uniq",
    "ALTER TABLE oauth_provider_client ADD COLUMN jwt_private_key text",
    "DROP TABLE oauth_provider_key, oauth_provider_session, oauth_provider_logout,"
    " oauth_provider_post_logout_redirect_uri CASCADE",
    "UPDATE oauth_provider_client SET token_type = CASE identifier"
    " WHEN 'old-web' THEN 'jwt' ELSE 'other' END, jwt_algorithm = 'ES256',"
    " jwt_private_key = '-----BEGIN EC PRIVATE KEY-----',"
    " secret = CASE identifier WHEN 'old-web' THEN repeat('s', 40) END",
    "INSERT INTO oauth_provider_redirect_uri (client_id, name)"
    " SELECT id, 'https://old.example.com/cb' FROM oauth_provider_client,"
    " generate_series(1, 2)",
    "UPDATE oauth_provider_token SET token = 'clear'",
    "DELETE FROM ir_config_parameter WHERE key = 'oauth_provider.issuer'",
    "UPDATE ir_module_module SET latest_version = '9.0.1.0.0'"
    " WHERE name = 'oauth_provider'",
):
    env.cr.execute(statement)
"""

FOUND = """
clients = env["oauth.provider.client"].search([], order="identifier desc")
result = {
    "clients": [
        [client.identifier, client.client_type, client.pkce_required,
         client.redirect_uri_ids.mapped("name"), client.check_secret("s" * 40),
         client.token_type, bool(client.jwt_public_key)]
        for client in clients
    ],
    "tokens": env["oauth.provider.token"].search_count([]),
    "scopes": len(env["oauth.provider.scope"].search([])),
    "email": env.ref("oauth_provider.scope_email").code,
    "issuer": bool(env["ir.config_parameter"].get_param("oauth_provider.issuer")),
    "key": bool(env["oauth.provider.key"].find_signing("RS256")),
    "version": env.ref("base.module_oauth_provider").latest_version[:5],
    "identifiers": sorted(
        len(user.oauth_identifier)
        for user in env["res.users"].search([("login", "!=", "x")])
    ),
    "admin": env.ref("base.user_admin").oauth_identifier,
}
env.cr.execute(
    "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE column_name IN ('oauth_identifier', 'secret_digest')"
)
result["columns"] = env.cr.fetchall()
"""


def test_a_database_with_the_tables_of_9_0_is_updated(databases):
    databases.create("e2e_upgrade", ["oauth_provider"])
    databases.shell("e2e_upgrade", NINE)
    databases.odoo("e2e_upgrade", "--update", "oauth_provider")
    found = databases.shell("e2e_upgrade", FOUND)
    uris = ["https://old.example.com/cb"]
    assert found == {
        "clients": [
            ["old-web", "confidential", True, uris, True, "jwt", True],
            ["old-implicit", "public", True, uris, False, "random", False],
        ],
        "tokens": 0,
        "scopes": 7,
        "email": "email",
        "issuer": True,
        "key": True,
        "version": "19.0.",
        # Users who had none get one as in 9.0
        "identifiers": [36],
        "admin": "0f6bcd62-1111-4222-8333-944455566677",
        "columns": [],
    }
    # The second update has nothing to do, and what is there stays
    databases.odoo("e2e_upgrade", "--update", "oauth_provider")
    assert databases.shell("e2e_upgrade", FOUND) == found
    databases.drop("e2e_upgrade")


BEFORE_OPENID = """
web = env["oauth.provider.client"].create({"name": "Web"})
web.scope_ids |= env.ref("oauth_provider.scope_groups")
mobile = env["oauth.provider.client"].create({
    "name": "Mobile", "application_type": "mobile application",
})
env["oauth.provider.token"].issue(
    client=web, user=env.ref("base.user_admin"), scopes=web.scope_ids, lifetime=600,
    value="t" * 43,
)
grant = env["oauth.provider.grant"].ensure(web, env.ref("base.user_admin"))
grant.consent(web.scope_ids, web.scope_ids - env.ref("oauth_provider.scope_email"))
env["oauth.provider.token"].issue(
    client=web, user=grant.user_id, grant=grant, scopes=web.scope_ids, lifetime=600,
    value="g" * 43,
)
env.flush_all()
for statement in (
    "ALTER TABLE oauth_provider_grant DROP COLUMN declined_numbers",
    "ALTER TABLE oauth_provider_client ADD COLUMN secret_digest varchar",
    "ALTER TABLE res_users ADD COLUMN oauth_identifier varchar",
    "UPDATE res_users SET oauth_identifier = identifier FROM oauth_provider_subject"
    " WHERE user_id = res_users.id",
    "DROP TABLE oauth_provider_secret, oauth_provider_subject",
    "DROP TABLE oauth_provider_key, oauth_provider_session, oauth_provider_logout,"
    " oauth_provider_post_logout_redirect_uri,"
    " oauth_provider_client_claim_group_rel CASCADE",
    "CREATE TABLE oauth_provider_scope_oauth_provider_token_rel AS"
    " SELECT id AS oauth_provider_token_id, held::int AS oauth_provider_scope_id"
    " FROM oauth_provider_token, jsonb_array_elements(scope_numbers) AS held",
    "ALTER TABLE oauth_provider_client DROP COLUMN id_token_signed_response_alg,"
    " DROP COLUMN id_token_lifetime, DROP COLUMN claims_in_id_token,"
    " DROP COLUMN userinfo_signed_response_alg, DROP COLUMN hybrid_flow,"
    " DROP COLUMN jwt_algorithm, DROP COLUMN jwt_audience, DROP COLUMN jwt_scope_id",
    "ALTER TABLE oauth_provider_token DROP COLUMN key_id, DROP COLUMN session_id,"
    " DROP COLUMN scope_numbers, DROP COLUMN backend_client_id,"
    " DROP COLUMN backend_user_id,"
    " ADD FOREIGN KEY (client_id) REFERENCES oauth_provider_client"
    " ON DELETE CASCADE,"
    " ADD FOREIGN KEY (user_id) REFERENCES res_users ON DELETE CASCADE",
    "ALTER TABLE oauth_provider_refresh_token DROP COLUMN session_id,"
    " DROP COLUMN scope_numbers, DROP COLUMN backend_client_id,"
    " DROP COLUMN backend_user_id",
    "DELETE FROM ir_model_data WHERE module = 'oauth_provider'"
    " AND name IN ('cron_logout', 'cron_rotate_keys')",
    "UPDATE ir_module_module SET latest_version = '19.0.1.0.0'"
    " WHERE name = 'oauth_provider'",
):
    env.cr.execute(statement)
"""

OPENID_FOUND = """
web, mobile = env["oauth.provider.client"].search([], order="id")
token = env["oauth.provider.token"].find("t" * 43)
granted = env["oauth.provider.token"].find("g" * 43)
email = env.ref("oauth_provider.scope_email")
env.cr.execute(
    "SELECT attname FROM pg_constraint JOIN pg_attribute"
    " ON attrelid = conrelid AND attnum = ANY(conkey)"
    " WHERE conrelid = 'oauth_provider_token'::regclass"
    " AND (contype = 'f' AND confdeltype = 'c' OR contype = 'c') ORDER BY 1"
)
result = {
    "held": [name for (name,) in env.cr.fetchall()],
    "backend": [token.backend_client_id == web, not granted.backend_client_id],
    "algorithm": web.id_token_signed_response_alg,
    "lifetime": web.id_token_lifetime,
    "in the token": [web.claims_in_id_token, mobile.claims_in_id_token],
    "groups": bool(web.claim_group_ids) and not mobile.claim_group_ids,
    "token": [token.is_live(), token.allowed_scopes() == web.scope_ids],
    "declined": granted.grant_id.declined_numbers == email.ids,
    "granted": web.scope_ids - granted.allowed_scopes() == email,
    "key": len(env["oauth.provider.key"].search([])),
    "jobs": bool(env.ref("oauth_provider.cron_logout").active),
}
"""


def test_clients_from_before_openid_connect_need_no_manual_step(databases):
    databases.create("e2e_upgrade", ["oauth_provider"])
    databases.shell("e2e_upgrade", BEFORE_OPENID)
    for _number in range(2):
        databases.odoo("e2e_upgrade", "--update", "oauth_provider")
        assert databases.shell("e2e_upgrade", OPENID_FOUND) == {
            "held": [
                *("backend_client_id", "backend_client_id"),
                *("backend_user_id", "backend_user_id"),
                *("client_id", "client_id", "grant_id", "grant_id"),
                *("user_id", "user_id"),
            ],
            "backend": [True, True],
            "algorithm": "RS256",
            "lifetime": 3600,
            "in the token": [False, True],
            "groups": True,
            "token": [True, True],
            "declined": True,
            "granted": True,
            "key": 1,
            "jobs": True,
        }
    databases.drop("e2e_upgrade")


BEFORE_SECRETS = """
generated, chosen, empty = env["oauth.provider.client"].create(
    [{"name": name, "identifier": name} for name in ("generated", "chosen", "empty")]
)
user = env.ref("base.user_admin")
env["ir.config_parameter"].set_param("test.subject", chosen.generate_user_id(user))
digests = [__import__("hashlib").sha256(one.encode()).hexdigest()
           for one in ("g" * 43, "c" * 40, "p" * 43)]
env.flush_all()
for statement, *values in (
    ("ALTER TABLE oauth_provider_client ADD COLUMN secret_digest varchar,"
     " ADD COLUMN has_generated_secret boolean,"
     " ADD COLUMN previous_secret_digest varchar",),
    ("ALTER TABLE res_users ADD COLUMN oauth_identifier varchar",),
    ("UPDATE res_users SET oauth_identifier = identifier FROM oauth_provider_subject"
     " WHERE user_id = res_users.id",),
    ("UPDATE oauth_provider_client SET secret_digest = %s,"
     " has_generated_secret = true, previous_secret_digest = %s,"
     " previous_secret_until = now() + interval '1 hour'"
     " WHERE identifier = 'generated'",
     digests[0], digests[2]),
    ("UPDATE oauth_provider_client SET secret_digest = %s WHERE identifier = 'chosen'",
     digests[1]),
    ("DROP TABLE oauth_provider_secret, oauth_provider_subject",),
    ("DELETE FROM ir_model_data WHERE module = 'oauth_provider' AND (name LIKE"
     " '%%oauth_provider_secret%%' OR name LIKE '%%oauth_provider_subject%%')",),
    ("DELETE FROM ir_model WHERE model IN"
     " ('oauth.provider.secret', 'oauth.provider.subject')",),
    ("UPDATE ir_module_module SET latest_version = '19.0.1.6.0'"
     " WHERE name = 'oauth_provider'",),
):
    env.cr.execute(statement, values)
"""

SECRETS_FOUND = """
clients = env["oauth.provider.client"]
generated, chosen, empty = (
    clients.search([("identifier", "=", name)])
    for name in ("generated", "chosen", "empty")
)
user = env.ref("base.user_admin")
env.cr.execute(
    "SELECT count(*) FROM information_schema.columns WHERE column_name IN"
    " ('oauth_identifier', 'secret_digest', 'previous_secret_digest')"
)
[columns] = env.cr.fetchone()
result = {
    "generated": [generated.check_secret("g" * 43),
                  generated.check_generated_secret("g" * 43),
                  generated.check_secret("p" * 43),
                  generated.check_generated_secret("p" * 43)],
    "chosen": [chosen.check_secret("c" * 40), chosen.check_generated_secret("c" * 40)],
    "empty": empty.has_secret,
    "subject": chosen.generate_user_id(user)
    == env["ir.config_parameter"].get_param("test.subject"),
    "columns": columns,
    "access": env["oauth.provider.secret"].with_user(user).has_access("read"),
}
"""


def test_secrets_and_subjects_survive_the_move_to_their_own_tables(databases):
    databases.create("e2e_upgrade", ["oauth_provider"])
    databases.shell("e2e_upgrade", BEFORE_SECRETS)
    for _number in range(2):
        databases.odoo("e2e_upgrade", "--update", "oauth_provider")
        assert databases.shell("e2e_upgrade", SECRETS_FOUND) == {
            "generated": [True, True, True, False],
            "chosen": [True, False],
            "empty": False,
            "subject": True,
            "columns": 0,
            "access": False,
        }
    databases.drop("e2e_upgrade")
