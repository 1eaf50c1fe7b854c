# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether a code or token is live, and one as plain values.

The rules take a record, or the plain values that :mod:`.row_lookup` reads. Both have
the same attributes; where there is no grant, that is a false value. The most frequent
requests go by plain values: to fill the ORM's cache with forty of them, and to take
them out again, takes longer than all the rules.
"""

from datetime import timedelta

from odoo import fields

from ..tools.subject import make_subject

#: What the clocks of two hosts may differ.
CLOCK_SKEW = timedelta(days=1)


def is_live(credential, client, as_record):
    """Tell whether ``credential`` opens anything, at this moment.

    It is worth nothing once it has expired, was used or was revoked, its user or client
    is archived, the user may no longer use the client, or its grant was withdrawn or
    has expired.

    :param client: its client, as a record or by plain values
    :param as_record: function that returns the credential as a record
    """
    user, grant = credential.user_id, credential.grant_id
    if (
        credential.revoked_at
        or (grant and grant.revoked_at)
        or get_end(credential) <= fields.Datetime.now()
        or not (user and user.active)
        or not (client and client.active)
    ):
        return False
    if client.group_ids:
        record = as_record()
        if not record.client_id.allows_user(record.user_id):
            return False
    # Access tokens are not used up
    is_used = getattr(credential, "used_at", None)
    return not is_used or as_record().is_in_grace()


def maybe_live_after():
    """Return the datetime (UTC) before which what expired is dead on every host."""
    return fields.Datetime.now() - CLOCK_SKEW


def get_end(credential):
    """Return when ``credential`` expires, at the latest with its grant (datetime).

    The person may have chosen a shorter time since it was issued.
    """
    end = credential.grant_id and credential.grant_id.expires_at
    return min(credential.expires_at, end) if end else credential.expires_at


def is_limited_to_consent(credential, client):
    """Tell whether a person was asked, and the answer is what counts.

    Nobody was asked for a trusted client, or for one that had the password.
    """
    grant = credential.grant_id
    return bool(grant and grant.consented_at and not client.skip_authorization)


class LiveToken:
    """A credential; nearly always one that opens something at this moment.

    :ivar row: what was read (named tuple by the names of the fields)
    :ivar client: the cached values of its client, see ``get_values`` of
        ``oauth.provider.cached.mixin``
    """

    __slots__ = ("_reader", "_record", "_records", "client", "row")

    def __init__(self, records, row, reader, client):
        self._records, self._reader, self._record = records, reader, None
        self.row, self.client = row, client

    @property
    def scopes(self):
        """The model of scopes (empty recordset)."""
        return self._records.env["oauth.provider.scope"]

    def as_record(self):
        """Return the credential as a record, whose values need no query."""
        if self._record is None:
            self._record = self._records.from_row(self.row, self._reader)
        return self._record

    def is_live(self):
        """Tell whether it opens anything, at this moment."""
        if self._records.has_own_rule():
            return self.as_record().is_live()
        return is_live(self.row, self.client, self.as_record)

    def allowed_ids(self):
        """Return the ids (list) of the scopes that the client may still have."""
        client, grant = self.client, self.row.grant_id
        is_limited = is_limited_to_consent(self.row, client)
        return self.scopes.get_allowed_ids(
            self.row.scope_numbers or (),
            client.scope_ids,
            grant.scope_ids if is_limited else None,
            (grant and grant.declined_numbers) or (),
        )

    def allowed_codes(self):
        """Return the codes (list of str) of the scopes that it may still have."""
        return self.scopes.get_codes_of(self.allowed_ids())

    def get_end(self):
        """Return when it expires (datetime, UTC)."""
        return get_end(self.row)

    def expires_in(self):
        """Return the seconds that remain, never below 0 (RFC 6749 section 5.1)."""
        remaining = self.get_end() - fields.Datetime.now()
        return max(0, int(remaining.total_seconds()))

    def generate_user_id(self):
        """Return the subject identifier (str) of its user for its client."""
        if self._records.env["oauth.provider.token"].has_custom_user_id():
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
