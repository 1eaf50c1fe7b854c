# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools import caller, secret, vacuum
from ..tools.after_commit import write_apart

#: How many clients or users from one address are throttled together.
ADDRESS_FACTOR = 10
#: What has failed of late: of a subject, from its address in all, and when last.
_COUNT = (
    "SELECT count(*) FILTER (WHERE subject = %s), count(*), max(failed_at)"
    " FROM oauth_provider_failure"
    " WHERE address = %s AND kind = %s AND failed_at > %s"
)


class OAuthProviderFailure(models.Model):
    """A failed authentication, for the throttle of all workers together.

    Rows are only added: counting one up would make concurrent failures wait for each
    other, and some of them fail.
    """

    _name = "oauth.provider.failure"
    _description = "OAuth Provider Failed Authentication"
    _order = "id desc"
    _log_access = False

    kind = fields.Selection(
        selection=[("client", "Client"), ("password", "Password")],
        required=True,
        readonly=True,
    )
    subject = fields.Char(
        required=True,
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Digest of what was tried: the caller may have put a secret there.",
    )
    address = fields.Char(
        string="IP Address",
        required=True,
        readonly=True,
        help="Of IPv6 the network (/64): all its addresses may be one caller's.",
    )
    failed_at = fields.Datetime(required=True, readonly=True, index=True)

    _address_idx = models.Index("(address, kind, failed_at)")

    @api.model
    def _get_limits(self):
        """Return (failures allowed, seconds in which they count), each 1 or more.

        Nobody turns the throttle off: 0, which the settings refuse, is the default.
        """
        number = self.env["ir.config_parameter"]._get_oauth_number
        return (
            number("oauth_provider.throttle_failures", 0) or 10,
            number("oauth_provider.throttle_seconds", 0) or 60,
        )

    @api.private
    def retry_after(self, kind, subject, address):
        """Return the seconds (int) to wait after too many failures, or 0.

        :param kind: ``client`` or ``password``
        :param subject: what is tried (str): the identifier of the client
        :param address: IP address of the caller (str)
        """
        limit, seconds = self._get_limits()
        now = fields.Datetime.now()
        values = (
            secret.digest(subject),
            caller.origin(address),
            kind,
            now - timedelta(seconds=seconds),
        )
        self.env.cr.execute(_COUNT, values)
        of_subject, of_address, last = self.env.cr.fetchone()
        if of_subject < limit and of_address < limit * ADDRESS_FACTOR:
            return 0
        return max(1, seconds - int((now - last).total_seconds()))

    @api.private
    def record(self, kind, subject, address):
        """Store a failure; the parameters are those of :meth:`retry_after`."""
        query = SQL(
            "INSERT INTO oauth_provider_failure (kind, subject, address, failed_at)"
            " VALUES (%s, %s, %s, %s)",
            kind,
            secret.digest(subject),
            caller.origin(address),
            fields.Datetime.now(),
        )
        if self.env.cr.readonly:
            # Introspection, where there is a replica
            write_apart(self.env, lambda cr: cr.execute(query))
        else:
            self.env.cr.execute(query)

    @api.autovacuum
    def _gc_failures(self):
        _limit, seconds = self._get_limits()
        limit = fields.Datetime.now() - timedelta(seconds=seconds)
        return vacuum.remove(self, [("failed_at", "<", limit)])
