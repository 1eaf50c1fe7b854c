# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who calls the token, revocation and introspection endpoints (RFC 6749 2.3)."""

import base64
import binascii
import contextlib
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from oauthlib.oauth2 import InvalidClientError, InvalidRequestError, OAuth2Error

from . import client_assertion
from .errors import TooManyFailuresError

#: Methods by which a client presents its secret itself.
SECRET_METHODS = frozenset({"client_secret_basic", "client_secret_post"})
#: Sent with every failure, whatever the client used (RFC 9110 section 15.5.2).
BASIC_CHALLENGE = 'Basic realm="OAuth", charset="UTF-8"'


@dataclass
class Credentials:
    """What a client presents.

    :ivar method: its name in the registry of RFC 7591
    :ivar identifier: of the client (str), or None
    :ivar value: what proves it (str), or None
    :ivar others: what a Basic header may mean as well: list of (identifier, secret)
    """

    method: str
    identifier: str | None
    value: str | None = None
    others: list = field(default_factory=list)

    def read_as(self, identifier):
        """Keep only the readings that name the client ``identifier`` (str)."""
        readings = [(self.identifier, self.value), *self.others]
        readings = [one for one in readings if one[0] == identifier]
        if readings:
            (self.identifier, self.value), *self.others = readings

    def find_client(self, clients):
        """Return the client (record) that is named, or none."""
        for identifier in dict.fromkeys((self.identifier, *dict(self.others))):
            if client := clients.find_by_identifier(identifier):
                self.read_as(identifier)
                return client
        return clients

    def has_secret(self, check):
        """Tell whether ``check`` (function of a secret) accepts one of the readings.

        All are compared: how long that takes says nothing of the secret.
        """
        values = [self.value, *(value for _identifier, value in self.others)]
        return any([check(value) for value in values])


def parse_basic(header):
    """Return what a Basic Authorization header may mean; empty if it is malformed.

    Identifier and secret are form-urlencoded before they are joined (RFC 6749 section
    2.3.1). ``curl -u`` and most libraries join them as they are (RFC 7617), which is
    something else where one has a ``+`` or ``%``.

    :return: list of (identifier, secret), as the former says first
    """
    scheme, _blank, encoded = (header or "").strip().partition(" ")
    if scheme.lower() != "basic":
        return []
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return []
    identifier, colon, value = decoded.partition(":")
    if not colon or "\x00" in decoded:
        return []
    readings = [(identifier, value)]
    with contextlib.suppress(ValueError):
        meant = tuple(unquote_plus(part, errors="strict") for part in readings[0])
        if "\x00" not in "".join(meant):
            readings.insert(0, meant)
    return list(dict.fromkeys(readings))


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
        method = "client_secret_basic" if basic[0][1] else "none"
        found.append(Credentials(method, *basic[0], basic[1:]))
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
    if named:
        found[0].read_as(named)
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

    Unknown client and wrong credential look the same, and take as long. Checks, in this
    order:

    1. one authentication method per request (RFC 6749 section 2.3); a Basic header
       counts as that RFC encodes it, and as it is,
    2. without a secret: a public client, or a signed assertion. There is nothing to
       guess, so nothing is counted and nothing is refused for what others have sent in
       the client's name,
    3. a secret that Odoo has generated: nobody can guess it, and no rate limit makes it
       safer,
    4. a page of a browser (it sends ``Origin``) has no secret of its own. Any page
       could use up the attempts of all people behind one address; so anything else that
       comes with this header is neither compared nor counted,
    5. the rate limit of this client and address, and then the secret.

    :raise InvalidRequestError: for two methods at once, or two different identifiers
    :raise InvalidClientError: for everything else that does not prove a client
    :raise TooManyFailuresError: after too many wrong secrets
    """
    clients, events = env["oauth.provider.client"], env["oauth.provider.event"]
    try:
        credentials = read_credentials(message)
    except OAuth2Error as error:
        # Its description is a text of ours
        reason = f"{error.error}: {error.description}"
        events.log_event("refused", client=clients, reason=reason)
        raise
    client = credentials.find_client(clients)
    if fault := _find_fault(env, message, client, credentials):
        events.log_event("refused", client=client, reason=fault)
        raise InvalidClientError(description=_describe(message, credentials))
    message.client = client
    return client


def _describe(message, credentials):
    """Return what the caller is told (str): nothing that depends on the client."""
    description = "Client authentication failed."
    if message.origin is not None and credentials.method in SECRET_METHODS:
        return f"{description} With an Origin header, only a generated secret works."
    return description


def _find_fault(env, message, client, credentials):
    """Return why ``client`` (record) is not proven (str), None if it is."""
    refused = InvalidClientError.error
    is_allowed = _is_allowed(client, credentials)
    if credentials.method == "none":
        return None if is_allowed else refused
    if credentials.method == "private_key_jwt":
        fault = _find_assertion_fault(env, client, credentials)
        return fault and f"{refused}: assertion: {fault}"
    if credentials.has_secret(client.check_generated_secret):
        return None if is_allowed else refused
    if message.origin is not None:
        return refused
    subject = env["oauth.provider.failure"].get_client_subject(
        client, credentials.identifier
    )
    TooManyFailuresError.check(env, "client", subject, message.address)
    if credentials.has_secret(client.check_secret) and is_allowed:
        return None
    env["oauth.provider.failure"].record("client", subject, message.address)
    return refused


def _find_assertion_fault(env, client, credentials):
    """Return why an assertion does not prove ``client`` (record), None if it does."""
    if not client:
        return "it names no client"
    if not _is_allowed(client, credentials):
        return "the client has another authentication method"
    audiences = client.get_assertion_audiences()
    return client_assertion.find_fault(env, client, credentials.value, audiences)


def _is_allowed(client, credentials):
    allowed = client.get_authentication_methods() if client else ()
    return credentials.method in allowed
