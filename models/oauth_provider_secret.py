# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import namedtuple
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..storage.cache import cached_committed, invalidate
from ..tools import secret

#: How long the previous secret keeps working when the button rotates it.
SECRET_OVERLAP = timedelta(days=1)
#: What is stored of a client's secrets.
Secrets = namedtuple(
    "Secrets", ["digest", "is_generated", "previous_digest", "previous_is_generated"]
)
#: What there is of a client that never had one.
NO_SECRETS = Secrets(None, False, None, False)


class OAuthProviderSecret(models.Model):
    """The digests of a client's secret and of the one before it.

    They are not columns of the client: where a value violates a constraint, PostgreSQL
    prints the whole row that was written, and Odoo shows this to the person who wrote
    it. No user may write this table; only the client's own methods do.
    """

    _name = "oauth.provider.secret"
    _description = "OAuth Provider Client Secret Digest"
    _log_access = False

    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    digest = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    is_generated = fields.Boolean(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Whether Odoo generated the current secret: nobody can guess it.",
    )
    previous_digest = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    previous_is_generated = fields.Boolean(readonly=True, groups=fields.NO_ACCESS)

    _client_uniq = models.UniqueIndex("(client_id)")

    @api.model
    @api.private
    @cached_committed("client_id")
    def get_secrets(self, client_id):
        """Return the :class:`Secrets` of the client with the id ``client_id``.

        Each worker caches them, like the client's own values.
        """
        self.env.cr.execute(
            "SELECT digest, is_generated, previous_digest, previous_is_generated"
            " FROM oauth_provider_secret WHERE client_id = %s",
            (client_id,),
        )
        row = self.env.cr.fetchone()
        return Secrets(*row) if row else NO_SECRETS

    @api.model
    @api.private
    def filter_with_secret(self, client_ids):
        """Return those of ``client_ids`` (iterable of int) that have a secret (set)."""
        self.env.cr.execute(
            "SELECT client_id FROM oauth_provider_secret"
            " WHERE client_id = ANY(%s) AND digest IS NOT NULL",
            (list(client_ids),),
        )
        return {client_id for (client_id,) in self.env.cr.fetchall()}

    @api.model
    @api.private
    def rotate(self, client, value, overlap=None, is_generated=False):
        """Replace the secret of ``client`` (record, as superuser) by ``value``.

        :param value: str, or False for none
        :param overlap: timedelta for which the current secret keeps working, or None
        :param is_generated: whether ``value`` is of :func:`~..tools.secret.generate`
        """
        now = fields.Datetime.now()
        keeps = bool(overlap and client.has_secret)
        self.set_secret(client.id, value, is_generated, keep_previous=keeps)
        client.write(
            {
                "secret_changed_at": value and now,
                "previous_secret_until": now + overlap if keeps else False,
            }
        )

    @api.model
    @api.private
    def set_secret(self, client_id, value, is_generated=False, keep_previous=False):
        """Store the digest of ``value`` (str, or False for none) as a client's secret.

        :param client_id: id of the client (int)
        :param is_generated: whether ``value`` is one of
            :func:`~..tools.secret.generate`
        :param keep_previous: whether the current secret becomes the previous one; else
            there is none any more
        """
        # No write of the ORM: what a token may write says nothing about this table
        self._execute(
            SQL(
                """
                INSERT INTO oauth_provider_secret AS current
                            (client_id, digest, is_generated)
                     VALUES (%(client_id)s, %(digest)s, %(is_generated)s)
                ON CONFLICT (client_id) DO UPDATE
                        SET digest = EXCLUDED.digest,
                            is_generated = EXCLUDED.is_generated,
                            previous_digest = CASE WHEN %(keep)s
                                THEN current.digest END,
                            previous_is_generated = %(keep)s
                                AND COALESCE(current.is_generated, false)
                """,
                client_id=client_id,
                digest=secret.digest(value) if value else None,
                is_generated=bool(value and is_generated),
                keep=bool(keep_previous),
            )
        )

    @api.model
    @api.private
    def drop_previous(self, client_ids):
        """Remove the previous secrets of the clients ``client_ids`` (iterable)."""
        self._execute(
            SQL(
                "UPDATE oauth_provider_secret SET previous_digest = NULL,"
                " previous_is_generated = false WHERE client_id = ANY(%s)",
                list(client_ids),
            )
        )

    def _execute(self, query):
        self.env.flush_all()
        # A failing statement would be in the log as a whole, with the digest in it
        self.env.cr.execute(query, log_exceptions=False)
        self.invalidate_model()
        invalidate(self.env)
