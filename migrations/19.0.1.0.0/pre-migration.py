# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""From the OCA module (9.0 and its unmerged ports) to this addon.

Clients, scopes, redirect URIs and the users' identifiers stay. Secrets that are long
enough become digests; codes and tokens end, for they were kept in clear.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, drop_not_null, table_exists

#: Columns of 9.0 that hold a credential in clear, by table.
CLEAR_COLUMNS = {
    "oauth_provider_client": ("secret",),
    "oauth_provider_token": ("token", "refresh_token"),
    "oauth_provider_authorization_code": ("code",),
}
#: Tables whose rows cannot be carried over.
CREDENTIALS = ("oauth_provider_authorization_code", "oauth_provider_token")
MIN_SECRET_LENGTH = 32
#: Codes of the shipped scopes, for which an administrator may have made one.
SHIPPED = (
    "openid",
    "profile",
    "email",
    "phone",
    "address",
    "groups",
    "offline_access",
)


def migrate(cr, version):
    """Take the tables of an earlier module over, before the ORM changes them."""
    if not version:
        return
    for table in CREDENTIALS:
        if table_exists(cr, table) and not column_exists(cr, table, "digest"):
            cr.execute(SQL("DELETE FROM %s", SQL.identifier(table)))
    _migrate_clients(cr)
    if column_exists(cr, "oauth_provider_client", "token_type"):
        # Other addons may have had kinds of their own
        cr.execute(
            "UPDATE oauth_provider_client SET token_type = 'random'"
            " WHERE token_type IS NULL OR token_type NOT IN ('random', 'jwt')"
        )
    _keep_scopes(cr)
    if table_exists(cr, "oauth_provider_redirect_uri"):
        # Nothing in 9.0 kept the same one from being there twice
        cr.execute(
            "DELETE FROM oauth_provider_redirect_uri doubled"
            " USING oauth_provider_redirect_uri kept"
            " WHERE doubled.client_id = kept.client_id AND doubled.name = kept.name"
            " AND doubled.id > kept.id"
        )
    if column_exists(cr, "res_users", "oauth_identifier"):
        cr.execute(
            "UPDATE res_users SET oauth_identifier = gen_random_uuid()::text"
            " WHERE oauth_identifier IS NULL"
        )
    for table, columns in CLEAR_COLUMNS.items():
        for column in columns:
            if column_exists(cr, table, column):
                cr.execute(
                    SQL(
                        "ALTER TABLE %s DROP COLUMN %s CASCADE",
                        SQL.identifier(table),
                        SQL.identifier(column),
                    )
                )
    # Required in 9.0; here the code holds the address itself
    if column_exists(cr, "oauth_provider_authorization_code", "redirect_uri_id"):
        drop_not_null(cr, "oauth_provider_authorization_code", "redirect_uri_id")


def _migrate_clients(cr):
    table = "oauth_provider_client"
    if not column_exists(cr, table, "secret"):
        return
    cr.execute("ALTER TABLE oauth_provider_client ADD COLUMN secret_digest varchar")
    cr.execute("ALTER TABLE oauth_provider_client ADD COLUMN client_type varchar")
    cr.execute("ALTER TABLE oauth_provider_client ADD COLUMN pkce_required boolean")
    cr.execute(
        SQL(
            """
            UPDATE oauth_provider_client SET
                secret_digest = CASE WHEN length(secret) >= %s
                    AND application_type != 'mobile application'
                    THEN encode(sha256(convert_to(secret, 'UTF8')), 'hex') END,
                client_type = CASE
                    WHEN application_type = 'mobile application' THEN 'public'
                    WHEN application_type = 'backend application' THEN 'confidential'
                    WHEN coalesce(secret, '') = '' THEN 'public'
                    ELSE 'confidential' END,
                pkce_required = true
            """,
            MIN_SECRET_LENGTH,
        )
    )


def _keep_scopes(cr):
    """Let a scope of the administrator's stand for the shipped one of the same code."""
    cr.execute(
        SQL(
            """
            INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
            SELECT 'oauth_provider', 'scope_' || code, 'oauth.provider.scope', id, true
            FROM oauth_provider_scope
            WHERE code IN %s AND NOT EXISTS (
                SELECT FROM ir_model_data
                WHERE module = 'oauth_provider' AND name = 'scope_' || code
            )
            """,
            SHIPPED,
        )
    )
