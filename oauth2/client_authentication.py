# Copyright 2026 oauth_provider contributors
# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Who calls the token, revocation and introspection endpoints (RFC 6749 2.3)."""

import base64
import binascii
import contextlib
from dataclasses import dataclass, field
from urllib.parse import unquote_plus

from ..tools.causes import CAUSES
from . import client_assertion
from .errors import TooManyFailuresError, refusal

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
    :ivar archived: archived client (record) that is named, once it is looked for
    """

    method: str
    identifier: str | None
    value: str | None = None
    others: list = field(default_factory=list)
    archived: object = None

    def read_as(self, identifier):
        """Keep only the readings that name the client ``identifier`` (str)."""
        readings = [(self.identifier, self.value), *self.others]
        readings = [one for one in readings if one[0] == identifier]
        if readings:
            (self.identifier, self.value), *self.others = readings

    def find_client(self, clients):
        """Return the client (record) that is named, or none."""
        for identifier in dict.fromkeys((self.identifier, *dict(self.others))):
            client = clients.find_any_by_identifier(identifier)
            if client.active:
                self.read_as(identifier)
                return client
            self.archived = self.archived or client
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
    if "%" not in decoded and "+" not in decoded:
        # Encoded and plain are the same
        return readings
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
            raise refusal("malformed_header")
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
        raise refusal("two_methods")
    if not found:
        return Credentials("none", named)
    if named:
        found[0].read_as(named)
    if named and found[0].identifier != named:
        raise refusal("two_identifiers")
    return found[0]


def _read_assertion(message):
    assertion = message.form.get("client_assertion")
    kind = message.form.get("client_assertion_type")
    if not assertion and not kind:
        return None
    if not assertion or kind != client_assertion.ASSERTION_TYPE:
        raise refusal("assertion_type")
    return assertion


def authenticate(env, message):
    """Return the client (record) that sent ``message``.

    That is the ``proven_client`` of a message that is no request from outside.

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
    if message.proven_client:
        message.client = message.proven_client
        return message.client
    credentials = read_credentials(message)
    client = credentials.find_client(env["oauth.provider.client"])
    fault, detail = _find_fault(env, message, client, credentials)
    if fault:
        # What the caller is told depends on nothing that it did not send
        is_page = message.origin is not None and credentials.method in SECRET_METHODS
        said = CAUSES["secret_of_page" if is_page else "wrong_secret"].description
        if credentials.archived:
            client, fault = credentials.archived, "archived_client"
        raise refusal(fault, said, client=client, detail=detail)
    message.client = client
    return client


def _find_fault(env, message, client, credentials):
    """Return why ``client`` (record) is not proven.

    :return: (key of a cause, detail), or (None, "") if it is proven
    """
    is_allowed = _is_allowed(client, credentials)
    named = "unknown_client" if credentials.identifier else "no_credentials"
    other = "other_method" if client else named
    if credentials.method == "none":
        missing = "missing_secret" if client else named
        return (None if is_allowed else missing), ""
    if credentials.method == "private_key_jwt":
        fault = _find_assertion_fault(env, client, credentials)
        return (fault and "wrong_assertion"), fault or ""
    if credentials.has_secret(client.check_generated_secret):
        return (None if is_allowed else other), ""
    if message.origin is not None:
        return ("secret_of_page" if client else named), ""
    subject = env["oauth.provider.failure"].get_client_subject(
        client, credentials.identifier
    )
    TooManyFailuresError.check(env, "client", subject, message.address, client)
    is_right = credentials.has_secret(client.check_secret)
    if is_right and is_allowed:
        return None, ""
    env["oauth.provider.failure"].record("client", subject, message.address)
    return ("wrong_secret" if is_allowed and not is_right else other), ""


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
