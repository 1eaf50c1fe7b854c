# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ..tools import liveness
from ..tools.subject import make_subject


class LiveToken:
    """A credential that opens something at this moment, as plain values.

    What the most frequent requests want of it, without the ORM.

    :ivar row: what was found (named tuple by the names of the fields)
    :ivar client: what is known of its client, see
        :meth:`.oauth_provider_cached_mixin.OAuthProviderCachedMixin.get_values`
    """

    __slots__ = ("_reader", "_record", "_records", "client", "row")

    def __init__(self, records, row, reader, client):
        self._records, self._reader, self._record = records, reader, None
        self.row, self.client = row, client

    @property
    def scopes(self):
        """All scopes there may be (empty recordset)."""
        return self._records.env["oauth.provider.scope"]

    def as_record(self):
        """Return the credential as a record, whose values need no query."""
        if self._record is None:
            self._record = self._records._as_record(self.row, self._reader)
        return self._record

    def allowed_ids(self):
        """Return the ids (list) of the scopes that the client may still have."""
        client, grant = self.client, self.row.grant_id
        return self.scopes.get_allowed_ids(
            self.row.scope_numbers or (),
            client.scope_ids,
            grant.scope_ids if liveness.is_held_to_consent(client, grant) else None,
            (grant and grant.declined_numbers) or (),
        )

    def allowed_codes(self):
        """Return the codes (list of str) of the scopes that it may still have."""
        return self.scopes.get_codes_of(self.allowed_ids())

    def get_end(self):
        """Return when it expires (datetime, UTC)."""
        return liveness.get_end(self.row, self.row.grant_id)

    def expires_in(self):
        """Return the seconds that remain, never below 0 (RFC 6749 section 5.1)."""
        remaining = self.get_end() - fields.Datetime.now()
        return max(0, int(remaining.total_seconds()))

    def generate_user_id(self):
        """Return the subject identifier (str) of its user for its client."""
        if self._records.env["oauth.provider.token"].has_own_user_id():
            record = self.as_record()
            if record._name == "oauth.provider.token":
                return record.generate_user_id()
            return record.client_id.generate_user_id(record.user_id)
        return make_subject(self.client.identifier, self.row.user_id.oauth_identifier)

    def has_own_data(self):
        """Tell whether an addon says what it opens."""
        return self._records.env["oauth.provider.token"].has_own_data()

    def record_use(self, address):
        """Record that its grant is used, see :meth:`oauth.provider.grant.record_use`.

        :param address: network address of the caller (str)
        """
        grant = self.row.grant_id
        if grant and self._records.env["oauth.provider.grant"].is_use_due(
            grant.last_used
        ):
            self.as_record().grant_id.record_use(address)


class OAuthProviderCredential(models.AbstractModel):
    """Deciding on a credential by plain values."""

    _inherit = "oauth.provider.credential"

    @api.private
    def read_live(self, value, person=False):
        """Return the :class:`LiveToken` of ``value`` (str), if it is live.

        By the rules of :meth:`is_live`; None otherwise.

        :param person: see :meth:`find_and_lock`
        """
        if not value or "\x00" in value:
            return None
        row, reader = self._look_up(value, person=person)
        if not row:
            return None
        client = self.env["oauth.provider.client"].get_values(row.client_id)
        now = fields.Datetime.now()
        if not client or not liveness.is_live(
            row, row.user_id, client, row.grant_id, now
        ):
            return None
        opened = LiveToken(self.browse(), row, reader, client)
        if client.group_ids:
            record = opened.as_record()
            if not record.client_id.allows_user(record.user_id):
                return None
        return opened if self._is_usable(row, opened.as_record) else None

    @api.model
    def _is_usable(self, credential, as_record):
        """Tell whether what is live has not been used up.

        :param credential: record, or plain values
        :param as_record: function that returns the record
        """
        return True
