# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time
import uuid
from datetime import timedelta

import requests

from odoo import api, fields, models

_logger = logging.getLogger(__name__)

#: What a client does with it (Back-Channel Logout 1.0 section 2.4).
EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: Seconds that one call may take: a dead client delays nobody for long.
TIMEOUT = 5
#: Waiting times between the attempts; after the last one it is given up.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
#: Seconds for which a logout token is valid.
LIFETIME = 120


class OAuthProviderLogout(models.Model):
    """A client that is still to be told that a session has ended (back-channel)."""

    _name = "oauth.provider.logout"
    _description = "OAuth Provider Back-Channel Logout"
    _order = "next_attempt_at, id"

    session_id = fields.Many2one(
        comodel_name="oauth.provider.session",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    client_id = fields.Many2one(related="session_id.client_id", store=True, index=True)
    attempts = fields.Integer(readonly=True)
    next_attempt_at = fields.Datetime(
        string="Next Attempt On", index="btree_not_null", readonly=True
    )
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    error = fields.Char(readonly=True, help="Why the last attempt did not succeed.")

    @api.private
    def announce(self, sessions):
        """Let the clients of ``sessions`` (records) be told soon, by the job."""
        if not sessions:
            return
        now = fields.Datetime.now()
        self.create(
            [{"session_id": session.id, "next_attempt_at": now} for session in sessions]
        )
        job = self.env.ref("oauth_provider.cron_logout", raise_if_not_found=False)
        if job:
            job._trigger()

    @api.model
    def _cron_send(self, limit=100):
        """Tell the clients that are due, one after the other.

        Each attempt is committed by itself, and a client that does not answer is
        tried again later and less and less often.
        """
        due = self.search(
            [("next_attempt_at", "<=", fields.Datetime.now())], limit=limit
        )
        silent = set()
        for number, logout in enumerate(due, 1):
            logout._send(is_silent=logout.client_id.id in silent)
            if logout.error:
                silent.add(logout.client_id.id)
            self.env["ir.cron"]._commit_progress(1, remaining=len(due) - number)

    def _send(self, is_silent=False):
        """Make one attempt to tell the client.

        :param is_silent: whether the client has just failed to answer for another
            session: it is not waited for again
        """
        self.ensure_one()
        uri = self.client_id.backchannel_logout_uri
        if not uri or not self.client_id.active:
            self.next_attempt_at = False
            return
        error = self._post(uri) if not is_silent else "The client does not answer."
        if not error:
            self.write(
                {
                    "sent_at": fields.Datetime.now(),
                    "next_attempt_at": False,
                    "error": False,
                }
            )
            return
        delay = DELAYS[self.attempts] if self.attempts < len(DELAYS) else None
        self.write(
            {
                "attempts": self.attempts + 1,
                "error": error,
                "next_attempt_at": delay and fields.Datetime.now() + delay,
            }
        )
        _logger.info(
            "Client %s could not be told of a logout: %s",
            self.client_id.identifier,
            error,
        )

    def _post(self, uri):
        """Send the logout token to ``uri`` and return the error (str), or None."""
        try:
            response = requests.post(
                uri,
                data={"logout_token": self._make_token()},
                timeout=TIMEOUT,
                # What is registered is told, and nobody else
                allow_redirects=False,
                stream=True,
            )
            response.close()
        except requests.RequestException as error:
            return type(error).__name__
        if response.status_code in (200, 204):
            return None
        return f"HTTP {response.status_code}"

    def _make_token(self):
        """Return a logout token (str, Back-Channel Logout 1.0 section 2.4)."""
        session, client = self.session_id, self.client_id
        now = int(time.time())
        key = self.env["oauth.provider.key"].ensure(client.id_token_signed_response_alg)
        return key.sign(
            {
                "iss": client.get_issuer(),
                "sub": client.generate_user_id(session.user_id),
                "aud": client.identifier,
                "iat": now,
                "exp": now + LIFETIME,
                "jti": uuid.uuid4().hex,
                "sid": session.sid,
                "events": {EVENT: {}},
            },
            typ="logout+jwt",
        )

    @api.autovacuum
    def _gc_done(self):
        limit = fields.Datetime.now() - timedelta(days=30)
        self.search(
            [("next_attempt_at", "=", False), ("create_date", "<", limit)], limit=10_000
        ).unlink()
