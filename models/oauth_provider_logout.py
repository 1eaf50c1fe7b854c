# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
import time
import uuid
from datetime import timedelta

import requests

from odoo import api, fields, models

from ..tools import outbound, vacuum
from ..tools.key_encryption import SigningUnavailableError

_logger = logging.getLogger(__name__)

#: The event of a logout token (Back-Channel Logout 1.0 section 2.4).
EVENT = "http://schemas.openid.net/event/backchannel-logout"
#: Seconds that one call may take, so that a dead client delays others only briefly.
TIMEOUT = 5
#: Waiting times between the attempts; there is none after the last one.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 720))
#: No attempt is made after this time, however few there were.
GIVE_UP = timedelta(days=1)
#: Seconds for which a logout token is valid.
LIFETIME = 120


class OAuthProviderLogout(models.Model):
    """A notification to a client that a session has ended (back-channel logout)."""

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
        """Queue notifications to the clients of ``sessions`` (records) for the job."""
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
        """Send the notifications that are due, the oldest first.

        Each attempt is committed by itself, as long as the job may run. A client that
        cannot be reached is tried once in a run: its other notifications are postponed
        and lose no attempt. Of two jobs at once, one sends.
        """
        due = [("next_attempt_at", "<=", fields.Datetime.now())]
        total = self.search_count(due)
        job = self.env["ir.cron"]
        for number, logout in enumerate(self.search(due, limit=limit), 1):
            # Rows are read again after each commit: another job may have sent this one
            if logout.try_lock_for_update() and logout._is_due():
                logout._send()
            if not job._commit_progress(1, remaining=total - number):
                break
        self._trigger_next()

    def _trigger_next(self):
        """Schedule the job for when the next attempt is due."""
        following = self.search(
            [("next_attempt_at", ">", fields.Datetime.now())], limit=1
        )
        job = self.env.ref("oauth_provider.cron_logout", raise_if_not_found=False)
        if job and following:
            job._trigger(at=following.next_attempt_at)

    def _is_due(self):
        return bool(
            self.next_attempt_at and self.next_attempt_at <= fields.Datetime.now()
        )

    def _send(self):
        """Make one attempt to notify the client."""
        self.ensure_one()
        uri = self.client_id.backchannel_logout_uri
        if not uri or not self.client_id.active:
            self.next_attempt_at = False
            return
        error, is_reachable = self._post(uri)
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
        if not is_reachable:
            self._postpone_others(error)

    def _postpone_others(self, error):
        """Postpone what else is due to this client, which cannot be reached.

        :param error: why (str)
        """
        now = fields.Datetime.now()
        others = self.search(
            [("client_id", "=", self.client_id.id), ("next_attempt_at", "<=", now)]
        )
        late = others.filtered(lambda logout: logout.create_date < now - GIVE_UP)
        late.write({"next_attempt_at": False, "error": error})
        (others - late).write({"next_attempt_at": now + DELAYS[0], "error": error})

    def _post(self, uri):
        """Send the logout token to ``uri``.

        :return: tuple (error as str, or None; whether the client can be reached)
        """
        try:
            status = outbound.post(
                uri,
                {"logout_token": self._make_token()},
                seconds=TIMEOUT,
                internal=self.client_id.backchannel_internal,
            )
        except outbound.RefusedAddress:
            return "Refused: an address of the inner network", False
        except (
            requests.RequestException,
            SigningUnavailableError,
            ValueError,
        ) as error:
            return type(error).__name__, False
        return (None if status in (200, 204) else f"HTTP {status}"), True

    def _make_token(self):
        """Return a logout token (str, Back-Channel Logout 1.0 section 2.4)."""
        session, client = self.session_id, self.client_id
        now = int(time.time())
        key = self.env["oauth.provider.key"].ensure(client.id_token_signed_response_alg)
        return key.sign(
            {
                "iss": self.env["oauth.provider"].get_issuer(),
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
        done = [("next_attempt_at", "=", False), ("create_date", "<", limit)]
        return vacuum.remove(self, done)
