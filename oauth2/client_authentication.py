# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who calls the token, revocation and introspection endpoints (RFC 6749 2.3)."""

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import unquote_plus

from oauthlib.oauth2 import InvalidClientError, InvalidRequestError

from . import client_assertion
from .throttle import check_throttle, record_failure

#: Methods by which a client presents its secret itself.
SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})
BASIC_CHALLENGE = 'Basic realm="OAuth", charset="UTF-8"'


@dataclass
class Credentials:
    """What a client presents: ``method`` by its name in the registry of RFC 7591."""

    method: str
    identifier: str | None
    value: str | None = None


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


def read_credentials(message):
    """Return the :class:`Credentials` of ``message``.

    :raise InvalidRequestError: for two methods at once, or two different identifiers
    :raise InvalidClientError: for malformed ones
    """
    named = message.form.get("client_id")
    found = []
    if message.authorization:
        basic = parse_basic(message.authorization)
        if not basic:
            raise InvalidClientError(description="Malformed Authorization header.")
        # A public client may send its identifier this way, with an empty secret
        method = "client_secret_basic" if basic[1] else "none"
        found.append(Credentials(method, *basic))
    if message.form.get("client_secret"):
        found.append(
            Credentials("client_secret_post", named, message.form.get("client_secret"))
        )
    if assertion := _read_assertion(message):
        identifier = named or client_assertion.claimed_identifier(assertion)
        found.append(Credentials("private_key_jwt", identifier, assertion))
    if len(found) > 1:
        raise InvalidRequestError(
            description="A client uses one authentication method per request."
        )
    if not found:
        return Credentials("none", named)
    if named and found[0].identifier != named:
        raise InvalidRequestError(description="Two different client identifiers.")
    return found[0]


def _read_assertion(message):
    assertion = message.form.get("client_assertion")
    kind = message.form.get("client_assertion_type")
    if not assertion and not kind:
        return None
    if not assertion or kind != client_assertion.ASSERTION_TYPE:
        raise InvalidClientError(description="Unknown client_assertion_type.")
    return assertion


def authenticate(env, message):
    """Return the client (record) that sent ``message``.

    Unknown client and wrong credential look the same, and take as long. Whoever has
    failed too often learns nothing of what is presented then, right or wrong. Only a
    secret that cannot be guessed is let through: no throttle makes it safer, and who
    knows nothing but a client's identifier could lock the client out.

    :raise InvalidRequestError: for two methods at once, or two different identifiers
    :raise InvalidClientError: for everything else that does not prove a client
    :raise TooManyFailuresError: after too many of those
    """
    credentials = read_credentials(message)
    subject = credentials.identifier or ""
    clients = env["oauth.provider.client"]
    client = clients.find_by_identifier(credentials.identifier, core=True)
    if not _is_beyond_guessing(client, credentials):
        client.warm()
        check_throttle(env, "client", subject, message.address)
        if not _is_proven(env, client, credentials):
            record_failure(env, "client", subject, message.address)
            env["oauth.provider.event"].record(
                "refused", client=client, reason="invalid_client"
            )
            raise InvalidClientError(description="Client authentication failed.")
    message.client = client
    return client


def _is_beyond_guessing(client, credentials):
    """Tell whether the client is proven by a secret that Odoo has generated."""
    return (
        credentials.method in SECRET_METHODS
        and client.check_generated_secret(credentials.value)
        and _is_allowed(client, credentials)
    )


def _is_allowed(client, credentials):
    allowed = client.get_authentication_methods() if client else ()
    return credentials.method in allowed


def _is_proven(env, client, credentials):
    is_allowed = _is_allowed(client, credentials)
    if credentials.method == "none":
        return is_allowed
    if credentials.method == "private_key_jwt":
        audiences = client.get_assertion_audiences() if client else ()
        return is_allowed and client_assertion.verify(
            env, client, credentials.value, audiences
        )
    return client.check_secret(credentials.value) and is_allowed
