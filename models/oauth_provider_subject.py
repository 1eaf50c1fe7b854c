# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL


class OAuthProviderSubject(models.Model):
    """The random value from which a user's subject identifiers are derived.

    It is not a column of the user: where a value violates a constraint, PostgreSQL
    prints the whole row that was written, and Odoo shows this to the person who wrote
    it. No user may write this table; code reads and writes ``oauth_identifier`` of
    ``res.users``.
    """

    _name = "oauth.provider.subject"
    _description = "OAuth Provider Subject"
    _log_access = False

    user_id = fields.Many2one(
        comodel_name="res.users", required=True, readonly=True, ondelete="cascade"
    )
    identifier = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)

    _user_uniq = models.UniqueIndex("(user_id)")

    def init(self):
        """Give an identifier to each user without one, whenever this is installed."""
        self._generate(SQL("true"))

    @api.model
    @api.private
    def ensure(self, user_ids):
        """Give a random identifier to those of ``user_ids`` (list) that have none."""
        if user_ids:
            self._generate(SQL("id = ANY(%s)", list(user_ids)))

    def _generate(self, condition):
        # One statement for any number of users; two random UUIDs have 244 random bits
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO oauth_provider_subject (user_id, identifier)
                     SELECT id, replace(
                                gen_random_uuid()::text || gen_random_uuid()::text,
                                '-', '')
                       FROM res_users
                      WHERE %s AND NOT EXISTS (
                            SELECT FROM oauth_provider_subject
                             WHERE user_id = res_users.id)
                """,
                condition,
            )
        )

    @api.model
    @api.private
    def get_identifiers(self, user_ids):
        """Return {id: identifier (str)} of the users ``user_ids`` (iterable)."""
        self.env.cr.execute(
            "SELECT user_id, identifier FROM oauth_provider_subject"
            " WHERE user_id = ANY(%s)",
            (list(user_ids),),
        )
        return dict(self.env.cr.fetchall())

    @api.model
    @api.private
    def set_identifier(self, user_id, identifier):
        """Store ``identifier`` (str) for the user with the id ``user_id``."""
        self.env.cr.execute(
            "INSERT INTO oauth_provider_subject (user_id, identifier) VALUES (%s, %s)"
            " ON CONFLICT (user_id) DO UPDATE SET identifier = EXCLUDED.identifier",
            (user_id, identifier),
            log_exceptions=False,
        )
        self.invalidate_model()

    @api.model
    @api.private
    def to_sql(self, alias):
        """Return the identifier as a value (SQL) in a query.

        :param alias: of the table of users in the query (str)
        """
        return SQL(
            "(SELECT identifier FROM oauth_provider_subject WHERE user_id = %s)",
            SQL.identifier(alias, "id"),
        )
