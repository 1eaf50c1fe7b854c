# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Rows that one statement removes: no request waits for a long one.
BATCH = 10_000
#: Days for which what is dead is kept for whoever looks into a case.
DEFAULT_RETENTION = 30
#: Models of which every expired row goes; a code is of no interest for long.
MODELS = (
    "oauth.provider.authorization.code",
    "oauth.provider.token",
    "oauth.provider.refresh.token",
)


class OAuthProviderCredential(models.AbstractModel):
    """What becomes of codes and tokens that have expired."""

    _inherit = "oauth.provider.credential"

    @api.model
    def _cron_clean(self, limit=100):
        """Remove codes and tokens that expired long ago, in batches.

        After ``oauth_provider.retention_days`` days (system parameter, 30). A refresh
        token stays until it expires even if it has been used, for it could come back.

        :param limit: batches that one run removes at most
        """
        before = fields.Datetime.now() - timedelta(days=self._get_retention())
        for _number in range(limit):
            removed = sum(self._remove_batch(model, before) for model in MODELS)
            is_last = removed < BATCH
            self.env["ir.cron"]._commit_progress(removed, remaining=int(not is_last))
            if is_last:
                break

    @api.model
    def _get_retention(self):
        parameters = self.env["ir.config_parameter"].sudo()
        days = parameters.get_param("oauth_provider.retention_days") or ""
        return int(days) if days.isdecimal() else DEFAULT_RETENTION

    def _remove_batch(self, model, before):
        """Remove some rows of ``model`` that expired before a datetime.

        Rows that a request holds at this moment are left for the next run.

        :return: how many
        """
        table = SQL.identifier(self.env[model]._table)
        self.env.cr.execute(
            SQL(
                "DELETE FROM %s WHERE id IN (SELECT id FROM %s WHERE expires_at < %s"
                " ORDER BY expires_at LIMIT %s FOR UPDATE SKIP LOCKED)",
                table,
                table,
                before,
                BATCH,
            )
        )
        self.env[model].invalidate_model()
        return self.env.cr.rowcount
