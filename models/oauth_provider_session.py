# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import vacuum
from ..tools.clock import naive, timestamp
from ..tools.secret import digest
from ..tools.sign_in import acr
from .oauth_provider_credential import CREDENTIALS


class OAuthProviderSession(models.Model):
    """A person's sign-in to one client, from one browser (OpenID Connect).

    It remembers when and how the person had signed in to Odoo, for the ID tokens of
    later refreshes, and which clients to notify when the person signs out.
    """

    _name = "oauth.provider.session"
    _inherit = ["oauth.provider.client.user.mixin"]
    _description = "OAuth Provider Session"
    _order = "id desc"

    sid = fields.Char(
        string="Session ID",
        required=True,
        readonly=True,
        default=lambda self: secrets.token_urlsafe(24),
        help="Name of the session in ID tokens and logout tokens. It is none of Odoo's"
        " session, and differs for each client.",
    )
    handle_digest = fields.Char(
        required=True, readonly=True, groups=fields.NO_ACCESS, copy=False
    )
    device_digest = fields.Char(
        index=True, readonly=True, groups=fields.NO_ACCESS, copy=False
    )
    auth_time = fields.Datetime(
        string="Signed In On", readonly=True, help="Empty where Odoo did not record it."
    )
    amr = fields.Char(
        string="Methods",
        readonly=True,
        help="How the person signed in (RFC 8176), such as pwd, otp or pop.",
    )
    ended_at = fields.Datetime(string="Signed Out On", readonly=True)
    token_ids = fields.One2many(
        comodel_name="oauth.provider.token", inverse_name="session_id"
    )
    refresh_token_ids = fields.One2many(
        comodel_name="oauth.provider.refresh.token", inverse_name="session_id"
    )

    _handle_index = models.Index("(handle_digest) WHERE ended_at IS NULL")

    @api.private
    def ensure(self, client, user, sign_in):
        """Return the session (record) of ``user`` with ``client`` in one browser.

        :param sign_in: :class:`..tools.sign_in.SignIn`
        """
        handle = digest(sign_in.handle)
        session = self.search(
            [
                ("handle_digest", "=", handle),
                ("client_id", "=", client.id),
                ("user_id", "=", user.id),
                ("ended_at", "=", False),
            ],
            limit=1,
        )
        values = {
            "auth_time": bool(sign_in.time) and naive(sign_in.time),
            "amr": " ".join(sign_in.methods),
            "device_digest": digest(sign_in.device),
        }
        unchanged = session and all(session[name] == values[name] for name in values)
        if unchanged:
            return session
        if session:
            # Signed in again: earlier tokens keep their claims
            values["sid"] = session.sid
        return self.create(
            {
                **values,
                "client_id": client.id,
                "user_id": user.id,
                "handle_digest": handle,
            }
        )

    @api.private
    def get_claims(self):
        """Return the claims of an ID token about the sign-in (dict, OIDC Core 2)."""
        if not self:
            return {}
        self.ensure_one()
        methods = (self.amr or "").split()
        claims = {"sid": self.sid}
        if self.auth_time:
            claims["auth_time"] = timestamp(self.auth_time)
        if methods:
            claims["amr"] = methods
            claims["acr"] = acr(methods)
        return claims

    @api.private
    def end_by_handle(self, handle):
        """End the sessions of one browser: its person has signed out of Odoo.

        :param handle: see :class:`..tools.sign_in.SignIn`
        """
        self.search(
            [("handle_digest", "=", digest(handle)), ("ended_at", "=", False)]
        ).end()

    @api.private
    def end_by_device(self, identifiers):
        """End the sessions of devices that are signed out from elsewhere.

        :param identifiers: Odoo's identifiers of the devices (list of str)
        """
        digests = [digest(identifier) for identifier in identifiers if identifier]
        self.search([("device_digest", "in", digests), ("ended_at", "=", False)]).end()

    @api.private
    def end(self):
        """End these sessions and notify the clients that have a logout URI.

        Tokens of a client that is notified are revoked, except those with
        ``offline_access`` (Back-Channel Logout 1.0 section 2.7).
        """
        live = self.filtered(lambda session: not session.ended_at)
        live.write({"ended_at": fields.Datetime.now()})
        notified = live.filtered("client_id.backchannel_logout_uri")
        if not notified:
            return
        for model in CREDENTIALS:
            bound = self.env[model].search(
                Domain("session_id", "in", notified.ids)
                & self.env[model].maybe_live_domain()
            )
            bound.filtered(lambda token: token.has_ended_with_session()).revoke()
        # Several sign-ins may share one session ID: the client is notified once
        by_sid = notified.grouped("sid").values()
        self.env["oauth.provider.logout"].announce(
            self.browse().concat(*(same[:1] for same in by_sid))
        )
        for session in notified:
            self.env["oauth.provider.event"].log_event(
                "revoked",
                client=session.client_id,
                user=session.user_id,
                reason="logout",
            )

    @api.autovacuum
    def _gc_old(self):
        # As long as Odoo's own session may last, and what hangs on it
        limit = fields.Datetime.now() - timedelta(days=90)
        return vacuum.remove(
            self,
            [
                ("create_date", "<", limit),
                ("token_ids", "=", False),
                ("refresh_token_ids", "=", False),
            ],
        )
