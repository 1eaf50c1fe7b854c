# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import secret, vacuum


class OAuthProviderAssertion(models.Model):
    """An assertion that a client has authenticated with, so that it works once."""

    _name = "oauth.provider.assertion"
    _description = "OAuth Provider Client Assertion"
    _log_access = False

    client_id = fields.Many2one(
        comodel_name="oauth.provider.client",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    digest = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    expires_at = fields.Datetime(required=True, readonly=True, index=True)

    _digest_uniq = models.UniqueIndex("(client_id, digest)")

    @api.private
    def use(self, client, jti, expires_at):
        """Tell whether ``jti`` (str) of ``client`` (record) is used for the first time.

        RFC 7523 section 3, point 7. Of two workers at once, one waits and gets False.

        :param expires_at: naive UTC datetime until which the assertion is remembered
        """
        self.env.cr.execute(
            SQL(
                "INSERT INTO oauth_provider_assertion (client_id, digest, expires_at)"
                " VALUES (%s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
                client.id,
                secret.digest(jti),
                expires_at,
            ),
            log_exceptions=False,
        )
        return bool(self.env.cr.fetchone())

    @api.autovacuum
    def _gc_assertions(self):
        return vacuum.remove(self, [("expires_at", "<", fields.Datetime.now())])
