# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Client authentication at the token and the revocation endpoint (RFC 6749 2.3)."""

import base64
import binascii
from urllib.parse import unquote_plus

from oauthlib.oauth2 import InvalidClientError, InvalidRequestError

from ..tools import secret

BASIC_CHALLENGE = 'Basic realm="OAuth", charset="UTF-8"'
#: Compared against when there is no client, so that it takes as long as a wrong secret.
_NO_DIGEST = secret.digest(secret.generate())


def parse_basic(header):
    """Return (identifier, secret) of a Basic Authorization header, None if malformed.

    Both are form-urlencoded before they are joined (RFC 6749 section 2.3.1).
    """
    scheme, _blank, encoded = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
        identifier, colon, value = decoded.partition(":")
        if not colon:
            return None
        identifier = unquote_plus(identifier, errors="strict")
        value = unquote_plus(value, errors="strict")
    except (binascii.Error, ValueError):
        return None
    return None if "\x00" in identifier + value else (identifier, value)


def challenge(message):
    """Return the challenge for a failure, if the client used the header, or None."""
    return BASIC_CHALLENGE if message.authorization else None


def authenticate(env, message):
    """Return the client (record) that sent ``message``.

    A confidential client proves itself by its secret, in the header or in the body; a
    public one names itself. Unknown client and wrong secret look the same.

    :raise InvalidRequestError: for two methods at once, or two different identifiers
    :raise InvalidClientError: for everything else
    """
    identifier, value = message.form.get("client_id"), message.form.get("client_secret")
    if message.authorization:
        credentials = parse_basic(message.authorization)
        if not credentials:
            raise InvalidClientError(description="Malformed Authorization header.")
        if value:
            raise InvalidRequestError(
                description="A client uses one authentication method per request."
            )
        if identifier and identifier != credentials[0]:
            raise InvalidRequestError(
                description="The client_id differs from the Authorization header."
            )
        identifier, value = credentials
    client = env["oauth.provider.client"].find_by_identifier(identifier)
    if client.client_type == "public" and not value:
        return client
    # A public client has no digest: a secret that it sends is refused, not ignored.
    expected = client.secret_digest if client.client_type == "confidential" else None
    is_right = secret.matches(value or "", expected or _NO_DIGEST)
    if not (client and expected and is_right):
        raise InvalidClientError(description="Client authentication failed.")
    return client
