# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Whether a credential is live, until when, and which scopes it has: the rules.

They take a record, or the plain values that :mod:`.row_lookup` reads. Both have the
same attributes; where there is no grant, that is a false value.
"""

from datetime import timedelta

from odoo import fields

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
