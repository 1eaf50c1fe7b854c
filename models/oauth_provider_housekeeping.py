# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import time
from datetime import timedelta
from functools import partial

from odoo import api, fields, models
from odoo.tools import SQL

from ..storage import revocation

#: Rows that one statement removes: no request waits for a long one.
BATCH = 1_000
#: The job rests for as long as a batch took, times this, so that the token route is
#: left its share of the database.
REST = 1.0
#: What is removed: (model, date after which it is dead, system parameter that says for
#: how many days it is kept then, days without that). A code is of no interest for long;
#: what is dead stays for whoever looks into a case.
RULES = (
    (
        "oauth.provider.authorization.code",
        "expires_at",
        "oauth_provider.retention_days",
        30,
    ),
    ("oauth.provider.token", "expires_at", "oauth_provider.retention_days", 30),
    ("oauth.provider.refresh.token", "expires_at", "oauth_provider.retention_days", 30),
    ("oauth.provider.event", "happened_at", "oauth_provider.event_retention_days", 90),
)


class OAuthProviderHousekeeping(models.AbstractModel):
    """What becomes of codes, tokens, events and grants that are old.

    The scheduled action calls ``_cron_clean`` of ``oauth.provider.token``, as ever.
    """

    _name = "oauth.provider.housekeeping"
    _description = "OAuth Provider Housekeeping"

    @api.model
    @api.private
    def clean(self):
        """Remove what expired long ago and what happened long ago, in batches.

        Each batch is committed and reported to the job, which goes on later where its
        time is over. A refresh token stays until it expires even if it has been used,
        for it could come back.
        """
        parameters = self.env["ir.config_parameter"]
        todo = []
        for model, column, parameter, default in RULES:
            days = parameters._get_oauth_number(parameter, default)
            before = fields.Datetime.now() - timedelta(days=days)
            args = (self.env[model], column, before)
            remove = partial(revocation.remove_expired, *args, limit=BATCH)
            todo.append((remove, revocation.count_expired(*args)))
        todo.append((self._remove_unused_grants, self._count_unused_grants()))
        remaining = sum(count for _remove, count in todo)
        for remove, _count in todo:
            start = None
            while True:
                began = time.monotonic()
                removed, start = remove(start=start)
                remaining = max(remaining - removed, 0)
                # Rows that somebody has locked are left for another run, which this one
                # does not ask for
                is_last = removed < BATCH
                time_left = self.env["ir.cron"]._commit_progress(
                    removed, remaining=remaining
                )
                if is_last:
                    break
                if not time_left:
                    return
                time.sleep((time.monotonic() - began) * REST)
        self.env["ir.cron"]._commit_progress(remaining=0)

    @api.model
    def _count_unused_grants(self):
        """Return how many grants :meth:`_remove_unused_grants` would remove now."""
        unused = self._get_unused_condition()
        if not unused:
            return 0
        query = SQL("SELECT count(*) FROM oauth_provider_grant g WHERE %s", unused)
        return self.env.execute_query(query)[0][0]

    @api.model
    def _remove_unused_grants(self, start):
        """Remove some grants that were withdrawn or used last long ago.

        When no code and no token is left below them: the application asks the person
        again. A grant that was in force is recorded as one that has expired.

        :param start: where the batch before ended (id), or None
        :return: tuple (how many, where it ended)
        """
        unused = self._get_unused_condition()
        if not unused:
            return 0, start
        rows = self.env.execute_query(
            SQL(
                """
                WITH old AS (
                    SELECT id FROM oauth_provider_grant g
                     WHERE id > %(start)s AND %(unused)s
                     ORDER BY id LIMIT %(batch)s FOR UPDATE SKIP LOCKED
                )
                DELETE FROM oauth_provider_grant
                 WHERE id IN (SELECT id FROM old)
             RETURNING id, client_id, user_id, revoked_at IS NULL
                """,
                start=start or 0,
                unused=unused,
                batch=BATCH,
            )
        )
        grants = self.env["oauth.provider.grant"]
        grants.invalidate_model()
        ended = [row for row in rows if row[3]]
        clients = self.env["oauth.provider.client"].browse([row[1] for row in ended])
        for client, (id_, _client_id, user_id, _live) in zip(
            clients, ended, strict=True
        ):
            self.env["oauth.provider.event"].log_event(
                "consent_expired",
                client=client,
                user=self.env["res.users"].browse(user_id),
                grant=grants.browse(id_),
                reason="unused",
            )
        return len(rows), max((row[0] for row in rows), default=start)

    def _get_unused_condition(self):
        """Return the condition (SQL) of what is unused; None where that is kept.

        After ``oauth_provider.unused_grant_days`` days (system parameter, 365; 0 for
        never). The grants are ``g``.
        """
        parameters = self.env["ir.config_parameter"]
        days = parameters._get_oauth_number("oauth_provider.unused_grant_days", 365)
        if not days:
            return None
        return SQL(
            """
            GREATEST(g.create_date, g.consented_at, g.last_used, g.revoked_at) < %s
            AND NOT EXISTS (
                SELECT FROM oauth_provider_authorization_code WHERE grant_id = g.id)
            AND NOT EXISTS (
                SELECT FROM oauth_provider_token WHERE grant_id = g.id)
            AND NOT EXISTS (
                SELECT FROM oauth_provider_refresh_token WHERE grant_id = g.id)
            """,
            fields.Datetime.now() - timedelta(days=days),
        )
