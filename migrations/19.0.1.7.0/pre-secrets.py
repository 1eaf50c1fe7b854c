# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Move the digests of secrets, and the identifiers of users, to tables of their own.

Before the models are loaded: these tables are theirs from then on, and a user who has
an identifier keeps it.
"""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, table_exists

CLIENTS, USERS = "oauth_provider_client", "res_users"
SECRETS, SUBJECTS = "oauth_provider_secret", "oauth_provider_subject"


def migrate(cr, version):
    """Move what earlier versions, down to 9.0, have in columns.

    :param version: the version before (str)
    """
    if not version:
        return
    _move_secrets(cr)
    _move_identifiers(cr)


def _move_secrets(cr):
    if not column_exists(cr, CLIENTS, "secret_digest"):
        return
    if not table_exists(cr, SECRETS):
        cr.execute(
            "CREATE TABLE oauth_provider_secret (id SERIAL PRIMARY KEY,"
            " client_id integer NOT NULL, digest varchar, is_generated boolean,"
            " previous_digest varchar, previous_is_generated boolean)"
        )

    def value(name):
        # Columns that versions before 19.0.1.6.0 lack
        has_column = column_exists(cr, CLIENTS, name)
        return SQL("client.%s", SQL.identifier(name)) if has_column else SQL("NULL")

    # Who made the previous secret was not stored: it counts as chosen
    cr.execute(
        SQL(
            """
            INSERT INTO oauth_provider_secret (client_id, digest, is_generated,
                                               previous_digest, previous_is_generated)
                 SELECT client.id, client.secret_digest, %(is_generated)s::boolean,
                        %(previous)s::varchar, false
                   FROM oauth_provider_client AS client
                  WHERE (client.secret_digest IS NOT NULL OR %(previous)s IS NOT NULL)
                    AND NOT EXISTS (
                        SELECT FROM oauth_provider_secret WHERE client_id = client.id)
            """,
            is_generated=value("has_generated_secret"),
            previous=value("previous_secret_digest"),
        )
    )
    cr.execute(
        "ALTER TABLE oauth_provider_client DROP COLUMN secret_digest,"
        " DROP COLUMN IF EXISTS has_generated_secret,"
        " DROP COLUMN IF EXISTS previous_secret_digest"
    )


def _move_identifiers(cr):
    if not column_exists(cr, USERS, "oauth_identifier"):
        return
    if not table_exists(cr, SUBJECTS):
        cr.execute(
            "CREATE TABLE oauth_provider_subject (id SERIAL PRIMARY KEY,"
            " user_id integer NOT NULL, identifier varchar NOT NULL)"
        )
    cr.execute(
        """
        INSERT INTO oauth_provider_subject (user_id, identifier)
             SELECT id, oauth_identifier
               FROM res_users
              WHERE oauth_identifier IS NOT NULL AND NOT EXISTS (
                    SELECT FROM oauth_provider_subject WHERE user_id = res_users.id)
        """
    )
    cr.execute("ALTER TABLE res_users DROP COLUMN oauth_identifier")
