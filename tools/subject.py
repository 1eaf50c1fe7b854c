# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Subject identifiers (OpenID Connect Core section 8)."""

import functools
import hashlib
import hmac

#: Characters of the identifier (a UUID) that the 9.0 module gave to a user. Ours are
#: longer.
LEGACY_LENGTH = 36


# Setting up an HMAC takes OpenSSL longer than all the rules of a token take
@functools.lru_cache(4096)
def make_subject(client_identifier, user_identifier):
    """Return what a client knows a user as (str): another one than other clients do.

    Pairwise (section 8.1): two clients cannot compare their users. Users that came from
    the 9.0 module keep the subject they had there.

    :param client_identifier: the client's identifier (str)
    :param user_identifier: the secret one of the user (str)
    """
    if len(user_identifier) == LEGACY_LENGTH:
        joined = (client_identifier + user_identifier).encode()
        return hashlib.sha256(joined).hexdigest()
    return hmac.digest(
        user_identifier.encode(), client_identifier.encode(), "sha256"
    ).hex()
