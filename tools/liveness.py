# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What a credential is good for at a moment: by its records, or by plain values.

Both have the same attributes; no grant is a false value.
"""


def get_end(credential, grant):
    """Return when ``credential`` expires, at the latest with its grant (datetime)."""
    end = grant and grant.expires_at
    return min(credential.expires_at, end) if end else credential.expires_at


def is_live(credential, user, client, grant, now):
    """Tell whether ``credential`` opens anything, whatever groups the client wants.

    It is worth nothing once it has expired or was revoked, its user or client is
    archived, or its grant was withdrawn or has expired.

    :param now: datetime (UTC)
    """
    return bool(
        not credential.revoked_at
        and not (grant and grant.revoked_at)
        and get_end(credential, grant) > now
        and user
        and user.active
        and client
        and client.active
    )


def is_held_to_consent(client, grant):
    """Tell whether a person was asked, and the answer is what counts.

    Nobody was asked for a trusted client, or for one that had the password.
    """
    return bool(grant and grant.consented_at and not client.skip_authorization)
